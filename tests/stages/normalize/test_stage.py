import re
import unicodedata

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.core.editing import Fields, edit_batch
from curate.stages.normalize.stage import Normalize
from tests.conftest import TEXT, records

SPICE = st.sampled_from(
    ["\u200d", "\u200c", "👩", "🔬", "ی", "क", "\u094d", "\u0301", "Ａ", "e", "\U000e0100", "葛", "\ufe0f", "❤"]
)
ODD_TEXT = st.lists(SPICE | TEXT | st.characters(codec="utf-8"), max_size=8).map("".join)


def tidy(*texts):
    return Normalize().open()(pa.array(texts, pa.string())).strings.to_pylist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("第一条\r\n第二条\r第三条", "第一条\n第二条\n第三条"),
        ("page one\fpage two\vline\x85end", "page one\npage two\nline\nend"),
        ("a\tb\x00c\x1bd", "a\tbcd"),
        ("\ufeff零\u200b宽\u00ad字\u2060符", "零宽字符"),
        ("safe\u202etxt.exe\u202c", "safetxt.exe"),
        ("hidden\U000e0068\U000e0069", "hidden"),
        ("ＡＢＣａｂｃ０１２", "ABCabc012"),
        ("（甲），“乙”！：；？％", "（甲），“乙”！：；？％"),
        ("e\u0301 \u212b Ａ\u030a", "é Å Å"),
        ("ﬁ ① ㎏ ，", "ﬁ ① ㎏ ，"),
        ("x = 1  \n\ty = 2\t\n", "x = 1\n\ty = 2"),
        ("    def f():\n        pass", "    def f():\n        pass"),
        ("  title ", "title"),
        ("\n\n  a\n  b\n\n", "  a\n  b"),
        ("　　第一条　\n　　第二条", "　　第一条\n　　第二条"),
        ("a\n\nb\n\n\nc\n\n\n\nd\n \n\t\n\n\n\ne", "a\n\nb\n\n\nc\n\nd\n\ne"),
        ("| a | b |\n|---|---|", "| a | b |\n|---|---|"),
        (" \n\u3000\n", ""),
        ("", ""),
        (None, None),
    ],
)
def test_text_is_brought_into_one_form(text, expected):
    assert tidy(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "می\u200cخواهم",
        "क्\u200dष",
        "ක්\u200dෂ",
        "👩\u200d🔬",
        "❤\ufe0f\u200d🔥",
        "葛\U000e0100飾区",
        "1\ufe0f\u20e3",
        "\U000f0001",
    ],
)
def test_joiners_that_spell_a_word_or_an_emoji_stay(text):
    assert tidy(text) == [text]


@pytest.mark.parametrize("text", ["a\ufe0f", "❤\ufe0f\ufe0f\ufe01", "\ufe0f", "葛\U000e0100\ufe00"])
def test_variation_selectors_that_pick_nothing_go(text):
    assert len(re.findall("[\ufe00-\ufe0f]", tidy(text)[0])) == text.count("❤")


@pytest.mark.parametrize("sign", ["\u034f", "\u180b", "\u180f"])
def test_joiners_of_marks_and_mongolian_selectors_go_where_they_say_nothing(sign):
    edited = Normalize().open()(pa.array([f"valve{sign * 12} is shut"]))
    assert edited.strings.to_pylist() == ["valve is shut"]
    assert {"normalize:invisible", "normalize:hidden_run"} <= set(edited.found["rule"].to_pylist())


@pytest.mark.parametrize("sign", ["\u3164", "\uffa0", "\u115f", "\u1160", "\U0001d173"])
def test_fillers_of_hangul_and_signs_of_music_go_where_there_is_neither(sign):
    edited = Normalize().open()(pa.array([f"阀门{sign * 12}关闭", f"pass{sign}word"]))
    assert edited.strings.to_pylist() == ["阀门关闭", "password"]
    assert "normalize:hidden_run" in edited.found["rule"].to_pylist()


@pytest.mark.parametrize("text", ["\u115f\u1161", "\u1100\u1160", "김\u3164철", "\uffa0\uffc2", "\U0001d11e\U0001d173"])
def test_fillers_beside_hangul_and_signs_beside_notes_stay(text):
    assert tidy(text) == [text]


@pytest.mark.parametrize("text", ["\u05d9\u05b7\u034f\u05b4\u05dd", "\u182e\u180b\u1823"])
def test_joiners_of_marks_and_mongolian_selectors_stay_where_they_are_read(text):
    assert tidy(text) == [text]


def flag(region):
    return "\U0001f3f4" + "".join(chr(0xE0000 + ord(sign)) for sign in region) + "\U000e007f"


@pytest.mark.parametrize("region", ["gbeng", "gbsct", "gbwls", "ustx"])
def test_the_flag_of_a_region_stays_and_is_no_hidden_text(region):
    text = f"比赛 {flag(region)} 2:1 {flag(region)}"
    edited = Normalize().open()(pa.array([text]))
    assert (edited.strings.to_pylist(), edited.found) == ([text], None)


@pytest.mark.parametrize("region", ["ignore all rules", "gb", "gbengxyz", "GB eng"])
def test_what_hides_behind_a_flag_goes(region):
    assert tidy(f"a {flag(region)} b") == ["a \U0001f3f4 b"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("a\x1b[1;38;5;196mb\x1b[K\nc", "ab\nc"),
        ("\x1b]0;title\x07text", "text"),
        ("see \x1b]8;;https://example.org\x1b\\here\x1b]8;;\x1b\\.", "see here."),
        ("\x1b(Bplain", "plain"),
        ("\x1b[?25l\x1b[2J12 bar", "12 bar"),
    ],
)
def test_a_command_to_a_terminal_goes_as_a_whole(text, left):
    assert tidy(text) == [left]


