"""The stage `pii`: replace personal data in Chinese and English text by typed placeholders, or tag it."""

from typing import ClassVar, Literal, Self

import pyarrow as pa
from pydantic import Field, field_validator, model_validator

from curate.core.record import FILLED
from curate.core.stage import Edit, Editor
from curate.stages.pii.editing import Editing, Write
from curate.stages.pii.finders import Finder, finder
from curate.stages.pii.rules import TYPES

LONG_NUMBER, KEPT_DIGITS = 11, 4
"""A number of so many digits keeps its last four when it is masked."""

WITHHELD = "<WITHHELD>"
"""What `mask` returns in the place of a text that it cannot mask."""


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
        return Editing(self.finder(), self.write(), self.operator, self.name or "pii", self.action or "tag").edit

    def write(self) -> Write:
        """Return what is written for a value."""
        if self.operator == "mask":
            return masked
        if self.operator == "redact":
            return lambda _entity, _value: ""
        words = {entity: self.placeholders.get(entity, f"<{entity}>") for entity in TYPES}
        return lambda entity, _value: words[entity]


def mask(text: str) -> str:
    """Return a text with placeholders for all that the stage finds, for people to look at.

    A text that exceeds the budget is withheld whole.
    """
    edited = Pii().open()(pa.array([text], pa.string()))
    return WITHHELD if edited.found is not None else str(edited.strings[0].as_py())
