"""Say how two outputs differ and which stage made the difference: what `curate diff` says."""

import difflib
from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from pydantic import Field, JsonValue

from curate.core.errors import ConfigError
from curate.core.stage import Value
from curate.lineage.explain import Archive, Record
from curate.lineage.join import ERASED, Codes, Fate, Half, Joined, Rows, changed, joined, read_half
from curate.lineage.manifest import MANIFEST, Count, Table, read_manifest
from curate.lineage.settings import Change, Inputs, Personal, Said, compared

FIRST = 3
"""So many records of a group are named, the first by id; all are counted."""

Kind = Literal["lost", "gained", "changed", "moved", "retagged", "rejudged"]
KINDS: tuple[Kind, ...] = ("lost", "gained", "changed", "moved", "retagged", "rejudged")
FAIL_ON = (*KINDS, "settings", "versions", "source", "inputs", "pii")
"""What `--fail-on` may name."""


class Output(Value):
    """One of the two outputs."""

    name: str = Field(description="Name of the data set.")
    manifest_sha256: str
    kept: Count
    rejected: Count
    sources: tuple[str, ...]


class Counts(Value):
    """Records by what became of them in the second output."""

    kept_a: Count = Field(0, description="Kept in A.")
    kept_b: Count = Field(0, description="Kept in B.")
    both: Count = Field(0, description="Kept in both.")
    lost: Count = Field(0, description="Kept in A, not in B.")
    gained: Count = Field(0, description="Kept in B, not in A.")
    changed: Count = Field(0, description="Kept in both with another text.")
    moved: Count = Field(0, description="Kept in both, in another split.")
    retagged: Count = Field(0, description="Kept in both with other tags.")
    rejudged: Count = Field(0, description="Left out in both by another rule.")


class Pair(Value):
    """One record in both outputs; never its text."""

    id: str
    a: Record | None = Field(None, description="Null where A never read it, or lost it to an erasure.")
    b: Record | None = Field(None, description="Null where B never read it, or lost it to an erasure.")


class Group(Value):
    """Records that differ in the same way."""

    kind: Kind
    a: str | None = Field(
        None, description="In A: `kept`, the rule that left it out, `erased`, its split, or the tag that only A has."
    )
    b: str | None = Field(None, description="The same in B; null where it was not read, or has no such tag.")
    stages: tuple[str, ...] = Field(
        (), description="Stages that made the difference; of changed texts those that edited them on one side only, "
        "or, where both sides were edited by the same, all of these."
    )  # fmt: skip
    because: tuple[str, ...] = Field(
        (), description="Settings and versions of these stages that differ; none where the difference came from before."
    )
    records: Count
    by_source: Table[Count] = Field({}, description="Records by source.")
    first: tuple[Pair, ...] = Field((), description="The first by id.")


class Diff(Value):
    """How two outputs differ."""

    a: Output
    b: Output
    settings: tuple[Change, ...] = ()
    versions: tuple[Change, ...] = ()
    sources: tuple[Change, ...] = Field((), description="What the cards of sources declare.")
    inputs: Inputs = Inputs()
    personal: Personal = Personal()
    counts: Counts = Counts()
    by_source: Table[Counts] = Field({}, description="The same counts by source.")
    groups: tuple[Group, ...] = Field((), description="By kind, then the largest first.")

    def count(self, name: str) -> int:
        """Count what one name of FAIL_ON stands for."""
        if name in KINDS:
            return int(getattr(self.counts, name))
        if name in {"inputs", "pii"}:
            return self.inputs.count if name == "inputs" else self.personal.count
        return len({"settings": self.settings, "versions": self.versions, "source": self.sources}[name])

    def failures(self, names: Sequence[str]) -> tuple[str, ...]:
        """Name those of the names that stand for something here, with the count."""
        return tuple(f"{name} {self.count(name):,}" for name in dict.fromkeys(names) if self.count(name))


class Key(NamedTuple):
    """What makes records one group."""

    kind: Kind
    a: str | None
    b: str | None
    stages: tuple[str, ...]


