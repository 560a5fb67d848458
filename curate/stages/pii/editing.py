"""The opened stage: find personal data in strings, write something in its place, count it, tell what was found."""

import gc
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from curate.core import compute as pc
from curate.core.stage import COUNTED, FOUND, Action, Edited
from curate.stages.pii.budget import BudgetError
from curate.stages.pii.evidence import REPLACED, TAGGED, Evidence, lines
from curate.stages.pii.gating import Opened, Stretch
from curate.stages.pii.hidden import Sides, Unseen
from curate.stages.pii.operators import Operators, Write
from curate.stages.pii.spans import Span
from curate.stages.pii.turns import Read, shared

ROUNDS = 8
"""After so many passes a text has to be settled; a text that is not is rejected."""

SHORTEST = 1000
"""A density is that of so many characters: one value in a short text makes none."""


class Wording(NamedTuple):
    """How findings are worded."""

    label: str
    """What stands before the colon of a rule."""
    action: Action | None
    """What the stage was told to do with findings; null where it was told nothing."""
    max_density: float | None
    """Values per 1,000 characters above which a record is rejected."""


Count = tuple[int, str, int]
"""Of which string (its place), type, how many."""


class Records(NamedTuple):
    """Whose strings are edited."""

    ids: Sequence[str] | None
    """Of which record each string is, where what is written depends on it."""
    owners: Sequence[int] | None
    """Of which chat each string is a turn."""


NO_RECORDS = Records(None, None)


