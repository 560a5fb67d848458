"""Read shards and ledger once and keep what the checks need: ids, counts and sums, never a text."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from curate.core.record import SHARD
from curate.lineage.ids import MODULUS, NONE, Pairs, Parsed, marks_of, parse_ids
from curate.lineage.keepers import Keepers
from curate.lineage.manifest import UNDETERMINED, Manifest
from curate.lineage.marks import KEPT as MARKED
from curate.lineage.marks import LEFT_OUT as GROUPED
from curate.lineage.marks import Marks
from curate.lineage.named import named_by_place, unlike_places
from curate.lineage.spans import Numbers, Place, Tiling
from curate.sinks.rejects import REJECTS, TOMBSTONES

Mask = npt.NDArray[np.bool_]

BATCH_ROWS = 1 << 16
TEXT_ROWS = 1024
"""Records whose texts are held at once: a row group has about as many."""
PLACED = ("id", "source_id", "source_uri", "source_row", "source_offset", "source_length")
KEPT = (*PLACED, "license", "language", *MARKED)
LEFT_OUT = (*PLACED, "stage", "rule", "metric", "value", "threshold", "operator", "duplicate_of", *GROUPED)
ERASED = (*PLACED, "stage", "rule")
REPEATING = frozenset({"source_id", "source_uri", "license", "language", "stage", "rule", "metric", "operator"})
"""Read as dictionaries: a few names, many rows."""
TYPES = {field.name: field.type for field in SHARD}
EVIDENCE_TYPES = TYPES | {field.name: field.type for field in (*REJECTS, *TOMBSTONES)}
"""Of a ledger and of tombstones: in a shard a column of such a name is a field that the user keeps, of any type."""
DAMAGE = (OSError, pa.ArrowException, KeyError, ValueError)
"""What reading a file raises that is not what it should be, down to strings that are no UTF-8."""

COMPARE = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
}


@dataclass
class Sight:
    """What the files themselves say."""

    tiling: Tiling
    placed: frozenset[str] = frozenset()
    """Sources whose records are named after their places."""
    misnamed: list[str] = field(default_factory=list)
    """Ids that are not those of their places."""
    prints: Counter[str] = field(default_factory=Counter)
    """Sums of the marks of the ids in shards and ledger, by source."""
    kept: list[Pairs] = field(default_factory=lambda: [NONE])
    rejected: list[Pairs] = field(default_factory=lambda: [NONE])
    erased: list[Pairs] = field(default_factory=lambda: [NONE])
    targets: list[Pairs] = field(default_factory=lambda: [NONE])
    """What `duplicate_of` names."""
    kept_by_source: Counter[str] = field(default_factory=Counter)
    rejected_by_source: Counter[str] = field(default_factory=Counter)
    erased_by_source: Counter[str] = field(default_factory=Counter)
    unwritten_by_source: Counter[str] = field(default_factory=Counter)
    """Of the erased, those that had been written."""
    languages: Counter[str] = field(default_factory=Counter)
    licenses: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Rows by (source id, licence); a null licence is an empty name."""
    ledger: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """Rows of the ledger, and of what was erased from it, by (stage, rule, source id)."""
    malformed: Counter[str] = field(default_factory=Counter)
    """Values that are no id, by `path: column`."""
    circles: list[str] = field(default_factory=list)
    """Ledger rows that name themselves as what they duplicate."""
    uncrossed: list[str] = field(default_factory=list)
    """Ledger rows whose value does not cross their threshold."""
    measured: int = 0
    """Ledger rows with a threshold."""
    marks: Marks = field(default_factory=Marks)
    """What stages left on records: tags, edits, counts, clusters, reasons."""
    keepers: Keepers = field(default_factory=Keepers)
    """Which records stand for which copies, and the clusters of both."""
    faults: dict[str, str] = field(default_factory=dict)
    """Files that could not be read, and why."""


NEVER = -2
"""In the place of a number that no record can have."""
BARRED = "may not be read"

