"""Ray does the same tasks, and the same bytes come of them."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import curate
from tests.engine.corpora import bytes_of, config, write_corpus
from tests.engine.trying import is_one_clear_error

ROOT = Path(__file__).parents[2]
NO_RAY = "Ray is not installed: pip install 'curate[ray]'"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    write_corpus(tmp_path / "raw")
    (tmp_path / "c.yaml").write_text(json.dumps(config(tmp_path / "raw", tmp_path / "out", engine="ray")), "utf-8")
    return tmp_path


def run(place: Path) -> "subprocess.CompletedProcess[str]":
    said = ["run", str(place / "c.yaml"), "--workers", "2", "--quiet"]
    paths = {**os.environ, "PYTHONPATH": str(ROOT)}
    code = "from curate.cli import main; main()"
    return subprocess.run([sys.executable, "-c", code, *said], env=paths, capture_output=True, text=True, check=False)


@pytest.mark.skipif(find_spec("ray") is None, reason=NO_RAY)
def test_ray_writes_the_bytes_that_processes_of_this_machine_write(place: Path) -> None:
    done = run(place)
    local = curate.run(config(place / "raw", place / "local")).path

    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert bytes_of(place / "out") == bytes_of(local)


@pytest.mark.skipif(find_spec("ray") is not None, reason="Ray is installed")
def test_without_ray_the_configuration_is_told_what_to_install(place: Path) -> None:
    done = run(place)

    assert done.returncode == 2
    assert is_one_clear_error(done.stderr, "engine: ", "Ray is not installed", "curate[ray]")
    assert not (place / "out").exists()
