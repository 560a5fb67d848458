"""Hold what a run left out against the limits: above one of them nothing is published."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from curate.core.errors import DataError
from curate.engine.phases import Work
from curate.engine.spool import batches_of
from curate.lineage.manifest import Accounting
from curate.sources.fields import NO_TEXT

BLANK = "read:blank"
"""Blank lines are no records that anybody lost."""


def is_read(rule: str) -> bool:
    """Tell whether a rule is a source's."""
    return rule.startswith("read:")


@dataclass(frozen=True)
class Loss:
    """What was left out of a source, or of the run."""

    where: str
    records: int
    rules: Counter[str]

    @property
    def unreadable(self) -> int:
        """Records that a source could not read."""
        return sum(count for rule, count in self.rules.items() if is_read(rule) and rule != BLANK)

    @property
    def rejected(self) -> int:
        """Records that a stage rejected."""
        return sum(count for rule, count in self.rules.items() if not is_read(rule))

    @property
    def lines(self) -> int:
        """Records without blank stretches."""
        return self.records - self.rules[BLANK]

    def above(self, what: str, count: int, limit: float) -> Iterator["Above"]:
        """Yield what is wrong where a share is above its limit."""
        if count > limit * self.lines:
            rules = {rule: often for rule, often in self.rules.items() if is_read(rule) == (what == "unreadable")}
            fact = f"{count} of {self.lines} records are {what}: {count / self.lines:.1%} is above"
            yield Above(self.where, f"{fact} limits.{what}_share {limit:.1%}", Counter(rules))


class Above(NamedTuple):
    """A share above its limit."""

    where: str
    fact: str
    rules: Counter[str]
    """What was left out for each rule."""


def check_limits(work: Work, accounting: Accounting) -> None:
    """Raise DataError where more is left out than the limits allow: all shares above one, and the heaviest rules."""
    limits = work.config.limits
    if limits == "off":
        return
    found: list[Above] = []
    for loss in losses(work, accounting, by_source=limits.by == "source"):
        found += loss.above("rejected", loss.rejected, limits.rejected_share)
        found += loss.above("unreadable", loss.unreadable, limits.unreadable_share)
    if found:
        stop_above(found, first_unread(work))


def stop_above(found: Sequence[Above], places: Mapping[str, str]) -> None:
    """Raise DataError about shares above their limits, with the three heaviest rules of all; `places` are of rules."""
    first, *others = found
    rules = sum((one.rules for one in found), Counter[str]())
    heaviest = ", ".join(f"{rule} {often}{places.get(rule, '')}" for rule, often in rules.most_common(3) if often)
    fact = "; ".join([first.fact, *(f"{one.where}: {one.fact}" for one in others)])
    hint = f"the heaviest rules: {heaviest}; look with `curate preview`, or raise the limit"
    raise DataError(fact, where=first.where, hint=hint)


def first_unread(work: Work) -> dict[str, str]:
    """Say by rule of a source where the first record stands that it could not read, and what was sought there."""
    places: dict[str, str] = {}
    texts = {source.name: getattr(source, "text", None) or "text" for source in work.config.sources}
    for receipt in (receipt for receipts in work.passes for receipt in receipts):
        for batch in batches_of(work.space.at(receipt.outputs["left"].path)):
            columns = ("rule", "source_id", "source_uri", "source_row")
            for rule, source, uri, row in zip(*(batch[name].to_pylist() for name in columns), strict=True):
                if is_read(rule) and rule not in places:
                    sought = f", which has no {texts[source]!r}" if rule == NO_TEXT.rule else ""
                    places[rule] = f" (first {place_of(source, uri, row)}{sought})"
    return places


def place_of(source: str, uri: str, row: int | None) -> str:
    """Name the place of a record; a stretch that is no record has no number."""
    return f"{source}:{uri}" + ("" if row is None else f" record {row}")


def losses(work: Work, accounting: Accounting, *, by_source: bool) -> Iterator[Loss]:
    """Add up what was left out, source by source or over the whole run."""
    rules: dict[str, Counter[str]] = {name: Counter() for name in accounting.by_source}
    spared = {stage.name for stage in work.config.stages if not stage.limited}
    for receipt in (receipt for receipts in work.passes for receipt in receipts):
        for tally in receipt.tallies:
            if tally.stage in spared:
                continue
            rules[receipt.source].update({rule: said.get("rejected", 0) for rule, said in tally.rules.items()})
    if by_source:
        for name, account in accounting.by_source.items():
            yield Loss(f"source {name!r}", account.records, rules[name])
    else:
        yield Loss("the run", accounting.records, sum(rules.values(), Counter()))
