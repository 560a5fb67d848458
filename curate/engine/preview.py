"""Run every stage on a sample and show what would happen: funnel, thresholds, personal data, duplicates."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from curate.config.model import Config, Output
from curate.core.receipt import Receipt
from curate.core.stage import Settings
from curate.engine.funnel import funnel_rows, stage_table, width
from curate.engine.limits import is_read, place_of
from curate.engine.phases import Work
from curate.engine.run import Options, execute
from curate.engine.spool import batches_of
from curate.stages.pii import Pii, mask

BINS, NEAR, CONTEXT, SHOWN, WIDE = 12, 3, 18, 120, 44


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
    first: str | None = None
    """Place of the first record that a source could not read; null for rules of stages."""


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
            parts.append("personal data found")
            parts += [f"  {kind}: " + " | ".join(said) for kind, said in self.personal.items()]
        if self.duplicates:
            parts.append("duplicates, each beside the record that stands for it")
            parts += [pair_text(pair) for pair in self.duplicates]
        if self.sampled:
            parts.append("note: in a sample duplicates are under-counted: a record and its copy are rarely both drawn")
        return "\n".join(parts)


def preview(config: Config, records: int) -> Preview:
    """Run a configuration on about so many records in a temporary folder that is gone afterwards."""
    with TemporaryDirectory(prefix="curate-preview-") as folder:
        # what is left is counted and stops nothing; a copy of the raw data with canaries in it is not made
        residual: Literal["report", "off"] = "off" if config.output.residual == "off" else "report"
        output = Output(path=Path(folder) / "out", residual=residual, canaries=0)
        changes = {"output": output, "work": "keep_all", "limits": "off", "max_errors": records, "workers": 0}
        finished = execute(config.model_copy(update=changes), Options(sample=records))
        assert finished.work is not None  # noqa: S101 - for the type checker
        return seen(finished.work, funnel_rows(finished.manifest, finished.record))


def seen(work: Work, funnel: list[dict[str, Any]]) -> Preview:
    """Read what the run left in its work folder."""
    left = rows_of(work, [receipt.outputs["left"].path for one in work.passes for receipt in one])
    kept = kept_rows(work)
    total = len(left) + len(kept)
    columns = sorted({name for names in work.plan.shape.edited.values() for name in names})
    personal = contexts(kept, placeholders(work.config.stages), columns)
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
        bare = Rule(rule, rejected, tagged, share, first=first_place(rule, rows) if is_read(rule) else None)
        bounds = sorted(set(measures.get(rule, [])))
        described += [at_threshold(bare, bound, rows) for bound in bounds] or [bare]
    return described


def first_place(rule: str, rows: Sequence[dict[str, Any]]) -> str | None:
    """Name the first record that a rule left out; None where it left out none."""
    spots = [(row["source_id"], row["source_uri"], row["source_row"]) for row in rows if row.get("rule") == rule]
    return place_of(*min(spots, key=lambda spot: (*spot[:2], spot[2] or 0))) if spots else None


def at_threshold(rule: Rule, measure: tuple[str, str, float], rows: Sequence[dict[str, Any]]) -> Rule:
    """Draw the measure of a rule about its threshold, with the records nearest on both sides."""
    metric, operator, threshold = measure
    known = [(row[metric], row) for row in rows if is_number(row.get(metric))]
    values = [value for value, _ in known] or [row["value"] for row in rows if row.get("rule") == rule.rule]
    edges, bins = histogram([value for value in values if is_number(value)], threshold, operator)
    low = sorted((one for one in known if one[0] < threshold), key=lambda one: (-one[0], one[1]["id"]))
    high = sorted((one for one in known if one[0] >= threshold), key=lambda one: (one[0], one[1]["id"]))
    below, above = (tuple(example(value, row) for value, row in side[:NEAR]) for side in (low, high))
    measured = replace(rule, metric=metric, operator=operator, threshold=threshold)
    return replace(measured, edges=edges, bins=bins, below=below, above=above)


def is_number(value: object) -> bool:
    """Tell whether a signal was measured."""
    return isinstance(value, int | float) and math.isfinite(value)


def histogram(values: Sequence[float], threshold: float, operator: str) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Count values in equal bins on both sides of a threshold, over the middle 98 %; the outer bins take the rest.

    No bin holds values of both sides: a value at the threshold stands on the side to which the rule counts it.
    """
    ordered = sorted(values)
    equal_is_above = operator in ("<", ">=")
    below = [value for value in ordered if value < threshold or (value == threshold and not equal_is_above)]
    above = ordered[len(below) :]
    low = side(below, below[len(below) // 100], threshold) if below else ((), ())
    high = side(above, threshold, above[-1 - len(above) // 100]) if above else ((), ())
    return (*low[0], *high[0]), (*low[1], *high[1])


def side(values: Sequence[float], low: float, high: float) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Count the values of one side of a threshold; return where each bin begins, and how many it holds."""
    count = BINS // 2 if high > low else 1
    wide = (high - low) / count or 1.0
    bins = [0] * count
    for value in values:
        bins[min(max(int((value - low) / wide), 0), count - 1)] += 1
    return tuple(low + place * wide for place in range(count)), tuple(bins)


def example(value: float, row: dict[str, Any]) -> dict[str, Any]:
    """Show a record: masked, in one line, cut."""
    return {"id": row["id"], "value": value, "text": shown(row.get("text"))}


def shown(text: str | None) -> str:
    """Mask a text and cut it to a line."""
    return "" if text is None else one_line(mask(text[: SHOWN * 4]))[:SHOWN]


def one_line(text: str) -> str:
    """Write a text in one line without what a terminal would act on."""
    return "".join(char if char.isprintable() else "\N{MIDDLE DOT}" for char in " ".join(text.split()))


def contexts(rows: Sequence[dict[str, Any]], marks: dict[str, str], columns: Sequence[str]) -> dict[str, list[str]]:
    """Collect, by type, how often it was found, and a few places where its placeholder stands now, masked around it."""
    totals: Counter[str] = Counter()
    found: dict[str, list[str]] = {}
    for row in rows:
        for said in row["pii"] or ():
            totals[said["type"]] += said["count"]
            places = found.setdefault(said["type"], [])
            mark = marks.get(said["type"])
            if mark and len(places) < NEAR:
                places += contexts_in([row["text"], *(row[name] or "" for name in columns)], mark)[: NEAR - len(places)]
    return {kind: [f"{count} times", *found[kind]] for kind, count in sorted(totals.items())}


def contexts_in(texts: Sequence[str], mark: str) -> list[str]:
    """Cut out where a placeholder stands in texts."""
    places = [(text, text.find(mark)) for text in texts]
    return [
        one_line(mask(text[max(place - CONTEXT, 0) : place + len(mark) + CONTEXT]))
        for text, place in places
        if place >= 0
    ]


def placeholders(stages: Sequence[Settings]) -> dict[str, str]:
    """Return what is written in the place of each type; empty where values leave no mark or nothing replaces them."""
    for stage in stages:
        if isinstance(stage, Pii):
            done = stage.done()
            return {kind: done.placeholder(kind) for kind in stage.wanted if done.writes_placeholder(kind)}
    return {}


def pairs(left: Sequence[dict[str, Any]], kept: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put duplicates, removed or tagged, beside the records that stand for them."""
    texts = {row["id"]: row["text"] for row in [*left, *kept]}
    copies = [(row["rule"], row["id"], row["value"], row["text"], row["duplicate_of"]) for row in left]
    for row in kept:
        names = [name for name in row if name.endswith("_keeper") and row[name] is not None]
        copies += [
            (f"{name.removesuffix('_keeper')} (tagged)", row["id"], None, row["text"], row[name]) for name in names
        ]
    found = sorted((copy for copy in copies if copy[4] in texts), key=lambda copy: copy[:2])
    shown_by_rule: Counter[str] = Counter()
    chosen = []
    for copy in found:
        shown_by_rule[copy[0]] += 1
        chosen += [copy] if shown_by_rule[copy[0]] <= NEAR else []
    return [
        {"rule": rule, "value": value, **dict(zip(("copy", "kept"), beside(text, texts[keeper]), strict=True))}
        for rule, _, value, text, keeper in chosen
    ]


def beside(one: str | None, other: str | None) -> tuple[str, str]:
    """Cut two texts to a line each, from a little before the place where they begin to differ."""
    texts = (one or "", other or "")
    first = next((place for place, both in enumerate(zip(*texts, strict=False)) if both[0] != both[1]), 0)
    low = max(first - CONTEXT, 0)
    cut = [one_line(mask(text[low : low + WIDE])) for text in texts]
    return cut[0], cut[1]


def pair_text(pair: dict[str, Any]) -> str:
    """Word a pair of duplicates side by side."""
    value = "" if pair["value"] is None else f" {pair['value']:.3f}"
    gap = " " * max(2 * WIDE - width(pair["copy"]), 1)
    return f"  {pair['rule']}{value}\n    {pair['copy']}{gap}| {pair['kept']}"


def rule_text(rule: Rule) -> str:
    """Word a rule: counts, a histogram with the threshold marked, the nearest records on both sides."""
    did = ", ".join(
        f"{count} {what}" for count, what in ((rule.rejected, "rejected"), (rule.tagged, "tagged")) if count
    )
    first = f", first {rule.first}" if rule.first else ""
    lines = [f"{rule.rule}: {did or 'nothing that another rule had not rejected'} ({rule.share:.2%}){first}"]
    if rule.threshold is None or not rule.bins:
        return lines[0]
    lines[0] += f", {rule.metric} {rule.operator} {rule.threshold:g}"
    mark, passed = f"  {rule.threshold:>12.4g} ---- threshold", False
    for low, count in zip(rule.edges, rule.bins, strict=True):
        if low >= rule.threshold and not passed:
            lines.append(mark)
            passed = True
        lines.append(f"  {low:>12.4g} {'#' * math.ceil(30 * count / max(rule.bins))} {count}")
    if not passed:
        lines.append(mark)
    for where, records in (("below", rule.below), ("above", rule.above)):
        lines += [f"  {where} {one['value']:.4g} {one['id'][:8]} {one['text']}" for one in records]
    return "\n".join(lines)
