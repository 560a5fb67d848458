"""The record: its columns in flight and in a shard, its id, and how chat turns are rendered as text."""

from collections.abc import Sequence
from hashlib import sha256

import pyarrow as pa

MESSAGES = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
COUNTS = pa.list_(pa.struct([("type", pa.string()), ("count", pa.int32())]))

SOURCED = pa.schema(
    [
        ("id", pa.string()),
        ("text", pa.string()),
        ("messages", MESSAGES),
        ("source_id", pa.string()),
        ("source_uri", pa.string()),
        ("source_row", pa.int64()),
        ("source_offset", pa.int64()),
        ("source_length", pa.int64()),
        ("license", pa.string()),
    ]
)
"""What a source gives, followed by its kept columns.

`text` is null only in a row that the source itself found wanting. `messages` is null unless the record is a chat.
`source_row` counts the records of one file from 0. `source_offset` and `source_length` are bytes of the
decompressed file (before its characters are decoded) and include the terminator; for formats that have no byte
spans (json, parquet) the offset is the record's number and the length is 1.
"""

FILLED = pa.schema(
    [
        ("language", pa.string()),
        ("n_tokens", pa.int32()),
        ("tags", pa.list_(pa.string())),
        ("ops", pa.list_(pa.string())),
        ("pii", COUNTS),
        ("cluster", pa.string()),
    ]
)
"""What stages fill in. `language` and `n_tokens` are null until a stage says them; the lists start empty;
`cluster` is null outside near-duplicate clusters."""

SHARD = pa.schema([*SOURCED, *FILLED])
"""The columns of every shard, whatever the configuration; kept fields and chosen signals follow."""

ROW = pa.field("row", pa.uint32())
"""The number of a record within its split, from 0: how the engine names a record between stages. Never published."""


ID_CHARACTERS = 32
"""Hexadecimal characters of the digest that an id keeps: 128 bits."""


def record_id(source_id: str, place: str) -> str:
    """Name a record by 32 hex characters of sha256(source id, NUL, place).

    The place is the value of the key field where the source declares one, else `uri NUL offset`.
    """
    return sha256(f"{source_id}\0{place}".encode()).hexdigest()[:ID_CHARACTERS]


def record_ids(source_id: str, places: pa.StringArray) -> pa.StringArray:
    """Name many records of one source, each as `record_id` does."""
    from curate.core.kernels.sha256 import hex_digests

    return hex_digests(f"{source_id}\0".encode(), places, ID_CHARACTERS)


def place_of(uri: str, offset: int | str) -> str:
    """Spell the place of a record that has no key of its own."""
    return f"{uri}\0{offset}"


def render(messages: Sequence[dict[str, str]]) -> str:
    r"""Write chat turns as one text: each turn as `role: content`, turns parted by a line feed.

    >>> render([{"role": "user", "content": "你好"}, {"role": "assistant", "content": "Hi"}])
    'user: 你好\nassistant: Hi'
    """
    return "\n".join(f"{turn['role']}: {turn['content']}" for turn in messages)
