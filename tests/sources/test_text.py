import gzip
import tracemalloc

import pytest
from pydantic import ValidationError

from curate.core.record import SOURCED
from curate.sources.text import Text
from tests.sources.reading import looked, read, rules, spans, tiled, write


def test_each_file_is_one_record_in_the_order_of_the_names(tmp_path):
    write(tmp_path / "b.md", "# 乙\r\n\r\n正文\n")
    write(tmp_path / "sub" / "a.md", "甲")
    source = Text(name="s", path=str(tmp_path), license="MIT")
    rows = read(source)
    assert [(row["source_uri"], row["text"]) for row in rows] == [("b.md", "# 乙\r\n\r\n正文\n"), ("sub/a.md", "甲")]
    assert {(row["license"], row["source_id"], row["source_row"]) for row in rows} == {("MIT", "s", 0)}
    assert source.kept_schema.names == []
    assert next(iter(source.read(_split(source)))).batch.schema == SOURCED


def _split(source):
    from curate.core.source import Split

    return Split("s", tuple(piece for one in looked(source) for piece in one.pieces))


def test_the_span_is_the_whole_file_after_its_byte_order_mark(tmp_path):
    write(tmp_path / "a.txt", b"\xef\xbb\xbfabc")
    source = Text(name="s", path=str(tmp_path))
    rows = read(source)
    assert (rows[0]["text"], spans(rows)) == ("abc", [(3, 3)])
    assert tiled(rows, looked(source)[0])


@pytest.mark.parametrize(
    ("body", "rule", "span"),
    [
        (b"", "read:empty", (0, 0)),
        (b"\xef\xbb\xbf", "read:empty", (3, 0)),
        ("好".encode() * 50 + b"\xff", "read:encoding", (0, 151)),
        (gzip.compress(b"", mtime=0)[:8], "read:truncated", (0, 0)),
    ],
)
def test_a_file_that_cannot_be_read_is_one_rejected_record(body, rule, span, tmp_path):
    write(tmp_path / "a.txt", body)
    source = Text(name="s", path=str(tmp_path))
    rows = read(source)
    assert rules(rows)[0] == rule
    assert spans(rows)[0] == span
    assert len(rows) == 1
    assert tiled(rows, looked(source)[0])


def test_a_packed_text_that_is_cut_off_is_rejected_and_shown_as_far_as_it_goes(tmp_path):
    body = "".join(f"line {n}\n" for n in range(5000)).encode()
    write(tmp_path / "a.txt.gz", gzip.compress(body)[:-2000])
    source = Text(name="s", path=str(tmp_path))
    surveyed = looked(source)[0]
    rows = read(source, surveyed)
    assert rules(rows) == ["read:truncated"]
    assert tiled(rows, surveyed)
    [shown] = source.again(source.files()[0], surveyed, spans(rows))
    assert shown.startswith("line 0\nline 1\n")


def test_a_text_that_is_too_long_is_rejected_and_never_held(tmp_path):
    write(tmp_path / "a.txt", b"word " * (8 << 20))
    source = Text(name="s", path=str(tmp_path))
    surveyed = looked(source)[0]
    tracemalloc.start()
    rows = read(source, surveyed)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert rules(rows) == ["read:too_long"]
    assert rows[0]["source_length"] == 40 << 20
    assert peak < 4 << 20


def test_it_has_no_fields_to_name():
    with pytest.raises(ValidationError, match="Extra inputs"):
        Text(path="x", keep=["a"])
