"""Cut what a page carries beside its text: running heads, running feet, page numbers."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

FEWEST_PAGES = 3
"""Pages on which a line must recur; on fewer it may be text."""
LEAST_SHARE = 0.02
"""Of the pages, as many must carry the line: the head of a short chapter in a long manual does."""
EDGE = 4
"""Lines at the start and at the end of a page that may be furniture: no running head is longer."""
IN_STEP = 0.8
"""Share of the steps from one page to the next in which a number must stay or count pages; chapters begin anew."""
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


class Cut(NamedTuple):
    """A text, and how many lines were cut."""

    text: str
    lines: int


class Seen(NamedTuple):
    """Where a line stands: its page, and the numbers in it."""

    page: int
    numbers: tuple[int, ...]


def without_furniture(text: str) -> Cut:
    """Cut lines that recur at the starts or at the ends of pages once digits are taken for one another.

    Pages end at form feeds, or, where there is none, behind lines that number pages upwards without a gap. A line is
    furniture only from the edge inwards, and only if each number in it stays the same from page to page or counts pages:
    the rows of a table that goes on do neither. Where something was cut, a blank line parts the pages, unless a sentence
    goes on.
    """
    pages = [page.split("\n") for page in paged(text)]
    if len(pages) < FEWEST_PAGES:
        return Cut(text, 0)
    heads = furniture([edge(page) for page in pages])
    feet = furniture([edge(page[::-1]) for page in pages])
    trimmed = [trim(page, heads, feet) for page in pages]
    cut = sum(lines for _, _, lines in trimmed)
    if not cut:
        return Cut(text, 0)
    parts = ["\n".join(trimmed[0][0])]
    for (before, _, _), (after, _, _), touched in zip(trimmed, trimmed[1:], touching(trimmed), strict=False):
        parts += [seam(before, after) if touched else "\f", "\n".join(after)]
    return Cut("".join(parts), cut)


def touching(trimmed: Sequence[tuple[Lines, tuple[bool, bool], int]]) -> Iterator[bool]:
    """Say of every seam whether something was cut beside it."""
    return (before[1] or after[0] for (_, before, _), (_, after, _) in pairwise(trimmed))


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
    return ["\n".join(lines[start:stop]) for start, stop in pairwise(ends)]


def edge(lines: Lines) -> Lines:
    """Return the first lines of a page that are not blank."""
    return [line for line in lines if line.strip()][:EDGE]


def folded(line: str) -> str:
    """Take all numbers for one another, and all white space."""
    return " ".join(NUMBER.sub("0", line).split())


def furniture(edges: Sequence[Lines]) -> frozenset[str]:
    """Find the lines, folded, that recur on enough pages and whose numbers stay or count pages."""
    seen: dict[str, list[Seen]] = defaultdict(list)
    for page, lines in enumerate(edges):
        for line in {folded(line): line for line in lines}.values():
            seen[folded(line)].append(Seen(page, tuple(int(digits) for digits in NUMBER.findall(line)[:EDGE])))
    enough = max(FEWEST_PAGES, LEAST_SHARE * len(edges))
    return frozenset(line for line, places in seen.items() if len(places) >= enough and in_step(places))


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


def trim(page: Lines, heads: frozenset[str], feet: frozenset[str]) -> tuple[Lines, tuple[bool, bool], int]:
    """Cut furniture from both edges inwards; return what stays, which edges lost something, and how many lines."""
    start, top = trimmed_to(page, heads)
    stop, bottom = trimmed_to(page[start:][::-1], feet)
    return page[start : len(page) - stop], (top > 0, bottom > 0), top + bottom


def trimmed_to(lines: Lines, furnished: frozenset[str]) -> tuple[int, int]:
    """Return how many lines go from the start of a page, blank ones around furniture with it, and how many do not count.

    The second number is of the lines that say something.
    """
    place = cut = 0
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        if cut == EDGE or folded(line) not in furnished:
            return (number if cut else place), cut
        place, cut = number + 1, cut + 1
    return (len(lines) if cut else 0), cut


def seam(before: Lines, after: Lines) -> str:
    """Join two pages: by a line feed where a sentence goes on, else by a blank line."""
    last = next((line for line in reversed(before) if line.strip()), "")
    first = next((line for line in after if line.strip()), "")
    goes_on = UNFINISHED.search(last) and CONTINUES.match(first) and not OPENS_A_POINT.match(first)
    return "\n" if goes_on else "\n\n"
