"""What a recognizer knows: the shape of a value, its check, its labels; and how a match is judged in its surroundings."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

Lead = Literal["digit", "paren", "plus", "letter", "any"]

LEFT, RIGHT = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"
"""Where a value may begin and end. Never a word boundary: Chinese characters are word characters, and values are glued to them."""

BEFORE, AFTER = 28, 14
"""How many characters before and after a value are searched for labels."""

FOLDABLE = re.compile("[０-９Ａ-Ｚａ-ｚ＠－．\u2010-\u2015\u2212\u00a0\u2002-\u200a\u202f]")
FOLDS = {full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)}
FOLDS |= dict.fromkeys([*range(0x2010, 0x2016), 0x2212], ord("-"))
FOLDS |= dict.fromkeys([0x00A0, *range(0x2002, 0x200B), 0x202F, 0x3000], ord(" "))


def fold(text: str) -> str:
    """Write full-width signs, dashes and blanks as ASCII. Each sign stays one sign, so offsets hold in the original too."""
    return text.translate(FOLDS) if FOLDABLE.search(text) else text


Spared = Callable[[str, int, int], bool]
"""(folded text, start, end): whether a value that has the right shape is nevertheless left in place."""


def never(_text: str, _start: int, _end: int) -> bool:
    """Spare nothing."""
    return False


@dataclass(frozen=True)
class Rule:
    """One way in which one type of personal data is written.

    `values` are regular expressions in the common part of Python's `re` and of the `regex` module; a rule with a
    `label` matches it right before the value and leaves it in place. A rule either says by which lengths of digit
    runs its values may begin (`runs`), and is then tried at such runs alone, or has a `gate`.
    """

    entity: str
    """Type of the data: Presidio's name where it has one."""
    name: str
    values: tuple[str, ...]
    score: float
    """How sure a match is that no check digit confirms, from 0 to 1."""
    label: str = ""
    check: Callable[[str], bool] | None = None
    """Judges the value alone: true makes the score 1, false drops the match unless the type is `lenient`."""
    certain: bool = True
    """Whether a check that holds makes the match certain, or merely does not speak against it."""
    near: re.Pattern[str] | None = None
    """Labels of this data."""
    needs_label: bool = False
    """Whether one of them has to stand within BEFORE or AFTER characters."""
    spared: Spared = never
    runs: frozenset[int] = field(default_factory=frozenset)
    lead: Lead = "digit"
    """What stands before the first digit run of a value: nothing, a parenthesis, `+`, one or two letters."""
    gate: str = ""
    """Cheap necessary condition, in the common part of RE2 and Rust's regex; it may match more than the rule."""

    @property
    def patterns(self) -> tuple[str, ...]:
        r"""Regular expressions whose whole match is the value: the label is cut off by `\K`, which only `regex` knows."""
        return tuple(f"(?:{self.label})\\K(?:{value})" if self.label else value for value in self.values)

    def labelled(self, text: str, start: int, end: int) -> bool:
        """Tell whether one of the labels stands near text[start:end]."""
        near = self.near
        if near is None:
            return False
        return bool(near.search(text, max(0, start - BEFORE), start) or near.search(text, end, end + AFTER))

    def judge(self, text: str, start: int, end: int, lenient: bool) -> float:
        """Score the match text[start:end] of folded text: 0 where it is no personal data.

        `lenient` takes a label nearby for a check digit that does not hold.
        """
        score = self.score
        if self.check is not None:
            if self.check(text[start:end]):
                score = 1.0 if self.certain else score
            elif not (lenient and self.labelled(text, start, end)):
                return 0.0
        if self.needs_label and not self.labelled(text, start, end):
            return 0.0
        return 0.0 if self.spared(text, start, end) else score
