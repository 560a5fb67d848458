"""What is erased is gone from every file, all else is as it was, and the books still balance."""

import json
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import jsonschema
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curate.cli import main
from curate.core.errors import ConfigError, CurateError, StoppedError, StorageError
from curate.core.lock import locked
from curate.core.suppression import content_digest, read_suppression
from curate.lineage import erase as erasing
from curate.lineage.erase import Erased, Options, erase
from curate.lineage.erase_asked import Request
from curate.lineage.erase_quotes import withheld
from curate.lineage.explain import explain
from curate.lineage.history import history
from curate.lineage.manifest import MANIFEST, RUN, StageRecord, read_manifest
from curate.lineage.passage import by_id, by_uri
from curate.lineage.verify import verify
from curate.sinks.rejects import TOMBSTONES
from tests.lineage.made import failed, folders, made

KEY = b"k" * 32
ROOT = Path(__file__).parents[2]
CORPUS = made()
KEPT = [row["id"] for row in CORPUS.rows]
LEFT = [row["id"] for row in CORPUS.ledger]


def asked(folder: Path, *names: str, by: str = "ids", ticket: str = "DSR-1") -> Request:
    said = folder / "asked.txt"
    said.write_text("\n".join(names), "utf-8")
    return Request(by, names[0] if by in {"source", "uri"} else str(said), "gdpr-17", ticket, KEY)


def erased(out: Path, *names: str, by: str = "ids", ticket: str = "DSR-1", **more: Path) -> Erased:
    return erase(out, asked(out.parent, *names, by=by, ticket=ticket), Options(**more))


def digests(out: Path) -> dict[str, str]:
    files = (path for path in out.rglob("*") if path.is_file())
    return {path.relative_to(out).as_posix(): sha256(path.read_bytes()).hexdigest() for path in files}


def texts(folder: Path) -> str:
    """Everything that can be read below a folder, Parquet unpacked."""
    whole = ""
    for path in folder.rglob("*"):
        if path.suffix == ".parquet":
            whole += json.dumps(pq.read_table(path).to_pylist(), ensure_ascii=False)
        elif path.is_file():
            whole += path.read_text("utf-8", errors="replace")
    return whole


def rows(out: Path, pattern: str) -> list[dict[str, object]]:
    return [row for path in sorted(out.glob(pattern)) for row in pq.read_table(path, partitioning=None).to_pylist()]


def test_only_the_files_that_hold_something_of_the_record_are_written_anew(out):
    before = digests(out)
    said = erased(out, KEPT[4])
    after = digests(out)
    touched = {file.path for file in said.erasure.files}
    assert touched == {"data/train/00000-of-00002.parquet", "_lineage/signals-00000-of-00001.parquet"}
    new = {"_lineage/tombstones-00000.parquet", "_lineage/suppressed.json", "_lineage/history/00000.json"}
    told = {MANIFEST, "SHA256SUMS", "README.md", "README.zh-CN.md"}
    assert set(after) - set(before) == new
    assert {path for path in before if before[path] != after.get(path)} == touched | told
    assert failed(out, folders(out.parent)) == set()


def test_the_record_is_gone_from_every_file_and_only_its_place_is_told(out):
    text = json.dumps(next(row["text"] for row in CORPUS.rows if row["id"] == KEPT[4]), ensure_ascii=False)[1:-1]
    assert text in texts(out)
    erased(out, KEPT[4])
    assert text not in texts(out)
    assert all(KEPT[4] != row["id"] for row in rows(out, "data/*/*.parquet") + rows(out, "_lineage/signals-*"))
    (stone,) = rows(out, "_lineage/tombstones-*")
    assert list(stone) == TOMBSTONES.names
    assert stone["id"] == KEPT[4]
    assert (stone["basis"], stone["ticket"], stone["stage"]) == ("gdpr-17", "DSR-1", None)
    place = next(row for row in CORPUS.rows if row["id"] == KEPT[4])
    assert all(stone[name] == place[name] for name in ("source_id", "source_uri", "source_offset", "source_length"))


