"""A user asks what became of a record and is told, with the texts side by side, whatever became of the raw files."""

import json
import os
import pty
import struct
import subprocess
import sys
import termios
from fcntl import ioctl
from pathlib import Path
from typing import Any

import click.testing
import jsonschema
import polars as pl
import pytest

import curate
from curate.cli import main
from curate.core.record import record_id
from curate.report.sidebyside import cells
from tests.engine.corpora import ledger, shards

ROOT = Path(__file__).parents[2]
ZH = (
    "三号机组于五月四日凌晨停机检修，检修人员更换了主给水泵的密封件，并对轴承温度、振动值和油位逐项进行了测量，"
    "各项数值均在允许范围之内，未见渗漏。试运行两小时后机组并网，值班人员按规程每半小时记录一次数据。"
)
EN = (
    "The feed water pump of unit 3 was shut down on 4 May for maintenance. The seal was replaced, and bearing "
    "temperature, vibration and oil level were measured one after the other. All values were within their limits "
    "and no leak was found. After a trial run of two hours the unit was connected to the grid again. "
)
PHONE = "13912345678"
TEXTS = {
    "zh": f"{ZH}联系电话：{PHONE}。",
    "zh-near": f"{ZH.replace('五月四日', '六月七日')}联系电话：{PHONE}。",
    "zh-copy-of-near": f"{ZH.replace('五月四日', '六月七日')}联系电话：{PHONE}。\n",
    "en": f"{EN}The report was filed on the same day by the shift that was on duty.",
    "en-near": f"{EN}The report was filed on the next day by the shift that was on duty.",
    "en-copy": f"{EN}The report was filed on the same day by the shift that was on duty.",
    "short": "short",
    "alone": "Nothing else in this corpus speaks of turbines, blades and the wear that sand leaves on them.",
    "long": "阀门台账：" + "".join(f"第{n}号阀门开度为百分之{n * 7 % 100}。" for n in range(90)),
    "long-near": "阀门台账：" + "".join(f"第{n}号阀门开度为百分之{n * 7 % 100}。" for n in range(89)),
}
NEAR = {"near_duplicates": {"threshold": 0.7}}
STAGES = ["normalize", {"length": {"min": 20}}, "exact_duplicates", NEAR, {"length": {"max": 1200, "as": "limit"}}]


def corpus(place: Path) -> Path:
    """Write the texts, one a line, each with its name as key."""
    place.mkdir(parents=True)
    lines = [json.dumps({"name": name, "text": text}, ensure_ascii=False) for name, text in TEXTS.items()]
    (place / "notes.jsonl").write_text("\n".join(lines), "utf-8")
    return place


def run(out: Path, raw: Path, **more: Any) -> Path:
    source = {"format": "jsonl", "path": str(raw)} | more.pop("source", {})
    said = {"name": "asked", "sources": {"notes": source}, "stages": STAGES, "output": {"path": str(out)}}
    return curate.run({**said, "limits": "off", "workers": 0, **more}).path


def ids(out: Path, raw: Path) -> dict[str, str]:
    """Name the records of the corpus, by where they stand in its file."""
    files = [*out.glob("data/*/*.parquet"), *out.glob("_lineage/rejects-*.parquet")]
    rows = pl.concat([pl.read_parquet(file, columns=["id", "source_row"]) for file in files])
    names = [json.loads(line)["name"] for line in (raw / "notes.jsonl").read_text("utf-8").split("\n")]
    return {names[row]: name for name, row in rows.iter_rows()}


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[Path, Path, dict[str, str]]:
    place = tmp_path_factory.mktemp("asked")
    raw = corpus(place / "raw")
    out = run(place / "out", raw)
    return out, raw, ids(out, raw)


def asked(out: Path, name: str, *options: str) -> str:
    wide = [] if "--width" in options else ["--width", "400"]
    done = click.testing.CliRunner().invoke(main, ["explain", str(out), name, *wide, *options], prog_name="curate")
    assert (done.exit_code, done.stderr) == (0, ""), done.output
    assert PHONE not in done.output
    return done.output


