"""Rules can be written and read back unchanged, and say of signals on disk what the stage said of the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.core.errors import ConfigError
from curate.core.stage import Outcome
from curate.stages.quality.changing import apart, changed
from curate.stages.quality.judging import CHINESE, CONTENT_TYPE, decided, facts_of, signals_of
from curate.stages.quality.kinds import CONTENT_TYPES
from curate.stages.quality.presets import BASE, PRESETS
from curate.stages.quality.rules import Condition, Rule, rule_of
from curate.stages.quality.signals import SIGNALS
from curate.stages.quality.stage import Quality
from tests.conftest import TEXT, records
from tests.stages.quality.test_stage import ENGLISH, JUNK, PROSE

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
SIGNS = st.sampled_from(["<", "<=", ">", ">="])
CONDITIONS = st.builds(Condition, st.sampled_from([*SIGNALS]), SIGNS, NUMBERS)
RULES = st.builds(
    Rule,
    signal=st.sampled_from([*SIGNALS]),
    operator=SIGNS,
    threshold=NUMBERS,
    action=st.sampled_from(["reject", "tag"]),
    chars=st.integers(0, 10**9),
    chinese=st.none() | NUMBERS,
    types=st.lists(st.sampled_from(CONTENT_TYPES), unique=True).map(tuple),
    also=st.lists(CONDITIONS.filter(lambda one: one.signal != "chars"), max_size=3).map(tuple),
)


@given(rule=RULES)
def test_a_rule_is_read_back_as_it_was_whatever_its_thresholds(rule):
    assert rule_of(rule.data()) == rule


@given(texts=st.lists(st.one_of(TEXT, st.sampled_from([*JUNK.values(), PROSE, ENGLISH])), max_size=4), zh=st.booleans())
@pytest.mark.parametrize("preset", ["base", "general-web"])
def test_rules_over_the_columns_that_were_written_decide_as_the_stage_did(preset, texts, zh):
    stage = Quality(**{"as": "q", "preset": preset})
    outcome: Outcome = stage.open()(records(*texts, language=["zh" if zh else "en"] * len(texts)))
    lines = [] if outcome.found is None else outcome.found.to_pylist()
    rejecters = {}
    for line in lines:
        if line["action"] == "reject":
            rejecters.setdefault(line["row"], line["rule"])
    rules = stage.resolved()
    facts = facts_of({name: outcome.batch[f"q_{name}"] for name in [*signals_of(rules), CONTENT_TYPE, CHINESE]})
    decisions = decided(rules, facts)
    found = {(row, f"q:{rules[place][0]}") for place, row in zip(*decisions.hits.nonzero(), strict=True)}
    assert found == {(line["row"], line["rule"]) for line in lines}
    assert {row: f"q:{rules[place][0]}" for row, place in enumerate(decisions.rejecter) if place >= 0} == rejecters


def test_both_bounds_of_a_signal_have_names_of_their_own_in_a_file():
    rules = Quality(rules={"digits": {"min": 0.1, "max": 0.5}}).resolved()
    named = apart(rules)
    assert (named["digits"].threshold, named["digits_max"].threshold) == (0.1, 0.5)
    assert list(named.values()) == [rule for _, rule in rules]


class TestWhatIsSaidOfARule:
    @pytest.mark.parametrize(
        ("said", "expected"),
        [
            ("short=30", BASE["short"]._replace(threshold=30)),
            ("short.chinese=15", BASE["short"]._replace(chinese=15)),
            ("short=reject", BASE["short"]._replace(action="reject")),
            ("loop=tag", BASE["loop"]._replace(action="tag")),
            ("repetition=repetition > 0.3 and chars >= 400", BASE["repetition"]._replace(threshold=0.3, chars=400)),
        ],
    )
    def test_changes_that_and_nothing_else(self, said, expected):
        name = said.partition("=")[0].partition(".")[0]
        assert changed(BASE, said) == {**BASE, name: expected}

    def test_can_turn_it_off_or_bring_a_new_one_that_tags(self):
        assert changed(BASE, "loop=off") == {name: rule for name, rule in BASE.items() if name != "loop"}
        assert changed(BASE, "thin=ended_lines < 0.1 and words >= 300")["thin"].data() == {
            "when": "ended_lines < 0.1 and words >= 300",
            "action": "tag",
        }

    @pytest.mark.parametrize(
        ("said", "message"),
        [
            ("short", "changes no rule"),
            ("=3", "changes no rule"),
            ("short.english=3", "changes no rule"),
            ("shrt=3", "did you mean 'short'"),
            ("short=nan", "no comparison"),
            ("short.chinese=off", "no threshold"),
            ("own=letter > 3", "no signal 'letter'"),
            ("own=off", "no rule 'own'"),
        ],
    )
    def test_is_a_mistake_with_a_hint_where_it_means_nothing(self, said, message):
        with pytest.raises(ConfigError, match=message) as caught:
            changed(BASE, said)
        assert caught.value.hint


def test_the_manifest_names_the_rules_that_judge():
    stage = Quality(preset="legal", rules={"loop": "off", "digits": {"max": 0.6}})
    said = stage.lineage()["rules"]
    assert [(one["rule"], rule_of({k: v for k, v in one.items() if k != "rule"})) for one in said] == stage.resolved()
    assert len(said) == len(PRESETS["legal"])
