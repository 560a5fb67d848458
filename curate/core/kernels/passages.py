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
UNHEARD = "'\u2019\u02bc\u00ad\u200b\u180e"
"""Apostrophes, and invisible characters that Unicode 3.2 does not count among the format characters."""
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
    def most(self) -> int:
        """Return a number of units that no window reaches."""
        return self.full // min(self.word, self.character) + 2


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
        if code >= CLASSED:
            codes[code] = code | ALONE
            continue
        parts = [part for one in folded(character) if (part := _part(one, kinds)) != ABSENT]
        if character in UNHEARD or not parts:
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


def known(made: Windows) -> Known:
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
    sizes: tuple[int, int, int, int] = (measure.word, measure.character, measure.full, measure.least)
    while True:
        seen = np.empty((room, SEEN_COLUMNS), np.int64)
        keys = np.empty((room, 2), np.uint64)
        count = _see(texts, form(), (sizes, measure.most), wanted, (seen, keys, units))
        if count <= room:
            return seen[:count].copy(), keys[:count, 0].copy(), keys[:count, 1].copy(), units
        room = count


class Units(NamedTuple):
    """The units of a stretch of one text that is looked at, with those before it that a window may still need."""

    values: Longs
    weights: Places
    starts: Places
    """First byte of each unit."""
    stops: Places
    """The byte behind it."""
    hashes: Longs
    """Polynomial in BASE of the units before each, modulo 2**64: those of windows follow by subtraction."""
    sums: Places
    """Weight of the units before each."""
    powers: Longs
    """BASE to the k-th, for as many units as a window may have."""


BLOCK = 2048
"""Units that are cut before they are looked at, so that memory does not grow with the text."""
MOST_SPELLED = 32
"""More characters than any one is spelled with."""


@kernel
def _see(
    texts: Strings,
    form: Form,
    measure: tuple[tuple[int, int, int, int], int],
    wanted: Known,
    out: tuple[Places, Longs, Places],
) -> int:
    """Write what is seen as far as there is room, and return how much it is."""
    sizes, most = measure
    size = most + BLOCK + MOST_SPELLED
    units = Units(
        np.zeros(size, np.uint64),
        np.zeros(size, np.int64),
        np.zeros(size, np.int64),
        np.zeros(size, np.int64),
        np.zeros(size, np.uint64),
        np.zeros(size, np.int64),
        np.ones(most + 1, np.uint64),
    )
    for k in range(most):
        units.powers[k + 1] = units.powers[k] * BASE
    seen = 0
    for row in range(len(texts.starts)):
        at, stop = texts.starts[row], texts.stops[row]
        old = shed = anchor = 0
        while at < stop:
            count, at = _cut(texts.data, (at, stop), form, (units, sizes), old)
            seen, anchor = _scan((units, old, count), (shed, anchor, row), sizes, wanted, (out, seen))
            drop = max(0, count - most)
            if at < stop:
                _shift(units, drop, count)
                shed, anchor, count = shed + drop, anchor - drop, count - drop
            old = count
        out[2][row] = shed + old
        light = sizes[3] <= units.sums[old] < sizes[2] if old else False
        if light and not len(wanted.keys):
            seen = _write(units, (0, anchor, old), (row, shed, -1), (out, seen))
    return seen


@kernel
def _shift(units: Units, drop: int, count: int) -> None:
    """Forget the first units."""
    for k in range(count - drop):
        units.starts[k], units.stops[k] = units.starts[k + drop], units.stops[k + drop]
    for k in range(count - drop + 1):
        units.hashes[k], units.sums[k] = units.hashes[k + drop], units.sums[k + drop]


@kernel
def _cut(
    data: Bytes, span: tuple[int, int], form: Form, made: tuple[Units, tuple[int, int, int, int]], old: int
) -> tuple[int, int]:
    """Cut a text into units up to a block of them; return how many there are then, and where the next one starts."""
    units, sizes = made
    at, stop = span
    count, limit = np.uint64(old), np.uint64(old + BLOCK)
    start, end = at, at
    word, inside, pending = WORD, False, 0
    while (at < stop and count < limit) or pending > 0:
        if pending > 0:
            said = int(np.int64(form.spelled[pending]))
            pending = pending + 1 if said != 0 else 0
            if said == SPACE:
                said = PARTING
            elif said == 0:
                continue
        else:
            before = at
            code, at = decode(data, at, stop)
            said = int(np.int64(form.codes[np.uint64(min(code, HAN_ENDS))]))
        if PARTING < said < ALONE:
            if said == ABSENT:
                continue
            start = start if inside else before
            word = ((word << TURN) | (word >> TURN_BACK)) + np.uint64(said) * BASE
            inside, end = True, at
        elif said >= SPELLED:
            pending = said & CODE
        else:
            count = _put(units, count, word, (start, end, sizes[0])) if inside else count
            word, inside = WORD, False
            count = _put(units, count, np.uint64(said) * WORD, (before, at, sizes[1])) if said >= ALONE else count
    if inside:
        count = _put(units, count, word, (start, end, sizes[0]))
    return int(np.int64(count)), at


