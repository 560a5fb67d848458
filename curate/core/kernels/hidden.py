"""Find what is not meant for readers: characters that nobody sees, long base64, strings said again and again."""
# ruff: noqa: PLR2004 - the numbers are bytes and code points of UTF-8

import numpy as np
import numpy.typing as npt

from curate.core.kernels.compiled import inlined, kernel
from curate.core.kernels.strings import Bytes, Places, Strings
from curate.core.kernels.utf8 import BLACK_FLAG, flag_end

MEASURED = ("chars", "invisible", "invisible_run", "tags", "overrides", "encoded", "repeats")
CHARS, INVISIBLE, RUN, TAGGED, OVERRIDES, ENCODED, REPEATS = range(7)
WRAPPED = 60
"""A line of base64 that is broken has at least so many characters (64 in PEM, 76 in MIME)."""
WINDOW = 256
"""Shorter stretches of base64, line ends counted, are not looked for."""
LONGEST_INDENT = 64
"""Blanks and marks of quotations before a line of base64, at most."""
SHORTEST, LONGEST = 4, 96
"""Bytes of a unit that is said again and again."""
LEAST_WEIGHT = 8
"""Letters, a Han character being two: `OK OK OK` and `合格 合格 合格` are what a row of an inspection says."""
SLOTS = 4096
OTHER, SMALL, CAPITAL, DIGIT, PLUS, DASH, BREAK, INDENT = range(8)
FEWEST_BETWEEN = 8
"""Characters of base64 for addresses (RFC 4648, 5) for each `-` or `_`, at least: 32 on average, 6 in names."""

Counts = npt.NDArray[np.int64]


