"""The page says what the files of an output say, in well-formed HTML that asks nobody for anything."""

import importlib
import json
import re
import shutil
from collections import Counter
from html import escape, unescape
from pathlib import Path

import jsonschema
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.cli import main
from curate.core.errors import StorageError
from curate.core.register import Registry, unknowns
from curate.lineage.manifest import (
    ATTACHED,
    MANIFEST,
    RUN,
    Account,
    Numbers,
    Ruled,
    SourceCard,
    manifest_bytes,
    read_manifest,
)
from curate.lineage.manifest import Fates as Fate
from curate.lineage.profiles.load import load, names
from curate.lineage.verify import verify
from curate.report import balance, clauses, copies, gaps, later, making, mix, origins, personal, rules
from curate.report.charts import WIDTH, Interval, Part, bar, whisker
from curate.report.gaps import GAPS
from curate.report.markup import BLOCK, Matrix, Sheet, matrix
from curate.report.page import LAWFUL, PLACE, UNSEEN, gathered, page, spelled
from curate.report.words import NONE, UNDETERMINED, UNKNOWN, Said
from curate.stages.pii.stage import Pii
from tests.lineage.made import made, patched, publish, seal
from tests.report.reading import Read, number

LANGUAGES = ["en", "zh"]
MODULES = (balance, clauses, copies, gaps, later, making, mix, origins, personal, rules)
SCHEMA = Path(__file__).parents[2] / "schemas" / "report.schema.json"
NASTY = "<b>\"&'</td><script>alert(1)</script>{records}"
ODD = st.text(alphabet=st.sampled_from("<>&\"'{}/ab数据\u202e"), min_size=1, max_size=12)
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "header", "nav", "main", "section", "footer", "h1", "h2", "h3"),
    *("p", "dl", "div", "dt", "dd", "ol", "ul", "li", "a", "table", "thead", "tbody", "tr", "th", "td", "code"),
    *("span", "b", "br", "i", "svg", "rect", "path", "figure", "figcaption"),
}
ATTRIBUTES = {
    *("lang", "charset", "http-equiv", "content", "name", "id", "class", "role", "href", "scope", "tabindex", "d", "x"),
    *("aria-label", "aria-labelledby", "aria-hidden", "y", "width", "height", "viewbox", "preserveaspectratio"),
    *("vector-effect", "stroke-width", "stroke-dasharray", "stroke-linecap"),
}
REVIEW = {
    "id": "r1",
    "kind": "manual",
    "sample_size": 4000,
    "population_docs": 5845,
    "passed": 3931,
    "failed": 69,
    "pass_rate": 0.9828,
    "pass_rate_lower95": 0.978964,
    "cohen_kappa": 0.87,
    "inspectors": ["a", "b"],
    "failed_by_class": {"A.1-f": 4},
}


@pytest.fixture(scope="module")
def out(tmp_path_factory) -> Path:
    """An output whose stages tag, edit, replace personal data and judge sources."""
    out = publish(made(), tmp_path_factory.mktemp("report"))
    manifest = read_manifest(out)
    fates = {
        "qa": {"PERSON": Fate(found=7, replaced=7)},
        "laws": {"PHONE_NUMBER": Fate(found=1234, replaced=1230, allowed=4, reasons={"hotline": 4})},
    }
    by = {name: Numbers(personal=fates.get(name, {})) for name in ("qa", "laws", "advisories")}
    pii = {"params": {"operator": "mask"}, "by_source": by}
    stages = tuple(
        stage.model_copy(update=pii if stage.stage == "pii" else {"tagged": 1100 + stage.index, "edited": stage.index})
        for stage in manifest.stages
    )
    shares = {"qa": {"records": 60, "bad": 3, "blocked": False}, "laws": {"records": 3, "bad": 1, "blocked": True}}
    gate = stages[-1].model_copy(
        update={"name": "gate", "stage": "source_gate", "lineage": {"limit": 0.05, "sources": shares}, "by_source": {}}
    )
    (out / MANIFEST).write_bytes(manifest_bytes(manifest.model_copy(update={"stages": (*stages, gate)})))
    seal(out)
    return out


@pytest.fixture(scope="module")
def report(out):
    return gathered(out, load("cn-genai"))


