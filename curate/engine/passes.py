"""One split through one pass: read, apply what the rounds found, stream, gather facts, write what lives on."""

import hmac
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from curate.core.errors import StorageError
from curate.core.personal import keyed_uri
from curate.core.receipt import Receipt
from curate.core.record import ROW
from curate.core.source import FileStat, Source, Split
from curate.core.stage import VERDICTS, Findings, Outcome, Step
from curate.engine.crumbs import AT_REST, Crumbs
from curate.engine.entry import counted, keyed, sampled, sparing
from curate.engine.flow import ERRORS_TOLD, SPOTTED, Book, Flow, Opened, entered
from curate.engine.gather import Gatherer, Trail, with_fate
from curate.engine.keys import Keys
from curate.engine.plan import Pass, Shape
from curate.engine.space import Space
from curate.engine.spool import LZ4, PLAIN, Spool, batches_of, text_bytes
from curate.engine.survey import is_unchanged
from curate.engine.task import widened
from curate.lineage.manifest import UNDETERMINED
from curate.sinks.measure import row_bytes
from curate.sinks.shards import GROUP_BYTES, GROUP_ROWS, regroup


@dataclass(frozen=True)
class Portion:
    """How kept records fall into train, validation, test: shares in order, a seed, and the column that groups them."""

    shares: tuple[tuple[str, float], ...]
    seed: int
    group: str | None

    def of(self, batch: pa.RecordBatch) -> list[str]:
        """Name the split of each record: HMAC-SHA256(seed, group) as a fraction, held against the running shares.

        The group is the configured field, else the near-duplicate cluster, else the id.
        """
        names = batch["id"].to_pylist()
        column = self.group or "cluster"
        groups = [
            name if group is None else str(group) for name, group in zip(names, batch[column].to_pylist(), strict=True)
        ]
        return [self._drawn(group) for group in groups]

    def _drawn(self, group: str) -> str:
        drawn = hmac.digest(str(self.seed).encode(), group.encode(), "sha256")
        fraction = int.from_bytes(drawn[:8]) / 2**64
        passed = 0.0
        for name, share in self.shares:
            passed += share
            if fraction < passed:
                return name
        return self.shares[-1][0]


@dataclass(frozen=True)
class PassJob:
    """Everything that one task of a pass needs to know."""

    stage_pass: Pass
    shape: Shape
    portion: Portion
    source: Source
    split: Split | None = None
    """What to read, in the first pass."""
    files: tuple[FileStat, ...] = ()
    """The raw files of the split as the survey found them, in the first pass."""
    text: str | None = None
    """Path of the work file to read, in a later pass."""
    findings: tuple[tuple[str | None, ...], ...] = ()
    """For each stage that the pass applies, the paths of this task's slice and of what all tasks share."""
    uri_key: bytes | None = field(default=None, repr=False)
    """Key of the published file names, where they are keyed."""
    keys: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """By stage: key of the digests of personal data, where there is one."""
    sample: int | None = None
    """Keep only records whose id, as a number, is below this: a sample by digest."""
    killed: tuple[tuple[int, str], ...] = ()
    """(row, stage) of records that killed their worker."""
    careful: tuple[int, int] | None = None
    """Rows to be taken one at a time, to find the one that kills."""

    def check_unchanged(self) -> None:
        """Raise StorageError where a raw file is no longer the one that was surveyed: the key names its digest."""
        for file in self.files:
            if not is_unchanged(file):
                hint = "let nobody write to the raw files while a run reads them; run the same command again"
                raise StorageError("the file changed while the run was reading it", where=file.path, hint=hint)

    def perform(self, space: Space, key: str) -> Receipt:
        """Run the pass over the split; the receipt holds tallies by stage and rows and bytes by row group."""
        return PassRun(self, space, key).run()


