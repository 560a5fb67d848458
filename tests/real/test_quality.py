"""The quality and language stages on real text: what is good is kept, what loops is not."""

import csv
import gzip
import json
import os
import zlib
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from curate.core.editing import Fields, edit_batch
from curate.stages.language import Language
from curate.stages.normalize.stage import Normalize
from curate.stages.quality.stage import Quality
from tests.conftest import records

ROOT = Path(os.environ.get("CURATE_DATA", Path(__file__).parents[2] / "../shared/data")).resolve()
pytestmark = pytest.mark.skipif(not ROOT.is_dir(), reason="real data is absent; CURATE_DATA names its folder")

MOST_REJECTED = 0.02
LOOPS_REJECTED = 0.98
RATIO, FEWEST_CHARS = 0.15, 200


def files(folder: str, pattern: str) -> Iterator[str]:
    for path in sorted(path for path in (ROOT / folder).rglob(pattern) if path.is_file()):
        raw = path.read_bytes()
        yield (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8", "replace")


def lawbench() -> Iterator[str]:
    for body in files("zh_law_lawbench", "*.json"):
        yield from (f"{record['question']}\n{record['answer']}" for record in json.loads(body))


def advisories() -> Iterator[str]:
    for body in files("en_ot_csaf_2017_2021", "*.json"):
        yield "\n".join(note["text"] for note in json.loads(body)["document"].get("notes", []))


def consultations() -> Iterator[str]:
    for path in sorted((ROOT / "zh_med_toyhom_gbk").glob("*.csv")):
        rows = csv.reader(path.read_text("gb18030").splitlines())
        next(rows)
        yield from ("\n".join(row[1:]) for row in rows)


def work_orders() -> Iterator[str]:
    rows = csv.DictReader((ROOT / "en_mfg_nestor_mwo/excavators.csv").read_text("utf-8").splitlines())
    yield from (row["OriginalShorttext"] for row in rows)


def tables() -> Iterator[str]:
    for context in json.loads((ROOT / "en_fin_tatqa_dev/tatqa_dataset_dev.json").read_bytes()):
        yield "\n".join(" | ".join(row) for row in context["table"]["table"])


def abstracts() -> Iterator[str]:
    articles = json.loads((ROOT / "en_med_pubmedqa/ori_pqal.json").read_bytes())
    yield from (" ".join(article["CONTEXTS"]) for article in articles.values())


GOOD = {
    "statutes": lambda: files("zh_law_national", "*.md"),
    "exams": lawbench,
    "advisories": advisories,
    "mail": lambda: files("en_mail_spamassassin_2002", "*.txt"),
    "minutes": lambda: files("en_fin_fomc_minutes", "*.txt"),
    "speeches": lambda: files("en_fin_fed_speeches_1996_2012", "*.txt"),
    "consultations": consultations,
    "work orders": work_orders,
    "labs": lambda: files("zh_en_cyber_vulhub", "*.md"),
    "standards": lambda: files("en_net_rfc_std", "*.gz"),
    "guides": lambda: files("en_cyber_owasp_cheatsheets", "*.md"),
    "tables": tables,
    "abstracts": abstracts,
}


def chain(texts: list[str]) -> tuple[pa.RecordBatch, set[int]]:
    """Normalize, tell the language, judge; return the batch and the rows rejected."""
    batch = edit_batch(records(*texts), Normalize().open(), "normalize", Fields())[0].batch
    batch = Language(**{"as": "language"}).open()(batch).batch
    found = Quality(**{"as": "quality"}).open()(batch).found
    lines = [] if found is None else found.to_pylist()
    return batch, {line["row"] for line in lines if line["action"] == "reject"}


@pytest.mark.parametrize("source", GOOD)
def test_good_text_of_an_industry_is_kept(source):
    texts = list(GOOD[source]())
    _, rejected = chain(texts)
    assert len(texts) > 100
    assert len(rejected) <= MOST_REJECTED * len(texts)


def answers(model: str) -> list[str]:
    bodies = map(json.loads, files(f"zh_lowq_lawbench_predictions/zero_shot/{model}", "*.json"))
    return [answer["prediction"] for body in bodies for answer in (body.values() if isinstance(body, dict) else body)]


def loops(text: str) -> bool:
    raw = text.encode()
    return len(text) >= FEWEST_CHARS and len(zlib.compress(raw, 6)) < RATIO * len(raw)


@pytest.mark.parametrize("model", ["internlm-7b-hf", "lawgpt-7b-beta1.1-hf", "llama-7b", "moss-moon-003-base-hf"])
def test_looping_answers_are_rejected(model):
    batch, rejected = chain(answers(model))
    looping = {row for row, text in enumerate(batch["text"].to_pylist()) if loops(text)}
    assert len(looping) > 100
    assert len(looping & rejected) >= LOOPS_REJECTED * len(looping)


def test_clean_answers_are_kept():
    texts = answers("GPT4")
    assert len(chain(texts)[1]) <= MOST_REJECTED * len(texts)


@pytest.mark.parametrize("chars", [8, 15, 30, 80])
@pytest.mark.parametrize("source", ["statutes", "exams", "consultations"])
def test_chinese_is_recognised_from_eight_characters(source, chars):
    lines = [line.strip()[:chars] for text in GOOD[source]() for line in text.splitlines()]
    chinese = [line for line in lines if sum("\u4e00" <= character <= "\u9fff" for character in line) >= chars // 2]
    chinese = [line for line in chinese if len(line) == chars][:3000]
    said = Language(**{"as": "language"}).open()(records(*chinese)).batch["language"].to_pylist()
    assert len(said) > 500
    assert said.count("zh") >= 0.98 * len(said)
