"""Addresses that begin with a house number and end with a code that can be one, whatever the street is called."""

import re
from collections.abc import Iterator

from curate.stages.pii.addresses import ENTITY
from curate.stages.pii.rule import Rule
from curate.stages.pii.streets import NO_HOUSE, SURE_POSTCODE, ZIP

BY_FIRST_DIGIT = (
    "CT MA ME NH NJ NY RI VT PR VI",
    "DE NY PA",
    "DC MD NC SC VA WV",
    "AL FL GA MS TN",
    "IN KY MI OH",
    "IA MN MT ND SD WI",
    "IL KS MO NE",
    "AR LA OK TX",
    "AZ CO ID NM NV TX UT WY",
    "AK CA GU HI OR WA",
)
"""In which states and territories ZIP codes begin with which digit (US Postal Service, publication 65)."""
STATES = {f"{state}{first}" for first, some in enumerate(BY_FIRST_DIGIT) for state in some.split()}
NEXT = "(?:,? |,? ?\\r?\\n[ \\t]{0,8})"
WORD = "(?:[A-Z][0-9A-Za-z'’.&-]{0,20}|#?[0-9][0-9A-Za-z-]{0,8}|of|the|and|de|la|del|upon|on|under)"
HOUSE = "[0-9]{1,5}[A-Za-z]?(?:[-/][0-9]{1,4}[A-Za-z]?)?"
BOX = "(?:P\\.? ?O\\.? ?)?B(?:ox|OX) #?[0-9]{1,6}"
UNIT = (
    "(?:(?:Suite|SUITE|Ste|STE|Unit|UNIT|Apt|APT|Flat|FLAT|Room|ROOM|Floor|FLOOR)\\.? #?[0-9A-Za-z-]{1,6}" + NEXT + ")?"
)
BEFORE_CODE = re.compile(
    f"(?<![0-9A-Za-z.,$€£#/:-])(?:{UNIT}{HOUSE} (?=[A-Z]|[0-9]{{1,3}}(?:st|nd|rd|th|ST|ND|RD|TH) ){WORD}|{BOX})"
    f"(?:{NEXT}{WORD}){{1,9}}{NEXT}\\Z"
)
"""A house and the first word of its street, or a box, and all up to the code: street, floor, town, county, state."""
LEFT_OF_CODE = 140
MONTH = re.compile("(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\\.? \\Z")


def read_coded(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Read the address that a code ends; none where no house number begins it, or what does is a year or a figure."""
    found = BEFORE_CODE.search(text, max(0, start - LEFT_OF_CODE), start)
    if found is None:
        return
    before = max(0, found.start() - 12), found.start()
    if not NO_HOUSE.search(text, *before) and not MONTH.search(text, *before):
        yield found.start(), end


def read_zip(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Read the address that a state and its ZIP code end, if the code is one of that state."""
    if f"{text[start : start + 2]}{text[start + 2 : end].lstrip(', ')[0]}" in STATES:
        yield from read_coded(text, start, end)


CODED_RULES: tuple[Rule, ...] = (
    Rule(
        ENTITY,
        "US address by its state and ZIP code",
        (f"(?<=[ \n\t])[A-Z]{{2}},? {ZIP}",),
        0.6,
        gate="[A-Za-z.,][ \t\r\n]{1,10}[A-Z]{2},? [0-9]{5}",
        read=read_zip,
    ),
    Rule(
        ENTITY,
        "British address by its house number and postcode",
        (f"(?<=[ \n\t]){SURE_POSTCODE}",),
        0.6,
        gate="[A-Za-z.,][ \t\r\n]{1,10}[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}",
        read=read_coded,
    ),
)
