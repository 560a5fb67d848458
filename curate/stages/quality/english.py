"""English words as spaCy cuts them, counted: each chunk between white space is cut once and remembered.

spaCy works inside chunks, except that it joins words again that are the parts of a special case (`:-)`, `Mr.`), and
words of two chunks with one space between may keep it from doing so. Rows of chunks where that may happen are cut as
a whole.
"""

from collections.abc import Collection, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curate.core.kernels.chunks import (
    Flags,
    Hashes,
    Memo,
    blanks,
    find_unknown,
    hash_of,
    list_hashes,
    remember,
)
from curate.core.kernels.gopher import Numbers, counted
from curate.core.kernels.strings import Strings, views
from curate.stages.quality.affixes import Affixes

MEMO_BYTES, MEMO_CHUNKS = 1 << 25, 1 << 20
"""A memo that holds more than this is begun anew: rare chunks would fill it for ever."""
AT_ONCE = 1 << 12
"""So many chunks that are not in the memo are gathered before they are cut: most come again and again."""

Number = TypeVar("Number", bound=np.generic)


class English:
    """spaCy's rules for English, and how chunks were cut by them so far."""

    def __init__(self) -> None:
        self.affixes = Affixes()
        pairs = sorted(self.affixes.pairs)
        self.left = {word: number for number, word in enumerate(sorted({left for left, _ in pairs}), 1)}
        self.right = {word: number for number, word in enumerate(sorted({right for _, right in pairs}), 1)}
        self.pairs: Flags = np.zeros((len(self.left) + 1, len(self.right) + 1), np.bool_)
        for left, right in pairs:
            self.pairs[self.left[left], self.right[right]] = True
        self.exceptions = table_of({*self.affixes.rules, *self.left, *self.right})
        self.marks = np.array([self.left.get(chr(code), 0) for code in range(128)], np.uint16)
        self.forget()

    def counts(self, text: pa.StringArray) -> Numbers:
        """Count in each text what Gopher's and FineWeb's filters ask (core.kernels.gopher.counted)."""
        strings = views(text)
        self.learn(strings)
        return counted(strings, self.memo, self._cut)

    def _cut(self, row: bytes) -> list[int]:
        return [len(word.encode()) for word in self.affixes.words(row.decode())]

    def forget(self) -> None:
        """Begin the memo anew."""
        self.chunks = 1
        room = 1 << 10
        self.memo = Memo(
            np.zeros(1 << 11, np.int32),
            np.zeros(room, np.uint64),
            np.zeros(1 << 14, np.uint8),
            np.zeros(room, np.int64),
            np.zeros(1 << 12, np.int32),
            np.zeros(room, np.int64),
            np.zeros((room, 2), np.uint16),
            np.zeros(room, np.bool_),
            self.pairs,
            self.exceptions,
            self.marks,
            blanks(),
        )

    def learn(self, strings: Strings) -> None:
        """Cut the chunks of some strings that are not in the memo."""
        if self.chunks > MEMO_CHUNKS or self.memo.ends[self.chunks - 1] > MEMO_BYTES:
            self.forget()
        found, at = np.zeros(2 * AT_ONCE, np.int64), (0, 0)
        while at[0] < len(strings.starts):
            count, at = find_unknown(strings, self.memo, at, found)
            spans = found[: 2 * count].reshape(-1, 2).tolist()
            fresh = list(dict.fromkeys(strings.data[start:stop].tobytes() for start, stop in spans))
            if fresh:
                self._remember(fresh)

    def _remember(self, fresh: Sequence[bytes]) -> None:
        parts = [self.affixes.chunk(chunk.decode()) for chunk in fresh]
        cut = [self.affixes.joined(words) for words in parts]
        sizes = [len(word.encode()) for words in cut for word in words]
        first, last = self.chunks, self.chunks + len(fresh)
        memo = self._grown(last, sum(map(len, fresh)), len(sizes))
        start, begin = int(memo.ends[first - 1]), int(memo.cuts[first - 1])
        memo.ends[first:last] = start + np.cumsum([len(chunk) for chunk in fresh])
        memo.cuts[first:last] = begin + np.cumsum([len(words) for words in cut])
        memo.text[start : memo.ends[last - 1]] = np.frombuffer(b"".join(fresh), np.uint8)
        memo.pieces[begin : memo.cuts[last - 1]] = sizes
        memo.sides[first:last, 0] = [self.right.get(words[0], 0) for words in parts]
        memo.sides[first:last, 1] = [self.left.get(words[-1], 0) for words in parts]
        memo.merged[first:last] = [words != before for words, before in zip(cut, parts, strict=True)]
        self.memo, self.chunks = memo, last
        remember(memo, first, last)

    def _grown(self, chunks: int, text: int, pieces: int) -> Memo:
        """Return the memo with room for so many chunks altogether, and for so many more bytes and pieces."""
        memo, kept = self.memo, self.chunks
        text, pieces = int(memo.ends[kept - 1]) + text, int(memo.cuts[kept - 1]) + pieces
        wider = {name: longer(getattr(memo, name), chunks) for name in ("hashes", "ends", "cuts", "sides", "merged")}
        wider |= {"text": longer(memo.text, text), "pieces": longer(memo.pieces, pieces)}
        slots = longer(memo.slots, 2 * chunks)
        memo = memo._replace(**wider)
        if len(slots) > len(memo.slots):
            slots[:] = 0
            memo = memo._replace(slots=slots)
            remember(memo, 1, kept)
        return memo


def longer(array: npt.NDArray[Number], size: int) -> npt.NDArray[Number]:
    """Return an array with room for so many: itself, or one of twice the size or more that begins with it."""
    if size <= len(array):
        return array
    wider = np.zeros((1 << size.bit_length(), *array.shape[1:]), array.dtype)
    wider[: len(array)] = array
    return wider


def table_of(words: Collection[str]) -> Hashes:
    """Return a table of the hashes of words, as `chunks` looks them up."""
    table = np.zeros(1 << (2 * len(words)).bit_length(), np.uint64)
    list_hashes(table, np.array([hash_of(word.encode()) for word in words], np.uint64))
    return table
