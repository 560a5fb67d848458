"""Chinese addresses: found down to the door, from the first division on; places without a door stay."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.stages.pii.divisions import COUNTIES, PREFECTURES, PROVINCES
from curate.stages.pii.engine import Native

NATIVE = Native(frozenset({"ADDRESS"}))


def found(text: str) -> list[str]:
    return [text[span.start : span.end] for span in NATIVE.find(text)]


ADDRESSES = [
    "北京市海淀区学院路37号",
    "北京市海淀区中关村大街27号A塔23楼",
    "北京市朝阳区建国路88号SOHO现代城5-B1",
    "深圳市南山区科技园路1号B座12层",
    "杭州市西湖区文三路90号B-1203室",
    "广东省深圳市南山区科技园南路2070号",
    "上海市浦东新区张江镇碧波路690弄3号楼502室",
    "内蒙古自治区呼和浩特市赛罕区大学西街235号",
    "新疆维吾尔自治区伊犁哈萨克自治州伊宁市解放西路12号",
    "浙江省杭州市西湖区文三路90号东部软件园1号楼",
    "四川省成都市武侯区人民南路四段9号3栋2单元1801室",
    "沈阳市于洪区黄河北大街56-2号",
    "河北省定州市息冢镇石桥村5组",
    "湖南省长沙县星沙街道幸福小区12栋",
    "重庆市渝中区民生路235号",
    "中山路12号",
    "建国门外大街甲8号",
    "解放北路东段306号",
    "阳光花园3栋2单元401",
    "翠湖花园R2-B栋3楼",
    "阳光小区E区12-B栋301",
    "幸福里小区7号楼1202室",
    "和平路胜利巷21弄5号",
    "天津市和平区南京路128号A座1506",
    "江西省抚州市临川区赣东大道88号 344000",
    "合肥市蜀山区潜山路111号华润大厦B座18层",
]
PLACES = [
    "{}",
    "他住在{}。",
    "现居住于{}，有两个孩子",
    "（{}）",
    "寄到{}，谢谢",
    "案发地点为{}；",
    "于2023年3月1日在{}见面",
]


@pytest.mark.parametrize("address", ADDRESSES)
class TestAnAddress:
    @pytest.mark.parametrize("place", PLACES)
    def test_is_found_whole_wherever_it_stands(self, address, place):
        assert found(place.format(address)) == [address]

    def test_is_found_in_full_width_signs(self, address):
        wide = address.translate({code: code + 0xFEE0 for code in range(0x30, 0x7B)}).replace(" ", "\u3000")
        assert found(f"住{wide}。") == [wide]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("地址：浙江省宁波市鄞州区首南街道\n电话：略", "浙江省宁波市鄞州区首南街道"),
        ("家庭住址: 青岚省和州市大竹街道云景里 联系电话：无", "青岚省和州市大竹街道云景里"),
        ("户籍地：河南省商丘市睢阳区；", "河南省商丘市睢阳区"),
        ("收货地址：幸福小区东门快递柜（张三代收）", "幸福小区东门快递柜"),
        ('{"地址": "江苏省南京市鼓楼区"}', "江苏省南京市鼓楼区"),
        ('{"location":"陕西省西安市雁塔区"}', "陕西省西安市雁塔区"),
        ("| 住所 | 广州市天河区体育西路 |", "广州市天河区体育西路"),
        ("地址：R2-B栋3楼", "R2-B栋3楼"),
        ("我住在R2-B栋3楼，", "R2-B栋3楼"),
        ("现住3号楼2单元502，", "3号楼2单元502"),
    ],
)
def test_after_a_label_less_is_enough(text, address):
    assert found(text) == [address]


@given(
    province=st.sampled_from(sorted(PROVINCES)),
    city=st.sampled_from(sorted(PREFECTURES)),
    county=st.sampled_from(sorted(COUNTIES)),
    seed=st.integers(0, 9999),
)
def test_any_chain_of_divisions_down_to_a_door_is_one_address(province, city, county, seed):
    chance = Random(seed)
    road = chance.choice(["人民路", "建设大道", "迎宾街", "青年北路"])
    door = chance.choice(["{}号", "{}弄6号", "{}号2栋", "{}号院3号楼", "{}-1号"]).format(chance.randint(1, 999))
    address = f"{province}省{city}市{county}区{road}{door}"
    assert found(f"暂住：{address}，") == [address]


HARMLESS = [
    "北京市海淀区",
    "他来自广东省深圳市，现为工程师",
    "根据第12号令，第3号修改单",
    "法释〔2010〕12号，国发〔2015〕3号",
    "本法自2010年1月1日起施行，适用于各省、自治区、直辖市",
    "上海市第一中级人民法院第3号裁定",
    "地铁2号线、轨道交通12号线",
    "电路3号、回路12号、管路2号阀、通道1号",
    "北京市公安局西城区1号令",
    "国道3号线，该路2号车",
    "车间3号机组停机，锅炉房2号炉点火",
    "地址：0x7fff5fbff8c0",
    "IP地址：10.0.0.1",
    "地址：见附件",
    "邮箱地址：无",
    "内存地址：高位在前",
    "住所：以营业执照为准",
    "社区组织活动，小区三组织评比",
    "批次5号、样品12号、订单3号",
    "一路3号发车",
    "患者入住3号楼2层病区，R2-B栋3楼的电梯",
    "寄存器地址：A0座",
]


@pytest.mark.parametrize("text", HARMLESS, ids=range(len(HARMLESS)))
def test_what_is_nobodys_door_is_left_alone(text):
    assert found(text) == []


@pytest.mark.parametrize(
    "unit", ["路1号", "省", "北京", "北京市", "小区1栋", "地址：", "地址：北京市", "1号", "路", "a路1号 "]
)
def test_a_long_monotonous_text_costs_no_more_than_its_length(unit):
    text = unit * (30_000 // len(unit))
    half = text[: len(text) // 2 // len(unit) * len(unit)]
    assert len(NATIVE.find(text)) <= 2 * len(NATIVE.find(half)) + 2


TRADITIONAL = [
    "香港九龍旺角彌敦道1688號12樓B室",
    "台北市大安區忠孝東路四段177巷12號13樓",
    "新北市板橋區文化路一段1188號5樓之2",
    "新界沙田正街118號A座12樓",
    "臺中市西屯區市政路1386號",
    "澳門南灣大馬路1405號2樓",
]


@pytest.mark.parametrize("value", TRADITIONAL)
def test_addresses_of_hong_kong_macao_and_taiwan_are_found_down_to_the_door(value):
    text = f"現居{value}，請寄"
    assert [text[span.start : span.end] for span in NATIVE.find(text)] == [value]


@pytest.mark.parametrize(
    "text",
    ["第12號線路圖", "鐵路3號機組", "電路2號板", "公路5號線", "共12樓層", "路線12號車", "這條路12號文", "二段3組織"],
)
def test_numbers_of_things_in_traditional_signs_are_no_doors(text):
    assert NATIVE.find(text) == []


@pytest.mark.parametrize("label", ["家住", "现住", "住址：", "户籍所在地为", "居住在"])
@pytest.mark.parametrize("behind", ["", "，务农", "。", "（原籍）"])
@pytest.mark.parametrize(
    "address",
    [
        "河南省信阳市光山县白雀园镇方岗村王湾组",
        "四川省凉山州昭觉县支尔莫乡阿土列尔村勒尔社",
        "贵州省毕节市威宁县石门乡泉发村",
        "湖南省邵阳市隆回县司门前镇大坪村三组12号",
    ],
)
def test_a_village_is_an_address_where_somebody_lives_there(label, address, behind):
    assert found(f"张某，{label}{address}{behind}") == [address]


@pytest.mark.parametrize(
    "text",
    [
        "家住文山市柳井乡某村的人",
        "家住农村",
        "居住在乡镇的村民",
        "河南省光山县白雀园镇方岗村的茶叶",
        "现住该镇各村的社员",
    ],
)
def test_a_village_that_nobody_lives_in_or_names_stays(text):
    assert found(text) == []


@pytest.mark.parametrize("behind", [". https://hengtai.com.cn/a", "https://hengtai.com.cn/a", " www.hengtai.com.cn"])
def test_an_address_after_a_label_ends_before_a_link(behind):
    address = "江苏省南京市玄武区中山路18号3栋201室"
    assert found(f"住址：{address}{behind}") == [address]
