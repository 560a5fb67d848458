"""An output as it was written passes; whatever is done to it afterwards is a failed check, never a traceback."""

import json
import random
import shutil
from collections.abc import Callable
from copy import deepcopy
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from curate.lineage.manifest import MANIFEST, RUN, SUMS, Previous
from curate.lineage.verify import verify
from tests.lineage.made import Corpus, made, patched, publish, seal, write_raw

SHARD = "data/train/00000-of-00002.parquet"
OTHER = "data/train/00001-of-00002.parquet"
LEDGER = "_lineage/rejects-00000-of-00001.parquet"


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """An output and its raw files, not to be changed."""
    folder = tmp_path_factory.mktemp("whole")
    corpus = made()
    publish(corpus, folder)
    write_raw(corpus, folder)
    return folder


@pytest.fixture
def out(whole, tmp_path) -> Path:
    """A copy that may be changed."""
    shutil.copytree(whole, tmp_path, dirs_exist_ok=True)
    return tmp_path / "out"


def failed(out: Path, **kinds: Any) -> set[str]:
    """Return the ids of the checks that fail, and hold every line to one line."""
    found = verify(out, **kinds)
    assert all("\n" not in check.detail and "Traceback" not in check.detail for check in found.checks)
    names = {check.id for check in found.checks if check.status == "fail"}
    assert (found.exit_code == 1) == bool(names)
    return names


class TestAnUntouchedOutput:
    def test_passes_every_check(self, whole):
        found = verify(whole / "out", {"*": whole / "raw" / "qa", "laws": whole / "raw" / "laws"} | folders(whole))
        assert [check for check in found.checks if check.status != "pass"] == []
        assert found.exit_code == 0
        assert found.passed

    def test_passes_without_raw_files_and_says_that_they_were_not_checked(self, whole):
        found = verify(whole / "out")
        assert [(check.id, check.status) for check in found.checks if check.status != "pass"] == [("raw", "unchecked")]
        assert found.exit_code == 0

    def test_passes_with_another_run_record_and_with_attachments(self, out):
        (out / RUN).write_text("{}")
        (out / "_lineage" / "attached").mkdir()
        (out / "_lineage" / "attached" / "signature.json").write_text("{}")
        assert verify(out).exit_code == 0
        (out / RUN).unlink()
        assert verify(out).exit_code == 0

    def test_of_a_limited_run_need_not_tile_its_inputs(self, out):
        def first_only(said: dict[str, Any]) -> None:
            said["limited"] = 100
            said["inputs"][0]["decoded_bytes"] += 1000

        patched(out, first_only)
        found = verify(out)
        assert found.named("spans").status == "unchecked"
        assert found.exit_code == 0

    def test_with_keyed_file_names_cannot_be_held_against_raw_files(self, out, whole):
        patched(out, lambda said: said.update(uris="keyed"))
        found = verify(out, folders(whole))
        assert found.named("raw").status == "unchecked"
        assert found.named("spans").status == "pass"
        assert found.exit_code == 0


def folders(whole: Path) -> dict[str, Path]:
    return {name: whole / "raw" / name for name in ("qa", "laws", "advisories")}


class TestWhatIsNoOutput:
    def test_cannot_be_checked(self, tmp_path):
        assert verify(tmp_path).exit_code == 3
        assert verify(tmp_path / "nowhere").exit_code == 3

    def test_a_missing_raw_file_makes_its_check_impossible_not_false(self, out, whole, tmp_path):
        (tmp_path / "raw" / "qa" / "qa1.jsonl").unlink()
        found = verify(out, {"qa": tmp_path / "raw" / "qa"})
        assert found.named("raw").status == "unchecked"
        assert found.exit_code == 3


