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
"""Numbers with less between them than this, one Han character, are one: a date, an item counted twice (`3第三条`);
not behind a blank (`3. 3号`)."""
TAIL_BYTES = 6
"""So much at the end has stood before, and gone on there: two Han characters. Of texts longer than a window, where any
two have stood somewhere, LONG_BYTES."""
ZERO, NINE, DOT, COMMA, FEED, SPACE, OPENING, CLOSING = b"09.,\n ()"
WIDE_SPACE, WIDE_OPENING, MARKERS = 0xE38080, 0xEFBC88, (0xE38081, 0xEFBC89, 0xEFBC8E, 0xE7ACAC)
"""（; 、）．第: what stands behind the number of an item."""
FIRST_HAN, LAST_HAN = 0xE4B880, 0xE9BFBF
UNITS = tuple(int.from_bytes(one.encode()) for one in "日时時号號月点點年周班楼层炉机泵车柜路区线轴相井站段组批")
"""What stands behind the number of a day, an hour, a machine."""
MACHINES = tuple(int.from_bytes(one.encode()) for one in "号號楼层炉机泵车柜路区线轴相井站段组批")
"""Those of them that number things: a sentence that begins with one is an entry of a log, as a line is."""
NAME_BYTES = 12
"""Before such a number, from the beginning of its sentence: four Han (`检查3号轴承`)."""
SENTENCE_ENDS = (0xE38082, 0xEFBC9B, 0xEFBC81)
"""。；！"""
ORDINAL = 0xE7ACAC
CELL_BYTES = 16
"""A cell of a sheet in which the same is said every day (`正常`, `OK`, a tick) is shorter than this."""
NUMERALS = "零〇一二三四五六七八九十百千两"
RULES = tuple(b"-=~*_#.")
"""What headings are underlined with: a longer rule elsewhere is not this one, broken off."""
HASH_PRIME = np.uint64(0x100000001B3)

Found = npt.NDArray[np.int64]
Work = tuple[Bytes, npt.NDArray[np.int64], npt.NDArray[np.uint64], Places]
"""A folded text; where its numbers stand in it; what they were; the table of places of a parse."""


