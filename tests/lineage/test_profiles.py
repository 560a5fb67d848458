"""A profile says what is asked; a verdict is met only where there is evidence of it."""

import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from curate.core.errors import ConfigError
from curate.core.register import Contains, Evidence, Registry
from curate.lineage.crossed import PUBLISHED, is_vain
from curate.lineage.figures import Figures, Language, Spoken, keywords_by_source
from curate.lineage.manifest import (
    Account,
    Accounting,
    Dataset,
    Environment,
    Manifest,
    Merkle,
    Residual,
    Settled,
    SourceCard,
)
from curate.lineage.manifest import StageRecord as Stage
from curate.lineage.numbers import DETECTOR, NEEDS
from curate.lineage.profiles.covered import covers
from curate.lineage.profiles.judge import holds, judge
from curate.lineage.profiles.load import FOLDER, load, names
from curate.lineage.profiles.model import Both, Condition, Profile, Rule, fields_of
from curate.lineage.profiles.paths import steps_of, values_at
from curate.lineage.reported import wilson
from curate.lineage.schemas import SCHEMAS
from curate.stages.quality.presets import PRESETS
from curate.stages.quality.ranges import RANGES

SCHEMA = Path(__file__).parents[2] / "schemas" / "profile.schema.json"
NOTHING = {"attached": {"signatures": [], "reviews": [], "erasures": []}, "counted": {}}
OWN = """\
id: house
version: "2026-11"
title: Rules of the house
documents:
- {id: DOC, title: Data handbook, read: text}
required:
- {field: owner, clauses: [{of: DOC, at: "3"}]}
rules:
- id: few_left_out
  title: {en: Less than half is left out, zh: 剔除少于一半}
  clauses: [{of: DOC, at: "4.1"}]
  check: {evidence: accounting.rejected, operator: "<", limit: 50}
profile_version: "1.0"
"""


def manifest(*cards: SourceCard, **more) -> Manifest:
    accounts = {card.id: Account(records=10, written=10) for card in cards}
    digest = "0" * 64
    said = {
        "dataset": Dataset(name="x", rows=0),
        "environment": Environment(curate="0", python="3"),
        "config": Settled(sha256=digest),
        "merkle": Merkle(documents_root=digest, files_root=digest),
        "sources": cards,
        "accounting": Accounting(by_source=accounts),
    }
    return Manifest(**{**said, **more})


def card(name: str, registry: Registry | None = None, **more) -> SourceCard:
    return SourceCard(id=name, format="jsonl", registry=registry or Registry(), **more)


def outcomes(profile: str, said: Manifest, beside=None) -> dict[str, str]:
    return {one.id: one.outcome for one in judge(load(profile).profile, said, NOTHING | (beside or {}))}


def gate(**shares: float) -> Stage:
    sources = {name: {"records": 1000, "share": share} for name, share in shares.items()}
    return Stage(index=1, name="gate", stage="source_gate", lineage={"limit": 0.05, "sources": sources})


TERMS = {"A1": {"A.1.a": 300}, "A2": {"A.2.a": 100}}
COUNTING = [{"stage": "source_gate", "content": "all"}]
LISTS = {"counted": {"keywords_by_source": {"a": TERMS, "b": TERMS}}, "covered": {"a": COUNTING, "b": COUNTING}}


class TestEveryProfileThatComesAlong:
    @pytest.mark.parametrize("name", names())
    def test_fits_its_schema_and_says_everything_in_both_languages(self, name):
        said = YAML(typ="safe").load(FOLDER / f"{name}.yaml")
        jsonschema.Draft202012Validator(json.loads(SCHEMA.read_bytes())).validate(said)
        profile = load(name).profile
        assert profile.id == name
        for words in (profile.title, profile.note, *(rule.title for rule in profile.rules)):
            assert isinstance(words, Both)

    @pytest.mark.parametrize("name", names())
    def test_finds_nothing_met_where_there_is_nothing(self, name):
        assert "met" not in outcomes(name, manifest()).values()

    @pytest.mark.parametrize("name", names())
    def test_asks_of_every_source_in_the_set(self, name):
        said = outcomes(name, manifest(card("a"), card("b", license="MIT")))
        assert said["registry:license"] == said["registry:category"] == "not_met"
        whole = outcomes(name, manifest(card("a", license="MIT"), card("b", license="MIT")))
        assert whole["registry:license"] == "met"

    def test_says_which_clauses_nobody_read(self):
        profile = load("cn-genai").profile
        unread = {clause.of for rule in profile.rules for clause in rule.clauses if profile.how_read(clause) != "text"}
        assert {"TC260-003", "GB/T 45654"} <= unread
        assert {document.id: document.read for document in profile.documents}["GB/T 45652"] == "quoted"

    def test_they_are_three(self):
        assert names() == ("cn-genai", "eu-gpai", "generic")


