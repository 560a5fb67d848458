"""Where a rule is worth a try: one walk over a whole column, then cheap scans of the few windows that are left."""

import re
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curate.stages.pii.marks import ALWAYS, ANY_DIGIT, Beginning, Marks
from curate.stages.pii.relaxed import scan, worth_trying
from curate.stages.pii.required import reach_of
from curate.stages.pii.rule import fold

if TYPE_CHECKING:
    from curate.core.kernels.landmarks import Bits, Landmarks

RUN = re.compile("[0-9][0-9]*+(?:(?<=[0-9]{5})|(?=[-. )(）][ (-]?[0-9]))")
"""A digit run by which a value may begin: five digits or more, or fewer that a joint ties to more digits."""
EVERY = (1 << 64) - 1
"""The labels around a digit run where nothing is known of them."""
GROUP = 4
"""So many digits has the first of the groups in which cards are written."""
OVERLAP = 160
"""No gate needs more characters than this to match."""
REACH = 256
"""No rule looks further than this to either side of what its gate or digit run matches."""
MARGIN = 704
"""Further away than this nothing matters to what begins less than REACH away: seven cells more (see NEAR_BEHIND)."""
CELLS = 16
"""Windows end where a multiple of so many cells does."""
BLANK = "[\\s\\x1c-\\x1f]"
"""What Python takes for a blank, in Rust's words; there it may stand in a class too."""
LOOKS = re.compile(r"\(\?<?[=!]")
"""What only Python knows: looking around. A gate with it is for words so rare that the speed is no matter."""
FEW = 100
"""So few windows are searched sooner than a pattern is compiled anew for a column."""
FEWER = 10
"""The same of patterns that ignore case: Python searches for them ten times slower."""
SURE = frozenset("@")
"""Gates that match wherever what they need stands."""

Stretch = tuple[int, int]
"""A part of a text, in characters: from, to."""
Places = npt.NDArray[np.int64]
Need = tuple[int, int]
"""The bit of what has to stand near, and within how many characters."""


class Windows(NamedTuple):
    """Parts of texts in which a gate may match; arrays, for objects by the hundred thousand are slow."""

    texts: Places
    starts: Places
    ends: Places

    def of(self, texts: dict[int, str]) -> list[str]:
        """Return the parts."""
        bounds = zip(self.texts.tolist(), self.starts.tolist(), self.ends.tolist(), strict=True)
        return [texts[text][start:end] for text, start, end in bounds]

    def some(self, places: Places) -> "Windows":
        """Return those at some places."""
        return Windows(self.texts[places], self.starts[places], self.ends[places])


NO_WINDOWS = Windows(*(np.zeros(0, np.int64) for _ in range(3)))


class Runs(NamedTuple):
    """Digit runs by which values may begin, in order; three lists, for objects by the hundred thousand are slow."""

    starts: Sequence[int]
    stops: Sequence[int]
    labels: Sequence[int]
    """Bits of the labels that stand around."""
    tried: Places
    """Where all of them begin, those too at which nothing begins after all: a budget counts them."""
    groups: Sequence[int]
    """Where those begin that may begin groups of four digits."""

    def within(self, stretches: Sequence[Stretch]) -> "Runs":
        """Leave those that begin in these stretches, which are in order and do not overlap."""
        slices = [slice(bisect_left(self.starts, first), bisect_left(self.starts, last)) for first, last in stretches]
        starts, stops, labels = ([one for some in slices for one in column[some]] for column in self[:3])
        bounds = np.searchsorted(self.tried, np.array(stretches, np.int64).reshape(-1, 2))
        tried = [self.tried[first:last] for first, last in bounds.tolist()]
        low = ((bisect_left(self.groups, first), bisect_left(self.groups, last)) for first, last in stretches)
        groups = [one for first, last in low for one in self.groups[first:last]] if self.groups else ()
        return Runs(starts, stops, labels, np.concatenate(tried) if tried else self.tried[:0], groups)


