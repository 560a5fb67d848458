"""The independent detector: what it takes for personal data, what for another number, and that it needs no rule."""

from random import Random

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.core import labels
from curate.lineage.numbers import Hit, hits
from curate.stages.pii import Pii
from curate.stages.pii.engine import Native
from curate.stages.pii.rules import DEFAULT_TYPES
from tests.stages.pii.made import digits, luhn, mobile, resident

FULL = {code: code + 0xFEE0 for code in range(0x30, 0x3A)}
MAKERS = {"CN_MOBILE": mobile, "CN_RESIDENT_ID": resident, "BANK_CARD": lambda chance: luhn(f"62{digits(chance, 13)}")}
GROUPS = {"CN_MOBILE": (3, 4, 4), "CN_RESIDENT_ID": (6, 8, 4), "BANK_CARD": (4, 4, 4, 4)}


def found(*texts: str | None) -> list[Hit]:
    return list(hits(pa.array(texts, pa.string())))


def spaced(value: str, groups: tuple[int, ...], joint: str) -> str:
    parts, at = [], 0
    for size in groups:
        parts.append(value[at : at + size])
        at += size
    return joint.join(parts)


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("seed", range(5))
def test_finds_a_value_glued_spaced_hyphenated_and_full_width_and_says_where(kind, seed):
    value = MAKERS[kind](Random(seed))
    forms = [value, *(spaced(value, GROUPS[kind], joint) for joint in " -\u3000－"), value.translate(FULL)]
    for form in forms:
        for before in ("", "他的号码是", "x y，", "12 个，"):
            assert found(None, f"{before}{form}完。") == [Hit(1, len(before), kind, allowed=False)], form


@pytest.mark.parametrize("kind", MAKERS)
def test_a_false_check_digit_a_letter_or_a_digit_beside_it_makes_it_another_number(kind):
    value = MAKERS[kind](Random(3))
    assert found(f"7{value}", f"{value}7", f"a1b{value}", f"ab7{value}f0") == []
    assert kind == "CN_RESIDENT_ID" or found(f"{value}b", f"hash{value}f0") == []
    if kind != "CN_MOBILE":
        wrong = value[:-1] + "X0123456789"["0123456789X".index(value[-1])]
        assert found(f"值{wrong}完") == []


def test_a_number_of_america_is_no_mobile_and_one_with_the_code_of_china_is():
    assert found("call +13145551111 now") == []
    assert [hit.kind for hit in found("请拨+86 138 1234 5678", "0086-13812345678", "8613812345678")] == [
        "CN_MOBILE"
    ] * 3


@pytest.mark.parametrize(
    "text",
    ["订单号：{}", "工单编号{}已完成", "order no. {}", "合同金额{}元", "￥{}", "0.{}", "{}.50", "序列号 {} 的设备"],
)
def test_orders_amounts_and_the_like_are_allowed(text):
    assert [hit.allowed for hit in found(text.format("13812345678"))] in ([True], [])


def test_the_nearest_label_decides():
    assert [hit.allowed for hit in found("订单号A1，手机13812345678", "手机壳订单号13812345678")] == [False, True]


def test_a_resident_id_is_one_whatever_stands_before_it_and_samples_are_nobodys():
    assert [hit.allowed for hit in found(f"编号：{resident(Random(1))}")] == [False]
    assert [hit.allowed for hit in found("card 4111 1111 1111 1111", "拨打13800138000")] == [True, True]


SAID = {"gb[/ z]": "gb/", "cnn?vd-": "cnnvd-", "[a-z]{2}/t": "gb/t"}
HONOURED = [SAID.get(one, one) for one in f"{labels.THINGS}|{labels.BEGINNING}|{labels.WHOLE}".split("|")]
FORMS = ("{} 13812345678 已入库。", "{}13812345678，", "{}：13812345678\n", "本次{}为13812345678。")


@pytest.mark.parametrize("label", HONOURED)
def test_whatever_label_the_stage_honours_the_check_honours(label):
    stage = Native(frozenset(DEFAULT_TYPES))
    for said in {label, label.upper()}:
        for form in FORMS:
            text = form.format(said)
            left = "13812345678" in text and not stage.find(text)
            assert left <= all(hit.allowed for hit in found(text)), text
        assert stage.find(f"{said} 13812345678 已入库。") == []


def test_what_no_label_excuses_is_still_left():
    assert [hit.allowed for hit in found("设备 13812345678 已入库。", "资产号A-1，手机13812345678")] == [False, False]


SOME = st.lists(
    st.none()
    | st.text("0123456789 -Xx元号abé机\u3000１２３😀", max_size=40)
    | st.sampled_from(["13812345678", "订单13812345678"]),
    max_size=6,
)


@given(texts=SOME, start=st.integers(0, 3))
def test_a_string_says_the_same_alone_as_among_others_and_in_a_slice(texts, start):
    whole = list(hits(pa.array(texts, pa.string())))
    alone = [hit._replace(row=row) for row, text in enumerate(texts) for hit in found(text)]
    assert whole == alone
    sliced = list(hits(pa.array(texts, pa.string()).slice(min(start, len(texts)))))
    assert sliced == [hit._replace(row=hit.row - start) for hit in alone if hit.row >= start]
    for hit in whole:
        assert texts[hit.row][hit.offset].isdigit()


OLD = "110101491231002"


