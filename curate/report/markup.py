"""Write HTML that is well formed and escaped: tables, matrices, lists, and the words of a page in its language."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from html import escape
from math import ceil
from typing import NamedTuple

from curate.lineage.manifest import Manifest
from curate.lineage.profiles.model import Text, in_language
from curate.lineage.reported import Reported
from curate.report.words import Language, Said

Parts = Iterator[str]
BLOCK, ROOM, SIGN, EDGES = 16, 540, 7, 13
"""Columns of a matrix at most, and the pixels that a sheet of A4 has for them, a sign and a cell's edges take."""
HEAD, LINE = 16, 17
"""Letters in a line of an upright head, and the pixels that the line takes; Chinese signs are twice as long."""
LATIN = "\u024f"
HEATS = 5
TINY = 0.0001
"""Smaller shares than this are spelled as powers of ten."""


UNBROKEN = "\u00a0%"


class Raw(str):
    """A string that is HTML already."""

    __slots__ = ()


Cell = str | int


class Sheet(NamedTuple):
    """What a section is written from, and the language in which it is written."""

    manifest: Manifest
    said: Reported
    lang: Language

    def say(self, words: Said, **values: object) -> str:
        """Return words in the language of the page, plain text."""
        return words.in_(self.lang, **values).replace(" %", UNBROKEN)

    def text(self, words: Text) -> str:
        """Return words of a profile in the language of the page, plain text."""
        return in_language(words, self.lang).replace(" %", UNBROKEN)

    def head(self, *words: Said) -> tuple[str, ...]:
        """Return the heads of columns."""
        return tuple(self.say(one) for one in words)

    def p(self, words: Said, kind: str = "", **values: object) -> str:
        """Write a paragraph."""
        return paragraph(self.say(words, **values), kind)

    def h3(self, words: Said, **values: object) -> str:
        """Write the heading of a part of a section."""
        return f"<h3>{escape(self.say(words, **values))}</h3>"


def paragraph(text: str, kind: str = "") -> str:
    """Write a paragraph; its text is escaped unless it is HTML already."""
    mark = f' class="{kind}"' if kind else ""
    return f"<p{mark}>{shown(text)}</p>"


def code(text: str, kind: str = "") -> Raw:
    """Write what a machine reads: names, paths, digests."""
    mark = f' class="{kind}"' if kind else ""
    return Raw(f"<code{mark}>{escape(text)}</code>")


def still(text: str) -> Raw:
    """Write what is not to be broken over two lines: dates, short names."""
    return Raw(f'<span class="still">{escape(text)}</span>')


def red(text: str) -> Raw:
    """Write what nobody stated."""
    return Raw(f'<span class="unknown">{escape(text)}</span>')


def shown(cell: Cell) -> str:
    """Write a cell: HTML as it is, whole numbers with commas, all else escaped."""
    if isinstance(cell, Raw):
        return cell
    return f"{cell:,}" if isinstance(cell, int) else escape(cell)


def percent(share: float) -> str:
    """Spell a share; small ones keep their digits."""
    return f"{100 * share:.2f} %" if share == 0 or share >= TINY else f"{100 * share:.1e} %"


class Plot(Raw):
    """A drawing that has a column of its own."""

    __slots__ = ()
    kind = "bar"


class Wide(Plot):
    """A drawing in a broad column."""

    __slots__ = ()
    kind = "plot"


class Figure(Raw):
    """A number that is no whole one, leaning right."""

    __slots__ = ()


def figure(text: str) -> Figure:
    """Write a number with a unit or digits after the point."""
    return Figure(escape(text))


