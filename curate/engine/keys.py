"""Records with one key: the first that lives keeps it, any other is left out under another name."""

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curate.core.record import record_id
from curate.core.stage import VERDICTS, GlobalStage, Round, Texts, Value, Yields

RULE = "keys:repeated"


SCHEMA = pa.schema([*VERDICTS, ("again", pa.uint32())])
"""VERDICTS, and the how manieth of its id a record is, from 1: what the ledger names it by."""


def repeat_id(name: str, again: int) -> str:
    """Name a record whose own id another one bears: ids stay unique over the whole output."""
    return record_id(name, str(again))


class Keys(GlobalStage):
    """Hold ids unique where a source names its records by a field of theirs; planned by the engine, not by the user."""

    facts_from: ClassVar[tuple[str, ...]] = ()

    def facts(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the id of every record read, as two halves of 64 bits, and whether the pass let it live."""
        raw = bytes.fromhex("".join(batch["id"].to_pylist()))
        halves = np.frombuffer(raw, dtype=">u8").reshape(-1, 2).astype(np.uint64)
        columns = [pa.array(halves[:, 0]), batch["row"], pa.array(halves[:, 1]), batch["alive"]]
        return pa.RecordBatch.from_arrays(columns, names=["key", "row", "tail", "alive"])

    def rounds(self) -> Sequence[Round]:
        """Return the one round that groups equal ids."""
        return (Repeats(),)


class Repeats(Value):
    """Name every record of an id but one: the first that lives, else the first."""

    by: Literal["key"] = "key"
    wants_text: bool = False

    def reduce(self, facts: pa.Table, texts: Texts | None) -> Yields:
        """Yield a line for each record that has to give the id up; `facts` is sorted by (key, row).

        One that lives is rejected in favour of the one that keeps the id. One that the pass has rejected already gets a
        line without a rule: the ledger then names it anew.
        """
        del texts
        head, tail, row = (facts[name].to_numpy() for name in ("key", "tail", "row"))
        dead = ~facts["alive"].to_numpy()
        order = np.lexsort((row, dead, tail, head))
        head, tail, row, dead = head[order], tail[order], row[order], dead[order]
        new = np.ones(len(row), dtype=bool)
        new[1:] = (head[1:] != head[:-1]) | (tail[1:] != tail[:-1])
        start = np.maximum.accumulate(np.where(new, np.arange(len(row)), 0))
        first, again = row[start], np.arange(len(row)) - start
        later = np.flatnonzero(~new)
        later = later[np.argsort(row[later], kind="stable")]
        if not len(later):
            return None
        n, gone = len(later), pa.array(dead[later])
        none, blank = pa.nulls(n, pa.string()), pa.nulls(n, pa.float64())
        rule, action = pc.if_else(gone, none, pa.repeat(RULE, n)), pc.if_else(gone, none, pa.repeat("reject", n))
        columns = [pa.array(row[later]), rule, none, blank, blank, none, action, pa.array(first[later])]
        yield pa.RecordBatch.from_arrays([*columns, pa.array(again[later].astype(np.uint32))], schema=SCHEMA)
        return None
