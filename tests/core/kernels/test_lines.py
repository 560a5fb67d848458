from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.core.kernels.encoded import BASE64_CHARS, ENCODED, SEPARATORS, encoded_chars
from curate.core.kernels.lines import (
    COPIED,
    DUPLICATE_CHARS,
    ENDED,
    LINE_CHARS,
    LINES,
    MENU,
    MENU_CHARS,
    MENU_CHARS_WIDE,
    PARAGRAPH_CHARS,
    PARAGRAPHS,
    line_counts,
)
from curate.core.kernels.strings import views
from tests.conftest import TEXT

LINE = (
    st.sampled_from(
        ["", " ", "运行记录：正常运转中", "pump restarted", "}", "首页", "Home", "第3条", "末尾。", " tail, "]
    )
    | TEXT
)
TEXTS = st.lists(st.lists(LINE, max_size=8).map("\n".join), max_size=4)
ENDS, CLOSING = tuple(".!?;:,。！？；：，、…"), tuple("\"')]*_”’」』）》】")
COLUMNS = [LINES, LINE_CHARS, COPIED, MENU, PARAGRAPHS, PARAGRAPH_CHARS, ENDED]


def marks(line):
    """What a line ends with, one closing mark left out; nothing where that leaves nothing."""
    return line[:-1] if line.endswith(CLOSING) else line


def lines_of(text):
    stripped = [line.strip(" \t") for line in text.split("\n")]
    lines = [line for line in stripped if line]
    again = [line for place, line in enumerate(lines) if len(line) >= DUPLICATE_CHARS and line in lines[:place]]
    menu = [
        line
        for line in lines
        if len(line) < (MENU_CHARS if line.isascii() else MENU_CHARS_WIDE)
        and not any("0" <= character <= "9" for character in line)
        and not marks(line).endswith(ENDS)
    ]
    ended = [line for line in map(marks, lines) if line.endswith(tuple(".!?。！？")) and not line.endswith("..")]
    paragraphs = sum(bool(line) and not before for before, line in pairwise(["", *stripped]))
    chars = sum(map(len, lines))
    return [len(lines), chars, sum(map(len, again)), len(menu), paragraphs, chars, len(ended)]


@given(texts=TEXTS)
def test_lines_are_counted_as_python_counts_them(texts):
    counts = line_counts(views(pa.array(texts, pa.string())))
    assert counts[:, COLUMNS].tolist() == [lines_of(text) for text in texts]


def test_a_line_of_another_text_is_no_duplicate():
    line = "the same line of text"
    assert line_counts(views(pa.array([line, line])))[:, COPIED].tolist() == [0, 0]


def is_encoded(word):
    letters = [letter for letter in word if letter in "abcdefABCDEF"]
    digits = [digit for digit in word if digit in "0123456789"]
    if letters and digits and len(letters) + len(digits) == len(word):
        return len(word) % 2 == 0
    signs = sum(word.count(sign) for sign in "/-_")
    mixed = any("A" <= c <= "Z" for c in word) and any("a" <= c <= "z" for c in word) and digits
    alphabet = all(character.isascii() and (character.isalnum() or character in "/-_+=") for character in word)
    return bool(mixed and alphabet and len(word) >= BASE64_CHARS and signs * SEPARATORS <= len(word))


WORD = st.sampled_from(["7f45", "4c46", "0a0", "2024", "deed", "pump", "/usr/lib/X11"]) | st.text(
    "abAB01gG/+=-_ ", max_size=40
)


@given(words=st.lists(WORD | TEXT.filter(lambda text: all(ord(c) > 0x20 for c in text)), max_size=6))
def test_encoded_words_are_counted_as_python_counts_them(words):
    text = " ".join(words)
    expected = sum(len(word) for word in text.split(" ") if is_encoded(word))
    assert encoded_chars(views(pa.array([text])))[:, ENCODED].tolist() == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "Revenue 2019 2018 2017 12 34 56 78",
        "see /usr/share/doc/LinuxCNC2/Examples/lathe/Plasma3 for the file",
        "https://www.example.org/2024/Annual-Report/Section-4/table_17b",
        "第十二条 2024年1月1日起施行",
        "add bed face cafe",
    ],
)
def test_figures_paths_addresses_and_words_are_not_encoded(text):
    assert encoded_chars(views(pa.array([text])))[:, ENCODED].tolist() == [0]


def test_dumps_and_base64_are_encoded():
    dump, base64 = "0a1b 7f45 4c46 02f1", "QmFzZTY0IGlzIG5vdCByZWFkIGJ5IGFueW9uZSBhdCBhbGwh0123"
    assert encoded_chars(views(pa.array([dump, base64])))[:, ENCODED].tolist() == [16, len(base64)]
