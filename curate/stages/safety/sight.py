"""Look only around the strings by which a rule opens, not through whole texts."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

BEFORE, AFTER = 64, 900
"""Characters around such a string within which everything that belongs to it stands."""


def small(text: str) -> str:
    """Return a text with A to Z in small letters, every character in its place."""
    return text.encode().lower().decode()


def by_gate(several: Iterable[Iterable[str]]) -> dict[str, list[int]]:
    """Return, by each string that opens rules, in small letters, which of them it opens."""
    opens: dict[str, list[int]] = defaultdict(list)
    for place, gates in enumerate(several):
        for gate in gates:
            opens[gate.lower()].append(place)
    return dict(opens)


def opened(opens: Mapping[str, Sequence[int]], seen: AbstractSet[str]) -> list[int]:
    """Return which rules are opened by the strings that stand in a text, ascending."""
    return sorted({place for gate in opens.keys() & seen for place in opens[gate]})


def places(lowered: str, string: str) -> Iterator[int]:
    """Yield where a string stands."""
    at = lowered.find(string)
    while at >= 0:
        yield at
        at = lowered.find(string, at + 1)


def stretches(lowered: str, strings: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Yield the parts of a text around strings, in order; what would overlap is one part."""
    begun, ended = -1, -1
    for at in sorted(place for string in strings for place in places(lowered, string)):
        if begun >= 0 and at - BEFORE > ended:
            yield begun, ended
            begun = -1
        if begun < 0:
            begun = max(0, at - BEFORE)
        ended = at + AFTER
    if begun >= 0:
        yield begun, ended
