"""A record is followed through the stages by its id, its text or its file, and what is not found is an answer."""

import copy
import json
from hashlib import sha256
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from curate.cli import main
from curate.core.errors import ConfigError, StorageError
from curate.core.personal import keyed_uri
from curate.lineage import passage as module
from curate.lineage.explain import LISTED
from curate.lineage.manifest import MANIFEST
from curate.lineage.passage import by_id, by_text, by_uri
from curate.report.traced import effect
from tests.lineage.made import Corpus, Row, made, patched, publish


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return made()


@pytest.fixture(scope="module")
def out(tmp_path_factory, corpus) -> Path:
    return publish(corpus, tmp_path_factory.mktemp("passage"))


def written(folder: Path, body: bytes) -> Path:
    path = folder / "asked.txt"
    path.write_bytes(body)
    return path


class TestById:
    def test_a_kept_record_is_followed_from_its_source_card_to_its_row(self, corpus, out):
        row = corpus.rows[5]
        answer = by_id(out, row["id"][:12])
        [one] = answer.passages
        assert (answer.found, one.record.id, one.record.kept is not None) == (1, row["id"], True)
        assert (one.source.id, one.source.license, one.source.owner) == (row["source_id"], "MIT", "Example | Clinic")
        assert one.input.uri == row["source_uri"]
        assert [effect.stage for effect in one.effects] == [
            "read",
            "length",
            "exact_duplicates",
            "near_duplicates",
            "pii",
        ]
        assert {effect.fate for effect in one.effects} == {"passed"}
        assert [effect.stage for effect in one.effects if effect.edited] == [op for op in row["ops"] if op == "pii"]
        assert [tag for effect in one.effects for tag in effect.tags] == row["tags"]
        assert one.pii == {each["type"]: each["count"] for each in row["pii"]}
        assert one.n_tokens == row["n_tokens"]

    def test_what_the_ledger_does_not_say_of_a_record_left_out_is_printed_as_that(self, corpus, tmp_path):
        out = publish(corpus, tmp_path)
        row = next(row for row in corpus.ledger if row["rule"] == "near_duplicates:copy")
        stages = json.loads((out / MANIFEST).read_bytes())["stages"]
        numbers = next(stage for stage in stages if stage["name"] == "length")["by_source"][row["source_id"]]
        for edited, tagged, words in ((2, 1, "changed or tagged it"), (0, 1, "tagged it"), (0, 0, "")):
            numbers |= {"edited": edited, "tagged": tagged}
            patched(out, lambda said: said.update(stages=stages))
            [one] = by_id(out, row["id"]).passages
            length = next(effect for effect in one.effects if effect.stage == "length")
            assert (length.edited is None, length.tags is None) == (edited > 0, tagged > 0)
            assert effect(length) == f"passed; not on record whether it {words}" if words else "passed"

    def test_a_record_left_out_ends_at_the_stage_that_did_it(self, corpus, out):
        row = next(row for row in corpus.ledger if row["rule"] == "near_duplicates:copy")
        [one] = by_id(out, row["id"]).passages
        fates = [effect.fate for effect in one.effects]
        assert fates == ["passed", "passed", "passed", "rejected", "not reached"]
        rejected = one.effects[3].rejected
        assert (rejected.value, rejected.operator, rejected.threshold) == (row["value"], ">=", 0.8)
        tags = [(), None, (), (), ()]
        assert [effect.tags for effect in one.effects] == tags, "length tagged some of this source"
        assert not any(effect.edited for effect in one.effects)

    def test_measurements_belong_to_the_stage_with_the_longest_fitting_name(self):
        measured = {"id": "x", "a_b": 1.0, "a_long_b": 2.0, "strange": 3.0, "a_none": None}
        assert module.owned(measured, ["a", "a_long"]) == {"a": {"b": 1.0}, "a_long": {"b": 2.0}}

    def test_a_stage_that_was_not_asked_about_a_source_left_its_records_alone(self, corpus, tmp_path):
        mine = publish(corpus, tmp_path)

        def patch(manifest: Row) -> None:
            manifest["stages"][1]["params"] = {"sources": ["laws"]}
            manifest["stages"][4]["params"] = {"languages": ["en"]}

        patched(mine, patch)
        row = next(row for row in corpus.rows if row["source_id"] == "qa" and row["language"] == "zh")
        fates = [effect.fate for effect in by_id(mine, row["id"]).passages[0].effects]
        assert fates == ["passed", "left alone", "passed", "passed", "left alone"]

    def test_what_is_not_found_says_what_was_searched(self, corpus, out):
        answer = by_id(out, "0" * 32)
        assert (answer.found, answer.passages) == (0, ())
        assert (answer.searched.rows, answer.searched.ledger_rows) == (len(corpus.rows), len(corpus.ledger))
        assert answer.manifest_sha256 == sha256((out / MANIFEST).read_bytes()).hexdigest()

    def test_several_ids_or_none_are_a_mistake_of_usage(self, tmp_path):
        corpus = made()
        corpus.rows[3]["id"], corpus.ledger[3]["id"] = "abcdef" + "1" * 26, "abcdef" + "2" * 26
        mine = publish(corpus, tmp_path)
        with pytest.raises(ConfigError, match="2 records have an id that begins with 'abcdef'"):
            by_id(mine, "abcdef")
        with pytest.raises(ConfigError, match="is no id of a record"):
            by_id(mine, "nothing")


