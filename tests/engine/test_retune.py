"""What `retune` says that other rules would do is what a run with them does; and it says so without any text."""

import json
import random
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import click.testing
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import curate
from curate.cli import main
from tests.engine.corpora import bytes_of, ledger, lines, shards
from tests.stages.quality.test_stage import ENGLISH, JUNK, PROSE

STAGES = ("quality", "web", "again")
MARKDOWN = "| 名称 | 数值 |\n|---|---|\n" + "".join(f"| 轴承{n} | {n * 7} |\n" for n in range(12))
CODE = "def f(x):\n    return {x: [x + 1]};\n" * 8


def corpus(raw: Path) -> None:
    """Write sound text of many lengths and all kinds of junk, Chinese and English, in three sources."""
    draw = random.Random(7)
    raw.mkdir()
    texts = [
        *JUNK.values(),
        PROSE,
        ENGLISH,
        MARKDOWN,
        CODE,
        "好",
        "",
        "ok",
        *(json.loads(one)["text"] for one in lines(0, 40)),
    ]
    texts += [(PROSE if n % 2 else ENGLISH)[: draw.randrange(4, 700)] + str(n) for n in range(120)]
    texts += [PROSE, ENGLISH]
    texts += [f"第{n}条 {PROSE[n:90]}\n" * draw.randrange(1, 9) for n in range(40)]
    for name in ("a", "b", "c"):
        draw.shuffle(texts)
        said = [json.dumps({"text": f"{text}{'' if name == 'a' else name * 3}"}, ensure_ascii=False) for text in texts]
        (raw / f"{name}.jsonl").write_text("\n".join([*said, "{broken"]), "utf-8")


def settings(raw: Path, out: Path, **presets: Path) -> dict[str, Any]:
    """Return a configuration with three stages `quality`; `presets` puts files in the place of their rules."""
    stages: dict[str, dict[str, Any]] = {
        "quality": {"sources": ["a", "b"], "rules": {"digits": {"min": 0.001, "max": 0.2}}},
        "web": {"preset": "general-web", "sources": ["c"], "languages": ["zh", "en"], "as": "web"},
        "again": {"preset": "chat", "rules": {"links": "off", "repetition": {"max": 0.3}}, "as": "again"},
    }
    stages["quality"]["rules"]["short"] = {"min": 12, "action": "tag"}
    for name, path in presets.items():
        kept = {key: value for key, value in stages[name].items() if key not in ("preset", "rules")}
        stages[name] = {**kept, "preset_file": str(path)}
    before = ["normalize", "language", {"length": {"min": 3}}]
    return {
        "name": "many",
        "sources": {name: {"format": "jsonl", "path": str(raw / f"{name}.jsonl")} for name in ("a", "b", "c")},
        "stages": [*before, *({"quality": said} for said in stages.values()), "exact_duplicates"],
        "output": {"path": str(out)},
        "limits": "off",
        "workers": 0,
    }


class House:
    """A finished run, and a place for others."""

    def __init__(self, place: Path) -> None:
        self.place, self.raw, self.out = place, place / "raw", place / "out"
        corpus(self.raw)
        self.config = self.configured("c.yaml", self.out)
        self.command("run", self.config, "--quiet")

    def configured(self, name: str, out: Path, **presets: Path) -> Path:
        """Write a configuration."""
        path = self.place / name
        path.write_text(json.dumps(settings(self.raw, out, **presets)), "utf-8")
        return path

    @staticmethod
    def command(*arguments: object, code: int = 0) -> str:
        """Run the command and return what it printed."""
        done = click.testing.CliRunner().invoke(main, [str(one) for one in arguments])
        assert done.exit_code == code, done.output
        return done.output

    def retune(self, *arguments: object) -> list[dict[str, Any]]:
        """Return what the command says as JSON, stage by stage."""
        said = self.command("retune", self.out, "--config", self.config, "--json", *arguments)
        stages: list[dict[str, Any]] = json.loads(said)["stages"]
        return stages


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return House(tmp_path_factory.mktemp("retune"))


def numbers_of(out: Path, stage: str) -> dict[str, Any]:
    """Return what the manifest says of a stage, by source."""
    manifest = json.loads((out / "_lineage/manifest.json").read_text("utf-8"))
    [said] = [one for one in manifest["stages"] if one["name"] == stage]
    found: dict[str, Any] = said["by_source"]
    return found


