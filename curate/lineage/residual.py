"""What personal data is left in the shards: looked for before they are published, and again by `curate verify`."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import Field

from curate.core.stage import Value
from curate.lineage.manifest import Manifest, Residual, Residue
from curate.lineage.numbers import DETECTOR, NEEDS, hits
from curate.lineage.reading import Seen
from curate.lineage.verification import Finding

BATCH_ROWS = 512
"""Few enough that the arrays made of a batch stay in the cache: 4096 records of 17 KB took four times as long."""
LOOKED_THROUGH = ("id", "source_id", "text", "messages")
LOOKED_AT = frozenset({"string", "int64", "float64"})
"""Types of kept columns, as the manifest names them, that `is_looked_at` says yes to."""
WHOLE = 2.0**63
"""Floats below are integers of 64 bits where they are whole."""
LEFT = pa.schema(
    [
        ("source_id", pa.string()),
        ("field", pa.string()),
        ("kind", pa.string()),
        ("allowed", pa.bool_()),
        ("count", pa.int64()),
        ("id", pa.string()),
        ("offset", pa.int64()),
    ]
)
"""What is left in a shard, one line for each source, field, kind and verdict, sorted; `id` and `offset` (characters of
the field) are those of the first. `field` is `text`, `messages`, `messages.role` or the name of a kept column. Never a
value."""
Key = tuple[str, str, str, bool]


class Look(Value):
    """Looks for personal data in written shards, by another way than the stage that replaces it."""

    columns: tuple[str, ...] = Field(
        (), description="Kept columns of strings and numbers to look at, beside text and messages."
    )

    @property
    def version(self) -> int:
        """Version of the detector."""
        return DETECTOR

    def look(self, shard: Path) -> pa.RecordBatch:
        """Return what is left in a shard (schema LEFT). A turn of a chat counts in `messages` and in `text`."""
        with pq.ParquetFile(shard, page_checksum_verification=True) as file:
            return self.among(file.iter_batches(BATCH_ROWS, columns=[*LOOKED_THROUGH, *self.columns]))

    def among(self, batches: Iterable[pa.RecordBatch]) -> pa.RecordBatch:
        """Return what is left in rows of shards (schema LEFT)."""
        left = Leftovers(self.columns)
        for batch in batches:
            left.add(batch)
        return left.lines()


class Leftovers:
    """What is left in rows of one shard, or of many."""

    def __init__(self, kept: Sequence[str]) -> None:
        self.columns = (*LOOKED_THROUGH, *kept)
        self._strings = ("text", *kept)
        self._counts: Counter[Key] = Counter()
        self._first: dict[Key, tuple[str, int]] = {}

    def see(self, seen: Seen) -> None:
        """Look through rows."""
        self.add(seen.batch)

    def add(self, batch: pa.RecordBatch) -> None:
        """Look through rows."""
        for key, row, offset in self._found(batch):
            self._counts[key] += 1
            if key not in self._first:
                self._first[key] = (batch["id"][row].as_py(), offset)

    def lines(self) -> pa.RecordBatch:
        """Return what was found (schema LEFT)."""
        keys = sorted(self._counts)
        lines = [dict(zip(LEFT.names, (*key, self._counts[key], *self._first[key]), strict=True)) for key in keys]
        return pa.RecordBatch.from_pylist(lines, LEFT)

    def _found(self, batch: pa.RecordBatch) -> Iterator[tuple[Key, int, int]]:
        """Yield what is found, its row in the batch, and its offset."""
        sources = batch["source_id"]
        for name in self._strings:
            for hit in hits(spelt(batch[name])):
                yield (sources[hit.row].as_py(), name, hit.kind, hit.allowed), hit.row, hit.offset
        turns = batch["messages"]
        sizes = np.diff(turns.offsets.to_numpy())
        owners = np.repeat(np.arange(len(turns)), sizes)
        parts = turns.values.slice(turns.offsets[0].as_py(), len(owners)).flatten()
        for name, part in zip(("messages.role", "messages"), parts, strict=True):
            for hit in hits(part):
                row = int(owners[hit.row])
                yield (sources[row].as_py(), name, hit.kind, hit.allowed), row, hit.offset


def is_looked_at(kind: pa.DataType) -> bool:
    """Tell whether a kept column of this type can hold a number that is somebody's."""
    return bool(pa.types.is_string(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind))


