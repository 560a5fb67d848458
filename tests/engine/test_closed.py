"""Fails closed: what a rule cannot bear is rejected, and no byte that a run leaves anywhere holds a matched value."""

import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import click.testing
import pytest

from curate.cli import main
from curate.config.model import Config
from curate.core.stage import Edit
from curate.engine.run import Options, execute
from curate.stages.pii import Pii
from curate.stages.pii.rules import RULES
from tests.engine.corpora import ledger, shards
from tests.stages.pii.made import mobile, resident, union_pay

POISON = "13800001111"
OPERATORS = ["placeholder", "surrogate", "pseudonym", "mask", "redact"]


class PoisonError(ValueError):
    """Raised with the very value in its message, as careless code does."""


class Poisoned(Pii):
    """A stage one of whose rules raises on a value, and quotes it."""

    def open(self) -> Edit:
        edit = super().open()

        def careless(strings: Any) -> Any:
            for text in strings.to_pylist():
                if text and POISON in text:
                    raise PoisonError(f"cannot judge {text}")
            return edit(strings)

        return careless


def written(place: Path) -> list[str]:
    """Write records with invented values; return every value."""
    chance = Random(9)
    values: list[str] = [POISON]
    lines = []
    for n in range(40):
        mine = [mobile(chance), resident(chance), union_pay(chance), f"zhang{n}.wei@corp-{n}a.cn"]
        values += mine
        lines.append({"text": f"客户{n}：电话{mine[0]}，身份证{mine[1]}。卡号{mine[2]}", "mail": f"邮箱{mine[3]}"})
    lines.append({"text": f"手机{POISON}", "mail": None})
    (place / "raw").mkdir()
    (place / "raw/a.jsonl").write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), "utf-8")
    (place / "key").write_bytes(b"k" * 32)
    return values


def settings(place: Path, **stage: Any) -> dict[str, Any]:
    return {
        "name": "closed",
        "sources": {"a": {"format": "jsonl", "path": str(place / "raw"), "keep": ["mail"]}},
        "stages": ["normalize", {"pii": stage}],
        "output": {"path": str(place / "out")},
        "limits": "off",
        "key_file": str(place / "key"),
        "workers": 0,
    }


def told(folder: Path, values: list[str]) -> list[str]:
    """Name the files of a folder whose bytes, packed or not, hold one of the values."""
    guilty = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        body = path.read_bytes() + unpacked(path)
        if any(value.encode() in body for value in values):
            guilty.append(path.relative_to(folder).as_posix())
    return guilty


def unpacked(path: Path) -> bytes:
    """Spell what a Parquet or Arrow file holds."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if path.suffix == ".parquet":
        return repr(pq.read_table(path).to_pylist()).encode()
    if path.read_bytes()[:6] == b"ARROW1":
        with pa.ipc.open_file(path) as file:
            return repr(file.read_all().to_pylist()).encode()
    return b""


@pytest.mark.parametrize("operator", OPERATORS)
def test_no_byte_of_output_work_folder_and_standard_error_holds_a_value(tmp_path, operator):
    values = written(tmp_path)
    path = tmp_path / "c.json"
    path.write_text(json.dumps({**settings(tmp_path, operator=operator), "workers": 2}), "utf-8")
    start = "from curate.cli import main; main()"
    command = [sys.executable, "-c", start, "run", str(path), "--progress", "plain", "-v"]
    done = subprocess.run(command, capture_output=True, check=False, env={**os.environ, "PYTHONWARNINGS": "default"})
    assert done.returncode == 0, done.stderr
    assert not any(value.encode() in done.stderr + done.stdout for value in values)
    assert told(tmp_path / "out", values) == []
    assert told(tmp_path / "out.work", values) == []


def test_a_tag_leaves_values_in_the_text_alone_and_nowhere_else(tmp_path):
    values = written(tmp_path)
    out = execute(Config.load(settings(tmp_path, operator="tag")), Options()).out
    assert set(told(out, values)) == {"data/train/00000-of-00001.parquet"}
    assert told(tmp_path / "out.work", values) == []


def test_a_rule_that_raises_on_a_value_rejects_the_record_and_nothing_quotes_it(tmp_path, capfd):
    values = written(tmp_path)
    config = Config.load(settings(tmp_path))
    config = config.model_copy(update={"stages": (config.stages[0], Poisoned(name="pii")), "max_errors": 1})
    out = execute(config, Options()).out
    assert ledger(out)["rule"].to_list() == ["error:pii:PoisonError"]
    assert len(shards(out)) == 40
    assert told(out, values) == told(tmp_path / "out.work", values) == []
    assert not any(value in "".join(capfd.readouterr()) for value in values)


def test_a_run_that_stops_at_such_a_record_quotes_it_neither(tmp_path, monkeypatch):
    values = written(tmp_path)

    def judge(self: Any, text: str, start: int, end: int, *, lenient: bool) -> float:
        del self, lenient
        raise PoisonError(f"cannot judge {text[start:end]}")

    monkeypatch.setattr(type(RULES[0]), "judge", judge)
    path = tmp_path / "c.json"
    path.write_text(json.dumps(settings(tmp_path)), "utf-8")
    done = click.testing.CliRunner().invoke(main, ["run", str(path), "--progress", "none"], prog_name="curate")
    assert done.exit_code == 65
    assert "PoisonError" in done.stderr
    assert not any(value in done.output + repr(done.exception) for value in values)
    assert not (tmp_path / "out").exists()
    assert told(tmp_path / "out.work", values) == []


def test_what_exceeds_its_budget_is_rejected_and_nothing_quotes_it(tmp_path):
    values = written(tmp_path)
    config = settings(tmp_path, max_candidates=1)
    out = execute(Config.load(config), Options()).out
    rejected = ledger(out)
    assert set(rejected["rule"]) == {"pii:budget"}
    assert len(rejected) == 40
    assert told(out, values) == []
