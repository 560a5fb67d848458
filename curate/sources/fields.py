"""How records become rows: which fields are the text, the key and the kept columns, and how batches are built."""

import re
from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

import pyarrow as pa
from pydantic import Field, field_validator, model_validator

from curate.core.record import MESSAGES, SHARD, SOURCED, place_of, record_id, render
from curate.core.stage import FOUND, Action, Operator, Outcome
from curate.sources.listed import Listed
from curate.sources.paths import Chat, Getter, compact, fields_of, getter, texter

BATCH_ROWS = 16_384
"""A batch of very short records ends here: a row costs half a kilobyte of Python objects, however short it is."""

Kind = Literal["string", "as_is", "integer", "number", "boolean"]
ARROW = {
    "string": pa.string(),
    "as_is": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
}
INT64 = 1 << 63
INTEGER = re.compile(r"[+-]?[0-9]{1,19}", re.ASCII)
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", re.ASCII)


class Span(NamedTuple):
    """Where a record stands in its file."""

    row: int | None
    """Number of the record in its file; None for a stretch that is no record (blank lines, the break of a stream)."""
    offset: int
    length: int


class Fault(NamedTuple):
    """Why a record cannot be read, or what was odd about it."""

    rule: str
    metric: str | None = None
    value: float | None = None
    threshold: float | None = None
    operator: Operator | None = None
    action: Action = "reject"


NO_TEXT = Fault("read:no_text")
TEXT_TYPE = Fault("read:text_type")
SURROGATE = Fault("read:surrogate")
NO_KEY = Fault("read:no_key", action="tag")
KEPT_TYPE = Fault("read:kept_type", action="tag")


def column_name(path: str) -> str:
    """Name the column of a kept field: no dots in names.

    >>> column_name("meta.year")
    'meta_year'
    """
    return path.replace(".", "_")


class Fields(Listed):
    """Says which fields of a record are its text, its chat, its key and its kept columns."""

    text: str | None = Field(
        None,
        description="Field, dotted path (`a.b.0.c`, `a.*.c`) or template (`Q: {title}\\nA: {answer}`) of the text; "
        "`text` when absent. Absent fields of a template render as nothing; a record without any has no text.",
    )
    messages: Chat | None = Field(None, description="Where a chat record keeps its turns, instead of `text`.")
    key: str | None = Field(
        None,
        description="Field or dotted path whose value names the record for good: its id then no longer depends on the "
        "place. A record without it is named by its place and tagged `read:no_key`.",
    )
    keep: tuple[str, ...] | dict[str, Kind] = Field(
        (),
        description="Fields to keep as columns: a list (strings), or types by field: string, as_is (a string that no "
        "stage edits), integer, number, boolean. `a.b` becomes the column a_b.",
    )

    @field_validator("text")
    @classmethod
    def _is_a_template(cls, text: str | None) -> str | None:
        if text is not None:
            fields_of(text)
        return text

    @field_validator("keep")
    @classmethod
    def _names_are_free(cls, keep: tuple[str, ...] | dict[str, Kind]) -> tuple[str, ...] | dict[str, Kind]:
        taken: dict[str, str] = {}
        for path in keep:
            column = column_name(path)
            if column in (*SHARD.names, "row"):
                message = f"{path!r} cannot be kept: every shard has a column {column!r} of its own"
                raise ValueError(message)
            if column in taken:
                message = f"{path!r} and {taken[column]!r} would be one column {column!r}"
                raise ValueError(message)
            taken[column] = path
        return keep

    @model_validator(mode="after")
    def _says_one_text(self) -> "Fields":
        if self.text is not None and self.messages is not None:
            message = f"text is {self.text!r}, but the text of a chat record is its messages: give one of the two"
            raise ValueError(message)
        return self

    @property
    def kinds(self) -> dict[str, Kind]:
        """Types of the kept fields by path, in order."""
        return dict(self.keep) if isinstance(self.keep, dict) else dict.fromkeys(self.keep, "string")

    @property
    def kept_schema(self) -> pa.Schema:
        """Columns of the kept fields, in the order of the configuration."""
        return pa.schema([(column_name(path), ARROW[kind]) for path, kind in self.kinds.items()])

    @property
    def exempt(self) -> tuple[str, ...]:
        """Kept string columns that editors leave alone (`as_is`)."""
        return tuple(column_name(path) for path, kind in self.kinds.items() if kind == "as_is")

    @property
    def keyed(self) -> bool:
        """Whether ids come from a key field, so that two records may claim one."""
        return self.key is not None

    @property
    def named(self) -> tuple[str, ...]:
        """Every path that the settings name, once, in the order text, key, keep."""
        text = (self.messages.from_,) if self.messages else fields_of(self.text or "text")
        return tuple(dict.fromkeys([*text, *([self.key] if self.key else []), *self.kinds]))


