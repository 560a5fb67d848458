"""What a configuration names is looked for before a run starts."""

import os
from pathlib import Path

import pytest

from curate.config.model import Config
from curate.config.reach import reached, ready
from curate.core.errors import ConfigError

TEXT = (
    "name: x\nsources:\n  a: {format: jsonl, path: a.jsonl}\n  b:\n    format: jsonl\n    path: b.jsonl\n"
    "stages:\n  - quality: {lexicon: words.txt}\noutput:\n  path: out/x\n"
)


def problems(source, overrides=()):
    with pytest.raises(ConfigError) as caught:
        reached(source, overrides)
    return [str(problem) for problem in caught.value.problems]


def test_everything_that_is_missing_is_told_at_once_at_its_line(write):
    name = write(TEXT)
    Path("a.jsonl").touch()
    Path("out").write_text("a file")
    assert problems(name) == [
        "curate.yaml:6 sources.b.path: there is no 'b.jsonl'\n  hint: check the path",
        (
            "curate.yaml:8 stages[0].quality.lexicon: 'quality' needs the file 'words.txt', which is not there\n"
            "  hint: a relative path starts from the folder of the configuration"
        ),
        (
            f"curate.yaml:10 output.path: {str(Path('out').absolute())!r} is a file, so 'out/x' cannot be made below it"
            "\n  hint: choose another folder"
        ),
    ]


EVERYTHING = """\
name: x
sources:
  a: {format: jsonl, path: a.jsonl, txt: body}
  b:
    format: jsonl
    path:
      - b.jsonl
      - c.jsonl
      - d.jsonl
stages:
  - quality: {sources: [nosuch], preset: legl, lexicon: words.txt}
  - pii: {keep: [A], drop: [A], sources: [nowhere]}
  - nonsense: {sources: [nobody]}
output: {path: c.jsonl}
"""


def test_mistakes_in_the_settings_and_missing_files_are_told_in_one_reading(write):
    name = write(EVERYTHING)
    Path("c.jsonl").touch()
    assert [told.partition("\n")[0] for told in problems(name)] == [
        "curate.yaml:3 sources.a.txt: there is no setting 'txt', found with the value 'body'",
        "curate.yaml:3 sources.a.path: there is no 'a.jsonl'",
        "curate.yaml:7 sources.b.path[0]: there is no 'b.jsonl'",
        "curate.yaml:9 sources.b.path[2]: there is no 'd.jsonl'",
        "curate.yaml:11 stages[0].quality.preset: 'legl' is none of base, finance, healthcare, legal",
        "curate.yaml:11 stages[0].quality.sources: there is no source 'nosuch'",
        "curate.yaml:11 stages[0].quality.lexicon: 'quality' needs the file 'words.txt', which is not there",
        "curate.yaml:12 stages[1].pii: 'A' cannot both stay and go",
        "curate.yaml:12 stages[1].pii.sources: there is no source 'nowhere'",
        "curate.yaml:13 stages[2]: there is no stage 'nonsense'",
        "curate.yaml:13 stages[2].nonsense.sources: there is no source 'nobody'",
        "curate.yaml:14 output.path: 'c.jsonl' is a file, and the output is a folder",
    ]


def test_a_configuration_that_is_to_be_run_is_held_to_what_is_missing_and_not_to_what_is_shut(write):
    name = write(TEXT)
    Path("a.jsonl").touch()
    with pytest.raises(ConfigError) as caught:
        ready(name)
    assert [str(problem).partition("\n")[0] for problem in caught.value.problems] == [
        "curate.yaml:6 sources.b.path: there is no 'b.jsonl'",
        "curate.yaml:8 stages[0].quality.lexicon: 'quality' needs the file 'words.txt', which is not there",
    ]
    for made in ("b.jsonl", "words.txt"):
        Path(made).touch()
    Path("out").write_text("a file")
    assert ready(name) == Config.load(name)


def test_an_output_never_replaces_a_folder_of_something_else(write):
    name = write(TEXT)
    for made in ("a.jsonl", "b.jsonl", "words.txt"):
        Path(made).touch()
    assert reached(name).config.name == "x"
    Path("out/x").mkdir(parents=True)
    assert reached(name).config.name == "x", "an empty folder is free"
    Path("out/x/thesis.doc").touch()
    (told,) = problems(name)
    assert told == (
        "curate.yaml:10 output.path: the folder 'out/x' holds something that is no output of curate, and a run would "
        "replace it\n  hint: choose an empty folder or a new one"
    )
    Path("out/x/_lineage").mkdir()
    assert reached(name).config.name == "x", "an earlier output is replaced"
    (told,) = problems(name, ["output.path=words.txt"])
    assert told == "--set output.path: 'words.txt' is a file, and the output is a folder\n  hint: choose another folder"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")
def test_what_may_not_be_read_or_written_is_told(write):
    name = write(TEXT)
    for made in ("a.jsonl", "b.jsonl", "words.txt"):
        Path(made).touch(mode=0o000)
    Path("out").mkdir(mode=0o500)
    assert [told.partition(":")[2].partition("\n")[0] for told in problems(name)] == [
        "3 sources.a.path: 'a.jsonl' may not be read",
        "6 sources.b.path: 'b.jsonl' may not be read",
        "8 stages[0]: 'words.txt' may not be read",
        f"10 output.path: nothing may be written into {str(Path('out').absolute())!r}",
    ]


def test_the_summary_counts_files_and_bytes(write):
    name = write(TEXT)
    Path("a.jsonl").write_bytes(b"0" * 1_500_000)
    Path("b.jsonl").touch()
    Path("words.txt").touch()
    checked = reached(name)
    assert checked.page(name) == (
        "curate.yaml: no mistakes\n"
        "  source  format  files  MB\n"
        "  a       jsonl   1      1.5\n"
        "  b       jsonl   1      0.0\n"
        "  stages: quality\n"
        "  output: out/x (train 1)"
    )
    assert checked.as_json()["sources"][0] == {"name": "a", "format": "jsonl", "files": 1, "bytes": 1_500_000}
