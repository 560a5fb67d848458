import re
import unicodedata
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.core.kernels.shingles import Spans, jaccard, jaccards, shingle_sets
from tests.conftest import TEXT

MASK = (1 << 64) - 1
ALONE = (
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3021-\u312f\u31a0-\u31ff"
    "\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f\U0001b000-\U0001b2ff]"
)
ANYTHING = st.one_of(TEXT, st.text(max_size=30), st.text(st.characters(min_codepoint=0x1F000, max_codepoint=0x10FFFF)))


def is_absent(char: str) -> bool:
    format_ = bool(re.fullmatch("[\u00ad\u061c\u2060-\u206f\ufe00-\ufe0f]", char))
    return format_ or ord(char) >= 0x40000 or (ord(char) < 0x20000 and kind(char) == "Cf")


def kind(char: str) -> str:
    return unicodedata.ucd_3_2_0.category(char)


def is_said(char: str) -> bool:
    later_symbol = re.fullmatch("[\u2000-\u2bff\u2e00-\u2e7f\ufe10-\ufe1f\U0001f000-\U0001ffff]", char)
    return kind(char)[0] in "LMN" or (kind(char) == "Cn" and not later_symbol)


def is_alone(char: str) -> bool:
    return "\u2e80" <= char <= "\u2fdf" or ord(char) >= 0x20000 or (is_said(char) and bool(re.fullmatch(ALONE, char)))


def tokens_of(text: str) -> list[str]:
    """The tokenizer of the kernel, said in plain Python."""
    plain = "".join(chr(ord(char) - 0xFEE0) if "\uff01" <= char <= "\uff5e" else char for char in text)
    marked = ""
    for char in plain:
        if char.isascii():
            marked += char.lower() if char.isalnum() or char == "_" else "\x00"
        elif is_absent(char):
            continue
        elif is_alone(char):
            marked += f"\x00{char}\x00"
        else:
            marked += char if is_said(char) else "\x00"
    return [token for token in marked.split("\x00") if token]


def mixed(value: int) -> int:
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        value = ((value ^ (value >> 33)) * factor) & MASK
    return value ^ (value >> 33)


def numbered(token: str) -> int:
    """A token as the kernel numbers it: one character that stands alone by its number, others turned and added."""
    if len(token) == 1 and is_alone(token):
        return scrambled(token)
    value = 0xCBF29CE484222325
    for char in token:
        turned = (value << 5 | value >> 59) & MASK
        value = (turned + scrambled(char)) & MASK
    return value


def scrambled(char: str) -> int:
    value = ord(char) * 0x9E3779B97F4A7C15 & MASK
    value = (value ^ value >> 33) * 0xFF51AFD7ED558CCD & MASK
    return value ^ value >> 33


def shingles_of(text: str, ngram: int) -> list[int]:
    """The distinct shingles of a text in order of appearance, said in plain Python."""
    tokens = [numbered(token) for token in tokens_of(text)]
    width = min(ngram, len(tokens))
    found = []
    for start in range(len(tokens) - width + 1 if tokens else 0):
        value = 0
        for token in tokens[start : start + width]:
            value = (value * 0x9E3779B97F4A7C15 + token) & MASK
        found.append(max(mixed(value), 1))
    return list(dict.fromkeys(found))


def sets_of(texts: pa.StringArray, ngram: int) -> list[list[int]]:
    values, bounds = shingle_sets(texts, ngram)
    return [values[start:stop].tolist() for start, stop in pairwise(bounds)]


@given(texts=st.lists(ANYTHING, max_size=3), ngram=st.integers(1, 7))
def test_the_kernel_says_what_plain_python_says(texts, ngram):
    assert sets_of(pa.array(texts, pa.string()), ngram) == [shingles_of(text, ngram) for text in texts]


