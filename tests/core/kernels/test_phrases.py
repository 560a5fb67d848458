import math
from collections import Counter

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.core.kernels import phrases
from curate.core.kernels.strings import views

WORDS = st.lists(st.sampled_from("abcd"), max_size=60)


def runs(words, width):
    return list(zip(*(words[place:] for place in range(width)), strict=False))


def commonest(words, width):
    most = max(Counter(runs(words, width)).values(), default=0)
    return width * most if most > 1 else 0


def again(words, width):
    seen, at, found = set(), 0, 0
    every = runs(words, width)
    while at < len(every):
        stood = every[at] in seen
        seen.add(every[at])
        found += width * stood
        at += width if stood else 1
    return found


def counted(words):
    functions = sum(word == "a" for word in words)
    top = [commonest(words, 2), commonest(words, 4)]
    return [len(words), len(set(words)), functions, *top, again(words, 5), again(words, 10), 0, 0]


@given(texts=st.lists(WORDS, max_size=4))
def test_words_are_counted_as_python_counts_them(texts):
    counts, sums = phrases.phrase_counts(views(pa.array([" ".join(words) for words in texts], pa.string())))
    assert counts.tolist() == [counted(words) for words in texts]
    for words, found in zip(texts, sums, strict=True):
        shares = [times / len(words) for times in Counter(words).values()]
        entropy = -sum(share * math.log(share) for share in shares) * len(words)
        pairs = sum(times * (times - 1) // 2 for times in Counter(runs(words, 2)).values())
        assert found[phrases.ENTROPY] == pytest.approx(entropy, abs=1e-6)
        assert found[phrases.PAIRS] == pairs


def test_every_window_of_a_long_text_counts_by_itself():
    window = [f"w{number}" for number in range(phrases.WINDOW_WORDS)]
    counts, _ = phrases.phrase_counts(views(pa.array([" ".join(window * 2)])))
    assert counts[0, phrases.DISTINCT] == 2 * len(window)
    assert counts[0, phrases.AGAIN_5] == 0


def test_articles_and_prepositions_are_held_against_what_stands_behind_them():
    text = "the pump of the line, the of; a of, from is, by and with an had"
    counts, _ = phrases.phrase_counts(views(pa.array([text])))
    assert counts[0, phrases.LEADING] == 10
    assert counts[0, phrases.MISPLACED] == 3