class TestTheFivePercentLine:
    @pytest.mark.parametrize(("share", "outcome"), [(0.05, "met"), (0.050001, "not_met"), (0.0, "met")])
    def test_is_exceeded_only_above_it(self, share, outcome):
        said = outcomes("cn-genai", manifest(card("a"), stages=(gate(a=share),)), LISTS)
        assert said["source_illegal_share"] == outcome

    def test_is_unknown_where_a_source_of_the_set_was_not_counted_or_the_lists_do_not_cover_the_classes(self):
        two = manifest(card("a"), card("b"), stages=(gate(a=0.0),))
        assert outcomes("cn-genai", two, LISTS)["source_illegal_share"] == "unknown"
        bare = LISTS | {"counted": {"keywords_by_source": {"a": {**TERMS, "A1": {"A.1.a": 300, "A.1.b": 0}}}}}
        one = manifest(card("a"), stages=(gate(a=0.0),))
        assert outcomes("cn-genai", one, bare)["source_illegal_share"] == "unknown"

    def test_is_unknown_where_the_gate_counts_other_tags_than_those_of_the_classes(self):
        said = outcomes("cn-genai", manifest(card("a"), stages=(gate(a=0.0),)), LISTS | {"covered": {}})
        assert said["source_illegal_share"] == "unknown"
        safe = safety({"gambling": "tag", "secret_jwt": "tag"})
        for rules, content in ((["safe:*"], "all"), (["safe:secret*"], "none"), (["quality:*"], "none"), ([], "none")):
            counts = Stage(index=2, name="gate", stage="source_gate", lineage={"rules": rules})
            told = {one.stage: one.content for one in covers(manifest(card("a"), stages=(safe, counts)), SPOKEN)["a"]}
            assert told["source_gate"] == content

    def test_does_not_apply_to_a_source_of_which_nothing_was_written(self):
        accounts = Accounting(by_source={"a": Account(records=9, rejected=9), "b": Account(records=9, written=9)})
        said = manifest(card("a"), card("b"), stages=(gate(a=0.2, b=0.01),), accounting=accounts)
        assert outcomes("cn-genai", said, LISTS)["source_illegal_share"] == "met"


ASKED = {
    "cn-genai": {"quality_measured": "quality", "content_left_out": "safety"},
    "eu-gpai": {"unlawful_content_left_out": "safety"},
    "generic": {"exact_copies_left_out": "exact_duplicates", "near_copies_left_out": "near_duplicates"},
}
SPOKEN = Figures(
    languages={
        "zh": Language(by_source={"a": Spoken(records=3), "b": Spoken(records=2)}),
        "en": Language(by_source={"b": Spoken(records=9)}),
    }
)


def safety(finds=None, **params) -> Stage:
    lineage = {"covered": {"A.1.h": {"gambling": 42}, "A.3.e": {"advertising": 41}}}
    return Stage(index=1, name="safe", stage="safety", params=params, finds=finds, lineage=lineage)


def stage(kind: str, finds=None, index=1, **params) -> Stage:
    more = {"reject": ["gambling"]} if kind == "safety" else {}
    lineage = {"covered": {"A.1.h": {"gambling": 42}}} if kind == "safety" else {}
    return Stage(index=index, name=f"{kind}{index}", stage=kind, params=more | params, finds=finds, lineage=lineage)


