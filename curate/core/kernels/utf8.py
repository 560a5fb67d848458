"""UTF-8 for kernels: one character at a time out of a byte array, and back into one."""

from curate.core.kernels.compiled import inlined
from curate.core.kernels.strings import Bytes

REPLACEMENT = 0xFFFD
CONTINUED, TWO, THREE, FOUR, FIVE = 0x80, 0xC0, 0xE0, 0xF0, 0xF8
"""First bytes from which on a byte continues a character, or starts one of two, three, four bytes, or is no UTF-8."""


@inlined
def decode(data: Bytes, at: int, stop: int) -> tuple[int, int]:
    """Return the code point that starts at `at`, and where the next one starts.

    Bytes that are no UTF-8 read as U+FFFD one at a time, and nothing behind `stop` is touched: Arrow does not check
    what a file calls a string.
    """
    lead = int(data[at])
    if lead < CONTINUED:
        return lead, at + 1
    if THREE <= lead < FOUR and at + 2 < stop:
        return (lead & 0x0F) << 12 | (int(data[at + 1]) & 0x3F) << 6 | (int(data[at + 2]) & 0x3F), at + 3
    if TWO <= lead < THREE and at + 1 < stop:
        return (lead & 0x1F) << 6 | (int(data[at + 1]) & 0x3F), at + 2
    if FOUR <= lead < FIVE and at + 3 < stop:
        high = (lead & 0x07) << 18 | (int(data[at + 1]) & 0x3F) << 12
        return high | (int(data[at + 2]) & 0x3F) << 6 | (int(data[at + 3]) & 0x3F), at + 4
    return REPLACEMENT, at + 1


BLACK_FLAG, CANCEL = 0x1F3F4, 0xE007F
TAG_DIGITS, TAG_LETTERS = (0xE0030, 0xE0039), (0xE0061, 0xE007A)
SHORTEST_REGION, LONGEST_REGION = 3, 6


@inlined
def flag_end(data: Bytes, at: int, stop: int) -> int:
    """Return where the tags end that make the flag of a region of the black flag before `at`; `at` where none do.

    UTS 51, ED-14a: the region of ISO 3166-2 in tag letters and digits (`gbeng` for England), three to six of them, and
    U+E007F. Any other run of tags behind a flag draws nothing and may spell what nobody sees.
    """
    end, signs = at, at - at
    while end + 3 < stop and signs <= LONGEST_REGION and data[end] == (CANCEL >> 18 | FOUR):
        code, end = decode(data, end, stop)
        if code == CANCEL:
            return end if signs >= SHORTEST_REGION else at
        if not (TAG_DIGITS[0] <= code <= TAG_DIGITS[1] or TAG_LETTERS[0] <= code <= TAG_LETTERS[1]):
            return at
        signs += 1
    return at


@inlined
def copy(data: Bytes, span: tuple[int, int], out: Bytes, to: int) -> int:
    """Copy the bytes of a span to `out[to:]`; return where they end."""
    start, stop = span
    for at in range(start, stop):
        out[to + at - start] = data[at]
    return to + stop - start
