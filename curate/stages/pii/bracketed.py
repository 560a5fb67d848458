"""Rules for names that brackets, a dash or a stroke join to their label, where others have a colon."""

from collections.abc import Iterator

from curate.stages.pii import english_names as en
from curate.stages.pii.checks import words
from curate.stages.pii.chinese_names import COMPOUND_STARTS, FOREIGN, FREQUENT, GIVEN, GLUED_GATE, HAN, ROLES
from curate.stages.pii.rosters import is_listed
from curate.stages.pii.rule import Rule
from curate.stages.pii.surnames import COMMON

OPENS, CLOSES = "[\\[(（【「『]", "[\\])）】」』]"
NAME = f"(?:{FREQUENT}(?:{GIVEN}){{1,2}}|{FOREIGN})"
ENDS = f"(?=[ ]?(?:[，,。；;、|(（]|{CLOSES}|\\s|\\Z))"
BEGINS = f"(?:[{COMMON}{COMPOUND_STARTS}]|{HAN}{{1,8}}[·•・‧])"
JOINED = "姓[ ]{0,6}名[ ]?(?:[/／]|[-—–－]{1,2})[ ]?"
JOINED_GATE = "姓[ \u3000]{0,6}名[ \u3000]?[/／—–－-]"

DASH = "[ ]{1,2}-{1,2}[ ]{1,2}"
DASH_GATE = "[ \u3000\u00a0]{1,2}[-\u2010-\u2015\u2212－]{1,2}[ \u3000\u00a0]{1,2}"
WHOSE = (
    "full|patient|customer|client|contact|employee|applicant|student|member|account holder|card ?holder|insured|"
    "beneficiary|tenant|guest|passenger|driver|guardian|spouse|recipient|sender|buyer|seller|owner|manager|supervisor|"
    "legal|real|emergency contact|first|last"
)
DASHED = f"(?<![0-9A-Za-z_-])(?i:(?:{WHOSE})[ _]?name|contact person|account holder|next of kin|emergency contact)"
FIELDS = words(
    "code policy number numbers status id zip postal privacy total quantity qty amount size color colour weight "
    "language description category comment comments summary details settings preferences terms conditions area "
    "salary balance information info statement history level score value account currency reference order invoice "
    "item zone region country province district gender nationality occupation length format field required optional "
    "unit rate"
)
"""Words of the heads of columns that are written like names, and no surnames of many."""


def is_no_field(value: str) -> bool:
    """Tell whether what could be a name neither speaks of an organisation nor is the name of a field."""
    return en.is_person(value) and FIELDS.isdisjoint(map(str.lower, en.LETTERS.findall(value)))


def read_dashed(text: str, _start: int, end: int) -> Iterator[tuple[int, int]]:
    """Read the name behind a label, in full, and a dash."""
    name = en.WEAK_NAMES.match(text, end)
    if name and is_no_field(name["name"]):
        yield name.span("name")


BRACKETED_RULES: tuple[Rule, ...] = (
    Rule(
        "PERSON",
        "Chinese name in brackets behind its label",
        (f"{NAME}(?=[ ]?{CLOSES})",),
        0.65,
        check=is_listed,
        certain=False,
        label=f"(?:{ROLES})[:：]?[ ]?{OPENS}[ ]?",
        gate=GLUED_GATE,
    ),
    Rule(
        "PERSON",
        "Chinese name behind its label and a dash or a stroke",
        (f"{NAME}{ENDS}",),
        0.6,
        check=is_listed,
        certain=False,
        label=JOINED,
        gate=f"{JOINED_GATE}[-—–－]?[ \u3000]?{BEGINS}",
    ),
    Rule(
        "PERSON",
        "English name behind its label and a dash",
        (f"{DASHED}{DASH}(?=[A-ZÀ-Þ])",),
        0.65,
        gate=f"(?i:name|person|holder|kin|contact){DASH_GATE}[A-ZÀ-Þ]",
        read=read_dashed,
    ),
)
