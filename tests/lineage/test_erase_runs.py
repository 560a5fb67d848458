"""What was erased does not come back by a later run, from whatever file it is read."""

import json
from os import mkfifo
from pathlib import Path
from shutil import copytree, rmtree
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

import curate
from curate.cli import main
from curate.core.errors import ConfigError, StorageError
from curate.core.record import record_id
from curate.core.suppression import content_digest, content_form, read_suppression
from curate.lineage.diff import diff
from curate.lineage.erase import Erased, Options, erase
from curate.lineage.erase_asked import Request
from curate.lineage.former import FORMER, SAID
from curate.lineage.history import history
from curate.lineage.manifest import MANIFEST, SUMS, read_manifest
from curate.lineage.passage import by_text
from curate.lineage.since import NO_DATA
from curate.lineage.trace import trace_by
from curate.lineage.verify import verify
from curate.terminal import warnings_of

KEY = b"a key of at least thirty-two bytes"
PHONE = "13912345678"
STORY = (
    "三号机组于五月四日凌晨停机检修，检修人员更换了主给水泵的密封件，并对轴承温度、振动值和油位逐项进行了测量，"
    "各项数值均在允许范围之内，未见渗漏。试运行两小时后机组并网，值班人员按规程每半小时记录一次数据。"
)
TEXTS = {
    "story": f"{STORY}联系电话：{PHONE}。",
    "near": f"{STORY.replace('五月四日', '六月七日')}联系电话：{PHONE}。",
    "copy": f"{STORY}联系电话：{PHONE}。\n",
    "alone": "Nothing else in this corpus speaks of turbines, blades and the wear that sand leaves on them.",
    "other": "Quarter four: revenue grew in the domestic market while receivables stayed within the plan.",
}
EDITING = ["normalize", "exact_duplicates", {"near_duplicates": {"threshold": 0.7}}, "pii"]


def corpus(folder: Path, name: str = "notes.jsonl", texts: dict[str, str] = TEXTS) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps({"name": name, "text": text}, ensure_ascii=False) for name, text in texts.items()]
    (folder / name).write_text("\n".join(lines), "utf-8")
    return folder


def run(out: Path, raw: Path, stages: list[Any], **source: Any) -> Path:
    key = out.parent / "k.key"
    key.write_bytes(KEY)
    config = {
        "name": "notes",
        "sources": {"notes": {"format": "jsonl", "path": str(raw / "*.jsonl"), "license": "MIT", **source}},
        "stages": stages,
        "output": {"path": str(out), "canaries": 0},
        "key_file": str(key),
        "limits": "off",
        "workers": 0,
    }
    curate.run(config)
    return out


def erased(out: Path, by: str, said: str, ticket: str = "DSR-1") -> Erased:
    if by not in {"source", "uri"}:
        (out.parent / "said.txt").write_text(said, "utf-8")
        said = str(out.parent / "said.txt")
    return erase(out, Request(by, said, "pipl-47", ticket, KEY))


def kept(out: Path) -> str:
    return "\n".join(text for path in out.glob("data/*/*.parquet") for text in pl.read_parquet(path)["text"])


def listed(out: Path) -> dict[str, list[str]]:
    return {"lists": [str(out.parent / f"{out.name}.suppression.json")]}


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """An output whose first stage has digested what was read; not to be changed."""
    folder = tmp_path_factory.mktemp("made")
    return run(folder / "out", corpus(folder / "raw"), ["suppress", *EDITING])


@pytest.fixture
def out(made, tmp_path) -> Path:
    from shutil import copytree

    copytree(made.parent, tmp_path, dirs_exist_ok=True)
    return tmp_path / "out"


@pytest.mark.parametrize("by", ["text_file", "subject"])
def test_a_record_stays_away_under_another_file_name_and_so_do_its_copies(out, tmp_path, by):
    """A near copy, left out in favour of the record, must not take its place."""
    said = erased(out, by, TEXTS["story"] if by == "text_file" else f"手机: {PHONE}")
    assert "三号机组" not in kept(out)
    assert verify(out).passed
    assert said.reach.model_dump() == {"raw": 3, "key": 0, "final": 0, "unknown": 0}
    texts = {name: text.replace("\n", "\r\n ") for name, text in TEXTS.items()}
    raw = corpus(tmp_path / "renamed", "other.jsonl", texts)
    run(out, raw, [{"suppress": listed(out)}, *EDITING])
    assert "三号机组" not in kept(out)
    assert "turbines" in kept(out)
    ledger = pl.read_parquet(out / "_lineage/rejects-*.parquet")
    assert ledger.filter(pl.col("rule") == "suppress:content").height == 3
    assert verify(out).passed


