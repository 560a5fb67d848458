"""Stages become passes: where the corpus has to be seen whole, a new pass over the text begins."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from curate.config.model import Config
from curate.core.errors import ConfigError
from curate.core.record import FILLED, ROW, SHARD
from curate.core.stage import Editor, GlobalStage, Settings, Stage
from curate.engine.keys import Keys
from curate.sinks.rejects import REJECTS
from curate.sinks.shards import shard_schema

Streaming = Stage | Editor


@dataclass(frozen=True)
class Pass:
    """One reading of the text: apply what the rounds before it found, stream, gather facts for the next rounds."""

    number: int
    apply: tuple[GlobalStage, ...] = ()
    stream: tuple[Streaming, ...] = ()
    gather: tuple[GlobalStage, ...] = ()
    last: bool = False


@dataclass(frozen=True)
class Shape:
    """The columns of a run: one fixed schema over all sources and stages."""

    kept: pa.Schema
    signals: pa.Schema
    shard: pa.Schema
    """Columns of the shards, with what a loader needs to know in the metadata."""
    edited: dict[str, tuple[str, ...]]
    """By source: kept columns that editors treat."""
    texts: bool = False
    """Whether the texts of rejected records ride along in the work files: for a preview only."""

    @property
    def entry(self) -> pa.Schema:
        """Columns of a batch before the first stage."""
        return pa.schema([ROW, *SHARD, *self.kept])

    @property
    def flight(self) -> pa.Schema:
        """Columns of the work files: those of entry, then every signal, null where it has not been measured."""
        return pa.schema([*self.entry, *self.signals])

    @property
    def measured(self) -> pa.Schema:
        """Columns of the files of signals: the record, its source, then every signal."""
        return pa.schema([SHARD.field("id"), SHARD.field("source_id"), *self.signals])

    @property
    def obituary(self) -> pa.Schema:
        """Columns kept of a rejected record: ledger row, number in the split, signals; never text in a run."""
        text = [SHARD.field("text")] if self.texts else []
        return pa.schema([*REJECTS, ROW, *self.signals, *text])


@dataclass(frozen=True)
class Plan:
    """What a configuration makes the engine do."""

    passes: tuple[Pass, ...]
    shape: Shape
    warnings: tuple[str, ...]


def make_plan(config: Config) -> Plan:
    """Cut the stages into passes and fix the columns; ConfigError where an asked-for column does not exist."""
    keyed = any(source.keyed for source in config.sources)
    shape = shape_of(config)
    filled = {name for stage in config.stages for name in stage.adds.names}
    absent = [name for name in config.output.columns if name not in filled]
    if absent:
        known = ", ".join(shape.signals.names) or "none"
        raise ConfigError(
            f"no stage measures {absent[0]!r}", where="output.columns", hint=f"signals of this run: {known}"
        )
    return Plan(tuple(cut(config.stages, keyed=keyed)), shape, tuple(warnings_of(config.stages)))


def cut(stages: Sequence[Settings], *, keyed: bool) -> list[Pass]:
    """Cut stages into passes.

    A new one begins where a streaming stage follows a global one, and where a global stage follows one that edits text,
    judges by what all tasks share, or adds a column that it reads.
    """
    drafts: list[tuple[list[GlobalStage], list[Streaming], list[GlobalStage]]] = [([], [], [])]
    if keyed:
        drafts[0][2].append(Keys(name="keys"))
    waiting = False
    for stage in stages:
        is_global = isinstance(stage, GlobalStage)
        gathered = drafts[-1][2]
        needs = any(before.edits or before.shares or {*before.adds.names} & {*stage.reads} for before in gathered)
        if (waiting and not is_global) or (is_global and needs):
            drafts.append((list(gathered), [], []))
            waiting = False
        if isinstance(stage, GlobalStage):
            drafts[-1][2].append(stage)
            waiting = True
        elif isinstance(stage, Stage | Editor):
            drafts[-1][1].append(stage)
    if drafts[-1][2]:
        drafts.append((list(drafts[-1][2]), [], []))
    last = len(drafts) - 1
    return [
        Pass(number, tuple(apply), tuple(stream), tuple(gather), last=number == last)
        for number, (apply, stream, gather) in enumerate(drafts)
    ]


def shape_of(config: Config) -> Shape:
    """Put the kept fields of all sources and the signals of all stages side by side, as configured.

    ConfigError where a kept field and a signal have one name, as in an earlier output whose shards have signals.
    """
    kept: dict[str, pa.Field] = {}
    edited: dict[str, tuple[str, ...]] = {}
    for source in config.sources:
        for column in source.kept_schema:
            kept.setdefault(column.name, column)
        strings = [column.name for column in source.kept_schema if column.type == pa.string()]
        edited[source.name] = tuple(name for name in strings if name not in source.exempt)
    signals = [column for stage in config.stages for column in stage.adds if column.name not in FILLED.names]
    chosen = pa.schema([column for column in signals if column.name in config.output.columns])
    for stage in config.stages:
        if doubled := [column.name for column in stage.adds if column.name in kept]:
            fact = f"it measures {doubled[0]!r}, and a source keeps a field of that name"
            hint = f"call the stage otherwise (`as: {stage.name}_again`), or the field"
            raise ConfigError(fact, where=f"stages.{stage.name}", hint=hint)
    whole = pa.schema(list(kept.values()))
    return Shape(whole, pa.schema(signals), shard_schema(whole, chosen), edited)


def warnings_of(stages: Sequence[Settings]) -> list[str]:
    """Say where a record that stands for others may still be lost, and where stages stand in each other's way."""
    said = []
    for place, stage in enumerate(stages):
        before, after = stages[:place], stages[place + 1 :]
        if not isinstance(stage, GlobalStage):
            continue
        if stage.edits:
            said += [f"{stage.name!r} edits after {one.name!r} has compared" for one in before if compares(one)]
            continue
        if not compares(stage):
            continue
        judges = [one.name for one in after if one.rejects and not compares(one) and share_sources(one, stage)]
        if stage.action != "tag" and judges:
            said.append(
                f"{judges[0]!r} rejects after {stage.name!r}: where it rejects a kept record, all copies are gone"
            )
        named = [one.name for one in before if "cluster" in one.adds.names and share_sources(one, stage)]
        if named and "cluster" in stage.adds.names:
            said.append(
                f"{stage.name!r} names clusters over {named[0]!r}: splits then keep together what {stage.name!r} finds"
            )
    return said


def compares(stage: Settings) -> bool:
    """Tell whether a stage looks for copies: it brings records of one key together, to judge them by each other."""
    if not isinstance(stage, GlobalStage) or stage.edits or stage.shares:
        return False
    return any(one.by == "key" for one in stage.rounds())


def share_sources(one: Settings, two: Settings) -> bool:
    """Tell whether two stages apply to records of one source."""
    return one.sources is None or two.sources is None or bool({*one.sources} & {*two.sources})
