"""Files that exist whole or not at all, and their digests."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import EINVAL
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from stat import S_ISDIR, S_ISREG

CHUNK_BYTES = 1 << 20
FINGERPRINT = "xxh3:"


def digest_of(path: Path) -> str:
    """Return the sha256 of a file, as 64 hex characters."""
    total = sha256()
    for chunk in _chunks(path):
        total.update(chunk)
    return total.hexdigest()


def fingerprint_of(path: Path) -> str:
    """Return the XXH3 of a file, as `xxh3:` and 32 hex characters.

    For work files, which nobody but the run itself relies on: it shows damage, not deceit, at a tenth of the cost.
    """
    from xxhash import xxh3_128

    total = xxh3_128()
    for chunk in _chunks(path):
        total.update(chunk)
    return FINGERPRINT + total.hexdigest()


def is_as_digested(path: Path, digest: str) -> bool:
    """Tell whether a file still has the digest or fingerprint that was taken of it."""
    return (fingerprint_of if digest.startswith(FINGERPRINT) else digest_of)(path) == digest


def is_endless(path: Path) -> bool:
    """Tell whether something is there, wherever its links lead, that is neither file nor folder.

    Nobody may read it: a pipe is waited for, and a device may never end.
    """
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - of ten thousand files of an output, and twice as fast
    except (OSError, ValueError):
        return False
    return not (S_ISREG(mode) or S_ISDIR(mode))


def check_end(path: Path) -> None:
    """Raise OSError where reading would never end."""
    if is_endless(path):
        raise OSError(EINVAL, "this is neither a file nor a folder", str(path))


def endless_files(folder: Path) -> Iterator[str]:
    """Yield what lies below a folder and is endless, relative, with `/`; a link to a folder is not followed."""
    left = [""]
    while left:
        with suppress(OSError), os.scandir(folder / (below := left.pop())) as entries:
            for entry in entries:
                name = f"{below}{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    left.append(f"{name}/")
                elif not entry.is_file() and is_endless(Path(entry.path)):
                    yield name


def _chunks(path: Path) -> Iterator[memoryview]:
    """Yield the bytes of a file through one buffer, which the next chunk overwrites."""
    check_end(path)
    buffer = bytearray(CHUNK_BYTES)
    with path.open("rb", buffering=0) as stream:
        while size := stream.readinto(buffer):
            yield memoryview(buffer)[:size]


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a draft beside `path` to write to; rename it to `path` when the block ends well, else remove it.

    The draft's bytes and the folder's entry are on disk before the name exists.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}-{token_hex(4)}.draft")  # two hosts may share a pid
    try:
        yield draft
        with draft.open("rb") as stream:
            os.fsync(stream.fileno())
        draft.replace(path)
        sync_folder(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make the entries of a folder durable, so that a rename outlives a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_whole(path: Path, body: bytes) -> None:
    """Write `body` to `path` so that the file exists whole or not at all."""
    with written_whole(path) as draft:
        draft.write_bytes(body)


def without_secrets(address: str) -> str:
    """Take user name and password out of an address (RFC 3986, 3.2.1), before it is written anywhere.

    >>> without_secrets("s3://KEY:SECRET@bucket/raw")
    's3://bucket/raw'
    """
    return re.sub(r"(?<=://)[^/\s@]*@", "", address)
