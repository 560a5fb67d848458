"""Tell what a line looks like: of a table, of code, of a log, of a form, of a list."""

import numpy as np
import numpy.typing as npt

from curate.core.kernels.compiled import inlined
from curate.core.kernels.notations import FIGURES, NO_NOTATION, PROGRAM, framed, notation
from curate.core.kernels.programs import assigns, packed, states
from curate.core.kernels.strings import Bytes

CHARS, DIGITS, DELIMITERS, COMMAS, CODE_SIGNS, WIDE = range(6)
"""What is counted of a line; DELIMITERS are `|` and tabs, WIDE are characters beyond ASCII."""
NOTHING, TABLE, CODE, LOG, FORM = range(5)
"""What a line looks like; of several the first that holds: log, table, code, form."""

LOOKED_AT = 48
"""Bytes at the start of a line in which a clock or the colon of a label is looked for."""
CELL_CHARS = 16
"""Cells of a table that commas part are shorter on average."""
LONGEST_CELL = 60
"""Cells that `|` or tabs part are shorter on average."""
GAPS, CELLS = 2, 3
"""A table that blanks lay out has so many gaps in a line; one that commas part has so many commas."""
CODE_SHARE = 10
"""One character in so many of a line of code is a bracket, a quote or an operator."""
SIGNS = b'{}()[];=<>"`$\\*&^~%@#'
COLON, SLASH, SPACE, TAB, LOW_DIGIT, HIGH_DIGIT, SHARP = 0x3A, 0x2F, 0x20, 0x09, 0x30, 0x39, 0x23
OPENING, DOT, DASH, ASTERISK, PLUS, ROUND, CLOSED = 0x5B, 0x2E, 0x2D, 0x2A, 0x2B, 0x28, 0x29
LONGEST_STATEMENT = 160
"""Characters of a line that a machine reads, at most."""
LONGEST = 12
"""Letters of a word that fit into one integer, five bits each."""
MOST_DIGITS = 3
"""Digits of the number of an item."""
_CODE_WORDS = """
def class return elif import include define public private static void int char struct const var let function
if for while else case switch print printf echo export sudo curl wget docker pip npm apt cd git select insert
update delete create package namespace using try catch throw new end endif local set self this null true false
ifdef ifndef undef pragma elif except finally raise yield assert async await typedef enum union extern unsigned sub
begin declare alter drop grant revoke impl fn pub mut my
"""
CODE_WORDS = _CODE_WORDS.split()
"""First words of lines of code; they count only where a sign of code stands in the line too, and no sentence ends."""

CLAUSE_ENDS, WIDE_CLAUSE_ENDS = (0x2C, 0x2E, 0x21, 0x3F), (0x8082, 0xBC8C)
"""Bytes of `,.!?`, last two of the three of `。，`."""

Counts = tuple[int, int, int, int, int, int]
Words = npt.NDArray[np.int64]


def shaped() -> npt.NDArray[np.uint64]:
    """Return for each byte what it adds to the counts of a line: field k is bits 8k to 8k + 7."""
    fields = np.zeros(256, np.uint64)

    def add(members: range | bytes, field: int) -> None:
        fields[list(members)] += np.uint64(1 << 8 * field)

    add(range(0x80), CHARS)
    add(range(0xC0, 0x100), CHARS)
    add(range(0xC0, 0x100), WIDE)
    add(b"0123456789", DIGITS)
    add(b"|\t", DELIMITERS)
    add(b",", COMMAS)
    add(SIGNS, CODE_SIGNS)
    return fields


def code_words() -> Words:
    """Return the first words of lines of code, packed and sorted."""
    return np.array(sorted({packed(word) for word in CODE_WORDS}), np.int64)


@inlined
def field(packed: np.uint64, place: int) -> int:
    """Return one field of packed counts."""
    return int(np.int64((packed >> np.uint64(8 * place)) & np.uint64(0xFF)))


