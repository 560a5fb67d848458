"""Walk over texts once: note in which cells words end, and which runs of digits may begin a value."""

from collections import deque
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curate.core.kernels.compiled import inlined, kernel
from curate.core.kernels.strings import Bytes, Places, Strings
from curate.core.kernels.utf8 import decode

Bits = NDArray[np.uint64]

CODES = 1 << 16
"""Characters from here on are of kind 0 and stand in no word."""
CELL = 64
"""Characters of a cell."""
CELL_SHIFT = 6
LAST_OF_CELL = CELL - 1
OTHER, LETTER, PLUS, PAREN, HYPHEN = range(5)
"""What stands before a run of digits."""
BESIDE = 0x07
DIGIT, ALNUM, WIDE, FOLDED = 0x08, 0x10, 0x20, 0x40
"""Kinds of characters: the low bits hold what they are before digits; WIDE ones are written without spaces, FOLDED ones
stand for others."""
LONGEST_RUN, MOST_DIGITS, MOST_GAPS = 40, 24, 3
"""From here on runs, digits and gaps are not told apart."""
LONGEST_STREAK = 31
NEAR_BEFORE, NEAR_BEHIND = 1, 5
"""How many cells before and behind that of its first digit can hold a word that speaks for a number."""
HALF = 64
LOW = (1 << HALF) - 1
ALWAYS, NOTHING = np.uint64(1), np.uint64(0)
"""The bit of what needs no word, and none."""
ASCII = 0x80
ZERO, TEN, FULL_WIDTH = np.uint8(0x30), np.uint8(10), np.uint8(0xEF)
FIRST_JOINTS = 6
SECOND = 2
TIED, GOES_ON = 1, 2
LONG = 5
"""A run of so many digits begins a value by itself; a shorter one has to be tied to the next."""


class Signs(NamedTuple):
    """What characters are: arrays of CODES items each."""

    symbols: NDArray[np.uint16]
    """Number in the alphabet of the words; 0: stands in none."""
    kinds: Bytes
    joints: Bytes
    """Number among the signs that may stand between digits; 0: none. The first FIRST_JOINTS tie a short run to the
    next."""
    seconds: Bytes
    """1 where a sign may stand between such a joint and the next run."""


class Words(NamedTuple):
    """An automaton that finds words (Aho and Corasick 1975), and other marks."""

    moves: NDArray[np.uint16]
    """(states, symbols): the next state."""
    marks: Bits
    """(states, 2): the bits of the words that end here."""
    telling: int
    """The first state in which a word ends: one ends in all that follow."""
    streaks: Bits
    """(lengths, 2): the bits that a run of so many ASCII letters and digits sets."""
    wide: Bits
    """(2): the bits that a wide character sets."""


class Landmarks(NamedTuple):
    """What was found in n texts."""

    cells: Bits
    """(cells, 2): bits of the words that end in each cell of CELL characters, the low half first; cells of text i begin
    at `first[i]`."""
    first: Places
    """(n + 1)."""
    runs: Places
    """(runs, 3): text, first character, behind the last character; by text and place."""
    near: Bits
    """By run: the bits that make it wanted."""
    folded: Bytes
    """By text: FOLDED where a character stands for another."""


def automaton(words: Mapping[str, int], symbols: Mapping[str, int]) -> tuple[NDArray[np.uint16], Bits, int]:
    """Build the automaton of words to bits, over symbols numbered from 1.

    Return its moves, its marks, and the first state in which a word ends; those in which none does come before it.
    """
    children: list[dict[int, int]] = [{}]
    marks = [0]
    for word, bits in words.items():
        state = 0
        for sign in word:
            number = symbols[sign]
            if number not in children[state]:
                children[state][number] = len(children)
                children.append({})
                marks.append(0)
            state = children[state][number]
        marks[state] |= bits
    if len(children) > np.iinfo(np.uint16).max:
        raise ValueError(f"{len(children)} states, more than an automaton can have")
    moves = np.zeros((len(children), len(symbols) + 1), np.uint16)
    fallback = [0] * len(children)
    waiting = deque([0])
    while waiting:
        state = waiting.popleft()
        moves[state] = moves[fallback[state]] if state else 0
        marks[state] |= marks[fallback[state]] if state else 0
        for number, child in children[state].items():
            fallback[child] = int(moves[state, number]) if state else 0
            moves[state, number] = child
            waiting.append(child)
    order = np.argsort([bits > 0 for bits in marks], kind="stable")
    places = np.empty(len(order), np.uint16)
    places[order] = np.arange(len(order))
    return places[moves[order]], halves(marks)[order], len(marks) - sum(bits > 0 for bits in marks)


def halves(masks: Sequence[int]) -> Bits:
    """Return masks of 128 bits as (masks, 2): the low half, the high half."""
    return np.array([(mask & LOW, mask >> HALF) for mask in masks], np.uint64).reshape(-1, 2)


def landmarks(strings: Strings, signs: Signs, words: Words, wanted: Bits) -> Landmarks:
    """Walk over texts.

    `wanted` says of runs of digits, by (what stands before, length, joint behind, digits in the chain, gaps in it),
    the bits of the words of which one has to stand near, in the low half; ALWAYS where none has to. A chain is what
    goes on with nothing but joints in between. Near is from NEAR_BEFORE cells before that of the first digit to
    NEAR_BEHIND cells behind it.
    """
    sizes = (strings.stops - strings.starts) // CELL + 1
    first = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(sizes, out=first[1:])
    cells = np.zeros((int(first[-1]), 2), np.uint64)
    most = _most_runs(strings.data, strings.starts, strings.stops)
    found, near = np.empty((most, 5), np.int64), np.empty(most, np.uint64)
    folded = np.zeros(len(sizes), np.uint8)
    count = _walk(strings, signs, words, (cells, first, found, folded))
    count = _choose(found, count, (cells, first, near), wanted)
    return Landmarks(cells, first, found[:count, :3], near[:count], folded)


