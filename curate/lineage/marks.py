"""Count the marks that stages leave on records: tags, edits, values replaced, clusters; hold the manifest to them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curate.config.registry import STAGES
from curate.lineage.concluded import sizes_of, unsettled
from curate.lineage.crossed import Bound, Reason, wrong_reasons
from curate.lineage.ids import NONE, Pairs, parse_ids, spell
from curate.lineage.manifest import Account, Manifest, Numbers, StageRecord, reread_sources
from curate.lineage.verification import Finding

NEAR = "near_duplicates"
COPIES = frozenset({"exact_duplicates", NEAR})
"""Kinds of stages that leave a record out because another one stands for it."""
KEYS = "curate.engine.keys:Keys"
"""The engine's own: of records that share an id, one keeps it, and the others name that one."""
PERSONAL = "pii"
READ = "read"
KEPT = ("tags", "ops", "pii", "cluster")
"""Columns of a shard that have marks."""
SHARES = frozenset({NEAR, "decontaminate", "language", "source_gate"})
"""Kinds of stages that leave records out for a similarity or a share."""
LEFT_OUT = ("cluster",)
"""The same of the ledger, beside the reason."""
Told = tuple[str, str]
WORDS = {"tags": "tagged", "ops": "edited by", "pii": "values replaced:"}
Mark = tuple[str, str, str]
"""Kind of mark (a column), source, and which: a rule, a stage, a type."""


@dataclass
class Marks:
    """What the files themselves say."""

    found: Counter[Mark] = field(default_factory=Counter)
    reasons: Counter[Reason] = field(default_factory=Counter)
    """Rows of the ledger by what they were rejected for."""
    clusters: list[Pairs] = field(default_factory=lambda: [NONE])
    """The cluster of every record that has one, kept or left out."""
    least: dict[str, float] = field(default_factory=dict)
    most: dict[str, float] = field(default_factory=dict)
    """By stage: the smallest and the largest value for which it left a record out."""
    named: Counter[tuple[str, bool]] = field(default_factory=Counter)
    """Rows of the ledger by stage, and by whether they name the record that stands for them."""
    measured: list[pa.RecordBatch] = field(default_factory=list)
    """`id`, `metric`, `value` of the ledger's rows that have a value."""

    def keep(self, batch: pa.RecordBatch) -> None:
        """Take in rows of a shard (KEPT, and `source_id`)."""
        sources = batch["source_id"].cast(pa.string())
        for name in ("tags", "ops"):
            self._count(name, sources, batch[name], pc.list_flatten(batch[name]))
        values = pc.list_flatten(batch["pii"])
        if len(values):
            types, counts = values.flatten()
            self._count("pii", sources, batch["pii"], types, counts)
        self.clusters.append(parse_ids(batch["cluster"].cast(pa.string())).pairs)

    def leave_out(self, batch: pa.RecordBatch) -> None:
        """Take in rows of the ledger."""
        self.clusters.append(parse_ids(batch["cluster"].cast(pa.string())).pairs)
        names = ("stage", "rule", "metric", "operator")
        said = {name: batch[name].cast(pa.string()) for name in names} | {
            name: batch[name] for name in ("threshold", "value")
        }
        said["named"] = batch["duplicate_of"].is_valid()
        table = pa.table(said)
        counted = [([], "count_all"), ("value", "min"), ("value", "max")]
        for line in table.group_by([*names, "threshold", "named"]).aggregate(counted).to_pylist():
            parts = (line["metric"], line["operator"], line["threshold"])
            bound = None if None in parts else Bound(*parts)
            self.reasons[line["stage"] or "", line["rule"] or "", bound] += line["count_all"]
            self.named[line["stage"] or "", line["named"]] += line["count_all"]
            self._bound(line["stage"] or "", line["value_min"], line["value_max"])
        some = batch.filter(pc.and_(batch["metric"].is_valid(), batch["value"].is_valid())).select(
            ["id", "metric", "value"]
        )
        if some.num_rows:
            self.measured.append(some)

    def _bound(self, stage: str, least: float | None, most: float | None) -> None:
        """Take in values of a stage."""
        if least is not None and most is not None:
            self.least[stage] = min(least, self.least.get(stage, least))
            self.most[stage] = max(most, self.most.get(stage, most))

    def _count(
        self, kind: str, sources: pa.Array, lists: pa.Array, names: pa.Array, counts: pa.Array | None = None
    ) -> None:
        """Count the entries of lists by the source of their record."""
        if not len(names):
            return
        own = sources.take(pc.list_parent_indices(lists))
        table = pa.table(
            {
                "source": own,
                "name": names.cast(pa.string()),
                "n": counts if counts is not None else pa.repeat(1, len(names)),
            }
        )
        for line in table.group_by(["source", "name"]).aggregate([("n", "sum")]).to_pylist():
            self.found[kind, line["source"] or "", line["name"] or ""] += int(line["n_sum"] or 0)


