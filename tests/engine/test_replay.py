"""Records that are run again come to the recorded end, and a record of another end is found out."""

import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from curate.cli import main
from curate.config.model import Config
from curate.core.errors import ConfigError
from curate.engine.replay import Asked, replay
from curate.library import run
from curate.lineage.erase import erase
from curate.lineage.erase_asked import Request
from curate.lineage.manifest import MANIFEST, read_manifest

TEXTS = [
    "第一条　为了规范供水管理，制定本规定。",
    "The pump was replaced on Monday, and the log says why.",
    "短",
    "The pump was replaced on Monday, and the log says why.",
    "请联系  13800138000  ，工作日有人接听电话并登记来访事项。",
    "A meter is read once a month; the reading is entered by hand.",
]
STAGES = ["normalize", "language", {"length": {"min": 5}}, "exact_duplicates", {"pii": {"profiles": ["cn"]}}]


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """Run a small configuration: two sources, one of them with a line that is no JSON."""
    folder = tmp_path_factory.mktemp("replay")
    lines = [json.dumps({"text": text}, ensure_ascii=False) for text in TEXTS]
    (folder / "a.jsonl").write_text("\n".join([*lines, "{no json"]) + "\n", "utf-8")
    (folder / "b.csv").write_text("text\n" + "\n".join(f'"{text} 又及"' for text in TEXTS) + "\n", "utf-8")
    run(configured(folder))
    return folder


def configured(folder: Path, **changes: object) -> Config:
    sources = {
        "a": {"format": "jsonl", "path": str(folder / "a.jsonl"), "license": "MIT"},
        "b": {"format": "csv", "path": str(folder / "b.csv"), "text": "{text}", "license": "MIT"},
    }
    said = {"name": "again", "sources": sources, "stages": STAGES, "output": {"path": str(folder / "out")}}
    return Config.load({**said, "limits": "off", "workers": 0, **changes})


def rewritten(out: Path, path: str, change) -> None:
    table = pq.read_table(out / path)
    rows = table.to_pylist()
    change(rows)
    pq.write_table(pa.Table.from_pylist(rows, table.schema), out / path, write_page_checksum=True)


@pytest.fixture
def copy(made, tmp_path) -> Path:
    shutil.copytree(made / "out", tmp_path / "out")
    return tmp_path / "out"


def first_shard(out: Path) -> str:
    return read_manifest(out).outputs.shards[0].path


