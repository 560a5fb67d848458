"""Further mentions of a person whom a rule has found by name: the same name, anywhere in the same text."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from curate.stages.pii.budget import BudgetError
from curate.stages.pii.rosters import BESIDE

if TYPE_CHECKING:
    from curate.stages.pii.spans import Span

FEW_NAMES = 16
"""So many different names are looked for one by one, more of them in one walk: the work stays linear in the text."""
FULL_HAN, SHORT_HAN = 3, 2
"""A Chinese name of three signs or more is the same wherever it stands, one of two only where a clause begins."""
PREFIX = 4
"""By so many first signs an English name is known, one in Chinese by SHORT_HAN; a shorter one by all of it."""
MOST_TRIED = 4_000_000
"""So many names are tried in one walk at most; a text of names that all begin alike is rejected instead."""


def names_in(text: str, spans: "Iterable[Span]") -> list[str]:
    """Return the names of the persons found in a text as engines read it.

    Who is known by nothing but a number beside the name is left out: one word taken for a name would take all of its
    kind along.
    """
    return [text[span.start : span.end] for span in spans if span.entity == "PERSON" and span.score != BESIDE]


def mentions(text: str, names: Iterable[str], taken: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return where the names stand again in a text, those that came first before others; stretches `taken` stay.

    English names count in full only (two words), surnames and single signs never. Raises BudgetError where too many
    names begin alike.
    """
    known = [name for name in dict.fromkeys(names) if is_han(name) or " " in name]
    if not known:
        return []
    busy = bytearray(len(text))
    for start, end in taken:
        busy[start:end] = bytes([1]) * (end - start)
    found = []
    for _, start, end in sorted(one_by_one(text, known) if len(known) <= FEW_NAMES else in_one_walk(text, known)):
        if is_mention(text, start, end) and busy.find(1, start, end) < 0:
            busy[start:end] = bytes([1]) * (end - start)
            found.append((start, end))
    return found


Place = tuple[int, int, int]
"""Which name it is, in the order in which they were found, from where to where."""


def one_by_one(text: str, names: Sequence[str]) -> Iterator[Place]:
    """Yield where names stand, also within other words and one another."""
    for rank, name in enumerate(names):
        at = text.find(name)
        while at >= 0:
            yield rank, at, at + len(name)
            at = text.find(name, at + 1)


def in_one_walk(text: str, names: Sequence[str]) -> Iterator[Place]:
    """Yield the same of many names: where a few signs stand that some begin with, those are tried."""
    ranks = {name: rank for rank, name in enumerate(names)}
    sizes: dict[str, set[int]] = {}
    for name in names:
        sizes.setdefault(name[: SHORT_HAN if is_han(name) else PREFIX], set()).add(len(name))
    tried = 0
    for start, lengths in begun(text, sizes):
        tried += len(lengths)
        if tried > MOST_TRIED:
            message = f"more than {MOST_TRIED} names to be tried in one text"
            raise BudgetError(message)
        for length in lengths:
            rank = ranks.get(text[start : start + length])
            if rank is not None:
                yield rank, start, start + length


def begun(text: str, sizes: dict[str, set[int]]) -> Iterator[tuple[int, set[int]]]:
    """Yield where one of these beginnings stands, and what belongs to it."""
    lengths = sorted(set(map(len, sizes)))
    for first in re.finditer(f"[{re.escape(''.join(sorted({prefix[0] for prefix in sizes})))}]", text):
        for length in lengths:
            prefix = text[first.start() : first.start() + length]
            some = sizes.get(prefix)
            if some and len(prefix) == length:
                yield first.start(), some


def is_han(name: str) -> bool:
    """Tell whether a name is Chinese and long enough to mean somebody."""
    return len(name) >= SHORT_HAN and all("\u4e00" <= sign <= "\u9fff" or sign in "·•・‧" for sign in name)


def is_mention(text: str, start: int, end: int) -> bool:
    """Tell whether text[start:end] stands by itself and not inside a longer word."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if not is_han(text[start:end]):
        return not (before.isalnum() or after.isalnum())
    return end - start >= FULL_HAN or not "\u4e00" <= before <= "\u9fff"