class TestByText:
    @pytest.mark.parametrize("end", ["", "\n", "\r\n"])
    @pytest.mark.parametrize("own", ["", "\n", "\r\n"])
    def test_the_line_end_at_the_end_of_either_side_does_not_count(self, corpus, tmp_path, end, own):
        mine = copy.deepcopy(corpus)
        text = mine.rows[4]["text"]
        mine.rows[4]["text"] = text + own
        answer = by_text(publish(mine, tmp_path), written(tmp_path, (text + end).encode()))
        assert [one.record.id for one in answer.passages] == [mine.rows[4]["id"]]
        assert answer.asked == sha256(text.encode()).hexdigest()

    def test_no_other_text_is_found(self, corpus, out, tmp_path):
        text = corpus.rows[4]["text"]
        for other in (text[:-1], text + "\n\n", text.upper(), f"{text} ", text[:-1] + "x"):
            answer = by_text(out, written(tmp_path, other.encode()))
            assert (answer.found, answer.passages) == (0, ())
            assert any("exactly this one" in limit for limit in answer.cannot)

    def test_all_records_of_one_text_are_counted_and_the_first_followed(self, corpus, tmp_path):
        mine = copy.deepcopy(corpus)
        for row in mine.rows:
            row["text"] = "同一段文字"
        answer = by_text(publish(mine, tmp_path), written(tmp_path, "\ufeff同一段文字\n".encode()))
        assert (answer.found, len(answer.passages)) == (len(mine.rows), LISTED)

    def test_a_file_that_is_no_utf8_is_told_without_a_word_of_it(self, out, tmp_path):
        with pytest.raises(StorageError, match="the file is not UTF-8") as wrong:
            by_text(out, written(tmp_path, "秘密".encode("gb18030")))
        assert wrong.value.message == "the file is not UTF-8"


class TestByUri:
    def test_every_record_of_a_file_is_listed_in_its_order_with_its_fate(self, corpus, out):
        for uri in {row["source_uri"] for row in corpus.rows}:
            mine = [row for row in (*corpus.rows, *corpus.ledger) if row["source_uri"] == uri]
            answer = by_uri(out, uri)
            rows = sorted(mine, key=lambda row: row["source_row"])
            assert [record.id for record in answer.records] == [row["id"] for row in rows]
            assert answer.found == len(mine) == sum(answer.fates.values()) == answer.inputs[0].records
            assert {name for name in answer.fates if not name.startswith("kept: ")} == {
                row["rule"] for row in mine if "rule" in row
            }

    def test_no_more_are_listed_than_asked_for_and_all_are_counted(self, out):
        answer, whole = by_uri(out, "qa1.jsonl", most=5), by_uri(out, "qa1.jsonl")
        assert answer.records == whole.records[:5]
        assert (answer.found, answer.fates) == (whole.found, whole.fates)

    def test_a_name_that_no_source_has_is_an_answer_with_the_names_that_are_like_it(self, out):
        answer = by_uri(out, "raw/qa/qa1.jsonl")
        assert (answer.found, answer.inputs) == (0, ())
        assert "there is qa1.jsonl" in answer.cannot[0]

    def test_a_keyed_name_is_sought_by_its_digest(self, tmp_path):
        corpus, key = made(), b"k" * 32
        for row in (*corpus.rows, *corpus.ledger):
            row["source_uri"] = keyed_uri(row["source_uri"], key)
        corpus.inputs = [file.model_copy(update={"uri": keyed_uri(file.uri, key)}) for file in corpus.inputs]
        mine = publish(corpus, tmp_path)
        patched(mine, lambda manifest: manifest.update(uris="keyed"))
        assert by_uri(mine, "qa1.jsonl", key).found == 40
        assert by_uri(mine, keyed_uri("qa1.jsonl", key)).found == 40
        with pytest.raises(ConfigError, match="only keyed digests"):
            by_uri(mine, "qa1.jsonl")


class TestTheCommand:
    def test_says_the_same_as_json_of_its_schema_and_never_a_text(self, corpus, out, tmp_path):
        asked = str(written(tmp_path, corpus.rows[4]["text"].encode()))
        for form in ([corpus.ledger[2]["id"]], ["--text-file", asked], ["--uri", "qa1.jsonl"], ["0" * 32]):
            plain, said = (CliRunner().invoke(main, ["trace", str(out), *form, *more]) for more in ((), ("--json",)))
            assert (plain.exit_code, said.exit_code) == (0, 0)
            answer = json.loads(said.stdout)
            jsonschema.validate(answer, module.schema())
            for record in answer["records"]:
                assert record["id"] in plain.stdout
            assert not [row for row in corpus.rows if row["text"] in plain.stdout or row["text"] in said.stdout]
        assert "not found" in plain.stdout

    def test_names_nothing_of_a_source_that_nobody_declared(self, corpus, out):
        said = CliRunner().invoke(main, ["trace", str(out), corpus.rows[4]["id"]]).stdout
        assert "unknown:" in said
        assert "blacklisted" not in said
        assert "GB/T 43697" not in said

    @pytest.mark.parametrize("form", [[], ["abcdef", "--uri", "x"], ["--subject", __file__]])
    def test_wants_one_form_and_all_of_it(self, out, form):
        done = CliRunner().invoke(main, ["trace", str(out), *form])
        assert done.exit_code == 2
        assert "hint:" in done.stderr
