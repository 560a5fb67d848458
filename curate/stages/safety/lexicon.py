"""Find the terms of lexicons: many distinct ones, dense, beside a way to get in touch, and not in an honest domain."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from curate.core.errors import ConfigError
from curate.core.risks import RISKS

Counts = Mapping[str, int]
"""Term, in small letters, to how often it stands in a text."""

CONTACT = re.compile(
    r"(?:微信|薇信|威信|扣扣|电报|纸飞机|\b(?:v信|vx|wx|qq|wechat|weixin|telegram|whatsapp|line|tg))"
    r"\s{0,2}(?:号码|号|群|id)?\s{0,2}[:：是]?\s{0,2}[@+]?[a-z0-9][a-z0-9_-]{4,}"
    r"|(?:电话|手机|热线|联系|咨询|拨打|致电|\b(?:call|text|contact|whatsapp|phone))[^。\n]{0,12}?"
    r"(?:1[3-9]\d{9}|400[- ]?\d{3}[- ]?\d{4}|\+?\d[\d -]{8,14}\d)(?!\d)"
    r"|\b(?:t\.me|wa\.me)/\w{4,}",
    re.IGNORECASE | re.ASCII,
)
"""A messenger or a telephone, and its number: the junk trade needs an answer. A number alone is no contact."""
LETTER = "[0-9a-z]"


def risk_of(path: Path) -> str | None:
    """Return the class that a lexicon's file is named after (`A.1.f.txt`, `A.1.f-slang.txt`); None where it is none."""
    said = path.name.partition("-")[0].removesuffix(path.suffix)
    return said if said in RISKS else None


def terms_of(path: Path) -> tuple[str, ...]:
    """Read a lexicon: UTF-8, a term a line; what follows `#` at the start of a line is a remark. ConfigError if not."""
    hint = "a lexicon is UTF-8 text with one term a line"
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"the lexicon {path.name!r} cannot be read: {error}", where=str(path), hint=hint) from error
    terms = tuple(term for line in lines if (term := line.strip()) and not term.startswith("#"))
    if not terms:
        raise ConfigError(f"the lexicon {path.name!r} holds no term", where=str(path), hint=hint)
    return terms


class Bounds(NamedTuple):
    """When a lexicon is believed."""

    terms: int
    """Distinct terms that are needed beside a contact."""
    alone: int
    """Distinct terms that are needed without."""
    density: float
    """Occurrences in 1,000 characters that are needed."""
    veto: float
    """Without a contact, so many times as many words of an honest domain as terms outweigh them."""


class Judged(NamedTuple):
    """What a lexicon says of a text."""

    lexicon: str
    terms: int
    """Distinct ones."""
    density: float
    needed: int
    """Distinct terms that were needed."""
    found: bool


class Finder:
    """One Aho-Corasick automaton over all strings that any rule wants to see (polars' `extract_many`)."""

    def __init__(self, strings: Iterable[str]) -> None:
        import polars as pl

        self.strings = pl.Series([sorted(set(strings))], dtype=pl.List(pl.String))

    def counts(self, texts: pa.StringArray) -> dict[int, dict[str, int]]:
        """Return, by row, how often each string stands there, overlaps included, letters A to Z in either case."""
        import polars as pl

        column = pl.Series("found", pl.from_arrow(texts), dtype=pl.String)
        found = column.str.extract_many(self.strings, ascii_case_insensitive=True, overlapping=True)
        lines = pl.DataFrame({"row": range(len(texts)), "found": found}, schema_overrides={"row": pl.Int32})
        lines = lines.filter(pl.col("found").list.len() > 0).explode("found")
        lines = lines.with_columns(pl.col("found").str.to_lowercase()).group_by("row", "found").len()
        by_row: dict[int, dict[str, int]] = {}
        for row, string, count in lines.sort("row", "found").iter_rows():
            by_row.setdefault(row, {})[string] = count
        return by_row


class Lexicons:
    """Lexicons by name, and how texts are judged by them."""

    def __init__(
        self, terms: Mapping[str, Sequence[str]], domains: Mapping[str, Sequence[str]], bounds: Bounds
    ) -> None:
        self.terms = {name: frozenset(map(folded, said)) for name, said in terms.items()}
        self.domains = domains
        self.bounds = bounds
        self.honest: Finder | None = None

    def strings(self) -> Iterable[str]:
        """Return every term."""
        return (term for terms in self.terms.values() for term in terms)

    def judge(self, text: str, counts: Counts) -> list[Judged]:
        """Judge a text by every lexicon of which a term stands in it."""
        said = []
        for name, terms in self.terms.items():
            here = [term for term in counts if term in terms]
            if here:
                said.append(self._judged(name, text, {term: counts[term] for term in here}))
        return said

    def _judged(self, name: str, text: str, counts: Counts) -> Judged:
        bounds = self.bounds
        least = min(bounds.terms, bounds.alone)
        if len(counts) >= least:
            counts = whole_words(text, counts)
        often, distinct = sum(counts.values()), len(counts)
        density = 1000 * often / len(text)
        if distinct < least or density < bounds.density:
            return Judged(name, distinct, density, bounds.alone, found=False)
        if distinct >= bounds.terms and CONTACT.search(text):
            return Judged(name, distinct, density, bounds.terms, found=True)
        found = distinct >= bounds.alone and self._honest(text) < bounds.veto * often
        return Judged(name, distinct, density, bounds.alone, found=found)

    def _honest(self, text: str) -> int:
        """Count the words of the domain that has most of them."""
        if self.honest is None:
            self.honest = Finder(word for words in self.domains.values() for word in words)
        counts = whole_words(text, self.honest.counts(pa.array([text])).get(0, {}))
        sums = (sum(counts.get(folded(word), 0) for word in words) for words in self.domains.values())
        return max(sums, default=0)


def folded(term: str) -> str:
    """Return a term as a finder spells it."""
    return term.lower()


def whole_words(text: str, counts: Counts) -> dict[str, int]:
    """Count terms again that begin or end in a letter or digit of ASCII: they must be words, not parts of words."""
    exact = {}
    for term, count in counts.items():
        often = count if not (ascii_edge(term[0]) or ascii_edge(term[-1])) else len(word(term).findall(text))
        if often:
            exact[term] = often
    return exact


def ascii_edge(character: str) -> bool:
    """Tell whether a character is a letter or digit of ASCII."""
    return character.isascii() and character.isalnum()


@cache
def word(term: str) -> re.Pattern[str]:
    """Compile a term that must stand alone on the sides where it ends in ASCII; an English plural is the same word."""
    before = f"(?<!{LETTER})" if ascii_edge(term[0]) else ""
    after = f"s?(?!{LETTER})" if ascii_edge(term[-1]) else ""
    return re.compile(f"{before}{re.escape(term)}{after}", re.IGNORECASE | re.ASCII)
