"""The resolved configuration says what decides the corpus and nothing of the machine."""

import json
from pathlib import Path

import pytest

from curate.config.model import Config
from curate.config.registry import load_class

TEXT = (
    "name: x\nsources:\n  qa: {format: jsonl, path: [raw/a*.jsonl, raw/b.jsonl], keep: {year: integer}}\n"
    "stages: [normalize, quality: {lexicon: words/w.txt, as: second}]\noutput: {path: out/x}\n"
)


def test_defaults_are_filled_in_and_folders_left_out(write):
    assert Config.load(write(TEXT)).resolved() == {
        "name": "x",
        "sources": [
            {
                "format": "jsonl",
                "name": "qa",
                "path": ["a*.jsonl", "b.jsonl"],
                "text": None,
                "keep": {"year": "integer"},
                "max_record_bytes": 1 << 24,
            }
        ],
        "stages": [
            {
                "stage": "normalize",
                "name": "normalize",
                "sources": None,
                "languages": None,
                "action": None,
                "form": "NFC",
            },
            {
                "stage": "quality",
                "name": "second",
                "sources": None,
                "languages": None,
                "action": None,
                "preset": "base",
                "min": 1,
                "share": 0.5,
                "strict": False,
                "lexicon": "w.txt",
                "weights": {"table": None, "first": 1.0},
                "rules": {},
            },
        ],
        "output": {
            "shard_bytes": 256_000_000,
            "splits": {"train": 1.0},
            "split_by": None,
            "seed": 0,
            "columns": [],
            "residual": "stop",
            "canaries": 200,
        },
        "limits": {"rejected_share": 0.5, "unreadable_share": 0.05, "by": "source"},
        "max_errors": 0,
        "max_record_bytes": 1 << 24,
        "uris": "plain",
    }


MACHINE = ["workers=3", "engine=ray", "work=none", "output.path=elsewhere", "ray_address=cluster:1"]


@pytest.mark.parametrize("override", MACHINE)
def test_the_machine_decides_nothing(write, override):
    name = write(TEXT)
    assert json.dumps(Config.load(name, [override]).resolved()) == json.dumps(Config.load(name).resolved())


def test_the_folder_of_the_file_decides_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for folder in ("one", "two/three"):
        Path(folder).mkdir(parents=True)
        Path(folder, "c.yaml").write_text(TEXT)
    assert Config.load("one/c.yaml").resolved() == Config.load(tmp_path / "two/three/c.yaml").resolved()


def test_secrets_in_an_address_are_not_shown(write):
    shown = Config.load(write(TEXT), ["sources.qa.path=s3://key:hidden@bucket/raw/**/*.jsonl"]).resolved()
    assert shown["sources"][0]["path"] == "**/*.jsonl"


def test_a_resolved_source_is_spelled_as_it_was_said_and_gives_the_same_source_again(monkeypatch):
    monkeypatch.undo()
    said = {"from": "turns", "role": "who", "content": "what", "roles": {"human": "user"}}
    chat = {"format": "jsonl", "path": "a.jsonl", "messages": said}
    config = Config.load({"name": "x", "sources": {"chat": chat}, "output": {"path": "out"}})
    (shown,) = json.loads(json.dumps(config.resolved()))["sources"]
    assert shown["messages"] == said
    model = load_class("sources", shown.pop("format"))
    assert model.model_validate(shown) == config.sources[0]
