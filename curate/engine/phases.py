"""The phases of a run: survey, passes with rounds between them, layout; each is tasks with receipts."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from curate.config.model import Config
from curate.core.merkle import LEAF_VERSION
from curate.core.receipt import FileRef, Receipt
from curate.core.source import FileStat, Source, Split, Surveyed
from curate.core.stage import GlobalStage
from curate.engine.crew import Crew
from curate.engine.identity import (
    key_id,
    pass_identity,
    round_identity,
    source_identity,
    split_identity,
    task_key,
)
from curate.engine.keys import Keys
from curate.engine.layout import LEDGER_ROWS, LedgerJob, ShardJob, Stretch, cut_shards
from curate.engine.passes import PassJob, Portion
from curate.engine.plan import Pass, Plan
from curate.engine.rounds import NamesJob, RoundJob, SliceJob
from curate.engine.space import Space
from curate.engine.spool import BUCKETS
from curate.engine.survey import SurveyJob, packed, splits_of, surveyed
from curate.engine.task import Task
from curate.lineage.manifest import Canary, Residual

PARTITION_BYTES = 64 << 20
"""About how many packed bytes of facts one task reads: they unpack to three times as many, and are sorted."""
PARTITION_LINES = 2_000_000


@dataclass(frozen=True)
class Input:
    """A file that was surveyed, and the source that it belongs to."""

    source: Source
    file: FileStat
    found: Surveyed
    survey: Receipt


@dataclass
class Work:
    """The state of a run: what has been found out so far, in the order of the configuration."""

    config: Config
    plan: Plan
    space: Space
    crew: Crew
    limit: int | None = None
    sample: int | None = None
    uri_key: bytes | None = None
    keys: dict[str, bytes] = field(default_factory=dict)
    """By stage: key of the digests of the personal data that it finds."""
    inputs: dict[tuple[str, str], Input] = field(default_factory=dict)
    """By source and uri."""
    splits: list[Split] = field(default_factory=list)
    passes: list[list[Receipt]] = field(default_factory=list)
    """By pass, then by split."""
    repeats: list[FileRef | None] = field(default_factory=list)
    """By split: what was found about repeated keys."""
    rounds: dict[str, list[list[Receipt]]] = field(default_factory=dict)
    """By stage: the receipts of its rounds in order; the last one's verdicts are applied."""
    shards: list[tuple[str, Receipt]] = field(default_factory=list)
    """(split of the output, receipt)."""
    ledgers: list[Receipt] = field(default_factory=list)
    residual: Residual | None = None
    """What personal data is left in the shards; null where nobody looked."""
    canaries: dict[str, dict[str, Canary]] = field(default_factory=dict)
    """By stage: what it let through of planted values."""

    def source_of(self, split: Split) -> Source:
        """Return the source that a split belongs to."""
        return next(source for source in self.config.sources if source.name == split.source)


def survey(work: Work) -> None:
    """Look at every file once and cut the corpus into splits."""
    jobs, tasks = [], []
    for source in work.config.sources:
        for pack in packed(source.files()):
            said = [[file.uri, file.path, file.size, file.mark] for file in pack]
            key = task_key("survey", source_identity(source), said, str(work.space.root), unmarked(pack))
            weight = sum(file.size for file in pack)
            jobs.append(SurveyJob(source, pack))
            tasks.append(Task(key, f"survey of {source.name}", jobs[-1], weight=weight))
    receipts = work.crew.complete("survey", tasks)
    for job, receipt in zip(jobs, receipts, strict=True):
        for file, said in zip(job.files, receipt.payload["files"], strict=True):
            work.inputs[job.source.name, file.uri] = Input(job.source, file, surveyed(said), receipt)
    for source in work.config.sources:
        found = [one.found for one in work.inputs.values() if one.source is source]
        work.splits += splits_of(source, found, work.limit)


def unmarked(pack: Sequence[FileStat]) -> str:
    """Return what makes a survey be done anew where a store says nothing by which a change could be seen."""
    return "" if all(file.mark for file in pack) else uuid4().hex


