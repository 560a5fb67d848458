"""The engine's half of every editor: an edit of strings becomes an edit of records."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curate.core import compute as pc
from curate.core.columns import with_columns
from curate.core.record import MESSAGES, render
from curate.core.stage import COUNTED, Edit, Edited, Outcome, merged

Rows = npt.NDArray[np.int64]


class Applied(NamedTuple):
    """What an edit made of one field: the field, which records changed, and its lines by record."""

    field: pa.Array
    changed: npt.NDArray[np.bool_]
    found: pa.RecordBatch | None
    counts: pa.RecordBatch | None


class Fields(NamedTuple):
    """Which strings of a record an edit is about, beside its text or the contents of its messages."""

    columns: Sequence[str] = ()
    """Kept string columns."""
    roles: Sequence[str] | None = None
    """Only messages of these roles; of all where null."""
    spare_turns: bool = False
    """Whether a turn that the edit would leave blank stays as it was: a chat that lacks a turn teaches nothing."""


def edit_batch(batch: pa.RecordBatch, edit: Edit, stage: str, fields: Fields) -> tuple[Outcome, pa.RecordBatch | None]:
    """Apply an edit to the text-bearing fields of a batch; return the outcome and what was counted by record.

    These are `text` of records without messages, the content of each message of the others (whose text is then
    rendered again), and kept string columns. Null stays null, and a column in which nothing
    changed is shared, not copied. The name of the stage is appended to `ops` of the records that changed.

    Findings and counts carry the position of the record in the batch, ascending. Counts (schema COUNTED, or None) are
    summed over the fields of a record, a record's types in alphabetical order.
    """
    chats = batch["messages"].is_valid()
    messages = _edit_messages(batch["messages"], edit, fields)
    applied = {
        "text": _edit_text(batch["text"], chats, messages, edit),
        "messages": messages,
        **{name: _edit_strings(batch[name], edit) for name in fields.columns},
    }
    changed = np.logical_or.reduce([field.changed for field in applied.values()])
    found, counts = merged([field.found for field in applied.values()]), _summed(tuple(applied.values()))
    if changed.any():
        edited = {name: field.field for name, field in applied.items() if field.changed.any()}
        edited["ops"] = _appended(batch["ops"], stage, changed)
        batch = with_columns(batch, pa.schema([batch.schema.field(name) for name in edited]), edited)
    return Outcome(batch, found), counts


def _edit_text(text: pa.StringArray, chats: pa.BooleanArray, messages: Applied, edit: Edit) -> Applied:
    """Edit the text of records without messages; render that of changed chats again."""
    if chats.true_count == 0:
        return _edit_strings(text, edit)
    edited = _edit_strings(pc.if_else(chats, pa.scalar(None, pa.string()), text), edit)
    mended = pc.if_else(chats, text, edited.field)
    if messages.changed.any():
        changed = pa.array(messages.changed)
        mended = pc.replace_with_mask(
            mended, changed, pa.array(map(render, messages.field.filter(changed).to_pylist()), pa.string())
        )
    return edited._replace(field=mended, changed=edited.changed | messages.changed)


def _edit_strings(strings: pa.StringArray, edit: Edit) -> Applied:
    edited = edit(strings)
    return Applied(edited.strings, _differences(strings, edited), edited.found, edited.counts)


def _edit_messages(messages: pa.ListArray, edit: Edit, fields: Fields) -> Applied:
    """Edit the contents of turns of all records at once: an edit knows nothing of their neighbours anyway."""
    turns = messages.flatten()
    sizes = pc.fill_null(pc.list_value_length(messages), 0).to_numpy()
    if len(turns) == 0:
        return Applied(messages, np.zeros(len(messages), np.bool_), None, None)
    roles, contents = turns.flatten()
    if fields.roles is None:
        edited = edit(contents)
    else:
        edited = _edit_some(contents, edit, pc.is_in(roles, pa.array(fields.roles)))
    if fields.spare_turns:
        edited = _spared(contents, edited)
    owners = np.repeat(np.arange(len(messages)), sizes)
    changed = np.zeros(len(messages), np.bool_)
    changed[owners[_differences(contents, edited)]] = True
    if changed.any():
        mended = pa.StructArray.from_arrays([roles, edited.strings], fields=list(MESSAGES.value_type))
        offsets = pa.array(np.concatenate(([0], np.cumsum(sizes))), pa.int32())
        messages = pa.ListArray.from_arrays(offsets, mended, type=MESSAGES, mask=messages.is_null())
    return Applied(messages, changed, _owned(edited.found, owners), _owned(edited.counts, owners))


def _spared(strings: pa.StringArray, edited: Edited) -> Edited:
    """Take back what an edit did to strings of which nothing but white space is left."""
    said, left = (pc.utf8_length(pc.utf8_trim_whitespace(some)) for some in (strings, edited.strings))
    blank = pc.fill_null(pc.and_(pc.greater(said, 0), pc.equal(left, 0)), False)
    if not pc.any(blank).as_py():
        return edited
    lines = [
        None if some is None else some.filter(pc.invert(blank.take(some["row"])))
        for some in (edited.found, edited.counts)
    ]
    return Edited(pc.if_else(blank, strings, edited.strings), *lines)


def _edit_some(strings: pa.StringArray, edit: Edit, mask: pa.BooleanArray) -> Edited:
    """Edit the strings of a mask; what is found and counted speaks of their places among all."""
    edited = edit(strings.filter(mask))
    places = np.flatnonzero(mask.to_numpy(zero_copy_only=False))
    whole = pc.replace_with_mask(strings, mask, edited.strings)
    return Edited(whole, _owned(edited.found, places), _owned(edited.counts, places))


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
