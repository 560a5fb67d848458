"""The card says what the manifest says, in English and in Chinese, and nothing else decides what it says."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from curate.lineage.manifest import read_manifest
from curate.sinks.card import cards, size_category
from tests.lineage.made import made, publish

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def manifest(tmp_path_factory) -> dict[str, Any]:
    out = publish(made(), tmp_path_factory.mktemp("card"))
    said: dict[str, Any] = read_manifest(out).model_dump(mode="json")
    for shard in said["outputs"]["shards"]:
        shard["bytes"] = 10_000  # the one thing here that another pyarrow writes differently
    return said


def front(manifest: dict[str, Any]) -> dict[str, Any]:
    body = cards(manifest)["README.md"].decode()
    loaded: dict[str, Any] = YAML(typ="safe", pure=True).load(body.split("---\n")[1])
    return loaded


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_card_is_the_golden_one(manifest, name):
    assert cards(manifest)[name].decode() == (GOLDEN / name).read_text("utf-8")


def test_both_languages_tell_the_same_numbers(manifest):
    def numbers(name: str) -> list[str]:
        lines = cards(manifest)[name].decode().split("---\n")[-1].splitlines()
        return ["".join(sign for sign in line if sign in "0123456789|") for line in lines if line.startswith("|")]

    assert numbers("README.md") == numbers("README.zh-CN.md")
    assert len(numbers("README.md")) > 30


@pytest.mark.parametrize(
    ("licenses", "said"),
    [
        (["MIT", "MIT", "MIT"], {"license": "mit"}),
        (["unknown"] * 3, {"license": "unknown"}),
        (["Deal: 2026/17"] * 3, {"license": "other", "license_name": "Deal: 2026/17", "license_link": "README.md"}),
        (["MIT", "CC0-1.0", "MIT"], {"license": "other", "license_name": "by-source", "license_link": "README.md"}),
    ],
    ids=str,
)
def test_the_licence_is_the_one_of_all_sources_or_other(manifest, licenses, said):
    sources = [card | {"license": name} for card, name in zip(manifest["sources"], licenses, strict=True)]
    found = front(manifest | {"sources": sources})
    assert {key: value for key, value in found.items() if key.startswith("license")} == said


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (0, "n<1K"),
        (999, "n<1K"),
        (1000, "1K<n<10K"),
        (99_999, "10K<n<100K"),
        (10**6, "1M<n<10M"),
        (10**9 - 1, "100M<n<1B"),
        (10**12 - 1, "100B<n<1T"),
        (10**13, "n>1T"),
    ],
)
def test_size_categories_are_those_of_the_hub(rows, said):
    assert size_category(rows) == said


def test_names_with_quotes_bars_and_colons_break_nothing(manifest):
    strange = 'a "quoted": name | with\nall'
    said = front(manifest | {"dataset": manifest["dataset"] | {"name": strange}})
    assert said["pretty_name"] == strange
    sources = [manifest["sources"][0] | {"owner": strange}, *manifest["sources"][1:]]
    body = cards(manifest | {"sources": sources})["README.md"].decode()
    assert 'a "quoted": name \\| with all' in body


def test_a_sample_says_that_it_is_one(manifest):
    said = cards(manifest | {"limited": 100})
    assert "only the first 100 records" in said["README.md"].decode()
    assert "前 100 条" in said["README.zh-CN.md"].decode()


def test_a_source_that_reads_an_earlier_output_names_its_manifest(manifest):
    old = {"path": ".", "sha256": "ab" * 32, "sources": ["qa"]}
    sources = [manifest["sources"][0] | {"previous": [old]}, *manifest["sources"][1:]]
    assert all("ab" * 32 in body.decode() for body in cards(manifest | {"sources": sources}).values())


def test_an_empty_set_promises_nothing_and_never_leaves_its_files_to_be_guessed(manifest):
    empty = manifest | {"outputs": manifest["outputs"] | {"splits": {}, "shards": []}}
    assert front(empty)["configs"][0]["data_files"] == [{"split": "train", "path": "data/train/*.parquet"}]
    assert "dataset_info" not in front(empty)
    assert [
        word in body.decode()
        for word, body in zip(("**No record is left:**", "**没有剩下任何记录：**"), cards(empty).values(), strict=True)
    ] == [True, True]


def test_splits_without_records_are_not_promised(manifest):
    splits = manifest["outputs"]["splits"] | {"test": {"rows": 0, "bytes": 0}}
    said = front(manifest | {"outputs": manifest["outputs"] | {"splits": splits}})
    assert [entry["split"] for entry in said["configs"][0]["data_files"]] == ["train", "validation"]
