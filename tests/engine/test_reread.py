"""What was left out can be read again, also where it came from an earlier output; where not, the reason is told."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import curate
from curate.cli import main
from curate.core.errors import ConfigError
from curate.library import Run
from tests.engine.corpora import lines


def run(out: Path, *paths: Path, **more: Any) -> Run:
    kind = "curate" if all((path / "_lineage").is_dir() for path in paths) else "jsonl"
    source = {"format": kind, "path": [str(path) for path in paths]}
    said = {"name": "again", "sources": {f"from_{kind}": source}, "stages": []}
    return curate.run({**said, "output": {"path": str(out)}, "limits": "off", "workers": 0, **more})


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    raw = tmp_path / "raw" / "a.jsonl"
    raw.parent.mkdir()
    raw.write_text("\n".join([*lines(0, 30), "{broken"]), "utf-8")
    return run(tmp_path / "earlier", raw.parent).path


LONG = [{"length": {"min": 10_000}}]


def shown(out: Path, *options: str) -> str:
    done = CliRunner().invoke(main, ["rejects", str(out), "--text", "-n", "100", *options], prog_name="curate")
    assert (done.exit_code, done.stderr) == (0, ""), done.output
    return done.output


def test_a_record_of_an_earlier_output_is_found_there_by_its_id(earlier: Path, tmp_path: Path) -> None:
    texts = run(tmp_path / "out", earlier, stages=LONG).rejects.with_text()
    assert sorted(texts["text"]) == sorted(json.loads(line)["text"] for line in lines(0, 30))
    assert texts["not_found"].null_count() == 30
    assert "(not found" not in shown(tmp_path / "out")


def test_keyed_names_are_found_with_their_key(earlier: Path, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_bytes(b"k" * 32)
    done = run(tmp_path / "out", earlier, stages=LONG, uris="keyed", key_file=str(key))
    assert done.rejects.with_text(key.read_bytes())["text"].null_count() == 0
    assert done.rejects.with_text()["text"].null_count() == 30


def test_a_record_whose_id_another_output_claims_is_found_by_its_place(earlier: Path, tmp_path: Path) -> None:
    second = run(tmp_path / "second", earlier.parent / "raw", stages=["normalize"]).path
    texts = run(tmp_path / "out", earlier, second).rejects.with_text()
    assert set(texts["rule"]) == {"keys:repeated"}
    assert sorted(texts["text"]) == sorted(json.loads(line)["text"] for line in lines(0, 30))


def test_where_a_text_is_not_found_the_reason_is_told(earlier: Path, tmp_path: Path) -> None:
    raw = tmp_path / "raw" / "a.jsonl"
    raw.rename(raw.with_name("b.jsonl"))
    [why] = curate.open(earlier).rejects.with_text()["not_found"]
    assert "no longer among those of the source" in why
    assert f"    (not found: {why})\n" in shown(earlier)
    assert json.loads(shown(earlier, "--json"))[0]["not_found"] == why


def test_an_earlier_output_that_was_made_anew_has_not_the_records_any_more(earlier: Path, tmp_path: Path) -> None:
    run(tmp_path / "out", earlier, stages=LONG)
    (tmp_path / "raw" / "a.jsonl").write_text("\n".join(lines(40, 1)), "utf-8")
    run(earlier, tmp_path / "raw")
    assert shown(tmp_path / "out").count("    (not found: no record of the earlier outputs has its id)\n") == 29


def test_a_measurement_that_an_earlier_output_brings_along_is_not_taken_again_under_its_name(
    earlier: Path, tmp_path: Path
) -> None:
    columns = {"path": str(tmp_path / "measured"), "columns": ["length_chars"]}
    measured = run(tmp_path / "measured", earlier, stages=[{"length": {"min": 1}}], output=columns).path
    with pytest.raises(ConfigError, match="it measures 'length_chars', and a source keeps a field of that name"):
        run(tmp_path / "out", measured, stages=LONG)
    again = run(tmp_path / "out", measured, stages=[{"length": {"as": "again", "min": 10_000}}])
    assert len(again.rejects.with_text()) == 30
