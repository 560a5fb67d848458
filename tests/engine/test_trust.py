"""What a run believes: nothing of the raw files, of the work folder or of a stage that it has not checked."""

import errno
import json
import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import curate
from curate.config import registry
from curate.core.errors import CurateError, DataError, StorageError
from curate.core.lock import WORKERS_LOCK
from curate.core.stage import Outcome, Stage, Step
from curate.engine.status import state_of
from curate.engine.task import ContractError
from curate.sources.jsonl import Jsonl
from tests.engine.corpora import bytes_of, config, ledger, shards, write_corpus


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    folder.mkdir()
    write_corpus(folder)
    return folder


class Backwards(Stage):
    """Moves rows, which no stage may."""

    def open(self) -> Step:
        return lambda batch: Outcome(batch.take(pa.array(range(batch.num_rows))[::-1]))


class Unplugged(Stage):
    """Finds the machine at fault, or a file, and quotes the text."""

    number: int = errno.EIO

    def open(self) -> Step:
        def step(batch: pa.RecordBatch) -> Outcome:
            raise OSError(self.number, f"while reading {batch['text'][0]}")

        return step


class Shut(Stage):
    """Cannot be opened, and says too much."""

    def open(self) -> Step:
        raise RuntimeError("a secret")


@pytest.fixture
def stages(monkeypatch: pytest.MonkeyPatch) -> None:
    for stage in (Backwards, Unplugged, Shut):
        monkeypatch.setitem(registry.STAGES, stage.__name__.lower(), f"{__name__}:{stage.__name__}")


