"""Find what no one reads: hexadecimal dumps, base64, uuencode."""

import numpy as np
import numpy.typing as npt

from curate.core.kernels.compiled import inlined, kernel
from curate.core.kernels.strings import Bytes, Places, Strings

BASE64_CHARS = 32
"""A word of base64 is at least so long; identifiers seldom are."""
SEPARATORS = 8
"""At most one character in so many of base64 is `/`, `-` or `_`; paths and slugs have more."""
FEED, SPACE, COLON = 0x0A, 0x20, 0x3A
NONE, DIGIT, HEX_LETTER, SMALL, CAPITAL, SIGN, PADDING = range(7)
GROUPS = 7

Counts = npt.NDArray[np.int64]


ENCODED, HEXADECIMAL, DIGESTS, ENCODED_LINES, DUMP_LINES = range(5)
COLUMNS = 5
DIGEST_CHARS = (12, 16, 24, 32, 40, 56, 64, 96, 128)
"""Hexadecimal digits of EUI-48 and EUI-64 (addresses of devices), of EPC-96 (tags of goods), of MD5, SHA-1 and the
lengths of SHA-2 and SHA-3."""
OFFSET_CHARS = 5
"""Digits of the offset that a line of a dump begins with; a year and the number of a frame have fewer."""
DASH, UPPER_A, UPPER_F, EQUALS = 0x2D, 0x41, 0x46, 0x3D
ARMOUR = 6
"""Bytes that tell `-----BEGIN` from `-----END` (RFC 7468)."""
BASE32_DIGITS = 16
"""At least one character in so many of base32 (RFC 4648, section 6) is a digit, three in 16 on average."""
BASE32_DIGESTS = (32, 52, 56)
"""Characters of SHA-1 and SHA-256 in base32 (archives of pages, magnet links), with padding."""
MIXED = 6
"""One word in so many of a dump has a digit and a letter; 3 in 8 pairs of digits that spell ASCII do."""
COLUMN_WORDS, COLUMN_CHARS, FEWEST_DIGITS = 2, 16, 4
"""A row of a column of registers, addresses or check sums (CRC-32) has at most so many words and characters in them,
and at least so many digits a word; rows of a dump are longer."""
ACCOUNT_DIGITS = 12
"""Digits behind the two capitals of an international account number (ISO 13616: 15 characters in Norway) at least."""
UU_BYTES, UU_LAST, UU_SIGNS = 61, 0x60, 6
"""A whole line of uuencode (POSIX, uuencode): `M`, which says 45 bytes, then 60 characters up to the grave accent;
one in so many of them is no letter and no blank (half are on average), where a line in capitals has fewer."""