def test_the_ledger_has_the_cluster_of_near_duplicates_and_of_no_other_record(made):
    out, _, names = made
    left = {row["id"]: row for row in ledger(out).to_dicts()}
    near = [row for row in left.values() if row["stage"] in {"near_duplicates", "limit"}]
    kept = dict(shards(out).select("id", "cluster").iter_rows())
    assert {row["cluster"] for row in near} == {names["zh"], names["en"], names["long"]}
    assert all(row["cluster"] is None for row in left.values() if row not in near)
    assert (kept[names["zh"]], kept[names["alone"]]) == (names["zh"], None)
    assert curate.open(out).verify().passed


def test_a_near_duplicate_is_shown_beside_what_was_kept_in_its_place(made):
    out, _, names = made
    said = asked(out, names["zh-near"], "--width", "100")
    start, length = ledger(out).filter(id=names["zh-near"]).select("source_offset", "source_length").row(0)
    value = ledger(out).filter(id=names["zh-near"])["value"][0]
    assert f"record       {names['zh-near']}  left out\n" in said
    assert f"from         notes: notes.jsonl, row 1, bytes {start:,} to {start + length:,}\n" in said
    assert f"near_duplicates:near_copy: jaccard {value:.6g} is at least the threshold 0.7\n" in said
    assert f"in favour of {names['zh']}  kept\n" in said
    assert "now in       data/train/00000-of-00001.parquet, row 0\n" in said
    assert f"cluster      {names['zh'][:12]}: 2 records, 1 kept, 1 left out; all of them above\n" in said
    assert "三号机组于[-六-]月[-七-]日" in said
    assert "三号机组于{+五+}月{+四+}日" in said
    assert "<PHONE_NUMBER>" in said
    assert max(cells(line) for line in said.splitlines()) <= 100


def test_english_is_compared_by_word(made):
    out, _, names = made
    said = asked(out, names["en-near"][:10])
    assert "on the [-next-] day" in said
    assert "on the {+same+} day" in said
    assert said.count("All values were within their limits") == 2


def test_a_copy_of_a_copy_is_followed_to_the_record_that_was_kept(made):
    out, _, names = made
    said = asked(out, names["zh-copy-of-near"])
    order = ["because      exact_duplicates:copy", f"in favour of {names['zh-near']}  left out"]
    order += ["because      near_duplicates:near_copy", f"and that of  {names['zh']}  kept", "they differ in line ends"]
    assert sorted(order, key=said.index) == order


def test_that_nothing_stands_for_a_record_in_the_end_is_said(made):
    out, _, names = made
    said = asked(out, names["long-near"])
    assert f"in favour of {names['long']}  left out\n" in said
    assert "limit:too_long: " in said
    assert "nothing that stands for it is in the output" in said
    assert "... 87 equal lines ..." in said


def test_a_kept_record_names_all_that_was_left_out_in_its_favour(made):
    out, _, names = made
    said = asked(out, names["en"])
    value = ledger(out).filter(id=names["en-near"])["value"][0]
    assert "stands for   2 records were left out in its favour\n" in said
    first, second = (said.index(names[name][:12], said.index("stands for")) for name in ("en-near", "en-copy"))
    assert first < second
    assert f"near_duplicates:near_copy {value:.4f}" in said
    assert f"the first copy listed\n{names['en'][:12]}" in said


def test_a_record_without_a_copy_stands_alone(made):
    out, _, names = made
    assert said_after(asked(out, names["alone"]), "text ").startswith(f"{names['alone'][:12]}, as its shard has it")
    short = asked(out, names["short"])
    assert "because      length:too_short: length_chars 5 is below the threshold 20\n" in short
    assert said_after(short, "text ").startswith(f"{names['short'][:12]}, as its raw file has it")
    assert "text" not in said_after(asked(out, names["short"], "--no-text"), "because")


