"""The section on languages and tokens: how much of each, and from which sources."""

from curate.lineage.figures import Language
from curate.lineage.manifest import UNDETERMINED as UND
from curate.report.balance import in_order
from curate.report.charts import Part, bar
from curate.report.markup import Cell, Matrix, Parts, Plot, Sheet, code, figure, matrix, percent, table
from curate.report.words import RECORDS, SOURCE, TOKENS, TOTAL, UNDETERMINED, Said

TITLE = Said("Languages and tokens", "语种与词元")
HEAD = (
    Said("Language", "语种"),
    RECORDS,
    Said("Share", "占比"),
    TOKENS,
    Said("Share", "占比"),
    Said("Sources", "来源数"),
)
BY_SOURCE = Said("Records by language and source", "按语种与来源统计的记录数")
CORNER = Said("Language", "语种")
TOKENS_BY = Said("Tokens by source", "按来源统计的词元数")
TOKENS_HEAD = (SOURCE, TOKENS, Said("Share", "占比"), Said("A record has", "平均每条"))
COUNTED = Said(
    "Tokens were counted by the stage {stage} with the tokenizer {name}.", "词元数由阶段 {stage} 用分词器 {name} 统计。"
)
ESTIMATED = Said(
    "Tokens were estimated by the stage {stage}; no tokenizer was given. Take them as right within a quarter.",
    "词元数由阶段 {stage} 估算，未提供分词器，误差可达四分之一。",
)
NOT_COUNTED = Said("No stage counted tokens.", "没有任何阶段统计词元数。")
LACKING = Said("{number} records have no count.", "有 {number} 条记录没有词元数。")


def section(sheet: Sheet) -> Parts:
    """Write the languages, each by source, then the tokens."""
    counted = sheet.said.counted
    spoken: dict[str, Language] = dict(counted.languages)
    if counted.undetermined.records:
        spoken[UND] = counted.undetermined
    names = sorted(spoken, key=lambda name: (-spoken[name].records, name))
    records, tokens = sum(one.records for one in spoken.values()), sum(one.tokens for one in spoken.values())
    yield from _how(sheet)
    rows: list[tuple[Cell, ...]] = []
    for name in names:
        one = spoken[name]
        drawn = Plot(bar([Part("plain", one.records, _called(sheet, name))], max(records, 1)))
        shares = (_share(one.records, records), one.tokens, _share(one.tokens, tokens))
        rows.append((_called(sheet, name), drawn, one.records, *shares, one.sources))
    first, *rest = sheet.head(*HEAD)
    total = (sheet.say(TOTAL), "", records, figure(""), tokens, figure(""), figure(""))
    yield table(sheet.say(TITLE), (first, "", *rest), rows, total=total)
    sources = [name for name in in_order(sheet.manifest) if any(name in one.by_source for one in spoken.values())]
    values = {(name, source): said.records for name in names for source, said in spoken[name].by_source.items()}
    label = {name: _called(sheet, name) for name in names}
    yield sheet.h3(BY_SOURCE)
    yield matrix(
        Matrix(sheet.say(BY_SOURCE), sheet.say(CORNER), names, sources, values, label.__getitem__, sheet.say(TOTAL))
    )
    yield from _tokens(sheet, spoken, tokens)


def _called(sheet: Sheet, name: str) -> str:
    return sheet.say(UNDETERMINED) if name == UND else name


def _share(part: int, whole: int) -> Cell:
    return figure(percent(part / whole)) if whole else figure("–")


def _how(sheet: Sheet) -> Parts:
    """Say who counted tokens, and how."""
    stages = [stage for stage in sheet.manifest.stages if stage.stage == "tokens"]
    if not stages:
        yield sheet.p(NOT_COUNTED, "unknown")
    for stage in stages:
        names = ", ".join(f"{asset.name} ({asset.sha256[:12]})" for asset in stage.assets)
        yield (
            sheet.p(COUNTED, "note", stage=stage.name, name=names)
            if names
            else sheet.p(ESTIMATED, "note", stage=stage.name)
        )


def _tokens(sheet: Sheet, spoken: dict[str, Language], tokens: int) -> Parts:
    if not tokens:
        return
    rows: list[tuple[Cell, ...]] = []
    lacking = 0
    for source in in_order(sheet.manifest):
        own = [one.by_source[source] for one in spoken.values() if source in one.by_source]
        sum_, records = sum(one.tokens for one in own), sum(one.records for one in own)
        lacking += sum(one.uncounted for one in own)
        if records:
            drawn = Plot(bar([Part("plain", sum_, source)], tokens))
            rows.append((code(source), drawn, sum_, _share(sum_, tokens), figure(f"{sum_ / records:,.1f}")))
    yield sheet.h3(TOKENS_BY)
    first, *rest = sheet.head(*TOKENS_HEAD)
    yield table(sheet.say(TOKENS_BY), (first, "", *rest), rows)
    if lacking:
        yield sheet.p(LACKING, "note", number=f"{lacking:,}")
