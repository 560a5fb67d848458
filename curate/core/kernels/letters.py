"""Measure words that nobody wrote: letters in an order of chance, misread ones, fingers that ran along the keys."""

import numpy as np
import numpy.typing as npt

from curate.core.kernels.compiled import inlined, kernel
from curate.core.kernels.strings import Bytes, Places, Strings

PAIRS, ODD_PAIRS, ALL_PAIRS, KEYED_PAIRS = range(4)
COLUMNS = 4
LETTERS, DIGIT = 27, 28
DOT = 0x2E
FIELD = 12
"""Bits of each count of a word; a word of more than LONGEST letters is cut there."""
LONGEST = 4_000
_COMMON_PAIRS = """
abcdfghijklmnopqrstuvwyz abeilorstuy acehijklortuyz adeilmnoprsuyz abcdefghijklmnopqrstuvwxyz aefilnortuy
aeghijklnorstuwy aeijklmnortuvwy abcdefghjklmnopqrstuvwxz aeiknou aeghijklnorstu abcdefghiklmnopstuvwy abeimnopstuvw
acdefghijklnostuvwyz abcdefghijklmnoprstuvwy adeghikloprstu u abcdefghijklmnopqrstuvwyz acehijklmnopqstuvwyz
acehijkloprstuvwyz abcdefghiklmnoprstvxyz aeinos aehinorsy aeipt acdeflmnoprstw aeinotuwyz
"""
COMMON_PAIRS = _COMMON_PAIRS.split()
"""What often follows a, b, c ... z within words: at least 4 pairs in 10,000 of one of sixteen languages of the Latin
alphabet (counted in the translations of the Debian handbook), and what of Welsh makes up 20 in 10,000 (in translated
programs; without `ae` and `sg`, which letters in disorder have too). 0.5 to 1.1 % of the pairs of each of the sixteen
are odd; of letters drawn by chance 41 % would be."""
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
"""Keys that lie side by side. 8 % of the pairs of English are of two of them (`er`, `re`, `as`, `io`)."""
VOWELS = "aeiouy"
ABBREVIATED = 6
"""Letters of what is written without its vowels, at most."""
FEWEST_LETTERS = 4
"""Letters of a word that says something: units, variables and pairs of hexadecimal digits have fewer."""
SLOTS = 4_096
"""Odd words that are remembered, each in the slot of its hash; one that drives another out lets it count again."""
BASIS, PRIME = 0xCBF29CE484222325, 0x100000001B3
"""Of FNV-1a with 64 bits (RFC 9923)."""

Counts = npt.NDArray[np.int64]
Longs = npt.NDArray[np.uint64]


def letter_counts(strings: Strings) -> Counts:
    """Count in each string, shape (n, COLUMNS), int64.

    PAIRS, letters of ASCII that a small one follows, in words (letters and digits of ASCII that stand together) of
    FEWEST_LETTERS or more, with a vowel or more than ABBREVIATED letters, and more than two letters a digit: what is
    short and has no vowel is shorthand (`brg`, `rplcd`, `xfmr`), what is full of digits a name, and so is what a dot
    and a small letter follow (`xkqvjw.example`). ODD_PAIRS, those that no language of the Latin alphabet puts together
    often (both pairs of a digit between small letters are, as recognition reads `va1ve`), of each word once in a
    string, in whatever case: what comes again is a name (`dgemm`), noise falls otherwise each time. ALL_PAIRS, those of
    every word; KEYED_PAIRS, what of them is of two keys side by side.
    """
    found = np.zeros((len(strings.starts), COLUMNS), np.int64)
    _count(strings.data, (strings.starts, strings.stops), (_letters(), _pairs()), found)
    return found


def _letters() -> Bytes:
    """Return a number for each byte: 1 to 26 for a small letter, 32 more for a capital, DIGIT, or 0."""
    numbers = np.zeros(256, np.uint8)
    numbers[0x61:0x7B] = np.arange(1, LETTERS)
    numbers[0x41:0x5B] = np.arange(1, LETTERS) + 32
    numbers[list(b"0123456789")] = DIGIT
    return numbers