def said_after(page: str, label: str) -> str:
    return page[page.index(f"\n{label}") + len(label) + 1 :].lstrip()


def test_an_unknown_id_is_told_with_what_was_searched(made):
    out, _, _ = made
    for name, code, fact in (
        ("0" * 32, 1, "looked through 3 rows of 1 shards and 7 rows of the ledger"),
        ("0" * 5, 2, "is no id of a record"),
    ):
        done = click.testing.CliRunner().invoke(main, ["explain", str(out), name])
        assert (done.exit_code, done.stdout) == (code, "")
        assert fact in done.stderr


def test_two_ids_that_begin_alike_are_both_named(tmp_path):
    seen: dict[str, str] = {}
    for number in range(1 << 16):
        begun = record_id("notes", str(number))[:6]
        if begun in seen:
            break
        seen[begun] = str(number)
    pair = (seen[begun], str(number))
    (tmp_path / "a.jsonl").write_text("".join(f'{{"n": "{n}", "text": "{n * 9}"}}\n' for n in pair))
    out = run(tmp_path / "out", tmp_path / "a.jsonl", source={"key": "n"}, stages=[])
    done = click.testing.CliRunner().invoke(main, ["explain", str(out), begun])
    assert (done.exit_code, done.stdout) == (2, "")
    assert all(record_id("notes", n) in done.stderr for n in pair)
    assert asked(out, record_id("notes", pair[0]))


def test_json_fits_its_schema_and_has_the_masked_texts(made):
    out, _, names = made
    schema = json.loads((ROOT / "schemas/explanation.schema.json").read_bytes())
    for name in names:
        said = json.loads(asked(out, names[name], "--json"))
        jsonschema.Draft202012Validator(schema).validate(said)
        assert said["record"]["id"] == names[name]
    said = json.loads(asked(out, names["zh-near"], "--json"))
    assert [side["text"] for side in said["sides"]] == [
        TEXTS[name].replace(PHONE, "<PHONE_NUMBER>") for name in ("zh-near", "zh")
    ]
    assert json.loads(asked(out, names["zh-near"], "--json", "--no-text"))["sides"] == []


def test_the_library_gives_the_same_as_a_frozen_value(made):
    out, _, names = made
    said = curate.open(out).explain(names["en-near"], texts=True)
    assert json.loads(said.model_dump_json()) == json.loads(asked(out, names["en-near"], "--json"))
    assert said.other is not None
    assert (said.other.id, said.jaccard) == (names["en"], ledger(out).filter(id=names["en-near"])["value"][0])
    assert curate.open(out).explain(names["en-near"]) == said.model_copy(update={"sides": ()})


def test_raw_files_that_moved_are_missed_in_one_line_and_found_where_they_are_said_to_be(tmp_path):
    raw = corpus(tmp_path / "raw")
    out = run(tmp_path / "out", raw)
    name = ids(out, raw)["zh-near"]
    before = asked(out, name)
    moved = raw.rename(tmp_path / "date=2026")
    away = asked(out, name)
    (line,) = [line for line in away.splitlines() if line.startswith("not read")]
    assert "there is no" in line
    assert "in favour of" in away
    assert "as its shard has it" in away
    for place in (f"notes={moved}", str(moved), f"notes={moved}/*.jsonl"):
        assert asked(out, name, "--raw", place) == before
    done = click.testing.CliRunner().invoke(main, ["explain", str(out), name, "--raw", f"note={moved}"])
    assert (done.exit_code, done.stderr.splitlines()[0]) == (2, "error: --raw: there is no source 'note'")


def test_a_raw_file_that_changed_is_not_believed(tmp_path):
    raw = corpus(tmp_path / "raw")
    out = run(tmp_path / "out", raw)
    name = ids(out, raw)["zh-near"]
    file = raw / "notes.jsonl"
    file.write_bytes(file.read_bytes().replace(b"2026", b"2027") + b"\n{}")
    assert "its file has changed since the run read it" in asked(out, name)
    assert "has changed" in curate.open(out).rejects.with_text()["not_found"][0]


