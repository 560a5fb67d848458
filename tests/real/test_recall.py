"""Near duplicates of six real sets: every pair from the threshold on is found, and nothing falls without reason."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from benchmarks.corpora import data
from benchmarks.recall import THRESHOLDS, Graded, Measured, measured
from benchmarks.recall_sets import SETS
from curate.stages.dedup.near import NearDuplicates

ROOT = data() or Path()
pytestmark = pytest.mark.skipif(data() is None, reason="real data is absent; CURATE_DATA names its folder")

LABELLED = {
    "lab guides": (176, 143),
    "advisories, whole files": (150, 146),
    "advisories, title and notes": (150, 146),
    "consultations": (3729, 3727),
    "manual pages": (81, 66),
    "statutes": (86, 43),
}
"""By set: pairs that its labels name, and how many of them reach 0.7."""
SIMILAR = {
    "lab guides": 153,
    "advisories, whole files": 146,
    "advisories, title and notes": 302,
    "consultations": 4597,
    "manual pages": 69,
    "statutes": 50,
}
"""By set: all pairs that reach 0.7."""
LEAST_FROM_HALF = 0.75
"""Share of the pairs from 0.5 on that are proposed at 0.7, far below what is asked for."""
BOILERPLATE = "advisories, title and notes"
"""Most of its pairs lie just above 0.5, and share their texts: the formula gives 0.72, a seed 0.1 more or less."""


@cache
def known(name: str) -> Measured:
    return measured(ROOT, name)


@pytest.mark.parametrize("name", SETS)
def test_truth_is_what_it_was(name):
    one = known(name)
    assert (len(one.labelled), len(one.labelled.between(0.7))) == LABELLED[name]
    assert len(one.similar.between(0.7)) == SIMILAR[name]


@pytest.mark.parametrize("threshold", THRESHOLDS)
@pytest.mark.parametrize("name", SETS)
def test_every_pair_from_the_threshold_on_is_proposed(name, threshold):
    one = known(name)
    search = one.judged[threshold].search
    assert search.missed(one.labelled.between(threshold)) == 0
    assert search.missed(one.similar.between(threshold)) == 0


@pytest.mark.parametrize("name", SETS)
def test_most_pairs_below_the_threshold_are_proposed_too(name):
    one = known(name)
    least = LEAST_FROM_HALF
    if name == BOILERPLATE:
        bands = NearDuplicates(threshold=0.7).banding
        least = np.mean([bands.found(jaccard) for jaccard in one.similar.scores]) - 0.1
        assert least > 0.6
    assert one.judged[0.7].search.missed(one.similar) <= (1 - least) * len(one.similar)


@pytest.mark.parametrize("threshold", THRESHOLDS)
@pytest.mark.parametrize("name", SETS)
def test_no_two_similar_texts_are_both_kept(name, threshold):
    one = known(name)
    assert one.judged[threshold].left(one.similar.between(threshold)) == 0


@pytest.mark.parametrize("threshold", THRESHOLDS)
@pytest.mark.parametrize("name", SETS)
def test_whoever_falls_is_similar_to_a_text_that_is_kept(name, threshold):
    assert known(name).unfounded(threshold) == 0


def test_pairs_counted_in_the_open_and_labelled_ones_agree():
    for name in SETS:
        one = known(name)
        similar = dict(zip(map(tuple, one.similar.pairs.tolist()), one.similar.scores, strict=True))
        near: Graded = one.labelled.between(0.5)
        assert np.array_equal([similar[pair] for pair in map(tuple, near.pairs.tolist())], near.scores)
