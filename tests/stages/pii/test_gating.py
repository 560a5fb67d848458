"""Gates only leave out places where nothing is."""

from contextlib import nullcontext
from random import Random

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.core.kernels.landmarks import CELL, NEAR_BEFORE, NEAR_BEHIND
from curate.engine.canaries import MAKERS
from curate.stages.pii.budget import BudgetError
from curate.stages.pii.engine import Native
from curate.stages.pii.gating import MARGIN, OVERLAP, REACH, common, widened
from curate.stages.pii.rules import DEFAULT_TYPES, TYPES
from tests.stages.pii.made import LABELLED, MADE

PART = 1024
NATIVE = Native(frozenset(TYPES))
PHONE = frozenset({"PHONE_NUMBER"})
FILLERS = ("设备运行正常，巡视检修记录完整。", "The committee met in 2004 and 12 15. ", "1 ", "a.", "\n", "电话与传真")
VALUES = [(kind, name) for kind, ways in MADE.items() for name in ways]
LABELS = ("手机", "身份证号：", " Tel. ", "", "卡号", "，")
BEFORE = (*LABELS, "见 ", " 2024-05-06 ", "wa.me/", "note <b>", "x-", "（")
BEHIND = ("", " 见", "-.5", "_", "x", "。", " '", "，")
STRETCHES = st.lists(st.tuples(st.integers(0, 3000), st.integers(1, 400)), max_size=6).map(
    lambda some: widened([(first, first + size) for first, size in sorted(some)], 4000)
)


def filled(draw: Random, length: int) -> str:
    text = ""
    while len(text) < length:
        text += draw.choice(FILLERS) * draw.randint(1, 40)
    return text[:length]


@given(seed=st.integers(0, 10_000), lengths=st.lists(st.integers(0, 2 * PART), min_size=1, max_size=4))
def test_what_is_found_behind_gates_is_what_is_found_everywhere(seed, lengths):
    draw = Random(seed)
    text = filled(draw, PART - draw.randint(0, 60))  # so that a value lies across the end of the first part
    for length in lengths:
        kind, name = draw.choice(VALUES)
        text += (
            draw.choice(["手机", "身份证号：", " Tel. ", "", "卡号", "，"])
            + MADE[kind][name](draw)
            + filled(draw, length)
        )
    _, opened = NATIVE.look(pa.array([text]))
    assert (NATIVE.find(text, opened[0]) if opened else []) == NATIVE.find(text)


@pytest.mark.parametrize("gap", [PART - 3, PART, PART + OVERLAP - 5, 3 * PART])
def test_a_label_opens_only_what_is_near(gap):
    number = "68251947"
    texts = [f"电话 {number}{'。' * gap}", f"电话{'。' * gap}{number}"]
    _, opened = NATIVE.look(pa.array(texts))
    assert [len(NATIVE.find(text, where)) for text, where in zip(texts, opened, strict=True)] == [1, 0]


@given(ones=STRETCHES, twos=STRETCHES)
def test_common_stretches_hold_the_places_that_both_have(ones, twos):
    def places(some):
        return {place for first, last in some for place in range(first, last)}

    assert places(common(ones, twos)) == places(ones) & places(twos)


def test_near_finds_what_begins_there_and_leaves_the_rest():
    text = f"手机13912345678{'。' * 2 * PART}手机13787654321"
    _, (opened,) = NATIVE.look(pa.array([text]))
    spans = NATIVE.find(text, opened)
    assert len(spans) == 2
    assert NATIVE.find(text, opened, [(0, 2)]) == spans[:1]


@given(seed=st.integers(0, 10_000), near=st.lists(STRETCHES, min_size=2, max_size=3))
def test_near_needs_no_more_of_a_text_than_is_cut_out(seed, near):
    draw = Random(seed)
    texts = []
    for _ in near:
        text = ""
        while len(text) < 4400:
            kind, name = draw.choice(VALUES)
            text += draw.choice(LABELS) + MADE[kind][name](draw) + filled(draw, draw.randint(0, 900))
        texts.append(text)
    strings = pa.array(texts)
    (rows, parts), (all_rows, wholes) = NATIVE.look(strings, near), NATIVE.look(strings)
    cut = {row: NATIVE.find(texts[row], part, near[row]) for row, part in zip(rows, parts, strict=True)}
    whole = {row: NATIVE.find(texts[row], one, near[row]) for row, one in zip(all_rows, wholes, strict=True)}
    assert {row: spans for row, spans in cut.items() if spans} == {row: spans for row, spans in whole.items() if spans}


