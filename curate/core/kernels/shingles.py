"""Tokens and shingles of texts, and how far two texts overlap, compiled: pure functions of Arrow buffers.

One tokenizer serves every language. A text is read character by character:

* full-width forms of ASCII (U+FF01 to U+FF5E) count as the ASCII character, and A to Z as a to z;
* letters, digits, combining marks and `_` that stand together are one token;
* a character of a script that puts no spaces between words (Han, kana, bopomofo, Thai, Lao, Burmese, Khmer) is a token
  by itself; Korean does put spaces between words, so a run of Hangul is one token;
* invisible format characters (soft hyphen, joiners, byte order mark, variation selectors) count as absent;
* everything else parts tokens.

Categories are those of Unicode 3.2, which the standard library keeps frozen for IDNA, so that no Python release moves a
token. What Unicode assigned later is a letter, but for symbols, emoji and general punctuation, which part tokens.

A shingle is `ngram` tokens in a row; a text of fewer tokens has one shingle of them all, a text without tokens none.
"""

from functools import cache
from typing import NamedTuple
from unicodedata import ucd_3_2_0

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from curate.core.kernels.compiled import inlined, kernel
from curate.core.kernels.strings import Bytes, Places, Strings, views
from curate.core.kernels.utf8 import FOUR, THREE, decode

Longs = NDArray[np.uint64]

PARTING, LETTER, SINGLE, ABSENT, WIDE = range(5)
ASCII = 0x80
CLASSED = 0x20000
"""Code points below have their class in a table; above them come Han extensions."""
HAN_ENDS = 0x40000
"""From here on Unicode holds marks without a shape and private use, which count as absent."""
SINGLES = (
    (0x0E00, 0x0F00),  # Thai, Lao
    (0x1000, 0x10A0),  # Burmese
    (0x1780, 0x1800),  # Khmer
    (0x3005, 0x3008),
    (0x3021, 0x3100),  # Han numerals, kana
    (0x3100, 0x3130),  # bopomofo
    (0x31A0, 0x3200),  # bopomofo, strokes, kana
    (0x3400, 0xA000),  # Han
    (0xF900, 0xFB00),  # Han, compatibility
    (0xFF66, 0xFFA0),  # half-width kana
    (0x1B000, 0x1B300),  # kana, Nushu
)
RADICALS = (0x2E80, 0x2FE0)
"""Symbols by category, but text layers of PDF files carry them in place of the characters they look like."""
SELECTORS = (0xFE00, 0xFE10)
SOFT_HYPHEN = 0xAD
"""A dash in Unicode 3.2, a format character ever since."""
FULL_WIDTH = (0xFF01, 0xFF5F)
WIDENED = 0xFEE0
"""How far the full-width forms stand from ASCII."""
SYMBOLS = ((0x2000, 0x2C00), (0x2E00, 0x2E80), (0xFE10, 0xFE20), (0x1F000, 0x20000))
"""Blocks in which what was assigned after Unicode 3.2 is a symbol or punctuation, as the long Chinese dash U+2E3A."""
FORMATS = (slice(0x061C, 0x061D), slice(0x2060, 0x2070))
"""Format characters that Unicode 3.2 did not have. The space of no width (U+200B) parts words, as it is there for."""

FULL = (1 << 64) - 1
EMPTY = np.uint64(0xCBF29CE484222325)
"""What a token begins with."""
TURN, TURN_BACK = np.uint64(5), np.uint64(59)
BASE = np.uint64(0x9E3779B97F4A7C15)
MIX_1 = np.uint64(0xFF51AFD7ED558CCD)
MIX_2 = np.uint64(0xC4CEB9FE1A85EC53)
SHIFT = np.uint64(33)
NONE, ONE, TWO = np.uint64(0), np.uint64(1), np.uint64(2)
LOOKED_AT = np.uint64(32)
FOUR_BITS, SIX_BITS = np.uint64(0x0F), np.uint64(0x3F)


