"""Drive a run from lock to publication, so that it can be killed anywhere and goes on where it was."""

import errno
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from curate.config.model import Config
from curate.core.errors import StorageError
from curate.core.lock import locked, wait_for_orphans
from curate.engine.books import manifest_of
from curate.engine.build import Rescue, already_done, build, clean
from curate.engine.canaries import plant_canaries
from curate.engine.crew import Crew, Pool
from curate.engine.diary import record_of, workers_of
from curate.engine.erased import check_suppressed, unread_lists
from curate.engine.kernels import keep_kernels
from curate.engine.limits import check_limits
from curate.engine.local import Local
from curate.engine.phases import Found, Work, lay_out, run_pass, run_rounds, survey
from curate.engine.plan import make_plan
from curate.engine.publish import check_ours, finish_publishing, publish
from curate.engine.residue import look_through
from curate.engine.sample import sample_bound
from curate.engine.space import Space
from curate.engine.status import Status, Watcher
from curate.engine.store import push
from curate.lineage.manifest import Manifest
from curate.lineage.runrecord import RunRecord


@dataclass(frozen=True)
class Options:
    """How to run, as against what: nothing here shapes a record but `limit` and `sample`."""

    limit: int | None = None
    fresh: bool = False
    sample: int | None = None
    """About so many records, drawn by digest over all files; their texts stay in the work files."""
    command: str = ""
    watch: Watcher = lambda _event: None


@dataclass
class Finished:
    """What a run came to."""

    out: Path
    manifest: Manifest
    record: RunRecord
    made: list[str] = field(default_factory=list)
    """Labels of the tasks that this run performed; empty where everything had been done before."""
    work: Work | None = field(default=None, repr=False)
    """What the run found out, as long as its work folder stands."""
    unread: list[Path] = field(default_factory=list)
    """Suppression lists of other outputs in the same folder that no stage read."""


def execute(config: Config, options: Options) -> Finished:
    """Run a configuration; raise a CurateError, with nothing half-published, where it cannot end well."""
    out = Path(os.path.realpath(config.output.path))  # a link stays a link: what it names is replaced
    space = Space.beside(out)
    plan = make_plan(config)
    started = datetime.now(UTC)
    with locked(out), storage_faults(out):
        finish_publishing(space, out)
        check_ours(out)
        check_suppressed(config, out)
        space.make()
        wait_for_orphans(space.root)
        if options.fresh:
            space.empty()
            space.make()
        keep_kernels(space.root)
        status = Status(space, options.watch)
        with stoppable() as stopping, status.ending(), storage_faults(out):
            pool = pool_of(config, space, stopping)
            crew = Crew(space, pool, status, config.max_errors, rescue=Rescue(space, out))
            work = Work(config, plan, space, crew, options.limit, uri_key=uri_key_of(config), keys=keys_of(config))
            try:
                return _performed(work, out, options, started)
            finally:
                pool.close()


def _performed(work: Work, out: Path, options: Options, started: datetime) -> Finished:
    survey(work)
    if options.sample is not None:
        work.sample = sample_bound(work, options.sample)
        work.plan = replace(work.plan, shape=replace(work.plan.shape, texts=True))
    findings: list[Found] = []
    for one in work.plan.passes:
        run_pass(work, one, findings)
        findings = run_rounds(work, one)
    lay_out(work)
    look_through(work, work.config.output.residual)
    plant_canaries(work, work.config.output.canaries)
    manifest = manifest_of(work)
    check_limits(work, manifest.accounting)
    record = record_of(work, started, options.command)
    if not already_done(out, manifest):
        build(work, out, manifest, record)
        publish(work.space, out)
    if work.config.output.store is not None:
        push(out, work.config.output.store)
    clean(work)
    return Finished(out, manifest, record, work.crew.made, work, unread_lists(work.config, out))


@contextmanager
def stoppable() -> Iterator[threading.Event]:
    """Give an event that SIGTERM and the first SIGINT set; a second one stops at once, which is safe as well."""
    stopping = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stopping
        return

    def stop(number: int, _frame: object) -> None:
        if stopping.is_set():
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        stopping.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


AGAIN = "then run the same command again: what was finished is kept"
HINTS = {
    0: "a work file is damaged: run again with --fresh",
    errno.ENOSPC: f"free space, {AGAIN}",
    errno.EDQUOT: f"free space, {AGAIN}",
    errno.EFBIG: f"free space or raise the limit on file sizes, {AGAIN}",
}
"""What to do about a fault of the system, by its number; pyarrow gives none for a file that it cannot decode."""


@contextmanager
def storage_faults(out: Path) -> Iterator[None]:
    """Turn a full disk or a lost folder into one clear message; nothing was published."""
    try:
        yield
    except OSError as error:
        where = str(error.filename or out)
        hint = HINTS.get(error.errno or 0, f"mend it, {AGAIN}")
        raise StorageError(error.strerror or str(error), where=where, hint=hint) from error


def pool_of(config: Config, space: Space, stopping: threading.Event) -> Pool:
    """Choose where tasks run."""
    if config.engine == "ray":
        from curate.engine.ray import RayPool

        return RayPool(config.ray_address, config.workers, space.root, stopping)
    return Local(workers_of(config), space.root, stopping)


def keys_of(config: Config) -> dict[str, bytes]:
    """Read the keys of the stages that look for personal data: a stage's own, else that of the run."""
    seekers = [stage for stage in config.stages if "pii" in stage.adds.names]
    shared = config.key_file.read_bytes() if config.key_file else None
    return {stage.name: key for stage in seekers if (key := stage.key() or shared) is not None}


def uri_key_of(config: Config) -> bytes | None:
    """Read the key of published file names, where they are keyed."""
    return config.key_file.read_bytes() if config.uris == "keyed" and config.key_file else None
