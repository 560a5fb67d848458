"""Measure what stands between words, and words that nobody wrote: brackets, markup, addresses of pages."""

import numpy as np
import numpy.typing as npt

from curate.core.kernels.compiled import inlined, kernel
from curate.core.kernels.strings import Bytes, Places, Strings

HASHES, BRACKETS, MARKUP, ADDRESSES, ESCAPES = range(5)
COLUMNS = 5
LONGEST_TAG, LONGEST_ENTITY = 400, 10
"""Bytes in which a tag, a character reference ends."""
SCHEME = 8
"""Letters before `://`."""
LESS, MORE, AMPERSAND, SEMICOLON, COLON, SLASH, SPACE, BANG, QUESTION, SHARP = b"<>&;:/ !?#"
STOPS = tuple(b"\"'<>()[]{}`|\\")
"""What is in no address of a page, or closes what it stands in."""
FIELD_BYTES = 60_000
"""A count of a stretch so long fits into sixteen bits."""

Counts = npt.NDArray[np.int64]
Longs = npt.NDArray[np.uint64]


def mark_counts(strings: Strings) -> Counts:
    """Count in each string, shape (n, COLUMNS), int64.

    HASHES (`#`); BRACKETS, round, square and curly; characters in MARKUP (tags and character references of HTML and
    XML); characters in ADDRESSES of pages (`https://...`); ESCAPES, the signs that escaped characters begin with
    (per cent, backslash, ampersand, equals sign).
    """
    found = np.zeros((len(strings.starts), COLUMNS), np.int64)
    _count(strings.data, (strings.starts, strings.stops), _fields(), found)
    return found


def _fields() -> Longs:
    """Return for each byte what it adds to each of three fields of sixteen bits: hashes, brackets, escapes."""
    fields = np.zeros(256, np.uint64)
    fields[SHARP] = 1
    fields[list(b"()[]{}")] = 1 << 16
    fields[list(b"%\\&=")] = 1 << 32
    return fields


@kernel
def _count(data: Bytes, spans: tuple[Places, Places], fields: Longs, found: Counts) -> None:
    for i in range(len(spans[0])):
        stop, closed = spans[1][i], spans[0][i]
        for start in range(spans[0][i], stop, FIELD_BYTES):
            packed = np.uint64(0)
            for at in range(np.uint64(start), np.uint64(min(start + FIELD_BYTES, stop))):
                byte = data[at]
                packed += fields[byte]
                if byte in (LESS, AMPERSAND, COLON):
                    closed = _special(data, (int(np.int64(at)), stop), closed, found[i])
            found[i, HASHES] += np.int64(packed & np.uint64(0xFFFF))
            found[i, BRACKETS] += np.int64((packed >> np.uint64(16)) & np.uint64(0xFFFF))
            found[i, ESCAPES] += np.int64(packed >> np.uint64(32))


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
def _is_letter(byte: int) -> bool:
    return 0x61 <= (byte | SPACE) <= 0x7A  # noqa: PLR2004 - a to z


@inlined
def _in_address(byte: int) -> bool:
    return 0x21 <= byte < 0x7F and byte not in STOPS  # noqa: PLR2004 - visible ASCII
