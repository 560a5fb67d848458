"""Join the lines of paragraphs that were wrapped by hand or by a page."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

NARROWEST, WIDEST = 30, 120
"""Columns between which pages wrap: below stand verses and lists, above are lines of editors, which wrap nothing."""
FEWEST, MOSTLY = 3, 0.7
"""Full lines, and their share of the lines that another one of their paragraph follows, from which on a text is held
for wrapped: of lines that end where they mean to, few happen to be full."""
TOP_SHARE = 0.95
"""Place among the sorted widths at which the width of the page is read: a few lines may stick out."""
LETTERS = 0.5
"""Share of letters below which a line is code, a table or a drawing."""

WIDE = (
    "\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6"
    "\U00020000-\U0003fffd"
)
"""Characters of two columns, for a class of an expression (Unicode, UAX 11)."""
WIDES = re.compile(f"[{WIDE}]")
UNIT = re.compile(f"[{WIDE}][、，。；：！？）》」』】〉〕％]*|[^\\s{WIDE}]+")
"""What cannot be broken: a wide character with the marks that may not begin a line, or a word."""
POINT = re.compile(
    r"[-*+•●○■□▪◆◇►▶·※>#|]|\(?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,4})[.)、）](?!\d)|（?[一二三四五六七八九十]{1,3}[、）.]"
    r"|\d+(?:\.\d+)+\s|第[\d一二三四五六七八九十百零]+[条章节编款]|[①-⑳]|```|~~~|={3}|-{3}|_{3}|\.\s|@"
)
"""How a line begins that begins something: a point of a list, a heading, a clause, a fence."""
APART = re.compile(r"\S(?: {3,}|\t)\S|\.{4,}|[|┃│]")
"""Columns of a table, the leaders of a table of contents."""
BROKEN_WORD = re.compile(r"([A-Za-z]+)-\Z")
SMALL = re.compile(r"[a-z]+")
SOFT = re.compile("\xad\r?\n[ \t]*")
SPACED, TIGHT = (re.compile(f"[{WIDE}]{gap}[A-Za-z0-9]|[A-Za-z0-9]{gap}[{WIDE}]") for gap in (" ", ""))


class Line(NamedTuple):
    """A line, its indent and its width in columns, and whether it may belong to a paragraph."""

    text: str
    indent: int
    width: int
    is_prose: bool


class Joined(NamedTuple):
    """A text, and how many line feeds went."""

    text: str
    lines: int


def unhyphenated(text: str) -> Joined:
    """Put words together that a soft hyphen broke at the end of a line."""
    return Joined(*SOFT.subn("", text))


def unwrapped(text: str) -> Joined:
    """Join lines to paragraphs where the text is wrapped: where lines end only because the next word found no room.

    The width of the page is read from the lines themselves. A line is joined to the next if the next begins nothing of
    its own and its first word would not have fitted. Nothing but white space goes, and the hyphen of a broken word that
    the text elsewhere writes without one. Han meets Han without a space.
    """
    lines = [*map(read, text.split("\n"))]
    follows = [place for place in range(len(lines) - 1) if goes_on(lines, place)]
    widths = sorted(lines[place].width for place in follows)
    page = widths[int(TOP_SHARE * len(widths))] if widths else 0
    full = [place for place in follows if is_full(lines[place], lines[place + 1], page)]
    if not NARROWEST <= page <= WIDEST or len(full) < max(FEWEST, MOSTLY * len(follows)):
        return Joined(text, 0)
    return Joined("".join(put_together(lines, full, Joints(text))), len(full))


def read(text: str) -> Line:
    """Look at a line."""
    said = text.strip()
    letters = sum(map(str.isalpha, said))
    is_prose = bool(said) and letters >= LETTERS * len(said.replace(" ", "")) and not APART.search(said)
    return Line(text, len(text) - len(text.lstrip()), len(text.rstrip()) + len(WIDES.findall(text)), is_prose)


def goes_on(lines: Sequence[Line], place: int) -> bool:
    """Say whether the next line may continue this one."""
    line, after = lines[place], lines[place + 1]
    if not (line.is_prose and after.is_prose) or POINT.match(after.text.lstrip()):
        return False
    if line.indent == after.indent:
        return True
    begins = place == 0 or not lines[place - 1].is_prose or lines[place - 1].indent != line.indent
    hangs = POINT.match(line.text.lstrip()) is not None
    return begins and (after.indent < line.indent or hangs)


def is_full(line: Line, after: Line, page: int) -> bool:
    """Say whether the first word of the next line would not have fitted, or began on this line."""
    if BROKEN_WORD.search(line.text) and SMALL.match(after.text.lstrip()):
        return True
    unit = UNIT.match(after.text.lstrip())
    word = unit[0] if unit else ""
    space = not (WIDES.match(word) or WIDES.match(line.text.rstrip()[-1]))
    return line.width + space + len(word) + len(WIDES.findall(word)) > page


class Joints:
    """How the lines of one text meet."""

    def __init__(self, text: str) -> None:
        self.words = sorted(set(re.findall(r"[A-Za-z]+(?:-[A-Za-z]+)*", text)))
        self.spaced = len(SPACED.findall(text)) > len(TIGHT.findall(text))

    def knows(self, word: str) -> bool:
        """Say whether the text has a word."""
        place = bisect_left(self.words, word)
        return place < len(self.words) and self.words[place] == word

    def meet(self, before: str, after: str) -> tuple[str, str]:
        """Return the end of a line as it stays, and what stands between it and the next."""
        broken, rest = BROKEN_WORD.search(before), SMALL.match(after)
        if broken and rest:
            whole, hyphened = broken[1] + rest[0], f"{broken[1]}-{rest[0]}"
            return (before[:-1], "") if self.knows(whole) and not self.knows(hyphened) else (before, "")
        wide = (WIDES.match(before[-1]) is not None) + (WIDES.match(after[0]) is not None)
        return before, "" if wide > 1 or (wide == 1 and not self.spaced) else " "


def put_together(lines: Sequence[Line], full: Sequence[int], joints: Joints) -> list[str]:
    """Return the pieces of the text with the full lines joined to their next ones."""
    joined = frozenset(full)
    pieces: list[str] = []
    for place, (line, after) in enumerate(pairwise([*lines, Line("", 0, 0, is_prose=False)])):
        said = line.text.lstrip() if place - 1 in joined else line.text
        if place in joined:
            pieces += joints.meet(said.rstrip(), after.text.lstrip())
        else:
            pieces += [said, "\n" if place < len(lines) - 1 else ""]
    return pieces
