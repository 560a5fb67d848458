"""Choose thresholds: so that a rule spares as many records as asked for, and so that a whole preset does."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from math import floor, sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from curate.stages.quality.judging import COMPARED, Facts, Mask
from curate.stages.quality.presets import BASE
from curate.stages.quality.rules import Rule, Sign

DIGITS = 3
"""Significant digits of a threshold that was fitted: more would say more than the documents do."""
FOLDS = 5
"""Parts into which documents fall to see how thresholds do on documents that they were not fitted to."""
STEPS = 32
"""Steps of strictness between fitting nothing tighter and letting every rule have the whole of what may be lost."""
FEWEST_JUDGED = 30
"""Fewer documents that a threshold is held against are no reason to tighten it."""
NORMAL_95 = 1.959964
"""Quantile of the normal distribution for an interval of 95 %."""
BASIC = frozenset(name for name, rule in BASE.items() if rule.action == "reject")
"""Rules of what no industry wants: loosened where good documents need it, never tightened."""

Doubles = npt.NDArray[np.float64]


class Interval(NamedTuple):
    """A share with its interval of 95 % (Wilson 1927, score interval)."""

    share: float
    low: float
    high: float


def wilson(part: int, whole: int) -> Interval:
    """Return the share of a part with Wilson's score interval; `whole` is at least 1."""
    share, square = part / whole, NORMAL_95**2
    middle = (share + square / (2 * whole)) / (1 + square / whole)
    reach = NORMAL_95 * sqrt(share * (1 - share) / whole + square / (4 * whole**2)) / (1 + square / whole)
    return Interval(share, max(0.0, middle - reach), min(1.0, middle + reach))


def sparing(values: Doubles, sign: Sign, most: int) -> float:
    """Return the tightest threshold, of three digits, by which at most so many values are found fault with.

    `values` has at least one value more than `most`, and no NaN.
    """
    upward = sign in (">", ">=")
    place = len(values) - 1 - most if upward else most
    spared = float(np.partition(values, place)[place])
    return beyond(spared, upward=upward, strict=sign in (">=", "<="))


def beyond(value: float, *, upward: bool, strict: bool) -> float:
    """Round a value away from what a rule finds fault with; `strict` where the value itself would be hit."""
    exact = Decimal(value)
    unit = Decimal(1).scaleb((exact.adjusted() if exact else -DIGITS) - DIGITS + 1)
    rounded = exact.quantize(unit, ROUND_CEILING if upward else ROUND_FLOOR)
    if strict and float(rounded) == value:
        rounded += unit if upward else -unit
    return float(rounded)


class Strictness(NamedTuple):
    """How many documents rules may hit, as shares of those that each is held against."""

    basic: float
    """Of the rules of what no industry wants; 1 leaves them as they are."""
    other: float
    tightens: bool
    """Whether thresholds of other rules also move towards the documents, or only away from them."""


class Side(NamedTuple):
    """One threshold of one rule, and the documents that it is held against."""

    rule: str
    chinese: bool
    """Whether it is the threshold for Chinese of a rule that has two."""
    start: float
    sign: Sign
    values: Doubles
    """By document: NaN where the rule is not about it."""

    @property
    def basic(self) -> bool:
        """Whether the rule is about what no industry wants."""
        return self.rule in BASIC

    def at(self, chosen: Mask, strictness: Strictness) -> float:
        """Return the threshold fitted to chosen documents."""
        rate = strictness.basic if self.basic else strictness.other
        values = self.values[chosen]
        values = values[~np.isnan(values)]
        if not len(values) or rate >= 1:
            return self.start
        fitted = sparing(values, self.sign, floor(rate * len(values)))
        tightens = strictness.tightens and not self.basic and len(values) >= FEWEST_JUDGED
        loosest = max if self.sign in (">", ">=") else min
        return fitted if tightens else loosest(fitted, self.start)

    def hits(self, threshold: float) -> Mask:
        """Return the documents that a threshold finds fault with."""
        return COMPARED[self.sign](self.values, threshold)


