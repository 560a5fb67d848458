"""What a regular expression cannot match without: literals of which one has to stand in the text, a run of letters."""

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import product
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

from curate.stages.pii.rule import fold

REPEATS = frozenset({ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT})
GROUPS = frozenset({ops.SUBPATTERN, ops.ATOMIC_GROUP, ops.GROUPREF})
SIGNS = frozenset({ops.LITERAL, ops.NOT_LITERAL, ops.ANY, ops.IN})
LOOKS = frozenset({ops.ASSERT, ops.ASSERT_NOT})
EMPTY = LOOKS | {ops.AT}
"""Operators of Python's parser of regular expressions."""
MOST_WORDS = 1500
"""Longer lists are not made; a pattern that needs one is asked for less."""
MOST_SIGNS = 700
"""Classes of more characters than this say nothing."""
MOST_COPIES, MOST_NEEDS = 40, 3
LAST = "\uffff"
"""Stands for every character beyond the basic plane."""
DIGIT = "0"
"""Stands for every digit."""
ALIKE = {"\u017f": "s", "\u0130": "i"}
"""What ignoring case makes of the long s and of the dotted capital I."""


@cache
def plain(sign: str) -> str:
    """Write a character as all that may count as the same: folded, in lower case, every digit as DIGIT."""
    sign = fold(sign) if sign <= LAST else LAST
    low = ALIKE.get(sign, sign.lower())
    return DIGIT if "0" <= low <= "9" else low[0]


class Required(NamedTuple):
    """What has to stand in a text that a pattern matches: one of `words`, or a run of `streak` ASCII signs or more."""

    words: frozenset[str]
    """In plain characters; HAN stands for any character that is written without spaces."""
    streak: int = 0
    """Letters and digits in a row; 0: words only."""

    @property
    def cost(self) -> float:
        """How often it stands in any text, about."""
        return sum(map(frequency, self.words)) + (0.7**self.streak if self.streak else 0.0)

    @property
    def wide(self) -> bool:
        """Whether each word holds a character that is written without spaces."""
        return not self.streak and all(max(word) >= chr(FIRST_WIDE) for word in self.words)

    def short(self) -> "Required":
        """Return rare parts of the words, none of which holds another."""
        parts = frozenset(map(rare_part, self.words))
        return self._replace(words=frozenset(part for part in parts if not parts & inner(part)))


Piece = frozenset[str] | Required | None
"""A part of a pattern: what it matches exactly, what it needs, or nothing that can be said."""
OFTEN = {" ": 0.15, DIGIT: 0.04, "\ue000": 0.3} | {
    sign: count / 130 for sign, count in zip("etaoinshrdlcumwfgypbvkjxqz", range(13, 0, -1), strict=False)
}
SELDOM, RARELY = 0.004, 0.0015
HAN = "\ue000"
"""Stands for any character from FIRST_WIDE on."""
FIRST_WIDE = 0x2E80
LONGEST_MIXED, LONGEST_WIDE = 7, 4
"""Of longer words a part is enough; four characters without spaces say as much as seven others."""


def rare_part(word: str) -> str:
    """Return the rarest part of a long word."""
    length = LONGEST_WIDE if min(word) >= chr(FIRST_WIDE) else LONGEST_MIXED
    return min((word[i : i + length] for i in range(max(1, len(word) - length + 1))), key=frequency)


def inner(word: str) -> set[str]:
    """Return the proper parts of a word."""
    size = len(word)
    return {word[i:j] for i in range(size) for j in range(i + 1, size + 1)} - {word}


def frequency(word: str) -> float:
    """Guess how often a word stands in any text: digits keep company, other characters do not."""
    chance = 1.0
    last = ""
    for sign in word:
        chance *= 0.4 if sign == last == DIGIT else OFTEN.get(sign, SELDOM if sign.isascii() else RARELY)
        last = sign
    return chance + 1e-9


