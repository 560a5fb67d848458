"""The section on duplicates: how large their groups are, and which sources repeat which."""

from collections.abc import Mapping

from curate.lineage.figures import Copies
from curate.lineage.manifest import StageRecord
from curate.report.balance import in_order
from curate.report.charts import Part, bar
from curate.report.markup import Matrix, Parts, Plot, Sheet, matrix, table
from curate.report.words import LEFT_OUT_HEAD, RECORDS, TAGGED_HEAD, Said

TITLE = Said("Duplicates", "重复")
NOBODY = Said("No stage looked for duplicates.", "没有任何阶段查找重复。")
KINDS = ("exact_duplicates", "near_duplicates")
HEAD = (Said("Stage", "阶段"), Said("Threshold", "阈值"), LEFT_OUT_HEAD, TAGGED_HEAD)
SIZES = Said("{stage}: sizes of groups", "{stage}：重复组大小")
SIZES_HEAD = (Said("Records alike", "组内记录数"), Said("Groups", "组数"), RECORDS)
FROM_MANIFEST = Said("As the stage counted its clusters.", "取自阶段统计的聚类。")
FROM_LEDGER = Said(
    "A group is a record and those of the ledger for which it stands.", "一组指一条代表记录及台账中由其代表的记录。"
)
PAIRS = Said("{stage}: source by source", "{stage}：来源 × 来源")
PAIRS_NOTE = Said(
    "Rows: source of the record left out. Columns: source of the record that stands for it. Framed: the same source.",
    "行：被剔除记录的来源；列：其代表记录的来源；加框：同一来源。",
)
PAIRS_CORNER = Said("Left out of", "被剔除")
TOTAL = Said("all", "合计")
NO_COPY = Said("It left nothing out.", "未剔除任何记录。")
MOST_SIZES = 20
MORE_SIZES = Said("{number} larger sizes are not shown.", "另有 {number} 种更大的组未列出。")


def section(sheet: Sheet) -> Parts:
    """Write what each stage of deduplication found."""
    stages = [stage for stage in sheet.manifest.stages if stage.stage in KINDS]
    if not stages:
        yield sheet.p(NOBODY, "unknown")
        return
    rows = [(stage.name, _threshold(stage), stage.rejected, stage.tagged) for stage in stages]
    yield table(sheet.say(TITLE), sheet.head(*HEAD), rows)
    for stage in stages:
        copies = sheet.said.counted.copies.get(stage.name, Copies())
        clusters = stage.lineage.get("clusters_by_size")
        counted = _counted(clusters) if isinstance(clusters, dict) else {}
        if counted or copies.sizes:
            yield from _sizes(
                sheet, stage.name, counted or _counted(copies.sizes), FROM_MANIFEST if counted else FROM_LEDGER
            )
        if copies.pairs:
            yield from _pairs(sheet, stage.name, copies)


def _threshold(stage: StageRecord) -> str:
    said = stage.params.get("threshold")
    return f"{said:g}" if isinstance(said, (int, float)) else "–"


def _counted(sizes: Mapping[str, object]) -> dict[int, int]:
    said = {int(size): n for size, n in sizes.items() if size.isdecimal() and isinstance(n, int)}
    return dict(sorted(said.items()))


def _sizes(sheet: Sheet, stage: str, sizes: Mapping[int, int], note: Said) -> Parts:
    yield sheet.h3(SIZES, stage=stage)
    yield sheet.p(note, "note")
    most = max(sizes.values())
    rows = [
        (size, Plot(bar([Part("plain", n, f"{size}")], most)), n, size * n)
        for size, n in list(sizes.items())[:MOST_SIZES]
    ]
    first, *rest = sheet.head(*SIZES_HEAD)
    yield table(sheet.say(SIZES, stage=stage), (first, "", *rest), rows)
    if len(sizes) > MOST_SIZES:
        yield sheet.p(MORE_SIZES, "note", number=len(sizes) - MOST_SIZES)


def _pairs(sheet: Sheet, stage: str, copies: Copies) -> Parts:
    order = in_order(sheet.manifest)
    values = {(source, owner): n for source, owners in copies.pairs.items() for owner, n in owners.items()}
    owners = {owner for _, owner in values}
    columns = [name for name in order if name in owners] + sorted(owners - set(order))
    rows = [name for name in order if name in copies.pairs]
    yield sheet.h3(PAIRS, stage=stage)
    yield sheet.p(PAIRS_NOTE, "note")
    said = Matrix(sheet.say(PAIRS, stage=stage), sheet.say(PAIRS_CORNER), rows, columns, values, total=sheet.say(TOTAL))
    yield matrix(said)