NO_RUNS = Runs((), (), (), np.zeros(0, np.int64), ())


class Opened(NamedTuple):
    """Where a text, folded, may hold personal data."""

    text: str
    runs: Runs
    gates: dict[str, list[Stretch]]
    """By gate: the stretches around the windows in which it matches, in order, without overlaps."""

    def within(self, stretches: Sequence[Stretch]) -> "Opened":
        """Leave what begins in these stretches, which are in order and do not overlap."""
        gates = {gate: common(around, stretches) for gate, around in self.gates.items()}
        return Opened(self.text, self.runs.within(stretches), gates)


class Gates:
    """Knows the conditions under which rules are tried."""

    def __init__(
        self,
        labels: Sequence[str],
        gates: Mapping[str, tuple[int, int]],
        numbers: tuple[Sequence[Beginning], Sequence[Beginning], Sequence[re.Pattern[str]]],
    ) -> None:
        """Take the labels that rules of digit runs need, the gates of other rules, and how numbers begin.

        Gates are regular expressions in the common part of Python's and Rust's, each with how far what its rules match
        reaches beyond what it matches itself, and how near to it a digit has to stand (0: none has to). Numbers: where
        digit runs begin values; of these, what is tried run by run; and the patterns of groups of four digits.
        """
        beginnings, tried, self.groups = numbers
        self.marks = Marks(labels, list(gates), beginnings)
        self.scan = scan(one for one in tried if self.marks.labels.get(one.opener, ALWAYS) == ALWAYS)
        self.reaches = {gate: reach for gate, (reach, _) in gates.items()}
        self.widths = {gate: min(reach_of(gate), OVERLAP) for gate in gates}
        self.needs: dict[str, list[Need]] = {}
        for gate, width in self.widths.items():
            needs = self.needs[gate] = [(bit, width) for bit in self.marks.gates[gate]]
            if needs and 0 < gates[gate][1] <= MARGIN - REACH:  # further away it may lie beyond a part
                needs.append((self.marks.bits[ANY_DIGIT], width + gates[gate][1]))

    def opened(
        self, strings: pa.StringArray, near: Sequence[Sequence[Stretch]] | None = None, budget: int = 0
    ) -> tuple[list[int], "Openings"]:
        """Return the rows that may hold personal data or have more digit runs than a budget, and where in each of them.

        They ascend. With `near`, one entry a row, only the parts around these stretches are looked at.
        """
        cut = None if near is None else cuttings(strings, near)
        found = self.marks.found(strings if cut is None else cut.strings)
        wide = None if cut is None else near_cells(found, cut.near)
        seen = bits_of(found)
        windows = [
            windows_of(found, needs, wide, self.widths[gate]) if all(bit & seen for bit, _ in needs) else NO_WINDOWS
            for gate, needs in self.needs.items()
        ]
        rows = np.unique(np.concatenate([found.runs[:, 0], *(some.texts for some in windows)])).tolist()
        some = (strings if cut is None else cut.strings).take(pa.array(rows, pa.int64())).to_pylist()
        folded = found.folded.tolist()
        texts = {row: fold(text) if folded[row] else text for row, text in zip(rows, some, strict=True)}
        matched = [matching(gate, some, texts) for gate, some in zip(self.marks.gates, windows, strict=True)]
        runs = found.runs
        bits = worth_trying(self.scan, texts, runs, found.near)
        if cut is not None:
            matched, runs = [cut.whole(some) for some in matched], cut.runs(runs)
            open_rows = np.unique(np.concatenate([runs[:, 0], *(some.texts for some in matched)])).tolist()
            whole = strings.take(pa.array(open_rows, pa.int64())).to_pylist()
            texts = {row: fold(text) for row, text in zip(open_rows, whole, strict=True)}
        told = Openings(self.reaches, texts, (runs, bits, bits > 0, self.in_groups(texts, runs)), matched, budget)
        return told.rows, told

    def in_groups(self, texts: Mapping[int, str], runs: Places) -> Places:
        """Return the digit runs at which a number in groups of four digits begins."""
        fours = runs[runs[:, 2] - runs[:, 1] == GROUP] if self.groups else runs[:0]
        begins, places = np.zeros(len(fours), np.bool_), list(zip(*fours[:, :2].T.tolist(), strict=True))
        for match in (one.match for one in self.groups):
            begins |= np.fromiter((match(texts[row], at) is not None for row, at in places), np.bool_, len(fours))
        return fours[begins]

    def everywhere(self, text: str) -> Opened:
        """Open all of a text."""
        folded = fold(text)
        runs = [run.span() for run in RUN.finditer(folded)]
        starts, stops = [run[0] for run in runs], [run[1] for run in runs]
        whole = [(0, len(text))]
        told = Runs(starts, stops, [EVERY] * len(runs), np.array(starts, np.int64), starts)
        return Opened(folded, told, dict.fromkeys(self.marks.gates, whole))


