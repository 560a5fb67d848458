"""Kill runs at random points, start them again, and hold what comes out against an undisturbed run, byte by byte."""

import os
import random
import signal
import subprocess
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal

from benchmarks.corpora import Corpus
from benchmarks.measure import members
from benchmarks.run import cleared, command, configured

Victim = Literal["group", "parent", "worker"]
VICTIMS: tuple[Victim, ...] = ("group", "worker", "parent")
AT_MOST_RUNS = 8
AT_MOST_SECONDS = 300.0
LOCKED = 75
HUNG = 124
LOCKED_SECONDS = 0.5
LOOK_SECONDS = 0.001
CLOCKED = "_lineage/run.json"
STAGES = ("normalize", "language", "length", "exact_duplicates", "near_duplicates", "tokens")


@dataclass(frozen=True)
class Point:
    """When to kill, and whom: after so many seconds, or as soon as so many new names have appeared on disk."""

    victim: Victim
    seconds: float | None = None
    names: int | None = None


@dataclass(frozen=True)
class Trial:
    """One killed run and what became of it."""

    point: str
    victim: Victim
    killed: bool
    """False where the run had ended before its point came."""
    runs: int
    """How often the command was started, the killed one included."""
    identical: bool
    differing: str
    """Files that differ, are missing, or are strangers; the last words of a run that would not end well."""


@dataclass(frozen=True)
class Bench:
    """A configuration, the command that runs it, and the folder that holds its output."""

    place: Path
    command: tuple[str, ...]

    @classmethod
    def build(cls, place: Path, workers: int, stages: Sequence[str] = STAGES) -> "Bench":
        """Write three small made-up sources, the third like the other two in part, and their configuration."""
        inputs = {only: Corpus(1, only, made=True).written(place / "input") for only in ("zh", "en", "mixed")}
        patterns = {name: str(folder / "*.jsonl") for name, folder in inputs.items()}
        return cls(place, command(configured(place, patterns, stages), workers))

    def start(self) -> "subprocess.Popen[bytes]":
        """Start the run in a session of its own; its words go to `place/said`."""
        with (self.place / "said").open("wb") as said:
            return subprocess.Popen(self.command, stdout=said, stderr=said, start_new_session=True)

    def said(self) -> str:
        """Return the last words of the last run."""
        return (self.place / "said").read_text(errors="replace")[-400:]

    def digests(self) -> dict[str, str]:
        """Return the sha256 of every file of the output, by name.

        `_lineage/run.json` may know the clock: it is left out, and so is the line of SHA256SUMS that speaks of it.
        """
        out = self.place / "out"
        paths = {path.relative_to(out).as_posix(): path for path in sorted(out.rglob("*")) if path.is_file()}
        paths.pop(CLOCKED, None)
        return {name: sha256(settled(name, path.read_bytes())).hexdigest() for name, path in paths.items()}

    def names(self) -> set[str]:
        """Return every name on disk that a run has made by now, drafts too."""
        return {name for folder in ("out", "out.work") for name in walked(self.place / folder)}


def settled(name: str, body: bytes) -> bytes:
    """Return what of a file no clock decides."""
    if name != "SHA256SUMS":
        return body
    return b"".join(line for line in body.splitlines(keepends=True) if not line.endswith(CLOCKED.encode() + b"\n"))


def walked(folder: Path) -> Iterator[str]:
    """Yield the paths below a folder that may change or vanish meanwhile."""
    waiting = deque([str(folder)])
    while waiting:
        with suppress(OSError), os.scandir(waiting.popleft()) as entries:
            for entry in entries:
                yield entry.path
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)


def trials(bench: Bench, count: int, seed: int) -> list[Trial]:
    """Run once undisturbed, then once for each point."""
    truth, seconds, names = undisturbed(bench)
    draw = random.Random(seed)  # noqa: S311 - points that can be drawn again, no secrets
    return [trial(bench, point, truth) for point in points(count, seconds, names, draw)]


def undisturbed(bench: Bench) -> tuple[dict[str, str], float, int]:
    """Run in peace; return the digests, how long it took, and how many names it made on the way."""
    cleared(bench.place)
    started = time.monotonic()
    run = bench.start()
    seen: set[str] = set()
    while run.poll() is None:
        seen |= bench.names()
        time.sleep(LOOK_SECONDS)
    if run.returncode:
        msg = f"the undisturbed run ended with {run.returncode}: {bench.said()}"
        raise RuntimeError(msg)
    return bench.digests(), time.monotonic() - started, len(seen)


def points(count: int, seconds: float, names: int, draw: random.Random) -> Iterator[Point]:
    """Yield points in turn: two thirds at a name on disk (the durable steps), one third at a time."""
    for place in range(count):
        victim = VICTIMS[place % len(VICTIMS)]
        if place % 3 == 2 - place // 3 % 3:
            yield Point(victim, seconds=draw.uniform(0, seconds))
        else:
            yield Point(victim, names=draw.randint(1, max(names, 1)))


def trial(bench: Bench, point: Point, truth: dict[str, str]) -> Trial:
    """Kill one run at its point, start it again until it ends well, and compare."""
    cleared(bench.place)
    run = bench.start()
    killed = struck(bench, run, point)
    started, code = 1, ended(run)
    while code not in (0, HUNG) and started < AT_MOST_RUNS:
        time.sleep(LOCKED_SECONDS if code == LOCKED else 0)  # the last orphans of the killed run may hold the lock
        started, code = started + 1, ended(bench.start())
    found = bench.digests()
    differing = sorted(name for name in truth.keys() | found.keys() if truth.get(name) != found.get(name))
    words = f"ended with {code}: {bench.said()}" if code else ", ".join(differing)
    at = f"{point.seconds:.2f} s" if point.names is None else f"name {point.names}"
    return Trial(at, point.victim, killed, started, not words, words)


def struck(bench: Bench, run: "subprocess.Popen[bytes]", point: Point) -> bool:
    """Wait for the point and kill the victim; False where the run, or every worker, was gone before."""
    started, seen = time.monotonic(), set[str]()
    while run.poll() is None:
        seen |= bench.names() if point.names else set()
        due = len(seen) >= point.names if point.names else time.monotonic() - started >= (point.seconds or 0)
        if due:
            return kill(run, point.victim)
        time.sleep(LOOK_SECONDS)
    return False


def kill(run: "subprocess.Popen[bytes]", victim: Victim) -> bool:
    """Send SIGKILL to the whole group, to the parent alone, or to its youngest child; False where none was there."""
    with suppress(ProcessLookupError):
        if victim == "group":
            os.killpg(run.pid, signal.SIGKILL)
        else:
            others = [pid for pid in members(run.pid) if pid != run.pid]
            os.kill(run.pid if victim == "parent" or not others else max(others), signal.SIGKILL)
        return True
    return False


def ended(run: "subprocess.Popen[bytes]") -> int:
    """Wait for a run to end and return its exit code; one that hangs is killed and returns 124, as `timeout` does."""
    try:
        return run.wait(AT_MOST_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        return HUNG
