"""What became of a record is read from shards, ledger and measurements, and followed to its end."""

from pathlib import Path

import pytest

from curate.core.errors import ConfigError, CurateError, StorageError
from curate.lineage.explain import LISTED, SHORTEST, explain, text_in_shard
from tests.lineage.made import Corpus, Row, made, publish


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return made()


@pytest.fixture(scope="module")
def out(tmp_path_factory, corpus) -> Path:
    return publish(corpus, tmp_path_factory.mktemp("explain"))


def rejected_by(corpus: Corpus, rule: str) -> Row:
    return next(row for row in corpus.ledger if row["rule"] == rule)


def test_every_record_is_found_where_it_stands(corpus, out):
    for row in [*corpus.rows[::9], *corpus.ledger[::5]]:
        record = explain(out, row["id"]).record
        place = {name: row[name] for name in ("id", "source_id", "source_uri", "source_row", "source_offset")}
        assert {name: getattr(record, name) for name in place} == place
        assert (record.kept is not None, record.rejected is not None) == ("stage" not in row, "stage" in row)
        assert record.unit == ("records" if row["source_id"] == "advisories" else "bytes")
        if record.kept is not None:
            assert (record.kept.tags, record.kept.ops) == (tuple(row["tags"]), tuple(row["ops"]))
            assert text_in_shard(out, record) == row["text"]


def test_a_rejected_record_has_its_rule_and_no_keeper_where_it_is_no_copy(corpus, out):
    said = explain(out, rejected_by(corpus, "length:short")["id"])
    rejected = said.record.rejected
    assert rejected is not None
    assert (rejected.rule, rejected.operator, rejected.threshold) == ("length:short", "<", 50.0)
    assert (said.instead, said.other, said.jaccard, said.cluster) == ((), None, None, None)


def test_a_copy_names_what_stands_for_it_and_its_cluster(corpus, out):
    row = rejected_by(corpus, "near_duplicates:copy")
    said = explain(out, row["id"])
    assert [one.id for one in said.instead] == [corpus.rows[0]["id"]]
    assert said.other == said.instead[0]
    assert said.other.kept is not None
    assert said.jaccard == row["value"]
    assert said.cluster is not None
    members = [one["id"] for one in (*corpus.rows, *corpus.ledger) if one["cluster"] == row["cluster"]]
    assert (said.cluster.kept + said.cluster.rejected, said.cluster.kept) == (len(members), 1)
    assert [one.id for one in said.cluster.listed] == members[:LISTED]


def test_a_kept_record_counts_all_its_copies_and_lists_the_least_similar(corpus, out):
    first = corpus.rows[0]["id"]
    copies = explain(out, first).copies
    named = [row for row in corpus.ledger if row["duplicate_of"] == first]
    assert copies.rejected == len(named)
    by_value = sorted(named, key=lambda row: (row["value"] is None, row["value"] or 0))
    assert [one.id for one in copies.listed] == [row["id"] for row in by_value[:LISTED]]


def test_no_more_copies_and_members_are_listed_than_said(tmp_path):
    corpus = made()
    first = corpus.rows[0]["id"]
    for row in corpus.ledger:
        row |= {"duplicate_of": first, "cluster": first}
    said = explain(publish(corpus, tmp_path), first)
    assert said.cluster is not None
    assert (said.copies.rejected, said.cluster.rejected) == (len(corpus.ledger), len(corpus.ledger))
    assert (len(said.copies.listed), len(said.cluster.listed)) == (min(LISTED, len(corpus.ledger)),) * 2


def test_what_stands_for_a_copy_is_followed_to_its_end(tmp_path):
    corpus = made()
    short, broken = rejected_by(corpus, "length:short"), rejected_by(corpus, "read:malformed")
    copy, other = [row for row in corpus.ledger if row["rule"] == "exact_duplicates:copy"][:2]
    copy["duplicate_of"], other["duplicate_of"] = other["id"], short["id"]
    broken["duplicate_of"] = "ab" * 16
    out = publish(corpus, tmp_path)
    said = explain(out, copy["id"])
    assert [one.id for one in said.instead] == [other["id"], short["id"]]
    assert said.instead[-1].rejected is not None
    assert explain(out, broken["id"]).lost == "ab" * 16


def test_copies_that_name_each_other_end_the_search(tmp_path):
    corpus = made()
    one, two = [row for row in corpus.ledger if row["rule"] == "exact_duplicates:copy"][:2]
    one["duplicate_of"], two["duplicate_of"] = two["id"], one["id"]
    assert [record.id for record in explain(publish(corpus, tmp_path), one["id"]).instead] == [two["id"]]


def test_the_beginning_of_an_id_will_do_where_no_other_begins_so(tmp_path):
    corpus = made()
    kept, left = corpus.rows[3], corpus.ledger[3]
    kept["id"], left["id"] = "abcdef" + "1" * 26, "abcdef" + "2" * 26
    out = publish(corpus, tmp_path)
    assert explain(out, "ABCDEF1").record.id == kept["id"]
    assert explain(out, f" {left['id'][:20]}\n").record.id == left["id"]
    with pytest.raises(ConfigError, match="2 records have an id that begins with 'abcdef'") as several:
        explain(out, "abcdef")
    assert several.value.hint == f"one of {kept['id']}, {left['id']}"


def test_an_unknown_id_says_what_was_searched(corpus, out):
    searched = f"looked through {len(corpus.rows)} rows of 3 shards and {len(corpus.ledger)} rows of the ledger"
    with pytest.raises(CurateError, match=searched) as unknown:
        explain(out, "0" * 32)
    assert type(unknown.value) is CurateError


@pytest.mark.parametrize("name", ["", "0" * (SHORTEST - 1), "0" * 33, "not an id", "../etc"])
def test_what_is_no_id_is_a_mistake_of_usage(out, name):
    with pytest.raises(ConfigError, match="is no id of a record"):
        explain(out, name)


def test_a_damaged_file_is_one_clear_error(tmp_path):
    out = publish(made(), tmp_path)
    (out / "_lineage/rejects-00000-of-00001.parquet").write_bytes(b"PAR1")
    with pytest.raises(StorageError, match="is damaged"):
        explain(out, "0" * 32)
    (out / "_lineage/rejects-00000-of-00001.parquet").unlink()
    with pytest.raises(StorageError, match="is missing"):
        explain(out, "0" * 32)
