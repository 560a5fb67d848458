"""An output that lies about its records is found out, although every digest in it fits."""

import json
from collections.abc import Callable
from copy import deepcopy
from hashlib import sha256
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curate.lineage.balance import digest_of_settings
from curate.lineage.manifest import MANIFEST, SUMS, Previous
from curate.lineage.verify import verify
from tests.lineage.made import Corpus, configured, failed, folders, made, patched, publish, seal


def drop_ledger_row(corpus: Corpus) -> None:
    del corpus.ledger[3]


def add_ledger_row(corpus: Corpus) -> None:
    corpus.ledger.append(corpus.ledger[3] | {"id": "ab" * 16})


def drop_row(corpus: Corpus) -> None:
    del corpus.rows[5]


def repeat_row(corpus: Corpus) -> None:
    corpus.rows.append(corpus.rows[5])


def keep_what_was_left_out(corpus: Corpus) -> None:
    corpus.ledger[2] |= {"id": corpus.rows[4]["id"]}


def relabel(corpus: Corpus) -> None:
    corpus.rows[5] |= {"source_id": "laws"}


def unlabel(corpus: Corpus) -> None:
    corpus.rows[5] |= {"source_id": None}


def rename_file(corpus: Corpus) -> None:
    corpus.rows[5] |= {"source_uri": "elsewhere.jsonl"}


def move_span(corpus: Corpus) -> None:
    corpus.rows[5]["source_offset"] += 1


def stretch_span(corpus: Corpus) -> None:
    corpus.rows[5]["source_length"] += 1


def swap_spans(corpus: Corpus) -> None:
    """Two overlapping spans whose lengths still sum up to the file."""
    corpus.rows[5]["source_length"] += 4
    corpus.rows[6]["source_length"] -= 4


def turn_span_around(corpus: Corpus) -> None:
    """A circle: forth and back again, which adds up to nothing."""
    start, length = corpus.rows[5]["source_offset"], corpus.rows[5]["source_length"]
    corpus.rows[6] |= {"source_offset": start + length, "source_length": -length}


def lose_span(corpus: Corpus) -> None:
    corpus.ledger[0] |= {"source_offset": None, "source_length": None}


def count_record_twice(corpus: Corpus) -> None:
    corpus.rows[-1]["source_offset"] -= 1


def spell_id_wrong(corpus: Corpus) -> None:
    corpus.rows[5] |= {"id": corpus.rows[5]["id"].upper()}


def invent_id(corpus: Corpus) -> None:
    corpus.rows[5] |= {"id": "ab" * 16}


def exchange_ids(corpus: Corpus) -> None:
    """As whoever wants a record in another split, or out of a sample."""
    one, other = corpus.rows[5], corpus.ledger[1]
    one["id"], other["id"] = other["id"], one["id"]


def renumber(corpus: Corpus) -> None:
    corpus.rows[5]["source_row"] += 70


def exchange_numbers(corpus: Corpus) -> None:
    one, other = corpus.rows[5], corpus.ledger[1]
    one["source_row"], other["source_row"] = other["source_row"], one["source_row"]


def lose_number(corpus: Corpus) -> None:
    corpus.rows[5]["source_row"] = None


def rename_cluster(corpus: Corpus) -> None:
    for row in (*corpus.rows, *corpus.ledger):
        row["cluster"] = row["cluster"] and "ef" * 16


def lose_id(corpus: Corpus) -> None:
    corpus.ledger[5] |= {"id": None}


def uncross(corpus: Corpus) -> None:
    first(corpus, "length:short")["value"] = 51.0


def resemble_beyond_measure(corpus: Corpus) -> None:
    first(corpus, "near_duplicates:copy")["value"] = 1.2


def value_nothing(corpus: Corpus) -> None:
    first(corpus, "length:short")["value"] = float("nan")


def operate_strangely(corpus: Corpus) -> None:
    first(corpus, "length:short")["operator"] = "!="


def measure_half(corpus: Corpus) -> None:
    first(corpus, "length:short")["threshold"] = None


