"""Mails, certificates, invoices, sheets and logs as they are written: names, doors, numbers before a label."""

import pyarrow as pa
import pytest

from curate.stages.pii.engine import Native
from curate.stages.pii.rules import DEFAULT_TYPES

NATIVE = Native(frozenset(DEFAULT_TYPES))
MOBILE = "13812345678"
BOX = "<lm2301@corp-mail.com.cn>"


def found(text: str, entity: str) -> list[str]:
    spans = NATIVE.find(text)
    _, opened = NATIVE.look(pa.array([text]))
    assert [span for one in opened for span in NATIVE.find(text, one)] == spans
    return [text[span.start : span.end] for span in spans if span.entity == entity]


@pytest.mark.parametrize("name", ["陆晓岚", "崔屿", "欧阳若溪"])
@pytest.mark.parametrize(
    "form",
    [
        f"To: {{}} {BOX}",
        f'From: "{{}}" {BOX}',
        f"收件人: {BOX}; {{}} {BOX}",
        f"Cc: a.fisher@corp-mail.com, {{}}{BOX}\n",
        "抄送: {}\n主题: 报价",
        "报修人：{} 手机见附件",
        "来电人：{}",
        "处理人：{}\n",
        "收款人：见附件 复核：{} 开票人：见附件",
        "兹有{}同志前往贵处办理",
        "兹有我单位职工{}（身份证号：见附件）自入职起",
        "我是{}，身份证号见附件",
        "{} | 女 | 26岁 | 产品经理",
        "简历\n{} / 男 / 1998年生",
    ],
)
def test_names_in_mails_certificates_and_sheets_are_found(name, form):
    assert found(form.format(name), "PERSON") == [name]


@pytest.mark.parametrize(
    "text",
    [
        f"To: 财务部 {BOX}",
        f"From: 客服 {BOX}",
        f"From: 安全中心 {BOX}",
        f"To: 高管 {BOX}",
        "型号 A | 高血压 | 男 | 67",
        "抄送: 各部门",
        "职工人数 | 男 | 26",
        "复核：通过",
        "兹有同志来函",
    ],
)
def test_departments_and_conditions_there_are_no_names(text):
    assert found(text, "PERSON") == []


@pytest.mark.parametrize(
    "address",
    [
        "成都市武侯区人民南路四段27号商鼎国际2栋1903",
        "深圳市南山区深南大道9988号大族科技中心1801",
        "武汉市洪山区珞喻路129号武汉大学信息学部3号楼412",
        "重庆市渝北区龙溪街道新南路166号龙湖中心4幢17-8",
        "杭州市西湖区文三路478号天堂软件园B幢1203",
    ],
)
@pytest.mark.parametrize("form", ["寄到{}，谢谢", "用户：{}\n", '{{"x":"{}"}}'])
def test_the_door_behind_the_name_of_a_building_belongs_to_the_address(address, form):
    assert found(form.format(address), "ADDRESS") == [address]


@pytest.mark.parametrize(
    "behind",
    [
        "新建3栋5层厂房",
        "现有3栋2层",
        "发生火灾",
        "起火",
        "创业中心2024届",
        "共3栋1单元",
        "产业园2019年建成",
        "附近3栋楼着火",
    ],
)
def test_what_is_said_of_a_house_does_not_belong_to_its_address(behind):
    assert found(f"杭州市西湖区文三路478号{behind}", "ADDRESS") == ["杭州市西湖区文三路478号"]


@pytest.mark.parametrize(
    "text",
    [
        f"user_id=1029384756 phone={MOBILE}",
        f"uid:20481933 tel:{MOBILE}",
        f'{{"count": 88213456, "phone": "{MOBILE}"}}',
        f"count: 88213456\nphone: {MOBILE}",
        f"积分 88213456 手机：{MOBILE}",
        f"工号30219847 手机{MOBILE}",
        f"流量88213456，电话：{MOBILE}",
    ],
)
def test_a_label_of_the_next_field_says_nothing_of_the_number_before_it(text):
    assert found(text, "PHONE_NUMBER") == [MOBILE]


@pytest.mark.parametrize(
    "text",
    [
        "88213456（电话）",
        "8821 3456 (tel)",
        "88213456是我的座机",
        "call 8821 3456, mobile 139",
        "座机 88213456 手机：无",
    ],
)
def test_a_label_behind_a_number_still_speaks_for_it(text):
    assert len(found(text, "PHONE_NUMBER")) == 1


@pytest.mark.parametrize("behind", [" 版本：V3.2", " 版本:2.0", "，版本号：5", " 版本号: 7"])
def test_an_address_before_the_label_of_a_version_is_found(behind):
    assert found(f"公网IP：113.108.182.52{behind}", "IP_ADDRESS") == ["113.108.182.52"]


@pytest.mark.parametrize("text", ["升级到113.108.182.52版本", "113.108.182.52 版本的固件", "113.108.182.52版"])
def test_a_version_before_its_word_stays(text):
    assert found(text, "IP_ADDRESS") == []
