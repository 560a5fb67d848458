"""SHA256SUMS: the digests of an output in the one format that every system can check."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from curate.core.errors import StorageError
from curate.core.files import digest_of
from curate.lineage.manifest import ATTACHED, RUN, SUMS

DIGEST_CHARS = 64


def listed_files(out: Path) -> Iterator[str]:
    """Yield the paths of all files below `out` that SHA256SUMS must list, sorted, relative, with `/`.

    Left out are SHA256SUMS itself, the run record and what was attached later. A link counts as a file, wherever it
    leads: nothing comes in by a side door.
    """
    found = sorted(
        path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_symlink() or not path.is_dir()
    )
    exempt = {SUMS, RUN}
    return (path for path in found if path not in exempt and not path.startswith(f"{ATTACHED}/"))


def empty_folders(out: Path) -> Iterator[str]:
    """Yield the folders below `out` that hold nothing, sorted, relative, with `/`: no list of files can name them."""
    empty = (Path(folder).relative_to(out) for folder, within, files in os.walk(out) if not within and not files)
    found = sorted(path.as_posix() for path in empty)
    return (path for path in found if path != ATTACHED and not path.startswith(f"{ATTACHED}/"))


def sha256sums(out: Path, known: Mapping[str, str] = MappingProxyType({})) -> bytes:
    """Return the body of SHA256SUMS for what lies below `out`: what `sha256sum -c` reads, sorted by path.

    Of files whose digest is `known`, by path, it is not taken again.
    """
    return _spelled({path: known.get(path) or digest_of(out / path) for path in listed_files(out)})


def _spelled(sums: Mapping[str, str]) -> bytes:
    return "".join(f"{sums[path]}  {path}\n" for path in sorted(sums)).encode()


def read_sums(out: Path) -> dict[str, str]:
    """Read SHA256SUMS as path -> digest; StorageError where it is missing or is not spelled as `sha256sums` spells it.

    It has one spelling, so that no byte of it changes unseen: no digest is taken of it but by a signature. Python's
    ends of lines, such as a form feed, are none to `sha256sum -c`.
    """
    try:
        body = (out / SUMS).read_bytes()
        lines = body.decode("utf-8").removesuffix("\n").split("\n")
    except (OSError, UnicodeDecodeError) as wrong:
        raise StorageError(f"{SUMS} is missing or unreadable", where=str(out)) from wrong
    sums: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        digest, parted, path = line[:DIGEST_CHARS], line[DIGEST_CHARS : DIGEST_CHARS + 2], line[DIGEST_CHARS + 2 :]
        if parted != "  " or not path or path in sums or not set(digest) <= set("0123456789abcdef"):
            raise StorageError(f"line {number} of {SUMS} is not `digest  path`", where=str(out))
        sums[path] = digest
    if _spelled(sums) != body:
        raise StorageError(f"{SUMS} is not sorted by path, or its last line has no end", where=str(out))
    return sums
