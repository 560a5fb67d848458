"""Places are told alike exactly where the characters around them are."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from curate.core.kernels.twins import twins

PIECES = st.lists(st.sampled_from(["ab", "abab", "abc", "王", "𠮷a", "xy" * 9, "b", "\ud800"]), max_size=30)


@given(pieces=PIECES, before=st.integers(0, 5), behind=st.integers(1, 9), data=st.data())
def test_each_place_is_told_the_first_with_the_same_surroundings(pieces, before, behind, data):
    text = "".join(pieces)
    places = sorted(data.draw(st.sets(st.integers(0, max(0, len(text) - 1)), max_size=20))) if text else []
    around = [text[max(0, at - before) : at + behind] for at in places]
    whole = [at >= before and at + behind <= len(text) for at in places]
    first = [
        next(j for j in range(i + 1) if whole[j] and around[j] == around[i]) if whole[i] else i
        for i in range(len(places))
    ]
    assert twins(text, np.array(places, np.int64), before, behind).tolist() == first