def left_by(out: Path, stage: str) -> dict[str, tuple[str, str]]:
    """Return rule and source of the records that a stage left out."""
    rows = ledger(out).filter(pl.col("stage") == stage).select("id", "rule", "source_id").iter_rows()
    return {name: (rule, source) for name, rule, source in rows}


def holds(said: dict[str, Any], side: str, out: Path) -> None:
    """Hold the numbers of one side against the manifest of a run."""
    stage, numbers = said["stage"], numbers_of(out, said["stage"])
    for line in said["sources"]:
        told = numbers[line["source"]]
        assert line[side]["rejected"] == told["rejected"]
        assert line[side]["tagged"] == told["tagged"]
    spoken: dict[tuple[str, str], Counter[str]] = {}
    for line in said["rules"]:
        rule = line["rule"].removesuffix("_max") if side == "now" else line["rule"]
        spoken.setdefault((rule, line["source"]), Counter()).update(line[side] or {})
    for source, told in numbers.items():
        for rule, counts in told["rules"].items():
            mine = spoken[rule.removeprefix(f"{stage}:"), source]
            assert (mine["rejected"], mine["tagged"]) == (counts["rejected"], counts["tagged"]), rule
    total = Counter[str]()
    for told in numbers.values():
        total.update({rule: sum(counts.values()) for rule, counts in told["rules"].items()})
    assert sum(one["rejected"] + one["tagged"] for one in spoken.values()) == total.total()


def drawn(house: House, stage: str, seed: int) -> list[str]:
    """Draw changes to some rules: thresholds that some record has exactly, actions, an expression, rules off."""
    draw = random.Random(f"{stage} {seed}")
    signals = pl.read_parquet(sorted(house.out.glob("_lineage/signals-*.parquet")))
    rules = {said["rule"]: said for said in rules_of(house, stage)}
    changes = []
    for name in draw.sample(sorted(rules), 9):
        signal = rules[name]["when"].split()[0]
        values = signals[f"{stage}_{signal}"].drop_nulls().to_list() or [0.5]
        changes += [f"{name}={draw.choice(values)!r}", f"{name}={draw.choice(['reject', 'reject', 'tag'])}"]
        if "chinese" in rules[name]:
            changes.append(f"{name}.chinese={draw.choice(values)!r}")
    changes += [f"{name}=off" for name in draw.sample(sorted(rules), 2)]
    words = draw.choice(signals[f"{stage}_words"].drop_nulls().to_list())
    return [*changes, f"own=ended_lines < {draw.random()} and words >= {words!r}", "own=reject"]


def rules_of(house: House, stage: str) -> list[dict[str, Any]]:
    manifest = json.loads((house.out / "_lineage/manifest.json").read_text("utf-8"))
    [rules] = [one["lineage"]["rules"] for one in manifest["stages"] if one["name"] == stage]
    found: list[dict[str, Any]] = [said for said in rules if said["rule"] != "digits"]
    return found


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("stage", STAGES)
def test_what_other_rules_would_do_is_what_a_run_with_the_written_preset_does(house, stage, seed, tmp_path):
    preset, out = tmp_path / "p.yaml", tmp_path / "out"
    changes = [part for said in drawn(house, stage, seed) for part in ("--set", said)]
    [said] = house.retune("--stage", stage, *changes, "--write", preset)
    config = house.configured(f"{stage}{seed}.yaml", out, **{stage: preset})
    assert "no mistakes" in house.command("validate", config)
    house.command("run", config, "--quiet")
    holds(said, "now", house.out)
    holds(said, "new", out)
    before, after = left_by(house.out, stage), left_by(out, stage)
    for change, there, elsewhere in (("rejected", after, before), ("kept", before, after)):
        moved = [move for move in said["moved"] if move["change"] == change]
        counts = Counter(there[name] for name in there.keys() - elsewhere.keys())
        told = Counter[tuple[str, str]]()
        for move in moved:
            rule = move["rule"] if change == "rejected" else move["rule"].removesuffix("_max")
            told[f"{stage}:{rule}", move["source"]] += move["records"]
            assert all(there[name] == (f"{stage}:{rule}", move["source"]) for name in move["ids"])
            assert not set(move["ids"]) & elsewhere.keys()
        assert told == counts
    assert said["moved"], "nothing changed, so nothing was tried"