SPACE = 0x20


@inlined
def _put(units: Units, count: np.uint64, value: np.uint64, said: tuple[int, int, int]) -> np.uint64:
    units.values[count] = value
    units.starts[count], units.stops[count], units.weights[count] = said
    return count + ONE


@kernel
def _scan(
    units: tuple[Units, int, int],
    place: tuple[int, int, int],
    sizes: tuple[int, int, int, int],
    wanted: Known,
    made: tuple[tuple[Places, Longs, Places], int],
) -> tuple[int, int]:
    """Look at the units of a block, one after the other; return how much was seen and where the last anchor begins."""
    these, old, count = units
    shed, anchor, row = place
    out, seen = made
    least, total, collecting = sizes[3], these.sums[old] if old else 0, not len(wanted.keys)
    values, weights, hashes, sums, powers = these.values, these.weights, these.hashes, these.sums, these.powers
    bits, mask = wanted.filter, np.uint64(64 * len(wanted.filter) - 1)
    hashes[old], sums[old] = hashes[old] if old else 0, total
    value, begin, stop = hashes[old], np.uint64(anchor), np.uint64(count)
    k = np.uint64(old)
    while k < stop:
        value = value * BASE + values[k]
        total += weights[k]
        k += ONE
        hashes[k], sums[k] = value, total
        if total - sums[begin] < least:
            continue
        while total - sums[begin + ONE] >= least:
            begin += ONE
        slot = mix(value - hashes[begin] * powers[k - begin]) & mask
        if collecting or (bits[slot >> SIX_BITS] >> (slot & LOW_SIX)) & ONE:
            seen = _look(these, (int(np.int64(begin)), int(np.int64(k))), (row, shed), (sizes[2], wanted), (out, seen))
    return seen, int(np.int64(begin))


@kernel
def _look(
    units: Units,
    span: tuple[int, int],
    place: tuple[int, int],
    what: tuple[int, Known],
    made: tuple[tuple[Places, Longs, Places], int],
) -> int:
    """Look for the window that ends with an anchor, and for every shorter text, among those that are known."""
    anchor, stop = span
    full, wanted = what
    out, seen = made
    begin = anchor
    while begin > 0 and units.sums[stop] - units.sums[begin] < full:
        begin -= 1
    whole = units.sums[stop] - units.sums[begin] >= full
    if not len(wanted.keys):
        return _write(units, (begin, anchor, stop), (place[0], place[1], -1), made) if whole else seen
    if whole:
        entry = _entry(units, begin, stop, wanted)
        seen = _write(units, (begin, anchor, stop), (place[0], place[1], entry), (out, seen)) if entry >= 0 else seen
    for length in wanted.lengths:
        if length <= stop and stop - length <= anchor and not (whole and stop - length == begin):
            entry = _entry(units, stop - length, stop, wanted)
            if entry >= 0:
                seen = _write(units, (stop - length, anchor, stop), (place[0], place[1], entry), (out, seen))
    return seen


@inlined
def _key(units: Units, start: int, stop: int) -> np.uint64:
    """Return the key of the units from `start` to before `stop`."""
    return mix(units.hashes[stop] - units.hashes[start] * units.powers[stop - start])


@inlined
def _entry(units: Units, start: int, stop: int, wanted: Known) -> int:
    """Return the place of a window among those that are known; -1 where it is none of them."""
    key = _key(units, start, stop)
    place = int(np.int64(np.searchsorted(wanted.keys, key)))
    return place if place < len(wanted.keys) and wanted.keys[place] == key else -1


@kernel
def _write(
    units: Units,
    span: tuple[int, int, int],
    place: tuple[int, int, int],
    made: tuple[tuple[Places, Longs, Places], int],
) -> int:
    """Write a row: where window and anchor begin and end; their string, the units shed, the entry. Count it."""
    begin, anchor, stop = span
    row, shed, entry = place
    (seen, keys, _), count = made
    if count < len(seen):
        seen[count, ROW], seen[count, STOP_UNIT], seen[count, UNITS] = row, shed + stop, stop - begin
        seen[count, START], seen[count, STOP], seen[count, ENTRY] = units.starts[begin], units.stops[stop - 1], entry
        keys[count, 0], keys[count, 1] = _key(units, begin, stop), _key(units, anchor, stop)
    return count + 1