def test_who_asks_for_a_person_is_told_what_was_erased_and_that_nobody_can_tell_of_whom(out, tmp_path):
    (tmp_path / "person.txt").write_text(f"手机: {PHONE}", "utf-8")
    asked = ["trace", str(out), "--subject", str(tmp_path / "person.txt"), "--key-file", str(tmp_path / "k.key")]
    assert "erased" not in CliRunner().invoke(main, asked).stdout
    erased(out, "subject", f"手机: {PHONE}")
    said = trace_by(out, tmp_path / "person.txt", KEY)
    assert (said.records, [(one.by, one.ticket) for one in said.since.erasures]) == ((), [("subject", "DSR-1")])
    assert NO_DATA in said.cannot
    told = CliRunner().invoke(main, asked).stdout
    assert "1 record was erased from this output" in told
    assert "basis pipl-47, ticket DSR-1, named by subject" in told
    assert PHONE not in told


def test_a_raw_text_that_a_stage_edited_is_known_among_what_was_erased(out, tmp_path):
    erased(out, "text_file", TEXTS["story"])
    (tmp_path / "raw.txt").write_text(TEXTS["story"], "utf-8")
    said = by_text(out, tmp_path / "raw.txt", KEY)
    assert (said.found, said.since.known) == (0, "listed")


@pytest.fixture
def anew(out, tmp_path) -> Path:
    """An output of which something was erased, and that was then made anew from a file of another name."""
    erased(out, "text_file", TEXTS["story"])
    run(out, corpus(tmp_path / "renamed", "other.jsonl"), [{"suppress": listed(out)}, *EDITING])
    return out


def told(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, [*words])
    return done.exit_code, done.output


def test_no_version_before_quotes_a_source_that_was_touched_by_a_later_erasure(tmp_path):
    lines = {name: f"版权所有属于来源{name}的设备公司，未经许可不得转载。" for name in ("a", "b")}
    for name, line in lines.items():
        texts = {str(n): f"{line}\n第{n * 7}号泵{name}的检修记录，轴承{n * 13}号。" for n in range(30)}
        corpus(tmp_path / name, f"{name}.jsonl", texts)
    (tmp_path / "k.key").write_bytes(KEY)
    sources = {name: {"format": "jsonl", "path": str(tmp_path / name / "*.jsonl")} for name in lines}
    said = {"name": "two", "sources": sources, "stages": ["suppress", "repeated_lines"], "limits": "off", "workers": 0}
    out = tmp_path / "out"
    curate.run(said | {"output": {"path": str(out)}, "key_file": str(tmp_path / "k.key")})
    assert all(line in (out / MANIFEST).read_text("utf-8") for line in lines.values())
    first = out / "_lineage" / "history" / "00000.json"
    for name, line in lines.items():
        if first.exists():
            body = first.read_bytes()
            first.write_text("{}", "utf-8")
            with pytest.raises(StorageError, match="missing or damaged"):
                erased(out, "source", name, name)
            first.write_bytes(body)
        erased(out, "source", name, name)
        quoting = [path.name for path in out.rglob("*.json") if line in path.read_text("utf-8")]
        assert quoting == []
        assert verify(out).exit_code == 0
    assert [one.quotes for one in history(out).versions] == [False, False, True]


