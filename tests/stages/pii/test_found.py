"""What is found: every type, wherever it stands, however it is written; and what must be left alone."""

from random import Random

import pytest

from curate.stages.pii.engine import Native
from curate.stages.pii.rules import DEFAULT_TYPES
from tests.stages.pii.made import KINDS, MADE, PLACES, full_width, grouped, luhn, mobile, resident, union_pay

ALL = frozenset(DEFAULT_TYPES)
NATIVE = Native(ALL)


def found(text: str, native: Native = NATIVE) -> list[tuple[str, str]]:
    return [(span.entity, text[span.start : span.end]) for span in native.find(text)]


@pytest.mark.parametrize(("entity", "kind"), KINDS, ids=[kind for _, kind in KINDS])
class TestEveryKind:
    @pytest.mark.parametrize("place", PLACES.values(), ids=list(PLACES))
    def test_is_found_whole_wherever_it_stands(self, entity, kind, place):
        for seed in range(20):
            value = MADE[entity][kind](Random(seed))
            assert found(place.format(value)) == [(entity, value)], seed

    def test_is_found_in_full_width_signs_at_the_same_place(self, entity, kind):
        for seed in range(20):
            value = full_width(MADE[entity][kind](Random(seed))).replace(" ", "\u3000")
            assert found(f"请记录{value}并归档") == [(entity, value)], seed

    def test_is_not_found_inside_a_longer_word_or_number(self, entity, kind):
        for seed in range(20):
            value = MADE[entity][kind](Random(seed))
            assert (entity, value) not in found(f"{value}7Q"), seed
            if value[0].isalnum() and value[0].isascii() and entity != "EMAIL_ADDRESS":
                assert (entity, value) not in found(f"Q7{value}"), seed


class TestNumbersInGroups:
    @pytest.mark.parametrize(
        "joint", [" ", "-", "\u2011", "\u00a0"], ids=["blank", "hyphen", "hard hyphen", "hard blank"]
    )
    @pytest.mark.parametrize(
        ("entity", "make", "sizes"),
        [
            ("PHONE_NUMBER", mobile, (3, 4, 4)),
            ("CN_RESIDENT_ID", resident, (6, 8, 4)),
            ("CN_RESIDENT_ID", resident, (6, 4, 4, 4)),
            (
                "CN_BANK_CARD",
                lambda chance: luhn(f"62{Random(chance.random()).randint(10**12, 10**13 - 1)}"),
                (4, 4, 4, 4),
            ),
            ("CN_BANK_CARD", union_pay, (4, 4, 4, 4, 3)),
            ("CREDIT_CARD", lambda chance: luhn(f"4{chance.randint(10**13, 10**14 - 1)}"), (4, 4, 4, 4)),
        ],
        ids=["mobile", "id 6-8-4", "id 6-4-4-4", "card of 16", "card of 19", "Visa"],
    )
    def test_are_found_whole(self, entity, make, sizes, joint):
        for seed in range(20):
            number = make(Random(seed))
            if len(number) == sum(sizes):
                value = grouped(number, sizes, joint)
                assert found(f"登记{value}备查") == [(entity, value)], seed


@pytest.mark.parametrize(
    ("text", "entity", "value"),
    [
        ("护照号E12345678已登记", "CN_PASSPORT", "E12345678"),
        ("Passport No. EA1234567 issued", "CN_PASSPORT", "EA1234567"),
        ("微信号：zhang_san88。", "WECHAT_ID", "zhang_san88"),
        ("加我微信: wxid_ab12cd34ef56", "WECHAT_ID", "wxid_ab12cd34ef56"),
        ("QQ：123456789", "QQ_NUMBER", "123456789"),
        ("我的qq号是8812345", "QQ_NUMBER", "8812345"),
        ("联系电话：88881234", "PHONE_NUMBER", "88881234"),
        ("Tel 0571 8888123", "PHONE_NUMBER", "0571 8888123"),
        ("They're not answering at 0812 345 678", "PHONE_NUMBER", "0812 345 678"),
        ("身份证：110101900101123", "CN_RESIDENT_ID", "110101900101123"),
        ("座机057188886666-12", "PHONE_NUMBER", "057188886666-12"),
        ("Tel:057188886666#803。", "PHONE_NUMBER", "057188886666#803"),
        ("电话：88886666", "PHONE_NUMBER", "88886666"),
        ("固话 8888 6666，", "PHONE_NUMBER", "8888 6666"),
        ("办公电话 88886666转803", "PHONE_NUMBER", "88886666转803"),
        ("QQ 1234 5678", "QQ_NUMBER", "1234 5678"),
        ("加扣扣 123-456-789，谢谢", "QQ_NUMBER", "123-456-789"),
        ("前方WJ京1234X让行", "CN_PLATE", "WJ京1234X"),
        ("WJ 01-12345停在门口", "CN_PLATE", "WJ 01-12345"),
        ("WJ·31-1234消到场", "CN_PLATE", "WJ·31-1234消"),
        ("一辆军A12345", "CN_PLATE", "军A12345"),
        ("车牌号为济A12345", "CN_PLATE", "济A12345"),
        ("号牌：VA12345", "CN_PLATE", "VA12345"),
        ("姓名：欧阳小明性别：男", "PERSON", "欧阳小明"),
        ("患者:李四，男", "PERSON", "李四"),
        ("请联系王先生", "PERSON", "王"),
        ("张小明女士您好", "PERSON", "张小明"),
        ("Dear Ms. Lindqvist,", "PERSON", "Lindqvist"),
        ("From: Ann O'Brien <staff>", "PERSON", "Ann O'Brien"),
        ("Patient name: John Q. Public\n", "PERSON", "John Q. Public"),
    ],
    ids=lambda _: None,
)
def test_labelled_values_are_found_without_their_labels(text, entity, value):
    assert found(text) == [(entity, value)]


