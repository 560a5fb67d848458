"""Cut texts into words where a tokenizer that never looks past white space has said how each chunk is cut.

A chunk is characters without white space between. What the tokenizer makes of it is remembered in a `Memo`, and asked
once. Chunks of plain letters, alone or before one mark, are cut without asking unless they are among the exceptions.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from curate.core.kernels.compiled import inlined, kernel
from curate.core.kernels.shingles import BASE, mix
from curate.core.kernels.strings import Bytes, Places, Strings
from curate.core.kernels.utf8 import decode

Hashes = npt.NDArray[np.uint64]
Small = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

SPACE, PERIOD, CASE, FIRST_LETTER, LAST_LETTER, ASCII = 0x20, 0x2E, 0x20, 0x61, 0x7A, 0x80
MARKS = b".,;:!?)"
"""Marks that always stand apart from the letter before them; a period does so behind a small letter."""
PLAIN, MARKED, ASKED = range(3)
"""A chunk is one word, letters and a mark, or must be looked up."""


class Memo(NamedTuple):
    """How chunks are cut.

    Chunk k is `text[ends[k - 1]:ends[k]]` and cut into words of `pieces[cuts[k - 1]:cuts[k]]` bytes; place 0 is empty.
    `slots` finds it by its hash. `sides[k]` are classes of its first and last word, `merged[k]` says whether words in
    it may have been joined afterwards. `pairs[left, right]` says of which classes two words, next to each other, may
    belong to a longer whole. `exceptions` are hashes of what is always asked; `marks` classes of MARKS by byte; `white`
    is `blanks`.
    """

    slots: Small
    hashes: Hashes
    text: Bytes
    ends: Places
    pieces: Small
    cuts: Places
    sides: npt.NDArray[np.uint16]
    merged: Flags
    pairs: Flags
    exceptions: Hashes
    marks: npt.NDArray[np.uint16]
    white: Flags


class Chunk(NamedTuple):
    """A chunk: where it starts and stops, its hash, which kind it is (PLAIN, MARKED, ASKED)."""

    start: int
    stop: int
    value: np.uint64
    kind: int


@cache
def blanks() -> Flags:
    """Say of each code point of the first three planes whether it is white space, as Python says."""
    return np.array([chr(code).isspace() for code in range(0x3001)], np.bool_)


def hash_of(chunk: bytes) -> np.uint64:
    """Return the hash by which kernels look a chunk up."""
    value = 0
    for byte in chunk:
        value = (value * int(BASE) + byte + 1) % 2**64
    return np.uint64(value)


@inlined
def is_blank(code: int, white: Flags) -> bool:
    """Tell whether a code point is white space."""
    return bool(white[code]) if code < len(white) else False


@inlined
def next_chunk(data: Bytes, span: tuple[int, int], white: Flags, exceptions: Hashes) -> Chunk:
    """Return the first chunk of a span; one without bytes at the end of it where there is none."""
    at, stop = span
    while at < stop:
        code, after = decode(data, at, stop)
        if not is_blank(code, white):
            break
        at = after
    start, value, before, letters = at, np.uint64(0), np.uint64(0), 0
    while at < stop:
        byte = data[at]
        if byte < ASCII:
            if white[byte]:
                break
            before = value
            value = value * BASE + np.uint64(byte) + np.uint64(1)
            letters += FIRST_LETTER <= byte | CASE <= LAST_LETTER
            at += 1
            continue
        code, after = decode(data, at, stop)
        if is_blank(code, white):
            break
        for place in range(at, after):
            value = value * BASE + np.uint64(data[place]) + np.uint64(1)
        at = after
    return Chunk(start, at, value, _kind(data, (start, at), letters, (before, value), exceptions))


@inlined
def _kind(
    data: Bytes, span: tuple[int, int], letters: int, values: tuple[np.uint64, np.uint64], exceptions: Hashes
) -> int:
    start, stop = span
    size = stop - start
    if letters < size - 1 or size == 0 or letters == 0:
        return ASKED
    if letters == size:
        return ASKED if _listed(exceptions, values[1]) else PLAIN
    last, before = data[stop - 1], data[stop - 2]
    marked = False
    for mark in MARKS:
        marked |= last == mark
    if not marked or (last == PERIOD and before < FIRST_LETTER):
        return ASKED
    return ASKED if _listed(exceptions, values[0]) or _listed(exceptions, values[1]) else MARKED


@inlined
def _listed(exceptions: Hashes, value: np.uint64) -> bool:
    mask = np.uint64(len(exceptions) - 1)
    slot = mix(value) & mask
    while exceptions[slot] != 0 and exceptions[slot] != value:
        slot = (slot + np.uint64(1)) & mask
    return bool(exceptions[slot] == value)


@kernel
def list_hashes(table: Hashes, values: Hashes) -> None:
    """Put hashes into a table of twice their number or more, a power of two."""
    mask = np.uint64(len(table) - 1)
    for value in values:
        slot = mix(value) & mask
        while table[slot] != 0 and table[slot] != value:
            slot = (slot + np.uint64(1)) & mask
        table[slot] = value


@inlined
def entry_of(data: Bytes, chunk: Chunk, memo: Memo) -> int:
    """Return the place of a chunk in the memo, or 0 where it is not there."""
    mask = len(memo.slots) - 1
    slot = int(np.int64(mix(chunk.value) & np.uint64(mask)))
    size = chunk.stop - chunk.start
    while memo.slots[slot] > 0:
        entry = memo.slots[slot]
        start = memo.ends[entry - 1]
        if memo.hashes[entry] == chunk.value and memo.ends[entry] - start == size:
            at = 0
            while at < size and memo.text[start + at] == data[chunk.start + at]:
                at += 1
            if at == size:
                return int(np.int64(entry))
        slot = (slot + 1) & mask
    return 0


@kernel
def remember(memo: Memo, first: int, last: int) -> None:
    """Hash the chunks of the memo from `first` to `last`, the latter left out, and make them found."""
    mask = len(memo.slots) - 1
    for entry in range(first, last):
        value = np.uint64(0)
        for at in range(memo.ends[entry - 1], memo.ends[entry]):
            value = value * BASE + np.uint64(memo.text[at]) + np.uint64(1)
        memo.hashes[entry] = value
        slot = int(np.int64(mix(value) & np.uint64(mask)))
        while memo.slots[slot] > 0:
            slot = (slot + 1) & mask
        memo.slots[slot] = entry


@kernel
def find_unknown(strings: Strings, memo: Memo, begin: tuple[int, int], found: Places) -> tuple[int, tuple[int, int]]:
    """Find chunks that must be asked about: write where each starts and stops until `found` is full.

    `begin` is a string and a byte in the buffer to go on from. Return how many chunks there are, and where to go on: at
    the string behind the last one where all has been seen.
    """
    count = 0
    first, at = begin
    for i in range(first, len(strings.starts)):
        at, stop = max(at, strings.starts[i]), strings.stops[i]
        while at < stop:
            if 2 * count == len(found):
                return count, (i, at)
            chunk = next_chunk(strings.data, (at, stop), memo.white, memo.exceptions)
            at = chunk.stop
            if chunk.kind == ASKED and chunk.start < at and entry_of(strings.data, chunk, memo) == 0:
                found[2 * count], found[2 * count + 1] = chunk.start, chunk.stop
                count += 1
        at = at - at  # the next string may lie before this one; a plain 0 would be of another type
    return count, (len(strings.starts), at)


class Text(NamedTuple):
    """Room for the words of one text: their bytes, one behind the other, and where each ends; `ends[0]` is 0."""

    data: Bytes
    ends: Small


class Rows(NamedTuple):
    """Rows of chunks that are cut as a whole: row k lies in the buffer from `starts[k]` to `stops[k]`, ascending.

    Its words are of `sizes[cuts[k]:cuts[k + 1]]` bytes.
    """

    starts: Places
    stops: Places
    cuts: Places
    sizes: Small


class Row(NamedTuple):
    """The chunks read last, each one space behind the one before, that may hold parts of one special case."""

    start: int
    stop: int
    right: int
    """Class of its last word."""
    chunks: int
    merged: bool


@inlined
def _row(row: Row, chunk: Chunk, near: bool, left: int, memo: Memo) -> tuple[bool, bool]:  # noqa: FBT001 - by place
    """Tell whether a chunk belongs to the row before it, and, where it does not, whether that must be cut as a whole.

    spaCy decides otherwise than chunk by chunk only where words have been joined in one chunk of a row of several.
    """
    linked = near and chunk.stop > chunk.start and bool(memo.pairs[row.right, left])
    return linked, not linked and row.merged and row.chunks > 1


@inlined
def read_words(data: Bytes, span: tuple[int, int], memo: Memo, rows: Rows, out: tuple[Text, Places]) -> tuple[int, int]:
    """Write the words of a text, and rows that must be cut as a whole; return how many there are of each.

    Every chunk must be known. Rows that are given are cut as they say. Rows beyond what fits are only counted.
    """
    (at, stop), (text, found) = span, out
    count, filled, wrong = 0, 0, 0
    row = Row(at, at, 0, 0, False)
    given = int(np.searchsorted(rows.starts, at))
    while True:
        chunk = next_chunk(data, (at, stop), memo.white, memo.exceptions)
        left, right, merged, entry = 0, 0, False, 0
        if chunk.kind == ASKED and chunk.stop > chunk.start:
            entry = entry_of(data, chunk, memo)
            left, right = int(np.int64(memo.sides[entry, 0])), int(np.int64(memo.sides[entry, 1]))
            merged = bool(memo.merged[entry])
        elif chunk.kind == MARKED:
            right = int(np.int64(memo.marks[data[chunk.stop - 1]]))
        near = row.chunks > 0 and chunk.start == row.stop + 1 and data[row.stop] == SPACE
        linked, whole = _row(row, chunk, near, left, memo)
        if whole:
            if 2 * wrong + 1 < len(found):
                found[2 * wrong], found[2 * wrong + 1] = row.start, row.stop
            wrong += 1
        if chunk.stop == chunk.start:
            return count, wrong
        if linked:
            row = Row(row.start, chunk.stop, right, row.chunks + 1, row.merged or merged)
        else:
            row = Row(chunk.start, chunk.stop, right, 1, merged)
        at = chunk.stop
        if given < len(rows.starts) and chunk.start == rows.starts[given]:
            at = rows.stops[given]
            count, filled = _write_row((data, chunk.start, at), rows, given, (count, filled), text)
            row, given = Row(at, at, 0, 0, False), given + 1
        else:
            count, filled = _write_chunk((data, chunk), entry, memo, (count, filled), text)


@inlined
def _write_row(said: tuple[Bytes, int, int], rows: Rows, k: int, ends: tuple[int, int], text: Text) -> tuple[int, int]:
    """Write the words of a row without the spaces in it; return how many words and bytes there are then."""
    (data, start, stop), (count, filled) = said, ends
    end = filled
    for place in range(start, stop):
        if data[place] != SPACE:
            text.data[filled] = data[place]
            filled += 1
    for cut in range(rows.cuts[k], rows.cuts[k + 1]):
        end += rows.sizes[cut]
        count += 1
        text.ends[count] = end
    return count, filled


@inlined
def _write_chunk(
    said: tuple[Bytes, Chunk], entry: int, memo: Memo, ends: tuple[int, int], text: Text
) -> tuple[int, int]:
    """Write the words of a chunk, whose place in the memo is `entry` if it is there; return as `_write_row` does."""
    (data, chunk), (count, filled) = said, ends
    size = chunk.stop - chunk.start
    for place in range(size):
        text.data[filled + place] = data[chunk.start + place]
    if chunk.kind == ASKED:
        end = filled
        for cut in range(memo.cuts[entry - 1], memo.cuts[entry]):
            end += memo.pieces[cut]
            count += 1
            text.ends[count] = end
        return count, filled + size
    if chunk.kind == MARKED:
        count += 1
        text.ends[count] = filled + size - 1
    count += 1
    text.ends[count] = filled + size
    return count, filled + size
