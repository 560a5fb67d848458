"""A text of nothing but white space is a copy of nothing, whatever white space it is."""

import sys

import pyarrow as pa

from curate.lineage.texts import says_something

BLANKS = [sign for sign in map(chr, range(sys.maxunicode + 1)) if sign.isspace()]


def test_what_is_nothing_but_white_space_says_nothing():
    assert says_something(pa.array(["", None, *BLANKS, "".join(BLANKS)])).tolist() == [False] * (len(BLANKS) + 3)


def test_anything_else_says_something_wherever_it_stands():
    signs = ["a", "0", "\x00", "é", "中", "！", "😀", "\u200b", "\u0300"]
    for text in (*signs, *(f"{blank}{sign}{blank}" for blank in BLANKS for sign in signs)):
        assert says_something(pa.array([None, text, " "]).slice(1)).tolist() == [True, False], text
