"""Spans tile a file if and only if a byte by byte count says so."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.lineage.manifest import Input
from curate.lineage.spans import NO_ROW, Tiling, first_gap

SPANS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 5)), max_size=7)


def input_of(end: int, skipped: tuple[tuple[int, int], ...] = (), uri: str = "a") -> Input:
    return Input(source_id="s", uri=uri, bytes=1, sha256="0" * 64, decoded_bytes=end, skipped=skipped, records=0)


def tiles(file: Input, spans: list[tuple[int, int]]) -> bool:
    tiling = Tiling([file])
    starts, lengths = np.array(spans, np.int64).reshape(-1, 2).T
    tiling.add(np.zeros(len(spans), np.int64), starts, lengths, np.arange(len(spans)))
    return tiling.broken() == []


def counted(end: int, spans: list[tuple[int, int]]) -> bool:
    cover = [0] * 20
    for start, length in spans:
        for place in range(start, start + length):
            cover[place] += 1
    return cover == [1] * end + [0] * (20 - end)


@given(end=st.integers(0, 12), spans=SPANS, skipped=SPANS)
def test_any_spans(end, spans, skipped):
    assert tiles(input_of(end, tuple(skipped)), spans) == counted(end, spans + skipped)


@given(lengths=st.lists(st.integers(0, 5), max_size=8), data=st.data())
def test_spans_that_tile_in_any_order_and_without_any_one(lengths, data):
    spans = [(sum(lengths[:place]), length) for place, length in enumerate(lengths)]
    file = input_of(sum(lengths))
    order = data.draw(st.permutations(spans))
    assert tiles(file, order)
    for place, (_, length) in enumerate(order):
        assert tiles(file, order[:place] + order[place + 1 :]) == (length == 0)


def test_one_file_does_not_make_up_for_another():
    tiling = Tiling([input_of(10, uri="a"), input_of(10, uri="b")])
    tiling.add(np.array([0, 0]), np.array([0, 10]), np.array([10, 10]), np.array([0, 1]))
    assert tiling.broken() == [0, 1]


def test_a_span_of_negative_length_tiles_nothing():
    assert not tiles(input_of(10), [(0, 10), (10, -10), (0, 10)])


@pytest.mark.parametrize(
    ("spans", "said"),
    [
        ([(0, 4), (6, 4)], "a gap at 4..6"),
        ([(0, 4), (3, 7)], "an overlap at 3..4"),
        ([(0, 4), (4, 4)], "the spans end at 8, the file at 10"),
        ([(2, 8)], "a gap at 0..2"),
    ],
)
def test_the_first_gap_is_named(spans, said):
    starts, lengths = np.array(spans, np.int64).T
    assert first_gap(input_of(10), starts, lengths) == said


def ordered(rows: list[int], skipped: tuple[tuple[int, int], ...] = ((0, 3),)) -> bool:
    file = input_of(13, skipped).model_copy(update={"records": 5})
    tiling = Tiling([file])
    tiling.add(np.zeros(5, np.int64), np.array([3, 5, 7, 9, 11]), np.full(5, 2), np.array(rows))
    return tiling.disordered() == []


@pytest.mark.parametrize("rows", [[0, 1, 2, 3, 4], [0, 1, NO_ROW, 2, 3], [NO_ROW, 0, 1, 2, NO_ROW]])
def test_records_are_numbered_in_the_order_of_their_spans(rows):
    assert ordered(rows)


@pytest.mark.parametrize(
    "rows", [[0, 2, 1, 3, 4], [1, 2, 3, 4, 5], [0, 1, 2, 3, 3], [0, -2, 1, 2, 3], [0, 1, NO_ROW, 3, 4]]
)
def test_records_that_are_numbered_otherwise_are_found(rows):
    assert not ordered(rows)


def test_of_a_file_that_skips_something_between_records_the_numbers_alone_are_compared():
    assert ordered([0, 2, 1, 3, 4], ((5, 2),))
    assert not ordered([0, 2, 1, 3, 9], ((5, 2),))
