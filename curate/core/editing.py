"""The engine's half of every editor: an edit of strings becomes an edit of records."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curate.core import compute as pc
from curate.core.columns import with_columns
from curate.core.personal import digest_of_value
from curate.core.record import MESSAGES, render
from curate.core.stage import COUNTED, Edit, Edited, Outcome, RecordEdit, TurnEdit, merged

Rows = npt.NDArray[np.int64]

PLACED = pa.schema(
    [
        ("row", pa.int32()),
        ("field", pa.string()),
        ("type", pa.string()),
        ("offset", pa.int32()),
        ("length", pa.int32()),
        ("digest", pa.string()),
    ]
)
"""Where personal data stood in records. `field` is `text`, `messages[3]`, `messages[3].role` or the name of a kept
column; offset and length are characters of that field as the stage saw it; `digest` is keyed (`curate.core.personal`).
Never the value."""


PLAIN_ROLES = pa.array(
    ("system", "user", "assistant", "tool", "function", "developer", "human", "gpt", "bot", "observation"), pa.string()
)
"""Roles that are nobody's name or number: an edit of roles passes them over."""


class Applied(NamedTuple):
    """What an edit made of one field: the field, which records changed, and its lines by record."""

    field: pa.Array
    changed: npt.NDArray[np.bool_]
    found: pa.RecordBatch | None
    counts: pa.RecordBatch | None
    judged: pa.RecordBatch | None
    placed: pa.RecordBatch | None


class Told(NamedTuple):
    """What an edit did to records: their outcome, and lines whose `row` is the record, ascending (or None)."""

    outcome: Outcome
    counts: pa.RecordBatch | None
    """Schema COUNTED, summed over the fields of a record, a record's types in alphabetical order."""
    judged: pa.RecordBatch | None
    """Schema JUDGED, field by field."""
    placed: pa.RecordBatch | None
    """Schema PLACED; None where there is no key."""


class Fields(NamedTuple):
    """Which strings of a record an edit is about, beside its text or the contents of its messages."""

    columns: Sequence[str] = ()
    """Kept string columns."""
    roles: Sequence[str] | None = None
    """Only messages of these roles; of all where null."""
    spare_turns: bool = False
    """Whether a turn that the edit would leave blank stays as it was: a chat that lacks a turn teaches nothing."""
    edits_roles: bool = False
    """Whether the roles of turns are edited too, but for the plain ones: some chats put the speaker there."""
    key: bytes | None = None
    """Key of the digests of personal data; without one, nobody is told where it stood."""


def edit_batch(batch: pa.RecordBatch, edit: Edit | RecordEdit, stage: str, fields: Fields) -> Told:
    """Apply an edit to the text-bearing fields of a batch.

    These are `text` of records without messages, the content of each message of the others (whose text is then
    rendered again) and, where asked for, its role, and kept string columns. Null stays null, and a column in which
    nothing changed is shared, not copied. The name of the stage is appended to `ops` of the records that changed.
    """
    chats = batch["messages"].is_valid()
    turns = _of_turns(edit, batch)
    messages = _edit_messages(batch["messages"], turns, fields)
    edit = _of_records(edit, lambda: batch["id"])
    applied = {
        "text": _edit_text(batch["text"], chats, messages, edit, fields.key),
        "messages": messages,
        **{name: _edit_strings(batch[name], edit, name, fields.key) for name in fields.columns},
    }
    changed = np.logical_or.reduce([field.changed for field in applied.values()])
    found, judged, placed = (
        merged([getattr(field, lines) for field in applied.values()]) for lines in ("found", "judged", "placed")
    )
    counts = _summed(tuple(applied.values()))
    if changed.any():
        edited = {name: field.field for name, field in applied.items() if field.changed.any()}
        edited["ops"] = _appended(batch["ops"], stage, changed)
        batch = with_columns(batch, pa.schema([batch.schema.field(name) for name in edited]), edited)
    return Told(Outcome(batch, found), counts, judged, placed)


def _of_turns(edit: Edit | RecordEdit, batch: pa.RecordBatch) -> Edit:
    """Return the edit of the turns of all chats of a batch, where an edit cares whose they are."""
    owners = pc.list_parent_indices(batch["messages"])
    if isinstance(edit, TurnEdit):
        return edit.of_turns(batch["id"].take(owners), owners.to_pylist())
    return _of_records(edit, lambda: batch["id"].take(owners))


