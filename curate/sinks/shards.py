"""Write records into Parquet shards that any trainer opens as they are, the same bytes for the same rows."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from curate.core.errors import ConfigError
from curate.core.files import digest_of, written_whole
from curate.core.merkle import Tree, record_hashes
from curate.core.record import SHARD
from curate.sinks.features import publishable, with_features
from curate.sinks.measure import row_bytes

GROUP_ROWS = 1000
"""Smaller groups cost size (500 rows: 9 % more), larger ones the reader's choice of workers."""
GROUP_BYTES = 8 << 20
ZSTD_LEVEL = 3
"""25 % smaller than level 1 for 1.6 times its CPU; level 6 takes four times for another 7 %."""

UNIQUE = frozenset({"id", "text", "messages.list.element.content"})
"""Strings that hardly repeat: a dictionary would only be built and thrown away."""
COUNTERS = frozenset({"source_row", "source_offset"})
"""Ascending numbers: their differences take a fraction of the numbers themselves."""


ROOT_KEY = "curate.content_root"
"""Where the footer of a shard names the Merkle root of its records: a stray shard identifies itself."""


class TableFacts(NamedTuple):
    """What a written file holds: enough for the manifest, taken from the file as it lies on disk."""

    rows: int
    bytes: int
    sha256: str
    uncompressed_bytes: int
    """Values and offsets before encoding, as `row_bytes` counts them."""


class ShardFacts(NamedTuple):
    """What a written shard holds: the facts of every file, and the Merkle root of its records."""

    rows: int
    bytes: int
    sha256: str
    uncompressed_bytes: int
    content_root: str


def shard_schema(kept: pa.Schema, signals: pa.Schema) -> pa.Schema:
    """Return the schema of a run's shards: SHARD, then the kept fields, then the chosen signals, in the order given.

    The metadata carries Hugging Face features. ConfigError where a name stands twice or has a dot, or where a type
    cannot be published.
    """
    fields = list(SHARD)
    for field in (*kept, *signals):
        if field.name in {known.name for known in fields}:
            raise ConfigError(f"two columns are called {field.name!r}", where="output columns", hint="rename one")
        if "." in field.name:
            raise ConfigError(f"the column name {field.name!r} has a dot", where="output columns", hint="rename it")
        fields.append(pa.field(field.name, publishable(field.type, where=f"column {field.name!r}")))
    return with_features(pa.schema(fields))


def regroup(
    batches: Iterable[pa.RecordBatch], rows: int = GROUP_ROWS, max_bytes: int = GROUP_BYTES
) -> Iterator[pa.RecordBatch]:
    """Cut a stream into groups of at most `rows` rows and about `max_bytes`, whatever batches it arrives in.

    A group is closed by its row count, or by the first row that would carry it over `max_bytes`; a row that is larger
    stands alone. So the cuts depend on the rows and their order only.
    """
    held: list[pa.RecordBatch] = []
    sizes = np.zeros(0, np.int64)
    for batch in batches:
        if batch.num_rows == 0:
            continue
        held.append(batch)
        sizes = np.concatenate((sizes, row_bytes(batch)))
        ends = _cuts(sizes, rows, max_bytes)
        for start, end in pairwise([0, *ends]):
            yield _taken(held, end - start)
        sizes = sizes[ends[-1] :] if ends else sizes
    if held:
        yield _joined(held)


def _taken(held: list[pa.RecordBatch], rows: int) -> pa.RecordBatch:
    """Take that many rows off the front: of one batch without a copy, of several with one."""
    parts = []
    while rows:
        first = held.pop(0)
        parts.append(first.slice(0, rows))
        if first.num_rows > rows:
            held.insert(0, first.slice(rows))
        rows -= parts[-1].num_rows
    return _joined(parts)


def _cuts(sizes: "np.ndarray[tuple[int], np.dtype[np.int64]]", rows: int, max_bytes: int) -> list[int]:
    """Return the ends of the groups that are certainly closed: another row is known not to belong to them."""
    sums = np.cumsum(sizes)
    ends: list[int] = []
    start, before = 0, 0
    while start < len(sums):
        fits = int(np.searchsorted(sums, before + max_bytes, side="right"))
        end = min(start + rows, max(fits, start + 1))
        if end == len(sums) and end - start < rows:
            break
        ends.append(end)
        start, before = end, int(sums[end - 1])
    return ends


def _joined(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    """Return one batch of all rows."""
    return batches[0] if len(batches) == 1 else pa.concat_batches(batches)


def write_shard(path: Path, schema: pa.Schema, row_groups: Iterable[pa.RecordBatch]) -> ShardFacts:
    """Write one row group a batch; the file exists whole or not at all.

    Batches have the columns of `schema` in its order; their types are cast to it. Page checksums are written: without
    them most flipped bits read back as wrong data. The Merkle root of the records (`core/merkle.py`) is taken on the
    way and stands in the footer. ValueError where there is no row: `load_dataset` fails for a whole set that has one
    empty file.
    """
    tree = Tree()
    facts = write_table(path, schema, row_groups, tree)
    if facts is None:
        raise ValueError(f"a shard holds at least one row: {path.name}")
    return ShardFacts(*facts, tree.root())


def write_table(
    path: Path, schema: pa.Schema, row_groups: Iterable[pa.RecordBatch], tree: Tree | None = None
) -> TableFacts | None:
    """Write like `write_shard`, but return None and write nothing where there is no row; only a tree given is grown."""
    some = (batch for batch in row_groups if batch.num_rows)
    first = next(some, None)
    if first is None:
        return None
    rows = weight = 0
    with written_whole(path) as draft, _writer(draft, schema) as writer:
        for group in _chain(first, some):
            fitting = group.cast(schema)
            writer.write_batch(fitting, row_group_size=fitting.num_rows)
            rows += fitting.num_rows
            weight += int(row_bytes(fitting).sum())
            if tree is not None:
                tree.extend(record_hashes(fitting))
        if tree is not None:
            writer.add_key_value_metadata({ROOT_KEY: tree.root()})
    return TableFacts(rows, path.stat().st_size, digest_of(path), weight)


def _chain(first: pa.RecordBatch, rest: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Give back what was taken to see whether there is anything."""
    yield first
    yield from rest


def _writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """Open a writer whose every choice is spelled out, so that a library's new default changes nothing."""
    leaves = {leaf for field in schema for leaf in _leaves(field.name, field.type)}
    counters = {name for name in COUNTERS if name in schema.names}
    return pq.ParquetWriter(
        path,
        schema,
        version="2.6",
        data_page_version="1.0",
        compression="zstd",
        compression_level=ZSTD_LEVEL,
        use_dictionary=sorted(leaves - UNIQUE - counters),
        column_encoding=dict.fromkeys(sorted(counters), "DELTA_BINARY_PACKED"),
        write_statistics=sorted(leaves - UNIQUE),
        write_page_checksum=True,
        write_page_index=False,
        store_schema=True,
    )


def _leaves(name: str, kind: pa.DataType) -> Iterator[str]:
    """Yield the Parquet paths of a column's leaves."""
    if pa.types.is_struct(kind):
        for child in kind:
            yield from _leaves(f"{name}.{child.name}", child.type)
    elif pa.types.is_list(kind):
        yield from _leaves(f"{name}.list.element", kind.value_type)
    else:
        yield name
