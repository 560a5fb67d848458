"""Names by roles, parties, greetings and addressees, in contracts, records, letters; and what stands there else."""

import pyarrow as pa
import pytest

from curate.stages.pii.engine import Native
from tests.stages.pii.made import luhn, mobile

PERSONS = Native(frozenset({"PERSON"}))
NUMBER = "13912345678"


def found(text: str) -> list[str]:
    whole = [text[span.start : span.end] for span in PERSONS.find(text)]
    _, opened = PERSONS.look(pa.array([text]))
    assert [text[span.start : span.end] for one in opened for span in PERSONS.find(text, one)] == whole
    return whole


@pytest.mark.parametrize("name", ["陆晓岚", "崔屿", "欧阳若溪"])
@pytest.mark.parametrize(
    "form",
    [
        "出租人（以下称甲方）{} 身份证见附件",
        "租金汇入：户名{}，开户行见下",
        "向出借人{}、保证人提出",
        "兹委托{}（身份证号码：见附件）代为办理",
        "本人{}，性别女",
        "购车人 {} 车牌见附件",
        "家属{}签字",
        "交给家属{}，嘱其复诊",
        "检验者：{}",
        "护士长：{}",
        "姓名 Name: {} / 性别",
        "联系人 Contact Person: {}\n",
        "法人{}的联系方式见下",
        f"收：{{}}，{NUMBER}，",
        f"技术支持（{{}}）：{NUMBER}",
        f"寄件：{{}}/{NUMBER}/江苏",
        f"name={{}}&mobile={NUMBER}&x=1",
        f"VALUES (12,'{{}}','{NUMBER}')",
        f"<td>姓名</td><td>{{}}</td><td>手机</td><td>{NUMBER}</td>",
        f"<name>{{}}</name><phone>{NUMBER}</phone>",
        f'{{{{"name":"{{}}","phone":"{NUMBER}"}}}}',
        f"转账给{{}} 卡号{luhn('621700' + '135792468012')}",
        f"{{}}\n采购部 | 某某科技\nM: {NUMBER}\n",
        f"{{}}\n工程师\n\n手机：{NUMBER}",
    ],
)
def test_a_chinese_name_is_found_where_its_place_announces_it(form, name):
    assert found(form.format(name)) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "出租人（以下称甲方）应当按期付款",
        "户名不符，",
        "家属高度重视，",
        "家属和患者，",
        "本人承诺，",
        "本人严格遵守，",
        "法人单位的电话",
        "购车人应当，",
        "委托高新公司（身份证号码：见附件）",
        "护士长：高级职称",
        "联系人 Contact: 方便时填写",
        f"销售：高新店 {NUMBER}",
        f"编号：A-1，时间 {NUMBER}",
        f"荣耀 {NUMBER}\n高清，{NUMBER}\n郁金香 {NUMBER}",
        f"标题=高铁站&mobile={NUMBER}",
        f"VALUES (12,'成都','{NUMBER}')",
        f"单价\n规格见下\nM: {NUMBER}",
        f"安装说明书\n第一步\n电话：{NUMBER}",
    ],
)
def test_other_chinese_words_in_the_same_places_are_left(text):
    assert found(text) == []


@pytest.mark.parametrize("name", ["Ines Halvorsen", "Pieter van der Meer", "J. R. Okafor"])
@pytest.mark.parametrize(
    "form",
    [
        "Hello {},\nthank you",
        "Hi {}!\n",
        "Good morning {},",
        "Tenant: {}\nRent: 800",
        "Guarantor: {}\n",
        "PCP: {}\n",
        "Pt. name: {}   Acct: 1",
        "Signed by {}\n",
        "between {}, residing at the address below",
        "and {}, an individual,",
        "Nurse {} called the ward",
        "Employee {} (ID 48213) resigned",
        "Ship to:\n{}\n12 Larkspur Avenue\n",
        "Referring physician: {}\n",
    ],
)
def test_an_english_name_is_found_where_its_place_announces_it(form, name):
    assert found(form.format(name)) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "Hello World,\n",
        "Hi Team,\n",
        "Hi Google,\n",
        "Hey Siri, play",
        "Dear Customer Support,",
        "Dear Human Resources,",
        "Dear Search Committee,",
        "Contact: Human Resources\n",
        "Contact: Public Affairs\n",
        "Hi there,\n",
        "Hey Folks!\n",
        "Good morning Customers,",
        "Tenant: Oakfield Holdings LLC\n",
        "Trustee: Northern Trust Company\n",
        "Guarantor: see below\n",
        "PCP: none",
        "Signed by Hand\n".lower(),
        "an individual policy, residing at home",
        "Oakfield Services Ltd, residing at",
        "Nurse Station was closed",
        "Employee Handbook (ID 3)",
        "Ship to:\nCustomer Service\n",
        "Ship to:\nwarehouse\n",
        "Name: Main Conveyor Belt\n",
        "From: Accounts Payable\n",
        "Signed: Yes\n",
    ],
)
def test_other_english_words_in_the_same_places_are_left(text):
    assert found(text) == []


def test_a_number_alone_announces_nobody_in_its_block():
    from random import Random

    assert found(f"通知\n本周例会\nM: {mobile(Random(1))}\n") == []
