import pyarrow as pa

from curate.core.columns import with_columns


def test_columns_are_set_in_place_and_others_appended():
    batch = pa.RecordBatch.from_pydict({"a": [1, 2], "b": ["x", "y"]})
    schema = pa.schema([("b", pa.string()), ("c", pa.float32())])
    after = with_columns(batch, schema, {"c": pa.array([1, 2], pa.float32()), "b": pa.array(["z", None])})
    assert after.to_pydict() == {"a": [1, 2], "b": ["z", None], "c": [1.0, 2.0]}
    assert after.schema.names == ["a", "b", "c"]
    assert batch.schema.names == ["a", "b"]
