"""Lines and paragraphs of texts as numbers, so that those which recur can be counted.

A line ends at a line feed. A paragraph is lines without a blank one between; a single line is no paragraph of its own.
Two units are the same if they agree in this form: white space at both ends gone, any other stretch of it (line feeds
within a paragraph too) one space, A to Z as a to z, full-width forms of ASCII (U+FF01 to U+FF5E) as ASCII, invisible
format characters absent. So a notice is the same however its lines are broken.

The size of a unit is its letters; a character of Han, kana or Hangul says as much as three and counts as three. Digits,
blanks and marks count nothing.
"""

from functools import cache
from typing import Literal, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from curate.core.kernels.characters import LIMIT, Kind, kind_table
from curate.core.kernels.compiled import inlined, kernel
from curate.core.kernels.shingles import BASE, FULL_WIDTH, WIDENED, mix, scrambled
from curate.core.kernels.strings import Bytes, Places, Strings, views
from curate.core.kernels.utf8 import decode

Longs = NDArray[np.uint64]
Counts = NDArray[np.int64]
Hashed = tuple[np.uint64, int]
Digits = Literal["pages", "fold", "keep"]

MARK, LETTER, IDEOGRAPH, DIGIT, BLANK, FEED, ABSENT = range(7)
PLAIN, DELETE, ASCII, LAST = 0x21, 0x7F, 0x80, LIMIT - 1
SPACE, ZERO, LINE_FEED, LOWER_A, LOWER_Z = 0x20, 0x30, 0x0A, 0x61, 0x7A
IDEOGRAPH_LETTERS = 3
PAGES = 3
"""A line in which only digits change is furniture of pages from so many pages on."""
FOLDED, PAGED, EXACT = range(3)
NOTHING, AS_IT_IS, AS_FOLDED = 0, 1, 2
"""Bits of a mark."""
MODES: dict[Digits, int] = {"fold": FOLDED, "pages": PAGED, "keep": EXACT}


class Units(NamedTuple):
    """Which units count, and how they are told apart.

    `digits` says where digits may differ: `fold`, everywhere; `pages`, only in a unit that stands at least three times
    in a string, as the header of a page does; `keep`, nowhere.
    """

    min_chars: int
    digits: Digits


class Spans(NamedTuple):
    """Scratch space for the lines, or the paragraphs, of one string.

    Line k is the bytes from `starts[k]` to `stops[k]`, line feed included; paragraph k is the lines from `starts[k]` to
    `stops[k]`. `exact` and `folded` are hashes with digits as they are and with each run of them as one 0; `letters` is
    -1 for a blank line. `marks` says in which forms a unit counts.
    """

    starts: Places
    stops: Places
    exact: Longs
    folded: Longs
    letters: Counts
    marks: Bytes


class Table(NamedTuple):
    """A hash table whose slots belong to the owner who wrote them; those of other owners count as free."""

    keys: Longs
    owners: Places
    counts: Counts


class Extent(NamedTuple):
    """The most lines of a string; the most keys of all strings together, of one string, of one owner."""

    lines: int
    keys: int
    of_string: int
    of_owner: int


class Work(NamedTuple):
    """What a kernel needs beside the text."""

    signs: Bytes
    lines: Spans
    paragraphs: Spans
    times: Table
    least: int
    mode: int


@cache
def signs() -> Bytes:
    """Say of each code point below LIMIT what it does to a unit: uint8; the last entry stands for all above.

    An ASCII letter or mark counts as the character that stands in the table, which is not below PLAIN.
    """
    kinds = kind_table()
    table = np.full(LIMIT, LETTER, np.uint8)
    table[np.isin(kinds, (Kind.OTHER, Kind.REPLACEMENT, Kind.DIGIT, Kind.PUNCTUATION, Kind.SYMBOL))] = MARK
    table[np.isin(kinds, (Kind.SPACE, Kind.NEWLINE))] = BLANK
    table[kinds == Kind.CONTROL] = ABSENT
    wide = (Kind.HAN, Kind.HAN_SIMPLE, Kind.HAN_TRADITIONAL, Kind.HAN_RARE, Kind.KANA, Kind.HANGUL)
    table[np.isin(kinds, wide)] = IDEOGRAPH
    table[0x7F:0xA0] = BLANK
    table[:ASCII] = [PLAIN <= code < DELETE and ord(chr(code).lower()) for code in range(ASCII)]
    table[:PLAIN] = table[DELETE] = BLANK
    table[ZERO : ZERO + 10] = DIGIT
    table[LINE_FEED] = FEED
    return table


def salt_of(source: int) -> np.uint64:
    """Return the number that keeps units of one source apart from those of others; a source is a number of 32 bits."""
    return np.uint64(mix(BASE ^ np.uint64(source)))


def marker_of(source: int) -> np.uint64:
    """Return the key that stands once for each record of a source."""
    return np.uint64(mix(salt_of(source) + np.uint64(1)))


