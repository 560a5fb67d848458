"""`profile` fits a preset to good documents: it keeps what was asked for when a run uses it, and is the same again."""

import json
import random
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import click.testing
import pytest

from curate.cli import main
from curate.core.errors import ConfigError
from curate.engine.profile import Wanted, profile
from curate.stages.quality.fitting import BASIC
from curate.stages.quality.presets import BASE, preset_of
from tests.engine.corpora import lines
from tests.stages.quality.test_stage import ENGLISH, JUNK, PROSE


def command(*arguments: object, code: int = 0) -> str:
    """Run the command and return what it printed."""
    done = click.testing.CliRunner().invoke(main, [str(one) for one in arguments])
    assert done.exit_code == code, done.output
    return done.output


def good(folder: Path, *, more: tuple[str, ...] = ()) -> Path:
    """Write documents in three formats: short notes, pages of prose, a table of questions and answers."""
    draw = random.Random(3)
    (folder / "pages").mkdir(parents=True)
    texts = [json.loads(line)["text"] + PROSE[: draw.randrange(150)] for line in lines(0, 150)]
    said = [json.dumps({"text": text}, ensure_ascii=False) for text in (*texts, *more)]
    (folder / "notes.jsonl").write_text("\n".join(said), "utf-8")
    sentences = ENGLISH.strip().split(". ")
    for number in range(20):
        (folder / "pages" / f"{number:02d}.txt").write_text(". ".join(draw.sample(sentences, 12)), "utf-8")
    rows = [f"第{n}号设备如何保养？,{PROSE[n : n + 40]}编号{n * 31}。" for n in range(60)]
    (folder / "qa.csv").write_text("\n".join(["question,answer", *rows]), "utf-8")
    return folder


@pytest.fixture(scope="module")
def profiled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, dict[str, Any]]:
    """Return the folder, the preset file and what the command says of it."""
    place = tmp_path_factory.mktemp("profile")
    folder = good(place / "good", more=(JUNK["loop"], JUNK["encoded"], PROSE, PROSE, "——"))
    file = place / "own.yaml"
    return folder, file, json.loads(command("profile", folder, "-o", file, "--keep", "0.95", "--json"))


def test_the_preset_can_be_used_at_once_and_a_run_with_it_finds_fault_with_no_more_than_may_be_lost(profiled, tmp_path):
    folder, _, said = profiled
    config = folder.parent / "c.yaml"
    stages = ["normalize", "language", "exact_duplicates", {"quality": {"preset_file": "own.yaml"}}]
    sources = {
        "notes": {"format": "jsonl", "path": "good/notes.jsonl"},
        "pages": {"format": "text", "path": "good/pages/*.txt"},
        "qa": {"format": "csv", "path": "good/qa.csv", "text": "问：{question}\n答：{answer}"},
    }
    settings = {"name": "good", "sources": sources, "stages": stages, "output": {"path": str(tmp_path / "out")}}
    config.write_text(json.dumps({**settings, "limits": "off", "workers": 0}), "utf-8")
    assert "no mistakes" in command("validate", config)
    command("run", config, "--quiet")
    manifest = json.loads((tmp_path / "out/_lineage/manifest.json").read_text("utf-8"))
    [quality] = [stage for stage in manifest["stages"] if stage["name"] == "quality"]
    empty = quality["rules"].get("quality:empty", {"rejected": 0})["rejected"]
    hit = quality["rejected"] - empty + quality["tagged"]
    assert quality["records_in"] - empty == said["documents"]
    assert hit <= 0.05 * said["documents"]
    assert hit == round((1 - said["passed_after"]) * said["documents"])


def test_what_it_says_is_what_it_wrote(profiled):
    _, file, said = profiled
    rules = preset_of(file)
    assert {name: rule.data() for name, rule in rules.items()} == said["rules"]
    assert list(rules) == list(BASE)
    for line in said["lines"]:
        rule = rules[line["rule"]]
        assert line["new"] == (rule.chinese if line["about"] == "zh" else rule.threshold)
        assert line["old"] == (BASE[line["rule"]].chinese if line["about"] == "zh" else BASE[line["rule"]].threshold)
        assert line["rule"] not in BASIC or line["hit_after"] <= line["hit_before"]
    assert said["passed_after"] >= 0.95
    assert said["held_out"]["low"] <= said["held_out"]["share"] <= said["held_out"]["high"]


