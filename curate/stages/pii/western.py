"""Rules for documents of the US, and for medical numbers, by a label; those of the UK and the EU behind them."""

import re

from curate.stages.pii import digits, groups
from curate.stages.pii.allow import is_amount, is_other_number
from curate.stages.pii.european import ACCOUNT, EU_RULES, SHAPES, UK_BANK_RULES, UK_RULES
from curate.stages.pii.rule import CODE_OR_DIGITS, LEFT, RIGHT, Rule
from curate.stages.pii.words import BETWEEN, Next, Words

LICENCE = Next(
    "driver['’]?s?['’]?[ _]licen[cs]e|driving licen[cs]e|operator['’]?s? licen[cs]e|driver[ _]?lic(?:\\.|ense)?",
    "dl|d\\.l\\.",
)
MEDICARE = "[1-9][A-Z][0-9A-Z][0-9]-?[A-Z][0-9A-Z][0-9]-?[A-Z]{2}[0-9]{2}"
SHORTEST_CODE = 5
NUMBER = "(?=[ _-]?(?:id|no|num|#|:))"
CHART_LABELS = Next(f"medical[ _-]record|(?:patient|chart){NUMBER}", "mrn", between=BETWEEN.replace("[ _]?", "[ _-]?"))
INSURANCE_LABELS = Next(
    "health[ _-]plan(?:[ _-]beneficiary)?|(?:beneficiary|member|subscriber|policy|insurance|medicare|medicaid)"
    "(?=[ _-]?(?:id|no|num|#))"
)
IN_DIGITS = "(?:[0-9]{5,20}(?:-[0-9]{1,8}){0,3}|[0-9]{3,4}(?:-[0-9]{1,8}){1,3})"
CODE = f"{CODE_OR_DIGITS}{IN_DIGITS}[A-Z]?{RIGHT}(?!-[0-9])"


def has_five_signs(value: str) -> bool:
    """Tell whether a code has at least five letters and digits."""
    return len(digits.signs_of(value)) >= SHORTEST_CODE


