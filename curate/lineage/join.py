"""Join the records of two outputs by id: what became of each, in a few bytes a record."""

import filecmp
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from curate.core.errors import StorageError
from curate.lineage.former import formers
from curate.lineage.ids import NONE, Pairs, parse_ids, spell
from curate.lineage.lookup import Spot, opened
from curate.lineage.manifest import Manifest, Written
from curate.lineage.sight import DAMAGE, grouped, read_columns, reason

Rows = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]
Marks = npt.NDArray[np.bool_]

JOINT = "\n"
"""Parts the names of a list; no rule or stage has one in its name."""
HINT = "`curate verify` says what is wrong with it"
DIGEST_BYTES = 16
"""Of a sha256, enough to tell two texts of one id apart: 1 in 10^38 pairs would pass for equal."""


class Fate(NamedTuple):
    """What became of a record; a split where it was kept, stage and rule where it was left out."""

    source: str
    split: str = ""
    tags: frozenset[str] = frozenset()
    ops: frozenset[str] = frozenset()
    """Stages that changed its text."""
    stage: str = ""
    rule: str = ""


ERASED = Fate("", rule="erased")
"""Of a record that was read, and erased since."""


class Half(NamedTuple):
    """All records of one output: kept ones in the order of the shards, then left out ones in that of the ledger."""

    out: Path
    manifest: Manifest
    pairs: Pairs
    codes: Codes
    """Place of each record's fate in `fates`."""
    fates: Sequence[Fate]
    kept: int
    erased: frozenset[tuple[int, int]] = frozenset()
    """Ids of records that were erased from it, or from an output that stood there before."""

    def spot(self, row: int) -> Spot:
        """Say in which file a record stands, and where there."""
        start = 0
        for file in (*self.manifest.outputs.shards, *self.manifest.outputs.rejects):
            if row < start + file.rows:
                return Spot(file.path, row - start, {})
            start += file.rows
        raise IndexError(row)

    def id_of(self, row: int) -> str:
        """Return the id of a record."""
        return spell(self.pairs[row])


class Joined(NamedTuple):
    """Rows of both halves in the order of their ids; -1 where one has no such record."""

    a: Rows
    b: Rows


def read_half(out: Path, manifest: Manifest) -> Half:
    """Read ids and fates of all records; StorageError where a file is missing or damaged, or an id is none."""
    pairs, codes = [NONE], [np.zeros(0, np.int32)]
    known: dict[Fate, int] = {}
    for shard in manifest.outputs.shards:
        for batch in batches(out, shard, ("id", "source_id", "tags", "ops")):
            lists = [pc.binary_join(batch[name], JOINT) for name in ("tags", "ops")]
            fates = (
                (Fate(names[0], shard.split, part(names[1]), part(names[2])), rows)
                for names, rows in grouped([batch["source_id"], *lists])
            )
            pairs.append(ids_of(batch, out / shard.path))
            codes.append(coded(fates, known, batch.num_rows))
    kept = sum(map(len, pairs))
    for ledger in manifest.outputs.rejects:
        for batch in batches(out, ledger, ("id", "source_id", "stage", "rule")):
            fates = (
                (Fate(names[0], stage=names[1], rule=names[2]), rows)
                for names, rows in grouped([batch[name] for name in ("source_id", "stage", "rule")])
            )
            pairs.append(ids_of(batch, out / ledger.path))
            codes.append(coded(fates, known, batch.num_rows))
    gone = frozenset(erased_ids(out, manifest))
    return Half(out, manifest, np.concatenate(pairs), np.concatenate(codes), list(known), kept, gone)


def erased_ids(out: Path, manifest: Manifest) -> Iterator[tuple[int, int]]:
    """Yield the ids of which tombstones tell, those of former outputs too."""
    places = [(out, file) for file in manifest.outputs.tombstones]
    places += [(kept.folder, file) for kept in formers(out) for file in kept.said.tombstones]
    for folder, file in places:
        for batch in batches(folder, file, ("id",)):
            yield from map(tuple, ids_of(batch, folder / file.path).tolist())


