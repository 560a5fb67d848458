"""Columns of two texts fit into the terminal, whatever the texts hold, and lose nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.report.sidebyside import MOST_ROWS, Sheet, broken, cells, heads, side_by_side, visible
from tests.conftest import TEXT


def rows(left: str, right: str, width: int = 60, *, marks: bool = True) -> list[str]:
    return ["".join(run.text for run in row) for row in side_by_side(left, right, Sheet(width, marks))]


@given(left=TEXT, right=TEXT, width=st.integers(40, 160), marks=st.booleans())
def test_no_row_is_wider_than_the_terminal_and_none_has_what_a_terminal_acts_on(left, right, width, marks):
    for row in rows(left, right, width, marks=marks):
        assert cells(row) <= width
        assert all(char.isprintable() for char in row)


@given(text=TEXT, width=st.integers(8, 60))
def test_breaking_a_text_loses_nothing_and_keeps_to_the_width(text, width):
    lines = list(broken(text, width))
    assert "".join(lines) == visible(text)
    assert all(cells(line) <= width for line in lines)


def test_a_chinese_character_takes_two_cells_and_a_combining_mark_none():
    assert [cells(text) for text in ("a", "中", "，", "ｱ", "e\u0301", "👩")] == [1, 2, 2, 1, 1, 2]


def test_columns_are_aligned_by_what_they_look_like():
    seen = rows("三号机组\nthe seal\n油位", "五号机组\nthe valve\n油位", 43)
    assert seen == [
        "[-三-]号机组         | {+五+}号机组",
        "the [-seal-]         | the {+valve+}",
        "油位                   油位",
    ]
    assert {cells(row[: row.index(sign)]) for row, sign in zip(seen[:2], "||", strict=True)} == {21}


def test_with_colours_styles_say_what_signs_say_without():
    (row,) = side_by_side("the seal", "the valve", Sheet(43, marks=False))
    assert [(run.text.strip(), run.style) for run in row if run.style != "faint"] == [
        ("the", "plain"),
        ("seal", "removed"),
        ("the", "plain"),
        ("valve", "added"),
    ]
    (row,) = side_by_side("", "the valve", Sheet(43, marks=False))
    assert [run.style for run in row] == ["faint", "new"]


def test_a_row_ends_between_words_or_chinese_characters_and_begins_with_no_comma():
    assert list(broken("the seal was replaced", 12)) == ["the seal ", "was replaced"]
    assert list(broken("三号机组，五号机组", 9)) == ["三号机", "组，五号", "机组"]
    assert list(broken("a " + "x" * 20, 12)) == ["a " + "x" * 10, "x" * 10]


@pytest.mark.parametrize(("left", "right"), [("[x] changed", "[y] changed"), ("甲乙丙" * 20, "甲丁丙" * 20)])
def test_the_signs_of_a_change_are_never_parted(left, right):
    for row in rows(left, right, 40):
        assert row.count("[-") == row.count("-]")


def test_texts_that_differ_all_over_are_cut_with_the_number_of_lines_left():
    lines = 3 * MOST_ROWS
    seen = rows("\n".join(f"a {n}" for n in range(lines)), "\n".join(f"a {n + lines}" for n in range(lines)))
    assert len(seen) == MOST_ROWS + 1
    assert seen[-1].strip() == f"... {lines - MOST_ROWS:,} more lines that differ ..."


def test_headings_stand_above_their_columns():
    *names, rule = (
        "".join(run.text for run in row)
        for row in heads(["这条记录"], ["the other", "in a shard"], Sheet(43, marks=True))
    )
    assert names == ["这条记录             | the other", "                     | in a shard"]
    assert rule.index("+") == 21
