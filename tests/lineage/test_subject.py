"""The file about a person: a label before a value is no part of it, and what has none stays whole."""

import pytest

from curate.core.personal import digest_of_value, digests_of
from curate.lineage.subject import lines_of, parted

KEY = b"k" * 32


@pytest.mark.parametrize(
    "label", ["", "护照号", "护照号：", "护照 ", "Passport ", "passport no. ", "Passport: ", "证件号码为"]
)
def test_a_passport_is_found_behind_any_label_and_no_stranger_with_its_digits(label):
    kind, value = parted(f"{label}E12345678")
    assert (kind, value) == (None, "E12345678")
    assert digest_of_value(KEY, "CN_PASSPORT", "E12345678") in digests_of(KEY, value)
    assert digest_of_value(KEY, "QQ_NUMBER", "12345678") not in digests_of(KEY, value)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("CN_PASSPORT: E12345678", ("CN_PASSPORT", "E12345678")),
        ("手机：13812345678", ("PHONE_NUMBER", "13812345678")),
        ("手机号码13812345678", (None, "13812345678")),
        ("电话 0571-88886666转12", ("PHONE_NUMBER", "0571-88886666转12")),
        ("ＱＱ：12345678", (None, "12345678")),
        ("车牌号京A12345", (None, "京A12345")),
        ("身份证110105 1949 1231 002X", ("CN_RESIDENT_ID", "110105 1949 1231 002X")),
        ("Tel +44 20 7946 0958", ("PHONE_NUMBER", "+44 20 7946 0958")),
        ("e-mail li.wei@corp-a.cn", (None, "li.wei@corp-a.cn")),
    ],
)
def test_a_label_is_dropped_and_names_the_type_where_it_is_known(line, said):
    assert parted(line) == said


@pytest.mark.parametrize(
    "line",
    [
        "京A12345",
        "粤Z1234港",
        "欧阳修",
        "杭州市文三路1201",
        "幸福小区3-2-1201",
        "fe80::1:2",
        "00:1b:44:11:3a:b7",
        "https://corp-a.cn/u/1",
        "+86 138 1234 5678",
        "Li Wei",
        "id_13812345678",
        "phone call 13812345678",
        "card game 2024 of the club",
    ],
)
def test_what_has_no_label_stays_whole(line):
    assert parted(line) == (None, line)


def test_blank_lines_and_comments_say_nothing(tmp_path):
    (tmp_path / "subject").write_text("# who\n\n E12345678 \n", "utf-8")
    assert [tuple(line) for line in lines_of(tmp_path / "subject")] == [(3, None, "E12345678", None)]


@pytest.mark.parametrize("line", ["C:\\x\\li.wei", "张三: 李四", "Passport E12345678"])
def test_what_stands_before_a_value_is_sought_with_it_unless_it_names_a_type(tmp_path, line):
    (tmp_path / "subject").write_text(f"{line}\nphone: 13812345678\n", "utf-8")
    assert [one.whole for one in lines_of(tmp_path / "subject")] == [line, None]
