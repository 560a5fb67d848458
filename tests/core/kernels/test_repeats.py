import zlib

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.core.kernels.repeats import LONGEST, LOOPED, MATCHES, REPEATED, compression, parse
from curate.core.kernels.strings import views
from tests.conftest import TEXT

LOOPS = st.tuples(TEXT, st.integers(1, 40)).map(lambda said: said[0] * said[1])


def parsed(*texts):
    return parse(views(pa.array(texts, pa.string())))


@given(texts=st.lists(LOOPS, min_size=1, max_size=3))
def test_literals_and_matches_cover_the_text(texts):
    for text, (literals, matches, repeated, looped) in zip(texts, parsed(*texts).tolist(), strict=True):
        size = len(text.encode())
        assert 0 <= repeated <= size - literals
        assert literals + 4 * matches <= size or matches * LONGEST >= size - literals
        assert literals <= size
        assert 0 <= looped <= size - literals


@given(before=LOOPS, text=LOOPS)
def test_what_stood_in_another_text_is_no_repetition(before, text):
    assert parsed(before, text)[1].tolist() == parsed(text)[0].tolist()


def test_a_loop_is_one_literal_phrase_and_matches():
    phrase = "设备运行正常，未见异常。"
    literals, matches, repeated, looped = parsed(phrase * 50)[0]
    size = len((phrase * 50).encode())
    assert literals <= len(phrase.encode())
    assert repeated > 0.9 * size
    assert looped == repeated
    assert matches <= size // LONGEST + 4


@pytest.mark.parametrize("text", ["-" * 400, "A" * 400, "= - " * 100, "本段说明泵的结构，下段说明阀门。" * 2])
def test_rules_what_fills_a_buffer_and_one_copy_are_no_loop(text):
    assert parsed(text)[0, LOOPED] == 0


def test_short_repeats_are_no_repeated_phrases():
    row = parsed("第一条、第二条、第三条、第四条、第五条")[0]
    assert row[MATCHES] > 0
    assert row[REPEATED] == 0


PROSE = "The pump was inspected on site; the mechanical seal had worn out and was replaced with a new one. "
STATUTE = "当事人对自己提出的主张，有责任提供证据。人民法院应当按照法定程序，全面地、客观地审查核实证据。"


@pytest.mark.parametrize("text", [PROSE * 6, STATUTE * 8, PROSE + STATUTE * 5])
def test_the_ratio_is_near_that_of_zlib_where_it_is_low(text):
    raw = text.encode()
    strings = views(pa.array([text]))
    ratio = compression(strings, parse(strings))[0]
    assert ratio == pytest.approx(len(zlib.compress(raw, 6)) / len(raw), abs=0.06)