def dangle(corpus: Corpus) -> None:
    first(corpus, "near_duplicates:copy")["duplicate_of"] = "cd" * 16


def name_what_was_left_out_before(corpus: Corpus) -> None:
    first(corpus, "exact_duplicates:copy")["duplicate_of"] = first(corpus, "length:short")["id"]


def name_what_never_was_read(corpus: Corpus) -> None:
    first(corpus, "near_duplicates:copy")["duplicate_of"] = first(corpus, "read:malformed")["id"]


def name_each_other(corpus: Corpus) -> None:
    one, other, *_ = (row for row in corpus.ledger if row["rule"] == "exact_duplicates:copy")
    one["duplicate_of"], other["duplicate_of"] = other["id"], one["id"]


def name_one_of_no_cluster(corpus: Corpus) -> None:
    first(corpus, "near_duplicates:copy")["duplicate_of"] = corpus.rows[3]["id"]


def group_by_no_id(corpus: Corpus) -> None:
    corpus.rows[3]["cluster"] = "the first"


def circle(corpus: Corpus) -> None:
    row = first(corpus, "exact_duplicates:copy")
    row["duplicate_of"] = row["id"]


def rename_rule(corpus: Corpus) -> None:
    first(corpus, "length:short")["rule"] = "length:long"


def move_stage(corpus: Corpus) -> None:
    first(corpus, "length:short")["stage"] = "pii"


def change_language(corpus: Corpus) -> None:
    corpus.rows[5] |= {"language": "fr"}


def relicense(corpus: Corpus) -> None:
    corpus.rows[5] |= {"license": "Apache-2.0"}


def unlicense(corpus: Corpus) -> None:
    corpus.rows[5] |= {"license": None}


def first(corpus: Corpus, rule: str) -> dict[str, Any]:
    return next(row for row in corpus.ledger if row["rule"] == rule)


LIES: list[tuple[Callable[[Corpus], None], set[str]]] = [
    (drop_ledger_row, {"accounting", "spans", "ledger"}),
    (add_ledger_row, {"accounting", "spans", "ledger"}),
    (drop_row, {"accounting", "spans", "dataset"}),
    (repeat_row, {"accounting", "spans", "ids", "dataset"}),
    (keep_what_was_left_out, {"disjoint"}),
    (relabel, {"accounting", "spans"}),
    (unlabel, {"accounting", "spans"}),
    (rename_file, {"accounting", "spans"}),
    (move_span, {"spans"}),
    (stretch_span, {"spans"}),
    (swap_spans, {"spans"}),
    (turn_span_around, {"spans"}),
    (lose_span, {"spans"}),
    (count_record_twice, {"spans"}),
    (spell_id_wrong, {"ids"}),
    (lose_id, {"ids"}),
    (invent_id, {"ids"}),
    (exchange_ids, {"ids"}),
    (renumber, {"spans"}),
    (exchange_numbers, {"spans"}),
    (lose_number, {"spans"}),
    (rename_cluster, {"duplicates"}),
    (uncross, {"thresholds"}),
    (resemble_beyond_measure, {"thresholds"}),
    (value_nothing, {"thresholds"}),
    (operate_strangely, {"thresholds"}),
    (measure_half, {"thresholds"}),
    (dangle, {"duplicates"}),
    (name_what_was_left_out_before, {"duplicates"}),
    (name_what_never_was_read, {"duplicates"}),
    (name_each_other, {"duplicates"}),
    (name_one_of_no_cluster, {"duplicates"}),
    (group_by_no_id, {"ids"}),
    (circle, {"duplicates"}),
    (rename_rule, {"ledger"}),
    (move_stage, {"ledger"}),
    (change_language, {"dataset"}),
    (relicense, {"licenses"}),
    (unlicense, {"licenses"}),
]