class Editing:
    """The opened stage."""

    def __init__(self, finder: Unseen, operators: Operators, wording: Wording, records: Records = NO_RECORDS) -> None:
        """Take an engine, what is done with each type, how findings are worded, and of which record each string is."""
        self.finder, self.operators, self.wording = finder, operators, wording
        self.ids, self.owners = records

    def __call__(self, strings: pa.StringArray) -> Edited:
        """Edit strings."""
        with uncollected():
            return self.edit(strings)

    def of_records(self, ids: pa.StringArray) -> "Editing":
        """Return the edit of strings that belong to the records of these ids."""
        return self.of_turns(ids, None)

    def of_turns(self, ids: pa.StringArray, owners: Sequence[int] | None) -> "Editing":
        """Return the edit of strings of these records where those of one owner are the turns of one chat."""
        named = ids.to_pylist() if self.operators.needs_records else None
        return Editing(self.finder, self.operators, self.wording, Records(named, owners))

    def edit(self, strings: pa.StringArray) -> Edited:
        """Replace what is found until nothing is: what stands next to a placeholder may only then show its shape."""
        texts: dict[int, str] = {}
        rejected: list[int] = []
        evidence = Evidence()
        places, batch = list(range(len(strings))), strings
        near: dict[int, list[Stretch]] = {}
        alike = None if self.operators.needs_records else self.operators.writing("")
        for number in range(ROUNDS):
            changed: dict[int, str] = {}
            around = [near[place] for place in places] if number else None
            read = self.read(places, batch, around)
            for place, text, every, allowed in read if number else self.together(read, strings):
                if every is None:
                    rejected.append(place)
                    continue
                spans = every
                if number == 0:
                    evidence.allow(place, allowed)
                spans, left = self.sifted(text, spans) if spans else ([], [])
                if number == 0 and left:
                    evidence.leave(place, left)
                if spans:
                    changed[place], near[place] = replaced(text, spans, alike or self.writing(place))
                    evidence.replace(place, spans, near[place])
            texts |= changed
            if not changed:
                break
            places, batch = list(changed), pa.array(changed.values(), pa.string())
        else:
            rejected += places
        gone, tagged = evidence.of(REPLACED), evidence.of(TAGGED)
        found = found_lines(self.wording, rejected, tagged, self.dense(strings, [*gone, *tagged]))
        return Edited(spliced(strings, texts), found, lines(gone, COUNTED), *evidence.told())

    def read(self, places: list[int], strings: pa.StringArray, near: list[list[Stretch]] | None) -> Iterator[Read]:
        """Yield the strings that may hold personal data, and what is found in them."""
        for row, text, opened in self.worth_a_look(strings, near):
            allowed: list[Span] = []
            try:
                spans = self.finder.find(text, opened, None if near is None else near[row], allowed)
            except BudgetError:
                yield Read(places[row], text, None, allowed)
            else:
                yield Read(places[row], text, spans, allowed)

    def together(self, read: Iterator[Read], strings: pa.StringArray) -> Iterator[Read]:
        """Yield the same, and what the turns of a chat say of the persons in one another."""
        return read if self.owners is None else shared(read, strings, self.owners)

    def writing(self, place: int) -> Write:
        """Return what is written for the values of a string."""
        return self.operators.writing("" if self.ids is None else self.ids[place])

    def sifted(self, text: str, spans: list[Span]) -> tuple[list[Span], list[Span]]:
        """Part what is replaced from what is only tagged; fakes of ours are neither."""
        operators = self.operators
        if not operators.sifts:
            return spans, []
        found = [span for span in spans if not operators.is_own(span.entity, text[span.start : span.end])]
        tagged = [span for span in found if operators.of(span.entity) == "tag"]
        return [span for span in found if operators.of(span.entity) != "tag"], tagged

    def dense(self, strings: pa.StringArray, found: Sequence[Count]) -> dict[int, float]:
        """Return, for strings whose density is above the limit, how many values there are in 1,000 characters."""
        limit = self.wording.max_density
        if limit is None:
            return {}
        values: Counter[int] = Counter()
        for place, entity, count in found:
            values[place] += count if self.operators.counts(entity) else 0
        dense = {}
        for place in sorted(values):
            density = 1000 * values[place] / max(SHORTEST, len(strings[place].as_py()))
            if density > limit:
                dense[place] = density
        return dense

    def worth_a_look(
        self, strings: pa.StringArray, near: list[list[Stretch]] | None
    ) -> Iterator[tuple[int, str, Opened | Sides | None]]:
        """Yield the strings that may hold personal data, which they are, and where in them."""
        rows, opened = self.finder.look(strings, near)
        some = strings.take(pa.array(rows, pa.int64())).to_pylist()
        yield from zip(rows, some, opened, strict=True)


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the collector of circular references away: of values by the ten thousand, none is ever part of a circle."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def replaced(text: str, spans: Sequence[Span], write: Write) -> tuple[str, list[Stretch]]:
    """Put `write(type, value)` in the place of every span; return the text, and where in it there is something new.

    Spans are in text order and do not overlap.
    """
    parts: list[str] = []
    written: list[Stretch] = []
    last = at = 0
    for start, end, entity, *_ in spans:
        value = write(entity, text[start:end])
        parts += (text[last:start], value)
        begin = at + start - last
        at, last = begin + len(value), end
        written.append((begin, at))
    parts.append(text[last:])
    return "".join(parts), written


def spliced(strings: pa.StringArray, texts: dict[int, str]) -> pa.StringArray:
    """Put new strings in their places; the very same array where there are none."""
    if not texts:
        return strings
    places = sorted(texts)
    mask = np.zeros(len(strings), bool)
    mask[places] = True
    return pc.replace_with_mask(strings, pa.array(mask), pa.array([texts[place] for place in places], pa.string()))


def found_lines(
    wording: Wording, rejected: Sequence[int], tagged: Sequence[Count], dense: dict[int, float]
) -> pa.RecordBatch | None:
    """Write findings (schema FOUND): texts beyond the budget, texts that are too dense, and types that are tagged."""
    label, action = wording.label, wording.action
    told: list[dict[str, object]] = [
        {"row": place, "rule": f"{label}:budget", "action": "reject"} for place in rejected
    ]
    crossed = {"metric": "density", "threshold": wording.max_density, "operator": ">", "action": action or "reject"}
    told += [{"row": place, "rule": f"{label}:density", "value": value, **crossed} for place, value in dense.items()]
    measured = {"metric": "count", "threshold": 0.0, "operator": ">", "action": action or "tag"}
    told += [
        {"row": place, "rule": f"{label}:{entity}", "value": float(count), **measured}
        for place, entity, count in tagged
    ]
    told.sort(key=lambda line: int(str(line["row"])))
    return pa.RecordBatch.from_pylist(told, FOUND) if told else None
