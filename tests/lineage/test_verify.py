"""An output as it was written passes; whatever is done to it afterwards is a failed check, never a traceback."""

import os
import random
import shutil
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curate.core.personal import keyed_uri
from curate.lineage.manifest import MANIFEST, RUN, SUMS
from curate.lineage.raw import RawFiles
from curate.lineage.verify import verify
from tests.lineage.made import failed, folders, made, patched, publish, seal, write_raw

SHARD = "data/train/00000-of-00002.parquet"
OTHER = "data/train/00001-of-00002.parquet"
LEDGER = "_lineage/rejects-00000-of-00001.parquet"
SIGNALS = "_lineage/signals-00000-of-00001.parquet"


class TestAnUntouchedOutput:
    def test_passes_every_check(self, whole):
        found = verify(whole / "out", {"*": whole / "raw" / "qa", "laws": whole / "raw" / "laws"} | folders(whole))
        assert [check.id for check in found.checks if check.status != "pass"] == ["signature"], "nobody asked for one"
        assert found.exit_code == 0
        assert found.passed

    def test_passes_without_raw_files_and_says_that_they_were_not_checked(self, whole):
        found = verify(whole / "out")
        unchecked = [(check.id, check.status) for check in found.checks if check.status != "pass"]
        assert unchecked == [("signature", "unchecked"), ("raw", "unchecked")]
        assert found.exit_code == 0

    def test_passes_with_another_run_record_and_with_attachments(self, out):
        (out / RUN).write_bytes((out / RUN).read_bytes().replace(b"2026", b"2025"))
        (out / "_lineage" / "attached").mkdir()
        (out / "_lineage" / "attached" / "signature.json").write_text("{}")
        assert verify(out).exit_code == 0
        (out / RUN).unlink()
        (out / "_lineage" / "attached" / "signature.json").unlink()
        found = verify(out)
        assert found.exit_code == 0
        assert "no _lineage/run.json" in next(one.detail for one in found.checks if one.id == "listed")

    def test_tells_of_shards_that_are_links_and_of_a_run_record_that_is_none(self, out, tmp_path):
        shutil.copy(out / SHARD, tmp_path / "elsewhere.parquet")
        (out / SHARD).unlink()
        (out / SHARD).symlink_to(tmp_path / "elsewhere.parquet")
        found = verify(out)
        assert found.exit_code == 0
        assert "1 of them are links" in next(one.detail for one in found.checks if one.id == "listed")
        (out / RUN).write_text("{}")
        assert [one.id for one in verify(out).checks if one.status == "fail"] == ["erasures"]

    def test_of_a_limited_run_need_tile_only_inputs_of_sources_that_the_limit_did_not_cut_off(self, out):
        def first_only(said: dict[str, Any]) -> None:
            said["limited"] = 65
            for name in ("bytes", "decoded_bytes"):
                said["inputs"][0][name] += 1000

        patched(out, first_only)
        found = verify(out)
        assert "4 of 6 files; only the first 65 records" in found.named("spans").detail
        assert found.exit_code == 0
        for limit in (64, 66, None):
            patched(out, lambda said, limit=limit: said.update(limited=limit))
            assert failed(out) == {"spans"}

    def test_of_a_run_that_the_limit_cut_off_everywhere_tiles_nothing(self, out):
        patched(out, lambda said: said.update(limited=65, inputs=said["inputs"][:2]))
        assert verify(out).named("spans").status == "unchecked"


@pytest.mark.parametrize("column", [["a"], [[1]], [b"a"], None], ids=["words", "lists", "bytes", "none"])
def test_a_second_file_of_measurements_with_other_columns_is_a_failed_check(out, column):
    """The types are those of the first file: a forger may give the next one any other."""
    table, second = pq.read_table(out / SIGNALS), "_lineage/signals-00001-of-00001.parquet"
    rows = len(table)
    others = {name: pa.array(column * rows) for name in table.column_names if name != "id"} if column else {}
    pq.write_table(pa.table({"id": table["id"], **others}), out / second, write_page_checksum=True)
    patched(out, lambda said: said["outputs"]["signals"].append({**said["outputs"]["signals"][0], "path": second}))
    assert "measures" in failed(out)


def test_a_threshold_that_no_column_can_hold_is_a_failed_check(out):
    scores = pq.read_table(out / SIGNALS)
    scores = scores.append_column("relevance_score", pa.array([1] * len(scores), pa.int32()))
    pq.write_table(scores, out / SIGNALS, write_page_checksum=True)
    more = {"name": "relevance", "stage": "relevance", "lineage": {"threshold": 2**63}}
    patched(out, lambda said: said["stages"][-1].update(more))
    assert "measures" in failed(out)


