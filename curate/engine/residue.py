"""Look for personal data in the shards before anybody sees them; stop where some is left that was to be replaced."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import pyarrow as pa

from curate.config.model import Config
from curate.core.errors import DataError
from curate.core.receipt import Receipt
from curate.engine.identity import task_key
from curate.engine.phases import Work
from curate.engine.space import Space
from curate.engine.task import Task
from curate.lineage.manifest import Residual
from curate.lineage.residual import Look, Terms, cleared_kinds, is_looked_at, leaks, residual_of, worded

SHOWN = 3
"""So many leaks are named in an error; the manifest of a run that only reports counts them all."""


class Check(Protocol):
    """Looks at a written shard, changes nothing."""

    @property
    def version(self) -> int:
        """Version of what it finds; part of the key of its tasks."""
        ...

    def look(self, shard: Path) -> pa.RecordBatch:
        """Return what it finds, a few lines however large the shard."""
        ...


@dataclass(frozen=True)
class LookJob:
    """Lets a check look at one shard."""

    label: str
    check: Check
    shard: str

    def perform(self, space: Space, key: str) -> Receipt:
        """Look; the payload holds the lines."""
        return Receipt(key, self.label, payload={"lines": self.check.look(space.at(self.shard)).to_pylist()})


def look_through(work: Work, policy: Literal["stop", "report", "off"]) -> None:
    """Look through every shard, and keep what is found; DataError where something is left and the policy is to stop."""
    if policy == "off":
        return
    kept = (column.name for column in work.plan.shape.kept if is_looked_at(column.type))
    check = Look(columns=tuple(kept))
    tasks = []
    for name, receipt in work.shards:
        shard = receipt.outputs["shard"]
        key = task_key("look", check.version, list(check.columns), shard.digest)
        label = f"personal data left in a shard of {name}"
        tasks.append(Task(key, label, LookJob(label, check, shard.path), ((receipt.key, "shard"),)))
    lines = [line for done in work.crew.complete("personal data left", tasks) for line in done.payload["lines"]]
    terms = terms_of(work, policy)
    work.residual = residual_of(terms, lines)
    if policy == "stop":
        stop_at(work.residual, leaks(terms, lines))


def stop_at(residual: Residual, left: list[Mapping[str, object]]) -> None:
    """Raise DataError where personal data is left, with counts and places, never a value."""
    if not left:
        return
    count = sum(residue.left for kinds in residual.by_source.values() for residue in kinds.values())
    more = f"; and {len(left) - SHOWN} more places" if len(left) > SHOWN else ""
    fact = f"{count} values of personal data are left that a stage was to replace: "
    hint = (
        "nothing was published; `curate preview` shows such records. If they are nobody's, an allow rule is missing in "
        "the detector: `output: {residual: report}` publishes and counts them. Stages edit no column of numbers: keep "
        "such a field as string, or, where its numbers are nobody's (an id of eleven digits), keep it `as_is`"
    )
    raise DataError(fact + "; ".join(map(worded, left[:SHOWN])) + more, where="output", hint=hint)


def terms_of(work: Work, policy: Literal["stop", "report"]) -> Terms:
    """Say which kinds may not be left, source by source, and which kept columns are to stay as they are."""
    config = work.config
    cleared = {source.name: cleared_kinds(cleared_types(config, source.name)) for source in config.sources}
    exempt = {
        source.name: tuple(
            column.name for column in source.kept_schema if is_looked_at(column.type) and column.name in source.exempt
        )
        for source in config.sources
    }
    return Terms(
        policy=policy,
        cleared={name: kinds for name, kinds in cleared.items() if kinds},
        exempt={name: columns for name, columns in exempt.items() if columns},
    )


def cleared_types(config: Config, source: str) -> Iterator[str]:
    """Yield the types that some stage replaces in every record of a source, whatever its language."""
    for stage in config.stages:
        if stage.languages is None and (stage.sources is None or source in stage.sources):
            yield from stage.clears
