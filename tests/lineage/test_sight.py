"""Files are read in batches of many rows, whatever row groups they have."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curate.lineage.sight import read_columns


@pytest.mark.parametrize(
    ("rows", "sizes"), [(1000, [70]), (20, [20, 20, 20, 10]), (21, [21, 21, 21, 7]), (7, [7] * 10)]
)
def test_row_groups_with_names_of_their_own_come_together(tmp_path, rows, sizes):
    path = tmp_path / "some.parquet"
    table = pa.table({"id": [f"{n:032x}" for n in range(70)], "source_id": [f"s{n // 9}" for n in range(69)] + [None]})
    pq.write_table(table, path, row_group_size=10)
    batches = list(read_columns(path, ("source_id", "id"), rows))
    assert [len(batch) for batch in batches] == sizes
    assert [name for batch in batches for name in batch["source_id"].to_pylist()] == table["source_id"].to_pylist()
    assert [name for batch in batches for name in batch["id"].to_pylist()] == table["id"].to_pylist()


def test_of_a_file_without_rows_there_is_no_batch(tmp_path):
    path = tmp_path / "none.parquet"
    pq.write_table(pa.table({"source_id": pa.array([], pa.string())}), path)
    assert sum(map(len, read_columns(path, ("source_id",)))) == 0