def encoded_chars(strings: Strings) -> Counts:
    """Count in each string what stands in words of hexadecimal or base64, shape (n, COLUMNS), int64.

    A word ends at white space. ENCODED, characters in words of hexadecimal (digits and letters a to f, at least one of
    each, an even number of them; but a capital before digits alone is a code, `E001`), of base64 (32 characters or
    more of its alphabet with capitals, small letters and digits; also within a word, between other signs), of base32
    (as many capitals and digits from 2 to 7, padded or not) and in lines of uuencode. HEXADECIMAL, characters in words
    of pairs of hexadecimal digits, whether or not there is a letter among them (`00 6c 10`), with a colon behind them
    or not; 0 where fewer than one in MIXED of them has both: they are numbers then. DIGESTS, what of ENCODED is in
    words of DIGEST_CHARS and in blocks of PEM (between `-----BEGIN` and `-----END`), and what of either is in rows of
    a column (COLUMN_WORDS) and in account numbers (`DE12 3456 ...`). ENCODED_LINES, lines with nothing but words of
    the first kind. DUMP_LINES, lines that begin with an offset, OFFSET_CHARS digits or more, before two
    words of pairs or more.
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
    counts = np.zeros((len(strings.starts), COLUMNS), np.int64)
    _count(strings.data, (strings.starts, strings.stops), alphabet, np.zeros((2, GROUPS), np.int64), counts)
    return counts


@kernel
def _count(data: Bytes, spans: tuple[Places, Places], alphabet: Bytes, tallies: Counts, counts: Counts) -> None:
    (starts, stops), groups, within = spans, tallies[0], tallies[1]
    for i in range(len(starts)):
        stop, armoured, offset = np.uint64(stops[i]), False, False
        paired = mixed = pairs = words = encoded = before = listed = 0
        at = row = _uuencoded(data, (np.uint64(starts[i]), stop), counts[i])
        while at < stop:
            groups[:] = 0
            first = at
            while at < stop and data[at] > SPACE:
                groups[np.uint64(alphabet[data[at]])] += 1
                at += np.uint64(1)
            chars = int(np.int64(at - first))
            if chars > ARMOUR and data[first] == DASH and data[first + np.uint64(4)] == DASH:
                armoured = data[first + np.uint64(5)] == 0x42  # noqa: PLR2004 - B
            hexed = groups[DIGIT] + groups[HEX_LETTER]
            code = groups[HEX_LETTER] == 1 and chars > 2 and UPPER_A <= data[first] <= UPPER_F  # noqa: PLR2004 - no pair
            known = chars > 0 and groups[NONE] == 0 and not code
            based = known and groups[CAPITAL] > 0 and groups[SMALL] == 0 and _is_base32(data, (first, at), groups)
            counts[i, ENCODED] += 0 if known else _quoted(data, (first, at), alphabet, within)
            if based or (known and _is_encoded(groups, chars)):
                counts[i, ENCODED] += chars
                digest = (hexed == chars and chars in DIGEST_CHARS) or (based and chars in BASE32_DIGESTS)
                counts[i, DIGESTS] += chars if armoured or digest else 0
                encoded += 1
            marked = groups[NONE] == 1 and hexed == chars - 1 and data[at - np.uint64(1)] == COLON
            offset = (offset and words > 0) or (words == 0 and hexed >= OFFSET_CHARS and (hexed == chars or marked))
            if hexed > 0 and hexed % 2 == 0 and (hexed == chars or marked) and not code:
                paired, pairs = paired + chars, pairs + 1
                mixed += groups[DIGIT] > 0 and groups[HEX_LETTER] > 0
            words += chars > 0
            if at >= stop or data[at] == FEED:
                counts[i, ENCODED_LINES] += 0 < words == encoded
                counts[i, DUMP_LINES] += offset and pairs - before > 2  # noqa: PLR2004 - the offset, and two words
                counts[i, DIGESTS] = max(listed + _of_column(data, (row, min(at, stop))), counts[i, DIGESTS])
                words, encoded, before, offset = 0, 0, pairs, False
                row = _uuencoded(data, (at + np.uint64(1), stop), counts[i])
                at, listed = row - np.uint64(1), counts[i, DIGESTS]
            at += np.uint64(1)
        counts[i, HEXADECIMAL] = paired if mixed * MIXED >= pairs else 0


@inlined
def _is_encoded(groups: Counts, chars: int) -> bool:
    if groups[DIGIT] > 0 and groups[HEX_LETTER] > 0 and groups[DIGIT] + groups[HEX_LETTER] == chars:
        return chars % 2 == 0
    mixed = groups[DIGIT] > 0 and groups[CAPITAL] > 0 and groups[SMALL] > 0
    return mixed and chars >= BASE64_CHARS and groups[SIGN] * SEPARATORS <= chars


@inlined
def _quoted(data: Bytes, word: tuple[np.uint64, np.uint64], alphabet: Bytes, groups: Counts) -> int:
    """Count the characters of base64 that other signs part from the rest of a word: `decode('...')`, `base64,...`."""
    if word[1] - word[0] < np.uint64(BASE64_CHARS):
        return 0
    found = 0
    groups[:] = 0
    begin = word[0]
    for at in range(word[0], word[1] + np.uint64(1)):
        group = alphabet[data[at]] if at < word[1] else NONE
        if group != NONE:
            groups[np.uint64(group)] += 1
            continue
        chars = int(np.int64(at - begin))
        if groups[CAPITAL] > 0 and chars >= BASE64_CHARS and _is_encoded(groups, chars):
            found += chars
        groups[:] = 0
        begin = at + np.uint64(1)
    return found


@inlined
def _is_base32(data: Bytes, word: tuple[np.uint64, np.uint64], groups: Counts) -> bool:
    chars = int(np.int64(word[1] - word[0]))
    if chars < BASE64_CHARS or groups[SIGN] > 0 or groups[DIGIT] * BASE32_DIGITS < chars:
        return False
    for at in range(word[0], word[1]):
        byte = data[at]
        if not (0x41 <= byte <= 0x5A or 0x32 <= byte <= 0x37 or byte == EQUALS):  # noqa: PLR2004 - A to Z, 2 to 7
            return False
    return True


@inlined
def _uuencoded(data: Bytes, span: tuple[np.uint64, np.uint64], found: Counts) -> np.uint64:
    """Count the lines of uuencode that begin here; return where they end."""
    at, stop = span
    while at < stop and _is_uuencoded(data, (at, stop)):
        end = _line_end(data, (at, stop))
        found[ENCODED] += _solid(data, (at, end))
        found[ENCODED_LINES] += 1
        at = end + np.uint64(1)
    return at


@inlined
def _line_end(data: Bytes, line: tuple[np.uint64, np.uint64]) -> np.uint64:
    at, stop = line
    while at < stop and data[at] != FEED:
        at += np.uint64(1)
    return at


@inlined
def _solid(data: Bytes, line: tuple[np.uint64, np.uint64]) -> int:
    """Count what is no white space in a line."""
    found = 0
    for at in range(line[0], line[1]):
        found += data[at] > SPACE
    return found


@inlined
def _is_uuencoded(data: Bytes, line: tuple[np.uint64, np.uint64]) -> bool:
    """Tell whether a whole line of uuencode begins here: UU_BYTES characters from blank to UU_LAST, `M` the first."""
    start, stop = line
    if data[start] != 0x4D:  # noqa: PLR2004 - M
        return False
    chars, digits, at = 0, 0, start
    while at < stop and data[at] != FEED and chars <= UU_BYTES:
        if not SPACE <= data[at] <= UU_LAST:
            return False
        digits += not (data[at] == SPACE or UPPER_A <= data[at] <= 0x5A)  # noqa: PLR2004 - Z
        chars, at = chars + 1, at + np.uint64(1)
    return chars == UU_BYTES and digits * UU_SIGNS >= chars


@inlined
def _of_column(data: Bytes, line: tuple[np.uint64, np.uint64]) -> int:
    """Return the characters of the words of a line that is a row of a column or an account number; else 0.

    A row has COLUMN_WORDS words or fewer of hexadecimal digits; an account number two capitals, then digits alone.
    """
    start, stop = line
    words, chars, letters, here, least = 0, 0, 0, 0, COLUMN_CHARS
    for at in range(start, stop):
        byte = data[at]
        if byte <= SPACE:
            least, here = min(least, here) if here > 0 else least, 0
            continue
        digit = 0x30 <= byte <= 0x39  # noqa: PLR2004 - 0 to 9
        if not (digit or 0x41 <= byte <= 0x46 or 0x61 <= byte <= 0x66):  # noqa: PLR2004 - a to f
            return 0
        words += here == 0
        chars, letters, here = chars + 1, letters + (not digit), here + 1
    least = min(least, here) if here > 0 else least
    if 0 < words <= COLUMN_WORDS and letters > 0 and chars <= COLUMN_CHARS and least >= FEWEST_DIGITS:
        return chars
    while start < stop and data[start] <= SPACE:
        start += np.uint64(1)
    account = chars - letters >= ACCOUNT_DIGITS and letters == 2  # noqa: PLR2004 - the country's
    if account and data[start] <= UPPER_F and data[start] >= UPPER_A and data[start + np.uint64(1)] >= UPPER_A:
        return chars if data[start + np.uint64(1)] <= UPPER_F else 0
    return 0
