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
    ],
)
def test_a_label_speaks_for_its_list_and_its_column(text):
    assert found(text) == []
    assert left(text) == 0


def test_a_text_is_walked_once_for_its_lists_however_many_numbers_they_hold():
    text = "订单号：{}\n".format("、".join(f"1{n % 6 + 3}{n:09}" for n in range(1500)))
    numbers_of.cache_clear()
    assert found(text) == []
    assert numbers_of.cache_info().misses == 1


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
        ("| 订单号 | 金额 |\n|---|---|\n| 1 | 2 |\n\n请打 13912345679，13812345678", 2),
        ("| 订单号 | 金额 |\n|---|---|\n| 1 | 2 |\n| 请拨打 13912345679 | 3 |", 1),
    ],
)
def test_the_numbers_of_people_beside_them_are_found(text, people):
    assert len(found(text)) == people, found(text)
