"""Our rules in Presidio: any user loads them, and the native engine finds the same without Presidio."""

import subprocess
import sys
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from curate.stages.pii.budget import BudgetError
from curate.stages.pii.context import words_of
from curate.stages.pii.engine import Native
from curate.stages.pii.rules import DEFAULT_TYPES, RULES, TYPES, Sought
from tests.stages.pii.made import KINDS, LABELLED, MADE, PLACES, full_width
from tests.stages.pii.test_found import HARMLESS

presidio = pytest.importorskip("presidio_analyzer")

ALL = frozenset(DEFAULT_TYPES)
SIGNS = r"+ - ( ) （ ） . / @ : ： x 转 # 0 1 13 138 86 +86 0086 8888 1234 010 571 E G 9 X 91"
ANNOUNCED = (
    "联系人： 患者 原告 先生 医生 王 欧阳 晓岚 阿依·古丽 、 ，男， （42岁） 是一位36岁 敬礼 签名： 地址： 住址 "
    "北京市 朝阳区 于洪 建国路 88号 "
    "3栋2单元 幸福小区 A座 村5组 室 Name: To: Contact 姓名,张三 <a@hengtai.com> Regards, Sir Halvorsen Ines Main "
    "Street St. 12 Suite "
    'NY 10118 PO Box Address: 单位： 有限公司 Employer: "name": "gender" lives at is a 3-year-old'
)
LABELS = (
    "电话 手机： 身份证号 卡号 订单号 姓名：张三 QQ: 微信号 先生 护照 Phone: ssn card Dear Mr. From: Ann 元 v 版本 贵A "
    "病历号 医保卡号： 驾驶证号 社保号 通行证 台胞证 收款账号 注册号 Passport MRN NPI DEA NHS DNI Steuer-ID VAT IMEI"
)
FRAGMENTS = [
    *(MADE[entity][kind](Random(seed)) for entity, kind in KINDS for seed in range(4)),
    *(made(Random(1)) for labels in LABELLED.values() for made in labels.values()),
    *SIGNS.split(),
    *LABELS.split(),
    *ANNOUNCED.split(),
    "\n",
    "1381234\n5678",
    "Account number ",
    "Driver's license ",
    "Mr. ",
    "Dear ",
    "\u2013",
    "\u3000",
    "５",
]


VALUES = "姓名：张三，手机13812345678，wei@hengtai.com.cn，贵A12345，京a12345"
FOUND = {("PERSON", 3, 5), ("PHONE_NUMBER", 8, 19), ("EMAIL_ADDRESS", 20, 38), ("CN_PLATE", 39, 46)}


def told(registry, language: str) -> set[tuple[str, int, int]]:
    from presidio_analyzer.nlp_engine import NoOpNlpEngine

    nlp = NoOpNlpEngine(models=[{"lang_code": one, "model_name": "none"} for one in registry.supported_languages])
    nlp.load()
    analyzer = presidio.AnalyzerEngine(
        registry=registry, nlp_engine=nlp, supported_languages=registry.supported_languages
    )
    return {(one.entity_type, one.start, one.end) for one in analyzer.analyze(VALUES, language=language)}


@pytest.fixture(scope="module")
def engines():
    from curate.stages.pii.presidio import PresidioEngine

    return {
        lenient: (Native(ALL, lenient), PresidioEngine(Sought(ALL, lenient), own=False))
        for lenient in (frozenset(), ALL)
    }


def agree(engines, text: str) -> None:
    for native, plain in engines.values():
        assert native.find(text) == plain.find(text)