def read(report, lang="en") -> Read:
    return Read(page(report, lang))


def sheet(report, lang="en") -> Sheet:
    return Sheet(report.manifest, report.said, lang)


@pytest.mark.parametrize("lang", LANGUAGES)
class TestThePage:
    def test_is_well_formed_and_asks_nobody(self, report, lang):
        seen = read(report, lang)
        assert not {"script", "link", "img", "iframe", "object", "form"} & seen.tags
        assert not {"src", "onload", "onclick", "style", "srcset"} & seen.attributes
        assert all(link.startswith("#s") for link in seen.links)
        places = re.findall(r"url\(|@import|https?:", page(report, lang))
        assert places == re.findall(r"https?:", "".join(seen.words)), "an address is a word to read, never one to ask"

    def test_is_the_same_bytes_for_the_same_output_whoever_ran_it(self, report, out, lang, tmp_path):
        copy = shutil.copytree(out, tmp_path / "copy")
        (copy / RUN).unlink()
        assert page(gathered(copy, load("cn-genai")), lang) == page(report, lang)

    def test_says_that_it_proves_process_and_not_legality(self, report, lang):
        assert read(report, lang).words.count(LAWFUL.in_(lang)) == 2

    def test_shows_the_funnel_of_the_manifest(self, report, lang):
        seen, manifest = read(report, lang), report.manifest
        assert [[row[0], *map(number, row[2:])] for row in seen.rows(balance.BY_STAGE.in_(lang))] == [
            [s.name, s.records_in, s.records_out, s.rejected, s.tagged, s.edited] for s in manifest.stages
        ]
        *lines, total = seen.rows(balance.BY_SOURCE.in_(lang))
        judges = [stage for stage in manifest.stages if stage.rejected]
        assert [[row[0], *map(number, row[2:])] for row in lines] == [
            [
                card.id,
                (account := manifest.accounting.by_source[card.id]).records,
                account.rejected,
                account.written,
            ]
            for card in manifest.sources
        ]
        assert number(total[2]) == number(total[-1]) + number(total[-2]) == manifest.accounting.records
        head, *left = seen.tables[balance.LEFT.in_(lang)]
        assert head[1:-1] == [stage.name for stage in judges]
        assert {row[0]: [number(cell.replace("·", "0")) for cell in row[1:-1]] for row in left} == {
            card.id: [stage.by_source[card.id].rejected for stage in judges] for card in manifest.sources
        }

    def test_shows_rules_and_files_as_the_manifest_counts_them(self, report, lang):
        seen, manifest = read(report, lang), report.manifest
        assert {row[0]: (number(row[3]), number(row[4])) for row in seen.rows(rules.TITLE.in_(lang))} == {
            rule: (said.rejected, said.tagged)
            for stage in manifest.stages
            for rule, said in stage.rules.items()
            if said.rejected or said.tagged
        }
        assert [(row[1], number(row[2]), number(row[3]), row[5]) for row in seen.rows(making.INPUTS.in_(lang))] == [
            (file.uri, file.records, file.bytes, file.sha256) for file in manifest.inputs
        ]
        said = manifest.outputs
        assert [(row[0], number(row[1]), number(row[2]), row[3]) for row in seen.rows(making.OUTPUTS.in_(lang))] == [
            (file.path, file.rows, file.bytes, file.sha256)
            for file in (*said.shards, *said.rejects, *said.signals, *said.pii)
        ]

    def test_shows_personal_data_by_type_and_source(self, report, lang):
        seen = read(report, lang)
        assert seen.tables[personal.BY_SOURCE.in_(lang)][1:] == [
            ["PHONE_NUMBER", "·", "1,234", "1,234"],
            ["PERSON", "7", "·", "7"],
        ]
        assert seen.tables[personal.REPLACED.in_(lang)][1:] == [
            ["PHONE_NUMBER", "·", "1,230", "1,230"],
            ["PERSON", "7", "·", "7"],
        ]
        assert [row[-2:] for row in seen.tables[personal.ALLOWED.in_(lang)][1:]] == [["4", "4"]]
        assert personal.TAGGED.in_(lang) not in seen.tables
        assert seen.rows(personal.FATES.in_(lang))[0] == ["PHONE_NUMBER", "1,234", "1,230", "0", "4", "hotline 4"]

    def test_shows_languages_and_tokens_as_the_shards_hold_them(self, report, out, lang):
        rows = [row for shard in report.manifest.outputs.shards for row in pq.read_table(out / shard.path).to_pylist()]
        spoken = Counter(row["language"] for row in rows)
        tokens = Counter()
        for row in rows:
            tokens[row["language"]] += row["n_tokens"]
        *lines, _ = read(report, lang).rows(mix.TITLE.in_(lang))
        called = {None: UNDETERMINED.in_(lang)}
        assert {row[0]: (number(row[2]), number(row[4])) for row in lines} == {
            called.get(name, name): (spoken[name], tokens[name]) for name in spoken
        }

    def test_shows_which_source_repeats_which_as_the_ledger_says(self, report, out, lang):
        ledger = [row for file in report.manifest.outputs.rejects for row in pq.read_table(out / file.path).to_pylist()]
        copied = Counter(row["source_id"] for row in ledger if row["stage"] == "exact_duplicates")
        seen = read(report, lang).tables[copies.PAIRS.in_(lang, stage="exact_duplicates")]
        assert seen[0][1:-1] == ["qa"], "all copies are of the first record"
        assert {row[0]: number(row[-1]) for row in seen[1:]} == copied

    def test_shows_the_share_of_each_source_beside_the_limit(self, report, lang):
        rows = read(report, lang).rows(origins.SHARES.in_(lang, gate="gate"))
        assert [row[1:4] for row in rows] == [
            ["60", "3", "5.00 %"],
            ["3", "1", "33.33 %"],
            ["–", "–", origins.NOT_COUNTED.in_(lang)],
        ]
        assert rows[0][4] == "1.71 % – 13.70 %"
        assert origins.BLOCKED.in_(lang) in rows[1][0]

    def test_paints_what_nobody_stated_red(self, report, lang):
        card = SourceCard(id="anonymous", format="jsonl", license="MIT", owner="somebody")
        patched = report.manifest.model_copy(update={"sources": (card,)})
        seen = read(report._replace(manifest=patched, profile=None), lang)
        marked = [said for mark, said in seen.classes if mark == "unknown"]
        assert marked.count(UNKNOWN.in_(lang)) == 3
        assert marked.count("anonymous") == len(list(unknowns(Registry())))

    def test_says_every_gap_once(self, report, lang):
        words = read(report, lang).words
        for sentence in gaps.gaps(sheet(report, lang)):
            assert words.count(sentence) == 1

    def test_counts_files_that_are_too_many_to_list(self, report, lang):
        files = report.manifest.inputs[:1] * (making.MOST_FILES + 7)
        shown = page(report._replace(manifest=report.manifest.model_copy(update={"inputs": files})), lang)
        assert shown.count(files[0].sha256) == making.MOST_FILES
        assert making.MORE.in_(lang, number="7") in shown

    def test_shows_every_verdict_in_words_and_counts_them(self, report, lang):
        seen = read(report, lang)
        verdicts = report.said.profile.verdicts
        rows = [*seen.rows(clauses.RULES.in_(lang)), *seen.rows(clauses.REQUIRED.in_(lang))]
        shown = [row[-1].split(" ", 1)[1] for row in rows]
        assert shown == [clauses.WORDS[verdict.outcome][2].in_(lang) for verdict in verdicts]

    def test_says_none_where_nobody_reviewed_or_erased(self, report, lang):
        words = read(report, lang).words
        assert later.NO_REVIEW.in_(lang) in words
        assert later.NO_ERASURE.in_(lang) in words
        assert NONE.in_(lang) in words, "nobody has signed"


