"""What the stage tells about the personal data that it saw: how much of each type, and where in the text as it came."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import NamedTuple

import pyarrow as pa

from curate.core.stage import JUDGED, POSITIONS
from curate.stages.pii.spans import Span

ENTITY = attrgetter("entity")
FATES = ("found", "replaced", "tagged")
FOUND, REPLACED, TAGGED, ALLOWED = range(4)


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
        self.counts: Counter[tuple[int, int, str, str]] = Counter()
        """How much was replaced, tagged or allowed, by place, number of the fate, reason of what is allowed, type."""
        self.allowed: dict[int, Sequence[Span]] = {}
        """What allow rules left in a string as it came."""
        self.edits: dict[int, tuple[Sequence[Span], Sequence[tuple[int, int]]]] = {}
        """What the first round replaced in a string, and where what was written stands."""
        self.trails: dict[int, Trail] = {}
        """Of strings in which later rounds found more."""
        self.positions: list[tuple[int, int, int, str]] = []
        """Place, offset, length, type."""

    def allow(self, place: int, spans: Sequence[Span]) -> None:
        """Note what allow rules left in a string as it came."""
        if spans:
            self.allowed[place] = spans

    def leave(self, place: int, spans: Sequence[Span]) -> None:
        """Note what is found in a string as it came and stays in it."""
        self.positions += [(place, span.start, span.end - span.start, span.entity) for span in spans]
        self._count(place, spans, TAGGED)

    def replace(self, place: int, spans: Sequence[Span], written: Sequence[tuple[int, int]]) -> None:
        """Note where in the original the spans stood in whose places something was written."""
        self._count(place, spans, REPLACED)
        if place not in self.edits:
            self.edits[place] = spans, written
            self.positions += [(place, span.start, span.end - span.start, span.entity) for span in spans]
            return
        trail = self.trails.get(place)
        if trail is None:
            trail = self.trails[place] = Trail()
            trail.edited(*lengths_of(*self.edits[place]))
        for span in spans:
            start, end = trail.origin(span.start, span.end)
            self.positions.append((place, start, end - start, span.entity))
        trail.edited(*lengths_of(spans, written))

    def _count(self, place: int, spans: Sequence[Span], fate: int) -> None:
        for entity, count in counted(spans):
            self.counts[place, fate, "", entity] += count

    def of(self, fate: int) -> list[tuple[int, str, int]]:
        """Return how much of each type had this fate: place, type, count; by place, within it by type."""
        return sorted((place, entity, count) for (place, one, _, entity), count in self.counts.items() if one == fate)

    def told(self) -> tuple[pa.RecordBatch | None, pa.RecordBatch | None]:
        """Write the lines: by schema JUDGED, and by schema POSITIONS; in the order of the strings and of their text.

        What was allowed in a text as it came and replaced in a later round is not allowed.
        """
        self._count_allowed()
        found: Counter[tuple[int, int, str, str]] = Counter()
        for (place, _, _, entity), count in self.counts.items():
            found[place, FOUND, "", entity] += count
        counts = sorted([*found.items(), *self.counts.items()])
        fates = (*FATES, "allowed")
        judged = [
            (place, entity, f"{fates[fate]}:{reason}" if reason else fates[fate], count)
            for (place, fate, reason, entity), count in counts
        ]
        positions = [(place, entity, offset, length) for place, offset, length, entity in sorted(self.positions)]
        return lines(judged, JUDGED), lines(positions, POSITIONS)

    def _count_allowed(self) -> None:
        replaced: dict[int, list[tuple[int, int]]] = {place: [] for place in self.allowed}
        for place, offset, length, _ in self.positions if replaced else ():
            if place in replaced:
                replaced[place].append((offset, length))
        for place, spans in self.allowed.items():
            for span in untouched(spans, replaced[place]):
                self.counts[place, ALLOWED, span.reason, span.entity] += 1


def counted(spans: Sequence[Span]) -> Iterable[tuple[str, int]]:
    """Return how many spans there are of each type; most strings have one or none."""
    return Counter(map(ENTITY, spans)).items() if len(spans) > 1 else [(span.entity, 1) for span in spans]


def untouched(spans: Sequence[Span], stretches: Sequence[tuple[int, int]]) -> list[Span]:
    """Return the spans that lie in none of the stretches (offset, length)."""
    starts: list[int] = []
    reach: list[int] = [0]
    for offset, length in sorted(stretches):
        starts.append(offset)
        reach.append(max(reach[-1], offset + length))
    return [span for span in spans if reach[bisect_left(starts, span.end)] <= span.start]


def lengths_of(spans: Sequence[Span], written: Sequence[tuple[int, int]]) -> tuple[Sequence[Span], list[int]]:
    """Return spans, and how long what was written in the place of each is."""
    return spans, [end - start for start, end in written]


def lines(rows: Sequence[tuple[object, ...]], schema: pa.Schema) -> pa.RecordBatch | None:
    """Write rows, in the order of the schema's fields; null where there are none."""
    return pa.record_batch([list(column) for column in zip(*rows, strict=True)], schema=schema) if rows else None
