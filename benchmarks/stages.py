"""Streaming stages alone, warm: how many megabytes of Chinese and of English text a second of CPU time handles."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import cast

import orjson
import pyarrow as pa

from benchmarks.corpora import Corpus
from benchmarks.measure import MEGABYTE
from curate.config.registry import load_class, names
from curate.core.record import FILLED, ROW, SOURCED, record_id
from curate.core.source import BATCH_BYTES
from curate.core.stage import Editor, GlobalStage, Settings

NEEDY = {"decontaminate"}
"""Stages that are nothing until something is said; they have benchmarks of their own."""
AT_LEAST_SECONDS = 2.0
AT_LEAST_BYTES = 8 * MEGABYTE


@dataclass(frozen=True)
class Speed:
    """One stage on one language."""

    stage: str
    part: str
    """`step`; `edit` for an editor; `facts` for the streaming half of a global stage."""
    language: str
    batches: int
    text_mb: float
    cpu_seconds: float
    mb_per_core_second: float
    opening_cpu_seconds: float
    """Loading, and the first batch: kernels are compiled or read from their cache there."""


def measured(wanted: Sequence[str], corpora: Sequence[Corpus], folder: Path) -> list[Speed]:
    """Measure the named stages, or every other than the needy, with the settings that hold when none is said."""
    return [
        speed(name, made(name), corpus.only, list(batches(corpus, folder)))
        for name in wanted or [name for name in names("stages") if name not in NEEDY]
        for corpus in corpora
    ]


def made(name: str) -> Settings:
    """Make a stage as it is when nothing is said about it."""
    return cast("Settings", load_class("stages", name)())


def batches(corpus: Corpus, folder: Path) -> Iterator[pa.RecordBatch]:
    """Yield the corpus as batches of about the engine's size, `language` filled in."""
    texts: list[str] = []
    size = first = 0
    for path in sorted(corpus.written(folder).glob("*.jsonl")):
        for line in path.read_bytes().splitlines():
            texts.append(orjson.loads(line)["text"])
            size += len(line)
            if size >= BATCH_BYTES:
                yield batch(texts, corpus.only, first)
                first, size, texts = first + len(texts), 0, []
    if texts:
        yield batch(texts, corpus.only, first)


def batch(texts: Sequence[str], language: str, first: int) -> pa.RecordBatch:
    """Build a batch as the engine hands it to a stage: sourced columns, filled ones, `row`."""
    count = len(texts)
    rows = range(first, first + count)
    said: dict[str, pa.Array] = {
        "id": pa.array([record_id("corpus", str(row)) for row in rows]),
        "text": pa.array(texts, pa.string()),
        "source_id": pa.repeat("corpus", count),
        "source_uri": pa.repeat("000.jsonl", count),
        "source_row": pa.array(rows, pa.int64()),
        "source_offset": pa.array(rows, pa.int64()),
        "source_length": pa.repeat(pa.scalar(1, pa.int64()), count),
        "license": pa.repeat("CC0-1.0", count),
        "language": pa.repeat(language, count),
        "tags": pa.array([[]] * count, FILLED.field("tags").type),
        "ops": pa.array([[]] * count, FILLED.field("ops").type),
        "row": pa.array(rows, ROW.type),
    }
    schema = pa.schema([*SOURCED, *FILLED, ROW])
    columns = [said.get(field.name, pa.nulls(count, field.type)) for field in schema]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def opened(stage: Settings) -> tuple[str, Callable[[pa.RecordBatch], object]]:
    """Return what a batch goes through, and what that is called."""
    if isinstance(stage, GlobalStage):
        return "facts", stage.facts
    if isinstance(stage, Editor):
        edit = stage.open()
        return "edit", lambda batch: edit(batch["text"])
    return "step", stage.open()  # type: ignore[attr-defined]


def speed(name: str, stage: Settings, language: str, inputs: Sequence[pa.RecordBatch]) -> Speed:
    """Time one stage over its batches, again and again until enough has passed to be told from noise."""
    started = time.process_time()
    part, through = opened(stage)
    through(inputs[0])
    opening = time.process_time() - started
    count, size, started = 0, 0, time.process_time()
    for given in cycle(inputs):
        through(given)
        count, size = count + 1, size + given["text"].nbytes
        spent = time.process_time() - started
        if spent >= AT_LEAST_SECONDS and (size >= AT_LEAST_BYTES or spent >= 10 * AT_LEAST_SECONDS):
            break
    megabytes = size / MEGABYTE
    return Speed(name, part, language, count, megabytes, spent, megabytes / spent, opening)