def batches(out: Path, file: Written, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Yield some columns of a file; StorageError where that is impossible, or it has other rows than it should."""
    rows = 0
    try:
        for batch in read_columns(out / file.path, columns):
            rows += batch.num_rows
            yield batch
    except DAMAGE as wrong:
        raise StorageError(f"the file {reason(wrong)}", where=str(out / file.path), hint=HINT) from wrong
    if rows != file.rows:
        fact = f"the file has {rows:,} rows, and {file.rows:,} by the manifest"
        raise StorageError(fact, where=str(out / file.path), hint=HINT)


def ids_of(batch: pa.RecordBatch, path: Path) -> Pairs:
    """Read the ids of a batch."""
    parsed = parse_ids(batch["id"].cast(pa.string()))
    if parsed.malformed:
        raise StorageError(f"{parsed.malformed:,} values of the column `id` are none", where=str(path), hint=HINT)
    return parsed.pairs


def part(said: str) -> frozenset[str]:
    """Take apart the names of a list."""
    return frozenset(said.split(JOINT)) if said else frozenset()


def coded(fates: Iterator[tuple[Fate, Rows]], known: dict[Fate, int], rows: int) -> Codes:
    """Write the number of its fate beside each row."""
    codes = np.zeros(rows, np.int32)
    for fate, some in fates:
        codes[some] = known.setdefault(fate, len(known))
    return codes


def joined(a: Half, b: Half) -> Joined:
    """Merge two halves by id; StorageError where an id stands twice on one side."""
    pairs = np.concatenate((a.pairs, b.pairs))
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    high, low = pairs[order, 0], pairs[order, 1]
    same = (high[1:] == high[:-1]) & (low[1:] == low[:-1])
    first = order < len(a.pairs)
    for side, half in ((first, a), (~first, b)):
        twice = np.flatnonzero(same & side[1:] & side[:-1])
        if len(twice):
            row = int(order[twice[0]]) - (0 if half is a else len(a.pairs))
            raise StorageError(f"the id {half.id_of(row)} stands there twice", where=str(half.out), hint=HINT)
    follows = np.concatenate(([False], same)) if len(order) else np.zeros(0, bool)
    heads = np.flatnonzero(~follows)
    rows_a, rows_b = np.full(len(heads), -1, np.int64), np.full(len(heads), -1, np.int64)
    rows_a[first[heads]] = order[heads[first[heads]]]
    rows_b[~first[heads]] = order[heads[~first[heads]]] - len(a.pairs)
    tails = np.flatnonzero(follows)
    rows_b[np.searchsorted(heads, tails) - 1] = order[tails] - len(a.pairs)
    return Joined(rows_a, rows_b)


def changed(a: Half, b: Half, both: Joined) -> Marks:
    """Tell which records have another text in each half; `both` names rows that are kept in the two.

    Shards that are the same byte for byte are not decoded, and of all others only row groups that hold such a record.
    """
    same = twins(a, b)
    wanted = np.zeros(a.kept, bool)
    wanted[both.a] = True
    start = 0
    for shard in a.manifest.outputs.shards:
        if shard.path in same:
            wanted[start : start + shard.rows] = False
        start += shard.rows
    asked = wanted[both.a]
    there = np.zeros(b.kept, bool)
    there[both.b[asked]] = True
    marks = np.zeros(len(both.a), bool)
    if asked.any():
        left, right = digests(a, wanted), digests(b, there)
        marks[asked] = (left[both.a[asked]] != right[both.b[asked]]).any(axis=1)
    return marks


def twins(a: Half, b: Half) -> set[str]:
    """Name the shards of one half that lie in the other one too, byte for byte: digests say which, bytes decide."""
    others = {shard.sha256: shard.path for shard in b.manifest.outputs.shards}
    return {
        shard.path
        for shard in a.manifest.outputs.shards
        if shard.sha256 in others and filecmp.cmp(a.out / shard.path, b.out / others[shard.sha256], shallow=False)
    }


def digests(half: Half, wanted: Marks) -> Pairs:
    """Digest the texts of the kept records wanted; all others stay zero."""
    found = np.zeros((half.kept, 2), np.uint64)
    start = 0
    for shard in half.manifest.outputs.shards:
        with opened(half.out, shard.path) as file:
            for group in range(file.metadata.num_row_groups):
                end = start + file.metadata.row_group(group).num_rows
                rows = np.flatnonzero(wanted[start:end])
                if len(rows):
                    column = file.read_row_group(group, columns=["text"])["text"].cast(pa.binary())
                    texts = column.take(pa.array(rows)).to_pylist()
                    whole = b"".join(sha256(text or b"").digest()[:DIGEST_BYTES] for text in texts)
                    found[start + rows] = np.frombuffer(whole, np.uint64).reshape(-1, 2)
                start = end
    return found
