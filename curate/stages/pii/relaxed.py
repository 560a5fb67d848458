"""Say in Rust's words how whatever a pattern matches begins, so that one quick scan leaves out most places to try."""

from collections.abc import Iterable, Mapping
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any

import numpy as np

from curate.stages.pii.required import EMPTY, REPEATS

if TYPE_CHECKING:
    from curate.core.kernels.landmarks import Bits
    from curate.core.kernels.strings import Places
    from curate.stages.pii.marks import Beginning

LONGEST = 48
"""Characters of a match that are looked at: nearly all values of digits end before."""
BEFORE = 2
"""Characters before a digit run that may belong to a value."""
LETTERS, OPEN = "A-Za-z", "+(（"
NOTHING = "[^\\x{0}-\\x{10FFFF}]"
"""Matches nowhere."""
FEW, CHUNK = 100, 50_000
ALWAYS = np.uint64(1)
"""The bit of what needs no label."""
Said = tuple[str, int, bool]
"""A part of a pattern in Rust's words, how many characters it takes at most, and whether nothing is left out."""


def beginning(pattern: str) -> str:
    r"""Return a pattern without look-around that matches the first LONGEST characters of whatever a pattern matches.

    It may match more: what Rust's regex does not know, and what lies too far behind, is left out with all that follows.
    Of what must not follow one character alone is known, where nothing else comes behind.

    >>> beginning("(?<![0-9])[0-9]{3}(?P<a>[ -])x(?P=a)y(?i:z)")
    '[0-9]{3,3}(?:[ \\x{2d}])x(?:[ \\x{2d}])y'
    """
    return row(_parser.parse(pattern), LONGEST, {}, last=True)[0]


def row(tree: Iterable[tuple[Any, Any]], room: int, groups: dict[int, Any], *, last: bool = False) -> Said:
    """Write pieces one behind the other, as long as there is room; `last`: nothing comes behind."""
    texts: list[str] = []
    taken = 0
    pieces = list(tree)
    ends = max((place for place, one in enumerate(pieces) if one[0] not in EMPTY), default=-1)
    for place, (operator, said) in enumerate(pieces):
        if last and place == ends + 1 and operator is ops.ASSERT_NOT:
            texts.append(nothing_of(*said))
            continue
        text, most, whole = piece(operator, said, room - taken, groups, last=last and place == len(pieces) - 1)
        texts.append(text)
        taken += most
        if not whole:
            return "".join(texts), taken, False
    return "".join(texts), taken, True


def nothing_of(direction: int, tree: Any) -> str:
    """Write that none of some characters follows; nothing where more is asked."""
    one = one_of(*tree[0]) if direction > 0 and len(tree) == 1 else ""
    return f"(?:[^{one.strip('[]')}]|$)" if one and "^" not in one else ""


def piece(operator: Any, said: Any, room: int, groups: dict[int, Any], *, last: bool = False) -> Said:
    """Write one piece; nothing, and that it is not whole, where that cannot be done."""
    if operator in EMPTY:
        return "", 0, True
    if operator is ops.BRANCH:
        ways = [row(one, room, groups, last=last) for one in said[1]]
        return f"(?:{'|'.join(way[0] for way in ways)})", max(way[1] for way in ways), all(way[2] for way in ways)
    if operator in REPEATS:
        return repeated(said, room, groups)
    if operator is ops.GROUPREF and said in groups:
        text, most, whole = row(groups[said], room, groups)
        return f"(?:{text})", most, whole
    if operator is ops.ATOMIC_GROUP or (operator is ops.SUBPATTERN and not (said[1] or said[2])):
        inner = said if operator is ops.ATOMIC_GROUP else said[3]
        if operator is ops.SUBPATTERN:
            groups[said[0]] = inner
        text, most, whole = row(inner, room, groups, last=last)
        return f"(?:{text})", most, whole
    sign = one_of(operator, said)
    return (sign, 1, True) if sign and room > 0 else ("", 0, False)


def repeated(said: tuple[Any, Any, Any], room: int, groups: dict[int, Any]) -> Said:
    """Write a repeated piece, or as many of those that have to be there as there is room for."""
    least, most, inner = said
    text, size, whole = row(inner, room, groups)
    if whole and not size:
        return "", 0, True
    if whole and int(most) * size <= room:
        single, group = len(inner) == 1 and inner[0][0] is ops.IN, f"(?:{text})"
        bounds = "?" if (int(least), int(most)) == (0, 1) else f"{{{least},{most}}}"
        return f"{text if single else group}{bounds}", int(most) * size, True
    if not int(least):
        return "", 0, False
    copies = min(int(least), room // max(size, 1)) if whole else 1
    return f"(?:{text}){{{copies}}}", copies * size, False


def one_of(operator: Any, said: Any) -> str:
    """Write one character or class; nothing for a class of what two Unicode tables may know differently."""
    if operator is ops.LITERAL:
        return escaped(said)
    if operator is not ops.IN:
        return ""
    parts: list[str] = []
    for kind, value in said:
        if kind is ops.NEGATE:
            parts.append("^")
        elif kind is ops.LITERAL:
            parts.append(escaped(value))
        elif kind is ops.RANGE:
            parts.append(f"{escaped(value[0])}-{escaped(value[1])}")
        else:
            return ""
    return f"[{''.join(parts)}]"


def escaped(code: int) -> str:
    """Write a character so that it means itself, in a class too."""
    sign = chr(code)
    return sign if sign.isalnum() or sign == " " else f"\\x{{{code:x}}}"


def scan(beginnings: Iterable["Beginning"]) -> str:
    """Return a pattern that matches two characters before a digit run, and what follows, where a value may begin."""
    by_lead: dict[str, list[str]] = {}
    for one in beginnings:
        for lead in one.leads:
            by_lead.setdefault(lead, []).append(f"(?:{beginning(one.pattern)})")
    bare, after, behind = ("|".join(by_lead.get(lead, [NOTHING])) for lead in ("digit", "letter", "behind"))
    signs = f"[{LETTERS}_-]" if "code" in by_lead else NOTHING
    ways = f"[^{LETTERS}{OPEN}](?:{bare})|[{OPEN}]|{signs}|[{LETTERS}](?:{behind})"
    return f"^(?:(?s:.)(?:{ways})|(?s:.)?(?:{after}))"


def worth_trying(scan: str, texts: Mapping[int, str], runs: "Places", bits: "Bits") -> "Bits":
    """Return the bits of digit runs without that of the patterns that need no label where none of them begins.

    `scan` is what `scan` makes of these patterns. So few runs as a pattern is sooner tried at than compiled for all
    keep the bit.
    """
    import polars as pl

    left = bits.copy()
    asked = np.flatnonzero(((bits & ALWAYS) > 0) & (runs[:, 1] >= BEFORE))
    for first in range(0, len(asked) if len(asked) > FEW else 0, CHUNK):
        some = asked[first : first + CHUNK]
        places = zip(runs[some, 0].tolist(), runs[some, 1].tolist(), strict=True)
        parts = [texts[row][at - BEFORE : at + LONGEST] for row, at in places]
        begin = pl.Series(parts, dtype=pl.String).str.contains(scan).to_numpy()
        left[some[~begin]] &= ~ALWAYS
    return left