class TestAnOutputThatWasMadeAnew:
    def test_still_says_of_an_erased_record_that_and_why_it_was_erased(self, anew):
        [folder] = (anew / FORMER).iterdir()
        stones = pl.read_parquet(folder / "_lineage/tombstones-*.parquet")
        name = stones["id"][0]
        code, said = told("trace", str(anew), name)
        assert code == 0
        assert "ticket DSR-1; a run has made the output anew since" in " ".join(said.split())
        code, said = told("explain", str(anew), name)
        assert code == 1
        assert "ticket DSR-1; a run has made the output anew" in said
        assert "erased from a former output" in told("trace", str(anew), "--uri", "notes.jsonl")[1]

    def test_still_says_it_of_a_text_and_of_a_person(self, anew, tmp_path):
        (tmp_path / "raw.txt").write_text(TEXTS["story"], "utf-8")
        said = by_text(anew, tmp_path / "raw.txt", KEY)
        assert (said.found, said.since.known, [one.former for one in said.since.erasures]) == (0, "listed", [True])
        (tmp_path / "person.txt").write_text(f"手机: {PHONE}", "utf-8")
        assert [one.ticket for one in trace_by(anew, tmp_path / "person.txt", KEY).since.erasures] == ["DSR-1"]

    def test_has_a_history_and_quotes_nothing(self, anew):
        said = history(anew)
        assert [[one.ticket for one in old.versions] for old in said.former] == [[None, "DSR-1"]]
        assert (len(said.versions), said.faults) == (1, ())
        assert "ticket DSR-1" in told("history", str(anew))[1]
        assert "三号机组" not in "".join(path.read_text("latin-1") for path in (anew / FORMER).rglob("*.json"))

    @pytest.mark.parametrize(("lang", "words"), [("en", "stood here before"), ("zh", "此前位于同一位置")])
    def test_is_told_on_the_page_of_the_report(self, anew, tmp_path, lang, words):
        page = tmp_path / "page.html"
        assert told("report", str(anew), "--lang", lang, "-o", str(page))[0] == 0
        body = page.read_text("utf-8")
        assert words in body
        assert "DSR-1" in body

    def test_is_the_same_as_if_nothing_had_stood_there(self, anew, tmp_path):
        other = tmp_path / "fresh" / "out"
        other.parent.mkdir()
        run(other, tmp_path / "renamed", [{"suppress": listed(anew)}, *EDITING])
        assert (other / SUMS).read_bytes() == (anew / SUMS).read_bytes()
        assert not (other / FORMER).exists()

    def test_keeps_it_through_further_runs_and_erasures(self, anew, tmp_path):
        erased(anew, "text_file", TEXTS["alone"], "DSR-2")
        run(anew, tmp_path / "renamed", [{"suppress": listed(anew)}, "normalize"])
        assert [one.ticket for old in history(anew).former for one in old.erasures] == ["DSR-1", "DSR-2"]
        assert verify(anew).passed
        erased(anew, "text_file", TEXTS["other"], "DSR-3")
        (tmp_path / "x.txt").write_text("x", "utf-8")
        said = by_text(anew, tmp_path / "x.txt", KEY)
        assert [one.ticket for one in said.since.erasures] == ["DSR-1", "DSR-2", "DSR-3"]
        assert verify(anew).passed

    @pytest.mark.parametrize(
        "kind", ["dropped", "stones", "said", "rows", "pipe", "list", "ticket", "added", "copied", "moved"]
    )
    def test_is_checked(self, anew, kind):
        assert verify(anew).passed
        [folder] = (anew / FORMER).iterdir()
        if kind == "dropped":
            rmtree(anew / FORMER)
        elif kind == "stones":
            next(folder.rglob("*.parquet")).unlink()
        elif kind == "pipe":
            mkfifo(anew.parent / "pipe")
            said = json.loads((folder / SAID).read_text("utf-8"))
            said["tombstones"][0]["path"] = str(anew.parent / "pipe")
            (folder / SAID).write_text(json.dumps(said), "utf-8")
        elif kind == "said":
            (folder / SAID).write_text("{}", "utf-8")
        elif kind == "copied":
            copytree(folder, folder.with_name(folder.name.replace("00000-", "00001-")))
        elif kind == "moved":
            folder.rename(folder.with_name(folder.name.replace("00000-", "00001-")))
        elif kind == "added":
            (folder / "more.json").write_text("{}", "utf-8")
        else:
            said = json.loads((folder / SAID).read_text("utf-8"))
            said["suppression"] = None if kind == "list" else said["suppression"]
            said["erasures"][0] |= {"ticket": "DSR-9"} if kind == "ticket" else {}
            said["erasures"][0]["records"] += kind == "rows"
            (folder / SAID).write_text(json.dumps(said), "utf-8")
        assert verify(anew).named("erasures").status == "fail"
        assert verify(anew).named("erasures").detail.startswith(FORMER)

    def test_is_not_replaced_where_its_tombstones_could_not_be_kept(self, out, tmp_path):
        erased(out, "text_file", TEXTS["story"])
        (out / MANIFEST).write_text("{}", "utf-8")
        with pytest.raises(StorageError, match="the manifest is damaged"):
            run(out, tmp_path / "raw", [{"suppress": listed(out)}, *EDITING])
        assert list(out.glob("_lineage/tombstones-*"))


