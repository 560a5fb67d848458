"""Find what is not meant for readers: characters that nobody sees, long base64, strings said again and again."""
# ruff: noqa: PLR2004 - the numbers are bytes and code points of UTF-8

import numpy as np
import numpy.typing as npt

from curate.core.kernels.compiled import inlined, kernel
from curate.core.kernels.invisible import IDEOGRAPHS, joins, within
from curate.core.kernels.normal import ACTION, INVISIBLE, JOINER, LAST, action_table
from curate.core.kernels.strings import Bytes, Places, Strings
from curate.core.kernels.utf8 import BLACK_FLAG, decode, flag_end

MEASURED = ("chars", "invisible", "invisible_run", "tags", "overrides", "encoded", "repeats")
CHARS, UNSEEN, RUN, TAGGED, OVERRIDES, ENCODED, REPEATS = range(7)
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

    `invisible` counts what nobody sees, as `normalize` knows it (`joins`: zero-width characters, bidirectional
    controls, tags, and joiners, selectors and fillers that join, pick or fill nothing), and variation selectors behind
    Han, which pick a glyph where there are few;
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
    _measure(strings.data, (strings.starts, strings.stops), (table, action_table()), counts)
    return counts


@kernel
def _measure(data: Bytes, spans: tuple[Places, Places], tables: tuple[Bytes, Bytes], counts: Counts) -> None:
    starts, stops = spans
    table, actions = tables
    last = np.full(SLOTS, -1, np.int64)
    for i in range(len(starts)):
        start, stop = starts[i], stops[i]
        _unseen(data, (start, stop), actions, counts[i])
        counts[i, ENCODED] = _encoded(data, start, stop, table)
        counts[i, REPEATS] = _repeats(data, start, stop, last)


@inlined
def _unseen(data: Bytes, span: tuple[int, int], actions: Bytes, counts: Counts) -> None:
    at, stop = span
    seen, run = at - 1, 0
    while at < stop:
        byte = data[at]
        if byte < 0x80 or (0xE4 <= byte <= 0xEE) or (byte == 0xE3 and data[at + 1] != 0x85):
            counts[CHARS] += 1
            seen, run = at, 0
            at += 1 if byte < 0x80 else 3
            continue
        code, end = decode(data, at, stop)
        action = actions[min(code, LAST)] & ACTION
        hidden = action == INVISIBLE
        if action == JOINER:
            before = decode(data, seen, stop)[0] if seen >= span[0] else 0
            after = decode(data, end, stop)[0] if end < stop else 0
            hidden = not joins(code, before, after) or within(before, IDEOGRAPHS)
        if hidden:
            run += 1
            counts[UNSEEN] += 1
            counts[TAGGED] += 0xE0000 <= code <= 0xE007F
            counts[OVERRIDES] += code in (0x202D, 0x202E)
            counts[RUN] = max(counts[RUN], run)
        else:
            seen, run = at, 0
        counts[CHARS] += 1
        at = flag_end(data, end, stop) if code == BLACK_FLAG else end


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
