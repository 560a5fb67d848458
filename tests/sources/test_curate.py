import json
import pickle
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curate.core.errors import ConfigError, CurateError, DataError, StorageError
from curate.core.record import SHARD
from curate.core.source import Split, Surveyed
from curate.sources.curate import Curate


def record(number: int, **said) -> dict:
    return {
        "id": f"{number:032x}",
        "text": f"文 {number}",
        "messages": None,
        "source_id": "statutes",
        "source_uri": "law/a.jsonl",
        "source_row": number,
        "source_offset": number * 100,
        "source_length": 100,
        "license": "MIT",
        "language": "zh",
        "n_tokens": 2,
        "tags": ["quality:short"],
        "ops": ["normalize"],
        "pii": [{"type": "PHONE_NUMBER", "count": 1}],
        "cluster": "c",
        **said,
    }


def summed(out: Path) -> None:
    files = sorted(path for path in out.rglob("*") if path.is_file() and path.name != "SHA256SUMS")
    lines = [f"{sha256(path.read_bytes()).hexdigest()}  {path.relative_to(out).as_posix()}\n" for path in files]
    (out / "SHA256SUMS").write_text("".join(lines))


def output(out: Path, splits: dict[str, list[dict]], kept: pa.Schema | None = None) -> Path:
    """An output as an earlier run published it."""
    schema = pa.schema([*SHARD, *(kept or [])])
    (out / "_lineage").mkdir(parents=True)
    (out / "_lineage/manifest.json").write_text(json.dumps({"sources": [{"id": "statutes"}, {"id": "mail"}]}))
    (out / "README.md").write_text("card")
    for split, records in splits.items():
        (out / "data" / split).mkdir(parents=True)
        table = pa.Table.from_pylist(records, schema)
        pq.write_table(table, out / f"data/{split}/00000-of-00001.parquet", row_group_size=2, write_page_checksum=True)
    summed(out)
    return out


def source(*paths: Path | str, **said) -> Curate:
    return Curate(name="again", path=tuple(str(path) for path in paths), **said)


def surveyed(source: Curate) -> list[Surveyed]:
    return [source.look(file, Path("unused")) for file in source.files()]


def rows(source: Curate, limit: int | None = None) -> list[dict]:
    pieces = tuple(piece for look in surveyed(source) for piece in look.pieces)
    return [row for said in source.read(Split("again", pieces, limit)) for row in said.batch.to_pylist()]


