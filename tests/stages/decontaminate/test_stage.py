"""A leak is found wherever it stands and however it is dressed; what shares less than a window is not."""

import bz2
import gzip
import json
import lzma
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from curate.core.errors import ConfigError
from curate.stages.decontaminate.stage import Decontaminate
from tests.conftest import TEXT

EXAM = Path(__file__).parent / "exam.jsonl"
ITEMS = {row["id"]: row for row in map(json.loads, EXAM.read_text("utf-8").splitlines())}
FIELDS = ["question", "answer"]
LEAKS = [(name, ITEMS[name][field]) for name in ("q1", "q2") for field in FIELDS] + [("q3", ITEMS["q3"]["question"])]
PUNCTUATION = {ord(one): other for one, other in zip(",.?，。？", ["", "!", " — ", " ", "；\n", "……"], strict=True)}
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
DRESSES = {
    "as it is": lambda text: text,
    "upper case": str.upper,
    "other punctuation": lambda text: text.translate(PUNCTUATION),
    "full width": lambda text: text.translate(WIDE),
    "spread over lines": lambda text: text.replace(" ", "\n\n  "),
    "spaced Han": lambda text: "".join(f"{sign} " if sign > "\u3000" else sign for sign in text),
    "joiners inside": lambda text: text.replace("e", "e\u200b").replace("启", "启\ufeff"),
    "marks beside letters": lambda text: text.replace("o", "o\u0308"),
    "ligatures": lambda text: text.replace("fi", "\ufb01").replace("ff", "\ufb00"),
}


def stage(path=EXAM, **settings):
    return Decontaminate(benchmarks={"exam": {"path": path, "fields": FIELDS, "id": "id"}}, **settings)


TAG, MASK = stage().open(), stage(action="mask").open()


def hits(texts, edit=TAG):
    counts = edit(pa.array(texts, pa.string())).counts
    return [] if counts is None else [(line["row"], line["type"]) for line in counts.to_pylist()]


def rows(lines):
    return [] if lines is None else lines.to_pylist()


class TestALeak:
    @pytest.mark.parametrize("dress", DRESSES.values(), ids=DRESSES)
    @given(leak=st.sampled_from(LEAKS), before=TEXT, after=TEXT)
    def test_is_found_wherever_it_stands_and_however_it_is_dressed(self, dress, leak, before, after):
        name, text = leak
        assert (0, f"exam:{name}") in hits([f"{before}\n{dress(text)}\n{after}"])

    @pytest.mark.parametrize("filler", ["阀门", "pump ", "阀 pump，"])
    def test_is_found_behind_more_text_than_is_looked_at_in_one_go(self, filler):
        for size in (2030, 2045, 2048, 4100):
            text = filler * size + "\n" + ITEMS["q1"]["question"] + filler * size + "\n" + ITEMS["q2"]["question"]
            assert hits([text]) == [(0, "exam:q1"), (0, "exam:q2")]

    def test_is_found_in_text_of_another_script(self):
        english, chinese = ITEMS["q1"]["question"], ITEMS["q2"]["question"]
        assert hits([f"检修记录。{english}以上。" * 3, f"Log: {chinese} (end)"]) == [(0, "exam:q1"), (1, "exam:q2")]

    def test_is_counted_once_a_string_and_item(self):
        assert hits([" ".join(ITEMS["q1"].values()) * 2]) == [(0, "exam:q1")]

    def test_says_the_share_that_is_held(self):
        words = ITEMS["q1"]["question"].split()
        (line,) = rows(TAG(pa.array([" ".join(words[:18])])).found)
        assert line["rule"] == "decontaminate:exam"
        assert (line["metric"], line["operator"], line["threshold"]) == ("decontaminate_share", ">=", 0.5)
        assert line["value"] == 18 / len(words)

    def test_below_the_share_is_none(self):
        words = ITEMS["q1"]["question"].split()
        part = [" ".join(words[:14])]
        assert hits(part, stage(share=0.5).open()) == [(0, "exam:q1")]
        assert hits(part, stage(share=0.7).open()) == []


