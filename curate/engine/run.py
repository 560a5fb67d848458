"""Drive a run from lock to publication, so that it can be killed anywhere and goes on where it was."""

import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from platform import node, platform
from typing import Literal

import orjson

import curate
from curate.config.model import Config
from curate.core.errors import CurateError, StorageError
from curate.core.files import digest_of, write_whole
from curate.core.receipt import FileRef, Receipt
from curate.core.source import Source
from curate.engine.books import manifest_of
from curate.engine.crew import Crew, Event, Pool
from curate.engine.kernels import keep_kernels
from curate.engine.limits import check_limits
from curate.engine.local import Local
from curate.engine.lock import locked, wait_for_orphans
from curate.engine.phases import Work, lay_out, run_pass, run_rounds, survey
from curate.engine.plan import make_plan
from curate.engine.publish import check_ours, finish_publishing, publish
from curate.engine.sample import sample_bound
from curate.engine.space import Space
from curate.engine.store import push
from curate.lineage.manifest import MANIFEST, RUN, SUMS, Manifest, manifest_bytes
from curate.lineage.runrecord import RunRecord, Tasks, run_bytes
from curate.lineage.sums import read_sums, sha256sums
from curate.lineage.verify import verify
from curate.sinks.card import cards

Watcher = Callable[[Event], None]


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


def execute(config: Config, options: Options) -> Finished:
    """Run a configuration; raise a CurateError, with nothing half-published, where it cannot end well."""
    out = config.output.path.absolute()
    space = Space.beside(out)
    plan = make_plan(config)
    started = datetime.now(UTC)
    with locked(out), storage_faults(out):
        finish_publishing(space, out)
        check_ours(out)
        if options.fresh:
            space.remove()
        space.make()
        wait_for_orphans(space.root)
        keep_kernels(space.root)
        with stoppable() as stopping:
            pool = pool_of(config, space, stopping)
            watch = Status(space, options.watch)
            crew = Crew(space, pool, watch, config.max_errors, rescue=Rescue(space, out))
            work = Work(config, plan, space, crew, options.limit, uri_key=uri_key_of(config))
            try:
                finished = _performed(work, out, options, started)
            finally:
                pool.close()
        watch.end("finished")
    return finished


def _performed(work: Work, out: Path, options: Options, started: datetime) -> Finished:
    survey(work)
    if options.sample is not None:
        work.sample = sample_bound(work, options.sample)
        work.plan = replace(work.plan, shape=replace(work.plan.shape, texts=True))
    slices: list[list[Receipt]] = []
    for one in work.plan.passes:
        run_pass(work, one, slices)
        slices = run_rounds(work, one)
    lay_out(work)
    manifest = manifest_of(work)
    check_limits(work, manifest.accounting)
    record = record_of(work, started, options.command)
    if not already_done(out, manifest):
        build(work, manifest, record)
        publish(work.space, out)
    if work.config.output.store is not None:
        push(out, work.config.output.store)
    clean(work)
    return Finished(out, manifest, record, work.crew.made, work)


def build(work: Work, manifest: Manifest, record: RunRecord) -> None:
    """Put everything into `new`: shards, ledger, manifest, cards, and the sums last."""
    new = work.space.new
    shutil.rmtree(new, ignore_errors=True)
    work.crew.bring([(receipt.key, "shard") for _, receipt in work.shards])
    for said, (_, receipt) in zip(manifest.outputs.shards, work.shards, strict=True):
        place(work, receipt.outputs["shard"], new / said.path)
    for name, files in (("rejects", manifest.outputs.rejects), ("signals", manifest.outputs.signals)):
        refs = [receipt.outputs[name] for receipt in work.ledgers if name in receipt.outputs]
        for file, ref in zip(files, refs, strict=True):
            place(work, ref, new / file.path)
    write_whole(new / MANIFEST, manifest_bytes(manifest))
    for name, body in cards(orjson.loads(manifest_bytes(manifest))).items():
        write_whole(new / name, body)
    write_whole(new / SUMS, sha256sums(new))
    write_whole(new / RUN, run_bytes(record))
    if work.sample is None:  # a sample covers no input whole, and nobody but `preview` sees its output
        check(new)


def check(new: Path) -> None:
    """Verify an output before anybody sees it; CurateError, with the checks that fail, where it does not hold."""
    failed = [one for one in verify(new).checks if one.status == "fail"]
    if failed:
        said = "; ".join(f"{one.title}: {one.detail}" for one in failed)
        hint = "this is a bug of curate, or the disk is failing; nothing was published"
        raise CurateError(f"the new output does not hold: {said}", where=str(new), hint=hint)


