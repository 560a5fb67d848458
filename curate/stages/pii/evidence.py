"""What the stage tells about the personal data that it saw: how much of each type, and where in the text as it came."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

import pyarrow as pa

from curate.core.stage import JUDGED, POSITIONS
from curate.stages.pii.engine import Span

Write = Callable[[str, str], str]
"""(type, value): what stands in its place."""
FATES = ("found", "replaced", "tagged")


class Piece(NamedTuple):
    """A stretch [start, end) of a text as it is now that was written in the place of [first, last) of the original."""

    start: int
    end: int
    first: int
    last: int


class Trail:
    """Leads from places in an edited text back to places in the text as it came."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        """In text order, disjoint."""

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Return the stretch of the original that became [start, end); what was written counts whole."""
        before = bisect_right(self.pieces, start, key=lambda piece: piece.start)
        behind = bisect_left(self.pieces, end, key=lambda piece: piece.start)
        return self._before(start, before, opening=True), self._before(end, behind, opening=False)

    def _before(self, place: int, count: int, *, opening: bool) -> int:
        if not count:
            return place
        piece = self.pieces[count - 1]
        if place < piece.end or (place == piece.end and not opening):
            return piece.first if opening else piece.last
        return piece.last + place - piece.end

    def edited(self, spans: Sequence[Span], lengths: Sequence[int]) -> None:
        """Take note that spans of the text as it was a moment ago were replaced by so many characters.

        What overlaps what had been written before becomes one piece with it.
        """
        news = [
            (Piece(span.start, span.end, *self.origin(span.start, span.end)), length - (span.end - span.start))
            for span, length in zip(spans, lengths, strict=True)
        ]
        pieces: list[Piece] = []
        shift, reach = 0, -1
        for piece, grown in sorted([*news, *((piece, 0) for piece in self.pieces)]):
            if piece.start < reach:
                last = pieces.pop()
                reach = max(reach, piece.end)
                first, behind = min(last.first, piece.first), max(last.last, piece.last)
                pieces.append(Piece(last.start, reach + shift + grown, first, behind))
            else:
                reach = piece.end
                pieces.append(Piece(piece.start + shift, piece.end + shift + grown, piece.first, piece.last))
            shift += grown
        self.pieces = pieces


class Evidence:
    """Gathers what is found in the strings of one batch, over all rounds; never a value."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.counts: dict[int, dict[str, Counter[str]]] = {}
        """By string, by fate: how often each type."""
        self.allowed: dict[int, list[Span]] = {}
        self.trails: dict[int, Trail] = {}
        self.positions: dict[int, list[tuple[int, int, str]]] = {}

    def allow(self, place: int, spans: Sequence[Span]) -> None:
        """Note what allow rules left in a string as it came."""
        if spans:
            self.allowed[place] = list(spans)

    def leave(self, place: int, spans: Sequence[Span]) -> None:
        """Note what is found in a string as it came and stays in it."""
        if spans:
            said = self.positions.setdefault(place, [])
            said += [(span.start, span.end - span.start, span.entity) for span in spans]
            for fate in ("found", "tagged"):
                self._counter(place, fate).update(span.entity for span in spans)

    def find(self, place: int, spans: Sequence[Span], write: Write) -> Write:
        """Note where in the original the spans stand; return a `write` that notes how much is written for each."""
        trail = self.trails.setdefault(place, Trail())
        said = self.positions.setdefault(place, [])
        for span in spans:
            start, end = trail.origin(span.start, span.end)
            said.append((start, end - start, span.entity))
        self._counter(place, "found").update(span.entity for span in spans)
        replaced = self._counter(place, "replaced")
        lengths: list[int] = []

        def noting(entity: str, value: str) -> str:
            text = write(entity, value)
            lengths.append(len(text))
            replaced[entity] += 1
            if len(lengths) == len(spans):
                trail.edited(spans, lengths)
            return text

        return noting

    def _counter(self, place: int, fate: str) -> Counter[str]:
        return self.counts.setdefault(place, {}).setdefault(fate, Counter())

    def told(self) -> tuple[pa.RecordBatch | None, pa.RecordBatch | None]:
        """Write the lines: by schema JUDGED, and by schema POSITIONS; in the order of the strings and of their text.

        What was allowed in a text as it came and replaced in a later round is not allowed.
        """
        for place, spans in self.allowed.items():
            for span in untouched(spans, self.positions.get(place, ())):
                self._counter(place, "found")[span.entity] += 1
                self._counter(place, f"allowed:{span.reason}")[span.entity] += 1
        judged = [
            {"row": place, "type": entity, "fate": fate, "count": number}
            for place in sorted(self.counts)
            for fate in (*FATES, *sorted({*self.counts[place]} - {*FATES}))
            for entity, number in sorted(self.counts[place].get(fate, Counter()).items())
        ]
        positions = [
            {"row": place, "type": entity, "offset": offset, "length": length}
            for place in sorted(self.positions)
            for offset, length, entity in sorted(self.positions[place])
        ]
        return (
            pa.RecordBatch.from_pylist(judged, JUDGED) if judged else None,
            pa.RecordBatch.from_pylist(positions, POSITIONS) if positions else None,
        )


def untouched(spans: Sequence[Span], positions: Sequence[tuple[int, int, str]]) -> list[Span]:
    """Return the spans that lie in none of the stretches (offset, length, type)."""
    starts: list[int] = []
    reach: list[int] = [0]
    for offset, length, _ in sorted(positions):
        starts.append(offset)
        reach.append(max(reach[-1], offset + length))
    return [span for span in spans if reach[bisect_left(starts, span.end)] <= span.start]
