"""All heads of columns are found in one go, and rows are read once: the same as one kind after the other."""

import re

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.stages.pii.columns import COLUMN_RULES
from curate.stages.pii.engine import Native
from curate.stages.pii.rules import TYPES

NATIVE = Native(frozenset(TYPES))
CELLS = (
    "姓名", "姓 名", "联系电话", "full name", "Patient Name", "employee_names", "contact telephone numbers", "tel no.",
    "email", "性别", "王小明", "13812345678", "Ann Baker", "", " ", "x phone", "phonex", "D.O.B.", "address", "---",
)  # fmt: skip
EDGES = ("|", "\t", "\n", "\r\n", " | ", "  |", " " * 12 + "|", " " * 13 + "|", "|\n", "|\r\n|", " ", "\r|")
TABLES = st.lists(st.tuples(st.sampled_from(CELLS), st.sampled_from(EDGES)), max_size=30).map(
    lambda parts: "".join(cell + edge for cell, edge in parts)
)


@given(text=TABLES, bounds=st.tuples(st.integers(0, 60), st.integers(0, 400)))
def test_heads_are_what_the_patterns_of_the_rules_match(text, bounds):
    first, last = min(bounds[0], len(text)), min(bounds[1], len(text))
    for rule in COLUMN_RULES:
        searched = [match.span() for match in re.compile(rule.values[0]).finditer(text, first, last)]
        assert list(rule.places(text, first, last)) == searched, rule.name


@pytest.mark.parametrize("sign", ["|", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_last_column_is_read_however_far_its_head_stands_from_another_that_is_known(sign, end):
    text = (
        sign.join(["姓名", *["列甲"] * 200, "办公电话"]) + end + sign.join(["王小明", *["无"] * 200, "88881234"]) + end
    )
    rows, opened = NATIVE.look(pa.array([text]))
    assert [text[span.start : span.end] for span in NATIVE.find(text, opened[0])] == ["王小明", "88881234"]
    assert rows == [0]


@given(tables=st.lists(st.lists(st.sampled_from(CELLS), min_size=2, max_size=4), min_size=1, max_size=8))
def test_each_table_is_read_as_if_it_stood_alone(tables):
    rows = ["|".join(["", "姓名", "电话", *(["性别"] if len(cells) > 3 else []), ""]) for cells in tables]
    parts = [f"{row}\n|---|---|\n|王小明|13812345678|{'男|' if len(row) > 8 else ''}\n\n" for row in rows]
    alone = [[span.entity for span in NATIVE.find(part)] for part in parts]
    assert [span.entity for span in NATIVE.find("".join(parts))] == [entity for some in alone for entity in some]


@pytest.mark.parametrize("cell", ["110101********1234", "31", "44 (副本)", "1101", "1101011990031", ""])
def test_below_a_head_of_resident_ids_what_is_shorter_than_one_is_none(cell):
    text = f"|姓名|身份证号|\n|王小明|{cell}|\n|李娜|11010519491231002X|\n"
    assert [text[span.start : span.end] for span in NATIVE.find(text)] == ["王小明", "李娜", "11010519491231002X"]


@pytest.mark.parametrize(
    ("head", "cells", "entity"),
    [
        ("护照号码", ("E12345678", "EA1234567", "g12345678", "145678901"), "CN_PASSPORT"),
        ("Passport No.", ("E12345678",), "CN_PASSPORT"),
        ("护照号", ("C01X00T47", "533380006", "AB1234567"), "PASSPORT"),
        ("passport", ("X1234567", "L898902C"), "PASSPORT"),
    ],
)
@pytest.mark.parametrize("sign", ["|", "\t"])
def test_passports_are_found_below_their_heads(head, cells, entity, sign):
    rows = [("姓名", head, "备注"), *(("王小明", cell, "无") for cell in cells)]
    text = "\n".join(sign.join(row) for row in rows) + "\n"
    found = {text[span.start : span.end]: span.entity for span in NATIVE.find(text)}
    assert found == {"王小明": "PERSON"} | dict.fromkeys(cells, entity)


@pytest.mark.parametrize("cell", ["有", "E1234", "20240501", "见附件", "A", "3 本"])
def test_below_a_head_of_passports_what_is_none_stays(cell):
    text = f"姓名|护照号|备注\n王小明|{cell}|无\n"
    assert [text[span.start : span.end] for span in NATIVE.find(text)] == ["王小明"]