class Tally:
    """Groups and counts, added up combination by combination."""

    def __init__(self) -> None:
        self.groups: dict[Key, Counter[str]] = {}
        self.first: dict[Key, list[int]] = {}
        self.by_source: dict[str, Counter[str]] = {}

    def take(self, source: str, names: Sequence[str], count: int) -> None:
        """Count records of a source under some names of Counts."""
        self.by_source.setdefault(source, Counter()).update(dict.fromkeys(names, count))

    def add(self, key: Key, source: str, places: Rows) -> None:
        """Add records to a group; `places` are ascending in the order of ids."""
        self.groups.setdefault(key, Counter())[source] += len(places)
        self.first[key] = sorted((*self.first.get(key, []), *places[:FIRST].tolist()))[:FIRST]


def names_of(said: str) -> tuple[str, ...]:
    """Read what `--fail-on` names, parted by commas; ConfigError where one is none, or there is none."""
    names = tuple(name.strip() for name in said.split(",") if name.strip())
    if not names:  # a variable of a pipeline that is not set must not switch the gate off
        raise ConfigError("nothing is named to fail on", where="--fail-on", hint=f"there are {', '.join(FAIL_ON)}")
    for name in names:
        if name not in FAIL_ON:
            near = difflib.get_close_matches(name, FAIL_ON, 1)
            meant = f"did you mean {near[0]}? " if near else ""
            hint = f"{meant}there are {', '.join(FAIL_ON)}"
            raise ConfigError(f"there is nothing called {name!r} to fail on", where="--fail-on", hint=hint)
    return names


def diff(a: Path, b: Path) -> Diff:
    """Compare two outputs by their files alone; no text is held longer than its digest takes.

    StorageError where a file is missing or damaged, or an id stands twice.
    """
    manifests = read_manifest(a), read_manifest(b)
    said = compared(*manifests)
    halves = read_half(a, manifests[0]), read_half(b, manifests[1])
    rows = joined(*halves)
    tally = tallied(*halves, rows)
    by_source = {source: Counts(**counts) for source, counts in tally.by_source.items()}
    total = sum(tally.by_source.values(), Counter[str]())
    return Diff(
        a=output_of(a, halves[0]),
        b=output_of(b, halves[1]),
        settings=said.settings,
        versions=said.versions,
        sources=said.sources,
        inputs=said.inputs,
        personal=said.personal,
        counts=Counts(**total),
        by_source=by_source,
        groups=groups_of(tally, said, halves, rows),
    )


def output_of(out: Path, half: Half) -> Output:
    """Name an output and count its records in its files."""
    return Output(
        name=half.manifest.dataset.name,
        manifest_sha256=sha256((out / MANIFEST).read_bytes()).hexdigest(),
        kept=half.kept,
        rejected=len(half.codes) - half.kept,
        sources=tuple(card.id for card in half.manifest.sources),
    )


def tallied(a: Half, b: Half, rows: Joined) -> Tally:
    """Sort all records by what became of them on both sides."""
    codes_a, codes_b = fates_of(a, rows.a, b, rows.b), fates_of(b, rows.b, a, rows.a)
    fates_a, fates_b = (*a.fates, None, ERASED), (*b.fates, None, ERASED)
    both = np.flatnonzero((rows.a >= 0) & (rows.a < a.kept) & (rows.b >= 0) & (rows.b < b.kept))
    other = np.zeros(len(rows.a), bool)
    other[both] = changed(a, b, Joined(rows.a[both], rows.b[both]))
    ways = (codes_a.astype(np.int64) * len(fates_b) + codes_b) * 2 + other
    order = np.argsort(ways, kind="stable")
    cuts = np.flatnonzero(np.diff(ways[order])) + 1
    tally = Tally()
    for places in np.split(order, cuts) if len(order) else ():
        way, texts = divmod(int(ways[places[0]]), 2)
        left, right = divmod(way, len(fates_b))
        sort_in(tally, (fates_a[left], fates_b[right]), places, other=bool(texts))
    return tally


def fates_of(half: Half, mine: Rows, other: Half, theirs: Rows) -> Codes:
    """Return the place of each record's fate; behind those of the half: it never had it, and it was erased."""
    codes = np.where(mine < 0, len(half.fates), half.codes[mine] if len(half.codes) else 0)
    for place in np.flatnonzero(mine < 0).tolist() if half.erased else ():
        codes[place] += tuple(other.pairs[theirs[place]].tolist()) in half.erased
    return codes.astype(np.int32)


