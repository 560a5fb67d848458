"""Delimited text: one record a row, every value a string as it is written."""

from collections import Counter, deque
from collections.abc import Iterator

from pydantic import Field, field_validator, model_validator

from curate.core.bytes import Line, lines
from curate.core.errors import DataError
from curate.core.source import FileStat, Piece
from curate.core.stage import Operator
from curate.sources.decoded import ENCODING, Divided, Glance, Run, Taker, changed, feed_in, line_runs
from curate.sources.fields import Fault, Fields, Rows

DELIMITERS = ",\t;|"
SNIFFED_ROWS = 100
UNCLOSED = Fault("read:unclosed_quote")


class Csv(Fields, Divided):
    """Read comma separated values (RFC 4180) and their kin, plain or packed, in any encoding.

    A quote counts only where a value begins; within quotes it is doubled; line feeds within quotes belong to the value.
    A quote that is not closed within `max_record_bytes` spoils its own line and no more. "NA" and "007" stay strings.
    """

    delimiter: str = Field("auto", description="What parts the values: one character, or `auto` to find out.")
    header: bool = Field(True, description="Whether the first row names the columns.")
    columns: tuple[str, ...] = Field((), description="Names of the columns, in place of a header or over it.")
    quote: str = Field('"', max_length=1, description="What encloses values; empty where nothing does.")

    @field_validator("delimiter")
    @classmethod
    def _is_one_character(cls, delimiter: str) -> str:
        delimiter = {"tab": "\t", "\\t": "\t"}.get(delimiter, delimiter)
        if delimiter != "auto" and (len(delimiter) != 1 or delimiter in "\r\n"):
            message = f"{delimiter!r} is not one character"
            raise ValueError(message)
        return delimiter

    @model_validator(mode="after")
    def _names_columns(self) -> "Csv":
        if not self.header and not self.columns:
            message = "without a header the columns need names: columns: [title, body]"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _holds_no_turns(self) -> "Csv":
        if self.messages is not None:
            message = "a cell of a table holds no chat turns; make text of the columns with a template"
            raise ValueError(message)
        return self

    def piece(self, file: FileStat, glance: Glance) -> Piece:
        """Return the file as one piece after its header; raise DataError where a column asked for is missing."""
        whole = super().piece(file, glance)
        head = glance.head[whole.start :]
        cut_off = glance.stream.unpacked > len(glance.head)
        delimiter = self.delimiter if self.delimiter != "auto" else self.sniff(head, whole, cut_off=cut_off)
        whole = changed(whole, extra={**whole.extra, "delimiter": delimiter, "columns": list(self.columns)})
        if not self.header:
            self.check(file, list(self.columns))
            return whole
        first = next((run for run in self.runs(iter([head]), whole) if run.span.row is not None), None)
        if first is None:
            return whole
        end = first.span.offset + first.span.length
        if first.body is None or (cut_off and end >= len(glance.head)):
            raise DataError(f"the header does not end within {end} bytes", where=file.uri, hint="say `header: false`")
        names, _ = cells(first.body.decode(whole.encoding, "replace").removesuffix("\r"), delimiter, self.quote)
        columns = list(self.columns) or names
        self.check(file, columns)
        return changed(whole, start=end, offset=end, extra={**whole.extra, "columns": columns})

    def check(self, file: FileStat, columns: list[str]) -> None:
        """Raise DataError where a column that the settings name is missing, or stands twice."""
        missing = [name for name in self.named if name not in columns]
        if missing:
            facts = ", ".join(map(repr, missing))
            hint = f"the columns are {', '.join(map(repr, columns))}; is the delimiter right?"
            raise DataError(f"there is no column {facts}", where=file.uri, hint=hint)
        twice = [name for name in self.named if columns.count(name) > 1]
        if twice:
            fact = f"the column {twice[0]!r} stands {columns.count(twice[0])} times in the header"
            raise DataError(fact, where=file.uri, hint="name the columns anew with `columns: [...]`")

    def sniff(self, head: bytes, piece: Piece, *, cut_off: bool) -> str:
        """Find the delimiter that gives most of the first rows the same number of values, at least two.

        One under which the header has every column that is asked for goes before all others.
        """
        best, score = DELIMITERS[0], (False, 0.0, 0)
        for delimiter in DELIMITERS:
            tried = changed(piece, extra={**piece.extra, "delimiter": delimiter})
            rows = []
            for run in self.runs(iter([head]), tried):
                if run.body is not None and run.span.row is not None:
                    rows.append(cells(run.body.decode(piece.encoding, "replace"), delimiter, self.quote)[0])
                if len(rows) > SNIFFED_ROWS:
                    break
            rows = rows[:-1] if cut_off and len(rows) > 1 else rows
            width, count = Counter(map(len, rows)).most_common(1)[0] if rows else (1, 0)
            named = bool(rows) and self.header and not {name.strip() for name in self.named} - set(rows[0])
            now = (named, count / len(rows) if width > 1 else 0.0, width)
            if now > score:
                best, score = delimiter, now
        return best

    def runs(self, chunks: Iterator[bytes], piece: Piece) -> Iterator[Run]:
        """Cut a stretch into rows and runs of blank lines."""
        found = lines(chunks, piece.offset, self.max_record_bytes, feed_in(piece.encoding))
        return line_runs(self.joined(found, piece) if self.quote else found, piece)

    def joined(self, found: Iterator[Line], piece: Piece) -> Iterator[Line]:
        """Put lines together that a line feed within quotes parts.

        A line that opens a quote which is never closed stands alone. So does every line up to where the search for its
        end gave up: the search was within quotes at the end of each of them, hence one begun there would end alike.
        """
        state = Quoting(piece.encoding, piece.extra["delimiter"], self.quote)
        waiting: deque[Line] = deque()
        searched = 0
        while (line := waiting.popleft() if waiting else next(found, None)) is not None:
            if line.offset < searched or not state.opens(line.body):
                yield line
                continue
            held, size, inside = [line], line.length, True
            while inside and size <= self.max_record_bytes:
                more = waiting.popleft() if waiting else next(found, None)
                if more is None:
                    break
                held.append(more)
                size += more.length
                if more.body is None:
                    break
                inside = state.stays(more.body)
            if inside:
                searched = held[-1].offset + held[-1].length
                waiting.extendleft(reversed(held[1:]))
                yield line
            else:
                body = feed_in(piece.encoding).join(one.body or b"" for one in held)
                yield Line(line.offset, size, body if size <= self.max_record_bytes else None)

    def taker(self, piece: Piece, rows: Rows) -> Taker:
        """Return what parses one row."""
        return RowTaker(rows, piece, self)


