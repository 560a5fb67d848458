"""Unusual forms of values: glued to a label, far apart, broken, with unseen signs, in columns; and what is none."""

from random import Random

import pyarrow as pa
import pytest

from curate.lineage.numbers import hits
from curate.stages.pii import checks
from curate.stages.pii.engine import Native
from curate.stages.pii.hidden import Unseen
from curate.stages.pii.rules import DEFAULT_TYPES
from tests.stages.pii.made import digits, luhn, mobile, resident, uscc

NATIVE = Unseen(Native(frozenset(DEFAULT_TYPES)))
LINKS = Unseen(Native(frozenset({"URL"})))
SEEDS = range(5)


def found(text: str, native: Unseen = NATIVE) -> list[tuple[str, str]]:
    whole = [(span.entity, text[span.start : span.end]) for span in native.find(text)]
    _, opened = native.look(pa.array([text]))
    gated = [(span.entity, text[span.start : span.end]) for one in opened for span in native.find(text, one)]
    assert gated == whole
    return whole


def left(text: str) -> list[str]:
    return [hit.kind for hit in hits(pa.array([text])) if not hit.allowed]


def card(chance: Random) -> str:
    return luhn(f"62{digits(chance, 13)}")


def apart(value: str, sizes: tuple[int, ...], joint: str) -> str:
    parts, at = [], 0
    for size in sizes:
        parts.append(value[at : at + size])
        at += size
    return joint.join(parts)


class TestAValueGluedToItsLabel:
    @pytest.mark.parametrize(
        ("label", "entity", "make"),
        [
            *((label, "PHONE_NUMBER", mobile) for label in ("Tel", "TEL", "phone", "Mobile", "userPhone", "vx")),
            *((label, "CN_RESIDENT_ID", resident) for label in ("ID", "idcard", "userId", "sfzh", "No")),
            ("card", "CN_BANK_CARD", card),
            ("USCC", "CN_USCC", uscc),
            ("Fax", "PHONE_NUMBER", lambda chance: f"021-{digits(Random(chance.random()), 8).replace('0', '6')}"),
            ("MRN", "MEDICAL_RECORD_NUMBER", lambda chance: f"7{digits(chance, 7)}"),
            ("Passport", "CN_PASSPORT", lambda chance: f"E{digits(chance, 8)}"),
            ("MyQQ", "QQ_NUMBER", lambda chance: f"7{digits(chance, 7)}"),
            ("MyWeChat:", "WECHAT_ID", lambda chance: f"lin_{digits(chance, 4)}"),
        ],
    )
    def test_is_found_whole(self, label, entity, make):
        for seed in SEEDS:
            value = make(Random(seed))
            assert found(f"登记{label}{value}，完") == [(entity, value)], label

    @pytest.mark.parametrize("word", ["part", "SKU", "Android", "Intel", "hotel", "TelX", "hash", "grid", "uuid"])
    def test_is_none_behind_another_word_but_a_resident_id_is_one_behind_any(self, word):
        value, identity = mobile(Random(1)), resident(Random(1))
        assert found(f"{word}{value}完") == []
        assert left(f"{word}{value}完") == []
        assert found(f"{word}{identity}完") == [("CN_RESIDENT_ID", identity)]
        assert left(f"{word}{identity}完") == ["CN_RESIDENT_ID"]

    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("Tel{}", "CN_MOBILE"),
            ("userPhone{}", "CN_MOBILE"),
            ("ID{}", "CN_RESIDENT_ID"),
            ("userId{}", "CN_RESIDENT_ID"),
            ("card{}", "BANK_CARD"),
        ],
    )
    def test_is_found_by_the_residual_check_too(self, text, kind):
        make = {"CN_MOBILE": mobile, "CN_RESIDENT_ID": resident, "BANK_CARD": card}[kind]
        for seed in SEEDS:
            value = make(Random(seed))
            assert left(f"见{text.format(value)}完") == [kind]
            assert [value] == [said for _, said in found(f"见{text.format(value)}完")]


SPREAD = ("  ", "\t", " - ", " – ")


