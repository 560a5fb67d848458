"""Write strings without the lines and paragraphs that are in a table of them."""

import numpy as np
import pyarrow as pa

from curate.core.kernels.compiled import inlined, kernel
from curate.core.kernels.strings import Bytes, Places, Strings, views
from curate.core.kernels.units import (
    AS_FOLDED,
    AS_IT_IS,
    LINE_FEED,
    NOTHING,
    Counts,
    Longs,
    Spans,
    Units,
    Work,
    extent,
    key_of,
    read_units,
    slots,
    work_for,
)
from curate.core.kernels.utf8 import copy

LINE, PARAGRAPH = 1, 2
"""What a line that is known is known as; NOTHING where it is not."""
PIPE, TAB, COMMA = 0x7C, 0x09, 0x2C
FEWEST_COMMAS = 2
"""Two lines with so many commas each, and as many, are rows of one table; of `|` and tabs one is enough."""
LINES, PARAGRAPHS, REPEATED, LETTERS = range(4)
"""Columns of what `without` counts."""


def known(keys: Longs) -> Longs:
    """Return a hash table of keys, none of them 0."""
    table = np.zeros(slots(len(keys)), np.uint64)
    _fill(table, keys)
    return table


def without(strings: pa.StringArray, table: Longs, salt: np.uint64, units: Units) -> tuple[Bytes, Places, Counts]:
    """Return strings without the units that are in the table: their bytes, where each ends, and what was in them.

    Where something is cut, the blank lines before or behind it stay, whichever are more; at the start and at the end of
    a string none do. The last line has a line feed if it had one before.
    The header of a table stays where the row below it does.

    What was in them, shape (n, 4), int64: lines that are in the table, those of paragraphs that are in it left out;
    such paragraphs; the letters of both; all letters.
    """
    seen = views(strings)
    n = len(strings)
    out, ends, counts = np.empty(seen.nbytes, np.uint8), np.zeros(n, np.int64), np.zeros((n, 4), np.int64)
    size = extent(seen, np.arange(n), units.min_chars)
    _without(seen, (table, salt), work_for(size, units), (out, ends, counts))
    return out, ends, counts


@kernel
def _fill(table: Longs, keys: Longs) -> None:
    mask = len(table) - 1
    for key in keys:
        slot = int(key) & mask
        while table[slot] != 0 and table[slot] != key:
            slot = (slot + 1) & mask
        table[slot] = key


@inlined
def _has(table: Longs, key: np.uint64) -> bool:
    mask = len(table) - 1
    slot = int(key) & mask
    while table[slot] != 0 and table[slot] != key:
        slot = (slot + 1) & mask
    return bool(table[slot] == key)


@inlined
def _judge(spans: Spans, size: int, table: Longs, salt: np.uint64) -> int:
    """Turn the marks of units into whether they are known: LINE, or NOTHING; return how many are."""
    exact, folded, marks = spans.exact, spans.folded, spans.marks
    found = 0
    for k in range(size):
        hit = marks[k] & AS_IT_IS and _has(table, key_of(exact[k], salt))
        hit = hit or (marks[k] & AS_FOLDED and _has(table, key_of(folded[k], salt)))
        marks[k] = LINE if hit else NOTHING
        found += marks[k] == LINE
    return found


@inlined
def _cells(data: Bytes, start: int, stop: int) -> int:
    """Return how many signs part the cells of a line, if it is a row of a table; commas count only without others."""
    signs, commas = 0, 0
    for at in range(np.uint64(start), np.uint64(stop)):
        signs += data[at] == PIPE or data[at] == TAB
        commas += data[at] == COMMA
    return signs if signs > 0 else -commas if commas >= FEWEST_COMMAS else 0


@inlined
def _spare_headers(data: Bytes, lines: Spans, n: int) -> int:
    """Take the mark from known lines that are the header of a table; return how many there are.

    A header is above a row of as many cells that is not known: without it, nobody can tell what the figures are.
    """
    spared = 0
    for k in range(n - 1):
        if lines.marks[k] == LINE and lines.marks[k + 1] == NOTHING:
            cells = _cells(data, lines.starts[k], lines.stops[k])
            if cells != 0 and cells == _cells(data, lines.starts[k + 1], lines.stops[k + 1]):
                lines.marks[k] = NOTHING
                spared += 1
    return spared


@inlined
def _widen(lines: Spans, paragraphs: Spans, p: int) -> int:
    """Mark the lines of known paragraphs; return how many of them were known by themselves."""
    marks, known_ones, starts, stops = lines.marks, paragraphs.marks, paragraphs.starts, paragraphs.stops
    known_before = 0
    for k in range(p):
        if known_ones[k] != NOTHING:
            for line in range(starts[k], stops[k]):
                known_before += marks[line] == LINE
                marks[line] = PARAGRAPH
    return known_before


@kernel
def _without(
    strings: Strings, known_keys: tuple[Longs, np.uint64], work: Work, made: tuple[Bytes, Places, Counts]
) -> None:
    out, ends, counts = made
    table, salt = known_keys
    letters, marks = work.lines.letters, work.lines.marks
    end = len(out) - len(out)  # for a plain 0 numba compiles every callee twice
    for i in range(len(strings.starts)):
        span = (strings.starts[i], strings.stops[i])
        n, p = read_units(strings.data, span, work, i)
        found = _judge(work.lines, n, table, salt)
        whole = _judge(work.paragraphs, p, table, salt)
        if whole > 0:
            found -= _widen(work.lines, work.paragraphs, p)
        if found > 0:
            found -= _spare_headers(strings.data, work.lines, n)
        repeated, every = 0, 0
        for k in range(n):
            some = max(letters[k], 0)
            every += some
            repeated += some if marks[k] != NOTHING else 0
        counts[i, LINES], counts[i, PARAGRAPHS], counts[i, REPEATED], counts[i, LETTERS] = found, whole, repeated, every
        if found + whole > 0:
            end = _write(strings.data, (work.lines, n), out, end)
        else:
            end = copy(strings.data, span, out, end)
        ends[i] = end


@inlined
def _write(data: Bytes, some: tuple[Spans, int], out: Bytes, end: int) -> int:
    """Write the lines of a string that are not known behind `out[:end]`; return where they end."""
    lines, n = some
    k = 0
    while k < n:
        if lines.letters[k] >= 0 and lines.marks[k] == NOTHING:
            end = copy(data, (lines.starts[k], lines.stops[k]), out, end)
            k += 1
            continue
        last, cut, first_blank, blanks = _gap(lines, k, n)
        if not cut:
            end = copy(data, (lines.starts[k], lines.stops[last - 1]), out, end)
        elif k > 0 and last < n:
            for blank in range(first_blank, first_blank + blanks):
                end = copy(data, (lines.starts[blank], lines.stops[blank]), out, end)
        elif k > 0 and data[lines.stops[n - 1] - 1] != LINE_FEED:
            end -= 1
        k = last
    return end


@inlined
def _gap(lines: Spans, start: int, n: int) -> tuple[int, bool, int, int]:
    """Look at the lines from `start` on that are blank or known.

    Return where they end, whether one is known, and where the longest run of blank ones begins and how long it is.
    """
    k, cut, run, first_blank, blanks = start, False, 0, start, 0
    while k < n and (lines.letters[k] < 0 or lines.marks[k] != NOTHING):
        known_one = lines.marks[k] != NOTHING
        cut = cut or known_one
        run = 0 if known_one else run + 1
        if run > blanks:
            first_blank, blanks = k - run + 1, run
        k += 1
    return k, cut, first_blank, blanks
