"""Hold copies against the records that stand for them: these live on at that stage, and are of the same cluster."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curate.lineage.ids import NONE, NOWHERE, Codes, Pairs, ascending, found_in, parse_ids, spell
from curate.lineage.manifest import Manifest
from curate.lineage.marks import COPIES, KEYS, NEAR, plugged

NO_CODES: Codes = np.zeros(0, np.int64)


@dataclass
class Keepers:
    """What the ledger and the shards say of copies."""

    names: list[str] = field(default_factory=list)
    """Stages in the order in which they were met; their places stand for them below."""
    left_out: list[Pairs] = field(default_factory=lambda: [NONE])
    by: list[Codes] = field(default_factory=lambda: [NO_CODES])
    """By which stage each of these was left out; not for an error, of which other stages may not have known."""
    copies: list[Pairs] = field(default_factory=lambda: [NONE])
    keepers: list[Pairs] = field(default_factory=lambda: [NONE])
    """What stands for each copy."""
    stages: list[Codes] = field(default_factory=lambda: [NO_CODES])
    """Which stage found each copy."""
    members: list[Pairs] = field(default_factory=lambda: [NONE])
    clusters: list[Pairs] = field(default_factory=lambda: [NONE])
    """The cluster of each member of one, kept or left out."""

    def keep(self, batch: pa.RecordBatch) -> int:
        """Take in rows of a shard, or of the ledger, with their clusters; return how many of these are no id."""
        grouped = batch.filter(batch["cluster"].is_valid())
        own, cluster = (parse_ids(grouped[name].cast(pa.string())) for name in ("id", "cluster"))
        both, mine, theirs = np.intersect1d(own.rows, cluster.rows, assume_unique=True, return_indices=True)
        if len(both):
            self.members.append(own.pairs[mine])
            self.clusters.append(cluster.pairs[theirs])
        return cluster.malformed

    def leave_out(self, batch: pa.RecordBatch) -> int:
        """Take in rows of the ledger; return how many clusters are no id."""
        own, keeper = (parse_ids(batch[name].cast(pa.string())) for name in ("id", "duplicate_of"))
        coded = batch["stage"].cast(pa.string()).fill_null("").dictionary_encode()
        places = np.array([self._place(str(name)) for name in coded.dictionary.to_pylist()], np.int64)
        stages = places[coded.indices.to_numpy()]
        raised = pc.fill_null(pc.starts_with(batch["rule"].cast(pa.string()), "error:"), False)
        judged = ~np.asarray(raised)[own.rows]
        self.left_out.append(own.pairs[judged])
        self.by.append(stages[own.rows][judged])
        both, mine, theirs = np.intersect1d(own.rows, keeper.rows, assume_unique=True, return_indices=True)
        self.copies.append(own.pairs[mine])
        self.keepers.append(keeper.pairs[theirs])
        self.stages.append(stages[both])
        return self.keep(batch)

    def _place(self, name: str) -> int:
        if name not in self.names:
            self.names.append(name)
        return self.names.index(name)


def keeper_faults(manifest: Manifest, seen: Keepers, erased: Pairs) -> Iterator[str]:
    """Yield copies that nothing stands for: what they name was left out before, or is of another cluster."""
    copies, keepers, stages = np.concatenate(seen.copies), np.concatenate(seen.keepers), np.concatenate(seen.stages)
    index = {stage.name: stage.index for stage in manifest.stages}
    order = np.array([index.get(name, -1) for name in (*seen.names, "")], np.int64)
    finders = {stage.name for stage in manifest.stages if stage.stage in {*COPIES, KEYS}}
    ours = np.array([name in finders for name in (*seen.names, "")], np.bool_)[stages]
    gone, by = np.concatenate(seen.left_out), np.concatenate(seen.by)
    sort = ascending(gone)
    by, found = by[sort], found_in(gone[sort], keepers)
    fate = np.where(found == NOWHERE, len(manifest.stages), order[by[found]] if len(by) else 0)
    for place in np.flatnonzero(ours & (fate <= order[stages])).tolist():
        names = spell(copies[place]), spell(keepers[place]), seen.names[by[found[place]]]
        yield "{} is called a copy of {}, which {} left out".format(*names)
    near = {stage.name for stage in manifest.stages if stage.stage == NEAR}
    if len(near) == 1 and not any(plugged(manifest)):
        grouped = np.array([name in near for name in (*seen.names, "")], np.bool_)[stages]
        yield from _leaderless(seen, erased)
        there = grouped & (found_in(erased[ascending(erased)], keepers) == NOWHERE)
        yield from _cluster_faults(seen, copies[there], keepers[there])


def _cluster_faults(seen: Keepers, copies: Pairs, keepers: Pairs) -> Iterator[str]:
    """Compare the cluster of each copy with that of the record that stands for it."""
    members, clusters = np.concatenate(seen.members), np.concatenate(seen.clusters)
    sort = ascending(members)
    members, clusters = members[sort], clusters[sort]
    mine, theirs = found_in(members, copies), found_in(members, keepers)
    known = (mine != NOWHERE) & (theirs != NOWHERE)
    alike = np.zeros(len(copies), np.bool_)
    alike[known] = (clusters[mine[known]] == clusters[theirs[known]]).all(axis=1)
    for place in np.flatnonzero(~alike).tolist():
        yield f"{spell(copies[place])} is called a near copy of {spell(keepers[place])}, which is not of its cluster"


def _leaderless(seen: Keepers, erased: Pairs) -> Iterator[str]:
    """Yield clusters that are not named after a member of theirs, unless that was erased."""
    members, clusters = np.concatenate(seen.members), np.concatenate(seen.clusters)
    leaders = members[(members == clusters).all(axis=1)]
    named = np.unique(clusters, axis=0)
    lost = found_in(leaders[ascending(leaders)], named) == NOWHERE
    lost &= found_in(erased[ascending(erased)], named) == NOWHERE
    yield from (f"the cluster {spell(name)} is named after no record of it" for name in named[lost])