class Alphabet(NamedTuple):
    """What each character is: `ascii` holds a number for each byte that stands in words (0: none), `kinds` the rest."""

    ascii: Longs
    kinds: NDArray[np.int8]


class Sets(NamedTuple):
    """The distinct shingles of texts: those of text i are `values[bounds[i]:bounds[i + 1]]`, in order of appearance."""

    values: Longs
    bounds: Places


@cache
def alphabet() -> Alphabet:
    """Class every character once a process."""
    numbers = np.zeros(256, np.uint64)
    for code in range(ASCII):
        if chr(code).isalnum() or chr(code) == "_":
            numbers[code] = number_of(chr(code).lower())
    return Alphabet(numbers, _kinds())


def number_of(character: str) -> int:
    """Return the number of a character: `scrambled` in plain Python."""
    value = ord(character) * int(BASE) & FULL
    value = (value ^ (value >> 33)) * int(MIX_1) & FULL
    return value ^ (value >> 33)


def _kinds() -> NDArray[np.int8]:
    """Class every character below CLASSED; each line outranks those before it."""
    categories = [ucd_3_2_0.category(character) for character in map(chr, range(CLASSED))]
    classes = {said: LETTER if said[0] in "LMN" or said == "Cn" else PARTING for said in set(categories)}
    kinds = np.array([*map((classes | {"Cf": ABSENT}).__getitem__, categories)], np.int8)
    later = np.array([*map("Cn".__eq__, categories)])
    for low, high in SYMBOLS:
        kinds[low:high][later[low:high]] = PARTING
    for low, high in SINGLES:
        kinds[low:high][kinds[low:high] == LETTER] = SINGLE
    for (low, high), kind in ((RADICALS, SINGLE), (FULL_WIDTH, WIDE)):
        kinds[low:high][kinds[low:high] != ABSENT] = kind
    kinds[slice(*SELECTORS)] = kinds[SOFT_HYPHEN] = ABSENT
    for formats in FORMATS:
        kinds[formats] = ABSENT
    kinds[:ASCII] = PARTING
    return kinds


class Spans(NamedTuple):
    """Sets of distinct shingles anywhere in an array: set i is `values[starts[i]:stops[i]]`."""

    values: Longs
    starts: Places
    stops: Places


def shingle_sets(texts: pa.StringArray, ngram: int) -> Sets:
    """Return the distinct shingles of each text as 64-bit numbers; no shingle is 0."""
    return Sets(*_shingle_sets(views(texts), ngram, alphabet()))


def jaccard(one: Longs, two: Longs) -> float:
    """Return the Jaccard index of two sets of distinct shingles; 0.0 where one is empty."""
    first, second = (Spans(values, np.array([0]), np.array([len(values)])) for values in (one, two))
    alone = np.zeros(1, np.int64)
    return float(jaccards(first, second, (alone, alone))[0])


def jaccards(ones: Spans, twos: Spans, pairs: tuple[Places, Places], least: float = 0.0) -> NDArray[np.float64]:
    """Return |A & B| / |A | B| of each pair, set `pairs[0][k]` of `ones` with set `pairs[1][k]` of `twos`.

    0 stands for a pair of which one is empty, and for most that are below `least`. The quotient is the double nearest
    to the true one, so that it compares exactly with a threshold such as 0.7. Pairs of the same second set should stand
    together: its shingles are then looked at once.
    """
    out = np.zeros(len(pairs[0]), np.float64)
    _jaccards(ones, twos, pairs, least, out)
    return out


def copied(source: Spans, chosen: Places, out: Longs, to: Places) -> None:
    """Copy the chosen sets into `out`, each to its place; where they overlap, towards the beginning."""
    _copy(source, chosen, out, to)


