"""What a configuration is once it has been read without a mistake."""

import pickle
from pathlib import Path

import pytest

from curate.config.model import Config, Output
from curate.core.errors import ConfigError
from curate.core.stage import Settings

HEAD = "name: x\nsources:\n  qa: {format: jsonl, path: a.jsonl, keep: [year]}\noutput: {path: out/x}\n"


def test_names_are_filled_in(write):
    name = write(f"{HEAD}stages:\n  - quality: {{as: second}}\n  - quality\n")
    config = Config.load(name)
    assert [stage.name for stage in config.stages] == ["second", "quality"]
    assert [source.name for source in config.sources] == ["qa"]
    assert all(isinstance(stage, Settings) for stage in config.stages)


def test_inputs_start_from_the_file_and_the_output_from_the_current_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("configs").mkdir()
    path = Path("configs/a.yaml")
    path.write_text(
        "name: x\nsources:\n  a: {format: jsonl, path: [raw/*.jsonl, /abs/b, 's3://c/d']}\n"
        "stages: [quality: {lexicon: words.txt, weights: {table: w.csv}}]\noutput: {path: out/x}\n"
    )
    config = Config.load(path)
    (quality,) = config.stages
    assert config.sources[0].path == ("configs/raw/*.jsonl", "/abs/b", "s3://c/d")
    assert (quality.lexicon, quality.weights.table) == (Path("configs/words.txt"), Path("configs/w.csv"))
    assert config.output.path == Path("out/x")


def test_paths_in_a_mapping_of_names_to_settings_start_from_the_file_too(write):
    path = write(
        "name: x\nsources: {qa: {format: jsonl, path: a.jsonl}}\n"
        "stages: [quality: {rules: {near: {table: w.csv}, far: {table: /all/w.csv}, none: {first: 2}, no: off}}]\n"
        "output: {path: out/x}\n"
    )
    Path("configs").mkdir()
    Path(path).rename(f"configs/{path}")
    rules = Config.load(f"configs/{path}").stages[0].rules
    assert (rules["near"].table, rules["far"].table) == (Path("configs/w.csv"), Path("/all/w.csv"))
    assert (rules["none"].table, rules["none"].first, rules["no"]) == (None, 2, "off")


def test_anchors_and_merged_keys_are_read(write):
    name = write(
        "name: x\nsources:\n  a: &a {format: jsonl, path: p, keep: [k]}\n  b: {<<: *a, path: q}\noutput: {path: o}\n"
    )
    first, second = Config.load(name).sources
    assert (first.path, second.path, second.keep) == ("p", "q", ("k",))


def test_sizes_have_units_and_reach_the_sources(write):
    name = write(f"{HEAD}max_record_bytes: 2MB\n")
    assert Config.load(name).sources[0].max_record_bytes == 2_000_000
    assert Config.load(name, ["output.shard_bytes=1 GiB"]).output.shard_bytes == 1 << 30


def test_a_configuration_built_by_hand_is_held_to_the_same_rules(write):
    config = Config.load(write(f"{HEAD}stages: [quality]\n"))
    unnamed = config.stages[0].model_copy(update={"name": ""})
    again = Config(name="x", sources=config.sources, stages=(unnamed,), output=config.output)
    assert again.stages[0].name == "quality"
    with pytest.raises(ConfigError, match=r"^output\.splits: the shares of the splits sum to 0\.5"):
        Config(name="x", sources=config.sources, output=Output(path=Path("o"), splits={"train": 0.5}))
    with pytest.raises(ConfigError, match=r"^sources: two sources have one name: \('qa', 'qa'\)"):
        Config(name="x", sources=config.sources * 2, output=config.output)


def test_a_configuration_survives_pickling(write):
    config = Config.load(write(f"{HEAD}stages: [quality]\n"))
    assert pickle.loads(pickle.dumps(config)) == config  # noqa: S301 - our own
