"""Tell Chinese, Russian and English that were read in another encoding than they were written in from rare text."""

import re
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa

READINGS = (("gb18030", "utf-8", 3), ("big5", "utf-8", 3), ("gb18030", "big5", 2), ("big5", "gb18030", 2))
"""What text was read as, what it was written in, and the bytes of a Han there."""
LOST_SIGN, LOST = "\ufffd", b"\xef\xbf\xbd"
"""U+FFFD, and in UTF-8: what a decoder lost before the text was misread (`锟斤拷`)."""
UNITS = (("utf-16-le", 0), ("utf-16-be", 0), ("utf-16-be", 1))
"""Two letters of ASCII that were read as one Han, and one letter that was read with its bytes exchanged: what gives the
bytes back, and where they begin."""
SMALL = b"abcdefghijklmnopqrstuvwxyz \x00"
"""More than eight bytes in ten of English in UTF-16 or ASCII; three in ten of Han."""
LEAST_SMALL = 0.75
PAIRED = ("cp932", "cp949")
"""Shift JIS and the Korean of Windows, in which what cannot be read is lost byte by byte."""
READ = ("cp1252", "latin-1", "cp1251", "koi8-r", "iso8859-5", "cp866", "cp437", "mac-roman", "gb18030", *PAIRED)
LOST_BYTE = b"\xfd"
"""Stands for such a byte, so that those behind it still pair as they were written; it begins a rare Han."""
ALONE, TO_WIDE = re.compile(r"(?<=[^\x00-\x7f])[A-Za-z0-9](?=[^\x00-\x7f])"), 0xFEE0
"""A letter between characters of two bytes was one, too, before `normalize` made it narrow; how far they lie apart."""
CHINESE, CYRILLIC = ("utf-8", "gb18030", "big5"), ("utf-8", "cp1251", "koi8-r", "iso8859-5", "cp866")
"""What a text with letters of other scripts may have been read as, and what Chinese and Russian may have been written
in: what was read by characters of two bytes was UTF-8."""
SAMPLE, FEWEST = 2_000, 60
"""Characters at the beginning of a text that are looked at; fewer beyond ASCII among them say nothing."""
ENCODED = 0.9
"""Least share of these that the encoding has which they were read in."""
FUNCTIONS = frozenset(
    "的了是在不和有为以及或与于应当由对等中其被可并者之我这就也要会很都你后到从将按所请為與應當對這會後從將請個个一人上大"
)
"""Every fifth character of Chinese, one in sixty of Han drawn by chance; the bytes of Russian in KOI8-R, which are
common Han from end to end, spell one in fifty."""
LEAST_FUNCTIONS = 0.08
_PAIRS = "ст но ен то на ов ни ра во ко не ро ос ал ор пр та по ер ел го ре от ан ть ие ет ом ка ли"
PAIRS = frozenset(_PAIRS.split())
"""The commonest pairs of letters of Russian: they begin at every fourth letter, in Mongolian at every twelfth."""
LEAST_PAIRS, GAIN = 0.12, 3
"""Least share of them in what is Russian, and how many times as many as before it was read again."""
MOST_BY_CHANCE = 0.06
"""Most that the bytes of Chinese spell of them where they are read as Cyrillic: .05 in one law of 40, mostly .02. Names
of places in Belarusian come down to .1."""


