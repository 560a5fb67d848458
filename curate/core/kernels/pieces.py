"""Estimate how many tokens a subword tokenizer would make of a text, from its words and classes of characters."""

import numpy as np
import numpy.typing as npt

from curate.core.kernels.characters import LIMIT, Kind, kind_table
from curate.core.kernels.compiled import inlined, kernel
from curate.core.kernels.strings import Bytes, Places, Strings
from curate.core.kernels.utf8 import decode

Costs = npt.NDArray[np.int64]

LAST = LIMIT - 1
TOKEN = 100
"""Costs are counted in hundredths of a token: whole numbers add up alike everywhere."""
LETTERS_A_TOKEN, CAPITALS_A_TOKEN, DIGITS_A_TOKEN, MARKS_A_TOKEN = 9, 3, 2, 3
"""A word of lower-case ASCII letters is one token up to nine letters, capitals cost one in three; digits lie between
one a token (Qwen) and three (GPT-4, Llama 3); runs of ASCII punctuation merge."""
COSTS = {
    Kind.HAN: 60,
    Kind.HAN_SIMPLE: 60,
    Kind.HAN_TRADITIONAL: 80,
    Kind.HAN_RARE: 160,
    Kind.KANA: 70,
    Kind.HANGUL: 70,
    Kind.CYRILLIC: 35,
    Kind.ARABIC: 45,
    Kind.LATIN: 80,
    Kind.HIGH_LATIN: 80,
    Kind.LETTER: 80,
    Kind.SPACE: 50,
    Kind.NEWLINE: 100,
    Kind.PUNCTUATION: 90,
    Kind.DIGIT: 100,
    Kind.SYMBOL: 150,
}
"""Hundredths of a token for one character outside the runs above; a class that is not listed costs two tokens."""
UPPER_Z, LOWER_A, LOWER_Z, DIGIT_0, DIGIT_9, SPACE, FEED, LAST_ASCII = 0x5A, 0x61, 0x7A, 0x30, 0x39, 0x20, 0x0A, 0x7F
CASE = 0x20
"""The bit that parts small letters from capitals in ASCII."""


def estimated_tokens(strings: Strings) -> npt.NDArray[np.int32]:
    """Estimate the number of tokens of each string (int32), rounded up."""
    costs = np.full(len(Kind), 2 * TOKEN, np.int64)
    costs[list(COSTS)] = list(COSTS.values())
    tokens = np.zeros(len(strings.starts), np.int32)
    _estimate(strings.data, strings.starts, strings.stops, costs[kind_table()].astype(np.uint8), tokens)
    return tokens


@kernel
def _estimate(data: Bytes, starts: Places, stops: Places, costs: Bytes, tokens: npt.NDArray[np.int32]) -> None:
    for i in range(len(starts)):
        at, stop, cost = starts[i], stops[i], 0
        while at < stop:
            byte = data[at]
            first = at
            if LOWER_A <= byte | CASE <= LOWER_Z:
                at, capitals = _word(data, at, stop)
                cost += _word_cost(at - first, capitals)
            elif DIGIT_0 <= byte <= DIGIT_9:
                while at < stop and DIGIT_0 <= data[at] <= DIGIT_9:
                    at += 1
                cost += (at - first + DIGITS_A_TOKEN - 1) // DIGITS_A_TOKEN * TOKEN
            elif byte <= SPACE:
                while at < stop and data[at] <= SPACE:
                    at += 1
                cost += TOKEN if at - first > 1 or byte == FEED else 0
            elif byte <= LAST_ASCII:
                while at < stop and SPACE < data[at] <= LAST_ASCII and not _is_word(data[at]):
                    at += 1
                cost += (at - first + MARKS_A_TOKEN - 1) // MARKS_A_TOKEN * TOKEN
            else:
                code, at = decode(data, at, stop)
                cost += costs[min(code, LAST)]
        tokens[i] = (cost + TOKEN - 1) // TOKEN


@inlined
def _is_word(byte: int) -> bool:
    return LOWER_A <= byte | CASE <= LOWER_Z or DIGIT_0 <= byte <= DIGIT_9


@inlined
def _word(data: Bytes, at: int, stop: int) -> tuple[int, int]:
    """Return where the ASCII letters that start at `at` end, and how many of them are capitals."""
    capitals = 0
    while at < stop and LOWER_A <= data[at] | CASE <= LOWER_Z:
        capitals += data[at] <= UPPER_Z
        at += 1
    return at, capitals


@inlined
def _word_cost(letters: int, capitals: int) -> int:
    if capitals == letters:
        return (letters + CAPITALS_A_TOKEN - 1) // CAPITALS_A_TOKEN * TOKEN
    return ((letters + LETTERS_A_TOKEN - 1) // LETTERS_A_TOKEN + max(capitals - 1, 0)) * TOKEN
