"""Mailboxes, accounts and dates of birth in unusual spellings, each beside what only looks like one."""

import pyarrow as pa
import pytest

from curate.lineage.numbers import hits
from curate.stages.pii.engine import Native
from curate.stages.pii.rules import DEFAULT_TYPES

NATIVE = Native(frozenset(DEFAULT_TYPES))


def found(text: str) -> list[tuple[str, str]]:
    whole = [(span.entity, text[span.start : span.end]) for span in NATIVE.find(text)]
    _, opened = NATIVE.look(pa.array([text]))
    assert [(span.entity, text[span.start : span.end]) for one in opened for span in NATIVE.find(text, one)] == whole
    return whole


def left(text: str) -> list[str]:
    return [hit.kind for hit in hits(pa.array([text])) if not hit.allowed]


class TestMailboxes:
    @pytest.mark.parametrize(
        "value",
        [
            "müller@corp-mail.de",
            "josé@corp-mail.com",
            "łukasz.b@corp-mail.pl",
            '"omar haddad"@corp-mail.com',
            "lin.tao@测绘院.公司",
            "lin-tao@测绘院.cn",
            "ann [at] corp-mail [dot] com",
            "ann(at)corp-mail.com",
            "ann.b {at} corp-mail.com",
        ],
    )
    def test_are_found_whole(self, value):
        assert found(f"写信给 {value}，谢谢") == [("EMAIL_ADDRESS", value)]

    @pytest.mark.parametrize(
        "text",
        [
            "müller@home",
            "变量[at]下标",
            "见 foo[at] 与 bar",
            "关注@小明的账号",
            "ann@测绘院",
            '他说"好"@所有人',
            "support [at] corp-mail [dot] com",
            "ann(at)example.com",
            'String s = "x"@Override',
        ],
    )
    def test_of_nobody_and_what_is_none_stay(self, text):
        assert found(text) == []


class TestAccounts:
    @pytest.mark.parametrize(
        ("text", "entity", "value"),
        [
            ("微信（lin_7731）", "WECHAT_ID", "lin_7731"),
            ("加v：lin_7731，", "WECHAT_ID", "lin_7731"),
            ("威信lin_7731", "WECHAT_ID", "lin_7731"),
            ("微 信：lin_7731", "WECHAT_ID", "lin_7731"),
            ("Q Q:7731552", "QQ_NUMBER", "7731552"),
            ("QQ／微信：7731552", "QQ_NUMBER", "7731552"),
            ("加Q7731552", "QQ_NUMBER", "7731552"),
            ("我的Q：7731552", "QQ_NUMBER", "7731552"),
        ],
    )
    def test_of_messengers_are_found(self, text, entity, value):
        assert found(f"有事{text}联系") == [(entity, value)]

    @pytest.mark.parametrize(
        "text",
        [
            "微信（已认证）",
            "树立威信2024年",
            "加V：version_2x 无",
            "微 信 公众号",
            "Q Q 版",
            "加Q弹12345次",
            "增加Q3营收",
        ],
    )
    def test_are_none_behind_other_words(self, text):
        assert [entity for entity, _ in found(text) if entity == "QQ_NUMBER"] == []
        assert "已认证" not in str(found(text))


class TestWordsRightBehindAMobile:
    @pytest.mark.parametrize("word", ["wx", "VX同号", "微信同号", "WeChat同号", "QQ77315", "tel", "x", "转", "Ext.3"])
    def test_that_say_something_else_do_not_hide_it(self, word):
        assert ("PHONE_NUMBER", "13766542213") in [
            (entity, value[:11]) for entity, value in found(f"打13766542213{word}")
        ]

    @pytest.mark.parametrize("word", ["a", "xyz", "x5", "telx", "ab12", "qqa", "KB", "w"])
    def test_that_are_part_of_a_code_make_it_none(self, word):
        assert found(f"见13766542213{word}。") == []


class TestAccountsOfBanks:
    @pytest.mark.parametrize(
        "text",
        [
            "开户行：工行城东支行，账号：{}，",
            "户名：某某有限公司\n账号：{}\n",
            "开户银行：农行 账号 {}",
            "开户行及账号：中国工商银行城东支行 {}",
            "开户行及账号：中国工商银行（城东）{}",
        ],
    )
    def test_are_found_behind_the_name_of_the_bank_or_the_holder(self, text):
        assert found(text.format("1102020109000123456")) == [("CN_BANK_ACCOUNT", "1102020109000123456")]

    @pytest.mark.parametrize(
        "text",
        ["登录账号：1102020109000123456", "会员账号：1102020109000123456", "开户行：工行。编号1102020109000123456"],
    )
    def test_are_none_elsewhere(self, text):
        assert found(text) == []


class TestDatesOfBirth:
    @pytest.mark.parametrize(
        "text", ["他生于1983年11月2日，", "Ann was born on March 14, 1967.", "born 14 March 1967", "born on 1967-03-14"]
    )
    def test_are_found(self, text):
        assert [entity for entity, _ in found(text)] == ["DATE_OF_BIRTH"]

    @pytest.mark.parametrize(
        "text", ["事故发生于1983年11月2日", "产生于1983年11月2日", "诞生于1983年11月2日", "airborne on March 14, 1967"]
    )
    def test_are_none_of_what_happens(self, text):
        assert found(text) == []


class TestWhatIsNobodys:
    @pytest.mark.parametrize(
        "text", ["面积13812345678平方米", "库容13812345678立方米", "重13812345678公斤", "第13812345678号商标"]
    )
    def test_a_measure_or_a_trade_mark_is_no_telephone(self, text):
        assert found(text) == []
        assert left(text) == []

    def test_a_version_before_its_word_is_no_address(self):
        assert found("请安装61.2.33.4版本") == []
        assert found("请安装61.2.33.4版") == []

    def test_a_host_that_does_something_is_no_version(self):
        assert found("固件版本升级后从61.42.33.4登录") == [("IP_ADDRESS", "61.42.33.4")]
        assert found("固件版本61.42.33.4，") == []

    def test_a_desk_behind_an_order_is_a_telephone(self):
        assert found("订单咨询021-66542213") == [("PHONE_NUMBER", "021-66542213")]
        assert found("订单号021-66542213") == []


@pytest.mark.parametrize("before", ["contact", "A", "Wang", "tel/", "5", "x9", "微信abc"])
@pytest.mark.parametrize("number", ["+8613812345678", "+86 138 1234 5678", "+86-138-1234-5678"])
def test_a_mobile_with_its_country_code_is_found_whatever_is_glued_to_it(before, number):
    assert found(before + number) == [("PHONE_NUMBER", number)]


@pytest.mark.parametrize("mailbox", ["lin@[45.33.12.9]", "lin.q@[IPv6:2a01:4f8::1]"])
def test_a_mailbox_at_a_number_in_brackets_is_found_whole(mailbox):
    assert found(f"写信给{mailbox}。") == [("EMAIL_ADDRESS", mailbox)]


def test_one_at_a_private_number_stays():
    assert found("lin@[192.168.1.4] lin@[IPv6:2001:db8::1] postmaster@[192.168.1.4]") == []
    assert found("lin@[IPv6:00] lin@[IPv6:0.0.0] lin@[IPv6:1:2] lin@[999.1.1.1] lin@[IPv6:::1]") == []