def test_who_asks_for_it_by_its_id_is_told_that_it_was_erased(out):
    erased(out, KEPT[4])
    said = by_id(out, KEPT[4][:12])
    assert (said.found, said.erased.id, said.erased.ticket) == (0, KEPT[4], "DSR-1")
    with pytest.raises(CurateError, match=r"was erased at .*gdpr-17"):
        explain(out, KEPT[4])
    assert by_id(out, KEPT[6]).erased is None


def test_who_asks_for_a_copy_is_told_that_what_stood_for_it_was_erased(out):
    copy = next(row for row in CORPUS.ledger if row["duplicate_of"] in KEPT)
    erased(out, copy["duplicate_of"])
    said = explain(out, copy["id"])
    assert (said.lost, said.erased.id) == (copy["duplicate_of"], copy["duplicate_of"])
    told = CliRunner().invoke(main, ["explain", str(out), copy["id"], "--no-text", "--width", "200"]).stdout
    assert "which was erased at" in told
    assert "curate verify" not in told


def test_who_asks_for_a_file_is_told_how_many_of_its_records_were_erased(out):
    row = next(row for row in CORPUS.rows if row["id"] == KEPT[4])
    before = by_uri(out, row["source_uri"])
    erased(out, KEPT[4])
    said = by_uri(out, row["source_uri"])
    assert (said.found, said.fates["erased"]) == (before.found - 1, 1)
    assert sum(said.fates.values()) == said.inputs[0].records
    erased(out, row["source_uri"], by="uri", ticket="DSR-2")
    told = CliRunner().invoke(main, ["trace", str(out), "--uri", row["source_uri"]]).stdout
    assert f"none; {before.found} records were erased" in told


def test_a_record_of_the_ledger_can_be_erased_too(out):
    said = erased(out, LEFT[3])
    assert (said.erasure.records, said.erasure.rejected) == (0, 1)
    assert LEFT[3] not in [row["id"] for row in rows(out, "_lineage/rejects-*")]
    assert failed(out, folders(out.parent)) == set()


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kept=st.sets(st.sampled_from(KEPT), max_size=40), left=st.sets(st.sampled_from(LEFT), max_size=9))
def test_read_is_written_and_rejected_and_erased_whatever_is_erased(whole, tmp_path_factory, kept, left):
    folder = tmp_path_factory.mktemp("some")
    shutil.copytree(whole / "out", folder / "out")
    if not kept | left:
        return
    erased(folder / "out", *kept, *left)
    said = read_manifest(folder / "out").accounting
    assert said.records == len(KEPT) + len(LEFT)
    assert (said.written, said.rejected) == (len(KEPT) - len(kept), len(LEFT) - len(left))
    assert (said.erased, said.erased_written) == (len(kept) + len(left), len(kept))
    assert failed(folder / "out") == set()
    assert history(folder / "out").faults == ()


def test_shards_splits_and_sources_whose_last_row_goes_go_too(out):
    for number, source in enumerate(("advisories", "laws", "qa")):
        erased(out, source, by="source", ticket=f"T-{number}")
        assert failed(out, folders(out.parent)) == set()
    assert rows(out, "data/*/*.parquet") == []
    assert not (out / "data").exists()
    assert read_manifest(out).outputs.splits == {}
    assert len(rows(out, "_lineage/tombstones-*")) == len(KEPT) + len(LEFT)
    assert [version.number for version in history(out).versions] == [0, 1, 2, 3]


def test_a_raw_file_is_erased_by_its_name_and_a_record_by_its_text(out):
    said = erased(out, "1.md", by="uri")
    assert [record.source_uri for record in said.records] == ["1.md"]
    row = CORPUS.rows[0]
    said = erased(out, row["text"] + "\n", by="text_file", ticket="DSR-2")
    assert [record.id for record in said.records] == [row["id"]]
    assert failed(out) == set()