class PassRun:
    """One performance of a PassJob."""

    def __init__(self, job: PassJob, space: Space, key: str) -> None:
        self.job, self.space, self.key = job, space, key
        self.names: list[tuple[str, bool]] = []
        self.stack = ExitStack()
        self.flow = Flow(job.shape, job.source.name, self._leave_out)
        self.crumbs = Crumbs(space.root, key)
        self.flow.watch = self.crumbs.drop
        self.flow.keys, self.flow.placed = job.keys, self._place
        trail = Trail(job.source.name, job.killed, self.crumbs.drop, self.draft)
        self.gather = [Gatherer(stage, trail) for stage in job.stage_pass.gather]
        self.gone: list[pa.RecordBatch] = []
        self.spots: list[pa.RecordBatch] = []
        self.pii: Spool | None = None
        self.entry: pa.RecordBatch | None = None
        """What the source gave last, with the records that it could not read."""
        self.groups: dict[str, list[tuple[int, int]]] = {}
        self.files: Counter[str] = Counter()
        self.languages: Counter[str] = Counter()
        self.rows = 0

    def run(self) -> Receipt:
        """Do the work; outputs get their names only when all of them are whole."""
        started = time.process_time()
        self.crumbs.drop(AT_REST, 0, 0)
        with self.stack:
            self.left = self.spool("left", self.job.shape.obituary)
            living = self._living(self._entries(), self._chain())
            if self.job.stage_pass.last:
                self._write_last(living)
            else:
                self._write_on(living)
            for gatherer in self.gather:
                gatherer.close()
            self.left.close()
            if self.pii is not None:
                self.pii.close()
            self.job.check_unchanged()
        self.crumbs.sweep()
        return self._receipt(time.process_time() - started)

    def _leave_out(self, gone: pa.RecordBatch) -> None:
        self.gone.append(gone)

    def _write_left(self) -> None:
        """Write what one batch of the source lost, and its personal data, by row: so the files are in order."""
        if self.gone:
            self.left.write(in_rows(self.gone))
        self.gone = []
        if self.spots:
            self.pii = self.pii or self.spool("pii", SPOTTED)
            self.pii.write(in_rows(self.spots))
        self.spots = []

    def _place(self, lines: pa.RecordBatch) -> None:
        self.spots.append(lines)

    def _receipt(self, seconds: float) -> Receipt:
        outputs = {name: self.space.refer(self.key, name, text=text) for name, text in self.names}
        clock = {book.stage: book.seconds for book in self.flow.books}
        clock |= {f"{one.stage.name} (facts)": one.seconds for one in self.gather}
        payload = {
            "rows": self.rows,
            "groups": self.groups,
            "files": dict(sorted(self.files.items())),
            "languages": dict(sorted(self.languages.items())),
            "errors": [*self.flow.errors, *(place for one in self.gather for place in one.places)][:ERRORS_TOLD],
            "measures": {rule: sorted(said) for rule, said in sorted(self.flow.measures.items())},
            "unfit": {one.stage.name: one.unfit for one in self.gather if one.unfit},
        }
        tallies = tuple(book.tally() for book in self.flow.books)
        label = f"pass {self.job.stage_pass.number + 1} of {self.job.source.name}"
        return Receipt(self.key, label, self.job.source.name, outputs, tallies, payload, clock | {"task": seconds})

    def draft(self, name: str, *, text: bool = False) -> Path:
        """Begin an output of the task."""
        self.names.append((name, text))
        return self.stack.enter_context(self.space.writing(self.key, name))

    def spool(self, name: str, schema: pa.Schema, *, text: bool = False, packed: bool = True) -> Spool:
        """Begin an output that is a spool of batches."""
        return Spool(self.draft(name, text=text), schema, LZ4 if packed else PLAIN)

    def _chain(self) -> list[Opened]:
        """Open the stages of the pass in order: those that apply findings, then those that stream."""
        job = self.job
        opened = []
        for stage, (path, shared) in zip(job.stage_pass.apply, job.findings, strict=True):
            found = Findings(self._table(path) or VERDICTS.empty_table(), self._table(shared), job.source.name)
            opened.append(self.flow.applied(stage, found, idle=path is None and shared is None))
        opened += [self.flow.opened(stage) for stage in job.stage_pass.stream]
        for one in opened:
            one.step = self._sparing(one.settings.name, one.step)
        return opened

    def _table(self, path: str | None) -> pa.Table | None:
        return pa.Table.from_batches(list(batches_of(self.space.at(path)))) if path else None

    def _sparing(self, stage: str, step: Step) -> Step:
        """Keep a step away from the records that killed their worker in it."""
        rows = pa.array([row for row, where in self.job.killed if where == stage], pa.uint32())
        return sparing(step, rows, stage) if len(rows) else step

    def _entries(self) -> Iterator[pa.RecordBatch]:
        """Yield living batches as they come in: from the source in the first pass, else from the work file."""
        if self.job.split is None:
            return self._work_batches(str(self.job.text))
        return self._source_batches(self.job.split, self.flow.book("read"))

    def _work_batches(self, path: str) -> Iterator[pa.RecordBatch]:
        for batch in batches_of(self.space.at(path)):
            self.rows += batch.num_rows
            yield batch

    def _source_batches(self, split: Split, book: Book) -> Iterator[pa.RecordBatch]:
        started = time.process_time()
        for outcome in self._outcomes(split):
            first = self.rows
            self.rows += outcome.batch.num_rows
            chosen = sampled(keyed(outcome, self.job.uri_key), self.job.sample)
            if not self.job.source.carries_places:
                self.files.update(counted(chosen.batch["source_uri"]))
            self.entry = entered(chosen.batch, self.job.shape, first)
            batch = self.flow.settle(Outcome(self.entry, chosen.found), book, text_bytes(self.entry))
            book.seconds += time.process_time() - started
            yield batch
            started = time.process_time()

    def _outcomes(self, split: Split) -> Iterator[Outcome]:
        """Read a split; piece by piece where the records do not say themselves which file they were read from."""
        source = self.job.source
        if not source.carries_places:
            yield from source.read(split)
            return
        left = split.limit
        for piece in split.pieces:
            for outcome in source.read(Split(split.source, (piece,), left)):
                uri = piece.uri if self.job.uri_key is None else keyed_uri(piece.uri, self.job.uri_key)
                self.files[uri] += outcome.batch.num_rows
                left = None if left is None else left - outcome.batch.num_rows
                yield outcome

    def _living(self, entries: Iterator[pa.RecordBatch], chain: list[Opened]) -> Iterator[pa.RecordBatch]:
        """Carry every batch down the chain; gather the facts of those that are still there at its end."""
        for entry in entries:
            living = []
            for part in self._parts(entry):
                alive = part
                for opened in chain:
                    alive = self.flow.step(opened, alive)
                if alive.num_rows:
                    living.append(alive)
                    self._gather(alive)
                    yield alive
            self._write_left()
            if self.entry is not None:
                self._gather_keys(self.entry, living)

    def _gather(self, alive: pa.RecordBatch) -> None:
        for gatherer in self.gather:
            if not isinstance(gatherer.stage, Keys):
                alive = gatherer.take(alive)

    def _gather_keys(self, entry: pa.RecordBatch, living: list[pa.RecordBatch]) -> None:
        """Keys look at every record that came in: a rejected one must not bear the id of one that is kept."""
        for gatherer in self.gather:
            if isinstance(gatherer.stage, Keys):
                gatherer.take(with_fate(entry, living))

    def _parts(self, batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        """Cut a batch into single records where the one that kills is looked for."""
        rows = batch["row"].to_numpy()
        if self.job.careful is None or len(rows) == 0:
            yield batch
            return
        low, high = self.job.careful
        if rows[-1] < low or rows[0] > high:
            yield batch
            return
        for place in range(batch.num_rows):
            yield batch.slice(place, 1)

    def _write_on(self, living: Iterator[pa.RecordBatch]) -> None:
        """Write the work file of a pass that is not the last, and the ids by row that findings are resolved with."""
        flight = self.job.shape.flight
        spool = self.spool("text", flight, text=True, packed=False)
        ids = self.spool("ids", pa.schema([ROW, flight.field("id")]))
        for batch in living:
            spool.write(widened(batch, flight))
            ids.write(batch.select(["row", "id"]))
        spool.close()
        ids.close()

    def _write_last(self, living: Iterator[pa.RecordBatch]) -> None:
        """Write kept records in row groups, a file for each split of the output, and their signals."""
        shape = self.job.shape
        groups = {name: Groups(self, name) for name, _ in self.job.portion.shares}
        signals = self.spool("signals", shape.measured)
        for batch in living:
            whole = widened(batch, shape.flight)
            signals.write(whole.select(signals.schema.names))
            self.languages.update(counted(pc.fill_null(whole["language"], UNDETERMINED)))
            shard = whole.select(shape.shard.names)
            if len(groups) == 1:
                next(iter(groups.values())).take(shard)
                continue
            names = self.job.portion.of(whole)
            for name, group in groups.items():
                group.take(shard.filter(pa.array([said == name for said in names], pa.bool_())))
        for name, group in groups.items():
            self.groups[name] = group.close()
        signals.close()


def in_rows(batches: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
    """Put lines in the order of their rows; those of one row stay in theirs."""
    table = pa.Table.from_batches(batches)
    return table.take(pc.sort_indices(table["row"])).combine_chunks().to_batches()[0]


class Groups:
    """Cuts the kept records of one split of the output into row groups, whatever batches they come in."""

    WAITING_BYTES = 2 * GROUP_BYTES

    def __init__(self, run: PassRun, name: str) -> None:
        self.spool = run.spool(f"rows-{name}", run.job.shape.shard, text=True, packed=False)
        self.sizes: list[tuple[int, int]] = []
        self.waiting: list[pa.RecordBatch] = []
        self.bytes = 0

    def take(self, batch: pa.RecordBatch) -> None:
        """Take kept records; write the groups that are full."""
        self.waiting.append(batch)
        self.bytes += batch.get_total_buffer_size()
        if self.bytes >= self.WAITING_BYTES or sum(one.num_rows for one in self.waiting) >= 8 * GROUP_ROWS:
            *full, rest = regroup(self.waiting)
            self._write(full)
            self.waiting, self.bytes = [rest], rest.nbytes

    def _write(self, groups: list[pa.RecordBatch]) -> None:
        for group in groups:
            self.spool.write(group)
            self.sizes.append((group.num_rows, int(row_bytes(group).sum())))

    def close(self) -> list[tuple[int, int]]:
        """Write the rest; return rows and bytes of every group."""
        self._write([group for group in regroup(self.waiting) if group.num_rows])
        self.spool.close()
        return self.sizes
