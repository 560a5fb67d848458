"""Measure texts as datatrove's filters do: Gopher's repetition, Gopher's quality, FineWeb's quality.

Rae et al. 2021, arXiv 2112.11446, table A1 and section A.1.1; Penedo et al. 2024, arXiv 2406.17557, section 3.6. Where
a definition leaves something open, datatrove 0.10.1 decides. What is counted is exact: strings with the same hash are
compared.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from curate.core.kernels.chunks import Flags, Memo, Rows, Small, Text, blanks, is_blank, read_words
from curate.core.kernels.compiled import inlined, kernel
from curate.core.kernels.runs import CONTINUES, chars_in, cleared, runs_again, same, top_run
from curate.core.kernels.shingles import BASE, mix
from curate.core.kernels.strings import Bytes, Places, Strings
from curate.core.kernels.utf8 import decode

Numbers = npt.NDArray[np.int64]

SYMBOLS = (
    "0-8 b-1f 21-2f 3a-40 5b-60 7b-9f ab b4 bb 2013-2014 2019 201c-201e 2026 2236 2501 25ba 3001-3002 3008-300d"
    " 3010-3011 ff01 ff05 ff08-ff09 ff0c ff0e ff11 ff1a-ff1b ff1f ff5e"
)
"""Code points that alone make no word, beside those that end a sentence."""
ENDS = (
    "21 2e 3f 589 61d-61f 6d4 700-702 7f9 837 839 83d-83e 964-965 104a-104b 1362 1367-1368 166e 1735-1736 17d4-17d6"
    " 17d9-17da 1803 1809 1944-1945 1aa8-1aab 1b5a-1b5b 1b5e-1b5f 1b7d-1b7e 1c3b-1c3c 1c7e-1c7f 203c-203d 2047-2049"
    " 2e2e 2e3c 2e53-2e54 3002 a4ff a60e-a60f a6f3 a6f7 a876-a877 a8ce-a8cf a92f a9c8-a9c9 aa5d-aa5f aaf0-aaf1 abeb"
    " fe52 fe56-fe57 ff01 ff0e ff1f ff61 10a56-10a57 10f55-10f59 10f86-10f89 11047-11048 110be-110c1 11141-11143"
    " 111c5-111c6 111cd 111de-111df 11238-11239 1123b-1123c 112a9 1144b-1144c 115c2-115c3 115c9-115d7 11641-11642"
    " 1173c-1173e 11944 11946 11a42-11a43 11a9b-11a9c 11c41-11c42 11ef7-11ef8 11f43-11f44 16a6e-16a6f 16af5"
    " 16b37-16b38 16b44 16e98 1bc9f 1da88"
)
"""Code points that end a sentence: Unicode 15's property Sentence_Terminal, and three Khmer signs."""
LINE_ENDS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
STOP_WORDS = (b"the", b"be", b"to", b"of", b"and", b"that", b"have", b"with")
STOP_VALUES = tuple(int.from_bytes(word, "big") for word in STOP_WORDS)
LIMIT, ALPHA, SYMBOL, END, BREAK = 0x110000, 1, 2, 4, 8
FEED, RETURN, SPACE, HASH, PERIOD, HYPHEN = 0x0A, 0x0D, 0x20, 0x23, 0x2E, 0x2D
ELLIPSIS, BULLET, DOTS = 0x2026, 0x2022, 3
SHORT_CHARS = 30
TOP, AGAIN = (2, 3, 4), (5, 6, 7, 8, 9, 10)
"""Lengths of the runs of words that are counted."""

CHARS, FEEDS, HASHES, DOTTED = range(4)
PARAGRAPHS, PARAGRAPHS_AGAIN, PARAGRAPH_CHARS_AGAIN, LINES, LINES_AGAIN, LINE_CHARS_AGAIN = range(4, 10)
TOP_2, AGAIN_5 = 10, 13
WORDS, TRUE_WORDS, TRUE_CHARS, ALPHA_WORDS, STOPS = range(19, 24)
BROKEN, BULLETED, TRAILING = range(24, 27)
SOLID, ENDED, SHORT, SOLID_AGAIN = range(27, 31)
COLUMNS = 31