Found = tuple[Places, "Bits", npt.NDArray[np.bool_], Places]
"""Digit runs, the bits of what stands near each, at which of them something may begin; those that begin groups."""


class Openings:
    """What is opened in some texts, made when it is asked for: all at once it would be objects by the million."""

    def __init__(
        self, reaches: Mapping[str, int], texts: dict[int, str], found: "Found", some: Sequence[Windows], budget: int
    ) -> None:
        """Take gates with reaches, texts by row, digit runs, by gate windows, and how many runs are not too many."""
        self.gates, self.reaches, self.texts = list(reaches), reaches, texts
        lengths = {row: len(text) for row, text in texts.items()}
        wide = [joined(one, lengths, reach) for one, reach in zip(some, reaches.values(), strict=True)]
        numbers = np.repeat(np.arange(len(wide)), np.array([len(one.texts) for one in wide], np.int64))
        owners, starts, ends = (np.concatenate(columns) for columns in zip(NO_WINDOWS, *wide, strict=True))
        order = np.argsort(owners, kind="stable")
        self.windows = numbers[order].tolist(), starts[order].tolist(), ends[order].tolist()
        runs, bits, worth, groups = found
        kept = runs[worth]
        self.runs = kept[:, 1].tolist(), kept[:, 2].tolist(), bits[worth].tolist()
        self.tried = runs[:, 1]
        tried, counts = np.unique(runs[:, 0], return_counts=True)
        rows = np.unique(np.concatenate([owners, kept[:, 0], tried[counts > budget], groups[:, 0]]))
        self.rows: list[int] = rows.tolist()
        self.groups: list[int] = groups[:, 1].tolist()
        owned = owners[order], kept[:, 0], runs[:, 0], groups[:, 0]
        sides: tuple[Literal["left"], Literal["right"]] = ("left", "right")
        bounds = [np.searchsorted(texts, rows, side) for texts in owned for side in sides]
        self.bounds: list[list[int]] = np.column_stack(bounds).tolist()
        """By row: from where to where its windows, the digit runs at which something may begin, all of them, and those
        that begin groups are."""

    def __len__(self) -> int:
        """Return how many texts there are."""
        return len(self.rows)

    def __getitem__(self, place: int) -> Opened:
        """Return what is opened in the text of a row, by place in `rows`."""
        first, last, begin, end, low, high, group, groups = self.bounds[place]
        gates: dict[str, list[Stretch]] = {}
        if first < last:
            numbers, starts, ends = self.windows
            for at in range(first, last):
                gates.setdefault(self.gates[numbers[at]], []).append((starts[at], ends[at]))
        begins, stops, labels = self.runs
        runs = Runs(
            begins[begin:end], stops[begin:end], labels[begin:end], self.tried[low:high], self.groups[group:groups]
        )
        return Opened(self.texts[self.rows[place]], runs, gates)

    def __iter__(self) -> Iterator[Opened]:
        """Yield what is opened in each text."""
        return map(self.__getitem__, range(len(self.rows)))


