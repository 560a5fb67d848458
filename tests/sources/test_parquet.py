import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.core.errors import ConfigError, DataError
from curate.core.record import SOURCED
from curate.core.source import Split, Surveyed
from curate.core.stage import Outcome
from curate.sources.columns import Columns
from curate.sources.parquet import Parquet, Wanted
from curate.sources.rowgroups import limited
from tests.conftest import TEXT

LATIN1 = "café".encode("latin-1")


def written(path: Path, table: pa.Table | dict, **said) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    table = table if isinstance(table, pa.Table) else pa.table(table)
    pq.write_table(table, path, **{"write_page_checksum": True, "compression": "zstd", **said})
    return path


def source(path: Path | str, **said) -> Parquet:
    return Parquet(name="s", path=str(path), **said)


def surveyed(source: Parquet, parts: Path) -> list[Surveyed]:
    return [source.look(file, parts) for file in source.files()]


def outcomes(source: Parquet, parts: Path, limit: int | None = None) -> list[Outcome]:
    pieces = tuple(piece for look in surveyed(source, parts) for piece in look.pieces)
    return list(source.read(Split("s", pieces, limit)))


def rows(source: Parquet, parts: Path, limit: int | None = None) -> list[dict]:
    return [row for outcome in outcomes(source, parts, limit) for row in outcome.batch.to_pylist()]


def texts(source: Parquet, parts: Path) -> list[str | None]:
    return [row["text"] for row in rows(source, parts)]


def rules(source: Parquet, parts: Path) -> list[tuple[int, str, str]]:
    """(number of the record, rule, action) of everything that was found."""
    return [
        (outcome.batch["source_row"][line["row"]].as_py(), line["rule"], line["action"])
        for outcome in outcomes(source, parts)
        if outcome.found is not None
        for line in outcome.found.to_pylist()
    ]


def unsound(values: list[bytes | None]) -> pa.Array:
    """A column of strings whose bytes nobody checked."""
    return pa.array(values, pa.binary()).cast(pa.string(), safe=False)


def flipped(path: Path, at: int) -> None:
    body = bytearray(path.read_bytes())
    body[at] ^= 0x40
    path.write_bytes(body)


def middle_of_text(path: Path, group: int) -> int:
    chunk = pq.ParquetFile(path).metadata.row_group(group).column(0)
    return chunk.data_page_offset + chunk.total_compressed_size // 2


def test_a_row_is_a_record_with_its_number_as_its_place(tmp_path):
    written(tmp_path / "raw/a.parquet", {"text": ["一", "two"], "more": [1, 2]})
    said = outcomes(source(tmp_path / "raw", license="MIT"), tmp_path)
    first, second = (row for outcome in said for row in outcome.batch.to_pylist())
    assert said[0].batch.schema == SOURCED
    assert (first["text"], first["source_uri"], first["source_id"], first["license"]) == ("一", "a.parquet", "s", "MIT")
    assert [(row["source_row"], row["source_offset"], row["source_length"]) for row in (first, second)] == [
        (0, 0, 1),
        (1, 1, 1),
    ]
    assert first["id"] != second["id"]
    assert said[0].found is None


def test_spans_and_pieces_tile_the_records_of_a_file_in_order(tmp_path):
    path = written(tmp_path / "a.parquet", {"text": [f"{n} " * 50 for n in range(1000)]}, row_group_size=70)

    class Small(Parquet):
        split_bytes = 40_000
        batch_bytes = 2_000

    small = Small(name="s", path=str(path))
    pieces = surveyed(small, tmp_path)[0].pieces
    assert len(pieces) > 2
    assert [piece.first_row for piece in pieces] == [piece.offset for piece in pieces]
    assert [row["source_offset"] for row in rows(small, tmp_path)] == list(range(1000))
    assert rows(small, tmp_path) == rows(source(path), tmp_path)
    assert len(surveyed(source(path), tmp_path)[0].pieces) == 1
    alone = [row for piece in pieces for out in small.read(Split("s", (piece,))) for row in out.batch.to_pylist()]
    assert alone == rows(source(path), tmp_path)


