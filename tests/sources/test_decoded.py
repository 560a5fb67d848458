import bz2
import gzip
import json
import lzma
from collections.abc import Callable
from typing import NamedTuple

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from curate.sources.csv import Csv
from curate.sources.json import Json
from curate.sources.jsonl import Jsonl
from curate.sources.listed import Listed
from curate.sources.text import Text
from tests.sources.reading import looked, read, read_pieces, rules, spans, tiled, write

PACK = {
    "none": bytes,
    "gz": lambda body: gzip.compress(body, mtime=0),
    "bz2": bz2.compress,
    "xz": lambda body: lzma.compress(body, preset=0),
    "zst": zstandard.ZstdCompressor().compress,
}
JSONL = (
    "".join(json.dumps({"text": f"第{n}条", "n": n}, ensure_ascii=False) + "\n" for n in range(40))
    + "\n \n{broken\n[1]\n\n"
    + "".join(json.dumps({"text": "x" * n}) + "\r\n" for n in range(40))
).encode()
CSV = (
    "text,n\n"
    + "".join(f'"第{n}条\n""次行""",{n}\n' for n in range(40))
    + "\n\nragged\n"
    + "".join(f"y{n},2\n" for n in range(30))
).encode()


def jsonl(path, body=JSONL, **said):
    return Jsonl(name="s", path=str(write(path / "raw.bin", body)), **said)


def csv(path, body=CSV, **said):
    return Csv(name="s", path=str(write(path / "raw.bin", body)), **said)


class Raw(NamedTuple):
    make: Callable[..., Listed]
    body: bytes


RAW = [Raw(jsonl, JSONL), Raw(csv, CSV)]


