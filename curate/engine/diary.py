"""Write down when a run took place, who ran it, how long and where: the one thing that a clock decides."""

import os
import shlex
import sys
from contextlib import suppress
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from platform import node, platform

import curate
from curate.config.model import Config
from curate.core.files import without_secrets
from curate.core.source import Source
from curate.engine.phases import Work
from curate.lineage.runrecord import RunRecord, Tasks


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
        user=user(),
        host=node(),
        platform=platform(),
        cpu_count=os.cpu_count() or 1,
        command=without_secrets(command or shlex.join(sys.argv)),
        workers=workers_of(work.config),
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
    return [without_secrets(path) if "://" in path else str(Path(path).absolute()) for path in paths]


def user() -> str:
    """Return the name of who runs this; empty where the system knows none, as in many containers."""
    with suppress(KeyError, OSError):
        return getuser()
    return ""


def workers_of(config: Config) -> int:
    """Return the number of processes that a configuration asks for: all cores where it says nothing, 0 for none."""
    cores = os.process_cpu_count() if hasattr(os, "process_cpu_count") else os.cpu_count()
    return (cores or 1) if config.workers is None else config.workers