@cache
def required(pattern: str) -> tuple[Required, ...]:
    """Return what a pattern cannot match without, the rarest first: nothing, one, or up to three that it needs all.

    >>> [sorted(need.words) for need in required("(?i:tel|fax).{0,3}[0-9]")]
    [['fax', 'tel'], ['0']]
    """
    needs = needed(pieces_of(_parser.parse(pattern)))
    return tuple(need.short() for need in needs)


def needed(pieces: Sequence[Piece]) -> list[Required]:
    """Return what a row of pieces needs: the rarest, and the next two that have no piece in common."""
    found: list[tuple[int, int, Required]] = []
    row: list[frozenset[str]] = []
    for place, piece in enumerate((*pieces, None)):
        if isinstance(piece, frozenset):
            row.append(piece)
            continue
        found += windows(row, place - len(row))
        row = []
        if piece is not None:
            found.append((place, place + 1, piece))
    found.sort(key=lambda one: one[2].cost)
    apart: list[tuple[int, int, Required]] = []
    for one in found:
        if len(apart) < MOST_NEEDS and all(one[0] >= other[1] or one[1] <= other[0] for other in apart):
            apart.append(one)
    return [one[2] for one in apart]


def windows(row: Sequence[frozenset[str]], start: int) -> Iterable[tuple[int, int, Required]]:
    """Yield what stretches of exact pieces need, with the places of these pieces; the row begins at `start`."""
    for first in range(len(row)):
        words = frozenset({""})
        for last in range(first, len(row)):
            if len(words) * len(row[last]) > MOST_WORDS:
                break
            words = joined((words, row[last]))
            if "" not in words:
                yield start + first, start + last + 1, Required(words)
    streak = 0
    for place, piece in enumerate(row):
        single = all(len(word) == 1 and word.isascii() and word.isalnum() for word in piece)
        streak = streak + 1 if single else 0
        if streak > 1:
            yield start + place + 1 - streak, start + place + 1, Required(frozenset(), streak)


def joined(pieces: Iterable[frozenset[str]]) -> frozenset[str]:
    """Join every word of each piece with every word of the next."""
    return frozenset("".join(parts) for parts in product(*pieces))


def pieces_of(tree: Iterable[tuple[Any, Any]]) -> list[Piece]:
    """Cut a parsed pattern into pieces; neighbours that are exact and few are one."""
    pieces: list[Piece] = []
    for operator, said in tree:
        if operator is ops.BRANCH:
            pieces += either([pieces_of(one) for one in said[1]])
        elif operator is ops.SUBPATTERN:
            pieces += pieces_of(said[3])
        elif operator is ops.ATOMIC_GROUP:
            pieces += pieces_of(said)
        elif operator in REPEATS:
            pieces += repeated(pieces_of(said[2]), int(said[0]), int(said[1]))
        elif operator not in EMPTY:
            signs = signs_of(operator, said)
            pieces.append(signs or (Required(frozenset(HAN)) if is_wide(operator, said) else None))
    return [together(pieces)] if is_exact(pieces) else pieces


def is_exact(pieces: Sequence[Piece]) -> bool:
    """Tell whether pieces match a list of words that is not too long."""
    size = 1
    for piece in pieces:
        size *= len(piece) if isinstance(piece, frozenset) else MOST_WORDS + 1
    return size <= MOST_WORDS


def together(pieces: Sequence[Piece]) -> frozenset[str]:
    """Return all words that exact pieces match."""
    return joined(piece for piece in pieces if isinstance(piece, frozenset))


def either(ways: Sequence[Sequence[Piece]]) -> list[Piece]:
    """Return what alternatives have in common: of the rarest that each of them needs one, and what all of them need."""
    if all(map(is_exact, ways)):
        return [frozenset().union(*map(together, ways))]
    needs = [needed(way) for way in ways]
    if not all(needs):
        return [None]
    streaks = [some[0].streak for some in needs if some[0].streak]
    one = Required(frozenset().union(*(some[0].words for some in needs)), min(streaks, default=0))
    return [one, *(need for need in needs[0] if need != one and all(need in some for some in needs))]


