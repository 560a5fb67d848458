"""Check what an output says of its erasures: tombstones, suppression list, the chain of versions."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from curate.core.errors import CurateError, StorageError
from curate.core.files import digest_of
from curate.core.suppression import read_suppression
from curate.lineage.erasures import Erasure
from curate.lineage.former import former_faults, formers
from curate.lineage.history import read_history
from curate.lineage.ids import NONE, Index, Pairs, parse_ids, spell
from curate.lineage.manifest import SUPPRESSED, Manifest, Written
from curate.lineage.sight import BATCH_ROWS, DAMAGE, Sight, read_columns, reason
from curate.lineage.verification import Finding

RECORDS = ("data/", "_lineage/rejects-")
"""How files begin in which each record has one row."""
SAID = ("erasure", "basis", "ticket", "at")


def check_erasures(out: Path, manifest: Manifest, sight: Sight, index: Index) -> Finding:
    """Hold tombstones, list and chain against the manifest, and look for what should be gone."""
    erasures, tombs = manifest.erasures, manifest.outputs.tombstones
    faults: list[str] = []
    if len(erasures) != len(tombs):
        faults.append(f"{len(erasures)} erasures, {len(tombs)} files of tombstones")
    for number, (erasure, file) in enumerate(zip(erasures, tombs, strict=False)):
        faults += tombstone_faults(out, file, erasure, number)
    gone = np.concatenate(sight.erased)
    faults += still_there(out, manifest, gone, index)
    faults += list_faults(out, manifest)
    if erasures or manifest.previous:
        faults += read_history(out)
    faults += former_faults(out)
    faults += before_faults(out)
    detail = f"{len(gone)} records in {len(erasures)} erasures" if erasures else "nothing was erased"
    earlier = 0 if faults else sum(len(one.said.erasures) for one in formers(out))
    return Finding(faults, f"{detail}; {earlier} erasures from outputs that stood here before" if earlier else detail)


def before_faults(out: Path) -> Iterator[str]:
    """Compare the tombstones of former outputs with what is kept of their erasures."""
    try:
        kept = formers(out)
    except StorageError:
        return  # told already
    for folder, said in kept:
        for number, (erasure, stones) in enumerate(zip(said.erasures, said.tombstones, strict=False)):
            yield from tombstone_faults(folder, stones, erasure, number)


def tombstone_faults(out: Path, file: Written, erasure: Erasure, number: int) -> Iterator[str]:
    """Compare one file of tombstones with what the manifest says of its erasure."""
    try:
        table = pa.Table.from_batches(read_columns(out / file.path, [*SAID, "stage", "rule", "file"]))
    except DAMAGE as wrong:
        yield f"{file.path} {reason(wrong)}"
        return
    said = set(zip(*(table[name].to_pylist() for name in SAID), strict=True))
    if erasure.number != number or said != {(number, erasure.basis, erasure.ticket, erasure.at)}:
        yield f"{file.path}: its rows tell of another erasure than the manifest"
    rejected = table.num_rows - table["stage"].null_count
    if (table.num_rows - rejected, rejected) != (erasure.records, erasure.rejected):
        parts = f"{erasure.records} of shards, {erasure.rejected} of the ledger"
        yield f"{file.path}: {table.num_rows} tombstones, the manifest counts {parts}"
    if table["rule"].is_valid() != table["stage"].is_valid():
        yield f"{file.path}: a rule without a stage, or a stage without a rule"
    taken = {one.path: one.erased for one in erasure.files if one.path.startswith(RECORDS)}
    if Counter(table["file"].to_pylist()) != taken:
        yield f"erasure {number}: its tombstones are not of the files that it took as many rows out of"


def still_there(out: Path, manifest: Manifest, gone: Pairs, index: Index) -> Iterator[str]:
    """Look for erased ids in shards, ledger and measurements, and for ids that were erased twice."""
    if not len(gone):
        return
    there, _ = index.sides(gone)
    yield from (f"{spell(pair)} was erased and is there" for pair in gone[there])
    twice = Index(gone, NONE).repeated()[0]
    yield from (f"{name} was erased twice" for name in twice)
    erased = Index(gone, NONE)
    for file in manifest.outputs.signals:
        try:
            with pq.ParquetFile(out / file.path, page_checksum_verification=True) as opened:
                for batch in opened.iter_batches(BATCH_ROWS, columns=["id"]):
                    found = erased.sides(parse_ids(batch["id"].cast(pa.string())).pairs)[0]
                    if found.any():
                        yield f"{file.path}: {int(found.sum())} measurements of erased records"
        except DAMAGE as wrong:
            yield f"{file.path} {reason(wrong)}"


def list_faults(out: Path, manifest: Manifest) -> Iterator[str]:
    """Compare the suppression list with what the manifest says of it."""
    said = manifest.suppression
    if (said is None) != (not manifest.erasures):
        yield "erasures and suppression list: the one is there without the other"
    if said is None:
        if (out / SUPPRESSED).exists():
            yield f"{SUPPRESSED}: the manifest knows no suppression list"
        return
    try:
        found = read_suppression(out / said.path)
        digest = digest_of(out / said.path)
    except CurateError as wrong:
        yield f"{said.path}: {wrong.message}"
        return
    if said.path != SUPPRESSED or digest != said.sha256 or found.spelled() != (out / said.path).read_bytes():
        yield f"{said.path}: this is not the suppression list that the manifest names"
    counts = (said.content, said.edited, said.ids)
    if found.key_id != said.key_id or tuple(map(len, found.kinds.values())) != counts:
        yield f"{said.path}: {found.size} digests of the key {found.key_id}, the manifest counts others"
