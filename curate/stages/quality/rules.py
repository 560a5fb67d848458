"""A rule of quality: a threshold expression over signals, with an action; how it is read and written."""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Literal, NamedTuple, cast

from curate.core.errors import Mistake, Mistakes, near
from curate.core.stage import Action
from curate.stages.quality.kinds import CONTENT_TYPES, ContentType
from curate.stages.quality.signals import DATATROVE_SIGNALS, SIGNALS

Sign = Literal["<", "<=", ">", ">="]
COMPARISON = re.compile(r"\s*(\w+)\s*(<=|>=|<|>)\s*([-+]?\d*\.?\d+(?:e[-+]?\d+)?)\s*", re.IGNORECASE)
ACTIONS: tuple[Action, ...] = ("reject", "tag")
PARTS = ("when", "action", "chinese", "types")
LISTED = "docs/stages.md, `quality`, lists the signals"


class Condition(NamedTuple):
    """A comparison of a signal with a number; a null signal fulfils none."""

    signal: str
    operator: Sign
    threshold: float

    def __str__(self) -> str:
        """Write it as it is read."""
        return f"{self.signal} {self.operator} {spelled(self.threshold)}"


class Rule(NamedTuple):
    """A threshold on one signal; a record whose signal is null is not judged."""

    signal: str
    operator: Sign
    threshold: float
    """`signal operator threshold` is what the rule finds fault with."""
    action: Action = "tag"
    chars: int = 0
    """Only texts of so many characters are judged: shares of a short text say nothing."""
    chinese: float | None = None
    """Another threshold for records whose language is `zh`."""
    types: tuple[ContentType, ...] = ()
    """Only records of these content types are judged; all when empty."""
    also: tuple[Condition, ...] = ()
    """What must hold too."""

    @property
    def when(self) -> str:
        """The expression: every comparison, joined by `and`, the one that findings state first."""
        length = (Condition("chars", ">=", self.chars),) if self.chars else ()
        return " and ".join(map(str, (Condition(*self[:3]), *length, *self.also)))

    def moved(self, threshold: float, *, chinese: bool = False) -> "Rule":
        """Return the rule with another threshold, or with another one for Chinese."""
        return self._replace(chinese=threshold) if chinese else self._replace(threshold=threshold)

    def data(self) -> dict[str, object]:
        """Return it as plain values, as a preset file has them; `rule_of` reads them again."""
        more = {"chinese": self.chinese, "types": list(self.types) or None}
        said = {"when": self.when, "action": self.action, **more}
        return {name: value for name, value in said.items() if value is not None}


def spelled(number: float) -> str:
    """Write a number so that it is read back unchanged, as short as that can be."""
    short = f"{number:.6g}"
    return short if float(short) == number else repr(float(number))


def conditions_of(when: str) -> list[Condition]:
    """Read an expression such as `order < 2 and words >= 300`; Mistakes where it is none."""
    found, wrong = [], []
    known = {*SIGNALS, *DATATROVE_SIGNALS}
    for part in when.split(" and "):
        said = COMPARISON.fullmatch(part)
        if said is None:
            hint = "a comparison is one such as `digits > 0.5`; several are joined by `and`"
            wrong.append(Mistake(("when",), f"{part.strip()!r} is no comparison", hint))
        elif said[1] not in known:
            close = near(said[1], sorted(known)) if get_close_matches(said[1], known, 1) else LISTED
            wrong.append(Mistake(("when",), f"there is no signal {said[1]!r}", close))
        else:
            found.append(Condition(said[1], said[2], float(said[3])))  # type: ignore[arg-type]  # the pattern knows four
    if wrong:
        raise Mistakes(wrong)
    return found


def rule_of(said: Mapping[str, object]) -> Rule:
    """Read a rule from plain values: `when`, also `action`, `chinese`, `types`; Mistakes where it is none."""
    conditions: list[Condition] = []
    wrong = list(faults_of(said))
    if isinstance(when := said.get("when"), str):
        try:
            conditions = conditions_of(when)
        except Mistakes as mistakes:
            wrong += mistakes.found
    if wrong:
        raise Mistakes(wrong)
    first, *rest = conditions
    action, chinese, types = (said.get(name) for name in ("action", "chinese", "types"))
    chars = 0
    if rest and rest[0].signal == "chars" and rest[0].operator == ">=" and rest[0].threshold.is_integer():
        chars = int(rest.pop(0).threshold)
    threshold = None if chinese is None else float(cast("float", chinese))
    kinds = cast("tuple[ContentType, ...]", tuple(cast("Iterable[str]", types or ())))
    return Rule(*first, cast("Action", action or "tag"), chars, threshold, kinds, tuple(rest))


def faults_of(said: Mapping[str, object]) -> Iterator[Mistake]:
    """Yield what is wrong with the values of a rule, its expression left aside."""
    for name in sorted(map(str, set(said) - set(PARTS))):
        yield Mistake((name,), f"a rule has no {name!r}, found with the value {said[name]!r}", near(name, PARTS))
    when, action, chinese, types = (said.get(name) for name in PARTS)
    if not isinstance(when, str):
        hint = "write one such as `digits > 0.5`"
        yield Mistake(("when",), f"a rule needs an expression as its `when`, found {when!r}", hint)
    if action not in (None, *ACTIONS):
        yield Mistake(("action",), f"{action!r} is none of {', '.join(ACTIONS)}", near(action, ACTIONS))
    if not (chinese is None or (isinstance(chinese, int | float) and not isinstance(chinese, bool))):
        fact = f"expected a number, found {chinese!r}"
        yield Mistake(("chinese",), fact, "a threshold for records whose language is `zh`")
    if not (types is None or (isinstance(types, list | tuple) and set(types) <= set(CONTENT_TYPES))):
        yield Mistake(("types",), f"types are a list of content types, found {types!r}", near(types, CONTENT_TYPES))