@pytest.mark.parametrize("name", ["reviews/1/result.json", "inspections.json"])
def test_an_attached_file_that_is_nested_without_end_is_told_in_words(out, tmp_path, name):
    copy = Path(shutil.copytree(out, tmp_path / "out"))
    (copy / ATTACHED / name).parent.mkdir(parents=True, exist_ok=True)
    (copy / ATTACHED / name).write_text("[" * 100_000, "utf-8")
    with pytest.raises(StorageError, match="no JSON that can be read"):
        gathered(copy, None)


def test_a_page_is_written_whatever_a_manifest_says_of_its_operators(out, tmp_path):
    copy = Path(shutil.copytree(out, tmp_path / "out"))
    patched(copy, lambda said: said["stages"][4]["lineage"].update(operators={"PHONE_NUMBER": {"a": None}}))
    assert "<html" in page(gathered(copy, None), "en")


def test_a_review_that_is_attached_is_shown_and_judged(out, tmp_path):
    copy = shutil.copytree(out, tmp_path / "copy")
    (copy / ATTACHED).mkdir(exist_ok=True)
    (copy / ATTACHED / "inspection.json").write_text(json.dumps({"inspections": [REVIEW]}))
    report = gathered(copy, load("cn-genai"))
    assert read(report).rows(later.REVIEWS.en) == [
        ["r1", "manual", "4,000", "5,845", "3,931", "69", "98.28 %", "97.90 %", "0.870", "a, b"]
    ]
    verdicts = {one.id: one.outcome for one in report.said.profile.verdicts}
    assert {verdicts[f"manual_sample_{what}"] for what in ("size", "pass", "confident")} == {"met"}
    assert verdicts["technical_sample_fraction"] == "unknown"


