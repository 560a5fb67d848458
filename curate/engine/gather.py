"""Collect the facts of global stages while records go by."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from curate.core.stage import GlobalStage, Outcome
from curate.engine.crumbs import AT_REST
from curate.engine.entry import sparing
from curate.engine.flow import place_at
from curate.engine.spool import FactSpool
from curate.engine.task import guarded


@dataclass(frozen=True)
class Trail:
    """What a gatherer needs to know of the task that it works for."""

    source: str
    killed: tuple[tuple[int, str], ...]
    watch: Callable[[str, int, int], None]
    draft: Callable[[str], Path]
    """Begins an output of the task."""


class Gatherer:
    """Collects the facts of one global stage over one split."""

    def __init__(self, stage: GlobalStage, trail: Trail) -> None:
        self.stage, self.trail = stage, trail
        self.unfit: list[tuple[int, str]] = []
        """(row, rule) of records on which the stage raised: they are rejected when its findings are applied."""
        self.places: list[dict[str, object]] = []
        """Where these records stand."""
        self.seconds = 0.0
        self._spool: FactSpool | None = None
        self._fresh: list[pa.RecordBatch] = []

    def take(self, alive: pa.RecordBatch) -> pa.RecordBatch:
        """Take the facts of the records that the stage applies to; return all records but those on which it raised.

        These are rejected when its findings are applied: no later stage may let others go for their sake.
        """
        started, known = time.process_time(), len(self.unfit)
        batch = applicable(alive, self.stage, self.trail.source)
        if batch.num_rows:
            name, watch = self.stage.name, self.trail.watch
            killed = pa.array([row for row, stage in self.trail.killed if stage == name], pa.uint32())
            step = sparing(self._facts, killed, name) if len(killed) else self._facts
            outcome = guarded(step, batch, name, lambda first, last: watch(name, first, last))
            watch(AT_REST, 0, 0)
            for line in outcome.found.to_pylist() if outcome.found is not None else []:
                self.unfit.append((batch["row"][line["row"]].as_py(), line["rule"]))
                self.places.append({**place_at(batch, line["row"]), "rule": line["rule"]})
            self._write()
        self.seconds += time.process_time() - started
        raised = pa.array([row for row, _ in self.unfit[known:]], alive["row"].type)
        return alive.filter(pc.invert(pc.is_in(alive["row"], raised))) if len(raised) else alive

    def _facts(self, batch: pa.RecordBatch) -> Outcome:
        """Compute facts; they are written outside of the guard, where a full disk is no record's fault."""
        self._fresh.append(self.stage.facts(batch))
        return Outcome(batch)

    def _write(self) -> None:
        for facts in self._fresh:
            if self._spool is None:
                self._spool = FactSpool(self.trail.draft(f"facts-{self.stage.name}"), facts.schema)
            self._spool.write(facts)
        self._fresh = []

    def close(self) -> None:
        """Finish the file, where there is one."""
        if self._spool is not None:
            self._spool.close()


def with_fate(entry: pa.RecordBatch, alive: list[pa.RecordBatch]) -> pa.RecordBatch:
    """Say of each record that came in whether it is still there at the end of the pass (column `alive`)."""
    rows = [batch["row"] for batch in alive]
    living = pa.concat_arrays(rows) if rows else pa.array([], pa.uint32())
    return entry.append_column("alive", pc.is_in(entry["row"], living))


def applicable(batch: pa.RecordBatch, stage: GlobalStage, source: str) -> pa.RecordBatch:
    """Return the records that a stage's `sources` and `languages` choose."""
    if stage.sources is not None and source not in stage.sources:
        return batch.slice(0, 0)
    if stage.languages is None:
        return batch
    return batch.filter(pc.fill_null(pc.is_in(batch["language"], pa.array(stage.languages, pa.string())), False))
