"""Rounds that choose, among records that are similar to each other, those that are kept."""

from typing import Any, Literal, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from curate.core import compute as pc
from curate.core.stage import VERDICTS, Action, Texts, Value, Yields
from curate.stages.dedup.keep import WORST, Criterion
from curate.stages.dedup.pairs import Longs, Places, Scores, measured
from curate.stages.dedup.propose import distinct

CLUSTERED = pa.schema([*VERDICTS, pa.field("cluster_row", pa.uint64()), pa.field("size", pa.int32())])
"""Verdicts with the row of the best record of the cluster, and how many records the cluster has."""


LINES = 1 << 16
"""Lines of a batch: of verdicts, a task reads the batches that concern it."""
ALL_KEPT = 512
"""So many kept records of a cluster are compared with each other: up to 130,816 pairs, about 0.5 seconds of CPU."""


class Graph(NamedTuple):
    """Similar records, numbered from the one that is kept first of all; edges ascend by (worse, better)."""

    rows: Longs
    better: Places
    worse: Places
    score: Scores

    def pairs(self, known: pa.Table) -> Places:
        """Return pairs of rows as numbers: the better node times the count of nodes, plus the worse.

        All rows are nodes: `Reconsider` pairs nodes only, and an edge once measured is never dropped.
        """
        order = np.argsort(self.rows)
        ends = (known[name].to_numpy() for name in ("row", "other_row"))
        one, two = (order[np.searchsorted(self.rows, rows, sorter=order)] for rows in ends)
        pairs: Places = np.minimum(one, two)
        pairs *= len(self.rows)
        pairs += np.maximum(one, two, out=two)
        return pairs


def graph_of(pairs: pa.Table, keep: tuple[Criterion, ...], threshold: float) -> Graph:
    """Order the records of pairs that reach the threshold by `keep`, then by row, and number them in that order.

    Of millions of pairs each array takes tens of megabytes, so they are half as wide as can be and let go of early.
    """
    reach = pairs["jaccard"].to_numpy() >= threshold

    def those(name: str) -> NDArray[Any]:
        values: NDArray[Any] = pairs[name].to_numpy()[reach]
        return values

    rows = distinct(np.concatenate([those("row"), those("other_row")]))
    one, two = (np.searchsorted(rows, those(name)).astype(np.int32) for name in ("row", "other_row"))
    merits = []
    for criterion in keep:
        merit = np.empty(len(rows), np.int64)
        merit[one], merit[two] = those(criterion), those(f"other_{criterion}")
        merits.append(merit)
    order = np.lexsort((rows, *reversed(merits)))
    del merits
    rank = np.empty(len(rows), np.int32)
    rank[order] = np.arange(len(rows), dtype=np.int32)
    one, two = rank[one], rank[two]
    better, worse = np.minimum(one, two), np.maximum(one, two, out=two)
    del one
    places = worse.astype(np.int64)
    places *= len(rows)
    places += better
    edges = np.argsort(places)
    del places
    return Graph(rows[order], better[edges].astype(np.int64), worse[edges].astype(np.int64), those("jaccard")[edges])


def undated(pairs: pa.Table, threshold: float) -> int:
    """Count the records of pairs that reach the threshold whose date is absent or none."""
    reach = pairs["jaccard"].to_numpy() >= threshold
    rows = [
        pairs[row].to_numpy()[reach & (pairs[date].to_numpy() == WORST)]
        for row, date in (("row", "newest"), ("other_row", "other_newest"))
    ]
    return len(distinct(np.concatenate(rows)))


