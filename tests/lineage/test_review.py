"""Nobody chooses the records of a review, forms run nothing, and what comes back is whole or is refused."""

import csv
import hmac
import io
import json
from hashlib import sha256
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from openpyxl import load_workbook
from scipy.stats import beta

from curate.cli import main
from curate.core.errors import ConfigError, CurateError
from curate.core.intervals import interval
from curate.core.risks import RISKS
from curate.lineage.manifest import MANIFEST, read_manifest
from curate.lineage.review import result, sample
from curate.lineage.review.cells import FORMULA, cell
from curate.lineage.review.forms import read_form
from curate.lineage.review.result import Judgement, kappa, result_of
from curate.lineage.review.review import Wanted, give_out, read_result, take_back, write_sample
from curate.lineage.review.sample import REVIEWS, Sample, Sampled
from curate.lineage.review.words import COLUMNS, KINDS
from curate.lineage.verify import verify
from tests.conftest import TEXT
from tests.lineage.made import made, publish

WANTED = Wanted("dice 3-1-4", records=20, doubled=0.25)
FAILS = {3: "A.4.e", 7: "A.1.g"}
"""By number: the records of the first reading that fail, and their class."""


@pytest.fixture
def forms(out, tmp_path) -> Sampled:
    return write_sample(out, tmp_path / "forms", WANTED)


