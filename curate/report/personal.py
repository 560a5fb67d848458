"""The section on personal data: what was found by type and source, what became of it, and what is left."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from curate.lineage.manifest import Fates, Residual, StageRecord
from curate.report.balance import in_order
from curate.report.markup import Cell, Matrix, Parts, Sheet, code, matrix, table
from curate.report.words import NONE, SOURCE, TOTAL, TYPE, UNKNOWN, Said

TITLE = Said("Personal data", "个人信息")
NOBODY = Said("No stage looked for personal data.", "没有任何阶段查找个人信息。")
NOTE = Said(
    "Values found by {stage}, which did this with them: {operator}.", "由阶段 {stage} 发现的值，处理方式：{operator}。"
)
NOTHING = Said("None was found.", "未发现。")
BY_SOURCE = Said("Values found, by type and source", "按类型与来源统计的发现个数")
REPLACED = Said("Values replaced, by type and source", "按类型与来源统计的替换个数")
TAGGED = Said("Values left and tagged, by type and source", "按类型与来源统计的保留并标记个数")
ALLOWED = Said("Values left and allowed, by type and source", "按类型与来源统计的放行个数")
EACH = (("found", BY_SOURCE), ("replaced", REPLACED), ("tagged", TAGGED), ("allowed", ALLOWED))
"""What became of values, and the head of its table; a fate that none had is left out."""
FATES = Said("What became of them", "处理结果")
FATES_HEAD = (
    TYPE,
    Said("Found", "发现"),
    Said("Replaced", "替换"),
    Said("Left, tagged", "保留并标记"),
    Said("Left, allowed", "放行"),
    Said("Why allowed", "放行原因"),
)
COUNTED = Said("Values", "个数")
CANARIES = Said(
    "Invented values planted in scratch copies of records of this set, and what {stage} let through",
    "在本数据集记录的临时副本中植入虚构的值，{stage} 漏过的数量",
)
CANARIES_HEAD = (TYPE, Said("Planted", "植入"), Said("Leaked", "漏过"), Said("Allowed", "放行"))
RESIDUAL = Said("What is left in the shards", "分片中的残留")
RESIDUAL_NOTE = Said(
    "An independent detector looked through the written shards for resident ids and bank cards whose check digits "
    "hold, and "
    "for Chinese mobiles. Allowed: what stands around a number says that it is nobody's. Outside: no stage was to "
    "replace "
    "it. {count} values were left.",
    "独立检测器检查了已写出的分片：校验位成立的居民身份证号和银行卡号，以及中国手机号。放行：前后文表明该号码不属于"
    "任何人；范围外：没有阶段负责替换。残留 {count} 个。",
)
RESIDUAL_HEAD = (TYPE, SOURCE, Said("Left", "残留"), Said("Allowed", "放行"), Said("Outside", "范围外"))
NO_RESIDUAL = Said("No independent detector looked through the written shards.", "没有独立检测器检查已写出的分片。")
COVERAGE = Said("What the stage says of its own coverage", "阶段自述的覆盖范围")
COVERED = {
    "names": Said("names", "人名"),
    "addresses": Said("addresses", "地址"),
    "organisations": Said("organisations", "机构名称"),
    "structured": Said("structured", "号码等结构化信息"),
    "not looked for": Said("not looked for", "未查找"),
    "rules": Said("rules", "规则"),
    "rules only": Said("rules only", "仅凭规则"),
    "labels, honorifics, salutations, headers": Said(
        "labels, honorifics, salutations, headers", "标签、称谓、称呼语、邮件头"
    ),
    "grammar of addresses": Said("grammar of addresses", "地址语法"),
    "no country": Said("no country", "不含任何国家"),
}
"""What stages say of their coverage, and the kinds that they say it of; names of models and countries stay."""
JOINED = {
    ": ": Said(": ", "："),
    "rules of ": Said("rules of ", "规则，限于 "),
    "rules and ": Said("rules and ", "规则与 "),
}
COVERAGE_HEAD = (Said("Kind", "种类"), Said("How it is looked for", "查找方式"))


def section(sheet: Sheet) -> Parts:
    """Write what each stage found and did, what planted values showed, and what is left."""
    looked = [stage for stage in sheet.manifest.stages if stage.stage == "pii"]
    if not looked:
        yield sheet.p(NOBODY, "unknown")
    for stage in looked:
        operator = stage.params.get("operator", sheet.say(UNKNOWN))
        yield sheet.p(NOTE, stage=stage.name, operator=operator)
        yield from _found(sheet, stage)
        coverage = stage.lineage.get("coverage")
        if isinstance(coverage, dict):
            rows = [(_covered(sheet, kind), _covered(sheet, str(said))) for kind, said in coverage.items()]
            yield sheet.h3(COVERAGE)
            yield table(sheet.say(COVERAGE), sheet.head(*COVERAGE_HEAD), rows)
        if planted := sheet.manifest.canaries.get(stage.name):
            yield sheet.h3(CANARIES, stage=stage.name)
            tried = [(code(kind), said.planted, said.leaked, said.allowed) for kind, said in planted.items()]
            yield table(sheet.say(CANARIES, stage=stage.name), sheet.head(*CANARIES_HEAD), tried)
    yield sheet.h3(RESIDUAL)
    yield from _residual(sheet, sheet.manifest.residual)


def _covered(sheet: Sheet, said: str) -> str:
    """Word in the language of the page what a stage says of its coverage."""
    for mark, word in JOINED.items():
        before, found, after = said.partition(mark)
        if found and (not before or before in COVERED):
            return f"{_covered(sheet, before)}{sheet.say(word)}{_covered(sheet, after)}"
    return sheet.say(COVERED[said]) if said in COVERED else said


def _found(sheet: Sheet, stage: StageRecord) -> Iterator[str]:
    whole = totals(stage)
    if not whole:
        rows = [(code(kind), number) for kind, number in stage.counts.items()]
        yield table(sheet.say(TITLE), sheet.head(TYPE, COUNTED), rows) if rows else sheet.p(NOTHING)
        return
    kinds = sorted(whole, key=lambda kind: (-whole[kind]["found"], kind))
    for fate, title in EACH:
        yield from _matrix(sheet, stage, kinds, (fate, title))
    yield sheet.h3(FATES)
    lines: list[tuple[Cell, ...]] = []
    for kind in kinds:
        one = whole[kind]
        numbers = (one["found"], one["replaced"], one["tagged"], one["allowed"])
        lines.append((code(kind), *numbers, _reasons(one)))
    sums = tuple(sum(one[what] for one in whole.values()) for what in ("found", "replaced", "tagged", "allowed"))
    yield table(sheet.say(FATES), sheet.head(*FATES_HEAD), lines, total=(sheet.say(TOTAL), *sums, ""))


def _matrix(sheet: Sheet, stage: StageRecord, kinds: Sequence[str], said: tuple[str, Said]) -> Iterator[str]:
    fate, title = said
    values = {
        (kind, source): count
        for source, numbers in stage.by_source.items()
        for kind, fates in numbers.personal.items()
        if (count := _flat(fates)[fate])
    }
    if values:
        sources = [name for name in in_order(sheet.manifest) if any(source == name for _, source in values)]
        rows = [kind for kind in kinds if any(kind == row for row, _ in values)]
        yield sheet.h3(title)
        yield matrix(Matrix(sheet.say(title), sheet.say(TYPE), rows, sources, values, total=sheet.say(TOTAL)))


def totals(stage: StageRecord) -> dict[str, Counter[str]]:
    """Add up what became of the values of each type, over all sources; reasons stand as `allowed:REASON`."""
    whole: dict[str, Counter[str]] = {}
    for numbers in stage.by_source.values():
        for kind, said in numbers.personal.items():
            whole.setdefault(kind, Counter()).update(_flat(said))
    return whole


def _flat(said: Fates) -> dict[str, int]:
    reasons = {f"allowed:{reason}": n for reason, n in said.reasons.items()}
    return {"found": said.found, "replaced": said.replaced, "tagged": said.tagged, "allowed": said.allowed, **reasons}


def _reasons(one: Mapping[str, int]) -> str:
    return ", ".join(f"{what.partition(':')[2]} {n}" for what, n in sorted(one.items()) if ":" in what)


def _residual(sheet: Sheet, residual: Residual | None) -> Parts:
    if residual is None:
        yield sheet.p(NO_RESIDUAL, "unknown")
        return
    rows = [
        (code(kind), code(source), said.left, said.allowed, said.outside)
        for source, kinds in residual.by_source.items()
        for kind, said in kinds.items()
    ]
    count = sum(said.left for kinds in residual.by_source.values() for said in kinds.values())
    yield sheet.p(RESIDUAL_NOTE, count=f"{count:,}")
    yield table(sheet.say(RESIDUAL), sheet.head(*RESIDUAL_HEAD), rows) if rows else sheet.p(NONE)
