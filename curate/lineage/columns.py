"""What columns the files of an output have: the one check, wherever such a file is opened."""

from collections.abc import Collection, Iterator

import pyarrow as pa

from curate.core.record import SHARD
from curate.sinks.rejects import POSITIONS, REJECTS, TOMBSTONES

HINT = "`curate verify` on the output says what else of it does not hold"
MEASURED = pa.schema([("id", pa.string()), ("source_id", pa.string())])
"""How signals begin; what stages measured follows."""
BEGIN = {"data/": SHARD, "_lineage/signals-": MEASURED}
WHOLE = {"_lineage/rejects-": REJECTS, "_lineage/pii-": POSITIONS, "_lineage/tombstones-": TOMBSTONES}
KEEPER = "_keeper"
"""How a signal is called that names the record that stands for another: an id, whatever the stage."""
NUMBERS = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean)
POINTS = (pa.types.is_temporal, pa.types.is_decimal)
"""What a plug-in may measure and hold against a threshold, too: it is compared with nothing, and drawn nowhere."""


def column_faults(path: str, schema: pa.Schema) -> Iterator[str]:
    """Yield what is wrong with the columns of a file; its path, relative to the output, says what it is.

    Ledger, tombstones and places have their columns and no others. Shards and signals begin with theirs; the rest
    depends on the configuration.
    """
    names = schema.names
    if len({*names}) < len(names):
        yield f"has several columns {next(name for name in names if names.count(name) > 1)!r}"
    for start, wanted in (*BEGIN.items(), *WHOLE.items()):
        if path.startswith(start):
            yield from _unlike(wanted, schema, whole=start in WHOLE)
    if path.startswith("_lineage/signals-"):
        ids = (one for one in schema if one.name.endswith(KEEPER) and one.type != pa.string())
        yield from (_typed(one.name, one.type, pa.string()) for one in ids)


def is_number(kind: pa.DataType) -> bool:
    """Tell whether a type is one of NUMBERS."""
    return any(is_one(kind) for is_one in NUMBERS)


def number_faults(schema: pa.Schema, measures: Collection[str]) -> Iterator[str]:
    """Yield the measures, of those that rules held against thresholds, that the signals have as what nobody can."""
    for one in schema:
        if one.name in measures and not any(is_one(one.type) for is_one in (*NUMBERS, *POINTS)):
            yield f"has a column {one.name!r} of the type {one.type}, and a rule took it for a number"


def _unlike(wanted: pa.Schema, schema: pa.Schema, *, whole: bool) -> Iterator[str]:
    """Compare columns by name and type, then their order."""
    found = {one.name: one.type for one in schema}
    yield from (f"lacks the column {name!r}" for name in wanted.names if name not in found)
    yield from (
        _typed(one.name, found[one.name], one.type) for one in wanted if found.get(one.name, one.type) != one.type
    )
    if more := [name for name in schema.names if whole and name not in wanted.names]:
        yield f"has a column {more[0]!r} that is none of its own"
    elif {*wanted.names} <= {*found} and schema.names[: len(wanted)] != wanted.names:
        yield "has its columns in another order"


def _typed(name: str, found: pa.DataType, wanted: pa.DataType) -> str:
    return f"has a column {name!r} of the type {found}, which is to be {wanted}"
