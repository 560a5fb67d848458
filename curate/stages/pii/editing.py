"""The opened stage: find personal data in strings, write something in its place, count it, tell what was found."""

from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa

from curate.core import compute as pc
from curate.core.stage import COUNTED, FOUND, Action, Edited
from curate.stages.pii.engine import BudgetError, replaced
from curate.stages.pii.finders import Finder
from curate.stages.pii.gating import Opened, Stretch

ROUNDS = 8
"""After so many passes a text has to be settled; a text that is not is rejected."""

Write = Callable[[str, str], str]
"""(type, value): what stands in its place."""


class Editing:
    """The opened stage."""

    def __init__(self, finder: Finder, write: Write, operator: str, label: str, action: Action) -> None:
        """Take an engine, what is written for a value, and how findings are worded."""
        self.finder, self.write = finder, write
        self.tags = operator == "tag"
        self.label, self.action = label, action

    def edit(self, strings: pa.StringArray) -> Edited:
        """Replace what is found until nothing is: what stands next to a placeholder may only then show its shape."""
        texts: dict[int, str] = {}
        counts: dict[int, Counter[str]] = {}
        rejected: list[int] = []
        places, batch = list(range(len(strings))), strings
        near: dict[int, list[Stretch]] = {}
        for _ in range(ROUNDS):
            changed: dict[int, str] = {}
            for place, text, opened in self.worth_a_look(places, batch):
                try:
                    spans = self.finder.find(text, opened, near.get(place))
                except BudgetError:
                    rejected.append(place)
                    continue
                if spans:
                    counts.setdefault(place, Counter()).update(span.entity for span in spans)
                    changed[place], near[place] = replaced(text, spans, self.write)
            if self.tags:
                return Edited(strings, found_lines(self, rejected, counts))
            texts |= changed
            if not changed:
                break
            places, batch = list(changed), pa.array(changed.values(), pa.string())
        else:
            rejected += places
        return Edited(spliced(strings, texts), found_lines(self, rejected, {}), counted(counts))

    def worth_a_look(self, places: list[int], strings: pa.StringArray) -> Iterator[tuple[int, str, Opened | None]]:
        """Yield the strings that may hold personal data, with their places, and where in them."""
        rows, opened = self.finder.look(strings)
        some = strings.take(pa.array(rows, pa.int64())).to_pylist()
        for row, text, where in zip(rows, some, opened, strict=True):
            yield places[row], text, where


def spliced(strings: pa.StringArray, texts: dict[int, str]) -> pa.StringArray:
    """Put new strings in their places; the very same array where there are none."""
    if not texts:
        return strings
    places = sorted(texts)
    mask = np.zeros(len(strings), bool)
    mask[places] = True
    return pc.replace_with_mask(strings, pa.array(mask), pa.array([texts[place] for place in places], pa.string()))


def counted(counts: dict[int, Counter[str]]) -> pa.RecordBatch | None:
    """Write counts as lines (schema COUNTED): by place, within it by type."""
    lines = [
        {"row": place, "type": entity, "count": number}
        for place in sorted(counts)
        for entity, number in sorted(counts[place].items())
    ]
    return pa.RecordBatch.from_pylist(lines, COUNTED) if lines else None


def found_lines(editing: Editing, rejected: list[int], tagged: dict[int, Counter[str]]) -> pa.RecordBatch | None:
    """Write findings (schema FOUND): texts beyond the budget, and the types found where the operator is `tag`."""
    lines: list[dict[str, object]] = [
        {"row": place, "rule": f"{editing.label}:budget", "action": "reject"} for place in rejected
    ]
    measured = {"metric": "count", "threshold": 0.0, "operator": ">", "action": editing.action}
    for place, counts in tagged.items():
        for entity, number in sorted(counts.items()):
            lines.append({"row": place, "rule": f"{editing.label}:{entity}", "value": float(number), **measured})
    lines.sort(key=lambda line: int(str(line["row"])))
    return pa.RecordBatch.from_pylist(lines, FOUND) if lines else None