class TestNothing:
    def test_is_erased_where_no_record_is_what_was_asked_for_and_nothing_changes(self, out):
        before, beside = digests(out), set(out.parent.iterdir())
        said = erased(out, "ab" * 16)
        assert (said.changed, said.erasure, said.missing) == (False, None, ("ab" * 16,))
        assert digests(out) == before
        assert set(out.parent.iterdir()) - beside == {out.parent / "asked.txt", out.parent / "out.lock"}

    def test_is_erased_on_trial(self, out):
        before = digests(out)
        said = erase(out, asked(out.parent, KEPT[0]), Options(trial=True))
        assert (said.changed, len(said.records)) == (False, 1)
        assert len(said.copies) > 0
        assert digests(out) == before

    def test_is_erased_twice(self, out):
        erased(out, KEPT[4])
        before = digests(out)
        said = erased(out, KEPT[4])
        assert (said.changed, said.before, said.missing) == (False, 1, ())
        assert digests(out) == before

    def test_is_erased_while_a_run_writes_the_output(self, out):
        with locked(out), pytest.raises(StoppedError):
            erased(out, KEPT[4])

    def test_is_erased_where_the_output_is_none_or_damaged(self, out, tmp_path):
        with pytest.raises(StorageError, match="no output"):
            erased(tmp_path / "nowhere", KEPT[4])
        assert not (tmp_path / "nowhere.lock").exists()
        shard = out / "data/train/00001-of-00002.parquet"
        shard.write_bytes(shard.read_bytes()[:-1] + b"x")
        before = digests(out)
        with pytest.raises(CurateError):
            erased(out, KEPT[4])
        assert digests(out) == before
        assert not (out.parent / "out.work").exists()


class TestCopies:
    def test_are_named_by_place_with_what_they_are_to_the_record(self, out):
        said = erased(out, KEPT[0])
        left = [row for row in CORPUS.ledger if row["duplicate_of"] == KEPT[0]]
        assert {copy.id for copy in said.copies} == {row["id"] for row in left}
        assert {copy.relation for copy in said.copies} == {"copy of it"}
        assert not any(copy.kept for copy in said.copies)
        places = {(copy.source_uri, copy.source_offset, copy.source_length) for copy in said.copies}
        assert places == {(row["source_uri"], row["source_offset"], row["source_length"]) for row in left}
        assert said.reach.unknown == len(left)
        assert failed(out) == set()

    def test_of_a_copy_are_its_keeper_and_those_of_its_cluster(self, out):
        near = next(row for row in CORPUS.ledger if row["rule"] == "near_duplicates:copy")
        said = erased(out, near["id"])
        found = {copy.id: copy for copy in said.copies}
        assert (found[KEPT[0]].relation, found[KEPT[0]].kept) == ("stands for it", True)
        others = [row for row in CORPUS.ledger if row["cluster"] and row is not near]
        assert {found[row["id"]].relation for row in others} == {"in its cluster"}


class TestTheSuppressionList:
    def test_has_keyed_digests_of_what_went_and_neither_ids_nor_texts_nor_the_key(self, out):
        row = CORPUS.rows[0]
        said = erased(out, row["id"])
        found = read_suppression(out.parent / "out.suppression.json")
        assert found.content == (content_digest(KEY, row["text"]),)
        assert said.suppression.added == 1
        assert (out / "_lineage/suppressed.json").read_bytes() == (out.parent / "out.suppression.json").read_bytes()
        whole = texts(out) + (out.parent / "out.suppression.json").read_text("utf-8")
        assert KEY.decode() not in whole
        assert KEY.hex() not in whole

    def test_grows_and_keeps_what_other_outputs_put_on_it(self, out, tmp_path):
        path = tmp_path / "all.json"
        erased(out, KEPT[0], suppression=path)
        erased(out, KEPT[6], ticket="DSR-2", suppression=path)
        assert read_suppression(path).size == 2
        path.unlink()
        said = erased(out, KEPT[8], ticket="DSR-3", suppression=path)
        assert (said.suppression.added, said.suppression.total) == (1, 3)

    def test_says_which_digests_are_of_edited_texts(self, out):
        edited = next(row for row in CORPUS.rows if row["ops"])
        said = erased(out, edited["id"])
        assert said.reach.final == 1
        assert read_suppression(out.parent / "out.suppression.json").edited == (content_digest(KEY, edited["text"]),)

    def test_has_one_key(self, out):
        erased(out, KEPT[0])
        request = asked(out.parent, KEPT[6])
        with pytest.raises(ConfigError, match="was made with"):
            erase(out, Request(request.by, request.said, request.basis, "T", b"x" * 32))


