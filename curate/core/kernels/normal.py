"""Find the strings that need tidying, and tidy them: white space, line ends, control, invisible and wide characters."""

import unicodedata
from functools import cache

import numpy as np
import numpy.typing as npt

from curate.core.kernels.characters import LIMIT, Kind, categories, kind_table
from curate.core.kernels.compiled import inlined, kernel
from curate.core.kernels.invisible import IDEOGRAPHS, JOINERS, UNSEEN, joins, within
from curate.core.kernels.strings import Bytes, Places, Strings
from curate.core.kernels.utf8 import BLACK_FLAG, FOUR, THREE, copy, decode, flag_end

Counts = npt.NDArray[np.int32]

LAST = LIMIT - 1
SOLID, BLANK, NEWLINE, RETURN, BREAK, CONTROL, INVISIBLE, SOFT, JOINER, WIDE = range(10)
"""What is done with a character. SOLID stays; BLANK (spaces, tab) stays inside a line; RETURN and BREAK become line
feeds; CONTROL, INVISIBLE and SOFT (the hyphen) go; JOINER stays where a script, an emoji or a glyph needs it; WIDE
becomes its ASCII twin."""
ACTION = 0x0F
LEAD, TAIL, TELLING, TRADITIONAL = 0x10, 0x20, 0x40, 0x50
"""Set beside the action: what stands for the first byte of a UTF-8 sequence, or for a later one, where a decoder took
bytes for Latin-1 or Windows-1252; Han that only one writing has, and that only traditional writing has."""
COMPOSES = 0x80
"""Set beside the action where the character may not be in form NFC."""
EDIT, COMPOSE, MEND, LED = 1, 2, 4, 8
"""Needs of a string: the kernel must rewrite it; it must be checked for form NFC; it may be UTF-8 that was read as
something else; it has a LEAD, so that it may come to look like that once it is rewritten."""
COUNTED = ("line_end", "control", "invisible", "width", "space", "blank_line")
"""What `rewrite` counts, in the order of its columns; `space` is lines that lost blanks at an end."""
LINE_ENDS, CONTROLS, INVISIBLES, WIDTHS, SPACES, BLANK_LINES, HIDDEN, RUN, GLYPHS = range(9)
"""Columns of the counts. HIDDEN are the invisible characters without soft hyphens, RUN the most of them in a row,
GLYPHS selectors behind Han, which stay."""
TELLINGS, TRADITIONALS = range(2)
"""Columns of the counts of Han."""
AT_START, AFTER_SOLID, AFTER_BLANK, AFTER_NEWLINE = range(4)
MOST_NEWLINES = 3
"""Two blank lines may part two sections; more become one."""
WIDE_OFFSET = 0xFEE0
LINE_FEED = 0x0A
SPACE, DELETE = 0x20, 0x7F
ESCAPE, BELL, BACKSLASH = 0x1B, 0x07, 0x5C
CONTROL_SEQUENCE, SYSTEM_COMMAND, CHARACTER_SET, ASCII_SET = 0x5B, 0x5D, 0x28, 0x42
LONGEST_COMMAND, LONGEST_STRING = 64, 2048
"""Bytes behind an escape; what is longer is no command that was left in a text."""
LEADS, TAILS = (0xC2, 0xF4), (0x80, 0xBF)
"""Bytes that begin a UTF-8 sequence of two to four, and those that continue one; both ends included."""

_ACTIONS = (
    (RETURN, "\r"),
    (BREAK, "\v\f\x85\u2028\u2029"),
    (JOINER, JOINERS),
    (SOFT, "\xad"),
    (INVISIBLE, UNSEEN),
    (WIDE, "".join(map(chr, (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))))),
)


@cache
def action_table() -> Bytes:
    """Return what is known of each code point below LIMIT: uint8, an action, a class, COMPOSES; the last for all more.

    A character may not be in form NFC if it decomposes canonically, reorders (a combining class) or composes with the
    one before it (the second half of a canonical decomposition).
    """
    said = {"Zs": BLANK, "Cc": CONTROL}
    table = np.fromiter((said.get(category, 0) for category in categories()), np.uint8, LIMIT)
    table[np.fromiter(map(unicodedata.combining, map(chr, range(LIMIT))), np.uint8, LIMIT) > 0] |= COMPOSES
    for code, parts in enumerate(map(unicodedata.decomposition, map(chr, range(LIMIT)))):
        if parts and not parts.startswith("<"):
            table[[int(part, 16) for part in parts.split()[1:]]] |= COMPOSES
            table[code] |= COMPOSES if unicodedata.normalize("NFC", chr(code)) != chr(code) else 0
    table[0x1161:0x1176] |= COMPOSES
    table[0x11A8:0x11C3] |= COMPOSES
    for action, characters in _ACTIONS:
        table[[ord(character) for character in characters]] = action
    table[[0x09, 0x0A, LAST]] = BLANK, NEWLINE, JOINER
    return table | _classes()


