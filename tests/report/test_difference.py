"""Two texts are aligned line by line; what differs is marked, and nothing of either text is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.report.difference import CONTEXT, MOST_COMPARED, MOST_LINES, Pair, Part, aligned, folded, lines_of
from tests.conftest import TEXT

WORD = st.sampled_from(["泵", "阀门", "the", "seal", "was", "replaced", "2023", "。", ", ", " ", "\n", "\n\n", ". "])
SAID = st.one_of(TEXT, st.lists(WORD, max_size=60).map("".join))


def text_of(parts: tuple[Part, ...]) -> str:
    return "".join(part.text for part in parts)


def changed(parts: tuple[Part, ...]) -> list[str]:
    return [part.text for part in parts if part.changed]


@given(left=SAID, right=SAID)
def test_both_columns_have_every_line_in_its_order(left, right):
    pairs = aligned(left, right)
    assert [pair.left for pair in pairs if pair.left is not None] == lines_of(left)
    assert [pair.right for pair in pairs if pair.right is not None] == lines_of(right)
    assert all(pair.left is not None or pair.right is not None for pair in pairs)


@given(left=SAID, right=SAID)
def test_what_is_not_marked_is_the_same_in_both(left, right):
    for pair in aligned(left, right):
        ours, theirs = pair.parts()
        assert (text_of(ours), text_of(theirs)) == (pair.left or "", pair.right or "")
        if pair.left is not None and pair.right is not None:
            same = [text_of(tuple(part for part in parts if not part.changed)) for parts in (ours, theirs)]
            assert same[0] == same[1]
            assert pair.same == (not changed(ours) and not changed(theirs))


@given(text=SAID)
def test_a_text_beside_itself_has_no_mark_and_is_folded_into_one_number(text):
    pairs = aligned(text, text)
    assert all(pair.same for pair in pairs)
    assert sum(one if isinstance(one, int) else 1 for one in folded(pairs)) == len(lines_of(text))


def test_a_long_line_is_parted_after_its_sentences_and_not_within_them():
    sentences = [
        "泵的密封件已经更换，轴承温度正常，振动在允许范围之内，没有发现渗漏的迹象。" * 4,
        "第二句！",
        "第三句。",
    ]
    assert lines_of("".join(sentences))[4:] == sentences[1:]
    assert "".join(lines_of("".join(sentences))) == "".join(sentences)
    assert lines_of("短。句。") == ["短。句。"]


@pytest.mark.parametrize(
    ("left", "right", "gone", "new"),
    [
        ("三号机组轴承温度正常", "五号机组轴承温度正常", ["三"], ["五"]),
        ("the old seal was replaced", "the new seal was replaced", ["old"], ["new"]),
        ("压力为 16 bar 的容器", "压力为 25 bar 的容器", ["16"], ["25"]),
        ("valve closed", "valve closed now", [], [" now"]),
        ("一甲乙二丙丁三", "一戊己二庚辛三", ["甲乙二丙丁"], ["戊己二庚辛"]),
    ],
)
def test_chinese_is_marked_by_character_and_english_by_word(left, right, gone, new):
    ours, theirs = Pair(left, right).parts()
    assert (changed(ours), changed(theirs)) == (gone, new)


def test_lines_that_say_nearly_the_same_stand_beside_each_other_and_others_alone():
    left = "first line of both\nthe old pump was shut down\nwholly other words\nlast line of both"
    right = "first line of both\nnobody knows why\nthe new pump was shut down\nlast line of both"
    assert [(pair.left, pair.right) for pair in aligned(left, right)] == [
        ("first line of both", "first line of both"),
        (None, "nobody knows why"),
        ("the old pump was shut down", "the new pump was shut down"),
        ("wholly other words", None),
        ("last line of both", "last line of both"),
    ]


def test_equal_lines_are_folded_but_for_those_around_a_change():
    lines = [f"line {n}" for n in range(40)]
    other = [*lines[:20], "something else", *lines[21:]]
    seen = list(folded(aligned("\n".join(lines), "\n".join(other))))
    assert [one for one in seen if isinstance(one, int)] == [20 - CONTEXT, 19 - CONTEXT]
    assert len(seen) == 2 + 2 * CONTEXT + len([one for one in seen if isinstance(one, Pair) and not one.same])


@pytest.mark.parametrize("lines", [MOST_LINES + 1, int(MOST_COMPARED**0.5) + 2])
def test_what_is_too_much_to_compare_is_paired_as_it_stands(lines):
    left, right = ([f"{name} {n}" for n in range(lines)] for name in ("a", "b"))
    pairs = aligned("\n".join(left), "\n".join([*right, "one more"]))
    assert [(pair.left, pair.right) for pair in pairs] == [*zip(left, right, strict=True), (None, "one more")]
