"""Measure the lines of texts: how they end and begin, how many come twice, what they look like."""

import numpy as np
import numpy.typing as npt

from curate.core.kernels.compiled import inlined, kernel
from curate.core.kernels.looks import (
    CHARS,
    CODE,
    CODE_SIGNS,
    COMMAS,
    DELIMITERS,
    DIGITS,
    FORM,
    LOG,
    NOTHING,
    TABLE,
    WIDE,
    begins,
    code_words,
    field,
    looks,
    shaped,
)
from curate.core.kernels.navigation import HASH_PRIME, HASH_SHIFT, HASH_START, navigation
from curate.core.kernels.programs import AFTER_CODE, NOWHERE, commented, traced
from curate.core.kernels.strings import Bytes, Places, Strings

DUPLICATE_CHARS = 8
"""Shorter lines repeat by nature: braces, `Yes`, units."""
MENU_CHARS_WIDE, MENU_CHARS = 10, 20
"""A line of a menu is shorter than this, with and without Chinese in it."""
SHORT_CHARS_WIDE, SHORT_CHARS = 15, 30
"""A short line has at most so many characters: 30 is FineWeb's (Penedo et al. 2024, arXiv 2406.17557)."""
FEED, SPACE, TAB = 0x0A, 0x20, 0x09
PARAGRAPH = np.uint64(0x9E3779B97F4A7C15)
"""Set before the digest of a paragraph, which is then no line's."""
PART, SENTENCE, CLOSING, ELLIPSIS = 1, 2, 3, 4
"""What a line may end with: a mark within a sentence, one at its end, one that closes what was opened, dots."""
INDENT = 2
"""From so many blanks on a line is indented."""
FIELD_BYTES = 255
"""A count of a stretch so long fits into eight bits."""

LINES, LINE_CHARS, COPIED, COPIES, MENU, SHORT, ENDED, DOTTED, BULLETED, NUMBERED, INDENTED = range(11)
TABLES, CODES, LOGS, FORMS, PARAGRAPHS, PARAGRAPH_CHARS, PARAGRAPHS_COPIED, NAVIGATION, TRACES = range(11, 20)
COLUMNS = 20

Found = npt.NDArray[np.int64]
Table = tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32]]
Classes = tuple[Bytes, npt.NDArray[np.uint64], npt.NDArray[np.int64], npt.NDArray[np.uint64]]
"""What a last byte ends, the fields of bytes, the words of code, the digests of entries of menus."""


