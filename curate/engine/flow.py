"""Carry batches through steps, take out what is rejected, and keep the books of every stage."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curate.core.editing import PLACED, Fields, edit_batch
from curate.core.receipt import Tally
from curate.core.record import FILLED, ROW
from curate.core.stage import (
    Edit,
    Edited,
    Editor,
    Findings,
    GlobalStage,
    Outcome,
    Settings,
    Stage,
    Step,
    apply_verdicts,
    merged,
)
from curate.engine.crumbs import AT_REST
from curate.engine.plan import Shape
from curate.engine.spool import text_bytes
from curate.engine.task import Watch, guarded, opening, widened

SPOTTED = pa.schema([ROW, ("id", pa.string()), *list(PLACED)[1:]])
"""Where personal data stood, by number in the split and by id: what `_lineage/pii-*.parquet` is made of."""
ERRORS_TOLD = 20
"""So many records on which a stage raised are named by place; the ledger has them all."""


@dataclass
class Book:
    """The running counts of one stage in one task."""

    stage: str
    seconds: float = 0.0
    totals: Counter[str] = field(default_factory=Counter)
    rules: dict[str, Counter[str]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    personal: dict[str, Counter[str]] = field(default_factory=dict)

    def tally(self) -> Tally:
        """Close the book."""
        rules = {rule: dict(sorted(said.items())) for rule, said in sorted(self.rules.items())}
        personal = {kind: dict(sorted(said.items())) for kind, said in sorted(self.personal.items())}
        counts = dict(sorted(self.counts.items()))
        return Tally(stage=self.stage, rules=rules, counts=counts, personal=personal, **self.totals)


@dataclass
class Opened:
    """A stage that is ready to work: its step, or the edit that core carries over a record."""

    settings: Settings
    step: Step
    book: Book


class Flow:
    """The books of one task, and the loop body that moves records."""

    def __init__(self, shape: Shape, source: str, left_out: Callable[[pa.RecordBatch], None]) -> None:
        self.shape = shape
        self.source = source
        self.left_out = left_out
        self.books: list[Book] = []
        self.errors: list[dict[str, object]] = []
        self.measures: dict[str, set[tuple[str, str, float]]] = {}
        """By rule: the (metric, operator, threshold) that it spoke by."""
        self.watch: Callable[[str, int, int], None] = lambda _stage, _first, _last: None
        self.keys: Mapping[str, bytes] = {}
        """By stage: key of the digests of the personal data that it finds."""
        self.placed: Callable[[pa.RecordBatch], None] = lambda _lines: None
        """Hears, by schema SPOTTED, where personal data stood."""

    def book(self, stage: str) -> Book:
        """Open the book of a stage; books stand in the order in which stages work."""
        self.books.append(Book(stage))
        return self.books[-1]

    def opened(self, stage: Stage | Editor) -> Opened:
        """Open a streaming stage: an editor becomes a step, and both skip records that they do not apply to."""
        book = self.book(stage.name)
        if isinstance(stage, Editor):
            step = self._editing(stage, opening(stage.open, stage.name), book)
        else:
            step = opening(stage.open, stage.name)
        return Opened(stage, self._chosen(stage, step), book)

    def applied(self, stage: GlobalStage, findings: Findings, *, idle: bool) -> Opened:
        """Open what applies the findings of a global stage; `idle` where there are none about this split."""
        book = self.book(stage.name)
        step: Step = Outcome
        if stage.edits:
            edit = opening(lambda: stage.open(findings), stage.name) if findings.shared is not None else unedited
            editing = self._editing(stage, cast("Edit", edit), book)
            step = editing if not findings.verdicts.num_rows else judged(editing, findings.verdicts)
        elif not idle:
            step = cast("Step", opening(lambda: stage.open(findings), stage.name))
            step = judged(step, findings.verdicts) if stage.shares and findings.verdicts.num_rows else step
        return Opened(stage, self._chosen(stage, step), book)

    def _editing(self, stage: Editor | GlobalStage, edit: Edit, book: Book) -> Step:
        fields = (
            Fields(self.shape.edited[self.source], edits_roles=stage.edits_roles, key=self.keys.get(stage.name))
            if isinstance(stage, Editor)
            else Fields((), stage.roles, spare_turns=True)
        )

        def step(batch: pa.RecordBatch) -> Outcome:
            outcome, counts, judged, placed = edit_batch(batch, edit, stage.name, fields)
            if counts is not None:
                for line in counts.to_pylist():
                    book.counts[line["type"]] += line["count"]
            if "pii" in stage.adds.names and counts is not None:
                outcome = Outcome(with_counts(outcome.batch, counts), outcome.found)
            before, after = (pc.list_value_length(one["ops"]) for one in (batch, outcome.batch))
            book.totals["edited"] += pc.sum(pc.greater(after, before)).as_py() or 0
            for line in judged.to_pylist() if judged is not None else ():
                book.personal.setdefault(line["type"], Counter())[line["fate"]] += line["count"]
            if placed is not None:
                self.placed(spotted(batch, placed))
            return outcome

        return step

    def _chosen(self, stage: Settings, step: Step) -> Step:
        if stage.sources is not None and self.source not in stage.sources:
            return lambda batch: Outcome(widened_by(batch, stage.adds))
        if stage.languages is None:
            return step
        languages = pa.array(stage.languages, pa.string())

        def chosen(batch: pa.RecordBatch) -> Outcome:
            mask = pc.fill_null(pc.is_in(batch["language"], languages), False)
            return scattered(batch, mask, step, stage.adds)

        return chosen

    def step(self, opened: Opened, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Run one stage over the living; return those that live on."""
        if batch.num_rows == 0:
            return batch
        started = time.process_time()
        name = opened.settings.name
        bytes_in = text_bytes(batch)
        watch: Watch = lambda first, last: self.watch(name, first, last)  # noqa: E731 - a name for a closure
        outcome = guarded(opened.step, batch, name, watch)
        self.watch(AT_REST, 0, 0)
        alive = self.settle(outcome, opened.book, bytes_in)
        opened.book.seconds += time.process_time() - started
        return alive

    def settle(self, outcome: Outcome, book: Book, bytes_in: int) -> pa.RecordBatch:
        """Keep the books, mark the tagged, hand the rejected to the ledger; return the living."""
        batch, found = outcome.batch, outcome.found
        totals = book.totals
        totals["records_in"] += batch.num_rows
        totals["bytes_in"] += bytes_in
        if found is not None and found.num_rows:
            batch = self._judge(batch, found, book)
        totals["records_out"] += batch.num_rows
        totals["bytes_out"] += text_bytes(batch)
        return batch

    def _judge(self, batch: pa.RecordBatch, found: pa.RecordBatch, book: Book) -> pa.RecordBatch:
        lines = found.to_pylist()
        doom: dict[int, dict[str, object]] = {}
        tags: dict[int, list[str]] = {}
        for line in lines:
            rule = book.rules.setdefault(line["rule"], Counter())
            if line["metric"] is not None:
                measure = (line["metric"], line["operator"], line["threshold"])
                self.measures.setdefault(line["rule"], set()).add(measure)
            if line["action"] == "tag":
                tags.setdefault(line["row"], []).append(line["rule"])
            elif line["row"] not in doom:
                doom[line["row"]] = line
                rule["rejected"] += 1
        for row in tags.keys() - doom.keys():
            book.totals["tagged"] += 1
            for name in dict.fromkeys(tags[row]):
                book.rules[name]["tagged"] += 1
        book.totals["rejected"] += len(doom)
        book.totals["errors"] += sum(str(line["rule"]).startswith("error:") for line in doom.values())
        if tags:
            batch = with_tags(batch, tags)
        if not doom:
            return batch
        rows = sorted(doom)
        gone = batch.take(pa.array(rows, pa.int32()))
        self._note_errors(gone, [doom[row] for row in rows])
        self.left_out(self._obituary(gone, [doom[row] for row in rows], book.stage))
        mask = pa.array([row not in doom for row in range(batch.num_rows)], pa.bool_())
        return batch.filter(mask)

    def _obituary(self, gone: pa.RecordBatch, lines: list[dict[str, object]], stage: str) -> pa.RecordBatch:
        """Word the ledger rows of rejected records: place and reason, never text; row number and signals ride along."""
        said = {
            name: [line.get(name) for line in lines] for name in ("rule", "metric", "value", "threshold", "operator")
        }
        said["stage"] = [stage] * len(lines)
        said["duplicate_of"] = [line.get("other") for line in lines]
        rest = pa.schema([column for column in self.shape.obituary if column.name not in said])
        measured = widened(gone, rest)  # without the fields that the user keeps under a name of `said`
        columns = [
            pa.array(said[column.name], column.type) if column.name in said else measured.column(column.name)
            for column in self.shape.obituary
        ]
        return pa.RecordBatch.from_arrays(columns, schema=self.shape.obituary)

    def _note_errors(self, gone: pa.RecordBatch, lines: list[dict[str, object]]) -> None:
        for place, line in enumerate(lines):
            if str(line["rule"]).startswith("error:") and len(self.errors) < ERRORS_TOLD:
                self.errors.append({**place_at(gone, place), "rule": line["rule"]})