class TestRawFiles:
    """Known by their names, by keyed digests of these, or by what they hold."""

    KEY = b"k" * 32

    @pytest.fixture
    def keyed(self, tmp_path):
        corpus = made()
        for row in (*corpus.rows, *corpus.ledger):
            row["source_uri"] = keyed_uri(row["source_uri"], self.KEY)
        corpus.inputs = [one.model_copy(update={"uri": keyed_uri(one.uri, self.KEY)}) for one in corpus.inputs]
        out = publish(corpus, tmp_path)
        patched(out, lambda said: said.update(uris="keyed"))
        write_raw(made(), tmp_path)
        return out

    def test_under_keyed_names_are_known_by_their_digests(self, keyed, tmp_path):
        found = verify(keyed, folders(tmp_path))
        assert found.exit_code == 0
        assert found.named("raw").detail.startswith("6 of 6 files, known by their sha256: qa ")

    def test_under_keyed_names_are_known_by_the_key(self, keyed, tmp_path):
        found = verify(keyed, RawFiles(folders(tmp_path), self.KEY))
        assert found.named("raw")[2:4] == ("pass", "6 of 6 files")
        strange = verify(keyed, RawFiles(folders(tmp_path), b"x" * 32)).named("raw")
        assert (strange.status, strange.detail.rpartition(";")[2]) == ("pass", " no name is one under this key")

    def test_under_plain_names_need_no_key_and_the_check_says_so(self, whole):
        check = verify(whole / "out", RawFiles(folders(whole), self.KEY)).named("raw")
        assert check[2:4] == ("pass", "6 of 6 files; the names are plain, no key was needed")

    def test_that_have_changed_are_a_fault_with_the_key_and_not_at_hand_without_it(self, keyed, tmp_path):
        (tmp_path / "raw" / "qa" / "qa1.jsonl").write_bytes(b"{}")
        changed = verify(keyed, RawFiles(folders(tmp_path), self.KEY)).named("raw")
        assert (changed.status, "other sha256" in changed.detail) == ("fail", True)
        lost = verify(keyed, folders(tmp_path)).named("raw")
        assert (lost.status, lost.excused) == ("unchecked", False)
        assert lost.detail.startswith("5 of 6 files")
        assert "none this sha256" in lost.detail

    def test_that_were_moved_are_known_by_their_digests(self, out, whole, tmp_path):
        moved = tmp_path / "moved"
        shutil.copytree(whole / "raw", moved)
        (moved / "laws" / "1.md").rename(moved / "laws" / "first.md")
        check = verify(out, {name: moved / name for name in folders(whole)}).named("raw")
        assert check[2:4] == ("pass", "6 of 6 files, known by their sha256: laws 1.md")


class TestWhatIsNoOutput:
    def test_cannot_be_checked(self, tmp_path):
        assert verify(tmp_path).exit_code == 3
        assert verify(tmp_path / "nowhere").exit_code == 3

    def test_a_missing_raw_file_makes_its_check_impossible_not_false(self, out, tmp_path):
        (tmp_path / "raw" / "qa" / "qa1.jsonl").unlink()
        found = verify(out, {"qa": tmp_path / "raw" / "qa"})
        assert found.named("raw").status == "unchecked"
        assert found.exit_code == 3

    def test_a_raw_file_that_lies_deeper_than_its_name_says_is_held_against_it(self, out, tmp_path):
        path = tmp_path / "raw" / "qa" / "qa1.jsonl"
        path.write_bytes(path.read_bytes()[:-5])
        found = verify(out, {"*": tmp_path / "raw"})
        assert found.exit_code == 1
        assert "qa qa1.jsonl: the file is not the one that was read (other sha256)" in found.named("raw").detail
        path.unlink()
        assert verify(out, {"*": tmp_path / "raw"}).exit_code == 3
        (tmp_path / "raw" / "more").mkdir()
        shutil.copy(next((tmp_path / "raw" / "laws").iterdir()), tmp_path / "raw" / "more" / "qa1.jsonl")
        assert verify(out, {"*": tmp_path / "raw"}).exit_code == 3, "it is known as a file of another source"

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    @pytest.mark.parametrize("path", [SHARD, LEDGER, MANIFEST, SUMS, "README.md"])
    def test_a_file_that_may_not_be_read_makes_checks_impossible_not_false(self, out, path):
        (out / path).chmod(0)
        assert verify(out).exit_code == 3


class TestAChangedFile:
    @pytest.mark.parametrize("path", [SHARD, OTHER, LEDGER, SIGNALS, MANIFEST, "README.md", "README.zh-CN.md"])
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

    @pytest.mark.parametrize("folder", ["data/extra", "notes", "_lineage/more/and/more"])
    def test_or_rather_an_empty_folder_that_was_added_is_found(self, out, folder):
        (out / folder).mkdir(parents=True)
        assert failed(out) == {"listed"}
        assert folder in verify(out).named("listed").detail
        seal(out)
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


@pytest.mark.parametrize(
    "pattern", ["data/train/*.parquet", "_lineage/signals-*.parquet", "_lineage/rejects-*.parquet"]
)
def test_a_column_whose_name_is_no_utf_8_is_damage_and_ends_in_no_traceback(tmp_path, pattern):
    out = publish(made(), tmp_path)
    path = next(out.glob(pattern))
    body = path.read_bytes()
    footer = len(body) - 8 - int.from_bytes(body[-8:-4], "little")
    place = body.index(b"id", footer)
    path.write_bytes(body[:place] + b"\xf9" + body[place + 1 :])
    found = verify(out)
    assert found.exit_code == 1
    assert not any("\n" in check.detail for check in found.checks)
