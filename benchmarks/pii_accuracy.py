"""What is found and what is not: recall by kind and form, false positives, and how much of innocent text is changed."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.peers.pii_trial import Found
from benchmarks.pii_negatives import Negative, is_false
from benchmarks.pii_planted import Planted
from benchmarks.pii_sets import Wanted
from benchmarks.pii_values import KINDS

COVERED = 0.8
"""A value counts as found when so many of its characters lie in spans."""
ALL = "all"


@dataclass(frozen=True)
class Recall:
    """How many values of a kind were found."""

    values: int = 0
    covered: int = 0
    typed: int = 0
    """Covered by spans of a right type alone."""

    def plus(self, covered: bool, typed: bool) -> "Recall":  # noqa: FBT001 - two outcomes of one value
        """Count one value more."""
        return Recall(self.values + 1, self.covered + covered, self.typed + typed)

    @property
    def share(self) -> float:
        """Recall."""
        return self.covered / self.values if self.values else 0.0

    @property
    def typed_share(self) -> float:
        """Recall with the right type."""
        return self.typed / self.values if self.values else 0.0


def is_covered(found: Found, start: int, end: int, types: frozenset[str] | None = None) -> bool:
    """Tell whether enough of a value lies in spans, of certain types where they are named."""
    signs = {
        place
        for low, high, entity in found
        if types is None or entity in types
        for place in range(max(low, start), min(high, end))
    }
    return len(signs) >= COVERED * (end - start)


def recalled(wanted: Iterable[Wanted], found: Mapping[str, Found]) -> dict[str, Recall]:
    """Count by kind what was found in the texts of wanted values."""
    counts: dict[str, Recall] = defaultdict(Recall)
    for text, start, end, kind, types in wanted:
        spans = found[text]
        counts[kind] = counts[kind].plus(is_covered(spans, start, end), is_covered(spans, start, end, types))
    return dict(counts)


def wanted_of(records: Iterable[Planted], by: str = "kind") -> list[Wanted]:
    """Return planted values as wanted ones, sorted by kind or by form."""
    return [Wanted(one.text, one.start, one.end, getattr(one, by), KINDS[one.kind].types) for one in records]


def together(counts: Mapping[str, Recall]) -> Recall:
    """Add up."""
    return Recall(*(sum(getattr(one, name) for one in counts.values()) for name in ("values", "covered", "typed")))


def false_positives(records: Sequence[Negative], found: Sequence[Found]) -> dict[str, tuple[int, int]]:
    """Return by kind how many negatives there are and how many were taken for personal data."""
    counts: dict[str, tuple[int, int]] = {}
    for record, spans in zip(records, found, strict=True):
        values, taken = counts.get(record.kind, (0, 0))
        wrong = any(is_false(record, start, end, entity) for start, end, entity in spans)
        counts[record.kind] = values + 1, taken + wrong
    return counts


def unfounded(wanted: Iterable[Wanted], found: Mapping[str, Found], types: frozenset[str]) -> Counter[str]:
    """Count the spans of certain types that touch no labelled value at all, by type."""
    held: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for one in wanted:
        held[one.text].append((one.start, one.end))
    return Counter(
        entity
        for text, spans in found.items()
        for start, end, entity in spans
        if entity in types and not any(start < high and low < end for low, high in held[text])
    )


@dataclass(frozen=True)
class Changed:
    """How much of a kind of text is replaced."""

    text: str
    characters: int
    share: float
    types: dict[str, int]
    """Spans by type, most first."""


def changed(name: str, texts: Sequence[str], found: Sequence[Found]) -> Changed:
    """Count the characters that lie in spans."""
    characters = sum(map(len, texts))
    replaced = sum(end - start for spans in found for start, end, _ in spans)
    types = Counter(entity for spans in found for _, _, entity in spans)
    return Changed(name, characters, replaced / max(characters, 1), dict(types.most_common()))


def left(records: Sequence[Planted]) -> int:
    """Replace as a user does, with `curate.apply`, and count the texts in which their value still stands whole."""
    import polars as pl

    import curate

    frame = pl.DataFrame({"text": [one.text for one in records]})
    written = curate.apply(frame, [{"pii": {}}])["text"].to_list()
    return sum(one.text[one.start : one.end] in text for one, text in zip(records, written, strict=True))
