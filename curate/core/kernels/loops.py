"""Tell loops from lists: what follows itself over and over, alike but for one number that counts on; and breaks off."""

import numpy as np
import numpy.typing as npt

from curate.core.kernels.compiled import inlined, kernel
from curate.core.kernels.repeats import LONG_BYTES, PIECE, TABLE_BITS, TURNS, WINDOW_BYTES, matched, worded
from curate.core.kernels.strings import Bytes, Places, Strings

LOOPED, BROKEN_OFF = range(2)
ONE_COUNTER = 1.5
"""Numbers of a turn that may change: one that counts, and seldom another. Clauses with two that do are a list."""
APART = 3
"""Numbers with less between them than this, one Han character, are one: a date, an item counted twice (`3第三条`)."""
TAIL_BYTES = 6
"""So much at the end has stood before, and gone on there: two Han characters."""
ZERO, NINE, DOT, COMMA, FEED, SPACE = 0x30, 0x39, 0x2E, 0x2C, 0x0A, 0x20
NUMERALS = "零〇一二三四五六七八九十百千两"
HASH_PRIME = np.uint64(0x100000001B3)

Found = npt.NDArray[np.int64]
Work = tuple[Bytes, npt.NDArray[np.int64], npt.NDArray[np.uint64], Places]
"""A folded text; where its numbers stand in it; what they were; the table of places of a parse."""


def loop_counts(strings: Strings, asked: npt.NDArray[np.bool_]) -> Found:
    """Look for loops in the strings that are asked about, shape (n, 2), int64; of the others nothing is counted.

    Numbers (digits, Chinese numerals) are read as one and the same. LOOPED: bytes, numbers folded, of passages that
    follow themselves three times or more, one right behind the other, where not more than one number of a turn changes.
    BROKEN_OFF: 1 where the last bytes have stood before, and have gone on there within their line.
    """
    found = np.zeros((len(strings.starts), 2), np.int64)
    longest = int((strings.stops - strings.starts)[asked].max(initial=0))
    work = (
        np.zeros(longest + 1, np.uint8),
        np.zeros(longest + 1, np.int64),
        np.zeros(longest + 1, np.uint64),
        np.full(1 << TABLE_BITS, -1, np.int64),
    )
    numerals = np.array(sorted(int.from_bytes(one.encode()) for one in NUMERALS), np.int64)
    _find(strings.data, (strings.starts, strings.stops, np.flatnonzero(asked)), (work, numerals), found)
    return found


@kernel
def _find(data: Bytes, spans: tuple[Places, Places, Places], given: tuple[Work, Found], found: Found) -> None:
    work, numerals = given
    starts, stops, asked = spans
    for i in asked:
        stop, cut = _whole(data, starts[i], stops[i])
        size, numbers = _folded(data, (starts[i], stop), work, numerals)
        work[3][:] = -1
        for start in range(0, size, WINDOW_BYTES):
            _parse((start, min(start + WINDOW_BYTES, size)), work, numbers, found[i])
        found[i, BROKEN_OFF] |= cut


@inlined
def _whole(data: Bytes, start: int, stop: int) -> tuple[int, bool]:
    """Leave white space and U+FFFD out at the end; tell whether half a character or a bare number ends it."""
    cut = False
    while stop > start:
        lost = stop - start > 2 and data[stop - 1] == 0xBD and data[stop - 2] == 0xBF and data[stop - 3] == 0xEF  # noqa: PLR2004 - U+FFFD
        if not lost and data[stop - 1] != FEED and data[stop - 1] != SPACE:
            break
        stop, cut = stop - (3 if lost else 1), cut or lost
    first = stop
    while first > start and stop - first < TAIL_BYTES and data[first - 1] != FEED:
        first -= 1
    return stop, cut or (first > start and data[first - 1] == FEED and data[stop - 1] == DOT)


@inlined
def _folded(data: Bytes, span: tuple[int, int], work: Work, numerals: Found) -> tuple[int, int]:
    """Copy a text with every number as one 0; return its size and how many numbers there are."""
    text, places, values, _ = work
    at, stop = span
    size, numbers, last = 0, 0, 0
    while at < stop:
        width = _numeral(data, (at, stop), numerals)
        if width == 0:
            text[size] = data[at]
            size, at = size + 1, at + 1
            continue
        same = numbers > 0 and size - last <= APART
        numbers -= same
        value = values[numbers] if same else np.uint64(0)
        places[numbers] = places[numbers] if same else size
        text[size] = ZERO
        while width > 0:
            for k in range(width):
                value = (value ^ np.uint64(data[at + k])) * HASH_PRIME
            at += width
            width = _numeral(data, (at, stop), numerals)
            if width == 0 and at + 1 < stop and data[at] in (DOT, COMMA) and ZERO <= data[at + 1] <= NINE:
                width = 1
        values[numbers] = value
        size, numbers = size + 1, numbers + 1
        last = size
    return size, numbers


@inlined
def _numeral(data: Bytes, span: tuple[int, int], numerals: Found) -> int:
    """Return how many bytes a digit or a Chinese numeral takes here; 0 where there is none."""
    at, stop = span
    if at >= stop:
        return 0
    if ZERO <= data[at] <= NINE:
        return 1
    if data[at] < 0xE3 or at + 2 >= stop:  # noqa: PLR2004 - first byte of the numerals
        return 0
    code = int(data[at]) << 16 | int(data[at + 1]) << 8 | int(data[at + 2])
    for numeral in numerals:
        if numeral == code:
            return 3
    return 0


@inlined
def _parse(span: tuple[int, int], work: Work, numbers: int, found: Found) -> None:
    """Parse one window as `repeats` does."""
    text, _, _, table = work
    start, stop = span
    at = start
    while at + PIECE <= stop:
        earlier, length = matched(text, table, span, at)
        if length == 0:
            at += 1
            continue
        if length >= LONG_BYTES and length >= TURNS * (at - earlier) and worded(text, (earlier, at), NINE, ZERO):
            changing = _changing((earlier, at, at + length), work, numbers)
            found[LOOPED] += length if changing <= ONE_COUNTER else 0
        if at + length == stop and length >= TAIL_BYTES:
            after = text[earlier + length]
            said = worded(text, (at, stop), NINE, ZERO)
            found[BROKEN_OFF] |= said and after != FEED and not _ends(text, (at, stop))
        at += length


@inlined
def _changing(passage: tuple[int, int, int], work: Work, numbers: int) -> float:
    """Return how many numbers of a turn are others than in the turn before, on average."""
    _, places, values, _ = work
    first = np.searchsorted(places[:numbers], passage[0])
    second = np.searchsorted(places[:numbers], passage[1])
    last = np.searchsorted(places[:numbers], passage[2])
    turn = second - first
    if turn == 0 or last == second:
        return 0.0
    changed = 0
    for k in range(second, last):
        changed += values[k] != values[k - turn]
    return changed * turn / (last - second)


@inlined
def _ends(text: Bytes, span: tuple[int, int]) -> bool:
    """Tell whether a mark that ends a sentence ends a stretch."""
    start, stop = span
    if text[stop - 1] in (0x2E, 0x21, 0x3F):
        return True
    if stop - start < 3:  # noqa: PLR2004 - the wide marks are of three bytes
        return False
    code = int(text[stop - 3]) << 16 | int(text[stop - 2]) << 8 | int(text[stop - 1])
    return code in (0xE38082, 0xEFBC81, 0xEFBC9F)  # 。！？