def check_marks(manifest: Manifest, marks: Marks) -> Finding:
    """Hold what stages say that they tagged, edited, replaced and grouped against what records and ledger say.

    A mark goes with the record that a later stage leaves out: no more may be said to be gone than these are. Sources
    that read an earlier output bring marks along and are not compared.
    """
    compared = [card.id for card in manifest.sources if card.id not in reread_sources(manifest)]
    faults = [fault for source in compared for fault in _source_faults(manifest, source, marks)]
    faults += _copy_faults(manifest, marks)
    if len(compared) == len(manifest.sources):
        faults += _cluster_faults(manifest, marks)
    return Finding(faults, f"{sum(marks.found.values())} marks, {sum(map(len, marks.clusters))} records in clusters")


def check_reasons(manifest: Manifest, marks: Marks) -> Iterator[str]:
    """Yield what the ledger gives as reasons and the settings of stages do not."""
    for stage in manifest.stages:
        yield from wrong_reasons(
            stage, (reason for reason in sorted(marks.reasons, key=repr) if reason[0] == stage.name)
        )
        least, most = marks.least.get(stage.name, 0.0), marks.most.get(stage.name, 0.0)
        if stage.stage in SHARES and not 0 <= least <= most <= 1:
            yield f"{stage.name}: a value for which it left a record out is no share: {least:g} to {most:g}"


def _source_faults(manifest: Manifest, source: str, marks: Marks) -> Iterator[str]:
    """Compare what stages say of one source with the marks of its kept records."""
    stages = [(stage, stage.by_source.get(source, Numbers())) for stage in manifest.stages]
    found = {(kind, name): n for (kind, of, name), n in marks.found.items() if of == source}
    account = manifest.accounting.by_source.get(source, Account())
    told: Counter[Told] = Counter()
    spare: Counter[Told] = Counter()
    lost = account.erased_written
    for stage, said in reversed(stages):
        for rule, ruled in said.rules.items():
            told["tags", rule] += ruled.tagged
            spare["tags", rule] += lost
        lost += said.rejected
        told["ops", stage.name] += said.edited
        spare["ops", stage.name] += lost
        # a plug-in replaces personal data too, and what it counts then stands in the records
        if stage.stage == PERSONAL or any(("pii", kind) in found for kind in said.counts):
            for kind, n in said.counts.items():
                told["pii", kind] += n
                spare["pii", kind] += lost
    for kind, name in sorted({*told, *found}):
        n, there, gone = told[kind, name], found.get((kind, name), 0), spare[kind, name]
        enough = there <= n and (n == there or (gone > 0 and (kind == "pii" or n <= there + gone)))
        if not enough:
            yield f"{source}: {n} {WORDS[kind]} {name}, {there} in the records that are there; {gone} are gone"


def _copy_faults(manifest: Manifest, marks: Marks) -> Iterator[str]:
    """Find copies that name no record that stands for them, and records left out for another reason that name one.

    A plug-in may find copies of its own, and name what stands for them or not.
    """
    finders = {stage.name for stage in manifest.stages if stage.stage in {*COPIES, KEYS}}
    others = {stage.name for stage in plugged(manifest)}
    for (stage, named), n in sorted(marks.named.items()):
        if named and stage not in finders | others:
            yield f"{stage}: {n} records that it left out name another record as if they were copies"
        raised = sum(n for (own, rule, _), n in marks.reasons.items() if own == stage and rule.startswith("error:"))
        if not named and stage in finders and n > raised:
            yield f"{stage}: {n - raised} copies name no record that stands for them"


def plugged(manifest: Manifest) -> Iterator[StageRecord]:
    """Yield the stages that are neither curate's own nor the engine's."""
    return (stage for stage in manifest.stages if stage.stage not in {*STAGES, READ, KEYS})


def _cluster_faults(manifest: Manifest, marks: Marks) -> Iterator[str]:
    """Count clusters by size, and compare with what the one stage that names clusters says."""
    if any(plugged(manifest)):
        return  # whose clusters they are, nobody can tell
    stages = [stage for stage in manifest.stages if stage.stage == NEAR]
    pairs = np.concatenate(marks.clusters)
    if not stages:
        if len(pairs):
            yield f"{len(pairs)} records name a cluster, and no stage does"
        return
    said = stages[0].lineage.get("clusters_by_size")
    if len(stages) > 1 or not isinstance(said, dict):
        return
    names, sizes = np.unique(pairs, axis=0, return_counts=True)
    counted = {str(size): n for size, n in sorted(Counter(sizes.tolist()).items())}
    records = sum(size * n for size, n in sizes_of(said).items())
    gone = manifest.accounting.erased + unsettled(manifest).total()
    if len(pairs) > records or records > len(pairs) + gone or (not gone and counted != said):
        yield f"{stages[0].name}: clusters by size are {counted}, the manifest counts {said}"
    if not gone and stages[0].lineage.get("clusters") not in (None, len(names)):
        yield f"{stages[0].name}: {len(names)} clusters, the manifest counts {stages[0].lineage['clusters']}"
    largest = stages[0].lineage.get("largest_clusters")
    known = {spell(name): size for name, size in zip(names, sizes.tolist(), strict=True)} if largest else {}
    for one in largest if isinstance(largest, list) and not gone else ():
        there = known.get(str(one.get("cluster"))) if isinstance(one, dict) else None
        if not isinstance(one, dict) or there != one.get("size"):
            yield f"{stages[0].name}: one of its largest clusters has {there} records, not as many as it says"
