"""Rules for numbers within which signs stand that nobody sees: found as if they were not there, replaced with them."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from curate.stages.pii.groups import NO_WIDTH
from curate.stages.pii.numbers import CARDS, CODES, PHONES, RESIDENT_ID
from curate.stages.pii.rule import Rule

GATE = f"[0-9][{NO_WIDTH}]{{1,3}}[0-9]"
CHAIN = (
    f"(?<![0-9A-Za-z])[+(]?[0-9](?=[-0-9 )]{{0,24}}[{NO_WIDTH}])(?:[{NO_WIDTH}]{{0,3}}[-0-9 )]){{5,40}}"
    f"(?:[{NO_WIDTH}]{{0,3}}[Xx])?"
)
"""Digits and what may stand between them, with a sign that nobody sees not far from the first."""
AROUND = 72
"""Characters before and behind such a chain that say what it is."""
UNSEEN = re.compile(f"[{NO_WIDTH}]")
DIGITS = {
    "resident id of 18 signs": 17,
    "resident id of 15 digits": 15,
    "Chinese mobile": 11,
    "Chinese mobile with country code": 13,
    "Chinese landline": 10,
    "telephone by its label": 7,
    "UnionPay card": 16,
    "card of an international scheme": 15,
    "social security number with hyphens": 9,
    "social security number by its label": 9,
}
"""By the name of a rule, how many digits its numbers have at least."""


class Seen(NamedTuple):
    """A stretch of text without the signs that nobody sees."""

    text: str
    gaps: list[int]
    """Where in it one of them stood, ascending."""

    def place(self, at: int) -> int:
        """Return where in the stretch the character stood that now stands at a place."""
        return at + bisect_right(self.gaps, at)


@lru_cache(16)
def seen(text: str) -> Seen:
    """Leave the signs out that nobody sees; the rules ask for one stretch one after the other."""
    return Seen(UNSEEN.sub("", text), [one.start() - place for place, one in enumerate(UNSEEN.finditer(text))])


@dataclass(frozen=True)
class Reader:
    """Reads the numbers of a rule in a chain as if it held no sign that nobody sees."""

    rule: Rule
    values: tuple[re.Pattern[str], ...]
    digits: int
    """How many digits its numbers have at least."""

    def __call__(self, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield where values stand in text[start:end] within which there are such signs."""
        if sum(map(str.isdigit, text[start:end])) < self.digits:
            return
        first = max(0, start - AROUND)
        clean = seen(text[first : end + AROUND])
        begin = start - first - len(UNSEEN.findall(text, first, start))
        stop = begin + len(UNSEEN.sub("", text[start:end]))
        for value in self.values:
            for match in value.finditer(clean.text, begin):
                if match.end() > stop:
                    break
                begins, ends = clean.place(match.start()), clean.place(match.end() - 1) + 1
                hides = ends - begins > match.end() - match.start()
                if hides and self.rule.judge(clean.text, *match.span(), lenient=False)[0] > 0:
                    yield first + begins, first + ends


def hidden(rule: Rule) -> Rule:
    """Return the rule of the same numbers with signs within that nobody sees."""
    return replace(
        rule,
        name=f"{rule.name} with signs of no width",
        values=(CHAIN,),
        read=Reader(rule, tuple(map(re.compile, rule.values)), DIGITS[rule.name]),
        score=1.0 if rule.check and rule.certain else rule.score,
        check=None,
        needs_label=False,
        gate=GATE,
        runs=frozenset(),
        joined=frozenset(),
        lead="digit",
    )


HIDDEN_RULES = tuple(hidden(rule) for rule in (*RESIDENT_ID, *CODES, *CARDS, *PHONES) if rule.name in DIGITS)
