"""Numbers across two lines: what is written for speed matches the same as what is written for readers."""

import re
from dataclasses import replace
from itertools import product
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from curate.stages.pii import broken
from curate.stages.pii.broken import read_broken
from curate.stages.pii.engine import Native
from curate.stages.pii.rule import LEFT
from curate.stages.pii.rules import TYPES
from curate.stages.pii.trials import SHORT, searched
from tests.stages.pii.made import resident

NATIVE = Native(frozenset(TYPES))
NUMBERS = Native(frozenset({"PHONE_NUMBER", "CN_RESIDENT_ID"}))


def found(text: str) -> list[str]:
    return [text[span.start : span.end] for span in NUMBERS.find(text)]


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


ACROSS = [one for some in NATIVE.gated.values() for one in some if one.rule.begins is not None]
PIECES = st.one_of(
    st.sampled_from(["1", "9", "62", "138", "4111", "1990", "0307", "110105199003071234", "91", "A", "X", "a", "。"]),
    st.sampled_from([" ", "-", "\n", "\r\n", " \n", "-\n  ", "\n\t", "\n     ", " - ", "\r"]),
    st.from_regex("[0-9]{1,9}", fullmatch=True),
)


@given(
    pieces=st.lists(PIECES, min_size=3, max_size=40),
    cut=st.tuples(st.integers(0, 9), st.integers(0, 9)),
    filled=st.booleans(),
)
@example(pieces=["110105", "\n", "1990", "0307", "1234"], cut=(0, 0), filled=True)
@example(pieces=["4111", " ", "1111", "-\n  ", "1111", "1111", "\n", "62"], cut=(0, 0), filled=False)
@example(pieces=["91", "110105", "MA01", "\r\n", "234567"], cut=(0, 0), filled=True)
def test_a_number_across_lines_is_tried_wherever_a_search_would_find_it(pieces, cut, filled):
    filler = "。" * (SHORT + sum(cut))  # what is shorter is searched as it is
    text = f"{filler if filled else ''}{''.join(pieces)}{'' if filled else filler}"
    first, last = min(cut[0], len(text)), max(min(cut[0], len(text)), len(text) - cut[1])
    for one in ACROSS:
        plain = one._replace(rule=replace(one.rule, begins=None))
        quick, slow = (searched(text, each, first, last) for each in (one, plain))
        counts = one.rule.read is not read_broken  # what lies in one line is not of this rule, wherever else it begins
        assert [span for span in quick if counts or "\n" in text[slice(*span)]] == [
            span for span in slow if counts or "\n" in text[slice(*span)]
        ]


@pytest.mark.parametrize("size", [11, 17])
def test_lines_of_one_number_each_are_tried_for_none_across_them(size):
    draw = Random(size)
    text = "".join(f"{draw.randrange(10 ** (size - 1), 10**size)}\n" for _ in range(1000))
    assert [one.rule.name for one in ACROSS if len(one.rule.begins(text))] == []


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
