"""Keep one record of those whose texts say nearly the same."""

import heapq
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import pyarrow as pa
from pydantic import Field, model_validator

from curate.core import compute as pc
from curate.core.columns import with_columns
from curate.core.stage import Findings, Outcome, Round, Step, apply_verdicts
from curate.stages.dedup.bands import PERMUTATIONS, Bands, fitting
from curate.stages.dedup.keep import Criterion, Keeping
from curate.stages.dedup.leaders import Decide, Reconsider
from curate.stages.dedup.pairs import Measure
from curate.stages.dedup.propose import Propose
from curate.stages.dedup.scope import ON, On, Scope, said, salts_of

if TYPE_CHECKING:
    from curate.core.kernels.minhash import Sketch

EXTRAS = ("cluster_row", "size")
"""Columns of the verdicts beside VERDICTS; absent where no round has said anything."""

KEPT_BITS = ~np.uint64(0xFFFF)
"""The leading 48 bits of a band key tell bands apart: two that agree by chance cost a comparison and nothing else. Of
10 million texts in 24 bands, about a hundred pairs of keys do."""
LARGEST = 10
"""So many clusters are named in the manifest."""
RECONSIDERED = 3
"""How often records are brought together that nobody has compared. Measured at threshold 0.7 on four families of 300 to
2,000 texts with some words in a hundred replaced: of the pairs among the 2,941 kept, 5 reach the threshold."""


