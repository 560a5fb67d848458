"""What a cell of a table holds, where the head of its column says what it should: judged by the whole cell."""

import re
from collections.abc import Callable

from curate.stages.pii.addresses import FEWEST_SIGNS, SIGNS_OF_PLACE
from curate.stages.pii.allow import is_hotline
from curate.stages.pii.checks import is_labelled_phone
from curate.stages.pii.chinese_names import ANY as SURNAME
from curate.stages.pii.chinese_names import FOREIGN, GIVEN, is_name
from curate.stages.pii.dates import IN_SIGNS
from curate.stages.pii.english_names import FULL, is_person
from curate.stages.pii.network import IN_ROW
from curate.stages.pii.numbers import PASSPORT_SHAPE
from curate.stages.pii.streets import VALUE

CHINESE = re.compile(f"{SURNAME}(?!某)(?:{GIVEN}){{1,2}}|{FOREIGN}")
ENGLISH = re.compile(FULL)
TELEPHONE = re.compile("[+]?[(]?[0-9][0-9 ()-]{5,18}[0-9](?:(?:转|[ ]?(?:x|ext\\.?))[ ]?[0-9]{1,5})?")
CODE = re.compile("(?:[A-Za-z]{1,5}[-_]?)?[0-9][0-9A-Za-z]*(?:[ -][0-9A-Za-z]+){0,5}")
ACCOUNT = re.compile("[0-9]{9,30}|[0-9]{3,6}(?:[ -][0-9]{2,6}){1,6}")
DATE = re.compile(
    f"{IN_SIGNS}|{IN_ROW}|(?:19|20)[0-9]{{2}}(?P<s>[-/.])[0-9]{{1,2}}(?P=s)[0-9]{{1,2}}|"
    "[0-9]{1,2}(?P<t>[-/.])[0-9]{1,2}(?P=t)(?:19|20)?[0-9]{2}"
)
FEWEST_DIGITS = 5
CHINESE_PASSPORT = re.compile(f"(?i:{PASSPORT_SHAPE})|1[45][0-9]{{7}}")
PASSPORT = re.compile(
    "(?=.{7,10}\\Z)(?:[A-Z]{0,3}[0-9]{6,9}[A-Z]{0,2}|[CFGHJK](?=(?:[A-Z]*[0-9]){3})[0-9CFGHJKLMNPRTVWXYZ]{8})"
)


def is_named(cell: str) -> bool:
    """Tell whether a cell is a name and nothing else."""
    if CHINESE.fullmatch(cell):
        return is_name(cell)
    return ENGLISH.fullmatch(cell) is not None and is_person(cell)


def is_telephone(cell: str) -> bool:
    """Tell whether a cell is a telephone number that is no hotline."""
    shape = TELEPHONE.fullmatch(cell) is not None and is_labelled_phone(cell)
    return shape and not is_hotline(cell, 0, len(cell))


def is_code(cell: str) -> bool:
    """Tell whether a cell is a number of a person's record: at least five digits, no date."""
    return CODE.fullmatch(cell) is not None and count(cell) >= FEWEST_DIGITS and DATE.fullmatch(cell) is None


def count(cell: str) -> int:
    """Count digits."""
    return sum(map(str.isdigit, cell))


def is_passport(cell: str) -> bool:
    """Tell whether a cell is the number of a Chinese passport."""
    return CHINESE_PASSPORT.fullmatch(cell) is not None


def is_foreign_passport(cell: str) -> bool:
    """Tell whether a cell is one of another country (ICAO 9303: nine signs, a check digit), no date."""
    return PASSPORT.fullmatch(cell) is not None and not is_passport(cell) and DATE.fullmatch(cell) is None


def is_place(cell: str) -> bool:
    """Tell whether a cell is an address: two kinds of Chinese places, or a house number and a street."""
    return len({*SIGNS_OF_PLACE.findall(cell)}) >= FEWEST_SIGNS or VALUE.fullmatch(cell) is not None


def fits(shape: str) -> Callable[[str], bool]:
    """Return what tells whether a cell has a shape."""
    pattern = re.compile(shape)
    return lambda cell: pattern.fullmatch(cell) is not None
