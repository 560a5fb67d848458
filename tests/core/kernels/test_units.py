import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.core.kernels.units import Units, marker_of, salt_of, unit_keys
from tests.conftest import TEXT
from tests.core.kernels.plain_units import units_of

LINE = (
    st.sampled_from(
        ["", " ", "\u3000", "Page 1 of 9", "page 2 OF 10", "ＰＡＧＥ ３ of 9", "版权所有", "版权 所有", "}", "7"]
    )
    | TEXT
)
TEXTS = st.lists(LINE, max_size=8).map("\n".join)
UNITS = st.builds(Units, st.sampled_from([1, 4, 9]), st.sampled_from(["pages", "fold", "keep"]))


def keys_of(texts: list[str | None], units: Units, owners: list[int] | None = None) -> list[set[int]]:
    strings = pa.array(texts, pa.string())
    owners = list(range(len(texts))) if owners is None else owners
    keys, whose = unit_keys(strings, np.array(owners, np.int64), np.full(len(texts), salt_of(1)), units)
    assert len(set(zip(keys.tolist(), whose.tolist(), strict=True))) == len(keys)
    return [set(keys[whose == owner].tolist()) for owner in sorted(set(owners))]


@given(texts=st.lists(TEXTS, max_size=4), units=UNITS)
def test_keys_and_units_of_texts_stand_one_to_one(texts, units):
    keys, plain = keys_of(texts, units), [units_of(text, units) for text in texts]
    for mine, said in zip(keys, plain, strict=True):
        assert len(mine) == len(said)
        for others, theirs in zip(keys, plain, strict=True):
            assert len(mine & others) == len(said & theirs)


@given(texts=st.lists(TEXTS, max_size=4), units=UNITS)
def test_strings_of_one_owner_have_a_unit_once(texts, units):
    (together,) = keys_of(texts, units, [0] * len(texts)) or [set()]
    assert together == set().union(*keys_of(texts, units))


@pytest.mark.parametrize(
    "same",
    [
        ("All rights reserved.", "  ALL rights\treserved. "),
        ("版权所有 翻印必究", "版权所有\u3000翻印必究"),
        ("Ａｌｌ rights ｒｅｓｅｒｖｅｄ", "all rights reserved"),
        ("This notice is\nbroken here.", "This notice\nis broken\nhere."),
        ("This notice is broken here.", "This notice\nis broken\nhere."),
        ("soft\u00adhyphen", "softhyphen"),
    ],
)
def test_units_that_are_the_same(same):
    one, two = keys_of(list(same), Units(9, "keep"))
    assert one & two


@pytest.mark.parametrize(
    "other", [("reserved", "preserved"), ("all rights", "allrights"), ("Straße", "Strasse"), ("第一条", "第二条")]
)
def test_units_that_are_not(other):
    one, two = keys_of(list(other), Units(1, "keep"))
    assert not one & two


def test_a_blank_line_parts_paragraphs():
    one, two = keys_of(["first line\n \nsecond line", "first line second line"], Units(1, "keep"))
    assert not one & two


def test_digits_differ_only_in_what_stands_three_times_in_a_text():
    header = "Annual Report 2023 | Page {}"
    report, letter = ("\n\n".join(map(header.format, numbers)) for numbers in ((1, 2, 3), (7, 8)))
    other, same = ("\n\n".join(map(header.format, numbers)) for numbers in ((4, 5, 6), (8, 9)))

    def shared(one: str, two: str, digits: str) -> int:
        return len(set.intersection(*keys_of([one, two], Units(16, digits))))

    assert [shared(report, other, digits) for digits in ("pages", "fold", "keep")] == [1, 1, 0]
    assert [shared(report, letter, digits) for digits in ("pages", "fold", "keep")] == [0, 1, 0]
    assert [shared(letter, same, digits) for digits in ("pages", "fold", "keep")] == [1, 1, 1]


def test_han_kana_and_hangul_count_as_three_letters_and_digits_as_none():
    for text, letters in (
        ("版权所有", 12),
        ("ページ", 9),
        ("페이지", 9),
        ("a1 2-b", 2),
        ("Ünïcode", 7),
        ("——……2024", 0),
    ):
        counts = [bool(keys_of([text], Units(size, "keep"))[0]) for size in (max(letters, 1), letters + 1)]
        assert counts == [letters > 0, False]


def test_sources_share_no_key():
    salts = np.array([salt_of(number) for number in (1, 2)])
    keys, _ = unit_keys(pa.array(["one line"] * 2), np.arange(2), salts, Units(1, "keep"))
    assert len({marker_of(1), marker_of(2), *keys.tolist()}) == 4