def loop_counts(strings: Strings, asked: npt.NDArray[np.bool_]) -> Found:
    """Look for loops in the strings that are asked about, shape (n, 2), int64; of the others nothing is counted.

    Numbers (digits, Chinese numerals) are read as one and the same. LOOPED: bytes, numbers folded, of passages that
    follow themselves three times or more, one right behind the other, where not more than one number of a turn
    changes, or none but those that count items (`3.`); whole lines in which another number changes are entries
    of a log or a list (`3月5日：`, `Valve V-105`), and so are sentences that begin with the
    number of a thing (`3号塔`).
    BROKEN_OFF: 1 where the last bytes have stood before, and have gone on there within their line.
    """
    found = np.zeros((len(strings.starts), 2), np.int64)
    longest = int((strings.stops - strings.starts)[asked].max(initial=0))
    work = (
        np.zeros(longest + 4, np.uint8),
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
            _parse((start, min(start + WINDOW_BYTES, size), size), work, numbers, found[i])
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
        same = numbers > 0 and size - last <= APART and not (size > last and text[size - 1] == SPACE)
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
    text[size : size + 3] = 0
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
def _parse(span: tuple[int, int, int], work: Work, numbers: int, found: Found) -> None:
    """Parse one window as `repeats` does; `span` ends with the size of the text, for it breaks off in its last one."""
    text, _, _, table = work
    start, stop, size = span
    at = new = start
    while at + PIECE <= stop:
        earlier, length = matched(text, table, (start, stop), at)
        if length == 0:
            at += 1
            new = at
            continue
        if length >= LONG_BYTES and length >= TURNS * (at - earlier) and worded(text, (earlier, at), NINE, ZERO):
            changing, others, things = _changing((earlier, at, at + length), work, numbers)
            entries = changing > ONE_COUNTER or things == others or _lined(text, earlier, at)
            found[LOOPED] += length if others == 0 or not entries else 0
        if at + length == stop == size and length >= (TAIL_BYTES if start == 0 else LONG_BYTES):
            after = text[earlier + length]
            said = worded(text, (at, stop), NINE, ZERO) and _said_whole(text, (new, stop)) and after != FEED
            ruled = after == text[stop - 1] and after in RULES
            found[BROKEN_OFF] |= said and not ruled and not _ends(text, (at, stop)) and not _in_cells(text, stop)
        at += length


@inlined
def _said_whole(text: Bytes, span: tuple[int, int]) -> bool:
    """Tell whether the last line, or LONG_BYTES at its end, lies within a stretch.

    What follows a heading or a label that stood nowhere else (`Title is: ...`) names something, and breaks nothing off.
    """
    new, stop = span
    return stop - new >= LONG_BYTES or new == 0 or _lined(text, new - 1, stop)


@inlined
def _lined(text: Bytes, start: int, stop: int) -> bool:
    """Tell whether a line ends within a stretch."""
    for at in range(start, stop):  # noqa: SIM110 - numba knows no `any`
        if text[at] == FEED:
            return True
    return False


@inlined
def _changing(passage: tuple[int, int, int], work: Work, numbers: int) -> tuple[float, int, int]:
    """Return how many numbers of a turn are others than in the turn before, on average; how many count no items.

    Of these, how many are the number of a thing with which a sentence begins.
    """
    text, places, values, _ = work
    first = np.searchsorted(places[:numbers], passage[0])
    second = np.searchsorted(places[:numbers], passage[1])
    last = np.searchsorted(places[:numbers], passage[2])
    turn = second - first
    changed, others, things = 0, 0, 0
    if last == second:
        return 0.0, 0, 0
    for k in range(second, last):
        if turn > 0 and values[k] != values[k - turn]:
            changed += 1
            if not _counts_items(text, places[k]):
                others, things = others + 1, things + _names_thing(text, places[k])
    return changed * turn / (last - second), others, things


@inlined
def _names_thing(text: Bytes, at: int) -> bool:
    """Tell whether a folded number is that of a thing with which a sentence begins: `3号塔`, `检查3号轴承`."""
    if _wide(text, at + 1) not in MACHINES or (at > 2 and _wide(text, at - 3) == ORDINAL):  # noqa: PLR2004 - its bytes
        return False
    begun = at
    while begun > 2 and at - begun <= NAME_BYTES and text[begun - 1] != FEED:  # noqa: PLR2004 - a wide mark
        if _wide(text, begun - 3) in SENTENCE_ENDS:
            return True
        begun -= 1
    return begun == 0 or text[begun - 1] == FEED


@inlined
def _counts_items(text: Bytes, at: int) -> bool:
    """Tell whether a folded number begins a line and is that of an item: `3.`, `(3)`, `3、`, `3第三步`, `3当事人`."""
    begun = at
    while begun > 0 and text[begun - 1] in (SPACE, OPENING):
        begun -= 1
    begun -= 3 if begun > 2 and _wide(text, begun - 3) == WIDE_OPENING else 0  # noqa: PLR2004 - its bytes
    if begun > 0 and text[begun - 1] != FEED:
        return False
    behind = _wide(text, at + 1)
    if text[at + 1] in (DOT, CLOSING) or behind in MARKERS:
        return True
    return FIRST_HAN <= behind <= LAST_HAN and behind not in UNITS


@inlined
def _wide(text: Bytes, at: int) -> int:
    """Return three bytes as one number."""
    return int(text[at]) << 16 | int(text[at + 1]) << 8 | int(text[at + 2]) if at + 2 < len(text) else 0


@inlined
def _in_cells(text: Bytes, stop: int) -> bool:
    """Tell whether the last two of the cells that blanks part say the same: `正常 正常 正常`."""
    cell = stop
    while cell > 2 and stop - cell < CELL_BYTES and _blank(text, cell) == 0:  # noqa: PLR2004 - a wide blank
        cell -= 1
    before, size = cell - _blank(text, cell), stop - cell
    while before > 0 and text[before - 1] == SPACE:
        before -= 1
    if before in (cell, 0) or before < size:
        return False
    for at in range(size):  # noqa: SIM110 - numba knows no `all`
        if text[cell + at] != text[before - size + at]:
            return False
    return True


@inlined
def _blank(text: Bytes, at: int) -> int:
    """Return how many bytes the blank takes that stands before a place, behind the first two bytes; 0 if none."""
    if text[at - 1] == SPACE:
        return 1
    return 3 if at > 2 and _wide(text, at - 3) == WIDE_SPACE else 0  # noqa: PLR2004 - its bytes


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
