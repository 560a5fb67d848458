"""Find what has signs within that nobody sees, as if they were not there; it is replaced with them."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from curate.stages.pii.gating import NO_RUNS, Opened, Stretch
from curate.stages.pii.groups import NO_WIDTH
from curate.stages.pii.spans import Span, settle

if TYPE_CHECKING:
    from curate.stages.pii.finders import Finder

UNSEEN = re.compile(f"[{NO_WIDTH}]")
WITHIN = f"[^\\s{NO_WIDTH}][{NO_WIDTH}]+[^\\s{NO_WIDTH}]"
"""Signs that may part a value: something that one sees stands on both sides."""
SIGNS_WITHIN = re.compile(WITHIN)
NOWHERE = Opened("", NO_RUNS, {})


class Seen(NamedTuple):
    """A text without the signs that nobody sees."""

    text: str
    signs: list[int]
    """Where in the text as it came they stood, ascending."""
    gaps: list[int]
    """Where in `text` they stood, ascending."""

    @classmethod
    def of(cls, text: str) -> "Seen":
        """Leave the signs out."""
        signs = [one.start() for one in UNSEEN.finditer(text)]
        return cls(UNSEEN.sub("", text), signs, [sign - place for place, sign in enumerate(signs)])

    def place(self, at: int) -> int:
        """Return where in the text as it came the character stood that now stands at a place."""
        return at + bisect_right(self.gaps, at)

    def without(self, at: int) -> int:
        """Return where a place of the text as it came is now."""
        return at - bisect_left(self.signs, at)

    def spread(self, start: int, end: int) -> Stretch:
        """Return where text[start:end] stood, with the signs within."""
        return self.place(start), self.place(end - 1) + 1


class Sides(NamedTuple):
    """Where a text may hold personal data, as it came and as one sees it."""

    came: Opened | None
    seen: Seen
    opened: Opened | None


class Unseen:
    """A finder that sees through the signs that nobody sees: it finds what they divide, in one piece with them.

    Texts with such signs within words are read twice, all others as ever.
    """

    def __init__(self, finder: "Finder") -> None:
        """Take the finder that reads."""
        self.finder = finder

    def look(
        self, strings: pa.StringArray, near: Sequence[Sequence[Stretch]] | None = None
    ) -> tuple[list[int], Iterable[Opened | Sides | None]]:
        """Return the rows worth a look, ascending, and where in each of them; see Finder."""
        rows, opened = self.finder.look(strings, near)
        seen = {row: Seen.of(strings[row].as_py()) for row in with_signs(strings)}
        if not seen:
            return rows, opened
        places = [
            [(gap, gap) for gap in one.gaps]
            if near is None
            else [(one.without(start), one.without(end)) for start, end in near[row]]
            for row, one in seen.items()
        ]
        kept, beside = self.finder.look(pa.array([one.text for one in seen.values()], pa.string()), places)
        sides = dict(zip(seen, aligned(range(len(seen)), kept, beside), strict=True))
        every = sorted({*rows, *seen})
        return every, (
            Sides(one, seen[row], sides[row]) if row in seen else one
            for row, one in zip(every, aligned(every, rows, opened), strict=True)
        )

    def find(
        self,
        text: str,
        opened: Opened | Sides | None = None,
        near: Sequence[Stretch] | None = None,
        allowed: list[Span] | None = None,
    ) -> list[Span]:
        """Return the spans of personal data in text order, without overlaps; see Finder."""
        if opened is None and UNSEEN.search(text):
            opened = Sides(None, Seen.of(text), None)
        if not isinstance(opened, Sides):
            return self.finder.find(text, opened, near, allowed)
        seen, spared = opened.seen, [] if allowed is None else allowed
        around = None if near is None else [(seen.without(start), seen.without(end)) for start, end in near]
        came = self.finder.find(text, opened.came, near, spared)
        clear = self.finder.find(seen.text, opened.opened, around)
        spread = [(one, seen.spread(one.start, one.end)) for one in clear]
        spans = settle(
            [*((0, one) for one in came), *((1, one._replace(start=first, end=last)) for one, (first, last) in spread)]
        )
        spared[:] = [one for one in spared if not overlaps(spans, one)]
        return spans


def overlaps(spans: Sequence[Span], one: Span) -> bool:
    """Tell whether one of the spans, which are in order and do not overlap, overlaps another one."""
    place = bisect_right(spans, one.start, key=lambda span: span.end)
    return place < len(spans) and spans[place].start < one.end


def with_signs(strings: pa.StringArray) -> list[int]:
    """Return the rows in which signs that nobody sees stand within something."""
    import polars as pl

    texts = pl.Series(strings, dtype=pl.String).str
    rows = np.flatnonzero(texts.contains(f"[{NO_WIDTH}]").to_numpy())  # ten times quicker than what it leaves
    return [row for row in rows.tolist() if SIGNS_WITHIN.search(strings[row].as_py())]


def aligned(rows: Iterable[int], kept: Iterable[int], opened: Iterable[Opened | None]) -> Iterator[Opened | None]:
    """Yield what is opened in each of `rows`, of which some were `kept`; both ascend. What is not open is NOWHERE."""
    told = iter(zip(kept, opened, strict=True))
    at, one = next(told, (-1, None))
    for row in rows:
        if row == at:
            yield one
            at, one = next(told, (-1, None))
        else:
            yield NOWHERE
