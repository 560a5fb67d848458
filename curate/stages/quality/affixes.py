"""spaCy's rules for English words, walked in time that grows with the length of the text and no faster.

spaCy cuts a chunk between white space by stripping one affix after the other, and searches all that is left for the
next: a row of 3,000 `=` takes it 2.7 seconds, and ten times as many a hundred times as long. Here the same rules look
at the ends only. The words are the same.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

CHUNK = re.compile(r"\S+")
ORTH = 65
"""What spaCy calls the string of a word."""
WINDOW, MARGIN = 8, 4
"""Characters at an end of a chunk that are searched for an affix; a match this near to their border asks for more.

The longest affix but a row of periods has four, and looks two further."""
LOGIN, SHORT_LOGIN = r"(?:\S+(?::\S*)?@)?", r"(?:\S+@)?"
"""What may stand before the host of an address; both match the same, the first in quadratic time."""
WHOLE = re.compile(
    "[0-9A-Za-z\u3400-\u4dbf\u4e00-\u9fff\u3001\u3002\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f\u201c\u201d\u300a\u300b]*"
)
"""Characters of which no infix consists."""


class Found(NamedTuple):
    """A special case among words: from `start` to `stop`, the latter left out."""

    start: int
    stop: int
    case: str


class Affixes:
    """The words of English text by spaCy's blank model `en`."""

    def __init__(self) -> None:
        import spacy

        tokenizer: Any = spacy.blank("en").tokenizer
        self.rules = {case: [str(part[ORTH]) for part in parts] for case, parts in tokenizer.rules.items()}
        self.longest = max(map(len, self.rules))
        self.prefix = re.compile(tokenizer.prefix_search.__self__.pattern)
        self.suffix = re.compile(tokenizer.suffix_search.__self__.pattern)
        self.infix = re.compile(tokenizer.infix_finditer.__self__.pattern)
        self.address = re.compile(tokenizer.url_match.__self__.pattern.replace(LOGIN, SHORT_LOGIN))
        self.cases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        """By their first part: the parts of special cases as rules of affixes alone would cut them."""
        for case in self.rules:
            if self._prefix(case, 0, len(case)) or self._suffix(case, 0, len(case)) or self.infix.search(case):
                parts = tuple(self._cut(case, {}))
                self.cases.setdefault(parts[0], []).append((parts, case))

    @property
    def pairs(self) -> set[tuple[str, str]]:
        """Words that stand behind each other in a special case."""
        return {pair for cases in self.cases.values() for parts, _ in cases for pair in pairwise(parts)}

    def chunk(self, chunk: str) -> list[str]:
        """Cut characters without white space among them into words, special cases not joined yet."""
        return self._cut(chunk, self.rules)

    def words(self, text: str) -> list[str]:
        """Cut a text into words; white space is no word."""
        said: list[str] = []
        row: list[str] = []
        apart: set[int] = set()
        end = 0
        for one in CHUNK.finditer(text):
            if text[end : one.start()] != " ":
                said += self.joined(row, apart)
                row, apart = [], set()
            apart.add(len(row))
            row += self.chunk(one[0])
            end = one.end()
        return said + self.joined(row, apart)

    def joined(self, words: Sequence[str], apart: Iterable[int] = ()) -> list[str]:
        """Join words that are the parts of a special case; before the words `apart` stands a space.

        The longest case wins, of two the one in front; one that reaches over a space wins too, and is left in parts.
        """
        if self.cases.keys().isdisjoint(words):
            return list(words)
        taken: set[int] = set()
        chosen: dict[int, Found] = {}
        spaces = set(apart)
        for one in sorted(self._found(words), key=lambda one: (one.start - one.stop, one.start)):
            if (
                one.start not in taken
                and one.stop - 1 not in taken
                and spaces.isdisjoint(range(one.start + 1, one.stop))
            ):
                chosen[one.start] = one
            taken.update(range(one.start, one.stop))
        said, at = [], 0
        while at < len(words):
            if at in chosen:
                said += self.rules[chosen[at].case]
                at = chosen[at].stop
            else:
                said.append(words[at])
                at += 1
        return said

    def _found(self, words: Sequence[str]) -> Iterator[Found]:
        for start, word in enumerate(words):
            for parts, case in self.cases.get(word, ()):
                if tuple(words[start : start + len(parts)]) == parts:
                    yield Found(start, start + len(parts), case)

    def _cut(self, chunk: str, rules: dict[str, list[str]]) -> list[str]:
        """Strip affixes from both ends while there are any and what is left is no special case."""
        low, high, before, behind = 0, len(chunk), [], []
        while low < high and not self._special(chunk, low, high, rules):
            pre = self._prefix(chunk, low, high)
            if pre and self._special(chunk, low + pre, high, rules):
                before.append(chunk[low : low + pre])
                low += pre
                break
            suf = self._suffix(chunk, low + pre, high)
            if suf and self._special(chunk, low, high - suf, rules):
                behind.append(chunk[high - suf : high])
                high -= suf
                break
            if not pre and not suf:
                break
            before += [chunk[low : low + pre]] if pre else []
            behind += [chunk[high - suf : high]] if suf else []
            low, high = low + pre, high - suf
        return [*before, *self._inner(chunk[low:high], rules), *reversed(behind)]

    def _special(self, chunk: str, low: int, high: int, rules: dict[str, list[str]]) -> bool:
        return high - low <= self.longest and chunk[low:high] in rules

    def _inner(self, chunk: str, rules: dict[str, list[str]]) -> list[str]:
        """Cut what has no affixes at infixes, unless it is a special case or an address."""
        if not chunk:
            return []
        if chunk in rules:
            return rules[chunk]
        at = WHOLE.match(chunk).end()  # type: ignore[union-attr]  # it matches nothing too
        if at == len(chunk) or self.address.match(chunk):
            return [chunk]
        said, start = [], 0
        while at < len(chunk):
            found = self.infix.match(chunk, at)
            if found is None:
                at = WHOLE.match(chunk, at + 1).end()  # type: ignore[union-attr]
                continue
            if at > 0:
                said += [chunk[start:at]] if at > start else []
                said.append(found[0])
                start = found.end()
            at = WHOLE.match(chunk, found.end()).end()  # type: ignore[union-attr]
        return said + ([chunk[start:]] if start < len(chunk) else [])

    def _prefix(self, chunk: str, low: int, high: int) -> int:
        """Return how many characters at the start are one prefix."""
        size = WINDOW
        while True:
            found = self.prefix.match(chunk[low : min(low + size, high)])
            if found is None:
                return 0
            if found.end() < size or low + size >= high:
                return found.end()
            size *= 2

    def _suffix(self, chunk: str, low: int, high: int) -> int:
        """Return how many characters at the end are one suffix."""
        size = WINDOW
        while True:
            start = max(low, high - size)
            found = self.suffix.search(chunk[start:high])
            if found is None:
                return 0
            if start == low or found.start() > MARGIN:
                return high - start - found.start()
            size *= 2
