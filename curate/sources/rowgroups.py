"""Parquet files as stretches of row groups: opened anywhere, cut by size, read up to the first damage."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from curate.core.bytes import Stream, opened, reading
from curate.core.errors import StorageError
from curate.core.files import written_whole
from curate.core.source import FileStat, Piece

BATCH_ROWS = 4096
"""A batch ends here, however short its records: dictionary-encoded texts are longer than the footer says."""
BUFFER_BYTES = 1 << 20


class UnreadableError(Exception):
    """Bytes that are not the Parquet that they should be."""


@contextmanager
def footed(path: str) -> Iterator[pq.ParquetFile]:
    """Open a local path or an fsspec URL and read its footer; raise UnreadableError where there is none.

    Page checksums are checked where pages have them. StorageError where the file cannot be opened.
    """
    with reading(path):
        stream = opened(path) if "://" in path else pa.OSFile(path)
    with stream:
        with damage_told(path):
            file = pq.ParquetFile(stream, buffer_size=BUFFER_BYTES, pre_buffer=False, page_checksum_verification=True)
        yield file


@contextmanager
def damage_told(path: str) -> Iterator[None]:
    """Raise Unreadable for what pyarrow says of broken bytes, and StorageError for what the system says of the disk.

    pyarrow reports both as OSError; only the system's carry an error number.
    """
    try:
        yield
    except OSError as error:
        if error.errno is not None:
            raise StorageError(f"cannot read: {error.strerror}", where=path) from error
        raise UnreadableError from error
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise UnreadableError from error


class Copied(NamedTuple):
    """What one reading of a file gave."""

    sha256: str
    compression: str | None
    path: str
    """The file itself, or an unpacked copy below `parts`."""


def copied(file: FileStat, parts: Path) -> Copied:
    """Digest a file; unpack it below `parts` where it is packed, since a Parquet file is read from its end."""
    stream = Stream(file.path)
    part = parts / f"{sha256(file.uri.encode()).hexdigest()}.parquet"
    with ExitStack() as stack:
        copy: BinaryIO | None = None
        for chunk in stream:
            if stream.compression and copy is None:
                copy = stack.enter_context(stack.enter_context(written_whole(part)).open("wb"))
            if copy is not None:
                copy.write(chunk)
    return Copied(stream.sha256, stream.compression, file.path if copy is None else str(part))


class Group(NamedTuple):
    """A row group as its footer describes it."""

    rows: int
    size: int
    """Uncompressed bytes of the columns in question."""


def groups_of(file: pq.ParquetFile, columns: Sequence[str]) -> list[Group]:
    """List the row groups with the size of the named columns; dotted names reach into structs."""
    metadata = file.metadata
    wanted = [
        place
        for place in range(metadata.num_columns)
        if any(f"{metadata.schema.column(place).path}.".startswith(f"{name}.") for name in columns)
    ]
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    return [
        Group(group.num_rows, sum(group.column(place).total_uncompressed_size for place in wanted)) for group in groups
    ]


def pieces_of(file: FileStat, path: str, groups: Sequence[Group], piece_bytes: int) -> tuple[Piece, ...]:
    """Cut a file into pieces of whole row groups, each of about `piece_bytes` unless one group is larger.

    `path` is what is opened. The offset of a piece counts records, as spans in Parquet do.
    """
    pieces: list[Piece] = []
    start = first = rows = size = 0
    for number, group in enumerate([*groups, None]):
        if number > start and (group is None or size + group.size > piece_bytes):
            pieces.append(Piece(file.uri, path, start, number - start, offset=first, first_row=first, size=size))
            start, first, rows, size = number, first + rows, 0, 0
        if group is not None:
            rows, size = rows + group.rows, size + group.size
    return tuple(piece for piece in pieces if any(group.rows for group in stretch(groups, piece)))


def stretch(groups: Sequence[Group], piece: Piece) -> Sequence[Group]:
    """Return the row groups of a piece."""
    return groups[piece.start : piece.start + (piece.length or len(groups))]


def sound_batches(file: pq.ParquetFile, group: int, columns: Sequence[str], rows: int) -> Iterator[pa.RecordBatch]:
    """Yield a row group in batches of `rows` up to the first damaged page, or to its end."""
    batches = file.iter_batches(rows, row_groups=[group], columns=list(columns), use_threads=False)
    while True:
        try:
            with damage_told("Parquet"):
                batch = next(batches, None)
        except UnreadableError:
            return
        if batch is None:
            return
        yield batch


def group_batches(
    file: pq.ParquetFile, number: int, group: Group, columns: Sequence[str], batch_bytes: int
) -> Iterator[pa.RecordBatch]:
    """Yield the records of a row group in order, every one that stands before the first damaged page.

    What is lost does not depend on the size of a batch: after damage the rest is read record by record.
    """
    step = max(1, min(BATCH_ROWS, batch_bytes * group.rows // max(group.size, 1)))
    done = 0
    for batch in sound_batches(file, number, columns, step):
        done += batch.num_rows
        yield batch
    if done < group.rows:
        yield from islice(sound_batches(file, number, columns, 1), done, None)