class TestALie:
    @pytest.mark.parametrize(("lie", "checks"), LIES, ids=[lie.__name__ for lie, _ in LIES])
    def test_in_the_rows_is_found_although_all_digests_fit(self, tmp_path, lie, checks):
        truth = made()
        told = deepcopy(truth)
        lie(told)
        assert checks <= failed(publish(told, tmp_path, claimed=truth))

    def test_about_the_order_of_stages_spares_copies_of_what_a_later_one_left_out(self, tmp_path):
        told = made()
        first(told, "exact_duplicates:copy")["duplicate_of"] = first(told, "near_duplicates:copy")["id"]
        assert failed(publish(told, tmp_path)) == set()

    @pytest.mark.parametrize("lie", [drop_ledger_row, drop_row, relabel, move_span, count_record_twice])
    def test_in_rows_and_manifest_alike_is_found(self, tmp_path, lie):
        told = made()
        lie(told)
        assert {"accounting", "spans"} & failed(publish(told, tmp_path))

    def test_about_a_gap_says_where_it_is(self, tmp_path):
        told = made()
        gap = told.rows.pop(5)
        detail = verify(publish(told, tmp_path)).named("spans").detail
        start, end = gap["source_offset"], gap["source_offset"] + gap["source_length"]
        assert detail == f"qa qa1.jsonl: a gap at {start}..{end}"

    def test_about_the_raw_data_is_found(self, out, tmp_path):
        raw = tmp_path / "raw" / "qa" / "qa1.jsonl"
        raw.write_bytes(raw.read_bytes().replace(b"3", b"4"))
        assert failed(out, raw={"qa": tmp_path / "raw" / "qa"}) == {"raw"}

    def test_in_the_card_is_found(self, out):
        card = out / "README.md"
        card.write_text(card.read_text("utf-8").replace("num_examples: 41", "num_examples: 42"), "utf-8")
        seal(out)
        assert failed(out) == {"card"}

    @pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
    @pytest.mark.parametrize(
        ("line", "other"),
        [("| `train` | 41 |", "| `train` | 1,041 |"), ("| 65 | 39 | 26 |", "| 65 | 40 | 25 |")],
        ids=["split", "source"],
    )
    def test_in_what_a_card_tells_people_is_found(self, out, name, line, other):
        card = out / name
        assert card.read_text("utf-8").count(line) == 1
        card.write_text(card.read_text("utf-8").replace(line, other), "utf-8")
        seal(out)
        assert failed(out) == {"card"}

    @pytest.mark.parametrize("body", ["", "# none", "---\n[\n---\n", "---\njust text\n---\n", "---\n- a\n---\n"])
    def test_in_a_card_that_is_none_is_found(self, out, body):
        (out / "README.md").write_text(body, "utf-8")
        seal(out)
        assert failed(out) == {"card"}

    def test_about_columns_is_found(self, out):
        patched(out, lambda said: said["outputs"]["columns"].pop())
        assert failed(out) == {"schema"}


