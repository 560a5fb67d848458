"""Count the characters of every string by class, in one pass over an Arrow buffer."""

import numpy as np
import numpy.typing as npt

from curate.core.kernels.characters import KINDS, LIMIT, Kind, kind_table, unlisted_han
from curate.core.kernels.compiled import inlined, kernel
from curate.core.kernels.strings import Bytes, Places, Strings
from curate.core.kernels.utf8 import decode

Counts = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

LAST = LIMIT - 1
ASCII = 0x80
RARE = int(Kind.HAN_RARE)


def kind_counts(strings: Strings) -> Counts:
    """Count characters by class: shape (n strings, KINDS), int32, columns in the order of Kind."""
    counts = np.zeros((len(strings.starts), KINDS), np.int32)
    _count(strings.data, (strings.starts, strings.stops), kind_table(), np.zeros(ASCII, np.int32), counts)
    return counts


@kernel
def _count(data: Bytes, spans: tuple[Places, Places], kinds: Bytes, seen: Counts, counts: Counts) -> None:
    """Count ASCII by character first, in `seen`: one counter for all small letters would be waited for every time."""
    starts, stops = spans
    for i in range(len(starts)):
        at, stop = starts[i], stops[i]
        while at < stop:
            if data[at] < ASCII:
                seen[data[at]] += 1
                at += 1
                continue
            code, at = decode(data, at, stop)
            counts[i, kinds[min(code, LAST)]] += 1
        for code in range(ASCII):
            counts[i, kinds[code]] += seen[code]
            seen[code] = 0


RARE_KINDS, UNLISTED, TICKS, STACKED = range(4)
MARKS = ((0x0300, 0x036F), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF))
"""Blocks of combining marks."""
UNSTACKED = 2
"""Marks on one letter that languages have at most (Vietnamese, Yoruba; NFC leaves one or none)."""
FIRST_TICK, LAST_TICK = 0xF020, 0xF0FF


def odd_counts(strings: Strings) -> Counts:
    """Count what is odd in each string, shape (n, 4), int32.

    RARE_KINDS, different rare Han: a noise has many, a subject few again and again. UNLISTED, Han that no national set
    has (`unlisted_han`). TICKS, U+F020 to U+F0FF: what Word and PDF make of boxes and ticks of Wingdings and Symbol.
    STACKED, combining marks behind two others.
    """
    counts = np.zeros((len(strings.starts), 4), np.int32)
    tables = kind_table(), unlisted_han(), np.full(LIMIT, -1, np.int32)
    _count_odd(strings.data, (strings.starts, strings.stops), tables, counts)
    return counts


@kernel
def _count_odd(data: Bytes, spans: tuple[Places, Places], tables: tuple[Bytes, Flags, Counts], counts: Counts) -> None:
    kinds, unlisted, owners = tables
    starts, stops = spans
    for i in range(len(starts)):
        at, stop, marks = starts[i], stops[i], 0
        while at < stop:
            if data[np.uint64(at)] < ASCII:
                at, marks = at + 1, 0
                continue
            code, at = decode(data, at, stop)
            place = min(code, LAST)
            if kinds[place] == RARE:
                counts[i, UNLISTED] += unlisted[place]
                counts[i, RARE_KINDS] += owners[place] != i
                owners[place] = i
            marks = marks + 1 if _is_mark(code) else 0
            counts[i, STACKED] += marks > UNSTACKED
            counts[i, TICKS] += FIRST_TICK <= code <= LAST_TICK


@inlined
def _is_mark(code: int) -> bool:
    for first, last in MARKS:  # noqa: SIM110 - numba knows no `any`
        if first <= code <= last:
            return True
    return False
