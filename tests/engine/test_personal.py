"""Personal data in a whole run: what the manifest counts, where values stood, and the same bytes however it was run."""

import json
import shutil
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import click.testing
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curate.cli import main
from curate.config.model import Config
from curate.core.errors import DataError
from curate.core.files import digest_of
from curate.core.personal import digest_of_value, key_id
from curate.core.stage import Edit
from curate.engine.canaries import MAKERS
from curate.engine.run import Options, execute
from curate.lineage.manifest import MANIFEST, SUMS, Residue, manifest_bytes, read_manifest
from curate.lineage.numbers import hits
from curate.lineage.roots import merkle_of
from curate.lineage.sums import sha256sums
from curate.lineage.verify import verify
from curate.report.page import gathered, page
from curate.stages.pii import Pii
from tests.engine.corpora import bytes_of, shards
from tests.report.test_page import Read
from tests.stages.pii.made import mobile, resident, union_pay

KEY = b"k" * 32


def corpus(raw: Path) -> dict[str, str]:
    """Write records of two sources with invented personal data; return what one person has."""
    raw.mkdir()
    chance = Random(5)
    person = {"phone": mobile(chance), "id": resident(chance), "card": union_pay(chance), "email": "li.wei@corp-a.cn"}
    lines: list[dict[str, Any]] = []
    for n in range(60):
        text = (
            f"第{n}条记录：设备运行正常，订单号{mobile(chance)}。客户电话{mobile(chance)}，身份证{resident(chance)}。"
        )
        lines.append({"text": text, "title": f"来电{mobile(chance)}"})
    lines.append(
        {"text": f"他的手机是{person['phone'][:3]} {person['phone'][3:7]} {person['phone'][7:]}，请回电。", "title": ""}
    )
    lines.append({"text": f"身份证号：{person['id'].lower()}", "title": f"邮箱 {person['email'].upper()}"})
    lines.append({"text": "短", "title": f"手机{person['phone']}"})
    (raw / "a.jsonl").write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), "utf-8")
    chats = [
        {
            "messages": [
                {"role": "user", "content": "你好"},
                {"role": "assistant", "content": f"卡号{person['card']}完"},
            ]
        },
        {"messages": [{"role": "user", "content": f"+86 {person['phone']}"}, {"role": "assistant", "content": "好"}]},
    ]
    (raw / "chat.jsonl").write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in chats), "utf-8")
    return person


def settings(place: Path, **more: Any) -> dict[str, Any]:
    key = place / "key"
    key.write_bytes(KEY)
    return {
        "name": "personal",
        "sources": {
            "notes": {"format": "jsonl", "path": str(place / "raw/a.jsonl"), "keep": ["title"]},
            "chats": {
                "format": "jsonl",
                "path": str(place / "raw/chat.jsonl"),
                "messages": {"from": "messages", "role": "role", "content": "content"},
            },
        },
        "stages": ["normalize", "pii", {"length": {"min": 5}}],
        "output": {"path": str(place / "out")},
        "limits": "off",
        "workers": 0,
        "key_file": str(key),
        **more,
    }


def ran(place: Path, **more: Any) -> Path:
    return execute(Config.load(settings(place, **more)), Options()).out


def positions(out: Path) -> pl.DataFrame:
    return pl.read_parquet(sorted(out.glob("_lineage/pii-*.parquet")))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    place = tmp_path_factory.mktemp("personal")
    person = corpus(place / "raw")
    return ran(place), person


def test_the_manifest_counts_what_was_found_replaced_and_allowed_by_type_and_source(made):
    stage = next(stage for stage in read_manifest(made[0]).stages if stage.name == "pii")
    phone = stage.by_source["notes"].personal["PHONE_NUMBER"]
    assert (phone.found, phone.replaced, phone.allowed) == (182, 122, 60)
    assert phone.reasons == {"numbered": 60}
    assert stage.by_source["chats"].personal["CN_BANK_CARD"].found == 1
    assert stage.personal["PHONE_NUMBER"].replaced == 123
    assert stage.key_id == key_id(KEY)


