"""Count what two sets of rules make of the records of a run, by rule and by source, from their signals alone."""

from collections import Counter
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curate.core.errors import CurateError
from curate.lineage.signals import KEPT, Fates
from curate.stages.quality.judging import Decisions, Facts, Mask, Named, decided

Change = Literal["rejected", "kept", "tagged", "untagged"]
"""What other rules would do to a record: leave it out, keep it, give it a tag, take one away."""
SHOWN_IDS = 3
NOBODY_ELSE = ""
"""Stands for the stage that left a record out where it is kept."""
UNKNOWN = KEPT - 1
"""Stands for a stage or a rule that the ledger does not name."""
Table = npt.NDArray[np.int64]
"""Shape (rules, sources)."""


class Records(NamedTuple):
    """One batch of records, a place a record."""

    ids: pa.StringArray
    source: npt.NDArray[np.int64]
    """Place of the source in the list of sources."""
    facts: Facts
    stage: npt.NDArray[np.int32]
    """Which stage left it out, as a code of the ledger; KEPT where none did."""
    rule: npt.NDArray[np.int32]

    @property
    def judged(self) -> Mask:
        """Which records the stage measured."""
        found: Mask = ~np.isnan(self.facts.signals["chars"])
        return found


class Counts:
    """What one set of rules does."""

    def __init__(self, rules: Named, sources: int) -> None:
        self.rules = rules
        self.rejected, self.tagged = np.zeros(sources, np.int64), np.zeros(sources, np.int64)
        """Records, by source."""
        shape = (len(rules), sources)
        self.hits, self.rejects, self.alone, self.tags = (np.zeros(shape, np.int64) for _ in range(4))
        """Records that a rule finds fault with; that it rejects, as in the ledger; that no other rule would; tagged."""

    def take(self, decisions: Decisions, source: npt.NDArray[np.int64]) -> None:
        """Add up a batch."""
        rejecting = np.array([rule.action == "reject" for _, rule in self.rules], np.bool_)
        single = decisions.hits[rejecting].sum(axis=0) == 1
        tagged = np.zeros(len(source), np.bool_)
        for place, hit in enumerate(decisions.hits):
            self.hits[place] += self._by_source(hit, source)
            if rejecting[place]:
                self.rejects[place] += self._by_source(decisions.rejecter == place, source)
                self.alone[place] += self._by_source(hit & single, source)
            else:
                marked = hit & ~decisions.rejected
                tagged |= marked
                self.tags[place] += self._by_source(marked, source)
        self.rejected += self._by_source(decisions.rejected, source)
        self.tagged += self._by_source(tagged, source)

    def _by_source(self, mask: Mask, source: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        return np.bincount(source[mask], minlength=len(self.rejected))


class Moved:
    """Records of one source that one rule would treat otherwise."""

    def __init__(self) -> None:
        self.records = self.later = 0
        """Records; those of them that a later stage has left out anyway."""
        self.ids: list[str] = []
        """The first few, in the order of the files."""


class Rulings:
    """What the rules of a run did, and what others would do, counted batch by batch."""

    def __init__(self, said: tuple[str, Sequence[str]], sets: tuple[Named, Named], fates: Fates, sources: int) -> None:
        """Take what the ledger calls the stage and the rules of the first set, and both sets."""
        self.stage, self.fates = said[0], fates
        self.now, self.new = (Counts(rules, sources) for rules in sets)
        self.judged = np.zeros(sources, np.int64)
        """Records that the stage measured, by source."""
        self.before: Counter[str] = Counter()
        """Records that it did not measure, by what left them out: an earlier stage, itself by an error, or nobody."""
        self.after: Counter[str] = Counter()
        """Records that it kept and a later stage left out, by that stage."""
        self.moved: dict[tuple[Change, str, int], Moved] = {}
        """By change, rule and source. A record changes sides by the first rule that rejects it."""
        self._here = fates.stages.index(self.stage) if self.stage in fates.stages else UNKNOWN
        places = {name: place for place, name in enumerate(fates.rules)}
        codes = [places.get(f"{self.stage}:{name}", UNKNOWN) for name in said[1]]
        self._codes = np.array([*codes, KEPT], np.int32)
        """By rule, its code in the ledger; the last one for NOBODY."""

    def take(self, records: Records) -> None:
        """Count a batch; CurateError where the rules do not give what the ledger says."""
        self._count_others(records)
        judged = records.judged
        facts = records.facts
        some = Records(
            records.ids.filter(pa.array(judged)),
            records.source[judged],
            Facts(
                {name: said[judged] for name, said in facts.signals.items()}, facts.kinds[judged], facts.chinese[judged]
            ),
            records.stage[judged],
            records.rule[judged],
        )
        now, new = (decided(counts.rules, some.facts) for counts in (self.now, self.new))
        self._check(some, now)
        self.judged += np.bincount(some.source, minlength=len(self.judged))
        self.now.take(now, some.source)
        self.new.take(new, some.source)
        self._compare(some, now, new)

    def _count_others(self, records: Records) -> None:
        """Count what never came here, and what went on from here and fell later."""
        names = (*self.fates.stages, NOBODY_ELSE)
        for mask, counts in ((~records.judged, self.before), (records.judged, self.after)):
            codes, numbers = np.unique(records.stage[mask], return_counts=True)
            counts.update({names[code]: n for code, n in zip(codes.tolist(), numbers.tolist(), strict=True)})

    def _check(self, some: Records, now: Decisions) -> None:
        """Hold what the rules decide against the ledger: evidence is recomputed, never believed."""
        told = np.where(some.stage == self._here, some.rule, KEPT)
        wrong = int((self._codes[now.rejecter] != told).sum())
        if wrong:
            fact = f"the rules of {self.stage!r} give another decision than the ledger for {wrong:,} records"
            hint = "`curate verify` tells whether a file was changed; else run the configuration again"
            raise CurateError(fact, where="_lineage", hint=hint)

    def _compare(self, some: Records, now: Decisions, new: Decisions) -> None:
        gone, back = new.rejected & ~now.rejected, now.rejected & ~new.rejected
        for place, (name, _) in enumerate(self.new.rules):
            self._move("rejected", name, gone & (new.rejecter == place), some)
        for place, (name, _) in enumerate(self.now.rules):
            self._move("kept", name, back & (now.rejecter == place), some)
        both = ~now.rejected & ~new.rejected
        before, after = tags(self.now.rules, now), tags(self.new.rules, new)
        none = np.zeros(len(both), np.bool_)
        for name in dict.fromkeys([*before, *after]):
            had, has = before.get(name, none), after.get(name, none)
            self._move("tagged", name, both & has & ~had, some)
            self._move("untagged", name, both & had & ~has, some)

    def _move(self, change: Change, rule: str, mask: Mask, some: Records) -> None:
        for source in np.unique(some.source[mask]).tolist():
            mine = np.flatnonzero(mask & (some.source == source))
            moved = self.moved.setdefault((change, rule, source), Moved())
            moved.records += len(mine)
            elsewhere = (some.stage[mine] != KEPT) & (some.stage[mine] != self._here)
            moved.later += int(elsewhere.sum())
            few = mine[: SHOWN_IDS - len(moved.ids)]
            moved.ids += some.ids.take(pa.array(few)).to_pylist()


def tags(rules: Named, decisions: Decisions) -> dict[str, Mask]:
    """Return the records with which each rule that tags finds fault."""
    hits = zip(rules, decisions.hits, strict=True)
    return {name: hit for (name, rule), hit in hits if rule.action == "tag"}
