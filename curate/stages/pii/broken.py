"""Rules for numbers that a hard line break divides: only where a check digit holds or a label stands near."""

from dataclasses import replace

from curate.stages.pii.allow import is_other_number
from curate.stages.pii.groups import BREAK, in_column
from curate.stages.pii.numbers import CARDS, CODES, PHONES, RESIDENT_ID
from curate.stages.pii.reasons import Reason
from curate.stages.pii.rule import LEFT, RIGHT, Rule, Spared

JOINT = f"(?:{BREAK}|[ -])?"
BETWEEN = r"[ -]?\r?\n[ \t]{0,4}[A-Z]?[0-9]"
GATE = f"(?:[0-9A-Z]{JOINT}){{4}}[0-9][A-Z]?{BETWEEN}|[0-9][A-Z]?{BETWEEN}(?:{JOINT}[0-9A-Z]){{4}}"
"""A line that ends in a digit, or a letter behind one, before one that begins so: common in tables, rare in prose.

On one side stand five signs: no number has fewer than eleven."""
AHEAD = rf"(?=[0-9](?:[ -]?[0-9]){{0,20}}+{BREAK}[0-9])"


def digits_joined(*classes: str, ahead: str) -> str:
    """Return a pattern of signs in a row between which blanks, hyphens or line breaks may stand."""
    return f"{LEFT}{ahead}{JOINT.join(classes)}{RIGHT}"


def in_parts(text: str, start: int, end: int) -> Reason:
    """Give the reason where more than one line break divides a number."""
    return "" if text.count("\n", start, end) == 1 else "broken"


def is_no_card(text: str, start: int, end: int) -> Reason:
    """Give the reason where a broken number is not in two parts, part of a column, an amount or another number."""
    apart: Reason = in_parts(text, start, end) or ("table" if in_column(text, start, end) else "")
    return apart or is_other_number(text, start, end)


WHOLE = {rule.name: rule for rule in (*RESIDENT_ID, *PHONES, *CARDS, *CODES)}
"""The rules of numbers in one line, by name."""


def across_lines(name: str, spared: Spared, *values: str, needs_label: bool = False) -> Rule:
    """Return the rule of the same numbers where one line break divides them."""
    return replace(
        WHOLE[name],
        name=f"{name} across two lines",
        needs_label=needs_label,
        values=values,
        spared=spared,
        gate=GATE,
        runs=frozenset(),
        joined=frozenset(),
        lead="digit",
    )


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
    across_lines("resident id of 18 signs", in_parts, RESIDENT_SHAPE),
    across_lines("unified social credit code", in_parts, COMPANY_SHAPE, needs_label=True),
    across_lines("UnionPay card", is_no_card, *UNION_SHAPES),
    across_lines("card of an international scheme", is_no_card, *SCHEME_SHAPES),
    across_lines("Chinese mobile", is_no_card, MOBILE_SHAPE, needs_label=True),
)
