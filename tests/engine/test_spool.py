"""Facts come back from disk as they were written, key by key, however runs and partitions cut them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.engine import spool
from curate.engine.spool import BUCKETS, FactFile, FactSpool, meeting_facts, met
from curate.stages.dedup.near import NearDuplicates
from tests.conftest import records

SCHEMA = pa.schema(
    [
        ("key", pa.uint64()),
        ("row", pa.uint32()),
        ("rest", pa.uint64()),
        ("merit", pa.int64()),
        ("alive", pa.bool_()),
        ("small", pa.uint8()),
        ("said", pa.string()),
    ]
)
LONG = 2**64 - 1
KEYS = st.integers(0, LONG) | st.sampled_from([0, 1, 2**58 - 1, 2**58, 2**63, LONG - 1, LONG])
MERITS = st.integers(-(2**63), 2**63 - 1) | st.sampled_from([-1, 0, -(2**63), 2**63 - 1])
OTHERS = st.tuples(st.integers(0, LONG), MERITS, st.booleans(), st.integers(0, 255), st.sampled_from(["", "一", "two"]))
LINES = st.lists(st.tuples(KEYS, OTHERS), max_size=40)
PARTITIONS = st.sampled_from([1, 2, 4, 8, 16, 32, 64])
Line = tuple[int, int, int, int, bool, int, str]


@contextmanager
def small(**ceilings: int) -> Iterator[Path]:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        for name, value in ceilings.items():
            patch.setattr(spool, name, value)
        yield Path(folder)


def numbered(lines: Sequence[tuple[int, tuple[object, ...]]]) -> list[Line]:
    """Lines with rows that ascend, two lines of one key to a row where they follow each other."""
    return [(key, place // 2, *others) for place, (key, others) in enumerate(lines)]


def batch_of(lines: Sequence[Line]) -> pa.RecordBatch:
    columns = zip(*lines, strict=True) if lines else [[] for _ in SCHEMA]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def written(path: Path, lines: Sequence[Line], batch: int) -> Path:
    facts = FactSpool(path, SCHEMA)
    for start in range(0, max(len(lines), 1), batch):
        facts.write(batch_of(lines[start : start + batch]))
    facts.close()
    return path


def facts_of(path: Path, partition: int, partitions: int) -> pa.Table:
    width = BUCKETS // partitions
    with closing(FactFile(path)) as file:
        return pa.concat_tables(file.bucket(partition * width + place) for place in range(width))


def lines_of(table: pa.Table) -> list[Line]:
    return list(zip(*(table[name].to_pylist() for name in table.schema.names), strict=True))


def by_key(lines: Sequence[Line]) -> dict[int, list[Line]]:
    groups = defaultdict(list)
    for line in lines:
        groups[line[0]].append(line)
    return dict(groups)


@given(lines=LINES, batch=st.integers(1, 15), run=st.integers(1, 50), partitions=PARTITIONS)
def test_facts_are_read_as_they_were_written(lines, batch, run, partitions):
    lines = numbered(lines)
    with small(RUN_LINES=run) as folder:
        path = written(folder / "facts", lines, batch)
        parts = [facts_of(path, place, partitions) for place in range(partitions)]
    found = [line for part in parts for line in lines_of(part)]
    assert all(part.schema.equals(SCHEMA, check_metadata=False) for part in parts)
    assert sorted(found) == sorted(lines)
    assert by_key(found) == by_key(lines)
    for place, part in enumerate(parts):
        assert all(key * partitions >> 64 == place for key in part["key"].to_pylist())


@given(partitions=PARTITIONS)
def test_no_facts_are_no_lines_of_the_same_columns(partitions):
    with small() as folder:
        part = facts_of(written(folder / "facts", [], 1), partitions - 1, partitions)
    assert part.num_rows == 0
    assert part.schema.equals(SCHEMA, check_metadata=False)


def test_runs_end_where_their_lines_are_full_and_each_has_every_bucket():
    lines = numbered([(place << 58, (0, 0, True, 0, "")) for place in range(50)])
    with small(RUN_LINES=20) as folder:
        path = written(folder / "facts", lines, 7)
        assert pa.ipc.open_file(path.read_bytes()).num_record_batches == 3 * BUCKETS


@given(
    splits=st.lists(
        st.lists(st.tuples(st.sampled_from([0, 1, 5 << 58, LONG]) | KEYS, OTHERS), max_size=12), max_size=4
    ),
    few=st.sampled_from([0, 5, 10**6]),
    run=st.integers(1, 12),
    partitions=PARTITIONS,
)
def test_what_meets_is_what_a_plain_group_by_groups(splits, few, run, partitions):
    """Every key that stands twice comes whole, by (key, row); of others some may come, and nothing else."""
    splits = [numbered(lines) for lines in splits] or [[]]
    every = [(line[0], ordinal << 32 | line[1], *line[2:]) for ordinal, lines in enumerate(splits) for line in lines]
    found = []
    with small(RUN_LINES=run, FEW_LINES=few) as folder:
        paths = [written(folder / f"facts-{ordinal}", lines, 3) for ordinal, lines in enumerate(splits)]
        for place in range(partitions):
            lines = lines_of(meeting_facts(list(enumerate(paths)), place, partitions))
            assert [line[:2] for line in lines] == sorted(line[:2] for line in lines)
            found += lines
    groups = by_key(every)
    assert by_key(found) == {key: groups[key] for key in by_key(found)}
    assert {key for key, lines in groups.items() if len(lines) > 1} <= set(by_key(found))


def test_most_keys_that_stand_alone_are_left_out_in_any_partition():
    draw = np.random.default_rng(5)
    keys = np.sort(draw.integers(0, 2**64, 300_000, np.uint64))
    last = pa.table({"key": keys[keys >> np.uint64(58) == 63], "row": np.arange((keys >> np.uint64(58) == 63).sum())})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spool, "FEW_LINES", 1000)
        assert met([last]).num_rows < last.num_rows / 4


@pytest.mark.parametrize("threshold", [0.7, 0.8])
def test_facts_of_bands_take_less_than_ten_bytes_a_line(tmp_path: Path, threshold: float) -> None:
    draw = np.random.default_rng(1)
    stage = NearDuplicates(threshold=threshold)
    texts = [" ".join(f"w{word}" for word in draw.integers(0, 10**6, 20)) for _ in range(6000)]
    facts = stage.facts(records(*texts))
    path = tmp_path / "facts"
    packed = FactSpool(path, facts.schema)
    packed.write(facts)
    packed.close()
    assert facts.num_rows == 6000 * stage.banding.bands
    assert path.stat().st_size < 10 * facts.num_rows
