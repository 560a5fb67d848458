"""What allow rules excuse: other numbers beside their own words, and never a value that its own label announces."""

from random import Random

import pytest

from curate.engine.canaries import LABELS, MAKERS
from curate.stages.pii.checks import words
from curate.stages.pii.engine import Native
from curate.stages.pii.rules import DEFAULT_TYPES
from tests.stages.pii.made import KINDS, LABELLED, MADE, digits, luhn, mobile

NATIVE = Native(frozenset(DEFAULT_TYPES))

OWN = {
    "CN_RESIDENT_ID": ("身份证号", "证件号码", "resident ID", "ID card"),
    "PHONE_NUMBER": ("电话", "手机号", "联系方式", "phone", "call me at", "mobile"),
    "CN_BANK_CARD": ("银行卡号", "汇入账户", "账号", "bank card", "account"),
    "CREDIT_CARD": ("信用卡", "信用卡号", "credit card", "card"),
    "CN_USCC": ("统一社会信用代码", "USCC"),
    "CN_PLATE": ("车牌号", "plate"),
    "EMAIL_ADDRESS": ("邮箱", "e-mail"),
    "IP_ADDRESS": ("IP地址", "访问来源", "IP", "host"),
    "US_SSN": ("社会安全号", "SSN", "social security number"),
    "IBAN_CODE": ("收款账户", "IBAN", "account"),
    "HK_ID": ("香港身份证号", "HKID"),
    "IT_FISCAL_CODE": ("税号", "codice fiscale"),
    "UK_NINO": ("国民保险号", "NINO", "national insurance number"),
    "US_ITIN": ("税号", "ITIN"),
    "ES_NIF": ("NIE",),
    "EU_VAT_NUMBER": ("VAT", "TVA"),
    "MAC_ADDRESS": ("MAC地址", "MAC"),
    "CRYPTO": ("比特币钱包", "bitcoin wallet"),
}
"""The labels of every type of which a value is found wherever it stands, in both languages."""
CHINESE_OTHERS = words(
    "订单号 流水号 批号 编号 专利 料号 条码 序列号 合同号 发票 案号 型号 证书号 "
    "时间戳 编码 工单号 运单 许可证号 航班 版本 样本号 读数 成交量"
)
ENGLISH_OTHERS = words(
    "order batch lot serial invoice SKU model patent ticket DOI ISBN timestamp ISO P/N version CVE-2021-44228"
)
OTHERS = sorted(CHINESE_OTHERS | ENGLISH_OTHERS)
"""Words whose own numbers are left in place."""
CHINESE = (
    "{a}，{b}{v}。",
    "{a}：A-17，{b}：{v}，",
    "{a}已生成，{b}为{v}；",
    "{a}。{b}{v}，",
    "{a}\n{b}：{v}\n",
    "{b}{v}，{a}略",
)
ENGLISH = (
    "{a}, {b}: {v}.",
    "The {a} is ready; {b} is {v};",
    "{a} placed. {b} {v} ",
    "{a}\n{b}: {v}\n",
    "{b} {v}, {a} none",
)


def found(text: str) -> list[str]:
    return [text[span.start : span.end] for span in NATIVE.find(text)]


@pytest.mark.parametrize(("entity", "kind"), KINDS, ids=[kind for _, kind in KINDS])
class TestAValueBehindItsOwnLabel:
    @pytest.mark.parametrize("other", OTHERS)
    def test_is_found_whatever_other_label_stands_near(self, entity, kind, other):
        value = MADE[entity][kind](Random(other))
        for own in OWN[entity]:
            for form in ENGLISH if own.isascii() else CHINESE:
                text = form.format(a=other, b=own, v=value)
                assert value in found(text), (own, form)

    def test_is_found_though_the_next_word_begins_like_a_unit(self, entity, kind):
        value = MADE[entity][kind](Random(0))
        for own in OWN[entity]:
            for unit in ("万先生", "元女士", "股东"):
                assert value in found(f"{own}：{value}{unit}"), (own, unit)


@pytest.mark.parametrize("other", OTHERS)
def test_a_value_that_only_its_label_tells_is_found_whatever_other_label_stands_before_it(other):
    for kinds in LABELLED.values():
        for own, make in kinds.items():
            value = make(Random(other))
            for joint in ("，", "。", "\n") if not own.isascii() else (", ", "; ", "\n"):
                text = f"{other}{joint}{own}：{value}，"
                assert value in found(text), (own, joint)


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("other", OTHERS)
def test_a_canary_with_its_label_is_found_whatever_other_label_stands_before_it(kind, other):
    chance = Random(other)
    for said in LABELS[kind][:-1]:
        value = MAKERS[kind](chance)
        assert any(value in one or one in value for one in found(f"{other}{said.format(value)}")), said


@pytest.mark.parametrize("other", sorted(CHINESE_OTHERS - {"版本"}))
def test_another_number_is_left_behind_its_own_word(other):
    number = mobile(Random(3))
    for text in (
        f"{other}：{number}，",
        f"{other}{number}已完成",
        f"客户电话略，{other}为{number}。",
        f"{other}\n{number}\n",
    ):
        assert found(text) == [], text


