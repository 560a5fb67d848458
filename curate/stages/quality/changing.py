"""Change rules as a user says it in a word: another threshold, another action, off, or an expression."""

from collections.abc import Mapping
from difflib import get_close_matches

from curate.core.errors import ConfigError
from curate.stages.quality.judging import Named
from curate.stages.quality.ranges import strays
from curate.stages.quality.rules import ACTIONS, Rule, conditions_of, rule_of

WHERE = "--set"
HINT = (
    "write RULE=NUMBER, RULE.chinese=NUMBER, RULE=reject, RULE=tag, RULE=off, or RULE='digits > 0.6 and chars >= 200'"
)


def apart(rules: Named) -> dict[str, Rule]:
    """Return rules by name; where a name stands for both bounds of a signal, the second is called `name_max`."""
    found: dict[str, Rule] = {}
    for name, rule in rules:
        found[f"{name}_max" if name in found else name] = rule
    return found


def changed(rules: Mapping[str, Rule], said: str) -> dict[str, Rule]:
    """Return rules with what was said about one of them; ConfigError where that means nothing.

    A number is the rule's threshold; one for Chinese stays unless `RULE.chinese` is said. An expression takes the place
    of the rule's own, or is a new rule, which tags.
    """
    name, parted, value = (part.strip() for part in said.partition("="))
    rule_name, dotted, side = name.partition(".")
    if not parted or not rule_name or side not in ("", "chinese") or bool(dotted) != bool(side):
        raise ConfigError(f"{said!r} changes no rule", where=WHERE, hint=HINT)
    number = as_number(value)
    if number is None and not side and value not in (*ACTIONS, "off"):
        return {**rules, rule_name: within(expressed(rules.get(rule_name), rule_name, value), said)}
    rule = known(rules, rule_name, WHERE)
    if value == "off" and not side:
        return {name: other for name, other in rules.items() if name != rule_name}
    if number is None and side:
        raise ConfigError(f"{value!r} is no threshold", where=WHERE, hint=HINT)
    if number is None:
        return {**rules, rule_name: rule._replace(action="reject" if value == "reject" else "tag")}
    return {**rules, rule_name: within(rule.moved(number, chinese=bool(side)), said)}


def within(rule: Rule, said: str) -> Rule:
    """Return a rule; ConfigError where a threshold of it lies beyond what its signal can be."""
    strange = [ConfigError(f"{said!r}: {fact}", where=WHERE, hint=hint) for _, fact, hint in strays(rule)]
    if strange:
        raise ConfigError.of(strange)
    return rule


def known(rules: Mapping[str, Rule], name: str, where: str) -> Rule:
    """Return a rule; ConfigError where there is none of that name."""
    if name not in rules:
        near = get_close_matches(name, rules, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(rules)}"
        raise ConfigError(f"there is no rule {name!r}", where=where, hint=hint)
    return rules[name]


def as_number(value: str) -> float | None:
    """Read a threshold; None where it is no finite number."""
    try:
        number = float(value)
    except ValueError:
        return None
    return number if abs(number) != float("inf") and number == number else None  # noqa: PLR0124 - NaN is not itself


def expressed(rule: Rule | None, name: str, when: str) -> Rule:
    """Return the rule that an expression says, with the action and the content types of the one that it replaces."""
    try:
        conditions_of(when)
    except ValueError as mistake:
        raise ConfigError(f"{name}: {mistake}", where=WHERE, hint=HINT) from mistake
    types = list(rule.types) if rule else []
    return rule_of({"when": when, "action": rule.action if rule else "tag", "types": types})
