"""Align two texts line by line, and find what differs within a line: Chinese by character, English by word."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import NamedTuple

LONG = 120
"""Characters from which a line is parted after its sentences, so that equal ones can be folded."""
ALIKE = 0.4
"""Share of words in common from which two lines are shown as one line that changed."""
MOST_LINES = 5_000
MOST_COMPARED = 2_500
"""So many pairs of lines of a stretch are compared; longer texts and stretches are paired as they stand."""
MOST_TOKENS = 5_000
"""Words of the longest stretch of a line that is compared; a longer one has changed as a whole."""
MANY_TOKENS = 400
"""From so many on, words that are everywhere say nothing about what belongs together."""
CONTEXT = 2
"""Equal lines that are shown around a change."""
SHORT = 3
"""Equal lines that are not worth folding."""

CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
TOKEN = re.compile(rf"[{CJK}]|(?:(?![{CJK}])\w)+|\s+|[^\w\s]")
SENTENCE = re.compile(r"(?<=[。！？；])(?=.)|(?<=[.!?;] )(?=\S)")
NOISE = re.compile(rf"[{CJK}]|[\W_]*")
"""What two changes have between them that is no reason to show them apart: one character, or punctuation."""


class Part(NamedTuple):
    """A stretch of a line."""

    text: str
    changed: bool


Line = tuple[Part, ...]


class Pair(NamedTuple):
    """Two lines that stand side by side; null where one of the texts has nothing there."""

    left: str | None
    right: str | None

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return self.left == self.right

    def parts(self) -> tuple[Line, Line]:
        """Mark what differs within the two lines; the whole line where the other one is not there."""
        if self.left is None or self.right is None or self.same:
            return whole(self.left, changed=not self.same), whole(self.right, changed=not self.same)
        return compared(self.left, self.right)


def aligned(left: str, right: str) -> list[Pair]:
    """Put the lines of two texts side by side, in their order."""
    ours, theirs = lines_of(left), lines_of(right)
    head = common(ours, theirs)
    tail = common(ours[head:][::-1], theirs[head:][::-1])
    inner = ours[head : len(ours) - tail], theirs[head : len(theirs) - tail]
    first, last = ours[:head], ours[len(ours) - tail :]
    return [*map(Pair, first, first), *between(*inner), *map(Pair, last, last)]


def folded(pairs: Sequence[Pair]) -> Iterator[Pair | int]:
    """Yield the pairs; a long equal stretch becomes its number of lines, but for a few around each change."""
    changed = [place for place, pair in enumerate(pairs) if not pair.same]
    shown = {near for place in changed for near in range(place - CONTEXT, place + CONTEXT + 1)}
    hidden: list[Pair] = []
    for place, pair in enumerate(pairs):
        if place not in shown:
            hidden.append(pair)
            continue
        yield from unfolded(hidden)
        hidden = []
        yield pair
    yield from unfolded(hidden)


def unfolded(hidden: Sequence[Pair]) -> Iterator[Pair | int]:
    """Yield a stretch as its number of lines, or a short one as it is."""
    if len(hidden) > SHORT:
        yield len(hidden)
    else:
        yield from hidden


def lines_of(text: str) -> list[str]:
    """Part a text into its lines, and long ones after each sentence."""
    return [part for line in text.splitlines() for part in ([line] if len(line) < LONG else SENTENCE.split(line))]


def whole(line: str | None, *, changed: bool) -> Line:
    """Return a line as one part; nothing where there is none."""
    return (Part(line, changed),) if line else ()


def common(ours: Sequence[str], theirs: Sequence[str]) -> int:
    """Count the items with which both begin."""
    return next(
        (n for n, (one, two) in enumerate(zip(ours, theirs, strict=False)) if one != two), min(len(ours), len(theirs))
    )


def between(ours: Sequence[str], theirs: Sequence[str]) -> Iterator[Pair]:
    """Align what stands between a common beginning and a common end."""
    if max(len(ours), len(theirs)) > MOST_LINES:
        yield from (Pair(one, two) for one, two in zip_longest(ours, theirs))
        return
    for what, low, high, start, end in SequenceMatcher(None, ours, theirs).get_opcodes():
        if what == "equal":
            yield from map(Pair, ours[low:high], theirs[start:end])
        else:
            yield from replaced(ours[low:high], theirs[start:end])


def replaced(ours: Sequence[str], theirs: Sequence[str]) -> Iterator[Pair]:
    """Pair the lines of two stretches that have no line in common: those that are alike, in order."""
    if len(ours) * len(theirs) > MOST_COMPARED:
        yield from (Pair(one, two) for one, two in zip_longest(ours, theirs))
        return
    one, two = 0, 0
    for first, second in (*alike(ours, theirs), (len(ours), len(theirs))):
        yield from (Pair(line, None) for line in ours[one:first])
        yield from (Pair(None, line) for line in theirs[two:second])
        if first < len(ours):
            yield Pair(ours[first], theirs[second])
        one, two = first + 1, second + 1


def alike(ours: Sequence[str], theirs: Sequence[str]) -> list[tuple[int, int]]:
    """Choose pairs of lines, ascending on both sides, whose shares of common words add up to the most."""
    words = [[Counter(TOKEN.findall(line)) for line in lines] for lines in (ours, theirs)]
    best = [[0.0] * (len(theirs) + 1) for _ in range(len(ours) + 1)]
    score: dict[tuple[int, int], float] = {}
    for one in reversed(range(len(ours))):
        for two in reversed(range(len(theirs))):
            score[one, two] = likeness(words[0][one], words[1][two])
            paired = best[one + 1][two + 1] + score[one, two] if score[one, two] >= ALIKE else 0.0
            best[one][two] = max(paired, best[one + 1][two], best[one][two + 1])
    chosen = []
    one = two = 0
    while one < len(ours) and two < len(theirs):
        if best[one][two] == best[one + 1][two]:
            one += 1
        elif best[one][two] == best[one][two + 1]:
            two += 1
        else:
            chosen.append((one, two))
            one, two = one + 1, two + 1
    return chosen


def likeness(ours: Counter[str], theirs: Counter[str]) -> float:
    """Return twice the words in common by all words (Dice), white space aside."""
    sizes = [sum(n for word, n in words.items() if not word.isspace()) for words in (ours, theirs)]
    shared = sum(min(n, theirs[word]) for word, n in ours.items() if word in theirs and not word.isspace())
    return 2 * shared / sum(sizes) if sum(sizes) else 0.0


def compared(one: str, two: str) -> tuple[Line, Line]:
    """Mark what differs in two lines."""
    ours, theirs = TOKEN.findall(one), TOKEN.findall(two)
    head = common(ours, theirs)
    tail = common(ours[head:][::-1], theirs[head:][::-1])
    inner = ours[head : len(ours) - tail], theirs[head : len(theirs) - tail]
    stretches = [("equal", ours[:head], theirs[:head]), *changes(*inner)]
    stretches.append(("equal", ours[len(ours) - tail :], theirs[len(theirs) - tail :]))
    joined = merged([(what == "equal", "".join(left), "".join(right)) for what, left, right in stretches])
    left = tuple(Part(text, not same) for same, text, _ in joined if text)
    return left, tuple(Part(text, not same) for same, _, text in joined if text)


Stretch = tuple[str, Sequence[str], Sequence[str]]


def changes(ours: Sequence[str], theirs: Sequence[str]) -> list[Stretch]:
    """Part two lines into stretches that agree and that do not."""
    if max(len(ours), len(theirs)) > MOST_TOKENS:
        return [("replace", ours, theirs)]
    codes = SequenceMatcher(None, ours, theirs, autojunk=len(theirs) >= MANY_TOKENS).get_opcodes()
    return [(what, ours[low:high], theirs[start:end]) for what, low, high, start, end in codes]


def merged(stretches: Sequence[tuple[bool, str, str]]) -> list[tuple[bool, str, str]]:
    """Put neighbouring changes together that are longer than the character or the punctuation between them."""
    out: list[tuple[bool, str, str]] = []
    for place, (same, left, right) in enumerate(stretches):
        around = [
            max(map(len, near[1:])) for near in (*stretches[max(place - 1, 0) : place], *stretches[place + 1 :][:1])
        ]
        noise = same and len(around) > 1 and len(left) < min(around) and NOISE.fullmatch(left)
        plain = same and not noise
        if out and out[-1][0] == plain:
            out[-1] = (plain, out[-1][1] + left, out[-1][2] + right)
        else:
            out.append((plain, left, right))
    return out
