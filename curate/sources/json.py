"""JSON files: an array of objects, one object, or a list somewhere within."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import orjson
from pydantic import Field

from curate.core.bytes import Stream
from curate.core.errors import DataError
from curate.core.source import FileStat, Piece, Surveyed
from curate.sources.decoded import EMPTY, TRUNCATED, Decoded, broken, broken_at, changed, shown, too_long
from curate.sources.fields import Fault, Fields, Rows, Span
from curate.sources.objects import NOT_AN_OBJECT, inexact_in, lenient
from curate.sources.paths import compact

FILE_BYTES = 512 << 20
NO_RECORDS = Fault("read:no_records")
ABSENT = object()


class Json(Fields, Decoded):
    """Read JSON files whole: each object of an array, or the one object that a file holds, is a record.

    A span is the record's number and 1, since the objects of a tree are not found again by bytes. A file that is no
    JSON is one rejected record. Raises DataError for a file above FILE_BYTES, unpacked: trees are held in memory.
    """

    file_bytes: ClassVar[int] = FILE_BYTES

    records: str | None = Field(
        None,
        description="Dotted path of the list of records, such as data.items; `*` steps into every item of a list or "
        "every value of an object. The whole file when absent.",
    )

    def look(self, file: FileStat, parts: Path) -> Surveyed:  # noqa: ARG002 - nothing is cut
        """Read a file once for digest, size and encoding; it is never cut."""
        glance = self.glance(file)
        stream, encoding = glance.stream, glance.encoding
        if stream.unpacked > self.file_bytes:
            fact = f"the file holds {stream.unpacked} bytes, more than the {self.file_bytes} that fit a JSON tree"
            hint = "convert it to JSON Lines (jq -c '.[]'), which is read as a stream"
            raise DataError(fact, where=file.uri, hint=hint)
        piece = self.piece(file, glance)
        piece = changed(piece, offset=0, size=stream.unpacked, extra={**piece.extra, **broken(stream)})
        return Surveyed(
            file.uri,
            stream.size,
            stream.sha256,
            (piece,),
            compression=stream.compression,
            encoding=encoding.name,
            confidence=encoding.confidence,
        )

    def fill(self, chunks: Iterator[bytes], piece: Piece, rows: Rows) -> Iterator[bool]:
        """Add the records of a file one by one."""
        data = b"".join(chunks)
        end = broken_at(piece)
        if end is not None or not data.strip():
            rows.reject(Span(0, 0, 1), EMPTY if end is None else TRUNCATED)
            yield True
            return
        found = self.parsed(data, piece.encoding)
        if isinstance(found, Fault):
            rows.reject(Span(0, 0, 1), found)
            yield True
            return
        share = len(data) // max(1, len(found))
        for row, record in enumerate(found):
            size = share if len(data) <= self.max_record_bytes else written_bytes(record)
            if size > self.max_record_bytes:
                rows.reject(Span(row, row, 1), too_long(size, self.max_record_bytes))
            elif isinstance(record, Mapping):
                rows.add(record, Span(row, row, 1), size)
            else:
                rows.reject(Span(row, row, 1), NOT_AN_OBJECT)
            yield True

    def parsed(self, data: bytes, encoding: str) -> list[object] | Fault:
        """Return the records of a file, or why there are none."""
        tree: object
        try:
            tree = orjson.loads(data if encoding == "utf-8" else data.decode(encoding))
        except ValueError:
            tree = lenient(data, encoding)
        if isinstance(tree, Fault):
            return tree
        found = items(tree, self.records)
        inexact = inexact_in(self)
        if any(isinstance(record, Mapping) and inexact(record) for record in found):
            found = items(json.loads(data.decode(encoding)), self.records)
        return NO_RECORDS if found == [ABSENT] else found

    def again(self, file: FileStat, surveyed: Surveyed, spans: Sequence[tuple[int, int]]) -> Iterator[str | None]:
        """Read records again by their numbers: the text where there is one, else the object, else what stands there."""
        piece = surveyed.pieces[0]
        data = b"".join(Stream(file.path, piece.extra["compression"], start=piece.start))
        found = self.parsed(data, piece.encoding)
        for number, _ in spans:
            if isinstance(found, Fault) or broken_at(piece) is not None or number >= len(found):
                yield shown(data, piece.encoding)
                continue
            record, rows = found[number], Rows(self)
            if isinstance(record, Mapping):
                rows.add(record, Span(0, number, 1), 1)
            text = rows.take().batch["text"].to_pylist()
            yield text[0] if text and text[0] is not None else compact(record)


def items(tree: object, path: str | None) -> list[object]:
    """Return the records at a path of a tree, in its order; [ABSENT] where it leads nowhere.

    >>> items({"data": [{"a": 1}, {"a": 2}]}, "data"), items({"a": 1}, None)
    ([{'a': 1}, {'a': 2}], [{'a': 1}])
    """
    ends = [tree]
    for part in path.split(".") if path else ():
        steps: list[object] = []
        for end in ends:
            if part == "*" and isinstance(end, list | Mapping):
                steps.extend(end if isinstance(end, list) else end.values())
            elif isinstance(end, Mapping) and part in end:
                steps.append(end[part])
            elif isinstance(end, list) and part.isdecimal() and int(part) < len(end):
                steps.append(end[int(part)])
        ends = steps
    if path and not ends and tree not in ([], {}):
        return [ABSENT]
    return [record for end in ends for record in (end if isinstance(end, list) else [end])]


def written_bytes(record: object) -> int:
    """Return how many bytes a record takes as JSON."""
    try:
        return len(orjson.dumps(record))
    except TypeError:
        return len(compact(record).encode("utf-8", "surrogatepass"))