def repeated(pieces: list[Piece], least: int, most: int) -> list[Piece]:
    """Repeat pieces: as one where that is a short list of words, else what they begin and what they end with."""
    if is_exact(pieces) and most <= MOST_COPIES:
        one, words, row = together(pieces), frozenset[str](), frozenset({""})
        for count in range(most + 1):
            words |= row if count >= least else frozenset()
            if len(words) > MOST_WORDS or len(row) * len(one) > MOST_WORDS * 2:
                break
            row = joined((row, one))
        else:
            return [words]
    copies = pieces * min(least, MOST_COPIES)
    return copies if least == most and least <= MOST_COPIES else [*copies, None, *copies]


def signs_of(operator: Any, said: Any) -> frozenset[str]:
    """Return the plain characters that one place of a pattern matches; none where they are too many to say."""
    if operator is ops.LITERAL:
        return frozenset(plain(chr(said)))
    if operator is not ops.IN:
        return frozenset()
    codes: set[int] = set()
    for kind, value in said:
        if kind is ops.LITERAL:
            codes.add(value)
        elif kind is ops.RANGE and value[1] - value[0] < MOST_SIGNS:
            codes.update(range(value[0], value[1] + 1))
        else:
            return frozenset()
    return frozenset(plain(chr(code)) for code in codes) if len(codes) <= MOST_SIGNS else frozenset()


def is_wide(operator: Any, said: Any) -> bool:
    """Tell whether one place of a pattern matches nothing below FIRST_WIDE."""
    kinds = {ops.LITERAL: lambda value: value, ops.RANGE: lambda value: value[0]}
    signs = said if operator is ops.IN else [(operator, said)]
    return all(kind in kinds and kinds[kind](value) >= FIRST_WIDE for kind, value in signs)


@cache
def reach_of(pattern: str) -> int:
    """Return how many characters a match of a pattern takes at most, with what it looks at before or behind.

    >>> reach_of("(?<![0-9])[0-9]{4}(?=[年月])")
    5
    """
    parsed = _parser.parse(pattern)
    return int(parsed.getwidth()[1]) + max(looked_at(parsed), default=0)


def looked_at(tree: Iterable[tuple[Any, Any]]) -> Iterable[int]:
    """Yield how many characters each look-around in a parsed pattern reaches over."""
    for operator, said in tree:
        if operator in LOOKS:
            yield int(said[1].getwidth()[1]) + max(looked_at(said[1]), default=0)
        elif operator is ops.AT:
            yield 1
        elif operator is ops.BRANCH:
            yield from (reach for one in said[1] for reach in looked_at(one))
        elif operator in {ops.SUBPATTERN, ops.ATOMIC_GROUP} | REPEATS:
            yield from looked_at(said if operator is ops.ATOMIC_GROUP else said[-1])


class Chain(NamedTuple):
    """What the rest of a value of digits needs at least, counted from its first digit run on, up to any other sign."""

    digits: int
    gaps: int
    """Where digits stop and go on behind joints."""

    def least(self, other: "Chain") -> "Chain":
        """Return what both have."""
        return Chain(min(self.digits, other.digits), min(self.gaps, other.gaps))


CHAINED = frozenset(" -.()（）*")
"""Signs between the digits of a value."""
BEFORE, IN_FIRST, IN_DIGITS, IN_JOINT, BEHIND = range(5)
LONGEST_FIRST = 24
"""From here on first digit runs are not told apart."""


class Way(NamedTuple):
    """Where a match may be: before, in or behind its digits, and how they began."""

    place: int
    bare: bool
    """Whether nothing stands before the first digit run."""
    first: int
    """How many digits the first run has; 0: none so far, or nothing is known."""
    joined: bool
    """Whether a joint follows the first run."""


