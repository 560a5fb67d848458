"""Hold what the ledger says by what a record was rejected against the settings of the stage that did it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from pydantic import JsonValue

from curate.lineage.manifest import StageRecord


class Bound(NamedTuple):
    """By what a rule rejects: `metric operator threshold`."""

    metric: str
    operator: str
    threshold: float


Reason = tuple[str, str, Bound | None]
"""Stage, rule, and by what; null for a rule without a measure."""
KNOWN: dict[str, dict[str, tuple[str, str, str]]] = {
    "length": {"too_short": ("{name}_chars", "<", "min"), "too_long": ("{name}_chars", ">", "max")},
    "language": {"unsure": ("{name}_score", "<", "min_score")},
    "near_duplicates": {"*": ("jaccard", ">=", "threshold")},
    "source_gate": {"over_limit": ("{name}_{by}", ">", "limit")},
    "relevance": {"off_topic": ("{name}_score", "<", "threshold")},
    "decontaminate": {"*": ("{name}_share", ">=", "share")},
    "pii": {"density": ("density", ">", "max_density")},
}
"""By kind of stage, then by what follows the colon of a rule (`*` for any): metric, operator, and the setting, or what
follows from the settings, in which the threshold stands. Other rules have thresholds that no setting says."""
UNMEASURED = "error:"
WHEN = re.compile(r"(\w+) (<=|>=|<|>|==) (-?(?:inf|[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[-+]?[0-9]+)?)(?![\w.])")
"""How a rule of `quality` begins, and each of its conditions: signal, operator, threshold."""
AMOUNTS = frozenset(
    {"chars", "content_chars", "words", "lines", "paragraphs", "line_chars", "word_chars", "compression", "entropy"}
)
"""Signals of `quality` that may be above 1; no signal of its own but `order` is below 0."""
PUBLISHED = ("gopher_", "fineweb_", "c4_")
"""How the signals of published filters begin, of which some are no shares."""


def wrong_reasons(stage: StageRecord, reasons: Iterator[Reason]) -> Iterator[str]:
    """Yield the reasons of a stage in the ledger that its settings do not give."""
    for _, rule, bound in reasons:
        allowed = bounds_of(stage, rule)
        if allowed is not None and bound not in allowed:
            said = " ".join(map(str, bound)) if bound else "nothing"
            wanted = " or ".join(" ".join(map(str, one)) for one in sorted(allowed)) or "no such rule"
            yield f"{rule}: rejected by {said}, the settings say {wanted}"


def bounds_of(stage: StageRecord, rule: str) -> set[Bound] | None:
    """Return by what a rule may reject, as the settings say; None where they do not say it."""
    if rule.startswith(UNMEASURED) or not rule.startswith(f"{stage.name}:"):
        return None
    what = rule.removeprefix(f"{stage.name}:")
    if stage.stage == "quality":
        return set(_written(stage, what))
    known = KNOWN.get(stage.stage, {})
    found = known.get(what) or known.get("*")
    if found is None:
        return None
    metric, operator, setting = found
    threshold = _threshold(stage, setting)
    names = {"name": stage.name, "by": str(stage.params.get("by"))}
    return set() if threshold is None else {Bound(metric.format(**names), operator, threshold)}


def _threshold(stage: StageRecord, setting: str) -> float | None:
    """Return the threshold that a setting says; where `pii` rejects records and no density is set, any value does."""
    said = _number({**stage.lineage, **stage.params}.get(setting))
    if said is None and stage.stage == "pii":
        by_type = stage.params.get("operators")
        operators = [stage.params.get("operator"), *(by_type.values() if isinstance(by_type, dict) else ())]
        return 0.0 if "reject_record" in operators else None
    return said


def _written(stage: StageRecord, what: str) -> Iterator[Bound]:
    """Read the thresholds of a rule of `quality` where the manifest spells it out."""
    rules = stage.lineage.get("rules")
    for said in rules if isinstance(rules, list) else []:
        if isinstance(said, dict) and said.get("rule") == what and (found := WHEN.match(str(said.get("when", "")))):
            for limit in (float(found[3]), _number(said.get("chinese"))):
                if limit is not None:
                    yield Bound(f"{stage.name}_{found[1]}", found[2], limit)


def is_vain(rule: Mapping[str, JsonValue]) -> bool:
    """Tell whether a rule of `quality`, as the manifest spells it out, can hold for no record: a share above 1."""
    first, *others = WHEN.findall(str(rule.get("when", ""))) or [("", "", "0")]
    chinese = _number(rule.get("chinese"))
    starts = [first] if chinese is None else [first, (*first[:2], str(chinese))]
    return all(map(_never, starts)) or any(map(_never, others))


def _never(said: Sequence[str]) -> bool:
    signal, operator, threshold = said[0], said[1], float(said[2])
    if signal == "order":
        return False
    above = signal not in AMOUNTS and not signal.startswith(PUBLISHED)
    never = {"<": threshold <= 0, "<=": threshold < 0, ">": above and threshold >= 1, ">=": above and threshold > 1}
    return never.get(operator, threshold < 0 or (above and threshold > 1)) if signal else False


def _number(said: JsonValue) -> float | None:
    return float(said) if isinstance(said, (int, float)) and not isinstance(said, bool) else None
