"""Measure the words of texts: how many, how many different, which come again and again, in which order."""

import math

import numpy as np
import numpy.typing as npt

from curate.core.kernels.compiled import inlined, kernel
from curate.core.kernels.shingles import BASE, NONE, ONE, Alphabet, Longs, alphabet, mix, room, tokens
from curate.core.kernels.strings import Strings

WINDOW_WORDS = 4096
"""Each window of a text is measured by itself: a long standard says everything twice, a loop its last sentence."""
SLOTS = 2 * WINDOW_WORDS
TURN = 5
"""As `shingles` turns a word at each character."""
LOGS = 1024

_FUNCTION_WORDS = """
the of and to in a is that for it as was with be by on not he this are or his from at which but have an had
they you were their one all we can her has there been if more when will would who so no 的 了 是 在 不 和 有 为
以 及 或 与 于 应 当 由 对 等 中 其 被 可 并 者 之 我 这 就 也 要 会 很 都 你 吗 呢 后 到 从 将 按 所 请 么
"""
FUNCTION_WORDS = _FUNCTION_WORDS.split()
"""Some of the commonest words of English, and the Chinese characters that do their work."""
_BEFORE = ("the an", "of from with by at into for in on")
_NO_OBJECT = "of is was were are be been have has had they we he she would could will can may must"
_NEVER_AFTER = (f"{_NO_OBJECT} and to the a an it that you which but from this these there their its his", _NO_OBJECT)
"""Articles and what does not stand after them; prepositions, and what does not.

Left out: `a`, which is also a name; `in`, `if`, `for`, `not` after articles (the in-house pump, the if clause); `and`
after prepositions (by and between)."""
BEFORE, NEVER_AFTER = [words.split() for words in _BEFORE], [words.split() for words in _NEVER_AFTER]

WORDS, DISTINCT, FUNCTIONS, TOP_2, TOP_4, AGAIN_5, AGAIN_10, LEADING, MISPLACED = range(9)
ENTROPY, PAIRS, CHANCE = range(3)

Counts = npt.NDArray[np.int64]
Sums = npt.NDArray[np.float64]
Table = tuple[Longs, npt.NDArray[np.int32]]
Known = tuple[Longs, Sums, tuple[Longs, ...], tuple[Longs, ...]]
"""Function words; steps of the entropy; articles and prepositions; what does not stand after each."""


def phrase_counts(strings: Strings) -> tuple[Counts, Sums]:
    """Count words, as `shingles` tells them: a Han character, or letters and digits that stand together.

    First, shape (n, 9), int64: words; different ones; function words of English and Chinese; words that the commonest
    pair makes up, and the commonest four in a row; words of runs of five, and of ten, that stood before, each counted
    once, as Gopher does it (Rae et al. 2021, arXiv 2112.11446, table A1); English articles and prepositions,
    and those of them before a word that they do not stand before. All but words by windows of WINDOW_WORDS.
    Then, shape (n, 3), float64: the sum over words of the entropy of their window in nats; pairs of places at which the
    same two words follow each other; how many of these there would be if the order of the words were chance.
    """
    n = len(strings.starts)
    counts, sums = np.zeros((n, 9), np.int64), np.zeros((n, 3), np.float64)
    steps = np.array([0.0, *((c + 1) * math.log(c + 1) - (c * math.log(c) if c else 0.0) for c in range(LOGS))])
    leading = tuple(_table(words, 64) for words in BEFORE)
    never = tuple(_table(words, 256) for words in NEVER_AFTER)
    known = _table(FUNCTION_WORDS, 1024), steps, leading, never
    _count_all(strings, alphabet(), known, (counts, sums))
    return counts, sums


def _table(words: list[str], size: int) -> Longs:
    """Put words into a hash table."""
    table = np.zeros(size, np.uint64)
    for word in words:
        _remember(table, number_of_word(word))
    return table


def number_of_word(word: str) -> np.uint64:
    """Return the number that `tokens` gives a word."""
    out = np.zeros(8, np.uint64)
    raw = np.frombuffer(word.encode(), np.uint8)
    tokens(raw, (0, len(raw)), alphabet(), out)
    return np.uint64(out[0])


@kernel
def _remember(table: Longs, key: np.uint64) -> bool:
    """Look a number (not 0) up in a table and put it there; return whether it stood there."""
    mask = np.uint64(len(table) - 1)
    slot = mix(key) & mask
    while table[slot] != NONE and table[slot] != key:
        slot = slot + ONE & mask
    known = table[slot] == key
    table[slot] = key
    return bool(known)