@cache
def characters() -> Bytes:
    """Say of each code point what it is to the filters: bits ALPHA, SYMBOL, END, BREAK (uint8, LIMIT)."""
    table = np.zeros(LIMIT, np.uint8)
    for bits, ranges in ((SYMBOL, SYMBOLS), (SYMBOL | END, ENDS)):
        for one in ranges.split():
            first, _, last = one.partition("-")
            table[int(first, 16) : int(last or first, 16) + 1] |= bits
    table[[ord(one) for one in LINE_ENDS]] |= BREAK
    table[[code for code in range(LIMIT) if chr(code).isalpha()]] |= ALPHA
    return table


class Spans(NamedTuple):
    """Room for lines: piece k is the bytes from `starts[k]` to `stops[k]`."""

    starts: Places
    stops: Places


class Room(NamedTuple):
    """What measuring needs beside the text."""

    white: Flags
    classes: Bytes
    words: Text
    sums: npt.NDArray[np.uint64]
    """Hash of the bytes of all words up to each."""
    slots: Small
    counts: Small
    pieces: Spans


def room_for(longest: int) -> Room:
    """Make room for texts of so many bytes; what is not touched takes no memory."""
    size = 1 << max(longest + longest // 2, 8).bit_length()
    words = Text(np.empty(longest + 1, np.uint8), np.empty(longest + 2, np.int32))
    words.ends[0] = 0
    sums = np.empty(longest + 2, np.uint64)
    sums[0] = 0
    slots, counts = (np.empty(size, np.int32) for _ in range(2))
    pieces = Spans(*(np.empty(longest + 2, np.int64) for _ in range(2)))
    return Room(blanks(), characters(), words, sums, slots, counts, pieces)


def counted(strings: Strings, memo: Memo, cut: Callable[[bytes], Sequence[int]]) -> Numbers:
    """Count in each string what the filters ask, shape (n, COLUMNS), int64; every chunk must be in the memo.

    `cut` is asked for the bytes of the words of rows of chunks that must be cut as a whole.
    """
    counts = np.zeros((len(strings.starts), COLUMNS), np.int64)
    room = room_for(int((strings.stops - strings.starts).max(initial=0)))
    nothing = np.zeros(0, np.int64)
    found = np.zeros(2 << 8, np.int64)
    rows = Rows(nothing, nothing, np.zeros(1, np.int64), np.zeros(0, np.int32))
    wrong = _count(strings, (memo, rows), room, counts, found)
    if 2 * wrong > len(found):
        counts[:] = 0
        found = np.zeros(2 * wrong, np.int64)
        _count(strings, (memo, rows), room, counts, found)
    if wrong:
        starts, stops = (np.ascontiguousarray(found[side : 2 * wrong : 2]) for side in range(2))
        sizes = [cut(strings.data[start:stop].tobytes()) for start, stop in zip(starts, stops, strict=True)]
        cuts = np.cumsum([0, *map(len, sizes)])
        rows = Rows(starts, stops, cuts, np.array([size for some in sizes for size in some], np.int32))
        again = np.unique(np.searchsorted(strings.starts, starts, "right") - 1)
        some = np.zeros((len(again), COLUMNS), np.int64)
        _count(Strings(strings.data, strings.starts[again], strings.stops[again]), (memo, rows), room, some, found)
        counts[again] = some
    return counts


@kernel
def _count(strings: Strings, known: tuple[Memo, Rows], room: Room, counts: Numbers, found: Places) -> int:
    """Count in each string; write where rows are that must be cut as a whole, as far as it goes; return how many."""
    memo, rows = known
    wrong = 0
    for i in range(len(strings.starts)):
        span = (strings.starts[i], strings.stops[i])
        words, more = read_words(strings.data, span, memo, rows, (room.words, found[2 * wrong :]))
        wrong += more
        _measure(strings.data, span, words, room, counts[i])
    return wrong


@inlined
def _measure(data: Bytes, span: tuple[int, int], words: int, room: Room, found: Numbers) -> None:
    if span[0] == span[1]:
        return
    _count_signs(data, span, found)
    _count_lines(data, span, room, found)
    _count_pieces(data, span, room, found)
    _judge_words(words, room, found)
    for n in TOP:
        found[TOP_2 + n - 2] = top_run(room.words, room.sums, (room.slots, room.counts), words, n)
    for n in AGAIN:
        found[AGAIN_5 + n - 5] = runs_again(room.words, room.sums, room.slots, words, n)


@inlined
def _count_signs(data: Bytes, span: tuple[int, int], found: Numbers) -> None:
    """Count characters, line feeds, `#`, and `...` and `…`; three periods are counted once."""
    at, stop = span
    chars, feeds, hashes, dots, run = 0, 0, 0, 0, 0
    while at < stop:
        byte = data[at]
        chars += byte & 0xC0 != CONTINUES
        feeds += byte == FEED
        hashes += byte == HASH
        run = run + 1 if byte == PERIOD else 0
        if run == DOTS:
            dots, run = dots + 1, 0
        dots += byte == 0xE2 and at + 2 < stop and data[at + 1] == 0x80 and data[at + 2] == 0xA6  # noqa: PLR2004
        at += 1
    found[CHARS], found[FEEDS], found[HASHES], found[DOTTED] = chars, feeds, hashes, dots


@inlined
def _count_lines(data: Bytes, span: tuple[int, int], room: Room, found: Numbers) -> None:
    """Count lines as `str.splitlines` has them, those that begin with a bullet, those that trail off in dots."""
    at, stop = span
    first, last, run, tail, inside = 0, 0, 0, 0, False
    while at < stop:
        code, at = decode(data, at, stop)
        inside = True
        if not is_blank(code, room.white):
            run = run + 1 if code == PERIOD else 0
            first, last, tail = (code if first == 0 else first), code, run
            continue
        run = 0
        if room.classes[code] & BREAK:
            at += code == RETURN and at < stop and data[at] == FEED
            _end_line((first, last, tail), found)
            first, last, tail, inside = 0, 0, 0, False
    if inside:
        _end_line((first, last, tail), found)


@inlined
def _end_line(line: tuple[int, int, int], found: Numbers) -> None:
    first, last, tail = line
    found[BROKEN] += 1
    found[BULLETED] += first in (BULLET, HYPHEN)
    found[TRAILING] += tail >= DOTS or last == ELLIPSIS


@inlined
def _count_pieces(data: Bytes, span: tuple[int, int], room: Room, found: Numbers) -> None:
    """Count paragraphs and lines, those that stood before, and FineWeb's lines, which are not blank."""
    paragraphs = _split(data, _stripped(data, span, room.white), DOTS - 1, room.pieces)
    again, chars = _repeated(data, paragraphs, room)
    found[PARAGRAPHS], found[PARAGRAPHS_AGAIN], found[PARAGRAPH_CHARS_AGAIN] = paragraphs, again, chars
    lines = _split(data, span, 1, room.pieces)
    again, chars = _repeated(data, lines, room)
    found[LINES], found[LINES_AGAIN], found[LINE_CHARS_AGAIN] = lines, again, chars
    solid = _keep_solid(data, lines, room, found)
    found[SOLID] = solid
    found[SOLID_AGAIN] = _repeated(data, solid, room)[1]


@inlined
def _stripped(data: Bytes, span: tuple[int, int], white: Flags) -> tuple[int, int]:
    start, stop = span
    while start < stop:
        code, after = decode(data, start, stop)
        if not is_blank(code, white):
            break
        start = after
    at, end = start, start
    while at < stop:
        code, at = decode(data, at, stop)
        end = end if is_blank(code, white) else at
    return start, end


@inlined
def _split(data: Bytes, span: tuple[int, int], least: int, pieces: Spans) -> int:
    """Split at runs of so many line feeds or more; return how many pieces there are, empty ones at the ends too."""
    start, stop = span
    at, count = start, 0
    while at < stop:
        if data[at] != FEED:
            at += 1
            continue
        end = at
        while end < stop and data[end] == FEED:
            end += 1
        if end - at >= least:
            pieces.starts[count], pieces.stops[count] = start, at
            start, count = end, count + 1
        at = end
    pieces.starts[count], pieces.stops[count] = start, stop
    return count + 1


@inlined
def _keep_solid(data: Bytes, lines: int, room: Room, found: Numbers) -> int:
    """Keep the lines that are not blank; count those that end a sentence, and those that are short."""
    kept = 0
    starts, stops = room.pieces.starts, room.pieces.stops
    for k in range(lines):
        at, stop = starts[k], stops[k]
        solid, chars, last = False, 0, 0
        while at < stop:
            last, at = decode(data, at, stop)
            solid |= not is_blank(last, room.white)
            chars += 1
        if solid:
            starts[kept], stops[kept] = starts[k], stops[k]
            kept += 1
            found[ENDED] += room.classes[last] & END != 0
            found[SHORT] += chars <= SHORT_CHARS
    return kept


@inlined
def _repeated(data: Bytes, pieces: int, room: Room) -> tuple[int, int]:
    """Count pieces that stood before, and their characters."""
    slots, (starts, stops) = room.slots, room.pieces
    mask, again, chars = cleared(slots, pieces), 0, 0
    for k in range(pieces):
        start, size = starts[k], stops[k] - starts[k]
        value = np.uint64(0)
        for at in range(start, stops[k]):
            value = value * BASE + np.uint64(data[at]) + np.uint64(1)
        slot = int(np.int64(mix(value) & np.uint64(mask)))
        while slots[slot] > 0:
            other = slots[slot] - 1
            if stops[other] - starts[other] == size and same(data, start, starts[other], size):
                break
            slot = (slot + 1) & mask
        if slots[slot] > 0:
            again, chars = again + 1, chars + chars_in(data, start, stops[k])
        else:
            slots[slot] = k + 1
    return again, chars


@inlined
def _judge_words(words: int, room: Room, found: Numbers) -> None:
    """Count words that are more than marks, their characters, words with a letter, the stop words that occur; hash."""
    data, ends = room.words
    stops, value = 0, np.uint64(0)
    for k in range(words):
        at, stop = int(np.int64(ends[k])), int(np.int64(ends[k + 1]))
        stops |= _stop_word(data, at, stop)
        chars, true, alpha = 0, False, False
        while at < stop:
            start = at
            code, at = decode(data, at, stop)
            for place in range(start, at):
                value = value * BASE + np.uint64(data[place]) + np.uint64(1)
            bits = room.classes[code]
            true |= bits & SYMBOL == 0
            alpha |= bits & ALPHA != 0
            chars += 1
        room.sums[k + 1] = value
        found[TRUE_WORDS] += true
        found[TRUE_CHARS] += chars * true
        found[ALPHA_WORDS] += alpha
    found[WORDS] = words
    for bit in range(len(STOP_WORDS)):
        found[STOPS] += stops >> bit & 1


@inlined
def _stop_word(data: Bytes, start: int, stop: int) -> int:
    """Return the bit of a stop word, 0 for any other."""
    if stop - start > 4 or stop - start < 2:  # noqa: PLR2004 - the longest and the shortest have so many letters
        return 0
    value = 0
    for at in range(start, stop):
        value = value << 8 | int(np.int64(data[at]))
    for bit in range(len(STOP_VALUES)):
        if value == STOP_VALUES[bit]:
            return 1 << bit
    return 0
