"""Dates that somebody could be known by: dates of birth by their labels, and the shift that makes fakes of dates."""

import re
from collections.abc import Callable
from datetime import date, timedelta

from curate.stages.pii.keys import Secret
from curate.stages.pii.network import DAY, IN_ROW, MONTH, MONTHS
from curate.stages.pii.rule import LEFT, RIGHT, SAID, Rule, fold
from curate.stages.pii.surrogates import Seed

DATES = frozenset({"DATE_TIME", "DATE_OF_BIRTH"})
"""Types whose fakes are shifted dates."""
EARLIEST, LATEST, WEEK = 10436, 15653, 7
"""Bounds of the shift in weeks: 200 years and 300 years less a day, so that whatever the rules find, from 1900 to 2099,
lands in a year from 2100 on, which no rule finds. Whole weeks: a Monday stays a Monday."""
FIRST_FAKE = 2100
MIDDLE = 15
"""The day that stands for a month whose day is not said."""
LARGEST_MONTH = 12
NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
TEENS = range(11, 14)
ORDINALS = {1: "st", 2: "nd", 3: "rd"}
NAME = r"(?P<name>[A-Z][a-z]{2,8})"
FORMS = (
    re.compile(r"(?P<y>[0-9]{4})(?P<s>[-/.])(?P<m>[0-9]{1,2})(?:(?P=s)(?P<d>[0-9]{1,2}))?(?![0-9])"),
    re.compile(r"(?P<y>[0-9]{4}) ?年 ?(?P<m>[0-9]{1,2}) ?月(?: ?(?P<d>[0-9]{1,2}) ?[日号])?"),
    re.compile(r"(?P<m>[0-9]{1,2})(?P<s>[-/.])(?P<d>[0-9]{1,2})(?P=s)(?P<y>[0-9]{4})(?![0-9])"),
    re.compile(rf"{NAME}\.? {{1,2}}(?P<d>[0-9]{{1,2}})(?P<o>st|nd|rd|th)?,? (?P<y>[0-9]{{4}})"),
    re.compile(rf"(?P<d>[0-9]{{1,2}})(?P<o>st|nd|rd|th)? {NAME}\.?,? (?P<y>[0-9]{{4}})"),
    re.compile(r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})(?![0-9])"),
)
"""How a date may be written that can be shifted; what stands behind it, a time of day, stays."""

BORN_ZH = "(?:出生(?:日期|年月日?|时间|于)?|生日|(?<![发产诞派衍寄共催])生于)"
BORN_EN = (
    r"(?<![A-Za-z])(?i:date[ _-]?of[ _-]?birth|birth[ _-]?dat[ae]|birth[ _-]?day|born(?: on)?|d\.?o\.?b\.?)(?![A-Za-z])"
)
BETWEEN_EN = r"[\"'”’]?[ \t]{0,4}(?:[:：=|]|is|was)?[ \t]{0,4}(?:\r?\n[ \t]{0,4})?[\"'“‘]?"
BORN = f"(?=[出生dDbB])(?:{BORN_ZH}{SAID}|{BORN_EN}{BETWEEN_EN})"
YEAR = "(?:19|20)[0-9]{2}"
IN_SIGNS = f"{YEAR}[ ]?年[ ]?{MONTH}[ ]?月(?:[ ]?{DAY}[ ]?[日号])?"
GATE = "出生|生日|生于|[日号] ?生|(?i:birth|born|d\\.?o\\.?b)"

