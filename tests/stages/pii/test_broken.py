"""Numbers across two lines: what is written for speed matches the same as what is written for readers."""

import re
from itertools import product
from random import Random

import pytest

from curate.stages.pii import broken
from curate.stages.pii.engine import Native
from curate.stages.pii.rule import LEFT
from tests.stages.pii.made import resident

NATIVE = Native(frozenset({"PHONE_NUMBER", "CN_RESIDENT_ID"}))


def found(text: str) -> list[str]:
    return [text[span.start : span.end] for span in NATIVE.find(text)]


def test_what_parts_the_signs_of_a_broken_number_is_a_joint():
    plain, quick = re.compile(f"({broken.JOINT})[0-9]"), re.compile(f"({broken.PARTED})[0-9]")
    for size in range(6):
        for signs in map("".join, product(" -\r\n\t1", repeat=size)):
            said = [None if one is None else one[1] for one in (plain.match(signs), quick.match(signs))]
            assert said[0] == said[1], signs


def test_a_broken_number_begins_where_neither_letter_nor_digit_stands_before():
    before, behind = re.compile(f"{LEFT}[1-8]"), re.compile(f"[1-8]{broken.OPENS}")
    for signs in map("".join, product(" a0Z+张\n1", repeat=3)):
        for text in (signs, f"{signs}1", "1"):
            assert [one.span() for one in before.finditer(text)] == [one.span() for one in behind.finditer(text)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\n  "])
def test_a_mobile_right_behind_its_label_may_have_each_group_in_its_own_line(end):
    number = end.join(("138", "1234", "5678"))
    assert found(f"电话：{number}") == [number]
    assert found(f"联系电话 {number}\n谢谢") == [number]
    for text in (f"数量：{number}", f"电话见表。数量\n{number}", f"电话：{number}\n12", f"电话：1381{end}234{end}5678"):
        assert found(text) == []


def test_a_resident_id_may_break_behind_its_first_sign():
    number = resident(Random(3))
    for text in (f"{number[0]}\n{number[1:]}", f"{number[0]}\r\n  {number[1:]}"):
        assert found(f"身份证：{text}，男") == [text]
