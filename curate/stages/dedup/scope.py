"""Within what duplicates are looked for, and what of a record is compared."""

from hashlib import blake2b
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from curate.core import compute as pc

Scope = Literal["corpus", "source", "language"]
On = Literal["text", "user", "assistant"]
COLUMNS = {"source": "source_id", "language": "language"}
ON = (
    "What of a chat is looked at: all of its text, role names and system prompt included, or what `user` or `assistant`"
    " said. Other records have their text alone."
)


def scopes_of(batch: pa.RecordBatch, scope: Scope) -> tuple[list[str], NDArray[np.int64]]:
    """Return the names of the scopes in a batch, and for each row the place of its own among them.

    Records whose language is not known share the scope "".
    """
    if scope == "corpus":
        return [""], np.zeros(batch.num_rows, np.int64)
    known = pc.dictionary_encode(pc.fill_null(batch[COLUMNS[scope]], ""))
    return known.dictionary.to_pylist(), known.indices.to_numpy().astype(np.int64)


def salts_of(batch: pa.RecordBatch, scope: Scope) -> NDArray[np.uint64]:
    """Return one number a row, the same for rows of one scope and for them alone."""
    names, places = scopes_of(batch, scope)
    salts = [int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little") for name in names]
    return np.array(salts, np.uint64)[places]


def needed(on: On) -> tuple[str, ...]:
    """Return the columns that `said` reads."""
    return ("text",) if on == "text" else ("text", "messages")


def said(batch: pa.RecordBatch, on: On) -> pa.StringArray:
    """Return what is compared of each record: its text, or the turns of one role; null where there is nothing."""
    return batch["text"] if on == "text" else contents(batch, on)


def contents(batch: pa.RecordBatch, role: str) -> pa.StringArray:
    """Return the text of records that are no chats, and of chats the turns of a role, joined by line feeds."""
    messages = batch["messages"]
    if messages.null_count == len(messages):
        return batch["text"]
    turns = messages.flatten()
    owners = np.repeat(np.arange(len(messages)), pc.fill_null(pc.list_value_length(messages), 0).to_numpy())
    roles, spoken = turns.flatten()
    wanted = pc.and_(spoken.is_valid(), pc.fill_null(pc.equal(roles, role), False))
    counts = np.bincount(owners[wanted.to_numpy(zero_copy_only=False)], minlength=len(messages))
    offsets = pa.array(np.concatenate(([0], np.cumsum(counts))), pa.int32())
    joined = pc.binary_join(pa.ListArray.from_arrays(offsets, spoken.filter(wanted)), "\n")
    return pc.if_else(messages.is_valid(), joined, batch["text"])
