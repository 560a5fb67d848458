"""What the turns of a chat know of one another: a person whom one of them names is meant in the others, too."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import pyarrow as pa

from curate.stages.pii.budget import BudgetError
from curate.stages.pii.engine import mentioned
from curate.stages.pii.mentions import names_in
from curate.stages.pii.rule import fold
from curate.stages.pii.spans import Span


class Read(NamedTuple):
    """A string and what was found in it."""

    place: int
    text: str
    spans: list[Span] | None
    """None where it exceeds the budget."""
    allowed: list[Span]


def shared(read: Iterable[Read], strings: pa.StringArray, owners: Sequence[int]) -> Iterator[Read]:
    """Yield what was read in strings, which come in order, and beside it the persons whom others of their owner name.

    As within one text: see `engine.mentioned`. `owners` says of each of the strings whose it is. Those in which nothing
    was looked for are searched for the names as well.
    """
    known = {one.place: one for one in read}
    names: dict[int, dict[str, None]] = {}
    for one in known.values():
        if said := names_in(fold(one.text), one.spans or ()):
            names.setdefault(owners[one.place], {}).update(dict.fromkeys(said))
    turns = Counter(owners) if names else Counter()
    several = {owner for owner in names if turns[owner] > 1}
    for place in sorted({*known, *(place for place, owner in enumerate(owners) if owner in several)}):
        one = known.get(place) or Read(place, strings[place].as_py() or "", [], [])
        yield one if one.spans is None or owners[place] not in several else again(one, names[owners[place]])


def again(one: Read, names: Iterable[str]) -> Read:
    """Add where the names stand."""
    try:
        return one._replace(spans=mentioned(fold(one.text), one.spans or [], names))
    except BudgetError:
        return one._replace(spans=None)