HARMLESS = [
    "订单号：13812345678",
    "批次号20240611003，料号6222021234",
    "专利号ZL201310123456.7",
    "ISBN 978-7-111-54742-6",
    "GB/T 19001-2016与GB 11643-1999",
    "时间戳1700000000000与2024-03-18 12:30:45",
    "合同金额13800000000元，另付￥13800000000",
    "客服热线400-810-9988、800-810-9988与95599、12345",
    "Toll-free 1-800-555-0199 and (888) 555-0142",
    "网关192.168.10.24，掩码255.255.255.0，回环127.0.0.1，监听0.0.0.0",
    "文档地址203.0.113.9与2001:db8::1",
    "固件版本10.4.2.17，v1.2.3.4，firmware 12.30.4.19",
    "Versions 3.5.12.80, 3.5.14.10, and 3.5.15.20 are affected",
    "1.3.6.1.4.1.311 is an OID",
    "noreply@hengtai.com.cn user@example.org a@host.invalid logo@2x.png getty@tty1.service",
    "Order 4471 2093 8812, part number 62-4471-9920",
    "CVE-2021-44228 CWE-79 KB5005565",
    "沪A股指数与京B股",
    "std::vector<int> a::b 12:30:45:67",
    "各位女士们先生们，尊敬的先生：",
    "Dear Customer, dear all, Dear Sir or Madam",
    "申请人：北京市人民检察院",
    "微信小程序和WeChat: download",
    "qq邮箱，QQ音乐2024版",
    "QQ 1000 2000 3000，QQ 2019 2020，QQ 1234 5678元",
    "电话覆盖80008000户，手机用户20020020",
    "湖南A12345、VA12345与型号WJ-01-12345，料号WJ01-12345",
]


@pytest.mark.parametrize("text", HARMLESS, ids=range(len(HARMLESS)))
def test_what_only_looks_like_personal_data_is_left_alone(text):
    assert found(text) == []


@pytest.mark.parametrize(
    "domain",
    ["example.com", "mail.example.net", "example.org", "example", "corp.example", "a.test", "b.invalid", "localhost"],
)
def test_a_mailbox_at_a_name_that_nobody_can_register_is_left_alone(domain):
    assert found(f"写信给 a.b@{domain} 即可") == []


@pytest.mark.parametrize(
    "domain", ["corp.example.cn", "example.cn", "example.com.cn", "example.edu", "example.org.cn", "myexample.com"]
)
def test_a_mailbox_at_a_name_that_somebody_may_hold_is_personal(domain):
    assert found(f"写信给 a.b@{domain} 即可") == [("EMAIL_ADDRESS", f"a.b@{domain}")]


def test_a_us_number_is_not_taken_for_a_chinese_mobile():
    assert found("call +13145551111 now") == [("PHONE_NUMBER", "+13145551111")]


@pytest.mark.parametrize(("entity", "make"), [("CN_RESIDENT_ID", resident), ("CN_BANK_CARD", union_pay)])
class TestAWrongCheckDigit:
    def wrong(self, make):
        value = make(Random(3))
        return value[:-1] + str((int(value[-1].replace("X", "0")) + 3) % 10)

    def test_drops_a_value_in_strict_reading(self, entity, make):
        assert entity not in dict(found(f"身份证号、银行卡号：{self.wrong(make)}"))

    def test_does_not_matter_in_lenient_reading_where_a_label_stands_near(self, entity, make):
        lenient = Native(ALL, frozenset({entity}))
        value = self.wrong(make)
        assert found(f"身份证号、银行卡号：{value}", lenient) == [(entity, value)]
        assert found(f"{value}（身份证，银行卡）", lenient) == [(entity, value)]
        assert entity not in dict(found(f"数值{value}", lenient))


def test_the_longest_span_stands_where_several_overlap():
    assert found("电话 110105 19491231 002X") == [("CN_RESIDENT_ID", "110105 19491231 002X")]
    assert found("mail 13812345678@hengtai.com.cn") == [("EMAIL_ADDRESS", "13812345678@hengtai.com.cn")]


def test_only_the_types_asked_for_are_found():
    only = Native(frozenset({"EMAIL_ADDRESS"}))
    assert found("13812345678 wei@hengtai.com.cn", only) == [("EMAIL_ADDRESS", "wei@hengtai.com.cn")]
