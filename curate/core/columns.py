"""Put columns into a batch."""

import pyarrow as pa


def with_columns(batch: pa.RecordBatch, schema: pa.Schema, columns: dict[str, pa.Array]) -> pa.RecordBatch:
    """Set the columns that the batch has and append the others, in the order of `schema`, which gives their types."""
    for field in schema:
        place = batch.schema.get_field_index(field.name)
        column = columns[field.name]
        batch = batch.append_column(field, column) if place < 0 else batch.set_column(place, field, column)
    return batch
