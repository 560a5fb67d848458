"""What the parts of a configuration say about each other, each part being right by itself."""

from collections.abc import Iterator, Mapping
from math import isclose
from typing import NamedTuple

from curate.config.explain import near
from curate.config.places import At
from curate.core.errors import CurateError
from curate.core.record import SHARD
from curate.core.source import Source
from curate.core.stage import Settings

CORE = frozenset(SHARD.names) | {"row"}
"""Columns that no kept field and no signal may take: those of a shard, and the engine's own."""


class Disagreement(NamedTuple):
    """A mistake that shows only between two settings: where, the fact, what to do."""

    at: At
    fact: str
    hint: str = ""


class Parts(NamedTuple):
    """The parts, each as far as it can be read by itself."""

    sources: Mapping[str, Source]
    names: tuple[str, ...]
    """Every source that was said, also those that cannot be read."""
    stages: Mapping[int, Settings]
    """Stages by their place in the list, in its order."""
    splits: Mapping[str, float]
    split_by: str | None
    columns: tuple[str, ...]
    whole: bool = True
    """Whether every source is right, so that what they keep together is known."""
    doubtful: frozenset[int] = frozenset()
    """Places of stages with mistakes of their own: what they measure is not sure."""
    unknown: frozenset[int] = frozenset()
    """Places of entries that name no known stage: what they do is not known at all."""


def disagreements(parts: Parts) -> Iterator[Disagreement]:
    """Find what the parts say against each other."""
    yield from in_stages(parts)
    yield from in_languages(parts)
    yield from in_reads(parts)
    yield from in_kept_fields(parts.sources)
    yield from in_splits(parts)
    if not parts.unknown:
        yield from in_columns(parts)


def in_stages(parts: Parts) -> Iterator[Disagreement]:
    """Find stages of one name and stages for sources that are not there."""
    first: dict[str, int] = {}
    for number, stage in parts.stages.items():
        if stage.name and stage.name in first:
            fact = f"two stages are called {stage.name!r}; the first is stages[{first[stage.name]}]"
            yield Disagreement(("stages", number), fact, f"give one of them another name: `as: {stage.name}_2`")
        first.setdefault(stage.name, number)
        for name in stage.sources or ():
            if name not in parts.names:
                at = ("stages", number, "sources")
                yield Disagreement(at, f"there is no source {name!r}", near(name, parts.names))


def in_languages(parts: Parts) -> Iterator[Disagreement]:
    """Find stages that go by language where nothing before them says which language a record is written in.

    A source that carries what an earlier output says may know it, and so may one that cannot be read.
    """
    known = {name for name in parts.names if name not in parts.sources or parts.sources[name].carries_places}
    for number, stage in parts.stages.items():
        if any(place < number for place in parts.unknown):
            return
        mine = set(parts.names) if stage.sources is None else {*stage.sources} & {*parts.names}
        unsaid = "nothing before it says which language a record is written in"
        if stage.languages is not None and mine and not mine & known:
            fact = f"{stage.name!r} never applies: {unsaid}"
            yield Disagreement(("stages", number, "languages"), fact, "put `language` before it")
        if getattr(stage, "scope", None) == "language" and mine and not mine & known:
            fact = f"{stage.name!r} cannot tell languages apart: {unsaid}"
            yield Disagreement(("stages", number, "scope"), fact, "put `language` before it")
        if "language" in stage.adds.names:
            known |= mine


def in_reads(parts: Parts) -> Iterator[Disagreement]:
    """Find stages that read, by name, a column that no source keeps and no stage before them measures."""
    fields = [kept_fields(source) for source in parts.sources.values()]
    if not parts.whole or None in fields:
        return
    known = {name for each in fields for name in each or ()}
    for number, stage in parts.stages.items():
        if any(place < number for place in (*parts.unknown, *parts.doubtful)):
            return
        for name in stage.reads:
            if name not in known:
                fact = f"{stage.name!r} reads {name!r}, which no source keeps and no stage before it measures"
                hint = near(name, sorted(known)) or f"write `keep: [{name}]` in the source that has it"
                yield Disagreement(("stages", number), fact, hint)
        known |= set(stage.adds.names)


def kept_fields(source: Source) -> dict[str, str] | None:
    """Return the names of the fields that a source keeps, with the Arrow type of each.

    None where only its files could say, and they cannot be read: that is told where they are listed.
    """
    try:
        return {field.name: str(field.type) for field in source.kept_schema}
    except CurateError:
        return None


def in_kept_fields(sources: Mapping[str, Source]) -> Iterator[Disagreement]:
    """Find kept fields that take the name of a column of every shard, or have two types in two sources."""
    first: dict[str, tuple[str, str]] = {}
    for name, source in sources.items():
        for field, kind in (kept_fields(source) or {}).items():
            at = ("sources", name, "keep")
            if field in CORE:
                fact = f"the kept field {field!r} has the name of a column that every shard has"
                yield Disagreement(at, fact, "rename the field in the raw data, or do not keep it")
            other, its_kind = first.setdefault(field, (name, kind))
            if its_kind != kind:
                fact = f"the kept field {field!r} is {kind} here and {its_kind} in the source {other!r}"
                yield Disagreement(at, fact, "a column has one type: keep the field with the same type in both sources")


def in_splits(parts: Parts) -> Iterator[Disagreement]:
    """Find shares that do not sum to 1, split names that are no folder names, and a group that no source keeps."""
    shares = parts.splits
    at = ("output", "splits")
    total = sum(shares.values())
    if not isclose(total, 1, abs_tol=1e-9):
        yield Disagreement(at, f"the shares of the splits sum to {total:.6g}, found {dict(shares)!r}", "they sum to 1")
    for name, share in shares.items():
        if not name.isidentifier():
            yield Disagreement((*at, name), f"{name!r} is no name for a split", "letters, digits and _ only")
        if not 0 <= share <= 1:
            yield Disagreement((*at, name), f"the share {share!r} is no share", "a share lies between 0 and 1")
    fields = [kept_fields(source) for source in parts.sources.values()]
    kept = sorted({name for each in fields if each is not None for name in each})
    if parts.split_by is not None and parts.whole and None not in fields and parts.split_by not in kept:
        hint = near(parts.split_by, kept) or f"keep it: write `keep: [{parts.split_by}]` in the source that has it"
        yield Disagreement(("output", "split_by"), f"no source keeps the field {parts.split_by!r}", hint)


def in_columns(parts: Parts) -> Iterator[Disagreement]:
    """Find output columns that no stage measures; a stage with mistakes may measure any that begins with its name."""
    trusted = tuple(f"{stage.name}_" for number, stage in parts.stages.items() if number in parts.doubtful)
    signals = [name for stage in parts.stages.values() for name in stage.adds.names if name not in CORE]
    for name in parts.columns:
        if name not in signals and not name.startswith(trusted):
            hint = near(name, signals) or "no stage of this configuration measures a signal"
            yield Disagreement(("output", "columns"), f"no stage measures {name!r}", hint)