@given(texts=st.lists(st.none() | TEXT, min_size=2, max_size=8), data=st.data())
def test_a_slice_says_what_its_texts_say(texts, data):
    start = data.draw(st.integers(0, len(texts)))
    part = pa.array(texts, pa.string()).slice(start)
    assert sets_of(part, 5) == [shingles_of(text or "", 5) for text in texts[start:]]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("The Pump_2 failed, again!", ["the", "pump_2", "failed", "again"]),
        ("第12条 ＡＢ１２，适用。", ["第", "12", "条", "ab12", "适", "用"]),
        ("データ・ベース", ["デ", "ー", "タ", "ベ", "ー", "ス"]),
        ("대한민국 헌법", ["대한민국", "헌법"]),
        ("cafe\u0301 co\u00ado\u200dp\u200bs!", ["cafe\u0301", "coop", "s"]),
        ("𠮷野家👩‍🔬ok", ["𠮷", "野", "家", "ok"]),
        ("ก็ดี", ["ก", "็", "ด", "ี"]),
        ("Ünïcode Straße", ["Ünïcode", "straße"]),
        ("—…！ 。\n", []),
    ],
)
def test_the_tokens_are_those_that_the_documentation_promises(text, tokens):
    assert tokens_of(text) == tokens


@pytest.mark.parametrize("pair", [("重大事故", "重大 事故！"), ("ERROR  42", "error\n42")], ids=["zh", "en"])
def test_texts_shorter_than_a_shingle_are_one_shingle(pair):
    one, two = sets_of(pa.array(pair), 5)
    assert one == two
    assert len(one) == 1


def test_short_texts_with_other_tokens_share_nothing():
    sets = sets_of(pa.array(["重大事故", "重大故障", "重大", "重大事", ""]), 5)
    assert [len(one) for one in sets] == [1, 1, 1, 1, 0]
    assert len({one[0] for one in sets[:4]}) == 4


@given(
    one=st.sets(st.integers(1, 40) | st.integers(1, MASK), max_size=60),
    two=st.sets(st.integers(1, 40) | st.integers(1, MASK), max_size=60),
)
def test_the_index_is_that_of_the_sets(one, two):
    arrays = (np.array(sorted(said), np.uint64) for said in (one, two))
    assert jaccard(*arrays) == (len(one & two) / len(one | two) if one and two else 0.0)


@given(
    sets=st.lists(st.sets(st.integers(1, 40), max_size=30), min_size=1, max_size=6),
    least=st.floats(0, 1),
    data=st.data(),
)
def test_pairs_below_what_is_asked_for_change_nothing_for_the_others(sets, least, data):
    arrays = [np.array(sorted(one), np.uint64) for one in sets]
    ends = np.cumsum([len(one) for one in arrays])
    spans = Spans(np.concatenate(arrays), ends - [len(one) for one in arrays], ends)
    places = st.integers(0, len(sets) - 1)
    pairs = sorted(data.draw(st.lists(st.tuples(places, places), max_size=12)), key=lambda pair: pair[1])
    one, two = (np.array([pair[end] for pair in pairs], np.int64) for end in (0, 1))
    found = jaccards(spans, spans, (one, two), least)
    for value, (a, b) in zip(found.tolist(), pairs, strict=True):
        exact = jaccard(arrays[a], arrays[b])
        assert value == exact or (value == 0 and exact < least)


def test_no_two_words_of_two_syllables_count_as_one():
    syllables = [chr(code) for code in range(0xAC00, 0xAC00 + 28 * 40)]
    words = [one + two for one in syllables[::3] for two in syllables[::3]]
    sets = shingle_sets(pa.array(words), 1)
    assert len(np.unique(sets.values)) == len(words)


def test_shifted_characters_make_another_shingle():
    one, other = ([*map(ord, text)] for text in ("丼丼丼妲丼", "仟児奞丼夡"))
    assert sum(a != b for a, b in zip(one, other, strict=True)) >= 4
    assert not set(shingles(["丼丼丼妲丼"])) & set(shingles(["仟児奞丼夡"]))


def shingles(texts):
    return shingle_sets(pa.array(texts), 5).values.tolist()
