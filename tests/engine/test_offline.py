"""No stage and no source of local files reaches for a network, in no process of a run."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.corpora import config, ledger, shards, write_corpus

ROOT = Path(__file__).parents[2]
GUARD = """
import os
import socket
import traceback

class Guarded(socket.socket):
    def __init__(self, family=-1, *others, **named):
        if family != socket.AF_UNIX and named.get("fileno") is None:
            raise OSError("there is no network")
        super().__init__(family, *others, **named)

def refused(*_arguments, **_named):
    with open(os.environ["CURATE_TEST_ASKED"], "a") as asked:
        asked.write("".join(traceback.format_stack(limit=8)) + chr(12))
    raise OSError("there is no network")

socket.socket = Guarded
socket.create_connection = socket.getaddrinfo = socket.gethostbyname = refused
"""
"""Refuses every socket that could leave this machine, and writes down who looked for a host. Processes of a run talk to
each other by sockets of the file system; urllib3 opens one of IPv6 where it is imported, to see whether it could."""
STAGES = [
    "normalize",
    "language",
    "length",
    {"quality": {"preset": "base"}},
    "exact_duplicates",
    {"near_duplicates": {"threshold": 0.8}},
    "pii",
    "tokens",
]


@pytest.fixture
def blocked(tmp_path: Path) -> dict[str, str]:
    """Return an environment in which Python opens no socket to anywhere else."""
    (tmp_path / "guard").mkdir()
    (tmp_path / "guard/sitecustomize.py").write_text(GUARD)
    paths = os.pathsep.join([str(tmp_path / "guard"), str(ROOT)])
    return {**os.environ, "PYTHONPATH": paths, "CURATE_TEST_ASKED": str(tmp_path / "asked")}


def python(code: str, *arguments: str, env: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], env=env, capture_output=True, text=True, check=False
    )


def test_the_guard_of_this_test_lets_no_connection_pass(blocked: dict[str, str], tmp_path: Path) -> None:
    for call in ("create_connection(('127.0.0.1', 9))", "socket()", "getaddrinfo('localhost', 80)"):
        assert "there is no network" in python(f"import socket; socket.{call}", env=blocked).stderr
    assert (tmp_path / "asked").read_text().count("\f") == 2


def test_every_stage_runs_without_a_network_in_this_process_and_in_a_worker(
    blocked: dict[str, str], tmp_path: Path
) -> None:
    write_corpus(tmp_path / "raw")
    mail = "请联系 zhang@huaxing-power.cn 或 13800138000 处理。"
    (tmp_path / "raw/c.jsonl").write_text(json.dumps({"text": mail}), "utf-8")
    (tmp_path / "c.yaml").write_text(json.dumps(config(tmp_path / "raw", tmp_path / "out", stages=STAGES)), "utf-8")
    said = ("run", str(tmp_path / "c.yaml"), "--workers", "1", "--quiet")
    done = python("from curate.cli import main; main()", *said, env=blocked)

    assert (done.returncode, done.stderr) == (0, "")
    assert not (tmp_path / "asked").exists()
    assert "zhang@huaxing-power.cn" not in "".join(shards(tmp_path / "out")["text"])
    assert {"language", "n_tokens", "pii"} <= set(shards(tmp_path / "out").columns)
    assert {"exact_duplicates:copy", "read:malformed"} <= set(ledger(tmp_path / "out")["rule"])
