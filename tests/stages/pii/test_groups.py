"""Numbers that only a label tells: found in any groups and across a line end, and never with what is another number."""

from random import Random

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.lineage.numbers import hits
from curate.stages.pii import Pii
from curate.stages.pii.engine import Native
from curate.stages.pii.rules import DEFAULT_TYPES
from tests.stages.pii.made import digits, full_width, mod_11_10, resident

NATIVE = Native(frozenset(DEFAULT_TYPES))
SEEDS = st.integers(0, 10**6)


def found(text: str) -> list[tuple[str, str]]:
    return [(span.entity, text[span.start : span.end]) for span in NATIVE.find(text)]


def old_resident(chance: Random) -> str:
    born = f"{chance.randint(30, 85)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}"
    return f"{chance.choice(['110101', '310115', '440305', '620102'])}{born}{digits(chance, 3)}"


FIXED = {
    "身份证号": ("CN_RESIDENT_ID", old_resident),
    "公民身份号码": ("CN_RESIDENT_ID", resident),
    "营业执照注册号": ("CN_BUSINESS_REGISTRATION", lambda chance: mod_11_10(f"110105{digits(chance, 8)}")),
    "驾驶证档案编号": ("CN_DRIVER_LICENSE", lambda chance: f"3301{digits(chance, 8)}"),
    "台胞证号": ("CN_TAIWAN_PERMIT", lambda chance: f"0{digits(chance, 7)}"),
}
"""Label to what has one length."""
FREE = {
    "社保号": ("CN_SOCIAL_SECURITY", 7, 18),
    "住院号": ("MEDICAL_RECORD_NUMBER", 5, 20),
    "保单号": ("HEALTH_INSURANCE_NUMBER", 5, 20),
    "收款账号": ("CN_BANK_ACCOUNT", 9, 30),
    "QQ号": ("QQ_NUMBER", 5, 11),
}
"""Label to what has any of many lengths."""
SAYINGS = ("：", ":", "为", "： ", "｜", "\t", "：\n", "\n", "】", "”：“")
ENDS = ("，其余从略", "。", "；", "\n下一行", "）", "")


@st.composite
def groupings(draw, value: str, joints: tuple[str, ...] = (" ", "-")) -> str:
    """Draw any groups of a value with one kind of joint between them."""
    joint = draw(st.sampled_from(joints))
    cuts = draw(st.sets(st.integers(1, len(value) - 1), max_size=5))
    return "".join(joint + sign if place in cuts else sign for place, sign in enumerate(value))


def broken(draw: st.DataObject, value: str) -> str:
    """End the line once, where a joint stands or within a group."""
    place = draw.draw(st.integers(3, len(value) - 3))
    end = draw.draw(st.sampled_from(["\n", "\r\n", "\n  ", "-\n"]))
    return value[:place].rstrip(" -") + end + value[place:].lstrip(" -")


@pytest.mark.parametrize("label", FIXED)
class TestANumberOfOneLength:
    @given(data=st.data(), seed=SEEDS, saying=st.sampled_from(SAYINGS), end=st.sampled_from(ENDS))
    def test_is_found_whole_however_it_is_grouped(self, label, data, seed, saying, end):
        entity, make = FIXED[label]
        value = data.draw(groupings(make(Random(seed))))
        value = data.draw(st.sampled_from([value, full_width(value)]))
        kept = [text for kind, text in found(f"登记的{label}{saying}{value}{end}") if kind == entity]
        assert kept == [value]

    @given(data=st.data(), seed=SEEDS)
    def test_is_found_whole_across_one_line_end(self, label, data, seed):
        entity, make = FIXED[label]
        value = broken(data, data.draw(groupings(make(Random(seed)))))
        assert found(f"现将登记的{label}：{value}，其余从略") == [(entity, value)]

    @given(seed=SEEDS)
    def test_is_not_found_across_two(self, label, seed):
        entity, make = FIXED[label]
        value = make(Random(seed))
        first, last = value[:3], value[-3:]
        text = f"现将登记的{label}：{first}\n{value[3:-3]}\n{last}，其余从略"
        assert (entity, f"{first}\n{value[3:-3]}\n{last}") not in found(text)