def test_without_a_change_it_tells_what_the_run_did_and_what_it_cannot_know(house):
    told = house.retune()
    assert [one["stage"] for one in told] == list(STAGES)
    for one in told:
        holds(one, "now", house.out)
        assert (one["changed"], one["moved"], one["drawings"]) == ({}, [], [])
    first, _, last = told
    assert set(first["left_out_before"]) == {"read", "length"}
    assert set(last["left_out_before"]) == {"read", "length", "quality", "web"}
    assert (first["not_asked"] > 0, last["not_asked"]) == (True, 0)
    records = len(ledger(house.out)) + len(shards(house.out))
    assert all(one["judged"] + one["not_asked"] + sum(one["left_out_before"].values()) == records for one in told)
    assert any("exact_duplicates" in said for said in last["unknown"])


def test_it_needs_no_text_neither_raw_nor_in_shards(house, tmp_path):
    changes = ("--stage", "again", "--set", "short=300", "--set", "short=reject", "--keep", "repetition=0.9")
    told = house.retune(*changes)
    copy = tmp_path / "out"
    shutil.copytree(house.out, copy)
    shutil.rmtree(copy / "data")
    away = house.raw.rename(house.place / "away")
    try:
        said = json.loads(house.command("retune", copy, "--config", house.config, "--json", *changes))
    finally:
        away.rename(house.raw)
    assert said["stages"] == told
    texts = shards(house.out)["text"].to_list()
    assert not any(text[:20] in json.dumps(told, ensure_ascii=False) for text in texts if len(text) > 20)


def test_a_share_to_keep_gives_the_tightest_threshold_that_spares_so_many(house):
    [said] = house.retune("--stage", "again", "--keep", "short=0.9", "--keep", "repetition=0.75")
    for name in ("short", "repetition"):
        for drawing in (one for one in said["drawings"] if one["rule"] == name):
            hit = sum(drawing["counts"][: drawing["edges"].index(drawing["new"]) + 1]) if name == "short" else None
            hit = sum(drawing["counts"][drawing["edges"].index(drawing["new"]) + 1 :]) if hit is None else hit
            share = {"short": 0.9, "repetition": 0.75}[name]
            assert hit <= (1 - share) * drawing["records"] + 1e-9
            assert sum(drawing["counts"]) == drawing["records"]


def test_the_page_shows_funnel_rules_differences_and_the_signal_about_its_thresholds(house):
    changes = ("--stage", "quality", "--set", "short=80", "--set", "short=reject", "--rule", "loop")
    page = house.command("retune", house.out, "--config", house.config, *changes)
    assert "short: chars < 12 (tag)  ->  chars < 80 (reject)" in page
    for said in (
        "kept then",
        "kept now, rejected with the new rules: ",
        "---- < new",
        "---- < now and new",
        "loop: compr",
    ):
        assert said in page
    assert "what this cannot know:" in page


def test_rules_may_begin_with_a_preset_or_with_those_of_the_configuration_as_it_is_now(house, tmp_path):
    [legal] = house.retune("--stage", "again", "--preset", "legal")
    path = tmp_path / "legal.yaml"
    path.write_text(house.command("presets", "legal"), "utf-8")
    [same] = house.retune("--stage", "again", "--preset", path)
    edited = settings(house.raw, house.out)
    edited["stages"][5]["quality"]["preset"] = "legal"
    del edited["stages"][5]["quality"]["rules"]
    config = tmp_path / "edited.yaml"
    config.write_text(json.dumps(edited), "utf-8")
    said = json.loads(house.command("retune", house.out, "--config", config, "--stage", "again", "--json"))["stages"]
    assert legal == same == said[0]
    assert legal["changed"]["short"]["new"]["when"] == "chars < 30"


def test_a_configuration_that_is_no_longer_that_of_the_run_is_said_so(house, tmp_path):
    edited = settings(house.raw, house.out)
    edited["stages"].insert(0, {"length": {"max": 50, "as": "first"}})
    edited["sources"]["a"]["keep"] = ["kind"]
    config = tmp_path / "edited.yaml"
    config.write_text(json.dumps(edited), "utf-8")
    page = house.command("retune", house.out, "--config", config)
    assert "other sources" in page
    assert "what stands before 'web' in the configuration is not what the run did" in page


