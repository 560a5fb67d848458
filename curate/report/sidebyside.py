"""Set two texts side by side in columns of terminal cells, what differs marked, long equal stretches folded."""

from collections.abc import Iterator, Sequence
from itertools import groupby, zip_longest
from typing import Literal, NamedTuple

from curate.report.difference import Line, Pair, Part, aligned, folded

GUTTER = 3
NARROWEST = 8
"""Cells of a column at least."""
MOST_ROWS = 400
"""Rows that are shown of two texts; so many more differ that the rest says little."""
TAB = 4
CLOSING = frozenset("，。、；：？！）》」』】〉”’…,.;:?!)]}%")
"""Signs that never begin a line."""

Style = Literal["plain", "head", "faint", "removed", "added", "gone", "new"]
"""`removed` and `added` within a line, `gone` and `new` for whole lines."""
NO_MARKS = ("", "")


class Run(NamedTuple):
    """A stretch of a row in one style."""

    text: str
    style: Style = "plain"


Row = list[Run]


class Atom(NamedTuple):
    """What is never broken: a character, with the signs of a change that begins or ends with it."""

    char: str
    text: str
    changed: bool
    cells: int


class Sheet(NamedTuple):
    """How to set texts."""

    width: int
    """Cells of a row."""
    marks: bool
    """Whether changes are marked by signs, `[-so-]` and `{+so+}`, because colours are not seen."""

    @property
    def column(self) -> int:
        """Cells of each column."""
        return max((self.width - GUTTER) // 2, NARROWEST)


def side_by_side(left: str, right: str, sheet: Sheet) -> Iterator[Row]:
    """Yield the rows of two texts; `|` between them marks a changed line, `<` or `>` one that only one text has."""
    stretches = list(folded(aligned(left, right)))
    shown = 0
    for place, stretch in enumerate(stretches):
        if shown >= MOST_ROWS:
            more = sum(isinstance(later, Pair) and not later.same for later in stretches[place:])
            yield centred(f"... {more:,} more lines that differ ...", sheet)
            return
        rows = list(rows_of(stretch, sheet))
        yield from rows
        shown += len(rows)


def heads(left: Sequence[str], right: Sequence[str], sheet: Sheet) -> Iterator[Row]:
    """Yield the headings of the columns, and the rule below them."""
    for one, two in zip_longest(left, right, fillvalue=""):
        ours, theirs = (wrapped(atoms((Part(text, changed=False),)), sheet.column) for text in (one, two))
        yield from ([Run(run.text, "head") for run in row] for row in beside(ours, theirs, "|", sheet))
    yield [Run("-" * sheet.column + "-+-" + "-" * sheet.column, "faint")]


def rows_of(stretch: Pair | int, sheet: Sheet) -> Iterator[Row]:
    """Yield the rows of a pair of lines, or the one that says how many equal lines stand there."""
    if isinstance(stretch, int):
        yield centred(f"... {stretch:,} equal lines ...", sheet)
        return
    sign = " " if stretch.same else "<" if stretch.right is None else ">" if stretch.left is None else "|"
    marks = (("[-", "-]"), ("{+", "+}")) if sheet.marks and sign == "|" else (NO_MARKS, NO_MARKS)
    left, right = (wrapped(atoms(line, mark), sheet.column) for line, mark in zip(stretch.parts(), marks, strict=True))
    yield from beside(left, right, sign, sheet)


def beside(left: Sequence[Line], right: Sequence[Line], sign: str, sheet: Sheet) -> Iterator[Row]:
    """Yield rows of two columns with a sign between them."""
    whole = sign in "<>"
    for one, two in zip_longest(left, right, fillvalue=()):
        space = " " * (sheet.column - sum(cells(part.text) for part in one))
        between = Run(f"{space} {sign} ", "plain" if sign == " " else "faint")
        yield [*styled(one, "gone" if whole else "removed"), between, *styled(two, "new" if whole else "added")]


def styled(line: Line, changed: Style) -> Row:
    """Give a row its styles."""
    return [Run(part.text, changed if part.changed else "plain") for part in line]


def centred(text: str, sheet: Sheet) -> Row:
    """Set a remark across both columns."""
    return [Run(" " * max((2 * sheet.column + GUTTER - len(text)) // 2, 0) + text, "faint")]


def visible(text: str) -> str:
    """Replace what a terminal would act on."""
    return "".join(char if char.isprintable() else " " * TAB if char == "\t" else "\N{MIDDLE DOT}" for char in text)


def broken(text: str, wide: int) -> Iterator[str]:
    """Break a plain text into rows."""
    yield from ("".join(part.text for part in row) for row in wrapped(atoms((Part(text, changed=False),)), wide))


def atoms(line: Line, marks: tuple[str, str] = NO_MARKS) -> list[Atom]:
    """Part a line into characters; the signs around what changed stay with its first and its last one."""
    out: list[Atom] = []
    for part in line:
        chars = visible(part.text)
        for place, char in enumerate(chars):
            before = marks[0] if part.changed and place == 0 else ""
            after = marks[1] if part.changed and place == len(chars) - 1 else ""
            whole = f"{before}{char}{after}"
            out.append(Atom(char, whole, part.changed, cells(whole)))
    return out


def wrapped(line: Sequence[Atom], wide: int) -> list[Line]:
    """Break a line into rows of at most so many cells: between words, and between Chinese characters.

    A word that would leave half a row empty is broken itself.
    """
    rows: list[Line] = []
    start = 0
    while start < len(line):
        end, taken = start, 0
        while end < len(line) and taken + line[end].cells <= wide:
            taken += line[end].cells
            end += 1
        if end < len(line):
            half = start + (end - start) // 2
            end = next((cut for cut in range(end, half, -1) if breaks(line[cut - 1].char, line[cut].char)), end)
        end = max(end, start + 1)
        groups = groupby(line[start:end], key=lambda atom: atom.changed)
        rows.append(tuple(Part("".join(atom.text for atom in some), changed) for changed, some in groups))
        start = end
    return rows or [()]


def breaks(before: str, after: str) -> bool:
    """Tell whether a row may end between two characters."""
    if before == " ":
        return after != " "
    return after not in CLOSING and after != " " and 2 in {cells(before), cells(after)}  # noqa: PLR2004 - two cells


def cells(text: str) -> int:
    """Count the terminal cells that a text takes: two for a Chinese character, none for a combining mark."""
    from rich.cells import get_character_cell_size

    return sum(map(get_character_cell_size, text))
