"""The stage `pii`: replace personal data in Chinese and English text by typed placeholders, or tag it."""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from typing import ClassVar, Literal, Protocol, Self

import numpy as np
import pyarrow as pa
from pydantic import Field, field_validator, model_validator

from curate.core import compute as pc
from curate.core.record import FILLED
from curate.core.stage import COUNTED, FOUND, Edit, Edited, Editor
from curate.stages.pii.engine import RULES, BudgetError, Native, Span, replaced

TYPES = tuple(dict.fromkeys(rule.entity for rule in RULES))
"""Every type of personal data that the rules know."""
ROUNDS = 8
"""After so many passes a text has to be settled; a text that is not is rejected."""
LONG_NUMBER, KEPT_DIGITS = 11, 4
"""A number of so many digits keeps its last four when it is masked."""

WITHHELD = "<WITHHELD>"
"""What `mask` returns in the place of a text that it cannot mask."""

Write = Callable[[str, str], str]


class Finder(Protocol):
    """What an engine is to the stage."""

    def find(self, text: str, open_gates: frozenset[str] | None = None) -> list[Span]:
        """Return the spans of personal data in text order, without overlaps."""
        ...

    def gates(self, strings: pa.StringArray) -> tuple[list[int], list[frozenset[str] | None]]:
        """Return the rows worth a look, ascending, and which gates are open in each (null: all)."""
        ...


@cache
def finder(engine: str, types: frozenset[str], lenient: frozenset[str], budget: int) -> Finder:
    """Return an engine for these types; Presidio is imported only for its own."""
    if engine == "native":
        return Native(types, lenient, budget)
    from curate.stages.pii.recognizers import PresidioEngine

    return PresidioEngine(types, lenient)


def masked(_entity: str, value: str) -> str:
    """Write a star for each letter and digit, but for the last four digits of a number of eleven or more."""
    is_number = sum(sign.isdigit() for sign in value) >= LONG_NUMBER and not any(sign.isalpha() for sign in value)
    kept = KEPT_DIGITS if is_number else 0
    stars = ["*" if sign.isalnum() else sign for sign in value[: len(value) - kept]]
    return "".join(stars) + value[len(value) - kept :]


class Pii(Editor):
    """Replace personal data in Chinese and English text.

    Rules find it by shape, check digit and label; names only by label, title and header. What is nobody's stays:
    private and documentation addresses, versions, hotlines, amounts, numbers of orders, parts and standards.
    A text that needs more work than `max_candidates` is rejected as `pii:budget`, never let through.
    """

    version: ClassVar[int] = 2
    uses: ClassVar[tuple[str, ...]] = ("presidio-analyzer", "phonenumbers")

    types: tuple[str, ...] = Field(TYPES, description="Types of personal data to look for.")
    operator: Literal["placeholder", "mask", "redact", "tag"] = Field(
        "placeholder",
        description="What is done: a typed placeholder, stars, nothing left, or only a tag `pii:TYPE` on the record.",
    )
    placeholders: dict[str, str] = Field({}, description="Placeholders by type; `<TYPE>` where none is given.")
    lenient: tuple[str, ...] = Field(
        (), description="Types for which a label nearby suffices where the check digit does not hold."
    )
    engine: Literal["native", "presidio"] = Field(
        "native", description="The fast engine, or Presidio's analyzer with the same rules and its own English ones."
    )
    max_candidates: int = Field(1_000_000, ge=1, description="How many candidates of one kind one text may have.")

    @property
    def adds(self) -> pa.Schema:
        """The counts by type: core fills the column from what the edit counted."""
        return pa.schema([FILLED.field("pii")])

    @field_validator("types", "lenient")
    @classmethod
    def known(cls, types: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse a type that no rule knows."""
        for name in types:
            if name not in TYPES:
                message = f"{name!r} is not a type of personal data; there are {', '.join(TYPES)}"
                raise ValueError(message)
        return types

    @model_validator(mode="after")
    def settled(self) -> Self:
        """Refuse placeholders that the stage would take for personal data, or for a type that there is not."""
        if not self.placeholders:
            return self
        self.known(tuple(self.placeholders))
        native = finder("native", frozenset(TYPES), frozenset(TYPES), self.max_candidates)
        for entity, text in self.placeholders.items():
            if native.find(text) or any(sign.isdigit() for sign in text):
                message = f"the placeholder {text!r} of {entity} could be taken for personal data itself"
                raise ValueError(message)
        return self

    def finder(self) -> Finder:
        """Compile the rules, or build Presidio's analyzer; once a process for the same settings."""
        return finder(self.engine, frozenset(self.types), frozenset(self.lenient), self.max_candidates)

    def open(self) -> Edit:
        """Load the engine and return the edit."""
        return Editing(self).edit

    def write(self) -> Write:
        """Return what is written for a value."""
        if self.operator == "mask":
            return masked
        if self.operator == "redact":
            return lambda _entity, _value: ""
        words = {entity: self.placeholders.get(entity, f"<{entity}>") for entity in TYPES}
        return lambda entity, _value: words[entity]


class Editing:
    """The opened stage."""

    def __init__(self, stage: Pii) -> None:
        """Load the engine."""
        self.finder = stage.finder()
        self.write = stage.write()
        self.stage = stage
        self.label = stage.name or "pii"

    def edit(self, strings: pa.StringArray) -> Edited:
        """Replace what is found until nothing is: what stands next to a placeholder may only then show its shape."""
        texts: dict[int, str] = {}
        counts: dict[int, Counter[str]] = {}
        rejected: list[int] = []
        places, batch = list(range(len(strings))), strings
        for _ in range(ROUNDS):
            changed: dict[int, str] = {}
            for place, text, gates in self.worth_a_look(places, batch):
                try:
                    spans = self.finder.find(text, gates)
                except BudgetError:
                    rejected.append(place)
                    continue
                if spans:
                    counts.setdefault(place, Counter()).update(span.entity for span in spans)
                    changed[place] = replaced(text, spans, self.write)
            if self.stage.operator == "tag":
                return Edited(strings, found_lines(self, rejected, counts))
            texts |= changed
            if not changed:
                break
            places, batch = list(changed), pa.array(changed.values(), pa.string())
        else:
            rejected += places
        return Edited(spliced(strings, texts), found_lines(self, rejected, {}), counted(counts))

    def worth_a_look(
        self, places: list[int], strings: pa.StringArray
    ) -> Iterator[tuple[int, str, frozenset[str] | None]]:
        """Yield the strings that may hold personal data, with their places and open gates."""
        rows, gates = self.finder.gates(strings)
        some = strings.take(pa.array(rows, pa.int64())).to_pylist()
        for row, text, open_gates in zip(rows, some, gates, strict=True):
            yield places[row], text, open_gates


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
    action = editing.stage.action or "tag"
    lines: list[dict[str, object]] = [
        {"row": place, "rule": f"{editing.label}:budget", "action": "reject"} for place in rejected
    ]
    measured = {"metric": "count", "threshold": 0.0, "operator": ">", "action": action}
    for place, counts in tagged.items():
        for entity, number in sorted(counts.items()):
            lines.append({"row": place, "rule": f"{editing.label}:{entity}", "value": float(number), **measured})
    lines.sort(key=lambda line: int(str(line["row"])))
    return pa.RecordBatch.from_pylist(lines, FOUND) if lines else None


def mask(text: str) -> str:
    """Return a text with placeholders for all that the stage finds, for people to look at.

    A text that exceeds the budget is withheld whole.
    """
    edited = Pii().open()(pa.array([text], pa.string()))
    return WITHHELD if edited.found is not None else str(edited.strings[0].as_py())
