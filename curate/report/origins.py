"""The section on sources: whose they are, why they may be used, how much in them is unlawful; red where nobody said."""

from collections.abc import Sequence
from html import escape

from curate.core.register import Registry, declarations, unknowns
from curate.lineage.manifest import UNKNOWN as UNSAID
from curate.lineage.profiles.model import Profile
from curate.lineage.reported import Share
from curate.report.balance import in_order
from curate.report.charts import Interval, whisker
from curate.report.gaps import STATED
from curate.report.markup import Cell, Parts, Raw, Sheet, Wide, code, figure, legend, paired, percent, red, table
from curate.report.words import RECORDS, SOURCE, UNKNOWN, Said

TITLE = Said("Sources", "来源")
CARDS_HEAD = (
    SOURCE,
    Said("Format", "格式"),
    Said("Licence", "许可"),
    Said("Category", "类别"),
    Said("Owner", "权利人"),
    Said("Origin", "产地"),
    Said("Lawful basis", "合法性基础"),
)
DECLARED = Said(
    "As declared by whoever made the data set; nobody has checked it here.", "内容由数据集制作方申报，此处未作核实。"
)
SHARES = Said("Unlawful or unhealthy records ({gate})", "违法不良信息（{gate}）")
SHARES_NOTE = Said(
    "Records that rules found to be unlawful or unhealthy, of all that reached the gate, with Wilson's interval at "
    "95 %. A "
    "source of which more than {limit} are is not to be used. A rule finds only what its lists hold.",
    "规则在到达闸门的全部记录中判定的违法不良信息比例，区间为 95% Wilson 区间。超过 {limit} 的来源不应使用。"
    "规则只能发现词表所含内容。",
)
SHARES_HEAD = (
    SOURCE,
    RECORDS,
    Said("Unlawful", "违法不良"),
    Said("Share", "比例"),
    Said("95 % interval", "95% 区间"),
)
AXIS = Said("0 to {top}", "0 至 {top}")
DOT = Said("share with its interval", "比例及其区间")
ABOVE = Said("above the limit", "超过限值")
LIMIT = Said("limit {limit}", "限值 {limit}")
BLOCKED = Said("blocked", "已封禁")
NOT_COUNTED = Said("not counted", "未计数")
NO_GATE = Said(
    "No stage counted unlawful or unhealthy records by source (source_gate), so nothing can be said about the 5 % "
    "line of "
    "TC260-003.",
    "没有阶段按来源统计违法不良信息（source_gate），因此无法对照 TC260-003 的 5% 线。",
)
REGISTRY = Said("Source registry", "来源登记")
REGISTRY_NOTE = Said(
    "As declared by whoever made the data set; nobody has checked it here. Red: what the profile requires.",
    "内容由数据集制作方申报，此处未作核实。红色为规则集要求的字段。",
)
FIELDS_HEAD = (
    Said("Field", "字段"),
    Said("Sources that state it", "已说明的来源数"),
    Said("Unknown for", "未知的来源"),
)
ALL = Said("all sources", "全部来源")


def section(sheet: Sheet, profile: Profile | None) -> Parts:
    """Write the cards, the shares against the limit, and the whole registry."""
    rows = [
        (code(card.id), card.format, *(_stated(sheet, getattr(card, what)) for what in STATED))
        for card in sheet.manifest.sources
    ]
    yield sheet.p(DECLARED, "note")
    yield table(sheet.say(TITLE), sheet.head(*CARDS_HEAD), rows)
    if not sheet.said.shares:
        yield sheet.h3(SHARES, gate="source_gate")
        yield sheet.p(NO_GATE, "unknown")
    for gate, shares in sheet.said.shares.items():
        yield from _shares(sheet, gate, shares)
    yield sheet.h3(REGISTRY)
    yield from _registry(sheet, profile)


def _shares(sheet: Sheet, gate: str, shares: dict[str, Share]) -> Parts:
    limit = sheet.said.limits[gate]
    top = max([2 * limit, *(1.05 * one.upper for one in shares.values())])
    yield sheet.h3(SHARES, gate=gate)
    yield sheet.p(SHARES_NOTE, "note", limit=f"{100 * limit:g} %")
    marks = (("kept", DOT), ("left", ABOVE))
    line = ("cut", sheet.say(LIMIT, limit=f"{100 * limit:g} %"))
    yield legend(*((kind, sheet.say(words)) for kind, words in marks), line)
    rows = [_share(sheet, name, shares.get(name), limit, top) for name in in_order(sheet.manifest)]
    head = (*sheet.head(*SHARES_HEAD), sheet.say(AXIS, top=f"{100 * top:.3g} %"))
    yield table(sheet.say(SHARES, gate=gate), head, rows)


def _share(sheet: Sheet, name: str, one: Share | None, limit: float, top: float) -> tuple[Cell, ...]:
    if one is None:
        return code(name), figure("–"), figure("–"), red(sheet.say(NOT_COUNTED)), figure("–"), Wide("")
    between = f"{percent(one.lower)} – {percent(one.upper)}"
    said = f"{name}: {percent(one.share)} ({between}), {sheet.say(LIMIT, limit=f'{100 * limit:g} %')}"
    drawn = Wide(whisker(Interval(one.lower, one.share, one.upper, limit, said), top))
    label = Raw(f"{code(name)} {red(sheet.say(BLOCKED))}") if one.blocked else code(name)
    return label, one.records, one.bad, figure(percent(one.share)), figure(between), drawn


def _stated(sheet: Sheet, value: str) -> Cell:
    return red(sheet.say(UNKNOWN)) if value == UNSAID else value


def _registry(sheet: Sheet, profile: Profile | None) -> Parts:
    """Show which fields nobody filled in, red unless a profile does not ask for them; then what somebody declared."""
    cards = sheet.manifest.sources
    lacking = {card.id: set(unknowns(card.registry)) for card in cards}
    fields = list(unknowns(Registry()))
    asked = {one.field for one in profile.required} if profile else set(fields)
    rows = [
        _field(sheet, name, [one for one in lacking if name in lacking[one]], red_=name in asked) for name in fields
    ]
    yield sheet.p(REGISTRY_NOTE if profile else DECLARED, "note")
    yield table(sheet.say(REGISTRY), sheet.head(*FIELDS_HEAD), rows)
    stated = [(card.id, said) for card in cards if (said := list(declarations(card.registry)))]
    inside = "".join(f"<div><h4>{code(name)}</h4>{paired('said', said)}</div>" for name, said in stated)
    if inside:
        yield f'<div class="registry">{inside}</div>'


def _field(sheet: Sheet, name: str, lacking: Sequence[str], *, red_: bool) -> tuple[Cell, ...]:
    whole = len(sheet.manifest.sources)
    if not lacking:
        return code(name), whole, ""
    said = sheet.say(ALL) if len(lacking) == whole else ", ".join(lacking)
    return code(name), whole - len(lacking), red(said) if red_ else Raw(f'<span class="soft">{escape(said)}</span>')