def test_what_is_cut_out_holds_all_that_speaks_for_a_number():
    assert REACH + (max(NEAR_BEFORE, NEAR_BEHIND) + 2) * CELL <= MARGIN
    assert REACH + 2 * OVERLAP + CELL <= MARGIN


def test_a_long_run_begins_once():
    text = f"编号{'7' * 40 * PART}，手机13912345678"
    _, (opened,) = NATIVE.look(pa.array([text]))
    assert opened.runs.starts == [len(text) - 11]
    assert NATIVE.gates.everywhere(text).runs.starts == [2, len(text) - 11]
    assert len(NATIVE.find(text, opened)) == 1


def test_a_text_in_which_nothing_begins_is_left_out_unless_it_exceeds_the_budget():
    texts = pa.array(["共有70003000400件，", "电话13812345678，", "共有70003000400件，有70003000401件，"] * 60)
    assert Native(PHONE).look(texts)[0] == [3 * row + 1 for row in range(60)]
    few = Native(PHONE, budget=1)
    rows, opened = few.look(texts)
    assert rows == [row for row in range(180) if row % 3]
    for row, one in zip(rows, opened, strict=True):
        with pytest.raises(BudgetError) if row % 3 == 2 else nullcontext():
            assert len(few.find(texts[row].as_py(), one)) == 1


@pytest.mark.parametrize("types", [*({kind} for kind in MAKERS), set(DEFAULT_TYPES)], ids=lambda types: str(len(types)))
@pytest.mark.parametrize("words", [" and {} then", "，{}，"])
def test_what_is_found_in_a_text_alone_is_found_among_many(types, words):
    chance = Random(7)
    engine = Native(frozenset(types))
    texts = [words.format(MAKERS[kind](chance)) for kind in MAKERS for _ in range(200)]
    alone = {place: found for place, text in enumerate(texts) if (found := engine.find(text))}
    rows, opened = engine.look(pa.array(texts))
    among = {row: found for row, one in zip(rows, opened, strict=True) if (found := engine.find(texts[row], one))}
    assert among == alone
    assert len(among) >= 150


def test_what_is_found_does_not_depend_on_the_batch():
    draw = Random(11)
    texts = [
        "".join(draw.choice(BEFORE) + MADE[kind][name](draw) + draw.choice(BEHIND) for kind, name in some)
        for some in (draw.choices(VALUES, k=draw.randint(1, 2)) for _ in range(2000))
    ]
    rows, opened = NATIVE.look(pa.array(texts))
    among = {row: NATIVE.find(texts[row], one) for row, one in zip(rows, opened, strict=True)}
    assert [among.get(row, []) for row in range(len(texts))] == [NATIVE.find(text) for text in texts]


@pytest.mark.parametrize("seed", range(4))
def test_a_type_alone_finds_in_a_list_what_it_finds_beside_others(seed):
    draw, ways = Random(seed), [*MADE.items(), *LABELLED.items()]
    texts = []
    for _ in range(200):
        some = [(kind, *draw.choice([*forms.items()])) for kind, forms in draw.choices(ways, k=draw.randint(2, 6))]
        said = [
            make(draw) if kind in MADE and name in MADE[kind] else f"{name}：{make(draw)}" for kind, name, make in some
        ]
        texts.append(
            draw.choice(["", "名单："]) + draw.choice(["、", "，", ", ", "; ", "\n", "\r\n", "\t", "；"]).join(said)
        )
    every = [NATIVE.find(text) for text in texts]
    for kind in {*MADE, *LABELLED}:
        alone = Native(frozenset({kind}))
        rows, opened = alone.look(pa.array(texts))
        found = {row: {span[:2] for span in alone.find(texts[row], one)} for row, one in zip(rows, opened, strict=True)}
        for row, spans in enumerate(every):
            assert {span[:2] for span in spans if span.entity == kind} <= found.get(row, set()), (kind, row)
