"""The sections on what happened after the run: reviews by people, erasures."""

from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from curate.report.markup import Cell, Figure, Parts, Sheet, figure, percent, table
from curate.report.words import Said

REVIEWS = Said("Reviews", "人工与技术抽检")
NO_REVIEW = Said("None: no reading of a sample is attached to this output.", "无：本输出没有附带任何抽检记录。")
REVIEWS_NOTE = Said(
    "As they are attached; curate verify computes results again. The lower bound is exact and one-sided, at 95 % "
    "confidence: what the share in all records "
    "is at "
    "least.",
    "取自所附记录，可由 curate verify 重新计算。下界为 95% 置信度的单侧精确下界，即全部记录合格率至少为此值。",
)
REVIEWS_HEAD = (
    Said("Review", "抽检"),
    Said("Kind", "方式"),
    Said("Sample", "样本量"),
    Said("Of", "总量"),
    Said("Passed", "合格"),
    Said("Failed", "不合格"),
    Said("Pass rate", "合格率"),
    Said("Lower bound", "下界"),
    Said("Kappa", "Kappa"),
    Said("Reviewers", "抽检人"),
)
FAILED = Said("What failed, by class", "不合格类别")
FAILED_HEAD = (Said("Class", "类别"), Said("Records", "记录数"))
ERASURES = Said("Erasures", "删除记录")
NO_ERASURE = Said("None is recorded in this output.", "本输出没有删除记录。")
HEADS = {
    "number": Said("Number", "序号"),
    "id": Said("Erasure", "删除"),
    "by": Said("Asked by", "指定方式"),
    "basis": Said("Basis", "依据"),
    "ticket": Said("Request", "工单"),
    "at": Said("When", "时间"),
    "curate": Said("curate", "curate"),
    "records": Said("Records", "记录"),
    "rejected": Said("Ledger rows", "台账行"),
    "places": Said("Places of personal data", "个人信息位置"),
    "copies": Said("Copies named", "列出的副本"),
}
"""What the fields of an erasure are called; one that is not here goes by its own name."""
FORMER = Said(
    "From outputs that stood here before: a run has made this one since, and its place may hold a record again",
    "此前位于同一位置的输出中的删除：其后已重新运行，相同位置可能再次出现记录",
)
UNSAID = "–"


def reviews(sheet: Sheet) -> Parts:
    """Write one line a review, and the classes of what failed."""
    said = sheet.said.reviews
    if not said:
        yield sheet.p(NO_REVIEW)
        return
    yield sheet.p(REVIEWS_NOTE, "note")
    yield table(sheet.say(REVIEWS), sheet.head(*REVIEWS_HEAD), [_review(one, n) for n, one in enumerate(said, 1)])
    failed: dict[str, int] = {}
    for one in said:
        classes = one.get("failed_by_class")
        for name, number in classes.items() if isinstance(classes, dict) else ():
            failed[name] = failed.get(name, 0) + (number if isinstance(number, int) else 0)
    if failed:
        yield sheet.h3(FAILED)
        yield table(sheet.say(FAILED), sheet.head(*FAILED_HEAD), sorted(failed.items()))


def _review(one: Mapping[str, JsonValue], number: int) -> tuple[Cell, ...]:
    counts = (_count(one.get(name)) for name in ("sample_size", "population_docs", "passed", "failed"))
    shares = (_share(one.get(name)) for name in ("pass_rate", "pass_rate_lower95"))
    kappa = one.get("cohen_kappa")
    people = one.get("inspectors")
    names = ", ".join(map(str, people)) if isinstance(people, list) else UNSAID
    shown = figure(f"{kappa:.3f}") if isinstance(kappa, float) else figure(UNSAID)
    return str(one.get("id", number)), str(one.get("kind", UNSAID)), *counts, *shares, shown, names


def _count(value: JsonValue) -> Cell:
    return value if isinstance(value, int) else figure(UNSAID)


def _share(value: JsonValue) -> Figure:
    return figure(percent(value) if isinstance(value, int | float) else UNSAID)


def erasures(sheet: Sheet) -> Parts:
    """Write one line an erasure, with whatever it says that is no list: what was erased stays unnamed."""
    if sheet.said.erasures:
        yield _erased(sheet, ERASURES, sheet.said.erasures)
    else:
        yield sheet.p(NO_ERASURE)
    if sheet.said.former:
        yield sheet.h3(FORMER)
        yield _erased(sheet, FORMER, sheet.said.former)


def _erased(sheet: Sheet, title: Said, said: Sequence[Mapping[str, JsonValue]]) -> str:
    names = list(
        dict.fromkeys(name for one in said for name, value in one.items() if not isinstance(value, (list, dict)))
    )
    head = [sheet.say(HEADS[name]) if name in HEADS else name for name in names]
    return table(sheet.say(title), head, [[str(one.get(name, UNSAID)) for name in names] for one in said])
