"""Tell Chinese and Russian that were read in another encoding than they were written in from honest rare text."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa

READINGS = (("gb18030", "utf-8", 3), ("big5", "utf-8", 3), ("gb18030", "big5", 2), ("big5", "gb18030", 2))
"""What text was read as, what it was written in, and the bytes of a Han there."""
LOST = b"\xef\xbf\xbd"
"""U+FFFD in UTF-8: what a decoder lost before the text was misread (`锟斤拷`)."""
READ = ("cp1252", "latin-1", "cp1251", "koi8-r", "iso8859-5", "cp866", "cp437", "mac-roman", "gb18030")
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
        found = (size * common(raw.decode(written, "ignore")) + len(LOST) * raw.count(LOST)) / max(len(raw), 1)
        best = max(best, found if written == "utf-8" else 2 * found - 1)
    return min(best, 1.0)


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
        raw = said.encode(read, "ignore")
        if beyond(raw.decode(read, "ignore")) < ENCODED * size:
            continue
        wide = beyond(raw.decode("latin-1"))
        several = read in CHINESE
        for written in () if several or GAIN * before > LEAST_PAIRS else CHINESE:
            again = raw.decode(written, "ignore")
            if sum(one in FUNCTIONS for one in again) >= LEAST_FUNCTIONS * beyond(again):
                best = max(best, (3 if written == "utf-8" else 2) * common(again) / wide)
        for written in CYRILLIC[:1] if several else CYRILLIC:
            again = raw.decode(written, "ignore")
            if written != read and familiar(again) >= max(LEAST_PAIRS, GAIN * before):
                best = max(best, (2 if written == "utf-8" else 1) * sum(map(is_cyrillic, again)) / wide)
    return min(best, 1.0)


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
