"""Cut kept records into shards, and gather the ledger and the signals: boundaries depend on the data alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curate.core.receipt import FileRef, Receipt
from curate.engine.keys import repeat_id
from curate.engine.space import Space
from curate.engine.spool import batches_of, open_columns, opened
from curate.lineage.tables import RECORD_COLUMNS
from curate.sinks.rejects import POSITIONS, REJECTS, write_rejects, write_signals
from curate.sinks.shards import write_shard

LEDGER_ROWS = 1_000_000
"""Ledger and signal files begin anew after about so many rows, at a split's boundary."""


@dataclass(frozen=True)
class Stretch:
    """Row groups first..last (exclusive) of one file of kept records."""

    path: str
    first: int
    last: int


@dataclass(frozen=True)
class ShardJob:
    """Writes one shard from row groups that passes have cut."""

    label: str
    schema: pa.Schema
    stretches: tuple[Stretch, ...]

    def perform(self, space: Space, key: str) -> Receipt:
        """Write the shard; the payload holds its rows and bytes."""
        path = space.at(space.named(key, "shard"))
        facts = write_shard(path, self.schema, self._groups(space))
        ref = FileRef(space.named(key, "shard"), facts.bytes, facts.sha256, text=True)
        return Receipt(key, self.label, outputs={"shard": ref}, payload=dict(facts._asdict()))

    def _groups(self, space: Space) -> Iterator[pa.RecordBatch]:
        for stretch in self.stretches:
            with opened(space.at(stretch.path)) as source:
                reader = open_columns(source, None)
                for place in range(stretch.first, stretch.last):
                    yield reader.get_batch(place)


def cut_shards(groups: Sequence[tuple[str, int]], shard_bytes: int) -> list[tuple[Stretch, ...]]:
    """Cut row groups (path, bytes), in order, into shards of at most `shard_bytes`; a larger group is one."""
    shards: list[list[tuple[str, int]]] = []
    held = 0
    places: dict[str, int] = {}
    for path, size in groups:
        place = places.get(path, 0)
        places[path] = place + 1
        if not shards or held + size > shard_bytes:
            shards.append([])
            held = 0
        shards[-1].append((path, place))
        held += size
    return [tuple(_stretches(shard)) for shard in shards]


def _stretches(groups: Sequence[tuple[str, int]]) -> Iterator[Stretch]:
    start = 0
    for end in range(1, len(groups) + 1):
        if end == len(groups) or groups[end][0] != groups[start][0]:
            yield Stretch(groups[start][0], groups[start][1], groups[end - 1][1] + 1)
            start = end


@dataclass(frozen=True)
class LedgerJob:
    """Writes one file of the ledger and one of signals, over neighbouring splits."""

    label: str
    signals: pa.Schema
    """`id`, `source_id` and every signal; without signals nothing but the ledger is written."""
    left: tuple[tuple[str, ...], ...]
    """By split: what each pass left out."""
    kept: tuple[str, ...]
    """By split: signals of kept records."""
    repeats: tuple[str | None, ...]
    """By split: verdicts on repeated keys."""
    pii: tuple[tuple[str, ...], ...]
    """By split: where each pass found personal data."""

    def perform(self, space: Space, key: str) -> Receipt:
        """Write `rejects`, `signals`, `pii`, each where it has a row; rejected records in the order of their place."""
        rejects = space.at(space.named(key, "rejects"))
        facts = {"rejects": write_rejects(rejects, (batch.select(REJECTS.names) for batch in self._rejected(space)))}
        if len(self.signals) > RECORD_COLUMNS:
            facts["signals"] = write_signals(space.at(space.named(key, "signals")), self.signals, self._signals(space))
        if any(self.pii):
            facts["pii"] = write_signals(space.at(space.named(key, "pii")), POSITIONS, self._positions(space))
        outputs = {
            name: FileRef(space.named(key, name), fact.bytes, fact.sha256) for name, fact in facts.items() if fact
        }
        payload = {name: dict(fact._asdict()) for name, fact in facts.items() if fact}
        return Receipt(key, self.label, outputs=outputs, payload=payload)

    def _positions(self, space: Space) -> Iterator[pa.RecordBatch]:
        for paths, repeats in zip(self.pii, self.repeats, strict=True):
            again = self._repeated(space, repeats)
            for batch in in_order([batches_of(space.at(path)) for path in paths]):
                yield renamed(batch, again).select(POSITIONS.names)

    def _rejected(self, space: Space) -> Iterator[pa.RecordBatch]:
        for paths, repeats in zip(self.left, self.repeats, strict=True):
            again = self._repeated(space, repeats)
            for batch in in_order([batches_of(space.at(path)) for path in paths]):
                yield renamed(batch, again)

    @staticmethod
    def _repeated(space: Space, path: str | None) -> dict[int, int]:
        if path is None:
            return {}
        table = pa.Table.from_batches(list(batches_of(space.at(path), ["row", "again"])))
        return dict(zip(table["row"].to_pylist(), table["again"].to_pylist(), strict=True))

    def _signals(self, space: Space) -> Iterator[pa.RecordBatch]:
        for path in self.kept:
            yield from batches_of(space.at(path))
        for batch in self._rejected(space):
            yield batch.select(self.signals.names)


def in_order(streams: Sequence[Iterator[pa.RecordBatch]]) -> Iterator[pa.RecordBatch]:
    """Merge streams of batches that are each ascending by `row`; no more is held than a batch or two of each."""
    held: list[pa.RecordBatch | None] = [next(stream, None) for stream in streams]
    while any(batch is not None for batch in held):
        bound = min(batch["row"][-1].as_py() for batch in held if batch is not None)
        ready = []
        for place, batch in enumerate(held):
            if batch is None:
                continue
            count = int(np.searchsorted(batch["row"].to_numpy(), bound, side="right"))
            ready.append(batch.slice(0, count))
            rest = batch.slice(count)
            held[place] = rest if rest.num_rows else next(streams[place], None)
        table = pa.Table.from_batches(ready)
        yield table.take(pc.sort_indices(table["row"])).combine_chunks().to_batches()[0]


def renamed(batch: pa.RecordBatch, again: Mapping[int, int]) -> pa.RecordBatch:
    """Give rejected records whose id another one bears a name of their own."""
    if not again:
        return batch
    places = [again.get(row) for row in batch["row"].to_pylist()]
    names = [name if n is None else repeat_id(name, n) for name, n in zip(batch["id"].to_pylist(), places, strict=True)]
    return batch.set_column(batch.schema.get_field_index("id"), "id", pa.array(names, pa.string()))
