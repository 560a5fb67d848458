"""Undo UTF-8 that was read as Latin-1 or Windows-1252, where that loses nothing."""

import re
import unicodedata
from typing import NamedTuple

CODECS = ("latin-1", "windows-1252")


def _said(byte: int) -> str:
    """Return what decoders in use make of a byte of Windows-1252: the five that it leaves open are controls (WHATWG)."""
    return bytes([byte]).decode("cp1252") if byte not in {0x81, 0x8D, 0x8F, 0x90, 0x9D} else chr(byte)


WINDOWS = "".join(map(_said, range(0x100)))
BYTES = {ord(sign): byte for byte, sign in enumerate(WINDOWS)} | {byte: byte for byte in range(0x80, 0x100)}
"""The byte that a character stands for in either of the two."""
TAIL = "".join(map(re.escape, sorted({chr(code) for code, byte in BYTES.items() if 0x80 <= byte < 0xC0})))
SEQUENCE = re.compile(f"[Â-ß][{TAIL}]|[à-ï][{TAIL}]{{2}}|[ð-ô][{TAIL}]{{3}}")
RUN = re.compile(f"[{TAIL}À-ÿ]+")
"""A stretch that a wrong decoder may have made: nothing but characters that stand for bytes beyond ASCII."""

SET_TYPE = frozenset("€‚„…†‡‰Š‹ŒŽ‘’“”•–—™š›œžŸ\xa0¡¢£¥§©ª«\xad®°±²³µ¶·¹º»¼½¾¿")
"""What may follow a letter in honest text: quotes, dashes, signs, a no-break space, letters of Czech and French."""
CLOSING = frozenset("‚„…‹‘’“”–—›«»™©®²³¹")
"""What may follow a capital at the end of a word."""
PICTURES = 0x9F
"""Second byte of emoji; other characters of four bytes are too rare to stand alone."""
UNSAID = frozenset({"Cn", "Co", "Cc", "Cs"})


class Mended(NamedTuple):
    """A string, and how many of its characters came out of wrongly read bytes."""

    text: str
    characters: int


def mended(text: str) -> Mended:
    """Repair a string until nothing in it can be repaired; what was read wrongly twice is mended twice.

    A run of characters that stand for bytes is repaired where its bytes are UTF-8 as a whole, where reading them wrongly
    again gives the very run, and where nobody writes such a run: see `telling`. If a string has such a run and no run
    whose bytes are not UTF-8, its doubtful ones (`É”`) are repaired with it.
    """
    characters = 0
    while (once := _mended(text)).characters:
        text, characters = once.text, characters + once.characters
    return Mended(text, characters)


def _mended(text: str) -> Mended:
    runs = list(RUN.finditer(text))
    read = [reread(run[0]) for run in runs]
    told = [one is not None and telling(run, one) for run, one in zip(runs, read, strict=True)]
    if not any(told):
        return Mended(text, 0)
    all_of_them = None not in read
    parts, end, characters = [], 0, 0
    for run, one, is_telling in zip(runs, read, told, strict=True):
        if one is not None and (is_telling or all_of_them):
            parts += [text[end : run.start()], one]
            end, characters = run.end(), characters + len(one)
    return Mended("".join([*parts, text[end:]]), characters)


def reread(run: str) -> str | None:
    """Read the bytes of a run as UTF-8; None where they are none, or where the way back leads elsewhere."""
    data = bytes(BYTES[ord(sign)] for sign in run)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    encoded = text.encode()
    return text if run in (encoded.decode("latin-1"), "".join(map(WINDOWS.__getitem__, encoded))) else None


def telling(run: re.Match[str], text: str) -> bool:
    """Say whether a run that can be read as `text` must be meant so.

    Honest text has a letter before a sign or two (`CAFÉ”`, `voilà »`, `slyšíš“`, `n×½`) that happen to be UTF-8, so one
    sequence alone must hold what nobody writes: behind a letter a sign that no language sets there, an emoji, or `Â` to `Å` at the
    side of a small letter, or `Â` before a sign where no word in capitals ends. Two in a row are no accident.
    """
    if any(unicodedata.category(sign) in UNSAID for sign in text):
        return False
    sequences = [one[0] for one in SEQUENCE.finditer(run[0])]
    if sum(one[0] != "×" for one in sequences) > 1:
        return True
    lead, *tail = sequences[0]
    if len(tail) > 1:
        return BYTES[ord(tail[0])] == PICTURES if lead == "ð" else any(WINDOWS[BYTES[ord(sign)]] not in SET_TYPE for sign in tail)
    before = run.string[run.start() - 1 : run.start()]
    after = run.string[run.end() : run.end() + 1]
    if lead == "Â" and WINDOWS[BYTES[ord(tail[0])]] not in CLOSING and not before.isupper():
        return True
    return lead in "ÂÃÄÅ" and any("a" <= side <= "z" for side in (before, after))
