"""Rules for numbers that something unusual divides: only where a check digit holds or a label stands near.

A hard line break, two blanks, a tab, a dash between blanks, a blank behind every digit.
"""

import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from curate.stages.pii import checks, digits
from curate.stages.pii.allow import is_called, is_other_number
from curate.stages.pii.groups import BREAK, in_column
from curate.stages.pii.memory import OfLastText
from curate.stages.pii.numbers import CARDS, CODES, COMPANY, PHONES, RESIDENT_ID
from curate.stages.pii.reasons import Reason
from curate.stages.pii.rule import LEFT, RIGHT, Begins, Rule, Spared

if TYPE_CHECKING:
    from curate.core.kernels.across import Sums

JOINT = f"(?:{BREAK}|[ -])?"
PARTED = r"(?:[ -](?:\r?\n[ \t]{0,4}|)|\r\n[ \t]{0,4}|\n[ \t]{0,4}|)"
"""The same as JOINT; each way begins with a sign, so that Python leaves those that cannot be at a glance."""
BETWEEN = r"[ -]?\r?\n[ \t]{0,4}[A-Z]?[0-9]"
GATE = f"(?:[0-9A-Z]{JOINT}){{4}}[0-9][A-Z]?{BETWEEN}|[0-9][A-Z]?{BETWEEN}(?:{JOINT}[0-9A-Z]){{4}}"
"""A line that ends in a digit, or a letter behind one, before one that begins so: common in tables, rare in prose.

On one side stand five signs: no number has fewer than eleven."""
AHEAD = rf"(?=(?:[ -]?[0-9]){{0,20}}+{BREAK}[0-9])"
OPENS = "(?<![0-9A-Za-z].)"
"""LEFT, said behind the first sign."""


def digits_joined(first: str, *classes: str, ahead: str) -> str:
    """Return a pattern of signs in a row between which blanks, hyphens or line breaks may stand.

    The first sign comes first: a search skips to it. Then what lies ahead of the second, which takes longer to tell.
    """
    return f"{first}{OPENS}{ahead}{PARTED}{PARTED.join(classes)}{RIGHT}"


def in_parts(text: str, start: int, end: int) -> Reason:
    """Give the reason where more than one line break divides a number."""
    return "" if text.count("\n", start, end) == 1 else "broken"


