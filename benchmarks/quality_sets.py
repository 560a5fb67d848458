"""Texts that are good, by category, out of the folder of real sets; and model answers that loop, or are clean."""

import csv
import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.debian import HAN_SHARE, han_share

Good = dict[str, tuple[str, list[str]]]
"""Category to language and texts."""
RATIO, FEWEST_CHARS = 0.15, 200
"""An answer loops where zlib brings it below this ratio, from so many characters on."""


def files(root: Path, pattern: str) -> Iterator[str]:
    """Yield the texts of files, in order of their paths."""
    for path in sorted(path for path in root.glob(pattern) if path.is_file()):
        raw = path.read_bytes()
        yield (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8", "replace")


def exams(root: Path) -> Iterator[str]:
    """Yield questions and answers of LawBench."""
    for body in files(root, "zh_law_lawbench/**/*.json"):
        yield from (f"{record['question']}\n{record['answer']}" for record in json.loads(body))


def advisories(root: Path) -> Iterator[str]:
    """Yield the notes of security advisories."""
    for body in files(root, "en_ot_csaf_2017_2021/**/*.json"):
        yield "\n".join(note["text"] for note in json.loads(body)["document"].get("notes", []))


def consultations(root: Path) -> Iterator[str]:
    """Yield medical questions and answers."""
    for path in sorted((root / "zh_med_toyhom_gbk").glob("*.csv")):
        rows = csv.reader(path.read_text("gb18030").splitlines())
        next(rows)
        yield from ("\n".join(row[1:]) for row in rows)


def orders(root: Path) -> Iterator[str]:
    """Yield maintenance work orders."""
    rows = csv.DictReader((root / "en_mfg_nestor_mwo/excavators.csv").read_text("utf-8").splitlines())
    yield from (row["OriginalShorttext"] for row in rows)


def contexts(root: Path) -> list[dict[str, Any]]:
    """Return the contexts of TAT-QA."""
    found: list[dict[str, Any]]
    found = json.loads((root / "en_fin_tatqa_dev/tatqa_dataset_dev.json").read_bytes())
    return found


def tables(root: Path) -> Iterator[str]:
    """Yield tables of annual reports."""
    for context in contexts(root):
        yield "\n".join(" | ".join(row) for row in context["table"]["table"])


def abstracts(root: Path) -> Iterator[str]:
    """Yield medical abstracts."""
    articles = json.loads((root / "en_med_pubmedqa/ori_pqal.json").read_bytes())
    yield from (" ".join(article["CONTEXTS"]) for article in articles.values())


SETS: dict[str, tuple[str, Callable[[Path], Iterator[str]]]] = {
    "zh statutes": ("zh", lambda root: files(root, "zh_law_national/**/*.md")),
    "zh exams and judgments": ("zh", exams),
    "zh consultations": ("zh", consultations),
    "en advisories (CSAF)": ("en", advisories),
    "en Fed minutes": ("en", lambda root: files(root, "en_fin_fomc_minutes/*.txt")),
    "en Fed speeches": ("en", lambda root: files(root, "en_fin_fed_speeches_1996_2012/*.txt")),
    "en tables of reports": ("en", tables),
    "en abstracts": ("en", abstracts),
    "en work orders": ("en", orders),
    "en standards (RFC)": ("en", lambda root: files(root, "en_net_rfc_std/*.gz")),
    "en security guides": ("en", lambda root: files(root, "en_cyber_owasp_cheatsheets/**/*.md")),
    "en security labs": ("en", lambda root: files(root, "zh_en_cyber_vulhub/**/README.md")),
    "mixed security labs": ("zh-en", lambda root: files(root, "zh_en_cyber_vulhub/**/README.zh-cn.md")),
}


def paragraphs(root: Path) -> Iterator[str]:
    """Yield the paragraphs around a table of an annual report."""
    for context in contexts(root):
        yield "\n".join(str(paragraph["text"]) for paragraph in context["paragraphs"])


UNSEEN: dict[str, tuple[str, Callable[[Path], Iterator[str]]]] = {
    "en paragraphs of reports": ("en", paragraphs),
}
"""Texts that nobody had looked at when the thresholds of `quality` were chosen."""


def good(root: Path, at_most: int, sets: Mapping[str, tuple[str, Callable[[Path], Iterator[str]]]] = SETS) -> Good:
    """Return each category's language and some of its texts, evenly drawn.

    In a Chinese category a text counts only where HAN_SHARE of its letters are Han.
    """
    found: Good = {}
    for name, (language, read) in sets.items():
        every = [text for text in read(root) if text.strip() and (language != "zh" or han_share(text) >= HAN_SHARE)]
        found[name] = language, every[:: max(1, len(every) // at_most)][:at_most]
    return found


def answers(root: Path) -> dict[str, list[str]]:
    """Return the published answers of LawBench's models, by model."""
    found: dict[str, list[str]] = {}
    folder = root / "zh_lowq_lawbench_predictions" / "zero_shot"
    for path in sorted(folder.rglob("*.json")):
        said = json.loads(path.read_bytes())
        of_file = [answer["prediction"] for answer in (said.values() if isinstance(said, dict) else said)]
        found.setdefault(path.relative_to(folder).parts[0], []).extend(of_file)
    return found
