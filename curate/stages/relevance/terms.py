"""The terms that speak most for a text, as far as they may be shown."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from curate.core.kernels.relevance import BUCKETS, FOLDS, Bags, masses, terms_of
from curate.core.kernels.strings import views
from curate.stages.relevance.learning import SCALE

SHOWN = 20
SHARE, FEWEST = 0.2, 5
"""A term is shown that stands in a fifth of the examples and in five at least: what one record says is never quoted,
and a person whom every fifth document names is no private matter of one."""
READ_CHARS = 20_000
"""Terms are looked for in so many characters of an example."""
UNIT = re.compile(r"[\u3400-\u9fff]|[A-Za-z]+(?:_[A-Za-z]+)*|\w+|[^\w\s]")


class Term(NamedTuple):
    """A word, a character or two of them, its weight in nats, and the share of the examples that say it."""

    text: str
    weight: float
    share: float


def top_terms(texts: Sequence[str], good: Bags, models: NDArray[np.int16]) -> list[Term]:
    """Return the terms that add most to the scores of the examples, the heaviest first; folds are averaged."""
    weights = models.reshape(FOLDS, BUCKETS).mean(axis=0)
    spoken, lower = Counter[str](), Counter[str]()
    for text in texts:
        units = list(units_in(text[:READ_CHARS]))
        spoken.update({term.lower() for term in units})
        lower.update({term for term in units if term == term.lower()})
    least = max(FEWEST, SHARE * len(texts))
    # a name is written with a capital: what is hardly ever without one is not shown
    names = sorted(term for term, count in spoken.items() if count >= least and 2 * lower[term] >= count)
    if not names:
        return []
    buckets, sizes = terms_of(views(pa.array(names, pa.string())))
    mass = masses(good, np.full(len(texts), 1 / len(texts)), 1)
    said = [
        (mass[bucket] * float(weights[bucket]), -place)
        for place, (bucket, count) in enumerate(zip(buckets.tolist(), sizes.tolist(), strict=True))
        if count == len(names[place].split(" ")) or not names[place].isascii()
    ]
    chosen = [-place for gain, place in sorted(said, reverse=True)[:SHOWN] if gain > 0]
    return [
        Term(
            names[place], round(float(weights[buckets[place]]) / SCALE, 3), round(spoken[names[place]] / len(texts), 3)
        )
        for place in chosen
    ]


def units_in(text: str) -> Iterator[str]:
    """Yield the words and characters of a text, and each two in a row that no mark and no digit parts."""
    units = UNIT.findall(text)
    plain = [(unit.isalpha() and unit.isascii()) or "\u3400" <= unit[0] <= "\u9fff" for unit in units]
    yield from (unit for unit, fits in zip(units, plain, strict=True) if fits)
    for (one, fits), (two, fit) in pairwise(zip(units, plain, strict=True)):
        if fits and fit and one.isascii() == two.isascii():
            yield f"{one} {two}" if one.isascii() else one + two
