"""What kind of character every code point is: one byte a code point, looked up by the kernels."""

import unicodedata
from enum import IntEnum
from functools import cache

import numpy as np
import numpy.typing as npt

from curate.core.kernels.strings import Bytes

LIMIT = 0x40000
"""Code points from here on (tags, private use) share the last entry of a table: no script lives there."""


GB2312_LEVEL_2, BIG5_LEVEL_2 = 0xD8, 0xC7
"""First byte of the first character that is not of level 1."""
MIXED_WRITING = 0.2
"""Share of the rarer writing among the Han that only one writing has, from which on a text mixes simplified and
traditional: in 11,881 Chinese documents (statutes, cases, manuals in both writings) it is 15 % at most, six apart."""


class Kind(IntEnum):
    """Classes of characters; the order is the order of the columns of a count."""

    OTHER = 0
    """Unassigned, private, surrogate."""
    SPACE = 1
    """Space, tab and Unicode's other spaces."""
    NEWLINE = 2
    CONTROL = 3
    """Control and format characters (Cc, Cf)."""
    REPLACEMENT = 4
    """U+FFFD: what a decoder writes where it could not read."""
    DIGIT = 5
    """Digits and other numbers (Nd, Nl, No)."""
    LOWER = 6
    """a to z."""
    UPPER = 7
    """A to Z."""
    HIGH_LATIN = 8
    """Letters and rare signs of Latin-1 above ASCII: what UTF-8 or GBK read as Latin-1 consists of."""
    LATIN = 9
    """Latin letters beyond Latin-1."""
    HAN = 10
    """Han common to simplified and traditional writing, or of neither standard's plain set."""
    HAN_SIMPLE = 11
    """Common Han that only simplified writing has: in GB 2312, not in Big5."""
    HAN_TRADITIONAL = 12
    """Common Han that only traditional writing has: in Big5, not in GB 2312."""
    HAN_RARE = 13
    """Han outside both level 1 of GB 2312 and level 1 of Big5: what wrongly decoded Chinese consists of."""
    KANA = 14
    HANGUL = 15
    CYRILLIC = 16
    ARABIC = 17
    LETTER = 18
    """Letters and marks of every other script."""
    PUNCTUATION = 19
    SYMBOL = 20


KINDS = len(Kind)

_RANGES: tuple[tuple[int, int, Kind], ...] = (
    (0x0100, 0x024F, Kind.LATIN),
    (0x1E00, 0x1EFF, Kind.LATIN),
    (0x2C60, 0x2C7F, Kind.LATIN),
    (0xA722, 0xA7FF, Kind.LATIN),
    (0xFF21, 0xFF3A, Kind.LATIN),
    (0xFF41, 0xFF5A, Kind.LATIN),
    (0x0400, 0x052F, Kind.CYRILLIC),
    (0x1C80, 0x1C8F, Kind.CYRILLIC),
    (0x2DE0, 0x2DFF, Kind.CYRILLIC),
    (0xA640, 0xA69F, Kind.CYRILLIC),
    (0x0600, 0x06FF, Kind.ARABIC),
    (0x0750, 0x077F, Kind.ARABIC),
    (0x0870, 0x08FF, Kind.ARABIC),
    (0xFB50, 0xFDFF, Kind.ARABIC),
    (0xFE70, 0xFEFE, Kind.ARABIC),
    (0x1100, 0x11FF, Kind.HANGUL),
    (0x3130, 0x318F, Kind.HANGUL),
    (0xA960, 0xA97F, Kind.HANGUL),
    (0xAC00, 0xD7FF, Kind.HANGUL),
    (0x3041, 0x30FF, Kind.KANA),
    (0x31F0, 0x31FF, Kind.KANA),
    (0xFF66, 0xFF9F, Kind.KANA),
    (0x1B000, 0x1B16F, Kind.KANA),
    (0x3400, 0x4DBF, Kind.HAN_RARE),
    (0x4E00, 0x9FFF, Kind.HAN_RARE),
    (0xF900, 0xFAFF, Kind.HAN_RARE),
    (0x20000, 0x323AF, Kind.HAN_RARE),
)

