"""The seams between the engine and its stages: a stage is a frozen value that opens into a function of a batch."""

from abc import abstractmethod
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple, Protocol, runtime_checkable

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from curate.core.errors import Mistake

Action = Literal["reject", "tag"]
Operator = Literal["<", "<=", ">", ">=", "=="]

FOUND = pa.schema(
    [
        ("row", pa.int32()),
        ("rule", pa.string()),
        ("metric", pa.string()),
        ("value", pa.float64()),
        ("threshold", pa.float64()),
        ("operator", pa.string()),
        ("action", pa.string()),
        ("other", pa.string()),
    ]
)
"""What a step found, 0..k lines a row. `row` is the position in the batch, ascending; `rule` is `stage:what`.

`value operator threshold` is true as written (`12 < 50` for a text that is too short); metric, value, threshold and
operator are null for a rule without a measure. `action` is `reject` or `tag`; `other` is the id of another record
(the one that is kept in place of a duplicate) or null.
"""

COUNTED = pa.schema([("row", pa.int32()), ("type", pa.string()), ("count", pa.int32())])
"""What an editor replaced, 0..k lines a string: the type of thing (`PHONE_NUMBER`) and how often."""

JUDGED = pa.schema([("row", pa.int32()), ("type", pa.string()), ("fate", pa.string()), ("count", pa.int32())])
"""What an editor made of the personal data that it saw, 0..k lines a string.

`fate` is `found` (a rule matched it), and then one of `replaced` (something was written in its place), `tagged` (left
in place as the settings say) and `allowed:REASON` (left in place because an allow rule spoke for it, for this reason):
for each type, as many are found as are replaced, tagged or allowed.
"""

POSITIONS = pa.schema([("row", pa.int32()), ("type", pa.string()), ("offset", pa.int32()), ("length", pa.int32())])
"""Where an editor found personal data, 0..k lines a string, in characters of the string as it came."""

VERDICTS = pa.schema(
    [
        ("row", pa.uint64()),
        ("rule", pa.string()),
        ("metric", pa.string()),
        ("value", pa.float64()),
        ("threshold", pa.float64()),
        ("operator", pa.string()),
        ("action", pa.string()),
        ("other", pa.uint64()),
    ]
)
"""What the last round of a global stage yields, at most one line a row: FOUND with run-wide row numbers.

A null `rule` is a line that says something about a kept record (its cluster) and finds nothing. The stage may append
columns of its own. The engine hands each task its own lines, `row` counted within the split (uint32), `other` resolved
to the id (string) of that record.
"""


