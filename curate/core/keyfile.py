"""Keys of digests: where one may come from, and how long it must be. It is read here and written nowhere."""

import os
from pathlib import Path

KEY_BYTES = 32
"""Shorter keys can be guessed, and with them every value behind a keyed digest."""
HINT = "head -c 32 /dev/urandom > curate.key, then `key_file: curate.key`; keep it out of the repository"
LINE_END = b"\r\n"


def read_key(file: Path | None, env: str | None) -> bytes | None:
    """Read a key from a file or from a variable of the environment; None where neither is named.

    ValueError, which never quotes the key, where both are named, or the one that is named is absent or too short.
    """
    if file is not None and env is not None:
        message = f"two keys are named: `key_file` {str(file)!r} and `key_env` {env!r}; keep one of them"
        raise ValueError(message)
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
    if length_of(key) < KEY_BYTES:
        raise ValueError(f"{what} has {length_of(key)} bytes, fewer than {KEY_BYTES}; {HINT}")
    return key


def length_of(key: bytes) -> int:
    r"""Count the bytes of a key; where it is text, such as an editor writes, without the line end that closes it.

    Of random bytes every one counts, also a last one that happens to be a line end.

    >>> length_of(b"k" * 31 + b"\n"), length_of(b"\x80" * 31 + b"\n")
    (31, 32)
    """
    said = key.rstrip(LINE_END)
    return len(said) if said.isascii() and said.decode("ascii").isprintable() else len(key)
