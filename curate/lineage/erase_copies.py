"""Find the copies of what is erased: by whom a copy was left out, in clusters, and by digests of what records say."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from curate.core.stage import Value
from curate.lineage.erase_asked import Target
from curate.lineage.explain import Archive
from curate.lineage.lookup import Files, spots, valued
from curate.lineage.manifest import Count

Relation = Literal["copy of it", "stands for it", "says the same", "in its cluster"]


class Copy(Value):
    """A record that says the same as an erased one, or nearly: where it is in the raw data, and in the output."""

    id: str
    relation: Relation = Field(
        description="`copy of it`: left out, or tagged, because the erased record stood for it, also by way of "
        "another; `stands for it`: the erased record was a copy of it; else by digest, or by cluster."
    )
    source_id: str
    source_uri: str
    source_row: int | None = None
    source_offset: int | None = None
    source_length: int | None = None
    kept: bool = Field(description="Whether its text is in the output still.")
    file: str = Field(description="Shard, or file of the ledger, that it stands in.")
    file_row: Count


class Pair(NamedTuple):
    """A copy and what stands for it."""

    copy: str
    keeper: str


def relations_of(archive: Archive, targets: Sequence[Target], twins: Iterable[str]) -> dict[str, Relation]:
    """Return how other records are copies of the targets; `twins` are the ids of those that say the same."""
    own = {target.id for target in targets}
    pairs = list(pairs_of(archive))
    said: dict[str, Relation] = {}
    for name in lower(pairs, own):
        said[name] = "copy of it"
    for name in upper(pairs, own):
        said.setdefault(name, "stands for it")
    for name in twins:
        said.setdefault(name, "says the same")
    for name in members(archive, {target.cluster for target in targets if target.cluster is not None}):
        said.setdefault(name, "in its cluster")
    return {name: relation for name, relation in said.items() if name not in own}


def pairs_of(archive: Archive) -> Iterator[Pair]:
    """Yield every copy with what stands for it: of the ledger, and of stages that tag copies."""
    for spot in spots(archive.ledger, ["duplicate_of", "id"], pc.is_valid):
        yield Pair(str(spot.said["id"]), str(spot.said["duplicate_of"]))
    for stage in archive.manifest.stages:
        column = f"{stage.name}_keeper"
        for spot in spots(archive.signals, [column, "id"], pc.is_valid):
            yield Pair(str(spot.said["id"]), str(spot.said[column]))


def lower(pairs: Sequence[Pair], own: set[str]) -> set[str]:
    """Return all copies of some records, copies of copies as well."""
    copies: dict[str, list[str]] = {}
    for pair in pairs:
        copies.setdefault(pair.keeper, []).append(pair.copy)
    return reached(copies, own)


def upper(pairs: Sequence[Pair], own: set[str]) -> set[str]:
    """Return all records that stand for some records, up to the end."""
    keepers: dict[str, list[str]] = {}
    for pair in pairs:
        keepers.setdefault(pair.copy, []).append(pair.keeper)
    return reached(keepers, own)


def reached(edges: dict[str, list[str]], own: set[str]) -> set[str]:
    """Return what can be reached from some names."""
    seen: set[str] = set()
    left = list(own)
    while left:
        for name in edges.get(left.pop(), ()):
            if name not in seen and name not in own:
                seen.add(name)
                left.append(name)
    return seen


def members(archive: Archive, clusters: set[str]) -> Iterator[str]:
    """Yield the ids of the records of clusters."""
    if clusters:
        wanted = pa.array(sorted(clusters), pa.string())
        for files in (archive.shards, archive.ledger):
            for spot in spots(files, ["cluster", "id"], lambda column: pc.is_in(column, wanted)):
                yield str(spot.said["id"])


def twins_of(archive: Archive, columns: Iterable[str], digests: set[str]) -> Iterator[str]:
    """Yield the ids of the records of which one of the digests was taken."""
    if digests:
        wanted = pa.array(sorted(digests), pa.string())
        for column in columns:
            for spot in spots(archive.signals, [column, "id"], lambda values: pc.is_in(values, wanted)):
                yield str(spot.said["id"])


def placed(archive: Archive, relations: dict[str, Relation]) -> list[Copy]:
    """Say where the copies are, in the order of the files of the output; what the output lacks is left out."""
    if not relations:
        return []
    wanted = pa.array(sorted(relations), pa.string())
    columns = ["id", "source_id", "source_uri", "source_row", "source_offset", "source_length"]

    def here(files: Files, *, kept: bool) -> Iterator[Copy]:
        for spot in spots(files, columns, lambda column: pc.is_in(column, wanted)):
            said = {"relation": relations[str(spot.said["id"])], "kept": kept, "file": spot.file, "file_row": spot.row}
            yield valued(Copy, {**spot.said, **said}, files.out / spot.file)

    return [*here(archive.shards, kept=True), *here(archive.ledger, kept=False)]
