"""Measurements in the shards are those of the file of signals, whatever type they have."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import curate
from curate.lineage.manifest import read_manifest
from curate.lineage.measures import check_measures
from curate.lineage.verify import verify

COLUMNS = ["quality_chars", "quality_content_type", "quality_chinese", "language_script"]


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("measured")
    lines = [
        "设备运行正常，未见异常，值班人员按规程记录了各项数值。",
        "The pump runs well and nobody has found a leak in it.",
    ]
    (folder / "in.jsonl").write_text("".join(f'{{"text": "{line}"}}\n' for line in lines), "utf-8")
    said = {"name": "measured", "sources": {"in": {"format": "jsonl", "path": str(folder / "in.jsonl")}}}
    output = {"path": str(folder / "out"), "columns": COLUMNS}
    curate.run(said | {"stages": ["normalize", "language", "quality"], "output": output, "limits": "off"}, workers=0)
    return folder / "out"


def with_column(out, folder, name, column):
    """Return what the check says of measurements when a column of the shard is another one."""
    manifest = read_manifest(out)
    [shard] = manifest.outputs.shards
    for one in (*manifest.outputs.signals, shard):
        (folder / one.path).parent.mkdir(parents=True, exist_ok=True)
        table = pq.read_table(out / one.path)
        if one is shard:
            place = table.schema.get_field_index(name)
            table = table.set_column(place, name, column(table[name]))
        pq.write_table(table, folder / one.path)
    return [fault for fault in check_measures(folder, manifest, [], {}).faults if name in fault]


def test_those_of_an_output_hold(out, tmp_path):
    assert verify(out).passed
    for name in COLUMNS:
        assert with_column(out, tmp_path / name, name, lambda values: values) == []


@pytest.mark.parametrize("name", COLUMNS)
def test_a_null_in_its_place_is_told(out, tmp_path, name):
    none = with_column(out, tmp_path, name, lambda values: pa.nulls(len(values), values.type))
    assert len(none) == 2
    assert all(fault.endswith(f"its shard has another {name} than was measured") for fault in none)


@pytest.mark.parametrize("name", ["quality_content_type", "language_script"])
def test_another_word_in_its_place_is_told(out, tmp_path, name):
    other = with_column(out, tmp_path, name, lambda values: pa.array(["zzz"] * len(values), pa.string()))
    assert len(other) == 2
