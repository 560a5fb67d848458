"""Record ids as pairs of uint64: a hundred million of them fit into memory and are compared fast."""

import secrets
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

ID_CHARS = 32
NO_DIGIT = 255

Pairs = npt.NDArray[np.uint64]
"""Shape (n, 2): the high and the low half of each id."""

_DIGITS = np.full(256, NO_DIGIT, np.uint8)
for _place, _digit in enumerate(b"0123456789abcdef"):
    _DIGITS[_digit] = _place

NONE: Pairs = np.zeros((0, 2), np.uint64)
NOWHERE = -1
Codes = npt.NDArray[np.int64]
SPREAD, STIR = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
"""Odd numbers that spread bits: those of xxHash and of the golden ratio."""
DRAWN = np.array([secrets.randbits(64), secrets.randbits(64)], np.uint64)
"""Anew in each process, so that nobody can choose ids whose marks add up to the same."""
MODULUS = 1 << 64
"""Sums of marks are taken by it."""


class Parsed(NamedTuple):
    """What a column of ids holds."""

    pairs: Pairs
    rows: npt.NDArray[np.int64]
    """Which row of the column each pair stands in."""
    malformed: int
    """How many values are not 32 lower-case hex characters (or are null)."""


def parse_ids(column: pa.StringArray) -> Parsed:
    """Read ids as numbers; what is no id is counted and left out."""
    whole = pc.fill_null(pc.equal(pc.binary_length(column), ID_CHARS), False)
    rows = np.flatnonzero(np.asarray(whole))
    fitting = column if len(rows) == len(column) and column.null_count == 0 else column.filter(whole)
    if not len(fitting):
        return Parsed(NONE, rows, len(column))
    _, offsets, data = fitting.buffers()
    start = int(np.frombuffer(offsets, np.int32, count=1, offset=4 * fitting.offset)[0])
    chars = np.frombuffer(data, np.uint8, count=ID_CHARS * len(fitting), offset=start).reshape(-1, ID_CHARS)
    digits = _DIGITS[chars]
    good = (digits != NO_DIGIT).all(axis=1)
    octets = np.ascontiguousarray(digits[:, ::2] << 4 | digits[:, 1::2])
    pairs = octets.view(">u8").astype(np.uint64)
    return Parsed(pairs[good], rows[good], len(column) - int(good.sum()))


def spell(pair: Pairs) -> str:
    """Write one id as the shards do."""
    return f"{int(pair[0]):016x}{int(pair[1]):016x}"


class Index:
    """All ids of an output in order: finds ids that stand twice, and says of any id whether it is there."""

    def __init__(self, kept: Pairs, rejected: Pairs) -> None:
        pairs = np.concatenate((kept, rejected))
        order = np.argsort(pairs[:, 0])
        self._high = pairs[order, 0]
        self._low = pairs[order, 1]
        self._rejected = order >= len(kept)

    def repeated(self) -> tuple[list[str], list[str]]:
        """Return the ids that stand twice on one side, and those that stand on both sides, each sorted."""
        same = self._high[1:] == self._high[:-1]
        inside = np.zeros(len(self._high), bool)
        inside[1:] |= same
        inside[:-1] |= same
        sides: dict[str, list[int]] = {}
        for place in np.flatnonzero(inside).tolist():
            name = spell(np.array((self._high[place], self._low[place])))
            sides.setdefault(name, [0, 0])[int(self._rejected[place])] += 1
        twice = sorted(name for name, side in sides.items() if max(side) > 1)
        both = sorted(name for name, side in sides.items() if min(side) > 0)
        return twice, both

    def sides(self, asked: Pairs) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Say of each id asked for whether it is there, and whether it stands on the rejected side."""
        names, places = np.unique(asked, axis=0, return_inverse=True)
        left = np.searchsorted(self._high, names[:, 0], side="left")
        right = np.searchsorted(self._high, names[:, 0], side="right")
        there, rejected = np.zeros(len(names), np.bool_), np.zeros(len(names), np.bool_)
        for place, (low, high) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
            same = np.flatnonzero(self._low[low:high] == names[place, 1])
            there[place] = len(same) > 0
            rejected[place] = len(same) > 0 and bool(self._rejected[low + int(same[0])])
        return there[places.reshape(-1)], rejected[places.reshape(-1)]

    def missing(self, asked: Pairs) -> list[str]:
        """Return the ids asked for that are not there, in the order asked."""
        left = np.searchsorted(self._high, asked[:, 0], side="left")
        right = np.searchsorted(self._high, asked[:, 0], side="right")
        first = np.minimum(left, max(len(self._high) - 1, 0))
        there = (left < right) & (self._low[first] == asked[:, 1]) if len(self._high) else np.zeros(len(asked), bool)
        lost = []
        for place in np.flatnonzero(~there).tolist():
            others = self._low[left[place] : right[place]]
            if not bool((others == asked[place, 1]).any()):
                lost.append(spell(asked[place]))
        return lost


def found_in(known: Pairs, asked: Pairs) -> Codes:
    """Return the place of each id among those that are known, sorted and unique; NOWHERE where it is not there."""
    place = np.searchsorted(known[:, 0], asked[:, 0], side="left")
    end = np.searchsorted(known[:, 0], asked[:, 0], side="right")
    found = np.full(len(asked), NOWHERE, np.int64)
    while (left := place < end).any():  # more than one step only where two ids share their first half
        here = np.flatnonzero(left)
        same = here[known[place[here], 1] == asked[here, 1]]
        found[same] = place[same]
        place[here] += 1
    return found


def ascending(pairs: Pairs) -> Codes:
    """Return the places of ids in ascending order."""
    return np.lexsort((pairs[:, 1], pairs[:, 0]))


def marks_of(pairs: Pairs) -> npt.NDArray[np.uint64]:
    """Return a mark of each id: two lists of ids have one sum of marks where they are the same, in whatever order."""
    mixed = (pairs[:, 0] ^ DRAWN[0]) * SPREAD ^ (pairs[:, 1] ^ DRAWN[1]) * STIR
    mixed ^= mixed >> np.uint64(29)
    marks: npt.NDArray[np.uint64] = mixed * SPREAD
    return marks
