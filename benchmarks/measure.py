"""Measure a command: CPU seconds, wall seconds and peak memory of it and of every process that it starts."""

import ctypes
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import Field, dataclass, fields
from pathlib import Path
from threading import Event, Thread
from typing import Any, ClassVar, Protocol

PR_SET_CHILD_SUBREAPER = 36
LOOK_SECONDS = 0.1
RUNS = 3
"""So often a thing is timed, whosever it is; the least counts. In a virtual machine the same run may cost a third more:
memory that the host has taken back is first brought again."""
MEGABYTE = 10**6

CURATE = (sys.executable, "-c", "from curate.cli import main; main()")
"""The console script, whether or not the package is installed."""


class Row(Protocol):
    """A dataclass whose fields are the columns of a table."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


@dataclass(frozen=True)
class Usage:
    """What a command took."""

    exit_code: int
    """Negative: the signal that ended it."""
    cpu_seconds: float
    """User and system time of the command and of all its descendants, orphans included."""
    wall_seconds: float
    peak_bytes: int
    """Largest sum of proportional set sizes (shared pages counted once) over the processes alive at one moment."""
    largest_bytes: int
    """Highest resident set that any one process had in its life so far, as the kernel keeps it (VmHWM)."""
    said: str
    """Standard output and error."""


class Watch(Thread):
    """Samples the memory of one session of processes until it is told to stop (Linux; elsewhere it sees nothing)."""

    def __init__(self, session: int) -> None:
        super().__init__(daemon=True)
        self.session = session
        self.peak_bytes = 0
        self.largest_bytes = 0
        self.over = Event()

    def run(self) -> None:
        """Look every tenth of a second."""
        while not self.over.wait(LOOK_SECONDS):
            pids = list(members(self.session))
            self.peak_bytes = max(self.peak_bytes, sum(proc_bytes(pid, "smaps_rollup", "Pss:") for pid in pids))
            # not ru_maxrss: a child starts with what its parent had before exec
            self.largest_bytes = max(self.largest_bytes, *(proc_bytes(pid, "status", "VmHWM:") for pid in pids), 0)


def members(session: int, *, zombies: bool = False) -> Iterator[int]:
    """Name the living processes of a session, and those that nobody has waited for yet where they are asked for."""
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _parent, _group, of = entry.read_text().rpartition(")")[2].split()[:4]
            if int(of) == session and (zombies or state != "Z"):
                yield int(entry.parent.name)


def proc_bytes(pid: int | str, file: str, name: str) -> int:
    """Return one figure that the kernel gives of a process; 0 for a process that is gone."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/{file}").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1]) * 1024
    return 0


@contextmanager
def adopting() -> Iterator[None]:
    """Have grandchildren whose parent is gone handed to this process, so that their CPU time is counted (Linux)."""
    prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else lambda *_: None
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    try:
        yield
    finally:
        prctl(PR_SET_CHILD_SUBREAPER, 0)


def measure(command: Sequence[str], folder: Path | None = None) -> Usage:
    """Run a command in a session of its own, wait for every process of it, and return what they took together."""
    with adopting(), tempfile.TemporaryFile() as said:
        started = time.perf_counter()
        child = subprocess.Popen(command, cwd=folder, stdout=said, stderr=said, start_new_session=True)
        watch = Watch(child.pid)
        watch.start()
        cpu = reap(child)
        wall = time.perf_counter() - started
        watch.over.set()
        watch.join()
        said.seek(0)
        text = said.read().decode(errors="replace")
    return Usage(child.returncode, cpu, wall, watch.peak_bytes, watch.largest_bytes, text)


def reap(child: "subprocess.Popen[bytes]") -> float:
    """Wait for a child, then for the orphans of its session, and return the CPU seconds of all of them."""
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    cpu = usage.ru_utime + usage.ru_stime
    while left := list(members(child.pid, zombies=True)):
        for pid in left:
            with suppress(ChildProcessError):  # its parent lives still, or waited for it
                _, _, usage = os.wait4(pid, 0)
                cpu += usage.ru_utime + usage.ru_stime
        time.sleep(LOOK_SECONDS)
    return cpu


def succeeded(usage: Usage, command: Sequence[str]) -> Usage:
    """Return the usage of a command that ended well; raise with its words where it did not."""
    if usage.exit_code:
        msg = f"{' '.join(command)} ended with {usage.exit_code}:\n{usage.said}"
        raise RuntimeError(msg)
    return usage


def table(rows: Sequence[Row]) -> str:
    """Lay rows of one dataclass out as plain text: a column a field, numbers to the right."""
    names = [field.name for field in fields(rows[0])]
    cells = [[spelled(getattr(row, name)) for name in names] for row in rows]
    widths = [max(len(name), *(len(line[place]) for line in cells)) for place, name in enumerate(names)]
    lines = [names, *cells]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)


def spelled(value: object) -> str:
    """Spell a cell: three significant decimals at most, thousands parted."""
    return f"{value:,.2f}" if isinstance(value, float) else f"{value:,}" if type(value) is int else str(value)