class Cuttings(NamedTuple):
    """Parts of texts, in order: what lies so near to some stretches that it can matter to what begins there."""

    strings: pa.StringArray
    rows: Places
    """By part: of which text it is."""
    offsets: Places
    """By part: where in the text it begins."""
    near: list[list[Stretch]]
    """By part: the stretches, counted from where it begins, widened by REACH."""

    def whole(self, windows: Windows) -> Windows:
        """Return windows in parts as windows in the texts."""
        shifts = self.offsets[windows.texts]
        return Windows(self.rows[windows.texts], windows.starts + shifts, windows.ends + shifts)

    def runs(self, found: Places) -> Places:
        """Return digit runs in parts (text, first, behind the last) as runs in the texts."""
        shifts = self.offsets[found[:, 0]]
        return np.column_stack((self.rows[found[:, 0]], found[:, 1] + shifts, found[:, 2] + shifts))


def cuttings(strings: pa.StringArray, near: Sequence[Sequence[Stretch]]) -> Cuttings:
    """Cut from each text what lies within MARGIN of one of its stretches, which are in order and do not overlap."""
    parts: list[tuple[str, int, int, list[Stretch]]] = []
    for row, (text, stretches) in enumerate(zip(strings.to_pylist(), near, strict=True)):
        if stretches and len(text) <= MARGIN:
            parts.append((text, row, 0, widened(stretches)))
            continue
        behind = 0
        for first, last in widened(stretches, len(text), MARGIN):
            before, behind = behind, bisect_right(stretches, last, behind, key=itemgetter(0))
            inside = [(start - first, end - first) for start, end in stretches[before:behind]]
            parts.append((text[first:last], row, first, widened(inside)))
    texts, rows, offsets, wide = (list(column) for column in zip(*parts, strict=True)) if parts else ([], [], [], [])
    return Cuttings(pa.array(texts, pa.string()), np.array(rows, np.int64), np.array(offsets, np.int64), wide)


