"""Compare two manifests: settings, versions, sources, files that were read, and how personal data was dealt with."""

from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import Field, JsonValue

from curate.core.stage import Value
from curate.lineage.cards import declared
from curate.lineage.manifest import Canary, Count, Fates, Input, Manifest, Residue, StageRecord

ABSENT = object()
"""Stands where one side has nothing."""
SHOWN = 5
"""So many files are named of those that differ; all are counted."""
PERSONAL = "pii"
"""Registered name of the stage that treats personal data."""


class Change(Value):
    """Something that two outputs say differently."""

    path: str = Field(description="Place in the manifest, names in place of list numbers: `stages.pii.operator`.")
    a: JsonValue = Field(None, description="What the first output says.")
    b: JsonValue = Field(None, description="What the second output says.")
    only: Literal["a", "b"] | None = Field(None, description="The one side that says anything; null where both do.")


class Files(Value):
    """Files of one fate: how many, and the first of them."""

    count: Count = 0
    first: tuple[str, ...] = Field((), description="As `source: uri`.")


class Inputs(Value):
    """Raw files that only one output read, or that changed in between."""

    only_a: Files = Files()
    only_b: Files = Files()
    changed: Files = Field(Files(), description="Of the same source and name, with another digest.")
    renamed: Count = Field(0, description="Of those of only one side, pairs of the same source and digest.")

    @property
    def count(self) -> int:
        """How many differ in any way."""
        return self.only_a.count + self.only_b.count + self.changed.count


class Values(Value):
    """What became of the values of one type of personal data in a stage, where that differs."""

    stage: str
    type: str
    a: Fates
    b: Fates


class Personal(Value):
    """How differently personal data was dealt with."""

    handling: tuple[Change, ...] = Field(
        (), description="Settings, versions, assets, keys of the stages that treat it."
    )
    worse: tuple[Change, ...] = Field(
        (), description="More left in shards, more canaries let through, or less that is held to be free of it, in B."
    )
    values: tuple[Values, ...] = Field((), description="Counts by type that differ; they follow the records, too.")

    @property
    def count(self) -> int:
        """How many things a careful pipeline should stop at; counts by type follow the records and are none."""
        return len(self.handling) + len(self.worse)


class Said(Value):
    """What differs between two manifests."""

    settings: tuple[Change, ...] = Field((), description="The resolved configuration, without the cards of sources.")
    versions: tuple[Change, ...] = Field((), description="curate, Python, packages; stages, their assets and keys.")
    sources: tuple[Change, ...] = Field((), description="Sources, licences and all else that their cards declare.")
    inputs: Inputs = Inputs()
    personal: Personal = Personal()


def compared(a: Manifest, b: Manifest) -> Said:
    """Compare all that two manifests say, save the numbers of records."""
    settings = tuple(changes(settings_of(a), settings_of(b), order=True))
    versions = tuple(changes(versions_of(a), versions_of(b)))
    return Said(
        settings=settings,
        versions=versions,
        sources=tuple(changes(cards_of(a), cards_of(b))),
        inputs=inputs(a.inputs, b.inputs),
        personal=personal(a, b, (*settings, *versions)),
    )


def changes(a: object, b: object, path: str = "", *, order: bool = False) -> Iterator[Change]:
    """Yield what differs between two values of JSON; lists of mappings with a `name` are compared by that.

    With `order`, another order of such a list is a difference by itself.
    """
    left, right = named(a), named(b)
    if left is None or right is None:
        if a != b:
            only: Literal["a", "b"] | None = "a" if b is ABSENT else "b" if a is ABSENT else None
            said = {side: value for side, value in (("a", a), ("b", b)) if value is not ABSENT}
            yield Change.model_validate({"path": path, "only": only, **said})
        return
    shared = [[name for name in one if name in other] for one, other in ((left, right), (right, left))]
    if order and isinstance(a, list) and shared[0] != shared[1]:
        yield Change(path=f"{path} (order)", a=list(shared[0]), b=list(shared[1]))
    for name in dict.fromkeys((*left, *right)):
        step = f"{path}.{name}" if path else name
        yield from changes(left.get(name, ABSENT), right.get(name, ABSENT), step, order=order)


def named(value: object) -> dict[str, object] | None:
    """Take a mapping, or a list of mappings with names, for a mapping; None for everything else."""
    if isinstance(value, Mapping):
        return {str(key): one for key, one in value.items()}
    if isinstance(value, list) and value and all(isinstance(one, Mapping) and "name" in one for one in value):
        return {str(one["name"]): {key: said for key, said in one.items() if key != "name"} for one in value}
    return None


def settings_of(manifest: Manifest) -> dict[str, object]:
    """Return the resolved configuration without what the cards of sources say."""
    said: dict[str, object] = dict(manifest.config.resolved)
    cards = {
        card.id: {*type(card).model_fields, *(name.partition(".")[0] for name in declared(card))} - {"format"}
        for card in manifest.sources
    }
    sources = said.get("sources")
    if isinstance(sources, list):
        said["sources"] = [
            {key: value for key, value in one.items() if key not in cards.get(str(one.get("name")), set())}
            for one in sources
            if isinstance(one, dict)
        ]
    return {**said, "limited": manifest.limited}


