"""Names whose label, honorific or title is of the other language; and what stands there that is no name."""

import re

import pytest

from tests.stages.pii.test_introduced import found

FOUND = [
    "姓名：⟦John Smith⟧，男",
    "联系人：⟦Maria Garcia⟧ 电话",
    "患者：⟦John A. Miller⟧性别：男",
    "| 姓名 | ⟦John Smith⟧ |",
    '{"姓名": "⟦John Smith⟧"}',
    "发件人：⟦John Smith⟧\n收件人：⟦Jane Doe⟧\n",
    "⟦John Smith⟧先生您好",
    "请联系⟦John Smith⟧ 教授。",
    "Patient Name: ⟦王小明⟧",
    "Attn: ⟦张伟⟧",
    "Dear ⟦李娜⟧,",
    "Dr. ⟦王小明⟧，您好",
    "From: ⟦王小明⟧\nTo: ⟦李四⟧\nSubject: x",
    "Best regards,\n⟦王小明⟧\n",
    "姓名：⟦欧 阳 修 文⟧，",
    "姓名：⟦王 小 明⟧，",
    "姓名：⟦李 明⟧ 男 汉族",
    "Patient's name: ⟦John Smith⟧\n",
    "Mother’s name: ⟦Anna Lee⟧\n",
]
NOBODY = [
    "甲方：Acme Energy",
    "作者：Open Source",
    "客户：General Electric",
    "负责人：Project Manager",
    "签名：SHA256 with RSA",
    "Name: 阀门组件",
    "Contact: 王府井百货大楼",
    "From: 张家港市",
    "Dr. 高压釜",
    "原审原告的委托代理人PER律师做的调查笔录",
    "SCADA先生",
    "姓名：见 附 件 三 及 其 他",
]


@pytest.mark.parametrize("text", FOUND)
def test_a_name_is_found_by_a_label_of_the_other_language(text):
    assert found(re.sub("[⟦⟧]", "", text)) == re.findall("⟦(.*?)⟧", text)


@pytest.mark.parametrize("text", NOBODY)
def test_what_is_nobody_stays(text):
    assert found(text) == []