def test_the_result_of_a_review_counts_for_the_records_that_it_was_drawn_from_and_no_others(out, tmp_path):
    copy = shutil.copytree(out, tmp_path / "copy")
    total = {"records": 4000, "passed": 3931, "rate": 0.9828, "lower": 0.978964}
    result = {"total": total, "readers": ["a", "b"], "agreement": {"kappa": 0.87}, "classes": {"A.1-f": 4}}
    for name, root in (("now", read_manifest(out).merkle.documents_root), ("then", "0" * 64)):
        folder = copy / ATTACHED / "reviews" / name
        folder.mkdir(parents=True)
        sample = {"review": name, "documents_root": root, "population": 5845}
        (folder / "result.json").write_text(json.dumps(result | {"sample": sample}))
    now, then = read(gathered(copy)).rows(later.REVIEWS.en)
    numbers = ["4,000", "5,845", "3,931", "69", "98.28 %", "97.90 %", "0.870", "a, b"]
    assert (now, then) == (["now", "manual", *numbers], ["then", "outdated", *numbers])
    (copy / ATTACHED / "reviews" / "now" / "result.json").unlink()
    verdicts = {one.id: one.outcome for one in gathered(copy, load("cn-genai")).said.profile.verdicts}
    assert verdicts["manual_sample_size"] == "unknown"


def test_what_was_erased_since_stands_in_the_balance(report):
    class Since(Account):
        erased: int = 0

    one = {name: Since(**(dict(each) | {"erased": 2})) for name, each in report.manifest.accounting.by_source.items()}
    whole = report.manifest.accounting
    gone = Since(records=whole.records, written=whole.written - 6, rejected=whole.rejected, erased=6)
    accounting = type("Whole", (Since,), {"__annotations__": {"by_source": dict}})(**dict(gone), by_source=one)
    seen = read(report._replace(manifest=report.manifest.model_copy(update={"accounting": accounting})))
    assert any(said.endswith(f"{whole.rejected} left out + 6 erased since") for said in seen.words)
    assert [row[-1] for row in seen.rows(balance.BY_SOURCE.en)] == ["2", "2", "2", "6"]
    assert balance.DOES_NOT_ADD_UP.en not in seen.words


