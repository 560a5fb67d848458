"""Recognise plain English by its function words, so that the language model is asked only where there is doubt."""

import numpy as np
import numpy.typing as npt

from curate.core.kernels.compiled import inlined, kernel
from curate.core.kernels.strings import Bytes, Places, Strings

FUNCTION_WORDS = (
    "the",
    "and",
    "of",
    "that",
    "with",
    "this",
    "from",
    "which",
    "were",
    "been",
    "their",
    "they",
    "you",
    "your",
    "when",
    "should",
    "must",
    "shall",
    "its",
    "these",
    "into",
    "would",
    "not",
    "can",
    "or",
    "be",
    "if",
)
"""Frequent English words that are rare in other languages of the Latin alphabet (`for` is Danish, `is` Dutch ...)."""
WINDOW = 600
"""Bytes read at the start, in the middle and at the end of a text."""
LONGEST = 12
"""Letters of a word that fit into one integer, five bits each; longer words are no function words."""
UPPER_A, UPPER_Z, LOWER_A, LOWER_Z, CASE = 0x41, 0x5A, 0x61, 0x7A, 0x20

Words = npt.NDArray[np.int64]


def english_words(strings: Strings) -> npt.NDArray[np.int32]:
    """Count the words of ASCII letters in three windows of each string, and the English function words among them.

    Shape (n, 2), int32: words, function words.
    """
    counts = np.zeros((len(strings.starts), 2), np.int32)
    vocabulary = np.array(sorted(map(_packed, FUNCTION_WORDS)), np.int64)
    _count(strings.data, strings.starts, strings.stops, vocabulary, counts)
    return counts


def _packed(word: str) -> int:
    number = 0
    for letter in word.encode():
        number = number << 5 | letter & 0x1F
    return number


@kernel
def _count(data: Bytes, starts: Places, stops: Places, vocabulary: Words, counts: npt.NDArray[np.int32]) -> None:
    for i in range(len(starts)):
        start, stop = starts[i], stops[i]
        if stop - start <= 3 * WINDOW:
            _count_window(data, (start, stop), vocabulary, counts[i])
            continue
        middle = (start + stop - WINDOW) // 2
        for first in (start, middle, stop - WINDOW):
            _count_window(data, (first, first + WINDOW), vocabulary, counts[i])


@inlined
def _count_window(data: Bytes, window: tuple[int, int], vocabulary: Words, counts: npt.NDArray[np.int32]) -> None:
    at, stop = window
    packed, length = 0, 0
    for place in range(at, stop + 1):
        byte = int(data[place]) if place < stop else 0
        if LOWER_A <= byte <= LOWER_Z or UPPER_A <= byte <= UPPER_Z:
            length += 1
            packed = packed << 5 | (byte & 0x1F) if length <= LONGEST else 0
        elif length > 0:
            counts[0] += 1
            counts[1] += _stands_in(vocabulary, packed)
            packed, length = 0, 0


@inlined
def _stands_in(vocabulary: Words, packed: int) -> bool:
    """Search a sorted array: numpy's own search takes a second to compile."""
    low, high = 0, len(vocabulary)
    while low < high:
        middle = (low + high) // 2
        if vocabulary[middle] < packed:
            low = middle + 1
        else:
            high = middle
    return low < len(vocabulary) and vocabulary[low] == packed
