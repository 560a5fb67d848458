"""What a form says to the person who fills it in, Chinese and English, and how answers are understood."""

from typing import Literal

from curate.core.risks import RISKS

Language = Literal["zh", "en"]
Kind = Literal["csv", "xlsx", "label-studio"]
KINDS: dict[Kind, str] = {"csv": ".csv", "xlsx": ".xlsx", "label-studio": ".json"}
"""Endings of the files by kind of form."""
RECORDS = 4000
"""Records of a sample: TC260-003, 9.2, asks for no fewer than 4,000 that people look at."""
DOUBLED = 0.1
"""Share of a sample that two people read: customary in annotation; no standard that we have read says how much."""
Verdict = Literal["pass", "fail"]
SPELLINGS: dict[str, Verdict] = {
    "pass": "pass",
    "fail": "fail",
    "合格": "pass",
    "不合格": "fail",
    "通过": "pass",
    "不通过": "fail",
}
VERDICTS: dict[Language, tuple[str, str]] = {"zh": ("合格", "不合格"), "en": ("pass", "fail")}
COLUMNS = (
    "review",
    "reading",
    "number",
    "id",
    "source_id",
    "language",
    "shard",
    "shard_row",
    "text",
    "verdict",
    "class",
    "note",
)
ANSWERS = ("verdict", "class", "note")
"""What a reviewer writes; all other columns stay as they are."""
SHEETS: dict[Language, tuple[str, str]] = {"zh": ("抽检", "说明"), "en": ("review", "instructions")}
INSTRUCTIONS: dict[Language, tuple[str, ...]] = {
    "zh": (
        "逐条阅读 text 列，在 verdict 列填写：合格 或 不合格。",
        "不合格的，在 class 列选择所属风险类别（见下表）；合格的，class 列留空。",
        "note 列供自己记录，不会被导入。不要增删行，不要改动其他列。",
        "以 ' 开头的单元格：原文以 = + - @ 等公式符号开头，' 是为防止公式执行而加的。",
        "类别为 TC260-003 附录 A 的简称，以标准原文为准。",
    ),
    "en": (
        "Read the column text of every row and write into the column verdict: pass or fail.",
        "Where it fails, choose its class of risk in the column class (listed below); else leave class empty.",
        "The column note is your own and is not imported. Add or delete no row, change no other column.",
        "A ' at the beginning of a cell keeps a text that begins with = + - @ or the like from running as a formula.",
        "The classes are short forms of those of TC260-003, appendix A; the text of the standard governs.",
    ),
}


def class_words(lang: Language) -> list[str]:
    """Return the 31 classes as a form offers them: the id, a blank, the name."""
    return [f"{risk.id} {risk.zh if lang == 'zh' else risk.en}" for risk in RISKS.values()]


def verdict_word(verdict: Verdict, lang: Language) -> str:
    """Spell a verdict as a form offers it."""
    return VERDICTS[lang][verdict == "fail"]


def class_word(name: str, lang: Language) -> str:
    """Spell a class as a form offers it."""
    risk = RISKS[name]
    return f"{risk.id} {risk.zh if lang == 'zh' else risk.en}"
