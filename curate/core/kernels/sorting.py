"""Find the keys that stand more than once among very many, compiled: a pure function of an array."""

import numpy as np
from numpy.typing import NDArray

from curate.core.kernels.compiled import kernel

Longs = NDArray[np.uint64]

SLOTS = 4
"""Slots of a byte for each key: of keys that stand alone, at most two in nine are then taken for some that do not."""


def meeting(keys: Longs) -> NDArray[np.bool_]:
    """Return a mask over keys: true for each that stands more than once, and for a few that do not.

    Most keys of a corpus stand alone; what is sorted after this is a small part of them. Keys are digests: the bits
    behind those that all of them share (those of a partition share the first) are as good as random, and where keys
    that agree in them stand together, memory is touched in one place.
    """
    bits = max(8, int(len(keys) * SLOTS).bit_length())
    shared = 64 - (int(keys.min()) ^ int(keys.max())).bit_length() if len(keys) else 0
    seen = np.zeros(1 << bits, np.uint8)
    mask = np.empty(len(keys), np.bool_)
    _meet(keys, (np.uint64(min(shared, 63)), np.uint64(64 - bits)), seen, mask)
    return mask


@kernel
def _meet(keys: Longs, turns: tuple[np.uint64, np.uint64], seen: NDArray[np.uint8], mask: NDArray[np.bool_]) -> None:
    left, right = turns
    for k in range(len(keys)):
        slot = keys[k] << left >> right
        if seen[slot] < 2:  # noqa: PLR2004 - none, one, more
            seen[slot] += 1
    for k in range(len(keys)):
        mask[k] = seen[keys[k] << left >> right] > 1
