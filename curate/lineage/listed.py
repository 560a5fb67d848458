"""Tell for the check of what is left which numbers stand in a list, or in a column, that a label announces."""

import re
from bisect import bisect_right
from collections.abc import Callable

Says = Callable[[str], bool]
"""Whether the end of a text in lower case is under a label that makes what follows the number of a thing."""

ZONE = re.compile(r"[0-9０-９][0-9０-９ \t,、，;；/\r\n和及与-]*")
FIRST = re.compile(r"[0-9０-９][0-9０-９ -]*")
DIGIT = re.compile("[0-9０-９]")
WIDTH = 40
LONGEST = 2000
SIGNS = "|\t,"


class Listed:
    """The lists and tables of one text, each read once."""

    def __init__(self, text: str, says: Says) -> None:
        """Take a text, and what knows labels."""
        self.text, self.says = text, says
        self.zones = [(one.start(), one.end(), digits_of_first(one[0])) for one in ZONE.finditer(text)]
        """From, to, and how many digits the first number has."""
        self.lines: list[tuple[int, str, frozenset[int]]] = []
        sign, count, under = "", 0, frozenset[int]()
        at = 0
        for line in text.split("\n"):
            short = line if len(line) <= LONGEST else ""
            mark = next((one for one in SIGNS if one in short), "")
            if mark and not re.search("[0-9０-９]{3}", short) and short.strip(" |:-+\t\r"):
                cells = [cell.strip(" \t\r\"'*").lower() for cell in short.split(mark)]
                sign, count = mark, short.count(mark)
                under = frozenset(place for place, cell in enumerate(cells) if says(cell))
            elif not sign or short.count(sign) != count:
                sign, under = "", frozenset()
            self.lines.append((at, sign, under))
            at += len(line) + 1

    def has(self, start: int, digits: int) -> bool:
        """Tell whether the number of so many digits that begins at a character is one of those."""
        place = bisect_right(self.zones, start, key=lambda one: one[0]) - 1
        begin, end, size = self.zones[place] if place >= 0 else (0, 0, 0)
        if size == digits and begin < start < end and self.says(self.text[max(0, begin - WIDTH) : begin].lower()):
            return True
        at, sign, under = self.lines[bisect_right(self.lines, start, key=lambda one: one[0]) - 1]
        return bool(under) and self.text.count(sign, at, start) in under


def digits_of_first(zone: str) -> int:
    """Count the digits of the first number of a list."""
    first = FIRST.match(zone)
    return len(DIGIT.findall(first[0])) if first else 0