class Value(BaseModel):
    """A frozen, picklable value whose unknown keys are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, arbitrary_types_allowed=True)


class Outcome(NamedTuple):
    """What a step made of a batch: the same n rows in the same order, and what it found (schema FOUND)."""

    batch: pa.RecordBatch
    found: pa.RecordBatch | None = None


class Edited(NamedTuple):
    """What an editor made of n strings: n strings in the same order (null stays null), findings and counts.

    The schemas of the lines are FOUND, COUNTED, JUDGED, POSITIONS; in each the `row` is the place of the string.
    """

    strings: pa.StringArray
    found: pa.RecordBatch | None = None
    counts: pa.RecordBatch | None = None
    judged: pa.RecordBatch | None = None
    positions: pa.RecordBatch | None = None


Step = Callable[[pa.RecordBatch], Outcome]
"""Row-wise: step(a + b) == step(a) + step(b)."""

Edit = Callable[[pa.StringArray], Edited]
"""Row-wise and settled after one pass: editing edited strings changes nothing."""


@runtime_checkable
class RecordEdit(Protocol):
    """An edit whose outcome depends on the record: core asks it for the edit of the strings of given records."""

    def of_records(self, ids: pa.StringArray) -> Edit:
        """Return the edit of n strings that belong to the records of these n ids; several may be of one record."""
        ...


@runtime_checkable
class TurnEdit(RecordEdit, Protocol):
    """An edit for which the turns of a chat belong together: what one says decides what is edited in another."""

    def of_turns(self, ids: pa.StringArray, owners: Sequence[int] | None) -> Edit:
        """Return the edit of n turns of the records of these n ids; those of equal `owners` are of one chat."""
        ...


class Settings(Value):
    """What every stage has: a name, what it applies to, and what it does with a finding."""

    version: ClassVar[int] = 1
    """Bumped by hand whenever the stage's output changes for the same input; part of every task key."""
    uses: ClassVar[tuple[str, ...]] = ()
    """Distributions whose versions shape the output and so enter the task key."""
    limited: ClassVar[bool] = True
    """Whether what it rejects counts against `limits.rejected_share`: not where leaving out much is its purpose."""

    name: str = Field("", alias="as", description="Another name for this stage, where it stands twice.")
    sources: tuple[str, ...] | None = Field(None, description="Only records of these sources; all when absent.")
    languages: tuple[str, ...] | None = Field(
        None, description="Only records of these languages, as `language` wrote them; all when absent."
    )
    action: Action | None = Field(
        None,
        description="What a finding does: `reject` leaves the record out, `tag` marks it. Absent: as each rule says.",
    )

    @property
    def adds(self) -> pa.Schema:
        """Columns that the step sets, in order: filled ones (`language`) by their own name, signals as `name_what`."""
        return pa.schema([])

    @property
    def assets(self) -> tuple[Path, ...]:
        """Files that shape the output; their content, not their path, enters the key and the manifest."""
        return ()

    @property
    def reads(self) -> tuple[str, ...]:
        """Kept fields and signals that the stage reads by name: the configuration is refused where one is not there."""
        return ()

    @property
    def clears(self) -> tuple[str, ...]:
        """Types of personal data of which, where the stage applies, nothing is left but what its allow rules spare."""
        return ()

    @property
    def rejects(self) -> bool:
        """Whether, as it is set, it is there to leave records out: the plan warns where it follows deduplication."""
        return self.action == "reject"

    @property
    def finds(self) -> Mapping[str, Action] | None:
        """What each rule that may find something does, by what follows the colon; None where that is not known."""
        return None

    @property
    def might_find(self) -> Collection[str] | None:
        """What its rules are called under any settings, or patterns of that; None where that is not known."""
        return None

    @property
    def counts(self) -> tuple[str, ...]:
        """Tags, or patterns of tags, that it goes by: the configuration is refused where no stage before finds any."""
        return ()

    def mistakes(self) -> Iterator[Mistake]:
        """Yield what is wrong with the files that the settings name and that are there: all of it, raising nothing."""
        yield from ()

    def key(self) -> bytes | None:
        """Return the stage's own secret for keyed digests; null where it has none and the run's `key_file` serves."""
        return None

    def lineage(self) -> dict[str, Any]:
        """Return what the manifest says of the stage beside its settings: what follows from them."""
        return {}


class Stage(Settings):
    """Measures or judges one batch at a time."""

    @abstractmethod
    def open(self) -> Step:
        """Load what is needed, once a worker, and return the step."""


class Editor(Settings):
    """Changes strings wherever they stand: text, every message's content, kept string columns."""

    edits_roles: ClassVar[bool] = False
    """Whether it also treats the roles of messages, but for plain ones such as `user`."""

    @abstractmethod
    def open(self) -> Edit:
        """Load what is needed, once a worker, and return the edit."""


class Texts(Protocol):
    """Texts of records by their run-wide numbers, read from the work files on demand."""

    def of(self, rows: Any, columns: Sequence[str] = ("text",)) -> Iterator[pa.RecordBatch]:
        """Yield batches (row uint64, source uint32: place of the source in the configuration, then `columns`).

        `rows` is a numpy array of uint64, sorted and unique; batches come in ascending row order. `columns` names
        columns of the record in flight: `text`, `messages`, `id`, a kept field, a signal.
        """
        ...


WARNINGS = "warnings"
"""A list, in what a stage says of a run, of sentences that its end repeats: nobody reads a manifest to be warned."""
QUOTE = "quote"
"""A column, in what a round yields, that quotes texts: the engine masks personal data in it before it is written."""
Yields = Generator[pa.RecordBatch, None, "dict[str, int] | None"]
"""What a round gives: batches of one schema, and at its end counts, which are added up over rounds and partitions."""


class Round(Protocol):
    """One step of a global stage over the whole corpus; a frozen, picklable value whose fields enter the task key."""

    @property
    def by(self) -> Literal["key", "row", "all"]:
        """How the engine partitions and sorts: by `key`, by `row`, or everything in one task."""

    @property
    def wants_text(self) -> bool:
        """Whether `reduce` gets `texts`."""

    def reduce(self, facts: pa.Table, texts: Texts | None) -> Yields:
        """Turn one partition, sorted by (key, row) or (row), into the facts of the next round or into VERDICTS.

        `row` (and every other column of type uint64 that ends in `row`) is a run-wide number. In the first round,
        partitioned by key, keys that stand alone may be missing.
        """
        ...


