"""Where a rule is worth a try: cheap scans of a whole column, then of the parts of the texts that are left."""

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from curate.stages.pii.rule import FOLDABLE, fold

if TYPE_CHECKING:
    import polars as pl

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

    def __init__(self, runs: str, labels: Sequence[str], gates: Sequence[str], apart: Sequence[str] = ()) -> None:
        """Take what opens rules of digit runs, the labels that some of them need, and the gates of other rules.

        All are regular expressions in the common part of Python's and Rust's. Those gates that are `apart` are scanned
        one by one: joined with the others they would make an automaton that no cache holds.
        """
        self.runs, self.labels, self.gates = runs, list(labels), list(gates)
        joined = [gate for gate in gates if gate not in apart]
        self.scans = [f"{'|'.join([runs, *joined])}|{FOLDABLE.pattern}", *apart]
        self.groups = [(("|".join(joined)), joined)] if joined else []
        self.groups += [(gate, [gate]) for gate in apart]
        """What is scanned for in whole texts, and the gates that one of them may then open in a part."""

    def opened(
        self, strings: pa.StringArray, near: Sequence[Sequence[Stretch]] | None = None
    ) -> tuple[list[int], list[Opened]]:
        """Return the rows that may hold personal data, ascending, and where in each of them.

        With `near`, one entry a row, only the parts around these stretches are looked at.
        """
        import polars as pl

        column = pl.Series(pl.from_arrow(strings))
        rows = any_of([column.str.contains(scan) for scan in self.scans]).arg_true()
        some = column.gather(rows)
        foldable = some.str.contains(FOLDABLE.pattern)
        groups = [
            (gates, some.str.contains(scan) | foldable) for scan, gates in ((self.runs, [self.runs]), *self.groups)
        ]
        texts = [fold(text) for text in some]
        cut = Parts(texts, None if near is None else [near[row] for row in rows])
        flat = pl.Series(cut.parts, dtype=pl.String)
        owners = pl.Series(cut.owners, dtype=pl.UInt32)
        found: list[dict[str, list[int]]] = [{} for _ in texts]

        def note(gates: Sequence[str], places: "pl.Series") -> None:
            some = flat.gather(places)
            for gate in gates:
                for part in places.filter(some.str.contains(gate)):
                    found[cut.owners[part]].setdefault(gate, []).append(cut.firsts[part])

        for gates, worth in groups:
            note(gates, worth.gather(owners).arg_true())
        begun = {(place, first) for place, said in enumerate(found) for first in said.get(self.runs, ())}
        at_runs = [place for place, part in enumerate(zip(cut.owners, cut.firsts, strict=True)) if part in begun]
        note(self.labels, pl.Series(neighbours(at_runs, len(flat)), dtype=pl.UInt32))
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


class Parts:
    """Texts cut into overlapping parts; with `near`, only those that meet these stretches or lie close to them."""

    def __init__(self, texts: Sequence[str], near: Sequence[Sequence[Stretch]] | None) -> None:
        """Cut texts."""
        self.owners: list[int] = []
        self.firsts: list[int] = []
        self.parts: list[str] = []
        for place, text in enumerate(texts):
            wanted = None if near is None else widened(near[place], len(text))
            for first in range(0, len(text), PART):
                if wanted is None or meets((first, first + PART + OVERLAP), wanted):
                    self.owners.append(place)
                    self.firsts.append(first)
                    self.parts.append(text[first : first + PART + OVERLAP])


def any_of(masks: Sequence["pl.Series"]) -> "pl.Series":
    """Tell of each place whether one of the masks is true there."""
    return reduce(or_, masks)


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
