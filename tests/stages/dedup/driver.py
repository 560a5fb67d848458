"""Run a global stage over texts held in memory, cut into splits, batches and partitions as a run may cut them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curate.core.stage import VERDICTS, Findings, GlobalStage, Round
from tests.conftest import records

LOW = np.uint64(0xFFFFFFFF)


class Cuts(NamedTuple):
    """How a run is cut: records a split, records a batch, partitions a round."""

    split: int = 1000
    batch: int = 1000
    partitions: int = 1


class Judged(NamedTuple):
    """What became of a record; `other` is the id of its keeper, all is null where nothing was found."""

    id: str
    text: str | None
    rule: str | None
    value: float | None
    action: str | None
    other: str | None
    columns: dict[str, object]


class Held(NamedTuple):
    """Texts of all splits, as the engine reads them from the work files."""

    splits: Sequence[pa.RecordBatch]
    sources: Sequence[int]
    cuts: Cuts

    def of(self, rows: np.ndarray, columns: Sequence[str] = ("text",)) -> Iterator[pa.RecordBatch]:
        assert (rows[1:] > rows[:-1]).all()
        for ordinal, split in enumerate(self.splits):
            wanted = rows[rows >> np.uint64(32) == ordinal] & LOW
            for start in range(0, len(wanted), self.cuts.batch):
                some = wanted[start : start + self.cuts.batch]
                source = pa.array(np.full(len(some), self.sources[ordinal], np.uint32))
                arrays = [split[name].take(pa.array(some)) for name in columns]
                yield pa.RecordBatch.from_arrays(
                    [pa.array(some | np.uint64(ordinal << 32)), source, *arrays], ["row", "source", *columns]
                )


def judge(stage: GlobalStage, texts: Mapping[str, Sequence[str | None]], cuts: Cuts = Cuts()) -> list[Judged]:  # noqa: B008
    """Return what becomes of each record, in order; `texts` holds those of each source, best source first."""
    return judge_held(stage, held_of(texts, cuts))


def judge_records(stage: GlobalStage, sources: Mapping[str, pa.RecordBatch], cuts: Cuts = Cuts()) -> list[Judged]:  # noqa: B008
    """Return what becomes of each record, in order; `sources` holds whole records, those of the best source first."""
    return judge_held(stage, held_records(sources, cuts))


def judge_held(stage: GlobalStage, held: Held) -> list[Judged]:
    cuts = held.cuts
    verdicts = verdicts_of(stage, held, cuts)
    ids = {wide(ordinal, row): name for ordinal, row, name in named(held)}
    judged = []
    for ordinal, split in enumerate(held.splits):
        step = stage.open(Findings(sliced(verdicts, ordinal, ids)))
        for batch in batches(split, cuts):
            outcome = step(batch)
            assert outcome.batch.num_rows == batch.num_rows
            lines = [] if outcome.found is None else outcome.found.to_pylist()
            found = {line["row"]: line for line in lines}
            assert len(found) == len(lines)
            judged += [told(stage, row, found.get(place, {})) for place, row in enumerate(outcome.batch.to_pylist())]
    return judged


def kept(judged: Sequence[Judged]) -> list[str]:
    return [one.text for one in judged if one.rule is None and one.text is not None]


def told(stage: GlobalStage, row: dict[str, object], line: dict[str, object]) -> Judged:
    said = [line.get(name) for name in ("rule", "value", "action", "other")]
    return Judged(row["id"], row["text"], *said, {name: row[name] for name in stage.adds.names})


def held_of(texts: Mapping[str, Sequence[str | None]], cuts: Cuts) -> Held:
    return held_records({source: named_records(source, said) for source, said in texts.items()}, cuts)


def named_records(source: str, said: Sequence[str | None]) -> pa.RecordBatch:
    names = [f"{source}/{number}" for number in range(len(said))]
    return records(*said, id=names, source_id=[source] * len(said))


def held_records(sources: Mapping[str, pa.RecordBatch], cuts: Cuts) -> Held:
    splits, places = [], []
    for place, whole in enumerate(sources.values()):
        for start in range(0, whole.num_rows, cuts.split):
            part = whole.slice(start, cuts.split)
            rows = pa.array(np.arange(part.num_rows, dtype=np.uint32))
            splits.append(part.set_column(part.schema.get_field_index("row"), "row", rows))
            places.append(place)
    return Held(splits, places, cuts)


def batches(split: pa.RecordBatch, cuts: Cuts) -> Iterator[pa.RecordBatch]:
    return (split.slice(start, cuts.batch) for start in range(0, split.num_rows, cuts.batch))


def wide(ordinal: int, row: int) -> int:
    return ordinal << 32 | row


def named(held: Held) -> Iterator[tuple[int, int, str]]:
    for ordinal, split in enumerate(held.splits):
        for row, name in zip(split["row"].to_pylist(), split["id"].to_pylist(), strict=True):
            yield ordinal, row, name


def verdicts_of(stage: GlobalStage, held: Held, cuts: Cuts) -> pa.Table:
    facts = []
    for ordinal, split in enumerate(held.splits):
        for batch in batches(split, cuts):
            said = stage.facts(batch)
            rows = pa.array(said["row"].to_numpy().astype(np.uint64) | np.uint64(ordinal << 32))
            facts.append(said.set_column(said.schema.get_field_index("row"), "row", rows))
    for one in stage.rounds():
        facts = list(reduced(one, facts, held))
    return pa.Table.from_batches(facts) if facts else VERDICTS.empty_table()


def reduced(one: Round, facts: list[pa.RecordBatch], held: Held) -> Iterator[pa.RecordBatch]:
    if not facts:
        return
    table = pa.Table.from_batches(facts)
    by = "row" if one.by == "all" else one.by
    partitions = 1 if one.by == "all" else held.cuts.partitions
    place = table[by].to_numpy() * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(40)
    for partition in range(partitions):
        part = table.filter(pa.array(place % np.uint64(partitions) == partition))
        if part.num_rows:
            order = dict.fromkeys((by, "row"))
            part = part.sort_by([(name, "ascending") for name in order])
            yield from one.reduce(part, held if one.wants_text else None)


def sliced(verdicts: pa.Table, ordinal: int, ids: Mapping[int, str]) -> pa.Table:
    rows = verdicts["row"].to_numpy()
    mine = verdicts.filter(pa.array(rows >> np.uint64(32) == ordinal)).sort_by("row")
    columns = {}
    for name in mine.column_names:
        values = mine[name]
        if name == "row":
            values = pc.cast(pa.array(values.to_numpy() & LOW), pa.uint32())
        elif name == "other" or name.endswith("_row"):
            values = pa.array([None if row is None else ids[row] for row in values.to_pylist()], pa.string())
        columns[name] = values
    return pa.table(columns)