class TestAChangedFile:
    @pytest.mark.parametrize(
        "path", [SHARD, OTHER, LEDGER, MANIFEST, "README.md", "README.zh-CN.md", "_lineage/signals-00000-of-00001.parquet"]
    )
    def test_with_a_flipped_bit_is_found(self, out, path):
        body = bytearray((out / path).read_bytes())
        body[len(body) // 2] ^= 1
        (out / path).write_bytes(body)
        assert "sums" in failed(out)

    @pytest.mark.parametrize("path", [SHARD, LEDGER])
    def test_with_a_flipped_bit_is_found_although_the_digests_were_made_anew(self, out, path):
        body = (out / path).read_bytes()
        for bit in random.Random(7).sample(range(8 * len(body)), 25):
            flipped = bytearray(body)
            flipped[bit // 8] ^= 1 << bit % 8
            (out / path).write_bytes(flipped)
            seal(out)
            assert "manifest" in failed(out), f"bit {bit} of {path}"

    @pytest.mark.parametrize("body", [b"", b"PAR1", b"no parquet at all", "文".encode() * 5000], ids=len)
    @pytest.mark.parametrize("path", [SHARD, LEDGER])
    def test_that_is_no_parquet_is_found(self, out, path, body):
        (out / path).write_bytes(body)
        assert {"sums", "shards"} <= failed(out)

    @pytest.mark.parametrize("path", [SHARD, LEDGER])
    def test_cut_off_anywhere_is_found(self, out, path):
        body = (out / path).read_bytes()
        for length in range(0, len(body), max(1, len(body) // 9)):
            (out / path).write_bytes(body[:length])
            assert {"sums", "shards"} <= failed(out)

    @pytest.mark.parametrize("path", [SHARD, LEDGER, "README.md", MANIFEST, SUMS])
    def test_that_is_gone_is_found(self, out, path):
        (out / path).unlink()
        assert failed(out)

    @pytest.mark.parametrize("path", [SHARD, LEDGER])
    def test_that_is_gone_is_found_although_the_digests_were_made_anew(self, out, path):
        (out / path).unlink()
        seal(out)
        assert {"manifest", "shards"} <= failed(out)

    def test_that_was_added_is_found(self, out):
        shutil.copy(out / SHARD, out / "data/train/00002-of-00002.parquet")
        assert "listed" in failed(out)
        seal(out)
        assert "manifest" in failed(out)

    def test_that_was_added_beside_the_data_is_found(self, out):
        (out / "notes.txt").write_text("x")
        assert failed(out) == {"listed"}

    def test_that_is_a_link_out_of_the_output_is_found(self, out, whole):
        (out / "data" / "train" / "more").symlink_to(whole, target_is_directory=True)
        assert failed(out) == {"listed", "manifest"}

    def test_swapped_with_another_is_found(self, out):
        one, two = (out / SHARD).read_bytes(), (out / OTHER).read_bytes()
        (out / SHARD).write_bytes(two)
        (out / OTHER).write_bytes(one)
        assert "sums" in failed(out)
        seal(out)
        assert {"manifest", "shards"} <= failed(out)

    def test_renamed_is_found(self, out):
        (out / SHARD).rename(out / "data/train/00007-of-00002.parquet")
        assert {"sums", "listed"} <= failed(out)
        seal(out)
        assert "manifest" in failed(out)

    def test_with_a_line_of_sums_that_is_none_is_found(self, out):
        (out / SUMS).write_text("no digest at all\n")
        assert "sums" in failed(out)

    def test_with_a_path_that_leads_out_of_the_output_is_found(self, out):
        (out / SUMS).write_text((out / SUMS).read_text() + "0" * 64 + "  ../raw/qa/qa1.jsonl\n")
        assert "sums" in failed(out)

    def test_with_a_manifest_of_another_version_is_found(self, out):
        patched(out, lambda said: said.update(manifest_version="9.0"))
        assert failed(out) == {"readable"}


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
    row = corpus.rows[5]
    corpus.rows[6] |= {"source_offset": row["source_offset"] + row["source_length"], "source_length": -row["source_length"]}


def lose_span(corpus: Corpus) -> None:
    corpus.ledger[0] |= {"source_offset": None, "source_length": None}


def count_record_twice(corpus: Corpus) -> None:
    corpus.rows[-1]["source_offset"] -= 1


def spell_id_wrong(corpus: Corpus) -> None:
    corpus.rows[5] |= {"id": corpus.rows[5]["id"].upper()}


def lose_id(corpus: Corpus) -> None:
    corpus.ledger[5] |= {"id": None}


def uncross(corpus: Corpus) -> None:
    first(corpus, "length:short")["value"] = 51.0


def value_nothing(corpus: Corpus) -> None:
    first(corpus, "length:short")["value"] = float("nan")


def operate_strangely(corpus: Corpus) -> None:
    first(corpus, "length:short")["operator"] = "!="


def measure_half(corpus: Corpus) -> None:
    first(corpus, "length:short")["threshold"] = None


def dangle(corpus: Corpus) -> None:
    first(corpus, "near_duplicates:copy")["duplicate_of"] = "cd" * 16


def circle(corpus: Corpus) -> None:
    row = first(corpus, "exact_duplicates:copy")
    row["duplicate_of"] = row["id"]


def rename_rule(corpus: Corpus) -> None:
    first(corpus, "length:short")["rule"] = "length:long"


def move_stage(corpus: Corpus) -> None:
    first(corpus, "length:short")["stage"] = "pii"


def change_language(corpus: Corpus) -> None:
    corpus.rows[5] |= {"language": "fr"}


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
    (uncross, {"thresholds"}),
    (value_nothing, {"thresholds"}),
    (operate_strangely, {"thresholds"}),
    (measure_half, {"thresholds"}),
    (dangle, {"duplicates"}),
    (circle, {"duplicates"}),
    (rename_rule, {"ledger"}),
    (move_stage, {"ledger"}),
    (change_language, {"dataset"}),
]


class TestALie:
    @pytest.mark.parametrize("lie, checks", LIES, ids=[lie.__name__ for lie, _ in LIES])
    def test_in_the_rows_is_found_although_all_digests_fit(self, tmp_path, lie, checks):
        truth = made()
        told = deepcopy(truth)
        lie(told)
        assert checks <= failed(publish(told, tmp_path, claimed=truth))

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

    def test_about_the_raw_data_is_found(self, out, whole, tmp_path):
        raw = tmp_path / "raw" / "qa" / "qa1.jsonl"
        raw.write_bytes(raw.read_bytes().replace(b"3", b"4"))
        assert failed(out, raw={"qa": tmp_path / "raw" / "qa"}) == {"raw"}

    def test_in_the_card_is_found(self, out):
        card = out / "README.md"
        card.write_text(card.read_text("utf-8").replace("num_examples: 41", "num_examples: 42"), "utf-8")
        seal(out)
        assert failed(out) == {"card"}

    @pytest.mark.parametrize("body", ["", "# no front matter", "---\n[\n---\n", "---\njust text\n---\n", "---\n- a\n---\n"])
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


def test_no_number_of_the_manifest_can_be_changed_unseen(out, whole):
    said = json.loads((out / MANIFEST).read_bytes())
    numbers = [place for place in numbers_in(said) if not {"params", "lineage", "version"} & set(place)]
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


def test_an_output_made_of_earlier_outputs_is_balanced_as_a_whole(tmp_path):
    """Its records keep the sources and places they had, so neither can be counted one by one."""
    corpus = made()
    folder = publish(corpus, tmp_path)

    def reread(said: dict[str, Any]) -> None:
        old = Previous(path="out", sha256="2" * 64, sources=("qa", "laws", "advisories")).model_dump(mode="json")
        empty = {"records": 0, "written": 0, "rejected": 0}
        said["sources"] = [{"id": "again", "format": "curate", "previous": [old]}]
        records = sum(file["records"] for file in said["inputs"])
        said["inputs"] = [said["inputs"][0] | {"source_id": "again", "uri": "a.parquet", "records": records}]
        whole = {key: said["accounting"][key] for key in empty}
        said["accounting"]["by_source"] = {"again": whole}
        for stage in said["stages"]:
            stage["by_source"] = {"again": {key: stage[key] for key in next(iter(stage["by_source"].values()))}}

    patched(folder, reread)
    assert failed(folder) == set()
    patched(folder, lambda said: said["inputs"][0].update(records=81))
    assert "accounting" in failed(folder)