def filled(path: Path, answers: dict[int, str] = FAILS, lang: str = "en") -> Path:
    """Fill a form in as a person would; `answers` has the class of each record that fails."""
    words = {"en": ("pass", "fail"), "zh": ("合格", "不合格")}[lang]
    if path.suffix == ".csv":
        rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))
        for row in rows:
            risk = answers.get(int(row["number"]), "")
            row.update({"verdict": words[bool(risk)], "class": risk, "note": "private thoughts"})
        body = io.StringIO(newline="")
        writer = csv.DictWriter(body, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
        path.write_text(body.getvalue(), "utf-8-sig")
    elif path.suffix == ".xlsx":
        book = load_workbook(path)
        sheet = book.worksheets[0]
        offered = {line[0].value.split()[0]: line[0].value for line in book.worksheets[1].iter_rows() if line[0].value}
        for row in range(2, sheet.max_row + 1):
            risk = answers.get(int(sheet.cell(row, 3).value), "")
            sheet.cell(row, COLUMNS.index("verdict") + 1).value = words[bool(risk)]
            sheet.cell(row, COLUMNS.index("class") + 1).value = offered[risk] if risk else None
        book.save(path)
    else:
        tasks = json.loads(path.read_bytes())
        for task in tasks:
            risk = answers.get(task["data"]["number"], "")
            chosen = [("verdict", words[bool(risk)]), *([("class", risk)] if risk else [])]
            parts = [{"from_name": name, "type": "choices", "value": {"choices": [word]}} for name, word in chosen]
            task["annotations"] = [{"result": [], "was_cancelled": True}, {"result": parts, "was_cancelled": False}]
        path.write_text(json.dumps(tasks), "utf-8")
    return path


def edited(path: str, change) -> Path:
    """Change the rows of a form in CSV by hand."""
    rows = list(csv.reader(io.StringIO(Path(path).read_text("utf-8-sig"), newline="")))
    rows = change(rows) or rows
    body = io.StringIO(newline="")
    csv.writer(body).writerows(rows)
    Path(path).write_text(body.getvalue(), "utf-8-sig")
    return Path(path)


def rows_by_id(out: Path) -> dict[str, dict]:
    tables = [pq.read_table(out / shard.path) for shard in read_manifest(out).outputs.shards]
    return {row["id"]: row for table in tables for row in table.to_pylist()}


class TestTheSample:
    def test_is_the_records_with_the_smallest_hmac_under_root_and_nonce(self, out, forms):
        root = json.loads((out / MANIFEST).read_bytes())["merkle"]["documents_root"]
        seed = sha256(bytes.fromhex(root) + b"dice 3-1-4").digest()
        ranked = sorted(rows_by_id(out), key=lambda name: hmac.digest(seed, name.encode(), "sha256"))
        one, two = ([row.values["id"] for row in read_form(Path(path))] for path in forms.files)
        assert one == ranked[:20]
        assert two == ranked[:5]

    def test_is_another_one_under_another_nonce_and_the_same_under_the_same(self, out, forms, tmp_path):
        again = write_sample(out, tmp_path / "again", WANTED)
        other = write_sample(out, tmp_path / "other", WANTED._replace(nonce="dice 1-5-9"))
        names = [[row.values["id"] for row in read_form(Path(one.files[0]))] for one in (forms, again, other)]
        assert names[0] == names[1] != names[2]

    def test_does_not_depend_on_how_the_records_are_cut_into_shards(self, out):
        manifest = read_manifest(out)
        drawn = sample.sample_of(manifest, "n", 10, 0)
        shards = manifest.outputs.model_copy(update={"shards": manifest.outputs.shards[::-1]})
        turned = manifest.model_copy(update={"outputs": shards})
        names = [[one.id for one in sample.draw(out, each, drawn)] for each in (manifest, turned)]
        assert names[0] == names[1]

    def test_shows_the_texts_that_stand_in_the_shards_and_where(self, out, tmp_path):
        done = write_sample(out, tmp_path / "forms", WANTED._replace(kind="label-studio", records=10**6))
        rows = rows_by_id(out)
        tasks = [task["data"] for task in json.loads(Path(done.files[0]).read_bytes())]
        assert {task["id"]: task["text"] for task in tasks} == {name: row["text"] for name, row in rows.items()}
        tables = {task["shard"]: pq.read_table(out / task["shard"]) for task in tasks}
        assert all(tables[task["shard"]]["id"][task["shard_row"]].as_py() == task["id"] for task in tasks)

    def test_that_was_drawn_stays_on_record_and_its_nonce_draws_no_other(self, out, forms, tmp_path):
        with pytest.raises(ConfigError, match="has drawn another sample"):
            write_sample(out, tmp_path / "more", WANTED._replace(records=30))
        other = write_sample(out, tmp_path / "other", WANTED._replace(nonce="better luck"))
        found = take_back(out, [filled(Path(path)) for path in forms.files], [])
        assert found.other_samples == (other.sample.review,)

    def test_writes_no_form_over_one_that_may_hold_answers(self, out, forms, tmp_path):
        said = {path: filled(Path(path)).read_bytes() for path in forms.files}
        with pytest.raises(ConfigError, match="stands there already"):
            write_sample(out, tmp_path / "forms", WANTED)
        assert {path: Path(path).read_bytes() for path in forms.files} == said

    def test_writes_no_form_into_the_output(self, out):
        with pytest.raises(ConfigError, match="do not belong into the output"):
            write_sample(out, out / "_lineage" / "attached", WANTED)

    @pytest.mark.parametrize("nonce", ["", "  ", "a\nb"])
    def test_needs_a_nonce(self, out, tmp_path, nonce):
        with pytest.raises(ConfigError, match="is no nonce"):
            write_sample(out, tmp_path / "forms", WANTED._replace(nonce=nonce))


class TestACell:
    @given(text=TEXT | st.sampled_from([*FORMULA]).flatmap(lambda sign: TEXT.map(lambda rest: sign + rest)))
    def test_never_begins_with_what_a_spreadsheet_runs(self, text):
        shown = cell(text)
        assert shown[:1] not in FORMULA
        assert shown.lstrip()[:1] not in FORMULA
        assert text[:1] in FORMULA or text.lstrip()[:1] in FORMULA or not shown.startswith("''")

    def test_shows_all_else_as_it_is(self):
        assert [cell(text) for text in ("一行\n两行", "a=b", "", "'t is")] == ["一行\n两行", "a=b", "", "'t is"]

    def test_says_where_it_is_cut(self):
        assert "1,000 more characters" in cell("字" * 33_000)
        assert len(cell("字" * 10**6)) < 32_767

    @pytest.mark.parametrize("kind", ["csv", "xlsx"])
    def test_of_a_form_is_a_text_whatever_the_record_says(self, tmp_path, kind):
        corpus = made()
        for row, text in zip(
            corpus.rows, ('=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\x00a"), strict=False
        ):
            row["text"] = text
        out = publish(corpus, tmp_path)
        done = write_sample(out, tmp_path / "forms", WANTED._replace(kind=kind, records=10**6, doubled=0))
        if kind == "csv":
            texts = [
                row["text"]
                for row in csv.DictReader(io.StringIO(Path(done.files[0]).read_text("utf-8-sig"), newline=""))
            ]
        else:
            cells = [
                row[COLUMNS.index("text")] for row in load_workbook(done.files[0]).worksheets[0].iter_rows(min_row=2)
            ]
            assert {one.data_type for one in cells} == {"s"}
            texts = [one.value for one in cells]
        assert not [text for text in texts if text[0] in FORMULA]
        assert sum(text.startswith("'") for text in texts) == 6
        assert "\N{REPLACEMENT CHARACTER}a" in texts


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_form_that_was_filled_in_gives_the_same_result_whatever_its_kind_and_language(out, tmp_path, kind, lang):
    done = write_sample(out, tmp_path / "forms", WANTED._replace(kind=kind, lang=lang))
    paths = [Path(path) for path in done.files if not path.endswith(".xml")]
    found = take_back(out, [filled(path, lang=lang) for path in paths], ["Wang", "Li"])
    assert (found.total.records, found.total.passed, found.classes) == (20, 18, {"A.1.g": 1, "A.4.e": 1})
    assert found.readers == ("Wang", "Li")
    assert sum(rate.records for rate in found.by_source.values()) == 20
    exported = give_out(out, found.sample.review, tmp_path / "done", kind, lang)
    back = [path for path in exported if path.suffix != ".xml"]
    assert take_back(out, back, ["Wang", "Li"], force=True) == found


def test_a_form_offers_31_classes_and_two_verdicts(out, tmp_path):
    done = write_sample(out, tmp_path / "forms", WANTED._replace(kind="xlsx", lang="zh"))
    book = load_workbook(done.files[0])
    offers = {str(offer.sqref): offer.formula1 for offer in book.worksheets[0].data_validations.dataValidation}
    assert offers["J2:J21"] == '"合格,不合格"'
    first, last = (int(part.rpartition("$")[2]) for part in offers["K2:K21"].split(":"))
    assert [book["说明"].cell(row, 1).value.split()[0] for row in range(first, last + 1)] == list(RISKS)
    assert len(RISKS) == 31


def test_a_form_that_a_spreadsheet_saved_in_another_way_is_understood(out, forms):
    one, two = (filled(Path(path)) for path in forms.files)
    one.write_bytes(one.read_text("utf-8-sig").encode("gb18030"))
    rows = list(csv.reader(io.StringIO(two.read_text("utf-8-sig"), newline="")))
    body = io.StringIO(newline="")
    csv.writer(body, delimiter="\t").writerows([*rows, [""] * len(COLUMNS)])
    two.write_bytes(body.getvalue().encode("utf-16"))
    assert take_back(out, [two, one], []).total.passed == 18


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_workbook_may_have_sheets_of_a_reader_before_its_own(out, tmp_path, lang):
    done = write_sample(out, tmp_path / "forms", WANTED._replace(kind="xlsx", lang=lang))
    paths = [filled(Path(path), lang=lang) for path in done.files]
    for path in paths:
        book = load_workbook(path)
        book.create_sheet("notes", 0)["A1"] = "read on Monday"
        book.save(path)
    assert take_back(out, paths, []).total.passed == 18


def line_starts(form: Path) -> list[int]:
    """Return the line of a CSV file, from 1, at which each row begins: texts may hold line ends."""
    reader = csv.reader(io.StringIO(form.read_text("utf-8-sig"), newline=""))
    return [1, *(reader.line_num + 1 for _ in reader)][:-1]


class TestAForm:
    def test_that_is_not_the_sample_is_refused_with_every_mistake_and_its_line(self, out, forms):
        def spoil(rows):
            rows[1][3] = "f" * 32
            rows[2][9], rows[2][10] = "maybe", ""
            rows[3][10] = "A.9.z"
            rows[4][9] = ""
            rows[5][9], rows[5][10] = "fail", ""
            rows[6][10] = "A.1.a"
            rows[7][0] = "0" * 16
            rows[8][1] = "2"
            return [*rows, rows[9]]

        first = edited(str(filled(Path(forms.files[0]))), spoil)
        with pytest.raises(ConfigError) as refused:
            take_back(out, [first, filled(Path(forms.files[1]))], [])
        said = [(problem.where.rpartition("csv")[2].strip(), problem.message) for problem in refused.value.problems]
        begins = line_starts(Path(first))
        assert [where for where, _ in said[:9]] == [f"line {n}" for n in (*begins[1:9], begins[-1])]
        words = [
            "not drawn",
            "'maybe' is no verdict",
            "no class of risk",
            "no verdict",
            "has no class",
            "passes and has",
        ]
        words += ["of review", "of reading '2'", f"stands at line {begins[9]} already"]
        assert all(word in message for word, (_, message) in zip(words, said, strict=False))
        assert ["is missing" in message for _, message in said[9:]] == [True] * 3
        assert not (out / REVIEWS / forms.sample.review / "result.json").exists()

    @pytest.mark.parametrize("text", ["", "another text", "some text to train on"])
    def test_with_another_text_than_the_shards_hold_is_refused_and_the_text_is_not_told(self, out, forms, text):
        def other(rows):
            rows[4][COLUMNS.index("text")] = text

        first = edited(str(filled(Path(forms.files[0]))), other)
        with pytest.raises(ConfigError) as refused:
            take_back(out, [first, filled(Path(forms.files[1]))], [])
        (problem,) = refused.value.problems
        assert "is not the one that was given out" in problem.message
        assert problem.where.endswith(f" line {line_starts(Path(first))[4]}")
        assert "train" not in f"{problem.message}{problem.hint}"

    def test_may_have_lost_its_texts_or_have_them_with_other_white_space(self, out, forms):
        def bare(rows):
            return [row[: COLUMNS.index("text")] + row[COLUMNS.index("text") + 1 :] for row in rows]

        def spaced(rows):
            for row in rows[1:]:
                row[COLUMNS.index("text")] = row[COLUMNS.index("text")].replace(" ", "\r\n ")

        one, two = (str(filled(Path(path))) for path in forms.files)
        assert take_back(out, [edited(one, spaced), edited(two, bare)], []).total.passed == 18

    @pytest.mark.parametrize("names", [("Wang", "Wang"), ("Li Lei", " li  lei"), ("ＬＩ", "li"), ("Ann", "Ann\u200b")])
    def test_is_not_read_twice_by_one_person(self, out, forms, names):
        paths = [filled(Path(path)) for path in forms.files]
        with pytest.raises(ConfigError, match="has read twice"):
            take_back(out, paths, names)
        take_back(out, paths, ["Wang", "Li"])
        path = out / REVIEWS / forms.sample.review / "result.json"
        said = json.loads(path.read_bytes())
        path.write_text(json.dumps(said | {"readers": names}), "utf-8")
        assert "one person is named for two readings" in verify(out).named("reviews").detail

    def test_is_of_a_reader_who_is_named(self, out, forms):
        with pytest.raises(ConfigError, match="names nobody"):
            take_back(out, [filled(Path(path)) for path in forms.files], ["Wang", " "])

    def test_with_a_gap_is_refused(self, out, forms):
        short = edited(str(filled(Path(forms.files[0]))), lambda rows: rows[:-1])
        with pytest.raises(ConfigError, match="is missing"):
            take_back(out, [short, filled(Path(forms.files[1]))], [])

    def test_of_the_second_reading_must_come_too(self, out, forms):
        with pytest.raises(ConfigError, match="form of reading 2 is missing"):
            take_back(out, [filled(Path(forms.files[0]))], [])

    def test_of_other_records_is_refused(self, out, forms, tmp_path):
        corpus = made()
        corpus.rows[0]["text"] += "!"
        other = publish(corpus, tmp_path / "other")
        (other / REVIEWS).mkdir(parents=True)
        (out / REVIEWS / forms.sample.review).rename(other / REVIEWS / forms.sample.review)
        with pytest.raises(CurateError, match="another documents root"):
            take_back(other, [filled(Path(path)) for path in forms.files], [])

    @pytest.mark.parametrize("name", ["form.docx", "form.csv", "form.xlsx", "form.json"])
    def test_that_is_none_is_refused(self, out, tmp_path, name):
        (tmp_path / name).write_bytes(b"PK\x03\x04 no form, \xff\xff")
        with pytest.raises(ConfigError):
            take_back(out, [tmp_path / name], [])

    def test_that_is_nested_without_end_is_refused(self, out, tmp_path):
        (tmp_path / "form.json").write_text("[" * 100_000, "utf-8")
        with pytest.raises(ConfigError, match="no list of tasks of Label Studio"):
            take_back(out, [tmp_path / "form.json"], [])

    def test_does_not_replace_a_result_unasked(self, out, forms):
        paths = [filled(Path(path)) for path in forms.files]
        take_back(out, paths, [])
        with pytest.raises(ConfigError, match="result already"):
            take_back(out, paths, [])
        assert take_back(out, paths, [], force=True).total.passed == 18


@pytest.mark.parametrize("name", [(), ("0000000000000000",)])
def test_a_review_that_nobody_has_drawn_is_asked_for_with_what_to_do(out, name):
    told = CliRunner().invoke(main, ["review", "export", str(out), *name])
    assert told.exit_code == 2
    assert told.stderr.startswith(f"error: {out}: there ")
    assert not told.stderr.rstrip().endswith((":", "hint"))
    assert ("curate review sample" in told.stderr) == (not name)


class TestTheNumbers:
    @pytest.mark.parametrize(("passed", "seen"), [(3840, 4000), (3861, 4000), (4000, 4000), (59, 59), (1, 7), (0, 5)])
    def test_bounds_are_those_of_clopper_and_pearson(self, passed, seen):
        lower = beta.ppf(0.05, passed, seen - passed + 1) if passed else 0.0
        assert interval(passed, seen)[0] == pytest.approx(lower, abs=1e-9)

    def test_the_limit_with_confidence_needs_139_failures_or_fewer_of_4000(self):
        held = [interval(4000 - fails, 4000)[0] >= result.LIMIT for fails in (139, 140)]
        assert held == [True, False]

    def test_kappa_is_cohens(self):
        assert kappa([("pass", "pass")] * 3) is None
        assert kappa([("pass", "fail"), ("fail", "pass")]) == -1.0
        assert kappa([("a", "a"), ("b", "b"), ("c", "a")]) == pytest.approx(0.5)

    def test_a_record_that_one_of_two_readers_fails_fails(self, out, forms):
        one, two = (Path(path) for path in forms.files)
        found = take_back(out, [filled(one, {}), filled(two, {2: "A.3.c"})], [])
        assert found.total.passed == 19
        assert found.agreement
        assert (found.agreement.same_verdict, found.agreement.kappa) == (4, 0.0)
        assert found.disputed == [read_form(one)[1].values["id"]]

    def test_fewer_records_than_the_standard_asks_for_are_said_to_be_too_few(self):
        drawn = Sample(
            review="a" * 16,
            documents_root="0" * 64,
            nonce="n",
            seed="a" * 64,
            asked=9,
            drawn=9,
            population=99,
            doubled=0,
        )
        said = [Judgement(id=f"{n:032x}", source_id="s", verdicts=("pass",), classes=(None,)) for n in range(9)]
        assert not result_of(drawn, said, ["w"], [], 4000).enough
        assert result_of(drawn.model_copy(update={"population": 9}), said, ["w"], [], 4000).enough


class TestVerify:
    def test_passes_an_output_with_a_review_and_no_file_of_a_review_holds_a_text_or_a_note(self, out, forms):
        assert verify(out).named("reviews").status == "pass"
        assert "without a result" in verify(out).named("reviews").detail
        take_back(out, [filled(Path(path)) for path in forms.files], [])
        found = verify(out)
        assert (found.exit_code, found.named("reviews").detail) == (0, "1 reviews")
        written = "".join(path.read_text("utf-8") for path in (out / REVIEWS).rglob("*.json"))
        assert "private thoughts" not in written
        assert not [row["text"] for row in rows_by_id(out).values() if row["text"] in written]

    @pytest.mark.parametrize(
        "lie",
        [
            lambda said: said["total"].update(passed=20),
            lambda said: said["judgements"][2].update(verdicts=["pass"], classes=[None]),
            lambda said: said["judgements"].pop(),
            lambda said: said["judgements"][0].update(verdicts=["pass"], classes=[None]),
            lambda said: said["judgements"][3].update(id="0" * 32),
            lambda said: said["sample"].update(nonce="another"),
            lambda said: said.update(meets=True, meets_with_confidence=True),
            lambda said: said.update(text="x"),
        ],
    )
    def test_notices_a_result_that_is_not_what_was_said_of_the_sample(self, out, forms, lie):
        take_back(out, [filled(Path(path), {1: "A.1.a", 3: "A.4.e", 7: "A.1.g"}) for path in forms.files], [])
        path = out / REVIEWS / forms.sample.review / "result.json"
        said = json.loads(path.read_bytes())
        lie(said)
        path.write_text(json.dumps(said), "utf-8")
        assert verify(out).named("reviews").status == "fail"

    @pytest.mark.parametrize(
        "change", [{"nonce": "other"}, {"drawn": 3}, {"population": 7}, {"seed": "0" * 64}, {"doubled": 99}]
    )
    def test_notices_a_sample_that_its_nonce_does_not_draw(self, out, forms, change):
        path = out / REVIEWS / forms.sample.review / "sample.json"
        path.write_text(json.dumps(json.loads(path.read_bytes()) | change), "utf-8")
        assert verify(out).named("reviews").status == "fail"


def test_what_is_printed_is_of_its_schema(out, forms):
    take_back(out, [filled(Path(path)) for path in forms.files], [])
    Draft202012Validator(sample.schema()).validate(forms.model_dump(mode="json"))
    Draft202012Validator(result.schema()).validate(read_result(out, forms.sample.review).model_dump(mode="json"))
