"""Names that nothing but a number beside them announces; cards, mailboxes and telephones in the same bare places."""

from random import Random

import pyarrow as pa
import pytest

from curate.lineage.numbers import hits
from curate.stages.pii.checks import words
from curate.stages.pii.engine import Native
from curate.stages.pii.rules import DEFAULT_TYPES
from tests.stages.pii.made import digits, luhn, mobile, resident

NATIVE = Native(frozenset(DEFAULT_TYPES))
PERSONS = Native(frozenset({"PERSON"}))
NAMES = ["陆晓岚", "崔屿", "欧阳若溪", "古丽娜·阿依", "张三", "金山川"]


def found(text: str, native: Native = NATIVE) -> list[tuple[str, str]]:
    whole = [(span.entity, text[span.start : span.end]) for span in native.find(text)]
    _, opened = native.look(pa.array([text]))
    assert [(span.entity, text[span.start : span.end]) for one in opened for span in native.find(text, one)] == whole
    return whole


class TestANameBesideANumber:
    @pytest.mark.parametrize("name", NAMES)
    @pytest.mark.parametrize(
        "form",
        [
            "{name} {number}",
            "参会名册\n{name} {number}\n",
            "1. {name}  {number}\n",
            "（2）{name}：{number}",
            "- {name}，{number}",
            "值班：\n{name}\t{number}\n",
            "研发部 {name} {number}",
            "第一组，{name} {number}",
            "{name},{number},备注",
            "工号,姓名,电话\n7,{name},{number}",
            "{name} 电话 {number}",
            "{name}，手机：{number}",
            "{name}（电话{number}）",
            "{name} 女 {number}",
            "有事请联系{name} {number}。",
            "{name} +86 {number}",
            "{number}（{name}）",
        ],
    )
    def test_is_found(self, form, name):
        number = mobile(Random(name))
        assert ("PERSON", name) in found(form.format(name=name, number=number))

    @pytest.mark.parametrize("name", NAMES)
    @pytest.mark.parametrize("form", ["{name} {number}", "3、{name}，{number}\n"])
    def test_is_found_before_a_resident_id(self, form, name):
        assert found(form.format(name=name, number=resident(Random(name))), PERSONS) == [("PERSON", name)]

    @pytest.mark.parametrize(
        "said",
        [
            *(
                "成都",
                "常州",
                "张家口",
                "安装",
                "时间",
                "金额",
                "顾问",
                "管家",
                "万科",
                "安保部",
                "高新店",
                "金牛分店",
                "马场",
            ),
            *(
                "白班",
                "高铁站",
                "张总",
                "郑州东站",
                "康复科",
                "单价",
                "石油公司",
                "黄金柜台",
                "方案",
                "徐汇区",
                "江北",
                "华为",
            ),
            *(
                "客服",
                "热线",
                "门店",
                "订房",
                "咨询",
                "物业",
                "售后",
                "电话",
                "某某",
                "张某",
                "李某某",
                "于是",
                "任何",
                "向他",
            ),
        ],
    )
    @pytest.mark.parametrize("form", ["{words} {number}", "1. {words}：{number}\n", "部门,{words},{number}"])
    def test_is_no_place_shop_or_other_word(self, form, said):
        assert found(form.format(words=said, number=mobile(Random(said))), PERSONS) == []

    @pytest.mark.parametrize(
        "word",
        sorted(
            words(
                "秦岭 毛巾 文具 周末 麦当劳 戴尔 罗马 唐装 夏装 叶酸 杨梅 陈皮 黄牛 胡同 孔雀 汤圆 武功 顾问团 "
                "万科城 陆运 林地 熊猫 卢布 易拉罐 田螺 程控 潘多拉 黄芪 龙虾 孙女 韩国 王府井 周边"
            )
        ),
    )
    def test_is_no_everyday_word(self, word):
        assert found(f"{word} {mobile(Random(word))}", PERSONS) == []

    @pytest.mark.parametrize(
        "name", ["王建国", "李娜", "张伟", "刘洋", "陈思远", "周子涵", "赵雅芝", "孙志强", "吴秀英", "诸葛明", "郑大鹏"]
    )
    def test_is_one_with_signs_of_given_names(self, name):
        assert found(f"{name} {mobile(Random(name))}", PERSONS) == [("PERSON", name)]

    @pytest.mark.parametrize(
        "text",
        [
            "张三 20240315138",
            "张三 13812345",
            "订单号 李明 订单号13812345678",
            "高粱 13812345678元",
            "毛利 13812345678.50",
            "王五 110101199003074730",
            "我们认为张三 13812345678x9",
        ],
    )
    def test_needs_a_number_of_a_person(self, text):
        assert found(text, PERSONS) == []


