import gzip
import json
import tracemalloc

import fsspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.core.errors import StorageError
from curate.core.record import place_of, record_id
from curate.sources.jsonl import Jsonl
from tests.sources.reading import looked, read, rules, spans, tiled, write

GOOD = '{"text": "好"}\n'


def one(tmp_path, body, **settings):
    return Jsonl(name="s", path=str(write(tmp_path / "raw.jsonl", body)), **settings)


class TestALineThatIsFaulty:
    @pytest.mark.parametrize(
        ("line", "rule"),
        [
            (b'{"text": "cut off', "read:malformed"),
            (b'{"text": "two"} {"text": "objects"}', "read:malformed"),
            (b"[" * 5000, "read:malformed"),
            (b'["text"]', "read:not_an_object"),
            (b"null", "read:not_an_object"),
            (b'{"text": "\xff\xfe"}', "read:encoding"),
            (b'{"text": "half a pair \\ud83d"}', "read:surrogate"),
            (b'{"text": 12}', "read:text_type"),
            (b'{"text": ["a"]}', "read:text_type"),
            (b'{"text": {"a": 1}}', "read:text_type"),
            (b'{"text": null}', "read:no_text"),
            (b'{"txt": "a"}', "read:no_text"),
        ],
    )
    def test_is_rejected_with_its_span_and_harms_no_other(self, line, rule, tmp_path):
        source = one(tmp_path, GOOD.encode() + line + b"\n" + GOOD.encode())
        rows = read(source)
        assert rules(rows) == [None, rule, None]
        assert [row["text"] for row in rows] == ["好", None, "好"]
        assert [row["source_row"] for row in rows] == [0, 1, 2]
        assert rows[1]["source_length"] == len(line) + 1
        assert tiled(rows, looked(source)[0])

    def test_is_never_quoted_in_what_was_found(self, tmp_path):
        rows = read(one(tmp_path, '{"text": "call 13800000000'))
        assert "13800000000" not in repr(rows)


def test_an_empty_text_is_no_fault_of_reading(tmp_path):
    rows = read(one(tmp_path, '{"text": ""}\n'))
    assert (rows[0]["text"], rows[0]["rules"]) == ("", [])


def test_json_that_only_some_writers_know_is_read(tmp_path):
    huge = "123456789012345678901234567890"
    body = f'{{"text": "a", "n": {huge}, "x": NaN}}\n{{"text": "b", "n": {huge}}}\n{{"text": "old", "text": "new"}}\n'
    rows = read(one(tmp_path, body, keep=["n"]))
    assert [row["text"] for row in rows] == ["a", "b", "new"]
    assert [row["n"] for row in rows] == [huge, huge, None]


def test_huge_integers_as_keys_stay_apart(tmp_path):
    rows = read(
        one(tmp_path, '{"text": "a", "k": 98765432109876543210}\n{"text": "b", "k": 98765432109876543211}\n', key="k")
    )
    assert [row["id"] for row in rows] == [record_id("s", f"9876543210987654321{digit}") for digit in (0, 1)]


def test_only_a_line_feed_parts_records(tmp_path):
    text = "a\u2028b\u0085c\rd\x1ee"
    rows = read(one(tmp_path, json.dumps({"text": text}, ensure_ascii=False) + "\r\n" + GOOD))
    assert [row["text"] for row in rows] == [text, "好"]


def test_a_byte_order_mark_is_skipped_and_told(tmp_path):
    source = one(tmp_path, b"\xef\xbb\xbf" + GOOD.encode())
    surveyed = looked(source)[0]
    assert surveyed.skipped == ((0, 3),)
    assert spans(read(source)) == [(3, len(GOOD.encode()))]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "gb18030"])
def test_a_byte_order_mark_before_a_later_line_is_no_part_of_its_record(tmp_path, encoding):
    lines = [GOOD, "\ufeff" + GOOD, "\ufeff\ufeff" + GOOD, "\ufeff\r\n", GOOD]
    source = one(tmp_path, b"".join(line.encode(encoding) for line in lines), encoding=encoding)
    surveyed = looked(source)[0]
    rows = read(source)
    assert rules(rows) == [None, None, None, "read:blank", None]
    assert [row["text"] for row in rows if row["text"] is not None] == ["好"] * 4
    assert [row["source_length"] for row in rows] == [len(line.encode(encoding)) for line in lines]
    assert tiled(rows, surveyed)
    assert list(source.again(source.files()[0], surveyed, spans(rows)[1:3])) == ["好", "好"]


def test_an_empty_file_is_listed_and_has_no_record(tmp_path):
    source = one(tmp_path, b"")
    assert (looked(source)[0].pieces, looked(source)[0].size) == ((), 0)
    assert read(source) == []


def test_blank_lines_in_a_row_are_one_line_of_the_ledger_and_no_record(tmp_path):
    rows = read(one(tmp_path, "\n\r\n \t\n" + GOOD + "\n\n" + GOOD + "\n"))
    assert rules(rows) == ["read:blank", None, "read:blank", None, "read:blank"]
    assert [row["source_row"] for row in rows] == [None, 0, None, 1, None]


