"""The presets `gopher` and `fineweb` decide as datatrove does, for the reason that it gives."""

import random
from functools import cache
from importlib.util import find_spec
from itertools import cycle, islice

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.core.kernels.chunks import blanks
from curate.core.kernels.gopher import WORDS
from curate.stages.quality.affixes import WHOLE, Affixes
from curate.stages.quality.datatrove import FINEWEB, GOPHER, english, measure_datatrove
from curate.stages.quality.english import English
from curate.stages.quality.signals import DATATROVE_SIGNALS, SIGNALS
from curate.stages.quality.stage import Quality
from tests.conftest import TEXT, records

needs_datatrove = pytest.mark.skipif(
    find_spec("datatrove") is None, reason="datatrove is not installed: pip install -e '.[test]'"
)
FILTERS = {"gopher": 2, "fineweb": 3}
DRAW = random.Random(0)
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@cache
def filters():
    from datatrove.pipeline.filters import FineWebQualityFilter, GopherQualityFilter, GopherRepetitionFilter

    return GopherRepetitionFilter(), GopherQualityFilter(), FineWebQualityFilter()


@cache
def judged(text):
    """Return the number of the filter that rejects a text, and its reason."""
    from datatrove.data import Document

    for number, one in enumerate(filters()):
        said = one.filter(Document(text=text, id="0"))
        if said is not True:
            return number, said[1]
    return len(filters()), None


def theirs(text, preset):
    number, reason = judged(text)
    return reason if number < FILTERS[preset] else None


@cache
def step(preset):
    return Quality(**{"as": "quality", "preset": preset}).open()


def ours(texts, preset):
    """Return for each text the first rule that rejects it, or None."""
    reasons = [None] * len(texts)
    found = step(preset)(records(*texts)).found
    for line in [] if found is None else found.to_pylist():
        reasons[line["row"]] = reasons[line["row"]] or line["rule"].partition(":")[2]
    return reasons


def word(low=3, high=8):
    return "".join(DRAW.choices(LETTERS, k=DRAW.randint(low, high)))


def sound(words, low=3, high=8):
    """Return words that no one has said, with function words among them."""
    draw = DRAW.random
    return [DRAW.choice(("the", "of", "and", "to")) if draw() < 0.15 else word(low, high) for _ in range(words)]


def lines(count, end=".", words=12, between="\n"):
    return between.join(" ".join(sound(words)) + end for _ in range(count))


