import json
from pathlib import Path
from typing import Any

import pytest

from curate.config.model import Config
from curate.engine.preview import histogram, preview
from tests.engine.corpora import config, write_corpus

MOBILE = "13912345678"


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    folder.mkdir()
    write_corpus(folder)
    row = {"text": f"值班电话{MOBILE}，请在交接班时核对设备编号与巡检记录。", "kind": "k1"}
    with (folder / "a.jsonl").open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(row, ensure_ascii=False) + "\n")
    return folder


def seen(raw: Path, tmp_path: Path, *stages: Any, records: int = 2000) -> Any:
    return preview(Config.load(config(raw, tmp_path / "out", stages=list(stages))), records)


def test_writes_nothing_and_masks_every_value(raw: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    made = seen(raw, tmp_path, "pii", {"length": {"min": 20}})

    assert sorted(tmp_path.rglob("*")) == before
    assert made.personal["PHONE_NUMBER"][0] == "1 times"
    assert "<PHONE_NUMBER>" in made.personal["PHONE_NUMBER"][1]
    assert MOBILE not in made.page()
    assert MOBILE not in json.dumps(made.as_json(), ensure_ascii=False)


def test_counts_personal_data_that_leaves_no_mark(raw: Path, tmp_path: Path) -> None:
    assert seen(raw, tmp_path, {"pii": {"operator": "redact"}}).personal == {"PHONE_NUMBER": ["1 times"]}


def test_shows_for_a_rule_its_threshold_between_the_records_of_both_sides(raw: Path, tmp_path: Path) -> None:
    made = seen(raw, tmp_path, {"length": {"min": 45}})
    rule = next(rule for rule in made.rules if rule.rule == "length:too_short")

    assert rule.rejected > 0
    assert all(one["value"] < 45 for one in rule.below)
    assert all(one["value"] >= 45 for one in rule.above)
    assert sum(count for edge, count in zip(rule.edges, rule.bins, strict=True) if edge < 45) == rule.rejected
    assert "---- threshold" in made.page()


@pytest.mark.parametrize("action", ["reject", "tag"])
def test_puts_copies_beside_what_stands_for_them(raw: Path, tmp_path: Path, action: str) -> None:
    made = seen(raw, tmp_path, {"near_duplicates": {"action": action, "threshold": 0.8}})

    assert made.duplicates
    assert all(pair["copy"] and pair["kept"] for pair in made.duplicates)


def test_says_of_a_sample_that_it_is_one(raw: Path, tmp_path: Path) -> None:
    made = seen(raw, tmp_path, "length", records=50)

    assert made.records == 50
    assert "under-counted" in made.page()


def test_a_value_at_the_threshold_is_drawn_on_the_side_to_which_the_rule_counts_it() -> None:
    less, more = histogram([1, 5, 9], 5, "<"), histogram([1, 5, 9], 5, ">")

    assert sum(count for edge, count in zip(*less, strict=True) if edge < 5) == 1
    assert sum(count for edge, count in zip(*more, strict=True) if edge < 5) == 2
    assert histogram([], 5, "<") == ((), ())
