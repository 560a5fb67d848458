"""What the parts of a configuration say about each other, each part being right by itself."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase
from math import isclose
from typing import NamedTuple, Self, TypeVar

from curate.config import registry
from curate.config.partial import told
from curate.config.places import At
from curate.core.errors import CurateError, near
from curate.core.languages import CODES, meant
from curate.core.record import SHARD
from curate.core.source import Source
from curate.core.stage import Settings

Said = TypeVar("Said")
CORE = frozenset(SHARD.names) | {"row"}
"""Columns that no kept field and no signal may take: those of a shard, and the engine's own."""


MANY = 3
"""So many names of one kind are listed one by one."""


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
    left_out: Mapping[int, frozenset[str]] = {}
    """By the place of a stage, the settings of it that cannot be read."""
    unknown: frozenset[int] = frozenset()
    """Places of entries that name no known stage: what they do is not known at all."""

    def asked(self, number: int, ask: Callable[[Settings], Said]) -> Said | None:
        """Return what a stage says when it is asked; None where that hangs on a setting that cannot be read."""
        return told(self.stages[number], self.left_out.get(number, frozenset()), ask)

    def adds(self, number: int) -> list[str] | None:
        """Return the columns that a stage adds; None where that is not known."""
        return self.asked(number, lambda stage: list(stage.adds.names))


def disagreements(parts: Parts) -> Iterator[Disagreement]:
    """Find what the parts say against each other."""
    yield from in_stages(parts)
    yield from in_languages(parts)
    yield from in_reads(parts)
    yield from in_counts(parts)
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
    ours = [one for number, one in parts.stages.items() if "language" in (parts.adds(number) or ())]
    ours_alone = all(registry.name_of("stages", type(one)) in registry.STAGES for one in ours) and not parts.unknown
    for number, stage in parts.stages.items():
        for place, said in enumerate(stage.languages or ()):
            if ours_alone and said not in CODES:
                at = ("stages", number, "languages", place)
                yield Disagreement(at, f"{stage.name!r} never applies: no record is in {said!r}", meant(said))
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
        if "language" in (parts.adds(number) or ()):
            known |= mine


def in_counts(parts: Parts) -> Iterator[Disagreement]:
    """Find stages that go by tags which no stage before them leaves on a record.

    A source that carries what an earlier output says may bring any tag, and so may one that cannot be read.
    """
    carry = {name for name in parts.names if name not in parts.sources or parts.sources[name].carries_places}
    for number, stage in parts.stages.items():
        mine = set(parts.names) if stage.sources is None else {*stage.sources} & {*parts.names}
        counts = parts.asked(number, lambda one: one.counts)
        if not counts or mine & carry or any(n < number for n in parts.unknown):
            continue
        others = [n for n, one in parts.stages.items() if one.sources is None or {*one.sources} & mine]
        before = Tags.of(parts, [n for n in others if n < number])
        after = Tags.of(parts, [n for n in others if n > number])
        silent = [(place, said) for place, said in enumerate(counts) if not before.tagged(said)]
        if "rules" in stage.model_fields_set:
            for place, said in silent:
                fact, hint = uncounted(stage.name, said, before, after)
                yield Disagreement(("stages", number, "rules", place), fact, hint)
        elif len(silent) == len(counts):
            fact, hint = uncounted(stage.name, "", before, after, counts)
            yield Disagreement(("stages", number), fact, hint)


