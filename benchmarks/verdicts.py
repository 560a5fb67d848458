"""Near-duplicates by the engine itself, in this process alone: from Parquet to the verdicts, and what that took.

Started as a program by the benchmark `near_duplicates`, with a corpus that it measures and a small one for warming up.
"""

import resource
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from shutil import rmtree
from threading import Event

import numpy as np
import orjson
import pyarrow.parquet as pq
from numpy.typing import NDArray

from benchmarks.measure import RUNS, proc_bytes
from curate.config.model import Config
from curate.core.light import spare_pandas
from curate.core.receipt import Receipt
from curate.engine.crew import Crew
from curate.engine.crew import Event as Progress
from curate.engine.kernels import keep_kernels
from curate.engine.local import Local
from curate.engine.phases import Work, run_pass, run_rounds, survey
from curate.engine.plan import make_plan
from curate.engine.space import Space
from curate.engine.spool import batches_of

STAGE = "near_duplicates"


@dataclass
class Clock:
    """Hears how far a run is, and tells its phases apart in CPU seconds."""

    phases: dict[str, float] = field(default_factory=dict)
    last: float = field(default_factory=time.process_time)

    def __call__(self, event: Progress) -> None:
        """Count what has passed to the phase that the event is of."""
        now = time.process_time()
        self.phases[event.phase] = self.phases.get(event.phase, 0.0) + now - self.last
        self.last = now


@dataclass(frozen=True)
class Driven:
    """What one run up to the verdicts took."""

    documents: int
    text_mb: float
    """UTF-8 bytes of the texts."""
    cpu_seconds: float
    phases: dict[str, float]
    """CPU seconds; the first pass in three parts, each round by itself."""
    peak_mb: float
    """Highest resident set while it ran, interpreter and kernels included."""
    spill_bytes: int
    """Facts on disk."""
    removed: int
    clustered: int


def config_of(corpus: Path, place: Path, threshold: float) -> Config:
    """Spell a configuration of one source and one stage."""
    return Config.load(
        {
            "name": "benchmark",
            "sources": {"corpus": {"format": "parquet", "path": str(corpus / "*.parquet"), "text": "text"}},
            "stages": [{STAGE: {"threshold": threshold}}],
            "output": {"path": str(place / "out")},
            "workers": 0,
        }
    )


def driven(config: Config) -> tuple[Driven, NDArray[np.int64]]:
    """Run up to the verdicts; return what it took, and (removed, kept in its place) by place in the corpus."""
    space = Space.beside(Path(config.output.path))
    rmtree(space.root, ignore_errors=True)
    space.make()
    clock = Clock()
    work = Work(config, make_plan(config), space, Crew(space, Local(0, space.root, Event()), clock))
    reset_peak()
    started = clock.last = time.process_time()
    survey(work)
    run_pass(work, work.plan.passes[0], [])
    run_rounds(work, work.plan.passes[0])
    seconds = time.process_time() - started
    peak = peak_bytes()
    removed, clustered = verdicts(work)
    facts = [receipt.outputs[f"facts-{STAGE}"] for receipt in work.passes[0]]
    documents, size = size_of(config)
    said = Driven(
        documents=documents,
        text_mb=size / 1e6,
        cpu_seconds=seconds,
        phases=parted(clock.phases, work.passes[0]),
        peak_mb=peak / 1e6,
        spill_bytes=sum(ref.bytes for ref in facts),
        removed=len(removed),
        clustered=clustered,
    )
    rmtree(space.root)
    return said, removed


def parted(phases: dict[str, float], receipts: list[Receipt]) -> dict[str, float]:
    """Cut the first pass into reading, facts, and the rest, which is mostly writing."""
    read = sum(receipt.seconds["read"] for receipt in receipts)
    facts = sum(receipt.seconds[f"{STAGE} (facts)"] for receipt in receipts)
    parts = {"read": read, "facts": facts, "write": phases["pass 1"] - read - facts}
    before = {"survey": phases["survey"]}
    return before | parts | {name: said for name, said in phases.items() if name not in {"survey", "pass 1"}}


def verdicts(work: Work) -> tuple[NDArray[np.int64], int]:
    """Return (removed, kept) by place in the corpus, ascending, and how many records are similar to another one."""
    counts = [receipt.payload["rows"] for receipt in work.passes[0]]
    firsts = np.concatenate([[0], np.cumsum(counts)])
    lines, clustered = [np.zeros((0, 2), np.int64)], 0
    said = [receipt.outputs["facts"].path for receipt in work.rounds[STAGE][-1] if receipt.outputs]
    for path in said:
        for batch in batches_of(work.space.at(path)):
            clustered += batch.num_rows
            gone = batch.filter(batch["rule"].is_valid())
            ends = [gone[name].to_numpy() for name in ("row", "other")]
            lines.append(np.stack([firsts[end >> 32] + (end & 0xFFFFFFFF).astype(np.int64) for end in ends], axis=1))
    whole = np.concatenate(lines)
    return whole[np.argsort(whole[:, 0])], clustered


def size_of(config: Config) -> tuple[int, int]:
    """Count the documents of a corpus and the UTF-8 bytes of their texts."""
    documents = size = 0
    for file in files_of(config):
        for batch in file.iter_batches(columns=["text"]):
            documents += batch.num_rows
            offsets = np.frombuffer(batch["text"].buffers()[1], np.int32)
            size += int(offsets[batch["text"].offset + batch.num_rows] - offsets[batch["text"].offset])
    return documents, size


def files_of(config: Config) -> Iterator[pq.ParquetFile]:
    """Open the files of a corpus, one after the other."""
    for source in config.sources:
        for file in source.files():
            with pq.ParquetFile(file.path) as opened:
                yield opened


def reset_peak() -> None:
    """Have the kernel forget the highest resident set so far (Linux; elsewhere the peak is that of the process)."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def peak_bytes() -> int:
    """Return the highest resident set since it was reset."""
    kernel = proc_bytes("self", "status", "VmHWM:")
    return kernel or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def main(small: Path, corpus: Path, place: Path, threshold: float) -> None:
    """Warm up, measure, print one line of JSON, and leave the removed records beside the work folder."""
    spare_pandas()
    place.mkdir(parents=True, exist_ok=True)
    keep_kernels(place)
    driven(config_of(small, place, threshold))
    runs = [driven(config_of(corpus, place, threshold)) for _ in range(RUNS)]
    said, removed = min(runs, key=lambda run: run[0].cpu_seconds)
    said = replace(said, peak_mb=max(run.peak_mb for run, _ in runs))
    np.save(place / "removed.npy", removed)
    print(orjson.dumps(asdict(said)).decode())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), float(sys.argv[4]))