@inlined
def looks(  # noqa: PLR0911 - a table of cases
    data: Bytes, line: tuple[int, int], measured: tuple[Counts, int, bool], words: Words
) -> int:
    """Tell what a line looks like; `measured` is its counts, its gaps, and whether the end of a sentence ends it."""
    counts, gaps, ended = measured
    colon, clock = _opening(data, line)
    if clock or _uptime(data, line):
        return LOG
    cells = counts[COMMAS] >= CELLS and counts[CHARS] <= CELL_CHARS * counts[COMMAS] and not ended
    parted = counts[DELIMITERS] >= 2 or (counts[DELIMITERS] == 1 and counts[DIGITS] > 0)  # noqa: PLR2004
    parted = parted and counts[CHARS] <= LONGEST_CELL * counts[DELIMITERS]
    signs = counts[CODE_SIGNS]
    if not ended and framed(data, line):
        return TABLE
    plain = counts[WIDE] == 0 and not colon and counts[DIGITS] > 0 and counts[CHARS] <= LONGEST_STATEMENT
    noted = notation(data, line, ended) if plain else NO_NOTATION
    if noted == PROGRAM:
        return CODE
    if parted or gaps >= GAPS or (gaps == 1 and counts[DIGITS] > 0 and not ended):
        return TABLE
    if cells and counts[DIGITS] >= counts[COMMAS] and signs <= counts[COMMAS]:
        return TABLE
    if _coded(data, line, (signs, counts[CHARS], ended), words):
        return CODE
    if noted == FIGURES:
        return TABLE
    return FORM if colon else NOTHING


@inlined
def _coded(  # noqa: PLR0911 - a table of cases
    data: Bytes, line: tuple[int, int], measured: tuple[int, int, bool], words: Words
) -> bool:
    start, stop = line
    signs, chars, ended = measured
    last, first = data[stop - 1], data[start]
    if first == SLASH and stop - start > 1 and data[start + 1] in (SLASH, ASTERISK):
        return True
    if stop - start > 2 * chars:  # most of it is Chinese: clauses end with `;` too, and have brackets
        return False
    if last in (0x7B, 0x7D, 0x3B, 0x5C):
        return True
    if ended:
        return False
    if assigns(data, line):
        return True
    word = _first_word(data, line, words)
    if states(data, line, chars, word):
        return True
    if signs == 0:
        return False
    if first == 0x24 and signs == 1:  # noqa: PLR2004 - `$`, of a price as of a prompt
        return bool(stop - start > 1 and data[start + 1] == SPACE)
    if signs >= 2 and signs * CODE_SHARE >= chars:  # noqa: PLR2004 - one may be a mark of emphasis
        return True
    return word[2]


@inlined
def _first_word(data: Bytes, line: tuple[int, int], words: Words) -> tuple[int, int, bool]:
    """Return the first word of a line, packed, its letters, and whether it is one of `words`; `#` may stand before."""
    start, stop = line
    start += data[start] == SHARP
    number, length = 0, 0
    for at in range(start, min(stop, start + LONGEST)):
        byte = int(data[at]) | SPACE
        if not 0x61 <= byte <= 0x7A:  # noqa: PLR2004 - a to z
            break
        number, length = number << 5 | (byte & 0x1F), length + 1
    low, high = 0, len(words)
    while low < high:
        middle = (low + high) // 2
        if words[middle] < number:
            low = middle + 1
        else:
            high = middle
    return number, length, low < len(words) and bool(words[low] == number)


@inlined
def _opening(data: Bytes, line: tuple[int, int]) -> tuple[bool, bool]:
    """Tell whether a line begins with a label and a colon, and whether a clock (12:34:56) stands near its start."""
    start, stop = line
    label, colons, last = False, 0, start - 4
    for at in range(start, min(stop, start + LOOKED_AT)):
        byte = data[at]
        if byte == COLON:
            if at - last == 3 and at >= start + 5 and _digits(data, at - 5) and _digits(data, at - 2):  # noqa: PLR2004
                return False, at + 2 < stop and _digits(data, at + 1)
            if colons == 0 and at > start:
                label = not (at + 1 < stop and data[at + 1] == SLASH)
                label = label and not LOW_DIGIT <= data[at - 1] <= HIGH_DIGIT
            colons, last = colons + 1, at
        elif byte == 0x9A and at > start + 2 and data[at - 1] == 0xBC and data[at - 2] == 0xEF:  # noqa: PLR2004 - ：
            label = label or colons == 0
            colons += 1
        elif byte in CLAUSE_ENDS or (at > start and int(data[at - 1]) << 8 | int(byte) in WIDE_CLAUSE_ENDS):
            colons += 1  # what comes after is no label
    return label, False