States = dict[Way, Chain]
"""What has been counted at least, by where a match may be."""
START = Way(BEFORE, bare=True, first=0, joined=False)
UNKNOWN = {START: Chain(0, 0)}
Chains = dict[tuple[bool, int, bool], Chain]
"""By how a value begins: whether with its first digit run, how long that is, whether a joint follows it."""


@cache
def chains_of(pattern: str) -> Chains:
    """Return how many digits and gaps a value has at least before anything but digits and joints.

    By how it begins; a way in which none can begin is not among them.

    >>> chains_of("[0-9]{3}[ .-][0-9]{4}")
    {(True, 3, True): Chain(digits=7, gaps=1)}
    """
    chains: Chains = {}
    for way, chain in counted(_parser.parse(pattern), UNKNOWN, {}).items():
        lengths = range(way.first, LONGEST_FIRST + 1) if way.place <= IN_FIRST else (way.first,)
        bare = (way.bare,) if way.first else (False, True)
        joined = (way.joined,) if way.place > IN_FIRST else (False, True)
        for key in product(bare, lengths, joined):
            chains[key] = chain.least(chains.get(key, chain))
    return chains


def counted(tree: Iterable[tuple[Any, Any]], states: States, groups: dict[int, Any]) -> States:
    """Go through a parsed pattern."""
    for operator, said in tree:
        if operator is ops.BRANCH:
            states = merged([counted(one, states, groups) for one in said[1]])
        elif operator in REPEATS:
            for _ in range(min(int(said[0]), MOST_COPIES)):
                states = counted(said[2], states, groups)
            for _ in range(min(int(said[1]) - int(said[0]), LONGEST_FIRST)):
                more = merged([states, counted(said[2], states, groups)])
                if more == states:
                    break
                states = more
        elif operator in GROUPS:
            states = counted(inner_of(operator, said, groups), states, groups)
        elif operator in SIGNS:
            states = stepped(states, signs_of(operator, said))
        elif operator not in EMPTY:  # a condition, of which nothing is known
            return UNKNOWN
    return states


def inner_of(operator: Any, said: Any, groups: dict[int, Any]) -> Any:
    """Return the pattern of a group, or of the one that is referred to."""
    if operator is ops.SUBPATTERN:
        groups[said[0]] = said[3]
        return said[3]
    return groups[said] if operator is ops.GROUPREF else said


def merged(some: Sequence[States]) -> States:
    """Return what was counted at least on one of several ways."""
    states: States = {}
    for one in some:
        for place, chain in one.items():
            states[place] = chain.least(states.get(place, chain))
    return states


def stepped(states: States, signs: frozenset[str]) -> States:
    """Take one sign out of a class; an empty one is any sign."""
    digit, joint = not signs or DIGIT in signs, not signs or bool(signs & CHAINED)
    other = not signs or bool(signs - CHAINED - {DIGIT})
    ways: list[States] = []
    for way, (digits, gaps) in states.items():
        place = way.place
        if place == BEHIND:
            ways.append({way: Chain(digits, gaps)})
            continue
        if digit:
            first = min(way.first + 1, LONGEST_FIRST) if place <= IN_FIRST else way.first
            into = way._replace(place=IN_FIRST if place <= IN_FIRST else IN_DIGITS, first=first)
            ways.append({into: Chain(digits + 1, gaps + (place == IN_JOINT))})
        if place == BEFORE:
            ways += [{way._replace(bare=False): Chain(digits, gaps)}] if signs != {DIGIT} else []
            continue
        if joint:
            ways.append({way._replace(place=IN_JOINT, joined=place == IN_FIRST or way.joined): Chain(digits, gaps)})
        if other:
            ways.append({way._replace(place=BEHIND): Chain(digits, gaps)})
    return merged(ways)
