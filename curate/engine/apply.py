"""Apply streaming stages to data at hand: the same steps as in a run, without files, ledger or manifest."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from curate.config.model import Config
from curate.core.errors import ConfigError
from curate.core.record import FILLED, SOURCED, place_of, record_id
from curate.core.stage import Editor, GlobalStage, Outcome, Stage
from curate.engine.flow import Flow, entered
from curate.engine.plan import Shape
from curate.engine.task import widened

NAME = "data"
BATCH_ROWS = 4096


def applied(data: Any, stages: Sequence[str | Mapping[str, Any]]) -> Any:
    """Return the same kind of thing as `data`, without rejected rows, with the columns that the stages add."""
    table, back = opened(data)
    if "text" not in table.schema.names:
        raise ConfigError(
            f"there is no column 'text' among {table.schema.names}", hint="rename the column that holds it"
        )
    chosen = streaming(stages)
    shape = shape_for(table, chosen)
    flow = Flow(shape, NAME, lambda _gone: None)
    chain = [flow.opened(stage) for stage in chosen]
    book = flow.book("read")
    parts = []
    for batch in numbered(table).to_batches(max_chunksize=BATCH_ROWS):
        alive = flow.settle(Outcome(entered(batch, shape, 0)), book, 0)
        for opened_ in chain:
            alive = flow.step(opened_, alive)
        parts.append(widened(alive, shape.flight))
    whole = pa.Table.from_batches(parts, shape.flight)
    adds = [column.name for stage in chosen for column in stage.adds]
    return back(
        whole.select(
            [*table.schema.names, *[name for name in dict.fromkeys([*adds, "tags"]) if name not in table.schema.names]]
        )
    )


def streaming(stages: Sequence[str | Mapping[str, Any]]) -> list[Stage | Editor]:
    """Build stages as a configuration does; ConfigError where one needs the whole corpus."""
    said = {"name": "apply", "sources": {NAME: {"format": "jsonl", "path": "-"}}, "output": {"path": "-"}}
    chosen = Config.load({**said, "stages": list(stages)}).stages
    for place, stage in enumerate(chosen):
        if isinstance(stage, GlobalStage):
            hint = "use `curate.run`, or leave it out"
            raise ConfigError(f"{stage.name!r} has to see the whole corpus", where=f"stages[{place}]", hint=hint)
    return [stage for stage in chosen if isinstance(stage, Stage | Editor)]


def shape_for(table: pa.Table, stages: Sequence[Stage | Editor]) -> Shape:
    """Take every column beyond those of a record as kept; strings among them are edited as well."""
    known = {*SOURCED.names, *FILLED.names}
    kept = pa.schema([column for column in table.schema if column.name not in known])
    signals = pa.schema([column for stage in stages for column in stage.adds if column.name not in FILLED.names])
    strings = tuple(column.name for column in kept if column.type == pa.string())
    return Shape(kept, signals, pa.schema([]), {NAME: strings})


def numbered(table: pa.Table) -> pa.Table:
    """Give every row the id and the place of a record, where it has none."""
    given = set(table.schema.names)
    n = table.num_rows
    ids = [record_id(NAME, place_of("", row)) for row in range(n)]
    more: dict[str, pa.Array] = {
        "id": pa.array(ids, pa.string()),
        "source_id": pa.repeat(NAME, n),
        "source_uri": pa.repeat("", n),
        "source_row": pa.array(range(n), pa.int64()),
        "source_offset": pa.array(range(n), pa.int64()),
        "source_length": pa.repeat(pa.scalar(1, pa.int64()), n),
    }
    for name, values in more.items():
        if name not in given:
            table = table.append_column(name, values)
    return table


def opened(data: Any) -> tuple[pa.Table, Any]:
    """Return the data as an Arrow table of plain types, and the function that turns a table back into its kind."""
    if isinstance(data, pa.Table):
        return plain(data), lambda table: table
    kind = type(data).__module__.partition(".")[0]
    if kind == "polars":
        import polars as pl

        return plain(data.to_arrow()), pl.from_arrow
    if kind == "pandas":
        return plain(pa.Table.from_pandas(data, preserve_index=False)), lambda table: table.to_pandas()
    if kind == "datasets":
        from datasets import Dataset

        return plain(data.with_format("arrow")[:]), lambda table: Dataset(table.replace_schema_metadata(None))
    where = f"{type(data).__module__}.{type(data).__qualname__}"
    raise ConfigError(
        f"cannot apply stages to a {where}", hint="give a datasets.Dataset, a polars or pandas frame or a pyarrow Table"
    )


def plain(table: pa.Table) -> pa.Table:
    """Cast large and view strings to `string`, which is what stages read."""
    wide = (pa.large_string(), pa.string_view())
    fields = [field.with_type(pa.string()) if field.type in wide else field for field in table.schema]
    return table.cast(pa.schema(fields))
