"""Where a rule is worth a try: cheap scans of a whole column, then of the parts of the texts that are left."""

from collections.abc import Sequence
from typing import NamedTuple

import pyarrow as pa

from curate.stages.pii.rule import FOLDABLE, fold

PART = 1024
"""Characters of a part."""
OVERLAP = 160
"""How far a part is looked at beyond its end: no gate needs more characters than this to match."""
REACH = 256
"""No rule looks further than this to either side of what its gate or digit run matches."""

Stretch = tuple[int, int]
"""A part of a text, in characters: from, to."""


class Opened(NamedTuple):
    """Where a text, folded, may hold personal data."""

    text: str
    runs: Sequence[tuple[Stretch, frozenset[str]]]
    """Parts in which values of digits may begin, in order, with the labels that stand no further away than REACH."""
    gates: dict[str, list[Stretch]]
    """By gate: the stretches around the parts in which it matches, in order, without overlaps."""

    def within(self, stretches: Sequence[Stretch]) -> "Opened":
        """Leave what begins in these stretches, which are in order and do not overlap."""
        runs = [(part, labels) for whole, labels in self.runs for part in common([whole], stretches)]
        gates = {gate: common(around, stretches) for gate, around in self.gates.items()}
        return Opened(self.text, runs, gates)


class Gates:
    """Knows the conditions under which rules are tried."""

    def __init__(self, runs: str, labels: Sequence[str], gates: Sequence[str]) -> None:
        """Take what opens rules of digit runs, the labels that some of them need, and the gates of other rules.

        All are regular expressions in the common part of Python's and Rust's.
        """
        self.runs, self.labels, self.gates = runs, list(labels), list(gates)
        self.union = "|".join([runs, *gates])

    def opened(self, strings: pa.StringArray) -> tuple[list[int], list[Opened]]:
        """Return the rows that may hold personal data, ascending, and where in each of them."""
        import polars as pl

        column = pl.Series(pl.from_arrow(strings))
        rows = column.str.contains(f"{self.union}|{FOLDABLE.pattern}").arg_true()
        texts = [fold(text) for text in column.gather(rows)]
        owners, firsts, parts = [], [], []
        for place, text in enumerate(texts):
            for first in range(0, len(text), PART):
                owners.append(place)
                firsts.append(first)
                parts.append(text[first : first + PART + OVERLAP])
        flat = pl.Series(parts, dtype=pl.String)
        found: list[dict[str, list[int]]] = [{} for _ in texts]

        def note(gate: str, places: Sequence[int]) -> None:
            for part in places:
                found[owners[part]].setdefault(gate, []).append(firsts[part])

        runs = flat.str.contains(self.runs).arg_true().to_list()
        note(self.runs, runs)
        for gates, places in ((self.labels, neighbours(runs, len(parts))), (self.gates, range(len(parts)))):
            known = pl.Series(places, dtype=pl.UInt32)
            some = flat.gather(known)
            if gates:
                worth = some.str.contains("|".join(gates))
                known, some = known.filter(worth), some.filter(worth)
            for gate in gates:
                note(gate, known.filter(some.str.contains(gate)).to_list())
        rest = [place for place, said in enumerate(found) if said]
        numbers = rows.to_list()
        return [numbers[place] for place in rest], [self.told(texts[place], found[place]) for place in rest]

    def everywhere(self, text: str) -> Opened:
        """Open all of a text."""
        folded, whole = fold(text), (0, len(text))
        return Opened(folded, [(whole, frozenset(self.labels))], {gate: [whole] for gate in self.gates})

    def told(self, text: str, found: dict[str, list[int]]) -> Opened:
        """Say where a text is worth a look; `found` are the beginnings of the parts in which each gate matches."""
        around = {
            gate: widened([(first, first + PART + OVERLAP) for first in firsts], len(text))
            for gate, firsts in found.items()
        }
        runs = []
        for first in found.get(self.runs, ()):
            part = (first, min(first + PART, len(text)))
            labels = frozenset(label for label in self.labels if label in around and meets(part, around[label]))
            runs.append((part, labels))
        return Opened(text, runs, {gate: around[gate] for gate in self.gates if gate in around})


def neighbours(places: Sequence[int], count: int) -> list[int]:
    """Return places and those beside them, below a count, ascending."""
    return sorted({one for place in places for one in (place - 1, place, place + 1) if 0 <= one < count})


def meets(part: Stretch, stretches: Sequence[Stretch]) -> bool:
    """Tell whether one of the stretches overlaps a part."""
    return any(first < part[1] and part[0] < last for first, last in stretches)


def widened(stretches: Sequence[Stretch], length: int) -> list[Stretch]:
    """Widen stretches by REACH on both sides, and join those that then overlap."""
    wide: list[Stretch] = []
    for start, end in stretches:
        first, last = max(0, start - REACH), min(length, end + REACH)
        if wide and first <= wide[-1][1]:
            wide[-1] = (wide[-1][0], max(last, wide[-1][1]))
        else:
            wide.append((first, last))
    return wide


def common(ones: Sequence[Stretch], twos: Sequence[Stretch]) -> list[Stretch]:
    """Return the stretches that two lists have in common; both are in order, without overlaps."""
    both = [(max(one[0], two[0]), min(one[1], two[1])) for one in ones for two in twos]
    return sorted((first, last) for first, last in both if first < last)
