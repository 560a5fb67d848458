"""A record at which a stage over the whole corpus raised an error keeps no output from being published."""

import json
from pathlib import Path

import pytest

import curate
from curate.config import registry
from curate.lineage.verify import verify
from tests.engine.faults import STAGES

NEAR = {"near_duplicates": {"threshold": 0.5}}


@pytest.mark.parametrize(
    "stages",
    [["brittle_facts", "exact_duplicates", NEAR], ["exact_duplicates", NEAR, "brittle_facts"]],
    ids=["before", "behind"],
)
def test_copies_of_records_at_which_another_stage_raised_an_error_are_settled(tmp_path, monkeypatch, stages):
    monkeypatch.setattr(registry, "STAGES", {**registry.STAGES, **STAGES})
    texts = [f"{word} number {n} and many words more to make it long enough" for word in ("RAISE", "say") for n in "ab"]
    lines = "".join(json.dumps({"text": text}) + "\n" for text in (*texts, *texts, *(f"{one} more" for one in texts)))
    (tmp_path / "raw.jsonl").write_text(lines)
    config = {
        "name": "brittle",
        "sources": {"a": {"format": "jsonl", "path": str(tmp_path / "raw.jsonl")}},
        "stages": stages,
        "output": {"path": str(tmp_path / "out")},
        "limits": "off",
        "max_errors": 100,
        "workers": 1,
    }
    done = curate.run(config)
    assert verify(Path(done.path)).exit_code == 0


def test_no_record_is_left_out_for_one_that_an_earlier_stage_leaves_out_by_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr(registry, "STAGES", {**registry.STAGES, **STAGES})
    words = " ".join(f"word{n}" for n in range(60))
    texts = [f"{words} RAISE and a little more to be the longer one", words, "nothing that is like the others at all"]
    (tmp_path / "raw.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    config = {
        "name": "brittle",
        "sources": {"a": {"format": "jsonl", "path": str(tmp_path / "raw.jsonl")}},
        "stages": ["brittle_facts", NEAR],
        "output": {"path": str(tmp_path / "out")},
        "limits": "off",
        "max_errors": 1,
        "workers": 0,
    }
    done = curate.run(config)
    assert done.rejects.frame()["rule"].to_list() == ["error:brittle_facts:ZeroDivisionError"]
    assert done.manifest.accounting.written == 2
    assert verify(Path(done.path)).exit_code == 0
