"""Safety: what is found of what was planted, what is marked in good texts of each industry, and how fast."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from benchmarks.measure import MEGABYTE
from benchmarks.pii_sets import advisory, answered, texts
from benchmarks.safety_planted import planted
from benchmarks.stages import batch
from curate.stages.safety.stage import Safety

BATCH_BYTES = 4 * MEGABYTE
NAME = "safety"


@dataclass(frozen=True)
class Recall:
    """One kind of planted thing: `right` of `planted` got the rule; of a kind that is nothing, got no rule at all."""

    kind: str
    rule: str
    planted: int
    right: int


@dataclass(frozen=True)
class Marked:
    """One set of good texts: how many records bear any tag, which, and the speed."""

    texts: str
    records: int
    megabytes: float
    marked: int
    mb_per_core_second: float
    rules: str


@dataclass
class Measured:
    """Everything that the benchmark found."""

    recalls: list[Recall] = field(default_factory=list)
    marks: list[Marked] = field(default_factory=list)

    def json(self) -> dict[str, Any]:
        """Return it for a machine."""
        return asdict(self)


def measured(root: Path, each: int, seed: int) -> Measured:
    """Measure recall on planted texts, then marks and speed on the real sets."""
    step = Safety.model_validate({"as": NAME}).open()
    said = Measured()
    told = list(planted(each, seed))
    found = rules_by_row(step(batch([one.text for one in told], "zh", 0)).found)
    hits: Counter[tuple[str, str]] = Counter()
    total: Counter[tuple[str, str]] = Counter()
    for row, one in enumerate(told):
        rules = found.get(row, set())
        total[one.kind, one.rule or ""] += 1
        hits[one.kind, one.rule or ""] += (one.rule in rules) if one.rule else not rules
    said.recalls = [Recall(kind, rule, count, hits[kind, rule]) for (kind, rule), count in total.items()]
    said.marks = [marked(name, language, given, step) for name, language, given in good(root)]
    return said


def rules_by_row(found: pa.RecordBatch | None) -> dict[int, set[str]]:
    """Return the rules found in each row, without the stage's name."""
    by_row: dict[int, set[str]] = {}
    for line in found.to_pylist() if found is not None else ():
        by_row.setdefault(line["row"], set()).add(line["rule"].partition(":")[2])
    return by_row


def marked(name: str, language: str, given: list[str], step: Any) -> Marked:
    """Judge one set in batches of the engine's size, once to warm up and once for the clock."""
    batches = list(cut(given, language))
    step(batches[0])
    rules: Counter[str] = Counter()
    rows = 0
    started = time.process_time()
    outcomes = [step(one) for one in batches]
    spent = time.process_time() - started
    for outcome in outcomes:
        by_row = rules_by_row(outcome.found)
        rows += len(by_row)
        for said in by_row.values():
            rules.update(said)
    size = sum(one["text"].nbytes for one in batches) / MEGABYTE
    told = ", ".join(f"{rule} {count}" for rule, count in sorted(rules.items(), key=lambda item: (-item[1], item[0])))
    return Marked(name, len(given), size, rows, size / spent, told)


def cut(given: list[str], language: str) -> Iterator[pa.RecordBatch]:
    """Yield batches of about BATCH_BYTES."""
    some: list[str] = []
    size = 0
    for text in given:
        some.append(text)
        size += len(text.encode())
        if size >= BATCH_BYTES:
            yield batch(some, language, 0)
            some, size = [], 0
    if some:
        yield batch(some, language, 0)


def good(root: Path) -> Iterator[tuple[str, str, list[str]]]:
    """Yield sets of texts that are good: name, language, texts."""
    advisories = sorted((root / "en_ot_csaf_2017_2021").rglob("*.json"))
    yield "statutes", "zh", texts(root, "zh_law_national/**/*.md")
    yield "exams and judgments", "zh", sorted(set(answered(root)))
    yield "medical questions", "zh", medical(root)
    yield "security labs", "zh", texts(root, "zh_en_cyber_vulhub/**/README.zh-cn.md")
    yield "security labs", "en", texts(root, "zh_en_cyber_vulhub/**/README.md")
    yield "advisories", "en", ["\n".join(advisory(orjson.loads(path.read_bytes()))) for path in advisories]
    yield "OWASP cheat sheets", "en", texts(root, "en_cyber_owasp_cheatsheets/**/*.md")
    yield "PubMed abstracts", "en", abstracts(root)
    yield "Fed minutes", "en", texts(root, "en_fin_fomc_minutes/*.txt")
    yield "Fed speeches", "en", texts(root, "en_fin_fed_speeches_1996_2012/*.txt")


def medical(root: Path) -> list[str]:
    """Return the questions and answers of patients, a line of a GBK table each."""
    paths = sorted((root / "zh_med_toyhom_gbk").rglob("*.csv"))
    return [line for path in paths for line in path.read_text("gb18030", errors="replace").splitlines()[1:] if line]


def abstracts(root: Path) -> list[str]:
    """Return the contexts of PubMedQA."""
    paths = sorted((root / "en_med_pubmedqa").rglob("*.json"))
    records = [one for path in paths for one in orjson.loads(path.read_bytes()).values() if isinstance(one, dict)]
    return ["\n".join(one["CONTEXTS"]) for one in records if "CONTEXTS" in one]
