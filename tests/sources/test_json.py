import gzip
import json

import pytest

from curate.core.errors import DataError
from curate.sources.json import Json
from tests.sources.reading import looked, read, rules, spans, write


def one(tmp_path, body, **settings):
    body = body if isinstance(body, bytes | str) else json.dumps(body, ensure_ascii=False)
    return Json(name="s", path=str(write(tmp_path / "raw.json", body)), **settings)


def test_each_object_of_an_array_is_a_record_named_by_its_number(tmp_path):
    rows = read(one(tmp_path, [{"text": "一"}, {"text": "二"}, "stray", {"txt": "?"}]))
    assert [row["text"] for row in rows] == ["一", "二", None, None]
    assert rules(rows) == [None, None, "read:not_an_object", "read:no_text"]
    assert spans(rows) == [(0, 1), (1, 1), (2, 1), (3, 1)]


def test_one_object_is_one_record(tmp_path):
    assert [row["text"] for row in read(one(tmp_path, {"text": "一", "more": [1]}))] == ["一"]


@pytest.mark.parametrize(
    ("tree", "path", "texts"),
    [
        ({"data": {"items": [{"text": "a"}, {"text": "b"}]}}, "data.items", ["a", "b"]),
        ({"x1": {"text": "a"}, "x2": {"text": "b"}}, "*", ["a", "b"]),
        ([{"notes": [{"text": "a"}]}, {"notes": [{"text": "b"}, {"text": "c"}]}, {}], "*.notes", ["a", "b", "c"]),
        ({"data": []}, "data", []),
        ([], None, []),
    ],
)
def test_records_may_lie_within(tree, path, texts, tmp_path):
    assert [row["text"] for row in read(one(tmp_path, tree, records=path))] == texts


def test_nested_fields_make_a_text(tmp_path):
    tree = {"doc": {"title": "T", "notes": [{"t": "a"}, {"t": "b"}], "n": 3}}
    rows = read(one(tmp_path, tree, text="{doc.title} {doc.n}\n{doc.notes.*.t}\n{doc.notes.0.t}", keep=["doc.n"]))
    assert (rows[0]["text"], rows[0]["doc_n"]) == ("T 3\na\nb\na", "3")


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (b'[{"text": "a"}, {"text"', "read:malformed"),
        (b"[" * 5000, "read:malformed"),
        (b'{"text": "\xff\xfe\xfd"}', "read:encoding"),
        (b"", "read:empty"),
        (b" \n", "read:empty"),
        (b"12", "read:not_an_object"),
        (b'{"data": 1}', "read:no_records"),
        (gzip.compress(b'[{"text": "a"}]', mtime=0)[:-9], "read:truncated"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_rejected_record(body, rule, tmp_path):
    records = "items" if rule == "read:no_records" else None
    rows = read(one(tmp_path, body, records=records, encoding="utf-8"))
    assert rules(rows) == [rule]
    assert spans(rows) == [(0, 1)]


def test_half_a_surrogate_pair_spoils_its_own_record_only(tmp_path):
    rows = read(one(tmp_path, '[{"text": "a"}, {"text": "\\ud800"}, {"text": "b"}]'))
    assert rules(rows) == [None, "read:surrogate", None]


def test_huge_integers_keep_their_digits(tmp_path):
    rows = read(one(tmp_path, '[{"text": "a", "n": 123456789012345678901}]', keep=["n"]))
    assert rows[0]["n"] == "123456789012345678901"


def test_records_that_are_too_long_are_rejected(tmp_path):
    rows = read(one(tmp_path, [{"text": "x" * 100}, {"text": "y"}], max_record_bytes=60))
    assert rules(rows) == ["read:too_long", None]
    assert rows[0]["lines"][0]["value"] == 111


def test_a_file_beyond_what_a_tree_may_hold_is_one_error_with_a_way_out(tmp_path, monkeypatch):
    monkeypatch.setattr(Json, "file_bytes", 20)
    with pytest.raises(DataError, match="more than the 20") as caught:
        looked(one(tmp_path, [{"text": "more than twenty bytes"}]))
    assert "JSON Lines" in caught.value.hint


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_any_encoding_and_packing_gives_the_same_records(encoding, tmp_path):
    tree = [{"text": "患者没有食欲，请问医生这是什么原因？"}, {"text": "建议先到医院检查。"}]
    body = json.dumps(tree, ensure_ascii=False).encode(encoding)
    for packed in (body, gzip.compress(body)):
        assert [row["text"] for row in read(one(tmp_path, packed))] == [record["text"] for record in tree]
