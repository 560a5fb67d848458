"""A mistake in one setting of a stage hides no mistake in others, nor between others: all are told at once."""

from pathlib import Path

import pytest

from curate.config.model import Config
from curate.config.reach import reached
from curate.config.registry import STAGES, load_class
from curate.core.errors import ConfigError
from tests.test_laws import NEEDED

WRONG = {"no": [{"such": "value"}]}
"""Of no type that a setting has."""
EXAM = {"path": NEEDED["decontaminate"]["benchmarks"]["exam"]["path"], "fields": ["question"]}
DISAGREEING = [
    ("length", {"min": 9, "max": 2}, "min 9 is above max 2"),
    ("quality", {"rules": {"digits": {"min": 0.7, "max": 0.6}}}, "min 0.7 is above max 0.6"),
    ("quality", {"rules": {"digits": {"max": 60}}}, "60 is no value of 'digits'"),
    ("quality", {"rules": {"own": {"when": "foo > 1"}}}, "there is no signal 'foo'"),
    ("relevance", {"seeds": "nowhere", "industry": "legal"}, "got seeds and industry"),
    ("relevance", {"seeds": "nowhere", "industry": "legal"}, "there is no such folder"),
    ("safety", {"lexicons": ["none.txt"]}, "needs 'none.txt', which is not there"),
    ("source_gate", {"rules": ["safety:nope"]}, "counts 'safety:nope'"),
    ("safety", {"min_terms": 9, "min_terms_alone": 8}, "min_terms_alone 8 is below min_terms 9"),
    ("safety", {"reject": ["secrt"]}, "there is no rule 'secrt'"),
    ("safety", {"reject": ["A.2"], "lexicons": [], "seeds": [], "look_for": ["lexicons"]}, "there is no rule 'A.2'"),
    ("safety", {"domain_words": ["nowhere.txt"]}, "nowhere.txt"),
    ("source_gate", {"rules": ["length:nothing"]}, "counts 'length:nothing'"),
    ("exact_duplicates", {"date": "when", "keep": ["id"]}, "`date` decides nothing"),
    ("near_duplicates", {"bands": 3, "rows": None}, "go together"),
    ("near_duplicates", {"quality": "good", "keep": ["newest"], "date": None}, "`quality` decides nothing"),
    ("near_duplicates", {"quality": "good", "keep": ["newest"], "date": None}, "`keep` names 'newest'"),
    ("decontaminate", {"shortest": 40, "words": 20}, "shortest 40 is above words 20"),
    ("decontaminate", {"placeholder": "a b c d e f g h i", "shortest": 6}, "could be an item itself"),
    ("decontaminate", {"benchmarks": {"a": {**EXAM, "id": "noid", "fields": ["nofield"]}}}, "the field 'noid'"),
    ("decontaminate", {"benchmarks": {"a": {**EXAM, "id": "noid", "fields": ["nofield"]}}}, "the field 'nofield'"),
    ("pii", {"operator": "pseudonym", "operators": {}, "key_file": None, "key_env": None}, "'pseudonym' needs a key"),
]
"""A stage, settings that are right by themselves and wrong together, with all that the check looks at, and what is
told."""


def facts(tmp_path, *stages):
    said = {
        "name": "x",
        "sources": {"s": {"format": "jsonl", "path": str(tmp_path / "in.jsonl")}},
        "stages": list(stages),
        "output": {"path": str(tmp_path / "out")},
    }
    with pytest.raises(ConfigError) as caught:
        reached(said)
    return [f"{one.where}: {one.message}" for one in caught.value.problems]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in.jsonl").write_text('{"text": "a"}\n', "utf-8")
    return tmp_path


def other_settings(stage, said):
    fields = load_class("stages", stage).model_fields
    return [name for name, field in fields.items() if name not in said and field.alias not in said]