def test_a_file_without_records_has_no_pieces(tmp_path):
    path = written(tmp_path / "a.parquet", {"text": pa.array([], pa.string())})
    assert surveyed(source(path), tmp_path)[0].pieces == ()


@pytest.mark.parametrize(
    "kind",
    [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string()), pa.binary()],
    ids=str,
)
def test_strings_of_every_make_are_text(tmp_path, kind):
    path = written(tmp_path / "a.parquet", {"text": pa.array(["一", None, ""]).cast(kind)})
    assert texts(source(path), tmp_path) == ["一", None, ""]
    assert rules(source(path), tmp_path) == [(1, "read:no_text", "reject")]


def test_a_dotted_path_reaches_into_structs_and_reads_no_sibling(tmp_path):
    body = pa.array([{"t": "一", "big": "x" * 99}, None, {"t": None, "big": "y"}])
    path = written(tmp_path / "a.parquet", {"body": body})
    assert texts(source(path, text="body.t"), tmp_path) == ["一", None, None]
    said = source(path, text="body.t", key="body.t")
    assert Wanted.of(said, pq.read_schema(path), "a.parquet").columns == ("body.t",)


def test_a_column_whose_name_has_a_dot_wins_over_a_struct(tmp_path):
    path = written(tmp_path / "a.parquet", {"a.b": ["whole"], "a": [{"b": "part"}]})
    assert texts(source(path, text="a.b"), tmp_path) == ["whole"]


def test_paths_go_into_lists(tmp_path):
    path = written(tmp_path / "a.parquet", {"a": [[{"t": "x"}, {"t": "y"}], [], None]})
    assert texts(source(path, text="a.*.t"), tmp_path) == ["x\ny", None, None]
    assert texts(source(path, text="a.1.t"), tmp_path) == ["y", None, None]


def test_a_template_writes_numbers_and_leaves_absent_fields_empty(tmp_path):
    path = written(tmp_path / "a.parquet", {"q": ["问", None, None], "n": [3, 4, None], "other": ["", "", ""]})
    said = source(path, text="{q}：{n}")
    assert texts(said, tmp_path) == ["问：3", "：4", None]
    assert rules(said, tmp_path) == [(2, "read:no_text", "reject")]


CHATS = [
    [{"from": "human", "value": "你好", "extra": 1}, {"from": "gpt", "value": None, "extra": 2}],
    [],
    None,
    [{"from": None, "value": "who", "extra": 3}],
    [{"from": "system", "value": "s", "extra": 4}],
]
CHAT = {"from": "conversations", "role": "from", "content": "value", "roles": {"human": "user", "gpt": "assistant"}}


@pytest.mark.parametrize("make", [pa.list_, pa.large_list], ids=["list", "large_list"])
def test_chat_turns_are_read_as_they_are_and_rendered(tmp_path, make):
    kind = make(pa.struct([("from", pa.string()), ("value", pa.large_string()), ("extra", pa.int64())]))
    chats = pa.table({"conversations": pa.array(CHATS, kind)})
    said = source(written(tmp_path / "a.parquet", chats), messages=CHAT)
    found = rows(said, tmp_path)
    assert [row["text"] for row in found] == ["user: 你好\nassistant: ", None, None, None, "system: s"]
    assert found[0]["messages"] == [{"role": "user", "content": "你好"}, {"role": "assistant", "content": ""}]
    assert [row["messages"] for row in found[1:4]] == [None, None, None]
    assert rules(said, tmp_path) == [
        (1, "read:no_text", "reject"),
        (2, "read:no_text", "reject"),
        (3, "read:text_type", "reject"),
    ]


