"""Names in HTML, XML and escaped JSON, in forms of one line and in quoted letters; and what stands there otherwise."""

import pyarrow as pa
import pytest

from curate.stages.pii.engine import Native
from tests.stages.pii.test_names import EN_NAMES, ZH_NAMES

NATIVE = Native(frozenset({"PERSON"}))


def found(text: str) -> list[str]:
    whole = [text[span.start : span.end] for span in NATIVE.find(text)]
    _, opened = NATIVE.look(pa.array([text]))
    gated = [text[span.start : span.end] for one in opened for span in NATIVE.find(text, one)]
    assert gated == whole
    return whole


@pytest.mark.parametrize("name", ZH_NAMES)
@pytest.mark.parametrize(
    "form",
    [
        "<td>姓名</td><td>{}</td>",
        "<tr><th>联系人</th><td>{}</td></tr>",
        "<p>姓名：<b>{}</b></p>",
        '<td class="k1">法定代表人：</td>\n    <td class="v" width="120">{}</td>',
        "<dt>申请人</dt>\r\n<dd>{}</dd>",
        "<label>患者：</label>&nbsp;<em>{}</em>",
        "<li><strong>负责人：</strong>{}</li>",
        "<patientName>{}</patientName>",
        "<姓名>{}</姓名>",
        "<name>{}</name><gender>男</gender>",
        r"{{\"patientName\":\"{}\"}}",
        r"{{\"姓名\": \"{}\", \"年龄\": 3}}",
    ],
)
def test_a_chinese_name_is_found_in_elements_and_behind_escaped_quotes(name, form):
    assert found(form.format(name)) == [name]


@pytest.mark.parametrize("name", EN_NAMES)
@pytest.mark.parametrize(
    "form",
    [
        "<td>Patient name</td><td>{}</td>",
        "<tr><th>Contact</th><td>{}</td></tr>",
        "<p><b>Prepared by:</b> {}</p>",
        "<dt>Attending physician</dt>\n<dd class='d'>{}</dd>",
        "<tr><td>Name</td><td>{}</td></tr><tr><td>Phone</td><td>see below</td></tr>",
        "<patientName>{}</patientName>",
        "<name>{}</name><phone>see below</phone>",
        r"{{\"patient_name\": \"{}\"}}",
        "Patient: {} DOB: see chart",
        "Employee: {} ID 223",
        "Emergency contact: {} 415-555-2671",
        "Name: {} Age: 34 Sex: F",
        "Prepared by: {} Date: 3 May",
        "Contact: {} email: see below",
        "> Regards,\n> {}\n",
        ">> Thanks,\n>>\n>> {}\n>> Sales",
    ],
)
def test_an_english_name_is_found_in_elements_and_before_the_next_field(name, form):
    assert found(form.format(name)) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "<th>姓名</th><th>单位</th><th>职务</th>",
        "<td>姓名</td><td>性别</td>",
        "<td>负责人</td><td>部门</td>",
        "<name>黄金首饰</name><price>3</price>",
        "<name>马达</name>",
        "<td>作者</td><td>金山办公软件有限公司</td>",
        '<a href="x">医生</a><a href="y">金融</a>',
        "<li>老师</li><li>高中</li>",
        "<option>司机</option><option>白领</option>",
        "姓名：<PERSON><br>李白",
        "姓名：<PERSON_m5z7o6><br>李白",
        "<td>Name</td><td>Acme Bearing</td><td>Qty</td>",
        "<name>Main Street</name>",
        "<td>Contact</td><td>Technical Support</td>",
        '<a href="/x">Author</a> <a href="/y">Title Page</a>',
        '<p>They moved to <a href="/w/Redmond">Redmond, Washington</a>.</p>',
        "<p>来自客户<a>高清</a>的反馈</p>",
        "<li><a>Customer</a></li><li><a>Pricing</a></li>",
        "<option>Nurse</option><option>Teacher</option>",
        "std::vector<Client> Clients;",
        "List<Patient> Smith",
        r"{\"name\":\"lodash\",\"version\":\"1.0\"}",
        "Customer: Acme Corp Phone: 12",
        "Operator: Night Shift Date: 3 May",
        "Contact: Technical Support Phone: 12",
        "Driver: Realtek Audio 10.2",
        "| Best |\n| Worst |",
    ],
)
def test_menus_heads_goods_and_companies_stay(text):
    assert found(text) == []


@pytest.mark.parametrize("head", ["时长", "周期", "权重", "容量", "路由器", "曾用名"])
def test_what_heads_the_next_column_is_no_name(head):
    row = f"<tr><td>姓名</td><td>{head}</td></tr><tr><td>王小明</td><td>3</td></tr>"
    assert head not in found(row)
    assert found(f"负责人：{head}，") == []