class TestGroupsFarApart:
    @pytest.mark.parametrize("joint", SPREAD)
    @pytest.mark.parametrize(
        ("label", "entity", "make", "sizes"),
        [
            ("", "CN_RESIDENT_ID", resident, (6, 8, 4)),
            ("手机", "PHONE_NUMBER", mobile, (3, 4, 4)),
            ("卡号", "CN_BANK_CARD", card, (4, 4, 4, 4)),
        ],
    )
    def test_are_one_number(self, joint, label, entity, make, sizes):
        for seed in SEEDS:
            value = apart(make(Random(seed)), sizes, joint)
            assert found(f"登记{label}{value}，完") == [(entity, value)]
            assert left(f"登记{label}{value}，完") == (
                [entity.replace("PHONE_NUMBER", "CN_MOBILE").replace("CN_BANK_CARD", "BANK_CARD")]
                if joint != " – "
                else []
            )

    @pytest.mark.parametrize("joint", ["  ", "\t"])
    def test_are_columns_where_no_label_stands_near(self, joint):
        assert found(f"产量{joint}138{joint}1234{joint}5678{joint}吨") == []
        assert found(f"用电{joint}6230{joint}2157{joint}3681{joint}9304") == []

    def test_of_a_record_are_read_on_only_where_the_first_cannot_be_all(self):
        assert found("病历号：1234\t5678") == [("MEDICAL_RECORD_NUMBER", "1234\t5678")]
        assert found("病历号：12345678\t2023") == [("MEDICAL_RECORD_NUMBER", "12345678")]
        assert found("| QQ | 1234 5678 |") == [("QQ_NUMBER", "1234 5678")]

    @pytest.mark.parametrize("label", ["手机：", "Tel: "])
    def test_of_one_digit_are_a_telephone_behind_its_label(self, label):
        value = " ".join(mobile(Random(2)))
        assert found(f"{label}{value}") == [("PHONE_NUMBER", value)]
        assert found(f"得分 {value}") == []

    def test_of_one_digit_are_a_resident_id_by_its_check(self):
        value = " ".join(resident(Random(2)))
        assert found(f"记录{value}完") == [("CN_RESIDENT_ID", value)]
        assert found(f"记录{value[:-1]}{'1' if value[-1] == '2' else '2'}完") == []

    def test_of_four_four_and_three_digits_are_a_mobile_but_no_years(self):
        assert found("请打1381 2345 678找我") == [("PHONE_NUMBER", "1381 2345 678")]
        assert found("在1998 2001 200之间") == []


class TestAValueAcrossALineEnd:
    def test_a_code_of_a_company_needs_no_label(self):
        for value in map(uscc, map(Random, range(40))):
            text = f"{value[:10]}\n{value[10:]}"
            usual = value[2:4] in checks.PROVINCES
            assert found(f"该公司{text}已注销") == ([("CN_USCC", text)] if usual else [])
            assert found(f"信用代码{text}，已注销") == [("CN_USCC", text)]

    def test_an_english_label_announces_groups_and_what_a_line_end_divides(self):
        for text in ("1234 5678", "1234\n5678", "00-12-34-56", "  1234  5678"):
            assert found(f"MRN: {text}, seen") == [("MEDICAL_RECORD_NUMBER", text.strip())]
        assert found("Member ID: ABC 123 456 789.") == [("HEALTH_INSURANCE_NUMBER", "ABC 123 456 789")]

    @pytest.mark.parametrize(
        "text", ["medical record: 12 pages", "Policy number 2023", "Member no. 5 of 12", "policy normalization 20041"]
    )
    def test_an_english_label_announces_no_other_figure(self, text):
        assert found(text) == []

    @pytest.mark.parametrize("text", ["QQ：{}\n20230501", "QQ：<QQ_NUMBER>\n20230501", "QQ：\n20230501"])
    def test_a_day_in_the_line_below_is_no_account(self, text):
        assert found(text.format("123456")) == ([("QQ_NUMBER", "123456")] if "{}" in text else [])


UNSEEN = ("\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u200b\u200c")


