"""The Merkle roots of an output: taken from its files again, and proofs that one record is among them."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
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
    text_digests,
)
from curate.core.stage import Value
from curate.lineage.manifest import Count, Manifest, Merkle, Outputs, Sha256, read_manifest
from curate.lineage.sight import DAMAGE, read_columns, reason
from curate.lineage.verification import Finding
from curate.sinks.shards import ROOT_KEY

ROWS = 1024
"""Records whose texts are held at once: a row group has about as many."""
See = Callable[[pa.RecordBatch, pa.StringArray], None]


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
        hashes = [leaf for batch in read_columns(out / shard, LEAF_COLUMNS, ROWS) for leaf in record_hashes(batch)]
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


def root_in(shard: Path, see: See = lambda _batch, _digests: None) -> str:
    """Return the root of a shard's records, in constant memory; raise one of DAMAGE where it cannot be read.

    `see` hears of every batch (LEAF_COLUMNS) and of the digests of its texts.
    """
    tree = Tree()
    for batch in read_columns(shard, LEAF_COLUMNS, ROWS):
        digests = text_digests(batch["text"])
        tree.extend(record_hashes(batch, digests))
        see(batch, digests)
    return tree.root()


def check_roots(out: Path, manifest: Manifest, see: See = lambda _batch, _digests: None) -> Finding:
    """Take all roots anew and compare them with what the manifest and the footers of the shards say."""
    faults: list[str] = []
    found: list[str] = []
    for shard in manifest.outputs.shards:
        try:
            found.append(root_in(out / shard.path, see))
            footer = (pq.read_metadata(out / shard.path).metadata or {}).get(ROOT_KEY.encode())
        except DAMAGE as wrong:
            faults.append(f"{shard.path} {reason(wrong)}")
            continue
        if found[-1] != shard.content_root:
            faults.append(f"{shard.path}: its records have another root than the manifest says")
        if footer != shard.content_root.encode():
            faults.append(f"{shard.path}: its footer names another root than the manifest")
    said = manifest.merkle
    faults += _above(manifest, found) if not faults else ()
    return Finding(faults, f"documents {said.documents_root}, files {said.files_root}")


def check_named_roots(out: Path, manifest: Manifest) -> Finding:
    """Compare the roots over shards and files with what the manifest names, without reading a record."""
    faults: list[str] = []
    for shard in manifest.outputs.shards:
        try:
            footer = (pq.read_metadata(out / shard.path).metadata or {}).get(ROOT_KEY.encode())
        except DAMAGE as wrong:
            faults.append(f"{shard.path} {reason(wrong)}")
            continue
        if footer != shard.content_root.encode():
            faults.append(f"{shard.path}: its footer names another root than the manifest")
    faults += _above(manifest, [shard.content_root for shard in manifest.outputs.shards])
    return Finding(faults, f"documents {manifest.merkle.documents_root}, files {manifest.merkle.files_root}")


def _above(manifest: Manifest, found: Sequence[str]) -> Iterator[str]:
    """Compare the roots that stand over those of the shards."""
    said = manifest.merkle
    if said.leaf != LEAF_BYTES:
        yield "the manifest describes leaves that this version does not know"
    if said.documents_root != documents_root(found):
        yield "the shards' roots come to another documents root than the manifest names"
    if said.files_root != files_root(manifest.outputs):
        yield "the files come to another files root than the manifest names"