def near_cells(found: "Landmarks", wide: Sequence[Sequence[Stretch]]) -> npt.NDArray[np.bool_]:
    """Return which cells have windows that can meet the stretches of their texts."""
    from curate.core.kernels.landmarks import CELL

    cells = np.zeros(len(found.cells), np.bool_)
    for first, stretches in zip(found.first[:-1].tolist(), wide, strict=True):
        for start, end in stretches:
            cells[first + max(0, start - OVERLAP) // CELL : first + (end + OVERLAP) // CELL + 1] = True
    return cells


def windows_of(
    found: "Landmarks", needs: Sequence[Need], wide: npt.NDArray[np.bool_] | None, width: int = OVERLAP
) -> Windows:
    """Return where what the first need says has the others near, and `width` around; everywhere without needs."""
    from curate.core.kernels.landmarks import CELL

    first = with_bit(found, needs[0][0]) if needs else np.ones(len(found.cells), np.bool_)
    cells = np.flatnonzero(first if wide is None else first & wide)
    for bit, far in needs[1:] if len(cells) else ():
        cells = cells[close(with_bit(found, bit), cells, far // CELL + 1)]
    if not len(cells):
        return NO_WINDOWS
    texts = np.searchsorted(found.first, cells, "right") - 1
    own = cells - found.first[texts]
    far = (np.diff(cells) > 2 * width // CELL + 1) | (np.diff(texts) != 0) | (np.diff(own // CELLS) != 0)
    firsts, lasts = np.append(True, far), np.append(far, True)
    starts = np.maximum(own[firsts] * CELL - width, 0)
    return Windows(texts[firsts], starts, (own[lasts] + 1) * CELL + width)


def bits_of(found: "Landmarks") -> int:
    """Return the bits that some cell has: most gates need one that none has."""
    from curate.core.kernels.landmarks import HALF

    low, high = (
        int(np.bitwise_or.reduce(found.cells[:, half])) for half in range(2)
    )  # of both at once it takes longer
    return low | high << HALF


def with_bit(found: "Landmarks", bit: int) -> npt.NDArray[np.bool_]:
    """Return which cells have a bit."""
    from curate.core.kernels.landmarks import HALF

    half, place = divmod(bit.bit_length() - 1, HALF)
    return np.asarray(found.cells[:, half] & np.uint64(1 << place), np.bool_)


def close(has: npt.NDArray[np.bool_], cells: Places, reach: int) -> npt.NDArray[np.bool_]:
    """Tell of cells whether one of those no further than `reach` away has something."""
    sums = np.append(0, np.cumsum(has))
    return sums[np.minimum(cells + reach + 1, len(has))] > sums[np.maximum(cells - reach, 0)]


def matching(gate: str, windows: Windows, texts: dict[int, str]) -> Windows:
    """Leave the windows in which a gate matches."""
    if gate in SURE or not len(windows.texts):
        return windows
    if LOOKS.search(gate) or len(windows.texts) <= (FEWER if "(?i" in gate else FEW):
        search = re.compile(gate).search
        return windows.some(np.flatnonzero([search(part) is not None for part in windows.of(texts)]))
    import polars as pl

    parts = pl.Series(windows.of(texts), dtype=pl.String)
    return windows.some(np.flatnonzero(parts.str.contains(gate.replace("\\s", BLANK)).to_numpy()))


def meets(part: Stretch, stretches: Sequence[Stretch]) -> bool:
    """Tell whether one of the stretches, which are in order and do not overlap, overlaps a part."""
    place = bisect_right(stretches, part[0], key=itemgetter(1))
    return place < len(stretches) and stretches[place][0] < part[1]


def widened(stretches: Sequence[Stretch], length: int = sys.maxsize, reach: int = REACH) -> list[Stretch]:
    """Widen stretches, which are in order, by `reach` on both sides, and join those that then overlap."""
    if len(stretches) > FEW:
        starts, ends = np.array(stretches, np.int64).T
        texts = np.zeros(len(stretches), np.int64)
        _, firsts, lasts = joined(Windows(texts, starts, np.maximum.accumulate(ends)), {0: length}, reach)
        return list(zip(firsts.tolist(), lasts.tolist(), strict=True))
    wide: list[Stretch] = []
    first, last = -1, -1
    for start, end in stretches:
        if start - reach > last >= 0:
            wide.append((first, last))
            first = start - reach
        elif last < 0:
            first = max(0, start - reach)
        last = max(last, min(length, end + reach))
    return [*wide, (first, last)] if last >= 0 else wide


def joined(windows: Windows, lengths: Mapping[int, int], reach: int) -> Windows:
    """Widen windows, which are in order by text, by `reach` on both sides, and join those that then overlap."""
    if not len(windows.texts):
        return windows
    texts = windows.texts
    rows, owners = np.unique(texts, return_inverse=True)
    most = np.array([lengths[row] for row in rows.tolist()], np.int64)[owners]
    starts, ends = np.maximum(windows.starts - reach, 0), np.minimum(windows.ends + reach, most)
    begins = np.append(True, (windows.starts[1:] - reach > ends[:-1]) | (texts[1:] != texts[:-1]))
    firsts = np.flatnonzero(begins)
    return Windows(texts[firsts], starts[firsts], np.maximum.reduceat(ends, firsts))


def common(ones: Sequence[Stretch], twos: Sequence[Stretch]) -> list[Stretch]:
    """Return the stretches that two lists have in common; both are in order, without overlaps."""
    both: list[Stretch] = []
    one = two = 0
    while one < len(ones) and two < len(twos):
        first, last = max(ones[one][0], twos[two][0]), min(ones[one][1], twos[two][1])
        if first < last:
            both.append((first, last))
        if ones[one][1] < twos[two][1]:
            one += 1
        else:
            two += 1
    return both