def spotted(batch: pa.RecordBatch, placed: pa.RecordBatch) -> pa.RecordBatch:
    """Name the records in which personal data stood: schema PLACED becomes SPOTTED."""
    rows = placed["row"]
    columns = [batch["row"].take(rows), batch["id"].take(rows), *(placed[name] for name in PLACED.names[1:])]
    return pa.RecordBatch.from_arrays(columns, schema=SPOTTED)


def unedited(strings: pa.StringArray) -> Edited:
    """Do what an edit does that has nothing to do."""
    return Edited(strings)


def judged(step: Step, verdicts: pa.Table) -> Step:
    """Let a step also apply verdicts on rows."""

    def both(batch: pa.RecordBatch) -> Outcome:
        outcome = step(batch)
        return Outcome(outcome.batch, merged([apply_verdicts(batch, verdicts).found, outcome.found]))

    return both


def place_at(batch: pa.RecordBatch, row: int) -> dict[str, object]:
    """Say where a record of a batch stands in the raw data."""
    return {name: batch[name][row].as_py() for name in ("source_id", "source_uri", "source_row")}


def entered(batch: pa.RecordBatch, shape: Shape, first_row: int) -> pa.RecordBatch:
    """Give a source's batch every column of the run but the signals: filled ones empty, kept ones of others null."""
    n = batch.num_rows
    columns = []
    for column in shape.entry:
        if column.name == "row":
            columns.append(pa.array(np.arange(first_row, first_row + n, dtype=np.uint32)))
        elif column.name in batch.schema.names:
            columns.append(batch.column(column.name).cast(column.type))
        elif column.name in ("tags", "ops", "pii"):
            columns.append(empty_lists(n, column.type))
        else:
            columns.append(pa.nulls(n, column.type))
    return pa.RecordBatch.from_arrays(columns, schema=shape.entry)


