"""Hold what a run left out against the limits: above one of them nothing is published."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from curate.core.errors import DataError
from curate.engine.phases import Work
from curate.lineage.manifest import Accounting

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

    def hold(self, what: str, count: int, limit: float) -> None:
        """Raise DataError where a share is above its limit, naming the three heaviest rules."""
        if count <= limit * self.lines:
            return
        guilty = Counter({rule: often for rule, often in self.rules.items() if is_read(rule) == (what == "unreadable")})
        heaviest = ", ".join(f"{rule} {often}" for rule, often in guilty.most_common(3) if often)
        fact = f"{count} of {self.lines} records are {what}: {count / self.lines:.1%} is above"
        hint = f"the heaviest rules: {heaviest}; look with `curate preview`, or raise the limit"
        raise DataError(f"{fact} limits.{what}_share {limit:.1%}", where=self.where, hint=hint)


def check_limits(work: Work, accounting: Accounting) -> None:
    """Raise DataError where more is left out than the limits allow."""
    limits = work.config.limits
    if limits == "off":
        return
    for loss in losses(work, accounting, by_source=limits.by == "source"):
        loss.hold("rejected", loss.rejected, limits.rejected_share)
        loss.hold("unreadable", loss.unreadable, limits.unreadable_share)


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
