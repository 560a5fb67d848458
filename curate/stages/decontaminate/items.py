"""The items of benchmarks, read from files that a configuration names."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pydantic import Field

from curate.core.errors import ConfigError, near
from curate.core.stage import Value
from curate.stages.decontaminate.reading import rows_of

MOST_ID_CHARACTERS = 64
"""A longer name is hardly an id: the manifest would quote text of the benchmark."""


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
        names: set[str] = set()
        spoken = False
        for where, row in rows_of(path):
            item = Item(
                str(number) if benchmark.id is None else id_of(row, benchmark.id, where),
                tuple(spelled(row.get(field)) for field in benchmark.fields),
            )
            names.update(row)
            spoken = spoken or any(text.strip() for text in item.texts)
            yield item
            number += 1
        check_fields(benchmark, path, sorted(names), spoken=spoken)


def check_fields(benchmark: Benchmark, path: Path, names: Sequence[str], *, spoken: bool) -> None:
    """Raise ConfigError where a file lacks fields; `names` are those it has, `spoken` whether those named hold text."""
    if not names:
        raise ConfigError("the file has no rows", where=str(path), hint="name the file that holds the items")
    id_field = [benchmark.id] if benchmark.id is not None else []
    missing = [name for name in (*benchmark.fields, *id_field) if name not in names]
    if missing:
        fact = f"no row has the field {', '.join(map(repr, missing))}"
        raise ConfigError(fact, where=str(path), hint=near(missing[0], names))
    if not spoken:
        others = [name for name in names if name not in {*benchmark.fields, benchmark.id}]
        hint = f"other fields: {', '.join(others)}" if others else "the file has no other field"
        fact = f"no row has text in the field {', '.join(map(repr, benchmark.fields))}"
        raise ConfigError(fact, where=str(path), hint=hint)


def id_of(row: Mapping[str, object], field: str, where: str) -> str:
    """Return the name of an item; ConfigError where it is none."""
    if field not in row:
        raise ConfigError(f"the row has no field {field!r}", where=where, hint=near(field, row))
    said = row[field]
    if isinstance(said, str | int) and 0 < len(str(said)) <= MOST_ID_CHARACTERS:
        return str(said)
    fact = f"the row has no id: a number or up to {MOST_ID_CHARACTERS} characters are wanted"
    raise ConfigError(fact, where=where, hint="leave `id` out: items are then numbered")


def spelled(said: object) -> str:
    """Write the value of a field as one text: lists (answers to choose from) and mappings line by line."""
    if isinstance(said, Mapping):
        said = list(said.values())
    if isinstance(said, Sequence) and not isinstance(said, str | bytes):
        return "\n".join(map(spelled, said))
    return "" if said is None or isinstance(said, bytes) else str(said)
