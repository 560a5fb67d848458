"""Measure the lines of a text for what wrapped paragraphs are told by: indent, width in columns, share of letters."""

from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from curate.core.kernels.compiled import inlined, kernel
from curate.core.kernels.strings import Bytes

CODES = 0x110000
LETTER, BLANK, WIDE = 1, 2, 4
"""Classes of a character: `str.isalpha`, `str.isspace`, two columns wide."""
PROSE, MAY_BEGIN, WIDE_FIRST, WIDE_LAST, HYPHEN = 1, 2, 4, 8, 16
"""What is said of a line: it is none of code, table or drawing; it may begin a point, a heading, a clause; it begins or
ends with a wide character, blanks aside; its very last character is a hyphen."""
CLOSING = tuple(map(ord, "、，。；：！？）》」』】〉〕％"))
"""Marks that may not begin a line."""
INDENT, WIDTH, WORD = range(3)
LINE_FEED, TAB, SPACE, DOT = 0x0A, 0x09, 0x20, 0x2E
FEWEST_SPACES, FEWEST_DOTS = 3, 4
"""Spaces between the columns of a table, dots of a leader."""
BARS = (0x7C, 0x2503, 0x2502)
MARKS = (0x2E, 0x29, 0x3001, 0xFF09)
"""`.`, `)`, `、` and `）`: one of them follows the letter, or the up to four of a Roman number, of a point."""
LONGEST_NUMBER = 4
UPPER, LOWER = (0x41, 0x5A), (0x61, 0x7A)
HYPHEN_MINUS = 0x2D

Points = npt.NDArray[np.uint32]
Sizes = npt.NDArray[np.int32]


class Lines(NamedTuple):
    """The lines of a text, parted by line feeds: characters of the indent, columns, and what is said of each.

    `words` are the columns of what cannot be broken at the beginning of the line: a wide character with the marks
    behind it, or a word.
    """

    indents: Sizes
    widths: Sizes
    words: Sizes
    said: Bytes


@cache
def class_table(wide: tuple[tuple[int, int], ...]) -> Bytes:
    """Return the classes of every code point (uint8); `wide` are the blocks of two columns, both ends included."""
    table = np.zeros(CODES, np.uint8)
    for code in range(CODES):
        character = chr(code)
        table[code] = LETTER * character.isalpha() | BLANK * character.isspace()
    for first, last in wide:
        table[first : last + 1] |= WIDE
    return table


def lines_of(text: str, table: Bytes) -> Lines:
    r"""Measure the lines of a text, as `text.split("\n")` has them."""
    points = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    count = text.count("\n") + 1
    sizes, said = np.zeros((3, count), np.int32), np.zeros(count, np.uint8)
    _measure(points, table, sizes, said)
    return Lines(sizes[INDENT], sizes[WIDTH], sizes[WORD], said)


@inlined
def _is_latin(point: int) -> bool:
    return UPPER[0] <= point <= UPPER[1] or LOWER[0] <= point <= LOWER[1]


@inlined
def _may_begin(points: Points, first: int, last: int) -> bool:
    if not _is_latin(points[first]):
        return True
    found = False
    for place in range(first + 1, min(last, first + LONGEST_NUMBER + 1)):
        found |= points[place] in MARKS
    return found


@inlined
def _is_sign(points: Points, place: int, first: int, table: Bytes) -> bool:
    return place >= first and (table[points[place]] & BLANK) == 0


@inlined
def _is_prose(points: Points, first: int, last: int, table: Bytes) -> bool:
    letters, signs, spaces, dots = 0, 0, 0, 0
    for place in range(first, last):
        point = points[place]
        letters += (table[point] & LETTER) != 0
        signs += point != SPACE
        if point == SPACE:
            spaces += 1
            dots = 0
            continue
        is_blank = (table[point] & BLANK) != 0
        before = points[place - 1] if place > first else SPACE
        # spaces count behind a sign alone: what stands before the first of them is one, or they began the gap of a tab
        if spaces >= FEWEST_SPACES and not is_blank and _is_sign(points, place - spaces - 1, first, table):
            return False
        if before == TAB and not is_blank and _is_sign(points, place - 2, first, table):
            return False
        spaces = 0
        dots = dots + 1 if point == DOT else 0
        if dots == FEWEST_DOTS or point in BARS:
            return False
    return last > first and 2 * letters >= signs


@inlined
def _said(points: Points, first: int, last: int, table: Bytes) -> int:
    said = PROSE * _is_prose(points, first, last, table) | MAY_BEGIN * _may_begin(points, first, last)
    said |= WIDE_FIRST * ((table[points[first]] & WIDE) != 0)
    return int(said | WIDE_LAST * ((table[points[last - 1]] & WIDE) != 0))


@inlined
def _word(points: Points, first: int, last: int, table: Bytes) -> int:
    if table[points[first]] & WIDE:
        columns, place = 2, first + 1
        while place < last and points[place] in CLOSING:
            columns += 2 if table[points[place]] & WIDE else 1
            place += 1
        return columns
    place = first
    while place < last and not table[points[place]] & (BLANK | WIDE):
        place += 1
    return place - first


@kernel
def _measure(points: Points, table: Bytes, sizes: Sizes, said: Bytes) -> None:
    start, line = 0, 0
    for stop in range(len(points) + 1):
        if stop < len(points) and points[stop] != LINE_FEED:
            continue
        first, last, wide = start, stop, 0
        while first < stop and table[points[first]] & BLANK:
            first += 1
        while last > first and table[points[last - 1]] & BLANK:
            last -= 1
        for place in range(start, stop):
            wide += (table[points[place]] & WIDE) != 0
        sizes[INDENT, line] = first - start
        sizes[WIDTH, line] = (last - start if last > first else 0) + wide
        if last > first:
            sizes[WORD, line] = _word(points, first, last, table)
            said[line] = _said(points, first, last, table) | HYPHEN * (points[stop - 1] == HYPHEN_MINUS)
        start, line = stop + 1, line + 1
