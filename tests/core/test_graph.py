from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.core.kernels.graph import ALL_PAIRS, components, distinct_pairs, leaders, long_runs, pairs_of

NODES = 12
EDGES = st.dictionaries(
    st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1)).filter(lambda edge: edge[0] < edge[1]),
    st.sampled_from([0.7, 0.8, 0.9, 1.0]),
)


def said(edges: dict[tuple[int, int], float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    ordered = sorted(edges, key=lambda edge: (edge[1], edge[0]))
    ends = np.array(ordered, np.int64).reshape(-1, 2)
    return ends[:, 0].copy(), ends[:, 1].copy(), np.array([edges[edge] for edge in ordered], np.float64)


@given(edges=EDGES)
def test_whoever_falls_touches_its_keeper_and_no_two_kept_touch(edges):
    keeper, score = leaders(NODES, *said(edges))
    kept = {node for node in range(NODES) if keeper[node] == node}
    assert not [edge for edge in edges if set(edge) <= kept]
    for node in set(range(NODES)) - kept:
        assert keeper[node] in kept
        above = {other: edges[other, node] for other in kept if (other, node) in edges}
        assert score[node] == max(above.values())
        assert keeper[node] == min(other for other, value in above.items() if value == score[node])


@given(edges=EDGES)
def test_the_best_of_a_cluster_is_kept(edges):
    better, worse, score = said(edges)
    keeper, _ = leaders(NODES, better, worse, score)
    root = components(NODES, better, worse)
    assert all(keeper[best] == best for best in set(root.tolist()))


@given(edges=EDGES)
def test_components_are_what_edges_connect(edges):
    better, worse, _ = said(edges)
    groups = [{node} for node in range(NODES)]
    for one, two in edges:
        joined = groups[one] | groups[two]
        for node in joined:
            groups[node] = joined
    assert components(NODES, better, worse).tolist() == [min(group) for group in groups]


@given(runs=st.lists(st.integers(1, ALL_PAIRS), max_size=5))
def test_short_runs_give_all_their_pairs(runs):
    keys = np.repeat(np.arange(len(runs), dtype=np.uint64), runs)
    rows = np.arange(len(keys), dtype=np.uint64)
    pairs = list(zip(*(column.tolist() for column in pairs_of(keys, rows, rows)), strict=True))
    groups = [rows[keys == key].tolist() for key in np.unique(keys)]
    assert pairs == sorted(pair for group in groups for pair in combinations(group, 2))


def test_a_hundred_thousand_equal_keys_stay_linear_and_connected():
    many = 100_000
    rows = np.arange(many, dtype=np.uint64)
    ones, twos = pairs_of(np.zeros(many, np.uint64), rows, rows)
    assert len(ones) == 2 * many - 3
    assert set(range(1, many)) == set(twos[ones == 0].tolist())
    assert ((twos - ones == 1) | (ones == 0)).all()


def test_of_a_long_run_each_meets_its_neighbours_by_order_and_the_first():
    many, most = 64, 16
    order = np.arange(many, dtype=np.uint64)
    rows = np.random.RandomState(3).permutation(many).astype(np.uint64)
    place = {row: at for at, row in enumerate(rows.tolist())}
    pairs = list(zip(*(ends.tolist() for ends in pairs_of(np.zeros(many, np.uint64), order, rows, most)), strict=True))
    met = {tuple(sorted((place[one], place[two]))) for one, two in pairs}
    assert met == {
        (one, two) for one, two in combinations(range(many), 2) if one == 0 or two - one <= most * most / many
    }


def test_of_those_that_share_an_order_in_a_long_run_one_stands_for_all():
    order = np.repeat(np.arange(5, dtype=np.uint64), 20)
    rows = np.arange(100, dtype=np.uint64)
    pairs = set(zip(*(ends.tolist() for ends in pairs_of(np.zeros(100, np.uint64), order, rows, 20)), strict=True))
    heads = range(0, 100, 20)
    assert pairs == {*combinations(heads, 2), *((head, head + more) for head in heads for more in range(1, 20))}


SPLITS = {"none": 0, "few": 5, "many": 2**20, "all": 2**32 - 1}
ORDINALS = {"one": 0, "few": 3, "many": 2**15, "all": 2**32 - 1}


def pairs_in_python(ones: list[int], twos: list[int]) -> list[tuple[int, int]]:
    return sorted({(one, two) for one, two in zip(ones, twos, strict=True) if one != two})


def is_packed(rows: list[int]) -> bool:
    """Whether a pair fits into 64 bits, by the halves of the rows."""
    low, high = max((row & 0xFFFFFFFF for row in rows), default=0), max((row >> 32 for row in rows), default=0)
    return 2 * (low.bit_length() + high.bit_length()) <= 64


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("ordinal", ORDINALS)
@given(data=st.data())
def test_pairs_are_those_of_plain_python_whatever_their_halves(split, ordinal, data):
    halves = st.integers(0, SPLITS[split]), st.integers(0, ORDINALS[ordinal])
    edges = st.sampled_from([SPLITS[split] | ORDINALS[ordinal] << 32, SPLITS[split], ORDINALS[ordinal] << 32])
    row = st.tuples(*halves).map(lambda both: both[1] << 32 | both[0]) | edges
    pairs = data.draw(st.lists(st.tuples(row, row), max_size=20))
    pairs += data.draw(st.lists(st.sampled_from(pairs or [(0, 0)]), max_size=5))
    ones, twos = [one for one, _ in pairs], [two for _, two in pairs]
    said = distinct_pairs(np.array(ones, np.uint64), np.array(twos, np.uint64))
    assert list(zip(*(column.tolist() for column in said), strict=True)) == pairs_in_python(ones, twos)
    assert [column.dtype for column in said] == [np.uint64] * 2


SMALL = st.integers(0, 3)
FAR = np.uint64(1 << 63 | 1 << 31)


@given(
    pairs=st.lists(st.tuples(SMALL, SMALL, SMALL, SMALL), min_size=1, max_size=20),
    low=st.integers(0, 13),
    high=st.integers(0, 14),
)
def test_packed_pairs_are_those_that_are_sorted_by_place(pairs, low, high):
    """Bits that all rows have in common change no order, but with them pairs do not fit into 64 bits."""
    rows = [(one << high + 32 | two << low, three << high + 32 | four << low) for one, two, three, four in pairs]
    near = np.array(rows, np.uint64).T.copy()
    assert is_packed(near.ravel().tolist())
    assert not is_packed((near | FAR).ravel().tolist())
    packed, placed = distinct_pairs(*near), distinct_pairs(*(near | FAR))
    assert [(column | FAR).tolist() for column in packed] == [column.tolist() for column in placed]


def test_pairs_come_once_and_never_of_a_row_with_itself():
    ones, twos = distinct_pairs(np.array([3, 1, 3, 2], np.uint64), np.array([4, 2, 4, 2], np.uint64))
    assert list(zip(ones.tolist(), twos.tolist(), strict=True)) == [(1, 2), (3, 4)]
    assert [len(column) for column in distinct_pairs(ones[:0], twos[:0])] == [0, 0]


@given(runs=st.lists(st.integers(1, 3 * ALL_PAIRS), max_size=8))
def test_runs_that_are_not_paired_throughout_are_told(runs):
    keys = np.repeat(np.arange(len(runs), dtype=np.uint64), runs)
    lengths, far = long_runs(keys)
    assert lengths.tolist() == [length for length in runs if length > ALL_PAIRS]
    assert far.tolist() == [length > ALL_PAIRS for length in runs for _ in range(length)]
