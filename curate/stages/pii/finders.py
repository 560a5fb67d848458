"""What an engine is to the stage, and which there are."""

from collections.abc import Sequence
from functools import cache
from typing import Protocol

import pyarrow as pa

from curate.stages.pii.engine import Native, Span
from curate.stages.pii.gating import Opened, Stretch


class Finder(Protocol):
    """What an engine is to the stage."""

    def find(self, text: str, opened: Opened | None = None, near: Sequence[Stretch] | None = None) -> list[Span]:
        """Return the spans of personal data in text order, without overlaps.

        `opened` is what `look` says of the text; with `near`, only what begins near these stretches need be found.
        """
        ...

    def look(self, strings: pa.StringArray) -> tuple[list[int], Sequence[Opened | None]]:
        """Return the rows worth a look, ascending, and where in each of them (null: everywhere)."""
        ...


@cache
def finder(engine: str, types: frozenset[str], lenient: frozenset[str], budget: int) -> Finder:
    """Return an engine for these types; Presidio is imported only for its own."""
    if engine == "native":
        return Native(types, lenient, budget)
    from curate.stages.pii.recognizers import PresidioEngine

    return PresidioEngine(types, lenient)