def numbers_in(said: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the places of all whole numbers below a JSON value."""
    if isinstance(said, dict):
        return [place for key, value in said.items() for place in numbers_in(value, (*path, key))]
    if isinstance(said, list):
        return [place for key, value in enumerate(said) for place in numbers_in(value, (*path, key))]
    return [path] if isinstance(said, int) and not isinstance(said, bool) else []


CAUGHT = ("canaries", "allowed")
"""Like `leaked`, what became of planted values: no file has them."""


def test_no_number_of_the_manifest_can_be_changed_unseen(out, whole):
    said = json.loads((out / MANIFEST).read_bytes())
    free = {"params", "lineage", "version", "leaked"}
    numbers = [place for place in numbers_in(said) if not free & set(place) and place[:1] + place[-1:] != CAUGHT]
    kinds = {tuple("*" if isinstance(step, int) else step for step in place): place for place in numbers}
    sums, before = (out / SUMS).read_text("utf-8"), sha256((out / MANIFEST).read_bytes()).hexdigest()
    unseen = []
    for place in kinds.values():
        changed = deepcopy(said)
        holder = changed
        for step in place[:-1]:
            holder = holder[step]
        holder[place[-1]] += 1
        body = json.dumps(changed).encode()
        (out / MANIFEST).write_bytes(body)
        (out / SUMS).write_text(sums.replace(before, sha256(body).hexdigest()), "utf-8")
        if verify(out, folders(whole)).exit_code != 1:
            unseen.append(place)
    assert len(kinds) > 60
    assert unseen == []


def test_an_output_made_of_an_earlier_one_is_counted_by_source_since_its_records_keep_their_places(tmp_path):
    corpus = made()
    for row in (*corpus.rows, *corpus.ledger):
        if row["source_id"] == "laws":
            row["source_uri"] = "raw/" + row["source_uri"]
    out = publish(corpus, tmp_path)
    assert {"accounting", "spans"} <= failed(out)

    def reread(said: dict[str, Any]) -> None:
        old = Previous(path=".", sha256="2" * 64, sources=("raw",)).model_dump(mode="json")
        configured(said, 1, format="curate", previous=[old])

    patched(out, reread)
    assert failed(out) == set()
    patched(out, lambda said: said["inputs"][2].update(records=2))
    assert {"accounting", "stages"} <= failed(out)


def test_a_record_of_an_earlier_output_has_one_of_the_licences_that_its_card_names(tmp_path):
    corpus = made()
    mine = [row for row in corpus.rows if row["source_id"] == "laws"]
    mine[0] |= {"license": "Apache-2.0"}
    out = publish(corpus, tmp_path)
    assert failed(out) == {"licenses"}

    def reread(*licenses: str) -> None:
        old = Previous(path="old", sha256="2" * 64, licenses=licenses).model_dump(mode="json")
        patched(out, lambda said: configured(said, 1, format="curate", license="by deal", previous=[old]))

    reread("Apache-2.0", "MIT")
    assert failed(out) == set()
    reread("Apache-2.0")
    assert len(mine) > 1
    assert failed(out) == {"licenses"}
    reread("MIT")
    assert failed(out) == {"licenses"}


@pytest.mark.parametrize("change", [{"key": "number"}, {"format": "curate"}, {"format": "plugged"}])
def test_an_id_that_does_not_follow_from_its_place_is_no_lie(tmp_path, change):
    told = made()
    next(row for row in told.rows if row["source_id"] == "laws")["id"] = "ab" * 16
    out = publish(told, tmp_path)
    assert failed(out) == {"ids"}

    def other(said: dict[str, Any]) -> None:
        said["config"]["resolved"]["sources"][1] |= change
        said["config"]["sha256"] = digest_of_settings(said["config"]["resolved"])

    patched(out, other)
    assert "ids" not in failed(out)


def test_measurements_under_another_source_are_found(tmp_path):
    told = made()
    out = publish(told, tmp_path)
    path = "_lineage/signals-00000-of-00001.parquet"
    table = pq.read_table(out / path)
    rows = table.to_pylist()
    laws = next(row for row in rows if row["source_id"] == "laws")
    other = next(row for row in rows if row["source_id"] == "qa")
    laws["source_id"], other["source_id"] = other["source_id"], laws["source_id"]
    pq.write_table(pa.Table.from_pylist(rows, table.schema), out / path, write_page_checksum=True)
    seal(out)
    assert "measures" in failed(out)


@pytest.mark.parametrize("stage", [1, 2])
def test_texts_that_change_where_nothing_was_edited_are_found(out, stage):
    def shifted(said: dict[str, Any]) -> None:
        before, after = said["stages"][stage : stage + 2]
        for one in (before, before["by_source"]["laws"]):
            one["bytes_out"] += 1000
        for one in (after, after["by_source"]["laws"]):
            one["bytes_in"] += 1000

    patched(out, shifted)
    assert failed(out) == {"stages"}


def test_bytes_that_a_stage_takes_from_one_source_for_another_are_found(out):
    def exchanged(said: dict[str, Any]) -> None:
        by_source = said["stages"][4]["by_source"]
        for name in ("bytes_in", "bytes_out"):
            by_source["laws"][name] -= 1
            by_source["qa"][name] += 1

    patched(out, exchanged)
    assert {"stages"} <= failed(out)