ROUND = {
    "id": "e",
    "question": "Which ocean is deepest?",
    "choices": ["Pacific Ocean", "Atlantic Ocean", "Indian Ocean", "Arctic Ocean"],
    "answer": "A",
}
GAS = {
    "id": "z",
    "question": "下列属于气体的是",
    "choices": ["液态水银", "氧气和氮气", "固态二氧化碳", "食盐晶体颗粒"],
    "answer": "B",
}
OF_LETTERS = ["A. {} B. {} C. {} D. {}", "(a) {}\n(b) {}\n(c) {}\n(d) {}", "A、{}；B、{}；C、{}；D、{}"]
MARKS = [*OF_LETTERS, "1) {}\n2) {}\n3) {}\n4) {}", "① {} ② {} ③ {} ④ {}", "{}\n{}\n{}\n{}"]


class TestAnswersToChooseFrom:
    @pytest.mark.parametrize("marks", MARKS)
    @pytest.mark.parametrize("item", [ROUND, GAS], ids=["en", "zh"])
    @pytest.mark.parametrize("apart", [True, False], ids=["fields of their own", "a list"])
    def test_are_found_as_they_are_printed(self, tmp_path, item, marks, apart):
        path, fields = tmp_path / "exam.jsonl", ["question", *("ABCD" if apart else ["choices"]), "answer"]
        path.write_text(json.dumps(item | dict(zip("ABCD", item["choices"], strict=True))), "utf-8")
        edit = Decontaminate(benchmarks={"exam": {"path": path, "fields": fields, "id": "id"}}).open()
        text = f"Quiz 17. {item['question']} ( )\n{marks.format(*item['choices'])}\nAnswer: {item['answer']}"
        assert hits([text], edit) == [(0, f"exam:{item['id']}")]
        assert hits(["A. B. C. D. 1. 2. 3. 4.", f"{item['question']} A. yes B. no C. both D. neither"], edit) == []

    def test_are_too_short_where_they_are_it_without_letters(self, tmp_path):
        path = tmp_path / "exam.jsonl"
        rows = [{"id": "s", "question": "Is it?", "choices": ["yes", "no", "both", "none", "all"]}, ROUND]
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        made = Decontaminate(benchmarks={"exam": {"path": path, "fields": ["question", "choices"], "id": "id"}})
        assert made.lineage()["benchmarks"]["exam"]["too_short"] == 1
        assert hits(["Is it? A. yes B. no C. both D. none E. all"], made.open()) == []


NESTED = {"stem": ROUND["question"], "choices": [{"text": one, "label": "x"} for one in ROUND["choices"]]}
WITHIN = "question.stem", "question.choices.text"


class TestFieldsWithinObjects:
    def made(self, path, *rows, fields=WITHIN):
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        return Decontaminate(benchmarks={"exam": {"path": path, "fields": fields, "id": "about.id"}})

    def test_are_named_with_dots(self, tmp_path):
        made = self.made(tmp_path / "exam.jsonl", {"about": {"id": 7}, "question": NESTED})
        assert hits(["Which ocean is deepest? " + OF_LETTERS[0].format(*ROUND["choices"])], made.open()) == [
            (0, "exam:7")
        ]

    def test_give_way_to_a_field_with_dots_in_its_name(self, tmp_path):
        row = {"about.id": 7, "about": {"id": 8}, "question": ITEMS["q1"]["question"]}
        made = self.made(tmp_path / "exam.jsonl", row, fields=["question"])
        assert hits([ITEMS["q1"]["question"]], made.open()) == [(0, "exam:7")]

    def test_are_missed_where_no_row_has_them(self, tmp_path):
        rows = {"about": {"id": 7}, "question": "one"}, {"about": {"id": 8}, "question": {"choices": [{"label": "x"}]}}
        mistakes = list(self.made(tmp_path / "exam.jsonl", *rows).mistakes())
        assert [(one.at[-1], one.fact.partition(": ")[2]) for one in mistakes] == [
            (0, "no row has the field 'question.stem'"),
            (1, "no row has the field 'question.choices.text'"),
        ]


