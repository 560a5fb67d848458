"""Whether near-duplicates were found and rightly removed, held against the exact truth of a corpus."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from benchmarks.sentences import LANGUAGES
from benchmarks.truth import Places, Truth, exact, texts_of, truth_of
from curate.core.kernels.minhash import Sketch, signatures

JACCARDS = (0.7, 0.8)


@dataclass(frozen=True)
class Recall:
    """How many of the true pairs share a band key, and so are proposed."""

    language: str
    jaccard: float
    """And above."""
    pairs: int
    missed: int
    percent: float
    """Of the pairs that are proposed."""
    others: int
    """Pairs that are not of two forms of one template: a group of 200 forms alone has 20,000."""
    others_missed: int
    others_percent: float


@dataclass(frozen=True)
class Judgement:
    """What became of the documents of a corpus."""

    removed: int
    unfounded: int
    """Removed without a kept document at an exact Jaccard index of the threshold or above in their place."""
    kept_pairs: int
    """Pairs at the threshold or above of which both documents are kept."""
    true_pairs: int


@dataclass(frozen=True)
class Known:
    """A corpus and what is true of it."""

    corpus: Path
    truth: Truth
    languages: NDArray[np.str_]
    forms: NDArray[np.bool_]
    """Whether a document is a form of a template."""

    @classmethod
    def of(cls, corpus: Path, least: float) -> "Known":
        """Read a corpus and find all its pairs at `least` or above."""
        table = pq.read_table(corpus, columns=["language", "kind"])
        forms = pc.equal(table["kind"].cast(pa.string()), "template")
        return cls(corpus, truth_of(corpus, least), np.array(table["language"].to_pylist()), forms.to_numpy())

    def recalls(self, sketch: Sketch) -> list[Recall]:
        """Count what is proposed of the true pairs, by language and similarity."""
        least = self.truth.at_least(min(JACCARDS))
        met = meet(self.corpus, least, sketch)
        forms = self.forms[least.one] & self.forms[least.two]
        return [
            self.recall(language, jaccard, met[here], forms[here])
            for language in LANGUAGES
            for jaccard in JACCARDS
            for here in [(least.jaccard >= jaccard) & (self.languages[least.one] == language)]
        ]

    @staticmethod
    def recall(language: str, jaccard: float, met: NDArray[np.bool_], forms: NDArray[np.bool_]) -> Recall:
        """Count over some pairs."""
        counts = [(len(some), int((~some).sum()), 100 * share(some)) for some in (met, met[~forms])]
        return Recall(language, jaccard, *counts[0], *counts[1])

    def judged(self, removed: NDArray[np.int64], threshold: float) -> Judgement:
        """Judge (removed, kept in its place) by the exact index of each such pair."""
        gone, kept = removed.T
        falls = self.falls(gone.tolist())
        score = exact(self.corpus, gone, kept)
        true = self.truth.at_least(threshold)
        return Judgement(
            removed=len(gone),
            unfounded=int(((score < threshold) | falls[kept]).sum()),
            kept_pairs=int((~falls[true.one] & ~falls[true.two]).sum()),
            true_pairs=len(true.one),
        )

    def falls(self, gone: Sequence[int]) -> NDArray[np.bool_]:
        """Mark the documents that are removed."""
        marks = np.zeros(len(self.languages), np.bool_)
        marks[np.asarray(gone, np.int64)] = True
        return marks

    def judged_alone(self, gone: Sequence[int], threshold: float) -> tuple[int, float]:
        """Return how many are removed though no other document is that similar, and the share of pairs resolved.

        Of tools that do not say in whose place a document was removed. A pair is resolved where one of it is removed.
        """
        falls, true = self.falls(gone), self.truth.at_least(threshold)
        paired = self.falls(np.concatenate([true.one, true.two]).tolist())
        return int((falls & ~paired).sum()), share(falls[true.one] | falls[true.two])


def share(marks: NDArray[np.bool_]) -> float:
    """Return the share of marks that are true; 1 of none."""
    return float(marks.mean()) if len(marks) else 1.0


def meet(corpus: Path, pairs: Truth, sketch: Sketch) -> NDArray[np.bool_]:
    """Tell which pairs agree in all rows of a band."""
    wanted: Places = np.unique(np.concatenate([pairs.one, pairs.two]))
    parts, first = [np.zeros((0, sketch.bands * sketch.rows), np.uint32)], 0
    for texts in texts_of(corpus):
        low, high = np.searchsorted(wanted, [first, first + len(texts)])
        parts.append(signatures(pc.take(texts, pa.array(wanted[low:high] - first)), sketch))
        first += len(texts)
    known = np.concatenate(parts)
    out = np.zeros(len(pairs.one), np.bool_)
    for start in range(0, len(out), 100_000):
        chosen = slice(start, start + 100_000)
        ones, twos = (known[np.searchsorted(wanted, end[chosen])] for end in (pairs.one, pairs.two))
        out[chosen] = (ones == twos).reshape(-1, sketch.bands, sketch.rows).all(axis=2).any(axis=1)
    return out
