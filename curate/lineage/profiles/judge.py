"""Hold an output's evidence against a profile: a verdict on every rule, and `unknown` where there is no evidence."""

from collections.abc import Callable, Iterator, Sequence
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Literal, NamedTuple, cast

from pydantic import Field, JsonValue

from curate.core.stage import Value
from curate.lineage.cards import about
from curate.lineage.manifest import UNKNOWN, Manifest, SourceCard, Table
from curate.lineage.profiles.model import Clause, Condition, Operator, Profile, Requirement, Rule, Ruling, Text
from curate.lineage.profiles.paths import SOURCE, values_at

Outcome = Literal["met", "not_met", "unknown", "not_applicable"]
WORST: tuple[Outcome, ...] = ("not_met", "unknown", "met", "not_applicable")
"""The verdict on several sources is the first of these that one of them has."""
COMPARE: dict[Operator, Callable[[Any, Any], bool]] = {
    "<=": le,
    "<": lt,
    ">=": ge,
    ">": gt,
    "==": eq,
    "!=": ne,
}


class Verdict(Value):
    """What an output's evidence says of one rule."""

    id: str = Field(description="The rule, or `registry:` and the field that is required.")
    title: Text
    outcome: Outcome
    clauses: tuple[Clause, ...] = ()
    evidence: str = Field("", description="Path of the evidence; empty where no output has any.")
    operator: str = ""
    limit: JsonValue = None
    measured: JsonValue = Field(None, description="What was compared; of several values the one furthest to the bad.")
    lacking: str = Field("", description="Path of what would have to be there for a verdict, where it is `unknown`.")
    by_source: Table[Outcome] = Field({}, description="Where the rule is about each source: the verdict on each.")
    note: Text = ""


class Judged(Value):
    """All verdicts by one profile."""

    id: str
    version: str
    sha256: str = Field(description="Digest of the profile's file.")
    verdicts: tuple[Verdict, ...]


class One(NamedTuple):
    """The verdict on one source, or on the whole."""

    outcome: Outcome
    measured: JsonValue = None
    lacking: str = ""


class Grounds(NamedTuple):
    """What is judged."""

    manifest: Manifest
    evidence: JsonValue

    @property
    def written(self) -> list[SourceCard]:
        """Sources of which records were written: of others nothing is in the set."""
        accounts = self.manifest.accounting.by_source
        return [card for card in self.manifest.sources if card.id in accounts and accounts[card.id].written]


def judge(profile: Profile, manifest: Manifest, beside: dict[str, JsonValue]) -> tuple[Verdict, ...]:
    """Return the verdicts in the order of the profile: its rules, then the registry fields that it requires.

    `beside` is what paths find below `attached`, `counted` and `covered`.
    """
    grounds = Grounds(manifest, {**manifest.model_dump(mode="json"), **beside})
    rules = [_ruled(rule, grounds) for rule in profile.rules]
    return (*rules, *(_required(one, grounds) for one in profile.required))


def _ruled(rule: Rule, grounds: Grounds) -> Verdict:
    check = rule.check
    said = Verdict(id=rule.id, title=rule.title, outcome="unknown", clauses=rule.clauses, note=rule.note)
    if check is None:
        return said
    said = said.model_copy(update={"evidence": check.evidence, "operator": check.operator, "limit": check.limit})
    conditions = [one for one in (check, rule.applies, *rule.needs) if one is not None]
    if any(SOURCE in one.evidence for one in conditions):
        names = [card.id for card in grounds.manifest.sources]
        return _together(said, {name: _one(rule, check, grounds, name) for name in names}, check)
    one = _one(rule, check, grounds, "")
    return said.model_copy(update=one._asdict())


def _one(rule: Rule, check: Condition, grounds: Grounds, source: str) -> One:
    """Judge one source, or the whole: whether the rule applies, whether there is evidence, what it says."""
    held = _applies(rule, grounds, source)
    if held is not None:
        return held
    for need in rule.needs:
        if holds(need, grounds.evidence, source).outcome != "met":
            return One("unknown", lacking=need.evidence.replace(SOURCE, source))
    return holds(check, grounds.evidence, source)


