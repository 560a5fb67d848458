"""The section on rules: how often each spoke, what values it judged, and where its threshold stood."""

from collections.abc import Sequence
from html import escape

from curate.lineage.histograms import Histogram
from curate.report.charts import Part, bar, histogram
from curate.report.markup import Cell, Parts, Plot, Sheet, code, legend, table
from curate.report.words import LEFT_OUT, LEFT_OUT_HEAD, RULE, TAGGED, TAGGED_HEAD, Said

TITLE = Said("Rules", "规则")
NOTE = Said(
    "A record counts once as left out, under the first rule that rejected it. It may carry several tags.",
    "一条记录只按首个将其剔除的规则计一次；一条记录可以带有多个标记。",
)
FAULT = Said("Finds fault with", "判定条件")
NOT_MEASURED = Said("no measure recorded", "未记录度量")
DRAWN = Said("Values and thresholds", "取值与阈值")
DRAWN_NOTE = Said(
    "How the values lay, from the measurements of kept and left out records alike. Heights are square roots, so that "
    "few are still seen.",
    "取值分布，含保留与剔除的记录。柱高取平方根，以便看见少量记录。",
)
MEASURED = Said("all {number} records measured", "全部 {number} 条已度量记录")
OF_LEDGER = Said("the {number} records left out (from the ledger)", "被剔除的 {number} 条记录（取自台账）")
OUT = Said("{number} left out by this rule", "由该规则剔除 {number} 条")
LOG = Said("logarithmic scale", "对数刻度")
MEASURED_MARK = Said("measured", "已度量")
LEFT_MARK = Said("left out by the rule", "由该规则剔除")
FAULT_MARK = Said("side that the rule finds fault with", "判定一侧")
THRESHOLD = Said("threshold", "阈值")
MOST = 24
MORE = Said(
    "{number} more rules spoke; their numbers stand in the table above.", "另有 {number} 条规则触发，数字见上表。"
)
NOTHING = Said("No rule found fault with any record.", "没有规则触发。")


def section(sheet: Sheet) -> Parts:
    """Write the table of rules and the pictures of their values."""
    spoke = [
        (rule, said)
        for stage in sheet.manifest.stages
        for rule, said in stage.rules.items()
        if said.rejected or said.tagged
    ]
    if not spoke:
        yield sheet.p(NOTHING)
        return
    drawn = {one.rule: one for one in sheet.said.counted.histograms}
    most = max(said.rejected + said.tagged for _, said in spoke)
    rows: list[Sequence[Cell]] = []
    for rule, said in spoke:
        parts = [Part("left", said.rejected, sheet.say(LEFT_OUT)), Part("tagged", said.tagged, sheet.say(TAGGED))]
        words = faults(drawn[rule]) if rule in drawn else sheet.say(NOT_MEASURED)
        rows.append((code(rule), words, Plot(bar(parts, most)), said.rejected, said.tagged))
    yield sheet.p(NOTE, "note")
    yield legend(("left", sheet.say(LEFT_OUT)), ("tagged", sheet.say(TAGGED)))
    yield table(sheet.say(TITLE), (*sheet.head(RULE, FAULT), "", *sheet.head(LEFT_OUT_HEAD, TAGGED_HEAD)), rows)
    if drawn:
        yield from _pictures(sheet, list(drawn.values()))


def _pictures(sheet: Sheet, drawn: Sequence[Histogram]) -> Parts:
    yield sheet.h3(DRAWN)
    yield sheet.p(DRAWN_NOTE, "note")
    marks = (("plain", MEASURED_MARK), ("left", LEFT_MARK), ("fault", FAULT_MARK), ("cut", THRESHOLD))
    yield legend(*((kind, sheet.say(words)) for kind, words in marks))
    yield f'<div class="histograms">{"".join(_picture(sheet, one) for one in drawn[:MOST])}</div>'
    if len(drawn) > MOST:
        yield sheet.p(MORE, "note", number=len(drawn) - MOST)


def _picture(sheet: Sheet, one: Histogram) -> str:
    whole, out = sum(one.counts), sum(one.out)
    of = sheet.say(MEASURED if one.of == "signals" else OF_LEDGER, number=f"{whole:,}")
    lines = [of, *([sheet.say(OUT, number=f"{out:,}")] if one.of == "signals" else [])]
    lines += [sheet.say(LOG)] if one.log else []
    words = f"{one.rule}: {faults(one)}; {', '.join(lines)}"
    caption = f'{code(one.rule)}<span class="path">{escape(faults(one))}; {escape(", ".join(lines))}</span>'
    ends = f'<div class="ends"><span>{one.low:.4g}</span><span>{one.high:.4g}</span></div>'
    return f"<figure><figcaption>{caption}</figcaption>{histogram(one, words)}{ends}</figure>"


def faults(one: Histogram) -> str:
    """Spell what a rule finds fault with."""
    limits = " / ".join(f"{limit:g}" for limit in one.thresholds)
    return f"{one.metric} {one.operator} {limits}" + (f" and {one.also}" if one.also else "")
