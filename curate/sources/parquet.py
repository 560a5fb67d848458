"""Read records from the rows of Parquet files."""

from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pyarrow as pa

from curate.core.errors import DataError
from curate.core.source import FileStat, Piece, Split, Surveyed
from curate.core.stage import Outcome
from curate.sources.columns import Columns, Reach, as_text, decoded, is_text, is_turns, reached
from curate.sources.fields import Fault, Fields, Rows, Span
from curate.sources.paths import compact
from curate.sources.rowgroups import (
    UnreadableError,
    copied,
    footed,
    group_batches,
    groups_of,
    limited,
    pieces_of,
    shortened,
    still_parquet,
    stretch,
)

MALFORMED = Fault("read:malformed")
ENCODING = Fault("read:encoding")
SHOWN_CHARS = 1 << 16
"""How much of a record without text is shown again."""


class Parquet(Fields):
    """Read one record a row, only the columns that `text`, `messages`, `key` and `keep` name.

    A span is (number of the record in its file, 1). A file that is no Parquet is one rejected record; records of a row
    group behind a damaged page are rejected one by one (`read:malformed`), and so is a record whose strings are no
    UTF-8 (`read:encoding`). A column of bytes is taken as UTF-8 text. A column that a file does not have, or a text
    column that holds no text, is a mistake in the configuration: DataError.
    """

    def look(self, file: FileStat, parts: Path) -> Surveyed:
        """Digest a file and cut it by row groups; DataError where its columns are not those that the settings name."""
        copy = copied(file, parts)
        try:
            with footed(copy.path) as parquet:
                Wanted.of(self, parquet.schema_arrow, file.uri)
                groups = groups_of(parquet)
            pieces = pieces_of(file, copy.path, groups, self.split_bytes)
        except UnreadableError:
            pieces = (Piece(file.uri, copy.path, length=1, extra={"malformed": True}),)
        return Surveyed(file.uri, file.size, copy.sha256, pieces, compression=copy.compression)

    def read(self, split: Split) -> Iterator[Outcome]:
        """Yield batches of a few megabytes; a batch does not reach over the border of a row group."""
        left = split.limit
        for piece in split.pieces:
            for outcome in self._piece(piece):
                if left is not None:
                    outcome = limited(outcome, left)  # noqa: PLW2901 - the same batch, cut
                    left -= outcome.batch.num_rows
                yield outcome
                if left == 0:
                    return

    def _piece(self, piece: Piece) -> Iterator[Outcome]:
        rows = Rows(self)
        rows.begin(piece.uri)
        if piece.extra.get("malformed"):
            rows.reject(Span(0, 0, 1), MALFORMED)
            yield rows.take()
            return
        with still_parquet(piece.path) as parquet:
            wanted = Wanted.of(self, parquet.schema_arrow, piece.uri)
            groups = groups_of(parquet)
            first = piece.first_row
            for number, group in enumerate(stretch(groups, piece), piece.start):
                end = first + group.rows
                for batch in group_batches(parquet, number, group, wanted.columns, self.batch_bytes):
                    yield self._outcome(decoded(batch), rows, wanted, first)
                    first += batch.num_rows
                for row in range(first, end):
                    rows.reject(Span(row, row, 1), MALFORMED)
                    if rows.full or row == end - 1:
                        yield rows.take()
                first = end

    def again(self, file: FileStat, surveyed: Surveyed, spans: Sequence[tuple[int, int]]) -> Iterator[str | None]:
        """Read records again by their spans, which ascend: the text, else the fields as JSON, else None."""
        waiting = deque(offset for offset, _ in spans)
        if any(piece.extra.get("malformed") for piece in surveyed.pieces):
            yield from (None for _ in waiting)
            return
        with TemporaryDirectory() as parts, still_parquet(copied(file, Path(parts)).path) as parquet:
            wanted = Wanted.of(self, parquet.schema_arrow, file.uri)
            first = 0
            for number, group in enumerate(groups_of(parquet)):
                end = first + group.rows
                if waiting and waiting[0] < end:
                    for batch in group_batches(parquet, number, group, wanted.columns, self.batch_bytes):
                        while waiting and waiting[0] < first + batch.num_rows:
                            yield self._shown(decoded(batch.slice(waiting.popleft() - first, 1)), wanted)
                        first += batch.num_rows
                while waiting and waiting[0] < end:
                    waiting.popleft()
                    yield None
                first = end

    def _shown(self, batch: pa.RecordBatch, wanted: "Wanted") -> str | None:
        """Show a batch of one record."""
        text = self._outcome(batch, Rows(self), wanted, 0).batch["text"][0].as_py()
        if text is not None:
            return str(text)
        record = next(iter(records_of(batch)))
        return None if record is None else compact(record)[:SHOWN_CHARS]

    def _outcome(self, batch: pa.RecordBatch, rows: Rows, wanted: "Wanted", first: int) -> Outcome:
        """Make rows of whole columns where that is possible, else of one record after the other."""
        whole = wanted.whole.outcome(batch, first) if wanted.whole else None
        if whole is None:
            for row, record in enumerate(records_of(batch), first):
                if record is None:
                    rows.reject(Span(row, row, 1), ENCODING)
                else:
                    rows.add(record, Span(row, row, 1), 0)
            whole = rows.take()
        return shortened(whole, self.max_record_bytes)


class Wanted(NamedTuple):
    """What is read of a file."""

    columns: tuple[str, ...]
    """As pyarrow names them: dotted into structs."""
    whole: Columns | None
    """How to make rows of whole columns, where the types allow it."""

    @classmethod
    def of(cls, source: Fields, schema: pa.Schema, uri: str) -> "Wanted":
        """Find what the settings name; DataError where a column does not exist or cannot be a text."""
        schema = as_text(schema)
        where = f"sources.{source.name} {uri}"
        reach: dict[str, Reach] = {}
        for path in source.named:
            found = reached(schema, path)
            if found is None:
                hint = f"its columns are {', '.join(schema.names) or 'none'}"
                raise DataError(f"the file has no column {path!r}", where=where, hint=hint)
            reach[path] = found
        text, chat = reach.get(source.text or "text"), source.messages
        if chat:
            turns = reach[chat.from_].kind
            if turns is not None and not is_turns(turns, chat):
                hint = f"turns are a list of structs with the fields {chat.role!r} and {chat.content!r}"
                raise DataError(f"the column {chat.from_!r} holds {turns}, no chat turns", where=where, hint=hint)
        elif text is not None and text.kind is not None and not is_text(text.kind):
            name = text.select
            hint = f'name a column of strings, or write numbers and dates as text with text: "{{{name}}}"'
            raise DataError(f"the column {name!r} holds {text.kind}, no text", where=where, hint=hint)
        select = tuple(dict.fromkeys(found.select for found in reach.values()))
        return cls(select, Columns.of(source, reach, uri))


def records_of(batch: pa.RecordBatch) -> Iterator[dict[str, object] | None]:
    """Yield the rows of a batch as dictionaries; None for one that holds a string that is no UTF-8."""
    try:
        yield from batch.to_pylist()
    except UnicodeDecodeError:
        for number in range(batch.num_rows):
            try:
                yield batch.slice(number, 1).to_pylist()[0]
            except UnicodeDecodeError:
                yield None
