"""Our rules in Presidio: any user loads them, and the native engine finds the same without Presidio."""

import subprocess
import sys
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.stages.pii.engine import Native
from curate.stages.pii.rules import RULES, TYPES
from tests.stages.pii.made import KINDS, MADE, PLACES, full_width
from tests.stages.pii.test_found import HARMLESS

presidio = pytest.importorskip("presidio_analyzer")

ALL = frozenset(TYPES)
SIGNS = r"+ - ( ) （ ） . / @ : ： x 转 # 0 1 13 138 86 +86 0086 8888 1234 010 571 E G 9 X 91"
LABELS = (
    "电话 手机： 身份证号 卡号 订单号 姓名：张三 QQ: 微信号 先生 护照 Phone: ssn card Dear Mr. From: Ann 元 v 版本 贵A"
)
FRAGMENTS = [
    *(MADE[entity][kind](Random(seed)) for entity, kind in KINDS for seed in range(4)),
    *SIGNS.split(),
    *LABELS.split(),
    "\n",
    "Mr. ",
    "Dear ",
    "\u2013",
    "\u3000",
    "５",
]


@pytest.fixture(scope="module")
def engines():
    from curate.stages.pii.recognizers import PresidioEngine

    return {lenient: (Native(ALL, lenient), PresidioEngine(ALL, lenient, own=False)) for lenient in (frozenset(), ALL)}


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
    def test_find_the_same_in_any_jumble(self, engines, parts, joint):
        agree(engines, joint.join(parts))


class TestTheRecognizers:
    def test_are_pattern_recognizers_by_name_in_their_module(self):
        from curate.stages.pii import recognizers

        assert len({one.__name__ for one in recognizers.RECOGNIZERS}) == len(RULES)
        for one in recognizers.RECOGNIZERS:
            assert issubclass(one, presidio.PatternRecognizer)
            assert getattr(recognizers, one.__name__) is one

    def test_work_in_a_registry_of_a_chinese_analyzer(self):
        from presidio_analyzer.nlp_engine import NoOpNlpEngine

        from curate.stages.pii.recognizers import RECOGNIZERS

        nlp = NoOpNlpEngine(models=[{"lang_code": "zh", "model_name": "none"}])
        nlp.load()
        registry = presidio.RecognizerRegistry(recognizers=[one() for one in RECOGNIZERS], supported_languages=["zh"])
        analyzer = presidio.AnalyzerEngine(registry=registry, nlp_engine=nlp, supported_languages=["zh"])
        results = analyzer.analyze("请拨打13812345678联系", language="zh")
        assert {(one.entity_type, one.start, one.end) for one in results} == {("PHONE_NUMBER", 3, 14)}

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