class TestBothEngines:
    @pytest.mark.parametrize(("entity", "kind"), KINDS, ids=[kind for _, kind in KINDS])
    def test_find_the_same_in_every_place(self, engines, entity, kind):
        for seed in range(2):
            value = MADE[entity][kind](Random(seed))
            for place in PLACES.values():
                agree(engines, place.format(value))
            agree(engines, f"甲{full_width(value)}乙")

    def test_find_the_same_in_what_is_harmless(self, engines):
        for text in HARMLESS:
            agree(engines, text)

    @given(parts=st.lists(st.sampled_from(FRAGMENTS), max_size=12), joint=st.sampled_from(["", "", " ", "-", "，"]))
    @example(parts=["AB 29 14 17 C"] * 2, joint="")
    def test_find_the_same_in_any_jumble(self, engines, parts, joint):
        agree(engines, joint.join(parts))


class TestTheRecognizers:
    def test_are_pattern_recognizers_by_name_in_their_module(self):
        from curate.stages.pii import recognizers

        assert len({one.__name__ for one in recognizers.RECOGNIZERS}) == len(RULES)
        for one in recognizers.RECOGNIZERS:
            assert issubclass(one, presidio.PatternRecognizer)
            assert getattr(recognizers, one.__name__) is one

    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_are_found_by_any_analyzer_that_adds_them(self, language):
        from curate.stages.pii.recognizers import RECOGNIZERS

        registry = presidio.RecognizerRegistry(supported_languages=[language])
        for one in RECOGNIZERS:
            registry.add_recognizer(one(language))
        assert told(registry, language) == FOUND

    def test_are_found_by_any_analyzer_that_names_them_in_its_yaml(self, tmp_path):
        from presidio_analyzer.recognizer_registry import RecognizerRegistryProvider

        from curate.stages.pii.recognizers import RECOGNIZERS

        path = tmp_path / "registry.yaml"
        lines = [f"  - {{name: {one.__name__}, type: predefined}}" for one in RECOGNIZERS[1:]]
        lines.append(
            f"  - {{name: first, class_name: {RECOGNIZERS[0].__name__}, type: predefined, "
            "supported_languages: [{language: zh, context: [身份证]}, {language: en}]}"
        )
        path.write_text("\n".join(["supported_languages: [zh, en]", "global_regex_flags: 26", "recognizers:", *lines]))
        registry = RecognizerRegistryProvider(conf_file=path).create_recognizer_registry()
        assert len(registry.recognizers) == 2 * len(RECOGNIZERS)
        assert {one.name for one in registry.recognizers} == {"first", *(one.__name__ for one in RECOGNIZERS[1:])}
        for language in ("zh", "en"):
            assert told(registry, language) == FOUND

    def test_name_their_labels_as_context_words(self):
        from curate.stages.pii.recognizers import RECOGNIZERS

        labelled = [one for one in RECOGNIZERS if one.RULE.labels is not None]
        assert labelled
        for one in labelled:
            words = one().context
            assert words
            if "(?" not in one.RULE.labels.said.replace("(?:", ""):
                assert [word for word in words if one.RULE.labels.last(f" {word.lower()} ") < 0] == []

    def test_score_higher_where_presidios_enhancer_sees_a_label(self, tmp_path):
        import spacy
        from presidio_analyzer.nlp_engine import SpacyNlpEngine

        from curate.stages.pii.recognizers import RECOGNIZERS

        model = spacy.blank("en")
        model.add_pipe("attribute_ruler").add([[{"LOWER": "phone"}]], {"LEMMA": "phone"})
        model.to_disk(tmp_path / "model")
        nlp = SpacyNlpEngine(models=[{"lang_code": "en", "model_name": str(tmp_path / "model")}])
        nlp.load()
        registry = presidio.RecognizerRegistry(recognizers=[one("en") for one in RECOGNIZERS])
        analyzer = presidio.AnalyzerEngine(registry=registry, nlp_engine=nlp)
        scores = [analyzer.analyze(f"my {word} 13812345678", language="en")[0].score for word in ("phone", "thing")]
        assert scores[0] > scores[1]

    def test_survive_being_written_as_a_dictionary(self):
        from curate.stages.pii.recognizers import RECOGNIZERS

        for one in RECOGNIZERS:
            said = one().to_dict()
            again = presidio.PatternRecognizer.from_dict({k: v for k, v in said.items() if k != "supported_entities"})
            assert again.supported_entities == [one.RULE.entity]