class TestSignsThatNobodySees:
    @pytest.mark.parametrize("sign", UNSEEN)
    @pytest.mark.parametrize(
        ("entity", "make"), [("PHONE_NUMBER", mobile), ("CN_RESIDENT_ID", resident), ("CN_BANK_CARD", card)]
    )
    def test_hide_no_number_and_offsets_are_those_of_the_text(self, sign, entity, make):
        for seed in SEEDS:
            chance = Random(seed)
            value = make(chance)
            cut = chance.randint(1, len(value) - 2)
            text = f"{value[:cut]}{sign}{value[cut:]}"
            assert found(f"记{sign}录{text}完") == [(entity, text)]
            assert len(left(f"记录{text}完")) == 1

    @pytest.mark.parametrize("sign", UNSEEN)
    @pytest.mark.parametrize(
        ("text", "entity", "value"),
        [
            ("写信给ann^@corp-mail.com吧", "EMAIL_ADDRESS", "ann^@corp-mail.com"),
            ("写信给a^nn@corp-^mail.c^om吧", "EMAIL_ADDRESS", "a^nn@corp-^mail.c^om"),
            ("姓名：王^小明，", "PERSON", "王^小明"),
            ("姓^名：王小明，", "PERSON", "王小明"),
            ("Dear Ms. Lind^qvist,", "PERSON", "Lind^qvist"),
            ("病^历号：ZY-2024^0017。", "MEDICAL_RECORD_NUMBER", "ZY-2024^0017"),
            ("住北京市海^淀区中关村大街1^号，", "ADDRESS", "北京市海^淀区中关村大街1^号"),
            ("x^13812345678", "PHONE_NUMBER", "13812345678"),
        ],
    )
    def test_hide_neither_names_nor_mailboxes_nor_labels(self, sign, text, entity, value):
        assert found(text.replace("^", sign)) == [(entity, value.replace("^", sign))]

    def test_make_nothing_a_number_that_is_none_without_them(self):
        assert found("订单号138\u200b12345678，138\u200b12345678元，版本1\u200b2\u200b3，零13\u200b8") == []

    def test_an_address_of_a_network_may_be_full_width(self):
        assert found("来自２４０８：８４００：１：２：：３的访问") == [
            ("IP_ADDRESS", "２４０８：８４００：１：２：：３")
        ]
        assert found("时间２０２３：１２：３０，文档２００１：ｄｂ８：：１") == []


@pytest.mark.parametrize("text", ["共处理{}条", "点击{}次", "全年受理工单{}件", "合计{}笔", "累计{}人次"])
def test_counts_are_no_telephones_for_the_stage_and_the_residual_check(text):
    assert found(text.format("13812345678")) == []
    assert left(text.format("13812345678")) == []


def test_a_telephone_before_a_word_that_begins_like_a_counter_is_one():
    for behind in ("次日", "条例", "件号", "笔者", "个人"):
        assert found(f"请拨13812345678{behind}回复")[0] == ("PHONE_NUMBER", "13812345678")


def test_a_number_of_the_nhs_with_a_wrong_check_digit_is_no_telephone():
    assert found("NHS 943 476 5918") == []
    assert found("NHS 943 476 5919") == [("UK_NHS", "943 476 5919")]
    assert found("NHS Trust, tel 943 476 5918") == [("PHONE_NUMBER", "943 476 5918")]


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("see https://a.com/x, and", "https://a.com/x"),
        ("(see https://a.com/x), or", "https://a.com/x"),
        ("https://w.org/a_(b).", "https://w.org/a_(b)"),
        ("<https://a.com/a,b>, next", "https://a.com/a,b"),
    ],
)
def test_a_link_ends_before_the_signs_of_its_sentence(text, link):
    assert found(text, LINKS) == [("URL", link)]


