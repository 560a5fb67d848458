"""What an engine is to the stage, which there are, and what they find."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Protocol

import pyarrow as pa

from curate.stages.pii.engine import Native
from curate.stages.pii.gating import Opened, Stretch
from curate.stages.pii.hidden import Unseen
from curate.stages.pii.plugs import NAMES, NOTHING, Plugs, declared, entries, mapped, models
from curate.stages.pii.rules import TYPES, Sought
from curate.stages.pii.spans import Span


class Finder(Protocol):
    """What an engine is to the stage."""

    def find(
        self,
        text: str,
        opened: Opened | None = None,
        near: Sequence[Stretch] | None = None,
        allowed: list[Span] | None = None,
    ) -> list[Span]:
        """Return the spans of personal data in text order, without overlaps.

        `opened` is what `look` says of the text; with `near`, only what begins near these stretches need be found.
        What an allow rule spares is appended to `allowed`.
        """
        ...

    def look(
        self, strings: pa.StringArray, near: Sequence[Sequence[Stretch]] | None = None
    ) -> tuple[list[int], Iterable[Opened | None]]:
        """Return the rows worth a look, ascending, and where in each of them (null: everywhere).

        With `near`, one entry a row, only what begins near these stretches need be looked at.
        """
        ...


Marks = tuple[tuple[str, int, int], ...]


def finder(engine: str, sought: Sought, budget: int, plugs: Plugs = NOTHING) -> Unseen:
    """Return an engine for what is sought, built once a process; ConfigError where what is plugged in cannot be loaded.

    Presidio is imported only for its own engine and for what is plugged in. Every engine sees through signs that nobody
    sees.
    """
    return built(engine, sought, budget, plugs, plugs.marks)


@cache
def built(engine: str, sought: Sought, budget: int, plugs: Plugs, _marks: Marks) -> Unseen:
    """Build an engine; `marks` are those of the files as they are now."""
    native = (sought.types, sought.lenient, budget, sought.profiles)
    if engine == "native" and not plugs:
        return Unseen(Native(*native))
    from curate.stages.pii.presidio import Bridged, PresidioEngine

    if engine == "native":
        return Unseen(Bridged(Native(*native), sought.types, plugs))
    return Unseen(PresidioEngine(sought, budget, plugs))


def offered(plugs: Plugs, wanted: Iterable[str]) -> frozenset[str]:
    """Return the types that the rules and the files find; Presidio's own recognizers find none beside them.

    Where a file that is plugged in is not there, whatever is `wanted` is offered: its absence is told elsewhere. Where
    a recognizer does not say in the file what it finds, it is loaded, but only if one of the types wanted is unknown.
    """
    types = {*TYPES}
    files = [path for path in (plugs.recognizers, plugs.nlp_engine) if path is not None]
    if not all(path.is_file() for path in files):
        return frozenset(wanted)
    if plugs.recognizers is not None:
        types |= {entity for entry in entries(plugs.recognizers) for entity in declared(entry)}
    if plugs.nlp_engine is not None:
        types |= NAMES | mapped(plugs.nlp_engine)
        models(plugs.nlp_engine)
    if {*wanted} <= types or plugs.recognizers is None:
        return frozenset(types)
    from curate.stages.pii.registry import recognizers

    return frozenset(types.union(*(one.supported_entities for one in recognizers(plugs.recognizers))))


def plugged(plugs: Plugs) -> frozenset[str]:
    """Return the types that what is plugged in finds where all of them are wanted.

    Recognizers that do not say theirs in the file are loaded.
    """
    types = set(NAMES if plugs.nlp_engine is not None else ())
    if plugs.recognizers is not None:
        said = [declared(entry) for entry in entries(plugs.recognizers)]
        types = types.union(*said)
        if not all(said):
            from curate.stages.pii.registry import recognizers

            types = types.union(*(one.supported_entities for one in recognizers(plugs.recognizers)))
    return frozenset(types)
