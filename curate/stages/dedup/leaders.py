"""Rounds that choose, among records that are similar to each other, those that are kept."""

from typing import Literal, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from curate.core import compute as pc
from curate.core.stage import VERDICTS, Action, Texts, Value, Yields
from curate.stages.dedup.keep import Criterion
from curate.stages.dedup.pairs import Longs, Places, Scores, distinct, measured

CLUSTERED = pa.schema([*VERDICTS, pa.field("cluster_row", pa.uint64()), pa.field("size", pa.int32())])
"""Verdicts with the smallest row of the record's cluster, and how many records the cluster has."""


LINES = 1 << 16
"""Lines of a batch: of verdicts, a task reads the batches that concern it."""
ALL_KEPT = 256
"""So many kept records of a cluster are compared with each other: up to 32,640 pairs, about 0.1 seconds of CPU."""


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
        pairs: Places = np.minimum(one, two) * len(self.rows) + np.maximum(one, two)
        return pairs


def graph_of(pairs: pa.Table, keep: tuple[Criterion, ...], threshold: float) -> Graph:
    """Order the records of pairs that reach the threshold by `keep`, then by row, and number them in that order."""
    reach = pc.greater_equal(pairs["jaccard"], threshold)
    if not pc.all(reach).as_py():
        pairs = pairs.filter(reach)
    ones, twos = pairs["row"].to_numpy(), pairs["other_row"].to_numpy()
    rows = distinct(np.concatenate([ones, twos]))
    one, two = np.searchsorted(rows, ones), np.searchsorted(rows, twos)
    merits = []
    for criterion in keep:
        merit = np.empty(len(rows), np.int64)
        merit[one], merit[two] = pairs[criterion].to_numpy(), pairs[f"other_{criterion}"].to_numpy()
        merits.append(merit)
    order = np.lexsort((rows, *reversed(merits)))
    rank = np.empty(len(rows), np.int64)
    rank[order] = np.arange(len(rows))
    one, two = rank[one], rank[two]
    better, worse = np.minimum(one, two), np.maximum(one, two)
    edges = np.argsort(worse * len(rows) + better)
    return Graph(rows[order], better[edges], worse[edges], pairs["jaccard"].to_numpy()[edges])


class Reconsider(Value):
    """Bring together records that nobody has compared.

    A long run of equal keys is paired as star and chain. If the centre of the star falls, its other neighbours have
    lost the one record that they were compared with. So the neighbours of every record that falls are paired with the
    best of them that is kept, and the kept records of a cluster with each other, or, where there are more than
    ALL_KEPT, as star and chain again.
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
        one, two = pairs_of(root[order].astype(np.uint64), stay[order].astype(np.uint64), ALL_KEPT)
        pairs = distinct(np.concatenate([*brought, one.astype(np.int64) * nodes + two.astype(np.int64)]))
        known = np.sort(graph.pairs(facts))
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
        """Yield CLUSTERED, ascending by row: one line for every record that is similar to another one."""
        from curate.core.kernels.graph import components, leaders

        graph = graph_of(facts, self.keep, self.threshold)
        nodes = len(graph.rows)
        keeper, score = leaders(nodes, *graph[1:])
        root = components(nodes, graph.better, graph.worse)
        smallest = graph.rows.copy()
        np.minimum.at(smallest, root, graph.rows)
        size = np.bincount(root, minlength=nodes)[root]
        order = np.argsort(graph.rows)
        columns = self.verdicts(keeper != np.arange(nodes), score, graph.rows[keeper])
        columns |= {"row": graph.rows, "cluster_row": smallest[root], "size": size.astype(np.int32)}
        lines = pa.RecordBatch.from_arrays([columns[name] for name in CLUSTERED.names], schema=CLUSTERED)
        lines = lines.take(pa.array(order))
        for start in range(0, lines.num_rows, LINES):
            yield lines.slice(start, LINES)
        return None

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
