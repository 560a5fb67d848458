import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.core.kernels.characters import LIMIT, Kind, kind_table
from curate.core.kernels.counts import kind_counts
from curate.core.kernels.strings import views
from tests.conftest import TEXT


@pytest.mark.parametrize(
    ("characters", "kind"),
    [
        (" \t\u3000\u00a0", Kind.SPACE),
        ("\n\u2028\u2029", Kind.NEWLINE),
        ("\x00\r\x7f\x9f\u200b\ufeff\u00ad", Kind.CONTROL),
        ("\ufffd", Kind.REPLACEMENT),
        ("09０９٣½Ⅳ", Kind.DIGIT),
        ("az", Kind.LOWER),
        ("AZ", Kind.UPPER),
        ("Ãäé¤", Kind.HIGH_LATIN),
        ("ČšạＡ", Kind.LATIN),
        ("的中人〇", Kind.HAN),
        ("这们国时", None),
        ("體學國", Kind.HAN_TRADITIONAL),
        ("鐢囨𠀀", Kind.HAN_RARE),
        ("あアー", Kind.KANA),
        ("한국ㄱ", Kind.HANGUL),
        ("Жя", Kind.CYRILLIC),
        ("بک", Kind.ARABIC),
        ("αहิไ", Kind.LETTER),
        ("，。.!“”—·«", Kind.PUNCTUATION),
        ("+=$€©°🙂", Kind.SYMBOL),
        ("\ue000\ud800", Kind.OTHER),
    ],
)
def test_characters_belong_to_the_class_that_they_look_like(characters, kind):
    kinds = {Kind(kind_table()[ord(character)]) for character in characters}
    assert kinds <= ({Kind.HAN, Kind.HAN_SIMPLE} if kind is None else {kind})


def test_characters_of_one_writing_are_told_from_those_of_the_other():
    table = kind_table()
    assert all(table[ord(character)] == Kind.HAN_SIMPLE for character in "这们汉语简国")
    assert all(table[ord(character)] == Kind.HAN_TRADITIONAL for character in "這們漢語簡體")


@given(texts=st.lists(st.none() | TEXT | st.text(min_size=1), max_size=5), start=st.integers(0, 3))
def test_every_character_is_counted_in_its_class(texts, start):
    array = pa.array(texts, pa.string()).slice(min(start, len(texts)))
    counts = kind_counts(views(array))
    for text, row in zip(array.to_pylist(), counts.tolist(), strict=True):
        expected = [0] * len(Kind)
        for character in text or "":
            expected[kind_table()[min(ord(character), LIMIT - 1)]] += 1
        assert row == expected
