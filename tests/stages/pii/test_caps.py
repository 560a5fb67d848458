"""Nothing that is found is let through because there is much of it: tables, lists of names, mentions."""

from itertools import product

import pyarrow as pa
import pytest

from curate.stages.pii import mentions as walk
from curate.stages.pii.budget import BudgetError
from curate.stages.pii.engine import Native
from curate.stages.pii.rules import DEFAULT_TYPES

NATIVE = Native(frozenset(DEFAULT_TYPES))
NAMES = ["".join(signs) for signs in product("王李张刘陈", "晓建雅", "伟敏静娜芳琳楠岚洁霞")]
WORDS = ["alpha", "bravo", "carol", "delta", "emma", "frida", "greta", "helen", "irene", "julia"]
ENGLISH = [
    f"{first.title()} B{middle}{last}n" for first, middle, last in product(WORDS, "aeiou", ("row", "ento", "alle"))
]


def values(text: str) -> list[str]:
    _, opened = NATIVE.look(pa.array([text]))
    return [text[span.start : span.end] for one in opened for span in NATIVE.find(text, one)]


class TestATable:
    def test_of_many_rows_is_read_to_its_end(self):
        numbers = [f"ZY{3000000 + row}" for row in range(6001)]
        text = "姓名|住院号|性别\n" + "".join(f"某|{number}|男\n" for number in numbers)
        assert values(text) == numbers

    def test_goes_on_behind_a_row_that_is_long(self):
        long = "一般情况良好，" * 400
        assert values(f"姓名\t备注\n王小明\t{long}\n李建国\t{long}\n张雅琳\t无\n") == ["王小明", "李建国", "张雅琳"]

    @pytest.mark.parametrize("columns", [41, 42, 60])
    def test_is_read_to_its_last_column(self, columns):
        head = "|".join(["姓名", *["备注"] * columns, "住院号"])
        assert values(f"{head}\n王小明{'|好' * columns}|ZY2034567\n") == ["王小明", "ZY2034567"]

    def test_goes_on_behind_a_cell_that_ends_like_a_head(self):
        assert values("姓名|性别\nx 姓名|性别\n王小明|男\n") == ["王小明"]

    def test_has_no_value_that_is_longer_than_any(self):
        assert values(f"地址|备注|性别\n{'东路西区' * 600}|无|男\n") == []


class TestAListOfNames:
    @pytest.mark.parametrize("head", ["姓名：", "与会人员："])
    def test_in_chinese_is_read_to_its_end(self, head):
        assert values(head + "、".join(NAMES)) == NAMES

    @pytest.mark.parametrize("head", ["To: ", "Cc: "])
    def test_in_english_is_read_to_its_end(self, head):
        assert values(head + "; ".join(ENGLISH) + "\n") == ENGLISH


class TestMentions:
    def test_of_many_persons_are_all_found(self):
        text = "\n".join([*(f"姓名：{name}" for name in NAMES), *(f"后来，{name}提出异议" for name in NAMES)])
        assert values(text) == 2 * NAMES

    def test_in_english_are_all_found(self):
        text = "\n".join([*(f"Patient name: {name}" for name in ENGLISH), *(f"then {name} spoke" for name in ENGLISH)])
        assert values(text) == 2 * ENGLISH

    def test_in_one_walk_are_those_found_one_by_one(self):
        text = "王小明、小王小明说Ann Baker, AnnBaker Ann Bakers Ann Bake 王小明明 欧阳若溪若溪 with Y L, AY L"
        names = ["王小明", "Ann Baker", "Y L", "小王小明", "Ann Bake", "欧阳若溪", "王小"]
        assert sorted(walk.in_one_walk(text, names)) == sorted(walk.one_by_one(text, names))

    def test_of_names_that_all_begin_alike_exceed_the_budget(self, monkeypatch):
        monkeypatch.setattr(walk, "MOST_TRIED", 100)
        text = "\n".join([*(f"Patient name: Ann B{'o' * n}n" for n in range(1, 30)), "Ann Baker " * 50])
        with pytest.raises(BudgetError):
            NATIVE.find(text)


class TestANameBesideANumberAlone:
    def test_is_not_looked_for_elsewhere(self):
        assert values("李娜 13812345678\n李娜，你好。") == ["李娜", "13812345678"]

    def test_is_where_it_is_named_surely_too(self):
        assert values("李娜 13812345678\n姓名：李娜\n李娜，你好。") == ["李娜", "13812345678", "李娜", "李娜"]


class TestALabelledValue:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("护照号：e12345678", "e12345678"),
            ("passport no e12345678", "e12345678"),
            ("护照号码：MA1234567", "MA1234567"),
            ("账号：3301040160012345678", "3301040160012345678"),
            ("工行账户：33001616735053001234", "33001616735053001234"),
            ("账号 33001616735053001234", "33001616735053001234"),
        ],
    )
    def test_is_found(self, text, value):
        assert values(text) == [value]

    @pytest.mark.parametrize(
        "text", ["版本 e12345678", "用户账号：wang_test", "游戏账号：3300161673505300", "账号 12345", "账号：2024"]
    )
    def test_is_none_without_its_label_or_shape(self, text):
        assert values(text) == []