def test_the_native_engine_imports_neither_presidio_nor_spacy():
    code = (
        "import sys, pyarrow as pa; from curate.stages.pii.stage import Pii\n"
        "edited = Pii().open()(pa.array(['电话13812345678']))\n"
        "assert edited.strings[0].as_py() == '电话<PHONE_NUMBER>'\n"
        "assert not {'presidio_analyzer', 'spacy', 'phonenumbers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


class TestPresidiosOwn:
    def test_are_its_english_ones_but_for_those_that_break_on_chinese_or_need_a_network(self):
        from presidio_analyzer.recognizer_registry import RecognizerRegistryProvider

        from curate.stages.pii.registry import LEFT_OUT, presidio_own
        from curate.stages.pii.rules import EVERY

        said = {"supported_languages": ["en"]}
        theirs = RecognizerRegistryProvider(registry_configuration=said).create_recognizer_registry().recognizers
        every = frozenset(entity for one in theirs for entity in one.supported_entities)
        own = {type(one).__name__ for one in presidio_own(every, EVERY)}
        assert own == {type(one).__name__ for one in theirs} - {*LEFT_OUT} | {"PhoneRecognizer"}
        assert {*LEFT_OUT} <= {type(one).__name__ for one in theirs} | {"SpacyRecognizer"}
        assert every <= {*TYPES}

    def test_are_asked_for_the_types_listed_and_no_others(self):
        from curate.stages.pii.presidio import PresidioEngine

        text = "Router 00:1B:44:11:3A:B7, see https://hengtai.com on 2024-01-02"
        assert PresidioEngine(Sought(frozenset({"MAC_ADDRESS"}))).find(text)[0][:3] == (7, 24, "MAC_ADDRESS")
        assert PresidioEngine(Sought(ALL - {"MAC_ADDRESS"})).find(text) == []

    def test_are_none_where_no_type_is_wanted(self):
        from curate.stages.pii.presidio import PresidioEngine

        assert PresidioEngine(Sought(frozenset())).find("13812345678 wei@hengtai.com.cn") == []

    def test_are_a_matter_of_a_budget_too(self):
        from curate.stages.pii.presidio import PresidioEngine

        with pytest.raises(BudgetError) as said:
            PresidioEngine(Sought(ALL), budget=3).find("13812345678，" * 5)
        assert "138" not in str(said.value)

    def test_stay_as_they_are_for_others_in_the_process(self):
        from presidio_analyzer.predefined_recognizers import CreditCardRecognizer

        from curate.stages.pii.presidio import PresidioEngine

        PresidioEngine(Sought(ALL)).find("4111111111111111")
        assert not [one for one in CreditCardRecognizer.PATTERNS if type(one.compiled_regex).__name__ == "Bounded"]


class TestWordsOf:
    @given(words=st.lists(st.from_regex("[a-z电话 ]{1,4}", fullmatch=True), min_size=1, max_size=5))
    def test_spells_alternatives_in_their_order_the_shortest_for_all_that_hold_it(self, words):
        told = words_of("|".join(words))
        assert told == [word for word in dict.fromkeys(words) if word in told]
        assert all(any(short in word for short in told) for word in words)
        assert not any(one in other for one in told for other in told if one != other)

    def test_spells_options_groups_and_classes_without_what_only_looks_around(self):
        pattern = "手机(?=[ _-]?(?:号|码))|(?<!/)(?:tel(?:ephone)?|c[ae]ll(?: no)?)(?!x)|s[ -]?n"
        assert words_of(pattern) == ["手机", "tel", "call", "cell", "s n", "s-n", "sn"]

    @pytest.mark.parametrize("pattern", ["a+", "a|b*", ".", "[^a]", "a{2}", "a)", r"\d", "[a-z]"])
    def test_spells_nothing_of_what_has_no_end_or_more_than_it_knows(self, pattern):
        assert words_of(pattern) == []
