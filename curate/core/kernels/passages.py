"""Windows of texts as 64-bit hashes, and where windows that are known stand in texts, compiled: pure functions.

A text is read as units. What stays of a character is its compatibility form without case (NFKD of its case folding)
without combining marks; apostrophes and invisible characters count as absent, everything but letters and digits parts
units. Letters and digits that stand together are one unit, a word; a character of a script that puts no spaces between
words (Han first of all) is a unit by itself. NFKD without marks rather than NFKC: then each character has its form
whatever its neighbours are, and composed and decomposed writing are the same.

A unit has a weight, and a window ends at every unit that has enough of them before it: it is the shortest stretch that
ends there and weighs enough. What stands outside of a window never shapes it.
"""

from functools import cache
from typing import NamedTuple
from unicodedata import ucd_3_2_0

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from curate.core.kernels.compiled import inlined, kernel
from curate.core.kernels.shingles import ABSENT as UNSEEN
from curate.core.kernels.shingles import BASE, CLASSED, HAN_ENDS, LETTER, SINGLE, TURN, TURN_BACK, Longs, alphabet, mix
from curate.core.kernels.strings import Bytes, Places, Strings, views
from curate.core.kernels.utf8 import decode

Codes = NDArray[np.int32]

PARTING, ABSENT = 0, 1
ALONE, SPELLED = 1 << 24, 1 << 25
"""Bits beside a code point: it is a unit by itself. Beside a number: it stands for several characters."""
CODE = ALONE - 1
APOSTROPHES = "'\u2019\u02bc"
ASCII = 0x80
WORD, ONE = np.uint64(0xD6E8FEB86659FD93), np.uint64(1)
SIX_BITS = np.uint64(6)
LOW_SIX = np.uint64(63)
SEEN_COLUMNS = 6
ROW, STOP_UNIT, UNITS, START, STOP, ENTRY = range(SEEN_COLUMNS)
"""Columns of what is seen: number of the string, number of the unit behind the window, its units, its first byte and
the byte behind it (both within the array's data), and the place of its key among those known (-1: all are wanted)."""
FILTER_BITS = 32
"""Bits of the filter a key: one anchor in so many of unrelated text is looked up in vain."""


class Form(NamedTuple):
    """What each character counts as: `codes` by code point; several characters lie in `spelled`, each run ends by 0."""

    codes: Codes
    spelled: Codes


class Measure(NamedTuple):
    """How much a word and a character by itself weigh, what a window weighs, and what the lightest text weighs."""

    word: int
    character: int
    full: int
    least: int

    @property
    def ring(self) -> int:
        """Return a power of two above the number of units that a window can have."""
        size = 4
        while size < self.full // min(self.word, self.character) + 3:
            size *= 2
        return size


class Known(NamedTuple):
    """Windows that are looked for: their keys, sorted, no key twice."""

    keys: Longs
    filter: Longs
    """Bits by anchor, the lightest stretch of weight `least` that ends where a window does."""
    lengths: Places
    """Units of the windows that are lighter than `full`: texts too short for one."""


class Windows(NamedTuple):
    """All windows of some texts."""

    seen: Places
    """Shape (n, SEEN_COLUMNS), by string, then by place."""
    keys: Longs
    anchors: Longs
    units: Places
    """By string: how many units it has."""


@cache
def form() -> Form:
    """Say what every character counts as, once a process."""
    codes = np.zeros(HAN_ENDS + 1, np.int32)
    kinds = alphabet().kinds
    spelled: list[int] = [0]
    for code in range(HAN_ENDS):
        character = chr(code)
        if CLASSED <= code:
            codes[code] = code | ALONE
            continue
        parts = [part for one in folded(character) if (part := _part(one, kinds)) != ABSENT]
        if character in APOSTROPHES or not parts:
            codes[code] = ABSENT
        elif len(parts) == 1:
            codes[code] = parts[0]
        elif any(parts):
            codes[code] = SPELLED | len(spelled)
            spelled += [part or ord(" ") for part in parts] + [0]
    codes[HAN_ENDS] = ABSENT
    return Form(codes, np.array(spelled, np.int32))


def folded(character: str) -> str:
    """Return the compatibility form of a character without case (NFKD_Casefold of Unicode, D146, marks included)."""
    return ucd_3_2_0.normalize("NFKD", ucd_3_2_0.normalize("NFKD", character).casefold())