def test_every_value_has_a_row_that_says_where_it_stood_and_never_what_it_is(made):
    out, person = made
    rows = positions(out)
    counts: Counter[tuple[str, str]] = Counter()
    for name, said in shards(out).select("id", "pii").iter_rows():
        counts.update({(name, one["type"]): one["count"] for one in said})
    placed = Counter(zip(rows["id"].to_list(), rows["type"].to_list(), strict=True))
    left = set(pl.read_parquet(sorted(out.glob("_lineage/rejects-*.parquet")))["id"])
    assert {key: n for key, n in placed.items() if key[0] not in left} == dict(counts)
    mine = rows.filter(pl.col("digest") == digest_of_value(KEY, "PHONE_NUMBER", person["phone"]))
    assert sorted(zip(mine["field"], mine["offset"], mine["length"], strict=True)) == [
        ("messages[0]", 0, 15), ("text", 5, 13), ("title", 2, 11)
    ]  # fmt: skip
    assert set(rows["field"]) == {"text", "title", "messages[0]", "messages[1]"}


def test_no_file_of_the_output_or_of_the_work_folder_has_a_key(made):
    out, _ = made
    for folder in (out, out.with_name("out.work")):
        assert not [path for path in folder.rglob("*") if path.is_file() and KEY in path.read_bytes()]


def test_the_output_holds(made):
    verification = verify(made[0])
    assert [check for check in verification.checks if check.status == "fail"] == []


def test_without_a_key_nothing_says_where_values_stood(made, tmp_path):
    corpus(tmp_path / "raw")
    out = ran(tmp_path, key_file=None)
    assert not list(out.glob("_lineage/pii-*"))
    stage = next(stage for stage in read_manifest(out).stages if stage.name == "pii")
    assert stage.key_id is None
    assert stage.personal["PHONE_NUMBER"].replaced == 123


def test_the_bytes_are_the_same_for_any_number_of_workers(made, tmp_path):
    corpus(tmp_path / "raw")
    assert bytes_of(ran(tmp_path, workers=2)) == bytes_of(made[0])


def rewritten(out: Path, place: Path, change) -> list[str]:
    """Change the file of positions in a copy, mend all sums, and say which checks fail."""
    copied = place / "copy"
    shutil.copytree(out, copied)
    [path] = copied.glob("_lineage/pii-*.parquet")
    table = change(pq.read_table(path))
    pq.write_table(table, path, write_page_checksum=True)
    manifest = read_manifest(copied)
    [file] = manifest.outputs.pii
    told = file.model_copy(update={"rows": table.num_rows, "bytes": path.stat().st_size, "sha256": digest_of(path)})
    outputs = manifest.outputs.model_copy(update={"pii": (told,)})
    update = {"outputs": outputs, "merkle": merkle_of(outputs)}
    (copied / MANIFEST).write_bytes(manifest_bytes(manifest.model_copy(update=update)))
    (copied / SUMS).write_bytes(sha256sums(copied))
    return [check.id for check in verify(copied).checks if check.status == "fail"]


def moved(table: pa.Table) -> pa.Table:
    """Let two records of the same type swap a place: all sums by type stay."""
    kept = table["id"].to_pylist()
    first = table["type"].to_pylist().index("PHONE_NUMBER")
    other = next(place for place, name in enumerate(kept) if name != kept[first])
    kept[first] = kept[other]
    return table.set_column(0, "id", pa.array(kept))


