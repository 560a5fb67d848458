"""Run every stage on a sample and show what would happen: funnel, thresholds, personal data, duplicates."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from curate.config.model import Config, Output
from curate.core.receipt import Receipt
from curate.core.stage import Editor
from curate.engine.funnel import funnel_rows, stage_table
from curate.engine.phases import Work
from curate.engine.run import Options, execute
from curate.engine.spool import batches_of
from curate.stages.pii import mask

BINS, NEAR, PAIRS, CONTEXT, SHOWN = 12, 3, 5, 18, 120
PLACEHOLDER = re.compile(r"<[A-Z][A-Z_]+>")


@dataclass(frozen=True)
class Rule:
    """What one rule did to the sample, and how the measure lies about its threshold."""

    rule: str
    rejected: int
    tagged: int
    share: float
    metric: str | None = None
    operator: str | None = None
    threshold: float | None = None
    edges: tuple[float, ...] = ()
    bins: tuple[int, ...] = ()
    below: tuple[dict[str, Any], ...] = ()
    """Records nearest below the threshold, the nearest first: id, value, text (masked, shortened)."""
    above: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Preview:
    """What a run would do, seen on a sample."""

    records: int
    sampled: bool
    funnel: list[dict[str, Any]]
    rules: list[Rule] = field(default_factory=list)
    personal: dict[str, list[str]] = field(default_factory=dict)
    """By type: contexts in which a value was replaced, the value already gone."""
    duplicates: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return everything as JSON values."""
        return {**vars(self), "rules": [vars(rule) for rule in self.rules]}

    def page(self) -> str:
        """Word the preview for a terminal."""
        parts = [
            f"{self.records:,} records{' in the sample' if self.sampled else ', all of them'}",
            stage_table(self.funnel),
        ]
        parts += [rule_text(rule) for rule in self.rules]
        if self.personal:
            parts.append("personal data replaced")
            parts += [f"  {kind}: " + " | ".join(said) for kind, said in self.personal.items()]
        if self.duplicates:
            parts.append("duplicates, left out and kept")
            parts += [pair_text(pair) for pair in self.duplicates]
        if self.sampled:
            parts.append("note: in a sample duplicates are under-counted: a record and its copy are rarely both drawn")
        return "\n".join(parts)


def preview(config: Config, records: int) -> Preview:
    """Run a configuration on about so many records in a temporary folder that is gone afterwards."""
    with TemporaryDirectory(prefix="curate-preview-") as folder:
        output = Output(path=Path(folder) / "out")
        changes = {"output": output, "work": "keep_all", "limits": "off", "max_errors": records, "workers": 0}
        finished = execute(config.model_copy(update=changes), Options(sample=records))
        assert finished.work is not None  # noqa: S101 - for the type checker
        return seen(finished.work, funnel_rows(finished.manifest, finished.record))


def seen(work: Work, funnel: list[dict[str, Any]]) -> Preview:
    """Read what the run left in its work folder."""
    left = rows_of(work, [receipt.outputs["left"].path for one in work.passes for receipt in one])
    kept = kept_rows(work)
    total = len(left) + len(kept)
    personal = (
        contexts(kept)
        if any(isinstance(stage, Editor) and "pii" in stage.adds.names for stage in work.config.stages)
        else {}
    )
    return Preview(
        total, work.sample is not None, funnel, rules_of(work, [*left, *kept], total), personal, pairs(left, kept)
    )


def rows_of(work: Work, paths: Sequence[str]) -> list[dict[str, Any]]:
    """Read work files as rows."""
    return [row for path in paths for batch in batches_of(work.space.at(path)) for row in batch.to_pylist()]


def kept_rows(work: Work) -> list[dict[str, Any]]:
    """Join kept records with their signals: both were written in the same order of ids within a task."""
    rows = []
    for receipt in work.passes[-1]:
        names = [name for name in receipt.outputs if name.startswith("rows-")]
        texts = rows_of(work, [receipt.outputs[name].path for name in names])
        signals = {row["id"]: row for row in rows_of(work, [receipt.outputs["signals"].path])}
        rows += [{**signals[row["id"]], **row} for row in texts]
    return rows


def rules_of(work: Work, rows: Sequence[dict[str, Any]], total: int) -> list[Rule]:
    """Describe every rule that spoke, in the order of the stages."""
    counts: dict[str, list[int]] = {}
    measures: dict[str, list[tuple[str, str, float]]] = {}
    receipts: list[Receipt] = [receipt for one in work.passes for receipt in one]
    for receipt in receipts:
        for tally in receipt.tallies:
            for rule, said in tally.rules.items():
                both = counts.setdefault(rule, [0, 0])
                both[0] += said.get("rejected", 0)
                both[1] += said.get("tagged", 0)
        for rule, spoken in receipt.payload["measures"].items():
            measures.setdefault(rule, []).extend((metric, sign, bound) for metric, sign, bound in spoken)
    described = []
    for rule, (rejected, tagged) in counts.items():
        share = (rejected + tagged) / max(total, 1)
        bare = Rule(rule, rejected, tagged, share)
        bounds = sorted(set(measures.get(rule, [])))
        described += [at_threshold(bare, bound, rows) for bound in bounds] or [bare]
    return described


