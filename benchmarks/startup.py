"""What a user waits for before anything happens: `curate --help` and `curate validate`."""

from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.corpora import Corpus
from benchmarks.measure import CURATE, MEGABYTE, measure, succeeded
from benchmarks.run import configured


@dataclass(frozen=True)
class Start:
    """One command, the middle of several times."""

    command: str
    cpu_seconds: float
    wall_seconds: float
    largest_process_mb: float


def measured(folder: Path, times: int) -> list[Start]:
    """Run each command `times` times, after one that fills the caches."""
    config = configured(folder / "startup", {"corpus": str(Corpus(1).written(folder) / "*.jsonl")})
    return [
        start("curate --help", (*CURATE, "--help"), times),
        start("curate validate", (*CURATE, "validate", str(config)), times),
    ]


def start(name: str, command: tuple[str, ...], times: int) -> Start:
    """Measure one command."""
    succeeded(measure(command), command)
    usages = [succeeded(measure(command), command) for _ in range(times)]
    return Start(
        command=name,
        cpu_seconds=median(usage.cpu_seconds for usage in usages),
        wall_seconds=median(usage.wall_seconds for usage in usages),
        largest_process_mb=median(usage.largest_bytes for usage in usages) / MEGABYTE,
    )