class TestARuleThatAStageMeets:
    @staticmethod
    def verdicts(*stages: Stage) -> dict[str, dict[str, str]]:
        """Judge two sources by all rules that ask for a stage of the first one's kind."""
        said = manifest(card("a"), card("b"), stages=stages)
        plain = {name: [one.model_dump() for one in each] for name, each in covers(said, SPOKEN).items()}
        beside = NOTHING | {"counted": SPOKEN.model_dump(mode="json"), "covered": plain}
        rules = [
            (name, rule) for name, asked in ASKED.items() for rule, kind in asked.items() if kind == stages[0].stage
        ]
        told = {rule: one for name, rule in rules for one in judge(load(name).profile, said, beside) if one.id == rule}
        assert told
        return {rule: {"": one.outcome, **one.by_source} for rule, one in told.items()}

    KINDS = pytest.mark.parametrize("kind", sorted({kind for asked in ASKED.values() for kind in asked.values()}))

    @KINDS
    def test_is_met_where_the_stage_is_about_every_source_and_leaves_out(self, kind):
        for said in self.verdicts(stage(kind, action=None, sources=None, languages=None)).values():
            assert said == {"": "met", "a": "met", "b": "met"}

    @KINDS
    def test_names_the_sources_that_no_stage_is_about(self, kind):
        for said in self.verdicts(stage(kind, sources=["a"])).values():
            assert said == {"": "not_met", "a": "met", "b": "not_met"}
        for said in self.verdicts(stage(kind, sources=["a"]), stage(kind, index=2, sources=["b"])).values():
            assert said[""] == "met"

    @KINDS
    def test_is_not_met_by_tags(self, kind):
        for said in self.verdicts(stage(kind, action="tag")).values():
            assert said == {"": "not_met", "a": "not_met", "b": "not_met"}
        for said in self.verdicts(stage(kind, action="tag"), stage(kind, index=2, sources=["b"])).values():
            assert said == {"": "not_met", "a": "not_met", "b": "met"}
        for said in self.verdicts(stage(kind, finds={"one": "tag", "two": "tag"})).values():
            assert said[""] == "not_met"

    @KINDS
    def test_goes_by_the_languages_of_the_records(self, kind):
        for said in self.verdicts(stage(kind, languages=["zh"])).values():
            assert said == {"": "not_met", "a": "met", "b": "not_met"}
        for said in self.verdicts(stage(kind, languages=["zh"]), stage(kind, index=2, languages=["en"])).values():
            assert said[""] == "met"
        tagged = stage(kind, index=2, languages=["en"], action="tag")
        for said in self.verdicts(stage(kind, languages=["zh"]), tagged).values():
            assert said == {"": "not_met", "a": "met", "b": "not_met"}

    def test_that_some_rules_meet_is_met_where_the_profile_says_so(self):
        finds = {"empty": "reject", "dull": "tag"}
        assert self.verdicts(stage("quality", finds=finds))["quality_measured"][""] == "met"

    @pytest.mark.parametrize(
        ("when", "said"),
        [
            (None, "not_met"),
            ("chars < 20", "met"),
            ("chars < 0", "not_met"),
            ("digits > 1", "not_met"),
            ("digits > 0.9 and words >= 5", "met"),
            ("digits > 0.9 and letters > 1", "not_met"),
            ("lines > 1", "met"),
            ("order < -2", "met"),
        ],
    )
    def test_of_quality_is_not_met_by_rules_that_reject_nothing(self, when, said):
        finds = {"dull": "tag"} | ({} if when is None else {"own": "reject"})
        rules = {"rules": [{"rule": "own", "when": when, "action": "reject"}]}
        for does in ({}, finds):
            one = stage("quality", finds=does).model_copy(update={"lineage": rules})
            assert self.verdicts(one)["quality_measured"][""] == (said if does else "not_met")

    def test_of_unlawful_content_is_met_by_rules_about_it_alone(self):
        for finds, said in (
            ({"gambling": "reject", "secret_jwt": "tag"}, "met"),
            ({"gambling": "tag", "secret_jwt": "reject"}, "not_met"),
            ({"gambling": "tag", "advertising": "reject"}, "not_met"),
        ):
            told = self.verdicts(safety(finds))
            assert {name: one[""] for name, one in told.items()} == dict.fromkeys(told, said)

    @pytest.mark.parametrize("kind", ["exact_duplicates", "near_duplicates"])
    def test_of_copies_is_met_where_the_whole_corpus_was_searched(self, kind):
        (whole,) = self.verdicts(stage(kind, scope="corpus", threshold=0.8)).values()
        (scoped,) = self.verdicts(stage(kind, scope="source", threshold=0.8)).values()
        assert (whole[""], scoped[""]) == ("met", "not_met")

    def test_of_near_copies_is_not_met_by_a_search_that_takes_equal_ones_alone(self):
        for threshold, said in ((0.99, "met"), (1.0, "not_met"), (1, "not_met")):
            (told,) = self.verdicts(stage("near_duplicates", threshold=threshold)).values()
            assert told[""] == said


