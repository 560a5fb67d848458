"""What a pattern cannot match without: whatever it matches holds it, and so no gate stays shut before a value."""

import re
from functools import cache

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curate.core.kernels.landmarks import CELL, CODES, HALF, LONGEST_STREAK, NEAR_BEFORE, NEAR_BEHIND
from curate.stages.pii.allow import NUMBERED, PERSONAL
from curate.stages.pii.context import words_of
from curate.stages.pii.engine import Native
from curate.stages.pii.gating import OVERLAP, RUN
from curate.stages.pii.marks import Marks, plain_signs
from curate.stages.pii.required import FIRST_WIDE, HAN, chains_of, plain, reach_of, required
from curate.stages.pii.rule import fold
from curate.stages.pii.rules import RULES, TYPES
from curate.stages.pii.trials import LEADS, LONGEST_CODE, SIGNS, Compiled, begun, compiled, opener, starts
from curate.stages.pii.words import AFTER, BEFORE, NEXT_TO

GATES = list(dict.fromkeys(rule.gate for rule in RULES if rule.gate))
LABELS = list(dict.fromkeys(rule.labels.gate for rule in RULES if rule.labels))
AT_RUNS = [one for place, rule in enumerate(RULES) if not rule.gate for one in compiled(place, rule, lenient=False)]
NATIVE = Native(frozenset(TYPES))
EVERY = [one for place, rule in enumerate(RULES) for one in compiled(place, rule, lenient=False)]
FILLERS = st.sampled_from(
    ["，", " ", "\n", "姓名：", "电话", "From: ", "，" * 70, "设备运行正常。" * 90, "The committee met. " * 20]
)
ANYTHING = st.text(st.sampled_from("0189 -.:：=|@<>\"'\r\nabfkxsſKİAXZ王号路室年１Ａ－\u3000\u00a0𠮷é"), max_size=12)
HARD = ["025-84512345转8001", "051254080370转12", "02584512345 ext. 12", "电话051254080370（转3）"]
"""Values of patterns that look far ahead, and so are hardly ever drawn."""


OPENERS = list(dict.fromkeys(opener(one.rule) for one in AT_RUNS if opener(one.rule)))
"""Labels without which nothing is tried; others only make a rule surer."""
MARKS = Marks(OPENERS, GATES, [])
PATTERNS = [*((gate, MARKS.gates[gate]) for gate in GATES), *((label, (MARKS.labels[label],)) for label in OPENERS)]


@cache
def wanting(one: Compiled) -> Marks:
    """Return marks that know one pattern alone, and take it to need no label."""
    return Marks([], [], [begun(one)._replace(opener="")])


def holds(text: str, pattern: str) -> bool:
    """Tell whether a text holds all that a pattern cannot match without."""
    signs = "".join(map(plain, fold(text)))
    wide = any(ord(sign) >= FIRST_WIDE for sign in text)
    streaks = [len(run) for run in re.findall("[0-9a-z]+", signs)]
    return all(
        any(word in signs if word != HAN else wide for word in need.words)
        or (need.streak and max(streaks, default=0) >= need.streak)
        for need in required(pattern)
    )


def test_words_before_a_wide_sign_are_told_from_the_same_words_alone() -> None:
    assert not holds("<PHONE_NUMBER>", "(?i:phone|number)[ ]?(?:[+(（][0-9]|[0-9]{2})")