class TestACardGluedToItsBrand:
    @pytest.mark.parametrize(
        ("word", "begins", "size"),
        [
            ("Visa", "4333", 16),
            ("VISA", "4916", 16),
            ("visacard", "4539", 16),
            ("Mastercard", "5211", 16),
            ("amex", "3743", 15),
            ("JCB", "3540", 16),
            ("UnionPay", "6217", 19),
            ("bankcard", "6222", 16),
            ("CreditCard", "4333", 16),
        ],
    )
    def test_is_found_and_seen_when_it_is_left(self, word, begins, size):
        number = luhn(begins + digits(Random(word), size - len(begins) - 1))
        text = f"paid by {word}{number}, thanks"
        assert [value for _, value in found(text)] == [number]
        assert [hit.kind for hit in hits(pa.array([text]))] == ["BANK_CARD"]

    @pytest.mark.parametrize("word", ["advisa", "SKUvisa", "part", "grid", "postmaster"])
    def test_is_none_behind_the_end_of_another_word(self, word):
        text = f"{word}{luhn('4333' + digits(Random(word), 11))}"
        assert found(text) == []
        assert list(hits(pa.array([text]))) == []


class TestATelephone:
    @pytest.mark.parametrize("word", ["Call", "Tel", "office", "fax", "Phone"])
    def test_keeps_its_area_code_in_parentheses_behind_a_word(self, word):
        assert found(f"{word}(920) 535-7723 today") == [("PHONE_NUMBER", "(920) 535-7723")]

    def test_of_another_country_keeps_it_too(self):
        assert found("Tel(030) 9018 2047") == [("PHONE_NUMBER", "(030) 9018 2047")]

    @pytest.mark.parametrize("text", ["f(920) 535", "round(920) + 535", "see fig(2)(120) 5357-7723", "int(8005357723)"])
    def test_is_no_call_of_a_function(self, text):
        assert found(text) == []

    @pytest.mark.parametrize("behind", ["x", "Hi", "abc", "wx", "thanks"])
    @pytest.mark.parametrize("label", ["手机", "手机号：", "电话 ", "Tel: "])
    def test_is_found_between_its_label_and_letters(self, label, behind):
        number = mobile(Random(label))
        assert found(f"{label}{number}{behind}") == [("PHONE_NUMBER", number)]

    @pytest.mark.parametrize(
        "text", ["13812345678abc", "SN13812345678x1", "手机壳型号 13812345678ab9", "哈希13812345678fe"]
    )
    def test_is_none_before_letters_without_a_label(self, text):
        assert found(text) == []


class TestAResidentId:
    @pytest.mark.parametrize("behind", ["x2份", "abc", "Li", "a"])
    def test_is_found_before_letters(self, behind):
        number = resident(Random(behind))
        assert found(f"证件：{number}{behind}") == [("CN_RESIDENT_ID", number)]

    def test_is_none_before_another_digit(self):
        assert found(f"编号{resident(Random(3))[:17]}00a") == []


class TestAMailboxWithAChineseName:
    @pytest.mark.parametrize(
        ("text", "mailbox"),
        [
            ("李雷@公司.cn", "李雷@公司.cn"),
            ("邮箱：李雷@163.com。", "李雷@163.com"),
            ("请联系李雷@公司.中国", "李雷@公司.中国"),
            ("简历发到韩梅梅@hr.jianhe.com.cn", "韩梅梅@hr.jianhe.com.cn"),
            ("<li.雷@jianhe.net>", "li.雷@jianhe.net"),
            ("电子邮件是王小明@华东.网络，", "王小明@华东.网络"),
        ],
    )
    def test_is_found_without_the_words_before_it(self, text, mailbox):
        assert found(text) == [("EMAIL_ADDRESS", mailbox)]

    @pytest.mark.parametrize(
        "text",
        [
            "转发@人民日报.",
            "单价@2.5元",
            "图标@2x.png",
            "今天大家都在热烈讨论并转发这条消息的作者@163.com",
            "微博@张三",
            "@公司.cn",
            "李雷@example.com",
        ],
    )
    def test_is_no_mention_price_or_file(self, text):
        assert found(text) == []


class TestWhatOnlyLooksLikeAStreetOrAName:
    @pytest.mark.parametrize(
        "text",
        [
            "2 Way Street",
            "24 Hour Street",
            "12 V Drive",
            "Replace the 12 V Drive.",
            "a 4 Lane Road",
            "3 Phase Street",
            "Name: Widget Pro",
            "Name: Acoustic Panel Deluxe\n",
            "Dr. Smith's Drive",
        ],
    )
    def test_is_left(self, text):
        assert found(text) == []

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("1200 K Street NW", "1200 K Street NW"),
            ("24 Mile Road", "24 Mile Road"),
            ("12 Way Street, Dayton, OH 45420", "12 Way Street, Dayton, OH 45420"),
            ("Name: Walter Prokop\n", "Walter Prokop"),
            ("Dr. Smith's driver called", "Smith"),
        ],
    )
    def test_has_neighbours_that_are_replaced(self, text, value):
        assert [one for _, one in found(text)] == [value]
