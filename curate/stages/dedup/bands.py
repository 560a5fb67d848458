"""How many bands of how many rows find similar texts with a stated probability."""

from functools import cache
from typing import NamedTuple

import numpy as np

PERMUTATIONS = 128
"""Most permutations that a choice may take: what a text costs grows with them."""
STEPS = 2000


class Bands(NamedTuple):
    """A signature of `bands` times `rows` permutations: two texts meet where all rows of one band agree."""

    bands: int
    rows: int

    def found(self, jaccard: float) -> float:
        """Return the probability that a pair of this similarity meets: 1 - (1 - J**rows)**bands.

        Leskovec, Rajaraman, Ullman: Mining of Massive Datasets, section 3.4.
        """
        return float(1 - (1 - jaccard**self.rows) ** self.bands)

    def recall(self, threshold: float) -> float:
        """Return the share of pairs that meet, of pairs whose similarity is spread evenly from the threshold to 1."""
        middles = threshold + (1 - threshold) * (np.arange(STEPS) + 0.5) / STEPS
        return float(np.mean(1 - (1 - middles**self.rows) ** self.bands))


@cache
def fitting(threshold: float, recall: float) -> Bands | None:
    """Return the fewest bands of the most rows that reach a recall within PERMUTATIONS; None where nothing does.

    More rows let fewer dissimilar texts meet, each of which costs a comparison.
    """
    for rows in range(PERMUTATIONS, 0, -1):
        for bands in range(1, PERMUTATIONS // rows + 1):
            if Bands(bands, rows).recall(threshold) >= recall:
                return Bands(bands, rows)
    return None