def _of_records(edit: Edit | RecordEdit, ids: Callable[[], pa.StringArray]) -> Edit:
    """Return the edit of strings of given records, where an edit cares whose they are."""
    return edit.of_records(ids()) if isinstance(edit, RecordEdit) else edit


def _edit_text(
    text: pa.StringArray, chats: pa.BooleanArray, messages: Applied, edit: Edit, key: bytes | None
) -> Applied:
    """Edit the text of records without messages; render that of changed chats again."""
    if chats.true_count == 0:
        return _edit_strings(text, edit, "text", key)
    edited = _edit_strings(pc.if_else(chats, pa.scalar(None, pa.string()), text), edit, "text", key)
    mended = pc.if_else(chats, text, edited.field)
    if messages.changed.any():
        changed = pa.array(messages.changed)
        mended = pc.replace_with_mask(
            mended, changed, pa.array(map(render, messages.field.filter(changed).to_pylist()), pa.string())
        )
    return edited._replace(field=mended, changed=edited.changed | messages.changed)


def _edit_strings(strings: pa.StringArray, edit: Edit, name: str, key: bytes | None) -> Applied:
    edited = edit(strings)
    placed = _placed(strings, edited.positions, key)
    if placed is not None:
        placed = _named(placed, [name] * placed.num_rows)
    return Applied(edited.strings, _differences(strings, edited), edited.found, edited.counts, edited.judged, placed)


def _placed(strings: pa.StringArray, positions: pa.RecordBatch | None, key: bytes | None) -> pa.RecordBatch | None:
    """Digest the values that stand at the positions; the field is not yet named."""
    if positions is None or key is None or not positions.num_rows:
        return None
    rows = pc.unique(positions["row"])
    texts = dict(zip(rows.to_pylist(), strings.take(rows).to_pylist(), strict=True))
    lines = zip(*(positions[name].to_pylist() for name in ("row", "type", "offset", "length")), strict=True)
    digests = [digest_of_value(key, kind, texts[row][offset : offset + length]) for row, kind, offset, length in lines]
    columns = {**{name: positions[name] for name in positions.schema.names}, "digest": pa.array(digests, pa.string())}
    columns["field"] = pa.nulls(len(digests), pa.string())
    return pa.RecordBatch.from_arrays([columns[name] for name in PLACED.names], schema=PLACED)


def _named(placed: pa.RecordBatch, names: Sequence[str]) -> pa.RecordBatch:
    """Name the field in which each value stands."""
    return with_columns(placed, pa.schema([PLACED.field("field")]), {"field": pa.array(names, pa.string())})


def _edit_messages(messages: pa.ListArray, edit: Edit, fields: Fields) -> Applied:
    """Edit the contents of turns of all records at once: an edit knows nothing of their neighbours anyway."""
    turns = messages.flatten()
    sizes = pc.fill_null(pc.list_value_length(messages), 0).to_numpy()
    if len(turns) == 0:
        return Applied(messages, np.zeros(len(messages), np.bool_), None, None, None, None)
    roles, contents = turns.flatten()
    speakers = _edit_roles(roles, edit) if fields.edits_roles else Edited(roles)
    edited = _edit_contents(contents, edit, roles, fields)
    owners = np.repeat(np.arange(len(messages)), sizes)
    placed = (_placed(roles, speakers.positions, fields.key), _placed(contents, edited.positions, fields.key))
    numbers = np.arange(len(turns)) - (np.cumsum(sizes) - sizes)[owners]
    told = zip(
        (*speakers[1:4], _numbered(placed[0], numbers, ".role")),
        (*edited[1:4], _numbered(placed[1], numbers, "")),
        strict=True,
    )
    lines = [_owned(merged(some), owners) for some in told]
    changed = np.zeros(len(messages), np.bool_)
    changed[owners[_differences(roles, speakers) | _differences(contents, edited)]] = True
    if changed.any():
        mended = pa.StructArray.from_arrays([speakers.strings, edited.strings], fields=list(MESSAGES.value_type))
        offsets = pa.array(np.concatenate(([0], np.cumsum(sizes))), pa.int32())
        messages = pa.ListArray.from_arrays(offsets, mended, type=MESSAGES, mask=messages.is_null())
    return Applied(messages, changed, *lines)