class TestWhatSharesLessThanAWindow:
    @pytest.mark.parametrize("first", range(12))
    def test_of_words_is_not_found(self, first):
        words = ITEMS["q1"]["question"].split()[first : first + 12]
        assert hits([" ".join(words), f"valve {' '.join(words)} valve"], stage(share=0.01).open()) == []

    @pytest.mark.parametrize("first", range(15))
    def test_of_characters_is_not_found(self, first):
        signs = "".join(sign for sign in ITEMS["q2"]["question"] if sign.isalnum())[first : first + 25]
        assert hits([signs, f"缸{signs}缸"], stage(share=0.01).open()) == []

    @given(texts=st.lists(TEXT, max_size=4))
    def test_at_all_is_not_found(self, texts):
        assert hits(texts) == []

    def test_because_the_item_is_too_short_is_counted(self):
        assert hits(["Why? No."]) == []
        assert stage().lineage()["benchmarks"]["exam"]["items"] == 4
        assert stage().lineage()["benchmarks"]["exam"]["too_short"] == 1

    def test_of_a_short_item_is_not_found(self):
        assert hits([ITEMS["q3"]["question"].replace("closed", "open")]) == []


class TestTheOutcome:
    PIECES = st.lists(st.one_of(TEXT, st.sampled_from([leak for _, leak in LEAKS])), max_size=3).map("\n".join)

    @given(texts=st.lists(PIECES, max_size=3), more=st.lists(PIECES, max_size=3))
    def test_of_a_text_does_not_depend_on_its_batch_mates(self, texts, more):
        both = pa.array([*texts, *more], pa.string())
        for edit in (TAG, MASK):
            whole = edit(both)
            first, second = edit(both.slice(0, len(texts))), edit(both.slice(len(texts)))
            assert whole.strings.to_pylist() == first.strings.to_pylist() + second.strings.to_pylist()
            for lines in ("found", "counts"):
                later = [line | {"row": line["row"] + len(texts)} for line in rows(getattr(second, lines))]
                assert rows(getattr(whole, lines)) == rows(getattr(first, lines)) + later

    @given(texts=st.lists(PIECES, max_size=3))
    def test_of_masking_holds_no_item_any_more(self, texts):
        once = MASK(pa.array(texts, pa.string())).strings
        again = MASK(once)
        assert again.strings is once
        assert again.found is None

    @given(before=TEXT, after=TEXT)
    def test_of_masking_is_the_text_around_the_leak(self, before, after):
        leak = ITEMS["q2"]["question"]
        (text,) = MASK(pa.array([f"{before}。{leak}\n。{after}"])).strings.to_pylist()
        assert text == f"{before}。<BENCHMARK>。\n。{after}"

    def test_of_masking_is_right_where_parts_come_together(self):
        words = ITEMS["q3"]["question"].split()
        inner = ITEMS["q1"]["question"]
        text = f"{' '.join(words[:5])} {inner} {' '.join(words[5:])}"
        edited = stage(action="mask", placeholder="").open()(pa.array([text]))
        assert edited.strings.to_pylist() == ["?"]

    @pytest.mark.parametrize(("action", "said"), [("tag", "tag"), ("mask", "tag"), ("reject", "reject"), (None, "tag")])
    def test_is_a_tag_unless_it_is_a_rejection(self, action, said):
        texts = pa.array([ITEMS["q1"]["answer"], "clean", None])
        edited = stage(action=action).open()(texts)
        assert [(line["row"], line["action"]) for line in rows(edited.found)] == [(0, said)]
        assert (edited.strings is texts) == (action != "mask")


def written(folder, name, packing):
    body = folder / name
    table = pa.Table.from_pylist(list(ITEMS.values()))
    if body.suffix == ".parquet":
        pq.write_table(table, body)
    elif body.suffix == ".csv":
        import csv

        with body.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.DictWriter(stream, ["id", *FIELDS])
            writer.writeheader()
            writer.writerows(ITEMS.values())
    else:
        body.write_bytes(EXAM.read_bytes())
    if not packing:
        return body
    pack = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress, ".zst": zstandard.compress}[packing]
    packed = folder / f"{name}{packing}"
    packed.write_bytes(pack(body.read_bytes()))
    return packed


