"""Find rows of the files of an output by a value in one column, and read what stands there."""

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import ValidationError

from curate.core.errors import StorageError
from curate.core.stage import Value
from curate.lineage.columns import HINT, column_faults
from curate.lineage.sight import BATCH_ROWS, DAMAGE, reason

V = TypeVar("V", bound=Value)

Choose = Callable[[pa.StringArray], pa.BooleanArray]
"""Says of each value of a column whether its row is wanted; null counts as no."""


class Files(NamedTuple):
    """Files of one kind, in their order."""

    out: Path
    paths: Sequence[str]
    """Relative to the output."""


class Spot(NamedTuple):
    """A row of a file."""

    file: str
    row: int
    said: Mapping[str, object]
    """Values of the columns that were asked for."""


def spots(files: Files, columns: Sequence[str], choose: Choose, value: str | None = None) -> Iterator[Spot]:
    """Yield the rows that `choose` wants by the first of the columns, in the order of the files.

    A column that a file does not have is left out; a file that lacks the first one has no such row. Where `choose`
    wants one value alone, `value` names it, and row groups whose statistics exclude it are not read. StorageError where
    a file is missing or damaged.
    """
    for path in files.paths:
        with opened(files.out, path) as file:
            there = [name for name in columns if name in file.schema_arrow.names]
            if columns[0] not in there:
                continue
            start = 0
            for batch in batches(file, there, value):
                if isinstance(batch, int):
                    start += batch
                    continue
                rows = pc.indices_nonzero(pc.fill_null(choose(batch[columns[0]]), False))
                lines = batch.take(rows).to_pylist()
                yield from (Spot(path, start + row, line) for row, line in zip(rows.to_pylist(), lines, strict=True))
                start += batch.num_rows


def batches(file: pq.ParquetFile, columns: Sequence[str], value: str | None) -> Iterator[pa.RecordBatch | int]:
    """Yield the batches of a file, or the number of rows of a row group in which the first column lacks the value."""
    if value is None:
        yield from file.iter_batches(BATCH_ROWS, columns=columns)
        return
    for group in range(file.metadata.num_row_groups):
        meta = file.metadata.row_group(group)
        if may_hold(meta, columns[0], value):
            yield from file.iter_batches(BATCH_ROWS, row_groups=[group], columns=columns)
        else:
            yield meta.num_rows


def values_at(files: Files, some: Collection[Spot], columns: Sequence[str]) -> list[dict[str, object]]:
    """Read columns at places of the files, in the order of the places; no more is read than their row groups."""
    wanted: dict[str, set[int]] = {}
    for spot in some:
        wanted.setdefault(spot.file, set()).add(spot.row)
    lines: dict[tuple[str, int], dict[str, object]] = {}
    for path, rows in wanted.items():
        with opened(files.out, path) as file:
            meta, there = file.metadata, file.schema_arrow.names
            if lacking := [name for name in columns if name not in there]:
                raise KeyError(lacking[0])
            starts = [0, *accumulate(meta.row_group(group).num_rows for group in range(meta.num_row_groups))]
            for group in sorted({bisect_right(starts, row) - 1 for row in rows}):
                read = file.read_row_group(group, columns=list(columns)).select(list(columns))
                here = sorted(row for row in rows if starts[group] <= row < starts[group + 1])
                taken = read.take(pa.array([row - starts[group] for row in here], pa.int64())).to_pylist()
                lines |= {(path, row): line for row, line in zip(here, taken, strict=True)}
    return [lines[spot.file, spot.row] for spot in some]


def may_hold(meta: pq.RowGroupMetaData, name: str, value: str) -> bool:
    """Tell whether a row group may hold a value in a column of strings; true where no statistics say otherwise."""
    for place in range(meta.num_columns):
        column = meta.column(place)
        if column.path_in_schema == name:
            bounds = column.statistics
            if bounds is None or not bounds.has_min_max or not isinstance(bounds.min, str):
                return True
            low, high = bounds.min.encode(), bounds.max.encode()  # as Parquet compares, byte by byte
            return bool(low <= value.encode() <= high)
    return True


@contextmanager
def opened(out: Path, path: str) -> Iterator[pq.ParquetFile]:
    """Open a file of the output; StorageError where it, its columns, or what is read of it, is not what it should be.

    Who reads on outside of the block reads columns of known names and types.
    """
    try:
        with pq.ParquetFile(out / path, page_checksum_verification=True) as file:
            for fault in column_faults(path, file.schema_arrow):
                raise StorageError(f"the file {fault}", where=str(out / path), hint=HINT)
            yield file
    except DAMAGE as wrong:
        raise StorageError(f"the file {reason(wrong)}", where=str(out / path), hint=HINT) from wrong


def valued(model: type[V], said: Mapping[str, object], place: Path) -> V:
    """Take what a file says for a value; StorageError, without it, where a part is missing or cannot be what it is."""
    try:
        return model.model_validate(said)
    except ValidationError as wrong:
        column = ".".join(map(str, wrong.errors(include_url=False, include_input=False)[0]["loc"]))
        raise StorageError(
            f"a row of the file says nothing possible as `{column}`", where=str(place), hint=HINT
        ) from wrong
