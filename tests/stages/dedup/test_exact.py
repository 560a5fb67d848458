import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.stages.dedup.exact import ExactDuplicates
from tests.conftest import TEXT, records
from tests.stages.dedup.driver import Cuts, judge, judge_records, kept

CUTS = st.builds(Cuts, st.integers(1, 5), st.integers(1, 5), st.integers(1, 4))


def exact(**settings: object) -> ExactDuplicates:
    return ExactDuplicates(**{"as": "exact_duplicates", **settings})


def others(judged: list) -> list[str | None]:
    return [one.other for one in judged]


@given(texts=st.lists(st.sampled_from(["甲", "乙", "a", "A", " ", ""]) | TEXT, max_size=12), cuts=CUTS)
def test_the_first_of_equal_texts_is_kept_however_the_run_is_cut(texts, cuts):
    judged = judge(exact(), {"one": texts}, cuts)
    firsts = [texts.index(text) if text.strip() else place for place, text in enumerate(texts)]
    expected = [None if first == place else f"one/{first}" for place, first in enumerate(firsts)]
    assert others(judged) == expected


@given(texts=st.lists(st.sampled_from("abc"), max_size=8))
def test_what_is_kept_has_no_copy(texts):
    once = kept(judge(exact(), {"one": texts}))
    assert kept(judge(exact(), {"one": once})) == once == list(dict.fromkeys(texts))


def test_a_finding_names_rule_action_and_the_record_that_stays():
    (first, second) = judge(exact(), {"one": ["压力容器", "压力容器"]})
    assert (first.rule, first.other) == (None, None)
    assert second[2:6] == ("exact_duplicates:copy", None, "reject", "one/0")


def test_another_name_and_action_are_those_of_the_finding():
    judged = judge(exact(**{"as": "twins", "action": "tag"}), {"one": ["压力容器", "压力容器"]})
    assert judged[1][2:6] == ("twins:copy", None, "tag", "one/0")


def test_the_first_source_of_the_configuration_has_priority():
    judged = judge(exact(), {"zh": ["a", "b"], "en": ["b", "c", "a"]}, Cuts(1, 1, 2))
    assert others(judged) == [None, None, "zh/1", None, "zh/0"]


@pytest.mark.parametrize("blank", ["", " ", "\n\t", "\u3000", "\u00a0", None])
def test_a_text_that_says_nothing_is_no_copy(blank):
    assert others(judge(exact(), {"one": [blank, blank]})) == [None, None]


@pytest.mark.parametrize(
    ("one", "two"), [("Pump Failed", "pump failed"), ("阀门 泄漏", "\n阀门\u3000泄漏 "), ("Straße", "STRASSE")]
)
def test_case_and_space_count_only_unless_folded(one, two):
    assert others(judge(exact(), {"one": [one, two]})) == [None, None]
    assert others(judge(exact(fold="case_and_space"), {"one": [one, two]})) == [None, "one/0"]


def test_copies_are_looked_for_within_the_scope():
    texts = {"a": ["x", "x"], "b": ["x", "x"]}
    assert others(judge(exact(), texts)) == [None, "a/0", "a/0", "a/0"]
    assert others(judge(exact(scope="source"), texts)) == [None, "a/0", None, "b/0"]


TEXTS = {"a": ["x", "x", "y"], "b": ["x", " ", "y", "z"]}


def test_a_tagging_stage_names_the_keeper_in_a_column_and_leaves_all_others_null():
    judged = judge(exact(action="tag"), TEXTS, Cuts(2, 1, 2))
    assert [one.columns["exact_duplicates_keeper"] for one in judged] == [None, "a/0", None, "a/0", None, "a/2", None]
    assert [one.columns["exact_duplicates_keeper"] for one in judged] == others(judged)


def test_the_column_of_the_keeper_goes_by_the_name_of_the_stage():
    assert exact(**{"as": "twins", "action": "tag"}).adds.names == ["twins_keeper"]
    assert [one.columns for one in judge(exact(**{"as": "twins", "action": "tag"}), {"a": ["x", "x"]})] == [
        {"twins_keeper": None},
        {"twins_keeper": "a/0"},
    ]


@pytest.mark.parametrize("action", [None, "reject"])
def test_a_rejecting_stage_writes_no_column(action):
    assert exact(action=action).adds.names == []
    assert [one.columns for one in judge(exact(action=action), TEXTS)] == [{}] * 7


@given(texts=st.lists(st.sampled_from(["a", "b", " "]), max_size=9), cuts=CUTS)
def test_tagging_says_what_rejecting_does(texts, cuts):
    tagged, rejected = (judge(exact(action=action), {"one": texts}, cuts) for action in ("tag", "reject"))
    assert others(tagged) == others(rejected)
    assert {one.action for one in tagged} <= {None, "tag"}


def test_copies_are_looked_for_within_a_language_and_unknown_ones_share_theirs():
    languages = ["zh", "en", "zh", None, None, "en"]
    batch = records(*["Re: 泵"] * 6, id=list("abcdef"), language=languages)
    judged = judge_records(exact(scope="language"), {"one": batch}, Cuts(2, 2, 2))
    assert others(judged) == [None, None, "a", None, "d", "b"]


@pytest.mark.parametrize(
    ("keep", "keeper"),
    [([], "a/0"), (["source_priority"], "a/0"), (["id"], "b/1"), (["source_priority", "id"], "a/1")],
)
def test_each_policy_keeps_its_own(keep, keeper):
    said = {"a": ["5", "3"], "b": ["4", "1"]}
    names = {name: digit * 32 for name, digit in zip(("a/0", "a/1", "b/0", "b/1"), "5341", strict=True)}
    batches = {
        source: records(*["x"] * 2, id=[digit * 32 for digit in digits], source_id=[source] * 2)
        for source, digits in said.items()
    }
    judged = judge_records(exact(keep=keep), batches, Cuts(1, 1, 3))
    assert [one.id for one in judged if one.rule is None] == [names[keeper]]
    assert set(others(judged)) == {None, names[keeper]}
