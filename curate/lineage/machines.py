"""Numbers like mobiles that machines write: values of keys, parts of paths and of the names of files."""

import re
from itertools import pairwise

from curate.core.labels import FILE_ENDS, KEYS, KEYS_OF_PEOPLE, KEYS_OF_RECORDS, STEMS, TRACKERS

BEFORE, AFTER = 160, 64
"""How many characters around a number are looked at."""
ASSIGNED = re.compile(
    r"(?:(?P<beside>[A-Za-z]{1,16}) (?=[A-Za-z]))?(?P<quote>[\"'`]?)(?<![0-9A-Za-z_.\u4e00-\u9fff-])"
    r"(?P<key>[A-Za-z][0-9A-Za-z_.-]{0,60})[\"'`\])]{0,2} {0,2}"
    r"(?P<sign>[=!<>]{1,3}|:|\s(?:not\s)?in\s?\((?:\s?[\"']?[0-9]+[\"']?\s?,)*\s?) {0,2}[\"']?\Z",
    re.IGNORECASE,
)
"""A key, the word beside one without quotes, and all that may stand between it and its value or one of its values."""
SIGNS, BETWEEN = frozenset("=!<>:(,"), " \t\r\n\"'"
"""With what all of it ends, and what may stand behind that: most numbers have another sign before them."""
BEGUN = re.compile(r"(?:.*[{,\[]|(?:.*\n)?[ {-]*)\Z", re.DOTALL)
"""What stands before a key without quotes that begins a line or a field."""
NUMBERED = re.compile(rf"(?:\A|[^0-9a-z])(?:{TRACKERS})[-#]\Z", re.IGNORECASE)
"""The tracker whose entry a number is."""
PIECE = re.compile(r"[!#-%(-;@-_a-{}~]*\Z")
"""What no blank, quote, query or Chinese sign parts from a number."""
NAMED = re.compile(
    rf"(?:[_-][0-9a-z]{{1,20}}){{0,3}}(?:\.[0-9a-z]{{1,8}})?\.(?:{FILE_ENDS})(?![0-9a-z])", re.IGNORECASE
)
FILE = re.compile(rf"(?<![\w.-])(?:[0-9A-Za-z_.-]{{1,40}}[/\\]){{0,8}}(?:(?:{STEMS})[_-]?)?\Z", re.IGNORECASE)
"""The name of a file up to a number, with folders before it; letters glued to it belong to it."""
PARTED = re.compile(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z]+")
ROOTED = re.compile(
    r"[A-Za-z][A-Za-z+]{1,9}://|(?<![0-9A-Za-z.@])www\.|(?:\A|[(:])(?:[A-Za-z]:|~|\.{1,2})?[/\\]", re.IGNORECASE
)
"""How a path or an address begins: `Wang/` is none."""
PEOPLE = {*KEYS_OF_PEOPLE.split("|")}
MACHINES = {*KEYS.split("|")}
RECORDS = {*KEYS_OF_RECORDS.split("|")}


def is_machines(before: str, after: str) -> bool:
    """Tell whether eleven digits between these are no mobile; a word of people in key or path says that they are."""
    if is_valued(before[-BEFORE:]) or NUMBERED.search(before):
        return True
    piece = PIECE.search(before[-BEFORE:])
    path = piece[0] if piece else ""
    if speaks_of_people(path):
        return False
    in_path = ROOTED.search(path) is not None and any(sign.isalpha() for sign in path)
    return in_path or (NAMED.match(after) is not None and FILE.search(before[-BEFORE:]) is not None)


def is_valued(before: str) -> bool:
    """Tell whether what stands before a number is a machine's key and its sign; `ID: ` within a sentence is none."""
    said = ASSIGNED.search(before) if before.rstrip(BETWEEN)[-1:] in SIGNS else None
    if said is None or speaks_of_people(f"{said['beside'] or ''} {said['key']}"):
        return False
    if said["sign"] == ":" and said["key"].lower() in RECORDS:
        return False
    plain = said["quote"] or said["sign"] != ":"
    begins = (said["key"].islower() or "-" in said["key"]) and BEGUN.match(before, 0, said.start("quote"))
    return words_of(said["key"])[-1] in MACHINES and bool(plain or begins)


def words_of(said: str) -> list[str]:
    """Return the words of a key or a path in lower case, also those of camelCase."""
    return [word.lower() for word in PARTED.split(said) if word]


def speaks_of_people(said: str) -> bool:
    """Tell whether a word, or two in a row (`weChat`), say that a number may be somebody's."""
    words = words_of(said)
    return not PEOPLE.isdisjoint({*words, *map("".join, pairwise(words))})