def _classes() -> Bytes:
    """Return the class of each code point below LIMIT: uint8."""
    classes, kinds = np.zeros(LIMIT, np.uint8), kind_table()
    classes[kinds == Kind.HAN_SIMPLE] = TELLING
    classes[kinds == Kind.HAN_TRADITIONAL] = TRADITIONAL
    classes[LEADS[0] : LEADS[1] + 1] = LEAD
    classes[TAILS[0] : TAILS[1] + 1] = TAIL
    signs = bytes(range(0x80, 0xA0)).decode("cp1252", "ignore")
    classes[[ord(sign) for sign in signs]] = TAIL
    return classes


def needs(strings: Strings) -> tuple[Bytes, Counts]:
    """Say what every string may need: flags (n, uint8: EDIT, COMPOSE, MEND, LED), and count its Han, (n, 2) int32.

    The Han counted are those of one writing only, and the traditional among them.
    """
    n = len(strings.starts)
    flags, han = np.zeros(n, np.uint8), np.zeros((n, 2), np.int32)
    _scan(strings.data, (strings.starts, strings.stops), action_table(), flags, han)
    return flags, han


@inlined
def _words(data: Bytes, at: int, stop: int) -> int:
    """Return where the printable ASCII that starts at `at` ends, blanks at its end left out: the way past most text."""
    end = at
    while at < stop and SPACE <= data[at] < DELETE:
        at += 1
        end = at if data[at - 1] != SPACE else end
    return end


@inlined
def _characters(data: Bytes, span: tuple[int, int], actions: Bytes, han: tuple[int, int]) -> tuple[int, int, int]:
    """Go past characters of three bytes that stay, the way through Chinese; also count on the telling Han."""
    at, stop = span
    telling, traditional = han
    while at + 2 < stop and THREE <= data[at] < FOUR:
        code = (int(data[at]) & 0x0F) << 12 | (int(data[at + 1]) & 0x3F) << 6 | (int(data[at + 2]) & 0x3F)
        entry = int(actions[code])
        if entry & (ACTION | COMPOSES) != SOLID:
            break
        telling += entry >> 6 & 1
        traditional += entry >> 6 & entry >> 4 & 1
        at += 3
    return at, telling, traditional


@kernel
def _scan(data: Bytes, spans: tuple[Places, Places], actions: Bytes, flags: Bytes, han: Counts) -> None:
    starts, stops = spans
    for i in range(len(starts)):
        at, stop = starts[i], stops[i]
        state, newlines, found = AT_START, 0, 0
        every = mends = leads = led = telling = traditional = at - at  # as in `_rewrite`
        while at < stop:
            if SPACE < data[at] < DELETE:
                at = _words(data, at, stop)
                state, newlines, led = AFTER_SOLID, 0, at - at
                continue
            if led == 0 and THREE <= data[at] < FOUR:
                start = at
                at, telling, traditional = _characters(data, (at, stop), actions, (telling, traditional))
                if at > start:
                    state, newlines = AFTER_SOLID, 0
                    continue
            code, at = decode(data, at, stop)
            entry = int(actions[min(code, LAST)])
            every |= entry
            mends |= led & entry >> 5
            led = entry >> 4 & ~(entry >> 6) & 1
            leads |= led
            telling += entry >> 6 & 1
            traditional += entry >> 6 & entry >> 4 & 1
            action = entry & ACTION
            if action == SOLID:
                state, newlines = AFTER_SOLID, 0
            elif action == BLANK:
                found |= EDIT if state == AT_START else 0
                state = AFTER_BLANK
            elif action == NEWLINE:
                newlines += 1
                found |= EDIT if state in (AT_START, AFTER_BLANK) or newlines > MOST_NEWLINES else 0
                state = AFTER_NEWLINE
            else:
                found |= EDIT
        found |= EDIT if state in (AFTER_BLANK, AFTER_NEWLINE) else 0
        flags[i] = found | (COMPOSE if every & COMPOSES else 0) | (MEND if mends & 1 else 0) | (LED if leads else 0)
        han[i, TELLINGS], han[i, TRADITIONALS] = telling, traditional


def rewrite(strings: Strings, flags: Bytes) -> tuple[Bytes, Places, Counts]:
    """Tidy the strings flagged EDIT and copy the others: bytes, where each ends, and counts (n, GLYPHS + 1) int32.

    Nothing grows, so the result never holds more bytes than the strings did.
    """
    n = len(strings.starts)
    out, ends, counts = np.empty(strings.nbytes, np.uint8), np.zeros(n, np.int64), np.zeros((n, GLYPHS + 1), np.int32)
    _rewrite_all(strings.data, strings.starts, strings.stops, (action_table(), flags), (out, ends, counts))
    return out, ends, counts


@kernel
def _rewrite_all(
    data: Bytes, starts: Places, stops: Places, given: tuple[Bytes, Bytes], made: tuple[Bytes, Places, Counts]
) -> None:
    actions, flags = given
    out, ends, counts = made
    end = 0
    for i in range(len(starts)):
        span = (starts[i], stops[i])
        if flags[i] & EDIT:
            end += _rewrite(data, span, actions, out[end:], counts[i])
        else:
            end = copy(data, span, out, end)
        ends[i] = end