def place(work: Work, ref: FileRef, path: Path) -> None:
    """Give an output its place: by a link where the work folder loses it anyway, else by a copy.

    A link would let whoever writes into the published file change the work folder's copy too.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if ref.text and work.config.work != "keep_all":
        os.link(work.space.at(ref.path), path)
    else:
        shutil.copyfile(work.space.at(ref.path), path)


def already_done(out: Path, manifest: Manifest) -> bool:
    """Tell whether the published output is this very one, every file with the size that it should have."""
    path = out / MANIFEST
    if not path.is_file() or path.read_bytes() != manifest_bytes(manifest) or not (out / SUMS).is_file():
        return False
    sums = read_sums(out)
    outputs = manifest.outputs
    listed = [*outputs.shards, *outputs.rejects, *outputs.signals]
    sizes = all((out / one.path).is_file() and (out / one.path).stat().st_size == one.bytes for one in listed)
    found = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    strangers = {
        name for name in found - set(sums) if name not in (SUMS, RUN) and not name.startswith("_lineage/attached/")
    }
    small = [name for name in sums if name not in {one.path for one in listed}]
    whole = sizes and set(sums) <= found and not strangers
    return whole and all(digest_of(out / name) == sums[name] for name in small)


def clean(work: Work) -> None:
    """Keep in the work folder what the configuration says: everything, what has no text, or nothing."""
    space = work.space
    if work.config.work == "keep_all":
        return
    if work.config.work == "none":
        for entry in space.root.iterdir():
            if entry.name != "workers.lock":
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        return
    keys = work.crew.receipts
    kept = {ref.path for receipt in keys.values() for ref in receipt.outputs.values() if not ref.text}
    for folder in ("files", "parts"):
        for path in list((space.root / folder).rglob("*")):
            if path.is_file() and path.relative_to(space.root).as_posix() not in kept:
                path.unlink()
    for path in space.receipts.iterdir():
        if path.stem not in keys:
            path.unlink()
    shutil.rmtree(space.root / "crumbs", ignore_errors=True)


@dataclass(frozen=True)
class Rescue:
    """Finds outputs that clean-up took in the published folder: shards that have not changed since."""

    space: Space
    out: Path

    def __call__(self, ref: FileRef) -> bool:
        """Link a file of that digest into the work folder; tell whether there was one."""
        if not (self.out / SUMS).is_file():
            return False
        for name, digest in read_sums(self.out).items():
            path = self.out / name
            if (
                digest == ref.sha256
                and path.is_file()
                and path.stat().st_size == ref.bytes
                and digest_of(path) == digest
            ):
                target = self.space.at(ref.path)
                target.parent.mkdir(parents=True, exist_ok=True)
                os.link(path, target)
                return True
        return False


class Status:
    """Writes how far the run is into the work folder, for `curate status`, and tells the watcher."""

    EVERY_SECONDS = 0.5

    def __init__(self, space: Space, watch: Watcher) -> None:
        self.space, self.watch = space, watch
        self._last = 0.0

    def __call__(self, event: Event) -> None:
        """Take an event of the crew."""
        self.watch(event)
        if time.monotonic() - self._last >= self.EVERY_SECONDS or event.done == event.total:
            self._last = time.monotonic()
            self._write("running", event)

    def _write(self, state: str, event: Event | None) -> None:
        said = {"state": state, "pid": os.getpid(), "at": datetime.now(UTC).isoformat(timespec="seconds")}
        if event is not None:
            said |= {"phase": event.phase, "done": event.done, "total": event.total}
            said |= {"bytes": event.weight, "bytes_total": event.weight_total}
        if self.space.root.exists():
            write_whole(self.space.root / "status.json", orjson.dumps(said))

    def end(self, state: Literal["finished"]) -> None:
        """Say that the run is over."""
        self._write(state, None)


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


@contextmanager
def storage_faults(out: Path) -> Iterator[None]:
    """Turn a full disk or a lost folder into one clear message; nothing was published."""
    try:
        yield
    except OSError as error:
        where = str(error.filename or out)
        hint = "free space or fix the folder, then run the same command again: what was finished is kept"
        raise StorageError(error.strerror or str(error), where=where, hint=hint) from error


def pool_of(config: Config, space: Space, stopping: threading.Event) -> Pool:
    """Choose where tasks run."""
    if config.engine == "ray":
        from curate.engine.ray import RayPool

        return RayPool(config.ray_address, config.workers, space.root, stopping)
    workers = os.process_cpu_count() if hasattr(os, "process_cpu_count") else os.cpu_count()
    return Local(config.workers if config.workers is not None else workers or 1, space.root, stopping)


def uri_key_of(config: Config) -> bytes | None:
    """Read the key of published file names, where they are keyed."""
    return config.key_file.read_bytes() if config.uris == "keyed" and config.key_file else None


def record_of(work: Work, started: datetime, command: str) -> RunRecord:
    """Write down when, who, how long and where: the one thing that a clock decides."""
    ended = datetime.now(UTC)
    seconds: dict[str, dict[str, float]] = {}
    stage_bytes: dict[str, dict[str, int]] = {}
    for receipt in work.crew.receipts.values():
        for stage, spent in receipt.seconds.items():
            by_source = seconds.setdefault(stage, {})
            by_source[receipt.source] = by_source.get(receipt.source, 0.0) + spent
        for tally in receipt.tallies:
            by_bytes = stage_bytes.setdefault(tally.stage, {})
            by_bytes[receipt.source] = by_bytes.get(receipt.source, 0) + tally.bytes_in
    made = len(work.crew.made)
    return RunRecord(
        started=started.isoformat(timespec="seconds"),
        ended=ended.isoformat(timespec="seconds"),
        seconds=(ended - started).total_seconds(),
        user=getuser(),
        host=node(),
        platform=platform(),
        cpu_count=os.cpu_count() or 1,
        command=command or " ".join(sys.argv),
        workers=work.config.workers or os.cpu_count() or 1,
        curate=curate.__version__,
        stage_seconds=seconds,
        stage_bytes=stage_bytes,
        tasks=Tasks(made=made, cached=max(len(work.crew.receipts) - made, 0)),
        raw={source.name: paths_of(source) for source in work.config.sources},
    )


def paths_of(source: Source) -> list[str]:
    """Return the paths of a source as they can be opened from any folder; a store's address without its secrets."""
    said = getattr(source, "path", ())
    paths = [said] if isinstance(said, str) else list(said)
    return [path if "://" in path else str(Path(path).absolute()) for path in paths]