class Tags(NamedTuple):
    """The findings of some stages, by `stage:what`, with what is done; and the names of stages that may find any."""

    known: Mapping[str, str]
    unsure: Mapping[str, Collection[str] | None]
    """Stages whose settings do not say what they find, with what they may find at all; None: anything."""

    @classmethod
    def of(cls, parts: Parts, numbers: Sequence[int]) -> Self:
        """Gather what stages find."""
        said = [(parts.stages[number].name, parts.asked(number, lambda stage: stage.finds)) for number in numbers]
        known = {f"{name}:{what}": action for name, finds in said for what, action in (finds or {}).items()}
        unsure = [parts.stages[number] for number, (_, finds) in zip(numbers, said, strict=True) if finds is None]
        return cls(known, {stage.name: stage.might_find for stage in unsure})

    def tagged(self, said: str) -> bool:
        """Tell whether what is said, a tag or a pattern, may stand on a record."""
        return self.may(said) or any(self.known[tag] == "tag" for tag in self.like(said))

    def may(self, said: str) -> bool:
        """Tell whether a stage of which is not known what it finds may find it."""
        return any(
            fnmatchcase(name, said.partition(":")[0])
            and (what is None or any(fnmatchcase(f"{name}:{one}", said) for one in what))
            for name, what in self.unsure.items()
        )

    def like(self, said: str) -> list[str]:
        """Return the findings that are meant, whatever is done with them."""
        return [tag for tag in self.known if fnmatchcase(tag, said)]


def uncounted(name: str, said: str, before: Tags, after: Tags, default: Sequence[str] = ()) -> tuple[str, str]:
    """Word that a stage goes by a tag that it never sees, or by several, and what to do about it."""
    rules = default or (said,)
    what = "any of its `rules`, " + ", ".join(default) if default else repr(said)
    first = next((tag for rule in rules for tag in before.like(rule)), None)
    later = next((tag for rule in rules for tag in after.like(rule)), None)
    if first is not None:
        stage = first.partition(":")[0]
        fact = f"{name!r} never sees {what}: {stage!r} rejects the records that it would tag"
        return fact, f"let {stage!r} tag: {name!r} counts tags, and what was rejected before is not there to be counted"
    fact = f"{name!r} counts {what}, which no stage before it finds"
    if later is not None:
        return fact, f"put {later.partition(':')[0]!r} before {name!r}"
    if default:
        return fact, f"put `- safety` before it, or say in its `rules` which tags count{known_tags(before)}"
    head = said.partition(":")[0]
    if head in registry.names("stages") and not any(tag.startswith(f"{head}:") for tag in before.known):
        return fact, f"put `- {head}` before {name!r}"
    close = get_close_matches(said, [*before.known, *{tag.partition(":")[0] + ":*" for tag in before.known}], 1, 0.6)
    return (
        fact,
        f"did you mean {close[0]!r}?" if close else f"no stage before it finds such a thing{known_tags(before)}",
    )


def known_tags(tags: Tags) -> str:
    """List findings, those of one kind (`secret_...`) as one."""
    kinds = Counter(tag.partition("_")[0] for tag in tags.known)
    named = (tag if kinds[kind := tag.partition("_")[0]] <= MANY else f"{kind}_*" for tag in tags.known)
    said = ", ".join(dict.fromkeys([*named, *(f"{name}:*" for name in sorted(tags.unsure))]))
    return f"; earlier stages find {said}" if said else ""


def in_reads(parts: Parts) -> Iterator[Disagreement]:
    """Find stages that read, by name, a column that no source keeps and no stage before them measures."""
    fields = [kept_fields(source) for source in parts.sources.values()]
    if not parts.whole or None in fields:
        return
    known = {name for each in fields for name in each or ()}
    for number, stage in parts.stages.items():
        if any(place < number for place in parts.unknown):
            return
        for name in parts.asked(number, lambda one: one.reads) or ():
            if name not in known:
                fact = f"{stage.name!r} reads {name!r}, which no source keeps and no stage before it measures"
                hint = near(name, sorted(known)) or f"write `keep: [{name}]` in the source that has it"
                yield Disagreement(("stages", number), fact, hint)
        added = parts.adds(number)
        if added is None:
            return
        known |= set(added)


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
    """Find output columns that no stage measures; a stage with mistakes may measure any that begins with its name.

    A column of every shard that a stage fills (`language`) may be named as well: it is there anyway.
    """
    added = {stage.name: parts.adds(number) for number, stage in parts.stages.items()}
    trusted = tuple(f"{name}_" for name, columns in added.items() if columns is None)
    signals = [name for columns in added.values() for name in columns or ()]
    for name in parts.columns:
        if name not in signals and not name.startswith(trusted):
            hint = near(name, signals) or "no stage of this configuration measures a signal"
            yield Disagreement(("output", "columns"), f"no stage measures {name!r}", hint)
