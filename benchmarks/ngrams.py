"""Character n-gram models with interpolated Kneser-Ney smoothing, on exact counts in sorted arrays."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ids = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

ORDER = 5
START, END = 0, 1
"""Stands before a text so often that its first character has a whole context; is said once after its last one."""
RESERVED = 2
UNKNOWN = 0.5
"""The discount where no gram has the count 1, so that the formula would leave nothing for what was never seen."""


class Alphabet:
    """Every character that any text of a comparison has, and the end of a text: what a model gives probability to."""

    def __init__(self, texts: Iterable[str]) -> None:
        points: set[int] = set()
        for text in texts:
            points.update(np.unique(points_of(text)).tolist())
        self.points = np.array(sorted(points), np.int64)

    @property
    def events(self) -> int:
        """The number of things that can come next: the characters, and the end."""
        return len(self.points) + 1

    def stream(self, texts: Iterable[str], order: int) -> Ids:
        """Return texts as ids (int64), `order - 1` times START before each and END behind."""
        starts, end = np.full(order - 1, START, np.int64), np.array([END], np.int64)
        parts: list[Ids] = []
        for text in texts:
            points = points_of(text)
            ids = np.searchsorted(self.points, points)
            if len(points) and not np.array_equal(self.points[np.minimum(ids, len(self.points) - 1)], points):
                raise ValueError("a text has a character that is not in the alphabet")
            parts += [starts, ids + RESERVED, end]
        return np.concatenate(parts) if parts else np.empty(0, np.int64)


def points_of(text: str) -> Ids:
    """Return the code points of a text; a lone surrogate is one."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.int64)


@dataclass(frozen=True)
class Order:
    """The n-grams of one length: a gram is its context (the place of a gram one shorter) and its last id."""

    keys: Ids
    """Sorted; context times `base` plus last id."""
    counts: Floats
    """By gram: how often at the highest order, else before how many different ids it stands (0: never an event)."""
    total: Floats
    """By context: the sum of its grams' counts."""
    kinds: Floats
    """By context: how many different events follow."""
    discount: float

    def mixed(self, lower: Floats, place: Ids, events: Ids, base: int) -> Floats:
        """Return probabilities at this length, given those one shorter and the places of contexts (-1: unseen)."""
        total = np.where(place < 0, 0.0, self.total[np.maximum(place, 0)])
        seen = total > 0
        gram = looked_up(self.keys, place, events, base)
        count = np.where(gram < 0, 0.0, self.counts[np.maximum(gram, 0)])
        left = self.discount * self.kinds[np.maximum(place, 0)] * lower
        mixture = (np.maximum(count - self.discount, 0.0) + left) / np.where(seen, total, 1.0)
        return np.where(seen, mixture, lower)


@dataclass(frozen=True)
class Model:
    """An interpolated Kneser-Ney model over an alphabet.

    At every length k of a gram hc, with h' for h without its first character (Ney, Essen and Kneser 1994; as Chen and
    Goodman 1999, section 2.7, write it):
    p_k(c|h) = max(n(hc) - D, 0) / n(h) + D * N(h) / n(h) * p_{k-1}(c|h'), and p_0 = 1 / size of the alphabet. N(h) is
    the number of different events behind h. n counts at the highest length; below, it is the number of different
    characters before hc. D = n1 / (n1 + 2 n2), from how many grams have the count 1 and 2. Where h was never
    seen, p_k = p_{k-1}.
    """

    alphabet: Alphabet
    orders: tuple[Order, ...]

    @classmethod
    def trained(cls, texts: Iterable[str], alphabet: Alphabet, order: int = ORDER) -> "Model":
        """Count the grams of texts."""
        stream = alphabet.stream(texts, order)
        base = len(alphabet.points) + RESERVED
        ids: list[Ids] = []
        keys: list[Ids] = []
        for _ in range(order):
            context = np.concatenate([[0], ids[-1][:-1]]) if ids else np.zeros(len(stream), np.int64)
            unique, place = numbered(context * base + stream)
            keys.append(unique)
            ids.append(place)
        weights = np.bincount(ids[-1], minlength=len(keys[-1])).astype(np.float64)
        orders: list[Order] = []
        for length in range(order, 0, -1):
            said = keys[length - 1] % base != START
            contexts = len(keys[length - 2]) if length > 1 else 1
            orders.append(counted(keys[length - 1], np.where(said, weights, 0.0), base, contexts))
            if length > 1:  # how many different grams of this length end with each of the shorter ones
                shorter = np.empty(len(keys[length - 1]), np.int64)
                shorter[ids[length - 1]] = ids[length - 2]
                weights = np.bincount(shorter[said], minlength=len(keys[length - 2])).astype(np.float64)
        return cls(alphabet, tuple(reversed(orders)))

    def probabilities(self, contexts: Ids, events: Ids) -> Floats:
        """Return the probability of each event behind its context.

        `contexts` has a row an event and a column a character, the last one next to the event, ids of the alphabet;
        `events` are ids of characters or END.
        """
        base = len(self.alphabet.points) + RESERVED
        found = np.full(len(events), 1.0 / self.alphabet.events)
        width = contexts.shape[1]
        for length, order in enumerate(self.orders, 1):
            place = np.zeros(len(events), np.int64)  # of the context among the grams one shorter; -1 where unseen
            for back in range(length - 1, 0, -1):
                at = self.orders[length - 1 - back].keys
                place = looked_up(at, place, contexts[:, width - back], base)
            found = order.mixed(found, place, events, base)
        return found

    def logs(self, texts: Sequence[str]) -> Floats:
        """Return the natural logarithm of the probability of every character of texts, and of their ends, in order."""
        order = len(self.orders)
        stream = self.alphabet.stream(texts, order)
        if not len(stream):
            return np.empty(0)
        windows = np.lib.stride_tricks.sliding_window_view(stream, order)
        windows = windows[windows[:, -1] != START]
        return np.log(self.probabilities(windows[:, :-1], windows[:, -1]))

    def perplexity(self, texts: Sequence[str]) -> float:
        """Return exp of the mean negative logarithm by character, the ends of texts counted as characters."""
        return float(np.exp(-self.logs(texts).mean()))


def numbered(values: Ids) -> tuple[Ids, Ids]:
    """Return the different values, sorted, and the place of each among them: np.unique by a hash, 4x faster."""
    coded = pa.array(values).dictionary_encode()
    unique = coded.dictionary.to_numpy()
    order = np.argsort(unique)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return unique[order], rank[coded.indices.to_numpy()]


def counted(keys: Ids, counts: Floats, base: int, contexts: int) -> Order:
    """Sum the counts of grams by context, and set the discount."""
    context = keys // base
    total = np.bincount(context, counts, contexts)
    kinds = np.bincount(context, counts > 0, contexts)
    once, twice = float((counts == 1).sum()), float((counts == 2).sum())  # noqa: PLR2004 - the formula's n2
    return Order(keys, counts, total, kinds, once / (once + 2 * twice) if once else UNKNOWN)


def looked_up(keys: Ids, place: Ids, ids: Ids, base: int) -> Ids:
    """Return the places of grams made of contexts by place and last ids; -1 where one was never seen."""
    wanted = np.where(place < 0, -1, place * base + ids)
    found = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[found] == wanted, found, -1)
