"""A label speaks for a whole list and a whole column of numbers, for the stage and for the check of what is left."""

import pyarrow as pa
import pytest

from curate.lineage.numbers import hits
from curate.stages.pii.allow import numbers_of
from curate.stages.pii.engine import Native
from curate.stages.pii.rules import DEFAULT_TYPES

NATIVE = Native(frozenset(DEFAULT_TYPES))
MANY = [f"1{n % 6 + 3}{n:09}" for n in range(12345, 12385)]


def found(text: str) -> list[str]:
    return [text[span.start : span.end] for span in NATIVE.find(text)]


def left(text: str) -> int:
    return sum(not hit.allowed for hit in hits(pa.array([text])))


@pytest.mark.parametrize(
    "text",
    [
        f"订单号：{'、'.join(MANY)}。",
        f"订单号：{', '.join(MANY)}。",
        "订单号如下：\n{}\n".format("\n".join(MANY)),
        "订单号如下：\r\n{}\r\n".format("\r\n".join(MANY)),
        "| 订单号 | 金额 |\n|---|---|\n" + "".join(f"| {one} | 12.5 |\n" for one in MANY),
        "order_id,amount\n" + "".join(f"{one},100\n" for one in MANY),
        "amount\torder no\n" + "".join(f"100\t{one}\n" for one in MANY),
        "物料编码\n6217001234567890122\n6217001234567890130\n6217001234567890148",
        "订单号：138 1234 5678、139 1234 5679、150 1234 5670。",
        "订单号如下：\n138-1234-5678\n139-1234-5679\n150-1234-5670\n",
        '"order_id","amount"\n"13812345678","100"\n"13912345679","200"\n',
        '"金额","订单号"\r\n"100","13812345678"\r\n"200","138 1234 5678"\r\n',
    ],
)
def test_a_label_speaks_for_its_list_and_its_column(text):
    assert found(text) == []
    assert left(text) == 0


def test_a_text_is_walked_once_for_its_lists_however_many_numbers_they_hold(monkeypatch):
    text = "订单号：{}\n".format("、".join(f"1{n % 6 + 3}{n:09}" for n in range(1500)))
    walked, walk = [], numbers_of.read
    monkeypatch.setattr(numbers_of, "read", lambda one: walked.append(one) or walk(one))
    numbers_of.forget()
    assert found(text) == []
    assert walked == [text]


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("订单号：20240001\n13812345678\n13912345679\n15012345670", 3),
        ("联系电话：13812345678、13912345679、15012345670", 3),
        ("订单号,手机\n20240001,13912345679\n20240002,13812345678\n", 2),
        ("手机,备注,订单号\n13912345679,无,20240001\n13812345678,无,20240002\n", 2),
        ("手机,备用,订单号\n13912345679,13912345670,13912345671\n13812345678,13712345678,13612345678\n", 4),
        ("| 订单号 | 电话 |\n|---|---|\n| 20240001 | 13912345679 |\n| 20240002 | 13812345678 |\n", 2),
        ("订单号：13812345678，电话：13912345679、15012345670", 2),
        ('"订单号","手机"\n"13812345678","13912345679"\n"13812345670","15012345670"\n', 2),
        ("| 订单号 | 金额 |\n|---|---|\n| 1 | 2 |\n\n请打 13912345679，13812345678", 2),
        ("| 订单号 | 金额 |\n|---|---|\n| 1 | 2 |\n| 请拨打 13912345679 | 3 |", 1),
    ],
)
def test_the_numbers_of_people_beside_them_are_found(text, people):
    assert len(found(text)) == people, found(text)


MACHINES = [
    "https://x.cn/p/13812345678",
    "见 http://a.com/img/15012345678_2.jpg 。",
    "/data/logs/13812345678/app.log",
    "C:\\data\\13812345678.txt",
    "backup-13812345678.tar.gz",
    "![](img_13812345678.jpg)",
    "(photo_13812345678.png), a,log-13812345678.csv",
    "[2024] offset=13812345678 ts=13812345679",
    "/list?id=13812345678&x=1",
    '{"ts": 13812345678, "nextOffset":"13812345678"}',
    "Content-Length: 13812345678\n",
    "SELECT * FROM t WHERE id = 13812345678",
    "where t.id in (13812345678, 13912345678)",
    '{"trace_id": "13812345678", "pageToken": 13812345679}',
    "User `crc` = 13812345678",
    "contact \"latency\": '13812345678'",
]
PEOPLE = [
    "https://x.cn/u/phone/13812345678",
    "https://wa.me/8613812345678",
    "/api/user/mobile/13812345678/info",
    "tel:13812345678",
    "?phone=13812345678&id=7",
    '{"userId": "13812345678"}',
    '{"id": "13812345678"}',
    "id: 13812345678\ncity: x",
    "token: 13812345678",
    "WHERE mobile = '13812345678'",
    "where user_id in (13812345678)",
    "微信ID: 13812345678",
    "wechat id=13812345678",
    "weChatId=13812345678",
    '{"whatsAppId": "13812345678"}',
    "aliPayToken=13812345678",
    "WeiXinId=13812345678",
    "https://x.cn/weChat/13812345678",
    "张三/13812345678/杭州",
    "张三_13812345678.jpg",
    "电话：13812345678.png",
]


@pytest.mark.parametrize("text", MACHINES)
def test_a_number_in_a_path_a_file_name_or_a_key_of_a_machine_is_nobodys(text):
    assert found(text) == []
    assert left(text) == 0


@pytest.mark.parametrize("text", PEOPLE)
def test_a_number_whose_path_or_key_speaks_of_people_is_found(text):
    assert [one[-11:] for one in found(text) if one != "张三"] == ["13812345678"]


@pytest.mark.parametrize("text", [text for text in PEOPLE if not text.endswith(".png")])
def test_it_is_seen_by_the_check_of_what_is_left(text):
    assert left(text) == 1


@pytest.mark.parametrize(
    "text", ["联系Wang/13812345678", "客户13812345678.jpg", "Zhang San/13812345678/Hangzhou", "call Bob\\13812345678"]
)
def test_a_name_and_a_stroke_are_no_path_for_the_check_of_what_is_left(text):
    assert found(text)[-1:] == ["13812345678"]
    assert left(text) == 1
