import math
import random

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.stages.quality.fillers import drawn_share
from curate.stages.quality.signals import SIGNALS, measure
from tests.conftest import TEXT

JAPANESE = "労働者の安全及び衛生に関する規程は、応急措置の内容を明示しなければならない。" * 2


AMOUNTS = frozenset(
    {"chars", "content_chars", "words", "lines", "paragraphs", "line_chars", "word_chars", "compression", "entropy"}
    | {"order"}
)


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
        assert name == "order" or all(value >= 0 for value in numbers)
        assert name in AMOUNTS or all(value <= 1 for value in numbers)


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
        ("encoded", "eval(decode('" + "aG3x" * 10 + "'));", 40 / 57),
        ("encoded", "eval(decode('" + "aG3x" * 7 + "'));", 0),
        ("words", "检修 pump_2 and 3", 5),
        ("lines", "a\n\n b \n", 2),
        ("paragraphs", "a\nb\n\n \nc\n", 2),
        ("word_chars", "pump on", 3),
        ("capitals", "Pump", 0.25),
        ("space", "a b\n", 0.5),
        ("symbols", "a+b±", 0.5),
        ("brackets", "f(x)", 0.5),
        ("hashes", "# one two", 0.5),
        ("rare_kinds", "鐢ㄦ埛" * 20 + "的" * 20, 2 / 40),
        ("odd_pairs", "valve " * 30, 0),
        ("odd_pairs", "".join(f"vqlve{n} " for n in range(30)), 0.5),
        ("odd_pairs", "vqlve Vqlve " * 30, 2 / 240),
        ("function_words", "the pump is on 泵的", 4 / 6),
        ("unique_words", "pump pump valve", 2 / 3),
        ("entropy", "a b c d", math.log(4)),
        ("top_2_words", "a b x a b y", 4 / 6),
        ("top_4_words", "a b c d x a b c d", 8 / 9),
        ("again_5_words", "a b c d e x a b c d e", 5 / 11),
        ("again_10_words", "零一二三四五六七八九乙零一二三四五六七八九", 10 / 21),
        ("copied_lines", "设备运行状态正常\n设备运行状态正常\n其他", 1 / 3),
        ("duplicate_paragraphs", "ninechars\nx\n\nninechars\nx\n\nother\n", 10 / 25),
        ("short_lines", "short\n" + "x" * 31 + "\n" + "泵" * 16, 1 / 3),
        ("ended_lines", "One.\n二。\n“三！”\nfour,\nfive", 3 / 5),
        ("ellipsis_lines", "one...\n二……\nthree.", 2 / 3),
        ("bullet_lines", "- one\n• two\n-three\nfour", 0.5),
        ("numbered_lines", "1. one\n(2) two\n三、三\n（四）四\n5.1 five\nsix", 4 / 6),
        ("indented_lines", "  a\n\tb\nc", 1 / 3),
        ("navigation", "友情链接\nContact us\nCONTACT US\n主轴承\n返回\nSettings", 3 / 6),
        ("notice", "403 Forbidden\nnginx\nWe sell pumps", 17 / 28),
        ("notice", "The pump tripped: 403 Forbidden was shown.", 0),
        ("digests", "d41d8cd98f00b204e9800998ecf8427e 7f45", 32 / 36),
        ("encoded", "E001 E002 7f45", 4 / 12),
        ("latin", "пуск ABCD 12", 0.5),
        ("misread", ("检查主轴承温度是否过高并记录" * 4).encode().decode("gbk", "ignore"), 0.9),
        ("misread", "鲢鳙鲫鳊鲂鳜鲶鳗鲡鳝鳅鲈鲷鲳鳕鲭鲱鳀鲻鲅鲀鲽鳎鲟鳇鲑鳟鲮鳡鳤鲴鲹鲐鲣", 0),
        ("misplaced", "the pump of the line " * 8 + "the of " * 8, 8 / 39),
        ("misplaced", "the pump of the line " * 8 + "instance of the\nand level of", 0),
        ("looped", "设备运行正常，未见异常。" * 4, 3 / 4),
        ("varied", "".join(f"第{n}次：设备运行正常，未见异常。" for n in range(40)), 0.05),
        ("varied", "".join(f"第{n}次：设备{n * n + 3}运行正常，未见异常。" for n in range(40)), 1),
        ("odd_pairs", "".join(f"va1ve{letter} " for letter in "abcdefghijklmnopqrstuvwxyz"), 2 / 5),
        ("odd_pairs", "valve xkqvjw.example " * 40, 0),
        ("escaped", "a %E4%B8%AD b", 9 / 11),
        ("encoded", "GE4DCMBSGAYDEMRQGE4DCMBSGAYDEMRQGE4DCMBS 12", 40 / 42),
        ("misread", "насос и клапан работают исправно, масло чистое, течи нет. " * 2, 0),
        ("odd_pairs", "take 5mg x14d of it " * 40, 0),
        ("odd_pairs", "".join(f"rplcd brg, mtr ovld{n}, xfmr valve, " for n in range(10)) * 2, 1 / 14),
        ("keyed_pairs", "asdf pump " * 10, 0.5),
        ("stacked_marks", "a" + "\u0301\u0316\u0317\u0318" + "bc", 2 / 7),
        ("unlisted_han", "的" * 30 + "镧铈㐂" * 10, 10 / 60),
        ("control", "\uf0fe ok \uf0a8\ue000", 1 / 7),
        ("encoded_lines", "7f45\n7f45 4c46\nrun 7f45\n", 2 / 3),
        ("dump_lines", "00000010: 6c69 6e65\n01 03 00 6b\n", 0.5),
        ("digests", "3c5282a1b2c3 7f45 6c6e", 12 / 20),
        ("digests", "7f45 0x\n7f45 00ff\n", 8 / 14),
        ("trace_lines", "Error: no tag\n\tat a.b.Node.visit(Node.java:41)\nat noon (local time) it ran\n", 1 / 3),
        (
            "trace_lines",
            'File "/a/b.py", line 3, in run\n#2  0x0040 in main ()\n\t/a/b.go:3 +0x1d\nFile "x" is lost',
            3 / 4,
        ),
        ("filler", "Lorem ipsum dolor pump", 3 / 4),
        ("drawn", ".a{color:red;margin:0}", 1),
        ("drawn", "M10 20 30 40 50", 0),
        ("duties", "News\nSitemap\nContact us\nThe supplier shall deliver all pages.", 1 / 4),
        ("notice", "Cookies\nWe use cookies to log in. The controller shall keep a record.", 0),
        ("table_lines", "Year | 2019 | 2018\n1,2,3,4\na   b   c\nprose, and so on", 3 / 4),
        ("code_lines", "int x = f(y);\n}\nimport os {\nSome prose.", 3 / 4),
        ("log_lines", "2024-01-02 10:11:12 up\n[    1.234567] usb\nat 10:11 we met", 2 / 3),
        ("form_lines", "Name: x\n姓名：某\nAt ten, he said: no\nhttp://a", 0.5),
        ("hexadecimal", "00000000: 6c69 6e65 0a00", 1),
        ("hexadecimal", "2019 2018 1234", 0),
        ("urls", "see https://a.example/b now", 19 / 25),
        ("markup", "<b>x</b>&amp;y", 12 / 14),
        ("markup", "a < b and c > d", 0),
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


