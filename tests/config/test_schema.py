"""The schema of the configuration is that of the models, and accepts what the loader accepts."""

import copy
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from curate.config import registry
from curate.config.schema import schema

COMMITTED = Path(__file__).parents[2] / "schemas/config.schema.json"
GOOD = {
    "name": "x",
    "sources": {"qa": {"format": "jsonl", "path": "a.jsonl", "keep": ["year"]}},
    "stages": ["normalize", {"quality": {"preset": "legal", "as": "second"}}],
    "output": {"path": "o", "shard_bytes": "256MB"},
    "limits": "off",
}
BAD = {
    "an unknown setting": ("sources", "qa", "txt", 1),
    "an unknown format": ("sources", "qa", "format", "jsnl"),
    "a name within a source": ("sources", "qa", "name", "qa"),
    "an unknown preset": ("stages", 1, "quality", {"preset": "legl"}),
    "two stages in one entry": ("stages", 1, "normalize", {}),
    "an unknown stage": ("stages", 0, "normalise"),
    "no size": ("output", "shard_bytes", "much"),
    "an unknown top-level setting": ("sorces", {}),
}


def changed(*said):
    *way, last, value = said
    whole = copy.deepcopy(GOOD)
    here = whole
    for part in way:
        here = here[part]
    here[last] = value
    return whole


def test_what_the_loader_accepts_is_valid():
    Draft202012Validator.check_schema(schema())
    Draft202012Validator(schema()).validate(GOOD)


@pytest.mark.parametrize("said", BAD.values(), ids=BAD)
def test_what_the_loader_refuses_is_not_valid(said):
    assert not Draft202012Validator(schema()).is_valid(changed(*said))


def test_every_setting_has_a_description():
    bodies = [body for body in schema()["$defs"].values() if "properties" in body]
    settings = [setting for body in bodies for name, setting in body["properties"].items() if name != "format"]
    assert settings
    assert all(setting.get("description") for setting in settings)


def test_the_committed_schema_is_up_to_date(monkeypatch):
    """Refresh it with `curate schema > schemas/config.schema.json`."""
    monkeypatch.undo()
    assert registry.STAGES["length"]
    assert json.loads(COMMITTED.read_text("utf-8")) == json.loads(json.dumps(schema()))