class NearDuplicates(Keeping):
    """Leave out, or tag, every record whose text is similar to one that is kept.

    Similarity is the Jaccard index of the sets of shingles, runs of `ngram` tokens: a word, or one character where
    words stand without spaces (Chinese). MinHash signatures (those of datasketch, scheme affine32) propose pairs, and
    the exact index decides each. Records are gone through in the order of `keep`: one falls if it reaches the threshold
    with a record that is kept. So each record left out is as similar as stated to the one that stays in its place (no
    chains), which the finding `near_duplicates:near_copy` names. Texts of fewer than `ngram` tokens match when all
    their tokens agree; a text without tokens matches nothing.

    Every record that is similar to another one gets the id of its cluster's best record as `cluster` (connected
    components over all similar pairs) and the size of the cluster; with `action: tag`, also the id of the record that
    stands for it.
    """

    version: ClassVar[int] = 5
    open_from: ClassVar[tuple[str, ...]] = ("action",)

    threshold: float = Field(0.8, gt=0, le=1, description="Jaccard index from which on two texts are duplicates.")
    ngram: int = Field(5, ge=1, le=64, description="Tokens in a shingle.")
    scope: Scope = Field("corpus", description="Look for copies in the whole corpus, in each source, in each language.")
    on: On = Field("text", description=ON)
    keep: tuple[Criterion, ...] = Field(
        ("source_priority", "longest"),
        description="Which of similar records is kept: of the source that comes first in the configuration, of the"
        " best `quality`, the longest in characters, the newest by `date`, of the smallest id. In the end, the one that"
        " comes first.",
    )
    recall: float = Field(
        0.999,
        gt=0,
        lt=1,
        description="Share of the pairs at or above the threshold, spread evenly from there to 1, that are proposed."
        " Bands and rows follow from it.",
    )
    bands: int | None = Field(None, ge=1, le=256, description="Bands of the signature, in place of `recall`.")
    rows: int | None = Field(None, ge=1, le=256, description="Permutations in a band, in place of `recall`.")
    seed: int = Field(1, ge=0, lt=1 << 32, description="Seed of the permutations.")

    @model_validator(mode="after")
    def bands_go_with_rows(self) -> Self:
        """Refuse half a choice."""
        if (self.bands is None) != (self.rows is None):
            raise ValueError("`bands` and `rows` go together: give both, or none and a `recall`")
        return self

    @model_validator(mode="after")
    def recall_is_in_reach(self) -> Self:
        """Refuse a recall that takes too much."""
        if self.bands is None and self.rows is None and fitting(self.threshold, self.recall) is None:
            raise ValueError(
                f"a recall of {self.recall!r} at threshold {self.threshold!r} takes more than {PERMUTATIONS}"
                " permutations; lower `recall`, or give `bands` and `rows`"
            )
        return self

    @property
    def facts_from(self) -> tuple[str, ...]:  # type: ignore[override]  # without bands, the threshold shapes the facts
        """Return the settings that shape the facts: the threshold only where bands follow from it."""
        chosen = ("threshold", "recall") if self.bands is None else ()
        return ("ngram", "scope", "on", "seed", "bands", "rows", *chosen)

    @property
    def adds(self) -> pa.Schema:
        """`cluster`, `name_size`, and with `action: tag` `name_keeper`; null for a record like no other."""
        fields = list(zip(self.columns, (pa.string(), pa.int32(), pa.string()), strict=True))
        return pa.schema(fields if self.action == "tag" else fields[:2])

    @property
    def columns(self) -> tuple[str, str, str]:
        """The names of the columns for cluster, size and keeper."""
        return "cluster", f"{self.called}_size", f"{self.called}_keeper"

    @property
    def called(self) -> str:
        """The name under which findings and columns go."""
        return self.name or "near_duplicates"

    @property
    def banding(self) -> Bands:
        """Bands and rows, given or chosen."""
        if self.bands is not None and self.rows is not None:
            return Bands(self.bands, self.rows)
        chosen = fitting(self.threshold, self.recall)
        if chosen is None:
            raise ValueError(f"no bands for threshold {self.threshold!r}")
        return chosen

    @property
    def sketch(self) -> "Sketch":
        """How a text becomes band keys."""
        from curate.core.kernels.minhash import Sketch

        return Sketch(self.ngram, *self.banding, self.seed)

    def lineage(self) -> dict[str, float]:
        """Return what the manifest says of the search: its parameters, and how probably it finds a pair at J."""
        bands = self.banding
        near = sorted({min(1.0, round(self.threshold + step, 10)) for step in (0, 0.05, 0.1)})
        return {
            "ngram": self.ngram,
            "bands": bands.bands,
            "rows": bands.rows,
            "seed": self.seed,
            "recall_target": self.recall,
            "recall": bands.recall(self.threshold),
            **{f"found_at_{jaccard:g}": bands.found(jaccard) for jaccard in near},
        }

    def facts(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return a band key (uint64, of 48 bits) a line with the row (uint32), as many a record as there are bands."""
        from curate.core.kernels.minhash import band_keys

        keys, filled = band_keys(said(batch, self.on), salts_of(batch, self.scope), self.sketch)
        rows = np.repeat(batch["row"].to_numpy()[filled], keys.shape[1])
        return pa.RecordBatch.from_arrays([pa.array(keys.ravel() & KEPT_BITS), pa.array(rows)], names=["key", "row"])

    def rounds(self) -> Sequence[Round]:
        """Propose pairs, measure them, bring together what a first choice parted, measure again, decide."""
        said = {name: getattr(self, name) for name in ("ngram", "keep", "quality", "date", "on")}
        measure = Measure(threshold=self.threshold, **said)
        rule = f"{self.called}:near_copy"
        decide = Decide(keep=self.keep, rule=rule, action=self.action or "reject", threshold=self.threshold)
        return (
            Propose(banding=self.banding, seed=self.seed, **said),
            measure,
            *(Reconsider(keep=self.keep, threshold=self.threshold), measure) * RECONSIDERED,
            decide,
        )

    def open(self, findings: Findings) -> Step:
        """Return the step that applies the verdicts and writes the columns."""
        lines = findings.verdicts
        known = {name: lines[name].combine_chunks() for name in ("row", "other", *EXTRAS) if name in lines.column_names}

        def step(batch: pa.RecordBatch) -> Outcome:
            found = apply_verdicts(batch, lines).found
            places = pc.index_in(batch["row"], value_set=known["row"])
            said = {name: known[name].take(places) for name in known}
            size = said.get("size", pa.nulls(batch.num_rows, pa.int32()))
            cluster = pc.coalesce(said.get("cluster_row", pa.nulls(batch.num_rows, pa.string())), batch["cluster"])
            keeper = pc.if_else(pc.is_valid(size), pc.coalesce(said["other"], batch["id"]), None)
            values = dict(zip(self.columns, (cluster, size, keeper), strict=True))
            return Outcome(with_columns(batch, self.adds, values), found)

        return step

    def concluded(self, lines: Iterator[pa.RecordBatch], counts: Mapping[str, int]) -> dict[str, Any]:
        """Return pairs proposed, measured and similar, how many clusters there are of each size, the largest ones.

        Also how many band keys more than ALL_PAIRS records share (`long_runs`), and the sum of their records: of these
        not all pairs are proposed, and the stated recall does not hold. Where dates decide, how many of the records in
        clusters have none that can be read (`undated`).
        """
        sizes: Counter[int] = Counter()
        first: list[tuple[int, int]] = []
        for batch in lines:
            leads = batch.filter(pc.equal(batch["row"], batch["cluster_row"]))
            size, row = leads["size"].to_pylist(), leads["row"].to_pylist()
            sizes.update(size)
            first = heapq.nsmallest(LARGEST, [*first, *zip([-n for n in size], row, strict=True)])
        dates = {name: counts[name] for name in ("undated",) if name in counts}
        again = counts.get("pairs_reconsidered", 0)
        return {
            "pairs_proposed": counts.get("pairs_verified", 0) - again,
            "pairs_reconsidered": again,
            "long_runs": counts.get("long_runs", 0),
            "long_run_records": counts.get("long_run_records", 0),
            "pairs_verified": counts.get("pairs_verified", 0),
            "pairs_similar": counts.get("pairs_similar", 0),
            "clusters": sizes.total(),
            "clusters_by_size": {str(size): count for size, count in sorted(sizes.items())},
            "largest_clusters": [{"cluster_row": row, "size": -less} for less, row in first],
            **dates,
        }