def _pairs() -> Longs:
    """Return for each pair of letter numbers what it adds: fields of pairs, odd ones, keyed ones, vowels, digits.

    Vowels and digits are those of the second place.
    """
    pairs = np.zeros((64, 64), np.uint64)
    odd, keyed = 1 + (1 << FIELD), 1 << 2 * FIELD
    pairs[1:LETTERS, 1:LETTERS] = odd
    for first, seconds in enumerate(COMMON_PAIRS, 1):
        for second in seconds.encode():
            pairs[first, second - 0x60] = 1
    for row in ROWS:
        for left, right in zip(row.encode(), row.encode()[1:], strict=False):
            pairs[left - 0x60, right - 0x60] += np.uint64(keyed)
            pairs[right - 0x60, left - 0x60] += np.uint64(keyed)
    pairs[33 : 32 + LETTERS, 1:LETTERS] = pairs[1:LETTERS, 1:LETTERS]
    for vowel in VOWELS.encode():
        pairs[:, vowel - 0x60] += np.uint64(1 << 3 * FIELD)
        pairs[:, vowel - 0x40] += np.uint64(1 << 3 * FIELD)
    pairs[:, DIGIT] = 1 << 4 * FIELD
    return pairs.ravel()


@kernel
def _count(data: Bytes, spans: tuple[Places, Places], tables: tuple[Bytes, Longs], found: Counts) -> None:
    letters, pairs = tables
    known = (np.zeros(SLOTS, np.uint64), np.full(SLOTS, -1, np.int64))
    for i in range(len(spans[0])):
        before, packed = np.uint64(0), np.uint64(0)
        first, stop = np.uint64(spans[0][i]), np.uint64(spans[1][i])
        for at in range(first, stop):
            number = np.uint64(letters[data[at]])
            if number == 0 or at - first >= np.uint64(LONGEST):
                if packed != 0:
                    behind = letters[data[at + np.uint64(1)]] if at + np.uint64(1) < stop else np.uint8(0)
                    host = bool(data[at] == DOT and 0 < behind < LETTERS)
                    word = (int(np.int64(first)), int(np.int64(at)))
                    odd = _count_word(data, word, packed, host, found[i])
                    found[i, ODD_PAIRS] += odd if odd > 0 and _is_new(data, word, i, known) else 0
                    packed = np.uint64(0)
                first = np.uint64(at + np.uint64(1)) if number == 0 else np.uint64(at)
            packed += pairs[before << np.uint64(6) | number]
            before = number
        if packed != 0:
            word = (int(np.int64(first)), int(np.int64(stop)))
            odd = _count_word(data, word, packed, False, found[i])
            found[i, ODD_PAIRS] += odd if odd > 0 and _is_new(data, word, i, known) else 0


@inlined
def _count_word(
    data: Bytes,
    word: tuple[int, int],
    packed: np.uint64,
    host: bool,  # noqa: FBT001 - numba passes by place
    found: Counts,
) -> int:
    """Count a word; return its odd pairs."""
    found[ALL_PAIRS] += _field(packed, 0)
    found[KEYED_PAIRS] += _field(packed, 2)
    vowels, digits = _field(packed, 3), _field(packed, 4)
    letters = word[1] - word[0] - digits
    if host or letters < FEWEST_LETTERS or (vowels == 0 and letters <= ABBREVIATED) or 2 * digits >= letters:
        return 0
    wrong = 0
    if digits > 0:
        for at in range(word[0] + 1, word[1] - 1):
            wrong += 2 * _misread(data, (at, word[0], word[1]))
    found[PAIRS] += _field(packed, 0) + wrong
    return _field(packed, 1) + wrong


@inlined
def _is_new(data: Bytes, word: tuple[int, int], row: int, known: tuple[Longs, Places]) -> bool:
    """Tell whether a word has not stood in the string of a row before; remember it."""
    value = np.uint64(BASIS)
    for at in range(word[0], word[1]):
        value = (value ^ np.uint64(data[at] | 0x20)) * np.uint64(PRIME)
    hashes, rows = known
    slot = np.int64((value >> np.uint64(32)) % np.uint64(SLOTS))
    if hashes[slot] == value and rows[slot] == row:
        return False
    hashes[slot], rows[slot] = value, row
    return True


@inlined
def _field(packed: np.uint64, place: int) -> int:
    return int(np.int64((packed >> np.uint64(FIELD * place)) & np.uint64(0xFFF)))


@inlined
def _misread(data: Bytes, place: tuple[int, int, int]) -> int:
    """Return 1 where a digit stands between small letters of a word (`va1ve`): one beside it, two on the other side."""
    at, start, stop = place
    if not (0x30 <= data[at] <= 0x39 and _is_small(data[at - 1]) and _is_small(data[at + 1])):  # noqa: PLR2004 - 0 to 9
        return 0
    before = at - 2 >= start and _is_small(data[at - 2])
    return int(before or (at + 2 < stop and _is_small(data[at + 2])))


@inlined
def _is_small(byte: int) -> bool:
    return 0x61 <= byte <= 0x7A  # noqa: PLR2004 - a to z