def test_a_key_names_the_record_wherever_it_stands(tmp_path):
    one = written(tmp_path / "one/a.parquet", {"text": ["x", "y"], "k": [7, 8]})
    two = written(tmp_path / "two/b.parquet", {"text": ["z", "x", "w"], "k": ["8", "7", None]})
    first, second = (rows(source(path, key="k"), tmp_path) for path in (one, two))
    assert [row["id"] for row in first] == [second[1]["id"], second[0]["id"]]
    assert rules(source(two, key="k"), tmp_path) == [(2, "read:no_key", "tag")]
    assert source(two, key="k").keyed
    assert not source(two).keyed


def test_kept_fields_become_columns_of_the_types_asked_for(tmp_path):
    table = {
        "text": ["x", "y"],
        "year": [2020, None],
        "meta": [{"who": "a"}, {"who": None}],
        "share": [1, 2],
        "ok": [True, None],
    }
    keep = {"year": "string", "meta.who": "as_is", "share": "number", "ok": "boolean"}
    said = source(written(tmp_path / "a.parquet", table), keep=keep)
    found = rows(said, tmp_path)
    assert [[row[name] for name in ("year", "meta_who", "share", "ok")] for row in found] == [
        ["2020", "a", 1.0, True],
        [None, None, 2.0, None],
    ]
    assert outcomes(said, tmp_path)[0].batch.schema == pa.schema([*SOURCED, *said.kept_schema])


def test_a_missing_column_is_named_with_those_that_exist(tmp_path):
    path = written(tmp_path / "a.parquet", {"body": ["x"], "title": ["y"]})
    for said in ({}, {"text": "body", "key": "id"}, {"text": "body", "keep": ["year"]}, {"text": "{body}{absent}"}):
        with pytest.raises(DataError, match="no column") as caught:
            surveyed(source(path, **said), tmp_path)
        assert "a.parquet" in caught.value.where
        assert "body, title" in caught.value.hint


@pytest.mark.parametrize("values", [[1], [[["x"]]], [{"a": 1}], [1.5]], ids=["int", "list", "struct", "float"])
def test_a_text_column_that_holds_no_text_is_named_with_its_type(tmp_path, values):
    table = pa.table({"text": pa.array(values)})
    with pytest.raises(DataError, match=str(table.schema.field("text").type)[:4]):
        surveyed(source(written(tmp_path / "a.parquet", table)), tmp_path)


def test_a_chat_column_that_holds_no_turns_is_named_with_its_type(tmp_path):
    path = written(tmp_path / "a.parquet", {"messages": ["[]"]})
    with pytest.raises(DataError, match="holds string, no chat turns"):
        surveyed(source(path, messages={}), tmp_path)


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.binary()], ids=str)
def test_a_record_whose_text_is_no_utf8_is_rejected_alone(tmp_path, kind):
    values = unsound(["一".encode(), LATIN1, None, b"ok"])
    path = written(
        tmp_path / "a.parquet",
        {"text": values.cast(pa.binary()) if kind == pa.binary() else values.cast(kind, safe=False)},
    )
    assert texts(source(path), tmp_path) == ["一", None, None, "ok"]
    assert rules(source(path), tmp_path) == [(1, "read:encoding", "reject"), (2, "read:no_text", "reject")]


@pytest.mark.parametrize(
    "said", [{"keep": ["k"]}, {"key": "k"}, {"text": "{text}{k}"}], ids=["keep", "key", "template"]
)
def test_a_record_with_a_field_that_is_no_utf8_is_rejected_alone(tmp_path, said):
    path = written(tmp_path / "a.parquet", {"text": ["x", "y"], "k": unsound([LATIN1, b"k"])})
    assert rules(source(path, **said), tmp_path) == [(0, "read:encoding", "reject")]


def test_a_column_that_nobody_names_may_hold_anything(tmp_path):
    path = written(tmp_path / "a.parquet", {"text": ["x"], "k": unsound([LATIN1])})
    assert texts(source(path), tmp_path) == ["x"]
    assert rules(source(path), tmp_path) == []


