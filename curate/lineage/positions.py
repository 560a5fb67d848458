"""Hold the places of personal data against the records: each id is there, and each count is that of the record."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from curate.core.errors import StorageError
from curate.lineage.ids import MODULUS, Index, Pairs, marks_of, parse_ids
from curate.lineage.manifest import Manifest, Written, reread_sources
from curate.lineage.sight import BATCH_ROWS, DAMAGE, reason
from curate.lineage.verification import Finding
from curate.sinks.rejects import POSITIONS

DIGEST = "^[0-9a-f]{32}$"
TURN = re.compile(r"messages\[(0|[1-9][0-9]*)\](\.role)?")


class Sums:
    """Sums by type that two sides share only where they say the same of every record."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.prints: Counter[str] = Counter()

    def add(self, pairs: Pairs, types: pa.StringArray, counts: npt.NDArray[np.int64]) -> None:
        """Add that records (pairs of their id) have so many values of a type."""
        marks = marks_of(pairs)
        for kind in pc.unique(types).to_pylist():
            mask = np.asarray(pc.fill_null(pc.equal(types, kind), False))
            self.counts[kind] += int(counts[mask].sum())
            summed = int((marks[mask] * counts[mask].astype(np.uint64)).sum())
            self.prints[kind] = (self.prints[kind] + summed) % MODULUS


def check_positions(out: Path, manifest: Manifest, index: Index) -> Finding:
    """Look up the record of every place; where all but what is allowed was replaced, compare with the shards."""
    faults: list[str] = []
    placed = Sums()
    fields = {"text", *(column.name for column in manifest.outputs.columns if column.kind == "kept")}
    fields = fields if manifest.outputs.shards else set()
    rows = 0
    for file in manifest.outputs.pii:
        try:
            for batch in _batches(out, file, POSITIONS.names):
                rows += batch.num_rows
                faults += _placed(batch, file, index, placed)
                faults += _field_faults(batch, file, fields)
        except DAMAGE as wrong:
            faults.append(f"{file.path} {reason(wrong)}")
    if rows or any(stage.key_id for stage in manifest.stages):
        keyed = [fates for stage in manifest.stages if stage.key_id for fates in stage.personal.values()]
        said = sum(fates.replaced + fates.tagged for fates in keyed)
        gone = sum(erasure.places for erasure in manifest.erasures)
        if rows + gone != said:
            since = f" and {gone} erased" if gone else ""
            faults.append(f"{rows} places{since}, the stages replaced or tagged {said} values")
        if is_exact(manifest) and not faults:
            try:
                faults += _differences(placed, counted(out, manifest))
            except StorageError as wrong:
                faults.append(wrong.message)
    return Finding(faults, f"{rows} places")


def is_exact(manifest: Manifest) -> bool:
    """Tell whether the column `pii` counts just what has a place: all replaced, all keyed, nothing from before."""
    seekers = [stage for stage in manifest.stages if stage.personal]
    whole = all(not fates.tagged for stage in seekers for fates in stage.personal.values())
    return whole and all(stage.key_id for stage in seekers) and not reread_sources(manifest)


def _batches(out: Path, file: Written, columns: list[str]) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(out / file.path, page_checksum_verification=True) as opened:
        yield from opened.iter_batches(BATCH_ROWS, columns=columns)


def _placed(batch: pa.RecordBatch, file: Written, index: Index, placed: Sums) -> Iterator[str]:
    """Take in places; yield what cannot be."""
    parsed = parse_ids(batch["id"])
    if parsed.malformed:
        yield f"{file.path}: {parsed.malformed} values are no id"
    wrong = pc.sum(pc.invert(pc.match_substring_regex(batch["digest"], DIGEST))).as_py()
    if wrong:
        yield f"{file.path}: {wrong} values are no digest"
    for name in POSITIONS.names:
        if batch[name].null_count:
            yield f"{file.path}: {batch[name].null_count} values have no {name}"
    if pc.any(pc.or_(pc.less(batch["offset"], 0), pc.less(batch["length"], 1))).as_py():
        yield f"{file.path}: a stretch is empty or begins before its text"
    there, rejected = index.sides(parsed.pairs)
    if not there.all():
        yield f"{file.path}: {int((~there).sum())} places are of records that are neither in a shard nor in the ledger"
    kept = there & ~rejected
    types = batch["type"].take(pa.array(parsed.rows[kept]))
    placed.add(parsed.pairs[kept], types, np.ones(int(kept.sum()), np.int64))


def _field_faults(batch: pa.RecordBatch, file: Written, fields: set[str]) -> Iterator[str]:
    """Yield fields that no record of the output has; where none was written, its columns are not known."""
    named = [str(name) for name in pc.unique(batch["field"]).to_pylist()]
    for name in sorted(named) if fields else ():
        if name not in fields and not TURN.fullmatch(name):
            yield f"{file.path}: there is no field {name!r}"


def counted(out: Path, manifest: Manifest) -> Sums:
    """Add up the column `pii` of the shards; StorageError where a shard cannot be read."""
    sums = Sums()
    for shard in manifest.outputs.shards:
        try:
            for batch in _batches(out, shard, ["id", "pii"]):
                parsed = parse_ids(batch["id"])
                lists = batch["pii"].take(pa.array(parsed.rows))
                owners = pc.list_parent_indices(lists).to_numpy()
                types, counts = lists.flatten().flatten()
                sums.add(parsed.pairs[owners], types, counts.to_numpy().astype(np.int64))
        except DAMAGE as wrong:
            raise StorageError(f"{shard.path} {reason(wrong)}", where=str(out / shard.path)) from wrong
    return sums


def _differences(placed: Sums, said: Sums) -> Iterator[str]:
    for kind in sorted({*placed.counts, *said.counts}, key=str):  # a forger's are of any type, or null
        if placed.counts[kind] != said.counts[kind]:
            yield f"{kind}: {placed.counts[kind]} places in kept records, their column `pii` counts {said.counts[kind]}"
        elif placed.prints[kind] != said.prints[kind]:
            yield f"{kind}: places and column `pii` count alike in all and not in each record"