class Reconsider(Value):
    """Bring together records that nobody has compared.

    Of a long run of equal keys, not all are paired. If the record falls with which all others were, they have lost the
    one that they were compared with. So the neighbours of every record that falls are paired with the best of them that
    is kept, and the kept records of a cluster with each other, or, where there are more than ALL_KEPT, a part of them.
    """

    by: Literal["key", "row", "all"] = "all"
    wants_text: bool = False
    keep: tuple[Criterion, ...]
    threshold: float

    def reduce(self, facts: pa.Table, texts: Texts | None) -> Yields:  # noqa: ARG002 - no text wanted
        """Yield pairs: those that came, then new ones, unmeasured."""
        schema = measured(self.keep)
        ones, twos = self.fresh(facts)
        yield from facts.cast(schema).combine_chunks().to_batches()
        for start in range(0, len(ones), LINES):
            some = slice(start, start + LINES)
            ends = [pa.array(np.minimum(ones[some], twos[some])), pa.array(np.maximum(ones[some], twos[some]))]
            blank = [pa.nulls(len(ends[0]), field.type) for field in list(schema)[2:]]
            yield pa.RecordBatch.from_arrays([*ends, *blank], schema=schema)
        return {"pairs_reconsidered": len(ones)}

    def fresh(self, facts: pa.Table) -> tuple[Longs, Longs]:
        """Return pairs of rows that stand not among those that came.

        One that was let go of when its band key proposed it may come once more, and then stays.
        """
        from curate.core.kernels.graph import components, leaders, pairs_of

        graph = graph_of(facts, self.keep, self.threshold)
        nodes = len(graph.rows)
        keeper, _ = leaders(nodes, *graph[1:])
        kept = keeper == np.arange(nodes)
        best = np.full(nodes, nodes, np.int64)
        ends = ((graph.better, graph.worse), (graph.worse, graph.better))
        for node, neighbour in ends:
            stays = kept[neighbour]
            np.minimum.at(best, node[stays], neighbour[stays])
        brought = [self.brought(best, node, neighbour, ~kept[node]) for node, neighbour in ends]
        stay = np.flatnonzero(kept)
        root = components(nodes, graph.better, graph.worse)[stay]
        order = np.argsort(root, kind="stable")
        nodes_of = stay[order].astype(np.uint64)
        one, two = pairs_of(root[order].astype(np.uint64), nodes_of, nodes_of, ALL_KEPT)
        pairs = distinct(np.concatenate([*brought, one.astype(np.int64) * nodes + two.astype(np.int64)]))
        known = graph.pairs(facts)
        known.sort()
        pairs = pairs[known[np.searchsorted(known[:-1], pairs)] != pairs]
        return graph.rows[pairs // nodes], graph.rows[pairs % nodes]

    @staticmethod
    def brought(best: Places, node: Places, neighbour: Places, fallen: NDArray[np.bool_]) -> Places:
        """Pair the neighbours of nodes that fell with the best of them that is kept; a pair is one number."""
        one, two = best[node[fallen]], neighbour[fallen]
        pairs = np.minimum(one, two) * len(best) + np.maximum(one, two)
        return distinct(pairs[one != two])


class Decide(Value):
    """Choose leaders and name clusters."""

    by: Literal["key", "row", "all"] = "all"
    wants_text: bool = False
    keep: tuple[Criterion, ...]
    rule: str
    action: Action
    threshold: float

    def reduce(self, facts: pa.Table, texts: Texts | None) -> Yields:  # noqa: ARG002 - no text wanted
        """Yield CLUSTERED, ascending by row: one line for every record that is similar to another one.

        Count, where dates decide, those of them that have none that can be read.
        """
        from curate.core.kernels.graph import components, leaders

        counts = {"undated": undated(facts, self.threshold)} if "newest" in self.keep else None
        graph = graph_of(facts, self.keep, self.threshold)
        del facts  # a fifth of what is held at this point
        nodes = len(graph.rows)
        keeper, score = leaders(nodes, *graph[1:])
        root = components(nodes, graph.better, graph.worse)
        size = np.bincount(root, minlength=nodes)[root]
        order = np.argsort(graph.rows)
        for start in range(0, nodes, LINES):
            some = order[start : start + LINES]
            columns = self.verdicts(keeper[some] != some, score[some], graph.rows[keeper[some]])
            columns |= {"row": graph.rows[some], "cluster_row": graph.rows[root[some]]}
            columns |= {"size": size[some].astype(np.int32)}
            yield pa.RecordBatch.from_arrays([columns[name] for name in CLUSTERED.names], schema=CLUSTERED)
        return counts

    def verdicts(self, falls: NDArray[np.bool_], score: Scores, other: Longs) -> dict[str, pa.Array]:
        """Spell what is found of the records that fall; all is null for those that are kept."""
        said: dict[str, str | float] = {
            "rule": self.rule,
            "metric": "jaccard",
            "threshold": self.threshold,
            "operator": ">=",
            "action": self.action,
        }
        mask = pa.array(falls)
        nothing = {name: pa.nulls(len(falls), VERDICTS.field(name).type) for name in VERDICTS.names}
        lines = {name: pc.if_else(mask, value, nothing[name]) for name, value in said.items()}
        return lines | {"value": pa.array(score, mask=~falls), "other": pa.array(other, mask=~falls)}
