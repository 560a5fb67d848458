from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.core.kernels.sorting import meeting

FULL = 2**64 - 1
KEYS = st.integers(0, FULL) | st.sampled_from([0, 1, 2**48, 2**63, FULL - 1, FULL])


def array(keys: list[int]) -> np.ndarray:
    return np.array(keys, np.uint64)


@given(keys=st.lists(KEYS, max_size=40), again=st.lists(st.integers(0, 39), max_size=20), data=st.data())
def test_every_key_that_stands_more_than_once_is_meant(keys, again, data):
    keys = data.draw(st.permutations(keys + [keys[place] for place in again if place < len(keys)]))
    mask = meeting(array(keys))
    counts = Counter(keys)
    assert mask.dtype == np.bool_
    assert len(mask) == len(keys)
    assert all(said for key, said in zip(keys, mask, strict=True) if counts[key] > 1)


@given(keys=st.lists(KEYS, max_size=40))
def test_equal_keys_are_meant_or_spared_together(keys):
    mask = dict(zip(keys, meeting(array(keys)).tolist(), strict=True))
    assert [mask[key] for key in keys] == meeting(array(keys)).tolist()


@pytest.mark.parametrize("key", [0, 1, 2**63, FULL])
def test_one_key_alone_is_spared_and_twice_is_meant(key):
    assert meeting(array([key])).tolist() == [False]
    assert meeting(array([key] * 2)).tolist() == [True, True]
    assert meeting(array([key] * 1000)).all()


def test_no_keys_are_no_mask():
    assert meeting(array([])).tolist() == []


@pytest.mark.parametrize("partitions", [1, 2, 8, 64])
@pytest.mark.parametrize("low_bits", [0, 16])
def test_of_keys_that_stand_alone_about_one_in_five_at_most_is_meant_in_any_partition(partitions, low_bits):
    """The keys of a partition share their first bits, those of bands are zero in their last ones."""
    draw = np.random.default_rng(partitions)
    keys = np.unique(draw.integers(0, 2**64, 60_000, np.uint64) >> np.uint64(low_bits) << np.uint64(low_bits))
    width = np.uint64(partitions.bit_length() - 1)
    last = (keys >> width) | np.uint64((partitions - 1) << (64 - int(width)) & FULL) if width else keys
    assert len(np.unique(last)) == len(last)
    assert meeting(draw.permutation(last)).mean() < 0.23