class TestAReplay:
    def test_of_every_record_passes_and_says_what_could_not_run_again(self, made):
        check = replay(made / "out", Asked(99, "n"))
        assert check.status == "pass"
        assert check.detail == (
            "13 records under the nonce 'n': 2 left out by a global stage, as the ledger says,"
            " 8 kept with the same text, 3 left out alike; canaries were planted again"
        )

    def test_finds_canaries_that_other_planted_values_left(self, copy):
        said = json.loads((copy / MANIFEST).read_bytes())
        for kinds in said["canaries"].values():
            next(iter(kinds.values())).update(allowed=3)
        (copy / MANIFEST).write_text(json.dumps(said), "utf-8")
        check = replay(copy, Asked(1, "n"))
        assert (check.status, check.detail) == (
            "fail",
            "pii: planted again, other canaries are left than the manifest counts",
        )

    def test_of_no_record_checks_nothing(self, copy):
        for source in {one.source_id for one in read_manifest(copy).inputs}:
            erase(copy, Request("source", source, "gdpr-17", "T", b"k" * 32))
        check = replay(copy, Asked(3, "n"))
        assert (check.status, check.detail.partition(" ")[0]) == ("unchecked", "0")

    def test_draws_so_many_by_the_nonce(self, made):
        assert replay(made / "out", Asked(4, "n")).detail.startswith("4 records under the nonce 'n'")

    def test_finds_a_text_that_the_configuration_does_not_make(self, copy):
        rewritten(copy, first_shard(copy), lambda rows: rows[1].update(text=rows[1]["text"] + "!"))
        check = replay(copy, Asked(99, "n"))
        assert check.status == "fail"
        assert "its text is another one now" in check.detail
        assert "pump" not in check.detail

    def test_finds_a_language_that_the_configuration_does_not_see(self, copy):
        rewritten(copy, first_shard(copy), lambda rows: rows[0].update(language="en"))
        assert "its language is another one now" in replay(copy, Asked(99, "n")).detail

    @pytest.mark.parametrize(
        ("lie", "word"),
        [
            ({"rule": "length:too_long"}, "and length:too_short does now"),
            ({"value": 2.0}, "or by another value"),
        ],
    )
    def test_finds_a_reason_that_is_not_the_one(self, copy, lie, word):
        path = read_manifest(copy).outputs.rejects[0].path
        short = lambda rows: next(row for row in rows if row["stage"] == "length")  # noqa: E731
        rewritten(copy, path, lambda rows: short(rows).update(lie))
        assert word in replay(copy, Asked(99, "n")).detail

    def test_finds_records_that_no_stage_leaves_out_and_that_one_should_have(self, copy):
        manifest = read_manifest(copy)
        shard, ledger = first_shard(copy), manifest.outputs.rejects[0].path
        rows, left = (pq.read_table(copy / path).to_pylist() for path in (shard, ledger))
        short = next(row for row in left if row["stage"] == "length")
        place = [name for name in short if name.startswith("source_") or name == "id"]
        kept = dict(rows[0])
        rewritten(
            copy,
            ledger,
            lambda rows: next(r for r in rows if r["stage"] == "length").update({k: kept[k] for k in place}),
        )
        rewritten(copy, shard, lambda rows: rows[0].update({k: short[k] for k in place}))
        faults = replay(copy, Asked(99, "n")).detail
        assert "length:too_short left it out, and it is kept now" in faults
        assert "it was kept, and length:too_short leaves it out now" in faults

    def test_is_not_made_where_the_raw_file_has_changed(self, made, copy):
        raw = made / "b.csv"
        before = raw.read_bytes()
        raw.write_bytes(before + b"more\n")
        try:
            check = replay(copy, Asked(99, "n"))
        finally:
            raw.write_bytes(before)
        assert (check.status, check.excused) == ("unchecked", False)
        assert "of a file that cannot be read as it was" in check.detail

    def test_takes_the_recorded_configuration_and_no_other(self, made):
        assert replay(made / "out", Asked(99, "n", configured(made))).status == "pass"
        with pytest.raises(ConfigError, match="not the configuration that the manifest records"):
            replay(made / "out", Asked(99, "n", configured(made, stages=["normalize"])))

    def test_of_a_run_with_other_settings_than_its_file_takes_those_that_are_recorded(self, made, tmp_path):
        before = tmp_path / "c.json"
        stages = ["normalize", {"length": {"min": 5}}]
        source = {"format": "jsonl", "path": str(made / "a.jsonl"), "license": "MIT"}
        body = {"name": "set", "sources": {"a": source}, "stages": stages, "output": {"path": "nowhere"}, "workers": 0}
        before.write_text(json.dumps(body | {"limits": "off"}), "utf-8")
        told = ["stages.length.min=40", f"output.path={tmp_path / 'set'}", "output.canaries=0"]
        sets = [part for one in told for part in ("--set", one)]
        ran = CliRunner().invoke(main, ["run", str(before), *sets])
        assert ran.exit_code == 0, ran.output
        left = [row["rule"] for row in pq.read_table(tmp_path / "set/_lineage/rejects-00000.parquet").to_pylist()]
        assert left.count("length:too_short") == 3
        asked = ["verify", str(tmp_path / "set"), "--replay", "99"]
        ends = [
            CliRunner().invoke(main, [*asked, *more]).exit_code
            for more in ([], ["--config", str(before), *sets], ["--config", str(before)], ["--set", told[0]])
        ]
        assert ends == [0, 0, 2, 2]

    def test_asks_for_the_configuration_where_the_manifest_only_names_a_file(self, copy):
        body = json.loads((copy / MANIFEST).read_bytes())
        body["stages"][1]["assets"] = [{"name": "words.txt", "sha256": "0" * 64}]
        (copy / MANIFEST).write_text(json.dumps(body), "utf-8")
        check = replay(copy, Asked(5, "n"))
        assert check.status == "unchecked"
        assert "--config" in check.detail


def test_what_a_global_stage_changed_is_not_compared_and_says_so(tmp_path):
    foot = "本页由市水务局办公室印发，供内部学习使用，未经许可不得转载。"
    lines = [
        json.dumps({"text": f"第{n}号通知的正文各不相同，编号{n * 7919}。\n{foot}"}, ensure_ascii=False)
        for n in range(12)
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    stages = ["normalize", "repeated_lines"]
    source = {"a": {"format": "jsonl", "path": str(tmp_path / "a.jsonl")}}
    said = {"name": "x", "sources": source, "stages": stages, "output": {"path": str(tmp_path / "out")}, "workers": 0}
    edited = run(Config.load(said)).manifest.stages[2].edited
    assert edited == 12
    assert "12 changed by a global stage and not compared" in replay(tmp_path / "out", Asked(99, "n")).detail
