"""Find the terms of lexicons: many distinct ones, dense, beside a way to get in touch, and not in an honest domain."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from curate.core.encoding import check_utf8
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
HELP = re.compile(
    r"举报|报警|报案|投诉|监督|求助|援助|急救|干预|反诈|戒赌|\b(?:report|complain|helpline|emergency|crisis|tip ?line)",
    re.IGNORECASE,
)
ASIDE = 8
"""Characters before a contact within which the word stands that makes it one of those who help: `举报电话`."""
LEAST_SPOKEN = 3
"""Different words of a domain that are needed beside a contact, however few the terms are."""
LETTER = "[0-9a-z]"


def risk_of(path: Path) -> str | None:
    """Return the class that a lexicon's file is named after (`A.1.f.txt`, `A.1.f-slang.txt`); None where it is none."""
    said = path.name.partition("-")[0].removesuffix(path.suffix)
    return said if said in RISKS else None


REMARK = re.compile(r"(?:^|\s)#")


def terms_of(path: Path) -> tuple[str, ...]:
    """Read a lexicon: UTF-8, a term a line; what follows `#` at the start of a line or behind a blank is a remark.

    ConfigError where it is none.
    """
    hint = "a lexicon is UTF-8 text with one term a line"
    try:
        raw = path.read_bytes()
    except OSError as error:
        fact = f"the lexicon {path.name!r} cannot be read: {error.strerror}"
        raise ConfigError(fact, where=str(path), hint=hint) from error
    check_utf8(raw, str(path), path.name)
    lines = raw.decode("utf-8-sig").splitlines()
    terms = tuple(term for line in lines if (term := REMARK.split(line, maxsplit=1)[0].strip()))
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
    """So many times as many words of an honest domain as terms outweigh them: without a contact all that stand there,
    beside one different words and different terms, and only words that no offer uses."""


class Judged(NamedTuple):
    """What a lexicon says of a text."""

    lexicon: str
    terms: int
    """Distinct ones."""
    density: float
    needed: int
    """Distinct terms that were needed."""
    found: bool


class Domains(NamedTuple):
    """The words of honest domains, in small letters, by the name of each."""

    words: Mapping[str, frozenset[str]]
    small_print: frozenset[str] = frozenset()
    """Words that do not count beside a contact."""
    selling: Mapping[str, Sequence[str]] = {}
    """By lexicon, domains that do not count beside a contact."""


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

    def __init__(self, terms: Mapping[str, Sequence[str]], domains: Domains, bounds: Bounds) -> None:
        self.terms = {name: folded_terms(said) for name, said in terms.items()}
        self.domains = domains
        self.bounds = bounds
        self.honest: Finder | None = None

    def strings(self) -> Iterable[str]:
        """Return every term."""
        return (term for terms in self.terms.values() for term in terms)

    def judge(self, text: str, run_on: str, counts: Counts) -> list[Judged]:
        """Judge a text by every lexicon of which a term stands in it; `run_on` is it with its lines joined."""
        said = []
        for name, terms in self.terms.items():
            here = [term for term in counts if term in terms]
            if here:
                said.append(self._judged(name, (text, run_on), {term: counts[term] for term in here}))
        return said

    def _judged(self, name: str, texts: tuple[str, str], counts: Counts) -> Judged:
        (text, run_on), bounds = texts, self.bounds
        least = min(bounds.terms, bounds.alone)
        if len(counts) >= least:
            counts = whole_words(run_on, counts)
        often, distinct = sum(counts.values()), len(counts)
        density = 1000 * often / len(text)
        if distinct < least or density < bounds.density:
            return Judged(name, distinct, density, bounds.alone, found=False)
        said = self._honest(run_on)
        if distinct >= bounds.terms and reached(text):
            spoken = max((len(words) for words in self._against(name, said)), default=0)
            found = spoken < max(bounds.veto * distinct, LEAST_SPOKEN)
            return Judged(name, distinct, density, bounds.terms, found=found)
        weight = max((sum(words.values()) for words in said.values()), default=0)
        return Judged(
            name, distinct, density, bounds.alone, found=distinct >= bounds.alone and weight < bounds.veto * often
        )

    def _honest(self, text: str) -> dict[str, dict[str, int]]:
        """Count the words of each domain."""
        if self.honest is None:
            self.honest = Finder(word for words in self.domains.words.values() for word in words)
        counts = whole_words(text, self.honest.counts(pa.array([text])).get(0, {}))
        return {
            name: {word: counts[word] for word in counts.keys() & words} for name, words in self.domains.words.items()
        }

    def _against(self, lexicon: str, said: Mapping[str, Mapping[str, int]]) -> Iterator[AbstractSet[str]]:
        """Yield, by domain, the different words that speak against a lexicon although there is a contact."""
        selling = self.domains.selling.get(lexicon, ())
        yield from (words.keys() - self.domains.small_print for name, words in said.items() if name not in selling)


def reached(text: str) -> bool:
    """Tell whether a text says how to get in touch, but for those who are told of a crime or give help."""
    return any(not HELP.search(text, max(0, found.start() - ASIDE), found.end()) for found in CONTACT.finditer(text))


def folded_terms(terms: Sequence[str]) -> frozenset[str]:
    """Return terms as a finder spells them: folded and joined as texts are, in small letters."""
    from curate.core.kernels.folding import folded
    from curate.core.kernels.joining import joined

    spelt = joined(folded(pa.array(list(terms), pa.string())))
    return frozenset(term.lower() for term in spelt.to_pylist() if term)


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