def test_copies_and_what_has_no_letter_are_left_out_and_counted(profiled):
    _, _, said = profiled
    assert said["left_out"] == {"exact_duplicates:copy": 1, "quality:empty": 1}
    assert said["documents"] == 150 + 3 + 20 + 60
    assert sum(said["languages"].values()) - 1 == said["documents"] == sum(said["content_types"].values())


def test_the_same_documents_give_the_same_bytes_whatever_the_folder_and_its_files_are_called(profiled, tmp_path):
    folder, file, said = profiled
    shutil.copytree(folder, tmp_path / "elsewhere")
    for path in sorted((tmp_path / "elsewhere").rglob("*.*")):
        path.rename(path.with_name(f"renamed-{path.name}"))
    again = tmp_path / "again.yaml"
    told = json.loads(command("profile", tmp_path / "elsewhere", "-o", again, "--keep", "0.95", "--json"))
    assert again.read_bytes() == file.read_bytes()
    assert {**told, "file": ""} == {**said, "file": ""}
    text = file.read_text("utf-8")
    assert all(part in text for part in (said["sha256"], "233 documents of 22 files", "--keep 0.95", "held out"))
    assert not any(name in text for name in (str(folder), "notes.jsonl", "good/"))


def test_the_page_shows_every_threshold_with_what_it_hits_before_and_after(profiled, tmp_path):
    folder, _, said = profiled
    page = command("profile", folder, "-o", tmp_path / "p.yaml", "--keep", "0.95")
    assert page.startswith("233 good documents of 22 files")
    assert [line["rule"] for line in said["lines"]] == [
        row.split()[0] for row in page.splitlines() if row.split()[0] in BASE
    ]
    assert "held out (5 folds): " in page
    assert "95 % interval" in page
    assert page.rstrip().endswith(f"quality: {{preset_file: {tmp_path / 'p.yaml'}}}")


def test_it_says_whether_thresholds_moved_at_all(profiled):
    folder, *_ = profiled
    found = replace(profile(folder, Wanted(keep=0.95)), tightened=False)
    assert any(line.new != line.old for line in found.lines)
    assert "thresholds were loosened only" in found.page()
    still = replace(found, lines=tuple(replace(line, new=line.old) for line in found.lines))
    assert "no threshold was moved" in still.page()
    assert "loosened only" not in still.page()


def test_it_does_not_begin_with_thresholds_that_others_published(tmp_path):
    with pytest.raises(ConfigError, match="its authors published"):
        profile(tmp_path, Wanted("gopher"))


def test_it_may_begin_with_another_preset_or_a_file_of_rules(profiled, tmp_path):
    folder, *_ = profiled
    path = tmp_path / "legal.yaml"
    path.write_text(command("presets", "legal"), "utf-8")
    rules = []
    for number, name in enumerate(("legal", path)):
        file = tmp_path / f"{number}.yaml"
        rules.append(json.loads(command("profile", folder, "--preset", name, "-o", file, "--json"))["rules"])
    assert rules[0] == rules[1]


class TestIsOneClearError:
    def test_where_documents_are_too_few(self, tmp_path):
        (tmp_path / "few.jsonl").write_text("\n".join([*lines(0, 29), *lines(0, 10)]), "utf-8")
        said = command("profile", tmp_path, "-o", tmp_path / "p.yaml", code=65)
        assert "29 good documents are too few" in said
        assert "at least 30" in said
        assert not (tmp_path / "p.yaml").exists()

    def test_where_there_is_nothing_to_read(self, tmp_path):
        assert "hint: name a folder of good documents" in command("profile", tmp_path / "none", code=2)

    def test_where_the_preset_is_unknown(self, tmp_path):
        assert "hint: there are base" in command("profile", good(tmp_path / "good"), "--preset", "bse", code=2)

    def test_where_a_file_would_be_replaced_unless_that_is_said(self, profiled, tmp_path):
        folder, *_ = profiled
        file = tmp_path / "mine.yaml"
        file.write_text("mine", "utf-8")
        assert "not overwritten" in command("profile", folder, "-o", file, code=2)
        assert file.read_text("utf-8") == "mine"
        command("profile", folder, "-o", file, "--force")
        assert list(preset_of(file)) == list(BASE)
