"""Whether near duplicates are found in real texts: pairs that labels name, and every similar pair, by Jaccard index."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from benchmarks.recall_sets import SETS, Pairs
from benchmarks.stages import batch
from curate.core.kernels.compiled import kernel
from curate.core.kernels.shingles import Sets, jaccard, shingle_sets
from curate.core.kernels.strings import Places
from curate.stages.dedup.near import NearDuplicates

Scores = NDArray[np.float64]

THRESHOLDS = (0.7, 0.8)
SEEDS = tuple(range(2, 21))
"""Seeds beside the one that the stage has: pairs that share texts are missed together, one seed says little."""
NGRAM = 5
LEAST = 0.5
EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""Where the bands of the table begin; the last holds pairs of the same shingles, which always meet."""
NAMES = ("under 0.5", "0.5 to 0.6", "0.6 to 0.7", "0.7 to 0.8", "0.8 to 0.9", "0.9 to 1", "1")


@dataclass(frozen=True)
class Graded:
    """Pairs of texts with their exact Jaccard index."""

    pairs: Pairs
    scores: Scores

    def between(self, low: float, high: float = np.inf) -> "Graded":
        """Take the pairs from `low` on that do not reach `high`."""
        here = (self.scores >= low) & (self.scores < high)
        return Graded(self.pairs[here], self.scores[here])

    def __len__(self) -> int:
        """Count the pairs."""
        return len(self.scores)


class Search(NamedTuple):
    """Which texts of a set meet."""

    stage: NearDuplicates
    keys: list[frozenset[int]]
    """The band keys of each text."""

    def missed(self, graded: Graded) -> int:
        """Count the pairs whose texts share no band key: nobody proposes them."""
        return sum(self.keys[one].isdisjoint(self.keys[two]) for one, two in graded.pairs.tolist())

    def expected(self, graded: Graded) -> float:
        """Return how many pairs are missed on average over all seeds: the S-curve at the index of each."""
        return len(graded) - sum(map(self.stage.banding.found, graded.scores.tolist()))


class Judged(NamedTuple):
    """What becomes of the texts of a set at one threshold."""

    search: Search
    """With the seed that the stage has when nothing is said."""
    others: list[Search]
    """With other seeds."""
    keeper: Places
    """The text that stays in the place of each: itself where it is kept."""

    def left(self, graded: Graded) -> int:
        """Count the pairs of which both texts stay."""
        stays = self.keeper == np.arange(len(self.keeper))
        return int(stays[graded.pairs].all(axis=1).sum())


class Measured(NamedTuple):
    """A set with what is true of its pairs, and what becomes of them by threshold."""

    sets: Sets
    labelled: Graded
    """The pairs that the set's own truth names, however similar."""
    similar: Graded
    """All pairs of at least LEAST."""
    judged: dict[float, Judged]

    def unfounded(self, threshold: float) -> int:
        """Count the texts left out that are not as similar as stated to a text that stays."""
        keeper = self.judged[threshold].keeper
        fallen = np.flatnonzero(keeper != np.arange(len(keeper)))
        scores = scored(self.sets, np.stack([fallen, keeper[fallen]], axis=1))
        return int(np.count_nonzero((scores < threshold) | (keeper[keeper[fallen]] != keeper[fallen])))


class HeldTexts(NamedTuple):
    """The texts of one source in memory, as the rounds of a stage ask for them."""

    held: pa.RecordBatch

    def of(self, rows: NDArray[np.uint64], columns: Sequence[str] = ("text",)) -> Iterator[pa.RecordBatch]:
        """Yield row, source and columns of the rows that are asked for."""
        taken = self.held.select(list(columns)).take(pa.array(rows))
        sources = np.zeros(len(rows), np.uint32)
        yield pa.RecordBatch.from_arrays([rows, sources, *taken.columns], names=["row", "source", *columns])


def measured(data: Path, name: str, seeds: Sequence[int] = ()) -> Measured:
    """Read a set, compare all its texts, and run the stage at each threshold; search again with other seeds."""
    texts, pairs = SETS[name](data)
    sets = shingle_sets(texts, NGRAM)
    given = batch(texts.to_pylist(), "", 0)
    judged = {}
    for threshold in THRESHOLDS:
        stage = NearDuplicates(threshold=threshold)
        others = [search(NearDuplicates(threshold=threshold, seed=seed), given) for seed in seeds]
        judged[threshold] = Judged(search(stage, given), others, keepers(stage, given))
    return Measured(sets, Graded(pairs, scored(sets, pairs)), all_similar(sets), judged)


def search(stage: NearDuplicates, given: pa.RecordBatch) -> Search:
    """Collect the band keys of each text."""
    facts = stage.facts(given)
    keys: list[set[int]] = [set() for _ in range(given.num_rows)]
    for key, row in zip(facts["key"].to_pylist(), facts["row"].to_pylist(), strict=True):
        keys[row].add(key)
    return Search(stage, [*map(frozenset, keys)])