@kernel
def _most_runs(data: Bytes, starts: Places, stops: Places) -> int:
    """Return how many runs of digits there can be: ASCII digits behind none, what leads full-width ones, first bytes.

    Nothing is carried from byte to byte and nothing is wider than a byte, so that many are looked at at once.
    """
    most = 0
    for i in range(len(starts)):
        text = data[starts[i] : stops[i]]
        begun = 0
        for at in range(1, len(text)):
            digit, behind = np.uint8(text[at] - ZERO) < TEN, np.uint8(text[at - 1] - ZERO) < TEN
            begun += (digit > behind) | (text[at] == FULL_WIDTH)
        most += begun + (len(text) > 0)
    return most


@kernel
def _walk(strings: Strings, signs: Signs, words: Words, made: tuple[Bits, Places, Places, Bytes]) -> int:
    """Fill cells; write (text, start, stop, what is before + 8 * joint, TIED + GOES_ON) of each run of digits."""
    data, starts, stops = strings
    cells, first, found, folded = made
    count, shortest = 0, _shortest(words.streaks)
    for i in range(len(starts)):
        at, stop, mine = starts[i], stops[i], count
        place = state = streak = gap = at - at  # for a plain 0 numba compiles every callee twice
        before = kind = kinds = in_cell = OTHER
        low = high = NOTHING
        in_run = clean = tied = False
        while at < stop:
            code, at = _read(data, at, stop)
            before, kind = kind, int(signs.kinds[code])
            in_cell |= kind
            state = int(words.moves[state, signs.symbols[code]])
            streak = min(streak + 1, LONGEST_STREAK) if kind & ALNUM else 0
            if state >= words.telling or streak >= shortest:
                low |= words.marks[state, 0] | words.streaks[streak, 0]
                high |= words.marks[state, 1] | words.streaks[streak, 1]
            if place & LAST_OF_CELL == LAST_OF_CELL or at >= stop:
                _fill(cells, first[i] + (place >> CELL_SHIFT), (low, high), words.wide, in_cell & WIDE)
                kinds |= in_cell
                low, high, in_cell = NOTHING, NOTHING, OTHER
            if kind & DIGIT:
                if not in_run:
                    _begin(found, count, (i, place, before & BESIDE), clean and count > mine, tied)
                    count += 1
                    in_run = clean = True
                found[count - 1, 2] = place + 1
            elif clean:
                joint = int(signs.joints[code])
                if in_run:
                    found[count - 1, 3] |= joint << 3
                    in_run, gap, tied = False, 0, True
                gap += 1
                clean = joint > 0
                tied = tied and (joint <= FIRST_JOINTS if gap == 1 else gap == SECOND and signs.seconds[code] > 0)
            place += 1
        folded[i] = kinds & FOLDED
    return count


@inlined
def _shortest(streaks: Bits) -> int:
    """Return from which length on every streak sets bits."""
    shortest = len(streaks)
    while shortest > 0 and (streaks[shortest - 1, 0] | streaks[shortest - 1, 1]):
        shortest -= 1
    return shortest


@inlined
def _fill(cells: Bits, cell: int, bits: tuple[np.uint64, np.uint64], wide: Bits, has_wide: int) -> None:
    """Write the bits of a cell."""
    for half in range(2):
        cells[cell, half] = bits[half] | (wide[half] if has_wide else NOTHING)


@inlined
def _read(data: Bytes, at: int, stop: int) -> tuple[int, int]:
    """Return the character that starts at `at` (beyond the tables: the last of them), and where the next starts."""
    code = int(data[at])
    if code < ASCII:
        return code, at + 1
    code, at = decode(data, at, stop)
    return min(code, CODES - 1), at


@inlined
def _begin(found: Places, count: int, begun: tuple[int, int, int], goes_on: bool, tied: bool) -> None:  # noqa: FBT001
    """Write down a run of digits, and at the one before that it goes on here."""
    if goes_on:
        found[count - 1, 4] = GOES_ON + tied
    found[count, 0], found[count, 1], found[count, 3] = begun
    found[count, 4] = 0


@kernel
def _choose(found: Places, count: int, made: tuple[Bits, Places, Bits], wanted: Bits) -> int:
    """Keep the runs that are wanted, and write the bits that make them so."""
    cells, first, near = made
    digits = gaps = count - count
    for k in range(count - 1, -1, -1):
        length, goes_on = found[k, 2] - found[k, 1], found[k, 4] > 0
        digits = min(length + (digits if goes_on else 0), MOST_DIGITS)
        gaps = min(gaps + 1, MOST_GAPS) if goes_on else 0
        beside, joint = found[k, 3] & BESIDE, found[k, 3] >> 3
        begins = length >= LONG or found[k, 4] & TIED
        near[k] = wanted[beside, min(length, LONGEST_RUN), joint, digits, gaps] if begins else NOTHING
    kept = 0
    for k in range(count):
        text, cell = found[k, 0], found[k, 1] >> CELL_SHIFT
        said = ALWAYS
        if near[k] & ~ALWAYS:
            low = max(first[text], first[text] + cell - NEAR_BEFORE)
            for one in range(low, min(first[text] + cell + NEAR_BEHIND + 1, first[text + 1])):
                said |= cells[one, 0]
        if near[k] & said:
            near[kept] = near[k] & said
            found[kept] = found[k]
            kept += 1
    return kept
