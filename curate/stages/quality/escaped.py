r"""Tell text that was written as escapes and never read back: `%E4%B8%AD`, `\u4e2d`, `&#20013;`, `=E4=B8=AD`."""

import re

import numpy as np
import numpy.typing as npt
import pyarrow as pa

ESCAPES = 0.04
"""Share of the signs that escapes begin with, from which on a text is looked through; `%20` stands for a blank."""
_LEAD, _TAIL = "[C-Dc-d][0-9A-Fa-f]", "[89ABab][0-9A-Fa-f]"
_BYTES = "|".join(
    f"{sign}{_LEAD}{sign}{_TAIL}|{sign}[Ee][0-9A-Fa-f](?:{sign}{_TAIL}){{2}}" for sign in ("%", r"(?:=\r?\n)?=", r"\\x")
)
_GBK = "%[A-Fa-f][0-9A-Fa-f]%[A-Fa-f][0-9A-Fa-f]"
_CODES = r"\\u[0-9A-Fa-f]{4}|\\U000[0-9A-Fa-f]{5}|&#(?:[0-9]{3,6}|[xX][0-9A-Fa-f]{3,5});"
_SPACED = r"(?:[\w.,;:'()+/-]{1,40}+(?:%[0-9A-Fa-f]{2})+){8,}[\w.]*"
ESCAPED = re.compile(f"(?:{_BYTES}|{_GBK}|{_CODES})+|{_SPACED}")
"""Characters beyond ASCII as bytes of UTF-8 or GBK (RFC 3986, RFC 2045, Python, C) or as code points (Java, JSON,
HTML); eight words or more with an escape behind each."""
ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,9}://\S+")


def escaped_shares(texts: pa.StringArray, asked: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Return the share of each text that is such escapes, by characters that are no white space.

    Addresses of pages count as text, whatever they hold; 0 where it is not asked for.
    """
    shares = np.zeros(len(texts), np.float64)
    for row in np.flatnonzero(asked):
        text = texts[int(row)].as_py()
        found = ESCAPED.findall(ADDRESS.sub(" ", text))
        shares[row] = sum(len("".join(one.split())) for one in found) / max(len("".join(text.split())), 1)
    return shares