def read_broken(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield a number that a line break divides; one before the break is not this rule's."""
    if text.find("\n", start, end) >= 0:
        yield start, end


def is_no_card(text: str, start: int, end: int) -> Reason:
    """Give the reason where a broken number is not in two parts, part of a column, an amount or another number."""
    apart: Reason = in_parts(text, start, end) or ("table" if in_column(text, start, end) else "")
    return apart or is_other_number(text, start, end)


IN_LINES = re.compile(f"1[3-9][0-9]{BREAK}[0-9]{{4}}{BREAK}[0-9]{{4}}")
"""Each group of a mobile in its own line, as narrow cells break it."""


def is_no_mobile_in_parts(text: str, start: int, end: int) -> Reason:
    """Give the same reason for a mobile, which two line ends may part between its groups right behind its label."""
    if IN_LINES.fullmatch(text, start, end) and is_called(text, start):
        return ("table" if in_column(text, start, end) else "") or is_other_number(text, start, end)
    return is_no_card(text, start, end)


def read_company(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield a broken code that has a label near, or needs none.

    That is so where it is of one of the usual kinds, with the region of a province and a letter (GB 32100-2015), and
    its parts do not lie in a column.
    """
    signs = digits.signs_of(text[start:end])
    usual = USUAL.match(signs) is not None and not signs.isdigit() and signs[2:4] in checks.PROVINCES
    if COMPANY.near(text, start, end) or (usual and not in_column(text, start, end)):
        yield start, end


USUAL = re.compile("1[1239]|5[1239]|9[123]|Y1")
"""Departments and kinds of organisations to which nearly all codes belong."""
BEGINS = {
    "resident id of 18 signs": ("12345678", [18]),
    "UnionPay card": ("6", [16, 17, 18, 19]),
    "card of an international scheme": ("23456", [15, 16]),
    "Chinese mobile": ("1", [11]),
}
"""With which signs the numbers begin that a line end may divide, and how many they have."""
WHOLE = {rule.name: rule for rule in (*RESIDENT_ID, *PHONES, *CARDS, *CODES)}
"""The rules of numbers in one line, by name."""


@OfLastText
def sums(text: str) -> "tuple[Sums, dict[Hashable, list[int]]]":
    """Return how many signs hang together from where on across lines of a text, and what was asked of that."""
    from curate.core.kernels.across import across

    return across(text), {}


def begins(first: str, sizes: Sequence[int], *, whole: bool = False) -> Begins:
    """Tell where numbers of so many signs may begin that a line end divides or follows, with one of `first`.

    Those in one line alone that no other number may begin within are left out, unless they count too (`whole`).
    """
    known_first = frozenset(first)
    wanted = sum(1 << size for size in sizes)

    def begun(text: str) -> Sequence[int]:
        (starts, divided, all_in_all), known = sums(text)
        if (first, wanted) not in known:
            held = (all_in_all if whole else divided) & wanted
            known[first, wanted] = [at for at in starts[held > 0].tolist() if text[at] in known_first]
        return known[first, wanted]

    return begun


def divided(name: str, how: str, gate: str, *values: str) -> Rule:
    """Return the rule of the same numbers in another form."""
    return replace(
        WHOLE[name],
        name=f"{name} {how}",
        values=values,
        gate=gate,
        runs=frozenset(),
        joined=frozenset(),
        lead="digit",
    )


def across_lines(name: str, spared: Spared, *values: str, needs_label: bool = False) -> Rule:
    """Return the rule of the same numbers where one line break divides them."""
    rule = divided(name, ACROSS, GATE, *values)
    return replace(rule, needs_label=needs_label, spared=spared, read=read_broken, begins=begins(*BEGINS[name]))


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
COMPANY_SIGN, COMPANY_SIGNS = "[0-9A-HJ-NPQRTUWXY]", checks.USCC_SIGNS
COMPANY_SHAPE = digits_joined(
    *[COMPANY_SIGN] * 2, *[DIGIT] * 6, *[COMPANY_SIGN] * 10, ahead=f"(?=[0-9A-Z]{{0,16}}+{BREAK})"
)

COMPANY_GATE = f"(?:1[1239]|5[1239]|9[123]|Y1)[0-9]{{6}}[0-9A-Y]{{0,9}}{BREAK}[0-9A-Y]"
COMPANY_BY_KIND = f"(?={COMPANY_GATE}){COMPANY_SHAPE}"
WIDE = r"(?:[ ]{2,3}|\t|[ ]-[ ])"
"""What parts the groups of a number that somebody spread, and the columns of a table as well."""
WIDE_FOURS = f"{WIDE}[0-9]{{4}}{WIDE}[0-9]{{4}}"
WIDE_GATE = (
    f"1[3-9][0-9]{WIDE_FOURS}|[2-69][0-9]{{3}}{WIDE_FOURS}{WIDE}[0-9]{{4}}|"
    f"[1-8][0-9]{{5}}{WIDE}(?:19|20)[0-9]{{2}}{WIDE}?[0-9]{{4}}{WIDE}[0-9]{{3}}"
)
"""Tables of numbers would open less than this throughout."""
SINGLE_GATE = "[0-9](?:[ -][0-9]){4}|[0-9]  [0-9]  [0-9]  [0-9]|[0-9] - [0-9] - [0-9] - [0-9]"
"""Every digit by itself."""
DONE = f"(?!(?P=w)[0-9]){RIGHT}"
NO_CODE = "(?<![0-9A-Za-z+])"
WIDE_RESIDENT = f"{LEFT}[1-8][0-9]{{5}}(?P<w>{WIDE})(?:19|20)[0-9]{{2}}(?P=w)?[0-9]{{4}}(?P=w)[0-9]{{3}}[0-9Xx]{DONE}"
WIDE_CARD = (
    f"{LEFT}[2-69][0-9]{{3}}(?P<w>{WIDE})[0-9]{{4}}(?P=w)[0-9]{{4}}(?P=w)[0-9]{{4}}(?:(?P=w)[0-9]{{1,3}})?{DONE}"
)
WIDE_MOBILE = f"1[3-9][0-9](?P<w>{WIDE})[0-9]{{4}}(?P=w)[0-9]{{4}}{DONE}"
DASHED_MOBILE = f"{NO_CODE}1[3-9][0-9](?P<w>[ ]-[ ])[0-9]{{4}}(?P=w)[0-9]{{4}}{DONE}"
SINGLE = "(?P<w>[ ]{1,2}|-|[ ]-[ ])"
SINGLE_RESIDENT = f"{LEFT}[1-8]{SINGLE}[0-9](?:(?P=w)[0-9]){{15}}(?P=w)[0-9Xx]{DONE}"
SINGLE_CARD = f"{LEFT}[2-69]{SINGLE}[0-9](?:(?P=w)[0-9]){{13,17}}{DONE}"
SINGLE_MOBILE = f"{NO_CODE}1{SINGLE}[3-9](?:(?P=w)[0-9]){{9}}{DONE}"
SINGLE_PHONE = f"{NO_CODE}[02-9]{SINGLE}[0-9](?:(?P=w)[0-9]){{5,10}}{DONE}"
ACROSS, SPREAD, SINGLY = "across two lines", "in groups far apart", "with every digit apart"
CODES_BEFORE = f"{NO_CODE}(?:(?:\\+|00)?86(?:{WIDE}|[ -])?)?"


def labelled(rule: Rule) -> Rule:
    """Return the same rule where a label has to stand near."""
    return replace(rule, needs_label=True)


SPREAD_RULES: tuple[Rule, ...] = (
    divided("resident id of 18 signs", SPREAD, WIDE_GATE, WIDE_RESIDENT),
    labelled(divided("UnionPay card", SPREAD, WIDE_GATE, WIDE_CARD)),
    labelled(divided("card of an international scheme", SPREAD, WIDE_GATE, WIDE_CARD)),
    divided("Chinese mobile", "parted by dashes", WIDE_GATE, DASHED_MOBILE),
    labelled(divided("Chinese mobile", SPREAD, WIDE_GATE, f"{CODES_BEFORE}{WIDE_MOBILE}")),
    divided("resident id of 18 signs", SINGLY, SINGLE_GATE, SINGLE_RESIDENT),
    labelled(divided("UnionPay card", SINGLY, SINGLE_GATE, SINGLE_CARD)),
    labelled(divided("card of an international scheme", SINGLY, SINGLE_GATE, SINGLE_CARD)),
    labelled(divided("telephone by its label", SINGLY, SINGLE_GATE, SINGLE_MOBILE, SINGLE_PHONE)),
)
COMPANY_ACROSS = replace(
    divided("unified social credit code", ACROSS, GATE, COMPANY_SHAPE),
    spared=in_parts,
    read=read_company,
    begins=begins(COMPANY_SIGNS, [18], whole=True),
)
BROKEN_RULES: tuple[Rule, ...] = (
    *SPREAD_RULES,
    across_lines("resident id of 18 signs", in_parts, RESIDENT_SHAPE),
    COMPANY_ACROSS,
    replace(
        COMPANY_ACROSS,
        name="unified social credit code that a line end divides among its letters",
        values=(COMPANY_BY_KIND,),
        gate=COMPANY_GATE,
    ),
    across_lines("UnionPay card", is_no_card, *UNION_SHAPES),
    across_lines("card of an international scheme", is_no_card, *SCHEME_SHAPES),
    across_lines("Chinese mobile", is_no_mobile_in_parts, MOBILE_SHAPE, needs_label=True),
)
