"""The quick scan for digit runs leaves out only those at which no pattern matches."""

import re

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curate.stages.pii.engine import Native
from curate.stages.pii.relaxed import FEW, LONGEST, beginning
from curate.stages.pii.rules import TYPES
from tests.stages.pii.made import MADE

NATIVE = Native(frozenset(TYPES))
PATTERNS = sorted({one.pattern.pattern for one in NATIVE.at_runs})
PIECES = st.one_of(
    st.sampled_from(
        ["1", "12", "138", "1234", "5678", "2009", "19", "62", "86", "010", "756", "192", "110105", "X", "x"]
    ),
    st.sampled_from([" ", "-", ".", "(", ")", "+", "，", "\n", "a", "AB", "SSN ", "手机", "転", "ext. ", "  "]),
    st.text("0123456789", min_size=1, max_size=9),
    st.tuples(st.sampled_from([(kind, name) for kind, ways in MADE.items() for name in ways]), st.randoms()).map(
        lambda drawn: MADE[drawn[0][0]][drawn[0][1]](drawn[1])
    ),
)


@pytest.mark.parametrize("pattern", PATTERNS, ids=range(len(PATTERNS)))
@settings(max_examples=4, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(data=st.data())
def test_what_a_pattern_matches_begins_as_is_said(pattern, data):
    text = data.draw(st.from_regex(pattern))
    match = re.search(pattern, text)
    if match:
        begun = pl.Series([text[match.start() :][:LONGEST]]).str.contains(f"^(?:{beginning(pattern)})")
        assert begun.to_list() == [True]


def test_where_something_must_not_follow_a_pattern_without_look_around_does_not_match_either():
    shape = beginning("(?P<value>[0-9]{4}(?:[ -][0-9]{4}){2}(?![0-9A-Za-z]))")
    said = pl.Series(["1234 5678 9012", "1234 5678 9012 3", "1234 5678 90123", "1234-5678-9012a", "1234-5678-9012。"])
    assert said.str.contains(f"^{shape}").to_list() == [True, True, False, False, True]


@given(pieces=st.lists(PIECES, min_size=1, max_size=12), joint=st.sampled_from(["", " ", "-", "，", "\n"]))
def test_what_is_found_with_many_runs_is_what_is_found_everywhere(pieces, joint):
    text = joint.join(pieces) + "。" + "31 20 7 " * FEW
    _, opened = NATIVE.look(pa.array([text]))
    assert [one for each in opened for one in NATIVE.find(text, each)] == NATIVE.find(text)


def test_runs_that_begin_nothing_still_count_as_work():
    text = "31 20 7 " * FEW + "13812345678"
    _, (opened,) = NATIVE.look(pa.array([text]))
    assert len(opened.runs.starts) < len(opened.runs.tried)
    assert opened.runs.within([(0, len(text))]).tried.tolist() == opened.runs.tried.tolist()
    assert len(opened.runs.within([(0, 40), (80, 120)]).tried) < len(opened.runs.tried) / 4
