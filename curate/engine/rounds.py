"""Bring the facts of the whole corpus together, partition by partition, until there are verdicts."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from curate.core.receipt import Receipt
from curate.core.stage import QUOTE, VERDICTS, Round, Yields
from curate.engine.space import Space
from curate.engine.spool import Spool, batches_of, meeting_facts, open_columns, sorted_by

Rows = npt.NDArray[np.uint64]
NAMES = pa.schema([("row", pa.uint64()), ("id", pa.string())])
NAMED_ROWS = 1 << 16
SPARSE = 16
"""Where fewer texts of a batch are wanted than one in so many, it is mapped: else it costs less to read it all than to
have a page brought for each."""


@dataclass(frozen=True)
class WorkTexts:
    """Texts by run-wide row number, read from the work files of a pass."""

    space: Space
    texts: tuple[tuple[int, str, int], ...]
    """(ordinal of the split, path of its work file, place of its source in the configuration)."""

    def of(self, rows: Rows, columns: Sequence[str] = ("text",)) -> Iterator[pa.RecordBatch]:
        """Yield (row, source, columns) of the rows named, ascending; batches without any are not decompressed."""
        for ordinal, path, source in self.texts:
            low, high = np.searchsorted(rows, [np.uint64(ordinal << 32), np.uint64((ordinal + 1) << 32)])
            if low < high:
                wanted = (rows[low:high] & np.uint64(0xFFFFFFFF)).astype(np.uint32)
                for number, batch in self._of_split(path, wanted, columns):
                    wide = pa.array(number.astype(np.uint64) | np.uint64(ordinal << 32))
                    sources = pa.array(np.full(len(wide), source, np.uint32))
                    arrays = [wide, sources, *(batch[name] for name in columns)]
                    yield pa.RecordBatch.from_arrays(arrays, ["row", "source", *columns])

    def _of_split(
        self, path: str, wanted: npt.NDArray[np.uint32], columns: Sequence[str]
    ) -> Iterator[tuple[npt.NDArray[np.uint32], pa.RecordBatch]]:
        file = str(self.space.at(path))
        with pa.memory_map(file) as mapped, pa.OSFile(file) as stream:
            numbers, here_and_there, whole = (
                open_columns(mapped, ["row"]),
                open_columns(mapped, columns),
                open_columns(stream, columns),
            )
            for place in range(numbers.num_record_batches):
                rows = numbers.get_batch(place)["row"].to_numpy()
                low, high = np.searchsorted(wanted, [rows[0], rows[-1] + 1])
                here = np.searchsorted(rows, wanted[low:high])
                here = here[rows[here] == wanted[low:high]]
                if len(here):
                    reader = whole if len(here) * SPARSE > len(rows) else here_and_there
                    yield rows[here], reader.get_batch(place).take(pa.array(here))


@dataclass
class Counts:
    """Hears what a round counts: what its generator returns at the end."""

    said: dict[str, int] = field(default_factory=dict)

    def of(self, yields: Yields) -> Iterator[pa.RecordBatch]:
        """Pass on what comes, and remember the counts."""
        self.said = (yield from yields) or {}


@dataclass(frozen=True)
class RoundJob:
    """One partition of one round."""

    label: str
    round: Round
    partition: int
    partitions: int
    facts: tuple[tuple[int, str], ...] = ()
    """First round: (ordinal of the split, path of its facts)."""
    earlier: tuple[str, ...] = ()
    """Later rounds: paths of what the round before yielded."""
    doomed: tuple[str, ...] = ()
    """Verdicts of earlier stages of the same pass: what they reject is out of this one's sight."""
    texts: tuple[tuple[int, str, int], ...] = ()

    def perform(self, space: Space, key: str) -> Receipt:
        """Reduce the partition; the output `facts` is what the round yields, the payload its lines and counts."""
        started = time.process_time()
        pa.default_memory_pool().release_unused()  # Arrow keeps what the worker's last task freed: 200 MB and more
        table = self._facts(space) if self.facts else self._earlier(space)
        texts = WorkTexts(space, self.texts) if self.round.wants_text else None
        lines, counts = 0, Counts()
        if table is not None and table.num_rows:
            yields = counts.of(self.round.reduce(table, texts))
            del table  # so that the round can let go of it
            first = next(yields, None)
            if first is not None:
                with space.writing(key, "facts") as draft:
                    spool = Spool(draft, first.schema)
                    for batch in chain((first,), yields):
                        spool.write(masked(batch))
                    spool.close()
                lines = spool.rows
        outputs = {"facts": space.refer(key, "facts")} if lines else {}
        payload = {"lines": lines, "counts": counts.said}
        seconds = {self.label: time.process_time() - started}
        return Receipt(key, self.label, outputs=outputs, payload=payload, seconds=seconds)

    def _facts(self, space: Space) -> pa.Table | None:
        files = [(ordinal, space.at(path)) for ordinal, path in self.facts]
        table = meeting_facts(files, self.partition, self.partitions)
        gone = doomed_rows(space, self.doomed)
        if len(gone):
            table = table.filter(pa.array(~np.isin(table["row"].to_numpy(), gone)))
        return table

    def _earlier(self, space: Space) -> pa.Table | None:
        by = "row" if self.round.by == "all" else self.round.by
        table = self._lines(space, by)
        if table is None:
            return None
        order = [name for name in (by, "row") if name in table.schema.names]
        columns = {name: table[name] for name in table.schema.names}
        del table  # so that each column can go as soon as it has been sorted
        return sorted_by(columns, list(dict.fromkeys(order)))

    def _lines(self, space: Space, by: str) -> pa.Table | None:
        """Read what the round before yielded, as far as it falls into the partition."""
        parts = []
        for path in self.earlier:
            for batch in batches_of(space.at(path)):
                if self.partitions == 1:
                    parts.append(batch)
                    continue
                mine = spread(batch[by].to_numpy()) % np.uint64(self.partitions) == np.uint64(self.partition)
                parts.append(batch.filter(pa.array(mine)))
        return pa.Table.from_batches(parts) if parts else None