@dataclass(frozen=True)
class Found:
    """What the rounds of one stage found."""

    slices: Sequence[Receipt]
    """By split."""
    shared: FileRef | None = None
    """What all tasks read, of a stage that edits or shares."""

    def of(self, place: int) -> tuple[FileRef | None, FileRef | None]:
        """Return what the task of a split reads: its slice, and what is shared."""
        return self.slices[place].outputs.get("slice"), self.shared


def run_pass(work: Work, one: Pass, findings: Sequence[Found]) -> None:
    """Run one pass over all splits; `findings` holds those of each stage that it applies."""
    identity = pass_identity(one, work.plan)
    tasks = []
    for place, split in enumerate(work.splits):
        mine = [found.of(place) for found in findings]
        before = work.passes[-1][place] if work.passes else None
        job = _job(work, one, split, mine)
        entry = [_entry(work, split), before and before.outputs["text"].digest]
        found = [ref.digest if ref else None for refs in mine for ref in refs]
        portion = [list(job.portion.shares), job.portion.seed, job.portion.group] if one.last else None
        names = {name: key_id(work.keys[name]) for name in job.keys}
        key = task_key("pass", identity, entry, found, portion, work.sample, key_id(work.uri_key), names)
        reads: list[tuple[str, str]] = []
        if before is None:
            reads = _parts_of(work, split)
        else:
            reads.append((before.key, "text"))
            job = replace(job, text=before.outputs["text"].path)
        label = f"pass {one.number + 1}, split {place} ({split.source})"
        tasks.append(Task(key, label, job, tuple(reads), sum(piece.size for piece in split.pieces)))
    work.passes.append(work.crew.complete(f"pass {one.number + 1}", tasks))


def _entry(work: Work, split: Split) -> list[Any]:
    source = work.source_of(split)
    digests = {one.file.uri: one.found.sha256 for one in _inputs_of(work, split)}
    return [source_identity(source), split_identity(split, digests)]


def _job(work: Work, one: Pass, split: Split, found: Sequence[tuple[FileRef | None, ...]]) -> PassJob:
    output = work.config.output
    return PassJob(
        stage_pass=one,
        shape=work.plan.shape,
        portion=Portion(tuple(output.splits.items()), output.seed, output.split_by),
        source=work.source_of(split),
        split=split if one.number == 0 else None,
        files=tuple(one_.file for one_ in _inputs_of(work, split)) if one.number == 0 else (),
        findings=tuple(tuple(ref.path if ref else None for ref in refs) for refs in found),
        uri_key=work.uri_key,
        keys={stage.name: work.keys[stage.name] for stage in one.stream if stage.name in work.keys},
        sample=work.sample,
    )


def _inputs_of(work: Work, split: Split) -> list[Input]:
    """Return the files of a split, each once."""
    return [work.inputs[split.source, uri] for uri in dict.fromkeys(piece.uri for piece in split.pieces)]


def _parts_of(work: Work, split: Split) -> list[tuple[str, str]]:
    """Name the parts that the survey cut for the files of a split."""
    surveys = {one.survey.key: one.survey for one in _inputs_of(work, split) if one.survey.outputs}
    return [(key, name) for key, receipt in surveys.items() for name in receipt.outputs]


def run_rounds(work: Work, one: Pass) -> list[Found]:
    """Bring the facts of a pass together, stage by stage; return what each stage found."""
    doomed: list[Receipt] = []
    findings = []
    for stage in one.gather:
        rounds = _rounds_of(work, stage, doomed)
        work.rounds[stage.name] = rounds
        last = rounds[-1] if rounds else []
        if stage.edits or stage.shares:
            shared = next((receipt.outputs["facts"] for receipt in last if receipt.outputs), None)
            findings.append(Found(_slices_of(work, stage, []), shared))
        else:
            doomed += last
            findings.append(Found(_slices_of(work, stage, last)))
        if isinstance(stage, Keys):
            work.repeats = [receipt.outputs.get("slice") for receipt in findings[-1].slices]
    return findings


