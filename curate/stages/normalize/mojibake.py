"""Undo UTF-8 that was read as Latin-1 or Windows-1252, where that loses nothing."""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple, cast

CODECS = ("latin-1", "windows-1252")


def _said(byte: int) -> str:
    """Return what decoders in use make of a byte of Windows-1252: the five it leaves open are controls (WHATWG)."""
    return bytes([byte]).decode("cp1252") if byte not in {0x81, 0x8D, 0x8F, 0x90, 0x9D} else chr(byte)


WINDOWS = "".join(map(_said, range(0x100)))
BEYOND, FIRST = 0x80, 0xC0
"""Bytes from which on a character is not ASCII, and from which on a sequence begins."""
BYTES = {ord(WINDOWS[byte]): byte for byte in range(BEYOND, 0x100)} | {byte: byte for byte in range(BEYOND, 0x100)}
"""The byte beyond ASCII that a character stands for in either of the two."""
TAIL = "".join(map(re.escape, sorted(chr(code) for code, byte in BYTES.items() if byte < FIRST)))
SEQUENCE = re.compile(f"[Â-ß][{TAIL}]|[à-ï][{TAIL}]{{2}}|[ð-ô][{TAIL}]{{3}}")
LED = re.compile(rb"\xc3[\x82-\xb4](?=\xc2|[\xc5\xc6\xcb\xe2])")
"""How a run that may be UTF-8 begins, or goes on: a character for a first byte, before one that may be of TAIL; looked
for in UTF-8, where a search for one byte goes ten times as fast as one for a class of characters."""
RUN = re.compile(f"[{TAIL}À-ÿ]+")
"""A stretch that a wrong decoder may have made: nothing but characters that stand for bytes beyond ASCII."""

SET_TYPE = frozenset("€‚„…†‡‰Š‹ŒŽ‘’“”•–—™š›œžŸ\xa0¡¢£¥§©ª«\xad®°±²³µ¶·¹º»¼½¾¿")
"""What may follow a letter in honest text: quotes, dashes, signs, a no-break space, letters of Czech and French."""
CLOSING = frozenset("‚„…‹‘’“”–—›«»™©®²³¹")
"""What may follow a capital at the end of a word."""
PICTURES = 0x9F
"""Second byte of emoji; other characters of four bytes are too rare to stand alone."""
MARKS = 0x80
"""Second byte of quotes, dashes and other marks behind `â`: no word that ends in `â` has a euro sign at its side."""
UNSAID = frozenset({"Cn", "Co", "Cs"})
"""Categories of characters that no text means; controls come out of what was read wrongly twice."""


class Run(NamedTuple):
    """A stretch of characters that stand for bytes, where it starts, and the characters at its sides."""

    text: str
    start: int
    before: str
    after: str


class Mended(NamedTuple):
    """A string, and how many of its characters came out of wrongly read bytes."""

    text: str
    characters: int


def mended(text: str) -> Mended:
    """Repair a string until nothing in it can be repaired; what was read wrongly twice is mended twice.

    A run of characters that stand for bytes is repaired where its bytes are UTF-8 as a whole, where reading them
    wrongly again gives the very run, and where nobody writes such a run: see `telling`. If a string has such a run and
    no run whose bytes are not UTF-8, its doubtful ones (`É”`) are repaired with it.
    """
    characters, is_settled = 0, False
    while not is_settled:
        text, more, is_settled = _mended(text)
        characters += more
    return Mended(text, characters)


def _mended(text: str) -> tuple[str, int, bool]:
    """Repair once; also say how many characters came out of it, and whether none of these can be repaired again."""
    runs = list(candidates(text))
    read = [reread(run.text) for run in runs]
    told = [one is not None and telling(run, one) for run, one in zip(runs, read, strict=True)]
    if not any(told):
        return text, 0, True
    all_of_them = None not in read and (all(told) or sum(1 for _ in RUN.finditer(text)) == len(runs))
    parts, end, characters = [], 0, 0
    for run, one, is_telling in zip(runs, read, told, strict=True):
        if one is not None and (is_telling or all_of_them):
            parts += [text[end : run.start], one]
            end, characters = run.start + len(run.text), characters + len(one)
    return "".join([*parts, text[end:]]), characters, not any(SEQUENCE.search(one) for one in parts[1::2])


def candidates(text: str) -> Iterator[Run]:
    """Find the runs that may hold a sequence: all others cannot be UTF-8."""
    data, seen, place, end = text.encode(), 0, 0, 0
    for found in LED.finditer(data):
        place += len(data[seen : found.start()].decode())
        seen = found.start()
        if place >= end:
            start = place
            while start > end and ord(text[start - 1]) in BYTES:
                start -= 1
            run = cast("re.Match[str]", RUN.match(text, start))
            end = run.end()
            yield Run(run[0], start, text[max(start - 1, 0) : start], text[end : end + 1])


def reread(run: str) -> str | None:
    """Read the bytes of a run as UTF-8; None where they are none, or where the way back leads elsewhere."""
    data = bytes(BYTES[ord(sign)] for sign in run)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    encoded = text.encode()
    return text if run in (encoded.decode("latin-1"), "".join(map(WINDOWS.__getitem__, encoded))) else None


def telling(run: Run, text: str) -> bool:
    """Say whether a run that can be read as `text` must be meant so.

    Honest text has a letter before a sign or two (`CAFÉ”`, `voilà »`, `slyšíš“`, `n×½`) that happen to be UTF-8, so
    one sequence alone must hold what nobody writes: behind a letter a sign that no language sets there, an emoji, a
    mark, or `Â` to `Å` at the side of a small letter, or `Â` before a sign where no word in capitals ends. Two in a row
    are no accident.
    """
    if any(unicodedata.category(sign) in UNSAID for sign in text):
        return False
    sequences = [one[0] for one in SEQUENCE.finditer(run.text)]
    if sum(one[0] != "×" for one in sequences) > 1:
        return True
    lead, tail = sequences[0][0], sequences[0][1:]
    if lead == "â" and BYTES[ord(tail[0])] == MARKS:
        return True
    if len(tail) > 1:
        return (
            BYTES[ord(tail[0])] == PICTURES
            if lead == "ð"
            else any(WINDOWS[BYTES[ord(sign)]] not in SET_TYPE for sign in tail)
        )
    if lead == "Â" and WINDOWS[BYTES[ord(tail[0])]] not in CLOSING and not run.before.isupper():
        return True
    return lead in "ÂÃÄÅ" and any("a" <= side <= "z" for side in (run.before, run.after))