def _applies(ruling: Ruling, grounds: Grounds, source: str) -> One | None:
    """Return the verdict where a rule does not apply, or nobody can tell; None where it does."""
    if ruling.applies is None:
        return None
    held = holds(ruling.applies, grounds.evidence, source)
    if held.outcome == "not_met":
        return One("not_applicable")
    return held._replace(measured=None) if held.outcome == "unknown" else None


def holds(condition: Condition, evidence: JsonValue, source: str = "") -> One:
    """Compare evidence with a limit; `unknown` where there is none, or where it is of a kind that cannot be compared.

    What is not there never meets a rule, unless `empty` says what it counts as.
    """
    path, empty = condition.evidence.replace(SOURCE, source), condition.empty
    values = values_at(evidence, condition.evidence, source)
    if condition.operator == "known":
        said = [value for value in values if value not in ([], {})]
        return One("met", said[0]) if said else One("not_met")
    if condition.take in {"each", "any"}:
        compared = values or ([] if empty is None else [cast("JsonValue", empty)])
    else:
        compared = _reduced(condition.take, values, empty)
    outcomes = [_compared(value, condition) for value in compared]
    if not outcomes or None in outcomes:
        return One("unknown", lacking=path)
    met = any(outcomes) if condition.take == "any" else all(outcomes)
    if met and not values and empty is None:
        return One("unknown", lacking=path)
    wrong = [value for value, good in zip(compared, outcomes, strict=True) if good == met]
    return One("met" if met else "not_met", _furthest(wrong, condition.operator))


def _reduced(take: str, values: Sequence[JsonValue], empty: float | None) -> list[JsonValue]:
    """Make one number of all values; none where there is nothing to make it of."""
    if take == "count":
        return [len(values)]
    numbers = [value for value in values if isinstance(value, (int, float)) and not isinstance(value, bool)]
    if len(numbers) < len(values):
        return []
    if not numbers:
        return [] if empty is None else [empty]
    return [sum(numbers) if take == "sum" else min(numbers) if take == "min" else max(numbers)]


def _compared(value: JsonValue, condition: Condition) -> bool | None:
    """Compare one value; None where it cannot be compared."""
    if condition.operator == "in":
        return isinstance(condition.limit, list) and value in condition.limit
    try:
        return COMPARE[condition.operator](value, condition.limit)
    except TypeError:
        return None


def _furthest(values: Sequence[JsonValue], operator: str) -> JsonValue:
    """Return the value that is furthest to the bad side of an order, else the first."""
    numbers = [value for value in values if isinstance(value, (int, float)) and not isinstance(value, bool)]
    if operator in {"<=", "<"} and numbers:
        return max(numbers)
    if operator in {">=", ">"} and numbers:
        return min(numbers)
    return values[0] if values else None


def _required(one: Requirement, grounds: Grounds) -> Verdict:
    """Ask of every source in the set whether a field of its registry is filled in."""
    said = Verdict(
        id=f"registry:{one.field}",
        title=one.field,
        outcome="unknown",
        clauses=one.clauses,
        evidence=f"sources[id={SOURCE}]: {one.field}",
        operator="known",
    )
    return _together(said, {card.id: _filled(one, card, grounds) for card in grounds.written}, None)


def _filled(one: Requirement, card: SourceCard, grounds: Grounds) -> One:
    held = _applies(one, grounds, card.id)
    if held is not None:
        return held
    return One("not_met" if about(card, one.field) == UNKNOWN else "met")


def _together(said: Verdict, ones: dict[str, One], check: Condition | None) -> Verdict:
    """Make one verdict of those on all sources; `unknown` where there is no source."""
    outcomes = {name: one.outcome for name, one in ones.items()}
    whole = next((outcome for outcome in WORST if outcome in outcomes.values()), "unknown")
    worst = [one for one in ones.values() if one.outcome == whole]
    measured = [one.measured for one in worst if one.measured is not None]
    update = {
        "outcome": whole,
        "by_source": outcomes,
        "measured": _furthest(measured, check.operator) if check else None,
        "lacking": next((one.lacking for one in worst if one.lacking), ""),
    }
    return said.model_copy(update=update)


def counts(verdicts: Sequence[Verdict]) -> Iterator[tuple[Outcome, int]]:
    """Count the verdicts of each outcome, worst first."""
    for outcome in WORST:
        yield outcome, sum(verdict.outcome == outcome for verdict in verdicts)
