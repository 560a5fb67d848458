"""Lines, paragraphs and what is cut of them, in plain Python: what the kernels are held against."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from itertools import groupby
from typing import NamedTuple
from unicodedata import category

from curate.core.kernels.characters import LIMIT, Kind, kind_table
from curate.core.kernels.units import Units

WIDE = {Kind.HAN, Kind.HAN_SIMPLE, Kind.HAN_TRADITIONAL, Kind.HAN_RARE, Kind.KANA, Kind.HANGUL}
SILENT = {
    Kind.OTHER,
    Kind.REPLACEMENT,
    Kind.DIGIT,
    Kind.PUNCTUATION,
    Kind.SYMBOL,
    Kind.SPACE,
    Kind.NEWLINE,
    Kind.CONTROL,
}


class Unit(NamedTuple):
    """A unit of a text: its lines from `first` to `last`, how it is told apart, how many letters it has."""

    first: int
    last: int
    exact: str
    folded: str
    letters: int


def character(one: str) -> str:
    one = chr(ord(one) - 0xFEE0) if "！" <= one <= "～" else one
    if one < "!" or "\x7f" <= one < "\xa0" or category(one).startswith("Z"):
        return " "
    if category(one) == "Cf" and ord(one) < LIMIT - 1:
        return ""
    return one.lower() if one.isascii() else one


def letters_in(text: str) -> int:
    kinds = [Kind(kind_table()[min(ord(one), LIMIT - 1)]) for one in text]
    return sum(3 if kind in WIDE else kind not in SILENT for kind in kinds)


def line_of(text: str) -> str:
    return " ".join(filter(None, "".join(map(character, text)).split(" ")))


def unit(first: int, lines: Sequence[str]) -> Unit:
    exact = " ".join(lines)
    return Unit(first, first + len(lines), exact, re.sub("[0-9]+", "0", exact), letters_in(exact))


def pieces(text: str) -> list[str]:
    """Return the lines of a text with their ends."""
    return [line for line in re.split("(?<=\n)", text) if line]


def lines_and_paragraphs(text: str) -> tuple[list[Unit], list[Unit], set[int]]:
    """Return the lines that are not blank, the paragraphs of two lines or more, and which lines are blank."""
    plain = [line_of(line) for line in pieces(text)]
    lines = [unit(place, [line]) for place, line in enumerate(plain) if line]
    paragraphs = []
    for blank, group in groupby(range(len(plain)), key=lambda place: not plain[place]):
        places = list(group)
        if not blank and len(places) > 1:
            paragraphs.append(unit(places[0], [plain[place] for place in places]))
    return lines, paragraphs, {place for place, line in enumerate(plain) if not line}


def forms(text: str, units: Units) -> list[tuple[Unit, set[str]]]:
    """Return the units that count, lines first, and the forms in which each may recur."""
    lines, paragraphs, _ = lines_and_paragraphs(text)
    some = [one for one in (*lines, *paragraphs) if one.letters >= units.min_chars]
    times = Counter(one.folded for one in some if one.folded != one.exact)
    said = {"keep": lambda one: {one.exact}, "fold": lambda one: {one.folded}}
    paged = lambda one: {one.exact, *([one.folded] if times[one.folded] >= 3 else [])}  # noqa: E731
    return [(one, said.get(units.digits, paged)(one)) for one in some]


def units_of(text: str, units: Units) -> set[str]:
    """Return the distinct units of a text."""
    return {form for _, said in forms(text, units) for form in said}


def cut_once(text: str, known: Collection[str], units: Units) -> tuple[str, int, int]:
    """Return a text without known units, and how many lines and paragraphs those were."""
    hits = [one for one, said in forms(text, units) if not said.isdisjoint(known)]
    whole = {place for one in hits if one.last > one.first + 1 for place in range(one.first, one.last)}
    alone = {one.first for one in hits if one.last == one.first + 1} - whole
    lines, (_, _, blank) = pieces(text), lines_and_paragraphs(text)
    cut = whole | alone
    left: list[str] = []
    for gap, group in groupby(range(len(lines)), key=lambda place: place in blank or place in cut):
        places = list(group)
        if not gap or not cut.intersection(places):
            left += [lines[place] for place in places]
        elif 0 not in places and len(lines) - 1 not in places:
            runs = [list(run) for was_cut, run in groupby(places, key=cut.__contains__) if not was_cut]
            left += [lines[place] for place in max(runs, key=len, default=[])]
        elif 0 not in places and not text.endswith("\n"):
            left[-1] = left[-1].removesuffix("\n")
    return "".join(left), len(alone), sum(one.last > one.first + 1 for one in hits)


def cut(text: str, known: Collection[str], units: Units) -> tuple[str, int, int]:
    """Cut until nothing known is left."""
    lines = paragraphs = 0
    while True:
        text, some, more = cut_once(text, known, units)
        if not some + more:
            return text, lines, paragraphs
        lines, paragraphs = lines + some, paragraphs + more