@kernel
def mix(value: np.uint64) -> np.uint64:
    """Scramble a 64-bit number one to one: the finalizer of MurmurHash3."""
    value = (value ^ (value >> SHIFT)) * MIX_1
    value = (value ^ (value >> SHIFT)) * MIX_2
    return value ^ (value >> SHIFT)


@inlined
def scrambled(code: np.uint64) -> np.uint64:
    """Return the number of a character: its code point, scrambled one to one.

    Sums of code points, however they are turned or multiplied, are easily equal: neighbours differ by little.
    """
    value = code * BASE
    value = (value ^ (value >> SHIFT)) * MIX_1
    return value ^ (value >> SHIFT)


@inlined
def _said(token: np.uint64, number: np.uint64) -> np.uint64:
    """Append a character to a token: turned, then added, so that the order of characters counts."""
    return ((token << TURN) | (token >> TURN_BACK)) + number


@kernel
def tokens(data: Bytes, span: tuple[int, int], letters: Alphabet, out: Longs) -> int:
    """Write a number for each token to `out`, and return how many there are; equal tokens have equal numbers.

    Where words end cannot be foretold, so nothing of ASCII branches: what may be the end of a token is always written,
    and counted if it is. Places are unsigned, since numba asks of signed ones whether they count from the end.
    """
    at, stop = np.uint64(span[0]), np.uint64(span[1])
    count, token, inside = NONE, EMPTY, NONE
    while at < stop:
        lead = np.uint64(data[at])
        if lead < ASCII:
            number = letters.ascii[lead]
            word = np.uint64(number != 0)
            out[count] = token
            count += inside & (word ^ ONE)
            token = EMPTY ^ ((_said(token, number) ^ EMPTY) & (NONE - word))
            inside, at = word, at + ONE
            continue
        if THREE <= lead < FOUR and at + TWO < stop:  # as `decode` does it, but most of what is not ASCII is this
            second, third = np.uint64(data[at + ONE]) & SIX_BITS, np.uint64(data[at + TWO]) & SIX_BITS
            code = (lead & FOUR_BITS) << np.uint64(12) | second << np.uint64(6) | third
            at += np.uint64(3)
        else:
            decoded, after = decode(data, int(np.int64(at)), int(np.int64(stop)))
            code, at = np.uint64(decoded), np.uint64(after)
        kind = int(letters.kinds[code]) if code < CLASSED else SINGLE if code < HAN_ENDS else ABSENT
        number = scrambled(code)
        if kind == WIDE:
            number = letters.ascii[code - np.uint64(WIDENED)]
            kind = LETTER if number != 0 else PARTING
        if kind == LETTER:
            token, inside = _said(token, number), ONE
        elif kind != ABSENT:
            out[count] = token
            count += inside
            token, inside = EMPTY, NONE
            out[count] = number
            count += np.uint64(kind == SINGLE)
    out[count] = token
    return int(np.int64(count + inside))


@kernel
def shingle(tokens: Longs, count: int, ngram: int) -> int:
    """Turn the first `count` tokens into shingles in place and return their number.

    A shingle is the scrambled polynomial of its tokens in BASE modulo 2**64, rolled from one to the next.
    """
    if count == 0:
        return 0
    width = min(count, ngram)
    total, power = np.uint64(0), np.uint64(1)
    for k in range(width):
        total = total * BASE + tokens[k]
        power *= BASE
    last = count - width
    for k in range(last):
        ahead = tokens[k + width] - tokens[k] * power
        tokens[k] = max(mix(total), np.uint64(1))
        total = total * BASE + ahead
    tokens[last] = max(mix(total), np.uint64(1))
    return last + 1


@kernel
def room(texts: Strings) -> int:
    """Return the most tokens that a text can have: half its bytes, rounded up, as in `a b c`."""
    most = 0
    for start, stop in zip(texts.starts, texts.stops):  # noqa: B905 - numba knows no `strict`
        most = max(most, stop - start)
    return (most + 1) // 2 + 1