def spelt(column: pa.Array) -> pa.StringArray:
    """Return a column as strings: integers by their digits, and so floats that are whole; other floats are null."""
    if pa.types.is_floating(column.type):
        whole = pc.and_(pc.equal(column, pc.floor(column)), pc.less(pc.abs(column), WHOLE))
        column = pc.if_else(whole, column, None).cast(pa.int64())
    return column if pa.types.is_string(column.type) else column.cast(pa.string())


class Terms(Value):
    """What a run promises about personal data in its output."""

    policy: Literal["stop", "report"]
    cleared: dict[str, tuple[str, ...]]
    """By source: the kinds of which nothing may be left."""
    exempt: dict[str, tuple[str, ...]]
    """By source: kept columns that the configuration has stay as they are."""

    def is_covered(self, line: Mapping[str, object]) -> bool:
        """Tell whether a line of LEFT speaks of what a stage was to replace."""
        source = str(line["source_id"])
        return line["kind"] in self.cleared.get(source, ()) and line["field"] not in self.exempt.get(source, ())


def cleared_kinds(types: Iterable[str]) -> tuple[str, ...]:
    """Return the kinds of which nothing is left where these types are replaced."""
    replaced = frozenset(types)
    return tuple(kind for kind, needed in NEEDS.items() if needed <= replaced)


def residual_of(terms: Terms, lines: Sequence[Mapping[str, object]]) -> Residual:
    """Add the lines of all shards up."""
    sums: dict[str, dict[str, Counter[str]]] = {}
    for line in lines:
        what = "outside" if not terms.is_covered(line) else "allowed" if line["allowed"] else "left"
        of_source = sums.setdefault(str(line["source_id"]), {})
        of_source.setdefault(str(line["kind"]), Counter())[what] += int(str(line["count"]))
    return Residual(
        policy=terms.policy,
        detector=DETECTOR,
        cleared=terms.cleared,
        exempt=terms.exempt,
        by_source={name: {kind: Residue(**said) for kind, said in kinds.items()} for name, kinds in sums.items()},
    )


def leaks(terms: Terms, lines: Sequence[Mapping[str, object]]) -> list[Mapping[str, object]]:
    """Return the lines that may not be, the heaviest first."""
    left = [line for line in lines if terms.is_covered(line) and not line["allowed"]]
    return sorted(left, key=lambda line: -int(str(line["count"])))


def worded(line: Mapping[str, object]) -> str:
    """Say what is left and where, without the value."""
    place = f"first in record {line['id']}, {line['field']}, character {line['offset']}"
    return f"{line['source_id']}: {line['count']} {line['kind']} in {line['field']} ({place})"


def look_of(manifest: Manifest) -> Look:
    """Return the look that fits an output."""
    columns = (column for column in manifest.outputs.columns if column.kind == "kept")
    return Look(columns=tuple(column.name for column in columns if column.feature.get("dtype") in LOOKED_AT))


def check_left(manifest: Manifest, found: Leftovers, unread: Mapping[str, str]) -> Finding:
    """Compare what was found in the shards with the manifest, and with what it promises.

    `unread` says why some shards could not be read.
    """
    said = manifest.residual
    if said is None:
        return Finding((), "")
    lines = found.lines().to_pylist()
    faults = [f"{path} {why}" for path, why in unread.items()]
    terms = Terms(policy=said.policy, cleared=said.cleared, exempt=said.exempt)
    if said.detector > DETECTOR:
        faults.append(
            f"detector {said.detector} looked through the shards, which this version (detector {DETECTOR}) lacks"
        )
    if not faults and said.detector == DETECTOR and residual_of(terms, lines).by_source != said.by_source:
        faults.append("the shards hold other numbers of values than the manifest counts")
    if terms.policy == "stop":
        faults += [worded(line) for line in leaks(terms, lines)]
    kinds = [residue for by_kind in said.by_source.values() for residue in by_kind.values()]
    sums = [sum(getattr(one, name) for one in kinds) for name in ("left", "allowed", "outside")]
    return Finding(faults, "{} left, {} look like some, {} of kinds or fields that nothing replaces".format(*sums))
