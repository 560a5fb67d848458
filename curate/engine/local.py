"""A pool of processes on this machine that outlives the death of any of them."""

import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType

from curate.core.light import spare_pandas
from curate.core.receipt import Receipt
from curate.engine.kernels import keep_kernels
from curate.engine.lock import hold_shared
from curate.engine.task import Task, perform

STRIKES = 3
"""After a break its tasks run one at a time; one that breaks the pool by itself, and so often, is given up."""


class FatalTaskError(Exception):
    """A task kills its worker every time; `task` names it."""

    def __init__(self, task: Task) -> None:
        super().__init__(task.label)
        self.task = task


class Local:
    """Runs tasks in forkserver processes, at most two a worker in flight; with no workers, in this process."""

    def __init__(self, workers: int, root: Path, stopping: threading.Event) -> None:
        self.workers, self.root, self.stopping = workers, root, stopping
        self._pool: ProcessPoolExecutor | None = None
        # Workers live as long as this end of their pipe is open: until this process ends, or the pool breaks.
        self._leash: Connection | None = None
        self._strikes: Counter[str] = Counter()

    def map(self, tasks: Sequence[Task]) -> Iterator[Receipt]:
        """Yield receipts as tasks end, no new work once `stopping` is set; FatalTaskError after three strikes."""
        if self.workers == 0:
            for task in tasks:
                if self.stopping.is_set():
                    return
                yield perform(task, self.root)
            return
        yield from self._map(list(tasks))

    def _map(self, waiting: list[Task]) -> Iterator[Receipt]:
        waiting.reverse()
        flying: dict[Future[Receipt], Task] = {}
        while waiting or flying:
            if not self.stopping.is_set():
                self._launch(waiting, flying)
            elif not flying:
                return
            done, _ = wait(flying, return_when=FIRST_COMPLETED)
            broken: list[Task] = []
            for future in done:
                task = flying.pop(future)
                try:
                    receipt = future.result()
                except BrokenProcessPool:
                    broken.append(task)
                else:
                    yield receipt
            if broken:
                waiting += self._after_break([*broken, *flying.values()])
                flying.clear()

    def _launch(self, waiting: list[Task], flying: dict[Future[Receipt], Task]) -> None:
        alone = any(self._strikes[task.key] for task in [*waiting, *flying.values()])
        ceiling = 1 if alone else 2 * self.workers
        while waiting and len(flying) < ceiling:
            task = waiting.pop()
            try:
                with main_spared():
                    flying[self._open().submit(perform, task, self.root)] = task
            except BrokenProcessPool:
                waiting.append(task)
                self.close()

    def _after_break(self, lost: list[Task]) -> list[Task]:
        """Count a strike against every task that may have done it; from then on they run one at a time."""
        self.close()
        for task in lost:
            self._strikes[task.key] += 1
            if self._strikes[task.key] >= STRIKES and len(lost) == 1:
                raise FatalTaskError(task)
        return sorted(lost, key=lambda task: self._strikes[task.key])

    def _open(self) -> ProcessPoolExecutor:
        if self._pool is None:
            context = get_context("forkserver")
            context.set_forkserver_preload(["pyarrow", "curate.engine.passes"])
            end, self._leash = context.Pipe(duplex=False)
            self._pool = ProcessPoolExecutor(
                self.workers, mp_context=context, initializer=settle, initargs=(str(self.root), end)
            )
        return self._pool

    def close(self) -> None:
        """End the workers without waiting: what they did is on disk, and one that hangs must not hold the run.

        A worker ends when its end of the leash closes. It ignores SIGTERM, and the dead may have locked the queues, so
        that an orderly shutdown of the pool could wait for ever.
        """
        if self._leash is not None:
            self._leash.close()
            self._leash = None
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None


@contextmanager
def main_spared() -> Iterator[None]:
    """Keep a starting worker from running the caller's script again: no task needs anything of `__main__`.

    So that `curate.run(...)` works in a script without an `if __name__ == "__main__"` of its own.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def settle(root: str, leash: Connection) -> None:
    """Prepare a worker: signals are its parent's business, it dies with its leash, and marks the work folder."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    spare_pandas()
    keep_kernels(Path(root))
    hold_shared(Path(root))
    threading.Thread(target=_die_with, args=(leash,), daemon=True).start()


def _die_with(leash: Connection) -> None:
    """End this process when its parent lets go of it or is gone: PR_SET_PDEATHSIG would follow the fork server."""
    leash.poll(None)
    os._exit(1)
