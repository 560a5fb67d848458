"""Follow a path into the evidence: the manifest as JSON, and beside it what was attached and what was counted."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pydantic import JsonValue

from curate.lineage.manifest import UNKNOWN, Manifest

ROOTS = (*Manifest.model_fields, "attached", "counted")
"""Where a path can begin."""
SOURCE = "{source}"
EVERY = "*"
STEP = re.compile(r"(?P<name>\*|\{source\}|[\w -]+)(?P<each>\[(?:(?P<key>\w+)=(?P<value>[^\]]*))?\])?")
SIGNS = {"": None, UNKNOWN: None}
"""Words that say nothing."""


class Step(NamedTuple):
    """One step of a path."""

    name: str
    """A key, `{source}` for the id of a source, `*` for every entry."""
    each: bool = False
    """Whether it leads to every entry of a list or mapping."""
    key: str | None = None
    value: str | None = None
    """Only to entries whose `key` is `value`."""


def steps_of(path: str) -> tuple[Step, ...]:
    """Take a path apart; ValueError where it is none or begins nowhere.

    >>> steps_of("sources[category=open].license")[0]
    Step(name='sources', each=True, key='category', value='open')
    """
    steps = []
    for part in re.split(r"\.(?![^\[]*\])", path):
        found = STEP.fullmatch(part)
        if found is None:
            raise ValueError(f"{part!r} is no step of a path: write `name`, `name[]`, `name[key=value]` or `*`")
        steps.append(Step(found["name"], found["each"] is not None, found["key"], found["value"]))
    if steps[0].name not in ROOTS:
        raise ValueError(f"a path cannot begin with {steps[0].name!r}: there are {', '.join(ROOTS)}")
    return tuple(steps)


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
    wanted = source if step.value == SOURCE else step.value
    for entry in _entries(found):
        if step.key is None or (isinstance(entry, Mapping) and spelled(entry.get(step.key)) == wanted):
            yield entry


def _entries(value: JsonValue) -> list[JsonValue]:
    if isinstance(value, Mapping):
        return list(value.values())
    return value if isinstance(value, list) else []


def spelled(value: JsonValue) -> str:
    """Spell a plain value as JSON and YAML do: `true`, `null`, words as they are."""
    if isinstance(value, bool):
        return str(value).lower()
    return "null" if value is None else str(value)
