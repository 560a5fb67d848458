import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.core.encoding import Sampler, detected, named_encoding, said

SIMPLIFIED = "患者最近三天没有食欲，请问医生这是什么原因？我们建议先到医院检查，然后根据结果决定用药。\n"
TRADITIONAL = "這個問題我們已經說過很多次了，請先看說明，如果還有什麼不明白的地方，可以隨時來問我們。\n"
JAPANESE = "この製品を使うときは、必ず説明書を読んでください。分からないことがあれば、私たちに聞いてください。\n"
KOREAN = "이 제품을 사용하기 전에 설명서를 읽어 주시기 바랍니다. 모르는 것이 있으면 우리에게 물어보세요.\n"
FRENCH = "Le procès-verbal de la réunion a été envoyé à l'équipe ; voilà où nous en étions hier après-midi.\n"


def judged(body: bytes):
    sampler = Sampler()
    sampler.feed(body)
    return detected(sampler.samples())


@pytest.mark.parametrize(
    ("text", "encoding", "expected"),
    [
        (SIMPLIFIED, "gb18030", "gb18030"),
        (SIMPLIFIED, "gbk", "gb18030"),
        (SIMPLIFIED, "gb2312", "gb18030"),
        (SIMPLIFIED, "utf-8", "utf-8"),
        (SIMPLIFIED, "hz", "hz"),
        (TRADITIONAL, "big5", "big5"),
        (JAPANESE, "shift_jis", "shift_jis"),
        (JAPANESE, "euc_jp", "euc_jp"),
        (JAPANESE, "iso2022_jp", "iso2022_jp"),
        (KOREAN, "euc_kr", "euc_kr"),
        (FRENCH, "cp1252", "cp1252"),
        ("plain ASCII\n", "ascii", "utf-8"),
    ],
)
@pytest.mark.parametrize("times", [1, 400])
def test_an_encoding_is_found_by_the_characters_that_are_common_in_it(text, encoding, expected, times):
    body = (text * times).encode(encoding)
    found = judged(body)
    assert found.name == expected
    assert 0.3 < found.confidence <= 1
    assert body.decode(found.name) == text * times


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [SIMPLIFIED, "two lines\nof English\n", FRENCH, SIMPLIFIED + "and English\n"])
def test_utf16_is_found_without_a_byte_order_mark(encoding, text):
    assert judged((text * 20).encode(encoding)).name == encoding


@pytest.mark.parametrize(
    ("bom", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
    ],
)
def test_a_byte_order_mark_decides(bom, encoding):
    body = bom + SIMPLIFIED.encode(encoding)
    assert judged(body) == (encoding, 1.0, len(bom))
    assert judged(bom) == (encoding, 1.0, len(bom))


def test_strict_utf8_is_certain_and_utf8_with_a_broken_byte_is_still_utf8():
    assert judged(SIMPLIFIED.encode()) == ("utf-8", 1.0, 0)
    name, confidence, _ = judged((SIMPLIFIED * 3).encode() + b"\xff\n" + SIMPLIFIED.encode())
    assert name == "utf-8"
    assert 0.9 < confidence < 1


def test_one_chinese_record_far_within_ascii_is_enough():
    ascii_part = b'{"text": "nothing but ASCII here"}\n' * 90_000
    assert judged(ascii_part + SIMPLIFIED.encode("gb18030") + ascii_part).name == "gb18030"
    assert judged(ascii_part + SIMPLIFIED.encode() + ascii_part) == ("utf-8", 1.0, 0)


def test_a_long_utf8_file_is_judged_alike_wherever_its_samples_begin():
    for shift in range(4):
        assert judged(b"x" * shift + SIMPLIFIED.encode() * 40_000) == ("utf-8", 1.0, 0)


def test_an_empty_file_is_utf8():
    assert judged(b"") == ("utf-8", 1.0, 0)


@settings(max_examples=10)
@given(sizes=st.lists(st.integers(1, 900_000), max_size=8))
def test_samples_do_not_depend_on_how_the_bytes_came(sizes):
    body = (b"x" * 700_000 + SIMPLIFIED.encode("gb18030") * 2000) * 3
    whole, parted = Sampler(), Sampler()
    whole.feed(body)
    at = 0
    for size in [*sizes, len(body)]:
        parted.feed(body[at : at + size])
        at += size
    assert parted.samples() == whole.samples()


def test_the_users_word_counts_and_its_byte_order_mark_is_still_known():
    assert said("gbk", SIMPLIFIED.encode()) == ("gbk", 1.0, 0)
    assert said("utf-8", codecs.BOM_UTF8 + b"x") == ("utf-8", 1.0, 3)
    assert said("utf-16", codecs.BOM_UTF16_BE + b"\0x") == ("utf-16-be", 1.0, 2)
    assert said("utf-16", b"x\0") == ("utf-16-le", 1.0, 0)


def test_a_name_that_no_encoding_has_is_refused():
    assert named_encoding("GB2312") == "gb2312"
    with pytest.raises(ValueError, match="there is no encoding 'gbk18030'"):
        named_encoding("gbk18030")
    with pytest.raises(ValueError, match="there is no encoding 'rot13'"):
        named_encoding("rot13")
