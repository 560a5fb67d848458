"""Hold the values for which the ledger rejects, and the measurements in the shards, against the file of signals."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from curate.lineage.concluded import NEAR, RELEVANCE, measured_faults
from curate.lineage.figures import NOWHERE, found_in
from curate.lineage.ids import Pairs, parse_ids, spell
from curate.lineage.manifest import Manifest, StageRecord
from curate.lineage.sight import BATCH_ROWS, DAMAGE, reason
from curate.lineage.verification import Finding

Values = npt.NDArray[np.float64]


class Asked(NamedTuple):
    """Values that records are said to have of one measure, by id, sorted and each once."""

    pairs: Pairs
    values: Values
    seen: npt.NDArray[np.bool_]


def check_measures(out: Path, manifest: Manifest, measured: Sequence[pa.RecordBatch]) -> Finding:
    """Look every value up; one that no file of signals has, such as the similarity of copies, is compared nowhere."""
    faults: list[str] = []
    try:
        numbers = _numbers(out, manifest)
        asked = {(name, "the ledger"): one for name, one in _of_ledger(measured, numbers)}
        asked |= {(name, "its shard"): one for name, one in _of_shards(out, manifest, numbers)}
        faults += _differences(out, manifest, asked)
        for stage in manifest.stages if not manifest.accounting.erased else ():
            faults += _concluded(out, manifest, stage)
    except DAMAGE as wrong:
        faults.append(f"a file of measurements {reason(wrong)}")
    rows = sum(file.rows for file in manifest.outputs.signals)
    there = manifest.accounting.written + manifest.accounting.rejected
    if rows and rows != there:
        faults.append(f"{rows} rows of measurements, of {there} records")
    for (name, place), one in asked.items() if not faults else ():
        lost = int((~one.seen).sum())
        if lost:
            faults.append(f"{lost} records have a {name} in {place} and no measurement of it")
    return Finding(faults, f"{sum(len(one.pairs) for one in asked.values()) if not faults else 0} values")


def _numbers(out: Path, manifest: Manifest) -> frozenset[str]:
    """Return the measures that are numbers."""
    for file in manifest.outputs.signals[:1]:
        with pq.ParquetFile(out / file.path) as opened:
            types = {one.name: one.type for one in opened.schema_arrow}
        return frozenset(name for name, kind in types.items() if pa.types.is_primitive(kind))
    return frozenset()


def _of_ledger(measured: Sequence[pa.RecordBatch], numbers: frozenset[str]) -> Iterator[tuple[str, Asked]]:
    if not measured:
        return
    plain = [batch.set_column(1, "metric", batch["metric"].cast(pa.string())) for batch in measured]
    table = pa.Table.from_batches([batch.set_column(0, "id", batch["id"].cast(pa.string())) for batch in plain])
    for name in sorted(numbers.intersection(table["metric"].unique().to_pylist())):
        some = table.filter(pa.compute.equal(table["metric"], name)).combine_chunks()
        yield name, _sorted(some["id"].combine_chunks(), some["value"].combine_chunks())


def _of_shards(out: Path, manifest: Manifest, numbers: frozenset[str]) -> Iterator[tuple[str, Asked]]:
    names = [one.name for one in manifest.outputs.columns if one.kind == "signal" and one.name in numbers]
    if not names or not manifest.outputs.shards:
        return
    tables = [pq.read_table(out / shard.path, columns=["id", *names]) for shard in manifest.outputs.shards]
    table = pa.concat_tables(tables).combine_chunks()
    for name in names:
        some = table.select(["id", name]).drop_null().combine_chunks()
        if some.num_rows:
            yield name, _sorted(some["id"].chunk(0), some[name].chunk(0))


def _concluded(out: Path, manifest: Manifest, stage: StageRecord) -> Iterator[str]:
    """Hold what a stage says of the whole corpus against its measurement of each record, where there is one."""
    name = {NEAR: f"{stage.name}_size", RELEVANCE: f"{stage.name}_score"}.get(stage.stage, "")
    limit = stage.lineage.get("threshold")
    sizes: Counter[int] = Counter()
    below, seen = 0, False
    for file in manifest.outputs.signals if name else ():
        with pq.ParquetFile(out / file.path, page_checksum_verification=True) as opened:
            seen |= name in opened.schema_arrow.names
            for batch in opened.iter_batches(BATCH_ROWS, columns=[name]) if seen else ():
                if stage.stage == NEAR:
                    counted = pa.compute.value_counts(batch[name].drop_null()).to_pylist()
                    sizes.update({line["values"]: line["counts"] for line in counted})
                elif isinstance(limit, int | float):
                    below += (
                        pa.compute.sum(pa.compute.less(batch[name], pa.scalar(limit, batch[name].type))).as_py() or 0
                    )
    if seen:
        yield from measured_faults(stage, sizes, below)


def _sorted(ids: pa.Array, values: pa.Array) -> Asked:
    parsed = parse_ids(ids.cast(pa.string()))
    order = np.lexsort((parsed.pairs[:, 1], parsed.pairs[:, 0]))
    said = values.cast(pa.float64()).to_numpy(zero_copy_only=False)[parsed.rows][order]
    return Asked(parsed.pairs[order], said, np.zeros(len(order), np.bool_))


def _differences(out: Path, manifest: Manifest, asked: dict[tuple[str, str], Asked]) -> Iterator[str]:
    """Read the measurements once; yield the records that are said to have other ones."""
    names = sorted({name for name, _ in asked})
    for file in manifest.outputs.signals if names else ():
        with pq.ParquetFile(out / file.path, page_checksum_verification=True) as opened:
            for batch in opened.iter_batches(BATCH_ROWS, columns=["id", *names]):
                parsed = parse_ids(batch["id"].cast(pa.string()))
                for (name, place), one in asked.items():
                    yield from _unlike(batch[name], parsed.pairs, parsed.rows, one, f"{place} has another {name}")


def _unlike(column: pa.Array, pairs: Pairs, rows: npt.NDArray[np.int64], one: Asked, words: str) -> Iterator[str]:
    """Compare as precisely as the column stores numbers."""
    found = found_in(one.pairs, pairs)
    here = np.flatnonzero(found != NOWHERE)
    places = found[here]
    one.seen[places] = True
    kind = column.type.to_pandas_dtype()
    measured = column.cast(pa.float64()).to_numpy(zero_copy_only=False)[rows[here]]
    said = (
        one.values[places].astype(kind).astype(np.float64) if pa.types.is_floating(column.type) else one.values[places]
    )
    for place in places[~(measured == said)].tolist():
        yield f"{spell(one.pairs[place])}: {words} than was measured"
