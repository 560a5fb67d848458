"""Two records with one key: the first keeps it, a later one is left out under the name of its place."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

import numpy as np
import pyarrow as pa

from curate.core.stage import VERDICTS, GlobalStage, Round, Texts, Value

RULE = "keys:repeated"


class Keys(GlobalStage):
    """Hold ids unique where a source names its records by a field of theirs; planned by the engine, not by the user."""

    facts_from: ClassVar[tuple[str, ...]] = ()

    def facts(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the id of every record read, as two halves of 64 bits."""
        raw = np.array([bytes.fromhex(name) for name in batch["id"].to_pylist()], dtype="S16")
        halves = np.frombuffer(raw.tobytes(), dtype=">u8").reshape(-1, 2).astype(np.uint64)
        return pa.RecordBatch.from_arrays(
            [pa.array(halves[:, 0]), batch["row"], pa.array(halves[:, 1])], names=["key", "row", "tail"]
        )

    def rounds(self) -> Sequence[Round]:
        """Return the one round that groups equal ids."""
        return (Repeats(),)


class Repeats(Value):
    """Name every record but the first of each id."""

    by: Literal["key"] = "key"
    wants_text: bool = False

    def reduce(self, facts: pa.Table, texts: Texts | None) -> Iterator[pa.RecordBatch]:
        """Yield a verdict for each later record of an id; `facts` is sorted by (key, row)."""
        del texts
        head, tail, row = (facts[name].to_numpy() for name in ("key", "tail", "row"))
        order = np.lexsort((row, tail, head))
        head, tail, row = head[order], tail[order], row[order]
        new = np.ones(len(row), dtype=bool)
        new[1:] = (head[1:] != head[:-1]) | (tail[1:] != tail[:-1])
        first = row[np.maximum.accumulate(np.where(new, np.arange(len(row)), 0))]
        later = np.flatnonzero(~new)
        later = later[np.argsort(row[later], kind="stable")]
        n = len(later)
        blank = pa.nulls(n, pa.float64())
        rule, none, action = pa.repeat(RULE, n), pa.nulls(n, pa.string()), pa.repeat("reject", n)
        columns = [pa.array(row[later]), rule, none, blank, blank, none, action, pa.array(first[later])]
        yield pa.RecordBatch.from_arrays(columns, schema=VERDICTS)
