"""Who holds an output, and which workers still use its work folder."""

import fcntl
import os
from pathlib import Path

from curate.core.lock import WORKERS_LOCK


def hold_shared(root: Path) -> int:
    """Let a worker mark the work folder as in use for as long as its process lives."""
    handle = os.open(root / WORKERS_LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(handle, fcntl.LOCK_SH)
    return handle


def is_held(out: Path) -> bool:
    """Tell whether a run holds the output at this moment."""
    path = out.parent / f"{out.name}.lock"
    if not path.exists():
        return False
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
