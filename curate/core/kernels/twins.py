"""Find places of a text that have the same surroundings, character by character."""

import numpy as np
import numpy.typing as npt

from curate.core.kernels.compiled import inlined, kernel
from curate.core.kernels.strings import Places

Codes = npt.NDArray[np.uint32]
Sums = npt.NDArray[np.uint64]

FACTOR = np.uint64(0x9E3779B97F4A7C15)
"""An odd number to hash with: equal hashes are compared, so that any would do."""
SPREAD = np.uint64(29)


def twins(text: str, places: Places, before: int, behind: int) -> Places:
    """Return for each place the number of the first one that has the same `before` and `behind` characters around.

    `places` ascend. A place so close to an end of the text that characters are missing has none but itself.
    """
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    sums = np.empty(len(codes) + 1, np.uint64)
    slots = np.full(1 << (2 * len(places) + 2).bit_length(), -1, np.int64)
    found = np.empty(len(places), np.int64)
    _find(codes, places, (before, behind), (sums, slots, found))
    return found


@kernel
def _find(codes: Codes, places: Places, sizes: tuple[int, int], made: tuple[Sums, Places, Places]) -> None:
    sums, slots, found = made
    before, behind = sizes
    sums[0] = 0
    for at in range(len(codes)):
        sums[at + 1] = sums[at] * FACTOR + np.uint64(codes[at])
    power = np.uint64(1)
    for _ in range(before + behind):
        power *= FACTOR
    mask = np.uint64(len(slots) - 1)
    known = np.zeros(3, np.int64)
    for i in range(len(places)):
        first, last = places[i] - before, places[i] + behind
        found[i] = i
        if first < 0 or last > len(codes):
            continue
        said = sums[last] - sums[first] * power
        slot = (said ^ said >> SPREAD) & mask
        while slots[slot] >= 0 and not _same(codes, first, last, places[i] - places[slots[slot]], known):
            slot = (slot + np.uint64(1)) & mask
        if slots[slot] >= 0:
            found[i] = found[slots[slot]]
        slots[slot] = i


@inlined
def _same(codes: Codes, first: int, last: int, shift: int, known: Places) -> bool:
    """Tell whether the characters from `first` to `last` are those that stand `shift` before.

    `known` says of which shift that is known, from where and to where: a text that repeats itself is compared once.
    """
    goes_on = shift == known[0] and known[1] <= first <= known[2]
    at = max(first, known[2]) if goes_on else first
    while at < last and codes[at] == codes[at - shift]:
        at += 1
    if at < last:
        return False
    known[0], known[1], known[2] = shift, known[1] if goes_on else first, last
    return True
