"""Documents that a label announces, numbers across lines, profiles, lenient reading, types that are off by default."""

from random import Random

import pyarrow as pa
import pytest

from curate.stages.pii.engine import Native
from curate.stages.pii.rules import DEFAULT_OFF, DEFAULT_TYPES, RULES, TYPES
from tests.stages.pii.made import LABELLED, digits, full_width, luhn, mobile, resident, union_pay, uscc

NATIVE = Native(frozenset(DEFAULT_TYPES))
ANNOUNCED = [(entity, label) for entity, labels in LABELLED.items() for label in labels]
BREAKS = {"line feed": "\n", "carriage return": "\r\n", "hyphen": "-\n", "indent": "\n    "}


def found(text: str, native: Native = NATIVE) -> list[tuple[str, str]]:
    return [(span.entity, text[span.start : span.end]) for span in native.find(text)]


@pytest.mark.parametrize(
    ("entity", "label"), ANNOUNCED, ids=[f"{entity}-{i}" for i, (entity, _) in enumerate(ANNOUNCED)]
)
class TestWhatALabelAnnounces:
    @pytest.mark.parametrize("between", ["：", ": ", " ", "是", "为：", " | ", '": "', "="], ids=range(8))
    def test_is_found_whole_behind_it(self, entity, label, between):
        for seed in range(10):
            value = LABELLED[entity][label](Random(seed))
            assert found(f"登记的{label}{between}{value}，完") == [(entity, value)], seed

    def test_is_found_in_full_width_signs(self, entity, label):
        for seed in range(10):
            value = full_width(LABELLED[entity][label](Random(seed))).replace(" ", "\u3000")
            assert found(f"登记的{label}：{value}，完") == [(entity, value)], seed

    def test_is_found_in_the_next_line(self, entity, label):
        if entity != "WECHAT_ID":
            value = LABELLED[entity][label](Random(1))
            assert found(f"{label}：\n{value}\n") == [(entity, value)]


@pytest.mark.parametrize("broken", BREAKS.values(), ids=list(BREAKS))
class TestANumberAcrossTwoLines:
    @pytest.mark.parametrize(
        ("entity", "make", "before"),
        [
            ("CN_RESIDENT_ID", resident, "其人"),
            ("CN_BANK_CARD", union_pay, "其卡"),
            ("CREDIT_CARD", lambda chance: luhn(f"4{digits(chance, 14)}"), "pay by "),
            ("CN_USCC", uscc, "统一社会信用代码："),
            ("PHONE_NUMBER", mobile, "联系电话："),
        ],
        ids=["resident id", "UnionPay", "Visa", "company", "mobile"],
    )
    def test_is_found_whole(self, broken, entity, make, before):
        for seed in range(20):
            chance = Random(seed)
            value = make(chance)
            cut = chance.randint(3, len(value) - 3)
            value = value[:cut] + broken + value[cut:]
            assert found(f"{before}{value}，请核对") == [(entity, value)], seed

    def test_is_not_pieced_together_from_the_column_of_a_table(self, broken):
        chance = Random(7)
        assert found(broken.join(digits(chance, chance.choice([6, 8, 9])) for _ in range(2000))) == []
        assert found(broken.join(f"{digits(chance, 8)} pcs {digits(chance, 8)}" for _ in range(2000))) == []

    def test_needs_a_label_where_no_check_digit_confirms_it(self, broken):
        assert found(f"数值1381234{broken}5678，请核对") == []


class TestALabelThatHadItsNumber:
    def test_says_nothing_of_the_next(self):
        assert found("订单号20240001，张三，13812345678") == [("PHONE_NUMBER", "13812345678")]

    def test_holds_for_a_list(self):
        assert found("批号：123456、234567、13812345678") == []