class TestABenchmark:
    def test_whose_header_names_a_column_twice_is_refused(self, tmp_path):
        (tmp_path / "exam.csv").write_text("question,answer,question\na,b,c\n", "utf-8")
        with pytest.raises(ConfigError, match="names 'question' more than once"):
            stage(tmp_path / "exam.csv").lineage()

    @pytest.mark.parametrize("packing", ["", ".gz", ".bz2", ".xz", ".zst"])
    @pytest.mark.parametrize("name", ["exam.jsonl", "exam.csv", "exam.parquet"])
    def test_is_read_from_every_format_and_packing(self, tmp_path, name, packing):
        made = stage(written(tmp_path, name, packing))
        assert made.lineage() == stage().lineage()
        assert hits([leak for _, leak in LEAKS], made.open()) == hits([leak for _, leak in LEAKS])

    def test_without_ids_numbers_its_rows_over_all_files(self, tmp_path):
        other = tmp_path / "other.jsonl"
        other.write_text('{"question": ["One of these pumps leaks oil at the shaft:", "the first", "the second"]}\n')
        made = Decontaminate(benchmarks={"exam": {"path": [EXAM, other], "fields": ["question"]}})
        texts = ["One of these pumps leaks oil at the shaft: a) the first, the second", ITEMS["q2"]["question"]]
        assert hits([texts[0].replace("a) ", ""), texts[1]], made.open()) == [(0, "exam:4"), (1, "exam:1")]

    @pytest.mark.parametrize("name", ["EXAM.JSONL", "exam.Csv", "EXAM.PARQUET"])
    def test_is_known_by_its_name_in_capitals(self, tmp_path, name):
        low = written(tmp_path, name.lower(), ".gz")
        made = stage(low.rename(tmp_path / f"{name}.GZ"))
        assert made.lineage() == stage().lineage()

    def test_may_have_a_long_passage_in_a_cell_of_csv(self, tmp_path):
        path = tmp_path / "exam.csv"
        path.write_text(f'id,question,answer\n7,"{"pump " * 40_000}","{ITEMS["q1"]["question"]}"\n', "utf-8")
        made = stage(path)
        assert list(made.mistakes()) == []
        assert hits([ITEMS["q1"]["question"]], made.open()) == [(0, "exam:7")]

    def test_is_an_asset(self):
        assert stage().assets == (EXAM,)

    @pytest.mark.parametrize(
        ("name", "body", "said"),
        [
            ("a.jsonl", b'{"id": 1, "question": "text"}\n', "no row has the field 'answer'"),
            ("a.jsonl", b"{broken\n", r"a.jsonl:1: the line is not JSON from character 2 on"),
            ("a.jsonl", b'\n{"id": 1}\n{"question": tru}\n', "a.jsonl:3: the line is not JSON"),
            ("a.jsonl", b"[1]\n", "a.jsonl:1: the line holds a list and no object"),
            ("a.jsonl", b'{"id": "", "question": "", "answer": ""}\n', "a.jsonl:1: the row has no id"),
            ("a.jsonl", b'{"id": 1, "question": "too", "answer": "short"}\n', "long enough"),
            ("a.jsonl.gz", gzip.compress(b'{"id": 1, "question": "", "answer": ""}\n', mtime=0)[:-9], "damaged"),
            ("a.parquet", b"nothing", "no Parquet file"),
            ("a.txt", b"text", "ends in no format"),
        ],
    )
    def test_that_cannot_be_read_is_a_mistake_that_quotes_no_item(self, tmp_path, name, body, said):
        path = tmp_path / name
        path.write_bytes(body)
        with pytest.raises(ConfigError, match=said):
            stage(path).open()

    @pytest.mark.parametrize(
        "settings",
        [{"shortest": 14}, {"placeholder": "one two three four five six seven eight"}, {"placeholder": "试" * 20}],
    )
    def test_settings_that_contradict_each_other_are_a_mistake(self, settings):
        with pytest.raises(ValidationError):
            stage(**settings)

    def test_has_a_name_that_a_rule_can_have(self):
        with pytest.raises(ValidationError, match="no name of a benchmark"):
            Decontaminate(benchmarks={"a:b": {"path": EXAM, "fields": ["question"]}})