def _rounds_of(work: Work, stage: GlobalStage, doomed: Sequence[Receipt]) -> list[list[Receipt]]:
    name = f"facts-{stage.name}"
    facts = [(place, one.outputs[name]) for place, one in enumerate(work.passes[-1]) if name in one.outputs]
    if not facts:
        return []
    gone = [receipt.outputs["facts"] for receipt in doomed if receipt.outputs]
    material = Material(facts=facts, doomed=gone)
    rounds: list[list[Receipt]] = []
    for place, one in enumerate(stage.rounds()):
        texts = _texts(work) if one.wants_text else []
        tasks = _round_tasks(stage, place, replace(material, texts=texts))
        done = work.crew.complete(f"{stage.name} {place + 1}", tasks)
        rounds.append(done)
        lines = sum(receipt.payload["lines"] for receipt in done)
        material = Material(earlier=[receipt.outputs["facts"] for receipt in done if receipt.outputs], lines=lines)
    return rounds


@dataclass(frozen=True)
class Material:
    """What a round works on: facts by split in the first one, what the round before yielded in later ones."""

    facts: Sequence[tuple[int, FileRef]] = ()
    doomed: Sequence[FileRef] = ()
    earlier: Sequence[FileRef] = ()
    lines: int = 0
    texts: Sequence[tuple[int, FileRef, int, str]] = ()
    """(ordinal of the split, work file, place of its source, key of the task that wrote it)."""

    def partitions(self, by: str) -> int:
        """Return into how many tasks a round falls: a power of two, at most BUCKETS."""
        share = (
            sum(ref.bytes for _, ref in self.facts) / PARTITION_BYTES if self.facts else self.lines / PARTITION_LINES
        )
        count = 1
        while by != "all" and count < min(share, BUCKETS):
            count *= 2
        return count

    def identity(self) -> list[Any]:
        """Say what the round works on by content."""
        return [
            [[place, ref.digest] for place, ref in self.facts],
            [ref.digest for ref in self.doomed],
            [ref.digest for ref in self.earlier],
            [[place, ref.digest, source] for place, ref, source, _ in self.texts],
        ]


def _round_tasks(stage: GlobalStage, place: int, material: Material) -> list[Task]:
    one = stage.rounds()[place]
    partitions = material.partitions(one.by)
    job = RoundJob(
        f"round {place + 1} of {stage.name}",
        one,
        0,
        partitions,
        facts=tuple((ordinal, ref.path) for ordinal, ref in material.facts),
        earlier=tuple(ref.path for ref in material.earlier),
        doomed=tuple(ref.path for ref in material.doomed),
        texts=tuple((ordinal, ref.path, source) for ordinal, ref, source, _ in material.texts),
    )
    identity = [round_identity(stage, place), partitions, material.identity()]
    reads = tuple((key, "text") for *_, key in material.texts)
    return [
        Task(task_key("round", part, identity), f"{job.label}, part {part}", replace(job, partition=part), reads)
        for part in range(partitions)
    ]


def _texts(work: Work) -> list[tuple[int, FileRef, int, str]]:
    names = [source.name for source in work.config.sources]
    return [
        (ordinal, receipt.outputs["text"], names.index(receipt.source), receipt.key)
        for ordinal, receipt in enumerate(work.passes[-1])
    ]


def _slices_of(work: Work, stage: GlobalStage, verdicts: list[Receipt]) -> list[Receipt]:
    refs = [receipt.outputs["facts"] for receipt in verdicts if receipt.outputs]
    names = _names_of(work, stage, refs) if refs else None
    paths = tuple(ref.path for ref in refs)
    job = SliceJob(stage.name, 0, paths, names.path if names else None)
    identity = task_key("slices", [ref.digest for ref in refs], names and names.digest)
    tasks = []
    for ordinal, receipt in enumerate(work.passes[-1]):
        unfit = tuple((row, rule) for row, rule in receipt.payload["unfit"].get(stage.name, []))
        label = f"findings of {stage.name}, split {ordinal}"
        mine = replace(job, label=label, ordinal=ordinal, unfit=unfit)
        tasks.append(Task(task_key("slice", identity, ordinal, unfit), label, mine))
    return work.crew.complete(f"findings of {stage.name}", tasks)


