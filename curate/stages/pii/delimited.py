"""Rules for columns of comma- or semicolon-separated values (RFC 4180) whose head says what they hold."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from curate.stages.pii.cells import is_named
from curate.stages.pii.columns import FIGURES, HEAD, HEADS, KINDS, LONGEST_CELL, OTHER_HEADS, WEAK, Kind, known_heads
from curate.stages.pii.memory import OfLastText
from curate.stages.pii.rule import Rule

Cell = tuple[int, int]
"""Where it stands: from, to."""
LONGEST_HEAD, LONGEST_NAME = 1000, 40
"""Characters of a line that may be a head, and of a cell of it: what is longer is a sentence."""
EITHER = f'"?(?:{HEADS}|{OTHER_HEADS})"?'
LATER = f"{EITHER}(?:[,;]|\r?\n)"
GATE = f"(?:,[ ]?|;){LATER}"
"""Of two cells that say what columns hold one has a sign before it, and a blank at most behind a comma."""
JOINED, SPACED = re.compile(f"[,;]{LATER}"), re.compile(GATE)
CELL = {sign: re.compile(f'[ ]*(?:"((?:[^"\n]|"")*)"|([^"{sign}\n]*))[ ]*\r?{sign}') for sign in ",;"}


class Table(NamedTuple):
    """A head, and the rows below it that have as many cells, up to a line that is no row: that has no sign, no quote.

    Rows with more or fewer cells are none of them, for nobody knows which of theirs stands below which head.
    """

    begin: int
    """Where the head begins."""
    stop: int
    """Where it ends."""
    heads: list[Cell]
    is_personal: bool
    """Whether one of them says that the rows are persons, beside their names."""
    rows: list[list[Cell]]


def cells_of(text: str, start: int, stop: int, sign: str) -> list[Cell]:
    """Return where the cells of text[start:stop], a line, stand, without quotes and blanks around.

    Nothing where it has quotes that are not those of cells.
    """
    cells: list[Cell] = []
    line, at = text[start:stop] + sign, 0
    for found in CELL[sign].finditer(line):
        if found.start() != at:
            return []
        at = found.end()
        first, last = found.span(found.lastindex or 0)
        cells.append((start + first, start + first + len(line[first:last].rstrip(" \r"))))
    return cells if at == len(line) else []


def head_of(text: str, start: int, stop: int) -> tuple[str, list[Cell]] | None:
    """Return the sign between the cells of a line in which SPACED matches, and where these stand, if it is a head.

    Two at least say what columns hold.

    One of them with the sign right before it: blanks there are those of a sentence, or part of the value (RFC 4180).
    Where a blank parts them from every sign most of the cells, the first of them too, have to say so.
    """
    line = text[start:stop]
    if len(line) > LONGEST_HEAD or FIGURES.search(line):
        return None
    sign = ";" if line.count(";") > line.count(",") else ","
    cells = cells_of(text, start, stop, sign)
    names = [text[first:last] for first, last in cells]
    known = [HEAD.fullmatch(name) is not None for name in names]
    is_head = sum(known) > 1 and max(map(len, names)) <= LONGEST_NAME
    sure = (is_head and known[0] and 2 * sum(known) > len(known)) or JOINED.search(text, start, stop + 1) is not None
    return (sign, cells) if is_head and sure else None


def heads_in(text: str) -> Iterator[tuple[int, int, str, list[Cell]]]:
    """Yield where the heads of a text begin and end, the sign between their cells, and these, in its order."""
    stop = -1
    for found in SPACED.finditer(text):
        if found.start() <= stop:
            continue
        start, stop = text.rfind("\n", 0, found.start()) + 1, text.find("\n", found.start())
        stop = stop if stop >= 0 else len(text)
        if (head := head_of(text, start, stop)) is not None:
            yield start, stop, *head


@OfLastText
def tables_in(text: str) -> list[Table]:
    """Find the tables of a text, in its order; the last text is remembered."""
    tables: list[Table] = []
    heads = list(heads_in(text))
    ends = [*(start for start, *_ in heads), len(text)]
    for (start, stop, sign, cells), end in zip(heads, ends[1:], strict=True):
        said = known_heads("\t".join(text[first:last] for first, last in cells), "\t")
        rows = [row for row in rows_of(text, stop + 1, end, sign) if len(row) == len(cells)]
        tables.append(Table(start, stop, cells, said is not None and said.personal, rows))
    return tables


def rows_of(text: str, start: int, end: int, sign: str) -> Iterator[list[Cell]]:
    """Yield the cells of the lines of text[start:end] up to one without a sign or quote."""
    while start < end:
        stop = text.find("\n", start, end)
        stop = stop if stop >= 0 else end
        if text.find(sign, start, stop) < 0 and text.find('"', start, stop) < 0:
            return
        yield cells_of(text, start, stop, sign)
        start = stop + 1


def heads_of(heads: str) -> Callable[[str, int, int], list[Cell]]:
    """Return what finds the heads of a kind of column in the lines that a part of a text meets."""
    is_one = lru_cache(1024)(re.compile(heads).fullmatch)

    def found(text: str, first: int, last: int) -> list[Cell]:
        tables = tables_in(text)
        low = max(0, bisect_right(tables, first, key=lambda table: table.begin) - 1)
        high = bisect_left(tables, last, key=lambda table: table.begin)
        met = (table for table in tables[low:high] if first < table.stop)
        return [(start, end) for table in met for start, end in table.heads if is_one(text[start:end])]

    return found


def column_of(known: Callable[[str], bool]) -> Callable[[str, int, int], Iterator[Cell]]:
    """Return what reads the values below a head."""

    def read(text: str, start: int, end: int) -> Iterator[Cell]:
        tables = tables_in(text)
        place = bisect_right(tables, start, key=lambda table: table.begin) - 1
        table = tables[place] if place >= 0 else None
        if table is None or (start, end) not in table.heads:
            return
        if WEAK.fullmatch(text, start, end) and not table.is_personal:
            return
        column = table.heads.index((start, end))
        for row in table.rows:
            first, last = row[column]
            if 0 < last - first <= LONGEST_CELL and known(text[first:last]):
                yield first, last

    return read


def is_person(cell: str) -> bool:
    """Tell whether a cell is a name and nothing else, as it is said or with the surname and a comma first."""
    last, comma, first = cell.partition(", ")
    return is_named(f"{first} {last}" if comma else cell)


def delimited(kind: Kind) -> Rule:
    """Return the rule of the values below a head."""
    known = is_person if kind.known is is_named else kind.known
    return Rule(
        kind.entity,
        f"{kind.name} in a column of comma-separated values",
        (f'(?:(?<![^\n])|(?<=[ ,;"]))(?:{kind.heads})(?="?[ ]{{0,12}}(?:[,;]|\r?\n))',),
        0.8,
        gate=GATE,
        profile=kind.profile,
        places=heads_of(kind.heads),
        read=column_of(lru_cache(1024)(known)),
    )


DELIMITED_RULES: tuple[Rule, ...] = tuple(map(delimited, KINDS))
