"""What gates and labels ask of one walk over all bytes: words, kinds of characters, and which runs of digits count."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from curate.stages.pii.kinds import wide
from curate.stages.pii.required import ALIKE, DIGIT, FIRST_WIDE, HAN, Chain, Chains, Required, plain, required
from curate.stages.pii.rule import FOLDABLE, FOLDS, IDEOGRAPHIC_SPACE

if TYPE_CHECKING:
    from curate.core.kernels.landmarks import Landmarks, Signs, Words

JOINTS = " -.()）"
"""What may stand behind the first digit run of a value."""
SECONDS = " (-"
"""What may stand behind that."""
CHAINED = f"{JOINTS}（*"
ALWAYS = 1
"""The bit of what needs no word."""
FREE_LOW, FREE_HIGH = 63, 64
"""Bits of the two halves of a cell, besides that of what needs no word. Every need has a bit of its own; the bits of
labels, which are set beside numbers, lie in the low half."""
ANY_WIDE, ANY_DIGIT = Required(frozenset(HAN)), Required(frozenset(DIGIT))
RARE_ENOUGH, TOO_OFTEN = 0.0005, 0.12
"""What one need alone lets through so seldom, or a second one so often, makes the second worth nothing."""
LEADS = {
    "digit": ("other", "plus", "paren", "hyphen"),
    "letter": ("letter",),
    "behind": ("letter",),
    "code": ("letter", "hyphen"),
    "plus": ("plus",),
    "paren": ("paren",),
}
"""Before which kinds of characters a digit run stands at which something begins."""
KINDS = ("other", "letter", "plus", "paren", "hyphen")


class Beginning(NamedTuple):
    """At which digit runs a pattern is worth a try."""

    leads: frozenset[str]
    runs: frozenset[int]
    """Lengths, whatever follows."""
    joined: frozenset[int]
    """Lengths where one of the joints follows."""
    joints: str
    chains: Chains
    opener: str
    """Pattern of the labels of which one has to stand near; empty: none."""
    pattern: str
    digits: int
    """Fewest digits of a value."""

    def tried(self) -> Iterator[tuple[tuple[str, int, str], Chain]]:
        """Yield by what stands before a run, its length and the joint behind it what the rest needs; empty: none."""
        some = [(length, joint) for length in self.runs for joint in ("", *CHAINED)]
        some += [(length, joint) for length in self.joined - self.runs for joint in self.joints]
        for lead, (length, joint) in product(sorted(self.leads), some):
            chain = self.chains.get((lead in {"digit", "behind"}, length, joint != ""))
            if chain is not None:
                yield (lead, length, joint), chain._replace(digits=max(chain.digits, self.digits))


class Marks:
    """Knows the bits that the words of gates and labels set in a cell, and walks over texts."""

    def __init__(self, labels: Sequence[str], gates: Sequence[str], beginnings: Iterable[Beginning]) -> None:
        """Find out what each label and gate cannot match without."""
        said = {label: required(label)[:1] for label in labels}
        wanted = {gate: telling(required(gate), holds_wide=wide(gate)) for gate in gates}
        beside = dict.fromkeys(need for some in said.values() for need in some)
        others = (*(need for some in wanted.values() for need in some), ANY_DIGIT)
        needs = [*beside, *dict.fromkeys(need for need in others if need not in beside)]
        if len(beside) > FREE_LOW or len(needs) > FREE_LOW + FREE_HIGH:
            raise ValueError(f"{len(beside)} words of labels, {len(needs)} in all: more than a cell has bits")
        self.bits = {need: 2 << place for place, need in enumerate(needs)}
        self.labels = {label: self.bits[some[0]] if some else ALWAYS for label, some in said.items()}
        """By pattern: its bit; 1 where it may match without any word."""
        self.gates = {gate: tuple(self.bits[need] for need in some) for gate, some in wanted.items()}
        """By pattern: the bits of which all have to be set nearby; none where it may match anywhere."""
        self.beginnings = list(beginnings)
        self.tables: tuple[Signs, Words, np.ndarray] | None = None

    def found(self, strings: pa.StringArray) -> "Landmarks":
        """Walk over texts."""
        from curate.core.kernels.landmarks import landmarks
        from curate.core.kernels.strings import views

        if self.tables is None:
            signs, words = self.words()
            self.tables = signs, words, self.wanted()
        return landmarks(views(strings), *self.tables)

    def words(self) -> tuple["Signs", "Words"]:
        """Build the automaton of all words."""
        from curate.core.kernels.landmarks import LONGEST_STREAK, Words, automaton, halves

        masks: dict[str, int] = {}
        streaks = [0] * (LONGEST_STREAK + 1)
        for need, bit in self.bits.items():
            for word in need.words:
                masks[word] = masks.get(word, 0) | bit
            for length in range(min(need.streak, LONGEST_STREAK), LONGEST_STREAK + 1) if need.streak else ():
                streaks[length] |= bit
        han = masks.pop(HAN, 0)
        symbols = {sign: number for number, sign in enumerate(sorted({*"".join(masks)}), 1)}
        return signs_of(symbols), Words(*automaton(masks, symbols), halves(streaks), halves([han])[0])

    def wanted(self) -> np.ndarray:
        """Say by what stands before it, its length, the joint, the digits and gaps of its chain what a run needs."""
        from curate.core.kernels.landmarks import LONGEST_RUN, MOST_DIGITS, MOST_GAPS

        shape = (len(KINDS), LONGEST_RUN + 1, len(CHAINED) + 1, MOST_DIGITS + 1, MOST_GAPS + 1)
        wanted = np.zeros(shape, np.uint64)
        for one in self.beginnings:
            bit = np.uint64(self.labels[one.opener] if one.opener else ALWAYS)
            for (lead, length, joint), chain in one.tried():
                ends = np.s_[min(chain.digits, MOST_DIGITS) :], np.s_[min(chain.gaps, MOST_GAPS) :]
                behind = CHAINED.index(joint) + 1 if joint else 0
                for kind in LEADS[lead]:
                    wanted[(KINDS.index(kind), length, behind, *ends)] |= bit
        return wanted


def telling(needs: Sequence[Required], *, holds_wide: bool) -> list[Required]:
    """Return the needs of a gate without those that leave out hardly anything in any language.

    `holds_wide`: whatever the gate matches holds a character that is written without spaces.
    """
    if not needs or needs[0].cost <= RARE_ENOUGH:
        return list(needs[:1])
    others = [need for need in needs[1:] if need.cost < TOO_OFTEN]
    said = holds_wide and not any(need.wide for need in (needs[0], *others))
    return [needs[0], *others, *([ANY_WIDE] if said else [])]


@cache
def plain_signs() -> str:
    """Return what each character counts as in words, by its code."""
    from curate.core.kernels.landmarks import CODES

    signs = [chr(code).lower()[0] for code in range(CODES)]
    for sign in (*FOLDS, *ALIKE, IDEOGRAPHIC_SPACE):
        signs[ord(sign)] = plain(sign)
    return "".join(DIGIT if "0" <= sign <= "9" else sign for sign in signs)


def signs_of(symbols: dict[str, int]) -> "Signs":
    """Build the tables of characters, given the numbers of those that stand in words."""
    from curate.core.kernels import landmarks as kernel

    numbers = np.zeros(kernel.CODES, np.uint16)
    kinds, joints, seconds = (np.zeros(kernel.CODES, np.uint8) for _ in range(3))
    kinds[FIRST_WIDE:] = kernel.WIDE
    beside = dict.fromkeys("(（", kernel.PAREN) | dict.fromkeys("-_", kernel.HYPHEN) | {"+": kernel.PLUS}
    for code, sign in enumerate(plain_signs()):
        numbers[code] = symbols.get(sign, 0)
        if sign in CHAINED:
            joints[code], seconds[code] = CHAINED.index(sign) + 1, sign in SECONDS
        if sign.isascii() and sign.isalnum():
            letter = kernel.LETTER if chr(code).isascii() or chr(code) in FOLDS else kernel.OTHER
            kinds[code] |= kernel.ALNUM | (kernel.DIGIT if sign == DIGIT else letter)
        elif sign in beside:
            kinds[code] |= beside[sign]
    kinds[[ord(sign) for sign in FOLDS if FOLDABLE.match(sign)]] |= kernel.FOLDED
    kinds[ord(IDEOGRAPHIC_SPACE)] |= kernel.FOLDED
    return kernel.Signs(numbers, kinds, joints, seconds)
