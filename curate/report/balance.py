"""The section that shows where every record went: read = written + left out, by stage and by source."""

from collections.abc import Sequence

from curate.lineage.manifest import Account, Manifest, StageRecord
from curate.report.charts import Part, bar
from curate.report.markup import Cell, Matrix, Parts, Plot, Sheet, code, legend, matrix, paragraph, table
from curate.report.words import KEPT, LEFT_OUT, LEFT_OUT_HEAD, READ, SOURCE, STAGE, TAGGED_HEAD, TOTAL, WRITTEN, Said

TITLE = Said("Funnel and balance", "流程与收支平衡")
LINE = Said(
    "{records} records read = {written} written + {rejected} left out",
    "读入 {records} 条 = 写出 {written} 条 + 剔除 {rejected} 条",
)
ERASED = Said(" + {erased} erased since", " + 事后删除 {erased} 条")
DOES_NOT_ADD_UP = Said("These numbers of the manifest do not add up.", "清单中的这些数字不平衡。")
BY_STAGE = Said("By stage", "按阶段")
BY_SOURCE = Said("By source", "按来源")
IN, OUT, EDITED = Said("In", "输入"), Said("Out", "输出"), Said("Edited", "修改")
LEFT = Said("Left out, by source and stage", "按来源与阶段统计的剔除数")
NOTE = Said(
    "Each stage takes in what the one before it let out. Stage 0 reads; what it could not read is left out there.",
    "每个阶段的输入即上一阶段的输出。第 0 阶段为读取，无法读取的记录在此剔除。",
)


def section(sheet: Sheet) -> Parts:
    """Write the balance and its two tables."""
    account = sheet.manifest.accounting
    numbers = {name: f"{getattr(account, name):,}" for name in ("records", "written", "rejected")}
    erased = erased_of(account)
    line = sheet.say(LINE, **numbers) + (sheet.say(ERASED, erased=f"{erased:,}") if erased else "")
    yield paragraph(line, "balance")
    if account.records != account.written + account.rejected + erased:
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
    yield from _by_source(sheet)


def _by_source(sheet: Sheet) -> Parts:
    """Lay the funnel out by source: what was read, left out and written; and which stage left it out."""
    account = sheet.manifest.accounting
    names = in_order(sheet.manifest)
    most = max((each.records for each in account.by_source.values()), default=0)
    lines: list[Sequence[Cell]] = []
    for name in names:
        one = account.by_source[name]
        drawn = two(sheet, one.written, one.rejected, most)
        lines.append((code(name), drawn, one.records, one.rejected, one.written))
    total = (sheet.say(TOTAL), "", account.records, account.rejected, account.written)
    head = (sheet.say(SOURCE), "", *sheet.head(READ, LEFT_OUT_HEAD, WRITTEN))
    yield table(sheet.say(BY_SOURCE), head, lines, total=total)
    judges = [stage for stage in sheet.manifest.stages if stage.rejected]
    values = {(name, stage.name): _left_of(stage, name) for name in names for stage in judges}
    if judges:
        stages = [stage.name for stage in judges]
        yield sheet.h3(LEFT)
        yield matrix(Matrix(sheet.say(LEFT), sheet.say(SOURCE), names, stages, values, total=sheet.say(TOTAL)))


def erased_of(account: Account) -> int:
    """Return how many records were erased after the run; 0 where the manifest counts none."""
    return int(getattr(account, "erased", 0))


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