class TestTheOldVersion:
    def test_goes_with_signatures_and_work_files(self, out):
        attached = out / "_lineage/attached"
        (attached / "evidence").mkdir(parents=True)
        (attached / "evidence" / "licence.pdf").write_bytes(b"no record")
        (attached / "sample.csv").write_text("text", "utf-8")
        work = out.parent / "out.work"
        (work / "files").mkdir(parents=True)
        (work / "files" / "x").write_bytes(b"text")
        said = erased(out, KEPT[4])
        assert (said.old, said.work, said.attached) == (None, True, ("_lineage/attached/sample.csv",))
        assert [path.name for path in attached.rglob("*")] == ["evidence", "licence.pdf"]
        assert not work.exists()

    def test_is_kept_whole_and_apart_where_that_is_asked_for(self, out, tmp_path):
        before = digests(out)
        said = erased(out, KEPT[4], keep_old=tmp_path / "old")
        assert said.old == str(tmp_path / "old")
        assert digests(tmp_path / "old") == before
        assert failed(tmp_path / "old") == failed(out) == set()
        same = [path for path, digest in digests(out).items() if before.get(path) == digest]
        assert same
        assert all((out / path).stat().st_ino != (tmp_path / "old" / path).stat().st_ino for path in same)

    def test_is_kept_in_a_free_place_only(self, out, tmp_path):
        for taken in (tmp_path, out / "old"):
            with pytest.raises(ConfigError):
                erased(out, KEPT[4], keep_old=taken)
        assert read_manifest(out).erasures == ()

    def test_is_never_half_the_new_one_wherever_the_erasure_is_killed(self, out, tmp_path):
        """Kill before changes to the disk, at all stages of it; then end it with the same command."""
        path = asked(tmp_path, KEPT[4]).said
        command = [
            sys.executable,
            str(ROOT / "tests/lineage/erase_killed.py"),
            str(out),
            path,
            str(tmp_path / "trials"),
        ]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        old, new = map(int, done.stdout.split())
        assert old > 0
        assert new > 0