def test_a_record_longer_than_allowed_is_rejected_with_its_length(tmp_path):
    path = written(tmp_path / "a.parquet", {"text": ["四个汉字", "abc"]})
    found = [outcome.found for outcome in outcomes(source(path, max_record_bytes=11), tmp_path)]
    line = found[0].to_pylist()[0]
    assert (line["row"], line["metric"], line["value"], line["operator"], line["threshold"]) == (
        0,
        "bytes",
        12,
        ">",
        11,
    )
    assert texts(source(path, max_record_bytes=11), tmp_path) == [None, "abc"]


@pytest.mark.parametrize("body", [b"", b"PAR1", b"no parquet at all", b"PAR1" + b"\0" * 64 + b"PAR1"])
def test_a_file_that_is_no_parquet_is_one_rejected_record(tmp_path, body):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw/a.parquet").write_bytes(body)
    written(tmp_path / "raw/b.parquet", {"text": ["x"]})
    found = rows(source(tmp_path / "raw"), tmp_path)
    assert [(row["source_uri"], row["source_offset"], row["source_length"], row["text"]) for row in found] == [
        ("a.parquet", 0, 1, None),
        ("b.parquet", 0, 1, "x"),
    ]
    assert rules(source(tmp_path / "raw"), tmp_path) == [(0, "read:malformed", "reject")]


