"""Further mentions of a person whom a rule has found by name: the same name, anywhere in the same text."""

from bisect import bisect_left
from collections.abc import Sequence

MOST_NAMES = 100
"""So many different names of one text, in order, are looked for again: the work stays linear in the text."""
FULL_HAN, SHORT_HAN = 3, 2
"""A Chinese name of three signs or more is the same wherever it stands, one of two only where a clause begins."""


def mentions(text: str, names: Sequence[tuple[int, int]], taken: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return where the names text[start:end] stand again; `taken` are stretches in text order that stay as they are.

    English names count in full only (two words), surnames and single signs never.
    """
    found: list[tuple[int, int]] = []
    busy, same = sorted(taken), {*taken}
    known = dict.fromkeys(text[start:end] for start, end in names)
    for name in list(known)[:MOST_NAMES]:
        if not (is_han(name) or " " in name):
            continue
        again = []
        at = text.find(name)
        while at >= 0:
            end = at + len(name)
            if (at, end) not in same and is_mention(text, at, end) and is_free(busy, at, end):
                again.append((at, end))
            at = text.find(name, end)
        found += again
        busy = sorted(busy + again) if again else busy
    return found


def is_han(name: str) -> bool:
    """Tell whether a name is Chinese and long enough to mean somebody."""
    return len(name) >= SHORT_HAN and all("\u4e00" <= sign <= "\u9fff" or sign in "·•・‧" for sign in name)


def is_mention(text: str, start: int, end: int) -> bool:
    """Tell whether text[start:end] stands by itself and not inside a longer word."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if not is_han(text[start:end]):
        return not (before.isalnum() or after.isalnum())
    return end - start >= FULL_HAN or not "\u4e00" <= before <= "\u9fff"


def is_free(busy: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Tell whether text[start:end] overlaps none of the stretches, which are in order and do not overlap."""
    place = bisect_left(busy, (start, end))
    follows = place < len(busy) and busy[place][0] < end
    return not follows and not (place and busy[place - 1][1] > start)
