"""What rules say of records, from signals alone: the stage judges with it, and whoever has only the signals."""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from curate.stages.quality.kinds import CONTENT_TYPES
from curate.stages.quality.rules import Rule, Sign
from curate.stages.quality.signals import Exact, Values

Mask = npt.NDArray[np.bool_]
Named = Sequence[tuple[str, Rule]]
"""Rules in the order in which they speak; a name may stand twice, for both bounds of a signal."""
COMPARED: dict[Sign, Callable[[Any, float], Mask]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
CHINESE, CONTENT_TYPE = "chinese", "content_type"
"""What rules ask of a record beside its signals: whether its language is `zh`, and what kind of content it is."""
NOBODY = -1


class Facts(NamedTuple):
    """What rules judge by, a place a record."""

    signals: Mapping[str, Values | Exact]
    kinds: npt.NDArray[np.int8]
    chinese: Mask

    def open_to(self, rule: Rule) -> Mask:
        """Return which records a rule is about: long enough, of its content types, and what else must hold."""
        mask = self.signals["chars"] >= rule.chars
        if rule.types:
            mask &= np.isin(self.kinds, [CONTENT_TYPES.index(kind) for kind in rule.types])
        for signal, sign, threshold in rule.also:
            mask &= COMPARED[sign](self.signals[signal].astype(np.float64), threshold)
        return mask

    def crossed(self, rule: Rule) -> list[tuple[float, Mask]]:
        """Return each threshold of a rule with the records that it finds fault with."""
        values = self.signals[rule.signal].astype(np.float64)
        open_to = self.open_to(rule)
        return [(bound, open_to & where & COMPARED[rule.operator](values, bound)) for bound, where in self.bounds(rule)]

    def bounds(self, rule: Rule) -> list[tuple[float, Mask]]:
        """Return each threshold of a rule with the records that it is held against, whether the rule is about them."""
        if rule.chinese is None:
            return [(rule.threshold, np.ones(len(self.chinese), np.bool_))]
        return [(rule.threshold, ~self.chinese), (rule.chinese, self.chinese)]

    def hit(self, rule: Rule) -> Mask:
        """Return the records that a rule finds fault with."""
        found: Mask = np.logical_or.reduce([mask for _, mask in self.crossed(rule)])
        return found


class Decisions(NamedTuple):
    """What an ordered set of rules makes of records."""

    hits: Mask
    """Shape (rules, records)."""
    rejecter: npt.NDArray[np.int64]
    """By record: the place of the rule that rejects it, the first one that would; NOBODY where it is kept."""

    @property
    def rejected(self) -> Mask:
        """Which records are left out."""
        found: Mask = self.rejecter != NOBODY
        return found


def decided(rules: Named, facts: Facts) -> Decisions:
    """Let rules speak in their order: the first that rejects counts, as in the ledger of a run."""
    hits = np.array([facts.hit(rule) for _, rule in rules], np.bool_).reshape(len(rules), len(facts.chinese))
    rejecting = hits[[rule.action == "reject" for _, rule in rules]]
    places = np.flatnonzero([rule.action == "reject" for _, rule in rules])
    none = np.full(len(facts.chinese), NOBODY)
    if not len(places):
        return Decisions(hits, none)
    return Decisions(hits, np.where(rejecting.any(axis=0), places[rejecting.argmax(axis=0)], none))


def signals_of(rules: Named) -> list[str]:
    """Name the signals that rules ask for, each once; `chars` always, since it says whether a record was measured."""
    asked = [name for _, rule in rules for name in (rule.signal, *(said.signal for said in rule.also))]
    return list(dict.fromkeys(["chars", *asked]))


def facts_of(columns: Mapping[str, pa.Array]) -> Facts:
    """Return the facts that the stage judged by, from the columns that it wrote, named without the stage's name."""
    signals = {
        name: column.to_numpy(zero_copy_only=False).astype(column.type.to_pandas_dtype(), copy=False)
        for name, column in columns.items()
        if name not in (CHINESE, CONTENT_TYPE)
    }
    places = pc.index_in(columns[CONTENT_TYPE].cast(pa.string()), pa.array(CONTENT_TYPES, pa.string()))
    kinds = pc.fill_null(places, NOBODY).to_numpy(zero_copy_only=False).astype(np.int8)
    chinese = pc.fill_null(columns[CHINESE], False).to_numpy(zero_copy_only=False)
    return Facts(signals, kinds, chinese)
