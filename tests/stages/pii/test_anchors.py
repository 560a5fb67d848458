"""What announces a name beside the usual labels: parties, remarks in labels, camelCase, degrees; and what does not."""

import pyarrow as pa
import pytest

from curate.stages.pii.engine import Native

NATIVE = Native(frozenset({"PERSON"}))


def named(text: str) -> list[str]:
    whole = [text[span.start : span.end] for span in NATIVE.find(text)]
    _, opened = NATIVE.look(pa.array([text]))
    assert [text[span.start : span.end] for one in opened for span in NATIVE.find(text, one)] == whole
    return whole


ZH = "郑晓琪"
CHINESE = [
    "乙方：{}，以下称承租方",
    "甲方（出租方）：{}",
    "承租方（乙方）：{}\n",
    "被执行人：{}，",
    "委托人：{}；",
    "姓名（中文）：{}",
    "姓名/Name：{}",
    "联系人（必填）：{}",
    "【姓名】{}",
    "签收人{}，",
    "报警人{}称其",
    "申请执行人{}于",
    "{}（身份证号另附）",
    "{}，身份证号码另附",
]
NO_NAME = [
    "乙方：应当按期付款",
    "甲方：金鼎科技有限公司",
    "乙方：时代广场",
    "买方：安信证券",
    "甲方：石家庄市商业银行",
    "甲方：以下简称发包方",
    "被执行人：名下无财产",
    "姓名（中文）：未填写",
    "联系人（必填）：",
    "【姓名】未填",
    "死者高度腐烂",
    "委托人安排车辆",
    "出示（身份证复印件）",
    "高中（身份证）",
    "原告平安财产保险股份有限公司与被告",
    "被告金鼎公司买卖合同纠纷一案",
]
EN = "Omar Haddad"
ENGLISH = [
    '{{"firstName":"{}","age":"4"}}',
    "patientName: {}\n",
    "Signed,\n\n{}\n",
    "{}, M.D., saw him",
    "{}, Ph.D.",
    "{}, aged 45, left",
    "{}, 45, of Leeds",
    "My name is {}.",
    "c/o {}\n12 High Road",
    "Patient {} was admitted",
    "Plaintiff {} filed a motion",
    "Name: {}\n",
    "Print Name: {}\n",
]
NOBODY = [
    "Company Name: Acme Anvil",
    "File Name: Report Final",
    "Product Name: Blue Kettle",
    "Host Name: Alpha Two",
    '"fileName":"Annual Report"',
    '"className":"Person Entity"',
    "Signed, Sealed, Delivered",
    "He signed,\nThen left",
    "Patient Care Team was formed",
    "Patient Protection Act has changed",
    "The patient was seen",
    "Baltimore, MD 21218",
    "in 2010, 45, of The",
    "My name is not known",
    "E,C/O BUCKET TEETH ADAPTER,PM01",
]


@pytest.mark.parametrize("place", CHINESE)
def test_a_chinese_name_is_found(place):
    assert named(place.format(ZH)) == [ZH]


@pytest.mark.parametrize("text", NO_NAME)
def test_no_chinese_word_is_taken_for_a_name(text):
    assert named(text) == []


def test_both_parties_of_a_dispute_are_found():
    assert named("原告郑晓琪与被告孙海离婚纠纷一案") == ["郑晓琪", "孙海"]
    assert named("原告郑晓琪诉被告孙海民间借贷纠纷") == ["郑晓琪", "孙海"]


@pytest.mark.parametrize("place", ENGLISH)
def test_an_english_name_is_found(place):
    assert named(place.format(EN)) == [EN]


@pytest.mark.parametrize("text", NOBODY)
def test_no_english_word_is_taken_for_a_name(text):
    assert named(text) == []


def test_a_loud_name_with_a_particle_is_found_whole():
    assert named("Name: DE LA CRUZ, MARIA\n") == ["DE LA CRUZ, MARIA"]
    assert named("Patient: VAN DER BERG, ANNA\n") == ["VAN DER BERG, ANNA"]
