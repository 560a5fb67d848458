"""Runs of words: the commonest, and those that stood before, compared byte by byte where their hashes agree."""

import numpy as np

from curate.core.kernels.chunks import Hashes, Small, Text
from curate.core.kernels.compiled import inlined
from curate.core.kernels.shingles import mix
from curate.core.kernels.strings import Bytes
from curate.core.kernels.units import power

CONTINUES = 0x80
"""A byte that goes on with a character, under the mask 0xC0."""


@inlined
def cleared(slots: Small, entries: int) -> int:
    """Empty as much of a hash table as so many entries need; return the mask of its places."""
    size = 4
    while size < entries + entries // 2:
        size *= 2
    slots[:size] = 0
    return size - 1


@inlined
def same(data: Bytes, one: int, other: int, size: int) -> bool:
    """Tell whether so many bytes are the same in two places."""
    at = 0
    while at < size and data[one + at] == data[other + at]:
        at += 1
    return at == size


@inlined
def chars_in(data: Bytes, start: int, stop: int) -> int:
    """Count the characters of a span."""
    chars = 0
    for at in range(start, stop):
        chars += data[at] & 0xC0 != CONTINUES
    return chars


@inlined
def _run(words: Text, sums: Hashes, first: int, last: int) -> np.uint64:
    """Hash the bytes of words from `first` to `last`, the latter left out."""
    return mix(sums[last] - sums[first] * power(int(np.int64(words.ends[last] - words.ends[first]))))


@inlined
def _equal(words: Text, one: int, other: int, n: int) -> bool:
    """Tell whether two runs of n words have the same bytes, wherever these are cut."""
    first, second = words.ends[one], words.ends[other]
    size = words.ends[one + n] - first
    return words.ends[other + n] - second == size and same(words.data, first, second, size)


@inlined
def _alike(words: Text, one: int, other: int, n: int) -> bool:
    """Tell whether two runs of n words are the same words."""
    for k in range(1, n):
        if words.ends[one + k] - words.ends[one] != words.ends[other + k] - words.ends[other]:
            return False
    return _equal(words, one, other, n)


@inlined
def top_run(words: Text, sums: Hashes, tables: tuple[Small, Small], count: int, n: int) -> int:
    """Return how many characters the commonest run of n words has, with a space between words, times how often it is.

    Of runs that are as common, the one that stands first counts.
    """
    slots, counts = tables
    mask = cleared(slots, count)
    most, top = 0, 0
    for k in range(count - n + 1):
        slot = int(np.int64(_run(words, sums, k, k + n) & np.uint64(mask)))
        while slots[slot] > 0 and not _alike(words, k, slots[slot] - 1, n):
            slot = (slot + 1) & mask
        if slots[slot] == 0:
            slots[slot], counts[slot] = k + 1, 0
        counts[slot] += 1
        if counts[slot] > most or (counts[slot] == most and slots[slot] < top):
            most, top = int(np.int64(counts[slot])), int(np.int64(slots[slot]))
    if most == 0:
        return 0
    return (chars_in(words.data, words.ends[top - 1], words.ends[top - 1 + n]) + n - 1) * most


@inlined
def runs_again(words: Text, sums: Hashes, slots: Small, count: int, n: int) -> int:
    """Count the characters of runs of n words that stood before; none overlaps another that counts."""
    mask = cleared(slots, count)
    k, again = 0, 0
    while k < count - n + 1:
        slot = int(np.int64(_run(words, sums, k, k + n) & np.uint64(mask)))
        while slots[slot] > 0 and not _equal(words, k, slots[slot] - 1, n):
            slot = (slot + 1) & mask
        if slots[slot] > 0:
            again += chars_in(words.data, words.ends[k], words.ends[k + n])
            k += n
        else:
            slots[slot] = k + 1
            k += 1
    return again
