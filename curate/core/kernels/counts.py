"""Count the characters of every string by class, in one pass over an Arrow buffer."""

import numpy as np
import numpy.typing as npt

from curate.core.kernels.characters import KINDS, LIMIT, kind_table
from curate.core.kernels.compiled import kernel
from curate.core.kernels.strings import Bytes, Places, Strings
from curate.core.kernels.utf8 import decode

LAST = LIMIT - 1


def kind_counts(strings: Strings) -> npt.NDArray[np.int32]:
    """Count characters by class: shape (n strings, KINDS), int32, columns in the order of Kind."""
    counts = np.zeros((len(strings.starts), KINDS), np.int32)
    _count(strings.data, strings.starts, strings.stops, kind_table(), counts)
    return counts


@kernel
def _count(data: Bytes, starts: Places, stops: Places, kinds: Bytes, counts: npt.NDArray[np.int32]) -> None:
    for i in range(len(starts)):
        at, stop = starts[i], stops[i]
        while at < stop:
            code, at = decode(data, at, stop)
            counts[i, kinds[min(code, LAST)]] += 1