def said_twice(size, share):
    """Return a text in which runs of `size` words stand twice; their second time is such a share of all characters."""
    filler = round(size * 5 / 6 / share) - 2 * size
    parts = []
    for _ in range(12):
        run = [word(5, 5) for _ in range(size)]
        parts += [*run, *(word(5, 5) for _ in range(filler // 2)), *run, *(word(5, 5) for _ in range(filler // 2))]
    return " ".join(parts) + " the of"


def again(run, filler):
    """Return a text that says a run of words again and again, with others between."""
    return " ".join(" ".join([*run, *(word(3, 3) for _ in range(filler))]) for _ in range(40))


ONE, TWO = " ".join(sound(40)), " ".join(sound(30))
BROKEN = {
    "empty": "",
    "dup_para_frac": f"{ONE}\n\nyes\n\nno\n\nno\n\n\nno",
    "dup_para_char_frac": f"\n{ONE}\n\n{TWO}\n\n{ONE}\n\n{TWO}.",
    "dup_line_frac": f"{ONE}\n{TWO}\nno\nno\nno\nno",
    "dup_line_char_frac": f"{ONE}\n{TWO}\n{ONE}\nno\n",
    "top_2_gram": again(("red", "oil"), 4),
    "top_3_gram": again(("red", "oil", "cap"), 10),
    "top_4_gram": again(("red", "oil", "cap", "set"), 16),
    "duplicated_5_n_grams": said_twice(5, 0.18),
    "duplicated_6_n_grams": said_twice(6, 0.147),
    "duplicated_7_n_grams": said_twice(7, 0.14),
    "duplicated_8_n_grams": said_twice(8, 0.13),
    "duplicated_9_n_grams": said_twice(9, 0.118),
    "duplicated_10_n_grams": said_twice(10, 0.11),
    "gopher_short_doc": lines(4),
    "gopher_long_doc": " ".join(sound(100_100)),
    "gopher_below_avg_threshold": " ".join(word(1, 2) for _ in range(300)),
    "gopher_above_avg_threshold": " ".join(sound(90, 13, 16)),
    "gopher_too_many_hashes": " ".join(f"#{one}" if n % 4 == 0 else one for n, one in enumerate(sound(200))),
    "gopher_too_many_ellipsis": " ".join(f"{one}…" if n % 4 == 0 else one for n, one in enumerate(sound(200))),
    "gopher_too_many_bullets": "- " + lines(12, between="\r\n\t• "),
    "gopher_too_many_end_ellipsis": lines(8, end="... "),
    "gopher_below_alpha_threshold": " ".join(f"{one} {n * 7919 % 10007}" for n, one in enumerate(sound(90))),
    "gopher_enough_stop_words": " ".join(word(4, 7) for _ in range(90)),
    "line_punct_ratio": lines(10, end=","),
    "short_line_ratio": lines(40, words=4),
    "char_dup_ratio": lines(12, end="。") + "\nThis one stands here twice, and then no more." * 2,
    "list_ratio": lines(12, between="\n\n\n\n\n\n"),
}
SPECIAL = [
    " ",
    "\n",
    "\n\n\n",
    " \n \n ",
    "one",
    "。",
    "...",
    "=" * 500,
    "#" * 90,
    "中华人民共和国民法典第一条，" * 3,
    "中" * 3000,
    "字 " * 200,
    f"{ONE}\r\n{TWO}\r{ONE}\x85{TWO}\u2028{ONE}\x0b{TWO}",
    f"\n\n{ONE}.\n\n\n{TWO}!\n\n",
    f"{ONE}.\n{TWO}.\u00a0\n\u3000\n{ONE[::-1]}？",
    f"{ONE} {TWO}. " * 2,
    "a.b " * 60 + "Mr. D. Smith isn't here :) ) and the 9a.m. train of 3km... don't",
    "the " + "\u2003".join(sound(80)) + " of \U0001f600 \U00020000",
    " ".join(["a:) )", ":))", "o .", "> _ <", "( :", "8 )", "Ph .D."] * 12),
    "\ufeff" + ONE + "\u200b" + TWO,
    "- " * 100,
    "•\n" * 60,
    "x" * 20_000,
    "İß" * 50 + " " + ONE + TWO,
]
HARD = [
    ":)",
    ":-)",
    "Mr.",
    "D.",
    "(",
    ")",
    "8",
    "-",
    "_",
    "<",
    ">",
    ".",
    "..",
    "…",
    "o",
    "'",
    "don't",
    "a.m.",
    "°",
    "C.",
    "9",
]
PIECES = st.one_of(
    st.sampled_from(
        [ONE[:60], TWO, "the", "of", "and", "# ", "...", "…", "- ", "• ", "3.5km", "U.S.", "http://a.bc/d"]
    ),
    st.sampled_from(HARD),
    st.sampled_from([" ", " ", " ", "\n", "\n\n", "\r\n", "\u3000", "\x1c", "\u2029"]),
    TEXT,
)
LONGER = [text for text in list(BROKEN.values())[14:] if len(text) < 10_000]
PAGES = st.lists(PIECES, max_size=60).map("".join) | st.tuples(st.sampled_from(LONGER), TEXT).map("".join)


@pytest.mark.parametrize("reason", FINEWEB)
def test_every_rule_rejects_what_breaks_it(reason):
    assert ours([BROKEN[reason]], "fineweb") == [reason]
    assert ours([BROKEN[reason]], "gopher") == [reason if reason in GOPHER else None]


@needs_datatrove
@pytest.mark.parametrize("preset", FILTERS)
def test_texts_that_break_a_rule_are_rejected_for_datatroves_reason(preset):
    texts = [*BROKEN.values(), *SPECIAL]
    assert ours(texts, preset) == [theirs(text, preset) for text in texts]


@needs_datatrove
@given(texts=st.lists(PAGES, max_size=4))
def test_texts_of_all_kinds_are_decided_as_datatrove_does(texts):
    for preset in FILTERS:
        assert ours(texts, preset) == [theirs(text, preset) for text in texts]


@cache
def spacy_tokenizer():
    import spacy

    return spacy.blank("en").tokenizer


@cache
def affixes():
    return Affixes()


def words_of(text):
    return [word.text for word in spacy_tokenizer()(text) if word.text.strip()]


@given(parts=st.lists(st.sampled_from(HARD) | st.sampled_from(["", " ", "\n"]) | TEXT, max_size=9))
def test_words_are_those_of_spacy(parts):
    text = "".join(parts)
    assert affixes().words(text) == words_of(text)


@pytest.mark.parametrize(
    "case", ["=" * 300, "!?" * 200, "." * 99 + "a", ":)" * 99 + "x", "a-b" * 200, "a:" * 200 + "@b.com"]
)
def test_long_chunks_have_the_words_of_spacy(case):
    assert affixes().words(case) == words_of(case)


def test_every_special_case_of_spacy_beside_and_within_others_is_cut_as_it_does():
    cases = sorted(affixes().rules)
    draw = random.Random(1)
    for case in cases:
        text = "".join(islice((draw.choice([case, case, " ", "(", ".", draw.choice(cases)]) for _ in cycle("x")), 12))
        assert affixes().words(text) == words_of(text)


def test_characters_that_are_passed_over_are_no_infix():
    infix = affixes().infix
    whole = [chr(code) for code in range(0x10000) if WHOLE.fullmatch(chr(code))]
    text = "".join(f"a{one}a1{one}1Ab{one}Ab" for one in whole)
    assert not infix.search(text)


def test_white_space_is_what_python_says():
    white = {code for code, blank in enumerate(blanks()) if blank}
    assert white == {code for code in range(0x110000) if chr(code).isspace()}


@given(texts=st.lists(PAGES, max_size=4))
def test_what_is_remembered_of_other_texts_changes_nothing(texts):
    column = pa.array(texts, pa.string())
    kept = measure_datatrove(column)
    english().forget()
    for row, text in enumerate(texts):
        alone = measure_datatrove(pa.array([text], pa.string()))
        assert [kept[name][row].tobytes() for name in kept] == [alone[name][0].tobytes() for name in alone]


def test_a_memo_that_is_full_is_begun_anew(monkeypatch):
    monkeypatch.setattr("curate.stages.quality.english.MEMO_CHUNKS", 3)
    column, fresh = pa.array(list(BROKEN.values())[:8]), English()
    first = fresh.counts(column).tolist()
    held = fresh.chunks
    assert fresh.counts(column).tolist() == first
    assert fresh.chunks == held


def test_a_slice_is_measured_like_the_whole_and_a_null_not_at_all():
    column = pa.array([ONE, None, *BROKEN.values()], pa.string())
    whole, part = measure_datatrove(column), measure_datatrove(column.slice(1, 4))
    for name in DATATROVE_SIGNALS:
        assert whole[name][1:5].tobytes() == part[name].tobytes()
        assert whole[name][1] != whole[name][1]


@pytest.mark.parametrize("preset", FILTERS)
def test_what_datatrove_measures_is_a_signal_where_a_rule_asks_for_it(preset):
    names = {f"quality_{name}" for name in (*SIGNALS, *DATATROVE_SIGNALS)} | {"quality_content_type", "quality_chinese"}
    assert set(Quality(**{"as": "quality", "preset": preset}).adds.names) == names
    assert Quality(preset=preset).uses == ("spacy",)
    assert Quality().uses == ()
    own = Quality(**{"as": "quality", "rules": {"mine": {"when": "chars > 3 and gopher_words < 3"}}})
    assert set(own.adds.names) == names
    found = own.open()(records("two words", "three words here", "no")).found
    assert [
        row
        for row, rule in zip(found["row"].to_pylist(), found["rule"].to_pylist(), strict=True)
        if rule == "quality:mine"
    ] == [0]


def test_a_rule_of_datatrove_can_be_changed_and_turned_off():
    text = BROKEN["gopher_short_doc"]
    changed = {"gopher_short_doc": {"min": 10}, "dup_line_frac": "off"}
    judge = Quality(**{"as": "quality", "preset": "gopher", "rules": changed}).open()
    assert judge(records(text)).found is None
    assert judge(records("the of")).found["rule"].to_pylist()[0] == "quality:top_2_gram"


def test_more_rows_in_doubt_than_were_thought_of_are_cut_as_spacy_does():
    text = "\n".join(f"a:) ) {word()}" for _ in range(600))
    counts = english().counts(pa.array(["sound.", text, None, text[:12]]))
    assert counts[:, WORDS].tolist() == [len(words_of(one)) for one in ("sound.", text, "", text[:12])]
