"""The round that turns band keys into pairs."""

from typing import Literal, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from curate.core.errors import StorageError
from curate.core.stage import Texts, Value, Yields
from curate.stages.dedup.bands import Bands
from curate.stages.dedup.keep import Criterion, Judge, Merits, columns_of
from curate.stages.dedup.scope import On, needed, said

Longs = NDArray[np.uint64]
Number = TypeVar("Number", np.int64, np.uint64)

PROPOSED = pa.schema([("row", pa.uint64()), ("other_row", pa.uint64())])
"""A pair of records that nobody has measured, `row` < `other_row`."""
HALF = np.uint64(32)
KEY_LOW = np.uint64(16)
"""The bits below are clear in every band key of the facts."""


class Comparing(Value):
    """What a round needs to know that looks at texts and at what decides which of them is kept."""

    ngram: int
    keep: tuple[Criterion, ...]
    quality: str | None = None
    date: str | None = None
    on: On = "text"

    @property
    def judge(self) -> Judge:
        """What decides which record of a pair is kept."""
        return Judge(self.keep, self.quality, self.date, self.on)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of a record that are read."""
        return tuple(dict.fromkeys((*needed(self.on), *columns_of(self.keep, self.quality, self.date))))


class Propose(Comparing):
    """Pair the rows that share a band key.

    Where more of them share one than can all be paired, whom each meets follows from what the records say and not from
    where they stand: they are sorted by the key of another band, so that those that share it become neighbours, then by
    a digest of their shingles, then by `keep`. Which band that is differs from key to key; it may be the key's own.
    """

    by: Literal["key", "row", "all"] = "key"
    wants_text: bool = True
    banding: Bands
    seed: int

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
            ranks, merits = self.ranks(keys[far], rows[far], texts)
            sort = np.lexsort((rows[far], *reversed(merits), ranks, keys[far]))
            order[places], rows = ranks[sort], rows.copy()
            rows[places] = rows[places[sort]]
        ones, twos = pairs_of(keys, order, rows)
        yield pa.RecordBatch.from_arrays([pa.array(ones), pa.array(twos)], schema=PROPOSED)
        return {"long_runs": len(lengths), "long_run_records": int(lengths.sum())}

    def ranks(self, keys: Longs, rows: Longs, texts: Texts) -> tuple[Longs, list[Merits]]:
        """Return, for lines of long runs, a number that orders a run by content, and what `keep` decides by.

        The number is the same for the same shingles. None of the texts is without a token: those have no band key.
        """
        from curate.core.kernels.minhash import Sketch, band_keys
        from curate.core.kernels.shingles import shingle_sets

        sketch = Sketch(self.ngram, *self.banding, self.seed)
        chosen = (keys >> KEY_LOW) % np.uint64(self.banding.bands)
        by_row = np.argsort(rows, kind="stable")
        sorted_rows = rows[by_row]
        ranks = np.zeros(len(rows), np.uint64)
        merits: list[Merits] = [np.zeros(len(rows), np.int64) for _ in self.keep]
        for batch in texts.of(distinct(rows.copy()), self.columns):
            here = batch["row"].to_numpy()
            spoken = said(batch, self.on)
            bands, _ = band_keys(spoken, np.zeros(len(here), np.uint64), sketch)
            sets = shingle_sets(spoken, self.ngram)
            digest = np.add.reduceat(sets.values, sets.bounds[:-1])
            low, high = np.searchsorted(sorted_rows, [here[0], here[-1] + np.uint64(1)])
            lines = by_row[low:high]
            mine = np.searchsorted(here, rows[lines])
            ranks[lines] = bands[mine, chosen[lines]] & ~np.uint64(0xFFFFFFFF) | digest[mine] >> HALF
            for merit, found in zip(merits, self.judge.merits(batch).values(), strict=True):
                merit[lines] = found[mine]
        return ranks, merits


def distinct(numbers: NDArray[Number]) -> NDArray[Number]:
    """Sort numbers, in place, and keep each once."""
    numbers.sort()
    return numbers[np.concatenate(([True], numbers[1:] != numbers[:-1]))[: len(numbers)]]
