"""Raw text as it comes, good and bad together, and clean text of the same fields that is not in it."""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

from benchmarks.ngrams import Ids, points_of
from benchmarks.quality_junk import EN_MENU, KINDS, ZH_MENU, junk
from benchmarks.quality_sets import SETS, answers, files

GOOD = {
    "zh": ("zh statutes", "zh exams and judgments", "zh consultations"),
    "en": ("en Fed minutes", "en Fed speeches", "en abstracts", "en security guides", "en standards (RFC)"),
}
"""Categories of benchmarks/quality_sets.py that raw text has, in equal bytes."""
CLEAN = {"zh": GOOD["zh"], "en": ("en Fed minutes", "en abstracts", "en security guides")}
"""Categories of which texts are held out: speeches carry the menu of their site, standards heads and feet of pages."""
GOOD_BYTES, HELD_BYTES = 3_000_000, 300_000
"""Of each language."""
LONGEST_BYTES = 100_000
"""No text is longer, so that the bytes of a category are more than a few texts."""
WINDOW, SHARED = 26, 0.2
"""Characters of a window, and the share of them that a held-out text may have in common with raw text."""
EVERY = 8
"""Windows are compared that have one of so many numbers, the same in all texts."""
FRAMED = 6
"""Entries of a menu at the head, and again at the foot, of a copy on another site."""


@dataclass(frozen=True)
class Text:
    """A text and what it is: `good`, or a kind of dirt."""

    kind: str
    text: str

    @property
    def size(self) -> int:
        """Its bytes in UTF-8."""
        return len(self.text.encode("utf-8", "replace"))


@dataclass
class Mix:
    """Raw texts of one language in an order of chance, and texts that are held out."""

    raw: list[Text]
    held: list[str]
    left_out: int = 0
    """Texts drawn to be held out that shared too much with raw text."""
    sizes: dict[str, int] = field(default_factory=dict)
    """Bytes by kind."""

    @property
    def tally(self) -> tuple[int, int, int]:
        """Return how many texts are held out, of how many characters, and how many were left out."""
        return len(self.held), sum(map(len, self.held)), self.left_out


@cache
def pool(root: Path, name: str) -> tuple[str, ...]:
    """Return the texts of a category, each once."""
    read = SETS[name][1]
    return tuple(dict.fromkeys(text for text in read(root) if text.strip() and len(text.encode()) <= LONGEST_BYTES))


def taken(texts: Iterator[str], size: int) -> list[str]:
    """Take texts until they have so many bytes, or are at an end."""
    found: list[str] = []
    while size > 0 and (text := next(texts, None)) is not None:
        found.append(text)
        size -= len(text.encode("utf-8", "replace"))
    return found


