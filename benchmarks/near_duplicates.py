"""Near-duplicate removal, exact and on one core, beside other tools: megabytes of text by CPU second, and recall."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.duplicates import FILE_DOCUMENTS, GROUP_DOCUMENTS, Duplicates
from benchmarks.environments import PEERS, NotInstalledError, Trial, answered, tried
from benchmarks.judged import JACCARDS, Judgement, Known, Recall
from benchmarks.measure import MEGABYTE
from curate.stages.dedup.near import NearDuplicates

WARMING = {"ours": 6_000, "peers": 500}
"""Documents of the corpus on which kernels are compiled and packages imported before the clock starts: enough that the
engine takes the same paths as with many."""
OURS = "curate"


@dataclass(frozen=True)
class Phase:
    """One part of our run over the whole corpus."""

    phase: str
    cpu_seconds: float
    share: float


@dataclass(frozen=True)
class Speed:
    """One tool on one corpus; ours on the whole corpus comes first, then each peer with ours on the same text."""

    tool: str
    documents: int
    text_mb: float
    cpu_seconds: float
    mb_per_core_second: float
    ours_whole: float
    """How many times as fast ours is on the whole corpus."""
    ours_same: float
    """And on the same text."""
    peak_mb: float
    removed: int
    unfounded: int
    """Removed though no other document reaches the threshold."""
    resolved: float
    """Share of the true pairs of which one document is removed."""
    note: str = ""


@dataclass(frozen=True)
class Measured:
    """Everything that the benchmark found."""

    speeds: list[Speed]
    phases: list[Phase]
    recalls: list[Recall]
    judgement: Judgement
    spill_bytes_per_record: float


@dataclass(frozen=True)
class Bench:
    """A corpus, a threshold, and the folder for everything that is made on the way."""

    corpus: Duplicates
    threshold: float
    folder: Path

    def measured(self, peers: Sequence[str]) -> Measured:
        """Measure ours on the whole corpus, judge it, and then each peer beside ours."""
        whole = self.corpus.written(self.folder)
        said, removed = self.ours(whole)
        known = Known.of(whole, min(self.threshold, *JACCARDS))
        speeds = [self.ours_speed(said, removed, known, said)]
        for name in peers:
            speeds += self.beside(name, said)
        stage = NearDuplicates(threshold=self.threshold)
        return Measured(
            speeds=speeds,
            phases=phases(said),
            recalls=known.recalls(stage.sketch),
            judgement=known.judged(removed, self.threshold),
            spill_bytes_per_record=said["spill_bytes"] / said["documents"],
        )

    def small(self, whose: str) -> Path:
        """Write a corpus for warming up."""
        return Duplicates(min(WARMING[whose], self.corpus.documents), self.corpus.seed).written(self.folder)

    def ours(self, corpus: Path) -> tuple[dict[str, Any], np.ndarray[Any, np.dtype[np.int64]]]:
        """Drive the engine in a process of its own; return what it took and (removed, kept) by place."""
        place = self.folder / f"verdicts-{corpus.name}"
        given = (self.small("ours"), corpus, place, self.threshold)
        command = (sys.executable, "-m", "benchmarks.verdicts", *map(str, given))
        said, _ = answered(command)
        return said, np.load(place / "removed.npy")

    def ours_speed(
        self, said: dict[str, Any], removed: np.ndarray[Any, np.dtype[np.int64]], known: Known, whole: dict[str, Any]
    ) -> Speed:
        """Put ours into a row."""
        unfounded, resolved = known.judged_alone(removed[:, 0].tolist(), self.threshold)
        rate = said["text_mb"] / said["cpu_seconds"]
        return Speed(
            tool=OURS,
            documents=said["documents"],
            text_mb=said["text_mb"],
            cpu_seconds=said["cpu_seconds"],
            mb_per_core_second=rate,
            ours_whole=whole["text_mb"] / whole["cpu_seconds"] / rate,
            ours_same=1.0,
            peak_mb=said["peak_mb"],
            removed=len(removed),
            unfounded=unfounded,
            resolved=resolved,
        )

    def beside(self, name: str, whole: dict[str, Any]) -> list[Speed]:
        """Measure a peer on part of the corpus, and ours on the same part; say so where it cannot be installed."""
        peer = PEERS[name]
        part = self.part(min(peer.documents, self.corpus.documents))
        try:
            trial = tried(peer, self.folder, self.small("peers"), part)
        except NotInstalledError as error:
            return [Speed(name, 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0, 0, 0.0, f"not installed: {error}")]
        known = Known.of(part, self.threshold)
        said, removed = self.ours(part)
        ours = self.ours_speed(said, removed, known, whole)
        return [self.peer_speed(name, trial, known, ours, whole), ours]

    def peer_speed(self, name: str, trial: Trial, known: Known, ours: Speed, whole: dict[str, Any]) -> Speed:
        """Put a peer into a row."""
        places = {said: place for place, said in enumerate(pq.read_table(known.corpus)["id"].to_pylist())}
        unfounded, resolved = known.judged_alone([places[said] for said in trial.removed], self.threshold)
        rate = ours.text_mb / trial.cpu_seconds
        return Speed(
            tool=name,
            documents=ours.documents,
            text_mb=ours.text_mb,
            cpu_seconds=trial.cpu_seconds,
            mb_per_core_second=rate,
            ours_whole=whole["text_mb"] / whole["cpu_seconds"] / rate,
            ours_same=ours.mb_per_core_second / rate,
            peak_mb=trial.peak_bytes / MEGABYTE,
            removed=len(trial.removed),
            unfounded=unfounded,
            resolved=resolved,
        )

    def part(self, documents: int) -> Path:
        """Write whole families, drawn by chance, that have about so many documents together."""
        whole = self.corpus.written(self.folder)
        place = self.folder / f"{whole.name}-part-{documents}"
        if not place.exists():
            draft = place.with_suffix(".draft")
            rmtree(draft, ignore_errors=True)
            draft.mkdir()
            table = pq.read_table(whole)
            families = table["family"].to_numpy()
            sizes = np.bincount(families)
            order = np.random.default_rng(self.corpus.seed).permutation(len(sizes))
            chosen = np.zeros(len(sizes), np.bool_)
            chosen[order[np.cumsum(sizes[order]) <= documents]] = True
            table = table.filter(pa.array(chosen[families]))
            for number, start in enumerate(range(0, table.num_rows, FILE_DOCUMENTS)):
                part = table.slice(start, FILE_DOCUMENTS)
                path = draft / f"{number:03}.parquet"
                pq.write_table(part, path, compression="zstd", row_group_size=GROUP_DOCUMENTS)
            draft.rename(place)
        return place


def phases(said: dict[str, Any]) -> list[Phase]:
    """Put the phases of a run into rows; what is left over is the engine's own bookkeeping."""
    parts: dict[str, float] = dict(said["phases"])
    parts["between"] = said["cpu_seconds"] - sum(parts.values())
    return [Phase(name, seconds, seconds / said["cpu_seconds"]) for name, seconds in parts.items()]
