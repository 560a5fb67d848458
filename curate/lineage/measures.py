"""Hold the values for which the ledger rejects, and the measurements in the shards, against the file of signals."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from curate.lineage.columns import is_number, number_faults
from curate.lineage.concluded import LENGTH, NEAR, RELEVANCE, measured_faults, unsettled
from curate.lineage.ids import MODULUS, NOWHERE, Pairs, found_in, marks_of, parse_ids, spell
from curate.lineage.manifest import Manifest, StageRecord
from curate.lineage.sight import BATCH_ROWS, DAMAGE, grouped, read_columns, reason
from curate.lineage.tables import SIGNALS
from curate.lineage.verification import Finding

Values = npt.NDArray[np.float64 | np.int64 | np.bool_]
"""Numbers of the type that their column has."""
Part = tuple[Pairs, Values]
LEDGER = "the ledger"


class Asked(NamedTuple):
    """Values that records are said to have of one measure, by id, sorted and each once."""

    pairs: Pairs
    values: Values
    seen: npt.NDArray[np.bool_]


def check_measures(
    out: Path, manifest: Manifest, measured: Sequence[pa.RecordBatch], prints: Mapping[str, int]
) -> Finding:
    """Look every value up; one that no file of signals has, such as the similarity of copies, is compared nowhere.

    `prints` are the sums of the marks of the ids in shards and ledger, by source: each is measured once, and nothing
    else is.
    """
    faults: list[str] = []
    try:
        faults += _stranger_faults(out, manifest, prints)
        faults += _kind_faults(out, manifest, measured)
        types = _types(out, manifest)
        numbers = frozenset(name for name, kind in types.items() if is_number(kind))
        asked = {(name, LEDGER): one for name, one in _of_ledger(measured, numbers)}
        asked |= {(name, "its shard"): one for name, one in _of_shards(out, manifest, types)}
        faults += _differences(out, manifest, asked, types)
        settled = not manifest.accounting.erased and not unsettled(manifest).total()
        for stage in manifest.stages if settled else ():
            faults += _concluded(out, manifest, stage)
    except DAMAGE as wrong:
        faults.append(f"a file of measurements {reason(wrong)}")
    rows = sum(file.rows for file in manifest.outputs.signals)
    there = manifest.accounting.written + manifest.accounting.rejected
    if (rows or manifest.outputs.tables.get(SIGNALS)) and rows != there:
        faults.append(f"{rows} rows of measurements, of {there} records")
    for (name, place), one in asked.items() if not faults else ():
        lost = int((~one.seen).sum())
        if lost:
            faults.append(f"{lost} records have a {name} in {place} and no measurement of it")
    return Finding(faults, f"{sum(len(one.pairs) for one in asked.values()) if not faults else 0} values")


def _stranger_faults(out: Path, manifest: Manifest, prints: Mapping[str, int]) -> Iterator[str]:
    """Compare the ids of measurements and records by source, where there are as many, by sums of their marks."""
    found: Counter[str] = Counter()
    rows = 0
    for file in manifest.outputs.signals:
        for batch in read_columns(out / file.path, ["id", "source_id"]):
            parsed = parse_ids(batch["id"])
            rows += batch.num_rows
            marks = np.zeros(batch.num_rows, np.uint64)
            marks[parsed.rows] = marks_of(parsed.pairs)
            for names, some in grouped([batch["source_id"]]):
                found[names[0]] = (found[names[0]] + int(marks[some].sum())) % MODULUS
    if rows == manifest.accounting.written + manifest.accounting.rejected:
        for source in sorted({*prints, *found} if rows else ()):
            if prints.get(source, 0) != found[source]:
                yield f"{source}: measurements are of other records than shards and ledger have"


def _types(out: Path, manifest: Manifest) -> dict[str, pa.DataType]:
    """Return the types of the measures, by name."""
    for file in manifest.outputs.signals[:1]:
        with pq.ParquetFile(out / file.path) as opened:
            return {one.name: one.type for one in opened.schema_arrow}
    return {}


def _kind_faults(out: Path, manifest: Manifest, measured: Sequence[pa.RecordBatch]) -> Iterator[str]:
    """Look for measures of the ledger that the first file of signals has as what is no number."""
    metrics = {name for batch in measured for name in batch["metric"].cast(pa.string()).unique().to_pylist()}
    for file in manifest.outputs.signals[:1]:
        with pq.ParquetFile(out / file.path) as opened:
            yield from (f"{file.path} {fault}" for fault in number_faults(opened.schema_arrow, metrics))


def _of_ledger(measured: Sequence[pa.RecordBatch], numbers: frozenset[str]) -> Iterator[tuple[str, Asked]]:
    parts: dict[str, list[Part]] = {}
    for batch in measured:
        metric = batch["metric"].cast(pa.string())
        for name in sorted(numbers.intersection(metric.unique().to_pylist())):
            take_in(parts, name, batch["id"], pa.compute.if_else(pa.compute.equal(metric, name), batch["value"], None))
    return by_id(parts)


def _of_shards(out: Path, manifest: Manifest, types: Mapping[str, pa.DataType]) -> Iterator[tuple[str, Asked]]:
    names = [one.name for one in manifest.outputs.columns if one.kind == "signal" and one.name in types]
    parts: dict[str, list[Part]] = {}
    for shard in manifest.outputs.shards if names else ():
        for batch in read_columns(out / shard.path, ["id", *names]):
            for name in names:
                take_in(parts, name, batch["id"], marked(batch[name], types[name]))
    return by_id(parts)


def marked(column: pa.Array, kind: pa.DataType) -> pa.Array:
    """Return a mark of each value of any type, int64, alike only for like values; a null and NaN have theirs, too."""
    import polars as pl

    plain = column.cast(kind.value_type if pa.types.is_dictionary(kind) else kind)
    return pa.array(np.asarray(pl.Series(plain).hash()).view(np.int64))


def numbers_in(batch: pa.RecordBatch, name: str) -> pa.Array:
    """Return a column of numbers; KeyError where it holds none, as in a file with other columns than the first one."""
    if not is_number(batch[name].type):
        raise KeyError(name)
    return batch[name]


def take_in(parts: dict[str, list[Part]], name: str, ids: pa.Array, column: pa.Array) -> None:
    """Note the values of a measure that are there."""
    parsed = parse_ids(ids.cast(pa.string()))
    values, there = _plain(column)
    here = there[parsed.rows]
    parts.setdefault(name, []).append((parsed.pairs[here], values[parsed.rows[here]]))


def _plain(column: pa.Array) -> tuple[Values, npt.NDArray[np.bool_]]:
    """Return the numbers of a column in its own type, and which of them are there; 0 stands for a null."""
    wide = column.cast(pa.float32()) if pa.types.is_float16(column.type) else column
    plain = pa.compute.fill_null(wide, pa.scalar(0).cast(wide.type))
    return plain.to_numpy(zero_copy_only=False), np.asarray(column.is_valid())


def by_id(parts: Mapping[str, Sequence[Part]]) -> Iterator[tuple[str, Asked]]:
    """Yield all that was noted of each measure, by id."""
    for name, some in sorted(parts.items()):
        pairs, values = (np.concatenate([part[side] for part in some]) for side in (0, 1))
        order = np.lexsort((pairs[:, 1], pairs[:, 0]))
        if len(order):
            yield name, Asked(pairs[order], values[order], np.zeros(len(order), np.bool_))


def _concluded(out: Path, manifest: Manifest, stage: StageRecord) -> Iterator[str]:
    """Hold what a stage says that it found in all against its measurement of each record, where there is one."""
    measured = {NEAR: "size", RELEVANCE: "score", LENGTH: "chars"}
    name = f"{stage.name}_{measured[stage.stage]}" if stage.stage in measured else ""
    limit = stage.lineage.get("threshold")
    sizes: Counter[int] = Counter()
    below, seen = 0, False
    for file in manifest.outputs.signals if name else ():
        with pq.ParquetFile(out / file.path, page_checksum_verification=True) as opened:
            seen |= name in opened.schema_arrow.names
            for batch in opened.iter_batches(BATCH_ROWS, columns=[name]) if seen else ():
                if stage.stage in (NEAR, LENGTH):
                    counted = pa.compute.value_counts(batch[name].drop_null()).to_pylist()
                    sizes.update({line["values"]: line["counts"] for line in counted})
                elif isinstance(limit, int | float):
                    below += (
                        pa.compute.sum(pa.compute.less(batch[name], pa.scalar(float(limit), batch[name].type))).as_py()
                        or 0
                    )
    if seen:
        yield from measured_faults(stage, sizes, below)


def _differences(
    out: Path, manifest: Manifest, asked: dict[tuple[str, str], Asked], types: Mapping[str, pa.DataType]
) -> Iterator[str]:
    """Read the measurements once; yield the records that are said to have other ones."""
    names = sorted({name for name, _ in asked})
    for file in manifest.outputs.signals if names else ():
        with pq.ParquetFile(out / file.path, page_checksum_verification=True) as opened:
            for batch in opened.iter_batches(BATCH_ROWS, columns=["id", *names]):
                parsed = parse_ids(batch["id"].cast(pa.string()))
                for (name, place), one in asked.items():
                    column = numbers_in(batch, name) if place == LEDGER else marked(batch[name], types[name])
                    yield from unlike(column, parsed.pairs, parsed.rows, one, f"{place} has another {name}")


def unlike(column: pa.Array, pairs: Pairs, rows: npt.NDArray[np.int64], one: Asked, words: str) -> Iterator[str]:
    """Compare as precisely as the column stores numbers; NaN, that a measure may say, is like NaN."""
    found = found_in(one.pairs, pairs)
    here = np.flatnonzero(found != NOWHERE)
    places = found[here]
    one.seen[places] = True
    values, there = _plain(column)
    measured, said = values[rows[here]], one.values[places]
    if pa.types.is_floating(column.type):
        with np.errstate(over="ignore"):  # what the column cannot hold is infinite there
            said = said.astype(column.type.to_pandas_dtype()).astype(measured.dtype)
    alike = (measured == said) | (np.isnan(measured) & np.isnan(said))
    for place in places[~(alike & there[rows[here]])].tolist():
        yield f"{spell(one.pairs[place])}: {words} than was measured"
