"""Every pair of documents of a corpus whose shingle sets overlap by a stated Jaccard index, found without a chance.

Prefix filtering (Chaudhuri, Ganti, Kaushik 2006; AllPairs: Bayardo, Ma, Srikant 2007): order the shingles of all
documents the same way, rare ones first. Two sets x and y with J >= t share at least ceil(t / (1 + t) * (|x| + |y|))
members, so that they share one among the first |x| - ceil(t * |x|) + 1 of x and as many of y. What meets there, and is
not too different in size, is compared.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from curate.core.kernels.compiled import kernel
from curate.core.kernels.shingles import shingle_sets

Longs = NDArray[np.uint64]
Places = NDArray[np.int64]
Words = NDArray[np.uint32]
Scores = NDArray[np.float64]

NGRAM = 5
LEAST = 0.6
SLOTS = 1 << 26
"""Shingles are counted by the low bits of their hash: which are rare need not be known exactly for a fixed order."""
RARE = np.uint64(255)
HALF = np.uint64(32)


class Truth(NamedTuple):
    """Pairs of documents by place in the corpus (files by name, rows in order), `one` < `two`, ascending."""

    one: Places
    two: Places
    jaccard: Scores

    def at_least(self, threshold: float) -> "Truth":
        """Return the pairs that reach a threshold."""
        reached = self.jaccard >= threshold
        return Truth(self.one[reached], self.two[reached], self.jaccard[reached])


class Ordered(NamedTuple):
    """Sets as ascending keys, rare members first: those of document i are `keys[bounds[i]:bounds[i + 1]]`."""

    keys: Longs
    bounds: Places


def truth_of(corpus: Path, least: float = LEAST) -> Truth:
    """Return all pairs of a folder of Parquet files with J >= `least`, from the file beside it where there is one."""
    path = corpus.with_suffix(f".truth-{least:g}.npz")
    if not path.exists():
        with path.with_suffix(".draft").open("wb") as stream:
            np.savez_compressed(stream, **pairs(corpus, least)._asdict())
        path.with_suffix(".draft").rename(path)
    with np.load(path) as known:
        return Truth(*(known[name] for name in Truth._fields))


def texts_of(corpus: Path) -> Iterator[pa.StringArray]:
    """Yield the texts of a corpus in the order of its documents, a row group at a time."""
    for path in sorted(corpus.glob("*.parquet")):
        with pq.ParquetFile(path) as file:
            for number in range(file.num_row_groups):
                yield from file.read_row_group(number, columns=["text"])["text"].chunks


def pairs(corpus: Path, least: float) -> Truth:
    """Find all pairs with J >= `least`."""
    sets = ordered(corpus)
    ones, twos = met(sets, least)
    del sets
    one, two = np.minimum(ones, twos), np.maximum(ones, twos)
    order = np.lexsort((two, one))
    score = exact(corpus, one[order], two[order])
    return Truth(one[order], two[order], score).at_least(least)


def ordered(corpus: Path) -> Ordered:
    """Return the sets of a corpus, rare members first.

    A key is 8 bits of how often the shingle occurs, then 56 bits of its hash. Two shingles that share a key (among a
    billion, a few) make two sets look more alike; so no pair is lost, and every pair is measured by whole hashes later.
    """
    counts, sizes = np.zeros(SLOTS, np.uint32), [np.zeros(1, np.int64)]
    for texts in texts_of(corpus):
        values, bounds = shingle_sets(texts, NGRAM)
        _count(values, counts)
        sizes.append(np.diff(bounds))
    starts = np.cumsum(np.concatenate(sizes))
    keys = np.empty(starts[-1], np.uint64)
    at = 0
    for texts in texts_of(corpus):
        values, bounds = shingle_sets(texts, NGRAM)
        _order(values, bounds, counts, keys[at : at + len(values)])
        at += len(values)
    return Ordered(keys, starts)


def met(sets: Ordered, least: float) -> tuple[Places, Places]:
    """Return the pairs of documents whose keys overlap by `least`, in any order."""
    sizes = np.diff(sets.bounds)
    order = np.argsort(sizes, kind="stable")
    prefix = np.where(sizes > 0, sizes - np.ceil(least * sizes - 1e-9).astype(np.int64) + 1, 0)
    postings = _postings(sets, prefix, order)
    found = _meet(sets, postings, (order, prefix, least))
    return found[:, 0], found[:, 1]


class Postings(NamedTuple):
    """Who has a key in the prefix: prefix member k of a set heads list `lists[start + k]`, from short sets to long."""

    starts: Places
    lists: Words
    """By prefix member: the number of its list; 0 for a key that no other prefix has."""
    heads: Places
    """By list: where it begins among `members`."""
    members: Words
    """Sets, as places in the order of size."""
    places: Words
    """By member: the place of the key in the prefix of that set."""


def _postings(sets: Ordered, prefix: Places, order: Places) -> Postings:
    """Sort the prefixes of all sets by key; a list is a run of one key."""
    starts = np.concatenate([[0], np.cumsum(prefix[order])])
    keys = np.empty(starts[-1], np.uint64)
    _gather(sets, (starts, order), keys)
    by_key = np.argsort(keys, kind="stable")  # stable: within a list, sets ascend by size
    run = keys[by_key]
    new = np.ones(len(run), np.bool_)
    new[1:] = run[1:] != run[:-1]
    shared = ~new
    shared[:-1] |= ~new[1:]
    chosen = by_key[shared]
    numbers = np.cumsum(new[shared])
    lists = np.zeros(len(keys), np.uint32)
    lists[chosen] = numbers
    heads = np.concatenate([[0], np.flatnonzero(new[shared]), [len(chosen)]])
    members = (np.searchsorted(starts, chosen, side="right") - 1).astype(np.uint32)
    return Postings(starts, lists, heads, members, (chosen - starts[members]).astype(np.uint32))


@kernel
def _count(values: Longs, counts: Words) -> None:
    mask = np.uint64(len(counts) - 1)
    for value in values:
        counts[value & mask] += np.uint32(1)


@kernel
def _order(values: Longs, bounds: Places, counts: Words, out: Longs) -> None:
    mask = np.uint64(len(counts) - 1)
    for k in range(len(values)):
        often = min(np.uint64(counts[values[k] & mask]), RARE)
        out[k] = (often << np.uint64(56)) | (values[k] >> np.uint64(8))
    for i in range(len(bounds) - 1):
        out[bounds[i] : bounds[i + 1]].sort()


@kernel
def _gather(sets: Ordered, prefixes: tuple[Places, Places], keys: Longs) -> None:
    starts, order = prefixes
    for i in range(len(order)):
        begun = sets.bounds[order[i]]
        for k in range(starts[i + 1] - starts[i]):
            keys[starts[i] + k] = sets.keys[begun + k]


class Reach(NamedTuple):
    """What the search keeps between sets: the sets that one has met, each once, and the verdict of their sizes."""

    seen: NDArray[np.int8]
    """By set: 0 not met, 1 to be compared, -1 too different."""
    touched: Places


@kernel
def _reach(sets: Ordered, postings: Postings, sized: tuple[Places, Places, float], i: int, reach: Reach) -> int:
    """Note the shorter sets that the prefix of set `i` meets; return how many there are."""
    order, prefix, least = sized
    size = sets.bounds[order[i] + 1] - sets.bounds[order[i]]
    several = 0
    for k in range(prefix[order[i]]):
        number = postings.lists[postings.starts[i] + k]
        for at in range(postings.heads[number], postings.heads[number + 1] if number else 0):
            other = np.int64(postings.members[at])
            if other >= i:
                break
            fewer = sets.bounds[order[other] + 1] - sets.bounds[order[other]]
            if fewer >= least * size - 1e-9 and reach.seen[other] == 0:
                # all that can still follow in both, this first meeting included, must reach the overlap
                left = min(size - k, fewer - np.int64(postings.places[at]))
                reach.seen[other] = 1 if left >= _needed(size, fewer, least) else -1
                reach.touched[several] = other
                several += 1
    return several


@kernel
def _meet(sets: Ordered, postings: Postings, sized: tuple[Places, Places, float]) -> Places:
    """Go through the sets from the shortest; compare each with the shorter ones that its prefix meets."""
    order, _, least = sized
    found = np.empty((1 << 16, 2), np.int64)
    count = 0
    reach = Reach(np.zeros(len(order), np.int8), np.empty(len(order), np.int64))
    for i in range(len(order)):
        one = sets.keys[sets.bounds[order[i]] : sets.bounds[order[i] + 1]]
        for j in range(_reach(sets, postings, sized, i, reach)):
            other = reach.touched[j]
            two = sets.keys[sets.bounds[order[other]] : sets.bounds[order[other] + 1]]
            if reach.seen[other] > 0 and _overlap(one, two, _needed(len(one), len(two), least)):
                if count == len(found):
                    found = np.concatenate((found, np.empty_like(found)))
                found[count, 0], found[count, 1] = order[i], order[other]
                count += 1
            reach.seen[other] = 0
    return found[:count].copy()


@kernel
def _needed(one: int, two: int, least: float) -> int:
    """Return how many members two sets of these sizes share at least where J >= `least`."""
    return int(np.ceil(least / (1 + least) * (one + two) - 1e-6))


@kernel
def _overlap(one: Longs, two: Longs, needed: int) -> bool:
    """Tell whether two ascending sets share so many members; stop as soon as they cannot."""
    i, j, shared = 0, 0, 0
    while i < len(one) and j < len(two):
        if shared + min(len(one) - i, len(two) - j) < needed:
            return False
        if one[i] == two[j]:
            i, j, shared = i + 1, j + 1, shared + 1
        elif one[i] < two[j]:
            i += 1
        else:
            j += 1
    return shared >= needed


def exact(corpus: Path, ones: Places, twos: Places) -> Scores:
    """Return the exact Jaccard index of pairs of documents, computed from their texts."""
    wanted = np.unique(np.concatenate([ones, twos]))
    parts, sizes, first = [np.zeros(0, np.uint64)], [np.zeros(1, np.int64)], 0
    for texts in texts_of(corpus):
        low, high = np.searchsorted(wanted, [first, first + len(texts)])
        values, bounds = shingle_sets(pc.take(texts, pa.array(wanted[low:high] - first)), NGRAM)
        parts.append(values)
        sizes.append(np.diff(bounds))
        first += len(texts)
    values, bounds = np.concatenate(parts), np.cumsum(np.concatenate(sizes))
    _sort_each(values, bounds)
    return _jaccards(values, bounds, np.searchsorted(wanted, ones), np.searchsorted(wanted, twos))


@kernel
def _sort_each(values: Longs, bounds: Places) -> None:
    for i in range(len(bounds) - 1):
        values[bounds[i] : bounds[i + 1]].sort()


@kernel
def _jaccards(values: Longs, bounds: Places, ones: Places, twos: Places) -> Scores:
    out = np.zeros(len(ones), np.float64)
    for pair in range(len(ones)):
        i, j = bounds[ones[pair]], bounds[twos[pair]]
        last_i, last_j = bounds[ones[pair] + 1], bounds[twos[pair] + 1]
        both, shared = last_i - i + last_j - j, 0
        while i < last_i and j < last_j:
            if values[i] == values[j]:
                i, j, shared = i + 1, j + 1, shared + 1
            elif values[i] < values[j]:
                i += 1
            else:
                j += 1
        if both:
            out[pair] = shared / (both - shared)
    return out
