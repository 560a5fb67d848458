"""Have tasks done: what a receipt vouches for is not done again, what clean-up took is made anew if needed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from curate.core.errors import CurateError, DataError, StoppedError
from curate.core.receipt import FileRef, Receipt
from curate.engine.crumbs import Crumbs
from curate.engine.local import FatalTaskError
from curate.engine.passes import PassJob
from curate.engine.space import Space
from curate.engine.task import Task


class Pool(Protocol):
    """The whole seam between local processes and Ray."""

    def map(self, tasks: Sequence[Task]) -> Iterator[Receipt]:
        """Yield the receipts of tasks as they end, in any order."""
        ...

    def close(self) -> None:
        """End the workers."""
        ...


@dataclass(frozen=True)
class Event:
    """Something that a watcher may want to show."""

    phase: str
    done: int
    total: int
    weight: int
    """Bytes of text behind the tasks that are done."""
    weight_total: int
    receipt: Receipt | None = None
    cached: bool = False


@dataclass
class Crew:
    """The tasks of one run and the pool that does them."""

    space: Space
    pool: Pool
    watch: Callable[[Event], None]
    max_errors: int = 0
    rescue: Callable[[FileRef], bool] = lambda _ref: False
    """Brings back an output that lies in the published folder; tells whether it did."""
    receipts: dict[str, Receipt] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    errors: int = 0
    unfit: int = 0
    """Records on which a global stage raised while it gathered facts."""
    trusted: set[str] = field(default_factory=set)
    """Outputs that this run made or has digested."""
    made: list[str] = field(default_factory=list)
    """Labels of the tasks that were performed in this run, in the order of their ends."""

    def complete(self, phase: str, tasks: Sequence[Task]) -> list[Receipt]:
        """Return a receipt for every task, in the order given; raise DataError above the errors allowed."""
        self.tasks |= {task.key: task for task in tasks}
        todo, progress = [], Progress(phase, tasks, self.watch)
        for task in tasks:
            receipt = self._valid(task.key)
            if receipt is None:
                todo.append(task)
            else:
                self._keep(receipt)
                progress.step(task, receipt, cached=True)
        self._check_errors()
        self._perform(todo, progress)
        return [self.receipts[task.key] for task in tasks]

    def bring(self, wanted: Sequence[tuple[str, str]]) -> None:
        """See to it that outputs (key, name) of finished tasks are on disk, making again what clean-up took."""
        lost = {key: None for key, name in wanted if not self._present(key, name)}
        again = [self.tasks[key] for key in lost]
        if again:
            self._perform(again, Progress("again", again, self.watch))

    def _present(self, key: str, name: str) -> bool:
        ref = self.receipts[key].outputs.get(name)
        return ref is None or self._intact(ref) or self.rescue(ref)

    def _intact(self, ref: FileRef) -> bool:
        """Digest an output that an earlier run left, once; one that this run made is taken at its size."""
        if ref.path not in self.trusted:
            if not self.space.is_whole(ref):
                return False
            self.trusted.add(ref.path)
        return self.space.holds(ref)

    def _valid(self, key: str) -> Receipt | None:
        receipt = self.receipts.get(key) or Receipt.load(self.space.receipts, key)
        if receipt is None:
            return None
        kept = [ref for ref in receipt.outputs.values() if not ref.text]
        return receipt if all(self._intact(ref) for ref in kept) else None

    def _perform(self, tasks: Sequence[Task], progress: "Progress") -> None:
        if not tasks:
            return
        self.bring(list(dict.fromkeys(read for task in tasks for read in task.reads)))
        left = {task.key: task for task in tasks}
        while left:
            try:
                for receipt in self.pool.map(list(left.values())):
                    self._take(left.pop(receipt.key), receipt, progress)
            except FatalTaskError as fatal:
                suspect = suspected(fatal.task, self.space, self.max_errors)
                self.tasks[suspect.key] = left[suspect.key] = suspect
                continue
            if left:
                hint = "run the same command again to go on"
                raise StoppedError("stopped; what was finished is kept", where=progress.phase, hint=hint)

    def _take(self, task: Task, receipt: Receipt, progress: "Progress") -> None:
        before = self.receipts.get(task.key)
        if before is not None and digests(before) != digests(receipt):
            name = min(name for name, _ in digests(before).items() ^ digests(receipt).items())
            hint = "the input has changed under the run, or a stage is not deterministic: run again with --fresh"
            raise CurateError(f"made again, output {name!r} is not the same as before", where=task.label, hint=hint)
        self._keep(receipt)
        self.trusted |= {ref.path for ref in receipt.outputs.values()}
        self.made.append(task.label)
        progress.step(task, receipt, cached=False)
        self._check_errors()

    def _keep(self, receipt: Receipt) -> None:
        if receipt.key not in self.receipts:
            self.errors += sum(tally.errors for tally in receipt.tallies)
            self.unfit += sum(len(said) for said in receipt.payload.get("unfit", {}).values())
        self.receipts[receipt.key] = receipt

    def _check_errors(self) -> None:
        errors = max(self.errors, self.unfit)  # unfit records are counted again where they are rejected
        if errors > self.max_errors:
            counted = "1 record" if errors == 1 else f"{errors} records"
            raise DataError(
                f"{counted} made a stage fail, and max_errors is {self.max_errors}",
                where=self._where(),
                hint="look at these records, or set max_errors to let so many into the ledger",
            )

    def _where(self) -> str:
        said = [line for receipt in self.receipts.values() for line in receipt.payload.get("errors", [])]
        places = [
            f"{line['source_id']}:{line['source_uri']} record {line['source_row']} ({line['rule']})" for line in said
        ]
        return "; ".join(places[:3])


class Progress:
    """Tells a watcher how far a phase is."""

    def __init__(self, phase: str, tasks: Sequence[Task], watch: Callable[[Event], None]) -> None:
        self.phase, self.watch = phase, watch
        self.total, self.weight_total = len(tasks), sum(task.weight for task in tasks)
        self.done = self.weight = 0
        watch(Event(phase, 0, self.total, 0, self.weight_total))

    def step(self, task: Task, receipt: Receipt, *, cached: bool) -> None:
        """Count a finished task."""
        self.done += 1
        self.weight += task.weight
        self.watch(Event(self.phase, self.done, self.total, self.weight, self.weight_total, receipt, cached))


def digests(receipt: Receipt) -> dict[str, str]:
    """Return the digests of a receipt's outputs by name."""
    return {name: ref.digest for name, ref in receipt.outputs.items()}


def suspected(task: Task, space: Space, max_errors: int) -> Task:
    """Narrow down which record kills a worker: first take its rows one at a time, then leave it to the ledger.

    CurateError where the task does not die while a stage looks at records, or dies of one that was left out already;
    DataError where so many kill that the place of the first does not matter any more.
    """
    trail = Crumbs(space.root, task.key).last()
    job = task.job
    hint = "it may have run out of memory: try fewer workers; the system's log tells who killed it"
    baffled = CurateError("the worker is killed whenever it does this task", where=task.label, hint=hint)
    if trail is None or not isinstance(job, PassJob):
        raise baffled
    stage, first, last = trail
    if (first, last) == job.careful or (first == last and (first, stage) in job.killed):
        raise baffled
    if len(job.killed) > max_errors:
        fact = f"at least {len(job.killed) + 1} records kill their worker, and max_errors is {max_errors}"
        raise DataError(fact, where=f"{task.label}, {stage}", hint="look at what the stage does to this source")
    if first == last:
        return replace(task, job=replace(job, killed=(*job.killed, (first, stage)), careful=None))
    return replace(task, job=replace(job, careful=(first, last)))
