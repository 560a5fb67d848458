"""Parquet files as stretches of row groups: opened anywhere, cut by size, read up to the first damage."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from curate.core import compute as pc
from curate.core.bytes import Stream, opened, reading
from curate.core.errors import StorageError
from curate.core.files import written_whole
from curate.core.source import FileStat, Piece
from curate.core.stage import Outcome, found_lines, merged

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


@contextmanager
def still_parquet(path: str) -> Iterator[pq.ParquetFile]:
    """Open a file that the survey could read; StorageError where it is no Parquet any more."""
    try:
        with footed(path) as file:
            yield file
    except UnreadableError as error:
        hint = "it changed while the run was reading it: start again"
        raise StorageError("the file is no Parquet any more", where=path, hint=hint) from error


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
    """Uncompressed bytes of all its columns."""


def groups_of(file: pq.ParquetFile) -> list[Group]:
    """List the row groups; raise UnreadableError where their records are not as many as the footer says of the file.

    The footer also knows the size of each column, but asking pyarrow for it ends the process where those bytes of the
    footer are damaged.
    """
    groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
    if sum(group.num_rows for group in groups) != file.metadata.num_rows:
        raise UnreadableError
    return [Group(group.num_rows, group.total_byte_size) for group in groups]


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


def shortened(outcome: Outcome, most: int) -> Outcome:
    """Reject records whose text has more than `most` bytes, and let go of it."""
    batch = outcome.batch
    sizes = pc.binary_length(batch["text"])
    long = pc.fill_null(pc.greater(sizes, most), False)
    found = found_lines(
        long, "read:too_long", action="reject", metric="bytes", value=sizes, threshold=most, operator=">"
    )
    if found is None:
        return outcome
    for name in ("text", "messages"):
        place = batch.schema.get_field_index(name)
        field = batch.schema.field(place)
        batch = batch.set_column(place, field, pc.if_else(long, pa.scalar(None, field.type), batch.column(place)))
    return Outcome(batch, merged([outcome.found, found]))


def limited(outcome: Outcome, most: int) -> Outcome:
    """Return the first `most` records of a batch and what was found in them."""
    found = outcome.found
    if found is not None and outcome.batch.num_rows > most:
        found = found.filter(pc.less(found["row"], most))
    return Outcome(outcome.batch.slice(0, most), found)
