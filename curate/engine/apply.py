"""Apply streaming stages to data at hand: the same steps as in a run, without files, ledger or manifest."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from curate.config.model import Config
from curate.core.errors import ConfigError
from curate.core.record import FILLED, MESSAGES, SOURCED, place_of, record_id, render
from curate.core.stage import Editor, GlobalStage, Outcome, Stage
from curate.engine.flow import Flow, entered
from curate.engine.plan import Shape
from curate.engine.task import widened

NAME = "data"
BATCH_ROWS = 4096
KEPT = "kept:"
"""Stands before the name of a column that is no record's own, so that it may be called whatever it is called."""
GROWING = ("tags", "ops", "pii")
"""Columns to which stages append."""
ACCEPTED = "give a datasets.Dataset, a polars or pandas DataFrame (collect a LazyFrame first) or a pyarrow Table"


class Given(NamedTuple):
    """The data as Arrow, and the function that turns a table back into its kind."""

    table: pa.Table
    back: Callable[[pa.Table, pa.Array], Any]
    """Takes the resulting table and, for each of its rows, the number of the row given."""


def applied(data: Any, stages: Sequence[str | Mapping[str, Any]]) -> Any:
    """Return the same kind of thing as `data`, without rejected rows, with the columns that the stages add."""
    given = opened(data)
    chosen = streaming(stages, given.table.schema.names)
    records, numbers = records_of(given.table)
    whole = carried(records, chosen)
    numbers = numbers.take(whole["row"].combine_chunks())
    adds = {column.name: column.name for stage in chosen for column in stage.adds} | {"tags": "tags"}
    edited = [name for name in records.schema.names if name in (*GROWING, "text", "messages") or name.startswith(KEPT)]
    flown = {name.removeprefix(KEPT): name for name in edited} | adds
    columns = {
        name: whole[flown[name]] if name in flown else taken(given.table[name], numbers)
        for name in dict.fromkeys([*given.table.schema.names, *adds])
    }
    return given.back(pa.table(columns), numbers)


def carried(records: pa.Table, stages: Sequence[Stage | Editor]) -> pa.Table:
    """Run the stages over records; return those that live, with every column of the flight."""
    kept = pa.schema([column for column in records.schema if column.name.startswith(KEPT)])
    signals = {column.name: column for stage in stages for column in stage.adds if column.name not in FILLED.names}
    shape = Shape(kept, pa.schema(signals.values()), pa.schema([]), {NAME: tuple(kept.names)})
    flow = Flow(shape, NAME, lambda _gone: None)
    chain = [flow.opened(stage) for stage in stages]
    book = flow.book("read")
    parts, first_row = [], 0
    for batch in records.to_batches(max_chunksize=BATCH_ROWS):
        alive = flow.settle(Outcome(entered(batch, shape, first_row)), book, 0)
        first_row += batch.num_rows
        for one in chain:
            alive = flow.step(one, alive)
        parts.append(widened(alive, shape.flight))
    return pa.Table.from_batches(parts, shape.flight)


def streaming(stages: Sequence[str | Mapping[str, Any]], columns: Sequence[str]) -> list[Stage | Editor]:
    """Build stages as a configuration does; ConfigError where one needs the whole corpus.

    Data with a column `language` are held for those of an earlier output: stages for some languages may come first.
    """
    known = "curate" if "language" in columns else "jsonl"
    said = {"name": "apply", "sources": {NAME: {"format": known, "path": "-"}}, "output": {"path": "-"}}
    chosen = Config.load({**said, "stages": list(stages)}).stages
    for place, stage in enumerate(chosen):
        if isinstance(stage, GlobalStage):
            hint = "use `curate.run`, or leave it out"
            raise ConfigError(f"{stage.name!r} has to see the whole corpus", where=f"stages[{place}]", hint=hint)
    return [stage for stage in chosen if isinstance(stage, Stage | Editor)]


def records_of(table: pa.Table) -> tuple[pa.Table, pa.Array]:
    """Return the rows that have a text as records, and their numbers.

    Where a row has turns, its text is their rendering. Strings beside the text travel as kept columns; what else there
    is stays behind. ConfigError where there is neither `text` nor `messages`, or one of them holds something else.
    """
    names = table.schema.names
    if not {"text", "messages"} & set(names):
        raise ConfigError(
            f"there is no column 'text' or 'messages' among {names}", hint="rename the column that holds it"
        )
    text = strings(table["text"]) if "text" in names else pa.nulls(table.num_rows, pa.string())
    if text is None:
        raise ConfigError(f"the column 'text' is {table['text'].type}, not string", hint="write it as strings")
    columns: dict[str, pa.Array] = {}
    if "messages" in names:
        columns["messages"], text = chats(table["messages"], text)
    columns["text"] = text
    columns |= {name: values for name in FILLED.names if name in names and (values := filled(table[name], name))}
    for name in names:
        values = None if name in (*SOURCED.names, *FILLED.names) else strings(table[name])
        if values is not None:
            columns[KEPT + name] = values
    numbers = pc.indices_nonzero(text.is_valid())
    records = pa.table(columns).take(numbers)
    ids = [record_id(NAME, place_of("", row)) for row in numbers.to_pylist()]
    return records.append_column("id", pa.array(ids, pa.string())), numbers


