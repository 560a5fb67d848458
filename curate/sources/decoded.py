"""What every source of text files does alike: look at a file once, cut it between records, read a stretch again."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from pydantic import Field, field_validator

from curate.core.bytes import Compression, Line, Stream, lines, stretches, trimmed
from curate.core.encoding import Encoding, Sampler, detected, named_encoding, said
from curate.core.files import written_whole
from curate.core.source import FileStat, Piece, Split, Surveyed
from curate.core.stage import Outcome
from curate.sources.fields import Fault, Rows, Span
from curate.sources.listed import Listed

BLANK = Fault("read:blank")
ENCODING = Fault("read:encoding")
EMPTY = Fault("read:empty")
TRUNCATED = Fault("read:truncated")
"""The packed stream breaks off where the record does: at the end of its span."""
SHOWN_BYTES = 1 << 16
"""How much of a record that cannot be read is shown again."""


class Glance(NamedTuple):
    """What the first pass over a file found."""

    stream: Stream
    encoding: Encoding
    head: bytes
    """The beginning of the file, unpacked: whole where the file is no longer than a sample."""


class Run(NamedTuple):
    """A record, or consecutive blank lines, as bytes of the unpacked file."""

    span: Span
    body: bytes | None
    """None where it is too long to be held, and for blank lines."""


class Decoded(Listed):
    """Reads text files, packed or not, in whatever encoding; spans are bytes of the unpacked file."""

    encoding: str = Field(
        "auto",
        description="Name of the encoding; `auto` goes by byte order mark, strict UTF-8, then by which of gb18030, "
        "big5, UTF-16, Japanese, Korean and Latin encodings gives the most common characters.",
    )
    compression: Compression = Field(
        "infer", description="How the files are packed; `infer` goes by their first bytes, whatever they are called."
    )

    @field_validator("encoding")
    @classmethod
    def _is_known(cls, encoding: str) -> str:
        return encoding if encoding == "auto" else named_encoding(encoding)

    def glance(self, file: FileStat) -> Glance:
        """Read a file from end to end."""
        stream, sampler = Stream(file.path, self.compression), Sampler()
        for chunk in stream:
            sampler.feed(chunk)
        samples = sampler.samples()
        encoding = detected(samples) if self.encoding == "auto" else said(self.encoding, samples[0])
        return Glance(stream, encoding, samples[0])

    def piece(self, file: FileStat, glance: Glance) -> Piece:
        """Return the whole file as one piece, after what holds no record."""
        bom = glance.encoding.bom
        extra = {"compression": glance.stream.compression or "none"}
        return Piece(file.uri, file.path, start=bom, offset=bom, encoding=glance.encoding.name, extra=extra)

    @abstractmethod
    def fill(self, chunks: Iterator[bytes], piece: Piece, rows: Rows) -> Iterator[bool]:
        """Add the records of a stretch to `rows` one by one; yield whether each row is a record, not a gap."""

    def read(self, split: Split) -> Iterator[Outcome]:
        """Yield the records of the pieces in order; stop after `split.limit` records, gaps not counted."""
        rows = Rows(self)
        left = split.limit
        for piece in split.pieces:
            if left == 0:
                break
            rows.begin(piece.uri)
            stream = Stream(piece.path, piece.extra["compression"], start=piece.start, length=piece.length)
            for is_record in self.fill(iter(stream), piece, rows):
                if rows.full:
                    yield rows.take()
                if left is not None and is_record:
                    left -= 1
                    if left == 0:
                        break
        if len(rows):
            yield rows.take()

    def again(self, file: FileStat, surveyed: Surveyed, spans: Sequence[tuple[int, int]]) -> Iterator[str | None]:
        """Read records again by their spans, which ascend: the text where there is one, else what stands there.

        Of a stretch that cannot be read the first SHOWN_BYTES are shown, with U+FFFD for what does not decode.
        """
        if not surveyed.pieces:
            return
        extra = {name: value for name, value in surveyed.pieces[0].extra.items() if name != "broken"}
        piece = changed(surveyed.pieces[0], extra=extra, first_row=0)
        stream = Stream(file.path, surveyed.compression or "none")
        bodies = stretches(stream, spans, self.max_record_bytes + 1)
        for (offset, length), body in zip(spans, bodies, strict=True):
            rows = Rows(self)
            rows.begin(file.uri)
            here = changed(piece, start=offset, offset=offset, length=length)
            for _ in self.fill(iter([body]), here, rows):
                pass
            texts = rows.take().batch["text"].to_pylist()
            yield texts[0] if len(texts) == 1 and texts[0] is not None else shown(body, piece.encoding)


class Divided(Decoded):
    """Reads text files record by record, and cuts large ones between records."""

    def look(self, file: FileStat, parts: Path) -> Surveyed:
        """Read a file once for digest, size and encoding, and once more where it has to be cut."""
        glance = self.glance(file)
        stream, encoding = glance.stream, glance.encoding
        skipped = [(0, encoding.bom)] if encoding.bom else []
        first = self.piece(file, glance)
        if first.start > encoding.bom:
            skipped.append((encoding.bom, first.start - encoding.bom))
        pieces: tuple[Piece, ...] = ()
        if stream.unpacked - first.start > self.split_bytes and self.cuttable:
            pieces = self.cut(first, glance, parts)
        elif stream.unpacked > first.start or stream.damage or self.keeps_empty:
            length = stream.unpacked - first.start
            pieces = (changed(first, length=length, size=length, extra={**first.extra, **broken(stream)}),)
        return Surveyed(
            file.uri,
            stream.size,
            stream.sha256,
            pieces,
            decoded_bytes=stream.unpacked,
            compression=stream.compression,
            encoding=encoding.name,
            confidence=encoding.confidence,
            skipped=tuple(skipped),
        )

    @property
    def cuttable(self) -> bool:
        """Whether a file may hold more than one piece."""
        return True

    @property
    def keeps_empty(self) -> bool:
        """Whether a file without a byte is a record."""
        return False

    def cut(self, first: Piece, glance: Glance, parts: Path) -> tuple[Piece, ...]:
        """Cut a file before the records that would make a piece too large; a packed one is unpacked below `parts`."""
        marks = [(first.start, 0)]
        with ExitStack() as stack:
            chunks = iter(Stream(first.path, first.extra["compression"]))
            if glance.stream.compression:
                path = parts / f"{glance.stream.sha256}.part"
                chunks = copied(chunks, stack.enter_context(written_whole(path)))
                first = changed(first, path=str(path), extra={**first.extra, "compression": "none"})
            count = 0
            for run in self.runs(trimmed(chunks, first.start, None), first):
                begin, end = run.span.offset, run.span.offset + run.span.length
                if run.span.row is None:
                    continue
                if end - marks[-1][0] > self.split_bytes and begin > marks[-1][0]:
                    marks.append((begin, count))
                count += 1
        ends = [offset for offset, _ in marks[1:]] + [glance.stream.unpacked]
        pieces = [
            changed(first, start=at, offset=at, length=end - at, size=end - at, first_row=row)
            for (at, row), end in zip(marks, ends, strict=True)
        ]
        pieces[-1] = changed(pieces[-1], extra={**first.extra, **broken(glance.stream)})
        return tuple(pieces)

    def runs(self, chunks: Iterator[bytes], piece: Piece) -> Iterator[Run]:
        """Cut a stretch into records and runs of blank lines that tile it."""
        return line_runs(lines(chunks, piece.offset, self.max_record_bytes, feed_in(piece.encoding)), piece)

    def fill(self, chunks: Iterator[bytes], piece: Piece, rows: Rows) -> Iterator[bool]:
        """Add the records of a stretch to `rows` one by one; yield whether each row is a record, not a gap."""
        end = broken_at(piece)
        take = self.taker(piece, rows)
        cut_off = False
        for run in self.runs(chunks, piece):
            span = run.span
            if end is not None and span.row is not None and span.offset + span.length == end and not self.ends(run):
                rows.reject(span, TRUNCATED)
                cut_off = True
            elif span.row is None:
                rows.reject(span, BLANK)
            elif run.body is None:
                rows.reject(span, too_long(span.length, self.max_record_bytes))
            else:
                take(run)
            yield span.row is not None
        if end is not None and not cut_off:
            rows.reject(Span(None, end, 0), TRUNCATED)
            yield False

    def ends(self, run: Run) -> bool:
        """Tell whether a record at the break of a stream is whole: whether its terminator is there."""
        return run.body is not None and run.span.length > len(run.body)

    @abstractmethod
    def taker(self, piece: Piece, rows: Rows) -> "Taker":
        """Return what adds one record to `rows`, sound or found wanting."""


class Taker(ABC):
    """Adds records to rows, one call each."""

    def __init__(self, rows: Rows, encoding: str) -> None:
        self.rows = rows
        self.encoding = encoding

    @abstractmethod
    def __call__(self, run: Run) -> None:
        """Add the record of a run whose body is held."""


def line_runs(found: Iterator[Line], piece: Piece) -> Iterator[Run]:
    """Give lines that are records their numbers, and put consecutive blank ones together."""
    row = piece.first_row
    narrow = len(feed_in(piece.encoding)) == 1
    blank_from = blank_to = -1
    for offset, length, body in found:
        if body is not None and (not body or body.isspace() if narrow else is_blank(body, piece.encoding)):
            blank_from = offset if blank_from < 0 else blank_from
            blank_to = offset + length
            continue
        if blank_from >= 0:
            yield Run(Span(None, blank_from, blank_to - blank_from), None)
            blank_from = -1
        yield Run(Span(row, offset, length), body)
        row += 1
    if blank_from >= 0:
        yield Run(Span(None, blank_from, blank_to - blank_from), None)


def is_blank(body: bytes, encoding: str) -> bool:
    """Tell whether a line of wide characters is empty or ASCII blanks."""
    text = body.decode(encoding, "replace") if len(body) < SHOWN_BYTES else "long"
    return not text.strip(" \t\r\n\v\f")


def feed_in(encoding: str) -> bytes:
    """Return the line feed as an encoding writes it: one byte everywhere but in UTF-16 and UTF-32."""
    return "\n".encode(encoding) if encoding.startswith(("utf-16", "utf-32")) else b"\n"


def changed(piece: Piece, **fields: object) -> Piece:
    """Return the piece with some fields changed."""
    return Piece(**{**piece.__dict__, **fields})


def copied(chunks: Iterator[bytes], draft: Path) -> Iterator[bytes]:
    """Write a stream to a file on its way."""
    with draft.open("wb") as out:
        for chunk in chunks:
            out.write(chunk)
            yield chunk


def broken(stream: Stream) -> dict[str, int]:
    """Say in a piece's extra where its stream breaks off, if it does."""
    return {"broken": stream.damage.offset} if stream.damage else {}


def broken_at(piece: Piece) -> int | None:
    """Return where the piece's stream breaks off; None where it does not."""
    at = piece.extra.get("broken")
    return None if at is None else int(at)


def too_long(length: int, most: int) -> Fault:
    """Say that a record is longer than may be held."""
    return Fault("read:too_long", metric="bytes", value=float(length), threshold=float(most), operator=">")


def shown(body: bytes, encoding: str) -> str:
    """Decode what can be decoded of a stretch."""
    return body[:SHOWN_BYTES].decode(encoding, "replace")