def at_threshold(rule: Rule, measure: tuple[str, str, float], rows: Sequence[dict[str, Any]]) -> Rule:
    """Draw the measure of a rule about its threshold, with the records nearest on both sides."""
    metric, operator, threshold = measure
    known = [(row[metric], row) for row in rows if is_number(row.get(metric))]
    values = [value for value, _ in known] or [row["value"] for row in rows if row.get("rule") == rule.rule]
    edges, bins = histogram([value for value in values if is_number(value)], threshold)
    low = sorted((one for one in known if one[0] < threshold), key=lambda one: (-one[0], one[1]["id"]))
    high = sorted((one for one in known if one[0] >= threshold), key=lambda one: (one[0], one[1]["id"]))
    near = [tuple(example(value, row) for value, row in side[:NEAR]) for side in (low, high)]
    return Rule(rule.rule, rule.rejected, rule.tagged, rule.share, metric, operator, threshold, edges, bins, *near)


def is_number(value: object) -> bool:
    """Tell whether a signal was measured."""
    return isinstance(value, int | float) and math.isfinite(value)


def histogram(values: Sequence[float], threshold: float) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Count values in equal bins over their middle 98 % and the threshold; the outer bins take the rest."""
    if not values:
        return (), ()
    ordered = sorted(values)
    low = min(ordered[len(ordered) // 100], threshold)
    high = max(ordered[-1 - len(ordered) // 100], threshold)
    wide = (high - low) / BINS or 1.0
    bins = [0] * BINS
    for value in values:
        bins[min(max(int((value - low) / wide), 0), BINS - 1)] += 1
    return tuple(low + place * wide for place in range(BINS + 1)), tuple(bins)


def example(value: float, row: dict[str, Any]) -> dict[str, Any]:
    """Show a record: masked, in one line, cut."""
    return {"id": row["id"], "value": value, "text": shown(row.get("text"))}


def shown(text: str | None) -> str:
    """Mask a text and cut it to a line."""
    return "" if text is None else one_line(mask(text[: SHOWN * 4]))[:SHOWN]


def one_line(text: str) -> str:
    """Write a text in one line without what a terminal would act on."""
    return "".join(char if char.isprintable() else "\N{MIDDLE DOT}" for char in " ".join(text.split()))


def contexts(rows: Sequence[dict[str, Any]]) -> dict[str, list[str]]:
    """Collect, by type, a few places where a placeholder stands now, masked around it."""
    found: dict[str, list[str]] = {}
    for row in rows:
        types = {said["type"] for said in row["pii"] or ()}
        for match in PLACEHOLDER.finditer(row["text"]) if types else ():
            kind = match.group()[1:-1]
            said = found.setdefault(kind, []) if kind in types else None
            if said is not None and len(said) < NEAR:
                low = max(match.start() - CONTEXT, 0)
                said.append(one_line(mask(row["text"][low : match.end() + CONTEXT])))
    return dict(sorted(found.items()))


def pairs(left: Sequence[dict[str, Any]], kept: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put removed duplicates beside the records that stand for them."""
    texts = {row["id"]: row["text"] for row in [*left, *kept]}
    copies = [row for row in left if row["duplicate_of"] in texts]
    return [
        {
            "rule": row["rule"],
            "value": row["value"],
            "left": shown(row["text"]),
            "kept": shown(texts[row["duplicate_of"]]),
        }
        for row in sorted(copies, key=lambda row: (row["rule"], row["id"]))[:PAIRS]
    ]


def pair_text(pair: dict[str, Any]) -> str:
    """Word a pair of duplicates."""
    value = "" if pair["value"] is None else f" {pair['value']:.3f}"
    return f"  {pair['rule']}{value}\n    out:  {pair['left']}\n    kept: {pair['kept']}"


def rule_text(rule: Rule) -> str:
    """Word a rule: counts, a histogram with the threshold marked, the nearest records on both sides."""
    did = ", ".join(
        f"{count} {what}" for count, what in ((rule.rejected, "rejected"), (rule.tagged, "tagged")) if count
    )
    lines = [f"{rule.rule}: {did} ({rule.share:.2%})"]
    if rule.threshold is None or not rule.bins:
        return lines[0]
    lines[0] += f", {rule.metric} {rule.operator} {rule.threshold:g}"
    most = max(rule.bins)
    for low, high, count in zip(rule.edges, rule.edges[1:], rule.bins, strict=False):
        bar = "#" * math.ceil(30 * count / most)
        here = "  <- threshold" if low <= rule.threshold < high else ""
        lines.append(f"  {low:>12.4g} {bar} {count}{here}")
    for side, records in (("below", rule.below), ("above", rule.above)):
        lines += [f"  {side} {one['value']:.4g} {one['id'][:8]} {one['text']}" for one in records]
    return "\n".join(lines)
