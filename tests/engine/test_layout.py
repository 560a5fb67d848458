import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from curate.engine.layout import cut_shards, in_order

ROWS = st.lists(st.lists(st.lists(st.integers(0, 50), max_size=5), max_size=4), max_size=4)


def batches(rows: list[list[int]]) -> list[pa.RecordBatch]:
    """Return a stream that is ascending over all of its batches, none of them empty."""
    flat = iter(sorted(row for batch in rows for row in batch))
    sizes = [len(batch) for batch in rows if batch]
    return [pa.RecordBatch.from_pydict({"row": pa.array([next(flat) for _ in range(n)], pa.uint32())}) for n in sizes]


@given(streams=ROWS)
def test_streams_in_order_are_merged_in_order_and_nothing_is_lost(streams: list[list[list[int]]]) -> None:
    merged = [row for batch in in_order([iter(batches(one)) for one in streams]) for row in batch["row"].to_pylist()]

    assert merged == sorted(row for one in streams for batch in one for row in batch)


@given(sizes=st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 30)), max_size=12), limit=st.integers(1, 40))
def test_shards_hold_every_group_once_and_no_more_than_their_bytes(sizes: list[tuple[str, int]], limit: int) -> None:
    groups = sorted(sizes, key=lambda group: group[0])
    shards = cut_shards(groups, limit)
    by_path = {path: [size for name, size in groups if name == path] for path in "ab"}
    held = [[size for part in shard for size in by_path[part.path][part.first : part.last]] for shard in shards]

    assert [size for shard in held for size in shard] == [size for _, size in groups]
    assert all(sum(shard) <= limit or len(shard) == 1 for shard in held)