US_RULES: tuple[Rule, ...] = (
    Rule(
        "US_ITIN",
        "taxpayer number with hyphens",
        (f"{LEFT}(?<![0-9]-)9[0-9]{{2}}(?P<a>[ -])[5-9][0-9](?P=a)[0-9]{{4}}(?![0-9A-Za-z]|-[0-9])",),
        0.6,
        check=digits.is_itin,
        certain=False,
        spared=is_other_number,
        joined=frozenset({3}),
        profile="us",
    ),
    Rule(
        "US_ITIN",
        "taxpayer number by its label",
        (f"{LEFT}9[0-9]{{2}}[5-9][0-9]{{5}}{RIGHT}",),
        0.7,
        check=digits.is_itin,
        certain=False,
        labels=Next("taxpayer id(?:entification)?|tax[ _]id", "itin"),
        needs_label=True,
        runs=frozenset({9}),
        profile="us",
    ),
    Rule(
        "US_DRIVER_LICENSE",
        "US driving licence by its label",
        (
            f"{LEFT}[A-Za-z]{{0,2}}[0-9]{{5,17}}[A-Za-z]?{RIGHT}(?!-[0-9])",
            f"{LEFT}[A-Za-z]{{0,2}}[0-9]{{2,4}}(?:[ -][0-9]{{2,6}}){{1,4}}{RIGHT}(?!-[0-9])",
        ),
        0.6,
        labels=LICENCE,
        needs_label=True,
        runs=frozenset(range(5, 18)),
        joined=frozenset({2, 3, 4}),
        lead="any",
        profile="us",
    ),
    Rule(
        "US_PASSPORT",
        "US passport by its label",
        (f"{LEFT}(?:[0-9]{{9}}|[A-Z][0-9]{{8}}){RIGHT}",),
        0.6,
        labels=Words("", "passport"),
        needs_label=True,
        spared=is_other_number,
        runs=frozenset({8, 9}),
        lead="any",
        profile="us",
    ),
    Rule(
        "PASSPORT",
        "passport of another country by the label right before it",
        (f"{LEFT}[A-Z]{{0,2}}[0-9]{{6,9}}{RIGHT}(?!-[0-9])",),
        0.5,
        labels=Next("passport(?:[ _]book)?|护照|護照"),
        needs_label=True,
        runs=frozenset(range(6, 10)),
        lead="any",
    ),
    Rule(
        "US_BANK_NUMBER",
        "US bank account by its label",
        (f"{LEFT}[0-9]{{6,17}}{RIGHT}(?!-[0-9])", f"{LEFT}[0-9]{{3,8}}(?:[ -][0-9]{{2,8}}){{1,4}}{RIGHT}(?!-[0-9])"),
        0.5,
        labels=ACCOUNT,
        needs_label=True,
        spared=is_amount,
        runs=frozenset(range(6, 18)),
        joined=frozenset(range(3, 9)),
        profile="us",
    ),
    Rule(
        "ABA_ROUTING_NUMBER",
        "routing number of a US bank by its label",
        (f"{LEFT}[0-9]{{9}}{RIGHT}", f"{LEFT}[0-9]{{4}}-[0-9]{{4}}-[0-9]{RIGHT}"),
        0.6,
        check=digits.is_routing_number,
        labels=Next("routing(?: transit)?", "aba(?: routing)?"),
        needs_label=True,
        runs=frozenset({9}),
        joined=frozenset({4}),
        joints="-",
        profile="us",
    ),
    Rule(
        "MEDICAL_LICENSE",
        "DEA registration by its label",
        (f"{LEFT}[A-HJ-MPR-UXa-hj-mpr-ux][A-Za-z9][0-9]{{7}}{RIGHT}",),
        0.6,
        check=digits.is_dea,
        labels=Words("medical licen[cs]e|prescri|physician|provider|doctor", "", "dea"),
        needs_label=True,
        runs=frozenset({7, 8}),
        lead="letter",
        profile="us",
    ),
    Rule(
        "US_NPI",
        "US provider number by its label",
        (f"{LEFT}[12][0-9]{{9}}{RIGHT}",),
        0.6,
        check=digits.is_npi,
        labels=Next("national provider identifier", "npi"),
        needs_label=True,
        runs=frozenset({10}),
        profile="us",
    ),
    Rule(
        "HEALTH_INSURANCE_NUMBER",
        "Medicare number by its label",
        (f"{LEFT}{MEDICARE}{RIGHT}",),
        0.7,
        labels=Words("medicare|beneficiary", "mbi"),
        needs_label=True,
        gate=SHAPES,
        profile="us",
    ),
    Rule(
        "HEALTH_INSURANCE_NUMBER",
        "health plan number by its label",
        (CODE,),
        0.9,
        labels=INSURANCE_LABELS,
        needs_label=True,
        check=has_five_signs,
        certain=False,
        runs=frozenset(range(5, 21)),
        joined=frozenset({3, 4}),
        joints="-",
        lead="code",
    ),
    Rule(
        "MEDICAL_RECORD_NUMBER",
        "Western medical record number by its label",
        (CODE,),
        0.9,
        labels=CHART_LABELS,
        needs_label=True,
        check=has_five_signs,
        certain=False,
        runs=frozenset(range(5, 21)),
        joined=frozenset({3, 4}),
        joints="-",
        lead="code",
    ),
)

PLATED = "(?=[ _-]?(?:id|no|num(?:ber)?|#)(?![a-z]))"
ANY_PLATE = "[ _-]?(?:id|n[ou]|#)"
"""The same without looking around, for a gate; short, for `number` alone is in every text."""
CHART_SAID = f"(?:medical[ _-]record|mrn|(?:patient|chart){PLATED})"
INSURANCE_SAID = (
    f"(?:health[ _-]plan(?:[ _-]beneficiary)?{PLATED}|"
    f"(?:beneficiary|member|subscriber|policy|insurance|medicare|medicaid){PLATED})"
)
IN_GROUPS = groups.Reader(range(5, 21), groups.CODE_HEAD, groups.CODE, re.compile("[A-Z]?"))


def in_groups(entity: str, name: str, label: str) -> Rule:
    """Return the rule of a number right behind its label, in one piece, in groups or across a line break."""
    said = f"(?<![0-9A-Za-z])(?i:{label}{BETWEEN.replace('[ _]?', '[ _-]?', 1)})"
    return Rule(
        entity, name, (groups.SIGN,), 0.9, label=said, gate=f"(?i:{label.replace(PLATED, ANY_PLATE)})", read=IN_GROUPS
    )


GROUPED_RULES = (
    in_groups("MEDICAL_RECORD_NUMBER", "Western medical record number in groups", CHART_SAID),
    in_groups("HEALTH_INSURANCE_NUMBER", "health plan number in groups", INSURANCE_SAID),
)

WESTERN_RULES: tuple[Rule, ...] = (*US_RULES, *GROUPED_RULES, *UK_RULES, *UK_BANK_RULES, *EU_RULES)
