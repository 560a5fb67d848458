"""How like the texts of a folder others are: hashed units and pairs of units, and a logistic model over them, compiled.

Five models are learnt, each without a fifth of the texts, and a text is scored by the one that has not seen it: else a
record of the stream would be told from the examples by its own words. Which fifth that is, its units and digits say, so
that equal texts have equal scores.

A unit is a token as `shingles` reads them: a run of letters, lower case, or one character of Han or another script
without spaces. Digits all count as the same one, however many stand at the head of a token, so that no number is a term
and `5kg` is `kg`. A term is a unit or two units in a row;
it is known by TERM_BITS bits of a hash.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curate.core.kernels.compiled import inlined, kernel
from curate.core.kernels.shingles import (
    BASE,
    EMPTY,
    FULL,
    TURN,
    TURN_BACK,
    Alphabet,
    Longs,
    alphabet,
    mix,
    room,
    tokens,
)
from curate.core.kernels.strings import Bytes, Places, Strings

Floats = NDArray[np.float64]
Weights = NDArray[np.int16]
Buckets = NDArray[np.uint32]

TERM_BITS = 18
"""2**18 buckets: 512 KB of weights, which stay in the second cache of a core."""
BUCKETS = 1 << TERM_BITS
FOLDS = 5
DROPPED = np.uint64(64 - TERM_BITS)
ONE = np.uint64(1)
ZERO, NINE = 0x30, 0x39
ALONE = np.uint64(0xD6E8FEB86659FD93)
"""Keeps the buckets of units apart from those of pairs."""


class Bags(NamedTuple):
    """The terms of texts: text i has the buckets `buckets[bounds[i]:bounds[i + 1]]`, ascending, each with its share.

    Shares of a text add up to 1. Text i belongs to fold `folds[i]`.
    """

    bounds: Places
    buckets: Buckets
    shares: NDArray[np.float32]
    folds: Places


@cache
def folded() -> Alphabet:
    """Return the alphabet in which digits at the head of a token leave it as it began: all numbers are alike."""
    letters = alphabet()
    ascii_ = letters.ascii.copy()
    begun = int(EMPTY)
    ascii_[ZERO : NINE + 1] = (begun - (begun << int(TURN) | begun >> int(TURN_BACK))) & FULL
    return Alphabet(ascii_, letters.kinds)


@inlined
def _unit(token: np.uint64) -> np.uint64:
    """Return the bucket of a unit."""
    return mix(token ^ ALONE) >> DROPPED


@inlined
def _pair(before: np.uint64, token: np.uint64) -> np.uint64:
    """Return the bucket of two units in a row."""
    return mix(before * BASE + token) >> DROPPED


@inlined
def _fold(units: Longs, count: int, data: Bytes, span: tuple[int, int]) -> int:
    """Return the fold of a text of these units; its digits count, which the units do not tell apart.

    So the records of a form, in which only figures differ, do not all lie in one fold, of which a model knows nothing.
    """
    total = ONE
    for k in range(count):
        total += units[k]
    digits = ONE
    for at in range(span[0], span[1]):
        if ZERO <= data[at] <= NINE:
            digits = digits * BASE + np.uint64(data[at])
    total += mix(digits)
    return int(np.int64((mix(total) >> np.uint64(32)) % np.uint64(FOLDS)))


def bags(texts: Strings, most: int) -> Bags:
    """Return the terms of each text; of a text of more than `most` units, those of the first `most`."""
    return Bags(*_bags(texts, most, folded()))


@kernel
def _bags(texts: Strings, most: int, letters: Alphabet) -> tuple[Places, Buckets, NDArray[np.float32], Places]:
    n = len(texts.starts)
    folds = np.zeros(n, np.int64)
    scratch = np.empty(room(texts), np.uint64)
    terms = np.empty(2 * most, np.uint32)
    bounds = np.zeros(n + 1, np.int64)
    size = 0
    for i in range(n):
        size += min(texts.stops[i] - texts.starts[i] + 1, 2 * most)
    buckets, shares = np.empty(size, np.uint32), np.empty(size, np.float32)
    at = 0
    for i in range(n):
        count = tokens(texts.data, (texts.starts[i], texts.stops[i]), letters, scratch)
        folds[i] = _fold(scratch, count, texts.data, (texts.starts[i], texts.stops[i]))
        count = min(count, most)
        total = max(2 * count - 1, 0)
        for k in range(count):
            terms[k] = np.uint32(_unit(scratch[k]))
        for k in range(1, count):
            terms[count + k - 1] = np.uint32(_pair(scratch[k - 1], scratch[k]))
        some = np.sort(terms[:total])
        for k in range(total):
            if k == 0 or some[k] != some[k - 1]:
                buckets[at], shares[at] = some[k], 0
                at += 1
            shares[at - 1] += np.float32(1) / np.float32(total)
        bounds[i + 1] = at
    return bounds, buckets[:at].copy(), shares[:at].copy(), folds


def weighed(texts: Strings, weights: Weights) -> tuple[Places, Places]:
    """Return of each text the sum of the weights of its terms by the model of its fold, and how many terms it has.

    `weights` holds the models of all folds, one behind the other.
    """
    return _weighed(texts, weights, folded())


@kernel
def _weighed(texts: Strings, weights: Weights, letters: Alphabet) -> tuple[Places, Places]:
    n = len(texts.starts)
    scratch = np.empty(room(texts), np.uint64)
    sums, counts = np.zeros(n, np.int64), np.zeros(n, np.int64)
    for i in range(n):
        count = np.uint64(tokens(texts.data, (texts.starts[i], texts.stops[i]), letters, scratch))
        if count == 0:
            continue
        fold = _fold(scratch, int(np.int64(count)), texts.data, (texts.starts[i], texts.stops[i]))
        sums[i] = _sum(scratch, count, weights[fold * BUCKETS : (fold + 1) * BUCKETS])
        counts[i] = 2 * np.int64(count) - 1
    return sums, counts


@inlined
def _sum(units: Longs, count: np.uint64, weights: Weights) -> int:
    before = units[np.uint64(0)]
    total = np.int64(weights[_unit(before)])
    at = ONE
    while at < count:
        token = units[at]
        total += np.int64(weights[_unit(token)]) + np.int64(weights[_pair(before, token)])
        before = token
        at += ONE
    return int(total)


class Examples(NamedTuple):
    """Texts to learn from: 1.0 for one that is sought and -1.0 for another, and what each weighs (0: not looked at)."""

    sides: Floats
    loads: Floats


class Descent(NamedTuple):
    """How weights move: `scale` and `offset` turn the mean weight of a text into log odds; each weight has its pace.

    `pull` draws the weights back to where they started; `steps` are taken over all examples at a time.
    """

    scale: float
    offset: float
    pull: float
    steps: int


MOMENTUM = 0.9
OFFSET_PACE = 0.1


@kernel
def means(some: Bags, weights: Floats) -> Floats:
    """Return the mean weight of the terms of each text, 0 where it has none."""
    n = len(some.bounds) - 1
    out = np.zeros(n, np.float64)
    for i in range(n):
        total = 0.0
        for k in range(some.bounds[i], some.bounds[i + 1]):
            total += some.shares[k] * weights[some.buckets[k]]
        out[i] = total
    return out


@kernel
def masses(some: Bags, loads: Floats, powers: int) -> Floats:
    """Return for each bucket the sum of its shares, to the power of 1 or 2, each text times its load."""
    out = np.zeros(BUCKETS, np.float64)
    for i in range(len(some.bounds) - 1):
        for k in range(some.bounds[i], some.bounds[i + 1]):
            share = np.float64(some.shares[k])
            out[some.buckets[k]] += loads[i] * (share if powers == 1 else share * share)
    return out


@kernel
def descend(some: Bags, examples: Examples, begun: tuple[Floats, Floats], how: Descent) -> Floats:
    """Return the weights that logistic loss leads to from `begun` (weights, pace of each), by heavy-ball descent."""
    start, pace = begun
    weights, speed, slope = start.copy(), np.zeros(BUCKETS), np.zeros(BUCKETS)
    offset = how.offset
    for _ in range(how.steps):
        slope[:] = 0
        drift = 0.0
        for i in range(len(some.bounds) - 1):
            if examples.loads[i] == 0:
                continue
            total = 0.0
            for k in range(some.bounds[i], some.bounds[i + 1]):
                total += some.shares[k] * weights[some.buckets[k]]
            odds = examples.sides[i] * (how.scale * total + offset)
            push = examples.sides[i] * examples.loads[i] / (1.0 + np.exp(min(odds, 500.0)))
            drift += push
            for k in range(some.bounds[i], some.bounds[i + 1]):
                slope[some.buckets[k]] += push * some.shares[k]
        for f in range(BUCKETS):
            speed[f] = MOMENTUM * speed[f] + pace[f] * slope[f] - how.pull * (weights[f] - start[f])
            weights[f] += speed[f]
        offset += OFFSET_PACE * drift
    return weights


@kernel
def _terms(texts: Strings, letters: Alphabet) -> tuple[NDArray[np.int64], Places]:
    n = len(texts.starts)
    scratch = np.empty(room(texts), np.uint64)
    buckets, units = np.zeros(n, np.int64), np.zeros(n, np.int64)
    for i in range(n):
        units[i] = tokens(texts.data, (texts.starts[i], texts.stops[i]), letters, scratch)
        if units[i] == 1:
            buckets[i] = np.int64(_unit(scratch[0]))
        elif units[i] > 1:
            buckets[i] = np.int64(_pair(scratch[0], scratch[1]))
    return buckets, units


def terms_of(texts: Strings) -> tuple[NDArray[np.int64], Places]:
    """Return the bucket of the unit, or of the first two units, of each text, and how many units it has."""
    return _terms(texts, folded())


def joined(parts: list[Bags]) -> Bags:
    """Put bags one behind the other."""
    sizes = [np.diff(part.bounds) for part in parts]
    bounds = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.concatenate(sizes))])
    return Bags(bounds, *(np.concatenate([part[place] for part in parts]) for place in (1, 2, 3)))
