"""What `relevance` keeps, what it says of itself, and what no cut of the data may change."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import curate
from curate.core.errors import CurateError
from curate.core.kernels.relevance import FOLDS, bags
from curate.core.kernels.strings import views
from curate.core.scripts import scripts_of
from curate.core.stage import Findings
from curate.stages.relevance.judged import judged_scripts
from curate.stages.relevance.learning import alike, auc, quantile
from curate.stages.relevance.lexicon import INDUSTRIES, lexicon_in, shipped
from curate.stages.relevance.seeds import seeds_in
from curate.stages.relevance.stage import Relevance
from curate.terminal import warnings_of
from tests.conftest import records
from tests.stages.dedup.driver import Cuts, held_records, verdicts_of

# fmt: off
LAW = [
    "合同", "当事人", "应当", "承担", "违约", "责任", "法院", "判决", "赔偿", "证据",
    "诉讼", "仲裁", "条款", "义务", "权利", "管辖", "上诉", "原告", "被告", "依法",
]
KITCHEN = [
    "面粉", "鸡蛋", "黄油", "烤箱", "搅拌", "牛奶", "白糖", "蔬菜", "煮熟", "切片",
    "锅中", "加入", "小火", "调味", "食盐", "葱花", "酱油", "米饭", "翻炒", "出锅",
]
PLAIN = [
    "今天", "我们", "可以", "然后", "一个", "这样", "大家", "时候", "最后", "需要",
]
# fmt: on


def texts(words, n, seed):
    draw = np.random.default_rng(seed)
    return ["，".join(draw.choice(words, 14)) + "。" + "，".join(draw.choice(PLAIN, 6)) for _ in range(n)]


def folder_of(path: Path, said) -> Path:
    path.mkdir()
    lines = "".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in said)
    (path / "good.jsonl").write_text(lines, "utf-8")
    return path


@pytest.fixture
def stage(tmp_path):
    return Relevance(seeds=folder_of(tmp_path / "good", texts(LAW, 40, 0)))


def model_of(stage, said, cuts):
    return verdicts_of(stage, held_records({"a": records(*said)}, cuts), cuts)


STREAM = texts(LAW, 20, 1) + texts(KITCHEN, 180, 2)


class TestWhatItLearns:
    def test_what_is_like_the_examples_passes_and_all_else_is_tagged(self, stage):
        step = stage.open(Findings(pa.table({}), model_of(stage, STREAM, Cuts())))
        outcome = step(records(*texts(LAW, 50, 3), *texts(KITCHEN, 50, 4)))
        found = outcome.found.to_pylist()
        assert {line["rule"] for line in found} == {"relevance:off_topic"}
        assert {line["action"] for line in found} == {"tag"}
        assert {line["row"] for line in found} >= set(range(50, 100))
        assert len(found) <= 60
        scores = outcome.batch["relevance_score"].to_pylist()
        assert all((line["value"], line["threshold"]) == (scores[line["row"]], found[0]["threshold"]) for line in found)

    def test_no_cut_of_the_data_changes_the_model(self, stage):
        whole = model_of(stage, STREAM, Cuts())
        parts = model_of(stage, STREAM, Cuts(batch=7, partitions=4))
        assert whole.equals(parts)

    def test_a_text_without_terms_has_no_score_and_a_short_one_is_not_found_wanting(self, stage):
        step = stage.open(Findings(pa.table({}), model_of(stage, STREAM, Cuts())))
        outcome = step(records(None, "", "——。", "面粉"))
        assert outcome.batch["relevance_score"].to_pylist()[:3] == [None, None, None]
        assert outcome.batch["relevance_score"][3].is_valid
        assert outcome.found is None

    def test_a_stream_too_small_to_learn_from_is_refused(self, stage):
        with pytest.raises(CurateError, match="too few to learn from"):
            model_of(stage, STREAM[:5], Cuts())

    def test_terms_are_what_many_examples_say_and_hold_no_digit_and_no_name(self, tmp_path):
        said = [f"{text} 13800000000 Alice Smith" for text in texts(LAW, 40, 0)]
        said[0] += " zanzibar" * 50
        stage = Relevance(seeds=folder_of(tmp_path / "good", said))
        model = model_of(stage, STREAM, Cuts())
        terms = [line["quote"] for line in model.to_pylist()[1:]]
        assert terms
        assert not [term for term in terms if any(sign.isdigit() for sign in term)]
        assert not {"zanzibar", "alice", "smith", "alice smith"} & set(terms)


def inspections(first, n):
    said = "Inspection of pump P-{0} on 2024-03-{1:02}: bearing temperature {2} degrees, seal tight, oil level normal."
    return [said.format(first + k, k % 28 + 1, 40 + k % 20) for k in range(n)]


class TestFormsInWhichOnlyFiguresDiffer:
    @pytest.mark.parametrize("more", [0, 40])
    def test_records_of_a_form_that_is_among_the_examples_pass(self, tmp_path, more):
        stage = Relevance(seeds=folder_of(tmp_path / "good", inspections(0, 30) + texts(LAW, more, 0)))
        stream = inspections(1000, 100) + texts(KITCHEN, 40, 2) + texts(LAW, more, 5)
        model = model_of(stage, stream, Cuts())
        assert json.loads(model["figures"][0].as_py())["recall"] >= 0.9
        found = stage.open(Findings(pa.table({}), model))(
            records(*inspections(5000, 100), *texts(KITCHEN, 50, 4))
        ).found
        assert set(range(100, 150)) <= set(found["row"].to_pylist())
        assert len(found) <= 60

    def test_a_stream_of_one_form_is_learnt_from(self, tmp_path):
        stage = Relevance(seeds=folder_of(tmp_path / "good", inspections(0, 30) + texts(LAW, 40, 0)))
        model = model_of(stage, inspections(1000, 100), Cuts())
        found = stage.open(Findings(pa.table({}), model))(records(*inspections(5000, 100))).found
        assert found is None or len(found) <= 10

    def test_a_stream_of_copies_is_learnt_from(self, stage):
        step = stage.open(Findings(pa.table({}), model_of(stage, texts(KITCHEN, 1, 0) * 20, Cuts())))
        scores = step(records(*texts(LAW, 20, 3), *texts(KITCHEN, 1, 0))).batch["relevance_score"].to_pylist()
        assert min(scores[:20]) > scores[20]


class TestWhatItReads:
    @pytest.mark.parametrize("kind", [pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())])
    def test_a_column_of_strings_of_any_make_holds_examples(self, tmp_path, kind):
        said = texts(LAW, 30, 0)
        (tmp_path / "b").mkdir()
        pq.write_table(pa.table({"text": pa.array(said).cast(kind)}), tmp_path / "b" / "some.parquet")
        assert seeds_in(tmp_path / "b", "text") == seeds_in(folder_of(tmp_path / "a", said), "text")

    def test_a_word_of_a_lexicon_may_hold_the_sign_of_remarks(self, tmp_path):
        path = tmp_path / "words.txt"
        path.write_text("# languages\nC#\nF#\t# functional\n.NET # runtime\n", "utf-8")
        words = lexicon_in(path)
        assert words.words == 3
        assert words.distinct("vitamin c, option f") == 0
        assert words.distinct("F# and C# on .NET") == 3

    def test_examples_are_the_same_whatever_the_form_of_the_files(self, tmp_path):
        said = texts(LAW, 30, 0)
        folder_of(tmp_path / "a", said)
        (tmp_path / "b").mkdir()
        pq.write_table(pa.table({"text": said[:10]}), tmp_path / "b" / "some.parquet")
        for place, text in enumerate(said[10:]):
            (tmp_path / "b" / f"{place}.txt").write_text(text, "utf-8")
        assert seeds_in(tmp_path / "a", "text") == seeds_in(tmp_path / "b", "text")

    def test_fewer_than_thirty_different_examples_are_refused(self, tmp_path):
        folder = folder_of(tmp_path / "a", texts(LAW, 29, 0) * 2)
        with pytest.raises(CurateError, match="29 different examples are too few"):
            seeds_in(folder, "text")

    @pytest.mark.parametrize("given", [{}, {"industry": "legal", "seeds": "good"}])
    def test_one_start_is_given(self, given):
        with pytest.raises(ValueError, match="give one of seeds"):
            Relevance(**given)

    @pytest.mark.parametrize("industry", INDUSTRIES)
    def test_every_industry_has_words_of_both_languages(self, industry):
        words = lexicon_in(shipped(industry))
        assert words.latin
        assert words.other
        assert words.words >= 50

    def test_a_word_in_letters_stands_alone_and_counts_once(self, tmp_path):
        (tmp_path / "mine.txt").write_text("pump\nBearing # of a machine\n阀门\n", "utf-8")
        words = lexicon_in(tmp_path / "mine.txt")
        assert words.distinct("A pumpkin, a PUMP, a pump; 检修阀门。") == 2

    @pytest.mark.parametrize(
        ("said", "count"),
        [
            ("部署SCADA系统，用PLC控制", 2),
            ("the supply\n  chain", 1),
            ("the supply\n  chain, and every supply chain", 1),
            ("Written in C++ on .NET.", 2),
            ("ein Ventilator, ein Café", 1),
            ("NAPLC, PLCs, plc_1, éplc, café-like décafé", 1),
        ],
    )
    def test_a_word_ends_where_han_signs_or_a_line_end(self, tmp_path, said, count):
        (tmp_path / "mine.txt").write_text("scada\nPLC\nsupply  chain\nC++\n.NET\ncafé\nventil\n", "utf-8")
        assert lexicon_in(tmp_path / "mine.txt").distinct(said) == count


class TestFigures:
    def test_auc_is_the_probability_of_the_right_order(self):
        assert auc(np.array([2.0, 3.0]), np.array([1.0, 2.0])) == 0.875

    def test_the_threshold_lies_where_a_further_example_falls_with_the_share(self):
        assert quantile(np.arange(19.0), 0.05) == 0.0
        assert quantile(np.arange(19.0), 0.10) == 1.0
        assert quantile(np.arange(19.0), 0.001) == 0.0

    @pytest.mark.parametrize(("sought", "others"), [(30, 70), (0, 70), (60, 0)])
    def test_what_is_sought_in_the_stream_is_learnt_from_as_nothing_else(self, sought, others):
        said = texts(LAW, 40, 0) + texts(LAW, sought, 1) + texts(KITCHEN, others, 2)
        every = bags(views(pa.array(said)), 4096)
        found = alike(every, np.where(np.arange(len(said)) < 40, 1.0, -1.0))
        assert not any(found[fold, every.folds == fold].any() for fold in range(FOLDS)), (
            "a fold has no part in its model"
        )
        assert not found[:, :40].any()
        assert not found[:, 40 + sought :].any()
        assert found.sum() >= (FOLDS - 1) * sought / 3
        assert found.sum() <= FOLDS * (sought + others) / 2


def configured(tmp_path, **settings):
    lines = "".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in STREAM)
    (tmp_path / "in.jsonl").write_text(lines, "utf-8")
    return {
        "name": "relevant",
        "sources": {"a": {"format": "jsonl", "path": str(tmp_path / "in.jsonl")}},
        "stages": [{"relevance": settings}, "exact_duplicates"],
        "output": {"path": str(tmp_path / "out"), "columns": ["relevance_score"]},
        "limits": "off",
        "workers": 0,
    }


def stage_said(tmp_path):
    manifest = json.loads((tmp_path / "out" / "_lineage" / "manifest.json").read_text("utf-8"))
    return manifest, next(one for one in manifest["stages"] if one["name"] == "relevance")


class TestRun:
    def test_a_run_rejects_what_is_off_topic_and_says_by_what(self, tmp_path):
        seeds = folder_of(tmp_path / "good", texts(LAW, 40, 0))
        curate.run(configured(tmp_path, seeds=str(seeds), action="reject"))
        manifest, said = stage_said(tmp_path)
        assert said["rejected"] >= 178
        assert said["records_out"] >= 15
        figures = said["lineage"]
        assert figures["examples"] == 40
        assert figures["auc"] > 0.9
        assert 0.9 <= figures["recall"] <= 1
        assert len(figures["model_sha256"]) == len(figures["examples_sha256"]) == 64
        assert str(tmp_path) not in json.dumps(manifest["stages"])

    def test_a_lexicon_starts_without_examples(self, tmp_path):
        config = configured(tmp_path, industry="legal", action="reject")
        lines = "".join(json.dumps({"text": text}) + "\n" for text in texts(LAW, 60, 5) + STREAM)
        (tmp_path / "in.jsonl").write_text(lines, "utf-8")
        curate.run(config)
        _, said = stage_said(tmp_path)
        assert said["rejected"] >= 150
        assert said["records_out"] >= 60
        assert said["lineage"]["examples"] >= 30
        assert len(said["lineage"]["lexicon_sha256"]) == 64


PUMPS = [
    "pump",
    "valve",
    "bearing",
    "seal",
    "leak",
    "pressure",
    "motor",
    "replace",
    "inspect",
    "shaft",
    "oil",
    "hydraulic",
    "cylinder",
    "hose",
    "torque",
]
FILMS = [
    "actor",
    "scene",
    "film",
    "music",
    "story",
    "camera",
    "role",
    "stage",
    "script",
    "drama",
    "ticket",
    "cinema",
    "premiere",
    "director",
    "plot",
]


def english(words, n, seed):
    draw = np.random.default_rng(seed)
    return [" ".join(draw.choice(words, 20)) + "." for _ in range(n)]


class TestScripts:
    def said(self, tmp_path, good, stream, **settings):
        lines = "".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in stream)
        config = configured(tmp_path, seeds=str(folder_of(tmp_path / "good", good)), action="reject", **settings)
        (tmp_path / "in.jsonl").write_text(lines, "utf-8")
        done = curate.run(config)
        _, said = stage_said(tmp_path)
        kept = [row["text"] for row in done.dataset().to_list()] if said["records_out"] else []
        return said, kept, list(warnings_of(done))

    def test_a_text_in_a_script_of_which_there_is_no_example_is_not_judged_and_that_is_said(self, tmp_path):
        stream = texts(LAW, 40, 1) + texts(KITCHEN, 60, 2) + english(PUMPS, 60, 3)
        said, kept, warned = self.said(tmp_path, texts(LAW, 40, 0), stream)
        assert sum(text.isascii() for text in kept) == 60
        assert 35 <= len(kept) - 60 <= 45
        assert not any("面粉" in text and "鸡蛋" in text for text in kept)
        assert said["lineage"]["scripts"]["Latn"] == {"examples": 0, "stream": 60, "judged": False}
        chinese = said["lineage"]["scripts"]["Hani"]
        assert (chinese["examples"], chinese["stream"], chinese["judged"]) == (40, 100, True)
        assert chinese["recall"] >= 0.9
        assert said["lineage"]["stream"] == 100, "what cannot be judged is not learnt from either"
        (one,) = warned
        assert one.startswith("relevance: 60 of 160 sampled records are written in Latin letters and no example is")

    def test_examples_in_both_scripts_judge_both(self, tmp_path):
        good = texts(LAW, 40, 0) + english(PUMPS, 40, 1)
        stream = texts(LAW, 30, 1) + texts(KITCHEN, 60, 2) + english(PUMPS, 30, 3) + english(FILMS, 60, 4)
        said, kept, warned = self.said(tmp_path, good, stream)
        assert warned == []
        assert all(one["judged"] and one["recall"] >= 0.85 for one in said["lineage"]["scripts"].values())
        assert not any("actor" in text or "面粉" in text for text in kept)
        assert 50 <= len(kept) <= 60

    def test_where_next_to_nothing_passes_the_end_of_the_run_says_so(self, tmp_path):
        said, kept, warned = self.said(tmp_path, texts(LAW, 40, 0), texts(KITCHEN, 120, 2))
        assert kept == []
        assert said["lineage"]["scripts"]["Hani"]["passing"] == 0
        nothing, one = warned
        assert nothing == "no record was written, so the output has no shard"
        assert "120 of 120 sampled records are written in Chinese characters, and 0 % of them pass" in one

    def test_a_stream_in_another_script_than_the_examples_is_refused(self, tmp_path):
        with pytest.raises(CurateError, match="0 of 60 sampled records are written in Chinese characters"):
            self.said(tmp_path, texts(LAW, 40, 0), english(PUMPS, 60, 3))

    def test_a_few_examples_of_a_script_do_not_judge_it(self):
        names = np.array(["Hani"] * 30 + ["Latn"] * 9)
        assert judged_scripts(names) == ("Hani", "Zyyy")
        assert judged_scripts(np.array(["Hani"] * 30 + ["Latn"] * 10)) == ("Hani", "Latn", "Zyyy")

    @pytest.mark.parametrize(
        ("text", "script"),
        [
            ("水泵振动超标", "Hani"),
            ("PLC 通讯中断，更换 CPU 模块", "Hani"),
            ("The pump was replaced; supplier 李", "Latn"),
            ("設備の点検を行うこと", "Jpan"),
            ("펌프를 교체했다", "Kore"),
            ("Насос заменён", "Cyrl"),
            ("12 345 ---", "Zyyy"),
            ("", "Zyyy"),
            (None, "Zyyy"),
            ("ปั๊มเสีย", "Zzzz"),
        ],
    )
    def test_a_text_is_in_the_script_of_most_of_it(self, text, script):
        assert scripts_of(pa.array([text], pa.string())).tolist() == [script]
