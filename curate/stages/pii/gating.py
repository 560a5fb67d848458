"""Where a rule is worth a try: one walk over a whole column, then cheap scans of the few windows that are left."""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curate.stages.pii.marks import Beginning, Marks
from curate.stages.pii.rule import fold

if TYPE_CHECKING:
    from curate.core.kernels.landmarks import Landmarks

RUN = re.compile("[0-9][0-9]*+(?:(?<=[0-9]{5})|(?=[-. )(）][ (-]?[0-9]))")
"""A digit run by which a value may begin: five digits or more, or fewer that a joint ties to more digits."""
EVERY = (1 << 64) - 1
"""The labels around a digit run where nothing is known of them."""
OVERLAP = 160
"""No gate needs more characters than this to match."""
REACH = 256
"""No rule looks further than this to either side of what its gate or digit run matches."""
CELLS = 16
"""Windows end where a multiple of so many cells does."""
SURE = frozenset("@")
"""Gates that match wherever what they need stands."""

Stretch = tuple[int, int]
"""A part of a text, in characters: from, to."""
Places = npt.NDArray[np.int64]


class Window(NamedTuple):
    """A part of a text in which a gate may match."""

    text: int
    start: int
    end: int


class Opened(NamedTuple):
    """Where a text, folded, may hold personal data."""

    text: str
    runs: Sequence[tuple[int, int, int]]
    """Digit runs by which values may begin, in order: from, to, bits of the labels that stand around."""
    gates: dict[str, list[Stretch]]
    """By gate: the stretches around the windows in which it matches, in order, without overlaps."""

    def within(self, stretches: Sequence[Stretch]) -> "Opened":
        """Leave what begins in these stretches, which are in order and do not overlap."""
        runs = [run for run in self.runs if meets((run[0], run[0] + 1), stretches)]
        gates = {gate: common(around, stretches) for gate, around in self.gates.items()}
        return Opened(self.text, runs, gates)


class Gates:
    """Knows the conditions under which rules are tried."""

    def __init__(self, labels: Sequence[str], gates: Sequence[str], beginnings: Iterable[Beginning]) -> None:
        """Take the labels that rules of digit runs need, the gates of other rules, and where digit runs begin values.

        Gates are regular expressions in the common part of Python's and Rust's.
        """
        self.marks = Marks(labels, gates, beginnings)

    def opened(
        self, strings: pa.StringArray, near: Sequence[Sequence[Stretch]] | None = None
    ) -> tuple[list[int], list[Opened]]:
        """Return the rows that may hold personal data, ascending, and where in each of them.

        With `near`, one entry a row, only the parts around these stretches are looked at.
        """
        found = self.marks.found(strings)
        windows = {gate: near_by(windows_of(found, bits), near) for gate, bits in self.marks.gates.items()}
        runs = runs_of(found)
        rows = sorted({*runs, *(window.text for some in windows.values() for window in some)})
        some = strings.take(pa.array(rows, pa.int64())).to_pylist()
        texts = {row: fold(text or "") for row, text in zip(rows, some, strict=True)}
        around: dict[int, dict[str, list[Stretch]]] = {}
        for gate, places in windows.items():
            for window in matching(gate, places, texts):
                around.setdefault(window.text, {}).setdefault(gate, []).append((window.start, window.end))
        rows = [row for row in rows if row in runs or row in around]
        return rows, [told(texts[row], runs.get(row, ()), around.get(row, {})) for row in rows]

    def everywhere(self, text: str) -> Opened:
        """Open all of a text."""
        folded, whole = fold(text), (0, len(text))
        runs = [(*run.span(), EVERY) for run in RUN.finditer(folded)]
        return Opened(folded, runs, {gate: [whole] for gate in self.marks.gates})


def told(text: str, runs: Sequence[tuple[int, int, int]], around: dict[str, list[Stretch]]) -> Opened:
    """Say where a text is worth a look."""
    return Opened(text, runs, {gate: widened(stretches, len(text)) for gate, stretches in around.items()})


def runs_of(found: "Landmarks") -> dict[int, list[tuple[int, int, int]]]:
    """Return the digit runs of every text that has some."""
    runs: dict[int, list[tuple[int, int, int]]] = {}
    for (text, start, stop), bits in zip(found.runs.tolist(), found.near.tolist(), strict=True):
        runs.setdefault(text, []).append((start, stop, bits))
    return runs


def windows_of(found: "Landmarks", bits: Sequence[int]) -> list[Window]:
    """Return where words of each of these needs stand near each other; everywhere where there are none."""
    from curate.core.kernels.landmarks import CELL

    cells = np.arange(len(found.cells))
    for place, bit in enumerate(bits):
        has = (found.cells & np.uint64(bit)) != 0
        cells = cells[close(has, cells, OVERLAP // CELL + 1)] if place else np.flatnonzero(has)
    if not len(cells):
        return []
    texts = np.searchsorted(found.first, cells, "right") - 1
    own = cells - found.first[texts]
    far = (np.diff(cells) > 2 * OVERLAP // CELL + 1) | (np.diff(texts) != 0) | (np.diff(own // CELLS) != 0)
    firsts, lasts = np.append(True, far), np.append(far, True)
    starts = np.maximum(own[firsts] * CELL - OVERLAP, 0).tolist()
    ends = ((own[lasts] + 1) * CELL + OVERLAP).tolist()
    return [Window(*window) for window in zip(texts[firsts].tolist(), starts, ends, strict=True)]


def close(has: npt.NDArray[np.bool_], cells: Places, reach: int) -> npt.NDArray[np.bool_]:
    """Tell of cells whether one of those no further than `reach` away has something."""
    sums = np.append(0, np.cumsum(has))
    return sums[np.minimum(cells + reach + 1, len(has))] > sums[np.maximum(cells - reach, 0)]


def near_by(windows: list[Window], near: Sequence[Sequence[Stretch]] | None) -> list[Window]:
    """Leave the windows that meet the stretches of their texts, or lie close to them."""
    if near is None:
        return windows
    return [window for window in windows if meets((window.start - REACH, window.end + REACH), near[window.text])]


def matching(gate: str, windows: list[Window], texts: dict[int, str]) -> list[Window]:
    """Leave the windows in which a gate matches."""
    if gate in SURE or not windows:
        return windows
    import polars as pl

    parts = pl.Series([texts[window.text][window.start : window.end] for window in windows], dtype=pl.String)
    return [windows[place] for place in parts.str.contains(gate).arg_true()]


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
