"""Whether memory grows with the corpus: the same kind of text at two sizes, peaks side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.corpora import Corpus
from benchmarks.run import measured as measured_run


@dataclass(frozen=True)
class Peak:
    """The peak of one run, and how it compares with that of the first."""

    input_mb: float
    workers: int
    peak_mb: float
    against_first: float
    largest_process_mb: float
    largest_against_first: float


def measured(corpora: Sequence[Corpus], folder: Path, workers: int) -> list[Peak]:
    """Run each corpus once; the first is what the others are held against."""
    runs = [measured_run(corpus, folder, workers) for corpus in corpora]
    return [
        Peak(
            input_mb=run.input_mb,
            workers=workers,
            peak_mb=run.peak_mb,
            against_first=run.peak_mb / runs[0].peak_mb,
            largest_process_mb=run.largest_process_mb,
            largest_against_first=run.largest_process_mb / runs[0].largest_process_mb,
        )
        for run in runs
    ]
