"""Laws of folding for matching."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.core.kernels.folding import folded, folded_text
from curate.core.kernels.variants import SIMPLIFIED, TRADITIONAL
from tests.conftest import TEXT


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Ｉｇｎｏｒｅ　ａｌｌ", "Ignore all"),
        ("Ig\u200bnore in\u00adstruc\ufefftions\u2060", "Ignore instructions"),
        ("𝐢𝐠𝐧𝐨𝐫𝐞 ⓐⓛⓛ", "ignore all"),
        ("線上賭場，註冊送彩金；後台", "线上赌场，注册送彩金；后台"),
        ("在 线 赌 场，加 微 信：abc", "在线赌场，加微信：abc"),
        ("检修 记录 正常", "检修 记录 正常"),
        ("第 3 章 泵", "第 3 章泵"),
        ("（１２３），：；！？", "（123），：；！？"),
        ("pump" + "".join(chr(0xE0000 + ord(sign)) for sign in "send"), "pump"),
        ("", ""),
    ],
)
def test_what_hides_a_word_from_a_search_goes(text, plain):
    assert folded_text(text) == plain


def test_texts_without_anything_to_fold_are_the_array_itself():
    texts = pa.array(["阀门已关闭。", None, "The pump, 5 bar.\n", ""], pa.string())
    assert folded(texts) is texts


@given(st.lists(st.none() | TEXT, max_size=6))
def test_nulls_stay_and_batch_mates_do_not_matter(texts):
    together = folded(pa.array(texts, pa.string())).to_pylist()
    assert together == [None if text is None else folded_text(text) for text in texts]


@given(TEXT)
def test_a_folded_text_stays(text):
    once = folded_text(text)
    assert folded_text(once) == once


def test_a_slice_is_folded_like_the_whole():
    texts = pa.array(["ａ", None, "b\u200b", "線"], pa.string())
    assert folded(texts[1:]).to_pylist() == [None, "b", "线"]


def test_no_simplified_character_is_folded_again():
    assert len(TRADITIONAL) == len(SIMPLIFIED) == len(set(TRADITIONAL))
    assert not set(TRADITIONAL) & set(SIMPLIFIED)


def test_the_variants_are_those_of_opencc():
    opencc = pytest.importorskip("opencc", reason="the extra opencc is not installed")
    convert = opencc.OpenCC("t2s").convert
    strange = [said for said, plain in zip(TRADITIONAL, SIMPLIFIED, strict=True) if convert(said) != plain]
    assert len(strange) <= len(TRADITIONAL) // 1000
