"""Spell the words that a pattern of labels stands for, for peers that want lists of words."""

import re
from itertools import product

MOST = 1000
"""A rule whose labels come to more words than this says none: a list so long helps nobody."""
TOKEN = re.compile(r"\(\?<?[!=:]|[()|]|\[[^\]\\^-]+-?\]|\\[.+*?()|#/ -]|[^\\\[\]{}.*+?^$()|]|\?")
"""One piece of a pattern: the beginning of a look-around or group, a bar, a plain class, a plain sign, an option."""


def words_of(pattern: str) -> list[str]:
    """List what a finite regular expression matches, in its order, each word once; nothing where it is not finite.

    Knows alternatives, groups, classes of single signs and `?`; look-arounds are left out. Of words of which one is a
    part of another the shorter one stays: that is how Presidio compares them with the words of a text.

    >>> words_of("银行卡|(?<!/)card(?: no)?|i[dp]")
    ['银行卡', 'card', 'id', 'ip']
    """
    tokens = TOKEN.findall(pattern)
    if "".join(tokens) != pattern:
        return []
    words, rest = alternatives(tokens)
    known = list(dict.fromkeys(word for word in words if word)) if not rest and len(words) <= MOST else []
    return [word for word in known if not any(one in word for one in known if one != word)]


def alternatives(tokens: list[str]) -> tuple[list[str], list[str]]:
    """Read up to a closing bracket; return the words read and the tokens behind."""
    words: list[str] = []
    row: list[list[str]] = []
    while tokens and tokens[0] != ")":
        piece, *tokens = tokens
        if piece == "|":
            words += joined(row)
            row = []
        elif piece == "?":
            row[-1] = [*row[-1], ""]
        elif piece[0] == "(":
            inner, tokens = alternatives(tokens)
            row += [inner] if piece in {"(?:", "("} else []
            tokens = tokens[1:]
        else:
            row.append(list(piece[1:-1]) if piece[0] == "[" else [piece[-1]])
    return words + joined(row), tokens


def joined(row: list[list[str]]) -> list[str]:
    """Join every choice of every place, as many as there may be."""
    size = 1
    for choices in row:
        size *= len(choices)
    return ["".join(parts) for parts in product(*row)] if size <= MOST else []