def unit_keys(strings: pa.StringArray, owners: Places, salts: Longs, units: Units) -> tuple[Longs, Places]:
    """Return the distinct units of each owner: their keys, and whose they are, in the order of the strings.

    `owners` and `salts` say whose each string is (ascending) and what its keys are salted with. No key is 0.
    """
    seen = views(strings)
    size = extent(seen, owners, units.min_chars)
    keys, whose = np.empty(size.keys, np.uint64), np.empty(size.keys, np.int64)
    count = _unit_keys(seen, (owners, salts), (work_for(size, units), _table(size.of_owner)), (keys, whose))
    return keys[:count].copy(), whose[:count].copy()


def slots(entries: int) -> int:
    """Return the size of a hash table of so many entries: a power of two."""
    return 1 << max(2 * entries, 8).bit_length()


def _table(entries: int) -> Table:
    size = slots(entries)
    return Table(np.zeros(size, np.uint64), np.full(size, -1, np.int64), np.zeros(size, np.int64))


def _spans(entries: int) -> Spans:
    starts, stops, letters = (np.zeros(entries, np.int64) for _ in range(3))
    exact, folded = (np.zeros(entries, np.uint64) for _ in range(2))
    return Spans(starts, stops, exact, folded, letters, np.zeros(entries, np.uint8))


