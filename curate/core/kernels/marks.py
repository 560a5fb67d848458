"""Measure what stands between words, and words that nobody wrote: brackets, markup, addresses of pages, odd letters."""

import numpy as np
import numpy.typing as npt

from curate.core.kernels.compiled import inlined, kernel
from curate.core.kernels.strings import Bytes, Places, Strings

HASHES, BRACKETS, COUNTED_PAIRS, ODD_PAIRS, MARKUP, ADDRESSES = range(6)
COLUMNS = 6
LONGEST_TAG, LONGEST_ENTITY = 400, 10
"""Bytes in which a tag, a character reference ends."""
SCHEME = 8
"""Letters before `://`."""
LESS, MORE, AMPERSAND, SEMICOLON, COLON, SLASH, SPACE, BANG, QUESTION, SHARP = b"<>&;:/ !?#"
STOPS = tuple(b"\"'<>()[]{}`|\\")
"""What is in no address of a page, or closes what it stands in."""
LETTERS, DIGIT = 27, 28
FIELD_BYTES = 60_000
"""A count of a stretch so long fits into sixteen bits."""

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

Counts = npt.NDArray[np.int64]
Longs = npt.NDArray[np.uint64]


def mark_counts(strings: Strings) -> Counts:
    """Count in each string, shape (n, COLUMNS), int64.

    HASHES (`#`); BRACKETS, round, square and curly; COUNTED_PAIRS, letters of ASCII that a small one follows, and
    ODD_PAIRS, those that no language of the Latin alphabet puts together often (both pairs of a digit between small
    letters are, as recognition reads `va1ve`); characters in MARKUP (tags and character references of HTML and XML);
    characters in ADDRESSES of pages (`https://...`).
    """
    found = np.zeros((len(strings.starts), COLUMNS), np.int64)
    _count(strings.data, (strings.starts, strings.stops), (_fields(), _letters(), _pairs()), found)
    return found


def _fields() -> Longs:
    """Return for each byte what it adds: a hash to the first sixteen bits, a bracket to the next."""
    fields = np.zeros(256, np.uint64)
    fields[SHARP] = 1
    fields[list(b"()[]{}")] = 1 << 16
    return fields


def _letters() -> Bytes:
    """Return a number for each byte: 1 to 26 for a small letter, 32 more for a capital, DIGIT, or 0."""
    numbers = np.zeros(256, np.uint8)
    numbers[0x61:0x7B] = np.arange(1, LETTERS)
    numbers[0x41:0x5B] = np.arange(1, LETTERS) + 32
    numbers[list(b"0123456789")] = DIGIT
    return numbers


def _pairs() -> Longs:
    """Return for each pair of letter numbers what it adds: 1 << 32 for a pair, 1 << 48 more for an odd one."""
    pairs = np.zeros((64, 64), np.uint64)
    pairs[1:LETTERS, 1:LETTERS] = (1 << 32) + (1 << 48)
    for first, seconds in enumerate(COMMON_PAIRS, 1):
        for second in seconds.encode():
            pairs[first, second - 0x60] = 1 << 32
    pairs[33 : 32 + LETTERS, 1:LETTERS] = pairs[1:LETTERS, 1:LETTERS]
    return pairs.ravel()


@kernel
def _count(data: Bytes, spans: tuple[Places, Places], tables: tuple[Longs, Bytes, Longs], found: Counts) -> None:
    fields, letters, pairs = tables
    for i in range(len(spans[0])):
        stop, before = spans[1][i], np.uint64(0)
        closed = spans[0][i]
        for start in range(spans[0][i], stop, FIELD_BYTES):
            packed = np.uint64(0)
            for at in range(np.uint64(start), np.uint64(min(start + FIELD_BYTES, stop))):
                byte = data[at]
                number = np.uint64(letters[byte])
                packed += fields[byte] + pairs[before << np.uint64(6) | number]
                before = number
                if number == DIGIT:
                    wrong = 2 * _misread(data, (int(np.int64(at)), spans[0][i], stop))
                    found[i, COUNTED_PAIRS] += wrong
                    found[i, ODD_PAIRS] += wrong
                elif byte in (LESS, AMPERSAND, COLON):
                    closed = _special(data, (int(np.int64(at)), stop), closed, found[i])
            for column in range(4):
                found[i, column] += np.int64((packed >> np.uint64(16 * column)) & np.uint64(0xFFFF))


@inlined
def _special(data: Bytes, span: tuple[int, int], closed: int, found: Counts) -> int:
    """Count a tag, a reference or an address of a page that begins, or has its colon, at `span[0]`; return its end."""
    at, stop = span
    if at < closed:
        return closed
    if data[at] == COLON:
        if at + 3 >= stop or data[at + 1] != SLASH or data[at + 2] != SLASH:
            return closed
        first = at
        while first > closed and at - first < SCHEME and _is_letter(data[first - 1]):
            first -= 1
        end = at + 3
        while end < stop and _in_address(data[end]):
            end += 1
        found[ADDRESSES] += end - first if first < at else 0
        return end
    entity = data[at] == AMPERSAND
    longest = min(stop, at + (LONGEST_ENTITY if entity else LONGEST_TAG))
    first = int(data[at + 1]) if at + 1 < stop else 0
    if not (_is_letter(first) or first == SHARP or (not entity and first in (SLASH, BANG, QUESTION))):
        return closed
    end = at + 1
    closing = SEMICOLON if entity else MORE
    while end < longest and data[end] != closing and data[end] != LESS and (not entity or data[end] > SPACE):
        end += 1
    if end >= longest or data[end] != closing:
        return closed
    found[MARKUP] += end + 1 - at
    return end + 1


@inlined
def _misread(data: Bytes, place: tuple[int, int, int]) -> int:
    """Return 1 where a digit stands between small letters of a word (`va1ve`): one beside it, two on the other side."""
    at, start, stop = place
    if at == start or at + 1 >= stop or not (_is_small(data[at - 1]) and _is_small(data[at + 1])):
        return 0
    before = at - 2 >= start and _is_small(data[at - 2])
    return int(before or (at + 2 < stop and _is_small(data[at + 2])))


@inlined
def _is_small(byte: int) -> bool:
    return 0x61 <= byte <= 0x7A  # noqa: PLR2004 - a to z


@inlined
def _is_letter(byte: int) -> bool:
    return 0x61 <= (byte | SPACE) <= 0x7A  # noqa: PLR2004 - a to z


@inlined
def _in_address(byte: int) -> bool:
    return 0x21 <= byte < 0x7F and byte not in STOPS  # noqa: PLR2004 - visible ASCII