@kernel
def _distinct(shingles: Longs, count: int, table: Longs, out: Longs) -> int:
    """Write each shingle once to `out`, in order of appearance; `table` comes all zeros, its size a power of two."""
    mask = np.uint64(len(table) - 1)
    kept = NONE
    for value in shingles[:count]:
        slot = value & mask
        while table[slot] != 0 and table[slot] != value:
            slot = slot + ONE & mask
        out[kept] = value
        kept += np.uint64(table[slot] == 0)
        table[slot] = value
    return int(np.int64(kept))


@kernel
def _table_size(count: int) -> int:
    """Return a power of two that so many values fill to a quarter at most, so that few share a slot."""
    size = 16
    while size < 4 * count:
        size *= 2
    return size


@kernel
def _shingle_sets(texts: Strings, ngram: int, letters: Alphabet) -> tuple[Longs, Places]:
    n = len(texts.starts)
    bounds = np.zeros(n + 1, np.int64)
    most = room(texts)
    scratch = np.empty(most, np.uint64)
    table = np.empty(_table_size(most), np.uint64)
    out = np.empty((texts.stops - texts.starts).sum() // 2 + n + 1, np.uint64)
    for i in range(n):
        count = tokens(texts.data, (texts.starts[i], texts.stops[i]), letters, scratch)
        count = shingle(scratch, count, ngram)
        small = table[: _table_size(count)]
        small[:] = 0
        bounds[i + 1] = bounds[i] + _distinct(scratch, count, small, out[bounds[i] :])
    return out[: bounds[n]].copy(), bounds


@kernel
def _fill(table: Longs, values: Longs) -> None:
    """Put distinct values into a table, its size a power of two."""
    mask = np.uint64(len(table) - 1)
    table[:] = 0
    for value in values:
        slot = value & mask
        while table[slot] != 0:
            slot = slot + ONE & mask
        table[slot] = value


@kernel
def _copy(source: Spans, chosen: Places, out: Longs, to: Places) -> None:
    for k in range(len(chosen)):
        values, there = source.values[source.starts[chosen[k]] : source.stops[chosen[k]]], out[to[k] :]
        for at in range(len(values)):
            there[at] = values[at]


@inlined
def _shared(some: Longs, table: Longs, misses: np.uint64) -> int:
    """Count the members that stand in a table; -1 where more than so many do not.

    That is asked once a LOOKED_AT: asked of each, it would be foretold wrongly as often as a member is missing.
    """
    mask, size = np.uint64(len(table) - 1), np.uint64(len(some))
    shared, at = NONE, NONE
    while at < size:
        stop = min(size, at + LOOKED_AT)
        while at < stop:
            slot = some[at] & mask
            while table[slot] != 0 and table[slot] != some[at]:
                slot = slot + ONE & mask
            shared += np.uint64(table[slot] == some[at])
            at += ONE
        if at - shared > misses:
            return -1
    return int(np.int64(shared))


@kernel
def _jaccards(ones: Spans, twos: Spans, pairs: tuple[Places, Places], least: float, out: NDArray[np.float64]) -> None:
    one, two = pairs
    most = 0
    for k in two:
        most = max(most, twos.stops[k] - twos.starts[k])
    table = np.empty(_table_size(most), np.uint64)
    filled, used = -1, table
    for k in range(len(one)):
        some = ones.values[ones.starts[one[k]] : ones.stops[one[k]]]
        others = twos.values[twos.starts[two[k]] : twos.stops[two[k]]]
        both = len(some) + len(others)
        # J >= least where shared >= least / (1 + least) * both; one more miss is let through than need be, for rounding
        misses = len(some) - int(least / (1 + least) * both) + 1
        if len(some) == 0 or len(others) == 0 or misses < 0:
            continue
        if two[k] != filled:
            filled, used = two[k], table[: _table_size(len(others))]
            _fill(used, others)
        shared = _shared(some, used, np.uint64(misses))
        if shared >= 0:
            out[k] = shared / (both - shared)