@kernel
def _count_all(strings: Strings, letters: Alphabet, given: Known, made: tuple[Counts, Sums]) -> None:
    counts, sums = made
    words = np.empty(room(strings) + 1, np.uint64)
    powers = np.empty(len(words) + 1, np.uint64)
    table = np.zeros(SLOTS, np.uint64), np.zeros(SLOTS, np.int32)
    for i in range(len(strings.starts)):
        count = tokens(strings.data, (strings.starts[i], strings.stops[i]), letters, words)
        counts[i, WORDS] = count
        for start in range(0, count, WINDOW_WORDS):
            window = words[start : min(start + WINDOW_WORDS, count)]
            same = _single(window, table, given, (counts[i], sums[i]))
            _rolled(window, powers)
            _pairs(window, powers, table, (same, counts[i], sums[i]))
            counts[i, TOP_4] += 4 * _commonest(powers, len(window), 4, table)
            counts[i, AGAIN_5] += _again(powers, len(window), 5, table[0])
            counts[i, AGAIN_10] += _again(powers, len(window), 10, table[0])


@inlined
def _cleared(table: Longs, count: int) -> np.uint64:
    """Clear as much of a table as so many values fill by half; return its mask."""
    size = 16
    while size < 2 * count:
        size *= 2
    table[:size] = 0
    return np.uint64(size - 1)


@inlined
def _found(table: Table, mask: np.uint64, key: np.uint64) -> int:
    """Count a key; return how often it was there before."""
    keys, times = table
    slot = key & mask
    while keys[slot] != NONE and keys[slot] != key:
        slot = slot + ONE & mask
    before = int(times[slot]) if keys[slot] == key else 0
    keys[slot], times[slot] = key, before + 1
    return before


@inlined
def _single(window: Longs, table: Table, given: Known, made: tuple[Counts, Sums]) -> float:
    """Count words one by one; return how probably two of them are the same."""
    functions, steps, leading, never = given
    counts, sums = made
    mask = _cleared(table[0], len(window))
    distinct, working, pairs, total = 0, 0, 0, 0.0
    article = preposition = False
    for word in window:
        if article or preposition:
            counts[LEADING] += 1
            counts[MISPLACED] += _stands_in(never[0] if article else never[1], word)
        key = mix(word)
        before = _found(table, mask, max(key, ONE))
        distinct += before == 0
        pairs += before
        total += steps[min(before + 1, LOGS)]
        known = _stands_in(functions, word)
        working += known
        article = known and _stands_in(leading[0], word)
        preposition = known and not article and _stands_in(leading[1], word)
    count = len(window)
    counts[DISTINCT] += distinct
    counts[FUNCTIONS] += working
    sums[ENTROPY] += count * math.log(count) - total
    return 2.0 * pairs / (count * (count - 1.0)) if count > 1 else 0.0


@inlined
def _stands_in(words: Longs, word: np.uint64) -> bool:
    mask = np.uint64(len(words) - 1)
    slot = mix(word) & mask
    while words[slot] != NONE and words[slot] != word:
        slot = slot + ONE & mask
    return bool(words[slot] == word)


@inlined
def _rolled(window: Longs, sums: Longs) -> None:
    """Write the polynomials of all beginnings of a window, of which those of its runs are differences."""
    total = np.uint64(0)
    sums[0] = total
    for k in range(np.uint64(len(window))):
        total = total * BASE + window[k]
        sums[k + ONE] = total


@inlined
def _power(width: int) -> np.uint64:
    power = ONE
    for _ in range(width):
        power *= BASE
    return power


@inlined
def _pairs(window: Longs, sums: Longs, table: Table, more: tuple[float, Counts, Sums]) -> None:
    """Count pairs of words: the commonest, and places where the same two stand."""
    same, counts, found = more
    count = len(window) - 1
    if count < 1:
        return
    mask, power = _cleared(table[0], count), _power(2)
    most, pairs = 0, 0
    for k in range(np.uint64(count)):
        before = _found(table, mask, max(mix(sums[k + np.uint64(2)] - sums[k] * power), ONE))
        most = max(most, before + 1)
        pairs += before
    counts[TOP_2] += 2 * most if most > 1 else 0
    found[PAIRS] += pairs
    found[CHANCE] += same * same * count * (count - 1) / 2


@inlined
def _commonest(sums: Longs, words: int, width: int, table: Table) -> int:
    """Return how often the commonest run of so many words comes; 0 where none comes twice."""
    count = words - width + 1
    if count < 1:
        return 0
    mask, power, wide = _cleared(table[0], count), _power(width), np.uint64(width)
    most = 0
    for k in range(np.uint64(count)):
        most = max(most, _found(table, mask, max(mix(sums[k + wide] - sums[k] * power), ONE)))
    return most + 1 if most > 0 else 0


@inlined
def _again(sums: Longs, words: int, width: int, keys: Longs) -> int:
    """Count the words of runs that stood before; a run that did is passed over as a whole."""
    count = words - width + 1
    if count < 1:
        return 0
    mask, power, wide = _cleared(keys, count), _power(width), np.uint64(width)
    at, stop, again = NONE, np.uint64(count), 0
    while at < stop:
        key = max(mix(sums[at + wide] - sums[at] * power), ONE)
        slot = key & mask
        while keys[slot] != NONE and keys[slot] != key:
            slot = slot + ONE & mask
        stood = keys[slot] == key
        keys[slot] = key
        again += width if stood else 0
        at += wide if stood else ONE
    return again