def mixed(root: Path, language: str, share: float, seed: int) -> Mix:
    """Draw a mix of which `share` of the bytes is dirt; the same good and held-out texts for any share."""
    draw = random.Random(f"{seed} {language}")  # noqa: S311 - the same mix again, no secrets
    good: list[str] = []
    drawn: list[str] = []
    for name in GOOD[language]:
        texts = list(pool(root, name))
        draw.shuffle(texts)
        left = iter(texts)
        drawn += taken(left, HELD_BYTES // len(CLEAN[language])) if name in CLEAN[language] else []
        good += taken(left, GOOD_BYTES // len(GOOD[language]))
    wanted = sum(len(text.encode()) for text in good) * share / (1 - share)
    raw = [Text("good", text) for text in good]
    raw += [Text(kind, text) for kind, some in dirt(root, language, good, wanted, draw).items() for text in some]
    draw.shuffle(raw)
    held = apart(drawn, [one.text for one in raw])
    sizes: dict[str, int] = {}
    for one in raw:
        sizes[one.kind] = sizes.get(one.kind, 0) + one.size
    return Mix(raw, held, len(drawn) - len(held), sizes)


def dirt(root: Path, language: str, good: Sequence[str], wanted: float, draw: random.Random) -> dict[str, list[str]]:
    """Return dirt by kind, each of an equal part of the bytes wanted, as far as there is so much of it."""
    each = int(wanted / len(DIRT))
    return {kind: taken(make(root, language, good, draw), each) for kind, make in DIRT.items()}


def copies(_: Path, __: str, good: Sequence[str], draw: random.Random) -> Iterator[str]:
    """Yield good texts again, some more often than others."""
    while True:
        yield draw.choice(good)


def framed(_: Path, language: str, good: Sequence[str], draw: random.Random) -> Iterator[str]:
    """Yield good texts as another site shows them: a menu before, a menu and a date behind."""
    entries = ZH_MENU if language == "zh" else EN_MENU
    while True:
        head, foot = draw.sample(entries, FRAMED), draw.sample(entries, FRAMED)
        date = f"20{draw.randint(10, 25)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"
        yield "\n".join((*head, draw.choice(good), date, *foot))


def low_quality(root: Path, language: str, _: Sequence[str], draw: random.Random) -> Iterator[str]:
    """Yield what was not written to be read by others: answers of base models in Chinese, mail in English."""
    if language == "zh":
        texts = [text for model, some in answers(root).items() if model != "GPT4" for text in some if text.strip()]
    else:
        texts = [*files(root, "en_mail_spamassassin_2002/**/*.txt")]
    draw.shuffle(texts)
    yield from texts


def markup(root: Path, language: str, _: Sequence[str], draw: random.Random) -> Iterator[str]:
    """Yield pages as they were fetched, with their HTML."""
    if language == "zh":
        texts = [*files(root, "zh_web_debian_guide_archpair/**/*.html")]
    else:
        lines = (root / "fmt_dingo_html_compare/test_compare_content.jsonl").read_bytes().splitlines()
        texts = [json.loads(line)["html"] for line in lines]
    draw.shuffle(texts)
    yield from texts


def made(_: Path, language: str, good: Sequence[str], draw: random.Random) -> Iterator[str]:
    """Yield junk of every kind of benchmarks/quality_junk.py in turn."""
    kinds = [kind for kind, (of, _) in KINDS.items() if of == language]
    while True:
        some = junk({"zh": good, "en": good}, 20, draw.randrange(2**32))
        for place in range(20):
            yield from (some[kind][place] for kind in kinds)


DIRT: dict[str, Callable[[Path, str, Sequence[str], random.Random], Iterator[str]]] = {
    "copies": copies,
    "copies in a frame": framed,
    "low quality": low_quality,
    "markup": markup,
    "made junk": made,
}


def windows(text: str) -> Ids:
    """Return a number for each stretch of WINDOW characters, blanks and case aside: those with EVERY-th numbers."""
    points = points_of("".join(text.casefold().split()))
    if len(points) < WINDOW:
        return np.empty(0, np.int64)
    numbers = np.zeros(len(points) - WINDOW + 1, np.int64)
    for place in range(WINDOW):  # polynomial modulo 2**64
        numbers = numbers * np.int64(1_000_003) + points[place : len(points) - WINDOW + 1 + place]
    mixture = numbers ^ (numbers >> np.int64(29))
    return np.unique(numbers[mixture * np.int64(0x1F3D5B79) >> np.int64(20) & np.int64(EVERY - 1) == 0])


def apart(texts: Sequence[str], others: Sequence[str]) -> list[str]:
    """Return the texts at most SHARED of whose windows stand in any of the others: no near duplicate, no excerpt."""
    known = np.unique(np.concatenate([windows(text) for text in others]))
    found: list[str] = []
    for text in dict.fromkeys(texts):
        own = windows(text)
        place = np.minimum(np.searchsorted(known, own), len(known) - 1)
        if len(own) and (known[place] == own).mean() <= SHARED:
            found.append(text)
    return found
