"""Read what a run measured: signals of kept and rejected records alike, and which stage left a record out."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curate.core.errors import StorageError
from curate.lineage.columns import HINT
from curate.lineage.ids import NONE, Pairs, parse_ids
from curate.lineage.lookup import opened
from curate.lineage.manifest import Manifest
from curate.lineage.sight import BATCH_ROWS

KEPT = -1
"""Where a code of a stage or a rule would stand: the record is in no row of the ledger."""
Codes = npt.NDArray[np.int32]
RECORD = ("id", "source_id")


def measured(out: Path, manifest: Manifest, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Yield `id`, `source_id` and the columns asked for, in the order of the files.

    Null stands where a record did not come to the stage, or the stage was not to judge it. StorageError where a file is
    missing or damaged, lacks a column, or has one of another type than the first file.
    """
    wanted = [*RECORD, *columns]
    first: pa.Schema | None = None
    for written in manifest.outputs.signals:
        with opened(out, written.path) as file:
            types = file.schema_arrow
            if lacking := [name for name in wanted if name not in types.names]:
                hint = "no stage of the run measured it, or an earlier version of curate made the output"
                raise StorageError(f"the signals lack {lacking[0]!r}", where=str(out / written.path), hint=hint)
            first = first or types
            if other := [name for name in wanted if types.field(name).type != first.field(name).type]:
                fact = f"the file has a column {other[0]!r} of another type than the first of the signals"
                raise StorageError(fact, where=str(out / written.path), hint=HINT)
            for batch in file.iter_batches(BATCH_ROWS, columns=wanted):
                yield batch.select(wanted)


class Fates(NamedTuple):
    """What the ledger says of records, by id: stage and rule as places in lists of names."""

    pairs: Pairs
    """Sorted by their high half."""
    stage: Codes
    rule: Codes
    stages: tuple[str, ...]
    rules: tuple[str, ...]

    def of(self, ids: pa.StringArray) -> tuple[Codes, Codes]:
        """Return the codes of stage and rule of each record; KEPT where the ledger does not have it."""
        asked = parse_ids(ids)
        stage, rule = np.full(len(ids), KEPT, np.int32), np.full(len(ids), KEPT, np.int32)
        place = np.searchsorted(self.pairs[:, 0], asked.pairs[:, 0], side="left")
        end = np.searchsorted(self.pairs[:, 0], asked.pairs[:, 0], side="right")
        while (open_ := place < end).any():  # more than one step only where two ids share their first half
            here = np.flatnonzero(open_)
            same = self.pairs[place[here], 1] == asked.pairs[here, 1]
            found = here[same]
            stage[asked.rows[found]] = self.stage[place[found]]
            rule[asked.rows[found]] = self.rule[place[found]]
            place[here] += 1
        return stage, rule


def fates(out: Path, manifest: Manifest) -> Fates:
    """Read the ledger's ids, stages and rules: 24 bytes a rejected record. StorageError where it cannot be read."""
    names: tuple[dict[str, int], dict[str, int]] = ({}, {})
    pairs: list[Pairs] = [NONE]
    codes: tuple[list[Codes], list[Codes]] = ([np.zeros(0, np.int32)], [np.zeros(0, np.int32)])
    for written in manifest.outputs.rejects:
        with opened(out, written.path) as file:
            for batch in file.iter_batches(BATCH_ROWS, columns=["id", "stage", "rule"]):
                parsed = parse_ids(batch["id"])
                pairs.append(parsed.pairs)
                for said, known, column in zip(codes, names, ("stage", "rule"), strict=True):
                    listed = batch[column].dictionary_encode()
                    places = [known.setdefault(name, len(known)) for name in listed.dictionary.to_pylist()]
                    said.append(np.array(places, np.int32)[listed.indices.to_numpy()][parsed.rows])
    whole = np.concatenate(pairs)
    order = np.argsort(whole[:, 0], kind="stable")
    stage, rule = (np.concatenate(said)[order] for said in codes)
    return Fates(whole[order], stage, rule, tuple(names[0]), tuple(names[1]))
