"""Pairs, leaders and components of a graph of similar records, compiled: pure functions of arrays."""

import numpy as np
from numpy.typing import NDArray

from curate.core.kernels.compiled import kernel
from curate.core.kernels.strings import Places

Longs = NDArray[np.uint64]
Scores = NDArray[np.float64]

HALF = 32
"""Bits of the number of a split, and of that of a record within its split."""
ALL_PAIRS = 64
"""Runs of more equal keys than this are not paired throughout, so that a run costs no more than its length.

A record in a run of so many is compared with 32 others on average: about as long as it takes to read it.
"""


def pairs_of(keys: Longs, order: Longs, rows: Longs, most: int = ALL_PAIRS) -> tuple[Longs, Longs]:
    """Return the pairs (smaller row, larger row) that share a key, each once, ascending.

    All three are sorted by (key, order, row). A run of at most so many equal keys gives all its pairs. Of a longer one,
    of n, the first is paired with every other, and each with the `most**2 / n` before it, one at least; of those that
    share an order only the first counts, with which the others are paired.
    """
    ones, twos = np.empty((2, _room(keys, most)), np.uint64)
    count = _pairs(keys, order, rows, most, (ones, twos))
    return distinct_pairs(ones[:count], twos[:count])


def long_runs(keys: Longs, most: int = ALL_PAIRS) -> tuple[Places, NDArray[np.bool_]]:
    """Return the lengths of the runs of sorted keys that are not paired throughout, and a mask over their keys."""
    starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1]))[: len(keys)])
    lengths = np.diff(starts, append=len(keys))
    far = lengths > most
    return lengths[far], np.repeat(far, lengths)


def distinct_pairs(ones: Longs, twos: Longs) -> tuple[Longs, Longs]:
    """Sort pairs by (first, second), and keep each once; pairs of a row with itself fall out.

    Run-wide rows have two halves, which seldom use all of their 32 bits. Where a whole pair fits into 64, numbers are
    sorted, several times as fast as places by numbers.
    """
    used = int(_used(ones, twos))
    low, high = (used & 0xFFFFFFFF).bit_length(), (used >> HALF).bit_length()
    if 2 * (low + high) > 2 * HALF:
        order = np.lexsort((twos, ones))
        ones, twos = ones[order], twos[order]
        fresh = ones != twos
        fresh[1:] &= (ones[1:] != ones[:-1]) | (twos[1:] != twos[:-1])
        return ones[fresh], twos[fresh]
    packed = _packed(ones, twos, (low, low + high))
    packed.sort()
    return _unpacked(packed, (low, low + high))


def leaders(nodes: int, better: Places, worse: Places, score: Scores) -> tuple[Places, Scores]:
    """Return for each node the node that is kept in its place (itself where it is kept), and their score (then 0).

    Nodes are numbered from the best; edges run from `better` to `worse` and are sorted by (worse, better); scores are
    positive. From the best node to the worst, one falls where it touches a node that is kept; of several it falls to
    that of the highest score, of these to the best. So whoever falls touches its keeper, and no two kept nodes touch.
    """
    keeper, best = np.arange(nodes, dtype=np.int64), np.zeros(nodes, np.float64)
    _lead(keeper, best, (better, worse, score))
    return keeper, best


def components(nodes: int, ones: Places, twos: Places) -> Places:
    """Return for each node the smallest node that edges connect it with."""
    root = np.arange(nodes, dtype=np.int64)
    _unite(root, ones, twos)
    return root


@kernel
def _used(ones: Longs, twos: Longs) -> np.uint64:
    """Return all bits that are set in any row."""
    used = np.uint64(0)
    for k in range(len(ones)):
        used |= ones[k] | twos[k]
    return used


@kernel
def _packed(ones: Longs, twos: Longs, bits: tuple[int, int]) -> Longs:
    """Put the bits that rows use together, and those of a pair into one number; a row with itself is left out."""
    shift, width = np.uint64(bits[0]), np.uint64(bits[1])
    half, low = np.uint64(HALF), (np.uint64(1) << shift) - np.uint64(1)
    out, count = np.empty(len(ones), np.uint64), 0
    for k in range(len(ones)):
        one = ones[k] >> half << shift | ones[k] & low
        two = twos[k] >> half << shift | twos[k] & low
        out[count] = one << width | two
        count += one != two
    return out[:count]


@kernel
def _unpacked(packed: Longs, bits: tuple[int, int]) -> tuple[Longs, Longs]:
    """Undo `_packed` for sorted pairs, each once."""
    shift, width = np.uint64(bits[0]), np.uint64(bits[1])
    half, low = np.uint64(HALF), (np.uint64(1) << shift) - np.uint64(1)
    whole = (np.uint64(1) << width) - np.uint64(1)
    out, count = np.empty((2, len(packed)), np.uint64), 0
    for k in range(len(packed)):
        if k == 0 or packed[k] != packed[k - 1]:
            one, two = packed[k] >> width, packed[k] & whole
            out[0, count] = one >> shift << half | one & low
            out[1, count] = two >> shift << half | two & low
            count += 1
    return out[0, :count], out[1, :count]


@kernel
def _room(keys: Longs, most: int) -> int:
    """Return a number of pairs that is never exceeded."""
    total, start = 0, 0
    for stop in range(1, len(keys) + 1):
        if stop == len(keys) or keys[stop] != keys[start]:
            run = stop - start
            total += run * (run - 1) // 2 if run <= most else run * (max(1, most * most // run) + 1)
            start = stop
    return total


@kernel
def _pairs(keys: Longs, order: Longs, rows: Longs, most: int, out: tuple[Longs, Longs]) -> int:
    ones, twos = out
    leads = np.empty(len(keys), np.int64)
    at, start = 0, 0
    for stop in range(1, len(keys) + 1):
        if stop < len(keys) and keys[stop] == keys[start]:
            continue
        run = stop - start
        far = run > most
        reach = max(1, most * most // run) if far else run
        count = 0
        for place in range(start, stop):
            again = far and place > start and order[place] == order[place - 1]
            first = count - 1 if again else max(0, count - reach)
            for lead in range(first, count):
                ones[at], twos[at] = _ascending(rows[leads[lead]], rows[place])
                at += 1
            if first > 0 and not again:
                ones[at], twos[at] = _ascending(rows[start], rows[place])
                at += 1
            if not again:
                leads[count] = place
                count += 1
        start = stop
    return at


@kernel
def _ascending(one: np.uint64, two: np.uint64) -> tuple[np.uint64, np.uint64]:
    return min(one, two), max(one, two)


@kernel
def _lead(keeper: Places, best: Scores, edges: tuple[Places, Places, Scores]) -> None:
    better, worse, score = edges
    for edge in range(len(score)):
        above, below = better[edge], worse[edge]
        if keeper[above] == above and score[edge] > best[below]:
            keeper[below], best[below] = above, score[edge]


@kernel
def _root(root: Places, node: int) -> int:
    while root[node] != node:
        root[node] = root[root[node]]
        node = root[node]
    return node


@kernel
def _unite(root: Places, ones: Places, twos: Places) -> None:
    for edge in range(len(ones)):
        one, two = _root(root, ones[edge]), _root(root, twos[edge])
        root[max(one, two)] = min(one, two)
    for node in range(len(root)):
        root[node] = _root(root, node)