@pytest.mark.parametrize("label", FREE)
class TestANumberOfManyLengths:
    @given(data=st.data(), saying=st.sampled_from(SAYINGS), end=st.sampled_from(ENDS))
    def test_is_found_whole_in_hyphened_groups_and_in_groups_of_a_size(self, label, data, saying, end):
        entity, fewest, most = FREE[label]
        size = data.draw(st.integers(3, 6))
        count = data.draw(st.integers(max(fewest, size + 1), most))
        number = f"8{'4073528' * 4}"[:count]
        rest = count % size
        groups = [number[place : place + size] for place in range(0, count, size)]
        joint = " " if not rest or rest * 2 >= size else "-"
        value = joint.join(groups)
        assert (entity, value) in found(f"登记的{label}{saying}{value}{end}")

    @given(data=st.data())
    def test_is_found_whole_across_one_line_end(self, label, data):
        entity, fewest, most = FREE[label]
        number = f"8{'4073528' * 4}"[: data.draw(st.integers(max(fewest, 7), most))]
        value = broken(data, number)
        assert found(f"现将登记的{label}：{value}，其余从略") == [(entity, value)]

    def test_ends_where_another_kind_of_joint_begins_a_date_a_time_or_an_amount(self, label):
        entity, _, _ = FREE[label]
        for behind in ("2024-01-05", "2024年", "12:30", "45岁", "1,200元", "36.5℃", "170 cm", "3人", "60"):
            assert (entity, "923456789") in found(f"登记的{label}：923456789 {behind}"), behind

    def test_does_not_go_on_in_the_next_row_item_or_telephone(self, label):
        entity, _, _ = FREE[label]
        for behind in ("923456788\n923456787", "13812345678，急", "2. 主诉", "2、主诉", "45岁", "2024-01-05"):
            assert (entity, "923456789") in found(f"登记的{label}：923456789\n{behind}"), behind
        assert (entity, "923456789") in found(f"{label}\n923456789\n12345")


@pytest.mark.parametrize(
    ("entity", "text", "value"),
    [
        ("MEDICAL_RECORD_NUMBER", "MRN：AB035092\r\n2400:da00:3747::963", "AB035092"),
        ("HEALTH_INSURANCE_NUMBER", "Member ID is XYZ313499529\n4538 0515 5375 8430\n", "XYZ313499529"),
    ],
)
def test_a_number_does_not_take_the_beginning_of_another_whose_type_nobody_looks_for(entity, text, value):
    spans = Native(frozenset({entity})).find(text)
    assert [text[span.start : span.end] for span in spans] == [value]


@pytest.mark.parametrize("label", ["护照号：", "Passport No.: ", "passport ", "PASSPORT: "])
@pytest.mark.parametrize("value", ["E1234 5678", "E 12345678", "EA 123 4567", "E1234\n5678", "E-1234-5678"])
def test_a_chinese_passport_is_found_in_groups_under_a_label_of_either_language(label, value):
    assert found(f"The {label}{value}, as said") == [("CN_PASSPORT", value)]


class TestAQQNumber:
    @pytest.mark.parametrize(
        "value", ["1234 5678 9", "123-456-789", "１２３４　５６７８", "12345 67890", "12345\n67890"]
    )
    @pytest.mark.parametrize("label", ["QQ：", "qq: ", "QQ号为", "联系QQ:", "扣扣："])
    def test_is_found_in_groups_and_across_a_line_end(self, label, value):
        assert found(f"请加{label}{value}，谢谢") == [("QQ_NUMBER", value)]

    @pytest.mark.parametrize("mailbox", ["123456@qq.com", "1234-5678@qq.com", "1234567890@qq.com"])
    def test_is_no_mailbox(self, mailbox):
        assert found(f"QQ：{mailbox}") == [("EMAIL_ADDRESS", mailbox)]

    def test_does_not_reach_into_the_number_behind_it(self):
        assert found("QQ：123456789 13812345678") == [("QQ_NUMBER", "123456789"), ("PHONE_NUMBER", "13812345678")]
        assert found("QQ：123456 3人") == found("QQ：123456\n2. 其他") == [("QQ_NUMBER", "123456")]


HARMLESS = [
    "QQ音乐 2012 2013 2014",
    "QQ 2007 2008 2009 版",
    "驾驶证 1200 1350 1480 1600 1720",
    "台胞证\t1200 1350\n护照\t900 1100",
    "年份 2019 2020 2021 2022 2023\n社保 1200 1350 1480 1600",
    "|门诊|1200|1350|1480|\n|住院|220|230|260|",
    "门诊人次 12 345 678，住院人次 1 234 567",
    "医疗保险 2019-2023 年参保人数",
    "病历 2024-03-18 10:30:00 更新",
    "身份证办理量 110 234 567 890 123",
    "注册号段 100000 200000 300000",
    "微信\nWindows10系统",
    "微信支付 2024-01-05 12:30",
    "添加微信小程序ERP2024版",
    "检查编号规则见 GB/T 19001-2016",
]


@pytest.mark.parametrize("text", HARMLESS, ids=range(len(HARMLESS)))
def test_figures_beside_a_word_that_is_also_a_label_are_left_alone(text):
    assert found(text) == []


@given(data=st.data(), seed=SEEDS, label=st.sampled_from(["身份证号", "公民身份号码"]))
def test_what_the_stage_leaves_holds_nothing_for_the_detector_of_the_output(data, seed, label):
    value = data.draw(groupings(FIXED[label][1](Random(seed))))
    value = data.draw(st.sampled_from([value, broken(data, value), full_width(value)]))
    text = f"现将登记的{label}：{value}，其余从略"
    after = Pii().open()(pa.array([text])).strings
    assert [hit for hit in hits(after) if not hit.allowed] == []
