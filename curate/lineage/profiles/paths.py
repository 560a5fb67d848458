"""Follow a path into the evidence: the manifest as JSON, and beside it what was attached and what was counted."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pydantic import JsonValue

from curate.lineage.manifest import UNKNOWN, Manifest

ROOTS = (*Manifest.model_fields, "attached", "counted", "covered")
"""Where a path can begin."""
SOURCE = "{source}"
EVERY = "*"
STEP = re.compile(r"(?P<name>\*|\{source\}|[\w -]+)(?P<each>\[(?P<filter>\w+=[^\]]*)?\])?")
FILTER = re.compile(r"\w+=[^,=]*(?:,\w+=[^,=]*)*")
SIGNS = {"": None, UNKNOWN: None}
"""Words that say nothing."""


class Step(NamedTuple):
    """One step of a path."""

    name: str
    """A key, `{source}` for the id of a source, `*` for every entry."""
    each: bool = False
    """Whether it leads to every entry of a list or mapping."""
    wanted: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Only to entries of which each key has one of its values."""


def steps_of(path: str) -> tuple[Step, ...]:
    """Take a path apart; ValueError where it is none or begins nowhere.

    >>> steps_of("stages[stage=safety|quality,action=tag].rejected")[0].wanted
    (('stage', ('safety', 'quality')), ('action', ('tag',)))
    """
    steps = []
    for part in re.split(r"\.(?![^\[]*\])", path):
        found = STEP.fullmatch(part)
        if found is None or (found["filter"] and not FILTER.fullmatch(found["filter"])):
            forms = "`name`, `name[]`, `name[key=value]`, `name[key=value|value,key=value]` or `*`"
            raise ValueError(f"{part!r} is no step of a path: write {forms}")
        steps.append(Step(found["name"], found["each"] is not None, tuple(_filters(found["filter"] or ""))))
    if steps[0].name not in ROOTS:
        raise ValueError(f"a path cannot begin with {steps[0].name!r}: there are {', '.join(ROOTS)}")
    return tuple(steps)


def _filters(said: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Take a filter apart: keys parted by commas, each with values parted by bars."""
    for one in said.split(",") if said else ():
        key, _, values = one.partition("=")
        yield key, tuple(values.split("|"))


def values_at(evidence: JsonValue, path: str, source: str = "") -> list[JsonValue]:
    """Return what a path leads to, `unknown` and null left out: they are no evidence."""
    reached = [evidence]
    for step in steps_of(path):
        name = source if step.name == SOURCE else step.name
        reached = [below for value in reached for below in _below(value, name, step, source)]
    return [value for value in reached if not says_nothing(value)]


def says_nothing(value: JsonValue) -> bool:
    """Tell whether a value is how an artefact spells that nobody said something."""
    return value is None or (isinstance(value, str) and value in SIGNS)


def _below(value: JsonValue, name: str, step: Step, source: str) -> Iterator[JsonValue]:
    if step.name == EVERY:
        yield from _entries(value)
        return
    if not isinstance(value, Mapping) or name not in value:
        return
    found = value[name]
    if not step.each:
        yield found
        return
    yield from (entry for entry in _entries(found) if _fits(entry, step, source))


def _fits(entry: JsonValue, step: Step, source: str) -> bool:
    """Tell whether an entry is one that a step wants."""
    for key, values in step.wanted:
        wanted = [source if value == SOURCE else value for value in values]
        if not isinstance(entry, Mapping) or spelled(entry.get(key)) not in wanted:
            return False
    return True


def _entries(value: JsonValue) -> list[JsonValue]:
    if isinstance(value, Mapping):
        return list(value.values())
    return value if isinstance(value, list) else []


def spelled(value: JsonValue) -> str:
    """Spell a plain value as JSON and YAML do: `true`, `null`, words as they are."""
    if isinstance(value, bool):
        return str(value).lower()
    return "null" if value is None else str(value)
