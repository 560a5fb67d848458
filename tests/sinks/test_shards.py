"""Shards hold what was given, as the same bytes for the same rows, and whole or not at all."""

import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.core.errors import ConfigError
from curate.core.files import digest_of
from curate.core.merkle import Tree, record_hashes
from curate.core.record import SHARD
from curate.sinks.measure import row_bytes
from curate.sinks.rejects import REJECTS, write_rejects
from curate.sinks.shards import ROOT_KEY, regroup, shard_schema, write_shard

SCHEMA = shard_schema(pa.schema([("title", pa.large_string())]), pa.schema([("quality_zipf", pa.float32())]))
STRINGS = st.one_of(st.none(), st.text(max_size=30), st.just("文" * 200))
TURNS = st.lists(st.fixed_dictionaries({"role": STRINGS, "content": STRINGS}), max_size=3)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "id": STRINGS,
            "text": STRINGS,
            "messages": st.one_of(st.none(), TURNS),
            "source_offset": st.one_of(st.none(), st.integers(0, 2**40)),
            "tags": st.one_of(st.none(), st.lists(STRINGS, max_size=3)),
            "pii": st.one_of(st.none(), st.lists(st.none(), max_size=2)),
            "title": STRINGS,
            "quality_zipf": st.one_of(st.none(), st.floats(width=32, allow_nan=False)),
        }
    ),
    max_size=25,
)
PLACES = st.lists(st.integers(0, 25), max_size=6)


