"""Personal data in fields beside the text: roles of chats and kept columns, replaced or stopped at."""

import json
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import Any

import pytest

from curate.config.model import Config
from curate.core.errors import DataError
from curate.engine.run import Options, execute
from curate.lineage.manifest import Residue, read_manifest
from curate.lineage.verify import verify
from tests.engine.corpora import shards
from tests.engine.test_personal import Blind, positions, settings
from tests.stages.pii.made import mobile, resident, union_pay


def held(place: Path, *lines: dict[str, Any], stages: tuple[Any, ...] = ("pii",), **source: Any) -> Config:
    """Configure one source of these records."""
    (place / "held.jsonl").write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), "utf-8")
    sources = {"held": {"format": "jsonl", "path": str(place / "held.jsonl"), **source}}
    return Config.load(settings(place, sources=sources, stages=list(stages)))


class TestRoles:
    CHAT = MappingProxyType({"from": "turns", "role": "role", "content": "content"})

    def said(self) -> dict[str, str]:
        chance = Random(7)
        return {
            f"客服 {mobile(chance)}": "客服 <PHONE_NUMBER>",
            resident(chance): "<CN_RESIDENT_ID>",
            union_pay(chance): "<CN_BANK_CARD>",
            "li.wei@corp-a.cn": "<EMAIL_ADDRESS>",
            "user": "user",
        }

    def test_what_has_a_form_is_replaced_in_roles_and_in_the_text_and_counted_and_placed(self, tmp_path):
        said = self.said()
        turns = [{"role": role, "content": "查水表"} for role in said]
        out = execute(held(tmp_path, {"turns": turns}, messages=dict(self.CHAT)), Options()).out
        row = shards(out).row(0, named=True)
        assert [turn["role"] for turn in row["messages"]] == list(said.values())
        assert row["text"] == "\n".join(f"{role}: 查水表" for role in said.values())
        assert row["ops"] == ["pii"]
        assert sum(one["count"] for one in row["pii"]) == 4
        assert sorted(positions(out)["field"]) == [f"messages[{n}].role" for n in range(4)]
        assert read_manifest(out).residual.by_source == {}
        assert [check for check in verify(out).checks if check.status == "fail"] == []
        files = [path.read_bytes() for path in out.rglob("*") if path.is_file()]
        assert not any(role.encode() in data for role in said if role != "user" for data in files)

    def test_what_is_left_in_a_role_stops_the_run(self, tmp_path):
        turns = [{"role": role, "content": "查水表"} for role in self.said()]
        config = held(tmp_path, {"turns": turns}, messages=dict(self.CHAT))
        with pytest.raises(DataError, match=r"in messages\.role"):
            execute(config.model_copy(update={"stages": (Blind(name="pii"),)}), Options())


class TestColumnsOfNumbers:
    def lines(self) -> list[dict[str, Any]]:
        chance = Random(8)
        lines = [{"text": f"检修记录{n}", "phone": int(mobile(chance)), "share": 0.5 + n} for n in range(3)]
        return [*lines, {"text": "空", "phone": None, "share": None}]

    @pytest.mark.parametrize("kind", ["integer", "number"])
    def test_a_number_of_somebody_in_a_column_of_numbers_stops_the_run(self, tmp_path, kind):
        lines = self.lines()
        with pytest.raises(DataError) as stopped:
            execute(held(tmp_path, *lines, keep={"phone": kind, "share": "number"}), Options())
        assert "3 CN_MOBILE in phone" in str(stopped.value)
        assert "such a field as string" in str(stopped.value)
        assert not any(str(line["phone"]) in str(stopped.value) for line in lines)
        assert not (tmp_path / "out").exists()

    def test_where_the_run_only_reports_they_are_counted_and_verify_agrees(self, tmp_path):
        config = held(tmp_path, *self.lines(), keep={"phone": "integer", "share": "number"})
        output = config.output.model_copy(update={"residual": "report"})
        out = execute(config.model_copy(update={"output": output}), Options()).out
        assert read_manifest(out).residual.by_source == {"held": {"CN_MOBILE": Residue(left=3)}}
        assert [check for check in verify(out).checks if check.status == "fail"] == []

    def test_as_a_string_such_a_field_is_treated(self, tmp_path):
        out = execute(held(tmp_path, *self.lines(), keep=["phone"]), Options()).out
        assert shards(out)["phone"].to_list() == ["<PHONE_NUMBER>"] * 3 + [None]
        assert read_manifest(out).residual.by_source == {}
