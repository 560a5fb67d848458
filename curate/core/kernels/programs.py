"""Tell lines of programs that have few signs: comments, assignments, statements of a word or two, stack traces."""

import numpy as np
import numpy.typing as npt

from curate.core.kernels.compiled import inlined
from curate.core.kernels.strings import Bytes

NOWHERE, IN_BLOCK, IN_DOCSTRING, AFTER_CODE = 0, 1, 2, 3
AFTER_COMMENT = 0x100
"""What stood before a line; AFTER_COMMENT and the byte that began it, of a comment of one line."""
SLASH, STAR, SHARP, SEMICOLON, PERCENT, DASH, QUOTE, SPACE = b'/*#;%-" '
EQUALS, COLON, LOW_DIGIT, HIGH_DIGIT = 0x3D, 0x3A, 0x30, 0x39
LONGEST_NAME = 60
"""Bytes of what is assigned to."""
LONGEST_HEAD = 60
"""Characters of a line that begins with a word of a language and opens a block with a colon."""
IN_NAMES = tuple(b"_.[]>$@'\"-")
OPERATORS = tuple(b"+-*/|&:%^~.?")
IN_CALLS = tuple(b"<>/:$,`")
DOT, ROUND, COMMA, PLUS, LOW_X, LOW_G, LOW_O = b".(,+xgo"
SHORTEST_TRACE = 8
"""Bytes of a line of a stack trace, at least."""
LONGEST_OFFSET = 24
"""Bytes at the end of a line in which an offset stands: `+0x1d/0x40 [module]`."""

_ALONE = "pass break continue else end fi done esac then endif return begin default try finally do"
_BRIEF = "return import raise yield assert goto"
Words = npt.NDArray[np.int64]


def packed(word: str) -> int:
    """Return a word as `looks` packs it: five bits a letter."""
    number = 0
    for letter in word.encode():
        number = number << 5 | letter & 0x1F
    return number


ALONE, BRIEF = tuple(map(packed, _ALONE.split())), tuple(map(packed, _BRIEF.split()))
"""Words that are a line by themselves; words that at most one other follows."""


@inlined
def commented(data: Bytes, line: tuple[int, int], state: int) -> tuple[bool, int]:
    """Tell whether a line is a comment or in a docstring, and what the next line stands behind.

    Lines between `/*` and `*/`, and between two `\"\"\"`; a line that begins with `#`, `;`, `%` or `--` behind code or
    behind another such line (one alone may be a heading).
    """
    start, stop = line
    first, second = int(data[start]), int(data[start + 1]) if start + 1 < stop else 0
    if state == IN_BLOCK:
        return True, NOWHERE if _holds(data, line, (STAR, SLASH, SLASH)) else IN_BLOCK
    if state == IN_DOCSTRING:
        return True, NOWHERE if _holds(data, line, (QUOTE, QUOTE, QUOTE)) else IN_DOCSTRING
    if first == SLASH and second == STAR:
        return True, AFTER_CODE if _holds(data, (start + 2, stop), (STAR, SLASH, SLASH)) else IN_BLOCK
    quote = start + (first in (0x72, 0x52, 0x75, 0x55, 0x62, 0x42))  # r, u, b
    if quote + 2 < stop and data[quote] == QUOTE and data[quote + 1] == QUOTE and data[quote + 2] == QUOTE:
        return True, AFTER_CODE if _holds(data, (quote + 3, stop), (QUOTE, QUOTE, QUOTE)) else IN_DOCSTRING
    if (first in (SHARP, SEMICOLON, PERCENT) and (second in (0, SPACE) or second == first)) or (
        first == DASH and second == DASH
    ):
        return state in (AFTER_CODE, AFTER_COMMENT + first), AFTER_COMMENT + first
    return False, NOWHERE


@inlined
def _holds(data: Bytes, line: tuple[int, int], marks: tuple[int, int, int]) -> bool:
    """Tell whether two marks stand in a line, or three where the last is another than the second."""
    width = 2 if marks[1] == marks[2] and marks[0] != marks[1] else 3
    for at in range(line[0], line[1] - width + 1):
        if data[at] == marks[0] and data[at + 1] == marks[1] and (width == 2 or data[at + 2] == marks[2]):  # noqa: PLR2004
            return True
    return False


@inlined
def assigns(data: Bytes, line: tuple[int, int]) -> bool:
    """Tell whether a line begins with a name and an equals sign: `self.size = 3`, `User=root`, `n += 1`."""
    at, stop = line
    stop = min(stop, at + LONGEST_NAME)
    begun = at
    while at < stop and (_in_word(data[at]) or data[at] in IN_NAMES):
        at += 1
    if at == begun or at >= stop or LOW_DIGIT <= data[begun] <= HIGH_DIGIT:
        return False
    at += data[at] == SPACE
    at += at < stop and data[at] in OPERATORS
    return bool(at < stop and data[at] == EQUALS)


@inlined
def states(data: Bytes, line: tuple[int, int], chars: int, word: tuple[int, int, bool]) -> bool:
    """Tell whether a line is a statement by its first word: packed, its letters, whether it is a word of a language."""
    start, stop = line
    packed_word, letters, known = word
    last = stop - 1
    if packed_word in ALONE and (start + letters == stop or (start + letters == last and data[last] == COLON)):
        return True
    if known and data[last] == COLON and chars <= LONGEST_HEAD:
        return True
    if packed_word not in BRIEF:
        return False
    blanks = 0
    for at in range(start, stop):
        blanks += data[at] == SPACE
    return blanks <= 1


@inlined
def _in_word(byte: int) -> bool:
    return 0x61 <= (byte | SPACE) <= 0x7A or LOW_DIGIT <= byte <= HIGH_DIGIT  # noqa: PLR2004 - a to z


@inlined
def traced(data: Bytes, line: tuple[int, int]) -> bool:
    """Tell whether a line is of a stack trace: of Java, .NET and JavaScript, Python, gdb, Go, the kernel of Linux.

    `at a.b.C.d(File.java:12)`, `File "a.py", line 12`, `#3  0x00401000 in main ()`, `/a/main.go:12 +0x1d`.
    """
    at, stop = line
    if stop - at < SHORTEST_TRACE:
        return False
    first = int(data[at]) << 16 | int(data[at + 1]) << 8 | int(data[at + 2])
    if first == 0x617420:  # noqa: PLR2004 - `at `
        at += 3
        dotted = False
        while at < stop and (_in_word(data[at]) or data[at] in IN_NAMES or data[at] in IN_CALLS):
            dotted |= data[at] == DOT
            at += 1
        at += at < stop and data[at] == SPACE
        return dotted and at < stop and data[at] == ROUND
    if first == 0x46696C and data[at + 5] == QUOTE:  # noqa: PLR2004 - `File "`
        return _holds(data, line, (QUOTE, COMMA, COMMA))
    if data[at] == SHARP and LOW_DIGIT <= data[at + 1] <= HIGH_DIGIT:
        return _holds(data, line, (SPACE, LOW_DIGIT, LOW_X))
    if not _holds(data, (max(at, stop - LONGEST_OFFSET), stop), (PLUS, LOW_DIGIT, LOW_X)):
        return False
    return _holds(data, line, (DOT, LOW_G, LOW_O)) or _holds(data, line, (SLASH, LOW_DIGIT, LOW_X))
