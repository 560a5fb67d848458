"""What an engine is to the stage, and which there are."""

from functools import cache
from typing import Protocol

import pyarrow as pa

from curate.stages.pii.engine import Native, Span


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