@settings(max_examples=30)
@given(name=ODD | st.just(NASTY), source=ODD, rule=ODD | st.just(NASTY), uri=ODD)
def test_nothing_that_a_manifest_holds_becomes_markup(report, name, source, rule, uri):
    stages = tuple(
        stage.model_copy(
            update={
                "name": name,
                "rules": {rule: Ruled(rejected=3)},
                "params": {"sources": [source]},
                "counts": {rule: 3},
            }
        )
        for stage in report.manifest.stages
    )
    account = next(iter(report.manifest.accounting.by_source.values()))
    card = SourceCard(id=source, format="csv", license=name, owner=rule, registry=Registry(url=uri, notes=name))
    patched = report.manifest.model_copy(
        update={
            "dataset": report.manifest.dataset.model_copy(update={"name": name}),
            "sources": (card,),
            "inputs": (
                report.manifest.inputs[0].model_copy(update={"source_id": source, "uri": uri, "encoding": rule}),
            ),
            "stages": stages,
            "accounting": report.manifest.accounting.model_copy(update={"by_source": {source: account}}),
        }
    )
    seen = read(report._replace(manifest=patched))
    assert seen.tags <= TAGS
    assert seen.attributes <= ATTRIBUTES
    assert seen.rows(balance.BY_SOURCE.en)[0][0] == unescape(spelled(escape(source)))
    assert seen.rows(making.INPUTS.en)[0][1] == unescape(spelled(escape(uri)))


def test_signs_that_nobody_sees_or_that_turn_the_order_are_spelled_out(report):
    card = SourceCard(id="a", format="csv", license="MIT\u202eTIM", owner="x\x00y", registry=Registry(notes="n\u2066"))
    said = page(report._replace(manifest=report.manifest.model_copy(update={"sources": (card,)})))
    assert UNSEEN.search(said) is None
    assert "MIT&lt;U+202E&gt;TIM" in said


def test_what_a_stage_says_of_its_coverage_is_worded_in_the_language_of_the_page(report):
    said = Pii(languages=("zh",), types=("PERSON", "ADDRESS"), profiles=("cn",)).lineage()
    coverage = {**said["coverage"], "more": "rules and spacy:zh_core_web_sm"}
    stages = tuple(
        one.model_copy(update={"lineage": {**said, "coverage": coverage}}) if one.stage == "pii" else one
        for one in report.manifest.stages
    )
    seen = read(report._replace(manifest=report.manifest.model_copy(update={"stages": stages})), "zh")
    told = dict(seen.tables[personal.COVERAGE.zh][1:])
    assert told == {
        "人名": "仅凭规则：标签、称谓、称呼语、邮件头",
        "地址": "仅凭规则：地址语法",
        "机构名称": "未查找",
        "号码等结构化信息": "规则，限于 cn",
        "more": "规则与 spacy:zh_core_web_sm",
    }
    assert {*Pii().lineage()["coverage"].values()} <= {"rules", "not looked for"} | {
        f"rules only: {one}" for one in personal.COVERED
    }


def test_a_bar_fills_its_width_and_lets_nothing_disappear():
    assert bar([Part("kept", 5, "kept")], 5).count(f'width="{WIDTH}"') == 1
    tiny = bar([Part("kept", 10**9, "kept"), Part("left", 1, "left out")], 10**9)
    assert f'class="left" x="{WIDTH - 1}" width="1"' in tiny
    assert "<rect" not in bar([Part("kept", 0, "kept")], 0)


def test_a_verdict_shows_a_count_as_a_whole_number(report):
    (one, *others) = (one for one in report.said.profile.verdicts if not one.id.startswith("registry:"))
    counted = one.model_copy(update={"measured": 1200.0, "operator": "<=", "limit": 0.0})
    judged = report.said.profile.model_copy(update={"verdicts": (counted, *others)})
    shown = page(report._replace(said=report.said.model_copy(update={"profile": judged})))
    assert ">1,200<" in shown
    assert "1,200.0" not in shown
    assert "≤ 0<" in shown


def test_an_interval_stands_beside_the_limit_and_says_so_aloud():
    drawn = whisker(Interval(0.02, 0.06, 0.09, 0.05, "6 %"), 0.1)
    assert 'd="M500 0V24"' in drawn
    assert 'd="M209 12H888"' in drawn
    assert drawn.count("whisker over") == 2
    assert 'aria-label="6 %"' in drawn


def test_a_matrix_that_is_too_broad_is_cut_into_several():
    columns = [f"c{n}" for n in range(2 * BLOCK + 1)]
    said = Matrix("m", "corner", ["r"], columns, {("r", name): 1 for name in columns}, total="all")
    seen = Read(matrix(said))
    heads = [cell for row in seen.tables["m"] if row[0] == "corner" for cell in row[1:]]
    assert heads == [*columns, "all"]
    assert seen.tables["m"][-1][-1] == str(len(columns))


