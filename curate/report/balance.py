"""The section that shows where every record went: read = written + left out, by stage and by source."""

from collections.abc import Sequence

from curate.lineage.manifest import Manifest, StageRecord
from curate.report.charts import Part, bar
from curate.report.markup import Cell, Parts, Plot, Sheet, code, legend, paragraph, table
from curate.report.words import KEPT, LEFT_OUT, LEFT_OUT_HEAD, READ, SOURCE, STAGE, TAGGED_HEAD, TOTAL, WRITTEN, Said

TITLE = Said("Funnel and balance", "流程与收支平衡")
LINE = Said(
    "{records} records read = {written} written + {rejected} left out",
    "读入 {records} 条 = 写出 {written} 条 + 剔除 {rejected} 条",
)
DOES_NOT_ADD_UP = Said("These numbers of the manifest do not add up.", "清单中的这些数字不平衡。")
BY_STAGE = Said("By stage", "按阶段")
BY_SOURCE = Said("By source", "按来源")
IN, OUT, EDITED = Said("In", "输入"), Said("Out", "输出"), Said("Edited", "修改")
LEFT_AT = Said("left out by {stage}", "由 {stage} 剔除")
NOTE = Said(
    "Each stage takes in what the one before it let out. Stage 0 reads; what it could not read is left out there.",
    "每个阶段的输入即上一阶段的输出。第 0 阶段为读取，无法读取的记录在此剔除。",
)
MOST_STAGES = 6
"""More stages that left something out than this stand in one column of the table by source."""


def section(sheet: Sheet) -> Parts:
    """Write the balance and its two tables."""
    account = sheet.manifest.accounting
    numbers = {name: f"{getattr(account, name):,}" for name in ("records", "written", "rejected")}
    yield paragraph(sheet.say(LINE, **numbers), "balance")
    if account.records != account.written + account.rejected:
        yield sheet.p(DOES_NOT_ADD_UP, "unknown")
    yield legend(("kept", sheet.say(KEPT)), ("left", sheet.say(LEFT_OUT)))
    yield sheet.h3(BY_STAGE)
    yield sheet.p(NOTE, "note")
    rows: list[Sequence[Cell]] = []
    for stage in sheet.manifest.stages:
        drawn = two(sheet, stage.records_out, stage.rejected, account.records)
        counts = (stage.records_in, stage.records_out, stage.rejected, stage.tagged, stage.edited)
        rows.append((code(stage.name), drawn, *counts))
    head = ("", *sheet.head(IN, OUT, LEFT_OUT_HEAD, TAGGED_HEAD, EDITED))
    yield table(sheet.say(BY_STAGE), (sheet.say(STAGE), *head), rows)
    yield sheet.h3(BY_SOURCE)
    yield _by_source(sheet)


def _by_source(sheet: Sheet) -> str:
    """Lay the funnel out by source: what was read, what each stage left out, what was written."""
    account = sheet.manifest.accounting
    judges = [stage for stage in sheet.manifest.stages if stage.rejected]
    judges = judges if len(judges) <= MOST_STAGES else []
    most = max((each.records for each in account.by_source.values()), default=0)
    lines: list[Sequence[Cell]] = []
    for name in in_order(sheet.manifest):
        one = account.by_source[name]
        drawn = two(sheet, one.written, one.rejected, most)
        numbers = (one.records, *(_left_of(stage, name) for stage in judges), one.rejected, one.written)
        lines.append((code(name), drawn, *numbers))
    sums = (account.records, *(stage.rejected for stage in judges), account.rejected, account.written)
    left = [sheet.say(LEFT_AT, stage=stage.name) for stage in judges]
    head = (sheet.say(SOURCE), "", sheet.say(READ), *left, *sheet.head(LEFT_OUT_HEAD, WRITTEN))
    return table(sheet.say(BY_SOURCE), head, lines, total=(sheet.say(TOTAL), "", *sums))


def in_order(manifest: Manifest) -> list[str]:
    """Return the sources of the balance in the order of the configuration."""
    names = [card.id for card in manifest.sources if card.id in manifest.accounting.by_source]
    return [*names, *(name for name in manifest.accounting.by_source if name not in names)]


def _left_of(stage: StageRecord, source: str) -> int:
    numbers = stage.by_source.get(source)
    return numbers.rejected if numbers else 0


def two(sheet: Sheet, kept: int, left: int, whole: int) -> Plot:
    """Draw what was kept and what was left out."""
    return Plot(bar([Part("kept", kept, sheet.say(KEPT)), Part("left", left, sheet.say(LEFT_OUT))], whole))