@pytest.mark.parametrize(
    ("limits", "said"),
    [({"rejected_share": 0.5}, "met"), ({"rejected_share": 1.0}, "not_met"), ("off", "not_met"), (None, "not_met")],
)
def test_a_limit_that_everything_is_below_is_none(limits, said):
    read = Accounting(records=9, written=9)
    assert outcomes("generic", manifest(limits=limits, accounting=read))["balance_limited"] == said


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize(
    ("cleared", "said"),
    [(tuple(NEEDS), "met"), (("CN_MOBILE",), "not_met"), (("CN_RESIDENT_ID", "CN_MOBILE"), "not_met")],
)
def test_personal_data_is_sought_where_all_is_that_is_looked_for_again(name, cleared, said):
    left = Residual(policy="stop", detector=DETECTOR, cleared={"a": cleared})
    assert outcomes(name, manifest(card("a"), residual=left))["personal_data_sought"] == said


def test_rules_are_judged_by_the_ranges_of_their_signals():
    for signal, (low, high) in RANGES.items():
        assert is_vain({"when": f"{signal} < 0"}) == (low == 0)
        assert is_vain({"when": f"{signal} > 1"}) == (high == 1 and not signal.startswith(PUBLISHED))
    assert not [name for preset in PRESETS.values() for name, rule in preset.items() if is_vain(rule.data())]


def test_the_data_are_explained_source_by_source():
    said = manifest(card("a", category="open"), card("b"), stages=(stage("language"),))
    plain = {name: [one.model_dump() for one in each] for name, each in covers(said, SPOKEN).items()}
    beside = NOTHING | {"counted": SPOKEN.model_dump(mode="json"), "covered": plain}
    (told,) = [one for one in judge(load("cn-genai").profile, said, beside) if one.id == "explained"]
    assert (told.outcome, told.by_source) == ("not_met", {"a": "met", "b": "not_met"})


def test_keywords_of_a_source_are_those_that_each_of_its_languages_was_searched_for():
    lists = {"covered": {"A.1.a": {"x.txt": 5}}, "uncovered": ["A.1.b"]}
    whole = [stage("safety", index=n, languages=said) for n, said in ((1, ["zh"]), (2, ["en"]))]
    first = whole[0].model_copy(update={"lineage": lists})
    said = manifest(card("a"), card("b"), stages=(first, whole[1]))
    assert keywords_by_source(said, SPOKEN.languages) == {
        "a": {"A1": {"A.1.a": 5, "A.1.b": 0}},
        "b": {"A1": {"A.1.a": 0, "A.1.b": 0}},
    }


def test_a_rule_about_some_sources_asks_those_alone():
    contract = Registry(evidence=(Evidence(kind="contract", ref="C-1"),))
    bought, free = card("a", contract, category="commercial"), card("b", category="open")
    said = outcomes("cn-genai", manifest(bought, free))
    assert (said["commercial_contract"], said["supplier_commitment"]) == ("met", "not_met")
    assert said["user_authorisation"] == "not_applicable"
    assert outcomes("cn-genai", manifest(bought, card("c")))["commercial_contract"] == "unknown"


