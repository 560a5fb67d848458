"""Rounds that turn band keys into pairs, and pairs into measured similarity."""

from collections.abc import Iterator
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from curate.core import compute as pc
from curate.core.errors import StorageError
from curate.core.stage import Texts, Value

Longs = NDArray[np.uint64]
Places = NDArray[np.int64]
Scores = NDArray[np.float64]

PAIRS = pa.schema(
    [
        ("row", pa.uint64()),
        ("other_row", pa.uint64()),
        ("jaccard", pa.float64()),
        ("length", pa.int64()),
        ("other_length", pa.int64()),
        ("source", pa.uint32()),
        ("other_source", pa.uint32()),
    ]
)
"""A pair of records, `row` < `other_row`: exact Jaccard index, characters, place of the source in the configuration.

All but the rows is null until the pair has been measured.
"""

HELD_SHINGLES = 1 << 25
"""How many shingles of texts that wait for their partners are held at a time: 256 MB."""


def unmeasured(ones: Longs, twos: Longs) -> pa.RecordBatch:
    """Spell pairs that nobody has measured."""
    columns = [pa.array(ones), pa.array(twos), *(pa.nulls(len(ones), field.type) for field in list(PAIRS)[2:])]
    return pa.RecordBatch.from_arrays(columns, schema=PAIRS)


class Propose(Value):
    """Pair the rows that share a band key."""

    by: Literal["key", "row", "all"] = "key"
    wants_text: bool = False

    def reduce(self, facts: pa.Table, texts: Texts | None) -> Iterator[pa.RecordBatch]:  # noqa: ARG002 - no text wanted
        """Yield PAIRS, unmeasured; a pair comes once a partition."""
        from curate.core.kernels.graph import pairs_of

        yield unmeasured(*pairs_of(facts["key"].to_numpy(), facts["row"].to_numpy()))


class Measure(Value):
    """Measure the pairs that are unmeasured, and let go of those below the threshold."""

    by: Literal["key", "row", "all"] = "row"
    wants_text: bool = True
    ngram: int
    threshold: float

    def reduce(self, facts: pa.Table, texts: Texts | None) -> Iterator[pa.RecordBatch]:
        """Yield PAIRS, all measured: first those that came so, then the new ones."""
        from curate.core.kernels.graph import distinct_pairs

        if texts is None:
            raise StorageError("pairs cannot be measured without their texts")
        yield from facts.filter(facts["jaccard"].is_valid()).cast(PAIRS).combine_chunks().to_batches()
        fresh = facts.filter(facts["jaccard"].is_null())
        measuring = Measuring(*distinct_pairs(fresh["row"].to_numpy(), fresh["other_row"].to_numpy()), self.ngram)
        while measuring.unfinished:
            measuring.read(texts)
        measured = measuring.pairs()
        yield measured.filter(pc.greater_equal(measured["jaccard"], self.threshold))


class Measuring:
    """Exact Jaccard similarity of many pairs, in as few passes over their texts as memory allows.

    Texts come in ascending row order. The shingles of the first text of a pair are held until the second one comes;
    where there is no room to hold them, the pair is left to the next pass. Every pass finishes a pair at least.
    """

    def __init__(self, ones: Longs, twos: Longs, ngram: int) -> None:
        self.ngram = ngram
        self.rows = np.unique(np.concatenate([ones, twos]))
        self.one: Places = np.searchsorted(self.rows, ones)
        self.two: Places = np.searchsorted(self.rows, twos)
        self.length = np.zeros(len(self.rows), np.int64)
        self.source = np.zeros(len(self.rows), np.uint32)
        self.score = np.full(len(ones), np.nan)
        self.held: dict[int, Longs] = {}
        self.room = HELD_SHINGLES
        self.waiting: Places = np.zeros(len(self.rows), np.int64)

    @property
    def unfinished(self) -> bool:
        """Whether a pair is left."""
        return bool(np.isnan(self.score).any())

    def read(self, texts: Texts) -> None:
        """Go once through the texts of the pairs that are left."""
        left = np.flatnonzero(np.isnan(self.score))
        left = left[np.argsort(self.two[left], kind="stable")]
        self.waiting = np.bincount(self.one[left], minlength=len(self.rows))
        self.held, self.room = {}, HELD_SHINGLES
        needed = np.unique(np.concatenate([self.one[left], self.two[left]]))
        ends = self.two[left]
        for batch in texts.of(self.rows[needed]):
            if batch.num_rows:
                here = self.shingles(batch)
                low, high = np.searchsorted(ends, [min(here), max(here) + 1])
                self.meet(here, left[low:high])
                self.hold(here)
        if np.isnan(self.score[left]).all():
            raise StorageError(f"the texts of {len(needed)} records to be compared are not in the work files")

    def shingles(self, batch: pa.RecordBatch) -> dict[int, Longs]:
        """Return the shingles of each text of a batch by the place of its row; note lengths and sources."""
        from curate.core.kernels.shingles import shingle_sets

        places = np.searchsorted(self.rows, batch["row"].to_numpy())
        self.length[places] = pc.utf8_length(batch["text"]).to_numpy()
        self.source[places] = batch["source"].to_numpy()
        values, bounds = shingle_sets(batch["text"], self.ngram)
        return {place: values[bounds[k] : bounds[k + 1]] for k, place in enumerate(places.tolist())}

    def meet(self, here: dict[int, Longs], pairs: Places) -> None:
        """Measure the pairs whose second text is here, if the first one is at hand."""
        from curate.core.kernels.shingles import jaccard

        for pair, one, two in zip(pairs.tolist(), self.one[pairs].tolist(), self.two[pairs].tolist(), strict=True):
            shingles = self.held.get(one, here.get(one))
            if shingles is not None:
                self.score[pair] = jaccard(shingles, here[two])
                self.waiting[one] -= 1
                if not self.waiting[one] and one in self.held:
                    self.room += len(self.held.pop(one))

    def hold(self, here: dict[int, Longs]) -> None:
        """Keep the shingles for which a partner still has to come, as far as there is room."""
        for place, shingles in here.items():
            if self.waiting[place] and (len(shingles) <= self.room or not self.held):
                self.held[place] = shingles.copy()
                self.room -= len(shingles)

    def pairs(self) -> pa.RecordBatch:
        """Return all pairs as PAIRS, in the order in which they were given."""
        ends = (self.rows, self.length, self.source)
        row, length, source = (column[self.one] for column in ends)
        other_row, other_length, other_source = (column[self.two] for column in ends)
        columns = [row, other_row, self.score, length, other_length, source, other_source]
        return pa.RecordBatch.from_arrays([pa.array(column) for column in columns], schema=PAIRS)
