"""The same tasks on a Ray cluster: public API only, documents never travel, files are the interface."""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from curate.core.errors import ConfigError, CurateError
from curate.core.receipt import Receipt
from curate.engine.kernels import keep_kernels
from curate.engine.task import Task, perform

RETRIES = 3
"""How often Ray does a task again whose worker or node died; Ray Data's own default has no end."""


class RayPool:
    """Runs tasks as Ray tasks over a file system that every node sees, at most two a core in flight."""

    def __init__(self, address: str | None, workers: int | None, root: Path, stopping: threading.Event) -> None:
        self.root, self.stopping = root, stopping
        self._ray = imported()
        if address is None:
            # Without an address Ray joins any cluster that left its mark on this machine, dead ones too.
            self._ray.init(address="local", num_cpus=workers, include_dashboard=False, log_to_driver=False)
        else:
            self._ray.init(address=address, log_to_driver=False)
        self._remote = self._ray.remote(max_retries=RETRIES, num_cpus=1)(remotely)
        self._ceiling = 2 * int(self._ray.cluster_resources().get("CPU", 1))

    def map(self, tasks: Sequence[Task]) -> Iterator[Receipt]:
        """Yield receipts as tasks end; stop handing out work once `stopping` is set."""
        waiting = list(reversed(tasks))
        flying: dict[Any, Task] = {}
        while waiting or flying:
            while waiting and len(flying) < self._ceiling and not self.stopping.is_set():
                task = waiting.pop()
                flying[self._remote.remote(task, str(self.root))] = task
            if not flying:
                return
            done, _ = self._ray.wait(list(flying), num_returns=1)
            for ref in done:
                yield self._receipt(ref, flying.pop(ref))

    def _receipt(self, ref: Any, task: Task) -> Receipt:
        try:
            receipt: Receipt = self._ray.get(ref)
        except self._ray.exceptions.RayTaskError as error:
            raise error.cause from None
        except self._ray.exceptions.RayError as error:
            hint = "look at the nodes' memory; a record that kills its worker is found with `engine: local`"
            raise CurateError(f"Ray gave the task up: {type(error).__name__}", where=task.label, hint=hint) from None
        return receipt

    def close(self) -> None:
        """Leave the cluster; a local one ends."""
        self._ray.shutdown()


def remotely(task: Task, root: str) -> Receipt:
    """Do a task on a node."""
    keep_kernels(Path(root))
    return perform(task, Path(root))


def imported() -> Any:
    """Import Ray; ConfigError where it is not installed."""
    try:
        import ray
    except ImportError:
        hint = "pip install 'curate[ray]'"
        raise ConfigError("engine is 'ray', but Ray is not installed", where="engine", hint=hint) from None
    return ray