def test_words_in_an_order_of_chance_show():
    text = "The pump must be stopped before the seal of the pump is changed, and the seal must be kept dry. " * 8
    mixed = " ".join(random.Random(0).sample(text.split(), len(text.split())))
    assert signals(text)["order"] > 20
    assert signals(mixed)["order"] < 5


def test_a_long_text_is_measured_in_stretches():
    text = " ".join(f"w{number}" for number in range(5000))
    assert signals(text + " " + text)["again_5_words"] < 0.5
    assert signals(text)["unique_words"] == 1


def test_styles_are_looked_for_once_along_a_long_line():
    """The time would be the square of its length: 40 minutes."""
    assert drawn_share("fugiat " * 150_000) == 0


@pytest.mark.parametrize("end", ["\r", "\x0b", " \x00"])
def test_what_stands_behind_a_text_in_its_batch_says_nothing_of_its_last_line(end):
    """A line that ends in a sign that nobody sees once was read on to the first byte of the next text."""
    for text in (f"R1 in n1 foo{end}", f"R1 in n1 10k{end}"):
        found = [measure(pa.array([text, behind]))["code_lines"][0] for behind in ("5 pumps", "pumps")]
        assert found[0] == found[1] == signals(text.rstrip(end))["code_lines"]


def test_a_carriage_return_hides_no_notation():
    assert signals("N20 G1 Z-1.5 F100\r\nN30 G2 X10. Y10. I5. J0.\r\n")["code_lines"] == 1
    assert signals("permit tcp any host 10.0.0.1 range 20 any\r\n")["code_lines"] == 1
    assert signals("+------+---+\r\n+======+===+\r\n")["table_lines"] == 1