def test_an_id_comes_of_the_key_or_else_of_the_place(tmp_path):
    rows = read(one(tmp_path, '{"text": "a", "m": {"k": 7}}\n{"text": "b"}\n', key="m.k"))
    assert rows[0]["id"] == record_id("s", "7")
    assert rows[1]["id"] == record_id("s", place_of("raw.jsonl", 29))
    assert rules(rows) == [None, "read:no_key"]
    assert rows[1]["lines"][0]["action"] == "tag"


class TestALineOfAHundredMegabytes:
    def test_is_rejected_with_its_measure_and_never_held(self, tmp_path):
        path = tmp_path / "raw.jsonl"
        with path.open("wb") as out:
            out.write(GOOD.encode() + b'{"text": "')
            for _ in range(100):
                out.write(b"x" * (1 << 20))
            out.write(b'"}\n' + GOOD.encode())
        source = Jsonl(name="s", path=str(path))
        tracemalloc.start()
        surveyed = looked(source)[0]
        rows = read(source, surveyed)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert rules(rows) == [None, "read:too_long", None]
        line = rows[1]["lines"][0]
        assert (line["metric"], line["operator"], line["threshold"]) == ("bytes", ">", 16 << 20)
        assert line["value"] == rows[1]["source_length"] == 100 * (1 << 20) + 13
        assert tiled(rows, surveyed)
        assert peak < 60 << 20

    def test_is_measured_against_the_limit_of_the_source(self, tmp_path):
        rows = read(one(tmp_path, '{"text": "1234567890"}\n{"text": "1"}\n', max_record_bytes=20))
        assert rules(rows) == ["read:too_long", None]
        assert rows[0]["lines"][0]["value"] == 23


class TestAPackedFileThatIsCutOff:
    def test_gives_its_whole_lines_and_rejects_the_broken_one(self, tmp_path):
        body = "".join(f'{{"text": "line {number}"}}\n' for number in range(3000)).encode()
        packed = gzip.compress(body)
        source = one(tmp_path, packed[: len(packed) * 2 // 3])
        surveyed = looked(source)[0]
        rows = read(source, surveyed)
        assert len(rows) > 1000
        assert rules(rows)[-1] == "read:truncated"
        assert set(rules(rows)[:-1]) == {None}
        assert rows[-1]["source_offset"] + rows[-1]["source_length"] == surveyed.decoded_bytes
        assert tiled(rows, surveyed)

    def test_between_two_lines_is_told_with_an_empty_span(self, tmp_path):
        packed = gzip.compress(GOOD.encode()) + gzip.compress(GOOD.encode())[:10]
        rows = read(one(tmp_path, packed))
        assert rules(rows) == [None, "read:truncated"]
        assert (rows[1]["source_row"], rows[1]["source_length"]) == (None, 0)


def test_a_file_that_went_away_is_one_storage_error(tmp_path):
    source = one(tmp_path, GOOD)
    files = source.files()
    (tmp_path / "raw.jsonl").unlink()
    with pytest.raises(StorageError):
        source.look(files[0], tmp_path)


def test_a_file_in_a_store_reads_like_a_local_one(tmp_path):
    body = (GOOD + "\n{oops\n" + GOOD).encode()
    with fsspec.open("memory://test-jsonl/deep/raw.jsonl", "wb") as out:
        out.write(body)
    remote = Jsonl(name="s", path="memory://test-jsonl/**/*.jsonl")
    local = Jsonl(name="s", path=f"{tmp_path}/**/*.jsonl")
    write(tmp_path / "deep" / "raw.jsonl", body)
    assert read(remote) == read(local)
    assert [file.uri for file in remote.files()] == ["deep/raw.jsonl"]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16-le", "utf-16-be", "utf-32-le", "big5"])
def test_any_encoding_gives_the_same_records_and_spans_that_tile_the_file(encoding, tmp_path):
    text = "這個問題我們已經說過很多次了，請先看說明。"
    body = "".join(json.dumps({"text": text + str(n)}, ensure_ascii=False) + "\n" + " \n" * (n % 2) for n in range(9))
    source = one(tmp_path, body.encode(encoding), encoding=encoding)
    rows = read(source)
    assert [row["text"] for row in rows if row["source_row"] is not None] == [text + str(n) for n in range(9)]
    assert tiled(rows, looked(source)[0])


CHUNKS = st.sampled_from(
    [
        b"",
        b" ",
        b"\r",
        b"\t \r",
        GOOD.strip().encode(),
        b'{"text": "x"}\r',
        b"{",
        b"\xff",
        b"[1]",
        b'{"text": 1}',
        b"\x00",
        b"\xef\xbb\xbf",
    ]
)


@given(parts=st.lists(CHUNKS, max_size=20), end=st.sampled_from([b"", b"\n", b"\n\n"]), most=st.integers(1, 40))
def test_spans_tile_every_byte_of_any_file(parts, end, most, tmp_path_factory):
    body = b"\n".join(parts) + end
    source = one(tmp_path_factory.mktemp("tile"), body, encoding="utf-8", max_record_bytes=most)
    surveyed = looked(source)[0]
    rows = read(source, surveyed)
    assert tiled(rows, surveyed)
    assert len({row["id"] for row in rows}) == len(rows)