class TestLenientReading:
    @pytest.mark.parametrize(
        "rule", [rule for rule in RULES if rule.check and rule.certain], ids=lambda rule: rule.name
    )
    def test_has_labels_to_go_by_wherever_a_check_digit_decides(self, rule):
        assert rule.labels is not None

    @pytest.mark.parametrize(
        ("entity", "text", "value"),
        [
            ("UK_NHS", "NHS number 943 476 5918", "943 476 5918"),
            ("IBAN_CODE", "IBAN GB82WEST12345698765431", "GB82WEST12345698765431"),
            ("US_NPI", "NPI 1234567890", "1234567890"),
            ("ES_NIF", "DNI 12345678A", "12345678A"),
            ("CN_BUSINESS_REGISTRATION", "注册号110105012345678", "110105012345678"),
            ("US_SSN", "SSN 123-45-6789", "123-45-6789"),
        ],
        ids=lambda _: None,
    )
    def test_takes_a_label_for_the_check_digit(self, entity, text, value):
        assert entity not in dict(found(text))
        assert found(text, Native(frozenset({entity}), frozenset({entity}))) == [(entity, value)]


class TestTheTypes:
    def test_that_are_off_are_types(self):
        assert set(TYPES) == DEFAULT_OFF | set(DEFAULT_TYPES)

    @pytest.mark.parametrize(
        ("entity", "value"),
        [
            ("URL", "https://www.hengtai.com.cn/a?b=1"),
            ("DATE_TIME", "2024-03-18 12:30:45"),
            ("DATE_TIME", "2024年3月18日"),
            ("DATE_TIME", "March 18, 2024"),
            ("DATE_TIME", "18/03/2024"),
            ("UUID", "123e4567-e89b-42d3-a456-426614174000"),
        ],
        ids=lambda _: None,
    )
    def test_that_are_off_are_found_only_where_asked_for(self, entity, value):
        assert found(f"见{value}。") == []
        assert found(f"见{value}。", Native(frozenset({entity}))) == [(entity, value)]

    def test_know_whose_documents_they_are(self):
        assert {rule.profile for rule in RULES} == {"", "cn", "us", "uk", "eu"}


@pytest.mark.parametrize(("entity", "label"), ANNOUNCED, ids=[f"{one}-{i}" for i, (one, _) in enumerate(ANNOUNCED)])
def test_the_gates_let_through_whatever_is_found_without_them(entity, label):
    for written in (label, label.upper(), label.lower()):
        texts = [f"登记的{written} {LABELLED[entity][label](Random(seed))}，完" for seed in range(10)]
        rows, opened = NATIVE.look(pa.array(texts))
        assert rows == list(range(10))
        assert [NATIVE.find(text, where) for text, where in zip(texts, opened, strict=True)] == list(
            map(NATIVE.find, texts)
        )


@pytest.mark.parametrize(
    "unit", ["a.", "1 ", "1-", "12345678", "1\n", "12345\n", "A1-", "AB-", "ZY-12", "护照", "1:", "a1"]
)
def test_a_long_monotonous_text_takes_no_time(unit):
    text = f"账号病历号电话passport account number {unit * (200_000 // len(unit))}"
    assert len(found(text)) <= 1


HARMLESS = [
    "医保基金支出12345678元，住院23456例，门诊1234567人次",
    "驾驶证12项检查，军人2024年",
    "设备编码13812345678，条形码6901234567892，EAN 8613812345678",
    "许可证号：13812345678，备案号13987654321",
    "RFC 2616 section 1.4.9.6 and clause 3.9.6.7",
    "account balance 123,456.00; policy 2021-07; license 2.0",
    "X12345678 and 12345678A without a word that says what they are",
    "ff:ff:ff:ff:ff:ff 01:00:5e:00:00:fb 00:00:00:00:00:00",
    "sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "productsupport@hengtai.com.cn cisaservicedesk@hengtai.com.cn",
    "SF9855283223666是运单号",
]


@pytest.mark.parametrize("text", HARMLESS, ids=range(len(HARMLESS)))
def test_what_only_looks_like_a_document_is_left_alone(text):
    assert found(text) == []
