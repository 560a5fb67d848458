"""The values that each signal can have: a threshold beyond them judges nothing, or everything."""

from collections.abc import Iterator
from math import inf, log
from typing import NamedTuple

from curate.core.errors import Mistake
from curate.stages.quality.rules import Condition, Rule, spelled
from curate.stages.quality.signals import DATATROVE_SIGNALS, SIGNALS


class Range(NamedTuple):
    """The least and the greatest value of a signal."""

    low: float
    high: float

    def __str__(self) -> str:
        """Say it in words."""
        if self.high == inf:
            return f"{spelled(self.low)} or more"
        return f"between {spelled(self.low)} and {self.high:.3g}"


AMOUNT = Range(0, inf)
SHARE = Range(0, 1)
STRETCH = 4096
"""Words of the stretches in which entropy is taken: that of so many different ones is its logarithm."""
AMOUNTS = ("chars", "content_chars", "words", "lines", "paragraphs", "line_chars", "word_chars", "compression")
"""`compression` is above 1 where a text is too short to be compressed."""
OWN = {**dict.fromkeys(AMOUNTS, AMOUNT), "entropy": Range(0, log(STRETCH)), "order": Range(-inf, inf)}
PUBLISHED_SHARES = ("gopher_bullet_lines", "gopher_ellipsis_lines", "gopher_alpha_words", "fineweb_ended_lines")
PUBLISHED = dict.fromkeys((*PUBLISHED_SHARES, "fineweb_short_lines"), SHARE)
"""datatrove's other shares divide one thing by another, as `#` by words, and may be above 1."""
RANGES: dict[str, Range] = dict.fromkeys(SIGNALS, SHARE) | OWN | dict.fromkeys(DATATROVE_SIGNALS, AMOUNT) | PUBLISHED
"""The range of every signal, both ends included."""
HUNDRED = 100


def strays(rule: Rule) -> Iterator[Mistake]:
    """Yield the thresholds of a rule that its signals never come near."""
    for condition in (Condition(rule.signal, rule.operator, rule.threshold), *rule.also):
        yield from stray(condition.signal, condition.threshold)
    if rule.chinese is not None:
        yield from (one._replace(at=("chinese",)) for one in stray(rule.signal, rule.chinese))


def stray(signal: str, threshold: float) -> Iterator[Mistake]:
    """Yield that a threshold lies beyond the range of a signal."""
    known = RANGES[signal]
    if known.low <= threshold <= known.high:
        return
    hint = f"say a number {known}" if known.high < inf else f"say {known}"
    if known == SHARE and 1 < threshold <= HUNDRED:
        hint = f"did you mean {spelled(threshold / HUNDRED)}? a share is no percentage"
    yield Mistake((), f"{spelled(threshold)} is no value of {signal!r}, which is {known}", hint)
