"""Cut the digits of a column of strings into runs, and chain the runs that may be one number."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]

FEWEST = 11
"""Digits of a mobile: no number of interest has fewer."""
WIDEST_GAP = 7
"""Bytes that may stand between two digits of a chain: a blank, the end of a line, WIDEST_INDENT blanks."""
WIDE_BYTES = 3
"""Of a full-width digit."""
BLOCK = 64
"""Bytes in which digits are counted together: FEWEST full-width ones and the gaps between them take less than two."""
STRETCH = 1 << 17
"""Bytes looked at in one go, so that what is made of them stays in the cache."""
WIDE = np.array([0xE38080, 0xEFBC8D, 0xE28093, 0xE28090, 0xE28091])
"""UTF-8 of ideographic space, full-width hyphen, dashes: they part digits as a blank or a hyphen does."""
UNSEEN = {b"\xe2\x80\x8b", b"\xe2\x80\x8c", b"\xe2\x80\x8d", b"\xe2\x81\xa0", b"\xef\xbb\xbf", b"\xc2\xad"}
"""UTF-8 of blanks, joiners and marks without width, of the soft hyphen: digits hang together across them."""
UNSEEN_THREES, SOFT_HYPHEN = np.array([int.from_bytes(sign) for sign in sorted(UNSEEN)[1:]]), 0xC2AD
MOST_UNSEEN = 6
"""Bytes of such signs in a row."""
SPREAD = {b"  ", b"\t", b" - "}
"""What parts the groups of a number that somebody spread, and columns too."""

HYPHEN, BLANK, TAB, LINE_FEED, CARRIAGE_RETURN = 0x2D, 0x20, 0x09, 0x0A, 0x0D
WIDEST_INDENT = 4
"""So many blanks may begin the line in which a broken number goes on."""
RESIDENT_SPREAD = {(6, 8, 4), (6, 8, 3), (6, 4, 4, 4), (6, 4, 4, 3)}
"""Groups of a resident id, without its X, where they are spread."""
SPREAD_GROUPS = ((3, 4, 4), (4, 4, 4, 4), *sorted(RESIDENT_SPREAD))
"""Groups of a mobile, a card or a resident id that are looked at where they are spread."""


class Digits(NamedTuple):
    """The digits of a column, in order: where each begins and ends (bytes), its value, and the row it stands in."""

    starts: Numbers
    ends: Numbers
    values: npt.NDArray[np.uint8]
    rows: Numbers


class Chain(NamedTuple):
    """Runs of digits of one string, each parted from the next by one blank, one hyphen or the end of a line."""

    row: int
    runs: list["Run"]


def chains(data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int32]) -> Iterator[Chain]:
    """Yield the chains of a column that have digits enough for a number of interest."""
    return chained(digits_of(data, offsets), data)


def chained(digits: Digits, data: npt.NDArray[np.uint8]) -> Iterator[Chain]:
    """Chain digits."""
    if len(digits.starts) < FEWEST:
        return
    gaps = digits.starts[1:] - digits.ends[:-1]
    same = digits.rows[1:] == digits.rows[:-1]
    glued = same & ((gaps == 0) | is_unseen(data, digits.ends[:-1], gaps))
    joint = is_joint(data, digits.ends[:-1], gaps) | in_spread_groups(glued, is_spread(data, digits.ends[:-1], gaps))
    cuts = np.flatnonzero(~(glued | (same & joint))) + 1
    edges = np.concatenate(([0], cuts, [len(digits.starts)]))
    for place in np.flatnonzero(np.diff(edges) >= FEWEST).tolist():
        first, last = int(edges[place]), int(edges[place + 1])
        yield Chain(int(digits.rows[first]), runs_of(digits, glued, first, last))


def digits_of(data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int32]) -> Digits:
    """Find ASCII and full-width digits, but for those around which too few stand for a number of interest."""
    base = int(offsets[0])
    used = data[base:]
    places = crowded(used)
    signs = used[places]
    plain = (signs - np.uint8(0x30)) < 10  # noqa: PLR2004 - ten digits; uint8 wraps below the first
    wide = (signs - np.uint8(0x90)) < 10  # noqa: PLR2004 - full-width: EF BC 90..99
    last = places[wide]
    wide[wide] = (last > 1) & (used[last - 1] == 0xBC) & (used[last - 2] == 0xEF)  # noqa: PLR2004
    digits = plain | wide
    ends = places[digits] + base + 1
    starts = ends - np.where(wide[digits], WIDE_BYTES, 1)
    values = signs[digits] & np.uint8(0x0F)
    return Digits(starts, ends, values, np.searchsorted(offsets, starts, side="right") - 1)


def crowded(used: npt.NDArray[np.uint8]) -> Numbers:
    """Return where digits end that may be of a number of interest, ascending: at least FEWEST, close to each other.

    FEWEST digits with what may stand between them take less than two blocks, so they lie in three neighbouring ones: of
    a chain with fewer in every such three nothing is missed, and of all others each digit is returned. Looked at is the
    upper half of a byte, which is faster: a few signs beside the digits are returned too.
    """
    bits = _digit_bits(used)
    counts = np.bitwise_count(bits.view(np.uint64).ravel())
    many = counts[:-2] + counts[1:-1] + counts[2:] >= FEWEST
    near = np.zeros(len(counts), np.bool_)
    for beside in range(3):
        near[beside:][: len(many)] |= many
    blocks = np.flatnonzero(near)
    found = np.flatnonzero(np.unpackbits(bits[blocks]).view(np.bool_))
    places = blocks[found // BLOCK] * BLOCK + found % BLOCK
    edges = np.concatenate(([0], np.flatnonzero(np.diff(places) > WIDEST_GAP + WIDE_BYTES) + 1, [len(places)]))
    lengths = np.diff(edges)
    return places[np.repeat(lengths >= FEWEST, lengths)]


def _digit_bits(used: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return one bit a byte, BLOCK a line: set where a digit may end. Two lines more are empty."""
    bits = np.zeros((-(-len(used) // BLOCK) + 2, BLOCK // 8), np.uint8)
    flat = bits.ravel()
    upper, some, others = np.empty((3, min(len(used), STRETCH)), np.uint8)  # once: memory anew costs as much again
    for start in range(0, len(used), STRETCH):
        part = used[start : start + STRETCH]
        size = len(part)
        np.bitwise_and(part, np.uint8(0xF0), out=upper[:size])
        digits = np.equal(upper[:size], 0x30, out=some[:size].view(np.bool_))
        before = used[max(start - 1, 0) : start + size - 1] == 0xBC  # noqa: PLR2004 - and 9x: a full-width digit
        if before.any():
            wide = np.equal(upper[:size], 0x90, out=others[:size].view(np.bool_))
            wide[-len(before) :] &= before
            digits |= wide
        packed = np.packbits(digits)
        flat[start // 8 :][: len(packed)] = packed
    return bits


def is_joint(data: npt.NDArray[np.uint8], ends: Numbers, gaps: Numbers) -> npt.NDArray[np.bool_]:
    """Tell after which digits one blank or hyphen stands, or a line ends, and then a digit."""
    signs = data[np.minimum(ends, len(data) - 1)]
    joint: npt.NDArray[np.bool_] = (gaps == 1) & ((signs == BLANK) | (signs == HYPHEN))
    broad = np.flatnonzero(gaps == 3)  # noqa: PLR2004 - signs of three bytes
    joint[broad] = np.isin(threes(data, ends[broad]), WIDE)
    return joint | is_line_end(data, ends, gaps)


def threes(data: npt.NDArray[np.uint8], places: Numbers) -> Numbers:
    """Return the three bytes from each place on as one number."""
    first, second, third = (data[np.minimum(places + beside, len(data) - 1)].astype(np.int64) for beside in range(3))
    return first << 16 | second << 8 | third


def is_spread(data: npt.NDArray[np.uint8], ends: Numbers, gaps: Numbers) -> npt.NDArray[np.bool_]:
    """Tell after which digits SPREAD stands, and then a digit."""
    first, second, third = (data[np.minimum(ends + place, len(data) - 1)] for place in range(3))
    blanks = (gaps == 2) & (first == BLANK) & (second == BLANK)  # noqa: PLR2004
    dash = (gaps == 3) & (first == BLANK) & (second == HYPHEN) & (third == BLANK)  # noqa: PLR2004
    spread: npt.NDArray[np.bool_] = blanks | dash | ((gaps == 1) & (first == TAB))
    return spread


def in_spread_groups(glued: npt.NDArray[np.bool_], spread: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Leave the gaps between digits in which groups as long as those of a number of interest stand side by side.

    All others are gaps between the columns of a table, of which there may be very many.
    """
    gaps = np.flatnonzero(~glued)
    lengths = np.diff(np.concatenate(([-1], gaps, [len(glued)])))
    apart = spread[gaps]
    kept = np.zeros(len(glued), np.bool_)
    for groups in SPREAD_GROUPS:
        last = max(0, len(lengths) - len(groups) + 1)
        fits = np.ones(last, np.bool_)
        for place, length in enumerate(groups):
            fits &= lengths[place:][:last] == length
            fits &= apart[place:][:last] if place < len(groups) - 1 else True
        for place in range(len(groups) - 1):
            kept[gaps[np.flatnonzero(fits) + place]] = True
    return kept


def is_unseen(data: npt.NDArray[np.uint8], ends: Numbers, gaps: Numbers) -> npt.NDArray[np.bool_]:
    """Tell after which digits nothing but signs without width stands, and then a digit."""
    unseen = np.zeros(len(gaps), np.bool_)
    some = np.flatnonzero((gaps > 1) & (gaps <= MOST_UNSEEN))
    first = threes(data, ends[some])
    for place in some[np.isin(first, UNSEEN_THREES) | (first >> 8 == SOFT_HYPHEN)].tolist():
        between = data[ends[place] : ends[place] + int(gaps[place])].tobytes()
        size = 2 if between[0] == 0xC2 else 3  # noqa: PLR2004 - the soft hyphen has two bytes
        unseen[place] = {between[at : at + size] for at in range(0, len(between), size)} <= UNSEEN
    return unseen


def is_line_end(data: npt.NDArray[np.uint8], ends: Numbers, gaps: Numbers) -> npt.NDArray[np.bool_]:
    """Tell after which digits a line ends, perhaps with a blank or hyphen, and the next begins with a digit."""

    def sign(places: Numbers) -> npt.NDArray[np.uint8]:
        return data[np.minimum(places, len(data) - 1)]

    last = (sign(ends) == BLANK) | (sign(ends) == HYPHEN)
    returns = sign(ends + last) == CARRIAGE_RETURN
    feeds = ends + last + returns
    indent = gaps - last - returns - 1
    ended: npt.NDArray[np.bool_] = (sign(feeds) == LINE_FEED) & (indent >= 0) & (indent <= WIDEST_INDENT)
    for place in range(1, WIDEST_INDENT + 1):
        blank = (sign(feeds + place) == BLANK) | (sign(feeds + place) == TAB)
        ended &= (indent < place) | blank
    return ended


class Run(NamedTuple):
    """Digits without anything between them, and where their bytes lie in the column."""

    start: int
    end: int
    number: str


def runs_of(digits: Digits, glued: npt.NDArray[np.bool_], first: int, last: int) -> list[Run]:
    """Cut a chain of digits where a blank or hyphen stands."""
    edges = [first, *(np.flatnonzero(~glued[first : last - 1]) + first + 1).tolist(), last]
    return [
        Run(
            int(digits.starts[low]),
            int(digits.ends[high - 1]),
            (digits.values[low:high] + np.uint8(0x30)).tobytes().decode(),
        )
        for low, high in pairwise(edges)
    ]