class TestAnIdOfFifteenDigits:
    @pytest.mark.parametrize("form", [OLD, OLD.translate(FULL), spaced(OLD, (6, 6, 3), " "), f"{OLD[:6]}\n{OLD[6:]}"])
    @pytest.mark.parametrize("before", ["身份证号：", "公民身份号码", "identity no. "])
    def test_is_found_behind_its_label(self, form, before):
        assert found(f"{before}{form}，完") == [Hit(0, len(before), "CN_RESIDENT_ID", allowed=False)]

    @pytest.mark.parametrize("before", ["", "设备串号", "身份证，共", "身份证号无。", "身份证号7号，"])
    def test_is_no_id_without(self, before):
        assert [hit.kind for hit in found(f"{before.replace('共', '共3份')}{OLD}完")] == []

    @pytest.mark.parametrize("number", ["110101491331002", "110101490230002", "100101491231002"])
    def test_needs_a_day_and_a_province(self, number):
        assert found(f"身份证号：{number}") == []


class TestANumberAcrossALineEnd:
    @pytest.mark.parametrize("end", ["\n", "\r\n", "-\n", " \n    ", "\n\t"])
    @pytest.mark.parametrize("kind", MAKERS)
    @given(cut=st.integers(1, 10), seed=st.integers(0, 10**6))
    def test_is_found_behind_its_label(self, kind, end, cut, seed):
        value = MAKERS[kind](Random(seed))
        label = {"CN_MOBILE": "电话：", "CN_RESIDENT_ID": "证件", "BANK_CARD": "卡号："}[kind]
        assert found(f"{label}{value[:cut]}{end}{value[cut:]}完") == [Hit(0, len(label), kind, allowed=False)]

    @given(seed=st.integers(0, 10**6))
    def test_is_none_in_two_cells_of_a_column_of_figures(self, seed):
        chance = Random(seed)
        rows = "\n".join(digits(chance, chance.choice([3, 5, 8])) for _ in range(40))
        assert [hit for hit in found(f"卡号\n{rows}", f"合计\n{rows}") if hit.kind != "CN_RESIDENT_ID"] == []

    def test_is_none_across_two(self):
        value = resident(Random(1))
        assert found(f"证件{value[:5]}\n{value[5:9]}\n{value[9:]}完") == []


@pytest.mark.parametrize("sign", "XxＸｘ")
def test_a_resident_id_ends_in_an_x_of_any_width(sign):
    assert found(f"证件11010519491231002{sign}完") == [Hit(0, 2, "CN_RESIDENT_ID", allowed=False)]


def test_a_megabyte_of_numbers_is_looked_at_in_linear_work():
    text = "13812345678 " * 80_000
    assert len(found(text)) == 80_000


@pytest.mark.parametrize("before", ["![](", "![图](", "见[", "甲.png,", "#", "(img_"])
@pytest.mark.parametrize("after", [".jpg", "_1.png", ".log"])
def test_the_name_of_a_file_is_allowed_behind_any_sign_as_by_the_stage(before, after):
    text = f"{before}13812340001{after})"
    assert [hit.allowed for hit in hits(pa.array([text]))] == [True]
    assert Native(frozenset({"PHONE_NUMBER"})).find(text) == []


@pytest.mark.parametrize("label", ["电话：", "联系方式：", "Phone ", "phone: ", "联系:"])
@pytest.mark.parametrize("after", [".png", "_a.png", ".jpg"])
def test_a_mobile_right_behind_its_label_is_no_name_of_a_file(label, after):
    assert [(hit.kind, hit.allowed) for hit in hits(pa.array([f"{label}13812345678{after}"]))] == [("CN_MOBILE", False)]


@pytest.mark.parametrize("before", ["id=", "/data/", "JIRA-", "img_", "#"])
@pytest.mark.parametrize("number", ["１３８1２３４５６７８", "138\u200b12345678"])
def test_a_machines_number_is_allowed_however_wide_it_is_and_whatever_nobody_sees_in_it(before, number):
    text = f"{before}{number}.log"
    assert [hit.allowed for hit in hits(pa.array([text]))] == [True]
    assert Pii().finder().find(text) == []


def test_a_unit_behind_signs_that_nobody_sees_is_one():
    card = luhn(f"4{digits(Random(2), 14)}")
    parts = "\u200b".join(card[at : at + 4] for at in range(0, 16, 4))
    for text in (f"共{parts}\u200b个", f"共{parts}\u200b万"):
        assert [hit.allowed for hit in hits(pa.array([text]))] == [True]
        assert Pii().finder().find(text) == []


@pytest.mark.parametrize("joint", ["-", " ", "－", "\u3000"])
@pytest.mark.parametrize("before", ["", "第", "/", "批号", "任务ID"])
def test_the_stage_finds_what_is_left_for_the_check_where_a_number_is_cut_in_two(joint, before):
    person, card = resident(Random(3)), luhn(f"4{digits(Random(2), 14)}")
    for text in (f"{before}{person[0]}{joint}{person[1:]}，", f"{before}{person[:14]}{joint}{person[14:]}，"):
        assert [span.entity for span in Pii().finder().find(text)] == ["CN_RESIDENT_ID"], text
    text = f"{card[:6]}{joint}{card[6:]}，"
    assert [span.entity for span in Pii().finder().find(text)] == ["CREDIT_CARD"]
