import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.stages.dedup.bands import PERMUTATIONS, Bands, fitting


@given(threshold=st.floats(0.3, 0.99), recall=st.sampled_from([0.9, 0.99, 0.999]))
def test_the_choice_reaches_its_recall_with_the_most_rows_that_fit(threshold, recall):
    chosen = fitting(threshold, recall)
    assert chosen.recall(threshold) >= recall
    assert chosen.bands * chosen.rows <= PERMUTATIONS
    more = chosen.rows + 1
    assert Bands(PERMUTATIONS // more, more).recall(threshold) < recall


@pytest.mark.parametrize(("threshold", "bands"), [(0.7, (24, 5)), (0.8, (16, 6)), (0.9, (12, 10))])
def test_the_usual_thresholds_have_these_bands(threshold, bands):
    assert fitting(threshold, 0.999) == bands


def test_nothing_fits_a_threshold_near_zero():
    assert fitting(0.001, 0.999) is None


def test_recall_is_what_pairs_of_even_similarity_show():
    bands = Bands(24, 5)
    draw = np.random.default_rng(7)
    jaccard = draw.uniform(0.7, 1, 40_000)
    meets = (draw.random((40_000, 24)) < jaccard[:, None] ** 5).any(axis=1)
    assert abs(meets.mean() - bands.recall(0.7)) < 0.001
    assert abs(bands.found(0.7) - 0.9879) < 0.0001
