import re

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.core.kernels import normal
from curate.core.kernels.strings import as_array, views
from tests.conftest import TEXT

BLANKS = "".join(
    chr(code) for code in range(normal.LIMIT) if normal.action_table()[code] & normal.ACTION == normal.BLANK
)
PIECES = st.sampled_from(["\n", " ", "\t", "\r", "\r\n", "\f", "\u3000", "a", "中", "\x00", "\u200b", "Ａ", "１", "（"])
SHAPED = st.lists(PIECES, max_size=14).map("".join)
JOINERS = re.compile("[\u200c\u200d\u180e\ufe00-\ufe0f\U00040000-\U0010ffff]")


def tidy(texts):
    array = pa.array(texts, pa.string())
    strings = views(array)
    data, ends, counts = normal.rewrite(strings, normal.needs(strings)[0])
    made = as_array(data, ends, array.is_valid())
    made.validate(full=True)
    return made.to_pylist(), [dict(zip(normal.COUNTED, row, strict=False)) for row in counts.tolist()]


def reference(text):
    """Say in regular expressions what the kernel does, characters that depend on neighbours left out."""
    text = re.sub("\r\n|[\r\v\f\x85\u2028\u2029]", "\n", text)
    actions = normal.action_table()
    kept = []
    for character in text:
        action = actions[ord(character)] & normal.ACTION
        if action == normal.WIDE:
            kept.append(chr(ord(character) - normal.WIDE_OFFSET))
        elif action in {normal.SOLID, normal.BLANK, normal.NEWLINE}:
            kept.append(character)
    text = re.sub(f"[{re.escape(BLANKS)}]+(?=\n|\\Z)", "", "".join(kept))
    text = re.sub("\n{4,}", "\n\n", text.strip("\n"))
    return text if "\n" in text else text.strip(BLANKS)


@given(texts=st.lists((SHAPED | TEXT).filter(lambda text: not JOINERS.search(text)), max_size=4))
def test_the_kernel_does_what_the_expressions_say(texts):
    assert tidy(texts)[0] == [reference(text) for text in texts]


@given(texts=st.lists(SHAPED | TEXT, max_size=4))
def test_a_string_that_is_not_flagged_would_not_change(texts):
    strings = views(pa.array(texts, pa.string()))
    flags = normal.needs(strings)[0]
    data, ends, _ = normal.rewrite(strings, np.full_like(flags, normal.EDIT))
    forced = as_array(data, ends, pa.array([True] * len(texts), pa.bool_())).to_pylist()
    for text, flag, changed in zip(texts, flags, forced, strict=True):
        assert flag & normal.EDIT or text == changed


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("a\r\nb\rc\fd", {"line_end": 3}),
        ("a\x00\x1b\x9f", {"control": 3}),
        ("a\u200b\u00ad\ufeff\U000e0041\u202e", {"invisible": 5}),
        ("Ａ１，（）", {"width": 2}),
        ("a \t\nb\u3000", {"space": 2}),
        ("  a", {"space": 1}),
        ("a\n\n\n\nb", {"blank_line": 2}),
        ("\n\na\n", {"blank_line": 3}),
    ],
)
def test_what_is_done_is_counted(text, kinds):
    (counted,) = tidy([text])[1]
    assert {kind: number for kind, number in counted.items() if number} == kinds
