"""Keyed digests: one person's value has one digest however it is written, another's another one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.core.personal import digest_of_value, digests_of, key_id, normal_form

KEY, OTHER = b"k" * 32, b"o" * 32
SAME = {
    "PHONE_NUMBER": [
        ["13812345678", "138 1234 5678", "138-1234-5678", "+86 13812345678", "0086-138-1234-5678", "（+86）13812345678",
         "１３８１２３４５６７８", "8613812345678"],
        ["010-62345678", "(010) 6234 5678", "+86 10 6234 5678", "（010）62345678", "010-62345678转12",
         "010-6234 5678（分机 8001）", "010-62345678-12", "+86 (0)10 6234 5678", "86-10-62345678", "0086 10 62345678"],
        ["+1 (202) 555-0123", "202-555-0123", "1-202-555-0123", "(202) 555 0123",
         "001 202 555 0123", "202-555-0123 ext. 7", "0012025550123", "011 1 202 555 0123"],
        ["+44 20 7946 0958", "0044 20 7946 0958", "+44 (0)20 7946 0958", "00442079460958", "+44 20 7946 0958 x12"],
    ],
    "CN_RESIDENT_ID": [["11010519491231002X", "11010519491231002x", "110105 19491231 002Ｘ"]],
    "CN_BANK_CARD": [["6222021234567890123", "6222 0212 3456 7890 123", "6222-0212-3456-7890-123"]],
    "EMAIL_ADDRESS": [["Li.Wei@Corp-A.cn", "li.wei@corp-a.cn", "ｌｉ.ｗｅｉ＠corp-a.cn", " LI.WEI@CORP-A.CN"]],
    "CN_PLATE": [["京A·12345", "京A 12345", "京a12345"]],
    "PERSON": [["O'Brien", "O\u2019BRIEN", "o brien"], ["欧阳 修", "欧阳修"]],
}  # fmt: skip


@pytest.mark.parametrize(("kind", "group"), [(kind, group) for kind, groups in SAME.items() for group in groups])
def test_every_way_to_write_a_value_has_one_digest(kind, group):
    assert len({digest_of_value(KEY, kind, value) for value in group}) == 1
    assert all(digest_of_value(KEY, kind, group[0]) in digests_of(KEY, value) for value in group)


def test_different_values_differ_and_so_do_keys():
    firsts = [(kind, group[0]) for kind, groups in SAME.items() for group in groups]
    digests = {digest_of_value(key, kind, value) for kind, value in firsts for key in (KEY, OTHER)}
    assert len(digests) == 2 * len(firsts)
    assert key_id(KEY) != key_id(OTHER)
    assert digest_of_value(KEY, "IP_ADDRESS", "1.2.3.4") != digest_of_value(KEY, "IP_ADDRESS", "12.3.4")


def test_a_chinese_mobile_is_no_number_of_america():
    assert normal_form("PHONE_NUMBER", "13145551111") != normal_form("PHONE_NUMBER", "+1 314 555 1111")


@given(value=st.text(max_size=40), kind=st.sampled_from([*SAME, "URL"]))
def test_a_digest_tells_nothing_of_the_value_but_that_it_is_the_same(value, kind):
    digest = digest_of_value(KEY, kind, value)
    assert len(digest) == 32
    assert set(digest) <= set("0123456789abcdef")
    assert digest == digest_of_value(KEY, kind, normal_form(kind, value))


@given(value=st.text("0123456789+-() x转86", max_size=24))
def test_the_form_of_a_telephone_is_its_own_form(value):
    form = normal_form("PHONE_NUMBER", value)
    assert normal_form("PHONE_NUMBER", form) == form


@pytest.mark.parametrize(
    ("value", "others"),
    [
        ("E12345678", ("QQ_NUMBER", "12345678")),
        ("wx_13812345678", ("PHONE_NUMBER", "13812345678")),
        ("47.96.12.33", ("QQ_NUMBER", "47961233")),
        ("li13812345678@corp-a.cn", ("PHONE_NUMBER", "13812345678")),
        ("010-62345678", ("PHONE_NUMBER", "021-62345678")),
    ],
)
def test_a_value_without_a_type_is_not_that_of_another_person(value, others):
    assert digest_of_value(KEY, *others) not in digests_of(KEY, value)
