"""Input that is broken: a record's fault is a line of the ledger, with its place."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from tests.engine.corpora import ledger, shards
from tests.engine.faults import ROOT
from tests.engine.trying import Trial, good

MEGABYTES_MORE = 150
PEAK = (
    "import re\nfrom pathlib import Path\nfrom curate.cli import main\n"
    "try: main()\nexcept SystemExit as end: assert not end.code, end.code\n"
    "print(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1])"
)


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    return Trial(tmp_path)


def left_out(trial: Trial) -> list[tuple[str, int | None]]:
    """Return rule and record number of every row of the ledger."""
    return list(ledger(trial.out).select("rule", "source_row").sort("source_row").iter_rows())


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        (b'{"text": "cut', "read:malformed"),
        (b"[1, 2]", "read:not_an_object"),
        (b'{"text": "\xff\xfe\xb0"}', "read:encoding"),
        (rb'{"text": "half a pair: \ud800"}', "read:surrogate"),
        (b'{"text": 5}', "read:text_type"),
        (b'{"text": ["a"]}', "read:text_type"),
        (b'{"other": "a"}', "read:no_text"),
    ],
    ids=["cut", "no_object", "invalid_utf8", "lone_surrogate", "number_as_text", "list_as_text", "no_text"],
)
def test_a_broken_line_is_left_out_with_its_place_and_harms_no_other(trial: Trial, line: bytes, rule: str) -> None:
    lines = [one.encode() for one in good()]
    lines[7:7] = [line]
    trial.write("a.jsonl", b"\n".join(lines))
    trial.passes(source={"encoding": "utf-8"})

    assert left_out(trial) == [(rule, 7)]
    place = ledger(trial.out).select("source_uri", "source_offset", "source_length").row(0)
    assert place == ("a.jsonl", sum(len(one) + 1 for one in lines[:7]), len(line) + 1)
    assert len(shards(trial.out)) == len(lines) - 1


def test_a_byte_order_mark_is_no_part_of_the_first_record(trial: Trial) -> None:
    trial.write("a.jsonl", b"\xef\xbb\xbf" + "\n".join(good()).encode())
    trial.passes()

    assert shards(trial.out)["text"][0] == json.loads(good()[0])["text"]
    assert shards(trial.out)["source_offset"][0] == 3


def test_a_truncated_gz_gives_its_whole_records_and_tells_where_it_breaks_off(trial: Trial) -> None:
    trial.write("b.jsonl.gz", gzip.compress("\n".join(good(400)).encode())[:-200])
    trial.passes()
    kept = shards(trial.out)

    assert left_out(trial) == [("read:truncated", len(kept))]
    assert kept["text"].to_list() == [json.loads(line)["text"] for line in good(400)][: len(kept)]
    assert 0 < len(kept) < 400


def test_a_line_of_a_hundred_megabytes_is_left_out_and_never_held(trial: Trial) -> None:
    def peak() -> int:
        said = [sys.executable, "-c", PEAK, "run", str(trial.config), "--quiet", "--fresh"]
        return int(subprocess.run(said, cwd=ROOT, capture_output=True, text=True, check=True).stdout) // 1024

    trial.write("a.jsonl", "\n".join(good()))
    trial.config.write_text(json.dumps(trial.settings()))
    small = peak()
    with (trial.raw / "b.jsonl").open("wb") as stream:
        stream.write(b'{"text": "')
        for _ in range(100):
            stream.write(b"0123456789abcde " * 65536)
        stream.write(b'"}\n' + json.dumps({"text": "一行在很长的一行之后，照样要读到。"}).encode())

    assert peak() < small + MEGABYTES_MORE
    assert left_out(trial) == [("read:too_long", 0)]
    assert ledger(trial.out)["source_length"].item() == 100 * 2**20 + 13
    assert len(shards(trial.out)) == 61


def test_an_empty_file_is_listed_and_has_no_record(trial: Trial) -> None:
    trial.write("a.jsonl", "\n".join(good()))
    trial.write("b.jsonl", b"")
    trial.passes()

    manifest = json.loads((trial.out / "_lineage/manifest.json").read_bytes())
    assert [(one["uri"], one["records"]) for one in manifest["inputs"]] == [("a.jsonl", 60), ("b.jsonl", 0)]


def test_a_repeated_key_leaves_the_first_record_in(trial: Trial) -> None:
    rows = [{"text": json.loads(line)["text"], "id": n % 58} for n, line in enumerate(good())]
    trial.write("a.jsonl", "\n".join(json.dumps(row) for row in rows))
    trial.passes(source={"key": "id"})

    assert left_out(trial) == [("keys:repeated", 58), ("keys:repeated", 59)]
    assert set(ledger(trial.out)["duplicate_of"]) == set(shards(trial.out).filter(pl.col("source_row") < 2)["id"])


def test_only_empty_files_publish_an_output_without_a_record(trial: Trial) -> None:
    trial.write("a.jsonl", b"")
    trial.passes()

    assert list((trial.out / "data").rglob("*.parquet")) == []
