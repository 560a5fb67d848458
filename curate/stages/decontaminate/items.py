"""The items of benchmarks, read from files that a configuration names: JSON Lines, CSV or Parquet, packed or not."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import orjson
import pyarrow as pa
from pydantic import Field

from curate.core.bytes import Stream, lines
from curate.core.errors import ConfigError
from curate.core.stage import Value

PACKED = (".gz", ".bz2", ".xz", ".zst")
MOST_LINE_BYTES = 1 << 24
MOST_ID_CHARACTERS = 64
"""A longer name is hardly an id: the manifest would quote text of the benchmark."""

Row = Mapping[str, object]


class Benchmark(Value):
    """Files of one benchmark, and where in them the text of an item stands."""

    path: Path | tuple[Path, ...] = Field(
        description="A file or several: `.jsonl`, `.csv` or `.parquet`, plain or `.gz`, `.bz2`, `.xz`, `.zst`."
    )
    fields: tuple[str, ...] = Field(
        min_length=1, description="Fields that hold the text of an item; each is looked for by itself."
    )
    id: str | None = Field(
        None, description="Field that names the item; the number of the row over all files, from 0, when absent."
    )

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files."""
        return (self.path,) if isinstance(self.path, Path) else self.path


class Item(NamedTuple):
    """One row of a benchmark: what it is called, and its texts in the order of `fields`."""

    id: str
    texts: tuple[str, ...]


def items_of(benchmark: Benchmark) -> Iterator[Item]:
    """Yield the items of a benchmark; ConfigError where a file is not what its name says, or lacks a field."""
    number = 0
    for path in benchmark.paths:
        wanted = {*benchmark.fields, *([benchmark.id] if benchmark.id is not None else [])}
        names: set[str] = set()
        for row in rows_of(path):
            names.update(row)
            name = str(number) if benchmark.id is None else id_of(row.get(benchmark.id), path, number)
            yield Item(name, tuple(spelled(row.get(field)) for field in benchmark.fields))
            number += 1
        if missing := sorted(wanted - names):
            hint = f"it has {', '.join(sorted(names)) or 'no rows'}"
            raise ConfigError(f"no row has the field {missing[0]!r}", where=str(path), hint=hint)


def id_of(said: object, path: Path, number: int) -> str:
    """Return the name of an item; ConfigError where it is none."""
    if isinstance(said, str | int) and 0 < len(str(said)) <= MOST_ID_CHARACTERS:
        return str(said)
    fact = f"row {number} has no id: a number or up to {MOST_ID_CHARACTERS} characters are wanted"
    raise ConfigError(fact, where=str(path), hint="leave `id` out: items are then numbered")


def spelled(said: object) -> str:
    """Write the value of a field as one text: lists (answers to choose from) and mappings line by line."""
    if isinstance(said, Mapping):
        said = list(said.values())
    if isinstance(said, Sequence) and not isinstance(said, str | bytes):
        return "\n".join(map(spelled, said))
    return "" if said is None or isinstance(said, bytes) else str(said)


def rows_of(path: Path) -> Iterator[Row]:
    """Yield the rows of a file by its name's last suffix, that of its compression left out."""
    bare = path.with_suffix("") if path.suffix in PACKED else path
    read = {".jsonl": of_jsonl, ".csv": of_csv, ".parquet": of_parquet}.get(bare.suffix)
    if read is None:
        fact = f"the name {path.name!r} ends in no format that benchmarks are read from"
        raise ConfigError(fact, where=str(path), hint=".jsonl, .csv or .parquet, and perhaps .gz, .bz2, .xz or .zst")
    stream = Stream(str(path))
    try:
        yield from read(stream)
    except (ValueError, csv.Error, pa.ArrowException) as error:
        kind = type(error).__name__  # the message may quote an item
        fact = f"the file cannot be read as {bare.suffix}: {kind}"
        raise ConfigError(fact, where=str(path), hint="name the file by its format") from None
    if stream.damage is not None:
        raise ConfigError(f"the file is damaged: {stream.damage.fact}", where=str(path), hint="fetch it again")


def of_jsonl(stream: Stream) -> Iterator[Row]:
    """Yield the objects of JSON Lines; blank lines count as absent."""
    for line in lines(stream, 0, MOST_LINE_BYTES):
        if line.body is None:
            raise ValueError
        body = line.body.removeprefix(b"\xef\xbb\xbf").strip()
        if not body:
            continue
        said = orjson.loads(body)
        if not isinstance(said, dict):
            raise ValueError  # noqa: TRY004 - a fault of the file
        yield said


def of_csv(stream: Stream) -> Iterator[Row]:
    """Yield the rows of a CSV file with a header."""
    text = b"".join(stream).decode("utf-8-sig")
    yield from csv.DictReader(io.StringIO(text, newline=""), strict=True)


def of_parquet(stream: Stream) -> Iterator[Row]:
    """Yield the rows of a Parquet file."""
    import pyarrow.parquet as pq

    for batch in pq.ParquetFile(pa.BufferReader(b"".join(stream))).iter_batches():
        yield from batch.to_pylist()