def hidden(strings: Strings) -> Counts:
    """Measure each string: int64, shape (n, 7), columns as in MEASURED.

    `invisible` counts zero-width characters, bidirectional controls, tag characters, supplementary variation
    selectors, fillers of Hangul, U+034F and formatting of music, other variation selectors only where one follows
    another or something invisible (it picks nothing there), and no joiners behind letters of scripts that need them
    (Arabic to Myanmar) or behind emoji;
    `invisible_run` is the most of them in a row; `tags` counts tag characters outside of flags, `overrides` U+202D and
    U+202E; `encoded` is the length of the longest stretch of base64, in either alphabet of RFC 4648, with capitals,
    small letters and digits (0 below 250), over line ends where lines are long, without what indents or quotes a line
    (`> `); `repeats` says how often a unit of 4 to
    96 bytes stands in a row that is of words, on one line, without a clock (`12:34:56`) and the marks that part the
    entries of lists and tables, and longer than one short word: eight letters, or four Han.
    """
    table = np.zeros(256, np.uint8)
    for characters, group in (
        (b"abcdefghijklmnopqrstuvwxyz", SMALL),
        (b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", CAPITAL),
        (b"0123456789", DIGIT),
        (b"+/", PLUS),
        (b"-_", DASH),
        (b"\r\n", BREAK),
        (b" \t>", INDENT),
    ):
        table[list(characters)] = group
    counts = np.zeros((len(strings.starts), len(MEASURED)), np.int64)
    _measure(strings.data, (strings.starts, strings.stops), table, counts)
    return counts


@kernel
def _measure(data: Bytes, spans: tuple[Places, Places], table: Bytes, counts: Counts) -> None:
    starts, stops = spans
    last = np.full(SLOTS, -1, np.int64)
    for i in range(len(starts)):
        start, stop = starts[i], stops[i]
        _unseen(data, start, stop, counts[i])
        counts[i, ENCODED] = _encoded(data, start, stop, table)
        counts[i, REPEATS] = _repeats(data, start, stop, last)


@inlined
def _unseen(data: Bytes, start: int, stop: int, counts: Counts) -> None:
    at, run = start, 0
    before = np.uint8(0)
    picks = False
    while at < stop:
        byte = data[at]
        if byte < 0x80 or (0xE4 <= byte <= 0xEE) or (byte == 0xE3 and data[at + 1] != 0x85):
            counts[CHARS] += 1
            at += 1 if byte < 0x80 else 3
            run, before, picks = 0, byte, False
            continue
        size = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
        code = _code(data, at, size)
        tag = 0xE0000 <= code <= 0xE007F
        joins = code in (0x200C, 0x200D) and (0xD8 <= before <= 0xE1 or before >= 0xEF)
        pick = _picks(code)
        if (pick and (picks or run > 0)) or (not joins and (tag or _is_unseen(code))):
            run += 1
            counts[INVISIBLE] += 1
            counts[TAGGED] += tag
            counts[OVERRIDES] += code in (0x202D, 0x202E)
            counts[RUN] = max(counts[RUN], run)
        else:
            run = 0
        counts[CHARS] += 1
        before, picks = byte, pick
        at += size
        if code == BLACK_FLAG:
            at = flag_end(data, at, stop)


@inlined
def _is_unseen(code: np.int64) -> bool:
    """Tell whether nobody sees a character, wherever it stands (default ignorable in Unicode, and U+FFF9..B)."""
    return bool(
        code in (0x034F, 0x061C, 0x3164, 0xFEFF, 0xFFA0)
        or 0x200B <= code <= 0x200F
        or 0x202A <= code <= 0x202E
        or 0x2060 <= code <= 0x206F
        or 0xFFF9 <= code <= 0xFFFB
        or 0x1D173 <= code <= 0x1D17A
        or 0xE0100 <= code <= 0xE01EF
    )


@inlined
def _picks(code: np.int64) -> bool:
    """Tell whether a character picks the form of the one before it: a variation selector of emoji or of Mongolian."""
    return bool(0xFE00 <= code <= 0xFE0F or 0x180B <= code <= 0x180F)


@inlined
def _code(data: Bytes, at: int, size: int) -> np.int64:
    """Return the code point of two, three or four bytes."""
    code = np.int64(data[at] & (0x1F if size == 2 else 0x0F if size == 3 else 0x07))
    for place in range(at + 1, at + size):
        code = code << 6 | np.int64(data[place] & 0x3F)
    return code


@inlined
def _encoded(data: Bytes, start: int, stop: int, table: Bytes) -> int:
    """Return the longest stretch; looks at the end of each window first, where most texts already show that none is."""
    best, at = 0, start
    while at + WINDOW <= stop:
        behind = _behind_other(data, start, at, table)
        if behind > at:
            at = behind
            continue
        size = line = small = capital = digit = dashes = 0
        group = np.uint8(BREAK)
        while at < stop and group != OTHER:
            group = table[data[at]]
            at += 1
            if group == DASH and line > 1 and table[data[at - 2]] == DASH and table[data[at - 3]] == DASH:
                group = np.uint8(OTHER)  # a drawn line
            if group == INDENT:
                group = np.uint8(BREAK if line == 0 else OTHER)
            if group == BREAK and (line >= WRAPPED or line == 0):
                line = 0
            elif OTHER < group < BREAK:
                size += 1
                line += 1
                small += group == SMALL
                capital += group == CAPITAL
                digit += group == DIGIT
                dashes += group == DASH
            else:
                mixed = small > 0 and capital > 0 and digit > 0 and dashes * FEWEST_BETWEEN <= size
                best = size if size > best and mixed else best
                size = line = small = capital = digit = dashes = 0
        mixed = small > 0 and capital > 0 and digit > 0 and dashes * FEWEST_BETWEEN <= size
        best = size if size > best and mixed else best
    return best if best >= WINDOW - WINDOW // WRAPPED - 1 else 0


@inlined
def _behind_other(data: Bytes, start: int, at: int, table: Bytes) -> int:
    """Return the place behind the last byte of a window that no base64 has, or `at` where there is none."""
    back = at + WINDOW - 1
    while back >= at:
        group = table[data[back]]
        if group == OTHER:
            return back + 1
        if group == INDENT:
            line = back
            while line > start and back - line < LONGEST_INDENT and table[data[line]] == INDENT:
                line -= 1
            if table[data[line]] != BREAK and (line > start or table[data[line]] != INDENT):
                return back + 1
            back = line
        back -= 1
    return at


@inlined
def _repeats(data: Bytes, start: int, stop: int, last: Counts) -> int:
    best = period = run = 0
    for at in range(start, stop):
        if period > 0 and data[at] == data[at - period]:
            run += 1
        else:
            if period >= SHORTEST and run >= period * max(best, 1):
                best = max(best, _said(data, at, period, run))
            period = run = 0
        if at + 4 > stop:
            continue
        word = np.uint32(data[at]) | np.uint32(data[at + 1]) << 8 | np.uint32(data[at + 2]) << 16
        word |= np.uint32(data[at + 3]) << 24
        slot = (np.uint64(word) * np.uint64(0x9E3779B1) >> np.uint64(20)) & np.uint64(SLOTS - 1)
        before = last[slot]
        last[slot] = at
        if period == 0 and before >= start and at - before <= LONGEST:
            same = data[at] == data[before] and data[at + 1] == data[before + 1]
            if same and data[at + 2] == data[before + 2] and data[at + 3] == data[before + 3]:
                period, run = at - before, 1
    if period >= SHORTEST and run >= period * max(best, 1):
        best = max(best, _said(data, stop, period, run))
    return best


@inlined
def _said(data: Bytes, at: int, period: int, run: int) -> int:
    """Return how often the unit that ends before `at` stands in a row; 0 where it is no words."""
    letters = signs = weight = clocks = 0
    for place in range(at - period, at):
        byte = data[place]
        lead = byte < 0x80 or byte >= 0xC0
        letter = 0x61 <= (byte | 0x20) <= 0x7A if byte < 0x80 else 0xC3 <= byte <= 0xED and byte != 0xE2
        signs += lead
        letters += letter
        weight += letter * (2 if byte >= 0xE0 else 1)
        if byte in (0x09, 0x0A, 0x26, 0x2C, 0x2F, 0x3B, 0x3C, 0x5C, 0x7C):  # lists, paths, entities, markup, tables
            return 0
        clocks += byte == 0x3A and 0x30 <= data[place - 1] <= 0x39 and 0x30 <= data[place + 1 - period] <= 0x39
    if clocks > 1:  # entries of a log that was put on one line
        return 0
    return run // period + 1 if weight >= LEAST_WEIGHT and letters * 2 >= signs else 0
