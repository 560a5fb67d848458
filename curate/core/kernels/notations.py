"""Tell lines that machines read: of programs of machine tools, access lists, circuits, columns of figures, frames."""

from curate.core.kernels.compiled import inlined
from curate.core.kernels.programs import packed
from curate.core.kernels.strings import Bytes

NO_NOTATION, PROGRAM, FIGURES = range(3)
SPACE, DOT, DASH, PLUS, PIPE, EQUALS, UPPER_A, LOW_ANY = 0x20, 0x2E, 0x2D, 0x2B, 0x7C, 0x3D, 0x41, b"any"
AXES, DEVICES = tuple(b"GMNTOXYZ"), tuple(b"RCLDQMVIXKJU")
"""First letters of the words of a program (ISO 6983-1), and of the names of parts in a circuit (SPICE)."""
FEWEST_WORDS, LETTERS_AT_MOST = 3, 11
MOST = 4
"""All words but one in so many have a digit in a row of figures."""
VALUES, COMMAS = tuple(b"+-.,;eE/ "), tuple(b",;")
"""What stands in numbers and dates beside digits, and between them; two digits a mark on average."""
DOTS = 3
"""Dots of an address of IPv4."""
_RULES = """
permit deny access iptables ip ipv route neighbor network allow block rule pass no set interface switchport nat object
security filter remark
"""
RULES = tuple(map(packed, _RULES.split()))
"""First words of lines of access lists and of routers' settings; beside an address, or `any`."""
IPTABLES, INTERFACE = packed("iptables"), packed("interface")


@inlined
def notation(data: Bytes, line: tuple[int, int], ended: bool) -> int:  # noqa: FBT001 - numba passes by place
    """Tell what a line without a label is: PROGRAM, FIGURES or neither; `ended` says that a sentence ends there.

    Words are parted by white space. PROGRAM: all words, two or more, are a letter and a number, the first of AXES
    (`G01 X10.5 Z5.`); a rule of an access list (`permit tcp any host 10.0.0.1`); a part of a circuit with its nodes and
    its value (`R1 n1 0 10k`). FIGURES: three words or more of which three in four have a digit, or nothing but values
    that commas or semicolons part (`7,21.4,0.98`).
    """
    start, stop = _within(data, line)
    if _values(data, (start, stop)):
        return FIGURES
    words, figured, coded, at, last = 0, 0, 0, start, start
    while at < stop:
        while at < stop and data[at] <= SPACE:
            at += 1
        last, digits, others = at, 0, 0
        while at < stop and data[at] > SPACE:
            digit = 0x30 <= data[at] <= 0x39  # noqa: PLR2004 - 0 to 9
            digits += digit
            others += not (digit or data[at] in (DOT, DASH, PLUS))
            at += 1
        words += 1
        figured += digits > 0
        coded += digits > 0 and others == 1 and UPPER_A <= data[last] <= 0x5A  # noqa: PLR2004 - Z
    first = int(data[start])
    if coded == words > 1 and first in AXES:
        return PROGRAM
    if ended:
        return NO_NOTATION
    if _rules(data, (start, stop)):
        return PROGRAM
    named = first in DEVICES and stop - start > 1 and 0x30 <= data[start + 1] <= 0x39  # noqa: PLR2004 - 0 to 9
    if named and words > FEWEST_WORDS and 0x30 <= data[last] <= 0x39:  # noqa: PLR2004 - 0 to 9
        return PROGRAM
    return FIGURES if words >= FEWEST_WORDS and figured * MOST >= words * (MOST - 1) else NO_NOTATION


@inlined
def _values(data: Bytes, line: tuple[int, int]) -> bool:
    """Tell whether a line is a row of CSV of nothing but numbers, two or more; also dates without a clock."""
    commas = digits = 0
    for at in range(line[0], line[1]):
        byte = data[at]
        digit = 0x30 <= byte <= 0x39  # noqa: PLR2004 - 0 to 9
        if not (digit or byte in VALUES):
            return False
        comma = byte in COMMAS
        commas, digits = commas + comma, digits + digit
    return commas > 0 and digits >= MOST * commas // 2


@inlined
def _within(data: Bytes, line: tuple[int, int]) -> tuple[int, int]:
    """Leave out what nobody sees at the end of a line, such as the carriage return of a line end (CRLF)."""
    start, stop = line
    while stop - start > 1 and data[stop - 1] <= SPACE:
        stop -= 1
    return start, stop


@inlined
def _rules(data: Bytes, line: tuple[int, int]) -> bool:
    """Tell whether a line begins with one of RULES and has an address of IPv4, or the word `any`.

    `iptables` says it alone, and so does `interface` where a number ends the line.
    """
    at, stop = line
    number = 0
    while at < min(stop, line[0] + LETTERS_AT_MOST) and 0x61 <= data[at] <= 0x7A:  # noqa: PLR2004 - a to z
        number = number << 5 | (int(data[at]) & 0x1F)
        at += 1
    dashed = data[line[0]] == DASH and stop - line[0] > 2 and UPPER_A <= data[line[0] + 1] <= 0x5A  # noqa: PLR2004
    if not (number in RULES or (dashed and data[line[0] + 2] == SPACE)):
        return False
    if number == IPTABLES or (number == INTERFACE and 0x30 <= data[stop - 1] <= 0x39):  # noqa: PLR2004 - 0 to 9
        return True
    dots = 0
    for place in range(at + 1, stop - 1):
        digit = 0x30 <= data[place - 1] <= 0x39  # noqa: PLR2004 - 0 to 9
        dots += data[place] == DOT and digit and 0x30 <= data[place + 1] <= 0x39  # noqa: PLR2004 - 0 to 9
        spaced = data[place - 1] == SPACE and (place + 3 == stop or (place + 3 < stop and data[place + 3] == SPACE))
        if dots >= DOTS or (
            spaced and data[place] == LOW_ANY[0] and data[place + 1] == LOW_ANY[1] and data[place + 2] == LOW_ANY[2]
        ):
            return True
    return False


@inlined
def framed(data: Bytes, line: tuple[int, int]) -> bool:
    """Tell whether a line is of a frame of a table: box drawing at both ends (U+2500 to U+257F), or `+---+---+`."""
    start, stop = _within(data, line)
    if stop - start < 6:  # noqa: PLR2004 - two characters of three bytes
        return False
    if data[start] == PLUS:
        return bool(data[stop - 1] == PLUS and data[start + 1] in (DASH, EQUALS))
    return _is_box(data, start) and _is_box(data, stop - 3)


@inlined
def _is_box(data: Bytes, at: int) -> bool:
    return bool(data[at] == 0xE2 and (data[at + 1] == 0x94 or data[at + 1] == 0x95))  # noqa: PLR2004 - U+2500 to U+257F