LIES = {
    "a place is missing": lambda table: table.slice(1),
    "a record is a stranger": lambda table: table.set_column(0, "id", pa.array(["0" * 32] * table.num_rows)),
    "a digest is a value": lambda table: table.set_column(5, "digest", pa.array(["1"] * table.num_rows)),
    "a stretch is empty": lambda table: table.set_column(4, "length", pa.array([0] * table.num_rows, pa.int32())),
    "a place is another record's": moved,
    "a type is null": lambda table: table.set_column(2, "type", pa.array(["X", *[None] * (table.num_rows - 1)])),
    "a field is none": lambda table: table.set_column(1, "field", pa.array(["messages[01]"] * table.num_rows)),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_false_place_fails_the_check_of_places_alone(made, tmp_path, lie):
    assert rewritten(made[0], tmp_path, LIES[lie]) == ["positions"]


def test_types_that_are_no_words_are_failed_checks_and_no_traceback(made, tmp_path):
    def numbered(table: pa.Table) -> pa.Table:
        return table.set_column(2, "type", pa.array([7] * table.num_rows))

    assert rewritten(made[0], tmp_path, numbered) == ["schema", "positions"]


def test_a_damaged_column_of_counts_is_a_failed_check_and_no_traceback(made, tmp_path):
    copied = tmp_path / "copy"
    shutil.copytree(made[0], copied)
    for shard in read_manifest(copied).outputs.shards:
        body = bytearray((copied / shard.path).read_bytes())
        group = pq.read_metadata(copied / shard.path).row_group(0)
        columns = [group.column(place) for place in range(group.num_columns)]
        column = next(one for one in columns if one.path_in_schema == "pii.list.element.count")
        body[column.data_page_offset + 20] ^= 255
        (copied / shard.path).write_bytes(body)
    found = verify(copied)
    assert found.exit_code == 1
    failed = [check.detail for check in found.checks if check.status == "fail"]
    assert any(detail.endswith("is damaged: it is no whole Parquet file") for detail in failed)
    assert found.named("positions").status == "unchecked"


class Blind(Pii):
    """A stage with a fault: it says that it replaces what it does not see."""

    def open(self) -> Edit:
        return Pii(types=("EMAIL_ADDRESS",)).open()


def blind(place: Path, residual: str = "stop", **more: Any) -> Config:
    config = Config.load(settings(place, stages=["normalize", "pii"]))
    output = config.output.model_copy(update={"residual": residual})
    stages = (config.stages[0], Blind(name="pii", **more))
    return config.model_copy(update={"stages": stages, "output": output})


class TestWhatIsLeft:
    def test_what_rules_allow_is_counted_and_stops_nothing(self, made):
        said = read_manifest(made[0]).residual
        assert said.policy == "stop"
        assert said.by_source == {"notes": {"CN_MOBILE": Residue(allowed=60)}}
        assert said.cleared == dict.fromkeys(("notes", "chats"), ("CN_RESIDENT_ID", "BANK_CARD", "CN_MOBILE"))
        assert verify(made[0]).named("personal_data_left").status == "pass"

    def test_a_fault_of_the_stage_stops_the_run_and_the_message_has_counts_and_places_and_no_value(self, tmp_path):
        person = corpus(tmp_path / "raw")
        with pytest.raises(DataError) as stopped:
            execute(blind(tmp_path), Options())
        assert "CN_MOBILE in text" in str(stopped.value)
        assert "first in record" in str(stopped.value)
        assert not any(value in str(stopped.value) for value in person.values())
        assert not (tmp_path / "out").exists()

    def test_where_the_run_only_reports_the_manifest_and_verify_say_what_is_left(self, tmp_path):
        corpus(tmp_path / "raw")
        out = execute(blind(tmp_path, "report"), Options()).out
        said = read_manifest(out).residual
        assert said.by_source["notes"]["CN_RESIDENT_ID"].left == 61
        assert said.by_source["chats"]["BANK_CARD"].left == 2
        assert verify(out).named("personal_data_left").status == "pass"

    def test_what_no_stage_was_to_replace_is_outside_and_stops_nothing(self, tmp_path):
        corpus(tmp_path / "raw")
        stages = ["normalize", {"pii": {"types": ["PHONE_NUMBER"], "sources": ["notes"]}}]
        said = read_manifest(ran(tmp_path, stages=stages)).residual
        assert said.cleared == {"notes": ("CN_MOBILE",)}
        assert said.by_source["notes"]["CN_RESIDENT_ID"].outside == 61
        assert said.by_source["chats"]["CN_MOBILE"].outside == 2
        assert not [kind for kinds in said.by_source.values() for kind in kinds.values() if kind.left]

    def test_an_exempt_column_is_outside(self, tmp_path):
        corpus(tmp_path / "raw")
        given = settings(tmp_path)
        given["sources"]["notes"]["keep"] = {"title": "as_is"}
        said = read_manifest(execute(Config.load(given), Options()).out).residual
        assert said.exempt == {"notes": ("title",)}
        assert said.by_source["notes"]["CN_MOBILE"].outside == 60

    def test_nobody_looks_where_told_so(self, tmp_path):
        corpus(tmp_path / "raw")
        given = settings(tmp_path)
        given["output"]["residual"] = "off"
        out = execute(Config.load(given), Options()).out
        assert read_manifest(out).residual is None
        assert verify(out).named("personal_data_left").status == "unchecked"
        assert verify(out).passed

    def test_verify_finds_what_was_put_back_into_a_shard(self, made, tmp_path):
        copied = tmp_path / "copy"
        shutil.copytree(made[0], copied)
        manifest = read_manifest(copied)
        shard = manifest.outputs.shards[0]
        table = pq.read_table(copied / shard.path)
        texts = [f"手机{made[1]['phone']}", *table["text"].to_pylist()[1:]]
        table = table.set_column(table.schema.get_field_index("text"), table.schema.field("text"), pa.array(texts))
        pq.write_table(table, copied / shard.path, write_page_checksum=True)
        check = verify(copied).named("personal_data_left")
        assert check.status == "fail"
        assert "CN_MOBILE in text" in check.detail
        assert made[1]["phone"] not in check.detail


def asked(out: Path, *lines: str, key: bytes = KEY, options: tuple[str, ...] = ()) -> click.testing.Result:
    """Ask by the command, as a user does."""
    place = out.parent
    (place / "subject").write_text("\n".join(lines), "utf-8")
    (place / "asked.key").write_bytes(key)
    arguments = ["trace", str(out), "--subject", str(place / "subject"), "--key-file", str(place / "asked.key")]
    return click.testing.CliRunner().invoke(main, [*arguments, *options], prog_name="curate")


class TestTrace:
    def test_finds_every_record_of_a_person_in_shards_and_ledger_however_a_value_is_written(self, made):
        out, person = made
        phone = person["phone"]
        lines = [
            "# who asked",
            f"+86-{phone[:3]}-{phone[3:]}",
            f"id: {person['id']}",
            "",
            person["email"],
            f"银行卡：{person['card']}",
        ]
        done = asked(out, *lines, options=("--json",))
        assert done.exit_code == 0, done.output
        said = json.loads(done.stdout)
        assert [(one["line"], one["places"]) for one in said["asked"]] == [(2, 3), (3, 1), (5, 1), (6, 1)]
        assert said["manifest_sha256"] == digest_of(out / MANIFEST)
        assert f"manifest {said['manifest_sha256']}\n" in asked(out, *lines).stdout
        records = {one["record"]["id"]: one for one in said["records"]}
        assert len(records) == 5
        assert sum(one["record"]["rejected"] is not None for one in records.values()) == 1
        for one in records.values():
            record = one["record"]
            assert pq.read_table(out / record["file"])["id"][record["file_row"]].as_py() == record["id"]
        assert {place["field"] for one in records.values() for place in one["places"]} == {
            "text", "title", "messages[0]", "messages[1]"
        }  # fmt: skip

    def test_answers_each_line_that_asks_for_the_same_value(self, made):
        out, person = made
        done = asked(out, person["phone"], f"+86 {person['phone']}", options=("--json",))
        said = json.loads(done.stdout)
        assert [(one["line"], one["places"]) for one in said["asked"]] == [(1, 3), (2, 3)]

    def test_says_what_it_cannot_find_and_ends_well_where_nothing_is_found(self, made):
        done = asked(made[0], "18600000000")
        assert done.exit_code == 0
        assert "0 places in 0 records" in done.stdout
        assert "names in running text" in done.stdout

    def test_of_a_set_made_from_an_earlier_one_says_that_what_was_replaced_before_stands_there(self, made, tmp_path):
        sources = {"again": {"format": "curate", "path": str(made[0])}}
        later = ran(tmp_path, sources=sources)
        sha256 = digest_of(made[0] / MANIFEST)
        done = asked(later, made[1]["phone"])
        assert done.exit_code == 0
        assert "0 places in 0 records" in done.stdout
        said = " ".join(done.stdout.split())
        assert "values of again that an earlier run replaced" in said
        assert sha256 in done.stdout
        assert "an earlier run" not in asked(made[0], made[1]["phone"]).stdout

    def test_echoes_no_value(self, made):
        out, person = made
        for options in ((), ("--json",)):
            done = asked(out, *person.values(), options=options)
            assert done.exit_code == 0
            assert not any(value.lower() in done.output.lower() for value in person.values())

    def test_a_wrong_key_is_told_by_its_id_and_not_taken_for_nothing_found(self, made):
        done = asked(made[0], "13812345678", key=b"x" * 32)
        assert done.exit_code == 2
        assert key_id(KEY) in done.stderr
        assert key_id(b"x" * 32) in done.stderr

    def test_an_output_without_a_key_says_so(self, tmp_path):
        corpus(tmp_path / "raw")
        done = asked(ran(tmp_path, key_file=None), "13812345678")
        assert done.exit_code == 1
        assert "without a key" in done.stderr

    def test_a_file_that_names_nothing_is_refused(self, made):
        assert asked(made[0], "# nobody", "").exit_code == 2

    def test_sources_and_fields_that_nobody_looked_at_are_named(self, tmp_path):
        corpus(tmp_path / "raw")
        given = settings(tmp_path, stages=[{"pii": {"sources": ["notes"], "types": ["PHONE_NUMBER"]}}])
        given["sources"]["notes"]["keep"] = {"title": "as_is"}
        done = asked(execute(Config.load(given), Options()).out, "13812345678")
        assert "sources that were not looked at: chats" in done.stdout
        assert "kept fields of notes that no stage treats: title" in done.stdout
        assert "types other than PHONE_NUMBER" in done.stdout


class TestCanaries:
    def test_of_planted_values_a_good_stage_lets_none_through(self, made):
        said = read_manifest(made[0]).canaries["pii"]
        assert set(said) == {"PHONE_NUMBER", "CN_RESIDENT_ID", "CN_BANK_CARD", "CREDIT_CARD", "EMAIL_ADDRESS"}
        assert sum(one.planted for one in said.values()) == 200
        assert sum(one.leaked for one in said.values()) == 0

    def test_a_blind_stage_lets_all_through_but_what_it_sees(self, tmp_path):
        corpus(tmp_path / "raw")
        said = read_manifest(execute(blind(tmp_path, "report"), Options()).out).canaries["pii"]
        assert said["EMAIL_ADDRESS"].leaked == 0
        assert all(one.leaked == one.planted for kind, one in said.items() if kind != "EMAIL_ADDRESS")

    def test_none_are_planted_where_the_stage_replaces_nothing_or_nobody_wants_any(self, tmp_path):
        corpus(tmp_path / "raw")
        given = settings(tmp_path, stages=[{"pii": {"operator": "tag"}}])
        assert read_manifest(execute(Config.load(given), Options()).out).canaries == {}
        given = settings(tmp_path)
        given["output"]["canaries"] = 0
        assert read_manifest(execute(Config.load(given), Options()).out).canaries == {}

    @pytest.mark.parametrize("kind", MAKERS)
    def test_what_is_planted_is_written_as_people_write_it_and_its_check_digit_holds(self, kind):
        chance = Random(1)
        values = [MAKERS[kind](chance) for _ in range(50)]
        found = list(hits(pa.array([f"值{value}完" for value in values])))
        known = {"PHONE_NUMBER": "CN_MOBILE", "CN_RESIDENT_ID": "CN_RESIDENT_ID"}.get(kind, "BANK_CARD")
        assert [hit.kind for hit in found] == ([] if kind == "EMAIL_ADDRESS" else [known] * 50)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_report_shows_found_replaced_and_allowed_by_type_and_source_what_is_left_and_the_canaries(made, lang):
    rows = [row for table in Read(page(gathered(made[0]), lang)).tables.values() for row in table]
    assert ["PHONE_NUMBER", "182", "1", "183"] in rows, "found, by source and in all"
    assert ["PHONE_NUMBER", "183", "123", "0", "60", "numbered 60"] in rows, "found, replaced, tagged, allowed"
    assert ["CN_MOBILE", "notes", "0", "60", "0"] in rows, "left by kind and source"
    assert [row[:2] for row in rows if row[0] == "EMAIL_ADDRESS" and len(row) == 4 and row[2] == "0"] == [
        ["EMAIL_ADDRESS", "40"]
    ], "canaries"


@pytest.mark.parametrize("operator", ["surrogate", "pseudonym", "mask", "redact"])
def test_what_any_operator_writes_is_no_personal_data_to_the_detector(tmp_path, operator):
    corpus(tmp_path / "raw")
    out = ran(tmp_path, stages=["normalize", {"pii": {"operator": operator}}])
    assert verify(out).passed
    said = read_manifest(out)
    assert said.residual.by_source == {"notes": {"CN_MOBILE": Residue(allowed=60)}}
    assert sum(one.leaked for one in said.canaries["pii"].values()) == 0


@pytest.mark.parametrize("seed", range(3))
def test_a_run_that_lost_half_of_its_work_gives_the_same_bytes(made, tmp_path, seed):
    corpus(tmp_path / "raw")
    out = ran(tmp_path, work="keep_all")
    assert bytes_of(out) == bytes_of(made[0])
    receipts = sorted((tmp_path / "out.work" / "receipts").iterdir())
    for path in Random(seed).sample(receipts, len(receipts) // 2):
        path.unlink()
    shutil.rmtree(out)
    assert bytes_of(ran(tmp_path, work="keep_all")) == bytes_of(made[0])


@pytest.mark.parametrize(
    "stage", [{"operator": "reject_record"}, {"operators": {"PHONE_NUMBER": "reject_record"}}, {"max_density": 0}]
)
def test_a_run_that_rejects_records_with_personal_data_is_published_and_verified(tmp_path, stage):
    corpus(tmp_path / "raw")
    out = ran(tmp_path, stages=[{"pii": stage}])
    rejects = pl.read_parquet(sorted(out.glob("_lineage/rejects-*.parquet")))
    assert set(rejects["rule"]) == {"pii:density"}
    assert set(rejects["threshold"]) == {0.0}
    assert [check.id for check in verify(out).checks if check.status == "fail"] == []
