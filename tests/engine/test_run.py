import fcntl
import json
import os
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import curate
from curate.config.model import Config
from curate.core.errors import ConfigError, DataError, StoppedError, StorageError
from curate.engine.run import Options, execute
from curate.lineage.verify import verify
from curate.sources.listed import Listed
from tests.engine.corpora import bytes_of, config, ledger, lines, shards, write_corpus


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("raw")
    write_corpus(folder)
    return folder


@pytest.fixture(scope="module")
def reference(raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return curate.run(config(raw, tmp_path_factory.mktemp("reference") / "out")).path


def test_read_is_written_plus_rejected_for_a_reader_who_trusts_no_counter(raw: Path, reference: Path) -> None:
    rows = pl.concat([shards(reference).select("source_id", "id"), ledger(reference).select("source_id", "id")])
    raw_lines = [line for name in ("a.jsonl", "b.jsonl") for line in (raw / name).read_text("utf-8").splitlines()]
    stretch_of_blanks = 1

    assert rows["id"].n_unique() == len(rows)
    counts = dict(rows.group_by("source_id").len().iter_rows())
    assert counts == {"lines": len([line for line in raw_lines if line]) + stretch_of_blanks, "qa": 65, "laws": 12}


def test_every_copy_names_a_record_that_is_kept(reference: Path) -> None:
    left = ledger(reference)
    copies = left.filter(pl.col("rule") == "exact_duplicates:copy")

    assert len(copies) == 35
    assert set(copies["duplicate_of"]) <= {*shards(reference)["id"], *left["id"]}


def test_the_output_verifies_with_the_raw_files_at_hand(raw: Path, reference: Path) -> None:
    checked = curate.open(reference).verify({"lines": raw, "qa": raw, "laws": raw / "laws"})

    assert [check.id for check in checked.checks if check.status != "pass"] == ["signature"], "nobody asked for one"


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_any_number_of_workers_writes_the_same_bytes(raw: Path, reference: Path, tmp_path: Path, workers: int) -> None:
    made = curate.run(config(raw, tmp_path / "out"), workers=workers)

    assert bytes_of(made.path) == bytes_of(reference)


@pytest.mark.parametrize("size", [64, 1 << 12])
def test_any_batch_size_writes_the_same_bytes(
    raw: Path, reference: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(Listed, "batch_bytes", size)

    assert bytes_of(curate.run(config(raw, tmp_path / "out")).path) == bytes_of(reference)


def test_another_order_of_files_on_disk_writes_the_same_bytes(raw: Path, reference: Path, tmp_path: Path) -> None:
    copy = tmp_path / "raw"
    for path in sorted((path for path in raw.rglob("*") if path.is_file()), reverse=True):
        target = copy / path.relative_to(raw)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
        os.utime(target, (10**9, 10**9))

    assert bytes_of(curate.run(config(copy, tmp_path / "out")).path) == bytes_of(reference)


def test_what_was_done_is_not_done_again(raw: Path, tmp_path: Path) -> None:
    said = config(raw, tmp_path / "out")

    assert curate.run(said).made
    before = bytes_of(tmp_path / "out")
    assert curate.run(said).made == ()
    assert bytes_of(tmp_path / "out") == before


def test_a_deleted_or_changed_shard_is_made_again(raw: Path, tmp_path: Path) -> None:
    said = config(raw, tmp_path / "out")
    before = bytes_of(curate.run(said).path)
    shard = next((tmp_path / "out/data/train").iterdir())
    shard.unlink()

    assert curate.run(said).made
    assert bytes_of(tmp_path / "out") == before
    shard.write_bytes(b"PAR1")
    assert bytes_of(curate.run(said).path) == before


def test_a_run_over_an_older_output_leaves_no_stranger(raw: Path, reference: Path, tmp_path: Path) -> None:
    said = config(raw, tmp_path / "out")
    curate.run({**said, "output": {"path": str(tmp_path / "out"), "shard_bytes": 2000}})
    (tmp_path / "out/data/train/stranger.parquet").write_bytes(b"")

    assert bytes_of(curate.run(said).path) == bytes_of(reference)


def test_a_changed_threshold_repeats_only_what_depends_on_it(raw: Path, tmp_path: Path) -> None:
    said = config(raw, tmp_path / "out", work="keep_all")
    stages: list[Any] = ["normalize", "length", "exact_duplicates"]
    fixed = {"bands": 20, "rows": 5}
    curate.run({**said, "stages": [*stages, {"near_duplicates": {"threshold": 0.8, **fixed}}]})
    again = curate.run({**said, "stages": [*stages, {"near_duplicates": {"threshold": 0.4, **fixed}}]})

    assert not [label for label in again.made if label.startswith(("survey", "pass 1", "findings of exact"))]
    assert not [label for label in again.made if label.startswith("round 1 of")]
    assert [label for label in again.made if label.startswith("pass 2")]


def test_kept_facts_without_text_give_the_same_bytes_after_a_change(raw: Path, tmp_path: Path) -> None:
    def said(out: Path, threshold: float) -> dict[str, Any]:
        return config(raw, out, stages=["normalize", {"near_duplicates": {"threshold": threshold}}])

    curate.run(said(tmp_path / "out", 0.9))
    assert not list((tmp_path / "out.work/files").rglob("*-text"))
    changed = curate.run(said(tmp_path / "out", 0.5))
    fresh = curate.run(said(tmp_path / "fresh", 0.5))
    assert not [label for label in changed.made if label.startswith("survey")]
    assert bytes_of(changed.path) == bytes_of(fresh.path)


def test_a_new_file_leaves_other_sources_alone(raw: Path, tmp_path: Path) -> None:
    copy = tmp_path / "raw"
    shutil.copytree(raw, copy)
    said = config(copy, tmp_path / "out", stages=["normalize", "length"], work="keep_all")
    curate.run(said)
    (copy / "c.jsonl").write_text("\n".join(lines(900, 20)), "utf-8")
    made = curate.run(said).made

    assert [label for label in made if label.startswith("survey")] == ["survey of lines"]
    assert not [label for label in made if "(qa)" in label or "(laws)" in label]


def test_a_limit_takes_the_first_records_of_each_source(raw: Path, tmp_path: Path) -> None:
    out = curate.run(config(raw, tmp_path / "out", stages=[]), limit=7).path

    assert dict(shards(out).group_by("source_id").len().iter_rows()) == {"lines": 7, "qa": 7, "laws": 7}
    assert curate.open(out).manifest.limited == 7


@pytest.mark.parametrize("limit", [1, 2, 3, 4])
def test_a_limit_counts_no_blank_line(limit: int, tmp_path: Path) -> None:
    body = '{"text": "one"}\n\n{"text": "two"}\n\n \n{"text": "three"}\n'
    (tmp_path / "a.jsonl").write_text(body, "utf-8")
    sources = {"a": {"format": "jsonl", "path": str(tmp_path / "a.jsonl")}}
    said = {"name": "a", "sources": sources, "limits": "off", "output": {"path": str(tmp_path / "out")}}
    out = curate.run(said, limit=limit).path

    assert shards(out).height == min(limit, 3)
    assert verify(out).exit_code == 0


def test_a_killed_publication_is_ended_by_the_next_run(raw: Path, reference: Path, tmp_path: Path) -> None:
    said = config(raw, tmp_path / "out")
    curate.run(said)
    work = tmp_path / "out.work"
    (tmp_path / "out").rename(work / "new")
    shutil.copytree(reference, work / "old")

    assert curate.run(said).made == ()
    assert bytes_of(tmp_path / "out") == bytes_of(reference)
    assert not (work / "old").exists()


def test_a_second_run_on_one_output_is_refused(raw: Path, tmp_path: Path) -> None:
    with (tmp_path / "out.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(StoppedError, match="another run is writing this output"):
            curate.run(config(raw, tmp_path / "out"))


def test_a_folder_of_something_else_is_never_replaced(raw: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/thesis.doc").write_text("years of work")

    with pytest.raises(ConfigError, match="no output of curate"):
        curate.run(config(raw, tmp_path / "out"))
    with pytest.raises(StorageError, match="no output of curate"):  # whoever does not ask whether it is ready
        execute(Config.load(config(raw, tmp_path / "out")), Options())
    assert (tmp_path / "out/thesis.doc").read_text() == "years of work"


def test_above_a_limit_nothing_is_published_and_the_heaviest_rules_are_named(raw: Path, tmp_path: Path) -> None:
    stages = [{"length": {"min": 10_000}}]
    with pytest.raises(DataError, match="length:too_short") as raised:
        curate.run(config(raw, tmp_path / "out", stages=stages, limits={"rejected_share": 0.5}))

    assert raised.value.exit_code == 65
    assert not (tmp_path / "out").exists()


def test_all_sources_above_a_limit_are_named(tmp_path: Path) -> None:
    (tmp_path / "short.jsonl").write_text('{"text": "too short"}\n' * 2, "utf-8")
    (tmp_path / "long.jsonl").write_text(json.dumps({"text": "long enough to stay " * 9}) + "\n", "utf-8")
    sources = {
        name: {"format": "jsonl", "path": str(tmp_path / f"{file}.jsonl")}
        for name, file in (("a", "short"), ("b", "long"), ("c", "short"))
    }
    said = {"name": "x", "sources": sources, "stages": [{"length": {"min": 99}}], "workers": 0}
    with pytest.raises(DataError) as raised:
        curate.run({**said, "output": {"path": str(tmp_path / "out")}})
    fact = "2 of 2 records are rejected: 100.0% is above limits.rejected_share 50.0%"
    assert (raised.value.where, raised.value.message) == ("source 'a'", f"{fact}; source 'c': {fact}")
    assert "length:too_short 4" in str(raised.value.hint)


def test_repeated_keys_leave_the_first_and_name_the_others_by_their_place(tmp_path: Path) -> None:
    rows = [{"id": n % 3, "text": f"正文第{n}段，内容各不相同。"} for n in range(5)]
    rows.append({"id": 0, "text": ""})
    (tmp_path / "a.jsonl").write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    source = {"format": "jsonl", "path": str(tmp_path / "a.jsonl"), "key": "id"}
    said = {"name": "keys", "sources": {"a": source}, "stages": ["length"], "workers": 0, "limits": "off"}
    run = curate.run({**said, "output": {"path": str(tmp_path / "out")}})
    left = ledger(run.path)

    assert len(shards(run.path)) == 3
    assert sorted(left["rule"]) == ["keys:repeated", "keys:repeated", "length:too_short"]
    assert len({*left["id"], *shards(run.path)["id"]}) == 6
    assert run.verify().passed


def test_a_column_that_no_stage_measures_is_a_configuration_error(raw: Path, tmp_path: Path) -> None:
    output = {"path": str(tmp_path / "out"), "columns": ["quality_beauty"]}
    with pytest.raises(ConfigError, match="quality_beauty"):
        curate.run(config(raw, tmp_path / "out", output=output))


def test_splits_keep_a_group_together(raw: Path, tmp_path: Path) -> None:
    output = {"path": str(tmp_path / "out"), "splits": {"train": 0.5, "test": 0.5}, "split_by": "kind"}
    said = config(raw, tmp_path / "out", output=output, stages=[])
    said["sources"] = {"lines": said["sources"]["lines"]}
    out = curate.run(said).path
    groups = [set(pl.read_parquet(sorted(folder.iterdir()))["kind"]) for folder in (out / "data").iterdir()]

    assert len(groups) == 1 or not groups[0] & groups[1]


def test_keyed_uris_publish_no_file_name(raw: Path, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"k" * 32)
    out = curate.run(config(raw, tmp_path / "out", uris="keyed", key_file=str(tmp_path / "key"))).path
    published = b"".join(path.read_bytes() for path in out.rglob("*") if path.is_file() and path.name != "run.json")

    assert b"a.jsonl" not in published
    assert set(shards(out)["source_uri"].str.len_chars()) == {32}


def test_nothing_of_the_work_is_kept_where_nothing_is_wanted(raw: Path, tmp_path: Path) -> None:
    curate.run(config(raw, tmp_path / "out", work="none"))

    assert {path.name for path in (tmp_path / "out.work").iterdir()} <= {"workers.lock", "status.json"}


def test_the_ledger_stands_in_the_order_of_the_raw_records(raw: Path, tmp_path: Path) -> None:
    stages = [{"length": {"min": 40}}, "exact_duplicates", {"near_duplicates": {"threshold": 0.5}}]
    left = ledger(curate.run(config(raw, tmp_path / "out", stages=stages)).path)
    lines = left.filter(pl.col("source_uri") == "a.jsonl")["source_offset"].to_list()

    assert left["stage"].n_unique() > 2
    assert lines == sorted(lines)