def keepers(stage: NearDuplicates, given: pa.RecordBatch) -> Places:
    """Run every round of the stage over texts in memory; return what stays in the place of each."""
    said = stage.facts(given)
    rows = said["row"].cast(pa.uint64())  # as the engine numbers them over a whole run
    facts = pa.Table.from_batches([said.set_column(said.schema.get_field_index("row"), "row", rows)])
    for one in stage.rounds():
        by = "row" if one.by == "all" else one.by
        ordered = facts.sort_by([(name, "ascending") for name in dict.fromkeys((by, "row"))])
        yields = one.reduce(ordered.combine_chunks(), HeldTexts(given) if one.wants_text else None)
        facts = pa.Table.from_batches(list(yields))
    fallen = facts.filter(facts["rule"].is_valid())
    keeper = np.arange(given.num_rows)
    keeper[fallen["row"].to_numpy()] = fallen["other"].to_numpy()
    return keeper


def scored(sets: Sets, pairs: Pairs) -> Scores:
    """Return the exact Jaccard index of pairs of texts."""
    parts = [sets.values[low:high] for low, high in zip(sets.bounds, sets.bounds[1:], strict=False)]
    return np.array([jaccard(parts[one], parts[two]) for one, two in pairs.tolist()], np.float64)


def all_similar(sets: Sets) -> Graded:
    """Return every pair of at least LEAST, and its Jaccard index: counted, not guessed from signatures."""
    values, bounds = sets
    sizes = np.diff(bounds)
    order = np.argsort(values, kind="stable")
    holders = np.repeat(np.arange(len(sizes)), sizes)[order]
    ordered = values[order]
    ends = np.searchsorted(ordered, ordered, side="right")
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(len(order))
    found, scores = [], []
    for text in range(len(sizes)):
        shared = np.zeros(len(sizes), np.int64)
        _tally(places[bounds[text] : bounds[text + 1]], ends, holders, shared)
        others = np.flatnonzero(shared)
        score = shared[others] / (sizes[text] + sizes[others] - shared[others])
        near = score >= LEAST
        found.append(np.stack([np.full(near.sum(), text), others[near]], axis=1))
        scores.append(score[near])
    return Graded(np.concatenate(found), np.concatenate(scores))


@kernel
def _tally(places: Places, ends: Places, holders: Places, shared: Places) -> None:
    """Count for every later text how many shingles of this one it has: it stands behind it in the shingle's run."""
    for place in places:
        for later in range(place + 1, ends[place]):
            shared[holders[later]] += 1


def report(data: Path) -> str:
    """Measure every set; return three tables in Markdown: from the threshold on, labelled pairs, all similar pairs."""
    sets = {name: measured(data, name, SEEDS) for name in SETS}
    return "\n\n".join((overall(sets), banded(sets, lambda one: one.labelled), banded(sets, lambda one: one.similar)))


def overall(sets: dict[str, Measured]) -> str:
    """Lay out what becomes of the pairs from the threshold on."""
    head = ("set", "threshold", "labelled pairs", "missed", "all pairs", "missed", f"missed by {len(SEEDS) + 1} seeds")
    lines = [" | ".join((*head, "expected", "both kept", "left out without reason"))]
    for name, one in sets.items():
        for threshold, judged in one.judged.items():
            named, similar = one.labelled.between(threshold), one.similar.between(threshold)
            searches = [judged.search, *judged.others]
            counts = [len(named), judged.search.missed(named), len(similar), judged.search.missed(similar)]
            counts.append(sum(each.missed(similar) for each in searches))
            expected = f"{len(searches) * judged.search.expected(similar):.2f}"
            end = [f"{judged.left(similar):,}", f"{one.unfounded(threshold):,}"]
            lines.append(" | ".join([name, f"{threshold:g}", *(f"{count:,}" for count in counts), expected, *end]))
    return markdown(lines)


def banded(sets: dict[str, Measured], chosen: Callable[[Measured], Graded]) -> str:
    """Lay out the share of pairs proposed, measured and expected, and the pairs that both stay, band by band."""
    heads = [f"proposed at {threshold:g} | expected | both kept" for threshold in THRESHOLDS]
    lines = [" | ".join(["set", "Jaccard index", "pairs", *heads])]
    for name, one in sets.items():
        for said, low, high in zip(NAMES, EDGES, (*EDGES[1:], np.inf), strict=True):
            graded = chosen(one).between(low, high)
            if len(graded):
                cells = [shares(judged, graded, left=low >= threshold) for threshold, judged in one.judged.items()]
                lines.append(" | ".join([name, said, f"{len(graded):,}", *cells]))
    return markdown(lines)


def shares(judged: Judged, graded: Graded, *, left: bool) -> str:
    """Spell three cells; below the threshold both texts of a pair may well stay."""
    missed, expected = judged.search.missed(graded) / len(graded), judged.search.expected(graded) / len(graded)
    return f"{1 - missed:.4f} | {1 - expected:.4f} | {f'{judged.left(graded):,}' if left else '-'}"


def markdown(lines: Sequence[str]) -> str:
    """Frame a table whose first line is its head."""
    rule = " | ".join(["---"] * (lines[0].count("|") + 1))
    return "\n".join(f"| {line} |" for line in (lines[0], rule, *lines[1:]))
