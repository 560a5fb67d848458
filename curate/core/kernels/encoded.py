"""Find what no one reads: hexadecimal dumps and base64."""

import numpy as np
import numpy.typing as npt

from curate.core.kernels.compiled import inlined, kernel
from curate.core.kernels.strings import Bytes, Places, Strings

BASE64_CHARS = 32
"""A word of base64 is at least so long; identifiers seldom are."""
SEPARATORS = 8
"""At most one character in so many of base64 is `/`, `-` or `_`; paths and slugs have more."""
SPACE = 0x20
NONE, DIGIT, HEX_LETTER, SMALL, CAPITAL, SIGN, PADDING = range(7)
GROUPS = 7

Counts = npt.NDArray[np.int64]


def encoded_chars(strings: Strings) -> Counts:
    """Count the characters of each string that stand in words of hexadecimal or base64 (int64, shape n).

    A word ends at white space. Hexadecimal: digits and letters a to f, at least one of each, an even number of them.
    Base64: 32 characters or more of its alphabet with capitals, small letters and digits.
    """
    alphabet = np.full(256, NONE, np.uint8)
    for characters, group in (
        (b"0123456789", DIGIT),
        (b"abcdefABCDEF", HEX_LETTER),
        (b"ghijklmnopqrstuvwxyz", SMALL),
        (b"GHIJKLMNOPQRSTUVWXYZ", CAPITAL),
        (b"/-_", SIGN),
        (b"+=", PADDING),
    ):
        alphabet[list(characters)] = group
    counts = np.zeros(len(strings.starts), np.int64)
    _count(strings.data, (strings.starts, strings.stops), alphabet, np.zeros(GROUPS, np.int64), counts)
    return counts


@kernel
def _count(data: Bytes, spans: tuple[Places, Places], alphabet: Bytes, groups: Counts, counts: Counts) -> None:
    starts, stops = spans
    for i in range(len(starts)):
        at, stop = starts[i], stops[i]
        while at < stop:
            groups[:] = 0
            first = at
            while at < stop and data[at] > SPACE:
                groups[alphabet[data[at]]] += 1
                at += 1
            if groups[NONE] == 0 and at > first:
                counts[i] += at - first if _is_encoded(groups, at - first) else 0
            at += 1


@inlined
def _is_encoded(groups: Counts, chars: int) -> bool:
    if groups[DIGIT] > 0 and groups[HEX_LETTER] > 0 and groups[DIGIT] + groups[HEX_LETTER] == chars:
        return chars % 2 == 0
    mixed = groups[DIGIT] > 0 and groups[CAPITAL] > 0 and groups[SMALL] > 0
    return mixed and chars >= BASE64_CHARS and groups[SIGN] * SEPARATORS <= chars
