"""A virtual environment for each peer, made with pip from pinned versions, and a trial run in it."""

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from typing import Any, NamedTuple

import orjson

from benchmarks.measure import RUNS, Usage, measure, succeeded

ROOT = Path(__file__).parents[1]
ONE_THREAD = dict.fromkeys(
    ("RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "ARROW_DEFAULT_THREADS", "POLARS_MAX_THREADS"), "1"
)
"""Everybody has one core; threads beyond it would only wait for each other."""


class Peer(NamedTuple):
    """A tool to compare with."""

    name: str
    requirements: tuple[str, ...]
    documents: int
    """How many documents it is given: some ten seconds of work."""


PEERS = {
    peer.name: peer
    for peer in (
        Peer(
            "datatrove",
            (
                "datatrove==0.10.1",
                "jieba==0.42.1",
                "orjson==3.13.0",
                "regex==2026.11.15",
                "spacy==3.8.18",
                "tokenizers==0.23.3",
                "xxhash==3.8.2",
                "zstandard==0.25.0",
            ),
            3_000,
        ),
        Peer("datasketch", ("datasketch==2.0.0", "xxhash==4.1.0"), 20_000),
        Peer("rensa", ("rensa==0.5.0",), 30_000),
        Peer("gaoya", ("gaoya==0.2.2",), 30_000),
    )
}
COMMON = ("pyarrow==26.0.1",)


class NotInstalledError(Exception):
    """An environment cannot be made; the message is the last thing that pip said."""


class Trial(NamedTuple):
    """What a peer took and what it removed."""

    cpu_seconds: float
    peak_bytes: int
    """Highest resident set of its process, imports included."""
    removed: list[str]
    """Ids, ascending."""


def python_of(peer: Peer, folder: Path) -> Path:
    """Return the interpreter of a peer's environment, made at the first call; NotInstalledError where that fails."""
    wanted = (*peer.requirements, *COMMON)
    digest = sha256("\n".join((sys.version, *wanted)).encode()).hexdigest()[:12]
    place = folder / "environments" / f"{peer.name}-{digest}"
    python = place / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not (place / "whole").exists():
        rmtree(place, ignore_errors=True)
        install = (str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted)
        for command in ((sys.executable, "-m", "venv", str(place)), install):
            made = subprocess.run(command, capture_output=True, text=True, check=False)
            if made.returncode:
                said = made.stderr.strip().splitlines() or ["no reason given"]
                raise NotInstalledError(said[-1])
        (place / "whole").touch()
    return python


def tried(peer: Peer, folder: Path, small: Path, corpus: Path) -> Trial:
    """Run a peer RUNS times over a corpus, each time warmed up on a small one, and return the fastest run.

    NotInstalledError where it cannot be had.
    """
    return min((tried_once(peer, folder, small, corpus) for _ in range(RUNS)), key=lambda trial: trial.cpu_seconds)


def tried_once(peer: Peer, folder: Path, small: Path, corpus: Path) -> Trial:
    """Run a peer once in a process of its own."""
    python = python_of(peer, folder)
    place = folder / f"peer-{peer.name}"
    rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    said, usage = answered((str(python), "-m", f"benchmarks.peers.{peer.name}", str(small), str(corpus), str(place)))
    removed = orjson.loads((place / "removed.json").read_bytes())
    return Trial(said["cpu_seconds"], usage.largest_bytes, removed)


def answered(command: tuple[str, ...]) -> tuple[dict[str, Any], Usage]:
    """Run a program on one core, in the folder of the repository; return its last line, which is JSON."""
    before = dict(os.environ)
    os.environ |= ONE_THREAD
    try:
        usage = succeeded(measure(command, ROOT), command)
    finally:
        os.environ.clear()
        os.environ |= before
    said: dict[str, Any] = orjson.loads(usage.said.strip().splitlines()[-1])
    return said, usage