def line_counts(strings: Strings) -> Found:
    """Count in each string, shape (n, COLUMNS), int64; lines are those that are not blank.

    LINES, and LINE_CHARS, their characters without blanks around them; COPIED, characters of lines (of at least eight)
    that stood before in the same string, and COPIES, such lines; lines that look like a menu's (short, no digit, no
    mark at the end), are SHORT, are ENDED by a mark that ends a sentence in Chinese or English, are DOTTED (`...`),
    BULLETED, NUMBERED, INDENTED; lines that look like those of TABLES, CODES, LOGS, FORMS; PARAGRAPHS (lines without
    a blank one between), PARAGRAPH_CHARS, and PARAGRAPHS_COPIED, the characters of those that stood before; lines that
    are an entry of a site's NAVIGATION, or of a stack trace: TRACES (LOGS too).
    """
    found = np.zeros((len(strings.starts), COLUMNS), np.int64)
    longest = int((strings.stops - strings.starts).max(initial=0))
    size = 1 << max(longest // DUPLICATE_CHARS, 4).bit_length() + 1
    table = np.zeros(size, np.uint64), np.full(size, -1, np.int32)
    _count(strings.data, (strings.starts, strings.stops), table, (_ends(), shaped(), code_words(), navigation()), found)
    return found


def _ends() -> Bytes:
    """Say of each ASCII byte what a line that it ends is ended by; wide marks are told by their last two bytes."""
    ends = np.zeros(256, np.uint8)
    for marks, kind in ((b";:,", PART), (b".!?", SENTENCE), (b"\"')]*_", CLOSING)):
        ends[list(marks)] = kind
    return ends


@kernel
def _count(data: Bytes, spans: tuple[Places, Places], table: Table, classes: Classes, found: Found) -> None:
    for i in range(len(spans[0])):
        at, stop = spans[0][i], spans[1][i]
        chars, value, lines, state = 0, PARAGRAPH, 0, NOWHERE
        while at < stop:
            end = at
            while end < stop and data[np.uint64(end)] != FEED:
                end += 1
            start, last = _trimmed(data, at, end)
            if start < last:
                coded = found[i, CODES]
                is_comment, state = commented(data, (start, last), state)
                found[i, CODES] += is_comment
                more, digest = _count_line(data, (at, start, last, is_comment), (table, i), classes, found[i])
                state = AFTER_CODE if state == NOWHERE and found[i, CODES] > coded else state
                chars, value, lines = chars + more, (value ^ digest) * HASH_PRIME, lines + 1
            if lines > 0 and (start >= last or end + 1 >= stop):
                _count_paragraph((chars, value, lines), (table, i), found[i])
                chars, value, lines = 0, PARAGRAPH, 0
            at = end + 1


@inlined
def _trimmed(data: Bytes, start: int, stop: int) -> tuple[int, int]:
    while start < stop and (data[start] == SPACE or data[start] == TAB):
        start += 1
    while start < stop and (data[stop - 1] == SPACE or data[stop - 1] == TAB):
        stop -= 1
    return start, stop


@inlined
def _count_line(
    data: Bytes, span: tuple[int, int, int, bool], table: tuple[Table, int], classes: Classes, found: Found
) -> tuple[int, np.uint64]:
    """Count one line that begins, blanks left out, at `span[1]`; return its characters and its digest.

    `span[3]` says that it is a comment of a program, whatever it looks like.
    """
    ends, fields, words, entries = classes
    line = (span[1], span[2])
    counts, gaps, value = _measured(data, line, fields)
    chars, wide = counts[CHARS], counts[WIDE] > 0
    ending = _ending(data, line, ends)
    found[LINES] += 1
    found[LINE_CHARS] += chars
    found[SHORT] += chars <= (SHORT_CHARS_WIDE if wide else SHORT_CHARS)
    found[MENU] += chars < (MENU_CHARS_WIDE if wide else MENU_CHARS) and counts[DIGITS] == 0 and ending == 0
    found[ENDED] += ending == SENTENCE
    found[DOTTED] += ending == ELLIPSIS
    found[INDENTED] += span[1] - span[0] >= INDENT
    bulleted, numbered = begins(data, line)
    found[BULLETED] += bulleted
    found[NUMBERED] += numbered
    trace = traced(data, line)
    look = NOTHING if span[3] else looks(data, line, (counts, gaps, ending == SENTENCE), words)
    look = LOG if trace else look
    found[TRACES] += trace
    found[TABLES] += look == TABLE
    found[CODES] += look == CODE
    found[LOGS] += look == LOG
    found[FORMS] += look == FORM
    value ^= value >> HASH_SHIFT
    found[NAVIGATION] += chars < MENU_CHARS and _among(entries, value)
    if chars >= DUPLICATE_CHARS and _stood(value, table):
        found[COPIED] += chars
        found[COPIES] += 1
    return chars, value


@inlined
def _count_paragraph(paragraph: tuple[int, np.uint64, int], table: tuple[Table, int], found: Found) -> None:
    chars, value, _ = paragraph
    found[PARAGRAPHS] += 1
    found[PARAGRAPH_CHARS] += chars
    if chars >= DUPLICATE_CHARS and _stood(value ^ (value >> HASH_SHIFT), table):
        found[PARAGRAPHS_COPIED] += chars


@inlined
def _measured(
    data: Bytes, line: tuple[int, int], fields: npt.NDArray[np.uint64]
) -> tuple[tuple[int, int, int, int, int, int], int, np.uint64]:
    """Count what the bytes of a line are, stretches of two blanks and more within it, and digest it.

    The counts of a stretch of FIELD_BYTES are the fields of one number, so that each byte costs one addition.
    """
    value, gaps, blanks = HASH_START, 0, 0
    chars, digits, delimiters, commas, signs, wide = 0, 0, 0, 0, 0, 0
    for start in range(line[0], line[1], FIELD_BYTES):
        packed = np.uint64(0)
        for at in range(np.uint64(start), np.uint64(min(start + FIELD_BYTES, line[1]))):
            byte = data[at]
            value = (value ^ np.uint64(byte)) * HASH_PRIME
            packed += fields[byte]
            blanks = (blanks + 1) * (byte == SPACE)
            gaps += blanks == INDENT
        chars += field(packed, CHARS)
        digits += field(packed, DIGITS)
        delimiters += field(packed, DELIMITERS)
        commas += field(packed, COMMAS)
        signs += field(packed, CODE_SIGNS)
        wide += field(packed, WIDE)
    return (chars, digits, delimiters, commas, signs, wide), gaps, value


@inlined
def _ending(data: Bytes, line: tuple[int, int], ends: Bytes) -> int:
    """Return what a line ends with: a closing quote or bracket counts as the mark that stands before it."""
    start, stop = line
    kind, before = _mark(data, start, stop, ends)
    if kind == CLOSING:
        inner, _ = _mark(data, start, before, ends)
        kind = inner if inner != CLOSING else 0
    return kind


@inlined
def _mark(data: Bytes, start: int, stop: int, ends: Bytes) -> tuple[int, int]:  # noqa: PLR0911 - a table of marks
    """Return what the last character before `stop` is, and where it begins; 0 where it is no mark."""
    if stop <= start:
        return 0, start
    kind = int(ends[data[stop - 1]])
    if kind == SENTENCE and stop - start > 2 and data[stop - 1] == 0x2E and data[stop - 2] == 0x2E:  # noqa: PLR2004
        return ELLIPSIS, stop - 1
    if kind != 0 or stop - start < 3:  # noqa: PLR2004 - the wide marks are of three bytes
        return kind, stop - 1
    code = int(data[stop - 3]) << 16 | int(data[stop - 2]) << 8 | int(data[stop - 1])
    if code in (0xE38082, 0xEFBC81, 0xEFBC9F):  # 。！？
        return SENTENCE, stop - 3
    if code in (0xEFBC9B, 0xEFBC9A, 0xEFBC8C, 0xE38081):  # ；：，、
        return PART, stop - 3
    if code in (0xE2809D, 0xE28099, 0xE3808D, 0xE3808F, 0xEFBC89, 0xE3808B, 0xE38091):  # ” ’ 」 』 ） 》 】
        return CLOSING, stop - 3
    return (ELLIPSIS, stop - 3) if code == 0xE280A6 else (0, stop)  # noqa: PLR2004 - …


@inlined
def _among(entries: npt.NDArray[np.uint64], value: np.uint64) -> bool:
    slot = value & np.uint64(len(entries) - 1)
    while entries[slot] != 0 and entries[slot] != value:
        slot = slot + np.uint64(1) & np.uint64(len(entries) - 1)
    return bool(entries[slot] == value)


@inlined
def _stood(value: np.uint64, table: tuple[Table, int]) -> bool:
    """Look a line up among those of the same string, and remember it; slots of other strings count as free."""
    (seen, owners), owner = table
    slot = np.int64(value & np.uint64(len(seen) - 1))
    while owners[slot] == owner:
        if seen[slot] == value:
            return True
        slot = (slot + 1) & (len(seen) - 1)
    seen[slot], owners[slot] = value, owner
    return False
