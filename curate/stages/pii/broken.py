"""Rules for numbers that a hard line break divides: only where a check digit holds or a label stands near."""

import re

from curate.stages.pii import checks
from curate.stages.pii.allow import is_other_number
from curate.stages.pii.numbers import CARD, CARD_ZH, COMPANY, PHONE, RESIDENT
from curate.stages.pii.reasons import Reason
from curate.stages.pii.rule import LEFT, RIGHT, Rule

BREAK = r"[ -]?\r?\n[ \t]{0,4}"
JOINT = f"(?:{BREAK}|[ -])?"
GATE = r"[0-9][A-Z]?[ -]?\r?\n[ \t]{0,4}[A-Z]?[0-9]"
"""A line that ends in a digit, or a letter behind one, before one that begins so: common in tables, rare in prose."""
AHEAD = rf"(?=[0-9](?:[ -]?[0-9]){{0,20}}+{BREAK}[0-9])"
BESIDE = 60
"""How many characters of its lines before and after a number are looked at."""
WORD = re.compile(r"[^\W\d_]")


def digits_joined(*classes: str, ahead: str) -> str:
    """Return a pattern of signs in a row between which blanks, hyphens or line breaks may stand."""
    return f"{LEFT}{ahead}{JOINT.join(classes)}{RIGHT}"


def in_column(text: str, start: int, end: int) -> bool:
    """Tell whether a number's lines are rows of a table: no words beside it, or the rows around them end or begin so.

    The row before would end in a digit, or the row behind begin with one.
    """
    first = text.rfind("\n", max(0, start - BESIDE), start)
    last = text.find("\n", end, end + BESIDE)
    beside = text[first + 1 if first >= 0 else max(0, start - BESIDE) : start] + " "
    beside += text[end : last if last >= 0 else end + BESIDE]
    before, behind = text[max(0, first - 5) : max(0, first)].rstrip(), text[last + 1 : last + 6].lstrip()
    rows = (first >= 0 and before[-1:].isdigit()) or (last >= 0 and behind[:1].isdigit())
    return rows or WORD.search(beside) is None


def is_no_card(text: str, start: int, end: int) -> Reason:
    """Give the reason where a broken number is not in two parts, part of a column, an amount or another number."""
    apart: Reason = in_parts(text, start, end) or ("table" if in_column(text, start, end) else "")
    return apart or is_other_number(text, start, end)


def in_parts(text: str, start: int, end: int) -> Reason:
    """Give the reason where more than one line break divides a number."""
    return "" if text.count("\n", start, end) == 1 else "broken"


DIGIT = "[0-9]"
YEAR = (f"(?:1{JOINT}9|2{JOINT}0)", DIGIT, DIGIT)
RESIDENT_SHAPE = digits_joined(
    "[1-8]", *[DIGIT] * 5, *YEAR, "[01]", DIGIT, "[0-3]", *[DIGIT] * 4, "[0-9Xx]", ahead=AHEAD
)
MOBILE_SHAPE = digits_joined("1", "[3-9]", *[DIGIT] * 9, ahead=AHEAD)
UNION_SHAPES = tuple(digits_joined("6", "2", *[DIGIT] * (n - 2), ahead=AHEAD) for n in (16, 17, 18, 19))
SCHEME_SHAPES = (
    digits_joined("[2-6]", *[DIGIT] * 15, ahead=AHEAD),
    digits_joined("3", "[47]", *[DIGIT] * 13, ahead=AHEAD),
)
COMPANY_SIGN = "[0-9A-HJ-NPQRTUWXY]"
COMPANY_SHAPE = digits_joined(
    *[COMPANY_SIGN] * 2, *[DIGIT] * 6, *[COMPANY_SIGN] * 10, ahead=f"(?=[0-9A-Z]{{1,17}}+{BREAK})"
)

BROKEN_RULES: tuple[Rule, ...] = (
    Rule(
        "CN_RESIDENT_ID",
        "resident id across two lines",
        (RESIDENT_SHAPE,),
        0.6,
        check=checks.is_resident_id,
        labels=RESIDENT,
        spared=in_parts,
        gate=GATE,
        profile="cn",
    ),
    Rule(
        "CN_USCC",
        "unified social credit code across two lines by its label",
        (COMPANY_SHAPE,),
        0.6,
        check=checks.is_uscc,
        labels=COMPANY,
        needs_label=True,
        spared=in_parts,
        gate=GATE,
        profile="cn",
    ),
    Rule(
        "CN_BANK_CARD",
        "UnionPay card across two lines",
        UNION_SHAPES,
        0.6,
        check=checks.is_union_pay,
        labels=CARD_ZH,
        spared=is_no_card,
        gate=GATE,
        profile="cn",
    ),
    Rule(
        "CREDIT_CARD",
        "card across two lines",
        SCHEME_SHAPES,
        0.6,
        check=checks.is_long_credit_card,
        labels=CARD,
        spared=is_no_card,
        gate=GATE,
    ),
    Rule(
        "PHONE_NUMBER",
        "Chinese mobile across two lines by its label",
        (MOBILE_SHAPE,),
        0.6,
        labels=PHONE,
        needs_label=True,
        spared=is_no_card,
        gate=GATE,
        profile="cn",
    ),
)
