"""Cells of comma- and semicolon-separated values below a head that says what they hold."""

import csv
import io

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.stages.pii.delimited import cells_of
from curate.stages.pii.engine import Native
from curate.stages.pii.rules import TYPES

NATIVE = Native(frozenset(TYPES))
CELL = st.text(st.sampled_from('王ab,;" '), max_size=6)


def found(text):
    """Return what is found with the gates, which is what is found without."""
    rows, opened = NATIVE.look(pa.array([text]))
    spans = NATIVE.find(text, opened[0]) if rows else []
    assert spans == NATIVE.find(text)
    return [text[span.start : span.end] for span in spans]


@given(cells=st.lists(CELL, min_size=1, max_size=6), sign=st.sampled_from(",;"), before=st.sampled_from(["", "x\n"]))
def test_lines_are_taken_apart_as_a_reader_of_such_files_does(cells, sign, before):
    written = io.StringIO()
    csv.writer(written, delimiter=sign, lineterminator="", quoting=csv.QUOTE_ALL).writerow(cells)
    text = before + written.getvalue()
    spans = cells_of(text, len(before), len(text), sign)
    assert [text[first:last].replace('""', '"') for first, last in spans] == [cell.rstrip(" ") for cell in cells]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("姓名,部门,城市\n王小明,内科,南京\n李娜,,\n", ["王小明", "李娜"]),
        ("导出如下：\n\n城市;姓名;部门\r\n南京;王小明;内科\r\n苏州;欧阳娜娜;外科", ["王小明", "欧阳娜娜"]),
        ('"姓名","住院号"\n"王小明","ZY0012345"\n', ["王小明", "ZY0012345"]),
        ('id,customer_name,city\n7,"Baker, Ann",York\n8,Carl Dietz,Leeds\n', ["Baker, Ann", "Carl Dietz"]),
        ("name;email;phone\nAnn Baker;x;y\n", ["Ann Baker"]),
        ("姓名,部门,备注\n王小明,内科,a,b\n李娜,内科,无\n", ["李娜"]),
        ("姓名,部门\n王小明,内科\n\n李娜,内科\n", ["王小明"]),
        ("姓名,部门\n王小明,内科\n单位,部门\n李娜,内科\n", ["王小明"]),
        ("name, phone, id\nAnn Baker, x, 7\nCarl Dietz, y, 8\n", ["Ann Baker", "Carl Dietz"]),
        ("id, customer_name, city\r\n7, Ann Baker, York\r\n", ["Ann Baker"]),
        ("姓名, 部门, 楼层\n王小明, 内科, 三\n", ["王小明"]),
        ('"name", "email", "phone"\n"Ann Baker", x, y\n', ["Ann Baker"]),
    ],
)
def test_values_are_found_below_their_heads(text, values):
    assert found(text) == values


@pytest.mark.parametrize(
    "text",
    [
        "name,version,license\nAnn Baker,2.1,MIT\n",
        "name,type,default\nMax Hale,string,x\n",
        "Give your name, address, phone,\nAnn Baker, Main Street, York\n",
        "Send name, phone, email\nAnn Baker, Main Street, York\n",
        "name, colour, size, weight, phone\nAnn Baker, a, b, c, d\n",
        "name, version, license\nAnn Baker, a, MIT\n",
        "def call(name,phone):\n    ask(Ann Baker,phone)\n",
        "姓名,部门\n高速公路,内科\n南京市,外科\n",
        "姓名，部门\n",
    ],
)
def test_what_is_no_column_of_persons_stays(text):
    assert found(text) == []


def test_heads_far_from_one_another_are_those_of_one_line():
    names = ["列甲"] * 100
    text = ",".join(["姓名", *names, "部门"]) + "\n" + ",".join(["王小明", *names, "内科"]) + "\n"
    assert found(text) == ["王小明"]


def test_rows_far_below_their_head_are_read():
    assert found("姓名,部门\n" + "无,内科\n" * 2000 + "王小明,内科\n") == ["王小明"]
