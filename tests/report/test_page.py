"""The page says what the manifest says, in well-formed HTML that asks nobody for anything."""

import re
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from curate.cli import main
from curate.core.register import Registry, unknowns
from curate.lineage.manifest import MANIFEST, Ruled, SourceCard, manifest_bytes, read_manifest
from curate.lineage.verify import verify
from curate.report.charts import WIDTH, Part, bar
from curate.report.gaps import gaps
from curate.report.page import MOST_FILES, PLACE, page
from curate.report.words import EN, WORDS
from tests.lineage.made import made, publish, seal

VOID = {"meta"}
LANGUAGES = list(WORDS)
NASTY = "<b>\"&'</td><script>alert(1)</script>{records}"
ODD = st.text(alphabet=st.sampled_from("<>&\"'{}/ab数据\u202e"), min_size=1, max_size=12)


class Read(HTMLParser):
    """Reads a page; every tag that is opened has to be closed, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.tables: list[list[list[str]]] = []
        self.classes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.marks: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag in VOID:
            return
        self.open.append(tag)
        self.marks.append(dict(attrs).get("class", ""))
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in {"td", "th"}:
            self.tables[-1][-1].append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
        self.marks.pop()

    def handle_data(self, data):
        if not {"style", "title"} & set(self.open):
            self.words.append(data)
            self.classes.append((self.marks[-1] if self.marks else "", data))
            if {"td", "th"} & set(self.open):
                self.tables[-1][-1][-1] += data


def number(said: str) -> int:
    return int(said.replace(",", ""))


@pytest.fixture(scope="module")
def out(tmp_path_factory) -> Path:
    out = publish(made(), tmp_path_factory.mktemp("report"))
    manifest = read_manifest(out)
    pii = {"counts": {"PERSON": 7, "PHONE_NUMBER": 1234}, "params": {"operator": "mask"}}
    stages = tuple(
        stage.model_copy(update=pii if stage.stage == "pii" else {"tagged": 1100 + stage.index, "edited": stage.index})
        for stage in manifest.stages
    )
    (out / MANIFEST).write_bytes(manifest_bytes(manifest.model_copy(update={"stages": stages})))
    seal(out)
    return out


@pytest.fixture(scope="module")
def manifest(out):
    return read_manifest(out)


@pytest.mark.parametrize("lang", LANGUAGES)
class TestThePage:
    def test_is_well_formed_and_asks_nobody(self, manifest, lang):
        read = Read(page(manifest, lang))
        assert not {"script", "link", "img", "iframe", "object", "form"} & read.tags
        assert not {"href", "src", "onload", "onclick", "style"} & read.attributes
        places = re.findall(r"url\(|@import|https?:", page(manifest, lang))
        assert places == re.findall(r"https?:", "".join(read.words)), "an address is a word to read, never one to ask"

    def test_is_a_function_of_the_manifest(self, out, manifest, lang):
        assert page(manifest, lang) == page(read_manifest(out), lang)
        assert sha256((out / MANIFEST).read_bytes()).hexdigest() in page(manifest, lang)

    def test_shows_the_funnel_of_the_manifest(self, manifest, lang):
        stages, sources, *_ = Read(page(manifest, lang)).tables
        assert [[row[1], *map(number, row[3:])] for row in stages[1:]] == [
            [s.name, s.records_in, s.records_out, s.rejected, s.tagged, s.edited] for s in manifest.stages
        ]
        judges = [stage for stage in manifest.stages if stage.rejected]
        assert [[row[0], *map(number, row[2:])] for row in sources[1:-1]] == [
            [
                card.id,
                manifest.accounting.by_source[card.id].records,
                *(stage.by_source[card.id].rejected for stage in judges),
                manifest.accounting.by_source[card.id].written,
            ]
            for card in manifest.sources
        ]
        *_, total = sources
        assert number(total[2]) == sum(map(number, total[3:])) == manifest.accounting.records

    def test_shows_rules_personal_data_languages_and_files_as_the_manifest_counts_them(self, manifest, lang):
        _, _, _, registry, rules, personal, languages, inputs, outputs = Read(page(manifest, lang)).tables
        assert [row[1] for row in registry[1:]] == ["", "", "url: https://example.invalid"]
        assert {row[0]: (number(row[2]), number(row[3])) for row in rules[1:]} == {
            rule: (said.rejected, said.tagged) for stage in manifest.stages for rule, said in stage.rules.items()
        }
        found = next(stage.counts for stage in manifest.stages if stage.stage == "pii")
        assert {row[0]: number(row[2]) for row in personal[1:]} == found
        spoken = {
            WORDS[lang].undetermined if code == "und" else code: n for code, n in manifest.dataset.languages.items()
        }
        assert {row[0]: number(row[2]) for row in languages[1:]} == spoken
        assert [(row[1], number(row[2]), number(row[3]), row[5]) for row in inputs[1:]] == [
            (file.uri, file.records, file.bytes, file.sha256) for file in manifest.inputs
        ]
        said = manifest.outputs
        assert [(row[0], number(row[1]), number(row[2]), row[3]) for row in outputs[1:]] == [
            (file.path, file.rows, file.bytes, file.sha256)
            for file in (*said.shards, *said.rejects, *said.signals, *said.pii)
        ]

    def test_paints_what_nobody_stated_red(self, manifest, lang):
        card = SourceCard(id="anonymous", format="jsonl", license="MIT", owner="somebody")
        read = Read(page(manifest.model_copy(update={"sources": (card,)}), lang))
        assert [said for mark, said in read.classes if mark == "unknown"] == [
            *[WORDS[lang].unknown] * 3,
            ", ".join(unknowns(Registry())),
        ]

    def test_says_every_gap_once(self, manifest, lang):
        words = Read(page(manifest, lang)).words
        for sentence in gaps(manifest, WORDS[lang]):
            assert words.count(sentence) == 1

    def test_counts_files_that_are_too_many_to_list(self, manifest, lang):
        many = manifest.model_copy(update={"inputs": manifest.inputs[:1] * (MOST_FILES + 7)})
        shown = page(many, lang)
        assert shown.count(manifest.inputs[0].sha256) == MOST_FILES
        assert WORDS[lang].more.format(number="7") in shown


@given(name=ODD | st.just(NASTY), source=ODD, rule=ODD | st.just(NASTY), uri=ODD)
def test_nothing_that_a_manifest_holds_becomes_markup(manifest, name, source, rule, uri):
    stages = tuple(
        stage.model_copy(
            update={
                "name": name,
                "rules": {rule: Ruled(rejected=3)},
                "params": {"sources": [source]},
                "counts": {rule: 3},
            }
        )
        for stage in manifest.stages
    )
    account = next(iter(manifest.accounting.by_source.values()))
    patched = manifest.model_copy(
        update={
            "dataset": manifest.dataset.model_copy(update={"name": name, "languages": {rule: 1}}),
            "sources": (SourceCard(id=source, format="csv", license=name, owner=rule),),
            "inputs": (manifest.inputs[0].model_copy(update={"source_id": source, "uri": uri, "encoding": rule}),),
            "stages": stages,
            "accounting": manifest.accounting.model_copy(update={"by_source": {source: account}}),
        }
    )
    clean, read = Read(page(manifest)), Read(page(patched))
    assert read.tags <= clean.tags
    assert read.attributes <= clean.attributes
    assert read.tables[1][1][0] == source
    assert read.tables[-2][1][1] == uri


def test_a_bar_fills_its_width_and_lets_nothing_disappear():
    assert bar([Part("kept", 5, "kept")], 5).count(f'width="{WIDTH}"') == 1
    tiny = bar([Part("kept", 10**9, "kept"), Part("left", 1, "left out")], 10**9)
    assert f'class="left" x="{WIDTH - 1}" width="1"' in tiny
    assert "<rect" not in bar([Part("kept", 0, "kept")], 0)


def test_what_was_not_checked_follows_the_settings(manifest):
    everything = " ".join(gaps(manifest, EN))
    assert EN.gaps["no_pii"] not in everything
    without = manifest.model_copy(update={"stages": (), "limits": "off", "limited": 20})
    said = gaps(without, EN)
    assert {EN.gaps[name] for name in ("no_pii", "no_exact_duplicates", "no_near_duplicates", "limits")} <= set(said)
    assert EN.gaps["limited"].format(number="20") in said
    sources = [
        {"name": "wo", "keep": {"asset": "as_is", "who": "string"}},
        {"name": "qa", "keep": ["x"]},
        {"name": "old", "as_is": ["y"]},
    ]
    config = without.config.model_copy(update={"resolved": {"sources": sources}})
    assert EN.gaps["as_is"].format(names="wo.asset, old.y") in gaps(without.model_copy(update={"config": config}), EN)


def test_both_languages_say_the_same_things():
    keys = {lang: words.gaps.keys() for lang, words in WORDS.items()}
    assert keys["en"] == keys["zh"]
    for one, other in zip(WORDS["en"], WORDS["zh"], strict=True):
        assert type(one) is type(other)
        assert set(re.findall(r"{\w+}", str(one))) == set(re.findall(r"{\w+}", str(other)))


class TestTheCommand:
    def test_writes_into_the_output_without_breaking_its_sums(self, out, manifest):
        done = CliRunner().invoke(main, ["report", str(out)])
        assert (done.exit_code, done.output) == (0, f"{out / PLACE}\n")
        assert (out / PLACE).read_text("utf-8") == page(manifest)
        assert [check.status for check in verify(out).checks if check.id in {"sums", "listed"}] == ["pass", "pass"]

    def test_writes_the_language_and_the_file_that_are_asked_for(self, out, manifest, tmp_path):
        done = CliRunner().invoke(main, ["report", str(out), "--lang", "zh", "-o", str(tmp_path / "r.html")])
        assert done.exit_code == 0
        assert (tmp_path / "r.html").read_text("utf-8") == page(manifest, "zh")

    def test_says_what_is_wrong_where_there_is_no_output_or_no_way_to_write(self, out, tmp_path):
        assert CliRunner().invoke(main, ["report", str(tmp_path)]).exit_code == 74
        (tmp_path / "file").write_bytes(b"")
        done = CliRunner().invoke(main, ["report", str(out), "-o", str(tmp_path / "file" / "r.html")])
        assert done.exit_code == 74
        assert "cannot write" in done.stderr
