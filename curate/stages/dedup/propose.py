"""The round that turns band keys into pairs."""

from typing import Literal, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from curate.core.errors import StorageError
from curate.core.stage import Texts, Value, Yields
from curate.stages.dedup.bands import Bands
from curate.stages.dedup.scope import On, needed, said

Longs = NDArray[np.uint64]
Number = TypeVar("Number", np.int64, np.uint64)

PROPOSED = pa.schema([("row", pa.uint64()), ("other_row", pa.uint64())])
"""A pair of records that nobody has measured, `row` < `other_row`."""
HALF = np.uint64(32)


class Propose(Value):
    """Pair the rows that share a band key.

    Where more of them share one than can all be paired, whom each meets follows from what the texts say and not from
    where they stand: they are sorted by the key of another band, so that those that share two bands become neighbours,
    then by a digest of their shingles. Each band has its own second one.
    """

    by: Literal["key", "row", "all"] = "key"
    wants_text: bool = True
    ngram: int
    banding: Bands
    seed: int
    on: On = "text"

    def reduce(self, facts: pa.Table, texts: Texts | None) -> Yields:
        """Yield PROPOSED; a pair comes once a partition. Count the keys whose records are not all paired."""
        from curate.core.kernels.graph import long_runs, pairs_of

        if texts is None:
            raise StorageError("records that share a band cannot be put into order without their texts")
        keys, rows = facts["key"].to_numpy(), facts["row"].to_numpy()
        order = np.zeros(len(keys), np.uint64)
        lengths, far = long_runs(keys)
        if len(lengths):
            places = np.flatnonzero(far)
            ranks = self.ranks(keys[far], rows[far], texts)
            sort = np.lexsort((rows[far], ranks, keys[far]))
            order[places], rows = ranks[sort], rows.copy()
            rows[places] = rows[places[sort]]
        ones, twos = pairs_of(keys, order, rows)
        yield pa.RecordBatch.from_arrays([pa.array(ones), pa.array(twos)], schema=PROPOSED)
        return {"long_runs": len(lengths), "long_run_records": int(lengths.sum())}

    def ranks(self, keys: Longs, rows: Longs, texts: Texts) -> Longs:
        """Return, for lines of long runs, a number by which a run is put into order: the same for the same shingles.

        None of the texts is without a token: those have no band key.
        """
        from curate.core.kernels.minhash import Sketch, band_keys
        from curate.core.kernels.shingles import shingle_sets

        sketch = Sketch(self.ngram, *self.banding, self.seed)
        by_row = np.argsort(rows, kind="stable")
        sorted_rows = rows[by_row]
        ranks = np.zeros(len(rows), np.uint64)
        for batch in texts.of(distinct(rows.copy()), needed(self.on)):
            here = batch["row"].to_numpy()
            spoken = said(batch, self.on)
            bands, _ = band_keys(spoken, np.zeros(len(here), np.uint64), sketch)
            sets = shingle_sets(spoken, self.ngram)
            digest = np.add.reduceat(sets.values, sets.bounds[:-1])
            low, high = np.searchsorted(sorted_rows, [here[0], here[-1] + np.uint64(1)])
            lines = by_row[low:high]
            mine = np.searchsorted(here, rows[lines])
            second = bands[mine, keys[lines] % np.uint64(self.banding.bands)]
            ranks[lines] = second & ~np.uint64(0xFFFFFFFF) | digest[mine] >> HALF
        return ranks


def distinct(numbers: NDArray[Number]) -> NDArray[Number]:
    """Sort numbers, in place, and keep each once."""
    numbers.sort()
    return numbers[np.concatenate(([True], numbers[1:] != numbers[:-1]))[: len(numbers)]]