def strings(column: pa.ChunkedArray) -> pa.StringArray | None:
    """Return a column of strings, however they are stored, as plain ones; None where it holds something else."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
        column = pa.chunked_array([chunk.dictionary_decode() for chunk in column.chunks], kind)
    wide = pa.types.is_string(kind) or pa.types.is_large_string(kind) or kind == pa.string_view()
    return pa.concat_arrays(column.cast(pa.string()).chunks or [pa.array([], pa.string())]) if wide else None


def taken(column: pa.ChunkedArray, numbers: pa.Array) -> pa.ChunkedArray:
    """Take rows of a column, as it is; views of strings, of which Arrow cannot take any, become strings."""
    return (column.cast(pa.string()) if column.type == pa.string_view() else column).take(numbers)


def filled(column: pa.ChunkedArray, name: str) -> pa.Array | None:
    """Return a column that stages fill in, with its own type; None where it holds something else."""
    kind = FILLED.field(name).type
    try:
        values = column.cast(kind).combine_chunks()
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None
    if name in GROWING and values.null_count:
        return pa.array([said or [] for said in values.to_pylist()], kind)
    return values


def chats(column: pa.ChunkedArray, text: pa.StringArray) -> tuple[pa.ListArray, pa.StringArray]:
    """Return turns as a record has them, and the texts: the rendering of the turns where there are some.

    No turn at all is no chat, a null content is an empty one, and a turn without a role makes a record without text.
    """
    if not pa.types.is_null(column.type) and not is_turns(column.type):
        hint = "give a list of {role, content}, both strings, and nothing else in a turn: nothing else would be edited"
        raise ConfigError(f"the column 'messages' is {column.type}", hint=hint)
    said = column.to_pylist()
    turns = [turns_of(one or ()) for one in said]
    texts = [
        render(one) if one else None if raw else old
        for raw, one, old in zip(said, turns, text.to_pylist(), strict=True)
    ]
    return pa.array(turns, MESSAGES), pa.array(texts, pa.string())


def turns_of(said: Sequence[Mapping[str, str | None] | None]) -> list[dict[str, str]] | None:
    """Return turns with a content each; None where there is none, or one without a role."""
    turns = []
    for turn in said:
        if turn is None or turn["role"] is None:
            return None
        turns.append({"role": turn["role"], "content": turn["content"] or ""})
    return turns or None


def is_turns(kind: pa.DataType) -> bool:
    """Tell whether a column holds lists of {role, content}, however lists and strings are stored."""
    if not (pa.types.is_list(kind) or pa.types.is_large_list(kind)) or not pa.types.is_struct(kind.value_type):
        return False
    fields = {field.name: field.type for field in kind.value_type}
    plain = (pa.string(), pa.large_string(), pa.string_view(), pa.null())
    return set(fields) == {"role", "content"} and all(one in plain for one in fields.values())


def opened(data: Any) -> Given:
    """Take the data for an Arrow table; ConfigError where it is of no kind that is known."""
    if isinstance(data, pa.Table):
        return Given(data.replace_schema_metadata(None), lambda table, _: table)
    kind = f"{type(data).__module__.partition('.')[0]}.{type(data).__name__}"
    if kind == "polars.DataFrame":
        import polars as pl

        return Given(data.to_arrow(), lambda table, _: pl.from_arrow(table))
    if kind == "pandas.DataFrame":
        table = pa.Table.from_pandas(data, preserve_index=False).replace_schema_metadata(None)
        return Given(table, lambda table, numbers: table.to_pandas().set_axis(data.index[numbers.to_numpy()]))
    if kind == "datasets.Dataset":
        from datasets import Dataset

        table = data.with_format("arrow")[:].replace_schema_metadata(None)
        return Given(table, lambda table, _: Dataset(table))
    where = f"{type(data).__module__}.{type(data).__qualname__}"
    raise ConfigError(f"cannot apply stages to a {where}", hint=ACCEPTED)
