"""Tell Chinese that was read in another encoding than it was written in from Chinese that has rare characters."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

READINGS = (("gb18030", "utf-8", 3), ("big5", "utf-8", 3), ("gb18030", "big5", 2), ("big5", "gb18030", 2))
"""What text was read as, what it was written in, and the bytes of a Han there."""
LOST = b"\xef\xbf\xbd"
"""U+FFFD in UTF-8: what a decoder lost before the text was misread (`锟斤拷`)."""


def misread_shares(texts: pa.StringArray, asked: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Return the share of each text that is common Chinese once it is read as it may have been written.

    Bytes of common Han (and of U+FFFD) among those of the text, ASCII left out; the best of the readings, 0 where it is
    not asked for. What was rightly read hardly ever spells UTF-8 (2 % at most in lists of rare characters, in noise).
    Encodings of two bytes spell common Han by chance in up to half of the bytes: there only what is beyond that
    counts, twice.
    """
    shares = np.zeros(len(texts), np.float64)
    for row in np.flatnonzero(asked):
        shares[row] = misread_share(texts[int(row)].as_py())
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


def common(text: str) -> int:
    """Count the common Han of a text."""
    from curate.core.kernels.characters import LIMIT, Kind, kind_table

    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    kinds = kind_table()[np.minimum(codes, LIMIT - 1)]
    return int(np.isin(kinds, (Kind.HAN, Kind.HAN_SIMPLE, Kind.HAN_TRADITIONAL)).sum())
