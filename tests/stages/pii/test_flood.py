"""No gate stands open in texts that are full of what only looks like personal data."""

import sys
from collections import Counter
from random import Random

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from curate.stages.pii import engine
from curate.stages.pii.engine import Judge, Native, judged
from curate.stages.pii.rules import TYPES
from curate.stages.pii.spans import Span
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


def groups(draw: Random, count: int, *, joint: str = " ") -> str:
    """Write random groups of four digits."""
    return joint.join(f"{draw.randrange(10**4):04}" for _ in range(count))


@pytest.mark.parametrize("joint", [" ", "-"])
def test_few_of_many_random_groups_of_four_digits_are_tried_one_by_one(joint):
    _, (opened,) = NATIVE.look(pa.array([groups(Random(1), 20_000, joint=joint)]))
    assert len(opened.runs.tried) > 19_000
    assert len(opened.runs.starts) < 0.3 * len(opened.runs.tried)


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6), joint=st.sampled_from([" ", "-"]), label=st.sampled_from(["", "卡号：", "card no "]))
def test_cards_in_groups_are_those_that_are_found_one_match_after_another(seed, joint, label):
    draw = Random(seed)
    text = "，".join(
        label + groups(draw, draw.randrange(3, 40), joint=joint) + f"{joint}12"[: draw.randrange(4)] for _ in "abc"
    )
    opened = NATIVE.gates.everywhere(text)
    wanted = []
    for one in NATIVE.at_runs:
        end = 0
        for start in opened.runs.starts if one.sift else ():
            match = one.pattern.match(text, start) if start >= end else None
            if match:
                end = match.end()
                wanted += judged(one, text, match.span())
    assert sorted(NATIVE.grouped(opened)) == sorted(wanted)


HEADS = (
    "订单号,备注",
    "手机号,备注",
    "编号|电话|备注",
    "订单号：",
    "联系电话：",
    "批次号如下：\n",
    "phone,order no",
    "记录",
)
"""What makes of the same rows below them the numbers of things, of persons, or nothing."""
ROWS = ("{},ab\n", "{}、", "{}\n", "a|{}|b\n", "x,{},{}\n", "电话：{} ", "王小明 {}\n", "<a.b@c.de> {} ")
BLOCK = 3_000
"""Characters of the same rows: more than twice what has to be the same around a place."""


@settings(max_examples=4, suppress_health_check=[HealthCheck.too_slow])
@given(
    heads=st.lists(st.sampled_from(HEADS), min_size=2, max_size=3),
    row=st.sampled_from(ROWS),
    drawn=st.sampled_from([(kind, name) for kind, ways in MADE.items() for name in ways]),
    seed=st.integers(0, 999),
)
@example(heads=["订单号,备注", "手机号,备注"], row="{},ab\n", drawn=None, seed=0)
@example(heads=["订单号：", "联系电话："], row="{}、", drawn=None, seed=1)
@example(heads=["手机号,备注", "订单号,备注", "记录"], row="王小明,{}\n", drawn=None, seed=2)
def test_places_with_the_same_surroundings_are_judged_as_each_would_be(heads, row, drawn, seed):
    draw = Random(seed)
    value = MADE[drawn[0]][drawn[1]](draw) if drawn else f"138{draw.randrange(10**8):08}"
    rows = row.replace("{}", value)
    blocks = [f"{head}\n"[: len(head) + ("：" not in head)] + rows * (BLOCK // len(rows)) for head in heads]
    text = "x" * draw.randrange(9) + "\n" + "\n\n\n中间。\n\n".join(blocks)
    rows_open, openings = NATIVE.look(pa.array([text]))
    found = []
    for many in (sys.maxsize, 2) if rows_open else ():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(engine, "MANY", many)
            allowed: list[Span] = []
            found.append((NATIVE.find(text, next(iter(openings)), allowed=allowed), allowed))
    assert found[:1] == found[1:]


@settings(max_examples=4, suppress_health_check=[HealthCheck.too_slow])
@given(
    drawn=st.lists(st.sampled_from([(kind, name) for kind, ways in MADE.items() for name in ways]), max_size=2),
    words=st.lists(
        st.sampled_from(["电话：", "王先生", "From: Ann Lee\n", "12-", "中山路1号，", "<a.b@c.de> "]), max_size=2
    ),
    seed=st.integers(0, 999),
)
@example(drawn=[("PHONE_NUMBER", "mobile")], words=[], seed=0)
def test_what_a_pattern_matches_in_the_same_surroundings_is_judged_as_it_would_be(drawn, words, seed):
    draw = Random(seed)
    phrase = "".join([*words, *(MADE[kind][name](draw) for kind, name in drawn), ",ab\n"])
    half = phrase * (BLOCK // len(phrase))
    text = f"{'x' * draw.randrange(9)}\n订单号,备注\n{half}\n\n中间\n手机号,备注\n{half}"
    for one in [*NATIVE.at_runs, *(one for some in NATIVE.gated.values() for one in some if one.rule.places is None)]:
        spans = [match.span("value") for match in one.pattern.finditer(text)]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(engine, "MANY", 2)
            judge = Judge(text, [start for start, _ in spans])
        some = range(0, len(spans), 1 + len(spans) // 97)
        assert [judge.found(n, one, spans[n]) for n in some] == [judged(one, text, spans[n]) for n in some]