def test_a_required_field_is_asked_only_where_it_applies():
    none, some = (Registry(contains=Contains(personal_data=said)) for said in (False, True))
    assert outcomes("eu-gpai", manifest(card("a", none)))["registry:gdpr"] == "not_applicable"
    assert outcomes("eu-gpai", manifest(card("a", some)))["registry:gdpr"] == "not_met"
    assert outcomes("eu-gpai", manifest(card("a")))["registry:gdpr"] == "unknown"


EVIDENCE = {
    "accounting": {"records": 7},
    "stages": [{"stage": "pii", "n": 3}, {"stage": "x", "n": 9, "s": "unknown"}],
}


class TestACondition:
    @pytest.mark.parametrize(
        ("path", "compared", "outcome", "measured"),
        [
            ("accounting.records", ("each", ">=", 7), "met", 7),
            ("accounting.records", ("each", ">", 7), "not_met", 7),
            ("stages[].n", ("each", ">", 2), "met", 3),
            ("stages[].n", ("each", "<", 9), "not_met", 9),
            ("stages[].n", ("any", "<", 9), "met", 3),
            ("stages[].n", ("sum", "==", 12), "met", 12),
            ("stages[].n", ("max", "<=", 8), "not_met", 9),
            ("stages[stage=pii].n", ("count", ">=", 1), "met", 1),
            ("stages[stage=pi].n", ("count", ">=", 1), "not_met", 0),
            ("stages[stage=pi].n", ("count", "==", 0), "unknown", None),
            ("stages[].s", ("each", "==", "unknown"), "unknown", None),
            ("stages[].s", ("each", "known", None), "not_met", None),
            ("stages[].stage", ("each", "in", ["pii", "x"]), "met", "pii"),
            ("stages[].stage", ("each", "<", 3), "unknown", None),
            ("outputs.nowhere", ("each", "<=", 5), "unknown", None),
        ],
    )
    def test_compares(self, path, compared, outcome, measured):
        take, operator, limit = compared
        said = holds(Condition(evidence=path, take=take, operator=operator, limit=limit), EVIDENCE)
        assert (said.outcome, said.measured) == (outcome, measured)

    def test_counts_nothing_as_something_only_where_it_says_so(self):
        said = Condition(evidence="outputs.nowhere", take="sum", operator="==", limit=0, empty=0)
        assert holds(said, EVIDENCE).outcome == "met"
        with pytest.raises(ValueError, match="lets nothing count as evidence"):
            Rule(id="x", title="x", check=said)

    @given(path=st.from_regex(r"(outputs|limits|canaries)(\.[a-z]{1,3}(\[\])?){0,3}", fullmatch=True))
    def test_is_never_met_by_what_is_not_there(self, path):
        for operator, limit in (("<=", 1), (">=", 0), ("==", 0), ("!=", 0), ("in", [0, None]), ("known", None)):
            said = Condition(evidence=path, operator=operator, limit=limit)
            assert holds(said, {}).outcome != "met"


class TestAPath:
    def test_leads_through_lists_mappings_and_filters_and_leaves_out_what_says_nothing(self):
        said = {"sources": [{"id": "a", "x": {"k": 1, "l": None}}, {"id": "b", "x": {"k": "unknown", "l": 4}}]}
        assert values_at(said, "sources[].x.*") == [1, 4]
        assert values_at(said, "sources[id={source}].x.l", "b") == [4]
        assert values_at({"counted": {"a": {"v.1": 3}}}, "counted.a[]") == [3]
        assert values_at(said, "sources[id=a|b].id") == ["a", "b"]
        assert values_at(said, "sources[id={source}|c,x=null].id", "a") == []
        assert values_at({"stages": [{"k": "a", "n": True}, {"k": "a"}]}, "stages[k=a|b,n=true].k") == ["a"]

    @pytest.mark.parametrize(
        "path",
        ["", "sources[", "sources[id=a", "sources[id=a,]", "sources[id=a,b]", "nonsense.x", ".sources", "sources..x"],
    )
    def test_that_is_none_is_a_mistake(self, path):
        with pytest.raises(ValueError, match=r"step of a path|cannot begin"):
            steps_of(path)