def table(
    caption: str, head: Sequence[str], rows: Iterable[Sequence[Cell]], total: Sequence[Cell] | None = None
) -> str:
    """Write a table: numbers lean right, drawings have a column of their own, the first cell heads its row.

    The caption is read aloud and not shown where the heading above says the same: it is given as a label.
    """
    lines = [*rows, *([total] if total else [])]
    kinds = [_kind(cell) for cell in lines[0]] if lines else [""] * len(head)
    top = "".join(
        f'<th scope="col"{kind}>{escape(name)}</th>' if name else f"<td{kind}></td>"
        for name, kind in zip(head, kinds, strict=True)
    )
    body = "".join(_row(line, ' class="sum"' if line is total else "") for line in lines)
    return _scrolling(f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>", caption)


def _row(line: Sequence[Cell], mark: str) -> str:
    first, *rest = line
    tag = "td" if isinstance(first, int) else "th"
    scope = ' scope="row"' if tag == "th" else ""
    cells = "".join(f"<td{_kind(cell)}>{shown(cell)}</td>" for cell in rest)
    return f"<tr{mark}><{tag}{scope}{_kind(first)}>{shown(first)}</{tag}>{cells}</tr>"


def _kind(cell: Cell) -> str:
    if isinstance(cell, Plot):
        return f' class="{cell.kind}"'
    return ' class="number"' if isinstance(cell, (int, Figure)) else ""


def _scrolling(body: str, caption: str) -> str:
    """Let what is broader than a screen scroll by itself, and be reached by keyboard."""
    return f'<div class="wide" role="region" aria-label="{escape(caption)}" tabindex="0">{body}</div>'


class Matrix(NamedTuple):
    """Numbers by two kinds of names."""

    caption: str
    corner: str
    rows: Sequence[str]
    columns: Sequence[str]
    values: Mapping[tuple[str, str], int]
    label: Callable[[str], str] = str
    """How a name of a row is written."""
    total: str = ""
    """Head of a last column with the sums of the rows."""


def matrix(said: Matrix) -> str:
    """Write a matrix, the greater the number the darker; more columns than fit are cut into several."""
    most = max(said.values.values(), default=0)
    longest = max((len(name) + sum(sign > LATIN for sign in name) for name in said.columns), default=0)
    widest = max(SIGN * len(f"{most:,}"), LINE * ceil(longest / HEAD))
    fitting = min(BLOCK, ROOM // (widest + EDGES)) or 1
    size = ceil(len(said.columns) / max(1, ceil(len(said.columns) / fitting))) or 1
    cuts = [said.columns[at : at + size] for at in range(0, len(said.columns), size)]
    return "".join(_block(said, some, most, last=some is cuts[-1]) for some in cuts)


def _block(said: Matrix, columns: Sequence[str], most: int, *, last: bool) -> str:
    heads = "".join(f'<th scope="col" class="up"><span>{code(name)}</span></th>' for name in columns)
    sums = last and said.total
    heads += f'<th scope="col">{escape(said.total)}</th>' if sums else ""
    body = []
    for row in said.rows:
        cells = "".join(_heated(said.values.get((row, name), 0), most, same=row == name) for name in columns)
        if sums:
            cells += f"<td><b>{sum(said.values.get((row, name), 0) for name in said.columns):,}</b></td>"
        body.append(f'<tr><th scope="row">{code(said.label(row))}</th>{cells}</tr>')
    top = f'<thead><tr><th scope="col">{escape(said.corner)}</th>{heads}</tr></thead>'
    return _scrolling(f'<table class="matrix">{top}<tbody>{"".join(body)}</tbody></table>', said.caption)


def _heated(value: int, most: int, *, same: bool) -> str:
    mark = " same" if same else ""
    if not value:
        return f'<td class="zero{mark}">·</td>'
    heat = 1 + min(HEATS - 1, HEATS * (value - 1) // max(most, 1))
    return f'<td class="h{heat}{mark}">{value:,}</td>'


def legend(*kinds: tuple[str, str]) -> str:
    """Say what the colours of a drawing stand for."""
    inside = "".join(f'<span><i class="{kind}"></i>{escape(said)}</span>' for kind, said in kinds)
    return f'<p class="legend soft">{inside}</p>'


def listed(kind: str, items: Iterable[tuple[str, Cell]]) -> str:
    """Write names and what they stand for."""
    inside = "".join(f"<div><dt>{escape(name)}</dt><dd>{shown(value)}</dd></div>" for name, value in items)
    return f'<dl class="{kind}">{inside}</dl>'


def paired(kind: str, items: Iterable[tuple[str, Cell]]) -> str:
    """Write names and what they stand for, in two columns."""
    inside = "".join(f"<dt>{escape(name)}</dt><dd>{shown(value)}</dd>" for name, value in items)
    return f'<dl class="{kind}">{inside}</dl>'