def sort_in(tally: Tally, fates: tuple[Fate | None, Fate | None], places: Rows, *, other: bool) -> None:
    """Count records that have the same fates; `other` where their texts differ."""
    a, b = fates
    fate = b if a in (None, ERASED) else a
    if fate in (None, ERASED):
        return
    found = list(keys_of(a, b, other=other))
    kept = [name for name, one in (("kept_a", a), ("kept_b", b)) if one and one.split]
    both = ["both"] if a and b and a.split and b.split else []
    tally.take(fate.source, [*kept, *both, *dict.fromkeys(key.kind for key in found)], len(places))
    for key in found:
        tally.add(key, fate.source, places)


def keys_of(a: Fate | None, b: Fate | None, *, other: bool) -> Iterator[Key]:
    """Name the groups to which a record of these fates belongs."""
    if a and a.split and not (b and b.split):
        yield Key("lost", "kept", b and b.rule, (b.stage,) if b and b.stage else ())
    elif b and b.split and not (a and a.split):
        yield Key("gained", a and a.rule, "kept", (a.stage,) if a and a.stage else ())
    elif a and b and a.split:
        if other:
            stages = sorted(a.ops ^ b.ops) or sorted(a.ops & b.ops)
            yield Key("changed", edited(a), edited(b), tuple(stages))
        if a.split != b.split:
            yield Key("moved", a.split, b.split, ())
        for tag in sorted(a.tags - b.tags):
            yield Key("retagged", tag, None, (tag.partition(":")[0],))
        for tag in sorted(b.tags - a.tags):
            yield Key("retagged", None, tag, (tag.partition(":")[0],))
    elif a and b and a.rule != b.rule and ERASED not in (a, b):
        yield Key("rejudged", a.rule, b.rule, tuple(dict.fromkeys((a.stage, b.stage))))


def edited(fate: Fate) -> str:
    """Word who edited a text."""
    return f"edited by {', '.join(sorted(fate.ops))}" if fate.ops else "as it was read"


def groups_of(tally: Tally, said: Said, halves: tuple[Half, Half], rows: Joined) -> tuple[Group, ...]:
    """Put the groups in order, and read the places of the records that are named."""
    order = sorted(
        tally.groups, key=lambda key: (KINDS.index(key.kind), -tally.groups[key].total(), key.a or "", key.b or "")
    )
    places = sorted({place for some in tally.first.values() for place in some})
    pairs = dict(zip(places, pairs_at(places, halves, rows), strict=True))
    return tuple(
        Group(
            kind=key.kind,
            a=key.a,
            b=key.b,
            stages=key.stages,
            because=tuple(because(key, said)),
            records=tally.groups[key].total(),
            by_source=dict(tally.groups[key]),
            first=tuple(pairs[place] for place in tally.first[key]),
        )
        for key in order
    )


def because(key: Key, said: Said) -> Iterator[str]:
    """Name what differs in the stages of a group; of records that moved, in the choice of splits."""
    mine = tuple(f"stages.{stage}" for stage in key.stages)
    if key.kind == "moved":
        mine = ("output.splits", "output.split_by", "output.seed")
    for change in (*said.settings, *said.versions):
        if any(change.path == one or change.path.startswith(f"{one}.") for one in mine):
            yield change.path


def pairs_at(places: Sequence[int], halves: tuple[Half, Half], rows: Joined) -> list[Pair]:
    """Read what both outputs say of some records."""
    sides: list[dict[int, Record]] = []
    for half, mine in zip(halves, rows, strict=True):
        archive = Archive(half.out, half.manifest)
        wanted = [int(mine[place]) for place in places if mine[place] >= 0]
        found: dict[int, Record] = {}
        for files, some in (
            (archive.shards, [row for row in wanted if row < half.kept]),
            (archive.ledger, [row for row in wanted if row >= half.kept]),
        ):
            found |= dict(zip(some, archive.records_at(files, [half.spot(row) for row in some]), strict=True))
        sides.append(found)
    pairs = []
    for place in places:
        a, b = (side.get(int(mine[place])) for side, mine in zip(sides, rows, strict=True))
        known = a or b
        pairs.append(Pair(id=known.id if known else "", a=a, b=b))
    return pairs


def schema() -> dict[str, JsonValue]:
    """Return the JSON Schema of a comparison: what `schemas/diff.schema.json` holds."""
    said: dict[str, JsonValue] = Diff.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **said}