def test_what_was_not_checked_follows_the_settings(report):
    everything = " ".join(gaps.gaps(sheet(report)))
    assert GAPS["no_pii"].en not in everything
    manifest = report.manifest.model_copy(update={"stages": (), "limits": "off", "limited": 20, "residual": None})
    sources = [
        {"name": "wo", "keep": {"asset": "as_is", "who": "string"}},
        {"name": "qa", "keep": ["x"]},
        {"name": "old", "as_is": ["y"]},
    ]
    config = manifest.config.model_copy(update={"resolved": {"sources": sources}})
    said = gaps.gaps(sheet(report._replace(manifest=manifest.model_copy(update={"config": config}))))
    wanted = [f"no_{kind}" for kind in gaps.SOUGHT] + ["limits", "residual", "unsigned", "meaning"]
    assert {GAPS[name].en for name in wanted} <= set(said)
    assert GAPS["limited"].in_("en", number="20") in said
    assert GAPS["as_is"].in_("en", names="wo.asset, old.y") in said


def sayings():
    for module in (
        *MODULES,
        importlib.import_module("curate.report.words"),
        importlib.import_module("curate.report.page"),
    ):
        for name, value in vars(module).items():
            values = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else ()
            found = [value] if isinstance(value, Said) else [one for one in values if isinstance(one, Said)]
            yield from ((f"{module.__name__}.{name}", one) for one in found)


def test_both_languages_say_the_same_things():
    assert len(list(sayings())) > 100
    for name, one in sayings():
        assert set(re.findall(r"{\w+}", one.en)) == set(re.findall(r"{\w+}", one.zh)), name
        assert bool(one.en) == bool(one.zh), name


class TestTheCommand:
    def test_writes_into_the_output_without_breaking_its_sums(self, out):
        done = CliRunner().invoke(main, ["report", str(out)])
        assert (done.exit_code, done.output) == (0, f"{out / PLACE}\n")
        assert (out / PLACE).read_text("utf-8") == page(gathered(out))
        assert [check.status for check in verify(out).checks if check.id in {"sums", "listed"}] == ["pass", "pass"]

    def test_writes_the_language_the_profile_and_the_file_that_are_asked_for(self, out, report, tmp_path):
        command = ["report", str(out), "--lang", "zh", "--profile", "cn-genai", "--out", str(tmp_path / "r.html")]
        assert CliRunner().invoke(main, command).exit_code == 0
        assert (tmp_path / "r.html").read_text("utf-8") == page(report, "zh")

    def test_prints_json_that_its_schema_describes(self, out, report, tmp_path):
        command = ["report", str(out), "--profile", "cn-genai", "--json", "--out", str(tmp_path / "r.html")]
        done = CliRunner().invoke(main, command)
        said = json.loads(done.output)
        jsonschema.Draft202012Validator(json.loads(SCHEMA.read_bytes())).validate(said)
        assert said == report.said.model_dump(mode="json")
        assert (tmp_path / "r.html").exists()

    def test_says_what_is_wrong(self, out, tmp_path):
        assert CliRunner().invoke(main, ["report", str(tmp_path)]).exit_code == 74
        (tmp_path / "file").write_bytes(b"")
        done = CliRunner().invoke(main, ["report", str(out), "-o", str(tmp_path / "file" / "r.html")])
        assert done.exit_code == 74
        assert "cannot write" in done.stderr
        done = CliRunner().invoke(main, ["report", str(out), "--profile", "cn-gena"])
        assert done.exit_code == 2
        assert "did you mean 'cn-genai'?" in done.stderr

    def test_says_so_where_a_file_of_the_output_cannot_be_read(self, out, tmp_path):
        copy = shutil.copytree(out, tmp_path / "copy")
        (copy / read_manifest(copy).outputs.shards[0].path).write_bytes(b"PAR1")
        done = CliRunner().invoke(main, ["report", str(copy)])
        assert done.exit_code == 74
        assert "is damaged" in done.stderr


def test_every_profile_gives_a_page_in_every_language(out):
    for name in names():
        for lang in LANGUAGES:
            assert read(gathered(out, load(name)), lang).tables