@pytest.mark.parametrize(("stage", "said", "fact"), DISAGREEING)
def test_whatever_else_is_wrong_settings_that_gainsay_each_other_are_told(folder, stage, said, fact):
    needed = {key: value for key, value in NEEDED.get(stage, {}).items() if key != "industry"}
    for other in other_settings(stage, {**needed, **said, "name": None, "as": None}):
        if stage == "relevance" and other == "lexicon":  # the check asks for it
            continue
        found = facts(folder, "length", {stage: {**needed, **said, other: WRONG}})
        assert any(fact in one for one in found), other
        assert any(one.startswith(f"stages[1].{stage}.{other}") for one in found), other


@pytest.mark.parametrize("stage", STAGES)
def test_every_setting_is_judged_by_itself(folder, stage):
    wrong = [field.alias or name for name, field in load_class("stages", stage).model_fields.items()]
    found = facts(folder, {stage: dict.fromkeys(wrong, WRONG)})
    untold = [name for name in wrong if not any(one.startswith(f"stages[0].{stage}.{name}") for one in found)]
    assert untold == []


def test_a_start_that_cannot_be_read_is_given_all_the_same(folder):
    found = facts(folder, {"relevance": {"seeds": "nowhere", "industry": "finanze"}})
    assert any("got seeds and industry" in one for one in found)
    assert len(facts(folder, {"relevance": {"industry": "finanze"}})) == 1


def test_a_tag_that_no_settings_of_a_stage_bring_about_is_told_whatever_is_wrong_with_them(folder):
    gate = {"source_gate": {"rules": ["safety:nope", "safety:gambling", "safety:A.2.*", "safety:secret_*"]}}
    found = facts(folder, {"safety": {"seeds": ["gamblin"], "reject": ["sekret"]}}, gate)
    assert [one.partition(":")[0] for one in found if "source_gate" in one] == ["stages[1].source_gate.rules[0]"]


@pytest.mark.parametrize(
    ("stage", "said", "fact"),
    [
        (
            "decontaminate",
            {"benchmarks": {"a": {"path": "none.jsonl", "fields": []}}},
            "needs 'none.jsonl', which is not",
        ),
        ("quality", {"rules": {"two": {"min": 5, "max": 1}}}, "min 5 is above max 1"),
    ],
)
def test_an_entry_with_a_mistake_is_judged_for_the_rest_of_it(folder, stage, said, fact):
    found = facts(folder, {stage: said})
    assert len(found) == 2
    assert any(fact in one for one in found)


def test_files_are_missed_only_where_they_are_not_there(folder):
    (folder / "none.txt").write_text("word\n", "utf-8")
    lexicons = [str(folder / "none.txt"), str(folder / "A.1.a.txt")]
    found = facts(folder, {"safety": {"lexicons": lexicons}})
    assert [one.partition(": ")[0] for one in found] == [f"stages[0].safety.lexicons[{place}]" for place in (0, 1)]


def test_what_hangs_on_a_setting_that_cannot_be_read_is_not_told(folder):
    found = facts(folder, {"safety": {"lexicons": 5, "reject": ["A.2"]}}, {"source_gate": {"rules": ["safety:A.2.a"]}})
    assert len(found) == 1
    found = facts(folder, {"safety": {"lexicon": ["A.2.a.txt"], "reject": ["A.2"]}})
    assert len(found) == 1
    found = facts(folder, {"near_duplicates": {"recall": "much", "threshold": 0.05}})
    assert len(found) == 1


def test_checks_of_sources_are_asked_one_by_one(folder):
    source = {
        "format": "csv",
        "path": str(folder / "in.jsonl"),
        "header": False,
        "messages": {"from": "turns"},
        "quote": "too long",
    }
    said = {"name": "x", "sources": {"s": source}, "output": {"path": str(folder / "out")}}
    with pytest.raises(ConfigError) as caught:
        Config.load(said)
    told = str(caught.value)
    assert "at most 1 characters long" in told
    assert "without a header" in told
    assert "holds no chat turns" in told
    assert Path(source["path"]).is_file()
