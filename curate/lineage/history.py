"""Print the versions that an output has had, and check that each follows from the one before by what it says of it."""

from collections.abc import Iterator
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from pydantic import Field, JsonValue

from curate.core.errors import StorageError
from curate.core.files import is_endless
from curate.core.once import read_as
from curate.core.stage import Value
from curate.lineage.erase_quotes import withheld
from curate.lineage.erasures import Version
from curate.lineage.former import Former, formers
from curate.lineage.manifest import MANIFEST, Manifest, Written, read_manifest
from curate.lineage.roots import merkle_of


class History(Value):
    """The chain of versions, and what is wrong with it."""

    versions: tuple[Version, ...] = Field(description="The oldest first; the last is the output as it is.")
    former: tuple[Former, ...] = Field(
        (),
        description="Outputs that runs have replaced since, and of which something was erased.",
    )
    faults: tuple[str, ...] = ()


class Link(NamedTuple):
    """A manifest as it is kept, and its digest as it was."""

    manifest: Manifest
    sha256: str
    whole: bool


def history(out: Path) -> History:
    """Read the chain of manifests and check it; StorageError where the output has no manifest that can be read."""
    links, faults = chain(out, read_manifest(out))
    for before, after in pairwise(links):
        faults += breaks(before.manifest, after.manifest)
    first = len(read_manifest(out).erasures) - len(links) + 1
    versions = tuple(version(number, link) for number, link in enumerate(links, first))
    former = tuple(one.said for one in formers(out))
    return History(versions=versions, former=former, faults=tuple(faults))


def chain(out: Path, last: Manifest) -> tuple[list[Link], list[str]]:
    """Follow the digests back from the manifest of the output; stop where one leads nowhere."""
    links = [Link(last, sha256((out / MANIFEST).read_bytes()).hexdigest(), whole=True)]
    faults: list[str] = []
    while (said := links[0].manifest.previous) is not None:
        try:
            kept = out / said.path  # an earlier manifest may name anything
            body = b"" if is_endless(kept) else kept.read_bytes()
            manifest = read_as(Manifest, body)
        except (OSError, ValueError):
            faults.append(f"{said.path}: the manifest of the version before is missing or damaged")
            break
        if sha256(body).hexdigest() != said.kept_sha256:
            faults.append(f"{said.path}: this is not the manifest of the version before (other sha256)")
        links.insert(0, Link(manifest, said.sha256, said.kept_sha256 == said.sha256))
        if len(links) > len(last.erasures) + 1:
            faults.append("the chain of versions is longer than the list of erasures")
            break
    if not faults and len(links) != len(last.erasures) + 1:
        faults.append(f"{len(last.erasures)} erasures, {len(links) - 1} versions before this one")
    return links, faults


def breaks(before: Manifest, after: Manifest) -> Iterator[str]:
    """Say in what a version does not follow from the one before."""
    if not after.erasures or after.erasures[:-1] != before.erasures:
        yield f"version {len(after.erasures)}: its erasures are not those of the version before and one more"
        return
    erasure, place = after.erasures[-1], f"version {len(after.erasures)}"
    if erasure.number != len(before.erasures):
        yield f"{place}: its erasure has the number {erasure.number}"
    for name in ("environment", "config", "sources", "inputs", "limits", "limited", "uris", "canaries"):
        if getattr(before, name) != getattr(after, name):
            yield f"{place}: {name} differ from the version before"
    if before.outputs.tables != after.outputs.tables:
        yield f"{place}: tables have other columns than in the version before"
    every = {card.id for card in before.sources}
    if withheld(before.stages, every)[0] != withheld(after.stages, every)[0]:
        yield f"{place}: stages differ from the version before"
    if before.dataset.rows - after.dataset.rows != erasure.records:
        yield f"{place}: {before.dataset.rows} rows became {after.dataset.rows}, the erasure took {erasure.records}"
    took = after.accounting.erased - before.accounting.erased
    if took != erasure.records + erasure.rejected:
        yield f"{place}: {took} records more are erased, the erasure names {erasure.records} + {erasure.rejected}"
    yield from file_breaks(before, after, place)
    if merkle_of(before.outputs) != before.merkle:
        yield f"{place}: the roots of the version before are not those of its files"


def file_breaks(before: Manifest, after: Manifest, place: str) -> Iterator[str]:
    """Compare the files of two versions: those that were touched lost as many rows as was said, no other changed."""
    old, new = files_of(before), files_of(after)
    erasure = after.erasures[-1]
    touched = {file.path: file for file in erasure.files}
    for path, said in touched.items():
        was, now = old.get(path), new.get(path)
        if was is None or (was.sha256, was.rows) != (said.sha256, said.rows):
            yield f"{place}: {path} was another file than the erasure says"
        elif said.rows - said.erased != (now.rows if now else 0):
            yield f"{place}: {path} has {now.rows if now else 0} rows left of {said.rows}, {said.erased} were taken"
    tombs = f"_lineage/tombstones-{erasure.number:05d}.parquet"
    for path in sorted({*old, *new} - {*touched, tombs}):
        if old.get(path) != new.get(path):
            yield f"{place}: {path} differs from the version before, and the erasure does not name it"
    if tombs not in new:
        yield f"{place}: it has no tombstones"


def files_of(manifest: Manifest) -> dict[str, Written]:
    """Return the files of records and about records by path."""
    outputs = manifest.outputs
    files = (*outputs.shards, *outputs.rejects, *outputs.signals, *outputs.pii, *outputs.tombstones)
    return {file.path: file for file in files}


def version(number: int, link: Link) -> Version:
    """Describe a version."""
    manifest = link.manifest
    erasure = manifest.erasures[-1] if manifest.erasures else None
    made = {} if erasure is None else {name: getattr(erasure, name) for name in ("basis", "ticket", "at")}
    took = {} if erasure is None else {"records": erasure.records, "rejected": erasure.rejected}
    return Version(
        number=max(number, 0),
        manifest_sha256=link.sha256,
        rows=manifest.dataset.rows,
        shards=len(manifest.outputs.shards),
        documents_root=manifest.merkle.documents_root,
        touched=tuple(file.path for file in erasure.files) if erasure else (),
        quotes=link.whole,
        **made,
        **took,
    )


def read_history(out: Path) -> list[str]:
    """Return what is wrong with the chain of an output; a manifest that cannot be read is one fault."""
    try:
        return list(history(out).faults)
    except StorageError as wrong:
        return [wrong.message]


def schema() -> dict[str, JsonValue]:
    """Return the JSON Schema of a history: what `schemas/history.schema.json` holds."""
    said: dict[str, JsonValue] = History.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **said}
