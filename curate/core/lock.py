"""One writer at a time on one output: a lock that stands beside it and is never removed."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from curate.core.errors import StoppedError, StorageError

PAUSE_SECONDS = 0.05
LOOK_SECONDS = 0.5
"""How long a run tries for the lock: `curate status` takes it for a moment to see whether it is held."""
ORPHANS_SECONDS = 10
"""How long a new run waits for workers of a killed one to notice that their parent is gone."""
WORKERS_LOCK = "workers.lock"
"""In the work folder: held by every worker for as long as it lives."""


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold `out.lock` exclusively; StoppedError (try again) while another run holds it."""
    path = out.parent / f"{out.name}.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        hint = "choose an `output.path` whose folder you may write to"
        raise StorageError(f"cannot write: {error.strerror}", where=str(path), hint=hint) from None
    if not taken(handle, LOOK_SECONDS):
        os.close(handle)
        hint = f"wait for it to end; `curate status {out}` shows how far it is"
        raise StoppedError("another run is writing this output", where=str(out), hint=hint) from None
    try:
        yield
    finally:
        os.close(handle)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold a folder itself for a moment, with no file beside it; StoppedError where somebody else does for longer."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if not taken(handle, ORPHANS_SECONDS):
            raise StoppedError("another command is writing here", where=str(folder), hint="wait for it to end")
        yield
    finally:
        os.close(handle)


def taken(handle: int, seconds: float) -> bool:
    """Try for some seconds to lock a file exclusively; tell whether it worked."""
    for _ in range(int(seconds / PAUSE_SECONDS)):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(PAUSE_SECONDS)
        else:
            return True
    return False


def wait_for_orphans(root: Path) -> None:
    """Wait until no worker of an earlier run is alive; StoppedError where one stays."""
    handle = os.open(root / WORKERS_LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if taken(handle, ORPHANS_SECONDS):
            return
        hint = "end the processes that still use it, then run again"
        raise StoppedError("workers of an earlier run are still alive", where=str(root), hint=hint)
    finally:
        os.close(handle)
