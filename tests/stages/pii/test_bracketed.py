"""Names that brackets, a dash or a stroke join to their label; and what else stands in that place."""

import pytest

from tests.stages.pii.test_elements import found
from tests.stages.pii.test_names import EN_NAMES

ZH_NAMES = ["陆晓岚", "崔宇", "欧阳若溪", "古丽娜·阿依"]


@pytest.mark.parametrize("name", ZH_NAMES)
@pytest.mark.parametrize(
    "form",
    [
        "姓名[{}]",
        "患者姓名（{}）于昨日入院",
        "姓名【{}】性别【女】",
        "姓名：（{}）",
        "申请人（{}）支付给被申请人（甲公司）",
        "姓名-{}，",
        "姓名 — {}\n",
        "姓名/{}",
    ],
)
def test_a_chinese_name_is_found_in_brackets_and_behind_a_dash(name, form):
    assert found(form.format(name)) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "姓名（盖章）、姓名（单位）、姓名（全称）、姓名[必填]、姓名（签字）、姓名（简称）",
        "负责人（项目经理）、负责人（高管）、联系人（常用）、法人（公司）、患者（单程）",
        "姓名/性别/年龄、姓名-单位-电话、姓名/金额、姓名 - 单价",
    ],
)
def test_other_words_there_are_no_names(text):
    assert found(text) == []


@pytest.mark.parametrize("name", EN_NAMES)
@pytest.mark.parametrize("form", ["Customer Name - {}", "patient name – {}, room 4", "Contact Person -- {}\n"])
def test_an_english_name_is_found_behind_a_dash(name, form):
    assert found(form.format(name)) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "Customer Name - Zip Code",
        "Customer Name - Account Number",
        "Product Name - Model One",
        "File Name - Annual Report",
        "Name - Deluxe Widget",
        "customer name-tags",
        *(
            f"<tr><td>{label}</td><td>{head}</td><td>Phone</td></tr>"
            for label in ("Name", "Contact Name", "Employee")
            for head in ("Zip Code", "Privacy Policy", "Unit Rate", "Order Status", "Postal Code", "Home Country")
        ),
    ],
)
def test_names_of_fields_are_no_names(text):
    assert found(text) == []
