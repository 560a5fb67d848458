import math

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.stages.quality.signals import SIGNALS, measure
from tests.conftest import TEXT

JAPANESE = "労働者の安全及び衛生に関する規程は、応急措置の内容を明示しなければならない。" * 2


def signals(text):
    return {name: values[0] for name, values in measure(pa.array([text], pa.string())).items()}


@given(texts=st.lists(st.none() | TEXT, max_size=4))
def test_every_signal_is_measured_of_every_text_and_shares_are_shares(texts):
    measured = measure(pa.array(texts, pa.string()))
    assert list(measured) == list(SIGNALS)
    for name, values in measured.items():
        assert values.dtype == "float32"
        assert len(values) == len(texts)
        numbers = [value for value in values if not math.isnan(value)]
        assert all(value >= 0 for value in numbers)
        assert name in {"chars", "content_chars", "line_chars", "compression"} or all(value <= 1 for value in numbers)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("chars", "a 中\n🙂", 5),
        ("content_chars", "a1 中，é!", 4),
        ("content", "ab——", 0.5),
        ("letters", "中a12", 0.5),
        ("digits", "中a12", 0.5),
        ("han", "中a12", 0.25),
        ("punctuation", "a,b。", 0.5),
        ("control", "a\x00b\ue000", 0.5),
        ("replacement", "a\ufffdbc", 0.25),
        ("high_latin", "ä¸­ab", 2 / 5),
        ("rare_han", "鐢ㄦ埛" * 20 + "的" * 20, 2 / 3),
        ("line_chars", "abcd\n\n  ab  \n", 3),
        ("duplicate_lines", "设备运行状态正常\n设备运行状态正常\n其他", 8 / 18),
        ("menu", "首页\n" * 15 + "本公司主要生产工业泵和阀门。", 15 / 16),
        ("encoded", "7f45 abcd", 0.5),
        ("repetition", "设备运行正常，未见异常。" * 2, 0),
        ("repetition", "设备运行正常，未见异常。" * 3, 2 / 3),
    ],
)
def test_a_signal_is_what_it_says(name, text, expected):
    assert signals(text)[name] == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("name", ["content", "letters", "digits", "punctuation", "high_latin", "encoded", "line_chars"])
def test_nothing_is_said_about_shares_of_nothing(name):
    assert math.isnan(signals(" \n ")[name])


def test_nothing_is_said_about_a_null():
    assert all(math.isnan(value) for value in signals(None).values())


def test_rare_han_is_not_said_of_little_han_nor_of_japanese():
    assert math.isnan(signals("鐢埛")["rare_han"])
    assert math.isnan(signals(JAPANESE)["rare_han"])


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_chinese_read_in_a_wrong_encoding_shows(encoding):
    text = "工业控制系统网络安全防护指南要求企业定期开展风险评估和应急演练" * 3
    assert signals(text)["rare_han"] < 0.1
    assert signals(text.encode(encoding).decode("latin-1"))["high_latin"] > 0.4
    assert signals(text.encode("utf-8").decode("gbk", "replace"))["rare_han"] > 0.3


def test_a_loop_compresses_and_repeats_and_prose_does_not():
    loop = signals("设备运行正常，未见异常，请继续观察。" * 40)
    prose = signals("".join(chr(0x4E00 + number * 37 % 5000) for number in range(400)))
    assert loop["compression"] < 0.1
    assert loop["repetition"] > 0.9
    assert prose["compression"] > 0.5
    assert prose["repetition"] == 0