BIRTH_RULES: tuple[Rule, ...] = (
    Rule(
        "DATE_OF_BIRTH",
        "date of birth by its label",
        (
            f"{IN_SIGNS}|{YEAR}(?P<a>[-/.]){MONTH}(?:(?P=a){DAY})?{RIGHT}|{IN_ROW}{RIGHT}",
            f"{DAY}(?P<b>[-/.]){DAY}(?P=b)(?:19|20)?[0-9]{{2}}{RIGHT}",
            f"{MONTHS}\\.?[ ]{{1,2}}{DAY}(?:st|nd|rd|th)?,?[ ]{YEAR}{RIGHT}",
            f"{DAY}(?:st|nd|rd|th)?[ ]{MONTHS}\\.?,?[ ]{YEAR}{RIGHT}",
        ),
        0.8,
        label=BORN,
        gate=GATE,
    ),
    Rule(
        "DATE_OF_BIRTH",
        "date of birth before its label",
        (f"{LEFT}{YEAR}[ ]?年[ ]?{MONTH}[ ]?月[ ]?{DAY}[ ]?[日号](?=[ ]?(?:出生|生[，,。；;)）]))",),
        0.8,
        gate=GATE,
    ),
)


def shifted(secret: Secret, seed: Seed, value: str) -> str | None:
    """Return the date as many weeks later as the key has it for the scope, in the form of the value; None: no date.

    All dates of a scope are shifted alike, so that the days between them stay as many.
    """
    said = read(value)
    if said is None:
        return None
    match, day = said
    weeks = EARLIEST + secret.choice(LATEST - EARLIEST + 1, "dates", seed.scope)
    return written(value, match, day + timedelta(days=WEEK * weeks))


def is_shifted(value: str) -> bool:
    """Tell whether a value is a date of a year in which fakes lie."""
    said = read(value)
    return said is not None and said[1].year >= FIRST_FAKE


def read(value: str) -> tuple[re.Match[str], date] | None:
    """Read the date that a value begins with; None where it is none, or its century is not said.

    Of two numbers that may both be a month the first is it, but for dates with dots, which have the day first.
    """
    folded = fold(value)
    for form in FORMS:
        match = form.match(folded)
        if match:
            said = match.groupdict()
            name = said.get("name")
            month = month_of(name) if name else int(match["m"])
            day = int(said["d"]) if said["d"] else MIDDLE
            if is_day_first(match):
                month, day = day, month
            try:
                return match, date(int(match["y"]), month, day)
            except ValueError:
                return None
    return None


def is_day_first(match: re.Match[str]) -> bool:
    """Tell whether the day stands before the month in a date of three numbers with the year last."""
    if match.re is not FORMS[2]:
        return False
    first, second = int(match["m"]), int(match["d"])
    return first > LARGEST_MONTH or (match["s"] == "." and second <= LARGEST_MONTH)


def month_of(name: str) -> int:
    """Return the number of a month by its name or the beginning of it; 0 where there is none."""
    said = (number for number, known in enumerate(NAMES, 1) if known.startswith(name) or name == known[:4])
    return next(said, 0)


def written(value: str, match: re.Match[str], day: date) -> str:
    """Write a day in the form of the value that a match is of, padded with zeros and full-width as that is."""
    said = match.groupdict()
    month, number = (day.day, day.month) if is_day_first(match) else (day.month, day.day)
    numbers = [said[part] for part in "md" if said.get(part)]
    in_digits = match.re in {FORMS[0], FORMS[2], FORMS[5]}
    padded = any(one.startswith("0") for one in numbers) or (in_digits and all(len(one) > 1 for one in numbers))
    fill: Callable[[int], str] = lambda one: f"{one:02}" if padded else str(one)  # noqa: E731
    parts = {"y": f"{day.year:04}", "m": fill(month), "d": fill(number), "o": ordinal(day.day)}
    if said.get("name"):
        name = NAMES[day.month - 1]
        parts["name"] = name if said["name"] in NAMES else name[:3]
    places = sorted((match.span(part), text) for part, text in parts.items() if said.get(part))
    result, last = [], 0
    for (start, end), text in places:
        is_wide = value[start] != match.string[start]
        result += [value[last:start], "".join(chr(ord(sign) + 0xFEE0) for sign in text) if is_wide else text]
        last = end
    return "".join([*result, value[last:]])


def ordinal(day: int) -> str:
    """Return what stands behind the number of a day in English."""
    return "th" if day in TEENS else ORDINALS.get(day % 10, "th")