class Quoting:
    """Tells where a line leaves off: within quotes or not."""

    def __init__(self, encoding: str, delimiter: str, quote: str) -> None:
        self.encoding = encoding
        self.delimiter = delimiter
        self.quote = quote
        self.bytes = quote.encode(encoding, "replace")

    def opens(self, body: bytes | None) -> bool:
        """Tell whether a line that begins outside quotes ends within them."""
        if body is None or self.bytes not in body:
            return False
        return cells(body.decode(self.encoding, "replace"), self.delimiter, self.quote)[1]

    def stays(self, body: bytes) -> bool:
        """Tell whether a line that begins within quotes ends within them."""
        if self.bytes not in body:
            return True
        return cells(self.quote + body.decode(self.encoding, "replace"), self.delimiter, self.quote)[1]


class RowTaker(Taker):
    """Parses rows."""

    def __init__(self, rows: Rows, piece: Piece, source: Csv) -> None:
        super().__init__(rows, piece.encoding)
        columns: list[str] = piece.extra["columns"]
        self.width = len(columns)
        self.wanted = [(name, columns.index(name)) for name in source.named if name in columns]
        self.delimiter: str = piece.extra["delimiter"]
        self.quote = source.quote

    def __call__(self, run: Run) -> None:
        """Add the record of one row."""
        try:
            text = (run.body or b"").decode(self.encoding).removesuffix("\r")
        except UnicodeDecodeError:
            self.rows.reject(run.span, ENCODING)
            return
        if self.quote and self.quote in text:
            values, unclosed = cells(text, self.delimiter, self.quote)
        else:
            values, unclosed = text.split(self.delimiter), False
        if unclosed:
            self.rows.reject(run.span, UNCLOSED)
        elif len(values) != self.width:
            self.rows.reject(run.span, ragged(len(values), self.width))
        else:
            self.rows.add({name: values[at] for name, at in self.wanted}, run.span, run.span.length)


def ragged(values: int, columns: int) -> Fault:
    """Say that a row has more or fewer values than there are columns."""
    operator: Operator = ">" if values > columns else "<"
    return Fault("read:ragged", metric="values", value=float(values), threshold=float(columns), operator=operator)


def cells(text: str, delimiter: str, quote: str) -> tuple[list[str], bool]:
    r"""Part a row into its values; tell whether it ends within quotes, its last value then missing.

    What follows a closing quote up to the delimiter is taken as it stands, like the csv module of Python does.

    >>> cells('a,"b ""c"", d"e,5"', ",", '"')
    (['a', 'b "c", de', '5"'], False)
    """
    values: list[str] = []
    at = 0
    while True:
        parts: list[str] = []
        if quote and text.startswith(quote, at):
            at += 1
            while True:
                end = text.find(quote, at)
                if end < 0:
                    return values, True
                doubled = text.startswith(quote, end + 1)
                parts.append(text[at : end + doubled])
                at = end + 1 + doubled
                if not doubled:
                    break
        end = text.find(delimiter, at)
        parts.append(text[at:] if end < 0 else text[at:end])
        values.append("".join(parts))
        if end < 0:
            return values, False
        at = end + 1
