"""Run one task, and one step so that a record on which it fails stands alone: what catches everything."""

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from curate.core.errors import CurateError, StorageError
from curate.core.receipt import Receipt
from curate.core.stage import FOUND, Outcome, Step
from curate.engine.space import Space

T = TypeVar("T")

BUG = "this is a bug of the stage; nothing was published"
AGAIN = "mend it, then run the same command again: what was finished is kept"
MACHINE = frozenset(
    {
        errno.EIO,
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EROFS,
        errno.EFBIG,
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOMEM,
        errno.ESTALE,
    }
)
"""Faults of the system that have nothing to do with the record at hand."""


class Job(Protocol):
    """What a task does: a picklable value that writes its outputs and describes them."""

    def perform(self, space: Space, key: str) -> Receipt:
        """Write the outputs and return the receipt, unsaved."""
        ...


@dataclass(frozen=True)
class Task:
    """A job with the key that decides its outputs, and the outputs of other tasks that it reads."""

    key: str
    label: str
    job: Job
    reads: tuple[tuple[str, str], ...] = ()
    """(key of the task, name of the output), for outputs that clean-up may have taken."""
    weight: int = 1
    """Bytes of text it goes through, for progress."""


def perform(task: Task, root: Path) -> Receipt:
    """Do a task and save its receipt, last."""
    space = Space(root)
    receipt = task.job.perform(space, task.key)
    receipt.save(space.receipts)
    return receipt


Watch = Callable[[int, int], None]
"""Hears, before a step sees them, the first and last row of the records that it is about to see."""


def guarded(step: Step, batch: pa.RecordBatch, stage: str, watch: Watch) -> Outcome:
    """Run a step; where it raises, halve the batch until the record stands alone, and reject that record.

    The exception's class is all that is kept: its message may quote the text.
    """
    watch(batch["row"][0].as_py(), batch["row"][-1].as_py())
    try:
        return checked(step(batch), batch, stage)
    except ContractError:
        raise
    except MemoryError:
        raise CurateError("out of memory", where=stage, hint="try fewer workers") from None
    except (Exception, SystemExit) as error:  # noqa: BLE001 - it goes to the ledger; max_errors decides whether the run goes on
        if isinstance(error, OSError) and error.errno in MACHINE:
            # No record's fault: it must not become a verdict that is kept. Its message may quote the text.
            raise StorageError(os.strerror(error.errno or 0), where=stage, hint=AGAIN) from None
        if batch.num_rows == 1:
            return Outcome(batch, error_line(stage, type(error).__name__))
    middle = batch.num_rows // 2
    first = guarded(step, batch.slice(0, middle), stage, watch)
    second = guarded(step, batch.slice(middle), stage, watch)
    return joined(first, second)


def opening(open_: Callable[[], T], stage: str) -> T:
    """Open a stage; CurateError, without the message of what went wrong, where it raises."""
    try:
        return open_()
    except CurateError:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001 - its message may quote what it read
        hint = "look at its settings and assets; `curate.apply` with this stage shows the whole error"
        kind = type(error).__name__
        raise CurateError(f"the stage cannot be opened: {kind}", where=stage, hint=hint) from None


class ContractError(CurateError):
    """A stage moved, added or lost a row: a bug in the stage, not in the data."""


def checked(outcome: Outcome, batch: pa.RecordBatch, stage: str) -> Outcome:
    """Hold a step to its law: the same rows in the same place, findings inside the batch."""
    if outcome.batch is not batch and not outcome.batch["row"].equals(batch["row"]):
        raise ContractError("the stage moved, added or lost a row", where=stage, hint=BUG)
    if outcome.found is not None and outcome.found.num_rows:
        rows = pc.min_max(outcome.found["row"])
        if rows["min"].as_py() < 0 or rows["max"].as_py() >= batch.num_rows:
            raise ContractError("the stage found something outside of the batch", where=stage, hint=BUG)
    return outcome


def joined(first: Outcome, second: Outcome) -> Outcome:
    """Put the outcomes of two halves together; a half that failed lacks the columns that the other one got."""
    schema = max(first.batch.schema, second.batch.schema, key=len)
    parts = [widened(outcome.batch, schema) for outcome in (first, second)]
    batch = pa.Table.from_batches(parts).combine_chunks().to_batches()[0]
    lines = [outcome.found for outcome in (first, second)]
    shift = first.batch.num_rows
    if lines[1] is not None:
        rows = pa.array(lines[1]["row"].to_numpy() + shift, pa.int32())
        lines[1] = lines[1].set_column(0, FOUND.field("row"), rows)
    some = [line for line in lines if line is not None]
    found = pa.Table.from_batches(some).combine_chunks().to_batches()[0] if some else None
    return Outcome(batch, found)


def widened(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """Give a batch the columns of a schema, null where it has none."""
    columns = [
        batch.column(field.name) if field.name in batch.schema.names else pa.nulls(batch.num_rows, field.type)
        for field in schema
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def error_line(stage: str, kind: str) -> pa.RecordBatch:
    """Word the finding on a single record that a stage could not bear."""
    line = {"row": 0, "rule": f"error:{stage}:{kind}", "action": "reject"}
    return pa.RecordBatch.from_pylist([line], schema=FOUND)
