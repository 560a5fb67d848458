"""Digits of a column are chained as if each were looked at, although whole stretches of it are passed over."""

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from curate.lineage.chains import STRETCH, Chain, Digits, chained, chains

DIGIT = re.compile(rb"[0-9]|\xef\xbc[\x90-\x99]")
PIECES = [
    "7",
    "４",
    "138",
    "1234",
    "12345678901",
    " ",
    "-",
    "  ",
    "\t",
    " - ",
    "\n",
    "-\r\n    ",
    "\u200b\u200b",
    "－",
    "号",
]
PIECES += ["弑", "张", "：", "1:2;3", "x" * 60, "，" * 70]
TEXTS = st.lists(st.lists(st.sampled_from(PIECES), max_size=40).map("".join), min_size=1, max_size=4)


def every(body: bytes, offsets: np.ndarray) -> Digits:
    """Find each digit, one after another."""
    spans = np.array([match.span() for match in DIGIT.finditer(body)], np.int64).reshape(-1, 2)
    values = np.array([body[end - 1] & 0x0F for _, end in spans.tolist()], np.uint8)
    return Digits(spans[:, 0], spans[:, 1], values, np.searchsorted(offsets, spans[:, 0], side="right") - 1)


def both(texts: list[str]) -> tuple[list[Chain], list[Chain]]:
    parts = [text.encode() for text in texts]
    offsets = np.cumsum([0, *map(len, parts)]).astype(np.int32)
    data = np.frombuffer(b"".join(parts), np.uint8)
    return list(chains(data, offsets)), list(chained(every(data.tobytes(), offsets), data))


@given(texts=TEXTS, before=st.integers(0, 130))
def test_what_is_passed_over_belongs_to_no_chain(texts, before):
    found, expected = both(["x" * before + texts[0], *texts[1:]])
    assert found == expected


def test_a_number_across_the_border_of_two_stretches_is_found():
    for number in ("13812345678", "１３８１２３４５６７８", "138 1234 5678", "138\n    1234\n    5678"):
        for back in range(len(number.encode()) + 2):
            found, expected = both(["x" * (STRETCH - back) + number])
            assert found == expected
            assert "".join(run.number for run in found[0].runs) == "13812345678"