def batch_of(rows: list[dict[str, object]]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist(rows, schema=SCHEMA)


def cut(batch: pa.RecordBatch, places: list[int]) -> list[pa.RecordBatch]:
    """Cut a batch at some places."""
    ends = sorted({min(place, batch.num_rows) for place in places} | {batch.num_rows})
    return [batch.slice(start, end - start) for start, end in zip([0, *ends], ends, strict=False)]


def anew(batches: list[pa.RecordBatch]) -> list[pa.RecordBatch]:
    """Build batches again, without what lies behind a slice."""
    return [pa.RecordBatch.from_pylist(batch.to_pylist(), schema=batch.schema) for batch in batches]


def plain_bytes(value: object, kind: pa.DataType) -> int:
    """Weigh one value the slow way."""
    if pa.types.is_struct(kind):
        return sum(plain_bytes((value or {}).get(child.name), child.type) for child in kind)
    if pa.types.is_list(kind):
        return 4 + sum(plain_bytes(item, kind.value_type) for item in value or [])
    if pa.types.is_string(kind):
        return 4 + len((value or "").encode())
    return kind.bit_width // 8


class TestRegroup:
    @given(rows=ROWS, places=PLACES, most=st.integers(1, 9), weight=st.integers(1, 4000))
    def test_cuts_depend_on_the_rows_alone(self, rows, places, most, weight):
        whole = batch_of(rows)
        groups = list(regroup([whole], most, weight))
        assert [row for group in groups for row in group.to_pylist()] == whole.to_pylist()
        parts = cut(whole, places)
        for batches in (parts, anew(parts), [whole.slice(0, 0), *parts]):
            assert list(regroup(batches, most, weight)) == groups

    @given(rows=ROWS, most=st.integers(1, 9), weight=st.integers(1, 4000))
    def test_groups_are_full_and_no_fuller(self, rows, most, weight):
        groups = list(regroup([batch_of(rows)], most, weight))
        sizes = [int(row_bytes(group).sum()) for group in groups]
        for number, (group, size) in enumerate(zip(groups, sizes, strict=True)):
            assert 1 <= group.num_rows <= most
            assert size <= weight or group.num_rows == 1
            if number + 1 < len(groups):
                fuller = size + int(row_bytes(groups[number + 1])[0])
                assert group.num_rows == most or fuller > weight

    @given(rows=ROWS, start=st.integers(0, 25))
    def test_a_row_weighs_the_same_in_any_batch(self, rows, start):
        batch = batch_of(rows)
        wanted = [sum(plain_bytes(row[field.name], field.type) for field in SCHEMA) for row in batch.to_pylist()]
        assert row_bytes(batch).tolist() == wanted
        assert row_bytes(batch.slice(start)).tolist() == wanted[start:]

    def test_nothing_gives_nothing(self):
        assert list(regroup([])) == []
        assert list(regroup([batch_of([])])) == []


class TestAShard:
    @settings(max_examples=30)
    @given(rows=ROWS.filter(len), places=PLACES)
    def test_has_the_same_bytes_whatever_batches_its_rows_came_in(self, tmp_path_factory, rows, places):
        folder = tmp_path_factory.mktemp("shard")
        whole = batch_of(rows)
        parts = cut(whole, places)
        facts = {
            write_shard(folder / f"{number}.parquet", SCHEMA, regroup(batches, rows=4))
            for number, batches in enumerate(([whole], parts, anew(parts)))
        }
        assert len(facts) == 1
        assert pq.read_table(folder / "0.parquet").to_pylist() == whole.to_pylist()

    def test_tells_what_lies_on_disk(self, tmp_path):
        path = tmp_path / "data" / "a.parquet"
        batch = batch_of([{"text": "甲"}, {"text": "b" * 5000}, {"text": None}])
        facts = write_shard(path, SCHEMA, regroup([batch], rows=2))
        assert facts[:4] == (3, path.stat().st_size, digest_of(path), int(row_bytes(batch).sum()))
        tree = Tree()
        tree.extend(record_hashes(batch))
        assert facts.content_root == tree.root()
        assert pq.read_metadata(path).metadata[ROOT_KEY.encode()] == tree.root().encode()
        meta = pq.read_metadata(path)
        assert [meta.row_group(number).num_rows for number in range(meta.num_row_groups)] == [2, 1]
        assert {meta.row_group(0).column(number).compression for number in range(meta.num_columns)} == {"ZSTD"}

    def test_is_not_written_without_rows(self, tmp_path):
        with pytest.raises(ValueError, match="at least one row"):
            write_shard(tmp_path / "a.parquet", SCHEMA, [batch_of([])])
        assert list(tmp_path.iterdir()) == []

    def test_is_whole_or_not_there(self, tmp_path):
        def breaking_off():
            yield batch_of([{"text": "a"}])
            raise OSError(28, "No space left on device")

        with pytest.raises(OSError, match="No space"):
            write_shard(tmp_path / "a.parquet", SCHEMA, breaking_off())
        assert list(tmp_path.iterdir()) == []

    def test_with_a_flipped_bit_in_its_data_is_not_read_as_something_else(self, tmp_path):
        path = tmp_path / "a.parquet"
        text = "".join(random.Random(3).choices("abcdefgh 甲乙丙丁", k=4000))
        whole = batch_of([{"id": "a", "text": text[start:]} for start in range(40)])
        write_shard(path, SCHEMA, [whole])
        body = path.read_bytes()
        first = pq.read_metadata(path).row_group(0).column(1)
        start, size = first.data_page_offset, first.total_compressed_size
        for bit in random.Random(5).sample(range(8 * start, 8 * (start + size)), 60):
            flipped = bytearray(body)
            flipped[bit // 8] ^= 1 << bit % 8
            path.write_bytes(flipped)
            try:
                read = pq.read_table(path, page_checksum_verification=True).to_pylist()
            except (OSError, pa.ArrowException):
                continue
            assert read == whole.to_pylist(), f"bit {bit} reads back as other data"

    def test_keeps_its_text_without_a_dictionary_and_its_names_with_one(self, tmp_path):
        path = tmp_path / "a.parquet"
        write_shard(path, SCHEMA, [batch_of([{"text": "a", "license": "MIT"}])])
        group = pq.read_metadata(path).row_group(0)
        encodings = {column.path_in_schema: column.encodings for column in map(group.column, range(group.num_columns))}
        assert "RLE_DICTIONARY" not in encodings["text"]
        assert "RLE_DICTIONARY" in encodings["license"]


class TestTheSchema:
    def test_begins_with_the_columns_of_every_shard_and_has_plain_strings(self):
        assert SCHEMA.names == [*SHARD.names, "title", "quality_zipf"]
        assert SCHEMA.field("title").type == pa.string()

    @pytest.mark.parametrize(
        ("kind", "published"),
        [
            (pa.large_string(), pa.string()),
            (pa.string_view(), pa.string()),
            (pa.dictionary(pa.int32(), pa.large_string()), pa.string()),
            (pa.large_list(pa.large_string()), pa.list_(pa.string())),
            (pa.list_(pa.float32(), 3), pa.list_(pa.float32())),
            (pa.struct([("a", pa.large_binary())]), pa.struct([("a", pa.binary())])),
            (pa.timestamp("us", "UTC"), pa.timestamp("us", "UTC")),
        ],
        ids=str,
    )
    def test_publishes_plain_types(self, kind, published):
        assert shard_schema(pa.schema([("a", kind)]), pa.schema([])).field("a").type == published

    @pytest.mark.parametrize("kind", [pa.map_(pa.string(), pa.string()), pa.null(), pa.list_(pa.null())], ids=str)
    def test_refuses_what_load_dataset_cannot_read(self, kind):
        with pytest.raises(ConfigError, match=r"column 'a'.*cannot be published"):
            shard_schema(pa.schema([("a", kind)]), pa.schema([]))

    def test_refuses_dots_and_names_that_stand_twice(self):
        for kept, signals in (("a.b", "x"), ("text", "x"), ("x", "x")):
            with pytest.raises(ConfigError, match=r"has a dot|two columns"):
                shard_schema(pa.schema([(kept, pa.string())]), pa.schema([(signals, pa.string())]))


class TestTheLedger:
    def row(self, number: int) -> dict[str, object]:
        return dict.fromkeys(REJECTS.names) | {"id": f"{number:032x}", "rule": "length:short", "value": number / 3}

    def test_holds_no_text(self):
        assert not {"text", "messages"} & set(REJECTS.names)

    def test_has_the_same_bytes_whatever_batches_its_rows_came_in(self, tmp_path):
        whole = pa.RecordBatch.from_pylist([self.row(number) for number in range(500)], schema=REJECTS)
        parts = [whole.slice(start, 7) for start in range(0, 500, 7)]
        one = write_rejects(tmp_path / "1.parquet", [whole])
        assert one == write_rejects(tmp_path / "2.parquet", parts)
        assert one is not None
        assert one.rows == 500

    def test_is_not_written_without_rows(self, tmp_path):
        assert write_rejects(tmp_path / "a.parquet", []) is None
        assert list(tmp_path.iterdir()) == []