class Findings(NamedTuple):
    """What the rounds found, as far as one task is concerned."""

    verdicts: pa.Table
    """Its own slice of the last round: VERDICTS, `row` uint32 within the split, `other` as id, plus extras."""
    shared: pa.Table | None = None
    """All that the last round yielded, for a stage that edits or shares; null where it yielded nothing."""
    source: str = ""
    """Name of the source that the records of the task come from."""


class GlobalStage(Settings):
    """Sees the corpus in rounds, then is a step."""

    facts_from: ClassVar[tuple[str, ...] | None] = None
    """Settings that shape `facts`, null for all; a change of any other setting leaves the facts on disk valid."""
    open_from: ClassVar[tuple[str, ...] | None] = None
    """Settings that shape what `open` makes of findings, null for all; a change of any other leaves it valid."""
    edits: ClassVar[bool] = False
    """Whether it changes text: its last round then yields what all tasks share, and `open` returns an edit."""
    shares: ClassVar[bool] = False
    """Whether its last round yields what all tasks share, though it changes no text: `open` returns a step by it."""

    @abstractmethod
    def facts(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return 0..k lines a record: key uint64, row uint32 (taken from `batch["row"]`), few more columns."""

    @abstractmethod
    def rounds(self) -> Sequence[Round]:
        """Return the rounds in order; the last one yields VERDICTS, or what tasks share (`edits`, `shares`)."""

    @property
    def roles(self) -> tuple[str, ...] | None:
        """Roles of the turns that an edit is about; null for all."""
        return None

    def open(self, findings: Findings) -> Step | Edit:
        """Return the step that applies this task's findings, or the edit of a stage that edits."""
        return lambda batch: apply_verdicts(batch, findings.verdicts)

    def concluded(self, lines: Iterator[pa.RecordBatch], counts: Mapping[str, int]) -> dict[str, Any]:
        """Return what the manifest says of the rounds: of all that the last one yielded, and of what they counted.

        A value under a name that ends in `_row` is turned into the id of that record, the name cut to match.
        """
        return {"verdicts": sum(batch.num_rows for batch in lines), **counts}


def apply_verdicts(batch: pa.RecordBatch, verdicts: pa.Table) -> Outcome:
    """Turn the verdicts on the rows of this batch into findings: what most global stages open into."""
    import numpy as np

    rows = batch["row"].to_numpy()
    named = verdicts["row"].to_numpy()
    places = np.searchsorted(rows, named)
    here = (places < len(rows)) & (rows[np.minimum(places, len(rows) - 1)] == named) if len(rows) else named < 0
    lines = verdicts.filter(pa.array(here)).select([field.name for field in FOUND]).combine_chunks()
    lines = lines.set_column(0, "row", pa.array(places[here].astype("int32")))
    lines = lines.filter(lines["rule"].is_valid()).cast(FOUND)
    return Outcome(batch, lines.to_batches()[0] if lines.num_rows else None)


def found_lines(  # noqa: PLR0913 - the columns of a finding are its arguments
    mask: pa.BooleanArray,
    rule: str,
    *,
    action: Action,
    metric: str | None = None,
    value: pa.Array | None = None,
    threshold: float | None = None,
    operator: Operator | None = None,
) -> pa.RecordBatch | None:
    """Return one finding for each row where `mask` is true (null counts as false), or None where there is none."""
    from curate.core import compute as pc

    rows = pc.indices_nonzero(pc.fill_null(mask, False)).cast(pa.int32())
    n = len(rows)
    if n == 0:
        return None
    values = pa.nulls(n, pa.float64()) if value is None else pc.cast(value.take(rows), pa.float64())
    said: list[tuple[Any, pa.DataType]] = [
        (rule, pa.string()),
        (metric, pa.string()),
        (threshold, pa.float64()),
        (operator, pa.string()),
        (action, pa.string()),
        (None, pa.string()),
    ]
    rule_, metric_, threshold_, operator_, action_, other_ = (pa.repeat(pa.scalar(v, t), n) for v, t in said)
    columns = [rows, rule_, metric_, values, threshold_, operator_, action_, other_]
    return pa.RecordBatch.from_arrays(columns, schema=FOUND)


def merged(lines: Sequence[pa.RecordBatch | None]) -> pa.RecordBatch | None:
    """Put findings of several rules together: ascending by row, within a row in the order given."""
    some = [batch for batch in lines if batch is not None and batch.num_rows]
    if not some:
        return None
    table = pa.Table.from_batches(some)
    order = sorted(range(table.num_rows), key=table["row"].to_pylist().__getitem__)
    return table.take(pa.array(order, pa.int64())).combine_chunks().to_batches()[0]
