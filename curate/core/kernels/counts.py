"""Count the characters of every string by class, in one pass over an Arrow buffer."""

import numpy as np
import numpy.typing as npt

from curate.core.kernels.characters import KINDS, LIMIT, Kind, kind_table
from curate.core.kernels.compiled import kernel
from curate.core.kernels.strings import Bytes, Places, Strings
from curate.core.kernels.utf8 import decode

Counts = npt.NDArray[np.int32]

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


def distinct_rare(strings: Strings) -> Counts:
    """Count the different rare Han of each string (shape n, int32): a noise has many, a subject few again and again."""
    counts = np.zeros(len(strings.starts), np.int32)
    _count_rare(strings.data, (strings.starts, strings.stops), kind_table(), np.full(LIMIT, -1, np.int32), counts)
    return counts


@kernel
def _count_rare(data: Bytes, spans: tuple[Places, Places], kinds: Bytes, owners: Counts, counts: Counts) -> None:
    starts, stops = spans
    for i in range(len(starts)):
        at, stop = starts[i], stops[i]
        while at < stop:
            if data[np.uint64(at)] < ASCII:
                at += 1
                continue
            code, at = decode(data, at, stop)
            place = min(code, LAST)
            if kinds[place] == RARE and owners[place] != i:
                owners[place] = i
                counts[i] += 1