def versions_of(manifest: Manifest) -> dict[str, object]:
    """Return the versions of everything that shapes an output."""
    return {
        "manifest_version": manifest.manifest_version,
        **manifest.environment.model_dump(),
        "stages": {stage.name: version_of(stage) for stage in manifest.stages},
    }


def version_of(stage: StageRecord) -> dict[str, object]:
    """Return what a stage is made of beside its settings."""
    assets = {asset.name: asset.sha256 for asset in stage.assets}
    return {"version": stage.version, "stage": stage.stage, "assets": assets, "key_id": stage.key_id}


def cards_of(manifest: Manifest) -> dict[str, object]:
    """Return the cards of the sources by name, everything that the registry says beside the rest."""
    cards: dict[str, object] = {}
    for card in manifest.sources:
        cards[card.id] = {**declared(card), "previous": [one.model_dump(mode="json") for one in card.previous]}
    return cards


def inputs(a: tuple[Input, ...], b: tuple[Input, ...]) -> Inputs:
    """Compare the files that were read by source and name, then by digest."""
    left, right = ({(file.source_id, file.uri): file.sha256 for file in files} for files in (a, b))
    gone, new = (
        {place: digest for place, digest in one.items() if place not in other}
        for one, other in ((left, right), (right, left))
    )
    moved = {(source, digest) for (source, _), digest in gone.items()}
    return Inputs(
        only_a=files_of(gone),
        only_b=files_of(new),
        changed=files_of({place: left[place] for place in left if right.get(place, left[place]) != left[place]}),
        renamed=sum((source, digest) in moved for (source, _), digest in new.items()),
    )


def files_of(places: Mapping[tuple[str, str], str]) -> Files:
    """Count files and name the first."""
    return Files(count=len(places), first=tuple(f"{source}: {uri}" for source, uri in list(places)[:SHOWN]))


def personal(a: Manifest, b: Manifest, said: tuple[Change, ...]) -> Personal:
    """Tell where personal data was dealt with in another way, and where worse."""
    stages = {
        stage.name
        for stage in (*a.stages, *b.stages)
        if stage.stage == PERSONAL or stage.personal or stage.key_id is not None
    }
    mine = {f"stages.{name}" for name in stages}
    return Personal(
        handling=tuple(one for one in said if ".".join(one.path.split(".")[:2]) in mine),
        worse=tuple(worse(a, b)),
        values=tuple(values(a, b)),
    )


def worse(a: Manifest, b: Manifest) -> Iterator[Change]:
    """Yield what an independent look and planted values show to be worse in the second output."""
    if a.residual is not None and b.residual is None:
        yield Change(path="residual", a="looked for", only="a")
    before = a.residual.by_source if a.residual else {}
    for source, kinds in (b.residual.by_source if b.residual else {}).items():
        for kind, residue in kinds.items():
            was = before.get(source, {}).get(kind, Residue()).left
            if residue.left > was:
                yield Change(path=f"residual.{source}.{kind}.left", a=was, b=residue.left)
    cleared = b.residual.cleared if b.residual else {}
    for source, kinds_cleared in (a.residual.cleared if a.residual and b.residual else {}).items():
        if source in {card.id for card in b.sources} and set(kinds_cleared) - set(cleared.get(source, ())):
            yield Change(path=f"residual.cleared.{source}", a=list(kinds_cleared), b=list(cleared.get(source, ())))
    yield from leaks(a, b)


def leaks(a: Manifest, b: Manifest) -> Iterator[Change]:
    """Yield the types of which a larger share of planted values was let through, or none were planted any more."""
    for stage, types in a.canaries.items():
        for kind, canary in types.items():
            now = b.canaries.get(stage, {}).get(kind, Canary(planted=0, leaked=0))
            path = f"canaries.{stage}.{kind}"
            before, after = (f"{one.leaked} of {one.planted} leaked" for one in (canary, now))
            if canary.planted and not now.planted:
                yield Change(path=path, a=before, only="a")
            elif now.leaked * canary.planted > canary.leaked * now.planted:
                yield Change(path=path, a=before, b=after)


def values(a: Manifest, b: Manifest) -> Iterator[Values]:
    """Yield the types of which other numbers of values were found, replaced, tagged or allowed."""
    left, right = ({stage.name: stage.personal for stage in manifest.stages} for manifest in (a, b))
    for stage in dict.fromkeys((*left, *right)):
        one, other = left.get(stage, {}), right.get(stage, {})
        for kind in sorted({*one, *other}):
            fates = one.get(kind, Fates()), other.get(kind, Fates())
            if fates[0] != fates[1]:
                yield Values(stage=stage, type=kind, a=fates[0], b=fates[1])