def spread(numbers: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Mix numbers so that neighbours fall into different partitions (Fibonacci hashing, Knuth vol. 3, 6.4)."""
    return (numbers.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(40)


def doomed_rows(space: Space, verdicts: Sequence[str]) -> Rows:
    """Return the run-wide numbers of the rows that earlier verdicts reject, sorted."""
    parts = [
        batch.filter(pc.equal(batch["action"], "reject"))["row"].to_numpy()
        for path in verdicts
        for batch in batches_of(space.at(path), ["row", "action"])
    ]
    return np.unique(np.concatenate(parts)) if parts else np.zeros(0, np.uint64)


@dataclass(frozen=True)
class NamesJob:
    """Looks up the ids of all records that verdicts speak of, so that no slice has to go through the whole corpus."""

    label: str
    verdicts: tuple[str, ...]
    ids: tuple[tuple[int, str], ...]
    """(ordinal of the split, path of its ids by row)."""

    def perform(self, space: Space, key: str) -> Receipt:
        """Write `names` (row uint64, ascending; id)."""
        parts = [np.empty(0, np.uint64)]
        for path in self.verdicts:
            for batch in batches_of(space.at(path)):
                spoken = [batch[one.name] for one in batch.schema if names_a_record(one)]
                parts += [np.unique(pc.drop_null(column).to_numpy()) for column in spoken]
        rows = np.unique(np.concatenate(parts))
        with space.writing(key, "names") as draft:
            spool = Spool(draft, NAMES)
            for start in range(0, len(rows), NAMED_ROWS):
                some = pa.array(rows[start : start + NAMED_ROWS])
                spool.write(pa.RecordBatch.from_arrays([some, named(space, some, self.ids)], schema=NAMES))
            spool.close()
        return Receipt(key, self.label, outputs={"names": space.refer(key, "names")}, payload={"lines": len(rows)})


def names_a_record(column: pa.Field) -> bool:
    """Tell whether a column of verdicts holds the number of another record."""
    return bool(column.name == "other" or (column.name.endswith("_row") and column.type == pa.uint64()))


@dataclass(frozen=True)
class SliceJob:
    """Cuts out what the verdicts say about one split, and turns row numbers of other records into their ids."""

    label: str
    ordinal: int
    """Which split."""
    verdicts: tuple[str, ...]
    names: str | None
    """Path of the ids of the records spoken of; null where there are no verdicts."""
    unfit: tuple[tuple[int, str], ...] = ()
    """(row, rule) of records of this split on which the stage raised while it gathered facts."""

    def perform(self, space: Space, key: str) -> Receipt:
        """Write the slice, sorted by row; no output where nothing is said about the split."""
        parts = [part for path in self.verdicts for part in within(space.at(path), self.ordinal)]
        table = pa.Table.from_batches(parts) if parts else VERDICTS.empty_table()
        table = self._with_unfit(table)
        if table.num_rows:
            columns = {name: table[name] for name in table.schema.names}
            table = self._resolved(space, sorted_by(columns, ["row"]))
            with space.writing(key, "slice") as draft:
                spool = Spool(draft, table.schema)
                for batch in table.to_batches():
                    spool.write(batch)
                spool.close()
        outputs = {"slice": space.refer(key, "slice")} if table.num_rows else {}
        return Receipt(key, self.label, outputs=outputs, payload={"lines": table.num_rows})

    def _with_unfit(self, table: pa.Table) -> pa.Table:
        if not self.unfit:
            return table
        lines = [{"row": self.ordinal << 32 | row, "rule": rule, "action": "reject"} for row, rule in self.unfit]
        gone = pa.array([line["row"] for line in lines], pa.uint64())
        rest = table.filter(pc.invert(pc.is_in(table["row"], gone)))
        return pa.concat_tables([rest, pa.Table.from_pylist(lines, schema=table.schema)])

    def _named(self, space: Space, rows: pa.UInt64Array) -> pa.StringArray:
        wanted = np.unique(pc.drop_null(rows).to_numpy())
        if self.names is None or not len(wanted):
            return pa.nulls(len(rows), pa.string())
        names = pa.array(looked_up(space.at(self.names), wanted), pa.string())
        return names.take(pc.index_in(rows, pa.array(wanted)))

    def _resolved(self, space: Space, table: pa.Table) -> pa.Table:
        """Count `row` within the split; turn `other` and every further `*_row` into ids (string)."""
        columns = []
        for one in table.schema:
            values = table[one.name].combine_chunks()
            if one.name == "row":
                columns.append((one.name, pa.array((values.to_numpy() & np.uint64(0xFFFFFFFF)).astype(np.uint32))))
            elif names_a_record(one):
                columns.append((one.name, self._named(space, values)))
            else:
                columns.append((one.name, values))
        return pa.table(dict(columns))


def looked_up(path: Path, rows: Rows) -> list[str]:
    """Return the ids of rows, sorted and unique, from a file of names; batches without any are not decompressed."""
    found: list[str] = []
    with pa.memory_map(str(path)) as stream:
        numbers, whole = open_columns(stream, ["row"]), open_columns(stream, None)
        for place in range(numbers.num_record_batches):
            known = numbers.get_batch(place)["row"].to_numpy()
            low, high = np.searchsorted(rows, [known[0], known[-1] + np.uint64(1)])
            if low < high:
                here = pa.array(np.searchsorted(known, rows[low:high]))
                found += whole.get_batch(place)["id"].take(here).to_pylist()
    return found


def masked(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Mask personal data in what a round quotes."""
    if QUOTE not in batch.schema.names:
        return batch
    from curate.stages.pii import mask

    quotes = [None if quote is None else mask(quote) for quote in batch[QUOTE].to_pylist()]
    place = batch.schema.get_field_index(QUOTE)
    return batch.set_column(place, batch.schema.field(place), pa.array(quotes, pa.string()))


def within(path: Path, ordinal: int) -> Iterator[pa.RecordBatch]:
    """Yield the lines about one split; batches without any are not decompressed beyond their rows."""
    low, high = np.uint64(ordinal << 32), np.uint64((ordinal + 1) << 32)
    with pa.memory_map(str(path)) as stream:
        numbers, whole = open_columns(stream, ["row"]), open_columns(stream, None)
        for place in range(numbers.num_record_batches):
            rows = numbers.get_batch(place)["row"].to_numpy()
            here = (rows >= low) & (rows < high)
            if place == 0 or here.any():
                yield whole.get_batch(place).filter(pa.array(here))


def named(space: Space, rows: pa.UInt64Array, ids: Sequence[tuple[int, str]]) -> pa.StringArray:
    """Return the id of each row (null stays null), reading only the ids of the splits that are meant."""
    wanted = np.unique(pc.drop_null(rows).to_numpy())
    names: list[str] = []
    for ordinal, path in ids:
        low, high = np.searchsorted(wanted, [np.uint64(ordinal << 32), np.uint64((ordinal + 1) << 32)])
        if low == high:
            continue
        local = pa.array((wanted[low:high] & np.uint64(0xFFFFFFFF)).astype(np.uint32))
        table = pa.Table.from_batches(list(batches_of(space.at(path))))
        names += table["id"].take(pc.index_in(local, table["row"].combine_chunks())).to_pylist()
    places = pc.index_in(rows, pa.array(wanted))
    return pa.array(names, pa.string()).take(places)