def as_string(value: object) -> object:
    """Keep a string as it is; write anything else as compact JSON."""
    return value if type(value) is str else compact(value)


def as_integer(value: object) -> object:
    """Keep an integer of 64 bits, also one written as a string or as a whole float; KEPT_TYPE for anything else."""
    if type(value) is str:
        value = int(value) if INTEGER.fullmatch(value.strip()) else KEPT_TYPE
    elif type(value) is float and value.is_integer():
        value = int(value)
    return value if type(value) is int and -INT64 <= value < INT64 else KEPT_TYPE


def as_number(value: object) -> object:
    """Keep a number, also one written as a string; KEPT_TYPE for anything else, or for one beyond a float."""
    if type(value) is str and NUMBER.fullmatch(value.strip()):
        value = float(value)
    try:
        return float(value) if type(value) in {int, float} else KEPT_TYPE  # type: ignore[arg-type]
    except OverflowError:
        return KEPT_TYPE


def as_boolean(value: object) -> object:
    """Keep a boolean, also one written as true or false in any case; KEPT_TYPE for anything else."""
    if type(value) is str:
        value = {"true": True, "false": False}.get(value.strip().lower())
    return value if type(value) is bool else KEPT_TYPE


CASTS: dict[Kind, Callable[[object], object]] = {
    "string": as_string,
    "as_is": as_string,
    "integer": as_integer,
    "number": as_number,
    "boolean": as_boolean,
}