@pytest.mark.parametrize("raw", RAW, ids=["jsonl", "csv"])
class TestAFileThatIsCut:
    @pytest.mark.parametrize("compression", PACK)
    @pytest.mark.parametrize("split_bytes", [1, 37, 200, 1000, 1 << 20])
    def test_gives_the_records_of_the_uncut_one(self, raw, compression, split_bytes, tmp_path, monkeypatch):
        uncut = read(raw.make(tmp_path, raw.body))
        source = raw.make(tmp_path, PACK[compression](raw.body))
        monkeypatch.setattr(type(source), "split_bytes", split_bytes)
        [surveyed] = looked(source, tmp_path / "parts")
        assert read(source, surveyed) == uncut
        assert tiled(uncut, surveyed)
        assert (len(surveyed.pieces) > 1) == (split_bytes < len(raw.body))
        assert next(piece.first_row for piece in surveyed.pieces) == 0

    @pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
    def test_is_cut_alike_in_any_encoding(self, raw, encoding, tmp_path, monkeypatch):
        source = raw.make(tmp_path, raw.body.decode().encode(encoding), encoding=encoding)
        uncut = read(source)
        monkeypatch.setattr(type(source), "split_bytes", 300)
        [surveyed] = looked(source)
        assert len(surveyed.pieces) > 3
        assert read(source, surveyed) == uncut
        assert tiled(uncut, surveyed)

    def test_holds_pieces_that_follow_on_one_another_and_each_reads_alone(self, raw, tmp_path, monkeypatch):
        source = raw.make(tmp_path, raw.body)
        whole = read(source)
        monkeypatch.setattr(type(source), "split_bytes", 150)
        [surveyed] = looked(source)
        alone = [row for piece in reversed(surveyed.pieces) for row in reversed(read_pieces(source, piece))]
        assert alone[::-1] == whole
        for one, other in zip(surveyed.pieces, surveyed.pieces[1:], strict=False):
            assert one.offset + one.length == other.offset
            assert one.length <= 150 + 4, "blank lines stay with the record before them"

    def test_leaves_no_part_half_written(self, raw, tmp_path, monkeypatch):
        source = raw.make(tmp_path, gzip.compress(raw.body))
        monkeypatch.setattr(type(source), "split_bytes", 150)
        [surveyed] = looked(source, tmp_path / "parts")
        [part] = (tmp_path / "parts").iterdir()
        assert part.read_bytes() == raw.body
        assert {piece.path for piece in surveyed.pieces} == {str(part)}

    def test_that_breaks_off_is_told_so_once_at_its_end(self, raw, tmp_path, monkeypatch):
        packed = gzip.compress(raw.body, mtime=0)
        source = raw.make(tmp_path, packed[: len(packed) // 2])
        uncut = read(source)
        monkeypatch.setattr(type(source), "split_bytes", 150)
        [surveyed] = looked(source, tmp_path / "parts")
        assert read(source, surveyed) == uncut
        assert rules(uncut).count("read:truncated") == 1
        assert rules(uncut)[-1] == "read:truncated"

    @pytest.mark.parametrize("batch_bytes", [1, 64, 1000])
    def test_gives_the_same_rows_in_batches_of_any_size(self, raw, batch_bytes, tmp_path, monkeypatch):
        source = raw.make(tmp_path, raw.body)
        whole = read(source)
        monkeypatch.setattr(type(source), "batch_bytes", batch_bytes)
        assert read(source) == whole

    @pytest.mark.parametrize("limit", [0, 1, 40, 41, 10_000])
    def test_stops_after_so_many_records(self, raw, limit, tmp_path, monkeypatch):
        source = raw.make(tmp_path, raw.body)
        monkeypatch.setattr(type(source), "split_bytes", 100)
        whole = read(source)
        some = read(source, *looked(source), limit=limit)
        assert some == whole[: len(some)]
        assert len([row for row in some if row["source_row"] is not None]) == min(
            limit, len([row for row in whole if row["source_row"] is not None])
        )

    def test_is_surveyed_alike_each_time(self, raw, tmp_path):
        assert looked(raw.make(tmp_path, raw.body)) == looked(raw.make(tmp_path, raw.body))


@settings(max_examples=30)
@given(
    lines=st.lists(st.sampled_from(['{"text": "好"}', "", " ", '{"text": "a"}\r', "{", '"']), max_size=25),
    split_bytes=st.integers(1, 60),
)
def test_cutting_anywhere_changes_no_row(lines, split_bytes, tmp_path_factory):
    path = tmp_path_factory.mktemp("cut")
    for source in (
        jsonl(path, "\n".join(lines).encode()),
        csv(path, "\n".join(lines).encode(), header=False, columns=["text"], delimiter=","),
    ):
        whole = read(source)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(type(source), "split_bytes", split_bytes)
            [surveyed] = looked(source)
            assert read(source, surveyed) == whole
            assert tiled(whole, surveyed)


class TestReadingAgain:
    @pytest.mark.parametrize("compression", PACK)
    @pytest.mark.parametrize("raw", RAW, ids=["jsonl", "csv"])
    def test_gives_the_text_of_a_record_or_what_stands_there(self, raw, compression, tmp_path):
        source = raw.make(tmp_path, PACK[compression](raw.body))
        [surveyed], [file] = looked(source), source.files()
        rows = read(source, surveyed)
        shown = list(source.again(file, surveyed, spans(rows)))
        for row, text in zip(rows, shown, strict=True):
            offset, length = row["source_offset"], row["source_length"]
            assert text == (row["text"] if row["text"] is not None else raw.body[offset : offset + length].decode())

    def test_of_single_places_gives_those_alone(self, tmp_path):
        source = jsonl(tmp_path)
        [surveyed], [file] = looked(source), source.files()
        rows = read(source, surveyed)
        assert list(source.again(file, surveyed, [spans(rows)[3], spans(rows)[30]])) == ["第3条", "第30条"]

    def test_of_a_long_record_shows_its_beginning(self, tmp_path):
        source = jsonl(tmp_path, b'{"text": "' + b"x" * 300_000 + b'"}\n', max_record_bytes=1000)
        [surveyed], [file] = looked(source), source.files()
        [text] = source.again(file, surveyed, spans(read(source, surveyed)))
        assert text.startswith('{"text": "xxx')
        assert len(text) <= 1 << 16

    def test_of_a_tree_goes_by_the_numbers_of_its_records(self, tmp_path):
        source = Json(name="s", path=str(write(tmp_path / "a.json", '[{"text": "a"}, {"t": 1}, 5, {"text": "d"}]')))
        [surveyed], [file] = looked(source), source.files()
        assert list(source.again(file, surveyed, [(0, 1), (1, 1), (2, 1), (3, 1)])) == ["a", '{"t":1}', "5", "d"]

    def test_of_a_broken_tree_shows_its_beginning(self, tmp_path):
        source = Json(name="s", path=str(write(tmp_path / "a.json", '[{"text": ')))
        [surveyed], [file] = looked(source), source.files()
        assert list(source.again(file, surveyed, [(0, 1)])) == ['[{"text": ']


def test_a_packed_file_below_the_size_of_a_split_needs_no_part(tmp_path):
    [surveyed] = looked(jsonl(tmp_path, gzip.compress(JSONL)), tmp_path / "parts")
    assert (surveyed.compression, surveyed.decoded_bytes) == ("gz", len(JSONL))
    assert not (tmp_path / "parts").exists()


def test_a_compression_that_was_said_is_believed(tmp_path):
    rows = read(jsonl(tmp_path, JSONL, compression="xz"))
    assert rules(rows) == ["read:truncated"]
    assert spans(rows) == [(0, 0)]


@pytest.mark.parametrize("source", [Jsonl, Csv, Json, Text])
def test_an_unknown_encoding_is_refused_before_anything_is_read(source):
    with pytest.raises(ValidationError, match="there is no encoding 'gbk2'"):
        source(path="x", encoding="gbk2")
    assert source(path="x", encoding="UTF8").encoding == "utf-8"