@pytest.mark.parametrize(("pattern", "bits"), PATTERNS)
@given(data=st.data(), before=ANYTHING, behind=ANYTHING)
@settings(max_examples=20, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
def test_what_a_gate_or_label_matches_opens_it(pattern, bits, data, before, behind):
    text = before + data.draw(st.from_regex(pattern)) + behind
    if re.search(pattern, fold(text)):
        assert holds(text, pattern)
        found = MARKS.found(pa.array([text]))
        assert all(bit == 1 or any((int(high) << HALF | int(low)) & bit for low, high in found.cells) for bit in bits)


@pytest.mark.parametrize("one", AT_RUNS, ids=lambda one: one.rule.name)
@given(data=st.data())
@settings(max_examples=20, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
def test_a_run_by_which_a_value_begins_is_wanted(one, data):
    value = data.draw(st.from_regex(one.pattern) | st.sampled_from(HARD))
    match = one.pattern.search(value)
    dropped = match is not None and one.rule.digits and one.rule.check is not None and not one.rule.check(match[0])
    if match is None or fold(value) != value or dropped:
        return
    text = f"{value[: match.end()]}。"
    start, stop = next((run.span() for run in re.finditer("[0-9]+", text) if run.end() > match.start()), (0, 0))
    before = text[start - 1 : start]
    begun_at = starts(text, start, before) if before in SIGNS else [("digit", start)]
    leads = {lead for lead, at in begun_at if at == match.start()} & LEADS.get(one.rule.lead, {one.rule.lead})
    lengths = one.rule.runs | (one.rule.joined if text[stop] in one.rule.joints else frozenset())
    if leads and stop - start in lengths and (start, stop) in {run.span() for run in RUN.finditer(text)}:
        assert [0, start, stop] in wanting(one).found(pa.array([text])).runs.tolist()


@given(data=st.data())
@settings(max_examples=150, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
def test_whatever_a_rule_matches_is_found_behind_gates_as_it_is_found_everywhere(data):
    drawn = data.draw(st.lists(st.sampled_from(EVERY), max_size=5))
    text = "".join(data.draw(FILLERS) + data.draw(st.from_regex(one.pattern)) for one in drawn)
    _, opened = NATIVE.look(pa.array([text]))
    assert (NATIVE.find(text, opened[0]) if len(opened) else []) == NATIVE.find(text)


SPELLED = [
    "，idno5-46116200001013000",
    "D.Ob: 1974-06-30",
    "Dear mr Aa, thank you",
    "王小明寨乙63034#qaZ-RP 幢",
    "微信：abc_1234",
    "加vx abc_1234",
    "qq群 123456",
    "手机138\n12345678",
    "卡号6222\n0200\n12345678901",
    "12 High Holborn St, London",
]
"""Values whose gates have to know more than one way of writing."""


@pytest.mark.parametrize("text", SPELLED)
def test_however_a_value_is_written_its_gate_opens(text):
    _, opened = NATIVE.look(pa.array([text]))
    allowed, everywhere = [], []
    assert NATIVE.find(text, opened[0], None, allowed) == NATIVE.find(text, None, None, everywhere)
    assert allowed == everywhere


def test_no_value_at_digit_runs_and_none_of_its_labels_reaches_beyond_the_cells_looked_at():
    longest = max(re._parser.parse(value).getwidth()[1] for rule in RULES if not rule.gate for value in rule.values)
    assert longest <= 144
    assert max(BEFORE, NEXT_TO) + LONGEST_CODE <= NEAR_BEFORE * CELL
    assert 2 * longest + AFTER <= NEAR_BEHIND * CELL


def test_the_plain_words_of_labels_stand_wherever_one_of_them_does():
    labels = [one.labels for one in RULES if one.labels is not None]
    said = [(one, word.lower()) for one in (NUMBERED, PERSONAL, *labels) for word in words_of(one.said)]
    assert len(said) > len(labels)
    assert [word for one, word in said if one.exact.search(word) and not one.quick.search(word)] == []
    assert not NUMBERED.quick.search("王小明 13812345678\n")


def test_no_gate_is_scanned_for_in_all_texts():
    assert all(required(gate) for gate in GATES)
    assert all(required(label) for label in LABELS)


def test_no_streak_is_longer_than_is_counted_and_no_word_longer_than_a_gate_may_be():
    needs = [need for pattern in (*GATES, *LABELS) for need in required(pattern)]
    assert all(need.streak <= LONGEST_STREAK and max(map(len, need.words), default=0) < OVERLAP for need in needs)


def test_characters_count_in_texts_as_they_count_in_words():
    signs = plain_signs()
    assert len(signs) == CODES
    assert all(signs[code] == plain(chr(code)) for code in range(CODES))


@pytest.mark.parametrize(
    ("pattern", "begins", "chain"),
    [
        ("[0-9]{3}[ .-][0-9]{4}", (True, 3, True), (7, 1)),
        ("(?P<a>[ -])[0-9]{2}(?P=a)[0-9]{3}", (False, 2, True), (5, 1)),
        ("(?:\\+86[ -]?)?1[0-9]{10}(?:转[0-9]{4})?", (True, 11, False), (11, 0)),
        ("(?:\\+86[ -]?)?1[0-9]{10}(?:转[0-9]{4})?", (False, 2, True), (13, 1)),
        ("[A-Z]{1,2}[0-9]{6}[0-9A]", (False, 6, False), (6, 0)),
        ("[0-9]{2,5}(?:x[0-9]{9})?", (True, 5, True), (2, 0)),
        ("[0-9A-Z]{2}[ -]?[0-9]{6}", (True, 2, True), (8, 1)),
        ("(?P<a>[0-9])(?(a)[0-9]{9}|x)", (True, 1, False), (0, 0)),
    ],
)
def test_a_chain_counts_what_stands_before_any_other_sign(pattern, begins, chain):
    assert chains_of(pattern)[begins] == chain


def test_no_chain_is_known_where_no_value_can_begin_so():
    assert set(chains_of("[0-9]{3}[ .-][0-9]{4}")) == {(True, 3, True)}


@pytest.mark.parametrize(
    ("pattern", "reach"),
    [("(?<![0-9])[0-9]{4}(?=[年月])", 5), ("a(?:b|cde)?(?!fg)", 6), ("(?P<a>x{2})-(?P=a)", 5), ("^ab?", 3)],
)
def test_a_match_reaches_as_far_as_it_takes_or_looks_at(pattern, reach):
    assert reach_of(pattern) == reach


@pytest.mark.parametrize("pattern", ["[^a]", "a?", "(?:tel|)", ".{3}", "[a-z]*"])
def test_a_pattern_that_any_text_matches_needs_nothing(pattern):
    assert required(pattern) == ()
