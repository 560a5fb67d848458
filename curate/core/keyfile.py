"""Keys of digests: where one may come from, and how long it must be. It is read here and written nowhere."""

import os
from pathlib import Path

KEY_BYTES = 32
"""Shorter keys can be guessed, and with them every value behind a keyed digest."""
HINT = "head -c 32 /dev/urandom > curate.key, then `key_file: curate.key`; keep it out of the repository"


def read_key(file: Path | None, env: str | None) -> bytes | None:
    """Read a key from a file, else from a variable of the environment; None where neither is named.

    ValueError, which never quotes the key, where the one that is named is absent or has fewer than 32 bytes.
    """
    if file is not None:
        try:
            key = file.read_bytes()
        except OSError as error:
            raise ValueError(f"the key {str(file)!r} cannot be read: {error.strerror}; {HINT}") from None
        return long_enough(key, f"the key {str(file)!r}")
    if env is None:
        return None
    if env not in os.environ:
        raise ValueError(f"the variable {env!r} that holds the key is not set; export it, or name a `key_file`")
    return long_enough(os.fsencode(os.environ[env]), f"the key in the variable {env!r}")


def long_enough(key: bytes, what: str) -> bytes:
    """Return a key; ValueError where it is too short."""
    if len(key) < KEY_BYTES:
        raise ValueError(f"{what} has {len(key)} bytes, fewer than {KEY_BYTES}; {HINT}")
    return key