def test_a_raw_file_that_changes_under_the_run_stops_it(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Jsonl.read

    def rewriting(source: Jsonl, split: Any) -> Any:
        path = raw / "a.jsonl"
        path.write_bytes(path.read_bytes().replace(b"pump", b"PUMP"))
        return read(source, split)

    said = config(raw, tmp_path / "out", stages=[])
    with monkeypatch.context() as patched:
        patched.setattr(Jsonl, "read", rewriting)
        with pytest.raises(StorageError, match="changed while the run was reading it"):
            curate.run(said)
    assert not (tmp_path / "out").exists()

    again = curate.run(said)
    assert bytes_of(again.path) == bytes_of(curate.run(config(raw, tmp_path / "fresh", stages=[])).path)


@pytest.mark.parametrize("name", ["*-text", "*-rows-train", "*-facts-*", "*-ids", "*-left", "*-rejects"])
def test_a_flipped_byte_in_the_work_folder_is_never_believed(raw: Path, tmp_path: Path, name: str) -> None:
    said = config(raw, tmp_path / "out", work="keep_all")
    before = bytes_of(curate.run(said).path)
    for path in (tmp_path / "out.work/files").rglob(name):
        body = bytearray(path.read_bytes())
        body[len(body) // 2] ^= 0x40
        path.write_bytes(body)
    for path in (tmp_path / "out.work/receipts").iterdir():
        if json.loads(path.read_bytes().partition(b"\n")[2])["label"].startswith(
            ("shard", "ledger", "round", "pass 2")
        ):
            path.unlink()
    next((tmp_path / "out/data/train").iterdir()).unlink()

    assert bytes_of(curate.run(said).path) == before


@pytest.mark.usefixtures("stages")
def test_a_fault_of_the_machine_is_no_verdict_on_a_record(raw: Path, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="Input/output error") as raised:
        curate.run(config(raw, tmp_path / "out", stages=["unplugged"], max_errors=10_000))

    assert "while reading" not in str(raised.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("stages")
def test_a_file_that_a_stage_misses_is_an_error_of_the_record(raw: Path, tmp_path: Path) -> None:
    stages = [{"unplugged": {"number": errno.ENOENT}}]
    out = curate.run(config(raw, tmp_path / "out", stages=stages, max_errors=10_000)).path

    assert "error:unplugged:FileNotFoundError" in set(ledger(out)["rule"])


@pytest.mark.usefixtures("stages")
def test_a_stage_that_cannot_be_opened_is_named_without_its_message(raw: Path, tmp_path: Path) -> None:
    with pytest.raises(CurateError, match="cannot be opened: RuntimeError") as raised:
        curate.run(config(raw, tmp_path / "out", stages=["shut"]))

    assert "secret" not in str(raised.value)
    assert state_of(tmp_path / "out").state == "failed"


@pytest.mark.usefixtures("stages")
def test_a_stage_that_moves_rows_is_caught(raw: Path, tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="moved, added or lost a row"):
        curate.run(config(raw, tmp_path / "out", stages=["backwards"], max_errors=10_000))


def test_the_first_record_of_a_key_that_lives_keeps_it(tmp_path: Path) -> None:
    rows = [
        {"id": "k", "text": ""},
        {"id": "k", "text": "第一条 正文。"},
        {"id": "k", "text": "Second text of the key."},
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    source = {"format": "jsonl", "path": str(tmp_path / "a.jsonl"), "key": "id"}
    output = {"path": str(tmp_path / "out")}
    out = curate.run(
        {
            "name": "keys",
            "sources": {"a": source},
            "stages": ["length"],
            "output": output,
            "limits": "off",
            "workers": 0,
        }
    ).path
    kept, left = shards(out), ledger(out)

    assert kept["text"].to_list() == ["第一条 正文。"]
    assert dict(zip(left["rule"], left["duplicate_of"], strict=True)) == {
        "length:too_short": None,
        "keys:repeated": kept["id"][0],
    }
    assert len({*kept["id"], *left["id"]}) == 3


def test_a_fresh_run_leaves_the_lock_of_workers_where_it_is(raw: Path, tmp_path: Path) -> None:
    said = config(raw, tmp_path / "out", stages=[])
    curate.run(said)
    lock = tmp_path / "out.work" / WORKERS_LOCK
    before = lock.stat().st_ino

    assert curate.run(said, fresh=True).made
    assert lock.stat().st_ino == before


def test_an_output_that_is_a_link_stays_one(raw: Path, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "disk/real")
    said = config(raw, tmp_path / "out", stages=[])
    curate.run(said)
    curate.run(said, limit=3)

    assert (tmp_path / "out").is_symlink()
    assert len(shards(tmp_path / "disk/real")) == 9


def test_blank_lines_do_not_dilute_the_share_of_unreadable_ones(tmp_path: Path) -> None:
    lines = ["{broken" if n % 10 == 0 else json.dumps({"text": f"text {n}"}) for n in range(100)]
    (tmp_path / "a.jsonl").write_text("\n\n".join(lines), "utf-8")
    source = {"format": "jsonl", "path": str(tmp_path / "a.jsonl")}
    said = {"name": "gaps", "sources": {"a": source}, "output": {"path": str(tmp_path / "out")}, "workers": 0}

    with pytest.raises(DataError, match="10 of 100 records are unreadable"):
        curate.run({**said, "limits": {"unreadable_share": 0.09}})


def test_secrets_of_an_address_stand_in_no_file(raw: Path, tmp_path: Path) -> None:
    command = "curate run c.yaml --set sources.a.path=s3://KEY:SECRET@bucket/raw"
    out = curate.run(config(raw, tmp_path / "out", stages=[]), command=command).path

    assert "SECRET" not in (out / "_lineage/run.json").read_text("utf-8")


def test_the_user_of_a_machine_that_knows_none_is_no_obstacle(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 424_242)

    run = curate.run(config(raw, tmp_path / "out", stages=[]))
    assert run.record is not None
    assert run.record.user == ""


def test_outputs_that_share_their_records_keep_each_once_and_name_the_others_anew(raw: Path, tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        curate.run(config(raw, tmp_path / name, stages=[]))
    earlier = {"format": "curate", "path": [str(tmp_path / name) for name in ("one", "two", "three")]}
    said = {"name": "all", "sources": {"lines": earlier}, "output": {"path": str(tmp_path / "out")}, "workers": 0}
    run = curate.run({**said, "stages": ["length"], "limits": "off"})
    once = shards(tmp_path / "one")

    assert set(shards(run.path)["id"]) == set(once["id"])
    assert len(ledger(run.path)) == 2 * len(once)
    assert run.verify().passed
    assert run.rejects.limit(3).with_text()["text"].null_count() == 0