def sides_of(rules: Mapping[str, Rule], facts: Facts) -> list[Side]:
    """List the thresholds of rules, with the values of the documents that each is held against."""
    sides = []
    for name, rule in rules.items():
        values, open_to = facts.signals[rule.signal].astype(np.float64), facts.open_to(rule)
        for place, (start, where) in enumerate(facts.bounds(rule)):
            held = np.where(open_to & where, values, np.nan)
            sides.append(Side(name, place == 1, start, rule.operator, held))
    return sides


class Fitted(NamedTuple):
    """A preset fitted to good documents, and how it does."""

    rules: dict[str, Rule]
    before: Mask
    """Documents with which a rule of the start finds fault."""
    after: Mask
    """Documents with which a fitted rule finds fault."""
    held_out: Interval
    """Share of documents with which no rule finds fault that was fitted to the other folds."""
    strictness: Strictness


class Documents(NamedTuple):
    """Thresholds to be fitted, with the documents that they are held against."""

    sides: list[Side]
    folds: npt.NDArray[np.int64]
    """By document: which of the FOLDS it is in."""

    @property
    def all(self) -> Mask:
        """Every document."""
        return np.ones(len(self.folds), np.bool_)

    def seen(self, strictness: Strictness, *, basic: bool = False) -> Mask:
        """Return the documents that are hit by thresholds fitted to all of them; by the basic rules alone if asked."""
        sides = [side for side in self.sides if side.basic or not basic]
        return union([side.hits(side.at(self.all, strictness)) for side in sides], len(self.folds))

    def unseen(self, strictness: Strictness) -> Mask:
        """Return the documents that are hit by thresholds fitted to the documents of the other folds."""
        hit = np.zeros(len(self.folds), np.bool_)
        for fold in range(FOLDS):
            inside = self.folds == fold
            found = union([side.hits(side.at(~inside, strictness)) for side in self.sides], len(self.folds))
            hit |= found & inside
        return hit


def fit(rules: Mapping[str, Rule], facts: Facts, folds: npt.NDArray[np.int64], keep: float) -> Fitted:
    """Move each threshold so that the rules together find fault with at most 1 - keep of the documents.

    Rules of what no industry wants stay as they are where they hit at most half of what may be lost; else they are
    loosened, all to one rate, until they do. All others get one rate: the largest by which the union of all rules stays
    below 1 - keep on the documents themselves and, fitted without them, on those held out; first with thresholds that
    also move towards the documents, then with thresholds that only move away. Where nothing reaches that on documents
    held out (they are few, or very different), the loosest is taken, which hits none of those at hand.
    """
    documents = Documents(sides_of(rules, facts), folds)
    most = floor((1 - keep) * len(folds) + 1e-9)
    lost = [(1 - keep) * step / STEPS for step in range(STEPS, -1, -1)]
    basics = (Strictness(rate, 0.0, tightens=False) for rate in (1.0, *lost))
    basic = next(one.basic for one in basics if documents.seen(one, basic=True).sum() <= most // 2)
    ladder = [Strictness(basic, rate, tightens) for tightens in (True, False) for rate in lost]
    within = (one for one in ladder if documents.seen(one).sum() <= most)
    chosen = next((one for one in within if documents.unseen(one).sum() <= most), ladder[-1])
    thresholds = [side.at(documents.all, chosen) for side in documents.sides]
    before = union([side.hits(side.start) for side in documents.sides], len(folds))
    spared = len(folds) - int(documents.unseen(chosen).sum())
    moved = with_thresholds(rules, documents.sides, thresholds)
    return Fitted(moved, before, documents.seen(chosen), wilson(spared, len(folds)), chosen)


def union(masks: Sequence[Mask], documents: int) -> Mask:
    """Return the documents that stand in any of the masks."""
    found: Mask = np.logical_or.reduce([np.zeros(documents, np.bool_), *masks])
    return found


def with_thresholds(rules: Mapping[str, Rule], sides: Sequence[Side], thresholds: Sequence[float]) -> dict[str, Rule]:
    """Put thresholds in the place of those that rules have."""
    moved = dict(rules)
    for side, threshold in zip(sides, thresholds, strict=True):
        moved[side.rule] = moved[side.rule].moved(threshold, chinese=side.chinese)
    return moved