def work_for(size: Extent, units: Units) -> Work:
    """Make room for strings of some extent; a paragraph has two lines at least."""
    lines, paragraphs = _spans(size.lines), _spans(size.lines // 2 + 1)
    return Work(signs(), lines, paragraphs, _table(size.of_string), units.min_chars, MODES[units.digits])


@kernel
def extent(strings: Strings, owners: Places, least: int) -> Extent:
    """Measure strings: a unit has at least as many bytes as letters, so that few of many short lines count."""
    most, keys, most_keys, owned, most_owned = 1, 0, 1, 0, 1
    for i in range(len(strings.starts)):
        here = 1
        for at in range(strings.starts[i], strings.stops[i]):
            here += strings.data[at] == LINE_FEED
        some = 4 * min(here, (strings.stops[i] - strings.starts[i]) // least)
        owned = some + (owned if i and owners[i] == owners[i - 1] else 0)
        most, most_keys, most_owned = max(most, here), max(most_keys, some), max(most_owned, owned)
        keys += some
    return Extent(most, keys, most_keys, most_owned)


@inlined
def power(exponent: int) -> np.uint64:
    """Return BASE to a power, modulo 2**64."""
    result, square = np.uint64(1), BASE
    while exponent > 0:
        if exponent & 1:
            result *= square
        square *= square
        exponent >>= 1
    return result


@inlined
def _line(data: Bytes, at: int, stop: int, table: Bytes, zeros: int) -> tuple[int, Hashed, int, int]:
    """Read the line that starts at `at`: where it ends, its hash, its letters, its digits.

    With `zeros`, a run of digits counts as one 0. A hash is the polynomial of the scrambled characters in BASE modulo
    2**64, and comes with their number, so that the hash of a paragraph follows from those of its lines.
    """
    value, size, letters, digits = np.uint64(0), 0, 0, 0
    waiting = digit = False
    while at < stop:
        code = int(np.int64(table[data[at]]))
        if code >= PLAIN:
            value, size = _spaced(value, waiting), size + waiting
            waiting = digit = False
            begin = at
            while code >= PLAIN:
                value = value * BASE + scrambled(np.uint64(code))
                letters += LOWER_A <= code <= LOWER_Z
                at += 1
                code = int(np.int64(table[data[at]])) if at < stop else 0
            size += at - begin
            continue
        if data[at] < ASCII:
            code, sign, at = int(np.int64(data[at])), code, at + 1
        else:
            code, at = decode(data, at, stop)
            code -= WIDENED if FULL_WIDTH[0] <= code < FULL_WIDTH[1] else 0
            sign = int(np.int64(table[min(code, LAST)]))
        if sign == FEED:
            break
        if sign == BLANK:
            waiting, digit = size > 0, False
        if sign in (BLANK, ABSENT) or (zeros and digit and sign == DIGIT):
            continue
        code = sign if sign >= PLAIN else ZERO if zeros and sign == DIGIT else code
        value, size = _spaced(value, waiting) * BASE + scrambled(np.uint64(code)), size + waiting + 1
        letters += IDEOGRAPH_LETTERS if sign == IDEOGRAPH else sign == LETTER or LOWER_A <= sign <= LOWER_Z
        waiting, digit = False, sign == DIGIT
        digits += digit
    return at, (value, size), letters, digits


@inlined
def _spaced(value: np.uint64, waiting: bool) -> np.uint64:  # noqa: FBT001 - numba passes by place
    return value * BASE + np.uint64(SPACE) if waiting else value


@inlined
def _scan(data: Bytes, span: tuple[int, int], work: Work) -> tuple[int, int]:
    """Hash the lines and paragraphs of one string into the scratch space; return how many there are of each."""
    at, stop = span
    table, lines, paragraphs = work.signs, work.lines, work.paragraphs
    n = p = none = at - at  # for a plain 0 numba compiles every callee twice
    inside = False
    while at < stop:
        start = at
        at, exact, letters, digits = _line(data, start, stop, table, none)
        folded = _line(data, start, at, table, none + 1)[1] if digits > 0 else exact
        blank = exact[1] == 0
        lines.starts[n], lines.stops[n] = start, at
        lines.exact[n], lines.folded[n], lines.letters[n] = exact[0], folded[0], -1 if blank else letters
        if inside and not blank:
            paragraphs.exact[p] = _joined(paragraphs.exact[p], exact)
            paragraphs.folded[p] = _joined(paragraphs.folded[p], folded)
            paragraphs.letters[p] += letters
            paragraphs.stops[p] = n + 1
        elif not blank:
            paragraphs.exact[p], paragraphs.folded[p], paragraphs.letters[p] = exact[0], folded[0], letters
            paragraphs.starts[p], paragraphs.stops[p] = n, n + 1
        elif inside:
            p += paragraphs.stops[p] > paragraphs.starts[p] + 1
        inside = not blank
        n += 1
    if inside:
        p += paragraphs.stops[p] > paragraphs.starts[p] + 1
    return n, p


@inlined
def _joined(before: np.uint64, line: tuple[np.uint64, int]) -> np.uint64:
    """Return the hash of a text, a space and a line."""
    return (before * BASE + np.uint64(SPACE)) * power(line[1]) + line[0]


@inlined
def _slot_of(keys: Longs, owners: Places, owner: int, key: np.uint64) -> int:
    """Find the slot of a key, or the free one where it would go; its bits must be well mixed."""
    mask = len(keys) - 1
    slot = int(key) & mask
    while owners[slot] == owner and keys[slot] != key:
        slot = (slot + 1) & mask
    return slot


@inlined
def _count_pages(work: Work, spans: Spans, size: int, owner: int) -> None:
    """Count the units of a string in which digits could differ."""
    letters, exact, folded, least = spans.letters, spans.exact, spans.folded, work.least
    keys, owners, counts = work.times
    for k in range(size):
        if letters[k] >= least and exact[k] != folded[k]:
            key = mix(folded[k])
            slot = _slot_of(keys, owners, owner, key)
            if owners[slot] != owner:
                owners[slot], keys[slot], counts[slot] = owner, key, 0
            counts[slot] += 1


@inlined
def _mark(work: Work, spans: Spans, size: int, owner: int) -> None:
    """Mark in which forms each unit of a string counts: as it is, with its digits folded, both, or not at all."""
    letters, exact, folded, marks = spans.letters, spans.exact, spans.folded, spans.marks
    least, mode = work.least, work.mode
    keys, owners, counts = work.times
    for k in range(size):
        if letters[k] < least:
            marks[k] = NOTHING
        elif mode != PAGED or exact[k] == folded[k]:
            marks[k] = AS_FOLDED if mode == FOLDED else AS_IT_IS
        else:
            times = counts[_slot_of(keys, owners, owner, mix(folded[k]))]
            marks[k] = AS_IT_IS | AS_FOLDED if times >= PAGES else AS_IT_IS


@inlined
def read_units(data: Bytes, span: tuple[int, int], work: Work, owner: int) -> tuple[int, int]:
    """Scan string number `owner` and mark the units that count; return how many lines and paragraphs there are."""
    n, p = _scan(data, span, work)
    if work.mode == PAGED:
        _count_pages(work, work.lines, n, owner)
        _count_pages(work, work.paragraphs, p, owner)
    _mark(work, work.lines, n, owner)
    _mark(work, work.paragraphs, p, owner)
    return n, p


@inlined
def key_of(value: np.uint64, salt: np.uint64) -> np.uint64:
    """Return the key of a unit, which is never 0."""
    return max(mix(value ^ salt), np.uint64(1))


@kernel
def _unit_keys(
    strings: Strings, given: tuple[Places, Longs], tables: tuple[Work, Table], out: tuple[Longs, Places]
) -> int:
    owners, salts = given
    work, seen = tables
    at = len(owners) - len(owners)  # for a plain 0 numba compiles every callee twice
    for i in range(len(owners)):
        n, p = read_units(strings.data, (strings.starts[i], strings.stops[i]), work, i)
        at = _emit(work.lines, (n, owners[i], salts[i]), seen, out, at)
        at = _emit(work.paragraphs, (p, owners[i], salts[i]), seen, out, at)
    return at


@inlined
def _emit(spans: Spans, whose: tuple[int, int, np.uint64], seen: Table, out: tuple[Longs, Places], at: int) -> int:
    """Write the keys of some units that their owner has not had yet; return where they end."""
    size, owner, salt = whose
    exact, folded, marks = spans.exact, spans.folded, spans.marks
    keys, owners, _ = seen
    out_keys, out_owners = out
    for k in range(size):
        for form in (AS_IT_IS, AS_FOLDED):
            if marks[k] & form:
                key = key_of(exact[k] if form == AS_IT_IS else folded[k], salt)
                slot = _slot_of(keys, owners, owner, key)
                if owners[slot] != owner:
                    owners[slot], keys[slot] = owner, key
                    out_keys[at], out_owners[at] = key, owner
                    at += 1
    return at
