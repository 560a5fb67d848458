"""Block a source of which too many records are unlawful or unhealthy."""

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import Field

from curate.core import compute as pc
from curate.core.intervals import CONFIDENCE, interval
from curate.core.stage import VERDICTS, Action, GlobalStage, Round, Texts, Value, Yields

SEEN, BAD = "seen", "bad"
OVER = "over_limit"
DIGITS = 6
"""Of the bounds: the last bits of a logarithm differ between machines."""
Held = Literal["share", "lower", "upper"]
Rows = npt.NDArray[np.uint64]
Values = npt.NDArray[np.float64]


class SourceGate(GlobalStage):
    """Leave out every record of a source of which more than `limit` bear one of the tags that `rules` names.

    TC260-003, 5.1 (and GB/T 45654-2025): a source with more than 5 % of unlawful or unhealthy content is not used. All
    records that reach the gate are counted, none is drawn; the manifest gives, by source, how many there were, the
    share, and its exact one-sided bounds at 95 % (Clopper and Pearson 1934), for whoever takes them as a sample of
    what the source would give. `by: share` holds the share itself against the limit, `upper` blocks unless the
    source is shown to be below the limit, `lower` only where it is shown to be above. Tags count, records that were
    rejected before do not: let `safety` tag. The finding is `source_gate:over_limit`; what it rejects does not count
    against `limits.rejected_share`.
    """

    version: ClassVar[int] = 1
    limited: ClassVar[bool] = False
    facts_from: ClassVar[tuple[str, ...]] = ("rules",)
    open_from: ClassVar[tuple[str, ...]] = ()

    rules: tuple[str, ...] = Field(
        ("safety:A.*", "safety:gambling", "safety:invoice_fraud", "safety:advertising"),
        min_length=1,
        description="Tags of earlier stages that make a record unlawful or unhealthy; `*` stands for anything.",
    )
    limit: float = Field(0.05, ge=0, le=1, description="Share of such records above which a source is blocked.")
    by: Held = Field("share", description="What is held against the limit: the share, or a bound of its interval.")

    @property
    def called(self) -> str:
        """The name under which findings go."""
        return self.name or "source_gate"

    @property
    def rejects(self) -> bool:
        """Unless it is told to tag."""
        return self.action != "tag"

    @property
    def counts(self) -> tuple[str, ...]:
        """The tags that make a record bad."""
        return self.rules

    @property
    def finds(self) -> Mapping[str, Action]:
        """That a source is over the limit."""
        return {OVER: self.action or "reject"}

    def facts(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return a line a record: key uint64 (the same for all), row uint32, `bad` uint8, `source`."""
        bad = [any(self._counts(tag) for tag in tags or ()) for tags in batch["tags"].to_pylist()]
        columns = {
            "key": pa.array(np.zeros(batch.num_rows, np.uint64)),
            "row": batch["row"],
            "bad": pa.array(np.array(bad, np.uint8)),
            "source": batch["source_id"],
        }
        return pa.RecordBatch.from_pydict(columns)

    def _counts(self, tag: str) -> bool:
        return any(fnmatchcase(tag, rule) for rule in self.rules)

    def rounds(self) -> Sequence[Round]:
        """Return the one round: sources are counted, blocked ones get a verdict a record."""
        return (Gate(rule=f"{self.called}:{OVER}", action=self.action or "reject", limit=self.limit, held=self.by),)

    def concluded(self, lines: Iterator[pa.RecordBatch], counts: Mapping[str, int]) -> dict[str, Any]:
        """Return the verdict on each source, with the figures that it rests on."""
        blocked = sum(batch.num_rows for batch in lines)
        names = sorted(name.partition(":")[2] for name in counts if name.startswith(f"{SEEN}:"))
        by_source = {
            name: judged(counts.get(f"{BAD}:{name}", 0), counts[f"{SEEN}:{name}"], self.limit, self.by)
            for name in names
        }
        return {
            "limit": self.limit,
            "by": self.by,
            "confidence": CONFIDENCE,
            "rules": list(self.rules),
            "sources": by_source,
            "verdicts": blocked,
        }


class Gate(Value):
    """Count sources; give every record of one above the limit a verdict."""

    by: Literal["key", "row", "all"] = "all"
    wants_text: bool = False
    rule: str
    action: Action
    limit: float
    held: Held

    def reduce(self, facts: pa.Table, texts: Texts | None) -> Yields:  # noqa: ARG002 - no text wanted
        """Yield VERDICTS, ascending by row; count, by source, the records that were seen and those that are bad."""
        known = pc.dictionary_encode(facts["source"].combine_chunks())
        names, places = known.dictionary.to_pylist(), known.indices.to_numpy()
        seen = np.bincount(places, minlength=len(names))
        bad = np.bincount(places, weights=facts["bad"].to_numpy(), minlength=len(names)).astype(np.int64)
        measured = [judged(*both, self.limit, self.held) for both in zip(bad.tolist(), seen.tolist(), strict=True)]
        blocked = np.array([said["blocked"] for said in measured], np.bool_)
        values = np.array([said[self.held] for said in measured])
        here = blocked[places]
        yield self.verdicts(facts["row"].to_numpy()[here], values[places[here]])
        counts = {f"{SEEN}:{name}": count for name, count in zip(names, seen.tolist(), strict=True)}
        return counts | {f"{BAD}:{name}": count for name, count in zip(names, bad.tolist(), strict=True)}

    def verdicts(self, rows: Rows, values: Values) -> pa.RecordBatch:
        """Spell the verdicts on `rows`."""
        order = np.argsort(rows)
        said = {
            "row": rows[order],
            "rule": self.rule,
            "metric": f"{self.rule.partition(':')[0]}_{self.held}",
            "value": values[order],
            "threshold": self.limit,
            "operator": ">",
            "action": self.action,
            "other": None,
        }
        columns = [
            pa.array(value, field.type)
            if isinstance(value := said[field.name], np.ndarray)
            else pa.repeat(pa.scalar(value, field.type), len(rows))
            for field in VERDICTS
        ]
        return pa.RecordBatch.from_arrays(columns, schema=VERDICTS)


def judged(bad: int, seen: int, limit: float, held: Held) -> dict[str, Any]:
    """Return the figures of one source and whether it is blocked: above the limit, not at it."""
    lower, upper = (round(bound, DIGITS) for bound in interval(bad, seen))
    figures = {"share": bad / seen, "lower": lower, "upper": upper}
    return {"records": seen, "bad": bad, **figures, "blocked": figures[held] > limit}
