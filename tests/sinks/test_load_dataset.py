"""`datasets.load_dataset` opens an output as it lies there, without a network."""

import json
from pathlib import Path

import datasets
import pyarrow as pa
import pytest

from curate.lineage.verify import verify
from curate.sinks.features import METADATA_KEY, card_feature, feature_of
from curate.sinks.shards import shard_schema
from tests.lineage.made import SCHEMA, made, publish, seal

KINDS = pa.schema(
    [
        ("flag", pa.bool_()),
        ("nested", pa.list_(pa.list_(pa.int8()))),
        ("place", pa.struct([("z", pa.float64()), ("a", pa.list_(pa.struct([("when", pa.timestamp("us", "UTC"))])))])),
        ("day", pa.date32()),
        ("half", pa.float16()),
        ("price", pa.decimal128(10, 2)),
        ("body", pa.binary()),
        ("took", pa.duration("us")),
        ("big", pa.uint64()),
    ]
)


@pytest.fixture(scope="module")
def out(tmp_path_factory) -> Path:
    return publish(made(), tmp_path_factory.mktemp("load"))


@pytest.fixture(autouse=True)
def cached_here(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)


def load(out: Path, tmp_path: Path, **kinds: object):
    return datasets.load_dataset(str(out), cache_dir=str(tmp_path / "cache"), **kinds)


def test_every_split_opens_with_its_rows_and_columns(out, tmp_path):
    loaded = load(out, tmp_path)
    assert list(loaded) == ["train", "validation"]
    for split in loaded:
        rows = [{name: row[name] for name in SCHEMA.names} for row in made().rows if row["split"] == split]
        assert loaded[split].to_list() == rows
        assert loaded[split].features == datasets.Features.from_arrow_schema(SCHEMA.remove_metadata())


def test_it_streams(out, tmp_path):
    first = next(iter(load(out, tmp_path, split="validation", streaming=True)))
    assert first["id"] == next(row["id"] for row in made().rows if row["split"] == "validation")


def test_it_opens_without_its_card(tmp_path):
    out = publish(made(), tmp_path)
    (out / "README.md").unlink()
    assert load(out, tmp_path, split="train").num_rows == sum(row["split"] == "train" for row in made().rows)


def test_a_card_that_promises_another_size_is_refused(tmp_path):
    out = publish(made(), tmp_path)
    card = out / "README.md"
    card.write_text(card.read_text("utf-8").replace("num_examples: 41", "num_examples: 42"), "utf-8")
    seal(out)
    with pytest.raises(datasets.utils.info_utils.NonMatchingSplitsSizesError):
        load(out, tmp_path, split="train")


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize("what", [{}, {"split": "train"}], ids=["all", "train"])
def test_a_set_without_a_record_is_no_data_file_and_never_the_ledger(tmp_path, what, streaming):
    corpus = made()
    corpus.rows.clear()
    out = publish(corpus, tmp_path)
    assert list((out / "_lineage").glob("rejects-*.parquet"))
    assert verify(out).named("card").status == "pass"
    with pytest.raises(datasets.exceptions.DataFilesNotFoundError, match="No \\(supported\\) data files found"):
        load(out, tmp_path, streaming=streaming, **what)


def test_features_are_those_that_datasets_itself_writes():
    schema = shard_schema(KINDS, pa.schema([]))
    theirs = datasets.Features.from_arrow_schema(schema.remove_metadata())
    assert {field.name: feature_of(field.type) for field in schema} == theirs.to_dict()
    assert json.loads(schema.metadata[METADATA_KEY]) == {"info": {"features": theirs.to_dict()}}
    assert datasets.Features.from_arrow_schema(schema) == theirs


def test_features_of_the_card_read_back_as_the_same_features():
    schema = shard_schema(KINDS, pa.schema([]))
    spelled = [{"name": field.name, **card_feature(feature_of(field.type))} for field in schema]
    info = datasets.DatasetInfo._from_yaml_dict({"features": spelled})
    assert info.features == datasets.Features.from_arrow_schema(schema)
