"""Count the letters and digits that hang together in a text, joined by blanks, hyphens and line ends."""

import numpy as np
import numpy.typing as npt

from curate.core.kernels.compiled import inlined, kernel
from curate.core.kernels.strings import Places

Codes = npt.NDArray[np.uint32]
Sums = tuple[Places, Places, Places]
"""Where something begins that goes on in the next line, ascending, and two sets of counts for each, as bits: how many
signs lie before places where it may end, all of them, and those alone that lie behind a line end or a joint."""

MOST = 24
"""So many signs are counted."""
INDENT = 4
"""So many blanks and tabs may begin the next line."""
BLANK, TAB, LF, CR, HYPHEN, LOWER = map(ord, " \t\n\r-a")
ZERO, NINE, UPPER_A, UPPER_Z, TO_UPPER = ord("0"), ord("9"), ord("A"), ord("Z"), 0xFFFFFFDF


def across(text: str) -> Sums:
    """Walk over a text."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    made = np.empty((3, len(codes)), np.int64)
    count = _across(codes, made)
    starts, divided, whole = made[:, :count]
    return starts, divided, whole


@kernel
def _across(codes: Codes, made: Places) -> int:
    """Write where chains begin and their counts; return how many."""
    count = 0
    for start in range(len(codes)):
        if not _is_sign(codes, start) or _is_sign(codes, start - 1):
            continue
        at, signs = start, 0
        joined = lines = False
        divided = whole = 0
        while at < len(codes) and signs < MOST:
            at, signs = at + 1, signs + 1
            if _is_sign(codes, at):
                continue
            whole |= 1 << signs
            divided |= (1 << signs) if joined else 0
            behind = at + 1 if at < len(codes) and codes[at] in (BLANK, HYPHEN) else at
            at = _next_line(codes, behind)
            if not _is_sign(codes, at):
                at = behind
                if not _is_sign(codes, at):
                    break
            else:
                lines = True
            joined = True
        if lines:
            made[0, count], made[1, count], made[2, count] = start, divided, whole
            count += 1
    return count


@inlined
def _is_sign(codes: Codes, at: int) -> bool:
    """Tell whether an ASCII letter or digit stands at a place; none stands beyond the text."""
    if at < 0 or at >= len(codes):
        return False
    code = codes[at]
    return bool(ZERO <= code <= NINE or UPPER_A <= code & TO_UPPER <= UPPER_Z)


@inlined
def _next_line(codes: Codes, at: int) -> int:
    """Return where the signs of the next line begin, behind a line end at `at`; -1 where there is none."""
    if at < len(codes) and codes[at] == CR:
        at += 1
    if at >= len(codes) or codes[at] != LF:
        return -1
    at += 1
    last = at + INDENT
    while at < len(codes) and at < last and codes[at] in (BLANK, TAB):
        at += 1
    return at
