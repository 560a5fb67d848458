"""Learn what tells good examples from the stream, and say on held-out ones how well it does."""

from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curate.core.kernels.relevance import BUCKETS, FOLDS, Bags, Descent, Examples, descend, joined, masses, means

Floats = NDArray[np.float64]

PRIOR = 1.0
"""The ratio of Xie et al. (2023, arXiv 2302.03169), smoothed by one text in which every bucket has the same share.
On the tasks of `python -m benchmarks relevance`, adding 1 to counts instead costs up to .05 of AUC."""
STEPS, PULL, PACE = 20, 2e-4, 0.02
"""Few steps near the ratio. Of two paces and two lengths tried on nine tasks none moved AUC by more than .003 on eight,
up or down; on the ninth, where even the ratio comes only to .887, longer steps lost .007."""
FLAT = 1e-7
"""Added to the mean square of a share, so that a bucket which hardly occurs does not run away."""
ALIKE = 0.25
"""Texts of the stream that score above so large a share of the examples are what is sought, and are not learnt from as
anything else. Of .25, .5 and .75 on five tasks this share gained most or as much: .03 to .6 of a point of AUC where 5 %
of the stream are sought, .1 to 1.3 where 30 % are (accounting among manuals, 97.4 to 98.3)."""
TIE = 1e-5
"""So much below the threshold, in nats, a text still passes: the scores of equal terms are added in another order here
and when a record is judged."""
LIMIT = 7.99
"""Largest weight: with SCALE, the largest that fits into 16 bits."""
SCALE = 4096


class Learned(NamedTuple):
    """The models of all folds, one behind the other (int16, SCALE is 1 nat), and what they are worth.

    Each text is judged by the model of its fold, which has not seen it; so it is with every text that comes later.
    """

    weights: NDArray[np.int16]
    threshold: float
    auc: float
    recall: float
    passing: float
    """Share of the sampled stream that passes."""
    passes: tuple[NDArray[np.bool_], NDArray[np.bool_]]
    """Which of the examples, and which of the stream, pass: each judged by a model that has not seen it."""


def learned(good: Bags, stream: Bags, keep_recall: float) -> Learned:
    """Learn a model for each fold, from all texts of the others but those of the stream that are like the examples.

    The threshold is that of `quantile`. The stream may hold what is sought, which lowers `auc`, never the ranking.
    """
    every = joined([dealt(good), dealt(stream)])
    n = len(good.bounds) - 1
    sides = np.where(np.arange(len(every.folds)) < n, 1.0, -1.0)
    held, models, sought = np.zeros(len(sides)), [], alike(every, sides)
    for fold in range(FOLDS):
        out = every.folds == fold
        models.append(np.round(fitted(every, sides, ~out & ~sought[fold]) * SCALE))
        held[out] = means(every, models[-1] / SCALE)[out]
    low = quantile(held[:n], 1 - keep_recall) - TIE
    passes = held >= low
    return Learned(
        np.concatenate(models).astype(np.int16),
        float(np.float32(low)),
        auc(held[:n], held[n:]),
        float(passes[:n].mean()),
        float(passes[n:].mean()),
        (passes[:n], passes[n:]),
    )


def dealt(some: Bags) -> Bags:
    """Deal texts out to the folds in turn where all are of one, being copies: a model needs some of each side."""
    alone = len(some.folds) > 1 and (some.folds == some.folds[0]).all()
    return some._replace(folds=np.arange(len(some.folds)) % FOLDS) if alone else some


def alike(every: Bags, sides: Floats) -> NDArray[np.bool_]:
    """Return for each fold which texts of the stream are like the examples, told from the texts of the others alone.

    What a text is like, the plain ratio of the texts of the three further folds says: so neither the texts of the fold
    nor its own words have a part in it. Never more than half of the stream is taken for what is sought.
    """
    folds, good = every.folds, sides > 0
    within = [[side & (folds == fold) for fold in range(FOLDS)] for side in (good, ~good)]
    mass = np.array([[masses(every, mine.astype(np.float64), 1) for mine in side] for side in within])
    counts = np.array([[mine.sum() for mine in side] for side in within])
    said, found = np.zeros((FOLDS, len(sides))), np.zeros((FOLDS, len(sides)), np.bool_)
    for one, two in combinations(range(FOLDS), 2):
        rest = [fold for fold in range(FOLDS) if fold not in {one, two}]
        sought, others = (mass[side, rest].sum(0) / max(counts[side, rest].sum(), 1) for side in (0, 1))
        scores = means(every, ratio(sought, others))
        said[one, folds == two], said[two, folds == one] = scores[folds == two], scores[folds == one]
    for fold in range(FOLDS):
        mine, stream = good & (folds != fold), ~good & (folds != fold)
        if mine.any() and stream.any():
            low = max(np.quantile(said[fold, mine], ALIKE), np.median(said[fold, stream]))
            found[fold] = stream & (said[fold] > low)
    return found


def ratio(good: Floats, others: Floats) -> Floats:
    """Return the log ratio of two shares of each bucket, smoothed by PRIOR."""
    flat = PRIOR / BUCKETS
    return np.clip(np.log((good + flat) / (others + flat)), -LIMIT, LIMIT)


def fitted(every: Bags, sides: Floats, used: NDArray[np.bool_]) -> Floats:
    """Return the weights learnt from the texts that are `used`: the smoothed ratio, then logistic steps."""
    loads = np.where(sides > 0, used / max((used & (sides > 0)).sum(), 1), used / max((used & (sides < 0)).sum(), 1))
    start = ratio(masses(every, loads * (sides > 0), 1), masses(every, loads * (sides < 0), 1))
    said = means(every, start)
    scale, offset = discriminant(said[used & (sides > 0)], said[used & (sides < 0)])
    pace = PACE / np.sqrt(masses(every, loads, 2) + FLAT)
    return np.clip(
        descend(every, Examples(sides, loads), (start, pace), Descent(scale, offset, PULL, STEPS)), -LIMIT, LIMIT
    )


def discriminant(good: Floats, others: Floats) -> tuple[float, float]:
    """Return the scale and offset that turn scores into log odds where both kinds are spread alike (Fisher 1936)."""
    spread = max((good.var() + others.var()) / 2, 1e-6)
    scale = float((good.mean() - others.mean()) / spread)
    return scale, float(-scale * (good.mean() + others.mean()) / 2)


def quantile(scores: Floats, share: float) -> float:
    """Return the score below which a further example falls with probability `share`.

    Of n + 1 exchangeable scores the last is below the k-th smallest of the others with probability k / (n + 1) (Vovk et
    al. 2005, split conformal prediction); between two of them the line. Below the smallest, the smallest.
    """
    ordered = np.sort(scores)
    place = share * (len(ordered) + 1) - 1
    return float(np.interp(place, np.arange(len(ordered)), ordered))


def auc(good: Floats, others: Floats) -> float:
    """Return the probability that one of `good` scores above one of `others`, a tie being half."""
    if not len(good) or not len(others):
        return 0.5
    ordered = np.sort(others)
    below, to = np.searchsorted(ordered, good, "left"), np.searchsorted(ordered, good, "right")
    return float((below + to).mean() / 2 / len(others))
