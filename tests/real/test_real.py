"""Sixteen public sets in Chinese and English through every stage: nothing is lost, and nothing good is thrown away."""

import csv
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from datasets import load_dataset

import curate
from benchmarks.corpora import data
from benchmarks.first_run import SETS, STAGES, configuration, folders, input_megabytes
from curate.library import Run

ROOT = data() or Path()
pytestmark = pytest.mark.skipif(data() is None, reason="real data is absent; CURATE_DATA names its folder")

LEAST_MEGABYTES = 150
MOST_REJECTED = 0.02
BAD = "model_answers"
"""Answers of models that loop: there because they are bad."""


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Run:
    out = tmp_path_factory.mktemp("real") / "out"
    return curate.run(configuration(ROOT, out), workers=2)


@pytest.fixture(scope="module")
def rows(ran: Run) -> pl.DataFrame:
    return pl.read_parquet(ran.path / "data/**/*.parquet", columns=["id", "source_id", "language", "n_tokens"])


@pytest.fixture(scope="module")
def ledger(ran: Run) -> pl.DataFrame:
    return pl.read_parquet(ran.path / "_lineage/rejects-*.parquet")


def files(source: str) -> list[Path]:
    folder, pattern, _ = SETS[source]
    return sorted(path for path in (ROOT / folder).glob(pattern) if path.is_file())


def whole_files(source: str) -> int:
    return len(files(source))


def array_items(source: str) -> int:
    return sum(len(json.loads(path.read_bytes())) for path in files(source))


def csv_rows(encoding: str) -> Callable[[str], int]:
    def count(source: str) -> int:
        texts = (path.read_bytes().decode(encoding) for path in files(source))
        return sum(len(list(csv.DictReader(text.splitlines(keepends=True)))) for text in texts)

    return count


COUNTS: dict[str, Callable[[str], int]] = {
    "statutes": whole_files,
    "cases": array_items,
    "consultations": csv_rows("gb18030"),
    "model_answers": array_items,
    "minutes": whole_files,
    "speeches": whole_files,
    "tables": array_items,
    "advisories": whole_files,
    "mail": whole_files,
    "standards": whole_files,
    "abstracts": array_items,
    "work_orders": csv_rows("utf-8"),
}


def test_it_is_enough_text_of_two_languages(ran: Run, rows: pl.DataFrame) -> None:
    assert input_megabytes(ROOT, ran) >= LEAST_MEGABYTES
    assert set(rows["source_id"]) == set(SETS)
    assert {stage.name for stage in ran.manifest.stages} >= {"read", *STAGES}
    languages = Counter(rows["language"].to_list())
    assert min(languages["zh"], languages["en"]) > 5000


@pytest.mark.parametrize("source", COUNTS)
def test_every_raw_record_was_written_or_rejected(source: str, rows: pl.DataFrame, ledger: pl.DataFrame) -> None:
    written, rejected = (frame.filter(pl.col("source_id") == source) for frame in (rows, ledger))
    assert len(written) + len(rejected) == COUNTS[source](source)
    assert set(written["id"]).isdisjoint(rejected["id"])


@pytest.mark.parametrize("source", [source for source in SETS if source != BAD])
def test_hardly_any_good_text_is_rejected_for_its_quality(
    source: str, rows: pl.DataFrame, ledger: pl.DataFrame
) -> None:
    judged = ledger.filter((pl.col("source_id") == source) & pl.col("rule").str.contains("^(quality|length):"))
    kept = rows.filter(pl.col("source_id") == source)
    everything = len(kept) + len(ledger.filter(pl.col("source_id") == source))
    assert len(judged) <= MOST_REJECTED * everything


def test_answers_that_loop_are_rejected(ledger: pl.DataFrame) -> None:
    judged = ledger.filter((pl.col("source_id") == BAD) & pl.col("rule").str.starts_with("quality:"))
    assert len(judged) > 1000


def test_everything_can_be_verified_against_the_raw_files(ran: Run) -> None:
    checked = ran.verify(raw=folders(ROOT))
    assert [check.id for check in checked.checks if check.status != "pass"] == ["signature"], "nobody asked for one"
    assert checked.named("spans").status == checked.named("raw").status == "pass"


def test_a_trainer_opens_it_as_it_is(ran: Run, rows: pl.DataFrame, tmp_path: Path) -> None:
    opened = load_dataset(str(ran.path), cache_dir=str(tmp_path))
    assert set(opened) == {"train", "validation"}
    assert sum(len(split) for split in opened.values()) == len(rows)
    assert opened["train"][0]["text"]
    assert rows["n_tokens"].min() > 0


def test_a_second_run_has_nothing_to_do(ran: Run) -> None:
    before = {path: path.stat().st_mtime_ns for path in ran.path.rglob("*")}
    again = curate.run(configuration(ROOT, ran.path), workers=2)
    assert again.made == ()
    assert {path: path.stat().st_mtime_ns for path in ran.path.rglob("*")} == before
