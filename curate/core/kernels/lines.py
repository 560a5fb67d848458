"""Measure the lines of texts: how long they are, how many come twice, how many look like a menu."""

import numpy as np
import numpy.typing as npt

from curate.core.kernels.compiled import inlined, kernel
from curate.core.kernels.strings import Bytes, Places, Strings

DUPLICATE_CHARS = 8
"""Shorter lines repeat by nature: braces, `Yes`, units."""
MENU_CHARS_WIDE, MENU_CHARS = 10, 20
"""A line of a menu is shorter than this, with and without Chinese in it."""
FEED, SPACE, TAB, ASCII, CONTINUED, TOP = 0x0A, 0x20, 0x09, 0x80, 0x80, 0xC0
DIGIT_0, DIGIT_9 = 0x30, 0x39
HASH_START, HASH_PRIME, HASH_SHIFT = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3), np.uint64(32)
ENDS = tuple(b".!?;:,")
"""ASCII bytes that end a sentence or part of one; the wide ones are told by their last two bytes."""
WIDE_ENDS = tuple(mark.encode()[1] << 8 | mark.encode()[2] for mark in "。！？；：，…”")

Found = npt.NDArray[np.int64]
LINES, CHARS, DUPLICATE, MENU = range(4)


def line_counts(strings: Strings) -> Found:
    """Count in each string, shape (n, 4), int64.

    Columns: lines that are not blank; their characters without blanks around them; characters of lines (of at least
    eight) that stood before in the same string; lines that look like a menu's: short, no digit, no mark at the end.
    """
    found = np.zeros((len(strings.starts), 4), np.int64)
    longest = int((strings.stops - strings.starts).max(initial=0))
    size = 1 << max(longest // DUPLICATE_CHARS, 1).bit_length() + 1
    seen, owners = np.zeros(size, np.uint64), np.full(size, -1, np.int32)
    _count(strings.data, strings.starts, strings.stops, (seen, owners), found)
    return found


@kernel
def _count(
    data: Bytes,
    starts: Places,
    stops: Places,
    table: tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32]],
    found: Found,
) -> None:
    for i in range(len(starts)):
        at, stop = starts[i], stops[i]
        while at < stop:
            end = at
            while end < stop and data[end] != FEED:
                end += 1
            line = _trimmed(data, at, end)
            if line[0] < line[1]:
                _count_line(data, line, (table[0], table[1], i), found[i])
            at = end + 1


@inlined
def _trimmed(data: Bytes, start: int, stop: int) -> tuple[int, int]:
    while start < stop and (data[start] == SPACE or data[start] == TAB):
        start += 1
    while start < stop and (data[stop - 1] == SPACE or data[stop - 1] == TAB):
        stop -= 1
    return start, stop


@inlined
def _count_line(
    data: Bytes,
    line: tuple[int, int],
    table: tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32], int],
    found: Found,
) -> None:
    chars, wide, digits, value = 0, 0, 0, HASH_START
    for at in range(line[0], line[1]):
        byte = data[at]
        value = (value ^ np.uint64(byte)) * HASH_PRIME
        chars += byte & TOP != CONTINUED
        wide += byte >= ASCII
        digits += DIGIT_0 <= byte <= DIGIT_9
    found[LINES] += 1
    found[CHARS] += chars
    limit = MENU_CHARS_WIDE if wide > 0 else MENU_CHARS
    found[MENU] += chars < limit and digits == 0 and not _ends(data, line)
    if chars >= DUPLICATE_CHARS:
        found[DUPLICATE] += chars if _stood(value ^ (value >> HASH_SHIFT), table) else 0


@inlined
def _ends(data: Bytes, line: tuple[int, int]) -> bool:
    start, stop = line
    if data[stop - 1] in ENDS:
        return True
    return stop - start > 2 and (int(data[stop - 2]) << 8 | int(data[stop - 1])) in WIDE_ENDS  # noqa: PLR2004 - UTF-8


@inlined
def _stood(value: np.uint64, table: tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32], int]) -> bool:
    """Look a line up among those of the same string, and remember it; slots of other strings count as free."""
    seen, owners, owner = table
    slot = np.int64(value & np.uint64(len(seen) - 1))
    while owners[slot] == owner:
        if seen[slot] == value:
            return True
        slot = (slot + 1) & (len(seen) - 1)
    seen[slot], owners[slot] = value, owner
    return False