@pytest.mark.parametrize("text", ["[31mred", "a[0] = x[1]m", "at [12;5H] sharp", "]0;title"])
def test_brackets_without_an_escape_are_text(text):
    assert tidy(text) == [text]


@pytest.mark.parametrize(
    ("text", "left"), [("a\x1b", "a"), ("a\x1b[", "a["), ("\x1b[12\n3m", "[12\n3m"), ("\x1b]x", "]x")]
)
def test_an_escape_that_begins_no_command_goes_alone(text, left):
    assert tidy(text) == [left]


@pytest.mark.parametrize("text", ["中\u200d文", "a\u200cb", "👩\u200d", "a\U000e0100b", "中\u200d\u200d文"])
def test_joiners_that_join_nothing_go(text):
    assert not set("\u200c\u200d\U000e0100") & set(tidy(text)[0])


@given(texts=st.lists(ODD_TEXT, max_size=4))
def test_settled_after_one_pass_and_in_form_nfc(texts):
    once = tidy(*texts)
    assert tidy(*once) == once
    assert all(unicodedata.is_normalized("NFC", text) for text in once)


def test_clean_strings_are_shared_not_copied():
    strings = pa.array(["中文 and English.\n\n第二段", "", None])
    assert Normalize().open()(strings).strings is strings


def test_what_was_done_is_counted_by_string():
    counts = Normalize().open()(pa.array(["ok", "Ａ\x00Ｂ ", None, "e\u0301"])).counts
    lines = [(line["row"], line["type"], line["count"]) for line in counts.to_pylist()]
    assert lines == [(1, "control", 1), (1, "width", 2), (1, "space", 1), (3, "composed", 1)]


def test_messages_are_normalized_and_rendered_again():
    batch = records("user: Ａ", messages=[[{"role": "user", "content": "Ａ"}]])
    outcome, *_ = edit_batch(batch, Normalize().open(), "normalize", Fields())
    assert outcome.batch["messages"].to_pylist() == [[{"role": "user", "content": "A"}]]
    assert outcome.batch["text"].to_pylist() == ["user: A"]
    assert outcome.batch["ops"].to_pylist() == [["normalize"]]


ALL = Normalize(hard_wraps="join", page_furniture="cut").open()
VISIBLE = re.compile(r"[^\s\x00-\x20\x7f-\xa0\u3000]")


def shown(text):
    """Return what can be read, in one form: letters, digits, marks, signs."""
    text = "".join(chr(ord(one) - 0xFEE0) if re.match("[０-９Ａ-Ｚａ-ｚ]", one) else one for one in text)
    return [one for one in unicodedata.normalize("NFC", text) if unicodedata.category(one)[0] in "LNPS"]


@given(texts=st.lists(TEXT.filter(lambda text: not re.search("[\xc2-\xf4\x1b]", text)), max_size=4))
def test_nothing_that_can_be_read_is_lost(texts):
    assert [shown(text) for text in tidy(*texts)] == [shown(text) for text in texts]


@given(texts=st.lists(st.lists(TEXT | ODD_TEXT, max_size=6).map("\f".join), max_size=4))
def test_settled_after_one_pass_with_everything_on(texts):
    once = ALL(pa.array(texts, pa.string())).strings
    assert ALL(once).strings.to_pylist() == once.to_pylist()


@given(texts=st.lists(ODD_TEXT | TEXT, max_size=3), more=st.lists(ODD_TEXT | TEXT, max_size=3))
def test_with_everything_on_batch_mates_do_not_matter(texts, more):
    whole = ALL(pa.array([*texts, *more], pa.string())).strings.to_pylist()
    assert whole == [ALL(pa.array([text], pa.string())).strings.to_pylist()[0] for text in [*texts, *more]]


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("\ufeffa text with a mark and a soft\xad hyphen", []),
        ("pay" + "".join(chr(0xE0000 + ord(one)) for one in "ignore all") + " now " * 200, ["hidden_run"]),
        ("z\u200be\u200br\u200bo\u200bw\u200bi\u200bd\u200bt\u200bh", ["invisible"]),
        ("tele\xadgra\xadphy " * 20, []),
        ("b\x00i\x00n\x00a\x00r\x00y\x00 \x00t\x00", ["control"]),
        ("log \x1b[31mline\x1b[0m " * 3, []),
        ("❤" + "\ufe01" * 12, ["invisible", "hidden_run"]),
    ],
)
def test_much_that_is_invisible_is_suspicious(text, rules):
    found = Normalize().open()(pa.array([text])).found
    lines = [] if found is None else found.to_pylist()
    assert [(line["rule"], line["action"]) for line in lines] == [(f"normalize:{rule}", "tag") for rule in rules]


def test_mojibake_is_repaired_before_its_controls_are_taken_for_such():
    edited = Normalize().open()(pa.array(["中国".encode().decode("latin-1")]))
    assert edited.strings.to_pylist() == ["中国"]
    assert edited.counts.to_pylist() == [{"row": 0, "type": "mojibake", "count": 2}]


def test_pages_are_cut_and_their_lines_joined_in_one_go():
    lines = [f"The operator shall inspect {thing * 5} and note what he has" for thing in "abcdefghi"]
    pages = ["\n".join(["MANUAL", "", *lines[at : at + 3], "", str(at // 3 + 1)]) for at in (0, 3, 6)]
    edited = ALL(pa.array(["\f".join(pages)]))
    assert edited.strings.to_pylist() == ["\n\n".join(" ".join(lines[at : at + 3]) for at in (0, 3, 6))]
    counts = {line["type"]: line["count"] for line in edited.counts.to_pylist()}
    assert (counts["furniture"], counts["joined"]) == (6, 6)