def _names_of(work: Work, stage: GlobalStage, verdicts: Sequence[FileRef]) -> FileRef:
    ids = [(ordinal, receipt.outputs["ids"]) for ordinal, receipt in enumerate(work.passes[-1])]
    label = f"names for {stage.name}"
    job = NamesJob(label, tuple(ref.path for ref in verdicts), tuple((place, ref.path) for place, ref in ids))
    key = task_key("names", [ref.digest for ref in verdicts], [ref.digest for _, ref in ids])
    return work.crew.complete(label, [Task(key, label, job)])[0].outputs["names"]


def lay_out(work: Work) -> None:
    """Cut shards, ledger and signals."""
    last = work.passes[-1]
    owners = {
        ref.path: (receipt.key, name, ref.digest)
        for receipt in last
        for name, ref in receipt.outputs.items()
        if ref.text
    }
    for name in work.config.output.splits:
        groups = [
            (receipt.outputs[f"rows-{name}"].path, size)
            for receipt in last
            for _, size in receipt.payload["groups"][name]
        ]
        shards = cut_shards(groups, work.config.output.shard_bytes)
        tasks = [_shard_task(work, owners, f"shard {name} {place}", shard) for place, shard in enumerate(shards)]
        work.shards += [(name, receipt) for receipt in work.crew.complete(f"shards of {name}", tasks)]
    work.ledgers = work.crew.complete("ledger", [_ledger_task(work, span) for span in _ledger_spans(work)])


Owners = dict[str, tuple[str, str, str]]
"""By path: key of the task that wrote a file, name of the output, digest."""


def _shard_task(work: Work, owners: Owners, label: str, stretches: tuple[Stretch, ...]) -> Task:
    said = [[owners[one.path][2], one.first, one.last] for one in stretches]
    schema = work.plan.shape.shard
    reads = tuple(dict.fromkeys(owners[one.path][:2] for one in stretches))
    return Task(task_key("shard", LEAF_VERSION, said, str(schema)), label, ShardJob(label, schema, stretches), reads)


def _ledger_spans(work: Work) -> list[range]:
    spans: list[range] = []
    held = 0
    for ordinal in range(len(work.splits)):
        rows = work.passes[0][ordinal].payload["rows"]
        if not spans or held + rows > LEDGER_ROWS:
            spans.append(range(ordinal, ordinal + 1))
            held = rows
        else:
            spans[-1] = range(spans[-1].start, ordinal + 1)
            held += rows
    return spans


def _by_split(work: Work, span: range) -> list[list[Receipt]]:
    """Return the receipts of all passes, split by split."""
    return [[receipts[ordinal] for receipts in work.passes] for ordinal in span]


def _ledger_task(work: Work, span: range) -> Task:
    shape = work.plan.shape
    left = [[said.outputs["left"] for said in one] for one in _by_split(work, span)]
    kept = [work.passes[-1][ordinal].outputs["signals"] for ordinal in span]
    repeats = [work.repeats[ordinal] if work.repeats else None for ordinal in span]
    spotted = [[said.outputs["pii"] for said in one if "pii" in said.outputs] for one in _by_split(work, span)]
    label = f"ledger of splits {span.start} to {span.stop - 1}"
    schema = shape.measured
    job = LedgerJob(
        label,
        schema,
        tuple(tuple(ref.path for ref in refs) for refs in left),
        tuple(ref.path for ref in kept),
        tuple(ref.path if ref else None for ref in repeats),
        tuple(tuple(ref.path for ref in refs) for refs in spotted),
    )
    said = [[ref.digest for ref in refs] for refs in left]
    again = [ref.digest if ref else None for ref in repeats]
    found = [[ref.digest for ref in refs] for refs in spotted]
    key = task_key("ledger", said, [ref.digest for ref in kept], again, found, str(schema))
    return Task(key, label, job)