def misread_shares(
    texts: pa.StringArray, asked: npt.NDArray[np.bool_], foreign: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """Return the share of each text that is common Chinese once it is read as it may have been written.

    Of `foreign` texts, which have letters beyond ASCII that are no Han, also what is Chinese or Russian once it is read
    again, by characters beyond ASCII: see `reread_share`.

    Bytes of common Han (and of U+FFFD) among those of the text, ASCII left out; the best of the readings, 0 where it is
    not asked for. What was rightly read hardly ever spells UTF-8 (2 % at most in lists of rare characters, in noise).
    Encodings of two bytes spell common Han by chance in up to half of the bytes: there only what is beyond that
    counts, twice.
    """
    shares = np.zeros(len(texts), np.float64)
    for row in np.flatnonzero(asked):
        shares[row] = misread_share(texts[int(row)].as_py())
    for row in np.flatnonzero(foreign):
        shares[row] = max(shares[row], reread_share(texts[int(row)].as_py()))
    return shares


def misread_share(text: str) -> float:
    """Return the share of one text."""
    wide = "".join(character for character in text if character > "\x7f")
    best = 0.0
    for read, written, size in READINGS:
        raw = wide.encode(read, "ignore")
        again = raw.decode(written, "ignore")
        found = (size * common(again) + len(LOST) * raw.count(LOST)) / max(len(raw), 1)
        best = max(best, found if written == "utf-8" else 2 * found - 1)
        if written == "utf-8" and familiar(again) >= LEAST_PAIRS:
            best = max(best, 2 * sum(map(is_cyrillic, again)) / len(raw))
    return max(min(best, 1.0), small_share(wide))


def small_share(wide: str) -> float:
    """Return the share of small letters, blanks and zeros in the bytes of Han that were read two bytes at a time.

    0 below LEAST_SMALL: characters that stand in one row of a code chart come near it, prose does not.
    """
    best = 0.0
    for written, start in UNITS:
        raw = wide[:SAMPLE].encode(written, "ignore")[start:]
        best = max(best, (len(raw) - len(raw.translate(None, SMALL))) / max(len(raw), 1))
    return best if best >= LEAST_SMALL else 0.0


def reread_share(text: str) -> float:
    """Return the share of the beginning of a text, by characters beyond ASCII, that makes sense in another encoding.

    Bytes of a Chinese that has function words, or the letters of a Russian whose pairs are common ones and were not
    before; 0 where no encoding has such a reading.
    """
    said = text[:SAMPLE]
    size, before, best = beyond(said), familiar(said), 0.0
    if size < FEWEST or before >= LEAST_PAIRS:
        return 0.0
    for read in READ:
        if beyond(said.encode(read, "ignore").decode(read, "ignore")) < ENCODED * size:
            continue
        raw = paired(said, read) if read in PAIRED else said.encode(read, "ignore")
        wide = beyond(raw.decode("latin-1"))
        several = read in CHINESE
        for written in () if several or before > MOST_BY_CHANCE else CHINESE:
            again = raw.decode(written, "ignore")
            if sum(one in FUNCTIONS for one in again) >= LEAST_FUNCTIONS * beyond(again):
                best = max(best, (3 if written == "utf-8" else 2) * common(again) / wide)
        for written in CYRILLIC[:1] if several or read in PAIRED else CYRILLIC:
            again = raw.decode(written, "ignore")
            if written != read and familiar(again) >= max(LEAST_PAIRS, GAIN * before):
                best = max(best, (2 if written == "utf-8" else 1) * sum(map(is_cyrillic, again)) / wide)
    return min(best, 1.0)


def paired(text: str, read: str) -> bytes:
    """Return the bytes that were read for a text, in pairs as they came: what was lost or made narrow has its place."""
    parts = ALONE.sub(lambda found: chr(ord(found[0]) + TO_WIDE), text).split(LOST_SIGN)
    return LOST_BYTE.join(part.encode(read, "ignore") for part in parts)


def beyond(text: str) -> int:
    """Count the characters beyond ASCII."""
    return sum(one > "\x7f" for one in text)


def is_cyrillic(character: str) -> bool:
    """Tell whether a character is a letter of Russian."""
    return "\u0400" <= character <= "\u045f"


def familiar(text: str) -> float:
    """Return the share of the Cyrillic letters of a text at which one of PAIRS begins."""
    letters = sum(map(is_cyrillic, text))
    return sum(one + two in PAIRS for one, two in pairwise(text.lower())) / max(letters, 1)


def common(text: str) -> int:
    """Count the common Han of a text."""
    from curate.core.kernels.characters import LIMIT, Kind, kind_table

    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    kinds = kind_table()[np.minimum(codes, LIMIT - 1)]
    return int(np.isin(kinds, (Kind.HAN, Kind.HAN_SIMPLE, Kind.HAN_TRADITIONAL)).sum())