def test_a_file_cut_off_anywhere_is_one_rejected_record(tmp_path):
    path = written(tmp_path / "raw/a.parquet", {"text": [f"{n}" for n in range(100)]})
    whole = path.read_bytes()
    for size in (1, 3, len(whole) // 2, len(whole) - 9, len(whole) - 1):
        path.write_bytes(whole[:size])
        assert rules(source(path), tmp_path) == [(0, "read:malformed", "reject")]


@pytest.mark.parametrize("batch_bytes", [1, 300, 1 << 22])
def test_damage_costs_the_records_behind_it_in_its_row_group_whatever_a_batch_holds(tmp_path, batch_bytes):
    table = {"text": [f"{n} {'的' * (n % 7)}" for n in range(450)]}
    path = written(
        tmp_path / "a.parquet",
        table,
        row_group_size=150,
        data_page_size=64,
        use_dictionary=False,
        write_batch_size=8,
    )
    flipped(path, middle_of_text(path, 1))

    class Other(Parquet):
        pass

    Other.batch_bytes = batch_bytes
    said = Other(name="s", path=str(path))
    lost = [row for row, rule, _ in rules(said, tmp_path) if rule == "read:malformed"]
    read = [row["source_row"] for row in rows(said, tmp_path) if row["text"] is not None]
    assert lost == list(range(lost[0], 300))
    assert 150 < lost[0] < 299
    assert [row["source_row"] for row in rows(said, tmp_path)] == list(range(450))
    assert read == [row for row in range(450) if row not in set(lost)]
    assert lost == [row for row, *_ in rules(source(path), tmp_path)]


def test_a_packed_file_is_unpacked_once_and_digested_as_it_lies(tmp_path):
    plain = written(tmp_path / "a.parquet", {"text": ["x", "y"]})
    packed = tmp_path / "raw/a.parquet.gz"
    packed.parent.mkdir()
    packed.write_bytes(gzip.compress(plain.read_bytes(), mtime=0))
    (look,) = surveyed(source(packed), tmp_path / "parts")
    assert (look.size, look.compression) == (packed.stat().st_size, "gz")
    assert Path(look.pieces[0].path).parent == tmp_path / "parts"
    assert texts(source(packed), tmp_path / "parts") == ["x", "y"]


def test_a_store_is_read_like_a_disk(tmp_path):
    import fsspec

    body = written(tmp_path / "a.parquet", {"text": ["一", "二"]}).read_bytes()
    fsspec.filesystem("memory").pipe("/parquet-source/a.parquet", body)
    assert texts(source("memory://parquet-source/*.parquet"), tmp_path) == ["一", "二"]


def test_nothing_to_read_is_a_mistake_in_the_configuration(tmp_path):
    with pytest.raises(ConfigError):
        source(tmp_path / "*.parquet").files()


@pytest.mark.parametrize("limit", [1, 3, 4])
def test_a_limit_counts_the_unreadable_too(tmp_path, limit):
    path = written(tmp_path / "a.parquet", {"text": ["a", None, "c", None]})
    assert len(rows(source(path), tmp_path, limit)) == limit


def test_a_cut_batch_keeps_only_the_findings_of_its_own_rows(tmp_path):
    path = written(tmp_path / "a.parquet", {"text": ["a", None, "c", None]})
    cut = limited(outcomes(source(path), tmp_path)[0], 2)
    assert cut.found["row"].to_pylist() == [1]


def test_records_are_read_again_by_their_spans(tmp_path):
    table = {"text": ["a", "b", None, "四个汉字", "e"], "n": range(5)}
    plain = written(tmp_path / "raw/a.parquet", table, row_group_size=2)
    packed = tmp_path / "raw/b.parquet.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    said = source(tmp_path / "raw", max_record_bytes=11, keep=["n"])
    for file, look in zip(said.files(), surveyed(said, tmp_path), strict=True):
        shown = list(said.again(file, look, [(1, 1), (2, 1), (3, 1)]))
        assert shown == ["b", '{"text":null,"n":2}', '{"text":"四个汉字","n":3}']


def test_what_no_reader_can_read_is_not_shown_again(tmp_path):
    path = written(tmp_path / "a.parquet", {"text": unsound([b"a", LATIN1])})
    said = source(path)
    assert list(said.again(said.files()[0], surveyed(said, tmp_path)[0], [(0, 1), (1, 1)])) == ["a", None]
    path.write_bytes(b"no parquet")
    assert list(said.again(said.files()[0], surveyed(said, tmp_path)[0], [(0, 1)])) == [None]


TURN = st.fixed_dictionaries({"role": st.sampled_from(["user", "human", None]), "content": st.none() | TEXT})
RECORD = st.fixed_dictionaries(
    {
        "text": st.none() | TEXT,
        "messages": st.none() | st.lists(st.none() | TURN, max_size=3),
        "key": st.none() | st.sampled_from(["", "a", "码"]),
        "kept": st.none() | TEXT,
        "year": st.none() | st.integers(-(2**63), 2**63 - 1),
        "share": st.none() | st.floats(width=32),
        "sure": st.none() | st.booleans(),
    }
)
FIELDS = pa.schema(
    [
        ("text", pa.large_string()),
        ("messages", pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))),
        ("key", pa.string()),
        ("kept", pa.string_view()),
        ("year", pa.int64()),
        ("share", pa.float32()),
        ("sure", pa.bool_()),
    ]
)
KEEP = {"kept": "string", "year": "integer", "share": "number", "sure": "boolean"}


@given(records=st.lists(RECORD, max_size=6), chat=st.booleans(), years=st.sampled_from(["integer", "number", "as_is"]))
def test_whole_columns_give_what_single_records_give(tmp_path_factory, records, chat, years):
    """The quick way and the plain way are one: a file is read by records where any of its types asks for that."""
    folder = tmp_path_factory.mktemp("columns")
    path = written(folder / "a.parquet", pa.Table.from_pylist(records, FIELDS))
    said = source(
        path, key="key", keep={**KEEP, "year": years}, **({"messages": {"roles": {"human": "user"}}} if chat else {})
    )
    quick = outcomes(said, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Columns, "of", classmethod(lambda *_: None))
        plain = outcomes(said, folder)
    assert str([(one.batch.to_pylist(), one.found) for one in quick]) == str(
        [(one.batch.to_pylist(), one.found) for one in plain]
    )
