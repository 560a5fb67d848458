"""Whole runs, from files to a published output: decoded megabytes of input by CPU second."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree

import orjson

from benchmarks.corpora import Corpus
from benchmarks.measure import CURATE, MEGABYTE, Usage, measure, succeeded

STAGES = ("normalize", "language", "length", "exact_duplicates", "tokens")


@dataclass(frozen=True)
class Whole:
    """One run: what went in, and what it took."""

    input_mb: float
    workers: int
    cpu_seconds: float
    mb_per_core_second: float
    wall_seconds: float
    peak_mb: float
    largest_process_mb: float


def configured(place: Path, patterns: Mapping[str, str], stages: Sequence[str] = STAGES) -> Path:
    """Write a configuration into `place` that reads JSON Lines, one source a pattern, and return its path."""
    said = {
        "name": "benchmark",
        "sources": {name: {"format": "jsonl", "path": path, "text": "text"} for name, path in patterns.items()},
        "stages": list(stages),
        "output": {"path": str(place / "out")},
        "limits": "off",  # resampled text repeats itself
    }
    place.mkdir(parents=True, exist_ok=True)
    config = place / "config.yaml"
    config.write_bytes(orjson.dumps(said, option=orjson.OPT_INDENT_2))  # JSON is YAML
    return config


def cleared(place: Path) -> None:
    """Remove the output and the work folder of an earlier run, so that nothing is taken from them."""
    for name in ("out", "out.work"):
        rmtree(place / name, ignore_errors=True)
    (place / "out.lock").unlink(missing_ok=True)


def command(config: Path, workers: int) -> tuple[str, ...]:
    """Spell the command of a run without progress."""
    return (*CURATE, "run", str(config), "--workers", str(workers), "--progress", "none")


def measured(corpus: Corpus, folder: Path, workers: int) -> Whole:
    """Run once from scratch and return what it took; the output stays in `folder` to be looked at."""
    inputs = corpus.written(folder)
    place = folder / f"run-{inputs.name}"
    config = configured(place, {"corpus": str(inputs / "*.jsonl")})
    cleared(place)
    said = command(config, workers)
    return whole(inputs, workers, succeeded(measure(said), said))


def whole(inputs: Path, workers: int, usage: Usage) -> Whole:
    """Set what a run took against the size of its input."""
    megabytes = sum(path.stat().st_size for path in inputs.glob("*.jsonl")) / MEGABYTE
    return Whole(
        input_mb=megabytes,
        workers=workers,
        cpu_seconds=usage.cpu_seconds,
        mb_per_core_second=megabytes / usage.cpu_seconds,
        wall_seconds=usage.wall_seconds,
        peak_mb=usage.peak_bytes / MEGABYTE,
        largest_process_mb=usage.largest_bytes / MEGABYTE,
    )
