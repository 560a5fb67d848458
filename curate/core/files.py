"""Files that exist whole or not at all, and their digests."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from secrets import token_hex

CHUNK_BYTES = 1 << 20


def digest_of(path: Path) -> str:
    """Return the sha256 of a file, as 64 hex characters."""
    total = sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            total.update(chunk)
    return total.hexdigest()


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