def damaged(path: Path) -> None:
    body = bytearray(path.read_bytes())
    body[len(body) // 3] ^= 1
    path.write_bytes(body)


def test_a_record_keeps_all_but_the_name_of_its_source_which_it_keeps_beside(tmp_path):
    kept = pa.schema([("title", pa.string()), ("year", pa.int64())])
    first = record(1, title="题", year=2020)
    out = output(tmp_path / "out", {"train": [first]}, kept)
    assert rows(source(out)) == [first | {"source_id": "again", "from_source": "statutes"}]
    assert source(out).kept_schema.names == ["title", "year", "from_source"]
    assert source(out).exempt == ("from_source",)
    assert source(out, as_is=["title"]).exempt == ("title", "from_source")


def test_the_first_source_of_a_record_outlives_every_further_run(tmp_path):
    once = output(tmp_path / "once", {"train": [record(1)]})
    again = rows(source(once))
    twice = output(tmp_path / "twice", {"train": again}, pa.schema([("from_source", pa.string())]))
    assert [row["from_source"] for row in rows(source(twice))] == ["statutes"]
    assert source(twice).kept_schema.names == ["from_source"]


def test_all_splits_are_read_in_the_order_of_their_shards(tmp_path):
    out = output(tmp_path / "out", {"validation": [record(9)], "train": [record(n) for n in range(5)]})
    assert [file.uri for file in source(out).files()] == [
        "data/train/00000-of-00001.parquet",
        "data/validation/00000-of-00001.parquet",
    ]
    assert [row["id"] for row in rows(source(out))] == [record(n)["id"] for n in (0, 1, 2, 3, 4, 9)]
    assert len(rows(source(out), limit=3)) == 3


def test_several_outputs_are_told_apart_by_where_they_lie(tmp_path):
    one = output(tmp_path / "runs/a/out", {"train": [record(1)]})
    two = output(tmp_path / "runs/b/out", {"train": [record(2)]}, pa.schema([("title", pa.string())]))
    for both in (source(two, one), source(tmp_path / "runs/*/out"), source(f"file://{one}", two)):
        assert [file.uri for file in both.files()] == [
            "a/out/data/train/00000-of-00001.parquet",
            "b/out/data/train/00000-of-00001.parquet",
        ]
        assert [(row["id"], row["title"]) for row in rows(both)] == [(record(1)["id"], None), (record(2)["id"], None)]
        assert [said["path"] for said in both.previous()] == ["a/out", "b/out"]


def test_two_outputs_may_claim_one_id(tmp_path):
    assert source(output(tmp_path / "out", {})).keyed


def test_the_manifest_of_an_output_is_linked_by_its_digest(tmp_path):
    out = output(tmp_path / "out", {"train": [record(1)]})
    digest = sha256((out / "_lineage/manifest.json").read_bytes()).hexdigest()
    said = {"path": "out", "sha256": digest, "sources": ["statutes", "mail"], "licenses": ["unknown"]}
    assert source(out).previous() == [said]


def licensed(out: Path, *cards: dict) -> Path:
    output(out, {})
    named = [{"id": f"s{place}", **card} for place, card in enumerate(cards)]
    (out / "_lineage/manifest.json").write_text(json.dumps({"sources": named}))
    summed(out)
    return out


def test_the_licence_is_that_of_the_earlier_outputs_unless_somebody_says_another(tmp_path):
    one = licensed(tmp_path / "one", {"license": "MIT"}, {"license": "Apache-2.0"})
    two = licensed(tmp_path / "two", {"license": "GPL-2.0-only OR MIT"})
    assert source(one).registered()["license"] == "Apache-2.0 AND MIT"
    assert source(two).registered()["license"] == "GPL-2.0-only OR MIT"
    assert source(one, two).registered()["license"] == "Apache-2.0 AND (GPL-2.0-only OR MIT) AND MIT"
    assert source(one, license="Deal 7").registered()["license"] == "Deal 7"
    assert [said["licenses"] for said in source(one).previous()] == [["Apache-2.0", "MIT"]]


def test_licences_are_told_through_any_number_of_runs_whatever_a_collection_is_called(tmp_path):
    once = {"license": "Deal 7", "previous": [{"licenses": ["MIT"]}, {"licenses": ["Apache-2.0"]}]}
    assert source(licensed(tmp_path / "out", once)).registered()["license"] == "Apache-2.0 AND MIT"


def test_an_output_in_a_store_is_read_like_one_on_disk(tmp_path):
    import fsspec

    out = output(tmp_path / "out", {"train": [record(1), record(2)]})
    for path in (path for path in out.rglob("*") if path.is_file()):
        fsspec.filesystem("memory").pipe(f"/curate-source/out/{path.relative_to(out).as_posix()}", path.read_bytes())
    assert rows(source("memory://curate-source/out")) == rows(source(out))
    assert rows(source("memory://curate-source/*")) == rows(source(out))


def test_a_folder_that_is_no_output_is_a_mistake_in_the_configuration(tmp_path):
    out = output(tmp_path / "out", {"train": [record(1)]})
    for path in (tmp_path, tmp_path / "absent", out / "data", tmp_path / "none*", tmp_path / "out*/data"):
        with pytest.raises(ConfigError) as caught:
            source(path).files()
        assert "_lineage/manifest.json" in f"{caught.value}"
    for name in ("_lineage/manifest.json", "SHA256SUMS"):
        moved = (out / name).rename(tmp_path / "aside")
        with pytest.raises(ConfigError, match=name):
            source(out).files()
        moved.rename(out / name)
    assert len(rows(source(out))) == 1


def test_an_output_without_a_listed_file_is_refused(tmp_path):
    for name in ("data/train/00000-of-00001.parquet", "README.md"):
        out = output(tmp_path / name[:4], {"train": [record(1)]})
        (out / name).unlink()
        with pytest.raises(DataError, match=name):
            source(out).files()


def test_an_output_with_a_stranger_among_its_shards_is_refused(tmp_path):
    out = output(tmp_path / "out", {"train": [record(1)]})
    (out / "data/train/00001-of-00001.parquet").write_bytes(b"x")
    with pytest.raises(DataError, match="00001-of-00001"):
        source(out).files()


def test_a_changed_shard_is_refused(tmp_path):
    out = output(tmp_path / "out", {"train": [record(n) for n in range(9)]})
    damaged(out / "data/train/00000-of-00001.parquet")
    with pytest.raises(DataError, match="sha256") as caught:
        surveyed(source(out))
    assert "curate verify" in caught.value.hint


def test_a_changed_manifest_is_refused(tmp_path):
    out = output(tmp_path / "out", {"train": [record(1)]})
    (out / "_lineage/manifest.json").write_text("{}")
    with pytest.raises(DataError, match="sha256"):
        source(out).files()


@pytest.mark.parametrize("body", ["", "[]", '{"sources": [{}]}', '{"sources": 1}'])
def test_a_manifest_that_names_no_sources_is_refused(tmp_path, body):
    out = output(tmp_path / "out", {"train": [record(1)]})
    (out / "_lineage/manifest.json").write_text(body)
    summed(out)
    with pytest.raises(DataError, match="sources"):
        source(out).files()


@pytest.mark.parametrize("body", ["nonsense\n", "abc  path\n"])
def test_a_list_of_digests_that_is_none_is_refused(tmp_path, body):
    out = output(tmp_path / "out", {"train": [record(1)]})
    (out / "SHA256SUMS").write_text(body)
    with pytest.raises(DataError, match="SHA256SUMS"):
        source(out).files()


def test_a_shard_that_breaks_while_it_is_read_stops_the_run(tmp_path):
    out = output(tmp_path / "out", {"train": [record(n, text=f"{n}" * 999) for n in range(9)]})
    said = source(out)
    pieces = surveyed(said)[0].pieces
    path = Path(pieces[0].path)
    body = path.read_bytes()
    for broken in (body[: len(body) // 2], body[:4] + b"\0" * 200 + body[204:]):
        path.write_bytes(broken)
        with pytest.raises(StorageError):
            list(said.read(Split("again", pieces)))


def test_outputs_that_disagree_on_the_type_of_a_column_are_refused(tmp_path):
    one = output(tmp_path / "one", {"train": [record(1, year="2020")]}, pa.schema([("year", pa.string())]))
    two = output(tmp_path / "two", {"train": [record(2, year=2020)]}, pa.schema([("year", pa.int64())]))
    with pytest.raises(ConfigError, match="'year' is string in one output and int64 in another"):
        _ = source(one, two).kept_schema


def test_a_record_that_is_too_long_now_is_rejected(tmp_path):
    out = output(tmp_path / "out", {"train": [record(1), record(2, text="长" * 9)]})
    said = source(out, max_record_bytes=20)
    found = [line for one in said.read(Split("again", surveyed(said)[0].pieces)) for line in one.found.to_pylist()]
    assert [(line["row"], line["rule"], line["value"]) for line in found] == [(1, "read:too_long", 27)]


def test_an_output_without_records_gives_none(tmp_path):
    said = source(output(tmp_path / "out", {}))
    assert rows(said) == []
    assert said.kept_schema.names == ["from_source"]


def test_a_source_travels_to_a_worker_with_what_it_has_seen(tmp_path):
    said = source(output(tmp_path / "out", {"train": [record(1)]}))
    before = rows(said)
    there = pickle.loads(pickle.dumps(said))  # noqa: S301 - our own bytes
    assert there == said
    assert rows(there) == before


def test_a_refusal_says_where_and_what_to_do(tmp_path):
    with pytest.raises(CurateError) as caught:
        source(tmp_path / "absent").files()
    assert caught.value.where == "sources.again.path"
    assert "output.path" in caught.value.hint