def test_an_output_without_run_record_says_what_it_lacks(tmp_path):
    raw = corpus(tmp_path / "raw")
    out = run(tmp_path / "out", raw)
    name = ids(out, raw)["zh-near"]
    (out / "_lineage/run.json").unlink()
    assert "nothing says where the files of source 'notes' are" in asked(out, name)
    assert "side by side" in asked(out, name, "--raw", str(raw))


def test_keyed_names_are_found_with_their_key(tmp_path):
    raw, key = corpus(tmp_path / "raw"), tmp_path / "key"
    key.write_bytes(b"k" * 32)
    out = run(tmp_path / "out", raw, uris="keyed", key_file=str(key))
    name = ids(out, raw)["en-near"]
    assert "keyed by another key" in asked(out, name)
    assert "on the [-next-] day" in asked(out, name, "--key-file", str(key))


def test_records_of_an_earlier_output_are_found_in_it(tmp_path):
    raw = corpus(tmp_path / "raw")
    first = run(tmp_path / "first", raw, stages=["normalize"])
    out = run(tmp_path / "out", first, source={"format": "curate"})
    said = asked(out, ids(out, raw)["zh-near"])
    assert "(of an earlier output's raw data)\n" in said
    assert "三号机组于[-六-]月[-七-]日" in said


def test_a_tagged_duplicate_names_its_keeper_and_the_keeper_its_duplicates(tmp_path):
    raw = corpus(tmp_path / "raw")
    stages = ["normalize", {"near_duplicates": {"threshold": 0.7, "action": "tag", "as": "versions"}}]
    out = run(tmp_path / "out", raw, stages=stages)
    names = ids(out, raw)
    said = asked(out, names["en-near"])
    assert "tags         versions:near_copy\n" in said
    assert "tagged       versions found it to be a duplicate (threshold 0.7) and left it in\n" in said
    keeper = curate.open(out).explain(names["en-near"]).tagged[0].keeper
    assert f"of           {keeper}  kept\n" in said
    assert "on the [-next-] day" in said
    stands = curate.open(out).explain(keeper).copies
    assert (stands.rejected, stands.tagged) == (0, 2)
    assert "2 records were tagged as its duplicates" in asked(out, keeper)


def in_terminal(columns: int, out: Path, name: str, **environment: str) -> str:
    """Run the command in a terminal of so many columns; return what it printed."""
    driver, terminal = pty.openpty()
    ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    clean = {key: value for key, value in os.environ.items() if key not in {"COLUMNS", "NO_COLOR", "TERM"}}
    command = [sys.executable, "-c", "from curate.cli import main; main()", "explain", str(out), name]
    with subprocess.Popen(
        command, cwd=ROOT, env={**clean, "TERM": "xterm", **environment}, stdin=terminal, stdout=terminal
    ) as started:
        os.close(terminal)
        said = b""
        while True:
            try:
                some = os.read(driver, 1 << 16)
            except OSError:  # Linux reports the end of a terminal so
                break
            if not some:
                break
            said += some
    os.close(driver)
    assert started.returncode == 0
    return said.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("columns", [80, 160])
def test_a_terminal_gets_colours_and_its_own_width(made, columns):
    out, _, names = made
    said = in_terminal(columns, out, names["zh-near"])
    assert "\x1b[37m\x1b[41m六\x1b[0m" in said
    assert "[-" not in said.replace("\x1b[", "")
    plain = in_terminal(columns, out, names["zh-near"], NO_COLOR="1")
    assert "\x1b" not in plain
    assert "[-六-]" in plain
    rule = next(line for line in plain.splitlines() if line.startswith("----"))
    assert columns - 2 <= len(rule) <= columns
    assert max(cells(line) for line in plain.splitlines()) <= columns
