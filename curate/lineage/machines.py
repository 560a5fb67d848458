"""Numbers like mobiles that machines write: values of keys, parts of paths and of the names of files."""

import re

from curate.core.labels import FILE_ENDS, KEYS, KEYS_OF_PEOPLE, STEMS

BEFORE, AFTER = 160, 64
"""How many characters around a number are looked at."""
ASSIGNED = re.compile(
    r"([A-Za-z][0-9A-Za-z_.-]*)[\"'`\])]{0,2} {0,2}(?:[=!<>]{1,3}|:|"
    r"\s(?:not\s)?in\s?\((?:\s?[\"']?[0-9]+[\"']?\s?,)*\s?) {0,2}[\"']?\Z",
    re.IGNORECASE,
)
"""A key, and all that may stand between it and its value or one of its values."""
PIECE = re.compile(r"[!#-%(-;@-_a-{}~]*\Z")
"""What no blank, quote, query or Chinese sign parts from a number."""
NAMED = re.compile(
    rf"(?:[_-][0-9a-z]{{1,20}}){{0,3}}(?:\.[0-9a-z]{{1,8}})?\.(?:{FILE_ENDS})(?![0-9a-z])", re.IGNORECASE
)
STEM = re.compile(rf"(?:.*[^0-9A-Za-z_.-])?(?:(?:{STEMS})[_-]?)?", re.IGNORECASE)
"""All that may stand before the number in the name of a file, behind a path, a bracket, a comma."""
PARTED = re.compile(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z]+")
PEOPLE = {*KEYS_OF_PEOPLE.split("|")}
MACHINES = {*KEYS.split("|")}


def is_machines(before: str, after: str) -> bool:
    """Tell whether eleven digits between these are no mobile; a word of people in key or path says that they are."""
    said = ASSIGNED.search(before[-BEFORE:])
    key = [word.lower() for word in PARTED.split(said[1]) if word] if said else []
    if key and key[-1] in MACHINES and PEOPLE.isdisjoint(key):
        return True
    piece = PIECE.search(before[-BEFORE:])
    path = piece[0] if piece else ""
    if not PEOPLE.isdisjoint(word.lower() for word in PARTED.split(path)):
        return False
    in_path = ("/" in path or "\\" in path) and any(sign.isalpha() for sign in path)
    return in_path or (NAMED.match(after) is not None and STEM.fullmatch(path) is not None)
