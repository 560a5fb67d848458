"""What `--set` says stands over the file, and what it names must be there."""

from pathlib import Path

import pytest

from curate.config.model import Config
from curate.core.errors import ConfigError

TEXT = (
    "name: x\nsources:\n  qa: {format: jsonl, path: raw/a.jsonl}\n"
    "stages:\n  - normalize\n  - quality: {min: 3}\n  - quality: {min: 5, as: second}\noutput: {path: out/x}\n"
)


def said(write, *overrides):
    return Config.load(write(TEXT), overrides)


def test_a_stage_goes_by_its_name_or_its_as(write):
    config = said(write, "stages.normalize.form=NFKC", "stages.quality.min=7", "stages.second.min=8")
    assert [getattr(stage, "form", None) or stage.min for stage in config.stages] == ["NFKC", 7, 8]


def test_values_are_yaml_and_later_ones_win(write):
    seeds = ("output.seed=1", "output.seed=2")
    config = said(write, *seeds, "output.splits={train: 0.5, test: 0.5}", "limits=off", "name='7'")
    assert (config.output.seed, config.output.splits) == (2, {"train": 0.5, "test": 0.5})
    assert (config.limits, config.name) == ("off", "7")


def test_whole_lists_and_missing_mappings_can_be_said(write):
    config = said(write, "stages=[pii]", "limits.by=run")
    assert [stage.name for stage in config.stages] == ["pii"]
    assert config.limits.by == "run"


def test_paths_start_from_the_current_folder_not_from_the_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("configs").mkdir()
    Path("configs/a.yaml").write_text(TEXT)
    config = Config.load("configs/a.yaml", ["sources.qa.path=new/b.jsonl", "stages.quality.lexicon=words.txt"])
    assert config.sources[0].path == "new/b.jsonl"
    assert config.stages[1].lexicon == Path("words.txt")


WRONG = {
    "output": "--set: 'output' is no setting\n  hint: write --set output.path=out/new",
    "outptu.path=x": "--set outptu.path: there is no setting 'outptu'\n  hint: did you mean 'output'?",
    "output.pth=x": "--set output.pth: there is no setting 'pth', found with the value 'x'\n"
    "  hint: did you mean 'path'?",
    "sources.qb.path=x": "--set sources.qb.path: there is no source 'qb'\n  hint: known: qa",
    "stages.qualty.min=1": "--set stages.qualty.min: there is no stage 'qualty'\n  hint: did you mean 'quality'?",
    "stages.second.mim=1": "--set stages[2].quality.mim: there is no setting 'mim', found with the value 1\n"
    "  hint: did you mean 'min'?",
    "stages.second.min=few": "--set stages[2].quality.min: expected a whole number, found 'few'\n"
    "  hint: Fewest characters.",
    "max_errors.x=3": "--set max_errors: expected a whole number, found {'x': 3}\n"
    "  hint: Records on which a stage may raise before the run stops.",
    "name=[": "--set name: this is not YAML: expected the node content, but found '<stream end>' while parsing a flow "
    "node\n  hint: a bracket or a brace is not closed, or a value is missing",
}


@pytest.mark.parametrize(("override", "told"), WRONG.items())
def test_what_matches_nothing_is_a_mistake(write, override, told):
    with pytest.raises(ConfigError) as caught:
        said(write, override)
    assert str(caught.value) == told


def test_mistakes_of_the_command_line_and_of_the_file_are_told_together(write):
    name = write(TEXT.replace("min: 3", "mim: 3"))
    with pytest.raises(ConfigError) as caught:
        Config.load(name, ["sources.qb.path=x"])
    assert [problem.where for problem in caught.value.problems] == [
        "--set sources.qb.path",
        "curate.yaml:6 stages[1].quality.mim",
    ]