def _edit_roles(roles: pa.StringArray, edit: Edit) -> Edited:
    """Edit the roles that are not plain; the others are null to the edit, so that each keeps its place."""
    plain = pc.is_in(roles, PLAIN_ROLES)
    if pc.all(plain).as_py():
        return Edited(roles)
    edited = edit(pc.if_else(plain, pa.scalar(None, pa.string()), roles))
    return edited._replace(strings=pc.if_else(plain, roles, edited.strings))


def _edit_contents(contents: pa.StringArray, edit: Edit, roles: pa.StringArray, fields: Fields) -> Edited:
    """Edit what is said by the roles that the edit is about."""
    if fields.roles is None:
        edited = edit(contents)
    else:
        edited = _edit_some(contents, edit, pc.is_in(roles, pa.array(fields.roles)))
    return _spared(contents, edited) if fields.spare_turns else edited


def _numbered(placed: pa.RecordBatch | None, numbers: Rows, part: str) -> pa.RecordBatch | None:
    """Name the turns in which values stand, by their numbers within their records."""
    if placed is None:
        return None
    return _named(placed, [f"messages[{number}]{part}" for number in numbers[placed["row"].to_numpy()].tolist()])


def _spared(strings: pa.StringArray, edited: Edited) -> Edited:
    """Take back what an edit did to strings of which nothing but white space is left."""
    said, left = (pc.utf8_length(pc.utf8_trim_whitespace(some)) for some in (strings, edited.strings))
    blank = pc.fill_null(pc.and_(pc.greater(said, 0), pc.equal(left, 0)), False)
    if not pc.any(blank).as_py():
        return edited
    lines = [None if some is None else some.filter(pc.invert(blank.take(some["row"]))) for some in edited[1:]]
    return Edited(pc.if_else(blank, strings, edited.strings), *lines)


def _edit_some(strings: pa.StringArray, edit: Edit, mask: pa.BooleanArray) -> Edited:
    """Edit the strings of a mask; what is found and counted speaks of their places among all."""
    edited = edit(strings.filter(mask))
    places = np.flatnonzero(mask.to_numpy(zero_copy_only=False))
    whole = pc.replace_with_mask(strings, mask, edited.strings)
    return Edited(whole, *(_owned(some, places) for some in edited[1:]))


def _differences(strings: pa.StringArray, edited: Edited) -> npt.NDArray[np.bool_]:
    """Say which strings an edit changed; an editor that had nothing to do gives its very argument back."""
    if edited.strings is strings:
        return np.zeros(len(strings), np.bool_)
    differ: npt.NDArray[np.bool_] = pc.fill_null(pc.not_equal(strings, edited.strings), False).to_numpy(
        zero_copy_only=False
    )
    return differ


def _owned(lines: pa.RecordBatch | None, owners: Rows) -> pa.RecordBatch | None:
    """Let lines about turns speak of the records that the turns belong to."""
    if lines is None:
        return None
    rows = pa.array(owners[lines["row"].to_numpy()].astype(np.int32))
    return with_columns(lines, pa.schema([lines.schema.field("row")]), {"row": rows})


def _appended(ops: pa.ListArray, stage: str, changed: npt.NDArray[np.bool_]) -> pa.ListArray:
    """Append a name to the lists of the records that changed; a null list counts as empty."""
    sizes = pc.fill_null(pc.list_value_length(ops), 0).to_numpy()
    ends = np.cumsum(sizes + changed)
    names = pa.concat_arrays([ops.flatten(), pa.array([stage], pa.string())])
    places = np.full(int(ends[-1]), len(names) - 1)
    old = np.ones(len(places), np.bool_)
    old[ends[changed] - 1] = False
    places[old] = np.arange(len(names) - 1)
    offsets = pa.array(np.concatenate(([0], ends)), pa.int32())
    return pa.ListArray.from_arrays(offsets, names.take(pa.array(places)), type=ops.type)


def _summed(applied: Sequence[Applied]) -> pa.RecordBatch | None:
    some = [field.counts for field in applied if field.counts is not None and field.counts.num_rows]
    if not some:
        return None
    summed = pa.Table.from_batches(some).group_by(["row", "type"]).aggregate([("count", "sum")])
    ordered = summed.sort_by([("row", "ascending"), ("type", "ascending")])
    columns = [ordered[name].combine_chunks() for name in ("row", "type", "count_sum")]
    return pa.RecordBatch.from_arrays([columns[0], columns[1], columns[2].cast(pa.int32())], schema=COUNTED)