Take = Callable[[Sight, str, pa.RecordBatch], None]


def look(out: Path, manifest: Manifest) -> Sight:
    """Read every shard and ledger file that the manifest names."""
    sight = Sight(Tiling(manifest.inputs), named_by_place(manifest))
    for shard in manifest.outputs.shards:
        _see(sight, out, shard.path, KEPT, _see_kept)
    for ledger in manifest.outputs.rejects:
        _see(sight, out, ledger.path, LEFT_OUT, _see_rejected)
    for tombs in manifest.outputs.tombstones:
        _see(sight, out, tombs.path, ERASED, _see_erased)
    return sight


def _see(sight: Sight, out: Path, path: str, columns: Sequence[str], take_in: Take) -> None:
    """Take in a file batch by batch; where it cannot be read, write that down instead."""
    try:
        for batch in read_columns(out / path, columns):
            take_in(sight, path, batch)
    except DAMAGE as wrong:
        sight.faults[path] = reason(wrong)


def read_columns(path: Path, columns: Sequence[str], rows: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
    """Yield some columns of a shard or ledger file, so many rows a batch; raise one of DAMAGE where that cannot be."""
    held: list[pa.RecordBatch] = []
    with _opened(path, columns) as file:
        for batch in file.iter_batches(rows, columns=list(columns), use_threads=False):
            if held and sum(map(len, held)) + len(batch) > rows:
                yield from _joined(held)
                held = []
            held.append(batch.select(list(columns)))
    yield from _joined(held)


def _joined(batches: list[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Make one batch of some: where a column is read as a dictionary, each row group comes alone, with its own."""
    if len(batches) < 2:  # noqa: PLR2004 - nothing to join
        return iter(batches)
    joined = pa.Table.from_batches(batches).unify_dictionaries().combine_chunks()
    return iter(joined.to_batches())


def read_groups(path: Path, columns: Sequence[str], rows: int = TEXT_ROWS) -> Iterator[pa.RecordBatch]:
    """Yield like `read_columns`, but no batch of two row groups: so long texts are not held longer than they are."""
    with _opened(path, columns) as file:
        for group in range(file.num_row_groups):
            for batch in file.iter_batches(rows, row_groups=[group], columns=list(columns), use_threads=False):
                yield batch.select(list(columns))


def _opened(path: Path, columns: Sequence[str]) -> pq.ParquetFile:
    """Open a file that has these columns, of the types that they should have where that is laid down."""
    known = EVIDENCE_TYPES if path.parent.name == "_lineage" else TYPES
    repeating = [name for name in columns if name in REPEATING and name in known]
    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        types = {field.name: field.type for field in file.schema_arrow}
        meta = file.metadata
    for name in columns:
        if name not in types or types[name] != known.get(name, types[name]):
            raise KeyError(name)
    return pq.ParquetFile(path, metadata=meta, page_checksum_verification=True, read_dictionary=repeating)


def reason(wrong: BaseException) -> str:
    """Say in a few words why a file could not be read, without a path of this machine."""
    if isinstance(wrong, FileNotFoundError):
        return "is missing"
    if isinstance(wrong, PermissionError):
        return BARRED
    if isinstance(wrong, KeyError):
        return f"lacks the column {wrong.args[0]!r}, or it has another type"
    return "is damaged: it is no whole Parquet file"


def _see_kept(sight: Sight, path: str, batch: pa.RecordBatch) -> None:
    """Take in rows of a shard."""
    parsed = parse_ids(_strings(batch["id"]))
    sight.kept.append(parsed.pairs)
    sight.malformed[f"{path}: id"] += parsed.malformed
    sight.kept_by_source.update(_counted(batch["source_id"]))
    sight.languages.update({code or UNDETERMINED: n for code, n in _counted(batch["language"]).items()})
    for names, rows in grouped([batch["source_id"], batch["license"]]):
        sight.licenses[names[0], names[1]] += len(rows)
    _see_prints(sight, batch, parsed)
    _see_places(sight, batch, parsed)
    sight.marks.keep(batch)
    sight.malformed[f"{path}: cluster"] += sight.keepers.keep(batch)


def _see_rejected(sight: Sight, path: str, batch: pa.RecordBatch) -> None:
    """Take in rows of the ledger."""
    parsed = parse_ids(_strings(batch["id"]))
    sight.rejected.append(parsed.pairs)
    sight.malformed[f"{path}: id"] += parsed.malformed
    sight.rejected_by_source.update(_counted(batch["source_id"]))
    for names, rows in grouped([batch["stage"], batch["rule"], batch["source_id"]]):
        sight.ledger[names[0], names[1], names[2]] += len(rows)
    _see_prints(sight, batch, parsed)
    _see_places(sight, batch, parsed)
    _see_targets(sight, path, batch)
    sight.marks.leave_out(batch)
    sight.malformed[f"{path}: cluster"] += sight.keepers.leave_out(batch)
    _see_thresholds(sight, batch)


def _see_erased(sight: Sight, path: str, batch: pa.RecordBatch) -> None:
    """Take in tombstones: they stand for records that were in a shard or in the ledger."""
    parsed = parse_ids(_strings(batch["id"]))
    sight.erased.append(parsed.pairs)
    sight.malformed[f"{path}: id"] += parsed.malformed
    sight.erased_by_source.update(_counted(batch["source_id"]))
    for names, rows in grouped([batch["stage"], batch["rule"], batch["source_id"]]):
        if names[0]:
            sight.ledger[names[0], names[1], names[2]] += len(rows)
        else:
            sight.unwritten_by_source[names[2]] += len(rows)
    _see_places(sight, batch, parsed)


def _see_places(sight: Sight, batch: pa.RecordBatch, parsed: Parsed) -> None:
    """Take in where records stand in their files; a null place counts as a span of negative length."""
    tiling = sight.tiling
    starts = _numbers(batch["source_offset"])
    lengths = _numbers(batch["source_length"])
    numbers = np.full(batch.num_rows, -1, np.int64)
    pairs = np.zeros((batch.num_rows, 2), np.uint64)
    pairs[parsed.rows] = parsed.pairs
    for names, rows in grouped([batch["source_id"], batch["source_uri"]]):
        numbers[rows] = tiling.number_of((names[0], names[1]))
        if numbers[rows[0]] < 0:
            tiling.strangers[names[0], names[1]] += len(rows)
        if names[0] in sight.placed:
            sight.misnamed += unlike_places((names[0], names[1]), pairs[rows], starts[rows])
    known = numbers >= 0
    tiling.add(numbers[known], starts[known], lengths[known], _rows(batch)[known])


def _rows(batch: pa.RecordBatch) -> Numbers:
    """Return the numbers of records; only what a source left out, as a stretch without a record, may have none."""
    rows = _numbers(batch["source_row"])
    bare = np.ones(batch.num_rows, np.bool_)
    if "rule" in batch.schema.names:
        bare = ~np.asarray(pc.fill_null(pc.starts_with(batch["rule"].cast(pa.string()), "read:"), False))
    return np.where((rows < 0) & bare, NEVER, rows)


def _see_prints(sight: Sight, batch: pa.RecordBatch, parsed: Parsed) -> None:
    """Take in which source each id is of."""
    marks = np.zeros(batch.num_rows, np.uint64)
    marks[parsed.rows] = marks_of(parsed.pairs)
    for names, rows in grouped([batch["source_id"]]):
        sight.prints[names[0]] = (sight.prints[names[0]] + int(marks[rows].sum())) % MODULUS


def _see_targets(sight: Sight, path: str, batch: pa.RecordBatch) -> None:
    """Take in what duplicates point at."""
    named = batch.filter(batch["duplicate_of"].is_valid())
    if not named.num_rows:
        return
    targets, own = _strings(named["duplicate_of"]), _strings(named["id"])
    parsed = parse_ids(targets)
    sight.targets.append(parsed.pairs)
    sight.malformed[f"{path}: duplicate_of"] += parsed.malformed
    sight.circles += own.filter(pc.equal(targets, own)).to_pylist()


def _see_thresholds(sight: Sight, batch: pa.RecordBatch) -> None:
    """Hold each value against its threshold; a measure of which a part is missing crosses nothing."""
    parts = [batch[name].is_valid() for name in ("metric", "value", "threshold", "operator")]
    said = np.column_stack([np.asarray(part) for part in parts])
    crossed: Mask = ~np.asarray(said.any(axis=1))
    whole: Mask = np.asarray(said.all(axis=1))
    sight.measured += int(whole.sum())
    values, thresholds = (np.asarray(pc.fill_null(batch[name], np.nan)) for name in ("value", "threshold"))
    for (operator,), rows in grouped([batch["operator"]]):
        compare = COMPARE.get(operator)
        if compare is not None:
            crossed[rows] |= whole[rows] & np.asarray(compare(values[rows], thresholds[rows]))
    wrong = batch.filter(pa.array(~crossed))
    rules = wrong["rule"].cast(pa.string()).to_pylist()
    sight.uncrossed += [f"{name} ({rule})" for name, rule in zip(_strings(wrong["id"]).to_pylist(), rules, strict=True)]


def grouped(columns: Sequence[pa.Array]) -> Iterator[tuple[tuple[str, ...], npt.NDArray[np.int64]]]:
    """Yield each combination of names and the rows where it stands, ascending; a null reads as an empty name."""
    if not len(columns[0]):
        return
    tables = [_codes(column) for column in columns]
    combined = np.zeros(len(columns[0]), np.int64)
    for codes, names in tables:
        combined = combined * len(names) + codes
    order = np.argsort(combined, kind="stable")
    cuts = np.flatnonzero(np.diff(combined[order])) + 1
    for rows in np.split(order, cuts):
        yield tuple(names[codes[rows[0]]] for codes, names in tables), rows


def _codes(column: pa.Array) -> tuple[npt.NDArray[np.int64], list[str]]:
    """Return a column as places in a list of names; the last name is the empty one, for null."""
    encoded = column if pa.types.is_dictionary(column.type) else pc.dictionary_encode(column)
    names = [str(name) if name is not None else "" for name in encoded.dictionary.to_pylist()]
    codes = np.asarray(pc.fill_null(encoded.indices.cast(pa.int64()), len(names)), np.int64)
    return codes, [*names, ""]


def _counted(column: pa.Array) -> dict[str, int]:
    """Count the rows of each name."""
    totals: Counter[str] = Counter()
    codes, names = _codes(column)
    for name, n in zip(names, np.bincount(codes, minlength=len(names)).tolist(), strict=True):
        if n:
            totals[name] += n
    return totals


def _strings(column: pa.Array) -> pa.StringArray:
    """Take a column for plain strings, however the file stores them."""
    return column.cast(pa.string())


def _numbers(column: pa.Array) -> Numbers:
    """Take a column for int64; null reads as -1."""
    return np.asarray(pc.fill_null(column.cast(pa.int64()), -1), np.int64)


def spans_of(out: Path, manifest: Manifest, place: Place) -> tuple[Numbers, Numbers]:
    """Read the spans of one file again: starts and lengths, from shards and ledger."""
    starts, lengths = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for written in (*manifest.outputs.shards, *manifest.outputs.rejects, *manifest.outputs.tombstones):
        for batch in read_columns(out / written.path, PLACED):
            for names, rows in grouped([batch["source_id"], batch["source_uri"]]):
                if names == place:
                    starts.append(_numbers(batch["source_offset"])[rows])
                    lengths.append(_numbers(batch["source_length"])[rows])
    return np.concatenate(starts), np.concatenate(lengths)
