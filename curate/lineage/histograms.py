"""Draw up, for every rule that spoke, how the values lay that it judged, and where its threshold stood."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import Field, JsonValue

from curate.core.errors import StorageError
from curate.core.stage import Value
from curate.lineage.columns import HINT, is_number, number_faults
from curate.lineage.crossed import WHEN
from curate.lineage.lookup import opened
from curate.lineage.manifest import Count, Manifest, StageRecord
from curate.lineage.sight import BATCH_ROWS
from curate.lineage.signals import Fates, fates, measured

BINS = 40
NARROW = 1e-9
LOGARITHMIC = 100
"""From this value on, of measures that are never negative, a scale of powers of ten shows more than a linear one."""
Values = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


class Histogram(Value):
    """How the values lay that one rule judged; the stretches are of equal width on its scale."""

    rule: str
    stage: str
    metric: str
    operator: str = Field(description="A value that stands so to a threshold is what the rule finds fault with.")
    thresholds: tuple[float, ...] = Field(description="More than one where a language has its own.")
    also: str = Field("", description="What else had to hold for the rule to speak.")
    of: str = Field(description="`signals`: all records that were measured; `ledger`: those that the rule left out.")
    log: bool = Field(description="Whether the scale is log10(1 + value).")
    low: float
    high: float
    counts: tuple[Count, ...] = Field(description="Records in each stretch, from `low` to `high`.")
    out: tuple[Count, ...] = Field(description="Of these, records that this rule left out.")


class Asked(NamedTuple):
    """What one rule held against what."""

    rule: str
    stage: str
    metric: str
    operator: str
    thresholds: tuple[float, ...]
    also: str = ""


class Range(NamedTuple):
    """Where the values of a measure lie."""

    low: float
    high: float

    @property
    def log(self) -> bool:
        """Whether the scale is one of powers of ten."""
        return self.low >= 0 and self.high >= LOGARITHMIC

    def bins(self, values: Values) -> Counts:
        """Return the stretch of each value."""
        low, high = np.log10(1 + np.array([self.low, self.high])) if self.log else (self.low, self.high)
        scaled = np.log10(1 + values) if self.log else values
        place = np.floor((scaled - low) / (high - low) * BINS).astype(np.int64)
        return np.clip(place, 0, BINS - 1)


def histograms(out: Path, manifest: Manifest) -> Iterator[Histogram]:
    """Yield one histogram a rule that spoke and measured something, in the order of the stages, then of their rules."""
    left = _in_ledger(out, manifest)
    asked = list(_asked(manifest, left))
    measures = _measures(out, manifest, {one.metric for one in asked})
    ranges = _ranges(out, manifest, measures)
    drawn = _drawn(out, manifest, asked, ranges) if ranges else {}
    for one in asked:
        if one.metric in ranges:
            yield _histogram(one, "signals", ranges[one.metric], drawn[one.rule])
            continue
        values = np.concatenate([left[key] for key in left if key[:2] == (one.rule, one.metric)] or [np.zeros(0)])
        if len(values):
            reach = _reach(values, one.thresholds)
            counts = np.bincount(reach.bins(values), minlength=BINS)
            yield _histogram(one, "ledger", reach, (counts, counts))


def _histogram(one: Asked, of: str, reach: Range, counted: tuple[Counts, Counts]) -> Histogram:
    counts, out = (tuple(said.tolist()) for said in counted)
    scale = {"log": reach.log, "low": reach.low, "high": reach.high}
    return Histogram(**one._asdict(), of=of, counts=counts, out=out, **scale)


def _reach(values: Values, thresholds: Sequence[float]) -> Range:
    """Return a range that holds all values and thresholds; at least a tenth wide."""
    both = np.concatenate([values, np.array(thresholds, np.float64)])
    low, high = float(both.min()), float(both.max())
    return Range(low, high if high - low >= NARROW else low + 0.1)


Key = tuple[str, str, str, str, float]
"""Rule, metric, operator, stage, threshold."""


def _in_ledger(out: Path, manifest: Manifest) -> dict[Key, Values]:
    """Return the values that each rule rejected for, by what it held them against."""
    found: dict[Key, list[Values]] = {}
    columns = ["rule", "metric", "operator", "stage", "threshold", "value"]
    for written in manifest.outputs.rejects:
        with opened(out, written.path) as file:
            for batch in file.iter_batches(BATCH_ROWS, columns=columns):
                some = pa.Table.from_batches([batch]).drop_null()
                for key in some.select(columns[:5]).group_by(columns[:5]).aggregate([]).to_pylist():
                    mask = np.ones(len(some), np.bool_)
                    for name in columns[:5]:
                        mask &= np.asarray(pa.compute.equal(some[name], key[name]))
                    values = some["value"].to_numpy()[mask]
                    named = (key["rule"], key["metric"], key["operator"], key["stage"], key["threshold"])
                    found.setdefault(named, []).append(values)
    return {key: np.concatenate(parts) for key, parts in found.items()}


def _asked(manifest: Manifest, left: Mapping[Key, Values]) -> Iterator[Asked]:
    """Yield what rules asked: those in the ledger as they stand there, those that only tag by the settings."""
    for stage in manifest.stages:
        written = dict(_written(stage))
        for rule, said in stage.rules.items():
            keys = [key for key in left if key[0] == rule and key[3] == stage.name]
            if keys:
                metric, operator = keys[0][1], keys[0][2]
                limits = tuple(sorted({key[4] for key in keys if key[1:3] == (metric, operator)}))
                also = written[rule].also if rule in written else ""
                yield Asked(rule, stage.name, metric, operator, limits, also)
            elif said.tagged and rule in written:
                yield written[rule]


def _written(stage: StageRecord) -> Iterator[tuple[str, Asked]]:
    """Yield the rules that the settings of `quality` spell out, each with what it holds against what."""
    rules = stage.lineage.get("rules") or stage.params.get("rules")
    for said in rules if isinstance(rules, list) else []:
        if not isinstance(said, dict) or not (found := WHEN.match(str(said.get("when", "")))):
            continue
        name = f"{stage.name}:{said.get('rule')}"
        limits = {float(found[3]), *_numbers(said.get("chinese"))}
        also = str(said["when"])[found.end() :].removeprefix(" and ")
        yield name, Asked(name, stage.name, f"{stage.name}_{found[1]}", found[2], tuple(sorted(limits)), also)


def _numbers(said: JsonValue) -> list[float]:
    return [float(said)] if isinstance(said, (int, float)) and not isinstance(said, bool) else []


def _measures(out: Path, manifest: Manifest, wanted: Collection[str]) -> list[str]:
    """Return the measures wanted that the signals have, sorted; StorageError where one is no number."""
    names: list[str] = []
    for written in manifest.outputs.signals[:1]:
        with opened(out, written.path) as file:
            schema = file.schema_arrow
        for fault in number_faults(schema, wanted):
            raise StorageError(f"the file {fault}", where=str(out / written.path), hint=HINT)
        names = sorted(field.name for field in schema if field.name in wanted and is_number(field.type))
    return names


def _values(column: pa.Array) -> tuple[Values, npt.NDArray[np.int64]]:
    """Return the numbers of a column and their rows; null and NaN are none."""
    values = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    rows = np.flatnonzero(~np.isnan(values))
    return values[rows], rows


def _ranges(out: Path, manifest: Manifest, measures: Sequence[str]) -> dict[str, Range]:
    """Return the least and the greatest value of each measure that has any: no wider, however files are cut."""
    found: dict[str, Range] = {}
    if not measures:
        return found
    for batch in measured(out, manifest, measures):
        for name in measures:
            values, _ = _values(batch[name])
            if len(values):
                low, high = float(values.min()), float(values.max())
                before = found.get(name, Range(low, high))
                found[name] = Range(min(low, before.low), max(high, before.high))
    return found


def _drawn(
    out: Path, manifest: Manifest, asked: Sequence[Asked], ranges: dict[str, Range]
) -> dict[str, tuple[Counts, Counts]]:
    """Count the records in each stretch, and those among them that the rule left out."""
    shown = [one for one in asked if one.metric in ranges]
    for name in {one.metric for one in shown}:
        limits = [limit for one in shown if one.metric == name for limit in one.thresholds]
        ranges[name] = _reach(np.array(ranges[name]), limits)
    drawn = {one.rule: (np.zeros(BINS, np.int64), np.zeros(BINS, np.int64)) for one in shown}
    known: Fates = fates(out, manifest)
    for batch in measured(out, manifest, sorted(ranges)):
        _, rules = known.of(batch["id"])
        for one in shown:
            values, rows = _values(batch[one.metric])
            places = ranges[one.metric].bins(values)
            own = known.rules.index(one.rule) if one.rule in known.rules else -2
            drawn[one.rule][0][:] += np.bincount(places, minlength=BINS)
            drawn[one.rule][1][:] += np.bincount(places[rules[rows] == own], minlength=BINS)
    return drawn
