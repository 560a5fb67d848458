"""Join the lines of wrapped text for matching: white space is one blank, and none where a line ends between Han."""

import numpy as np
import pyarrow as pa

from curate.core import compute as pc
from curate.core.kernels.compiled import inlined, kernel
from curate.core.kernels.folding import HAN, Flags
from curate.core.kernels.strings import Bytes, Places, as_array, views
from curate.core.kernels.utf8 import FOUR, THREE, copy, decode

TAB, END, RETURN, SPACE = 0x09, 0x0A, 0x0D, 0x20
ENDS_SENTENCE = np.zeros(128, np.bool_)
ENDS_SENTENCE[[ord(sign) for sign in ".!?:;"]] = True
OPENS_ITEM = np.zeros(128, np.bool_)
OPENS_ITEM[[ord(sign) for sign in "#|>="]] = True
BULLET = np.zeros(128, np.bool_)
BULLET[[ord(sign) for sign in "-*+"]] = True
DIGITS = (0x30, 0x39)
LONGEST_NUMBER = 3
ENUMERATES = (ord("."), ord(")"))
WIDE_STOPS = (0x3002, 0xFF01, 0xFF1F, 0xFF1A, 0xFF1B)
WIDE_COMMA, DOT = 0x3001, 0x2022


def joined(strings: pa.StringArray) -> pa.StringArray:
    """Join lines; the array itself comes back where no white space is but single blanks. Nulls stay.

    A run of white space becomes one blank; a line end between two Han goes. One stays where lines do not run on: at
    a blank line, behind the end of a sentence, before an item of a list (`- `, `1.`, `一、`), a heading, a row.
    """
    seen = views(strings)
    wanted = np.zeros(len(seen.starts), np.bool_)
    _look(seen.data, (seen.starts, seen.stops), wanted)
    if not wanted.any():
        return strings
    some = views(strings.filter(pa.array(wanted)))
    out, ends = np.empty(some.nbytes, np.uint8), np.zeros(len(some.starts), np.int64)
    _join_all(some.data, (some.starts, some.stops), (out, ends))
    made = as_array(out, ends, pa.array(np.ones(len(ends), np.bool_)))
    return pc.replace_with_mask(strings, pa.array(wanted), made)


@inlined
def _is_white(byte: int) -> bool:
    return byte == SPACE or TAB <= byte <= RETURN


@kernel
def _look(data: Bytes, spans: tuple[Places, Places], wanted: Flags) -> None:
    starts, stops = spans
    for i in range(len(starts)):
        at, stop = starts[i], stops[i]
        while at < stop and not (
            data[at] <= SPACE
            and _is_white(data[at])
            and (data[at] != SPACE or (at + 1 < stop and data[at + 1] == SPACE))
        ):
            at += 1
        wanted[i] = at < stop


@kernel
def _join_all(data: Bytes, spans: tuple[Places, Places], made: tuple[Bytes, Places]) -> None:
    starts, stops = spans
    out, ends = made
    end = starts[0] - starts[0]  # for a plain 0 numba compiles every callee twice
    for i in range(len(starts)):
        at, stop = starts[i], stops[i]
        while at < stop:
            first = at
            while at < stop and (data[at] > SPACE or (data[at] == SPACE and at + 1 < stop and data[at + 1] > SPACE)):
                at += 1
            end = copy(data, (first, at), out, end)
            if at < stop and not _is_white(data[at]):
                out[end] = data[at]
                end, at = end + 1, at + 1
                continue
            if at == stop:
                break
            first, lines = at, 0
            while at < stop and _is_white(data[at]):
                lines += data[at] == END
                at += 1
            between = _between(data, (starts[i], first, at, stop)) if lines == 1 else (END if lines else SPACE)
            if between:
                out[end] = between
                end += 1
        ends[i] = end


@inlined
def _between(data: Bytes, places: tuple[int, int, int, int]) -> int:
    """Return what stands for one line end, 0 for nothing; places: start, where white space begins and ends, stop."""
    start, first, after, stop = places
    if first == start or after == stop or _opens_item(data, after, stop):
        return END
    last = int(data[first - 1])
    if last < 128:  # noqa: PLR2004 - ASCII
        return END if ENDS_SENTENCE[last] else SPACE
    if first - 3 < start or not THREE <= data[first - 3] < FOUR:
        return SPACE
    code = decode(data, first - 3, stop)[0]
    if code in WIDE_STOPS:
        return END
    return 0 if HAN[0] <= code <= HAN[1] and HAN[0] <= decode(data, after, stop)[0] <= HAN[1] else SPACE


@inlined
def _opens_item(data: Bytes, at: int, stop: int) -> bool:
    """Tell whether a line that begins at a place is an item of a list, a heading or a row."""
    byte = int(data[at])
    if byte >= 128:  # noqa: PLR2004 - ASCII
        code, after = decode(data, at, stop)
        return code == DOT or (HAN[0] <= code <= HAN[1] and after < stop and decode(data, after, stop)[0] == WIDE_COMMA)
    if OPENS_ITEM[byte]:
        return True
    if BULLET[byte]:
        return at + 1 < stop and _is_white(data[at + 1])
    end = at
    while end < stop and end - at < LONGEST_NUMBER and DIGITS[0] <= data[end] <= DIGITS[1]:
        end += 1
    return end > at and end < stop and int(data[end]) in ENUMERATES
