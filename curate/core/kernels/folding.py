"""Fold strings for matching: what nobody sees goes, styled letters become plain, traditional Han simplified."""

import unicodedata
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curate.core import compute as pc
from curate.core.kernels.compiled import inlined, kernel
from curate.core.kernels.strings import Bytes, Places, as_array, views
from curate.core.kernels.utf8 import CONTINUED, FOUR, THREE, copy, decode
from curate.core.kernels.variants import SIMPLIFIED, TRADITIONAL

Codes = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

LIMIT = 0x1E000
KEPT, GONE = 0, -1
UNSEEN = (
    *((0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F)),
    *((0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F)),
    *((0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF9, 0xFFFB)),
)
"""Blocks of code points below LIMIT that no reader sees (Unicode: Default_Ignorable_Code_Point); both ends included."""
HIDDEN = (0xE0000, 0xE0FFF)
"""Tag characters and selectors of variants."""
STYLED = ((0xFF10, 0xFF19), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A), (0x24B6, 0x24E9), (0x1D400, 0x1D7FF))
"""Letters and digits of ASCII in another dress: full width, in circles, bold, italic, script, double-struck."""
WIDE_SPACE, NO_BREAK = 0x3000, 0xA0
SPACE = 0x20
HAN = (0x4E00, 0x9FFF)


@cache
def folding_table() -> Codes:
    """Return what becomes of each code point below LIMIT: int32, another code point, KEPT or GONE."""
    table = np.zeros(LIMIT, np.int32)
    for first, last in UNSEEN:
        table[first : last + 1] = GONE
    for first, last in STYLED:
        for code in range(first, last + 1):
            plain = unicodedata.normalize("NFKC", chr(code))
            table[code] = ord(plain) if len(plain) == 1 and plain.isascii() else KEPT
    table[[WIDE_SPACE, NO_BREAK]] = SPACE
    table[[ord(character) for character in TRADITIONAL]] = [ord(character) for character in SIMPLIFIED]
    return table


def folded(strings: pa.StringArray) -> pa.StringArray:
    """Fold strings; the array itself comes back where there is nothing to fold. Nulls stay.

    Blanks between Han that stand one by one (`在 线 赌 场`) go as well: whoever writes so hides from a search.
    """
    seen = views(strings)
    spans, wanted = (seen.starts, seen.stops), np.zeros(len(seen.starts), np.bool_)
    _look(seen.data, spans, folding_table() != KEPT, wanted)
    if not wanted.any():
        return strings
    some = views(strings.filter(pa.array(wanted)))
    out, ends = np.empty(some.nbytes, np.uint8), np.zeros(len(some.starts), np.int64)
    _fold_all(some.data, (some.starts, some.stops), folding_table(), (out, ends))
    made = as_array(out, ends, pa.array(np.ones(len(ends), np.bool_)))
    return pc.replace_with_mask(strings, pa.array(wanted), made)


def folded_text(text: str) -> str:
    """Fold one string."""
    said: str = folded(pa.array([text], pa.string()))[0].as_py()
    return said


@kernel
def _look(data: Bytes, spans: tuple[Places, Places], marked: Flags, wanted: Flags) -> None:
    starts, stops = spans
    for i in range(len(starts)):
        at, stop, found = starts[i], stops[i], False
        while at < stop and not found:
            if data[at] < CONTINUED:
                found = data[at] == SPACE and at - starts[i] >= 3 and _parts(data, at, (starts[i], stop))  # noqa: PLR2004
                at += 1
            elif THREE <= data[at] < FOUR and at + 2 < stop:
                code = (int(data[at]) & 0x0F) << 12 | (int(data[at + 1]) & 0x3F) << 6 | (int(data[at + 2]) & 0x3F)
                found = marked[code]
                at += 3
            else:
                code, at = decode(data, at, stop)
                found = marked[code] if code < LIMIT else HIDDEN[0] <= code <= HIDDEN[1]
        wanted[i] = found


@inlined
def _parts(data: Bytes, at: int, span: tuple[int, int]) -> bool:
    """Tell whether the blank at a place may part two Han that stand one by one; what folds is written without it."""
    start, stop = span
    if not THREE < data[at - 3] < FOUR or not HAN[0] <= decode(data, at - 3, stop)[0] <= HAN[1]:
        return False
    before = at - 6 >= start and THREE < data[at - 6] < FOUR and HAN[0] <= decode(data, at - 6, stop)[0] <= HAN[1]
    return not before and _stands_alone(data, at + 1, stop)


@kernel
def _fold_all(data: Bytes, spans: tuple[Places, Places], table: Codes, made: tuple[Bytes, Places]) -> None:
    starts, stops = spans
    out, ends = made
    end = starts[0] - starts[0]  # for a plain 0 numba compiles every callee twice
    for i in range(len(starts)):
        end = _fold(data, (starts[i], stops[i]), table, (out, end))
        ends[i] = end


@inlined
def _fold(data: Bytes, span: tuple[int, int], table: Codes, made: tuple[Bytes, int]) -> int:
    """Write one folded string behind what is written; return where it ends."""
    at, stop = span
    out, end = made
    last = single = at - at
    while at < stop:
        if data[at] < CONTINUED and not (single and data[at] == SPACE):
            start = at
            while at < stop and data[at] < CONTINUED:
                at += 1
            end = copy(data, (start, at), out, end)
            last, single = int(data[at - 1]), 0
            continue
        code, after = decode(data, at, stop)
        other = _becomes(code, table)
        if other == GONE:
            at = after
            continue
        code = other if other != KEPT else code
        if single and code == SPACE and _stands_alone(data, after, stop):
            last, at = code, after
            continue
        single = HAN[0] <= code <= HAN[1] and not HAN[0] <= last <= HAN[1]
        end = copy(data, (at, after), out, end) if other == KEPT else _write(code, out, end)
        last, at = code, after
    return end


@inlined
def _becomes(code: int, table: Codes) -> int:
    """Return what becomes of a code point."""
    if code < LIMIT:
        return int(table[code])
    return GONE if HIDDEN[0] <= code <= HIDDEN[1] else KEPT


@inlined
def _stands_alone(data: Bytes, at: int, stop: int) -> bool:
    """Tell whether one Han stands at a place, and no other behind it."""
    if at >= stop:
        return False
    code, end = decode(data, at, stop)
    if not HAN[0] <= code <= HAN[1]:
        return False
    return end >= stop or not HAN[0] <= decode(data, end, stop)[0] <= HAN[1]


@inlined
def _write(code: int, out: Bytes, end: int) -> int:
    """Write a code point of ASCII or of three bytes."""
    if code < CONTINUED:
        out[end] = code
        return end + 1
    out[end] = THREE | code >> 12
    out[end + 1] = CONTINUED | (code >> 6 & 0x3F)
    out[end + 2] = CONTINUED | (code & 0x3F)
    return end + 3
