"""Texts that rounds ask for come from the work files: the rows wanted, in order, with the columns named."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from curate.core.record import render
from curate.engine.rounds import WorkTexts, spread
from curate.engine.space import Space
from curate.engine.spool import LZ4, PLAIN, Spool
from tests.conftest import TEXT, records

SPLIT = st.lists(st.lists(st.tuples(st.none() | TEXT, st.integers(1, 3)), max_size=5), max_size=4)
"""Batches of records: a text, and how far its row stands behind the one before, for records that were left out."""
COLUMNS = ("id", "text", "messages", "score", "ops")


def batches_of(ordinal: int, split: list[list[tuple[str | None, int]]]) -> list[pa.RecordBatch]:
    row, batches = -1, []
    for said in split:
        rows = []
        for _, step in said:
            row += step
            rows.append(row)
        chats = [
            [{"role": "user", "content": text}] if text and number % 2 else None
            for number, (text, _) in enumerate(said)
        ]
        batches.append(
            records(
                *[render(chat) if chat else text for chat, (text, _) in zip(chats, said, strict=True)],
                messages=chats,
                id=[f"{ordinal}/{number}" for number in rows],
                row=rows,
                score=pa.array([number / 4 for number in rows], pa.float64()),
            )
        )
    return batches


@given(
    splits=st.lists(SPLIT, max_size=4),
    data=st.data(),
    columns=st.lists(st.sampled_from(COLUMNS), unique=True),
    packed=st.booleans(),
)
def test_exactly_the_rows_wanted_come_in_ascending_order_with_the_columns_named(splits, data, columns, packed):
    every = {}
    with TemporaryDirectory() as folder:
        space, texts = Space(Path(folder)), []
        for ordinal, split in enumerate(splits):
            batches = batches_of(ordinal, split)
            with space.writing(f"{ordinal:064}", "text") as draft:
                spool = Spool(draft, records(score=pa.array([], pa.float64())).schema, LZ4 if packed else PLAIN)
                for batch in batches:
                    spool.write(batch)
                spool.close()
            texts.append((ordinal * 3, space.refer(f"{ordinal:064}", "text").path, 7 - ordinal))
            for batch in batches:
                for row in batch.to_pylist():
                    said = {"row": ordinal * 3 << 32 | row["row"], "source": 7 - ordinal}
                    every[said["row"]] = said | {name: row[name] for name in columns}
        wanted = sorted(data.draw(st.sets(st.sampled_from(sorted(every)))) if every else [])
        came = list(WorkTexts(space, tuple(texts)).of(np.array(wanted, np.uint64), columns))
        found = [row for batch in came for row in batch.to_pylist()]
    assert found == [every[row] for row in wanted]
    assert all(batch.schema.names == ["row", "source", *columns] for batch in came)
    assert all(batch["row"].type == pa.uint64() and batch["source"].type == pa.uint32() for batch in came)
    assert all(batch.num_rows for batch in came)


@given(numbers=st.lists(st.integers(0, 2**64 - 1), max_size=20), partitions=st.sampled_from([1, 2, 8, 64]))
def test_a_number_falls_into_one_partition_wherever_it_stands(numbers, partitions):
    whole = spread(np.array(numbers, np.uint64)) % np.uint64(partitions)
    alone = [int(spread(np.array([number], np.uint64))[0]) % partitions for number in numbers]
    assert whole.tolist() == alone


def test_neighbouring_rows_of_many_splits_fill_all_partitions_alike():
    rows = np.concatenate([np.arange(2000, dtype=np.uint64) | np.uint64(ordinal << 32) for ordinal in range(16)])
    counts = np.bincount((spread(rows) % np.uint64(16)).astype(np.int64), minlength=16)
    assert counts.min() > 0.8 * counts.mean()
    assert counts.max() < 1.2 * counts.mean()
