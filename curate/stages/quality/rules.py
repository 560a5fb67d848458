"""A rule of quality: a threshold expression over signals, with an action; how it is read and written."""

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

from curate.core.stage import Action
from curate.stages.quality.kinds import CONTENT_TYPES, ContentType
from curate.stages.quality.signals import DATATROVE_SIGNALS, SIGNALS

Sign = Literal["<", "<=", ">", ">="]
COMPARISON = re.compile(r"\s*(\w+)\s*(<=|>=|<|>)\s*([-+]?\d*\.?\d+(?:e[-+]?\d+)?)\s*", re.IGNORECASE)
ACTIONS: tuple[Action, ...] = ("reject", "tag")


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
    """Read an expression such as `order < 2 and words >= 300`; raise ValueError where it is none."""
    found = []
    for part in when.split(" and "):
        said = COMPARISON.fullmatch(part)
        if said is None:
            raise ValueError(f"{part.strip()!r} is no comparison such as `digits > 0.5`; join several by `and`")
        if said[1] not in {*SIGNALS, *DATATROVE_SIGNALS}:
            raise ValueError(f"there is no signal {said[1]!r}")
        found.append(Condition(said[1], said[2], float(said[3])))  # type: ignore[arg-type]  # the pattern knows four
    return found


def rule_of(said: Mapping[str, object]) -> Rule:
    """Read a rule from plain values: `when`, also `action`, `chinese`, `types`; ValueError where it is none."""
    if strange := set(said) - {"when", "action", "chinese", "types"}:
        raise ValueError(f"a rule has no {min(map(str, strange))!r}; it has when, action, chinese, types")
    when, action, chinese, types = (said.get(name) for name in ("when", "action", "chinese", "types"))
    if not isinstance(when, str):
        fact = f"a rule needs an expression as its `when`, not {when!r}"
        raise ValueError(fact)  # noqa: TRY004 - pydantic turns it into a mistake of the configuration
    if action not in (None, *ACTIONS):
        raise ValueError(f"an action is `reject` or `tag`, not {action!r}")
    if not (chinese is None or (isinstance(chinese, int | float) and not isinstance(chinese, bool))):
        raise ValueError(f"a threshold for Chinese is a number, not {chinese!r}")
    if not (types is None or (isinstance(types, list | tuple) and set(types) <= set(CONTENT_TYPES))):
        raise ValueError(f"types are some of {', '.join(CONTENT_TYPES)}, not {types!r}")
    first, *rest = conditions_of(when)
    chars = 0
    if rest and rest[0].signal == "chars" and rest[0].operator == ">=" and rest[0].threshold.is_integer():
        chars = int(rest.pop(0).threshold)
    threshold = None if chinese is None else float(chinese)
    return Rule(*first, action or "tag", chars, threshold, tuple(types or ()), tuple(rest))
