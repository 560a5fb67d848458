"""Whole runs of the duplicate stages: what `keep` and `on` say reaches the output, which the data alone decide."""

import json
import random
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import curate
import curate.stages.dedup.pairs as pairs_module
from benchmarks.crash import Bench, Trial, trials
from benchmarks.run import command
from curate.core.errors import ConfigError
from curate.engine import phases, rounds, spool
from tests.engine.corpora import bytes_of, ledger, shards

NOTICE = "停电检修通知：因设备检修，本区域将于下周一上午八点至十二点停电，请提前做好准备。"
OTHER = "Replace the mechanical seal of pump P-101 and check the alignment before the next start."
STAGES = ["exact_duplicates", "near_duplicates"]


def ran(out: Path, source: dict[str, Any], *stages: Any, **more: Any) -> Path:
    """Run over one source, `a`, and return the output."""
    said = {"name": "copies", "sources": {"a": source}, "stages": list(stages), "output": {"path": str(out)}}
    return curate.run({**said, "limits": "off", "workers": 0, **more}).path


def wrote(path: Path, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Write JSON lines and return the settings of a source that reads them."""
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    return {"format": "jsonl", "path": str(path)}


class TestKeep:
    DATES = (
        "2023年5月1日",
        "2024-02-28",
        "unknown",
        "2024/2/27",
        "",
        "Wed, 28 Feb 2024 07:59:59 +0800",
        "2024-02-28 00:00:01",
    )
    NEWEST = 6

    @pytest.mark.parametrize("stage", STAGES)
    def test_the_newest_row_of_a_table_is_kept(self, tmp_path: Path, stage: str) -> None:
        table = pl.DataFrame({"date": self.DATES, "text": [NOTICE] * len(self.DATES)})
        table.write_csv(tmp_path / "a.csv")
        source = {"format": "csv", "path": str(tmp_path / "a.csv"), "keep": ["date"]}
        out = ran(tmp_path / "out", source, {stage: {"keep": ["newest"], "date": "date"}})

        (kept,) = shards(out).iter_rows(named=True)
        assert kept["date"] == self.DATES[self.NEWEST]
        assert set(ledger(out)["duplicate_of"]) == {kept["id"]}
        assert len(ledger(out)) == len(self.DATES) - 1

    @pytest.mark.parametrize(
        "column",
        [
            pa.array([date(2024, 2, 9), date(2024, 10, 1), None, date(1999, 1, 1)]),
            pa.array([datetime(2024, 2, 9, 8, tzinfo=UTC), datetime(2024, 2, 9, 8, 0, 0, 5, tzinfo=UTC), None, None]),
            pa.array([datetime(2024, 2, 9), datetime(2024, 2, 9, 11), None, datetime(2024, 2, 9, 9)]),  # noqa: DTZ001
            pa.array([20240209, 20241001, None, 5]),
        ],
        ids=["date", "instant", "time", "number"],
    )
    @pytest.mark.parametrize("stage", STAGES)
    def test_the_newest_row_of_a_typed_column_is_kept(self, tmp_path: Path, stage: str, column: pa.Array) -> None:
        pq.write_table(pa.table({"text": [NOTICE] * 4, "day": column}), tmp_path / "a.parquet")
        source = {"format": "parquet", "path": str(tmp_path / "a.parquet"), "keep": ["day"]}
        out = ran(tmp_path / "out", source, {stage: {"keep": ["newest"], "date": "day"}})

        assert shards(out)["source_row"].to_list() == [1]

    @pytest.mark.parametrize("keep", [{"score": "integer"}, {"score": "number"}, ["score"]], ids=str)
    @pytest.mark.parametrize("stage", STAGES)
    def test_the_record_of_the_best_quality_is_kept(self, tmp_path: Path, stage: str, keep: Any) -> None:
        scores = [9, None, 10, -3, 10]
        source = wrote(tmp_path / "a.jsonl", [{"text": NOTICE, "score": score} for score in scores])
        out = ran(tmp_path / "out", source | {"keep": keep}, {stage: {"keep": ["quality"], "quality": "score"}})

        assert shards(out)["source_row"].to_list() == [2]

    @pytest.mark.parametrize("stage", STAGES)
    def test_what_is_no_number_and_no_date_ends_no_run(self, tmp_path: Path, stage: str) -> None:
        mail = "Fri, 01 Mar 2024 10:00:00 +99999999999999999999"
        rows = [{"text": NOTICE, "score": "n/a", "day": mail}, {"text": NOTICE, "score": "3", "day": "2024"}]
        source = wrote(tmp_path / "a.jsonl", rows) | {"keep": ["score", "day"]}
        settings = {"keep": ["quality", "newest"], "quality": "score", "date": "day"}
        out = ran(tmp_path / "out", source, {stage: settings})

        assert shards(out)["source_row"].to_list() == [1]
        assert ledger(out)["rule"].to_list() == [f"{stage}:{'copy' if stage == STAGES[0] else 'near_copy'}"]

    def test_a_signal_of_an_earlier_stage_decides(self, tmp_path: Path) -> None:
        rows = [{"text": NOTICE}, {"text": NOTICE + "！！！！"}, {"text": NOTICE + "！"}]
        stages = ["quality", {"near_duplicates": {"keep": ["quality"], "quality": "quality_punctuation"}}]
        out = ran(tmp_path / "out", wrote(tmp_path / "a.jsonl", rows), *stages)

        assert shards(out)["source_row"].to_list() == [1]

    @pytest.mark.parametrize("stage", STAGES)
    def test_a_signal_of_a_later_stage_is_refused_before_anything_is_read(self, tmp_path: Path, stage: str) -> None:
        source = wrote(tmp_path / "a.jsonl", [{"text": NOTICE}])
        stages = [{stage: {"keep": ["quality"], "quality": "quality_han"}}, "quality"]
        with pytest.raises(ConfigError, match=rf"'{stage}' reads 'quality_han', which no source keeps and no stage"):
            ran(tmp_path / "out", source, *stages)
        assert not list(tmp_path.glob("out*"))

    @pytest.mark.parametrize("stage", STAGES)
    def test_a_field_that_is_not_kept_is_refused_with_the_one_that_is_meant(self, tmp_path: Path, stage: str) -> None:
        source = wrote(tmp_path / "a.jsonl", [{"text": NOTICE, "date": "2024"}]) | {"keep": ["date"]}
        with pytest.raises(ConfigError, match=r"stages\[0\]") as raised:
            ran(tmp_path / "out", source, {stage: {"keep": ["newest"], "date": "dates"}})
        assert raised.value.hint == "did you mean 'date'?"


def chat(user: str, assistant: str) -> dict[str, Any]:
    turns = [{"role": "user", "content": user}, {"role": "assistant", "content": assistant}]
    return {"messages": turns}


class TestOn:
    CHATS = (
        chat(NOTICE + "什么时候恢复？", "下周一下午，具体时间以供电所的通知为准。"),
        chat(OTHER, "Done; the alignment was within the limits given by the manufacturer."),
        chat(NOTICE + "什么时候恢复？", "预计检修结束以后两小时之内恢复供电，请留意短信提醒。"),
    )

    @pytest.mark.parametrize("stage", STAGES)
    @pytest.mark.parametrize(("on", "left"), [("text", []), ("user", [2]), ("assistant", [])])
    def test_a_copied_question_is_a_copy_where_questions_are_compared(
        self, tmp_path: Path, stage: str, on: str, left: list[int]
    ) -> None:
        source = wrote(tmp_path / "a.jsonl", self.CHATS) | {"messages": {}}
        out = ran(tmp_path / "out", source, {stage: {"on": on}})

        files = sorted(out.glob("_lineage/rejects-*.parquet"))
        assert [row for path in files for row in pl.read_parquet(path)["source_row"]] == left
        assert shards(out)["source_row"].to_list() == [row for row in range(3) if row not in left]
        assert shards(out)["messages"].to_list() == [self.CHATS[row]["messages"] for row in range(3) if row not in left]

    def test_chats_and_texts_of_two_sources_are_compared(self, tmp_path: Path) -> None:
        sources = {
            "texts": wrote(tmp_path / "t.jsonl", [{"text": NOTICE + "什么时候恢复"}]),
            "chats": wrote(tmp_path / "c.jsonl", self.CHATS) | {"messages": {}},
        }
        out = ran(tmp_path / "out", {}, {"near_duplicates": {"on": "user"}}, sources=sources)

        assert ledger(out).select("source_id", "source_row").rows() == [("chats", 0), ("chats", 2)]


class TestTexts:
    @pytest.mark.parametrize("stage", STAGES)
    def test_a_source_in_which_nothing_can_be_compared_passes(self, tmp_path: Path, stage: str) -> None:
        sources = {
            "blank": wrote(tmp_path / "a.jsonl", [{"text": " "}, {"text": "\n"}]),
            "said": wrote(tmp_path / "b.jsonl", [{"text": NOTICE}, {"text": NOTICE}]),
        }
        out = ran(tmp_path / "out", {}, stage, sources=sources)

        assert dict(shards(out).group_by("source_id").len().iter_rows()) == {"blank": 2, "said": 1}

    @pytest.mark.parametrize("stage", STAGES)
    def test_a_run_in_which_nothing_can_be_compared_passes(self, tmp_path: Path, stage: str) -> None:
        out = ran(tmp_path / "out", wrote(tmp_path / "a.jsonl", [{"text": " "}] * 3), {stage: {"action": "tag"}})

        assert len(shards(out)) == 3

    def test_a_tagged_copy_names_its_keeper_in_a_column(self, tmp_path: Path) -> None:
        source = wrote(tmp_path / "a.jsonl", [{"text": NOTICE}, {"text": OTHER}, {"text": NOTICE}])
        output = {"path": str(tmp_path / "out"), "columns": ["exact_duplicates_keeper"]}
        kept = shards(ran(tmp_path / "out", source, {"exact_duplicates": {"action": "tag"}}, output=output))

        assert kept["exact_duplicates_keeper"].to_list() == [None, None, kept["id"][0]]
        assert kept["tags"].to_list() == [[], [], ["exact_duplicates:copy"]]


CHARACTERS = "压力容器安全技术监察规程变电站设备巡视检修作业指导书患者主诉诊断处理意见合同条款"
FILES = ("a.parquet", "b.jsonl", "c.parquet", "d.jsonl")
DOCUMENTS = 3000


def documents(seed: int) -> list[str]:
    """Return short texts, half Chinese and half English, in families of one to forty copies of graded similarity."""
    draw = random.Random(seed)
    texts: list[str] = []
    while len(texts) < DOCUMENTS:
        words = draw.random() < 0.5
        pool = [f"w{number}" for number in range(2000)] if words else list(CHARACTERS)
        base = draw.choices(pool, k=draw.randint(5, 90))
        for _ in range(draw.choice([1, 1, 1, 2, 3, 5, 40])):
            share = draw.choice([0, 0.01, 0.03, 0.05])
            copy = [draw.choice(pool) if draw.random() < share else token for token in base]
            texts.append((" " if words else "").join(copy))
    draw.shuffle(texts)
    return texts[:DOCUMENTS]


def write_files(raw: Path) -> None:
    """Write the documents into files of two formats."""
    texts = documents(1)
    for place, name in enumerate(FILES):
        part = texts[place :: len(FILES)]
        if name.endswith("parquet"):
            pq.write_table(pa.table({"text": part}), raw / name, row_group_size=300)
        else:
            wrote(raw / name, [{"text": text} for text in part])


def said_of(raw: Path, out: Path, files: Sequence[str] = FILES) -> dict[str, Any]:
    """Return a configuration of one source for each file."""
    sources = {name[0]: {"format": name.partition(".")[2], "path": str(raw / name)} for name in files}
    stages = ["exact_duplicates", {"near_duplicates": {"threshold": 0.7}}]
    return {"name": "copies", "sources": sources, "stages": stages, "output": {"path": str(out)}, "limits": "off"}


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("raw")
    write_files(folder)
    return folder


@pytest.fixture(scope="module")
def reference(raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return curate.run(said_of(raw, tmp_path_factory.mktemp("reference") / "out"), workers=0).path


Again = Callable[[int], curate.Run]


@pytest.fixture
def again(raw: Path, tmp_path: Path) -> Again:
    return lambda workers: curate.run(said_of(raw, tmp_path / "out"), workers=workers)


class TestTheDataAloneDecide:
    def test_the_corpus_has_copies_of_both_kinds_in_all_files(self, reference: Path) -> None:
        left = ledger(reference)
        rules = dict(left.group_by("rule").len().iter_rows())

        assert min(rules["exact_duplicates:copy"], rules["near_duplicates:near_copy"]) > 300
        assert set(left["source_id"]) == set("abcd")
        assert curate.open(reference).verify().passed

    @pytest.mark.parametrize("workers", [1, 2, 4])
    def test_any_number_of_workers_writes_the_same_bytes(self, again: Again, reference: Path, workers: int) -> None:
        assert bytes_of(again(workers).path) == bytes_of(reference)

    @pytest.mark.parametrize(("size", "lines", "parts"), [(1 << 16, 300, range(2, 33)), (1, 10**6, [64])], ids=str)
    def test_any_number_of_partitions_writes_the_same_bytes(
        self, again: Again, reference: Path, size: int, lines: int, parts: Sequence[int]
    ) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(phases, "PARTITION_BYTES", size)
            patch.setattr(phases, "PARTITION_LINES", lines)
            run = again(0)

        assert len([label for label in run.made if label.startswith("round 1 of near_duplicates")]) in parts
        assert bytes_of(run.path) == bytes_of(reference)

    def test_little_memory_writes_the_same_bytes(
        self, again: Again, reference: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(spool, "RUN_LINES", 3000)
        monkeypatch.setattr(spool, "FEW_LINES", 0)
        monkeypatch.setattr(rounds, "NAMED_ROWS", 100)
        monkeypatch.setattr(pairs_module, "HELD_SHINGLES", 2000)

        assert bytes_of(again(0).path) == bytes_of(reference)

    def test_a_list_of_files_in_another_order_gives_the_same_corpus(self, raw: Path, tmp_path: Path) -> None:
        outs = []
        for place, names in enumerate((["b.jsonl", "d.jsonl"], ["d.jsonl", "b.jsonl"])):
            source = {"format": "jsonl", "path": [str(raw / name) for name in names]}
            outs.append(bytes_of(ran(tmp_path / f"{place}", source, *STAGES)))
        parts = [{name: digest for name, digest in out.items() if name.endswith(".parquet")} for out in outs]

        assert len(parts[0]) > 1
        assert parts[0] == parts[1]

    def test_where_records_lie_decides_nothing_of_keyed_ones(self, tmp_path: Path) -> None:
        """Families stay below the size from which not all of their pairs are proposed."""
        draw, families = random.Random(3), []
        for family in range(60):
            base = [f"f{family}w{number}" for number in range(40)]
            members = [base[: draw.randint(36, 40)] for _ in range(draw.randint(1, 12))]
            families += [" ".join(words) for words in members]
        rows = [{"id": f"r{number}", "text": text} for number, text in enumerate(families)]
        kept = []
        for seed in range(3):
            random.Random(seed).shuffle(rows)
            folder = tmp_path / f"raw{seed}"
            folder.mkdir()
            for place in range(3):
                wrote(folder / f"{seed * 7 % 5 + place}.jsonl", rows[place::3])
            source = {"format": "jsonl", "path": str(folder), "key": "id"}
            stages = [{"exact_duplicates": {"keep": ["id"]}}, {"near_duplicates": {"threshold": 0.7, "keep": ["id"]}}]
            out = ran(tmp_path / f"out{seed}", source, *stages)
            kept.append((set(shards(out)["id"]), set(ledger(out).select("id", "rule", "duplicate_of", "value").rows())))

        assert kept[0] == kept[1] == kept[2]
        assert len(kept[0][0]) < 0.5 * len(rows)


POINTS = 3
SEED = 51
"""Draws points about a third, two thirds and half through the run."""


@pytest.fixture(scope="module")
def killed(raw: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Trial]:
    place = tmp_path_factory.mktemp("killed")
    config = place / "config.yaml"
    config.write_text(json.dumps(said_of(raw, place / "out")), "utf-8")
    return trials(Bench(place, command(config, 2)), POINTS, seed=SEED)


def test_a_killed_run_that_is_started_again_gives_the_bytes_of_an_undisturbed_one(killed: list[Trial]) -> None:
    assert [trial for trial in killed if not trial.identical] == []
    assert [trial for trial in killed if trial.killed]


class TestManifest:
    def test_it_says_how_the_search_went(self, tmp_path: Path) -> None:
        words = [f"w{number}" for number in range(40)]
        near = [" ".join([*words[:39], f"x{number}"]) for number in range(3)]
        rows = [{"text": text} for text in [*near, NOTICE, NOTICE + "谢谢", OTHER]]
        out = ran(tmp_path / "out", wrote(tmp_path / "a.jsonl", rows), {"near_duplicates": {"threshold": 0.8}})

        stage = json.loads((out / "_lineage" / "manifest.json").read_bytes())["stages"][-1]
        ids = {row["source_row"]: row["id"] for row in [*shards(out).to_dicts(), *ledger(out).to_dicts()]}
        said = stage["lineage"]
        assert (said["ngram"], said["bands"], said["rows"], said["seed"]) == (5, 16, 6, 1)
        assert {"found_at_0.8", "found_at_0.85", "found_at_0.9"} < said.keys()
        assert (said["pairs_proposed"], said["pairs_verified"], said["pairs_similar"]) == (4, 4, 4)
        assert (said["clusters"], said["clusters_by_size"]) == (2, {"2": 1, "3": 1})
        assert said["largest_clusters"] == [{"cluster": ids[0], "size": 3}, {"cluster": ids[4], "size": 2}]
        for row in ledger(out).iter_rows(named=True):
            assert row["cluster"] == ids[0 if row["source_row"] < 3 else 4]
            assert row["value"] >= row["threshold"] == 0.8

    @pytest.mark.parametrize("stage", ["exact_duplicates", "near_duplicates"])
    def test_it_counts_copies_whose_date_nobody_can_read(self, tmp_path: Path, stage: str) -> None:
        rows = [{"text": NOTICE, "day": day} for day in ("01/03/2024", "2023-05-06", "someday")]
        rows += [{"text": OTHER, "day": "never"}]
        source = wrote(tmp_path / "a.jsonl", rows) | {"keep": ["day"]}
        out = ran(tmp_path / "out", source, {stage: {"keep": ["newest"], "date": "day"}})

        assert json.loads((out / "_lineage" / "manifest.json").read_bytes())["stages"][-1]["lineage"]["undated"] == 2
        assert shards(out)["day"].to_list() == ["2023-05-06", "never"]
