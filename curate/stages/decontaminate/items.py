"""The items of benchmarks, read from files that a configuration names."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from string import ascii_uppercase
from typing import Final, NamedTuple

from pydantic import Field

from curate.core.errors import ConfigError, Mistake, StorageError, near
from curate.core.stage import Value
from curate.stages.decontaminate.reading import rows_of

MOST_ID_CHARACTERS = 64
"""A longer name is hardly an id: the manifest would quote text of the benchmark."""
LABEL = re.compile("[A-Za-z]")
ABSENT: Final = object()
"""Stands for a field that a row does not have; one that is null is there."""


class Benchmark(Value):
    """Files of one benchmark, and where in them the text of an item stands."""

    path: Path | tuple[Path, ...] = Field(
        description="A file or several: `.jsonl`, `.csv` or `.parquet`, plain or `.gz`, `.bz2`, `.xz`, `.zst`."
    )
    fields: tuple[str, ...] = Field(
        min_length=1,
        description="Fields that hold the text of an item; each is looked for by itself. Dots lead into objects, and "
        "into those of a list: `question.stem`, `question.choices.text`.",
    )
    id: str | None = Field(
        None, description="Field that names the item; the number of the row over all files, from 0, when absent."
    )

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files."""
        return (self.path,) if isinstance(self.path, Path) else self.path


class Item(NamedTuple):
    """One row of a benchmark: what it is called, and in the order of `fields` the parts of each."""

    id: str
    parts: tuple[tuple[str, ...], ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """The text of each field, a part a line."""
        return tuple(map("\n".join, self.parts))


def items_of(benchmark: Benchmark) -> Iterator[Item]:
    """Yield the items of a benchmark; ConfigError where a file is not what its name says, or lacks a field."""
    number = 0
    for path in benchmark.paths:
        names: set[str] = set()
        spoken = False
        for where, row in rows_of(path):
            item = Item(
                str(number) if benchmark.id is None else id_of(row, benchmark.id, where),
                tuple(tuple(parts_of(said_in(row, field))) for field in benchmark.fields),
            )
            names.update(names_of(row, benchmark))
            spoken = spoken or any(text.strip() for text in item.texts)
            yield item
            number += 1
        check_fields(benchmark, path, sorted(names), spoken=spoken)


def check_fields(benchmark: Benchmark, path: Path, names: Sequence[str], *, spoken: bool) -> None:
    """Raise ConfigError where a file lacks fields; `names` are those it has, `spoken` whether those named hold text."""
    faults = list(lacking(benchmark, names, spoken=spoken))
    if faults:
        raise ConfigError.of([ConfigError(fact, where=str(path), hint=hint) for _, fact, hint in faults])


def lacking(benchmark: Benchmark, names: Sequence[str], *, spoken: bool) -> Iterator[Mistake]:
    """Yield what a file lacks, each at the setting that names it."""
    if not names:
        yield Mistake((), "the file has no rows", "name the file that holds the items")
        return
    wanted: dict[tuple[str | int, ...], str] = {("fields", place): name for place, name in enumerate(benchmark.fields)}
    wanted |= {("id",): benchmark.id} if benchmark.id is not None else {}
    missing = {at: name for at, name in wanted.items() if name not in names}
    yield from (Mistake(at, f"no row has the field {name!r}", near(name, names)) for at, name in missing.items())
    if not spoken and not any(at[0] == "fields" for at in missing):
        others = [name for name in names if name not in {*benchmark.fields, benchmark.id}]
        hint = f"other fields: {', '.join(others)}" if others else "the file has no other field"
        yield Mistake((), f"no row has text in the field {', '.join(map(repr, benchmark.fields))}", hint)


def faults_of(benchmark: Benchmark, path: Path) -> list[Mistake]:
    """Return what is wrong with one file of a benchmark: every field that it lacks, and the first row that is none."""
    names: set[str] = set()
    found: list[Mistake] = []
    spoken = False
    try:
        for where, row in rows_of(path):
            names.update(names_of(row, benchmark))
            spoken = spoken or any(part.strip() for field in benchmark.fields for part in parts_of(said_in(row, field)))
            if benchmark.id is not None and said_in(row, benchmark.id) is not ABSENT and not found:
                found += nameless(row, benchmark.id, where)
    except (ConfigError, StorageError) as error:
        return [*found, Mistake((), f"{error.where}: {error.message}", error.hint)]
    return [
        *(Mistake(at, f"{path}: {fact}", hint) for at, fact, hint in lacking(benchmark, sorted(names), spoken=spoken)),
        *found,
    ]


def nameless(row: Mapping[str, object], field: str, where: str) -> Iterator[Mistake]:
    """Yield that the id of a row is none."""
    try:
        id_of(row, field, where)
    except ConfigError as error:
        yield Mistake(("id",), f"{error.where}: {error.message}", error.hint)


def id_of(row: Mapping[str, object], field: str, where: str) -> str:
    """Return the name of an item; ConfigError where it is none."""
    said = said_in(row, field)
    if said is ABSENT:
        raise ConfigError(f"the row has no field {field!r}", where=where, hint=near(field, row))
    if isinstance(said, str | int) and 0 < len(str(said)) <= MOST_ID_CHARACTERS:
        return str(said)
    fact = f"the row has no id: a number or up to {MOST_ID_CHARACTERS} characters are wanted"
    raise ConfigError(fact, where=where, hint="leave `id` out: items are then numbered")


def said_in(row: object, field: str) -> object:
    """Return the value of a field; dots lead into objects, and into each object of a list. ABSENT where there is none.

    A field that has dots in its own name goes first.
    """
    if isinstance(row, Mapping):
        if field in row:
            return row[field]
        first, _, rest = field.partition(".")
        return said_in(row[first], rest) if rest and first in row else ABSENT
    if isinstance(row, list):
        said = [said_in(one, field) for one in row]
        return [one for one in said if one is not ABSENT] or ABSENT
    return ABSENT


def names_of(row: Mapping[str, object], benchmark: Benchmark) -> set[str]:
    """Return the fields of a row, with those within objects that the configuration names."""
    inner = (field for field in (*benchmark.fields, benchmark.id) if field and said_in(row, field) is not ABSENT)
    return {*row, *inner}


def parts_of(said: object) -> Iterator[str]:
    """Yield the texts that the value of a field holds: of lists (answers to choose from), mappings one by one."""
    if isinstance(said, Mapping):
        said = list(said.values())
    if isinstance(said, Sequence) and not isinstance(said, str | bytes):
        for one in said:
            yield from parts_of(one)
    elif said is not None and said is not ABSENT and not isinstance(said, bytes):
        yield str(said)


def printed(parts: Sequence[str]) -> Iterator[str]:
    """Yield a text as exams print it, bare, with a letter or with a number before each part: windows hold those too.

    Parts that are a letter themselves (the right answer, the labels of a data set) are none of the answers.
    """
    said = [part for part in parts if part.strip() and not LABEL.fullmatch(part.strip())]
    if 1 < len(said) <= len(ascii_uppercase):
        yield "\n".join(said)
        yield "\n".join(f"{label}. {part}" for label, part in zip(ascii_uppercase, said, strict=False))
        yield "\n".join(f"{number}. {part}" for number, part in enumerate(said, 1))
