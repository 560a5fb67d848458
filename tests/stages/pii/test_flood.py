"""No gate stands open in texts that are full of what only looks like personal data."""

from collections import Counter
from random import Random

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curate.stages.pii.engine import MANY, Judge, Native, judged
from curate.stages.pii.rules import TYPES
from tests.stages.pii.flood import KINDS, made
from tests.stages.pii.made import MADE

NATIVE = Native(frozenset(TYPES))
SIZE = 300_000
USUAL = 0.06
"""How much of a text a gate may open, in its characters: what it opens, every pattern behind it is searched for in."""
MORE = {
    ("mail", "English name before a mailbox"): 0.55,
    ("mail", "date with the day or month first"): 0.45,
    ("mail", "e-mail address"): 0.26,
    ("mail", "English name under a letter or after a profession"): 0.19,
    ("mail", "resident id of 18 signs in groups far apart"): 0.20,
    ("mail", "resident id of 18 signs across two lines"): 0.15,
    ("mail", "English name after a label"): 0.14,
    ("mail", "IBAN"): 0.13,
    ("judgments", "date written as numbers"): 0.75,
    ("judgments", "date of birth by its label"): 0.21,
    ("judgments", "Chinese name beside a role"): 0.22,
    ("judgments", "Chinese address by its house number"): 0.14,
    ("judgments", "Chinese name after a label"): 0.14,
    ("judgments", "Chinese name beside an age"): 0.10,
}
"""Where there is something to find, or what is hard to tell from it: as measured on these texts, and a fifth more."""
RUNS = {"mail": 23_000, "judgments": 100}
"""How many digit runs of a megabyte may be tried: as measured, and a fifth more."""


@pytest.mark.parametrize("kind", KINDS)
def test_no_gate_opens_more_of_a_text_than_is_said(kind):
    texts = made(kind, SIZE)
    _, opened = NATIVE.look(pa.array(texts))
    wide: Counter[str] = Counter()
    for one in opened:
        for gate, stretches in one.gates.items():
            wide[NATIVE.gated[gate][0].rule.name] += sum(last - first for first, last in stretches)
    whole = sum(map(len, texts))
    shares = {rule: round(count / whole, 3) for rule, count in wide.items()}
    assert {rule: share for rule, share in shares.items() if share > MORE.get((kind, rule), USUAL)} == {}
    assert all(shares.get(rule, 0) > bound / 3 for (where, rule), bound in MORE.items() if where == kind)


@pytest.mark.parametrize("kind", KINDS)
def test_no_more_digit_runs_are_tried_than_is_said(kind):
    texts = made(kind, SIZE)
    _, opened = NATIVE.look(pa.array(texts))
    assert sum(len(one.runs.starts) for one in opened) <= RUNS[kind] * sum(len(text.encode()) for text in texts) / 1e6


@settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow])
@given(
    drawn=st.lists(st.sampled_from([(kind, name) for kind, ways in MADE.items() for name in ways]), max_size=2),
    words=st.lists(
        st.sampled_from(["电话：", "王先生", "From: Ann Lee\n", "12-", "中山路1号，", "<a.b@c.de> "]), max_size=2
    ),
    seed=st.integers(0, 999),
)
def test_places_with_the_same_surroundings_are_judged_as_each_would_be(drawn, words, seed):
    draw = Random(seed)
    phrase = "".join([*words, *(MADE[kind][name](draw) for kind, name in drawn), " "])
    text = "x" * draw.randrange(9) + phrase * (MANY + 50)
    for one in [*NATIVE.at_runs, *(one for some in NATIVE.gated.values() for one in some if one.rule.places is None)]:
        spans = [match.span("value") for match in one.pattern.finditer(text)]
        judge = Judge(text, [start for start, _ in spans])
        some = [*range(0, len(spans), 97), *range(max(0, len(spans) - 300), len(spans))]
        assert [judge.found(n, one, spans[n]) for n in some] == [judged(one, text, spans[n]) for n in some]
