"""The section that a reviewer reads first: the verdict on each clause of a profile, with what it rests on."""

from collections.abc import Sequence
from html import escape

from pydantic import JsonValue

from curate.lineage.profiles.judge import Judged, Outcome, Verdict, counts
from curate.lineage.profiles.model import Clause, Profile, Read
from curate.report.markup import Cell, Figure, Parts, Raw, Sheet, code, paragraph, still, table
from curate.report.words import NO, YES, Said

TITLE = Said("Verdict by clause", "逐条结论")
NOBODY = Said(
    "No profile was named, so no clause was judged: curate report OUT --profile {names}, or a file of your own. What "
    "nobody stated about a source stands in red below.",
    "未指定规则集，因此没有逐条结论：curate report OUT --profile {names}，或指定自有规则集文件。"
    "来源信息中无人说明的字段在下文以红色标出。",
)
BY = Said(
    "By the profile {name}, version {version} (sha256 {digest}). A rule is met only where there is evidence of it; "
    "where "
    "there is none, it is not met or unknown.",
    "依据规则集 {name}，版本 {version}（sha256 {digest}）。有证据方可判为符合；没有证据的判为不符合或未知。",
)
WORDS: dict[Outcome, tuple[str, str, Said]] = {
    "met": ("met", "✓", Said("met", "符合")),
    "not_met": ("not_met", "✕", Said("not met", "不符合")),
    "unknown": ("unclear", "?", Said("unknown", "未知")),
    "not_applicable": ("not_applicable", "–", Said("not applicable", "不适用")),
}
"""Class of the style, sign, words."""
HEAD = (
    Said("Asked", "要求"),
    Said("Clause", "条款"),
    Said("Measured", "实测"),
    Said("Limit", "限值"),
    Said("Verdict", "结论"),
)
RULES = Said("Rules of the profile", "规则集的规则")
REQUIRED = Said("Fields of the source registry that must be filled in", "来源登记必填字段")
FIELD = (
    Said("Field", "字段"),
    Said("Clause", "条款"),
    Said("Sources that state it", "已说明的来源"),
    Said("Verdict", "结论"),
)
EVIDENCE = Said("evidence:", "证据：")
NO_EVIDENCE = Said("no output has evidence of it", "输出中没有此项证据")
LACKING = Said("nothing stands at {path}", "{path} 处没有内容")
SOURCES = Said("{met} of {asked} sources", "{asked} 个来源中 {met} 个符合")
NOT_OF = Said("not met by {names}", "不符合：{names}")
UNKNOWN_OF = Said("unknown for {names}", "未知：{names}")
MORE = Said("and {number} more", "等另 {number} 个")
STATED = Said("stated", "已说明")
ONE_OF = Said("one of {values}", "{values} 之一")
READS: dict[Read, Said] = {
    "text": Said("", ""),
    "quoted": Said("quoted", "转引"),
    "memory": Said("from memory", "凭记忆"),
}
DOCUMENTS = Said("Texts cited", "引用的文本")
DOCUMENTS_NOTE = Said(
    "How whoever wrote the profile knows them. A clause marked “quoted” was not read in the original, only where "
    "others quote "
    "it; one marked “from memory” was not looked up. Check both against the text before you rely on them.",
    "编写规则集时的依据：标“转引”的条款未读原文，仅见于他人引用；标“凭记忆”的条款未经查对。使用前请对照原文。",
)
DOCUMENTS_HEAD = (Said("Text", "文本"), Said("Name", "名称"), Said("Date", "日期"), Said("How it is known", "依据"))
KNOWN: dict[Read, Said] = {
    "text": Said("its words were read, in whole or in the part cited", "读过原文（全文或所引部分）"),
    "quoted": Said("not read in the original: quoted by others", "未读原文：依据他人转引"),
    "memory": Said("not read in the original: from memory", "未读原文：凭记忆"),
}
SIGNS = {"<=": "≤", ">=": "≥", "!=": "≠", "==": "="}
MOST_NAMES = 6


def section(sheet: Sheet, profile: Profile | None, names: Sequence[str]) -> Parts:
    """Write the verdicts, or how to get them."""
    judged = sheet.said.profile
    if judged is None or profile is None:
        yield sheet.p(NOBODY, "note", names=" | ".join(names))
        return
    yield paragraph(Raw(f"<b>{escape(sheet.text(profile.title))}</b> {escape(sheet.text(profile.note))}"))
    yield _tally(sheet, judged)
    yield sheet.p(BY, "note", name=profile.id, version=profile.version, digest=judged.sha256[:16])
    rules = [verdict for verdict in judged.verdicts if not verdict.id.startswith("registry:")]
    fields = [verdict for verdict in judged.verdicts if verdict.id.startswith("registry:")]
    if rules:
        yield sheet.h3(RULES)
        yield table(sheet.say(RULES), sheet.head(*HEAD), [_line(sheet, profile, one) for one in rules])
    if fields:
        yield sheet.h3(REQUIRED)
        yield table(sheet.say(REQUIRED), sheet.head(*FIELD), [_field(sheet, profile, one) for one in fields])
    if profile.documents:
        yield sheet.h3(DOCUMENTS)
        yield sheet.p(DOCUMENTS_NOTE, "note")
        lines = [
            (still(sheet.text(one.label) or one.id), sheet.text(one.title), still(one.date), sheet.say(KNOWN[one.read]))
            for one in profile.documents
        ]
        yield table(sheet.say(DOCUMENTS), sheet.head(*DOCUMENTS_HEAD), lines)


