"""Texts to time: real ones drawn by chance, planted ones, and single records that are long or made to be slow."""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from random import Random

from benchmarks.corpora import made, pool, sentences
from benchmarks.measure import MEGABYTE
from benchmarks.pii_planted import english, planted
from benchmarks.pii_sets import cut, prose
from benchmarks.pii_values import digits

Texts = dict[str, tuple[str, list[str]]]
"""Name to (language, texts)."""

PART_BYTES = 2_000_000
"""Half a batch of a run: what a batch costs by itself weighs no more here than there."""
LONGEST = 4_000
"""Characters of a record in the part that peers are given: Presidio's time grows with the square of a text."""


def drawn(texts: Sequence[str], size: int, seed: int) -> list[str]:
    """Draw texts until they have so many bytes together; all of them where they are fewer."""
    order = list(texts)
    Random(seed).shuffle(order)  # noqa: S311 - the same again, no secrets
    taken: list[str] = []
    for text in order:
        if size <= 0:
            break
        taken.append(text)
        size -= len(text.encode())
    return taken


def whole(root: Path, megabytes: int, seed: int) -> Texts:
    """Return the texts on which curate is timed alone: records as long as they are."""
    size = megabytes * MEGABYTE
    said: Texts = {name: (language, drawn(texts, size, seed)) for name, (language, texts) in prose(root).items()}
    said["made-up Chinese"] = "zh", drawn(list(islice(made("zh"), 2_000)), size, seed)
    said["planted zh"] = "zh", [one.text for one in planted(8_000, seed)]
    lines, _ = pool("en", made_up=False)
    spoken = [piece for line in lines[:20_000] for piece in sentences(line) if len(piece) > len("Table 1.")]
    said["planted en"] = "en", english(4_000, spoken, seed)
    return said


def part(texts: Texts, seed: int) -> Texts:
    """Return what curate and its peers are timed on side by side: less of it, in records that no peer chokes on."""
    return {
        name: (language, drawn([piece for text in some for piece in cut(text, LONGEST)], PART_BYTES, seed))
        for name, (language, some) in texts.items()
    }


def single(texts: Texts, seed: int) -> Texts:
    """Return single records: long prose, long and full of values, and what makes patterns backtrack."""
    draw = Random(seed)  # noqa: S311 - likewise
    return {
        "1 MB of statutes": ("zh", [record(texts["statutes"][1])]),
        "1 MB of minutes": ("en", [record(texts["Fed minutes"][1])]),
        "1 MB of planted values": ("zh", [record(texts["planted zh"][1])]),
        "'a.' * 5,000": ("en", ["a." * 5_000]),
        "10 MB of digits": ("zh", [digits(draw, 10 * MEGABYTE)]),
    }


def record(texts: Sequence[str]) -> str:
    """Put texts into one of a megabyte."""
    joined = "\n".join(texts).encode()[:MEGABYTE]
    return joined.decode("utf-8", errors="ignore")
