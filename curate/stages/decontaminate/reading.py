"""The rows of a file of a benchmark, each with its place in the file: JSON Lines, CSV or Parquet, packed or not."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import orjson
import pyarrow as pa

from curate.core.bytes import Stream, lines
from curate.core.encoding import check_utf8
from curate.core.errors import ConfigError

PACKED = (".gz", ".bz2", ".xz", ".zst")
MOST_LINE_BYTES = 1 << 24
MOST_CELL_CHARACTERS = 2**31 - 1
"""Python's csv module stops at 131,072 unless told; passages are longer."""
LINE_FEED, BOM = b"\n", b"\xef\xbb\xbf"
AS_LINES = "jq -c '.[]' {} > {}"


class Row(NamedTuple):
    """One row, and where it stands."""

    where: str
    """File and line, or file and row where a format has no lines."""
    said: Mapping[str, object]


def rows_of(path: Path) -> Iterator[Row]:
    """Yield the rows of a file by its name's last suffix, that of its compression left out.

    ConfigError, with the line, where the file is not what its name says.
    """
    bare = path.with_suffix("") if path.suffix.lower() in PACKED else path
    read = {".jsonl": of_jsonl, ".csv": of_csv, ".parquet": of_parquet}.get(bare.suffix.lower())
    if read is None:
        fact = f"the name {path.name!r} ends in no format that benchmarks are read from"
        hint = ".jsonl, .csv or .parquet, and perhaps .gz, .bz2, .xz or .zst"
        if bare.suffix.lower() == ".json":
            hint += f"; an array becomes lines by `{AS_LINES.format(path.name, path.with_suffix('.jsonl').name)}`"
        raise ConfigError(fact, where=str(path), hint=hint)
    stream = Stream(str(path))
    try:
        yield from read(path, stream)
    except ConfigError:
        if stream.damage is None:
            raise
    if stream.damage is not None:
        raise ConfigError(f"the file is damaged: {stream.damage.fact}", where=str(path), hint="fetch it again")


def of_jsonl(path: Path, stream: Stream) -> Iterator[Row]:
    """Yield the objects of JSON Lines; blank lines count as absent."""
    for number, line in enumerate(lines(stream, 0, MOST_LINE_BYTES), 1):
        where = f"{path}:{number}"
        if line.body is None:
            raise ConfigError(f"the line is longer than {MOST_LINE_BYTES:,} bytes", where=where, hint="an item a line")
        body = line.body.removeprefix(BOM).strip()
        if body:
            yield Row(where, object_of(body, path, number))


def object_of(body: bytes, path: Path, number: int) -> Mapping[str, object]:
    """Return the object that a line holds; its text is in no message."""
    where = f"{path}:{number}"
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        check_utf8(body, where, path.name)
        hint = "a line holds one object: {...}; a JSON file over many lines becomes one by `jq -c . FILE`"
        if body.startswith(b"["):
            hint = f"an array over many lines becomes lines by `{AS_LINES.format(path.name, 'lines.jsonl')}`"
        raise ConfigError(f"the line is not JSON from character {error.pos + 1} on", where=where, hint=hint) from None
    if isinstance(said, dict):
        return said
    hint = "a line holds one object with the fields that are named: {...}"
    if isinstance(said, list):
        hint = f"an array becomes lines by `{AS_LINES.format(path.name, 'lines.jsonl')}`"
    held = "a list" if isinstance(said, list) else "a value"
    fact = f"the line holds {held} and no object"
    raise ConfigError(fact, where=where, hint=hint)


def of_csv(path: Path, stream: Stream) -> Iterator[Row]:
    """Yield the rows of a CSV file with a header."""
    raw = b"".join(stream)
    if stream.damage is not None:
        return
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(LINE_FEED, 0, error.start) + 1
        check_utf8(raw, f"{path}:{line}", path.name)
        raise
    csv.field_size_limit(MOST_CELL_CHARACTERS)
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    begun = 2
    try:
        check_header(reader.fieldnames or (), f"{path}:1")
        for row in reader:
            where = f"{path}:{begun}"
            if None in row:
                fact = f"the row has {len(row) - 1 + len(row[None])} cells, and the header has {len(row) - 1}"
                raise ConfigError(fact, where=where, hint='put cells that hold commas in quotes: "a, b"')
            yield Row(where, row)
            begun = reader.line_num + 1
    except csv.Error as error:
        hint = "a quote within a quoted cell is doubled, and every quote is closed"
        raise ConfigError(f"the row is not CSV: {error}", where=f"{path}:{begun}", hint=hint) from None


def check_header(names: Sequence[str], where: str) -> None:
    """Raise ConfigError where a header is one cell with other marks than commas, or names two columns alike."""
    mark = next((mark for mark in ";\t|" if len(names) == 1 and mark in names[0]), None)
    if mark is not None:
        fact = f"the header is one cell, {names[0]!r}: its names are parted by {mark!r}"
        raise ConfigError(fact, where=where, hint="part cells by commas, or bring the benchmark as .jsonl")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        fact = f"the header names {', '.join(map(repr, twice))} more than once"
        raise ConfigError(fact, where=where, hint="give every column a name of its own")


def of_parquet(path: Path, stream: Stream) -> Iterator[Row]:
    """Yield the rows of a Parquet file."""
    import pyarrow.parquet as pq

    raw = b"".join(stream)
    if stream.damage is not None:
        return
    number = 0
    try:
        for batch in pq.ParquetFile(pa.BufferReader(raw)).iter_batches():
            for said in batch.to_pylist():
                yield Row(f"{path} row {number}", said)
                number += 1
    except pa.ArrowException as error:
        fact = f"the file is no Parquet file that can be read: {type(error).__name__}"
        raise ConfigError(fact, where=str(path), hint="fetch it again, or name it by what it is") from None
