"""Documents that a label announces, numbers across lines, profiles, lenient reading, types that are off by default."""

from random import Random
from typing import ClassVar

import pyarrow as pa
import pytest
from pydantic import ValidationError

from curate.config.model import Config
from curate.core.errors import ConfigError
from curate.stages.pii import Pii
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


def test_a_number_that_ends_before_the_line_does_is_not_counted_as_one_that_lines_divide():
    card, allowed = union_pay(Random(0)), []
    assert NATIVE.find(f"其卡 {card[:5]} {card[5:7]} {card[7:]}\n2 页", allowed=allowed) == allowed == []
    assert found(f"其卡 {card[:9]}\n{card[9:]} 页") == [("CN_BANK_CARD", f"{card[:9]}\n{card[9:]}")]


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
        assert found("订单号20240001，改约，13812345678") == [("PHONE_NUMBER", "13812345678")]

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


class TestEuropeanNumbersAsTheirCountriesWriteThem:
    @pytest.mark.parametrize(
        ("entity", "text", "value"),
        [
            ("DE_TAX_ID", "Steuerliche Identifikationsnummer: 86 095 742 719", "86 095 742 719"),
            ("DE_TAX_ID", "Ihre Identifikationsnummer 86095742719", "86095742719"),
            ("ES_NIF", "DNI: 12.345.678-Z", "12.345.678-Z"),
            ("ES_NIF", "con DNI 12.345.678 Z, vecino", "12.345.678 Z"),
            ("CH_SOCIAL_SECURITY", "AHV-Nr. 756 9217 0769 85", "756 9217 0769 85"),
            ("CH_SOCIAL_SECURITY", "No AVS 7569217076985", "7569217076985"),
            ("EU_VAT_NUMBER", "USt-IdNr.: ATU13585627", "ATU13585627"),
            ("EU_VAT_NUMBER", "VAT no. DE 136695976", "DE 136695976"),
            ("EU_VAT_NUMBER", "VAT: GB 980 7806 84", "GB 980 7806 84"),
            ("EU_VAT_NUMBER", "CIF: ESB58378431", "ESB58378431"),
        ],
        ids=lambda _: None,
    )
    def test_are_found_behind_their_labels(self, entity, text, value):
        assert found(text) == [(entity, value)]

    @pytest.mark.parametrize(
        "text",
        [
            "DNI: 12.345.678-A",
            "Importe 12.345.678 Z",
            "EAN 7569217076985",
            "AHV-Nr. 756 9217 0769 86",
            "AHV 756 9217 076985",
        ],
    )
    def test_stay_where_the_check_fails_the_groups_differ_or_no_label_stands_near(self, text):
        assert not {"ES_NIF", "CH_SOCIAL_SECURITY"} & {entity for entity, _ in found(text)}


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