def test_the_number_of_an_account_is_no_other_number():
    card = luhn(f"62{digits(Random(1), 16)}")
    for label in ("账户编号", "信用卡编号", "客户账户编码", "account serial"):
        assert found(f"{label}：{card}，") == [card]


@pytest.mark.parametrize(
    "address",
    ["ana@empresa.com.py", "ion@firma.md", "ali@bank.so", "steve.jobs@hengtai.com.cn", "anna.press@hengtai.com.cn"],
)
def test_a_mailbox_of_a_person_is_not_taken_for_a_file_or_an_office(address):
    assert found(f"写信给{address}。") == [address]


@pytest.mark.parametrize(
    "text",
    [
        "a@2x.png",
        "getty@tty1.service",
        "jobs@hengtai.com.cn",
        "press@hengtai.com.cn",
        "固件升级至 4.2.18.6。",
        "version 4.2.18.6",
        "Fuji Electric V-Server\n<= 4.0.9.181\nV-Server",
        "CODESYS Control RTE >= 3.5.8.60 | < 3.5.12.80",
        "Oracle Database 19.3.0.0与MySQL 8.0.33.12",
        "foo-47.96.12.33.tar.gz libfoo.so.47.96.12.33",
        "Chrome/120.0.0.0 Safari/17.4.1.12 nginx/1.18.0.2",
        "see 7.1.1.1, see also 9.1.2.2; rule 7.1.1.1; 参见 7.1.1.1、详见7.1.1.1",
        "JIRA-13812345678 jira-13912345678",
        "任务ID 13812345678 已完成；腾讯会议号：138 1234 5678",
        "第3.12.1.4条、见3.12.1.4节、§3.12.1.4、Table 3.12.1.4",
        "PN 212-555-1234, P/N: 212-555-1235, PO# 212-555-1236, Catalog No. 212-555-1237",
        "Item # 212-555-1234; Drawing 212-555-1235; under Grant 212-55-1236, Docket No. 212-55-1237",
        "Case No. 212-55-1234, Ref: 212-55-1235, Ref. 212-555-1236",
        "doi:10.1016/j.cell.2023.01.001, https://doi.org/10.1016/j.cellsig.2010.09.001 (10.1016/j.tel.2019.1012)",
    ],
)
def test_files_offices_and_versions_are_left(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("会议号见下，手机 13812345678", "13812345678"),
        ("JIRA-204 13812345678", "13812345678"),
        ("电话会议：13812345678", "13812345678"),
        ("see 103.12.1.4", "103.12.1.4"),
        ("MySQL 47.96.12.33 拒绝连接", "47.96.12.33"),
        ("nginx 8.210.3.4:8080", "8.210.3.4"),
        ("node-1/47.96.12.33", "47.96.12.33"),
        ("access_47.96.12.33.log", "47.96.12.33"),
        ("节点3.12.1.4节点", "3.12.1.4"),
        ("Ulysses Grant 212-555-1234", "212-555-1234"),
        ("Reference: 212-555-1234", "212-555-1234"),
        ("see 10.1016/j.cell.2023 or call 212.555.1234", "212.555.1234"),
        ("|10.1101/2020x|cell.212-555-1234|", "212-555-1234"),
        ("10.1101/2020x?cell.212-555-1234", "212-555-1234"),
        ('"10.1101/2020x";"10.1101/2021x"|"cell/(212) 555-1234"', "(212) 555-1234"),
        ("In this case call 212-555-1234", "212-555-1234"),
        ("In that case, 536-22-1234", "536-22-1234"),
    ],
)
def test_hosts_and_people_beside_programs_and_things_are_found(text, value):
    assert found(text) == [value]


def test_an_address_in_the_sentence_behind_a_version_is_found():
    for text in ("固件已升级。45.33.32.156 多次尝试登录", "The firmware was updated. 45.33.32.156 kept trying"):
        assert found(text) == ["45.33.32.156"]


@pytest.mark.parametrize(
    "text",
    [
        '{"phone": null, "amount": 348812345678}',
        '{"phone":null,"price":"348812345"}',
        "{'tel': None, 'quantity': 348812345}",
        '{"phone": null, "totalAmount": 348812345678}',
        "phone=&amount=348812345678",
        "phone: n/a, total due: 348812345678",
        "电话：\n金额：348812345678",
        '{"电话":"","余额(元)":348812345678}',
    ],
)
def test_the_label_of_an_amount_right_before_a_number_is_nearer_than_that_of_an_empty_telephone(text):
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        '{"phone": "348812345678", "amount": 348812345678}',
        '{"total": 5, "phone": "348812345678"}',
        "金额：12，电话：348812345678",
        "Call the subtotal office, phone 348812345678",
    ],
)
def test_a_telephone_behind_its_own_label_is_found_beside_amounts(text):
    assert found(text) == ["348812345678"]