def empty_lists(n: int, kind: pa.ListType) -> pa.ListArray:
    """Return n empty lists."""
    return pa.ListArray.from_arrays(pa.array([0] * (n + 1), pa.int32()), pa.array([], kind.value_type), type=kind)


def widened_by(batch: pa.RecordBatch, adds: pa.Schema) -> pa.RecordBatch:
    """Give a batch that a stage passes over the stage's columns, null."""
    missing = [column for column in adds if column.name not in batch.schema.names]
    return widened(batch, pa.schema([*batch.schema, *missing]))


def scattered(batch: pa.RecordBatch, mask: pa.BooleanArray, step: Step, adds: pa.Schema) -> Outcome:
    """Run a step on the rows of a mask and put them back in their places."""
    rows = pc.indices_nonzero(mask)
    if len(rows) == 0:
        return Outcome(widened_by(batch, adds))
    outcome = step(batch.filter(mask))
    rest = widened(batch.filter(pc.invert(mask)), outcome.batch.schema)
    both = pa.Table.from_batches([outcome.batch, rest])
    others = pc.indices_nonzero(pc.invert(mask))
    order = pc.sort_indices(pa.concat_arrays([rows, others]))
    whole = both.take(order).combine_chunks().to_batches()[0]
    found = outcome.found
    if found is not None:
        found = found.set_column(0, "row", rows.take(found["row"]).cast(pa.int32()))
    return Outcome(whole, found)


def with_tags(batch: pa.RecordBatch, tags: dict[int, list[str]]) -> pa.RecordBatch:
    """Append rules to the tags of the rows named; a rule that stands there already is not repeated."""
    lists = batch["tags"].to_pylist()
    for row, rules in tags.items():
        lists[row] = list(dict.fromkeys([*lists[row], *rules]))
    place = batch.schema.get_field_index("tags")
    return batch.set_column(place, batch.schema.field(place), pa.array(lists, FILLED.field("tags").type))


def with_counts(batch: pa.RecordBatch, counts: pa.RecordBatch) -> pa.RecordBatch:
    """Add what an editor counted in each record to the column `pii`, types in alphabetical order."""
    lists: list[list[dict[str, object]]] = batch["pii"].to_pylist()
    sums: dict[int, Counter[str]] = {}
    for line in counts.to_pylist():
        sums.setdefault(line["row"], Counter())[line["type"]] += line["count"]
    for row, found in sums.items():
        for said in lists[row]:
            found[str(said["type"])] += int(str(said["count"]))
        lists[row] = [{"type": kind, "count": count} for kind, count in sorted(found.items())]
    place = batch.schema.get_field_index("pii")
    return batch.set_column(place, batch.schema.field(place), pa.array(lists, FILLED.field("pii").type))