class TestTheCommand:
    def run(self, *said: object) -> object:
        return CliRunner().invoke(main, [str(one) for one in said])

    def arguments(self, out: Path, *more: object, ticket: str = "DSR-1") -> list[object]:
        (out.parent / "ids.txt").write_text(KEPT[4], "utf-8")
        (out.parent / "k.key").write_bytes(KEY)
        ids = ["--ids", out.parent / "ids.txt", "--basis", "pipl-47", "--ticket", ticket]
        return ["erase", out, *ids, *(more or ("--key-file", out.parent / "k.key"))]

    def test_prints_what_went_and_json_that_fits_its_schema(self, out, tmp_path):
        done = self.run(*self.arguments(out), "--json")
        assert done.exit_code == 0, done.output
        schema = json.loads((ROOT / "schemas/erasure.schema.json").read_bytes())
        jsonschema.validate(json.loads(done.stdout), schema)
        told = self.run("history", out, "--json")
        jsonschema.validate(json.loads(told.stdout), json.loads((ROOT / "schemas/history.schema.json").read_bytes()))
        listed = json.loads((tmp_path / "out.suppression.json").read_bytes())
        jsonschema.validate(listed, json.loads((ROOT / "schemas/suppression.schema.json").read_bytes()))
        told = self.run("history", out).stdout
        assert "2 versions, the chain holds" in told
        assert "erased 1 record and 0 ledger rows" in told
        again = self.run(*self.arguments(out))
        assert again.stdout.startswith("nothing was erased")

    def test_takes_the_key_from_the_environment(self, out, monkeypatch):
        monkeypatch.setenv("ERASURE_KEY", KEY.decode())
        done = self.run(*self.arguments(out, "--key-env", "ERASURE_KEY"))
        assert done.exit_code == 0, done.output
        assert "erased 1 record\n" in done.stdout

    def test_refuses_a_missing_or_short_key_a_story_for_a_ticket_and_two_ways_at_once(self, out, tmp_path):
        (tmp_path / "short.key").write_bytes(b"x" * 31)
        before = digests(out)
        cases = [
            self.arguments(out, "--key-env", "NOT_THERE"),
            self.arguments(out, "--key-file", tmp_path / "short.key"),
            self.arguments(out, "--dry-run"),
            self.arguments(out, ticket="Mr Smith asked"),
            self.arguments(out, ticket="张三"),
            [*self.arguments(out), "--source", "qa"],
        ]
        for case in cases:
            assert self.run(*case).exit_code == 2
        assert digests(out) == before

    def test_takes_whole_ids_known_sources_and_known_files_only(self, out):
        for by, name in (("ids", KEPT[4][:12]), ("ids", ""), ("source", "qb"), ("uri", "nowhere"), ("text_file", " ")):
            with pytest.raises(ConfigError):
                erased(out, name, by=by)

    def test_loads_neither_engine_nor_stages_nor_sources(self, out):
        code = (
            "import sys; from curate.cli import main\n"
            "try: main()\n"
            "except SystemExit as end: assert not end.code\n"
            "loaded = {'.'.join(name.split('.')[:2]) for name in sys.modules}\n"
            "assert not loaded & {'curate.engine', 'curate.stages', 'curate.sources'}, loaded"
        )
        for case in (self.arguments(out), ["history", out]):
            done = subprocess.run(
                [sys.executable, "-c", code, *map(str, case)], capture_output=True, check=False, cwd=ROOT
            )
            assert done.returncode == 0, done.stderr.decode()


def test_what_a_manifest_quotes_of_touched_sources_is_withheld():
    units = [{"source_id": name, "quote": "a line", "documents": 3} for name in ("qa", "laws")]
    stages = (
        StageRecord(index=0, name="read", stage="read"),
        StageRecord(index=1, name="r", stage="r", lineage={"units": units}),
    )
    left, hidden = withheld(stages, {"qa"})
    assert hidden == 1
    assert [unit["quote"] for unit in left[1].lineage["units"]] == ["", "a line"]
    assert withheld(stages, {"other"}) == (stages, 0)


def test_without_an_exchange_of_names_the_next_command_gives_the_output_its_name(out, monkeypatch):
    monkeypatch.setattr(erasing.publish.__globals__["ctypes"], "CDLL", lambda *_a, **_k: object())
    erased(out, KEPT[4])
    assert failed(out) == set()
    work = out.parent / "out.work"
    work.mkdir()
    out.rename(work / "old")
    assert erased(out, KEPT[4]).before == 1
    assert failed(out) == set()


def test_a_table_in_memory_is_never_written_with_rows_that_went(out):
    """Bytes of a text may hide in a file that was not cut: what is rewritten is smaller in every column."""
    path = out / "data/train/00000-of-00002.parquet"
    before = pq.read_table(path, partitioning=None)
    erased(out, KEPT[4])
    after = pq.read_table(path, partitioning=None)
    assert after.equals(before.filter(pa.compute.not_equal(before["id"], KEPT[4])))
    assert pq.read_schema(path).equals(before.schema)


def test_the_run_record_stays(out):
    before = (out / RUN).read_bytes()
    erased(out, KEPT[4])
    assert (out / RUN).read_bytes() == before
    assert verify(out).passed
