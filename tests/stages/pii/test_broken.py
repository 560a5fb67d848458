"""Numbers across two lines: what is written for speed matches the same as what is written for readers."""

import re
from itertools import product

from curate.stages.pii import broken
from curate.stages.pii.rule import LEFT


def test_what_parts_the_signs_of_a_broken_number_is_a_joint():
    plain, quick = re.compile(f"({broken.JOINT})[0-9]"), re.compile(f"({broken.PARTED})[0-9]")
    for size in range(6):
        for signs in map("".join, product(" -\r\n\t1", repeat=size)):
            said = [None if one is None else one[1] for one in (plain.match(signs), quick.match(signs))]
            assert said[0] == said[1], signs


def test_a_broken_number_begins_where_neither_letter_nor_digit_stands_before():
    before, behind = re.compile(f"{LEFT}[1-8]"), re.compile(f"[1-8]{broken.OPENS}")
    for signs in map("".join, product(" a0Z+张\n1", repeat=3)):
        for text in (signs, f"{signs}1", "1"):
            assert [one.span() for one in before.finditer(text)] == [one.span() for one in behind.finditer(text)]