class TestAProfileOfYourOwn:
    def test_is_read_from_its_file_and_judges(self, tmp_path):
        path = tmp_path / "house.yaml"
        path.write_text(OWN, "utf-8")
        said = manifest(card("a", owner="me"), accounting=Accounting(rejected=49, by_source={"a": Account(written=1)}))
        loaded = load(str(path))
        verdicts = judge(loaded.profile, said, NOTHING)
        assert [(one.id, one.outcome) for one in verdicts] == [("few_left_out", "met"), ("registry:owner", "met")]
        (tmp_path / "house.json").write_text(json.dumps(YAML(typ="safe").load(OWN)), "utf-8")
        assert load(str(tmp_path / "house.json")).profile == loaded.profile

    @pytest.mark.parametrize("endless", [".nan", ".inf", "-.inf"])
    def test_has_limits_that_something_can_miss(self, tmp_path, endless):
        path = tmp_path / "house.yaml"
        path.write_text(OWN.replace("limit: 50", f"limit: {endless}", 1), "utf-8")
        with pytest.raises(ConfigError, match="a limit is a number with an end"):
            load(str(path))

    @pytest.mark.parametrize(
        ("wrong", "line", "fact"),
        [
            ("field: owner", 7, "the registry of a source has no field 'ownr'"),
            ("accounting.rejected", 12, "a path cannot begin with 'acounting'"),
            ('of: DOC, at: "4.1"', 1, "a clause is of 'DOK', which is none of `documents`"),
            ("limit: 50", 12, "each < needs a number as its limit, found 'few'"),
            ("read: text", 5, "read"),
            ("title: {en", 10, "titel"),
        ],
    )
    def test_has_its_mistakes_told_at_their_lines(self, tmp_path, wrong, line, fact):
        swaps = {
            "field: owner": "field: ownr",
            "accounting.rejected": "acounting.rejected",
            'of: DOC, at: "4.1"': 'of: DOK, at: "4.1"',
            "limit: 50": "limit: few",
            "read: text": "read: all",
            "title: {en": "titel: {en",
        }
        path = tmp_path / "house.yaml"
        path.write_text(OWN.replace(wrong, swaps[wrong]), "utf-8")
        with pytest.raises(ConfigError) as told:
            load(str(path))
        problems = [(problem.where, problem.message) for problem in told.value.problems]
        assert any(
            where.startswith(f"{path}:{line}") and fact in f"{where} {message}" for where, message in problems
        ), problems

    @pytest.mark.parametrize(
        ("said", "fact"),
        [
            ("", "the setting 'profile_version' is missing"),
            ('profile_version: "2.0"\n', "'2.0'"),
        ],
    )
    def test_says_of_which_version_its_form_is(self, tmp_path, said, fact):
        path = tmp_path / "house.yaml"
        path.write_text(OWN.replace('profile_version: "1.0"\n', said), "utf-8")
        with pytest.raises(ConfigError) as told:
            load(str(path))
        [problem] = told.value.problems
        assert problem.where.startswith(str(path))
        assert problem.where.endswith("profile_version")
        assert fact in problem.message
        assert "1.0" in problem.hint

    def test_that_is_not_there_is_a_mistake_with_the_names_that_are(self):
        with pytest.raises(ConfigError, match="there is no profile 'cn'") as told:
            load("cn")
        assert "cn-genai" in told.value.hint

    def test_asks_for_fields_that_the_registry_has(self):
        assert {"license", "contains.personal_data", "opt_out.checked", "evidence"} <= set(fields_of())
        assert set(Profile.model_fields) >= {"documents", "required", "rules"}


@pytest.mark.parametrize("name", ["profile.schema.json", "report.schema.json"])
def test_the_published_schema_is_that_of_the_models(name):
    spelled = json.dumps(SCHEMAS[name](), ensure_ascii=False, indent=1) + "\n"
    assert (SCHEMA.parent / name).read_text("utf-8") == spelled, "run `python -m curate.lineage.schemas`"


def test_the_interval_is_wilsons():
    assert wilson(29, 407) == (0.050066, 0.100458)
    assert wilson(0, 587) == (0.0, 0.006502)
    assert wilson(3, 4092) == (0.000249, 0.002153)
