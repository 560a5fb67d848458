"""The edit of `decontaminate`: strings are looked through, judged, and masked where that is asked for."""

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curate.core import compute as pc
from curate.core.kernels.passages import ENTRY, ROW, START, STOP, Measure
from curate.core.kernels.strings import Places
from curate.core.stage import COUNTED, FOUND, Edited
from curate.stages.decontaminate.index import Held, Index, look, ranges


class Wording(NamedTuple):
    """How the stage is called, what it does, from which share on, and what it writes."""

    name: str
    action: Literal["tag", "mask", "reject"]
    share: float
    placeholder: str


class Editing:
    """What is done with strings: an `Edit`."""

    def __init__(self, index: Index, measure: Measure, wording: Wording) -> None:
        self.index = index
        self.measure = measure
        self.wording = wording

    def __call__(self, strings: pa.StringArray) -> Edited:
        """Find the items that strings hold."""
        seen = look(strings, self.measure, self.index)
        if not len(seen):
            return Edited(strings)
        held = self.judged(seen)
        if not len(held.rows):
            return Edited(strings)
        found, counts = self.found(held), self.counted(held)
        if self.wording.action == "mask":
            strings = self.masked(strings, seen, held)
        return Edited(strings, found, counts)

    def judged(self, seen: Places) -> Held:
        """Return the passages of which enough is held."""
        held = self.index.held(seen)
        enough = held.shares >= self.wording.share
        return Held(held.rows[enough], held.passages[enough], held.shares[enough])

    def found(self, held: Held) -> pa.RecordBatch:
        """Word a finding for each benchmark of which a string holds items: the largest share is its value."""
        most: dict[tuple[int, str], float] = {}
        for row, item, share in zip(held.rows.tolist(), self.items(held), held.shares.tolist(), strict=True):
            key = (row, self.index.items[item][0])
            most[key] = max(share, most.get(key, 0.0))
        name, action = self.wording.name, "reject" if self.wording.action == "reject" else "tag"
        lines = [
            {
                "row": row,
                "rule": f"{name}:{benchmark}",
                "metric": f"{name}_share",
                "value": share,
                "threshold": self.wording.share,
                "operator": ">=",
                "action": action,
            }
            for (row, benchmark), share in sorted(most.items())
        ]
        return pa.RecordBatch.from_pylist(lines, FOUND)

    def counted(self, held: Held) -> pa.RecordBatch:
        """Count each item once a string."""
        pairs = zip(held.rows.tolist(), self.items(held), strict=True)
        hits = sorted({(row, ":".join(self.index.items[item])) for row, item in pairs})
        return pa.RecordBatch.from_pylist([{"row": row, "type": name, "count": 1} for row, name in hits], COUNTED)

    def items(self, held: Held) -> list[int]:
        """Return the numbers of the items of passages."""
        numbers: list[int] = self.index.passages.items[held.passages].tolist()
        return numbers

    def masked(self, strings: pa.StringArray, seen: Places, held: Held) -> pa.StringArray:
        """Replace every window of the passages held, until none is held any more.

        Each time at least `shortest` words give way to fewer, so that comes to an end. More than once is for text that
        comes together where something was taken out.
        """
        texts: dict[int, str] = {}
        rows = np.arange(len(strings))
        batch = strings
        while len(held.rows):
            changed = {row: self.spliced(batch, row, seen, held) for row in np.unique(held.rows).tolist()}
            texts |= {int(rows[row]): text for row, text in changed.items()}
            rows, batch = rows[list(changed)], pa.array(changed.values(), pa.string())
            seen = look(batch, self.measure, self.index)
            held = self.judged(seen)
        mask = np.zeros(len(strings), np.bool_)
        places = sorted(texts)
        mask[places] = True
        return pc.replace_with_mask(strings, pa.array(mask), pa.array([texts[place] for place in places], pa.string()))

    def spliced(self, strings: pa.StringArray, row: int, seen: Places, held: Held) -> str:
        """Return a string with the placeholder for all that it holds of passages."""
        mine = seen[seen[:, ROW] == row]
        mine = mine[self.counting(mine[:, ENTRY], held.passages[held.rows == row])]
        data: bytes = strings[row].as_py().encode()
        first = int(strings.offset + row)
        base = int(np.frombuffer(strings.buffers()[1], np.int32)[first])
        placeholder = self.wording.placeholder.encode()
        parts, at = [], 0
        for start, stop in united(mine[:, START] - base, mine[:, STOP] - base):
            parts += [data[at:start], placeholder]
            at = stop
        return b"".join([*parts, data[at:]]).decode()

    def counting(self, entries: Places, passages: Places) -> npt.NDArray[np.bool_]:
        """Tell which windows stand in one of the passages."""
        postings = self.index.postings
        firsts, sizes = postings.bounds[entries], postings.bounds[entries + 1] - postings.bounds[entries]
        places = postings.starts[ranges(firsts, sizes)]
        there = np.isin(np.searchsorted(self.index.passages.starts, places, "right") - 1, passages)
        mask: npt.NDArray[np.bool_] = np.bincount(np.repeat(np.arange(len(entries)), sizes), there, len(entries)) > 0
        return mask


def united(starts: Places, stops: Places) -> list[tuple[int, int]]:
    """Return the union of spans, ascending."""
    spans: list[tuple[int, int]] = []
    for start, stop in sorted(zip(starts.tolist(), stops.tolist(), strict=True)):
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(stop, spans[-1][1]))
        else:
            spans.append((start, stop))
    return spans
