"""Exact bounds of a share that was counted in a sample."""

from collections.abc import Callable
from math import lgamma, log, log1p

import numpy as np

CONFIDENCE = 0.95
BISECTIONS = 60
"""Halvings of [0, 1]: more than a double can tell apart."""


def interval(found: int, seen: int) -> tuple[float, float]:
    """Return the exact one-sided bounds of a share, each at 95 %: of `found` among `seen` (Clopper and Pearson 1934).

    The lower bound is the share at which so many or more would be found in 5 % of samples, the upper one that at which
    so many or fewer would be.
    """
    share = found / seen
    lower = 0.0 if found == 0 else crossing((0.0, share), lambda p: tail(found, seen, p) < 1 - CONFIDENCE)
    upper = 1.0 if found == seen else crossing((share, 1.0), lambda p: tail(seen - found, seen, 1 - p) > 1 - CONFIDENCE)
    return lower, upper


def crossing(bounds: tuple[float, float], below: Callable[[float], bool]) -> float:
    """Return where, between bounds, a condition that holds below ceases to hold, by bisection."""
    low, high = bounds
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) else (low, middle)
    return (low + high) / 2


def tail(count: int, seen: int, share: float) -> float:
    """Return the probability of `count` or more among `seen`, for a share of at most count / seen.

    Terms fall from `count` on; those beyond 40 standard deviations are left out.
    """
    steps = min(seen - count, int(20 * seen**0.5) + 64)
    places = np.arange(count, count + steps)
    odds = log(share) - log1p(-share)
    falls = np.concatenate(([0.0], np.cumsum(np.log((seen - places) / (places + 1)) + odds)))
    first = lgamma(seen + 1) - lgamma(count + 1) - lgamma(seen - count + 1)
    first += count * log(share) + (seen - count) * log1p(-share)
    return float(np.exp(first + falls).sum())
