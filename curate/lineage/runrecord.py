"""The record of one run: when, who, how long, on which machine. The one file of an output that a clock decides."""

from pathlib import Path

from pydantic import Field

from curate.core.errors import StorageError
from curate.core.once import read_as
from curate.core.stage import Value
from curate.lineage.manifest import RUN


class Tasks(Value):
    """How many tasks were done, and how many had been done before."""

    made: int = 0
    cached: int = 0


class RunRecord(Value):
    """What `_lineage/run.json` says; it is no part of SHA256SUMS; of the checks, that of erasures alone reads it."""

    started: str = Field(description="ISO 8601, UTC.")
    ended: str = Field(description="ISO 8601, UTC.")
    seconds: float = Field(ge=0, description="Between the two.")
    user: str = ""
    host: str = ""
    platform: str = ""
    cpu_count: int = Field(1, ge=1)
    command: str = ""
    workers: int = Field(1, ge=0, description="Processes; 0 where everything ran in the driver.")
    curate: str = Field("", description="Version of curate.")
    stage_seconds: dict[str, dict[str, float]] = Field({}, description="CPU seconds by stage and source.")
    stage_bytes: dict[str, dict[str, int]] = Field({}, description="Bytes of text that came in, by stage and source.")
    tasks: Tasks = Tasks()
    former: tuple[str, ...] = Field(
        (),
        description="Digests of each `former.json`: of outputs that stood here before and lost something to erasures.",
    )
    raw: dict[str, list[str]] = Field({}, description="Paths of the sources as this run found them, absolute.")


def run_bytes(run: RunRecord) -> bytes:
    """Spell a run record as a file."""
    return run.model_dump_json(indent=1).encode() + b"\n"


def read_run(out: Path) -> RunRecord | None:
    """Read the run record of an output; None where it was taken away, StorageError where it is damaged."""
    path = out / RUN
    try:
        return read_as(RunRecord, path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as wrong:
        raise StorageError("the run record cannot be read", where=str(path)) from wrong
