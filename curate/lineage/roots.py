"""The Merkle roots of an output: taken from its files again, and proofs that one record is among them."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow.parquet as pq
from pydantic import Field

from curate.core.errors import StorageError
from curate.core.merkle import (
    LEAF_BYTES,
    LEAF_COLUMNS,
    Tree,
    leaf_hash,
    path_to,
    record_hashes,
    root_by,
    root_of,
)
from curate.core.stage import Value
from curate.lineage.manifest import Count, Manifest, Merkle, Outputs, Sha256, Shard, read_manifest
from curate.lineage.reading import Seen
from curate.lineage.sight import DAMAGE, read_groups, reason
from curate.lineage.verification import Finding
from curate.sinks.shards import ROOT_KEY


class Inclusion(Value):
    """Proof that a record is one of an output: what whoever holds the root needs beside the record itself."""

    leaf: Sha256 = Field(description="Hash of the record's leaf: sha256 of a zero byte and the bytes of the leaf.")
    shard: str = Field(description="Its shard, relative to the output.")
    row: Count = Field(description="Its place in the shard, from 0.")
    rows: Count = Field(description="Records of the shard.")
    path: tuple[Sha256, ...] = Field(description="Hashes from the leaf to the root of the shard (RFC 9162, 2.1.3).")
    number: Count = Field(description="Place of the shard among all, from 0.")
    shards: Count = Field(description="Shards of the output.")
    shards_path: tuple[Sha256, ...] = Field(description="Hashes from the shard's root to the documents root.")

    def root(self) -> str | None:
        """Return the documents root to which the proof leads; None where it leads to none.

        The record is in the output if this is the root that somebody trusted has signed or kept.
        """
        content = root_by(bytes.fromhex(self.leaf), self.row, self.rows, [bytes.fromhex(one) for one in self.path])
        if content is None:
            return None
        above = [bytes.fromhex(one) for one in self.shards_path]
        return root_by(leaf_hash(bytes.fromhex(content)), self.number, self.shards, above)


def prove(out: Path, shard: str, row: int) -> Inclusion:
    """Prove that the record at a row of a shard is one of the output; StorageError where there is no such row."""
    shards = read_manifest(out).outputs.shards
    number = next((place for place, one in enumerate(shards) if one.path == shard), None)
    if number is None:
        raise StorageError(f"the output has no shard {shard!r}", where=str(out))
    try:
        hashes = [leaf for batch in read_groups(out / shard, LEAF_COLUMNS) for leaf in record_hashes(batch)]
    except DAMAGE as wrong:
        raise StorageError(f"the shard {reason(wrong)}", where=str(out / shard)) from wrong
    if not 0 <= row < len(hashes):
        raise StorageError(f"there is no row {row} among {len(hashes)}", where=str(out / shard))
    above = path_to(number, [leaf_hash(bytes.fromhex(one.content_root)) for one in shards])
    return Inclusion(
        leaf=hashes[row].hex(),
        shard=shard,
        row=row,
        rows=len(hashes),
        path=tuple(one.hex() for one in path_to(row, hashes)),
        number=number,
        shards=len(shards),
        shards_path=tuple(one.hex() for one in above),
    )


def merkle_of(outputs: Outputs) -> Merkle:
    """Return the roots to which the facts of an output's files come."""
    content = [shard.content_root for shard in outputs.shards]
    return Merkle(documents_root=documents_root(content), files_root=files_root(outputs))


def documents_root(content_roots: Sequence[str]) -> str:
    """Return the root over all records, as a tree over the shards' roots.

    So a proof reads one shard, and a shard that is written anew leaves the others alone.
    """
    return root_of(map(bytes.fromhex, content_roots))


def files_root(outputs: Outputs) -> str:
    """Return the root over the files of records and about records, by their lines in SHA256SUMS."""
    files = (*outputs.shards, *outputs.rejects, *outputs.signals, *outputs.pii, *outputs.tombstones)
    return root_of(f"{file.sha256}  {file.path}".encode() for file in files)


def root_in(shard: Path) -> str:
    """Return the root of a shard's records, in constant memory; raise one of DAMAGE where it cannot be read."""
    tree = Tree()
    for batch in read_groups(shard, LEAF_COLUMNS):
        tree.extend(record_hashes(batch))
    return tree.root()


class Roots:
    """Takes the roots of shards anew, record by record."""

    columns = LEAF_COLUMNS

    def __init__(self) -> None:
        self._trees: dict[str, Tree] = {}

    def see(self, seen: Seen) -> None:
        """Take in records, in their order."""
        self._trees.setdefault(seen.shard, Tree()).extend(record_hashes(seen.batch, seen.digests))

    def of(self, shard: str) -> str:
        """Return the root of a shard that was seen whole."""
        return self._trees.get(shard, Tree()).root()


def check_roots(out: Path, manifest: Manifest, roots: Roots, unread: Mapping[str, str]) -> Finding:
    """Compare the roots taken anew with what the manifest and the footers of the shards say.

    `unread` says why some shards could not be read.
    """
    faults: list[str] = []
    for shard in manifest.outputs.shards:
        if shard.path in unread:
            faults.append(f"{shard.path} {unread[shard.path]}")
            continue
        if roots.of(shard.path) != shard.content_root:
            faults.append(f"{shard.path}: its records have another root than the manifest says")
        faults += _footer_faults(out, shard)
    said = manifest.merkle
    faults += _above(manifest, [roots.of(shard.path) for shard in manifest.outputs.shards]) if not faults else ()
    return Finding(faults, f"documents {said.documents_root}, files {said.files_root}")


def check_named_roots(out: Path, manifest: Manifest) -> Finding:
    """Compare the roots over shards and files with what the manifest names, without reading a record."""
    faults: list[str] = []
    for shard in manifest.outputs.shards:
        faults += _footer_faults(out, shard)
    faults += _above(manifest, [shard.content_root for shard in manifest.outputs.shards])
    return Finding(faults, f"documents {manifest.merkle.documents_root}, files {manifest.merkle.files_root}")


def _footer_faults(out: Path, shard: Shard) -> Iterator[str]:
    """Compare the root that the footer of a shard names with the one of the manifest."""
    try:
        footer = (pq.read_metadata(out / shard.path).metadata or {}).get(ROOT_KEY.encode())
    except DAMAGE as wrong:
        yield f"{shard.path} {reason(wrong)}"
        return
    if footer != shard.content_root.encode():
        yield f"{shard.path}: its footer names another root than the manifest"


def _above(manifest: Manifest, found: Sequence[str]) -> Iterator[str]:
    """Compare the roots that stand over those of the shards."""
    said = manifest.merkle
    if said.leaf != LEAF_BYTES:
        yield "the manifest describes leaves that this version does not know"
    if said.documents_root != documents_root(found):
        yield "the shards' roots come to another documents root than the manifest names"
    if said.files_root != files_root(manifest.outputs):
        yield "the files come to another files root than the manifest names"
