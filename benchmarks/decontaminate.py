"""Decontamination: known leaks that are found, unrelated text that is left alone, and megabytes a second."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import orjson
import pyarrow as pa

from benchmarks.corpora import real
from benchmarks.measure import MEGABYTE, RUNS, table
from curate.core.bytes import Stream, lines
from curate.stages.decontaminate.stage import Decontaminate

MOST_BYTES = 1 << 24
SET = "en_bench_decon"
REFERENCES = {
    "passage_question_answer": ("passage", "question", "answer"),
    "question_answer": ("question", "answer"),
    "question": ("question",),
}
PACKINGS = ("", ".gz", ".bz2", ".xz", ".zst")
LEAKS: Mapping[str, frozenset[tuple[int, str]]] = {
    "contaminated_mixed": frozenset({(0, "101"), (3, "102"), (4, "103")}),
    "contaminated_at_beginning": frozenset({(0, "101")}),
    "contaminated_middle_position": frozenset({(0, "101")}),
    "contaminated_at_end": frozenset({(0, "101")}),
    "contaminated_multiple_in_one": frozenset({(0, "101"), (0, "102"), (0, "103")}),
    "contaminated_punctuation_variation": frozenset({(0, "101")}),
    "contaminated_single_edit": frozenset({(0, "101")}),
    "contaminated_single_insertion": frozenset({(0, "101")}),
    "contaminated_single_deletion": frozenset({(0, "101")}),
    "contaminated_edge_cases": frozenset({(1, "101"), (2, "101"), (3, "102")}),
    "long_document": frozenset({(0, "101"), (0, "102")}),
    "clean": frozenset(),
}
"""Line and item of every leak, read from the fixtures of allenai/decon at e1bcb80 and what its tests expect of them.

Of `contaminated_edge_cases`, lines 0 and 4 are paraphrases: no 13 words in a row are the item's. Line 3 also holds the
first 12 of its item 101. Item 103 has nothing but its answer to be found by, so it is none where answers are not read.
"""


@dataclass(frozen=True)
class Found:
    """One fixture against the items of one reference file."""

    reference: str
    training: str
    leaks: int
    found: int
    missed: int
    others: int
    """Hits that are no leak."""


@dataclass(frozen=True)
class Left:
    """Text that shares nothing with a benchmark, as far as is known."""

    benchmark: str
    text: str
    records: int
    hits: int


@dataclass(frozen=True)
class Speed:
    """One language, the edit alone, warm: the least of several runs."""

    language: str
    windows: int
    text_mb: float
    cpu_seconds: float
    mb_per_core_second: float
    opening_cpu_seconds: float


class Report(NamedTuple):
    """All that was measured."""

    found: list[Found]
    left: list[Left]
    speeds: list[Speed]

    def page(self) -> str:
        """Write the tables."""
        return "\n\n".join(table(rows) for rows in self)


def texts_of(path: Path) -> list[str]:
    """Read the texts of a fixture."""
    return [orjson.loads(line.body)["text"] for line in lines(Stream(str(path)), 0, MOST_BYTES) if line.body]


def hits(stage: Decontaminate, texts: list[str]) -> set[tuple[int, str]]:
    """Return line and item of every hit."""
    counts = stage.open()(pa.array(texts, pa.string())).counts
    said = [] if counts is None else counts.to_pylist()
    return {(line["row"], line["type"].partition(":")[2]) for line in said}


def found(folder: Path) -> Iterator[Found]:
    """Look for the items of every reference file in every fixture, in every packing that there is."""
    for reference, fields in REFERENCES.items():
        path = folder / "fixtures" / "reference" / f"{reference}_reference.jsonl"
        stage = Decontaminate(benchmarks={"decon": {"path": path, "fields": fields, "id": "doc_id"}})
        for name, leaks in LEAKS.items():
            known = {leak for leak in leaks if "answer" in fields or leak[1] != "103"}
            for packing in PACKINGS:
                training = folder / "fixtures" / "training" / f"{name}.jsonl{packing}"
                if training.exists():
                    said = hits(stage, texts_of(training))
                    counts = (len(known), len(known & said), len(known - said), len(said - known))
                    yield Found(reference, training.name, *counts)


def exams(folder: Path) -> Decontaminate:
    """Name the benchmarks of the set: MMLU (validation, dev) and GSM8K (test)."""
    bundled = folder / "bundled-evals"
    mmlu = [bundled / f"mmlu_{split}-1.jsonl.gz" for split in ("validation", "dev")]
    said = {"fields": ("question", "answer"), "id": "doc_id"}
    paths = {"mmlu": mmlu, "gsm8k": [bundled / "gsm8k_test-1.jsonl.gz"]}
    return Decontaminate(benchmarks={name: {"path": path, **said} for name, path in paths.items()})


def doctors(data: Path, folder: Path) -> Decontaminate:
    """Make a Chinese benchmark of questions to doctors, which no statute quotes."""
    made = folder / "questions.csv"
    folder.mkdir(parents=True, exist_ok=True)
    (source,) = (data / "zh_med_toyhom_gbk").glob("*.csv")
    made.write_text(source.read_text("gb18030", "replace"), "utf-8")
    return Decontaminate(benchmarks={"questions": {"path": made, "fields": ("title", "ask", "answer")}})


def left(data: Path, folder: Path) -> Iterator[Left]:
    """Look for benchmarks in statutes."""
    paths = sorted((data / "zh_law_national").rglob("*.md"))
    statutes = [path.read_text("utf-8", "replace") for path in paths]
    for name, stage in (("mmlu, gsm8k", exams(data / SET)), ("questions to doctors", doctors(data, folder))):
        yield Left(name, "zh_law_national", len(statutes), len(hits(stage, statutes)))


def speeds(stage: Decontaminate) -> Iterator[Speed]:
    """Time the edit on Chinese and on English."""
    started = time.process_time()
    edit = stage.open()
    for language in ("zh", "en"):
        texts = pa.array(real(language), pa.string())
        edit(texts.slice(0, 1))
        opening = time.process_time() - started
        times = []
        for _ in range(RUNS):
            started = time.process_time()
            edit(texts)
            times.append(time.process_time() - started)
        megabytes, windows = texts.nbytes / MEGABYTE, sum(said["windows"] for said in stage.index().said.values())
        yield Speed(language, windows, megabytes, min(times), megabytes / min(times), opening)
        started = time.process_time()


def measured(data: Path, folder: Path) -> Report:
    """Measure all of it."""
    timed = list(speeds(exams(data / SET)))
    return Report(list(found(data / SET)), list(left(data, folder)), timed)
