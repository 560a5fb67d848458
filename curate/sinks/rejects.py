"""Write the ledger of what was left out, and the measurements: by id, never with text."""

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
from pydantic import JsonValue

from curate.sinks.shards import TableFacts, regroup, write_table

REJECTS = pa.schema(
    [
        ("id", pa.string()),
        ("source_id", pa.string()),
        ("source_uri", pa.string()),
        ("source_row", pa.int64()),
        ("source_offset", pa.int64()),
        ("source_length", pa.int64()),
        ("stage", pa.string()),
        ("rule", pa.string()),
        ("metric", pa.string()),
        ("value", pa.float64()),
        ("threshold", pa.float64()),
        ("operator", pa.string()),
        ("duplicate_of", pa.string()),
        ("cluster", pa.string()),
    ]
)
"""One row a rejected record: its place, and the first finding that rejected it.

`value operator threshold` is true as written; metric, value, threshold and operator are null together for a rule
without a measure. `duplicate_of` is the id of the record that stands for this one, kept or itself rejected later.
`cluster` is null outside of near-duplicate clusters; a record that a later stage rejects keeps the one it was given.
"""

POSITIONS = pa.schema(
    [
        ("id", pa.string()),
        ("field", pa.string()),
        ("type", pa.string()),
        ("offset", pa.int32()),
        ("length", pa.int32()),
        ("digest", pa.string()),
    ]
)
"""One row a value of personal data: the record, `text`, `messages[3]`, `messages[3].role` or a kept column, and the
stretch of characters of that field as the stage saw it. `digest` is keyed, 32 hex characters; the value itself is never
written."""

TOMBSTONES = pa.schema(
    [
        *(REJECTS.field(name) for name in REJECTS.names[:6]),
        ("file", pa.string()),
        ("stage", pa.string()),
        ("rule", pa.string()),
        ("erasure", pa.int32()),
        ("basis", pa.string()),
        ("ticket", pa.string()),
        ("at", pa.string()),
    ]
)
"""One row an erased record: its id and place, the shard or file of the ledger that it was taken from, stage and rule
where it had been rejected before (else null), and by which erasure, on what basis, for which request, when. Neither its
text nor a digest of it."""

MEANINGS = {
    "id": "Record id: 32 hex characters.",
    "source_id": "Source that the record came from.",
    "source_uri": "File, relative to the fixed part of the source's path.",
    "source_row": "Number of the record in its file, from 0.",
    "source_offset": "Where the record starts: bytes of the decompressed file, or the record's number (json, parquet).",
    "source_length": "How long it is, terminator included: bytes, or 1 (json, parquet).",
    "stage": "Stage that rejected it; `read` where the source could not read it.",
    "rule": "Rule that rejected it, as `stage:what`.",
    "metric": "What was measured; null for a rule without a measure.",
    "value": "The measured value.",
    "threshold": "The threshold that the value crosses.",
    "operator": "`value operator threshold` is true.",
    "duplicate_of": "Id of the record that stands for this one.",
    "cluster": "Cluster of near duplicates: id of its best record (by `keep`); null outside clusters.",
}
ERASED = {name: MEANINGS[name] for name in REJECTS.names[:6]} | {
    "file": "Shard, or file of the ledger, that it was taken from.",
    "stage": "Stage that had rejected it; null where it had been written.",
    "rule": "Rule that had rejected it; null where it had been written.",
    "erasure": "Number of the erasure, as in the manifest.",
    "basis": "On what basis it was erased, such as `gdpr-17`.",
    "ticket": "Reference of the request.",
    "at": "When, in UTC.",
}
"""What the columns of tombstones mean, in their order."""
LEDGER_ROWS = 50_000
LEDGER_BYTES = 16 << 20


def write_rejects(path: Path, batches: Iterable[pa.RecordBatch]) -> TableFacts | None:
    """Write ledger rows in the order given; None, and no file, where there is none. Batch boundaries leave no trace."""
    return write_signals(path, REJECTS, batches)


def write_signals(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> TableFacts | None:
    """Write measurements (`id`, then one column a signal) in the order given; None, and no file, where none is."""
    fitting = (batch.cast(schema) for batch in batches)
    return write_table(path, schema, regroup(fitting, LEDGER_ROWS, LEDGER_BYTES))


def schema() -> dict[str, JsonValue]:
    """Return the JSON Schema of one ledger row: what `schemas/rejects.schema.json` holds."""
    names = {"string": "string", "int64": "integer", "double": "number"}
    always = {"id", "source_id", "source_uri", "stage", "rule"}
    properties: dict[str, JsonValue] = {
        field.name: {
            "description": MEANINGS[field.name],
            "type": names[str(field.type)] if field.name in always else [names[str(field.type)], "null"],
        }
        for field in REJECTS
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Ledger row",
        "description": "One record that was left out: where it stands in the raw data, and why. Never its text.",
        "type": "object",
        "properties": properties,
        "required": [field.name for field in REJECTS],
        "additionalProperties": False,
    }