class TestAColumnOfATable:
    @pytest.mark.parametrize(
        "text",
        [
            "姓名|电话|住院号\n王小明|65551234|5502133\n李红|65559876|5502134",
            "| 姓名 | 电话 | 住院号 |\n|---|:--|---|\n| 王小明 | 65551234 | 5502133 |\n| 李红 | 65559876 | 5502134 |\n",
            "姓名\t电话\t住院号\r\n王小明\t65551234\t5502133\r\n李红\t65559876\t5502134\r\n",
        ],
    )
    def test_is_what_its_head_says(self, text):
        row = ["PERSON", "PHONE_NUMBER", "MEDICAL_RECORD_NUMBER"]
        assert [kind for kind, _ in found(text)] == row * 2
        assert found(text)[0][1] == "王小明"
        assert found(text)[5][1] == "5502134"

    def test_has_english_heads_too(self):
        text = "| Name | Phone | MRN |\n|---|---|---|\n| Theodora Blackwhistle | 5551234567 | 00123456 |\n"
        assert found(text) == [
            ("PERSON", "Theodora Blackwhistle"),
            ("PHONE_NUMBER", "5551234567"),
            ("MEDICAL_RECORD_NUMBER", "00123456"),
        ]

    @pytest.mark.parametrize(
        "text",
        [
            "| Name | Version |\n|---|---|\n| Apache Tomcat | 12345678 |\n",
            "| Name | Type | Default |\n|---|---|---|\n| Max Size | int | 100 |\n",
            "| 项目 | 产量 |\n|---|---|\n| 王家坝 | 65551234 |\n",
            "姓名\t电话\n\n王小明\n",
        ],
    )
    def test_of_other_things_is_left(self, text):
        assert found(text) == []

    def test_ends_with_its_table(self):
        rows = "姓名|科室\n王小明|内科\n"
        assert found(f"{rows}李红|外科\n") == [("PERSON", "王小明"), ("PERSON", "李红")]
        assert found(f"{rows}\n李红|外科\n") == [("PERSON", "王小明")]


@pytest.mark.parametrize(
    "text",
    [
        "湖南省长沙市岳麓区梅溪湖街道中海国际社区三期7栋2单元1904房",
        "万科城市花园二期12号楼3单元502室",
        "12 High St, Guildford GU1 3HE",
        "850 Avenue of the Americas, New York, NY 10001",
        "Flat 3, 14 Harrowgate Road, Leeds LS7 4NA",
        "55 Rue de Lyon, 75012 Paris",
    ],
)
def test_an_address_in_an_unusual_form_is_found_whole(text):
    assert found(f"寄往：{text}") == [("ADDRESS", text)]


@pytest.mark.parametrize(
    "text",
    [
        "第三期7栋厂房",
        "二期工程12号楼施工",
        "项目二期3号楼封顶",
        "The 12 High St, effects",
        "Figure 3 Avenue of the Americas",
        "2 Avenue of approach",
        "5 Route to success, 3 Route Map",
    ],
)
def test_what_only_begins_like_an_address_is_left(text):
    assert found(text) == []


@pytest.mark.parametrize("number", ["18665551234", "18005551234", "18885551234"])
@pytest.mark.parametrize("word", ["phone", "Tel", "mobile", "userPhone", "cell"])
def test_a_mobile_glued_to_its_label_is_found_though_it_begins_like_a_free_number_of_america(word, number):
    text = f"联系{word}{number}）"
    assert found(text) == [("PHONE_NUMBER", number)]
    assert left(text) == ["CN_MOBILE"]


@pytest.mark.parametrize("number", ["0044 20 7946 0958", "0049 89 1234567", "00852-2123-4567", "0044 7911 123456"])
def test_a_labelled_number_with_two_zeros_before_the_country_is_found(number):
    assert found(f"Phone: {number}") == [("PHONE_NUMBER", number)]
    assert found("Phone: 0000 1111 2222 3333, 0099 9123 4567 8901") == []


def test_the_first_cell_of_a_row_is_not_what_the_last_cell_of_the_head_above_it_names():
    heads = {"QQ": "QQ_NUMBER", "住院号": "MEDICAL_RECORD_NUMBER", "医保卡号": "HEALTH_INSURANCE_NUMBER"}
    for head, entity in {**heads, "电话": "PHONE_NUMBER"}.items():
        for sign in "\t|,":
            table = f"工号{sign}科室{sign}{head}\n1002345{sign}内科{sign}\n"
            assert found(table) == []
        assert found(f"{head}\n65551234\n") == [(entity, "65551234")]
        assert found(f"科室\t{head}：\n65551234\t无\n") == [(entity, "65551234")]


def test_the_first_column_of_people_is_found_in_every_row_whatever_the_row_above_it_looks_like():
    for text in (
        "0571-88886666,张三\n0571-88886667,李四\n",
        "phone,name\n415-555-2671,Bob Smith\n415-555-2672,Al Jones\n",
        "联系电话\t备用电话\n88886666\t88886667\n",
        "编号,电话\n+1 415 555 2671,(415) 555-2671\n",
    ):
        assert [kind for kind, _ in found(text) if kind != "PERSON"] == ["PHONE_NUMBER"] * 2, text
