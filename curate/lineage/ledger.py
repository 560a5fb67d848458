"""Browse the ledger: which records were left out, by which rule, and how near to its threshold."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from curate.core.errors import StorageError
from curate.lineage.columns import HINT
from curate.lineage.manifest import read_manifest
from curate.lineage.sight import DAMAGE, read_columns, reason
from curate.sinks.rejects import REJECTS

Row = dict[str, Any]
"""One ledger row by column name, as REJECTS describes it."""

TINY = 1e-12


@dataclass(frozen=True)
class Ledger:
    """A view on the ledger of an output; filters return another view, rows are read when asked for.

    >>> Ledger(Path("out")).filter(rule="length:short").near_threshold().limit(10).rows()  # doctest: +SKIP
    """

    out: Path
    rule: str | None = None
    source: str | None = None
    stage: str | None = None
    nearest: bool = False
    most: int | None = None

    def filter(self, rule: str | None = None, source: str | None = None, stage: str | None = None) -> "Ledger":
        """Narrow the view to a rule (`stage:what`), a source id or a stage; what is not named stays as it was."""
        return replace(self, rule=rule or self.rule, source=source or self.source, stage=stage or self.stage)

    def near_threshold(self) -> "Ledger":
        """Order by distance of the value from the threshold, relative to the threshold; rows without one are left out.

        Around a threshold of 0 the distance is the value itself. Equal distances keep the order of the ledger.
        """
        return replace(self, nearest=True)

    def limit(self, rows: int) -> "Ledger":
        """Return at most so many rows, the first in order."""
        return replace(self, most=rows)

    def rows(self) -> list[Row]:
        """Return the rows. StorageError where the ledger cannot be read."""
        return list(self)

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows in order; no more is held than a batch, or the rows asked for where they are ordered."""
        if self.most == 0:
            return
        if self.nearest:
            yield from self._nearest()
            return
        left = self.most
        for batch in self._batches():
            some = batch if left is None else batch.slice(0, left)
            yield from some.to_pylist()
            if left is not None:
                left -= some.num_rows
                if not left:
                    return

    def count(self) -> int:
        """Count the rows of the view."""
        if self.nearest:
            return sum(int(pc.sum(batch["threshold"].is_valid()).as_py() or 0) for batch in self._batches())
        return sum(batch.num_rows for batch in self._batches())

    def table(self) -> pa.Table:
        """Return the rows as an Arrow table: what polars and pandas take as it is."""
        return pa.Table.from_pylist(self.rows(), schema=REJECTS)

    def _nearest(self) -> Iterator[Row]:
        """Order the rows by distance; with a limit, only so many rows are held."""
        measured = (
            (abs(row["value"] - row["threshold"]) / max(abs(row["threshold"]), TINY), place, row)
            for place, row in enumerate(row for batch in self._batches() for row in batch.to_pylist())
            if row["value"] is not None and row["threshold"] is not None
        )
        ordered = sorted(measured) if self.most is None else heapq.nsmallest(self.most, measured)
        return (row for _, _, row in ordered)

    def _batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the batches of the ledger, narrowed; StorageError where a file is missing or damaged."""
        for file in read_manifest(self.out).outputs.rejects:
            try:
                for batch in read_columns(self.out / file.path, REJECTS.names):
                    narrowed = self._narrowed(batch.cast(REJECTS))
                    if narrowed.num_rows:
                        yield narrowed
            except DAMAGE as wrong:
                raise StorageError(
                    f"the ledger file {reason(wrong)}", where=str(self.out / file.path), hint=HINT
                ) from wrong

    def _narrowed(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Keep the rows that the filters name."""
        for column, wanted in (("rule", self.rule), ("source_id", self.source), ("stage", self.stage)):
            if wanted is not None:
                batch = batch.filter(pc.fill_null(pc.equal(batch[column], wanted), False))
        return batch
