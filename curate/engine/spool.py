"""Work files: Arrow IPC streams of batches, and facts that lie in buckets by the top bits of their key."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

BUCKETS = 64
"""Facts are cut by the top 6 bits of their key, so that any power of two up to 64 partitions reads whole buckets."""
RUN_LINES = 2_000_000
"""Facts are sorted and written in runs of so many lines: the memory of a task stays bounded whatever a split holds."""
LZ4 = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
PLAIN = pa.ipc.IpcWriteOptions(use_threads=False)
"""For what is read once and soon: packing and unpacking would cost more than the rest of its way."""


class Spool:
    """Writes batches of one schema to an Arrow file."""

    def __init__(self, path: Path, schema: pa.Schema, options: pa.ipc.IpcWriteOptions = LZ4) -> None:
        self.schema = schema
        self.rows = 0
        self._writer = pa.ipc.new_file(str(path), schema, options=options)

    def write(self, batch: pa.RecordBatch) -> None:
        """Append a batch whose columns are those of the schema; an empty one is passed over."""
        if batch.num_rows:
            self._writer.write_batch(batch)
            self.rows += batch.num_rows

    def close(self) -> None:
        """Write the footer."""
        self._writer.close()


def batches_of(path: Path, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    """Yield the batches of a spool in the order written, only the named columns where some are named."""
    with opened(path, columns) as source:
        reader = open_columns(source, columns)
        for number in range(reader.num_record_batches):
            yield reader.get_batch(number)


def opened(path: Path, columns: Sequence[str] | None = None) -> pa.NativeFile:
    """Open a file of batches: mapped where only some columns are wanted; what is read whole would stay in memory."""
    return pa.memory_map(str(path)) if columns is not None else pa.OSFile(str(path))


def open_columns(source: pa.NativeFile, columns: Sequence[str] | None) -> pa.ipc.RecordBatchFileReader:
    """Open an Arrow file so that only the named columns are decompressed."""
    options = pa.ipc.IpcReadOptions(use_threads=False)
    if columns is not None:
        schema = pa.ipc.open_file(source).schema
        options.included_fields = [schema.get_field_index(name) for name in columns]
    return pa.ipc.open_file(source, options=options)


class FactSpool:
    """Writes facts (key uint64, row uint32, more) in runs, each run 64 batches sorted by (key, row)."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._spool = pa.ipc.new_file(str(path), schema, options=LZ4)
        self._schema = schema
        self._waiting: list[pa.RecordBatch] = []
        self._lines = 0

    def write(self, facts: pa.RecordBatch) -> None:
        """Take the facts of one batch."""
        self._waiting.append(facts)
        self._lines += facts.num_rows
        if self._lines >= RUN_LINES:
            self._flush()

    def _flush(self) -> None:
        table = pa.Table.from_batches(self._waiting, self._schema)
        self._waiting, self._lines = [], 0
        keys = table["key"].to_numpy()
        order = np.lexsort((table["row"].to_numpy(), keys))
        table = table.take(pa.array(order))
        edges = np.searchsorted(keys[order] >> np.uint64(58), np.arange(BUCKETS + 1, dtype=np.uint64))
        for low, high in pairwise(edges):
            part = table.slice(low, high - low).combine_chunks()
            batch = part.to_batches()[0] if part.num_rows else pa.RecordBatch.from_pylist([], self._schema)
            self._spool.write_batch(batch)

    def close(self) -> None:
        """Write the last run and the footer."""
        if self._waiting:
            self._flush()
        self._spool.close()


def facts_of(path: Path, partition: int, partitions: int) -> pa.Table:
    """Read one partition of a split's facts: rows unsorted across runs, `row` still counted within the split."""
    width = BUCKETS // partitions
    with pa.memory_map(str(path)) as source:
        reader = pa.ipc.open_file(source)
        wanted = [
            reader.get_batch(run + bucket)
            for run in range(0, reader.num_record_batches, BUCKETS)
            for bucket in range(partition * width, (partition + 1) * width)
        ]
        return pa.Table.from_batches(wanted, reader.schema)


def run_wide(table: pa.Table, ordinal: int) -> pa.Table:
    """Turn `row` within a split (uint32) into the run-wide number: split ordinal in the high half, row in the low."""
    rows = table["row"].to_numpy().astype(np.uint64) | np.uint64(ordinal << 32)
    return table.set_column(table.schema.get_field_index("row"), "row", pa.array(rows))


def sorted_by(table: pa.Table, columns: Sequence[str]) -> pa.Table:
    """Sort a table by unsigned columns, most significant first; the order of equal rows is kept."""
    if table.num_rows == 0:
        return table
    keys = [table[name].to_numpy() for name in reversed(columns)]
    return table.take(pa.array(np.lexsort(keys)))


def text_bytes(batch: pa.RecordBatch) -> int:
    """Count the UTF-8 bytes of the text of a batch."""
    return pc.sum(pc.binary_length(batch["text"])).as_py() or 0