class Rows:
    """Collects the records of one task, sound and faulty ones in the order of the input, and gives them as batches.

    A text that holds half a surrogate pair cannot be written as UTF-8: its record is rejected as `read:surrogate`.
    """

    def __init__(self, source: Listed) -> None:
        self.source = source
        self._name = source.name
        self.schema = pa.schema([*SOURCED, *source.kept_schema])
        fields = source if isinstance(source, Fields) else None
        self._text: Getter = texter((fields and fields.text) or "text")
        self._chat = fields.messages.open() if fields and fields.messages else None
        self._key = getter(fields.key) if fields and fields.key else None
        kinds = fields.kinds if fields else {}
        self._kept = [(getter(path), CASTS[kind], ARROW[kind] == pa.string()) for path, kind in kinds.items()]
        self._uri = ""
        self._clear()

    def _clear(self) -> None:
        self._ids: list[str] = []
        self._texts: list[str | None] = []
        self._turns: list[object] = []
        self._uris: list[str] = []
        self._spans: list[Span] = []
        self._values: list[list[object]] = [[] for _ in self._kept]
        self._found: list[tuple[int, Fault]] = []
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def full(self) -> bool:
        """Whether it is time to take a batch."""
        return self._bytes >= self.source.batch_bytes or len(self._ids) >= BATCH_ROWS

    def begin(self, uri: str) -> None:
        """Say which file the next records come from."""
        self._uri = uri

    def add(self, record: Mapping[str, object], span: Span, size: int) -> None:
        """Take a record as parsed; `size` is about the bytes that it holds."""
        turns = self._chat(record) if self._chat else None
        said = self._text(record) if self._chat is None else turns
        fault = None
        if isinstance(turns, list):
            said = render(turns)
        if type(said) is not str or (turns is not None and not isinstance(turns, list)):
            fault, said, turns = NO_TEXT if said is None else TEXT_TYPE, None, None
        key = key_of(self._key(record)) if self._key else None
        row = len(self._ids)
        self._append(key, said, span, size)
        self._turns.append(turns)
        if fault is not None:
            self._found.append((row, fault))
        elif self._key and key is None:
            self._found.append((row, NO_KEY))
        for (get, cast, _), column in zip(self._kept, self._values, strict=True):
            value = get(record)
            value = None if value is None or (value == "" and cast is not as_string) else cast(value)
            if value is KEPT_TYPE:
                value = None
                self._found.append((row, KEPT_TYPE))
            column.append(value)

    def add_text(self, text: str, span: Span) -> None:
        """Take a record that is nothing but its text."""
        self._append(None, text, span, span.length)
        self._turns.append(None)
        for column in self._values:
            column.append(None)

    def reject(self, span: Span, fault: Fault, size: int = 0) -> None:
        """Take a record, or a stretch of the file, that cannot be read: a row without text, already found wanting."""
        self._append(None, None, span, size)
        self._turns.append(None)
        for column in self._values:
            column.append(None)
        self._found.append((len(self._ids) - 1, fault))

    def _append(self, key: str | None, text: str | None, span: Span, size: int) -> None:
        place = place_of(self._uri, span.offset) if key is None else key
        self._ids.append(record_id(self._name, place))
        self._texts.append(text)
        self._uris.append(self._uri)
        self._spans.append(span)
        self._bytes += size

    def take(self) -> Outcome:
        """Give what was collected as one batch and begin anew; findings are ascending by row."""
        n = len(self._ids)
        texts = self._strings(self._texts, SURROGATE)
        lost = {row for row, fault in self._found if fault is SURROGATE}
        turns = [None if row in lost else said for row, said in enumerate(self._turns)] if lost else self._turns
        kept = [
            self._strings(values, KEPT_TYPE) if stringy else pa.array(values, field.type)
            for (_, _, stringy), values, field in zip(self._kept, self._values, self.source.kept_schema, strict=True)
        ]
        rows, offsets, lengths = zip(*self._spans, strict=True) if n else ((), (), ())
        columns = [
            pa.array(self._ids, pa.string()),
            texts,
            pa.array(turns, MESSAGES) if self._chat else pa.nulls(n, MESSAGES),
            pa.repeat(pa.scalar(self.source.name), n),
            pa.array(self._uris, pa.string()),
            *(pa.array(numbers, pa.int64()) for numbers in (rows, offsets, lengths)),
            pa.repeat(pa.scalar(self.source.license), n),
            *kept,
        ]
        batch = pa.RecordBatch.from_arrays(columns, schema=self.schema)
        found = lines(self._found)
        self._clear()
        return Outcome(batch, found)

    def _strings(self, values: list[object] | list[str | None], fault: Fault) -> pa.StringArray:
        """Make a column of strings; one that is no UTF-8 becomes null and a finding."""
        try:
            return pa.array(values, pa.string())
        except UnicodeEncodeError:
            bad = [row for row, value in enumerate(values) if value is not None and not sound(str(value))]
            self._found.extend((row, fault) for row in bad)
            gone = set(bad)
            return pa.array([None if row in gone else value for row, value in enumerate(values)], pa.string())


def key_of(value: object) -> str | None:
    """Spell the value of a key field; None where it is null, empty, or no UTF-8."""
    if value is None or value == "":
        return None
    key = value if type(value) is str else compact(value)
    return key if key.isascii() or sound(key) else None


def sound(text: str) -> bool:
    """Tell whether a string can be written as UTF-8: whether it holds no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def lines(found: list[tuple[int, Fault]]) -> pa.RecordBatch | None:
    """Write faults as FOUND lines, ascending by row; None where there is none."""
    if not found:
        return None
    found = sorted(found, key=lambda line: line[0])
    rows, faults = zip(*found, strict=True)
    rules, metrics, values, thresholds, operators, actions = zip(*faults, strict=True)
    columns = [rows, rules, metrics, values, thresholds, operators, actions, [None] * len(rows)]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, FOUND, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=FOUND)
