"""Names that somebody introduces himself with, and those behind the plain key `name` of a record of a person."""

import pyarrow as pa
import pytest

from curate.stages.pii.engine import Native
from curate.stages.pii.rules import TYPES

NATIVE = Native(frozenset(TYPES))


def found(text):
    """Return what is found with the gates, which is what is found without."""
    rows, opened = NATIVE.look(pa.array([text]))
    spans = NATIVE.find(text, opened[0]) if rows else []
    assert spans == NATIVE.find(text)
    return [text[span.start : span.end] for span in spans if span.entity == "PERSON"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("我是王小明，今年刚来。", "王小明"),
        ("您好！我是欧阳娜，想问一下", "欧阳娜"),
        ("大家好我是王小明。", "王小明"),
        ("name: 王小明\nage: 30\n", "王小明"),
        ("user:\n  - name: '王小明'\n    gender: m\n", "王小明"),
        ("phone=1\r\nname=王小明\r\n", "王小明"),
        ("[user]\nName = 李娜\nbirthday = x", "李娜"),
        ('sex: f\nname: "欧阳娜"', "欧阳娜"),
    ],
)
def test_names_of_who_speaks_and_of_records_are_found(text, name):
    assert found(text) == [name]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("phone: 1\nname: Ann Baker\n", "Ann Baker"),
        ("- phone: 1\n  name: Ann Baker\n", "Ann Baker"),
        ("people:\n- email: q\n  name: Carl Dietz", "Carl Dietz"),
        ("name=Ann Baker\nage=30\n", "Ann Baker"),
        ("age = 30\nname = Ann Baker", "Ann Baker"),
        ("tel: 5\nname: Ann Baker", "Ann Baker"),
        ("birthday: x\nname: carl dietz\n", "carl dietz"),
    ],
)
def test_english_names_of_records_are_found(text, name):
    assert found(text) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "name: Ann Baker\nversion: 2\n",
        "page: 1\nname: Ann Baker",
        "name: Ann Baker\nimage: 3",
        'resource "x" {\n  name = "Main Server"\n  location = "westus"\n}',
        "name = Main Server\naddress = 10.0.0.1\n",
        "age: 4\nname: Blue Widget\n",
    ],
)
def test_names_of_things_stay(text):
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "我是金牛座，他是白羊座。",
        "我是程序员，我是江苏人，我是文科生。",
        "我是王小明的同学",
        "如果我是王小明，",
        "我是高血压，",
        "我是白名单，我是蓝灰色，",
        "我是高太多，",
        "name: 王小明\nversion: 2\n",
        "name: 王小明\n\nage: 30\n",
        "name: 黄金糕\nprice: 3\n",
        "name: 苏州\nage: 30\n",
        "name: 金山店\nphone: 1\n",
        "name: 方正\nphone: 1\n",
        "name: 王小明公司\nage: 30\n",
        "filename: 王小明\nage: 30\n",
        "name: 王小明\npage: 30\n",
    ],
)
def test_what_is_no_person_stays(text):
    assert found(text) == []
