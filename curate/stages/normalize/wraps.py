"""Join the lines of paragraphs that were wrapped by hand or by a page."""

import re
from collections.abc import Sequence
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from curate.core.kernels.wrapping import Lines

Places = npt.NDArray[np.intp]

NARROWEST, WIDEST = 30, 120
"""Columns between which pages wrap: below stand verses and lists, above are lines of editors, which wrap nothing."""
FEWEST, MOSTLY = 3, 0.7
"""Full lines, and their share of the lines that another one of their paragraph follows, from which on a text is held
for wrapped: of lines that end where they mean to, few happen to be full."""
TOP_SHARE = 0.95
"""Place among the sorted widths at which the width of the page is read: a few lines may stick out."""
WIDE_BLOCKS = (
    *((0x1100, 0x115F), (0x2E80, 0x303E), (0x3041, 0xA4CF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFE30, 0xFE4F)),
    *((0xFF00, 0xFF60), (0xFFE0, 0xFFE6), (0x20000, 0x3FFFD)),
)
WIDE = "".join(f"{chr(first)}-{chr(last)}" for first, last in WIDE_BLOCKS)
"""Characters of two columns, for a class of an expression (Unicode, UAX 11)."""
WIDES = re.compile(f"[{WIDE}]")
POINT = re.compile(
    r"[-*+•●○■□▪◆◇►▶·※>#|]|\(?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,4})[.)、）](?!\d)|（?[一二三四五六七八九十]{1,3}[、）.]"
    r"|\d+(?:\.\d+)+\s|第[\d一二三四五六七八九十百零]+[条章节编款]|[①-⑳]|```|~~~|={3}|-{3}|_{3}|\.\s|@"
)
"""How a line begins that begins something: a point of a list, a heading, a clause, a fence."""
ENTRY = re.compile(
    r"\[?\d{4}[-/.]\d{1,2}[-/.]\d{1,2}[ T]\d{1,2}:\d\d|\[?\d{1,2}:\d\d\b"
    r"|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d \d\d:"
    r"|[A-Z](?:\d{0,3}|[a-z]{2,15}):\s|[\u4e00-\u9fff]{1,6}\d{0,3}："
)
"""The same for a log and a form: a date with its clock, a clock, a label."""
BROKEN_WORD = re.compile(r"([A-Za-z]+)-\Z")
SMALL = re.compile(r"[a-z]+")
SOFT = re.compile("\xad\r?\n[ \t]*")
SPACED, TIGHT = (re.compile(f"[{WIDE}]{gap}[A-Za-z0-9]|[A-Za-z0-9]{gap}[{WIDE}]") for gap in (" ", ""))


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
    if text.count("\n") < FEWEST:
        return Joined(text, 0)
    from curate.core.kernels.wrapping import PROSE, class_table, lines_of

    seen = lines_of(text, class_table(WIDE_BLOCKS))
    prose = (seen.said & PROSE) > 0
    if np.count_nonzero(prose[:-1] & prose[1:]) < FEWEST:
        return Joined(text, 0)
    lines = text.split("\n")
    follows = going_on(lines, seen)
    widths = np.sort(seen.widths[follows])
    page = int(widths[int(TOP_SHARE * len(widths))]) if len(widths) else 0
    if not NARROWEST <= page <= WIDEST:
        return Joined(text, 0)
    full = full_ones(lines, seen, follows, page)
    if len(full) < max(FEWEST, MOSTLY * len(follows)):
        return Joined(text, 0)
    return Joined(put_together(lines, full, Joints(text)), len(full))


def going_on(lines: Sequence[str], seen: "Lines") -> Places:
    """Return the places of the lines that the next one may continue."""
    from curate.core.kernels.wrapping import MAY_BEGIN, PROSE

    prose = (seen.said & PROSE) > 0
    point = np.zeros(len(lines), np.bool_)
    for place in np.flatnonzero(prose & ((seen.said & MAY_BEGIN) > 0)).tolist():
        point[place] = POINT.match(lines[place].lstrip()) is not None
    for place in np.flatnonzero(prose & ~point).tolist():
        point[place] = ENTRY.match(lines[place].lstrip()) is not None
    indent, after = seen.indents[:-1], seen.indents[1:]
    begins = np.ones(len(lines) - 1, np.bool_)
    begins[1:] = ~prose[:-2] | (indent[:-1] != indent[1:])
    goes_on = (indent == after) | (begins & ((after < indent) | point[:-1]))
    heads = begins & point[:-1] & (seen.widths[:-1] < NARROWEST)  # `第一章`: too short for any page to have broken it
    return np.flatnonzero(prose[:-1] & prose[1:] & ~point[1:] & goes_on & ~heads)


def full_ones(lines: Sequence[str], seen: "Lines", follows: Places, page: int) -> list[int]:
    """Return the places of lines after which the first word of the next one would not have fitted, or has begun."""
    from curate.core.kernels.wrapping import HYPHEN, WIDE_FIRST, WIDE_LAST

    said, after = seen.said[follows], seen.said[follows + 1]
    space = ((said & WIDE_LAST) == 0) & ((after & WIDE_FIRST) == 0)
    full = seen.widths[follows] + space + seen.words[follows + 1] > page
    for place in np.flatnonzero(~full & ((said & HYPHEN) > 0)):
        line = int(follows[place])
        full[place] = bool(BROKEN_WORD.search(lines[line]) and SMALL.match(lines[line + 1].lstrip()))
    found: list[int] = follows[full].tolist()
    return found


class Joints:
    """How the lines of one text meet."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.is_wide = WIDES.search(text) is not None

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of the text."""
        return frozenset(re.findall(r"[A-Za-z]+(?:-[A-Za-z]+)*", self.text))

    @cached_property
    def spaced(self) -> bool:
        """Whether a space stands more often than none between wide characters and others."""
        return len(SPACED.findall(self.text)) > len(TIGHT.findall(self.text))

    def meet(self, before: str, after: str) -> tuple[str, str]:
        """Return the end of a line as it stays, and what stands between it and the next."""
        broken = BROKEN_WORD.search(before) if before[-1] == "-" else None
        rest = SMALL.match(after) if broken else None
        if broken and rest:
            whole, hyphened = broken[1] + rest[0], f"{broken[1]}-{rest[0]}"
            return (before[:-1], "") if whole in self.words and hyphened not in self.words else (before, "")
        if not self.is_wide:
            return before, " "
        wide = (WIDES.match(before[-1]) is not None) + (WIDES.match(after[0]) is not None)
        return before, "" if wide > 1 or (wide == 1 and not self.spaced) else " "


def put_together(lines: Sequence[str], full: Sequence[int], joints: Joints) -> str:
    """Return the text with the full lines joined to their next ones."""
    said, ends = list(lines), ["\n"] * len(lines)
    ends[-1] = ""
    for place in full:
        said[place + 1] = lines[place + 1].lstrip()
        said[place], ends[place] = joints.meet(said[place].rstrip(), said[place + 1])
    return "".join(chain.from_iterable(zip(said, ends, strict=True)))
