"""What columns the tables about records have: the ledger, measurements, places of personal data, tombstones."""

from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa
from pydantic import Field

from curate.core.stage import Value
from curate.sinks.features import Feature, feature_of
from curate.sinks.rejects import POSITIONS, REJECTS, TOMBSTONES

SIGNALS = "signals"
FIXED = {"rejects": REJECTS, "pii": POSITIONS, "tombstones": TOMBSTONES}
"""Tables whose columns no configuration changes."""
RECORD_COLUMNS = 2
"""Columns of the signals that say which record it is; what stages measure follows."""


class TableColumn(Value):
    """A column of a table about records."""

    name: str
    feature: Feature = Field(description="Its type, as a Hugging Face feature.")


Tables = Mapping[str, Sequence[TableColumn]]
"""Columns by kind of table."""


def tables_of(signals: pa.Schema) -> dict[str, tuple[TableColumn, ...]]:
    """Return the columns of every kind of table; none of signals where these measure nothing, and are not written."""
    measured = signals if len(signals) > RECORD_COLUMNS else pa.schema([])
    return {kind: columns_of(schema) for kind, schema in {**FIXED, SIGNALS: measured}.items()}


def columns_of(schema: pa.Schema) -> tuple[TableColumn, ...]:
    """Spell the columns of a table, in their order."""
    return tuple(TableColumn(name=one.name, feature=feature_of(one.type)) for one in schema)


def promise_faults(said: Tables, measured: Mapping[str, Feature]) -> Iterator[str]:
    """Yield what a manifest promises of tables and cannot be; `measured` are columns of the shards that are signals."""
    for kind, schema in FIXED.items():
        if tuple(said.get(kind, ())) != columns_of(schema):
            yield f"the manifest promises other columns of {kind} than every output has"
    signals = {one.name: one.feature for one in said.get(SIGNALS, ())}
    for name, feature in measured.items():
        if signals.get(name) != feature:
            yield f"the manifest promises a measurement {name!r} in the shards, and not the same in the signals"


def table_faults(said: Tables, kind: str, schema: pa.Schema) -> Iterator[str]:
    """Yield in what the columns of a file differ from those that are promised of its kind."""
    promised, found = said.get(kind, ()), columns_of(schema)
    lacking = [one.name for one in promised if one not in found]
    more = [one.name for one in found if one not in promised]
    if lacking:
        yield f"has no column {lacking[0]!r} of the type promised"
    if more:
        yield f"has a column {more[0]!r} that the manifest does not promise"
    elif not lacking and tuple(promised) != found:
        yield "has its columns in another order than promised"
