"""English words as spaCy cuts them, fast: each chunk between white space is cut once and remembered.

spaCy's tokenizer works inside chunks, except that it joins words again that make up one of its special cases (`:-)`,
`Mr.`): words of two chunks with one space between may keep it from doing so. Texts where that may happen are cut as a
whole.
"""

from collections.abc import Iterable, Sequence, Set
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curate.core.kernels.chunks import (
    MARKS,
    Flags,
    Hashes,
    Memo,
    blanks,
    count_unknown,
    hash_of,
    list_hashes,
    remember,
)
from curate.core.kernels.gopher import Numbers, counted, counted_words
from curate.core.kernels.strings import Strings, views

MEMO_BYTES, MEMO_CHUNKS = 1 << 25, 1 << 20
"""A memo that holds more than this is begun anew: rare chunks would fill it for ever."""
AT_ONCE = 1 << 14
"""So many chunks are cut before their words go into the memo."""
ORTH = 65
"""What spaCy calls the string of a word."""
KINDS = 1 << 10
"""Most classes of words at the edges of chunks."""

Number = TypeVar("Number", bound=np.generic)


class English:
    """spaCy's English tokenizer without a model, and what it said of chunks so far."""

    def __init__(self) -> None:
        import spacy

        self.language: Any = spacy.blank("en")
        self.cases = Cases(self.language.tokenizer)
        self.forget()

    def counts(self, text: pa.StringArray) -> Numbers:
        """Count in each text what Gopher's and FineWeb's filters ask (core.kernels.gopher.counted)."""
        strings = views(text)
        self.learn(strings)
        found, doubtful = counted(strings, self.memo)
        for i in np.flatnonzero(doubtful):
            one = strings.data[strings.starts[i] : strings.stops[i]].tobytes()
            sizes = np.array([len(word.encode()) for word in self.words(one.decode())], np.int32)
            found[i] = counted_words(one, sizes)
        return found

    def words(self, text: str) -> list[str]:
        """Cut a text as a whole; white space is no word."""
        with self.language.memory_zone():
            return [word.text for word in self.language.tokenizer(text) if not word.is_space]

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
            self.cases.pairs,
            self.cases.exceptions,
            self.cases.marks,
        )

    def learn(self, strings: Strings) -> None:
        """Cut the chunks of some strings that are not in the memo."""
        if self.chunks > MEMO_CHUNKS or self.memo.ends[self.chunks - 1] > MEMO_BYTES:
            self.forget()
        found = np.zeros(2 << 12, np.int64)
        count = count_unknown(strings, blanks(), self.memo, found)
        if 2 * count > len(found):
            found = np.zeros(2 * count, np.int64)
            count_unknown(strings, blanks(), self.memo, found)
        spans = found[: 2 * count].reshape(-1, 2).tolist()
        data = memoryview(strings.data)
        fresh = list(dict.fromkeys(bytes(data[start:stop]) for start, stop in spans))
        with self.language.memory_zone():
            for first in range(0, len(fresh), AT_ONCE):
                self._remember(fresh[first : first + AT_ONCE])

    def _remember(self, fresh: Sequence[bytes]) -> None:
        cut = [[word.text for word in self.language.tokenizer(chunk.decode())] for chunk in fresh]
        sizes = [len(word.encode()) for words in cut for word in words]
        first, last = self.chunks, self.chunks + len(fresh)
        memo = self._grown(last, sum(map(len, fresh)), len(sizes))
        start, begin = int(memo.ends[first - 1]), int(memo.cuts[first - 1])
        memo.ends[first:last] = start + np.cumsum([len(chunk) for chunk in fresh])
        memo.cuts[first:last] = begin + np.cumsum([len(words) for words in cut])
        memo.text[start : memo.ends[last - 1]] = np.frombuffer(b"".join(fresh), np.uint8)
        memo.pieces[begin : memo.cuts[last - 1]] = sizes
        for entry, words in enumerate(cut, first):
            memo.sides[entry] = self.cases.sides(words)
            memo.merged[entry] = self.cases.may_join(words)
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


class Cases:
    """spaCy's special cases as far as they reach beyond a chunk of plain letters.

    Words that stand behind each other and are the parts of a special case are joined to it again, the longest case
    first; of two that overlap the longer one wins, even where white space in it then keeps it from being joined.
    """

    def __init__(self, tokenizer: Any) -> None:
        rules = {case: [part[ORTH] for part in parts] for case, parts in tokenizer.rules.items()}
        plain = type(tokenizer)(
            tokenizer.vocab,
            prefix_search=tokenizer.prefix_search,
            suffix_search=tokenizer.suffix_search,
            infix_finditer=tokenizer.infix_finditer,
            url_match=tokenizer.url_match,
        )
        parts = {case: [word.text for word in plain(case)] for case in rules}
        joined = [case for case in rules if parts[case] != rules[case]]
        beside = {pair for words in parts.values() for pair in pairwise(words)}
        self.left, self.right = ({pair[side] for pair in beside} for side in range(2))
        self.beside = beside
        self.starts: dict[str, set[str]] = {}
        self.stops: dict[str, set[str]] = {}
        for case in joined:
            self.starts.setdefault(rules[case][0], set()).add(parts[case][0])
            self.stops.setdefault(rules[case][-1], set()).add(parts[case][-1])
        self.pairs: Flags = np.zeros((KINDS, KINDS), np.bool_)
        self.kinds: dict[frozenset[str], int] = {frozenset(): 0}
        self.exceptions = table_of({*rules, *self.left, *self.right})
        self.marks = np.zeros(128, np.uint16)
        for mark in map(chr, MARKS):
            self.marks[ord(mark)] = self.kind(self.left & {mark})

    def sides(self, words: Sequence[str]) -> tuple[int, int]:
        """Return the classes of the first and of the last word of a chunk, as they may have been before joining."""
        first = self.right & {words[0], *self.starts.get(words[0], ())}
        last = self.left & {words[-1], *self.stops.get(words[-1], ())}
        return self.kind(first), self.kind(last)

    def may_join(self, words: Iterable[str]) -> bool:
        """Tell whether words of a chunk may be a special case that was joined."""
        return not self.starts.keys().isdisjoint(words)

    def kind(self, words: Set[str]) -> int:
        """Return the class of a set of words, 0 where it is empty."""
        if not words:
            return 0
        said = frozenset(words)
        if said not in self.kinds:
            known = self.kinds.setdefault(said, len(self.kinds))
            for other, number in self.kinds.items():
                self.pairs[known, number] = any((a, b) in self.beside for a in said for b in other)
                self.pairs[number, known] = any((a, b) in self.beside for a in other for b in said)
        return self.kinds[said]


def table_of(words: Set[str]) -> Hashes:
    """Return a table of the hashes of words, as `chunks` looks them up."""
    table = np.zeros(1 << (2 * len(words)).bit_length(), np.uint64)
    list_hashes(table, np.array([hash_of(word.encode()) for word in words], np.uint64))
    return table