@inlined
def _digits(data: Bytes, at: int) -> bool:
    """Tell whether two digits stand here."""
    return bool(LOW_DIGIT <= data[at] <= HIGH_DIGIT and LOW_DIGIT <= data[at + 1] <= HIGH_DIGIT)


@inlined
def _uptime(data: Bytes, line: tuple[int, int]) -> bool:
    """Tell whether a line begins as the kernel's log does: `[   12.345678]`."""
    at, stop = line
    if data[at] != OPENING:
        return False
    at += 1
    while at < stop and data[at] == SPACE:
        at += 1
    first = at
    while at < stop and LOW_DIGIT <= data[at] <= HIGH_DIGIT:
        at += 1
    if at == first or at >= stop or data[at] != DOT:
        return False
    return at + MOST_DIGITS < stop and _digits(data, at + 1)


@inlined
def begins(data: Bytes, line: tuple[int, int]) -> tuple[bool, bool]:
    """Tell whether a line begins with a bullet, and whether with a number (`1.`, `(2)`, `三、`)."""
    at, stop = line
    first = data[at]
    if first in (DASH, ASTERISK, PLUS):
        return at + 2 < stop and data[at + 1] == SPACE, False
    if at + 3 < stop and first >= 0xE0:  # noqa: PLR2004 - of three bytes
        code = int(first) << 16 | int(data[at + 1]) << 8 | int(data[at + 2])
        # • ● ○ ■ □ ▪ ▫ ※ ◆ ◇ ★ ☆ ➢ –
        if code in (
            0xE280A2, 0xE2978F, 0xE2978B, 0xE296A0, 0xE296A1, 0xE296AA, 0xE296AB,
            0xE280BB, 0xE29786, 0xE29787, 0xE29885, 0xE29886, 0xE29EA2, 0xE28093,
        ):  # fmt: skip
            return True, False
        return False, _chinese_number(data, line)
    at += first == ROUND
    begun = at
    while at < stop and at - begun <= MOST_DIGITS and LOW_DIGIT <= data[at] <= HIGH_DIGIT:
        at += 1
    if at == begun or at + 1 >= stop or at - begun > MOST_DIGITS:
        return False, False
    if data[at] == CLOSED:
        return False, True
    spaced = data[at] == DOT and not LOW_DIGIT <= data[at + 1] <= HIGH_DIGIT
    return False, spaced or (data[at] == 0xE3 and data[at + 1] == 0x80)  # noqa: PLR2004 - 、


@inlined
def _chinese_number(data: Bytes, line: tuple[int, int]) -> bool:
    """Tell whether a line begins with `三、` or `（三）`."""
    at, stop = line
    wrapped = data[at] == 0xEF and data[at + 1] == 0xBC and data[at + 2] == 0x88  # noqa: PLR2004 - （
    at += 3 if wrapped else 0
    begun = at
    while at + 5 < stop and at - begun < 9:  # noqa: PLR2004 - at most three numerals
        code = int(data[at]) << 16 | int(data[at + 1]) << 8 | int(data[at + 2])
        # 一 七 三 九 二 五 八 六 十 四 百
        if code not in (
            0xE4B880, 0xE4B883, 0xE4B889, 0xE4B99D, 0xE4BA8C, 0xE4BA94, 0xE585AB, 0xE585AD, 0xE58D81,
            0xE59B9B, 0xE799BE,
        ):  # fmt: skip
            break
        at += 3
    if at == begun or at + 2 >= stop:
        return False
    code = int(data[at]) << 16 | int(data[at + 1]) << 8 | int(data[at + 2])
    return code == (0xEFBC89 if wrapped else 0xE38081)  # ） or 、