class TestProfiles:
    PHONES: ClassVar = {"cn": "见13812345678。", "us": "see (212) 555-0143.", "": "+49 30 901820"}
    IDS: ClassVar = {
        "cn": ("CN_RESIDENT_ID", resident(Random(1))),
        "us": ("US_SSN", "536-22-1234"),
        "uk": ("UK_NINO", "AB 12 34 56 C"),
        "eu": ("IT_FISCAL_CODE", "RSSMRA85T10A562S"),
    }

    @pytest.mark.parametrize("profiles", [[], ["cn"], ["us"], ["uk", "eu"], ["cn", "us", "uk", "eu"]], ids=str)
    @pytest.mark.parametrize("engine", ["native", "presidio"])
    def test_look_for_the_identifiers_of_their_countries_and_for_what_is_of_no_country(self, profiles, engine):
        stage = Pii(profiles=profiles, engine=engine)
        texts = pa.array([f"{value}。" for _, value in self.IDS.values()] + ["wei@hengtai.com.cn", "姓名：王小明"])
        edited = stage.open()(texts).strings.to_pylist()
        expected = [f"<{kind}>。" if who in profiles else f"{value}。" for who, (kind, value) in self.IDS.items()]
        assert edited == [*expected, "<EMAIL_ADDRESS>", "姓名：<PERSON>"]
        assert {kind for who, (kind, _) in self.IDS.items() if who in profiles} == {
            kind for kind, _ in self.IDS.values() if kind in stage.wanted
        }

    def test_know_which_country_a_rule_of_a_shared_type_is_of(self):
        for profile in ("cn", "us"):
            edited = Pii(profiles=[profile]).open()(pa.array(list(self.PHONES.values())))
            hidden = ["<PHONE_NUMBER>" in text for text in edited.strings.to_pylist()]
            assert hidden == [who in {profile, ""} for who in self.PHONES]

    def test_promise_nothing_of_chinese_numbers_that_nobody_looks_for(self):
        assert {"PHONE_NUMBER", "CN_RESIDENT_ID", "CREDIT_CARD"} <= {*Pii(profiles=["cn"]).clears}
        assert {"PHONE_NUMBER", "CN_RESIDENT_ID"}.isdisjoint(Pii(profiles=["us", "uk"]).clears)

    def test_are_told_in_the_manifest(self):
        said = Pii(profiles=["uk", "cn"]).lineage()
        assert said["profiles"] == ["cn", "uk"]
        assert said["coverage"]["structured"] == "rules of cn uk"
        assert "US_SSN" not in said["types"]
        assert Pii().lineage()["coverage"]["structured"] == "rules"

    def test_leave_no_rule_of_a_type_of_a_country_to_all(self):
        for rule in RULES:
            country = rule.entity.partition("_")[0].lower()
            assert country not in {"cn", "us", "uk", "eu"} or rule.profile == country

    def test_refuse_all_types_that_they_exclude_or_that_there_are_not_at_once(self):
        with pytest.raises(ValidationError) as told:
            Pii(
                profiles=["cn"],
                types=["US_SSN", "UK_NHZ", "CN_PLATE"],
                lenient=["IT_FISCAL_CODE"],
                operators={"Q": "tag"},
            )
        said = str(told.value)
        assert "`types`: 'UK_NHZ' is not a type of personal data (did you mean 'UK_NHS'?)" in said
        assert "`operators`: 'Q' is not a type of personal data (known: ABA_ROUTING_NUMBER, " in said
        assert "`types`: 'US_SSN' is found under the profile 'us' alone, which `profiles` leaves out" in said
        assert "`lenient`: 'IT_FISCAL_CODE' is found under the profile 'eu' alone" in said
        assert "CN_PLATE' is" not in said

    def test_that_there_are_not_are_told_with_what_was_meant(self, tmp_path):
        (tmp_path / "c.yaml").write_text(
            "name: x\nsources: {a: {format: jsonl, path: a.jsonl}}\nstages: [{pii: {profiles: [cnn, us]}}]\n"
            "output: {path: out}\n"
        )
        with pytest.raises(ConfigError) as told:
            Config.load(tmp_path / "c.yaml")
        assert "stages[0].pii.profiles[0]: 'cnn' is none of cn, us, uk, eu" in str(told.value)
        assert "did you mean 'cn'?" in str(told.value)

    def test_and_types_and_keys_are_told_at_their_line_with_a_hint(self, tmp_path):
        (tmp_path / "c.yaml").write_text(
            "name: x\nsources: {a: {format: jsonl, path: a.jsonl}}\nstages:\n- pii:\n    operators:\n"
            "      PHONE: mask\n- pii: {operator: pseudonym, as: again}\noutput: {path: out}\n"
        )
        with pytest.raises(ConfigError) as told:
            Config.load(tmp_path / "c.yaml")
        kind, key = told.value.problems
        assert kind.where.endswith("c.yaml:5 stages[0].pii.operators")
        assert (kind.message, kind.hint) == (
            "'PHONE' is not a type of personal data",
            "did you mean 'PHONE_NUMBER'?",
        )
        assert key.where.endswith("c.yaml:7 stages[1].pii")
        assert key.message == "'pseudonym' needs a key, found neither `key_file` nor `key_env`"
        assert key.hint.startswith("head -c 32 /dev/urandom")

    def test_leave_a_type_to_a_recognizer_that_is_plugged_in(self, tmp_path):
        (tmp_path / "more.yaml").write_text(
            "recognizers: [{name: A, supported_entity: US_SSN, patterns: [{name: x, regex: 'S-[0-9]+', score: 1}]}]"
        )
        stage = Pii(profiles=["cn"], types=["US_SSN"], recognizers=tmp_path / "more.yaml")
        assert stage.open()(pa.array(["S-12 536-22-1234"])).strings.to_pylist() == ["<US_SSN> 536-22-1234"]
