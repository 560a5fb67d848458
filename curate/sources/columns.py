"""Records taken out of Arrow columns as they are, without a Python object for each field."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.types as kinds

from curate.core import compute as pc
from curate.core.record import MESSAGES, SOURCED, place_of, record_ids
from curate.core.stage import Outcome
from curate.sources.fields import ARROW, NO_KEY, NO_TEXT, Fault, Fields, Kind, lines
from curate.sources.paths import Chat

TURNS = MESSAGES.value_type


class Reach(NamedTuple):
    """Where a path leads among columns."""

    parts: tuple[str, ...]
    """Column, then fields of structs, as far as these go."""
    kind: pa.DataType | None
    """Type at the end; None where the path goes on into a list, which only records can follow."""

    @property
    def select(self) -> str:
        """What pyarrow calls it: it then reads no sibling."""
        return ".".join(self.parts)


def reached(schema: pa.Schema, path: str) -> Reach | None:
    """Follow a dotted path; None where it leads nowhere. A column that is called exactly like the path wins."""
    if path in schema.names:
        return Reach((path,), schema.field(path).type)
    first, *rest = path.split(".")
    if first not in schema.names:
        return None
    kind, taken = schema.field(first).type, [first]
    for part in rest:
        if is_list(kind) and (part == "*" or part.isdecimal()):
            return Reach(tuple(taken), None)
        if not kinds.is_struct(kind) or kind.get_field_index(part) < 0:
            return None
        kind = kind.field(part).type
        taken.append(part)
    return Reach(tuple(taken), kind)


def is_list(kind: pa.DataType) -> bool:
    """Tell whether a type is a list of any make."""
    return bool(kinds.is_list(kind) or kinds.is_large_list(kind) or kinds.is_fixed_size_list(kind))


def is_text(kind: pa.DataType | None) -> bool:
    """Tell whether a type is a string of any make; dictionaries count, columns of nulls too."""
    if kind is None:
        return False
    if kinds.is_dictionary(kind):
        kind = kind.value_type
    return bool(
        kinds.is_string(kind) or kinds.is_large_string(kind) or kinds.is_string_view(kind) or kinds.is_null(kind)
    )


def is_turns(kind: pa.DataType, chat: Chat) -> bool:
    """Tell whether a type is a list of structs that have a role and a content."""
    if not is_list(kind) or not kinds.is_struct(kind.value_type):
        return False
    return all(kind.value_type.get_field_index(name) >= 0 for name in (chat.role, chat.content))


def is_chat(kind: pa.DataType, chat: Chat) -> bool:
    """Tell whether a type is a list of turns whose role and content are strings."""
    return is_turns(kind, chat) and all(is_text(kind.value_type.field(name).type) for name in (chat.role, chat.content))


def is_kept_whole(kind: pa.DataType | None, wanted: Kind) -> bool:
    """Tell whether Arrow's cast of a column is what a cast of each value would be."""
    if kind is None:
        return False
    whole = kinds.is_integer(kind) and not kinds.is_uint64(kind)
    if kinds.is_null(kind):
        return True
    if wanted in {"string", "as_is"}:
        return is_text(kind) or whole
    if wanted == "integer":
        return bool(whole)
    return bool(kinds.is_boolean(kind) if wanted == "boolean" else whole or kinds.is_floating(kind))


def leaf(batch: pa.RecordBatch, parts: Sequence[str]) -> pa.Array:
    """Return what a path leads to: a null above is a null below."""
    found = batch[parts[0]]
    for part in parts[1:]:
        found = pc.struct_field(found, part)
    return found


def strings(values: pa.Array) -> pa.StringArray:
    """Turn strings of any make into the one make; raise ArrowInvalid where their bytes are no UTF-8."""
    if kinds.is_dictionary(values.type):
        values = values.dictionary_decode()
    values = values.cast(pa.string())
    values.validate(full=True)
    return values


def is_bytes(kind: pa.DataType) -> bool:
    """Tell whether a type is bytes of any length: older writers do not say that their strings are strings."""
    return bool(kinds.is_binary(kind) or kinds.is_large_binary(kind) or kinds.is_binary_view(kind))


def as_text(schema: pa.Schema) -> pa.Schema:
    """Return the schema with columns of bytes taken as text."""
    return pa.schema([field.with_type(pa.string()) if is_bytes(field.type) else field for field in schema])


