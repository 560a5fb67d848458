"""Work files: Arrow IPC streams of batches, and facts that lie in buckets by the top bits of their key."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

BUCKETS = 64
"""Facts are cut by the top 6 bits of their key, so that any power of two up to 64 partitions reads whole buckets."""
RUN_LINES = 300_000
"""Facts are written in runs of so many lines: a few megabytes, which the processor keeps at hand."""
FEW_LINES = 10_000
"""So many are sorted as they are."""
LZ4 = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
PLAIN = pa.ipc.IpcWriteOptions(use_threads=False)
"""For texts, which are read once and soon, or here and there: packing would cost more than the rest of their way."""


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
    """Writes facts (key uint64, row uint32, more) in runs, each run 64 batches by the top bits of the key.

    Within a batch facts stay in the order in which they came, that of their rows. Numbers lie in planes: first the
    first byte of all, then the second. The leading bytes of rows that ascend then hardly ever change, a key that uses
    few of its bytes leaves the others zero, and lz4 packs both away.
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._schema = schema
        self._laid = laid_out(schema)
        self._spool = pa.ipc.new_file(str(path), self._laid, options=LZ4)
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
        buckets = (table["key"].to_numpy() >> np.uint64(58)).astype(np.uint8)
        order = np.argsort(buckets, kind="stable")
        table = table.take(pa.array(order)).combine_chunks()
        edges = np.searchsorted(buckets[order], np.arange(BUCKETS + 1))
        columns = [plane for field in self._schema for plane in planes(field, table[field.name])]
        for low, high in pairwise(edges.tolist()):
            parts = [column[low:high] for column in columns]
            self._spool.write_batch(pa.RecordBatch.from_arrays(parts, schema=self._laid))

    def close(self) -> None:
        """Write the last run and the footer."""
        if self._waiting:
            self._flush()
        self._spool.close()


def laid_out(schema: pa.Schema) -> pa.Schema:
    """Return the schema of a file of facts: a column of bytes for each byte of a number; others as they are."""
    fields = []
    for field in schema:
        if pa.types.is_integer(field.type):
            fields += [pa.field(f"{field.name}.{place}", pa.uint8()) for place in range(field.type.byte_width)]
        else:
            fields.append(field)
    return pa.schema(fields, {field.name: str(field.type) for field in schema})


def planes(field: pa.Field, column: pa.ChunkedArray) -> list[pa.Array]:
    """Cut whole numbers into their bytes, the least significant first; give any other column back."""
    if not pa.types.is_integer(field.type):
        return [column.combine_chunks()]
    numbers = np.ascontiguousarray(column.to_numpy())
    if sys.byteorder == "big":
        numbers = numbers.byteswap()
    bytewise = numbers.view(np.uint8).reshape(len(numbers), field.type.byte_width)
    return [pa.array(np.ascontiguousarray(plane)) for plane in bytewise.T]


def numbers_of(parts: Sequence[pa.RecordBatch], name: str, kind: str) -> npt.NDArray[np.generic]:
    """Put the bytes of a column of numbers together again, over all batches given."""
    dtype = np.dtype(kind).newbyteorder("<")
    whole = np.empty((sum(part.num_rows for part in parts), dtype.itemsize), np.uint8)
    at = 0
    for part in parts:
        for place in range(dtype.itemsize):
            whole[at : at + part.num_rows, place] = part[f"{name}.{place}"].to_numpy()
        at += part.num_rows
    return whole.reshape(-1).view(dtype).astype(np.dtype(kind), copy=False)


class FactFile:
    """The facts of one split, read bucket by bucket."""

    def __init__(self, path: Path) -> None:
        self.source = pa.OSFile(str(path))
        self.reader = pa.ipc.open_file(self.source, options=pa.ipc.IpcReadOptions(use_threads=False))

    def bucket(self, number: int) -> pa.Table:
        """Return the facts of one bucket in the order of their rows; `row` still counts within the split."""
        reader = self.reader
        parts = [reader.get_batch(run + number) for run in range(0, reader.num_record_batches, BUCKETS)]
        columns: dict[str, pa.Array | pa.ChunkedArray] = {}
        for name, kind in reader.schema.metadata.items():
            field = name.decode()
            if field in reader.schema.names:
                columns[field] = pa.chunked_array([part[field] for part in parts], reader.schema.field(field).type)
            else:
                columns[field] = pa.array(numbers_of(parts, field, kind.decode()))
        return pa.table(columns)

    def close(self) -> None:
        """Close the file."""
        self.source.close()


def meeting_facts(files: Sequence[tuple[int, Path]], partition: int, partitions: int) -> pa.Table:
    """Read one partition of the facts of (split, file), sorted by (key, run-wide row), without most lonely keys.

    Bucket by bucket: what is sorted at a time then fits into the processor's cache.
    """
    width = BUCKETS // partitions
    with ExitStack() as stack:
        opened_files = [(ordinal, stack.enter_context(closing(FactFile(path)))) for ordinal, path in files]
        return pa.concat_tables(
            met([run_wide(file.bucket(bucket), ordinal) for ordinal, file in opened_files])
            for bucket in range(partition * width, (partition + 1) * width)
        )


def run_wide(table: pa.Table, ordinal: int) -> pa.Table:
    """Turn `row` within a split (uint32) into the run-wide number: split ordinal in the high half, row in the low."""
    rows = table["row"].to_numpy().astype(np.uint64) | np.uint64(ordinal << 32)
    return table.set_column(table.schema.get_field_index("row"), "row", pa.array(rows))


def met(tables: Sequence[pa.Table]) -> pa.Table:
    """Put parts of facts together and sort them by (key, row); of keys that stand alone, most are left out.

    The parts come in the order of their rows, and each is in that order for one key.
    """
    keys = np.concatenate([table["key"].to_numpy() for table in tables])
    if len(keys) > FEW_LINES:
        from curate.core.kernels.sorting import meeting

        mask = meeting(keys)
        edges = np.cumsum([table.num_rows for table in tables])[:-1]
        tables = [table.filter(pa.array(part)) for table, part in zip(tables, np.split(mask, edges), strict=True)]
        keys = keys[mask]
    return pa.concat_tables(tables).take(pa.array(np.argsort(keys, kind="stable")))


def sorted_by(columns: dict[str, pa.ChunkedArray], by: Sequence[str]) -> pa.Table:
    """Sort the columns of a table by unsigned ones, most significant first; the order of equal rows is kept.

    Columns are replaced in place one by one: two whole tables would be the most that a task ever holds.
    """
    keys = [columns[name].to_numpy() for name in reversed(by)]
    if len(keys) > 1 or not (keys[0][1:] >= keys[0][:-1]).all():
        order = pa.array(np.lexsort(keys))
        del keys
        for name in tuple(columns):
            columns[name] = columns[name].take(order)
    return pa.table(columns)


def text_bytes(batch: pa.RecordBatch) -> int:
    """Count the UTF-8 bytes of the text of a batch."""
    return pc.sum(pc.binary_length(batch["text"])).as_py() or 0
