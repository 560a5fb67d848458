"""Words of an industry, which find the first examples where the user has none."""

import re
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from curate.core.encoding import check_utf8
from curate.core.errors import ConfigError
from curate.core.files import digest_of

Industry = Literal["finance", "healthcare", "legal", "manufacturing", "energy", "cybersecurity"]
INDUSTRIES: tuple[str, ...] = get_args(Industry)
DISTINCT = 3
"""A record is a first example from so many different words on: one or two are said anywhere."""
LETTERED = 0x530
"""Greek, Latin and Cyrillic lie below: scripts whose words stand by themselves. Others take particles, or no spaces."""
SPELT = rf"[^\W\u{LETTERED:04x}-\u1dff\u2000-\U0010ffff]"
"""A letter or digit of those scripts (more of Latin lies at U+1E00): beside one a word is part of another one."""
REMARK = re.compile(r"(?:^|\s)#")
SPREAD = 200
"""Units by which the length of a text is padded where words are weighed against it, so that no line wins by one."""


class Lexicon(NamedTuple):
    """The words of an industry: one pattern for those in letters, which stand as words, and one for all others.

    A word in letters ends where Han begins, as in SCADA系统. White space in a phrase stands for any, line ends too.
    """

    latin: re.Pattern[str] | None
    other: re.Pattern[str] | None
    words: int
    sha256: str

    def distinct(self, text: str) -> int:
        """Count the different words of the lexicon in a text."""
        folded = text.lower()
        found = {hit for pattern in (self.latin, self.other) if pattern for hit in pattern.findall(folded)}
        return len({" ".join(hit.split()) for hit in found})


def shipped(industry: str) -> Path:
    """Return the lexicon of an industry that comes with the package."""
    return Path(__file__).with_name("lexicons") / f"{industry}.txt"


def lexicon_in(path: Path) -> Lexicon:
    """Read a lexicon: UTF-8, a word or a phrase a line; ConfigError where it holds too few.

    What follows `#` at the start of a line or behind a blank is a remark: `C#` is a word.
    """
    if not path.is_file():
        hint = "give a text file with a word or a phrase a line"
        raise ConfigError(f"there is no lexicon {str(path)!r}", where="lexicon", hint=hint)
    return _read(path, digest_of(path))


@cache
def _read(path: Path, _digest: str) -> Lexicon:
    raw = path.read_bytes()
    check_utf8(raw, str(path), path.name)
    lines = raw.decode("utf-8-sig").splitlines()
    words = sorted(
        {" ".join(REMARK.split(line, maxsplit=1)[0].lower().split()) for line in lines} - {""},
        key=lambda w: (-len(w), w),
    )
    if len(words) < DISTINCT:
        hint = f"give {DISTINCT} or more, a word or a phrase a line"
        raise ConfigError(f"{len(words)} words are too few", where=str(path), hint=hint)
    latin = [word for word in words if ord(max(word)) < LETTERED]
    other = [word for word in words if ord(max(word)) >= LETTERED]
    said = sha256("\n".join(words).encode()).hexdigest()
    either = ["|".join(r"\s+".join(map(re.escape, word.split())) for word in some) for some in (latin, other)]
    bounded = re.compile(rf"(?<!{SPELT})(?:{either[0]})(?!{SPELT})") if latin else None
    return Lexicon(bounded, re.compile(either[1]) if other else None, len(words), said)