def _part(character: str, kinds: NDArray[np.int8]) -> int:
    """Return what a folded character counts as: PARTING, ABSENT, or its code with ALONE where it stands alone."""
    code = ord(character)
    if code < ASCII:
        return code if character.isalnum() else PARTING
    if ucd_3_2_0.category(character) in {"Mn", "Me", "Cf"}:
        return ABSENT
    kind = int(kinds[code]) if code < CLASSED else SINGLE
    return {LETTER: code, SINGLE: code | ALONE, UNSEEN: ABSENT}.get(kind, PARTING)




def windows(texts: pa.StringArray, measure: Measure) -> Windows:
    """Return every window of each text; a text that is lighter than one is its own window, from `least` on."""
    nothing = Known(np.zeros(0, np.uint64), np.zeros(1, np.uint64), np.zeros(0, np.int64))
    seen, keys, anchors, units = _all_seen(views(texts), measure, nothing)
    return Windows(seen, keys, anchors, units)


def known(made: Windows, measure: Measure) -> Known:
    """Sort the keys of windows and build the filter."""
    keys = np.unique(made.keys)
    size = 1 << max(6, int(FILTER_BITS * len(keys) - 1).bit_length())
    bits = np.zeros(size // 64, np.uint64)
    slots = made.anchors & np.uint64(size - 1)
    np.bitwise_or.at(bits, slots >> SIX_BITS, ONE << (slots & LOW_SIX))
    light = made.seen[made.seen[:, STOP_UNIT] == made.units[made.seen[:, ROW]]]
    whole = light[light[:, UNITS] == light[:, STOP_UNIT], UNITS]
    return Known(keys, bits, np.unique(whole))


def seen_in(texts: pa.StringArray, measure: Measure, wanted: Known) -> Places:
    """Return where windows that are known end in texts: shape (n, SEEN_COLUMNS), by string, then by place."""
    return _all_seen(views(texts), measure, wanted)[0]


def _all_seen(texts: Strings, measure: Measure, wanted: Known) -> tuple[Places, Longs, Longs, Places]:
    """Look through texts, again where there is more than there was room for."""
    collecting = not len(wanted.keys)
    room = texts.nbytes // 2 + len(texts.starts) + 1 if collecting else 1 << 12
    units = np.zeros(len(texts.starts), np.int64)
    size, ring = tuple(map(int, measure)), measure.ring
    while True:
        seen = np.empty((room, SEEN_COLUMNS), np.int64)
        keys = np.empty((room, 2), np.uint64)
        count = _see(texts, form(), (size, ring), wanted, (seen, keys, units))
        if count <= room:
            return seen[:count].copy(), keys[:count, 0].copy(), keys[:count, 1].copy(), units
        room = count


class Ring(NamedTuple):
    """What is remembered of the last units; unit k has its place in k modulo the size of the ring."""

    hashes: Longs
    """Polynomial in BASE of the units before the k-th, modulo 2**64: those of stretches follow by subtraction."""
    weights: Places
    """Weight of the units before the k-th."""
    starts: Places
    """First byte of the k-th unit."""
    powers: Longs
    """BASE to the k-th, for as many units as a stretch may have."""
    state: Places
    """Units so far, first unit of the anchor and of the window that end with the last one, rows written."""


N, ANCHOR, WINDOW, COUNT = range(4)


@kernel
def _see(
    texts: Strings,
    form: Form,
    measure: tuple[tuple[int, int, int, int], int],
    wanted: Known,
    out: tuple[Places, Longs, Places],
) -> int:
    """Write what is seen as far as there is room, and return how much it is."""
    sizes, size = measure
    ring = Ring(
        np.zeros(size, np.uint64),
        np.zeros(size, np.int64),
        np.zeros(size, np.int64),
        np.ones(size, np.uint64),
        np.zeros(4, np.int64),
    )
    for k in range(1, size):
        ring.powers[k] = ring.powers[k - 1] * BASE
    for row in range(len(texts.starts)):
        ring.state[:COUNT] = 0
        ring.hashes[0] = ring.weights[0] = 0
        _read(texts.data, (texts.starts[row], texts.stops[row]), form, (ring, sizes, wanted, out, row))
        n = ring.state[N]
        out[2][row] = n
        if not len(wanted.keys) and sizes[3] <= ring.weights[n & (size - 1)] < sizes[2]:
            _write(ring, (0, ring.state[ANCHOR]), (texts.stops[row], row, -1), out)
    return int(ring.state[COUNT])


Work = tuple[Ring, tuple[int, int, int, int], Known, tuple[Places, Longs, Places], int]


@inlined
def _read(data: Bytes, span: tuple[int, int], form: Form, work: Work) -> None:
    """Cut one text into units, and look at each as soon as it is whole."""
    at, stop = span
    start, end = at, at
    word, inside, pending = WORD, False, 0
    while at < stop or pending > 0:
        if pending > 0:
            said = np.int64(form.spelled[pending])
            pending = pending + 1 if said != 0 else 0
            if said == 0:
                continue
            said = PARTING if said == SPACE else said
        else:
            before = at
            lead = int(data[at])
            if lead < ASCII:
                code, at = lead, at + 1
            else:
                code, at = decode(data, at, stop)
            said = np.int64(form.codes[min(code, HAN_ENDS)])
            if said >= SPELLED:
                pending = said & CODE
                continue
        if said == ABSENT:
            continue
        if PARTING < said < ALONE:
            start = start if inside else before
            word = ((word << TURN) | (word >> TURN_BACK)) + np.uint64(said) * BASE
            inside, end = True, at
            continue
        if inside:
            _unit((word, start, end), 0, work)
            word, inside = WORD, False
        if said >= ALONE:
            _unit((np.uint64(said) * WORD, before, at), 1, work)
    if inside:
        _unit((word, start, end), 0, work)


SPACE = 0x20


@inlined
def _unit(unit: tuple[np.uint64, int, int], alone: int, work: Work) -> None:
    """Take a unit in; where a window that is wanted ends with it, write that down."""
    ring, sizes, wanted, out, row = work
    state, mask = ring.state, len(ring.hashes) - 1
    n = state[N]
    here, after = n & mask, (n + 1) & mask
    ring.starts[here] = unit[1]
    ring.hashes[after] = ring.hashes[here] * BASE + mix(unit[0])
    total = ring.weights[here] + sizes[alone]
    ring.weights[after] = total
    n += 1
    state[N] = n
    if total < sizes[3]:
        return
    anchor, window = state[ANCHOR], state[WINDOW]
    while total - ring.weights[(anchor + 1) & mask] >= sizes[3]:
        anchor += 1
    while total - ring.weights[(window + 1) & mask] >= sizes[2]:
        window += 1
    state[ANCHOR], state[WINDOW] = anchor, window
    whole = total - ring.weights[window & mask] >= sizes[2]
    if not len(wanted.keys):
        if whole:
            _write(ring, (window, anchor), (unit[2], row, -1), out)
        return
    slot = _key(ring, anchor, n) & np.uint64(64 * len(wanted.filter) - 1)
    if (wanted.filter[slot >> SIX_BITS] >> (slot & LOW_SIX)) & ONE:
        _look(ring, (window if whole else -1, anchor), (unit[2], row, 0), wanted, out)


@inlined
def _key(ring: Ring, start: int, stop: int) -> np.uint64:
    """Return the key of the units from `start` to before `stop`."""
    mask = len(ring.hashes) - 1
    return mix(ring.hashes[stop & mask] - ring.hashes[start & mask] * ring.powers[stop - start])


@kernel
def _look(
    ring: Ring,
    begins: tuple[int, int],
    end: tuple[int, int, int],
    wanted: Known,
    out: tuple[Places, Longs, Places],
) -> None:
    """Look for the window that ends here (-1: none) and for every shorter one among those that are known."""
    n = ring.state[N]
    if begins[0] >= 0:
        _find(ring, begins, end, wanted, out)
    for length in wanted.lengths:
        if length <= n and n - length != begins[0] and n - length <= begins[1]:
            _find(ring, (n - length, begins[1]), end, wanted, out)


@inlined
def _find(
    ring: Ring,
    begins: tuple[int, int],
    end: tuple[int, int, int],
    wanted: Known,
    out: tuple[Places, Longs, Places],
) -> None:
    key = _key(ring, begins[0], ring.state[N])
    place = np.searchsorted(wanted.keys, key)
    if place < len(wanted.keys) and wanted.keys[place] == key:
        _write(ring, begins, (end[0], end[1], place), out)


@inlined
def _write(
    ring: Ring, begins: tuple[int, int], end: tuple[int, int, int], out: tuple[Places, Longs, Places]
) -> None:
    """Write a row: the window begins with one unit, its anchor with another; it ends before a byte, in a string."""
    seen, keys, _ = out
    count, n = ring.state[COUNT], ring.state[N]
    ring.state[COUNT] = count + 1
    if count >= len(seen):
        return
    seen[count, ROW], seen[count, STOP_UNIT], seen[count, UNITS] = end[1], n, n - begins[0]
    seen[count, START], seen[count, STOP] = ring.starts[begins[0] & (len(ring.hashes) - 1)], end[0]
    seen[count, ENTRY] = end[2]
    keys[count, 0], keys[count, 1] = _key(ring, begins[0], n), _key(ring, begins[1], n)
