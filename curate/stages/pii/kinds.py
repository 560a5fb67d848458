"""Kinds of characters that whatever a pattern matches holds: digits, or what is written without spaces."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any

from curate.stages.pii.groups import FAR, Reader
from curate.stages.pii.required import DIGIT, REPEATS, is_wide, signs_of

if TYPE_CHECKING:
    from curate.stages.pii.trials import Compiled


def holds(tree: Iterable[tuple[Any, Any]], is_one: Callable[[Any, Any], bool]) -> bool:
    """Tell whether whatever a parsed pattern matches holds a character of a kind."""
    return any(piece_holds(operator, said, is_one) for operator, said in tree)


def piece_holds(operator: Any, said: Any, is_one: Callable[[Any, Any], bool]) -> bool:
    """Tell the same of a piece of it."""
    if operator is ops.BRANCH:
        return all(holds(way, is_one) for way in said[1])
    if operator in REPEATS:
        return said[0] > 0 and holds(said[2], is_one)
    if operator in {ops.SUBPATTERN, ops.ATOMIC_GROUP}:
        return holds(said[3] if operator is ops.SUBPATTERN else said, is_one)
    return is_one(operator, said)


def is_digit(operator: Any, said: Any) -> bool:
    """Tell whether one place of a pattern matches nothing but digits."""
    return signs_of(operator, said) == {DIGIT}


@cache
def wide(pattern: str) -> bool:
    """Tell whether whatever a pattern matches holds a character that is written without spaces.

    >>> wide("(?:name|姓名)[:：][王李]|[一-龥]{1,8}·"), wide("姓名|name")
    (True, False)
    """
    return holds(_parser.parse(pattern), is_wide)


@cache
def numeric(pattern: str) -> bool:
    """Tell whether whatever a pattern matches holds a digit.

    >>> numeric("QQ[:：]?[1-9][0-9]{4,10}"), numeric("QQ[:：]?[0-9]{0,11}")
    (True, False)
    """
    return holds(_parser.parse(pattern), is_digit)


def digits_within(patterns: Sequence["Compiled"]) -> int:
    """Return within how many characters of what a gate matches a digit has to stand; 0 where its rules need none.

    What a rule matches meets what its gate matches; the number that a label announces begins where the match ends.
    """
    if not all(isinstance(one.rule.read, Reader) or numeric(one.pattern.pattern) for one in patterns):
        return 0
    widest = max(_parser.parse(one.pattern.pattern).getwidth()[1] for one in patterns)
    return int(widest) + FAR if widest < ops.MAXREPEAT else 0