HANGUL_FILLERS = (0x115F, 0x1160, 0x3164, 0xFFA0)
"""They stand for a letter that a syllable lacks, and nobody sees them: no letters, though Unicode says so."""

_SIGNS = [0xA0, 0xAD, *map(ord, "§©«®°±²³µ·¹»¼½¾×÷")]
"""Characters of Latin-1 that honest text is full of (dot leaders, units, quotes): of the class that Unicode says."""

_GENERAL = {
    "Nd": Kind.DIGIT,
    "Nl": Kind.DIGIT,
    "No": Kind.DIGIT,
    "Zs": Kind.SPACE,
    "Zl": Kind.NEWLINE,
    "Zp": Kind.NEWLINE,
    "Cc": Kind.CONTROL,
    "Cf": Kind.CONTROL,
}
_MAJOR = {"L": Kind.LETTER, "M": Kind.LETTER, "P": Kind.PUNCTUATION, "S": Kind.SYMBOL}


@cache
def categories() -> tuple[str, ...]:
    """Return the general category of every code point below LIMIT."""
    return tuple(map(unicodedata.category, map(chr, range(LIMIT))))


@cache
def kind_table() -> Bytes:
    """Return the class of every code point below LIMIT (shape LIMIT, uint8); the last entry stands for all above.

    Scripts go by Unicode block, everything else by general category. Treat it as read-only.
    """
    kinds = {said: int(_GENERAL.get(said) or _MAJOR.get(said[0], Kind.OTHER)) for said in set(categories())}
    table = np.fromiter(map(kinds.__getitem__, categories()), np.uint8, LIMIT)
    lettered = np.isin(table, (Kind.LETTER, Kind.OTHER))
    for first, last, kind in _RANGES:
        table[first : last + 1][lettered[first : last + 1]] = kind
    table[list(HANGUL_FILLERS)] = Kind.CONTROL
    signs = table[_SIGNS]
    table[0xA0:0x100] = Kind.HIGH_LATIN
    table[_SIGNS] = signs
    table[0x61:0x7B] = Kind.LOWER
    table[0x41:0x5B] = Kind.UPPER
    table[[0x09, 0x0A, 0xFFFD]] = Kind.SPACE, Kind.NEWLINE, Kind.REPLACEMENT
    table[[0x3005, 0x3007]] = Kind.HAN
    table[LIMIT - 1] = Kind.OTHER
    _sort_han(table)
    return table


def _sort_han(table: Bytes) -> None:
    """Tell common Han from rare, and simplified from traditional, by the two old national character sets.

    GB 2312 level 1 (rows 16 to 55) holds the 3,755 commonest simplified characters, Big5 level 1 (0xA4 to 0xC6) the
    5,401 commonest traditional ones; both codecs come with Python.
    """
    for code in range(0x4E00, 0xA000):
        character = chr(code)
        simple = character.encode("gb2312", "ignore")
        traditional = character.encode("big5", "ignore")
        common = (simple and simple[0] < GB2312_LEVEL_2) or (traditional and traditional[0] < BIG5_LEVEL_2)
        if common and simple and traditional:
            table[code] = Kind.HAN
        elif common:
            table[code] = Kind.HAN_SIMPLE if simple else Kind.HAN_TRADITIONAL


@cache
def unlisted_han() -> npt.NDArray[np.bool_]:
    """Tell of every code point below LIMIT whether it is a Han that no national set of characters has.

    GB 2312, Big5, JIS X 0208 and KS X 1001, whose codecs come with Python: together they have every Han that a subject
    or a name has but for a few, while 22 % of the block from U+4E00 to U+9FFF are in none. Treat it as
    read-only.
    """
    unlisted: npt.NDArray[np.bool_] = np.equal(kind_table(), Kind.HAN_RARE)
    every = "".join(map(chr, np.flatnonzero(unlisted)))
    for codec in ("gb2312", "big5", "shift_jis", "euc_kr"):
        unlisted[[*map(ord, every.encode(codec, "ignore").decode(codec))]] = False
    unlisted[LIMIT - 1] = False
    return unlisted
