"""The round that turns pairs into measured similarity."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from curate.core.errors import StorageError
from curate.core.stage import Texts, Yields
from curate.stages.dedup.keep import Criterion, Merits
from curate.stages.dedup.propose import PROPOSED, Comparing, distinct
from curate.stages.dedup.scope import said

if TYPE_CHECKING:
    from curate.core.kernels.shingles import Spans

Longs = NDArray[np.uint64]
Places = NDArray[np.int64]
Scores = NDArray[np.float64]

HELD_SHINGLES = 1 << 25
"""How many shingles of texts that wait for their partners are held at a time: 256 MB."""


def measured(keep: Sequence[Criterion]) -> pa.Schema:
    """Return the schema of pairs: PROPOSED, the exact Jaccard index, and what decides which of the two is kept.

    All but the rows is null until the pair has been measured. The less a number that decides, the better.
    """
    ends = [(f"{prefix}{criterion}", pa.int64()) for criterion in keep for prefix in ("", "other_")]
    return pa.schema([*PROPOSED, ("jaccard", pa.float64()), *ends])


class Measure(Comparing):
    """Measure the pairs that are unmeasured, and let go of those that were proposed by their keys and do not reach.

    Those that `Reconsider` proposes stay, whatever they come to: it does not propose them again.
    """

    by: Literal["key", "row", "all"] = "row"
    wants_text: bool = True
    threshold: float

    def reduce(self, facts: pa.Table, texts: Texts | None) -> Yields:
        """Yield measured pairs: first those that came so, then the new ones; count the new ones."""
        from curate.core.kernels.graph import distinct_pairs

        if texts is None:
            raise StorageError("pairs cannot be measured without their texts")
        schema, fresh = measured(self.keep), facts
        if "jaccard" in facts.schema.names:
            yield from facts.filter(facts["jaccard"].is_valid()).cast(schema).combine_chunks().to_batches()
            fresh = facts.filter(facts["jaccard"].is_null())
        measuring = Measuring(*distinct_pairs(fresh["row"].to_numpy(), fresh["other_row"].to_numpy()), self)
        while measuring.unfinished:
            measuring.read(texts)
        reach = measuring.score >= self.threshold
        stay = reach | (fresh is not facts)
        if stay.any():
            yield measuring.pairs(stay)
        return {"pairs_verified": len(reach), "pairs_similar": int(reach.sum())}


class Measuring:
    """Exact Jaccard similarity of many pairs, in as few passes over their texts as memory allows.

    Texts come in ascending row order. The shingles of the first text of a pair are held until the second one comes;
    where there is no room to hold them, the pair is left to the next pass. Every pass finishes a pair at least.
    """

    def __init__(self, ones: Longs, twos: Longs, measure: Measure) -> None:
        self.measure = measure
        self.rows = distinct(np.concatenate([ones, twos]))
        self.one: Places = np.searchsorted(self.rows, ones)
        self.two: Places = np.searchsorted(self.rows, twos)
        self.merits: dict[str, Merits] = {name: np.zeros(len(self.rows), np.int64) for name in measure.keep}
        self.score = np.full(len(ones), np.nan)
        self.held = Held(len(self.rows))
        self.waiting: Places = np.zeros(len(self.rows), np.int64)
        """By row: how many second texts still have to come."""

    @property
    def unfinished(self) -> bool:
        """Whether a pair is left."""
        return bool(np.isnan(self.score).any())

    def read(self, texts: Texts) -> None:
        """Go once through the texts of the pairs that are left."""
        left = np.flatnonzero(np.isnan(self.score))
        left = left[np.argsort(self.two[left], kind="stable")]
        self.waiting = np.bincount(self.one[left], minlength=len(self.rows))
        self.held.clear()
        wanted = np.zeros(len(self.rows), np.bool_)
        wanted[self.one[left]] = wanted[self.two[left]] = True
        ends = self.two[left]
        for batch in texts.of(self.rows[wanted], self.measure.columns):
            if batch.num_rows:
                places = np.searchsorted(self.rows, batch["row"].to_numpy())
                low, high = np.searchsorted(ends, [places[0], places[-1] + 1])
                self.meet(batch, places, left[low:high])
        if np.isnan(self.score[left]).all():
            raise StorageError(f"the texts of {wanted.sum()} records to be compared are not in the work files")

    def meet(self, batch: pa.RecordBatch, places: Places, pairs: Places) -> None:
        """Hold the texts of a batch that others wait for; measure the pairs whose second text is in it.

        `places` are those of the batch's rows, ascending; `pairs` ascend by the place of the second text. A pair waits
        for another pass where its first text could not be held.
        """
        from curate.core.kernels.shingles import Spans, jaccards, shingle_sets

        for name, merit in self.measure.judge.merits(batch).items():
            self.merits[name][places] = merit
        sets = shingle_sets(said(batch, self.measure.on), self.measure.ngram)
        here = Spans(sets.values, sets.bounds[:-1], sets.bounds[1:])
        self.held.take(here, places, self.waiting)
        pairs = pairs[self.held.has(self.one[pairs])]
        twos = np.searchsorted(places, self.two[pairs])
        self.score[pairs] = jaccards(self.held.spans, here, (self.one[pairs], twos), self.measure.threshold)
        np.subtract.at(self.waiting, self.one[pairs], 1)

    def pairs(self, chosen: NDArray[np.bool_]) -> pa.RecordBatch:
        """Return some of the pairs, in the order in which they were given."""
        one, two = self.one[chosen], self.two[chosen]
        ends = [merit[end] for merit in self.merits.values() for end in (one, two)]
        columns = [self.rows[one], self.rows[two], self.score[chosen], *ends]
        return pa.RecordBatch.from_arrays([pa.array(column) for column in columns], schema=measured(self.measure.keep))


class Held:
    """The shingles of texts that others wait for, one behind the other in one stretch of memory."""

    def __init__(self, rows: int) -> None:
        from curate.core.kernels.shingles import Spans

        self.spans = Spans(np.empty(HELD_SHINGLES, np.uint64), np.full(rows, -1), np.full(rows, -1))
        self.end = 0

    def clear(self) -> None:
        """Forget everything."""
        self.spans.starts[:] = -1
        self.end = 0

    def has(self, places: Places) -> NDArray[np.bool_]:
        """Say which texts are held."""
        return self.spans.starts[places] >= 0

    def take(self, here: "Spans", places: Places, waiting: Places) -> None:
        """Copy the texts of a batch for which others wait, the first ones first, as far as there is room for them."""
        chosen = np.flatnonzero(waiting[places] > 0)
        sizes = (here.stops - here.starts)[chosen]
        if self.end + sizes.sum() > len(self.spans.values):
            self.close_up(waiting)
        if not self.end and len(sizes) and sizes[0] > len(self.spans.values):
            self.spans = self.spans._replace(values=np.empty(sizes[0], np.uint64))
        ends = self.end + np.cumsum(sizes)
        chosen, sizes, ends = (column[ends <= len(self.spans.values)] for column in (chosen, sizes, ends))
        self.place(here, chosen, (ends - sizes, ends), places[chosen])

    def close_up(self, waiting: Places) -> None:
        """Let go of the texts for which nobody waits any more, and move the others together."""
        self.spans.starts[waiting <= 0] = -1
        stay = np.flatnonzero(self.spans.starts >= 0)
        stay = stay[np.argsort(self.spans.starts[stay])]
        sizes = (self.spans.stops - self.spans.starts)[stay]
        ends = np.cumsum(sizes)
        self.end = 0
        self.place(self.spans, stay, (ends - sizes, ends), stay)

    def place(self, source: "Spans", chosen: Places, spans: tuple[Places, Places], places: Places) -> None:
        """Copy sets to where they are to lie, and note that they lie there."""
        from curate.core.kernels.shingles import copied

        copied(source, chosen, self.spans.values, spans[0])
        self.spans.starts[places], self.spans.stops[places] = spans
        self.end = int(spans[1][-1]) if len(places) else self.end
