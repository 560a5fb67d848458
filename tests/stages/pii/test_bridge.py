"""The bridge: what is plugged in from Presidio's world is found, settled with ours, and never fetched."""

import json
import os
import socket
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

import curate
from curate.config.model import Config
from curate.core.errors import ConfigError
from curate.engine.identity import stage_identity
from curate.stages.pii import Pii
from curate.stages.pii.finders import plugged
from curate.stages.pii.plugs import NAMES, Plugs, coverage
from tests.stages.pii.test_presidio import FRAGMENTS

pytest.importorskip("presidio_analyzer")

ENGINES = ["native", "presidio"]
PHONE = "13812345678"
REGISTRY = r"""
supported_languages: [zh, en]
recognizers:
  - name: Projects
    supported_entity: PROJECT
    deny_list: [北极星计划, Northstar]
  - name: Post codes
    supported_language: en
    supported_entity: POST_CODE
    patterns: [{name: five digits, regex: '(?<![0-9])[0-9]{5}(?![0-9])', score: 0.01}]
    context: [post code, 邮编]
  - name: Extensions
    supported_language: zh
    supported_entity: PHONE_NUMBER
    patterns: [{name: extension, regex: '内线[0-9]{11}', score: 0.9}]
  - name: Off
    enabled: false
    supported_entity: OFF
    deny_list: [关闭]
"""
BADGES = """
from presidio_analyzer import Pattern, PatternRecognizer


class {name}(PatternRecognizer):
    def __init__(self, supported_language="en", name=None, context=None):
        patterns = [Pattern("badge", "BDG-[0-9]{{6}}", 0.9)]
        super().__init__("BADGE", name, supported_language, patterns, context=context)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    import spacy

    place = tmp_path_factory.mktemp("plugs")
    (place / "registry.yaml").write_text(REGISTRY, "utf-8")
    known = {
        "zh": {"李四光": "PERSON", "成都": "GPE", "三个": "CARDINAL", "恒泰公司": "ORG"},
        "en": {"Ada Lovelace": "PERSON", "Acme": "ORG", "李四光": "ORG", "Tuesday": "DATE"},
    }
    for language, labels in known.items():
        model = spacy.blank(language)
        ruler = model.add_pipe("entity_ruler")
        ruler.add_patterns([{"label": label, "pattern": pattern} for pattern, label in labels.items()])
        (place / "models").mkdir(exist_ok=True)
        model.to_disk(place / "models" / language)
    (place / "nlp.yaml").write_text(
        "nlp_engine_name: spacy\nmodels:\n"
        "  - {lang_code: zh, model_name: models/zh}\n  - {lang_code: en, model_name: models/en}\n"
    )
    return place


def written(said: dict, *texts: str | None) -> list[str | None]:
    return Pii(**said).open()(pa.array(texts, pa.string())).strings.to_pylist()


def saved(place: Path, text: str, name: str = "said.yaml") -> Path:
    path = place / name
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("engine", ENGINES)
class TestRecognizersFromYaml:
    def test_are_found_beside_ours_also_where_they_are_glued_to_chinese(self, folder, engine):
        said = {"engine": engine, "recognizers": folder / "registry.yaml"}
        assert written(said, f"参加北极星计划的手机{PHONE}", "Northstar, not Northstars", None) == [
            "参加<PROJECT>的手机<PHONE_NUMBER>",
            "<PROJECT>, not Northstars",
            None,
        ]

    def test_are_found_by_context_words_before_and_after_without_any_lemma(self, folder, engine):
        said = {"engine": engine, "recognizers": folder / "registry.yaml"}
        assert written(said, "邮编61004。", "61004（邮编）", "The Post Code is 61004.", "61004 人") == [
            "邮编<POST_CODE>。",
            "<POST_CODE>（邮编）",
            "The Post Code is <POST_CODE>.",
            "61004 人",
        ]

    @pytest.mark.parametrize("languages", ["", "supported_language: zh, ", "supported_languages: [zh, en], "])
    def test_keep_their_context_words_however_their_languages_are_said(self, tmp_path, engine, languages):
        path = saved(
            tmp_path,
            f"recognizers: [{{name: Badges, supported_entity: BADGE, {languages}"
            "patterns: [{name: badge, regex: 'B[0-9]{6}', score: 0.1}], context: [工牌]}]",
        )
        assert written({"engine": engine, "recognizers": path}, "工牌B123456", "B123456") == ["工牌<BADGE>", "B123456"]

    def test_are_settled_with_ours_the_longest_span_first(self, folder, engine):
        said = {"engine": engine, "recognizers": folder / "registry.yaml"}
        assert written(said, f"请拨内线{PHONE}。") == ["请拨<PHONE_NUMBER>。"]

    def test_are_not_asked_for_types_that_are_not_listed(self, folder, engine):
        said = {"engine": engine, "recognizers": folder / "registry.yaml", "types": ["PROJECT"]}
        assert written(said, f"北极星计划，{PHONE}，邮编61004") == [f"<PROJECT>，{PHONE}，邮编61004"]

    def test_take_the_placeholder_that_was_configured(self, folder, engine):
        said = {"engine": engine, "recognizers": folder / "registry.yaml", "placeholders": {"PROJECT": "|||P|||"}}
        assert written(said, "北极星计划") == ["|||P|||"]

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
    @given(
        parts=st.lists(
            st.sampled_from([*FRAGMENTS, "北极星计划", "61004", "邮编", "李四光", "Ada Lovelace"]), max_size=9
        )
    )
    def test_settle_a_text_in_one_pass_and_ignore_its_batch_mates(self, folder, engine, parts):
        said = {"engine": engine, "recognizers": folder / "registry.yaml", "nlp_engine": folder / "nlp.yaml"}
        text = "".join(parts)
        (alone,) = written(said, text)
        assert written(said, "北极星计划 李四光", text, None)[1] == alone
        assert written(said, alone) == [alone]


@pytest.fixture(scope="module")
def greedy(tmp_path_factory) -> Path:
    """A pipeline that takes more for names than there are: what stands behind a surname, and two words in capitals."""
    import spacy

    place = tmp_path_factory.mktemp("greedy")
    shapes = {
        "zh": [[{"TEXT": {"REGEX": "^[赵钱孙李周吴郑王陆崔沈]$"}}, {}, {}, {}]],
        "en": [[{"IS_TITLE": True}, {"IS_TITLE": True}]],
    }
    known = {"zh": {"成都": "GPE", "恒泰公司": "ORG"}, "en": {"Acme": "ORG", "Bordeaux": "GPE"}}
    for language, patterns in shapes.items():
        model = spacy.blank(language)
        ruler = model.add_pipe("entity_ruler")
        ruler.add_patterns([{"label": label, "pattern": pattern} for pattern, label in known[language].items()])
        ruler.add_patterns([{"label": "PERSON", "pattern": pattern} for pattern in patterns])
        model.to_disk(place / language)
    return saved(
        place,
        "nlp_engine_name: spacy\nmodels:\n  - {lang_code: zh, model_name: zh}\n  - {lang_code: en, model_name: en}\n",
    )


@pytest.mark.parametrize("engine", ENGINES)
class TestSurrogatesOfWhatAModelFinds:
    TEXTS = (
        "昨天李四光在成都的恒泰公司工作，陆晓岚也到了。",
        "Yesterday we met Ada Lovelace and Grace Hopper of Acme in Bordeaux.",
        f"联系人：李四光，电话{PHONE}。沈嘉树说李四光好。",
        *(f"第{n}天，{surname}小明去了银行再回来" for n, surname in enumerate("赵钱孙李周吴郑王陆崔沈")),
    )

    def said(self, engine: str, model: Path) -> dict:
        key = saved(model.parent, "k" * 32, "key")
        return {"engine": engine, "operator": "surrogate", "nlp_engine": model, "key_file": key}

    def test_are_fakes_that_a_second_run_and_a_greedy_model_leave(self, greedy, folder, engine):
        for model in (greedy, folder / "nlp.yaml"):
            edit = Pii(**self.said(engine, model)).open()
            edited = edit(pa.array(self.TEXTS))
            assert edited.found is None
            again = edit(edited.strings)
            assert again.strings.equals(edited.strings)
            assert again.counts is None

    def test_keep_nothing_of_the_value_and_the_kind_of_what_it_names(self, greedy, engine):
        zh, en, letter, *_ = written(self.said(engine, greedy), *self.TEXTS)
        for name in (
            "李四光",
            "成都",
            "恒泰",
            "陆晓岚",
            "沈嘉树",
            "Ada",
            "Lovelace",
            "Hopper",
            "Acme",
            "Bordeaux",
            PHONE,
        ):
            assert name not in zh + en + letter
        assert "公司" in zh
        assert "Example Company" in en
        assert "Example Street, Anytown" in en

    def test_are_the_same_for_the_same_name_whoever_finds_it(self, folder, engine):
        said = self.said(engine, folder / "nlp.yaml") | {"scope": "corpus"}
        by_model, by_rule = written(said, "（李四光）", "姓名：李四光\n")
        assert by_model == f"（{by_rule.removeprefix('姓名：').strip()}）"

    def test_of_types_of_the_users_own_are_pseudonyms(self, folder, engine):
        said = self.said(engine, folder / "nlp.yaml") | {"recognizers": folder / "registry.yaml"}
        (text,) = written(said, "参加北极星计划的李四光")
        assert text.startswith("参加<PROJECT_")
        assert "李四光" not in text


class TestAClassByItsImportPath:
    @pytest.mark.parametrize("spelled", ["{}.{}", "{}:{}"])
    def test_is_imported_found_and_digested(self, tmp_path, monkeypatch, spelled):
        module = f"badges_{'dot' if '.' in spelled else 'colon'}"
        name = f"{module.title().replace('_', '')}Recognizer"
        code = saved(tmp_path, BADGES.format(name=name), f"{module}.py")
        monkeypatch.syspath_prepend(tmp_path)
        path = saved(tmp_path, f"recognizers: [{{name: Badges, class_name: '{spelled.format(module, name)}'}}]")
        said = {"recognizers": path, "types": ["BADGE"]}
        assert written(said, "工牌BDG-123456。") == ["工牌<BADGE>。"]
        assert Pii(**said).assets == (path, code)

    @pytest.mark.parametrize(
        ("entry", "fact"),
        [
            ("{name: X, class_name: no_such_module.Y}", "no_such_module"),
            ("{name: X, class_name: pathlib.Path}", "is no recognizer"),
            ("{name: X, class_name: pathlib.Nothing}", "cannot be imported"),
            ("{name: NoSuchRecognizer}", "not found"),
            ("SpacyRecognizer", "nlp_engine"),
            ("{name: AzureAILanguageRecognizer}", "."),
            ("{name: X, supported_entity: X, patterns: [{name: weak, regex: 'x', score: 0.3}]}", "scores 0.3"),
            ("{name: HuggingFaceNerRecognizer, model_name: no/such/model}", "there is no model"),
        ],
    )
    def test_or_anything_else_that_cannot_be_loaded_is_told_with_its_file(self, tmp_path, entry, fact):
        path = saved(tmp_path, f"recognizers: [{entry}]")
        with pytest.raises(ConfigError, match=fact) as told:
            Pii(recognizers=path).open()
        assert told.value.where == str(path)

    @pytest.mark.parametrize("text", ["recognizers: []", "- x", "recognizers: [{patterns: []}]", "a: [", "models: 1"])
    def test_is_not_sought_in_a_file_of_another_form(self, tmp_path, text):
        with pytest.raises(ValidationError, match=r"said\.yaml"):
            Pii(recognizers=saved(tmp_path, text))


@pytest.mark.parametrize("engine", ENGINES)
class TestNamesInRunningText:
    def test_are_those_that_a_local_model_finds(self, folder, engine):
        said = {"engine": engine, "nlp_engine": folder / "nlp.yaml"}
        assert written(said, "李四光在成都有三个学生，在恒泰公司。", "Ada Lovelace met Acme on Tuesday.", "2024") == [
            "<PERSON>在<LOCATION>有三个学生，在<ORGANIZATION>。",
            "<PERSON> met <ORGANIZATION> on Tuesday.",
            "2024",
        ]

    def test_are_found_in_both_languages_of_one_text(self, folder, engine):
        said = {"engine": engine, "nlp_engine": folder / "nlp.yaml"}
        assert written(said, f"李四光与Ada Lovelace，{PHONE}", "在Acme。Ada Lovelace（Acme）") == [
            "<PERSON>与<PERSON>，<PHONE_NUMBER>",
            "在<ORGANIZATION>。<PERSON>（<ORGANIZATION>）",
        ]

    def test_are_only_those_of_the_types_listed(self, folder, engine):
        said = {"engine": engine, "nlp_engine": folder / "nlp.yaml", "types": ["PERSON"]}
        assert written(said, "李四光在成都") == ["<PERSON>在成都"]

    def test_reject_a_text_that_is_longer_than_the_model_takes(self, folder, engine):
        from curate.stages.pii.presidio import Analysis

        edit = Pii(engine=engine, nlp_engine=folder / "nlp.yaml").open()
        analysis = edit.finder.finder.analysis
        assert isinstance(analysis, Analysis)
        model = analysis.engine.nlp_engine.models["zh"]
        before, model.max_length = model.max_length, 50
        try:
            edited = edit(pa.array(["甲" * 51, "李四光"]))
        finally:
            model.max_length = before
        assert [(line["row"], line["rule"], line["action"]) for line in edited.found.to_pylist()] == [
            (0, "pii:budget", "reject")
        ]
        assert edited.strings.to_pylist()[1] == "<PERSON>"


class TestAModel:
    @pytest.fixture(autouse=True)
    def _no_network(self, monkeypatch):
        import spacy.cli

        def refused(*_args, **_kwargs):
            raise AssertionError

        monkeypatch.setattr(socket, "socket", refused)
        monkeypatch.setattr(spacy.cli, "download", refused)

    @pytest.mark.parametrize(
        "said",
        [
            "{nlp_engine_name: spacy, models: [{lang_code: en, model_name: en_core_web_lg}]}",
            "{nlp_engine_name: transformers, models: [{lang_code: en, model_name: {spacy: a, transformers: b/c}}]}",
            "{nlp_engine_name: stanza, models: [{lang_code: zh, model_name: zh}]}",
        ],
        ids=["spacy", "transformers", "stanza"],
    )
    def test_that_is_not_there_is_told_and_not_fetched(self, tmp_path, said):
        path = saved(tmp_path, said)
        with pytest.raises(ConfigError, match="there is no model") as told:
            Pii(nlp_engine=path).open()
        assert "nothing is downloaded" in told.value.hint
        raw = saved(tmp_path, '{"text": "x"}\n', "raw.jsonl")
        settings = {
            "name": "x",
            "sources": {"raw": {"format": "jsonl", "path": str(raw)}},
            "stages": [{"pii": {"nlp_engine": str(path)}}],
            "output": {"path": str(tmp_path / "out")},
        }
        with pytest.raises(ConfigError, match="is not there"):
            curate.run(settings, workers=0)

    @pytest.mark.parametrize(
        ("package", "said"),
        [
            (
                "transformers",
                "{nlp_engine_name: transformers, models: [{lang_code: en, model_name: {spacy: m, transformers: m}}]}",
            ),
            ("stanza", "{nlp_engine_name: stanza, models: [{lang_code: zh, model_name: m}]}"),
        ],
    )
    def test_of_a_library_that_is_not_installed_is_told(self, tmp_path, package, said):
        if find_spec(package):
            pytest.skip(f"{package} is installed")
        (tmp_path / "m").mkdir()
        path = saved(tmp_path, said)
        with pytest.raises(ConfigError, match="is not installed") as told:
            Pii(nlp_engine=path).open()
        assert package in told.value.hint

    def test_whose_folder_holds_none_is_told(self, tmp_path):
        (tmp_path / "empty").mkdir()
        path = saved(tmp_path, "{nlp_engine_name: spacy, models: [{lang_code: en, model_name: empty}]}")
        with pytest.raises(ConfigError, match="cannot be loaded"):
            Pii(nlp_engine=path).open()

    @pytest.mark.parametrize(
        ("said", "fact"),
        [
            ("{nlp_engine_name: no_op, models: [{lang_code: en, model_name: x}]}", "spacy, transformers, stanza"),
            ("{nlp_engine_name: spacy}", "which model"),
            ("{nlp_engine_name: spacy, models: [{model_name: x}]}", "which model"),
            ("{nlp_engine_name: spacy, models: [{lang_code: en, model_name: {spacy: x}}]}", "which model"),
            ("{nlp_engine_name: transformers, models: [{lang_code: en, model_name: x}]}", "which model"),
        ],
    )
    def test_is_named_by_its_language_and_folder(self, tmp_path, said, fact):
        with pytest.raises(ValidationError, match=fact):
            Pii(nlp_engine=saved(tmp_path, said))


class TestTypes:
    def test_of_what_is_plugged_in_are_types_of_the_stage(self, folder):
        said = {"recognizers": folder / "registry.yaml", "nlp_engine": folder / "nlp.yaml"}
        assert Pii(**said, types=["PROJECT", "ORGANIZATION"]).types == ("PROJECT", "ORGANIZATION")

    def test_are_refused_where_nothing_finds_them(self, folder):
        with pytest.raises(ValidationError, match="SHOE_SIZE"):
            Pii(recognizers=folder / "registry.yaml", types=["SHOE_SIZE"])
        with pytest.raises(ValidationError, match="OFF"):
            Pii(recognizers=folder / "registry.yaml", types=["OFF"])

    def test_of_a_class_that_does_not_say_them_are_known_once_it_is_loaded(self, tmp_path):
        path = saved(tmp_path, "recognizers: [{name: CryptoRecognizer}]")
        assert Pii(recognizers=path, types=["CRYPTO"]).types == ("CRYPTO",)
        with pytest.raises(ValidationError, match="SHOE_SIZE"):
            Pii(recognizers=path, types=["SHOE_SIZE"])

    def test_that_are_added_are_those_of_the_file_and_the_three_of_names(self, folder, tmp_path):
        assert plugged(Plugs()) == frozenset()
        both = Plugs(folder / "registry.yaml", folder / "nlp.yaml")
        assert plugged(both) == {"PROJECT", "POST_CODE", "PHONE_NUMBER"} | NAMES
        assert plugged(Plugs(saved(tmp_path, "recognizers: [CryptoRecognizer]"))) == {"CRYPTO"}


class TestCoverage:
    def test_says_rules_only_where_there_is_no_model(self, folder):
        assert coverage(Plugs()) == {"names": "rules only"}
        assert coverage(Plugs(recognizers=folder / "registry.yaml")) == {"names": "rules only"}

    def test_names_each_model_as_its_maker_did(self, folder):
        said = coverage(Plugs(nlp_engine=folder / "nlp.yaml"))
        assert said == {"names": "rules and spacy:zh_pipeline-0.0.0, spacy:en_pipeline-0.0.0"}

    def test_names_recognizers_of_persons(self, tmp_path):
        path = saved(tmp_path, "recognizers: [{name: Staff, supported_entity: PERSON, deny_list: [李四光]}]")
        assert coverage(Plugs(recognizers=path)) == {"names": "rules and Staff"}

    def test_and_types_and_placeholders_of_the_manifest_have_those_of_what_is_plugged_in(self, folder):
        said = Pii(nlp_engine=folder / "nlp.yaml", recognizers=folder / "registry.yaml").lineage()
        more = {"LOCATION", "ORGANIZATION", "PROJECT", "POST_CODE"}
        assert more <= {*said["types"]}
        assert {f"<{kind}>" for kind in more} <= {*said["placeholders"]}
        assert said["coverage"]["organisations"].startswith("spacy:")
        listed = Pii(nlp_engine=folder / "nlp.yaml", types=["PERSON"]).lineage()
        assert listed["types"] == ["PERSON"]
        assert listed["coverage"]["organisations"] == "not looked for"


class TestARun:
    def test_takes_paths_from_the_folder_of_its_configuration_and_tells_every_file(self, folder, tmp_path):
        saved(folder, json.dumps({"text": "李四光参加北极星计划"}), "raw.jsonl")
        path = saved(
            folder,
            "name: x\nsources: {raw: {format: jsonl, path: raw.jsonl}}\n"
            "stages: [{pii: {recognizers: registry.yaml, nlp_engine: nlp.yaml}}]\noutput: {path: out}\n",
            "config.yaml",
        )
        run = curate.run(path, overrides=[f"output.path={tmp_path / 'out'}"], workers=0)
        assert curate.open(run.path).dataset("train")["text"] == ["<PERSON>参加<PROJECT>"]
        manifest = json.loads((run.path / "_lineage" / "manifest.json").read_text())
        (stage,) = [one for one in manifest["stages"] if one["stage"] == "pii"]
        assert {"registry.yaml", "nlp.yaml", "patterns.jsonl"} <= {one["name"] for one in stage["assets"]}
        assert stage["lineage"]["coverage"]["names"].startswith("rules and spacy:")
        assert str(folder) not in json.dumps(manifest)

    @pytest.mark.parametrize("changed", ["registry.yaml", "model/meta.json"])
    def test_has_another_key_where_the_content_of_a_file_is_another(self, tmp_path, changed):
        saved(tmp_path, REGISTRY, "registry.yaml")
        (tmp_path / "model").mkdir()
        saved(tmp_path, "{}", "model/meta.json")
        saved(tmp_path, "{nlp_engine_name: spacy, models: [{lang_code: en, model_name: model}]}", "nlp.yaml")
        stage = Pii(recognizers=tmp_path / "registry.yaml", nlp_engine=tmp_path / "nlp.yaml")
        before = stage_identity(stage)
        assert stage_identity(stage) == before
        saved(tmp_path, (tmp_path / changed).read_text("utf-8") + "\n", changed)
        assert stage_identity(stage) != before

    def test_reads_a_file_anew_that_has_changed_in_one_process(self, tmp_path):
        path = saved(tmp_path, "recognizers: [{name: A, supported_entity: A, deny_list: [甲乙]}]")
        assert written({"recognizers": path}, "甲乙丙丁") == ["<A>丙丁"]
        saved(tmp_path, "recognizers: [{name: A, supported_entity: A, deny_list: [甲乙丙]}]")
        assert written({"recognizers": path}, "甲乙丙丁") == ["<A>丁"]

    def test_of_a_configuration_that_is_only_validated_loads_no_presidio(self, folder):
        code = (
            "import sys; from pathlib import Path; from curate.stages.pii import Pii\n"
            f"p = Path({str(folder)!r})\n"
            "s = Pii(recognizers=p / 'registry.yaml', nlp_engine=p / 'nlp.yaml', types=['PROJECT', 'PERSON'])\n"
            "assert len(s.assets) > 2 and s.lineage() and s.uses\n"
            "assert not {'presidio_analyzer', 'spacy'} & set(sys.modules)"
        )
        subprocess.run([sys.executable, "-c", code], check=True)


class TestOrder:
    def test_of_recognizers_decides_between_equals_whatever_python_hashes(self, tmp_path):
        same = "".join(
            f"  - {{name: N{one}, supported_entity: T{one}, deny_list: [甲乙]}}\n" for one in (3, 1, 2, 5, 4)
        )
        path = saved(tmp_path, f"recognizers:\n{same}  - {{name: L, supported_entity: LONG, deny_list: [丙丁戊]}}\n")
        code = (
            "import pyarrow as pa; from curate.stages.pii import Pii\n"
            f"edit = Pii(recognizers={str(path)!r}).open()\n"
            "assert edit(pa.array(['甲乙丙丁戊'])).strings.to_pylist() == ['<T3><LONG>']"
        )
        for seed in ("0", "1", "2"):
            subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONHASHSEED": seed})


class TestWhatTheStageHasWritten:
    @pytest.mark.parametrize("mark", ["<PERSON>", "<PERSON_a1b2c3>", "|||P|||"])
    def test_is_no_ones_and_the_rest_of_what_was_found_around_it_is(self, tmp_path, mark):
        path = saved(
            tmp_path,
            "recognizers: [{name: Any, supported_entity: ANY, "
            "patterns: [{name: any, regex: '甲.*丁|PERSON|P', score: 1}]}]",
        )
        said = {"recognizers": path, "placeholders": {"PERSON": "|||P|||"}}
        assert written(said, f"一甲{mark}乙丁，二{mark}") == [f"一<ANY>{mark}<ANY>，二{mark}"]


class TestARecognizerThatIsWrong:
    def test_has_the_record_rejected_and_no_other(self, tmp_path, monkeypatch):
        code = (
            "from presidio_analyzer import EntityRecognizer, RecognizerResult\n"
            "class WrongRecognizer(EntityRecognizer):\n"
            "    def __init__(self, supported_language='en', name=None):\n"
            "        super().__init__(['WRONG'], name, supported_language)\n"
            "    def load(self): pass\n"
            "    def analyze(self, text, entities, nlp_artifacts):\n"
            "        return [RecognizerResult('WRONG', 0, 99, 1.0)] if '甲' in text else []\n"
        )
        saved(tmp_path, code, "wrong_recognizer.py")
        monkeypatch.syspath_prepend(tmp_path)
        path = saved(tmp_path, "recognizers: [{name: Wrong, class_name: wrong_recognizer.WrongRecognizer}]")
        raw = saved(tmp_path, '{"text": "甲乙"}\n{"text": "丙丁"}\n', "raw.jsonl")
        settings = {
            "name": "x",
            "sources": {"raw": {"format": "jsonl", "path": str(raw)}},
            "stages": [{"pii": {"recognizers": str(path)}}],
            "output": {"path": str(tmp_path / "out")},
            "max_errors": 1,
        }
        run = curate.run(settings, workers=0)
        assert curate.open(run.path).dataset("train")["text"] == ["丙丁"]
        assert run.rejects.frame()["rule"].to_list() == ["error:pii:ValueError"]


class TestSlowPatterns:
    def test_reject_the_text_that_they_are_slow_on_instead_of_letting_it_through(self, tmp_path, monkeypatch):
        from curate.stages.pii import registry

        monkeypatch.setattr(registry, "SECONDS", 0.2)
        path = saved(
            tmp_path,
            "recognizers: [{name: Slow, supported_entity: SLOW, "
            "patterns: [{name: slow, regex: '(?:x|xx)+[yz]', score: 0.9}]}]",
        )
        edited = Pii(recognizers=path).open()(pa.array(["x" * 60, f"手机{PHONE}"]))
        assert [(line["row"], line["rule"]) for line in edited.found.to_pylist()] == [(0, "pii:budget")]
        assert edited.strings.to_pylist()[1] == "手机<PHONE_NUMBER>"


class TestWithoutANetwork:
    @pytest.mark.parametrize("engine", ENGINES)
    @pytest.mark.parametrize("plugged", [False, True])
    def test_every_engine_works(self, folder, tmp_path, monkeypatch, engine, plugged):
        def refused(*_args, **_kwargs):
            raise AssertionError

        path = saved(tmp_path, REGISTRY + "  - {name: EmailRecognizer, supported_languages: [en]}\n")
        said = {"recognizers": path, "nlp_engine": folder / "nlp.yaml"} if plugged else {}
        monkeypatch.setattr(socket, "socket", refused)
        monkeypatch.setattr(socket, "create_connection", refused)
        monkeypatch.setattr(socket, "getaddrinfo", refused)
        assert written({"engine": engine, **said}, f"wei@hengtai.com.cn, {PHONE}, 4111111111111111") == [
            "<EMAIL_ADDRESS>, <PHONE_NUMBER>, <CREDIT_CARD>"
        ]

    def test_a_public_suffix_is_known_from_the_list_that_came_with_the_package(self, tmp_path):
        path = saved(tmp_path, "recognizers: [{name: EmailRecognizer, supported_entity: MAIL}]")
        said = {"recognizers": path, "types": ["MAIL"]}
        assert written(said, "wei@hengtai.com.cn", "wei@hengtai.nosuchsuffix") == ["<MAIL>", "wei@hengtai.nosuchsuffix"]


def test_a_configuration_with_a_missing_file_is_refused_with_its_place(tmp_path):
    path = saved(
        tmp_path,
        "name: x\nsources: {raw: {format: jsonl, path: raw.jsonl}}\n"
        "stages:\n  - pii: {recognizers: none.yaml, types: [SOMETHING]}\noutput: {path: out}\n",
    )
    saved(tmp_path, "{}", "raw.jsonl")
    assert Config.load(path).stages[0].recognizers == tmp_path / "none.yaml"
    with pytest.raises(ConfigError, match=r"none\.yaml.*is not there"):
        curate.run(path, workers=0)


def test_names_taken_from_an_engine_are_persons_places_and_organisations():
    assert sorted(NAMES) == ["LOCATION", "ORGANIZATION", "PERSON"]
