"""Ids as numbers say what sets of strings say."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from curate.lineage.ids import NONE, Index, parse_ids, spell

HEX = st.text("0123456789abcdef", min_size=32, max_size=32)
HIGH, LOW = st.sampled_from(["0" * 16, "f" * 16, "ab" * 8]), st.sampled_from(["1" * 16, "2" * 16, "3" * 16])
CLOSE = st.tuples(HIGH, LOW).map("".join)
ANY = st.one_of(HEX, st.none(), st.text(max_size=40), st.just("G" * 32), st.just("A" * 32))


@given(values=st.lists(ANY, max_size=9), cut=st.integers(0, 9))
def test_what_is_an_id_is_read_and_the_rest_is_counted(values, cut):
    column = pa.array(values, pa.string())[cut:]
    good = [value for value in values[cut:] if value and len(value) == 32 and set(value) <= set("0123456789abcdef")]
    parsed = parse_ids(column)
    assert [spell(pair) for pair in parsed.pairs] == good
    assert [values[cut:][row] for row in parsed.rows.tolist()] == good
    assert parsed.malformed == len(column) - len(good)


def pairs(names: list[str]) -> np.ndarray:
    return parse_ids(pa.array(names, pa.string())).pairs if names else NONE


@given(kept=st.lists(CLOSE, max_size=6), rejected=st.lists(CLOSE, max_size=6), asked=st.lists(CLOSE, max_size=6))
def test_an_index_finds_what_stands_twice_on_both_sides_or_nowhere(kept, rejected, asked):
    index = Index(pairs(kept), pairs(rejected))
    twice, both = index.repeated()
    assert twice == sorted({name for side in (kept, rejected) for name in side if side.count(name) > 1})
    assert both == sorted(set(kept) & set(rejected))
    assert index.missing(pairs(asked)) == [name for name in asked if name not in {*kept, *rejected}]