def decoded(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Take columns of bytes as text; whether they are UTF-8 is not checked yet."""
    columns = [
        column.cast(pa.binary()).cast(pa.string(), safe=False) if is_bytes(column.type) else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, schema=as_text(batch.schema))


class Turns(NamedTuple):
    """Chats of a batch: their turns (type MESSAGES) and their rendering, both null where there is no turn."""

    messages: pa.ListArray
    texts: pa.StringArray


def turns(lists: pa.Array, chat: Chat) -> Turns | None:
    """Read chats; None where a turn is null or has no role: such a record is found wanting by itself."""
    flat = pc.list_flatten(lists)
    roles = pc.struct_field(flat, chat.role)
    if flat.null_count or roles.null_count:
        return None
    roles = renamed(strings(roles), chat.roles)
    contents = pc.fill_null(strings(pc.struct_field(flat, chat.content)), "")
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)
    offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32())
    none = pa.array(lengths == 0)
    each = pa.StructArray.from_arrays([roles, contents], fields=list(TURNS))
    messages = pa.ListArray.from_arrays(offsets, each, type=MESSAGES, mask=none)
    said = pc.binary_join_element_wise(roles, contents, ": ")
    texts = pc.binary_join(pa.ListArray.from_arrays(offsets, said), "\n")
    return Turns(messages, pc.if_else(none, pa.scalar(None, pa.string()), texts))


def renamed(roles: pa.StringArray, names: Mapping[str, str]) -> pa.StringArray:
    """Give roles their other names."""
    if not names:
        return roles
    coded = roles.dictionary_encode()
    return pa.array([names.get(role, role) for role in coded.dictionary.to_pylist()], pa.string()).take(coded.indices)


class Columns(NamedTuple):
    """How to make rows of whole columns, for a file whose types allow that."""

    source: Fields
    uri: str
    text: Reach
    key: Reach | None
    kept: tuple[tuple[Reach, pa.DataType], ...]

    @classmethod
    def of(cls, source: Fields, reach: Mapping[str, Reach], uri: str) -> "Columns | None":
        """Look at the types; None where a template, a list or a cast asks for records one by one."""
        chat = source.messages
        text = reach.get(chat.from_ if chat else source.text or "text")
        if text is None or text.kind is None or not (is_chat(text.kind, chat) if chat else is_text(text.kind)):
            return None
        key = reach[source.key] if source.key else None
        if key is not None and not is_kept_whole(key.kind, "string"):
            return None
        if not all(is_kept_whole(reach[path].kind, kind) for path, kind in source.kinds.items()):
            return None
        return cls(source, uri, text, key, tuple((reach[path], ARROW[kind]) for path, kind in source.kinds.items()))

    def outcome(self, batch: pa.RecordBatch, first: int) -> Outcome | None:
        """Make rows of a batch whose first record is number `first` of its file; None where a record is unsound."""
        said = leaf(batch, self.text.parts)
        try:
            chats = turns(said, self.source.messages) if self.source.messages else self.plain(said)
            keys = self.keys(batch)
            kept = [cast(leaf(batch, reach.parts), kind) for reach, kind in self.kept]
        except pa.ArrowInvalid:
            return None
        if chats is None:
            return None
        n = batch.num_rows
        rows = pa.array(np.arange(first, first + n, dtype=np.int64))
        name = self.source.name
        places = pc.coalesce(keys, pc.binary_join_element_wise(place_of(self.uri, ""), rows.cast(pa.string()), ""))
        columns = [
            record_ids(name, places),
            chats.texts,
            chats.messages,
            *(pa.repeat(pa.scalar(value), n) for value in (name, self.uri)),
            rows,
            rows,
            pa.repeat(pa.scalar(1, pa.int64()), n),
            pa.repeat(pa.scalar(self.source.license), n),
            *kept,
        ]
        schema = pa.schema([*SOURCED, *self.source.kept_schema])
        return Outcome(pa.RecordBatch.from_arrays(columns, schema=schema), self.found(chats.texts, keys))

    @staticmethod
    def plain(said: pa.Array) -> Turns:
        """Read texts that are no chats."""
        return Turns(pa.nulls(len(said), MESSAGES), strings(said))

    def keys(self, batch: pa.RecordBatch) -> pa.StringArray:
        """Return the key of each record, null for one that has none or an empty one."""
        if self.key is None:
            return pa.nulls(batch.num_rows, pa.string())
        values = cast(leaf(batch, self.key.parts), pa.string())
        return pc.if_else(pc.equal(values, ""), None, values)

    def found(self, texts: pa.StringArray, keys: pa.StringArray) -> pa.RecordBatch | None:
        """Find the records without text, and those of the others that have no key."""
        empty = set(pc.indices_nonzero(texts.is_null()).to_pylist())
        faults: list[tuple[int, Fault]] = [(row, NO_TEXT) for row in empty]
        if self.key is not None:
            faults += [(row, NO_KEY) for row in pc.indices_nonzero(keys.is_null()).to_pylist() if row not in empty]
        return lines(faults)


def cast(values: pa.Array, kind: pa.DataType) -> pa.Array:
    """Cast a kept column; strings are checked, whole numbers that no float holds are rounded as Python rounds them."""
    if kinds.is_string(kind) and is_text(values.type):
        return strings(values)
    return values.cast(kind, safe=False)