def test_a_comparison_says_of_an_erased_record_that_it_was_erased(made, out, tmp_path):
    erased(out, "text_file", TEXTS["alone"])
    run(tmp_path / "anew", tmp_path / "raw", EDITING)
    for before, after, said in ((made, out, ("lost", "kept", "erased")), (out, made, ("gained", "erased", "kept"))):
        found = diff(before, after)
        assert [(one.kind, one.a, one.b, one.stages, one.records) for one in found.groups] == [(*said, (), 1)]
    assert "B: erased" in told("diff", str(made), str(out))[1]
    run(out, tmp_path / "raw", [{"suppress": listed(out)}, *EDITING])
    groups = {(one.kind, one.a, one.b) for one in diff(out, tmp_path / "anew").groups}
    assert ("gained", "suppress:content", "kept") in groups


def test_a_run_that_would_bring_it_back_is_refused(out, tmp_path):
    erased(out, "text_file", TEXTS["alone"])
    before = read_manifest(out)
    for stages in (
        EDITING,
        [*EDITING, {"suppress": listed(out)}],
        ["suppress", *EDITING],
        [{"suppress": {**listed(out), "action": "tag"}}, *EDITING],
        [{"suppress": {**listed(out), "sources": ["notes"]}}, *EDITING],
    ):
        with pytest.raises(ConfigError, match="would bring them back"):
            run(out, tmp_path / "raw", stages)
    assert read_manifest(out) == before
    run(out, tmp_path / "raw", [{"suppress": listed(out)}, *EDITING])
    assert read_manifest(out).erasures == ()
    with pytest.raises(ConfigError, match="would bring them back"):
        run(out, tmp_path / "raw", EDITING)


def test_a_run_into_another_output_tells_of_lists_beside_it_that_it_does_not_read(out, tmp_path):
    erased(out, "text_file", TEXTS["alone"])
    (out.parent / "no.suppression.json").write_text("{}", "utf-8")
    (said,) = (Path(path) for path in listed(out)["lists"])
    config = {
        "name": "second",
        "sources": {"notes": {"format": "jsonl", "path": str(tmp_path / "raw" / "*.jsonl"), "license": "MIT"}},
        "stages": EDITING,
        "output": {"path": str(out.with_name("second")), "canaries": 0},
        "key_file": str(out.parent / "k.key"),
        "limits": "off",
        "workers": 0,
    }
    done = curate.run(config)
    assert done.unread == (said,)
    assert [str(said) in one for one in warnings_of(done)] == [True]
    done = curate.run(config | {"stages": [{"suppress": listed(out)}, *EDITING]})
    assert (done.unread, list(warnings_of(done))) == ((), [])


@pytest.mark.parametrize("moved", [False, True])
def test_a_list_that_lies_elsewhere_is_asked_of_every_later_run(out, tmp_path, moved):
    shared = tmp_path / "lists" / "shared.json"
    shared.parent.mkdir()
    (tmp_path / "said.txt").write_text(TEXTS["alone"], "utf-8")
    request = Request("text_file", str(tmp_path / "said.txt"), "pipl-47", "DSR-1", KEY)
    erase(out, request, Options(suppression=shared))
    out = out.rename(tmp_path / "elsewhere") if moved else out
    reading = [{"suppress": {"lists": [str(shared)]}}, *EDITING]
    for _ in range(2):
        run(out, tmp_path / "raw", reading)
        with pytest.raises(ConfigError, match="would bring them back") as refused:
            run(out, tmp_path / "raw", ["suppress", *EDITING])
        assert f"{out.name}.suppression.json" in refused.value.hint
    assert TEXTS["alone"] not in kept(out)


def test_what_was_edited_before_anything_was_digested_is_known_by_its_final_text(tmp_path):
    raw = corpus(tmp_path / "raw")
    out = run(tmp_path / "out", raw, EDITING)
    name = next(
        row["id"] for path in out.glob("data/*/*.parquet") for row in pl.read_parquet(path).to_dicts() if row["pii"]
    )
    said = erased(out, "ids", name)
    assert (said.reach.final, said.reach.unknown) == (1, 2)
    with pytest.raises(ConfigError, match="last of all"):
        run(out, raw, [{"suppress": listed(out)}, *EDITING])
    late = {"suppress": {"as": "suppressed_last", **listed(out)}}
    raw = corpus(tmp_path / "renamed", "other.jsonl", {name: TEXTS[name] for name in ("story", "alone", "other")})
    run(out, raw, [{"suppress": listed(out)}, *EDITING, late])
    assert "三号机组" not in kept(out)