@inlined
def _rewrite(data: Bytes, span: tuple[int, int], actions: Bytes, out: Bytes, counts: Counts) -> int:
    """Write one tidy string to the start of `out`; return its length.

    `kept` is where the blanks at the end of the line begin, `solid` where the white space at the end of the text does.
    """
    at, stop = span
    end = kept = solid = indent = at - at  # for a plain 0 numba compiles every callee twice
    newlines = before = lines = run = end
    while at < stop:
        start = at
        if SPACE < data[at] < DELETE:
            at = _words(data, at, stop)
            code, action = int(data[at - 1]), SOLID
        else:
            at, _, _ = _characters(data, (at, stop), actions, (0, 0))
            at -= 3 if at > start else 0
            code, at = _whole(data, at, stop)
            action = actions[min(code, LAST)] & ACTION
        if action == JOINER:
            action = SOLID if joins(code, before, _peek(data, at, stop)) else INVISIBLE
            counts[GLYPHS] += action == SOLID and within(before, IDEOGRAPHS)
        run = run + 1 if action == INVISIBLE else 0
        if action in (SOLID, WIDE):
            indent, lines = end if solid == 0 else indent, lines + (newlines > 0)
            counts[WIDTHS] += action == WIDE
            end = copy(data, (start, at), out, end) if action == SOLID else _narrow(code, out, end)
            kept = solid = end
            newlines, before = 0, code if action == SOLID else code - WIDE_OFFSET
        elif action == BLANK:
            end, before = copy(data, (start, at), out, end), SPACE
        elif action in (NEWLINE, RETURN, BREAK):
            counts[LINE_ENDS] += action != NEWLINE
            if action == RETURN and at < stop and data[at] == LINE_FEED:
                continue
            counts[SPACES] += end > kept
            newlines += solid > 0
            kept = end = _end_line(out, kept, newlines, counts)
            before = LINE_FEED
        else:
            counts[CONTROLS if action == CONTROL else INVISIBLES] += 1
            counts[HIDDEN], counts[RUN] = counts[HIDDEN] + (action == INVISIBLE), max(counts[RUN], run)
    counts[SPACES] += end > kept
    counts[BLANK_LINES] += newlines
    return _without_indent(out, indent, solid, counts) if lines == 0 else solid


@inlined
def _end_line(out: Bytes, end: int, newlines: int, counts: Counts) -> int:
    """Write the line feed that is number `newlines` since the last solid character (0: there was none yet)."""
    if 0 < newlines <= MOST_NEWLINES:
        out[end] = LINE_FEED
        return end + 1
    counts[BLANK_LINES] += 1
    if newlines == MOST_NEWLINES + 1:
        counts[BLANK_LINES] += 1
        return end - 1
    return end


@inlined
def _without_indent(out: Bytes, indent: int, solid: int, counts: Counts) -> int:
    """Move a text of one line to the left; where there are more lines, their indents belong together and stay."""
    counts[SPACES] += indent > 0
    for at in range(indent, solid):
        out[at - indent] = out[at]
    return solid - indent


@inlined
def _narrow(code: int, out: Bytes, end: int) -> int:
    out[end] = code - WIDE_OFFSET
    return end + 1


@inlined
def _whole(data: Bytes, at: int, stop: int) -> tuple[int, int]:
    """Return the code point at a place, and where all ends that goes or stays with it: a flag, a command."""
    code, end = decode(data, at, stop)
    if code == BLACK_FLAG:
        return code, flag_end(data, end, stop)
    return code, _escaped(data, end, stop) if code == ESCAPE else end


@inlined
def _escaped(data: Bytes, at: int, stop: int) -> int:
    """Return where the command to a terminal ends that begins with the escape before `at`; `at` where there is none.

    ECMA-48, 5.4: `[`, parameters, intermediate bytes, a final one (`[31m` colours); 5.6: `]` and a string up to BEL or
    escape and backslash (titles and links of xterm), on one line; `(B` chooses ASCII.
    """
    if at + 1 >= stop:
        return at
    first, end = data[at], at + 1
    if first == CONTROL_SEQUENCE:
        while end < stop and 0x20 <= data[end] < 0x40 and end - at < LONGEST_COMMAND:  # noqa: PLR2004 - ECMA-48
            end += 1
        return end + 1 if end < stop and 0x40 <= data[end] < DELETE else at  # noqa: PLR2004
    if first == SYSTEM_COMMAND:
        while end < stop and data[end] >= SPACE and data[end] != DELETE and end - at < LONGEST_STRING:
            end += 1
        if end < stop and data[end] == BELL:
            return end + 1
        return end + 2 if end + 1 < stop and data[end] == ESCAPE and data[end + 1] == BACKSLASH else at
    return end + 1 if first == CHARACTER_SET and data[end] == ASCII_SET else at


@inlined
def _peek(data: Bytes, at: int, stop: int) -> int:
    return decode(data, at, stop)[0] if at < stop else 0
