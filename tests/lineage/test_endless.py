"""What reading would never end of, in an output or named by its manifest, is refused by whoever reads the output."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from curate.core.files import endless_files, is_endless
from curate.lineage.envelope import ENVELOPE
from curate.lineage.erase import erase
from curate.lineage.erase_asked import Request
from curate.lineage.manifest import MANIFEST, RUN
from tests.lineage.made import made, patched
from tests.lineage.test_tamper import LEDGER, SHARD

CORPUS = made()
KEY = b"k" * 32
SCRIPT = """
import json, sys
from click.testing import CliRunner
from curate.cli import main
for words in json.loads(sys.argv[1]):
    done = CliRunner().invoke(main, words)
    fault = "" if isinstance(done.exception, SystemExit | None) else repr(done.exception)
    print(json.dumps([words[0], done.exit_code, done.stderr + fault]), flush=True)
"""
"""All commands in one process that can be ended from outside."""


def commands(out: Path) -> list[list[str]]:
    folder, name = out.parent, CORPUS.rows[9]["id"]
    (folder / "key").write_bytes(KEY)
    (folder / "ids").write_text(name, "utf-8")
    reason = ["--basis", "gdpr-17", "--ticket", "DSR-2", "--key-file", str(folder / "key")]
    return [
        ["trace", str(out), name],
        ["trace", str(out), "--text-file", str(folder / "ids")],
        ["explain", str(out), name],
        ["rejects", str(out)],
        ["report", str(out), "--json"],
        ["diff", str(out), str(out)],
        ["history", str(out)],
        ["export", "croissant", str(out)],
        ["erase", str(out), "--ids", str(folder / "ids"), *reason],
        ["review", "sample", str(out), "--nonce", "0123456789abcdef", "-o", str(folder / "forms")],
    ]


def told(out: Path) -> list[tuple[str, int, str]]:
    """Run all commands that read an output; a command that waits for ever ends the test."""
    words = json.dumps(commands(out))
    done = subprocess.run([sys.executable, "-c", SCRIPT, words], capture_output=True, text=True, timeout=90, check=True)
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


def made_endless(path: Path, kind: str) -> None:
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(path) if kind == "pipe" else path.symlink_to("/dev/zero")


@pytest.mark.parametrize(
    ("name", "kind"),
    [(MANIFEST, "pipe"), (MANIFEST, "device"), (RUN, "pipe"), (LEDGER, "pipe"), (SHARD, "device"), (ENVELOPE, "pipe")],
)
def test_every_command_refuses_an_output_that_holds_it(out, name, kind):
    made_endless(out / name, kind)
    said = told(out)
    assert len(said) == len(commands(out))
    for command, code, error in said:
        assert code == 74, (command, error)
        assert error.startswith(f"error: {out / name}: this is neither a file nor a folder\n  hint: "), command


def test_every_command_refuses_a_manifest_that_names_it(out):
    made_endless(out.parent / "elsewhere", "pipe")
    patched(out, lambda manifest: manifest["outputs"]["rejects"][0].update(path="../elsewhere"))
    assert {(code, "neither a file" in error) for _, code, error in told(out)} == {(74, True)}


def test_every_command_refuses_it_behind_a_link_to_a_folder(out):
    (out / "_lineage").rename(out.parent / "moved")
    (out / "_lineage").symlink_to(out.parent / "moved")
    made_endless(out / MANIFEST, "pipe")
    assert {(code, "neither a file" in error) for _, code, error in told(out)} == {(74, True)}


def test_an_earlier_manifest_that_names_it_breaks_the_chain(out):
    folder = out.parent
    for number in (0, 1):
        (folder / "ids").write_text(CORPUS.rows[number + 3]["id"], "utf-8")
        erase(out, Request("ids", str(folder / "ids"), "gdpr-17", f"DSR-{number}", KEY))
    kept = out / "_lineage/history/00001.json"
    said = json.loads(kept.read_bytes())
    said["previous"]["path"] = "../elsewhere"
    kept.write_text(json.dumps(said), "utf-8")
    made_endless(folder / "elsewhere", "pipe")
    [(_, code, error)] = [one for one in told(out) if one[0] == "history"]
    assert code == 1
    assert "Error(" not in error


def test_files_folders_and_links_to_them_have_an_end(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/file").write_bytes(b"")
    (tmp_path / "to-file").symlink_to(tmp_path / "folder/file")
    (tmp_path / "to-folder").symlink_to(tmp_path / "folder")
    (tmp_path / "to-nothing").symlink_to(tmp_path / "nothing")
    assert list(endless_files(tmp_path)) == []
    os.mkfifo(tmp_path / "folder/pipe")
    (tmp_path / "to-pipe").symlink_to(tmp_path / "folder/pipe")
    assert sorted(endless_files(tmp_path)) == ["folder/pipe", "to-pipe"]
    assert not is_endless(tmp_path / "no\0name")
    assert list(endless_files(tmp_path / "nothing")) == []
