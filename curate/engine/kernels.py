"""Where compiled kernels are kept between runs: a folder for this very source of theirs."""

import os
from functools import cache
from hashlib import sha256
from pathlib import Path

import curate.core.kernels

VARIABLE = "NUMBA_CACHE_DIR"


def keep_kernels(root: Path) -> None:
    """Tell numba to keep compiled kernels in the folder that the variable names, else in the user's cache.

    Where neither can be written, in the work folder `root`. Below it stands a folder for each state of the sources:
    numba looks only at the file of a kernel itself, and would go on with what it calls as it was.
    """
    said = os.environ.get(VARIABLE)
    if said and Path(said).name == state():
        return
    folder = (Path(said) if said else user_cache()) / state()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        folder = root / "numba" / state()
    if not os.access(folder, os.W_OK):
        folder = root / "numba" / state()
    os.environ[VARIABLE] = str(folder)


def user_cache() -> Path:
    """Return the folder for what may be made again (XDG Base Directory Specification)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "curate" / "numba"


@cache
def state() -> str:
    """Digest the sources of all kernels: 16 hex characters."""
    total = sha256()
    for folder in curate.core.kernels.__path__:
        for path in sorted(Path(folder).glob("*.py")):
            total.update(path.read_bytes())
    return total.hexdigest()[:16]