def _tally(sheet: Sheet, judged: Judged) -> str:
    cells = []
    for outcome, number in counts(judged.verdicts):
        kind, _, words = WORDS[outcome]
        cells.append(f'<li class="{kind}"><b>{number}</b> {escape(sheet.say(words))}</li>')
    return f'<ul class="tally">{"".join(cells)}</ul>'


def badge(sheet: Sheet, outcome: Outcome) -> Raw:
    """Write a verdict: in words and by a sign, never by colour alone."""
    kind, sign, words = WORDS[outcome]
    return Raw(f'<span class="badge {kind}"><span aria-hidden="true">{sign}</span> {escape(sheet.say(words))}</span>')


def _line(sheet: Sheet, profile: Profile, one: Verdict) -> tuple[Cell, ...]:
    asked = [escape(sheet.text(one.title))]
    asked += [f'<span class="path">{escape(sheet.text(one.note))}</span>'] if one.note else []
    where = code(one.evidence) if one.evidence else escape(sheet.say(NO_EVIDENCE))
    asked.append(f'<span class="path">{escape(sheet.say(EVIDENCE)) if one.evidence else ""} {where}</span>')
    limit = _limit(sheet, one)
    return (
        Raw("".join(asked)),
        _clauses(sheet, profile, one.clauses),
        _measured(sheet, one),
        limit,
        badge(sheet, one.outcome),
    )


def _field(sheet: Sheet, profile: Profile, one: Verdict) -> tuple[Cell, ...]:
    return (
        code(sheet.text(one.title)),
        _clauses(sheet, profile, one.clauses),
        _by_source(sheet, one),
        badge(sheet, one.outcome),
    )


def _clauses(sheet: Sheet, profile: Profile, clauses: Sequence[Clause]) -> Raw:
    lines = []
    for clause in clauses:
        mark = sheet.say(READS[profile.how_read(clause)])
        mark = f' <span class="soft still">({escape(mark)})</span>' if mark else ""
        of = sheet.text(profile.document(clause).label) or clause.of
        lines.append(f"{escape(of)} {escape(sheet.text(clause.at))}{mark}")
    return _stacked(lines)


def _measured(sheet: Sheet, one: Verdict) -> Cell:
    lines = []
    if one.measured is not None:
        lines.append(escape(_value(sheet, one.measured, _is_share(one))))
    if one.by_source:
        lines.append(_by_source(sheet, one))
    if one.outcome == "unknown" and one.lacking:
        nothing = sheet.say(LACKING, path="\x00")
        lines.append(f'<span class="path">{escape(nothing).replace(chr(0), code(one.lacking))}</span>')
    return _stacked(lines)


def _by_source(sheet: Sheet, one: Verdict) -> Raw:
    """Count the sources, and name those that keep the rule from being met."""
    asked = {name: outcome for name, outcome in one.by_source.items() if outcome != "not_applicable"}
    lines = [escape(sheet.say(SOURCES, met=sum(o == "met" for o in asked.values()), asked=len(asked)))]
    for outcome, words in (("not_met", NOT_OF), ("unknown", UNKNOWN_OF)):
        names = [name for name, said in asked.items() if said == outcome]
        if names:
            lines.append(f'<span class="path">{escape(sheet.say(words, names=_few(sheet, names)))}</span>')
    return _stacked(lines)


def _stacked(lines: Sequence[str]) -> Raw:
    """Write lines below each other."""
    return Raw("".join(f'<span class="line">{line}</span>' for line in lines) or "–")


def _few(sheet: Sheet, names: Sequence[str]) -> str:
    more = f" {sheet.say(MORE, number=len(names) - MOST_NAMES)}" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more


def _is_share(one: Verdict) -> bool:
    return isinstance(one.limit, float) and 0 < one.limit < 1


def _limit(sheet: Sheet, one: Verdict) -> Cell:
    if not one.operator:
        return Figure("–")
    if one.operator == "known":
        return sheet.say(STATED)
    if one.operator == "in" and isinstance(one.limit, list):
        return sheet.say(ONE_OF, values=", ".join(_value(sheet, value, share=False) for value in one.limit))
    if isinstance(one.limit, bool):
        return Figure(escape(_value(sheet, one.limit, share=False)))
    sign = SIGNS.get(one.operator, one.operator)
    return Figure(escape(f"{sign} {_value(sheet, one.limit, _is_share(one))}"))


def _value(sheet: Sheet, value: JsonValue, share: bool) -> str:  # noqa: FBT001 - one of two spellings
    """Spell a value of the evidence."""
    if isinstance(value, bool):
        return sheet.say(YES if value else NO)
    if isinstance(value, (int, float)):
        plain = int(value) if isinstance(value, float) and value.is_integer() else value
        return f"{100 * value:.4g} %" if share else f"{plain:,}"
    if isinstance(value, (dict, list)):
        return sheet.say(STATED)
    return str(value)