class TestIsOneClearError:
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["--set", "short=3"], "several stages `quality`"),
            (["--write", "FREE"], "a preset file is of one stage"),
            (["--stage", "qualty"], "is called 'qualty'"),
            (["--stage", "web", "--set", "shrt=3"], "no rule 'shrt'"),
            (["--stage", "web", "--rule", "shrt"], "no rule 'shrt'"),
            (["--stage", "web", "--keep", "short=2"], "from 0 to 1"),
            (["--stage", "web", "--preset", "there.is.none"], "cannot be read"),
            (["--stage", "web", "--write", "TAKEN"], "not overwritten"),
        ],
    )
    def test_where_what_is_asked_means_nothing(self, house, arguments, message, tmp_path):
        taken = tmp_path / "taken.yaml"
        taken.write_text("mine", "utf-8")
        paths = {"TAKEN": taken, "FREE": tmp_path / "free.yaml"}
        said = [paths.get(one, one) for one in arguments]
        done = house.command("retune", house.out, "--config", house.config, *said, code=2)
        assert message in done
        assert "hint:" in done
        assert (taken.read_text("utf-8"), paths["FREE"].exists()) == ("mine", False)

    def test_that_names_a_mistaken_stage_and_preset_with_the_others(self, house):
        said = ("--stage", "wep", "--preset", "legl", "--set", "shrt=3", "--set", "short=2", "--rule", "lop")
        told = house.command("retune", house.out, "--config", house.config, *said, code=2)
        for fact in ("is called 'wep'", "legl", "there is no rule 'shrt'", "there is no rule 'lop'"):
            assert told.count(fact) == 1, fact

    def test_that_names_every_mistake_of_the_options(self, house):
        said = ("shrt=3", "new=foo > 1", "new.chinese=3", "symbols=60", "loop=maybe so")
        changes = [part for one in said for part in ("--set", one)]
        told = house.command(
            *("retune", house.out, "--config", house.config, "--stage", "web", *changes),
            *("--keep", "lop=0.9", "--keep", "short=2", "--rule", "shorter", "--rule", "new"),
            code=2,
        )
        for fact in (
            "there is no rule 'shrt'",
            "there is no signal 'foo'",
            "60 is no value of 'content', which is between 0 and 1",
            "'maybe so' is no comparison",
            "there is no rule 'lop'",
            "'short=2' is no rule with a share",
            "there is no rule 'shorter'",
        ):
            assert fact in told
        assert "there is no rule 'new'" not in told

    def test_where_the_signals_are_not_those_of_the_ledger(self, house, tmp_path):
        copy = tmp_path / "out"
        shutil.copytree(house.out, copy)
        path = next(copy.glob("_lineage/signals-*.parquet"))
        table = pq.read_table(path)
        for name in ("again_compression", "again_varied"):  # what `loop` asks for
            place = table.schema.get_field_index(name)
            table = table.set_column(place, table.schema.field(place), pa.array([0.01] * len(table), pa.float32()))
        pq.write_table(table, path)
        assert "another decision than the ledger" in house.command("retune", copy, "--config", house.config, code=1)

    def test_where_the_output_was_made_before_rules_stood_in_the_manifest(self, house, tmp_path):
        copy = tmp_path / "out"
        shutil.copytree(house.out, copy)
        path = copy / "_lineage/manifest.json"
        manifest = json.loads(path.read_text("utf-8"))
        for stage in manifest["stages"]:
            stage["lineage"] = {}
        path.write_text(json.dumps(manifest), "utf-8")
        assert "run its configuration again" in house.command("retune", copy, "--config", house.config, code=74)


def test_the_library_says_the_same(house):
    [said] = curate.open(house.out).retune(house.config, stage="web", changes=["short=50"], keep=["loop=0.98"])
    [told] = house.retune("--stage", "web", "--set", "short=50", "--keep", "loop=0.98")
    assert json.loads(json.dumps(said.as_json())) == told


def test_the_files_of_a_run_are_as_they_were(house, tmp_path):
    before = bytes_of(house.out)
    house.retune("--stage", "web", "--set", "short=50", "--write", tmp_path / "p.yaml")
    assert bytes_of(house.out) == before


def test_the_preset_of_a_choice_has_the_same_bytes_every_time(house, tmp_path):
    for name in ("one.yaml", "two.yaml"):
        house.retune("--stage", "web", "--set", "short=50.125", "--keep", "loop=0.98", "--write", tmp_path / name)
    assert (tmp_path / "one.yaml").read_bytes() == (tmp_path / "two.yaml").read_bytes()
    assert "50.125" in (tmp_path / "one.yaml").read_text("utf-8")