def test_a_record_with_a_key_of_its_source_is_known_by_it_whatever_its_text_says_now(tmp_path):
    out = run(tmp_path / "out", corpus(tmp_path / "raw"), ["normalize", "pii"], key="name")
    said = erased(out, "ids", record_id("notes", "story"))
    assert said.reach.key == 1
    texts = {**TEXTS, "story": "An altogether different text about nothing that was ever said in the first edition."}
    raw = corpus(tmp_path / "renamed", "other.jsonl", texts)
    stages = [{"suppress": listed(out)}, "normalize", "pii", {"suppress": {"as": "late", **listed(out)}}]
    run(out, raw, stages, key="name")
    assert "altogether" not in kept(out)
    assert "turbines" in kept(out)


def test_places_that_are_no_keys_are_never_suppressed(tmp_path):
    """Another record stands there once the owner has taken the erased one out of the raw file."""
    texts = {name: TEXTS[name] for name in ("alone", "other")}
    out = run(tmp_path / "out", corpus(tmp_path / "raw", texts=texts), ["suppress"])
    erased(out, "text_file", TEXTS["alone"])
    assert read_suppression(tmp_path / "out.suppression.json").ids == ()
    corpus(tmp_path / "raw", texts={"other": TEXTS["other"]})
    run(out, tmp_path / "raw", [{"suppress": listed(out)}])
    assert "revenue" in kept(out)


def test_a_list_of_another_key_and_a_stage_without_one_are_mistakes_of_the_configuration(out, tmp_path):
    erased(out, "text_file", TEXTS["alone"])
    (tmp_path / "other.key").write_bytes(b"x" * 32)
    with pytest.raises(ConfigError, match="was made with the key"):
        run(out, tmp_path / "raw", [{"suppress": {**listed(out), "key_file": str(tmp_path / "other.key")}}])
    with pytest.raises(ConfigError, match="neither `key_file` nor `key_env`"):
        curate.Config.load({"name": "x", "sources": {}, "stages": ["suppress"], "output": {"path": "out"}})


def test_the_form_of_a_text_forgets_only_what_does_not_speak():
    assert content_form(" Ａ１，\u3000b\r\n\u200bc\ufeff") == "A1,bc"
    assert content_form("Über — ß") == "Über—ß"
    same = {content_digest(KEY, text) for text in ("张三 电话\n138", "张三\t电话 １３８", "\ufeff张三电话138")}
    assert len(same) == 1
    assert content_digest(KEY, "张三电话139") not in same
    assert content_digest(KEY, " \n") is content_digest(KEY, None) is None
    assert content_digest(b"x" * 32, "张三电话138") not in same


def test_a_kept_record_goes_whatever_the_fields_are_called_that_it_keeps(tmp_path):
    names = ["stage", "rule", "duplicate_of"]
    (tmp_path / "raw").mkdir()
    rows = [{"text": text, **dict.fromkeys(names, name)} for name, text in TEXTS.items()]
    (tmp_path / "raw/a.jsonl").write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    out = run(tmp_path / "out", tmp_path / "raw", ["normalize"], keep=names)
    assert erased(out, "source", "notes").changed
    assert verify(out).passed


@pytest.mark.parametrize("place", ["out/_lineage/list.json", "out/list.json"])
def test_a_list_within_an_output_is_refused_before_anything_is_locked(tmp_path, place):
    out = run(tmp_path / "out", corpus(tmp_path / "raw"), ["normalize"])
    request = Request("source", "notes", "other", "DSR-1", KEY)
    with pytest.raises(ConfigError, match="within the output"):
        erase(out, request, Options(suppression=tmp_path / place))
    assert verify(out).passed


def test_the_folder_that_one_is_in_can_be_named_with_a_dot(tmp_path, monkeypatch):
    out = run(tmp_path / "out", corpus(tmp_path / "raw"), ["normalize"])
    monkeypatch.chdir(out)
    assert erase(Path(), Request("source", "notes", "other", "DSR-1", KEY)).changed
    assert (tmp_path / "out.suppression.json").exists()
