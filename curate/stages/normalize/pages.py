"""Cut what a page carries beside its text: running heads, running feet, page numbers."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

FEWEST_PAGES = 3
LEAST_SHARE = 0.05
"""Pages on which a line must recur, and their share of all: in 192 RFCs of 40 pages each, three in a row begin alike by
chance."""
COVERAGE, BARE_COVERAGE = 0.5, 0.8
"""Share of the pages from its first to its last that must carry a line: every other page at least, as left and right
pages have heads of their own. Of a line without a letter: `}` and rules of tables stand at edges by chance."""
EDGE = 4
"""Lines at the start and at the end of a page that may be furniture: no running head is longer."""
MOST_NUMBERS = 8
IN_STEP = 0.8
"""Share of the steps from one page to the next in which a number must stay or count pages; chapters begin anew."""
CELLS = {"\t": 1, "|": 1, ",": 2, ";": 2}
"""What parts the cells of a row, and how often it stands in one at least."""
GAP = re.compile(r"\S {2,}(?=\S)")
FEWEST_GAPS = 2
"""Cells parted by blanks; a title with a date at the right has one gap."""
LETTER = re.compile(r"[^\W\d_]")
NUMBER = re.compile(r"\d+")
PAGE_LINE = re.compile(
    r"\s*(?:[-–—·]\s*(\d{1,4})\s*[-–—·]|第\s*(\d{1,4})\s*[页頁](?:.{0,4}共\s*\d+\s*[页頁])?"
    r"|(?:[Pp]age|PAGE)\s+(\d{1,4})(?:\s*(?:of|/)\s*\d+)?|.*\[Page (\d{1,4})\])\s*"
)
"""A line that numbers a page in so many words, for texts that have lost their form feeds."""
UNFINISHED = re.compile(r"[^\s.!?:;。！？：；…”\"')）]\s*\Z")
CONTINUES = re.compile(r"\s*[a-z\u4e00-\u9fff]")
OPENS_A_POINT = re.compile(r"\s*(?:第.{1,6}[条章节编款]|[一二三四五六七八九十]{1,3}、)")

Lines = list[str]
Shape = tuple[str, int]


class Cut(NamedTuple):
    """A text, and how many lines were cut."""

    text: str
    lines: int


class Strip(NamedTuple):
    """What is furniture at one edge of a page: lines with the blank ones around them, and those that say something."""

    lines: int
    said: int


class Seen(NamedTuple):
    """Where a line stands: its page, and the numbers in it."""

    page: int
    numbers: tuple[int, ...]


def without_furniture(text: str) -> Cut:
    """Cut lines that recur at the starts or at the ends of pages once digits are taken for one another.

    Pages end at form feeds, or, where there is none, behind lines that number pages upwards without a gap. A line is
    furniture only from the edge inwards, and only if each number in it stays the same from page to page or counts
    pages: the rows of a table that goes on do neither. Where something was cut, a blank line parts the pages, unless a
    sentence goes on. Pages of which nothing would be left stay. The head of a table that goes on is cut from the pages
    on which it is said again, and its rows stay together.
    """
    pages = [page.split("\n") for page in paged(text)]
    if len(pages) < FEWEST_PAGES:
        return Cut(text, 0)
    heads = stripped(pages)
    feet = stripped([page[head.lines :][::-1] for page, head in zip(pages, heads, strict=True)])
    pages = [page[: len(page) - foot.lines] for page, foot in zip(pages, feet, strict=True)]
    heads, goes_on = with_first_heads(pages, heads)
    bodies = [page[head.lines :] for page, head in zip(pages, heads, strict=True)]
    cut = sum(one.said for one in (*heads, *feet))
    if not cut or not any(line.strip() for body in bodies for line in body):
        return Cut(text, 0)
    parts = ["\n".join(bodies[0])]
    for place, (before, after) in enumerate(pairwise(bodies)):
        touched = feet[place].said or heads[place + 1].said
        joint = "\n" if goes_on[place + 1] else seam(before, after)
        parts += [joint if touched else "\f", "\n".join(after)]
    return Cut("".join(parts), cut)


def paged(text: str) -> list[str]:
    """Part a text into pages; a text that has none is one page."""
    if "\f" in text:
        return text.replace("\r\n", "\n").split("\f")
    lines = text.replace("\r\n", "\n").split("\n")
    marks = [
        (place, int(next(filter(None, found.groups()))))
        for place, line in enumerate(lines)
        if (found := PAGE_LINE.fullmatch(line))
    ]
    if len(marks) < FEWEST_PAGES or any(later != number + 1 for (_, number), (_, later) in pairwise(marks)):
        return [text]
    ends = [0, *(place + 1 for place, _ in marks), len(lines)]
    parts = ["\n".join(lines[start:stop]) for start, stop in pairwise(ends)]
    return parts if parts[-1].strip() else parts[:-1]


def folded(line: str) -> str:
    """Take all numbers for one another, and all white space."""
    return " ".join(NUMBER.sub("0", line).split())


def stripped(pages: Sequence[Lines]) -> list[Strip]:
    """Find the furniture at the start of each page, one line after the other from the edge inwards."""
    strips = [Strip(0, 0)] * len(pages)
    active: Iterable[int] = range(len(pages))
    for _ in range(EDGE):
        outer = {page: outermost(pages[page], strips[page].lines) for page in active}
        lines = {page: pages[page][place] for page, place in outer.items() if place is not None}
        known = furniture(lines, max(FEWEST_PAGES, LEAST_SHARE * len(pages)))
        active = [page for page, line in lines.items() if folded(line) in known]
        for page in active:
            strips[page] = Strip((outer[page] or 0) + 1, strips[page].said + 1)
    ends = [outermost(lines, strip.lines) if strip.said else 0 for lines, strip in zip(pages, strips, strict=True)]
    return [
        Strip(len(lines) if end is None else end, strip.said)
        for lines, strip, end in zip(pages, strips, ends, strict=True)
    ]


def with_first_heads(pages: Sequence[Lines], heads: Sequence[Strip]) -> tuple[list[Strip], list[bool]]:
    """Leave the head of a table where it first stands; tell on which pages the table of the page before goes on.

    Pages have no feet any more.
    """
    kept, goes_on = [], []
    before: tuple[Shape | None, Lines] = None, []
    for page, head in zip(pages, heads, strict=True):
        own = table_head(page, head)
        begins, said = (shape(page[head.lines]), [folded(line) for line in own]) if own else (None, [])
        goes_on.append(bool(own) and (begins, said) == before)
        kept.append(head if goes_on[-1] else Strip(head.lines - len(own), head.said - len(own)))
        last = next((line for line in reversed(page) if line.strip()), "")
        before = shape(last), said
    return kept, goes_on


def table_head(page: Lines, head: Strip) -> Lines:
    """Return those lines of a running head that name the columns of the table right below it."""
    first = head.lines
    row = shape(page[first]) if first < len(page) else None
    while row and first and head.lines - first < head.said and shape(page[first - 1]) == row:
        first -= 1
    return page[first : head.lines]


def shape(line: str) -> Shape | None:
    """Tell what parts the cells of a row, and how often; None where a line has none."""
    for sign, least in CELLS.items():
        if (count := line.count(sign)) >= least:
            return sign, count
    gaps = len(GAP.findall(line))
    return (" ", gaps) if gaps >= FEWEST_GAPS else None


def outermost(lines: Lines, start: int) -> int | None:
    """Return the place of the first line that is not blank."""
    return next((place for place in range(start, len(lines)) if lines[place].strip()), None)


def furniture(lines: Mapping[int, str], enough: float) -> frozenset[str]:
    """Find the lines, folded, that enough pages carry and whose numbers stay or count pages."""
    seen: dict[str, list[Seen]] = defaultdict(list)
    for page, line in lines.items():
        seen[folded(line)].append(Seen(page, tuple(int(digits) for digits in NUMBER.findall(line)[:MOST_NUMBERS])))
    return frozenset(
        line for line, places in seen.items() if len(places) >= enough and is_carried(line, places) and in_step(places)
    )


def is_carried(line: str, places: Sequence[Seen]) -> bool:
    """Say whether a line stands on so many of the pages from its first to its last that it belongs to them."""
    coverage = len(places) / (places[-1].page - places[0].page + 1)
    return coverage >= (COVERAGE if LETTER.search(line) else BARE_COVERAGE)


def in_step(places: Sequence[Seen]) -> bool:
    """Say whether each number of a line stays or counts pages."""
    steps = list(pairwise(places))
    for column in range(len(places[0].numbers)):
        kept = sum(
            later.numbers[column] - before.numbers[column] in {0, later.page - before.page} for before, later in steps
        )
        if kept < IN_STEP * len(steps):
            return False
    return True


def seam(before: Lines, after: Lines) -> str:
    """Join two pages: by a line feed where a sentence goes on, else by a blank line."""
    last = next((line for line in reversed(before) if line.strip()), "")
    first = next((line for line in after if line.strip()), "")
    goes_on = UNFINISHED.search(last) and CONTINUES.match(first) and not OPENS_A_POINT.match(first)
    return "\n" if goes_on else "\n\n"
