"""The edit of `normalize`: what is done with strings, in which order, until nothing is left to do."""

import unicodedata
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curate.core import compute as pc
from curate.core.stage import COUNTED, Action, Edited, merged
from curate.stages.normalize import mojibake, pages, wraps
from curate.stages.normalize.suspicion import suspicious
from curate.stages.normalize.writing import Conversion, Converter, traditional

Mask = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int32]

KINDS = (
    *("line_end", "control", "invisible", "width", "space", "blank_line"),
    *("mojibake", "composed", "converted", "furniture", "joined"),
)
"""What is counted, in the order of the columns of a count."""
CONTROL = 1
MOJIBAKE, COMPOSED, CONVERTED, FURNITURE, JOINED, HIDDEN, RUN, GLYPHS = range(6, 14)
"""Columns of a count behind those of the kernel; the last two are of no kind: they only feed findings."""


class Wanted(NamedTuple):
    """What the settings say."""

    label: str
    action: Action
    convert: Conversion | None = None
    joins: bool = False
    cuts: bool = False


class Turn(NamedTuple):
    """What one turn made of n strings."""

    strings: pa.StringArray
    counts: Counts
    """Shape (n, GLYPHS + 1)."""
    han: Counts
    """Telling Han of the strings as they are now, shape (n, 2)."""
    again: Mask
    """Strings that another turn may change."""


class Editing:
    """Edit strings by the settings; values of its own are loaded once a worker."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self.converter = None if wanted.convert is None else Converter(wanted.convert)

    def edit(self, strings: pa.StringArray) -> Edited:
        """Tidy strings; the array itself comes back where none of them needs it."""
        whole = self.turn(strings)
        left, counts, han, again = whole
        while again.any():
            part = self.turn(left.filter(pa.array(again)))
            left = pc.replace_with_mask(left, pa.array(again), part.strings)
            most = np.maximum(counts[again, RUN:], part.counts[:, RUN:])
            counts[again] += part.counts
            counts[again, RUN:] = most
            han[again] = part.han
            again[again] = part.again
        hidden = counts[:, HIDDEN] + counts[:, GLYPHS]
        invisible = np.column_stack((counts[:, CONTROL], hidden, counts[:, RUN]))
        found = suspicious(strings, invisible, self.wanted.label, self.wanted.action)
        found = merged([found, traditional(left, han, self.wanted.label, self.wanted.action)])
        return Edited(left, found, counted(counts[:, : len(KINDS)]))

    def turn(self, strings: pa.StringArray) -> Turn:
        """Do everything once, in the order in which one thing makes room for the next."""
        from curate.core.kernels import normal
        from curate.core.kernels.strings import as_array, views

        counts = np.zeros((len(strings), GLYPHS + 1), np.int32)
        flags, han = normal.needs(views(strings))
        strings, counts[:, MOJIBAKE] = turned(strings, (flags & normal.MEND) > 0, mojibake.mended)
        everything = np.ones(len(strings), np.bool_)
        if self.wanted.cuts:
            strings, counts[:, FURNITURE] = turned(strings, everything, pages.without_furniture)
        if self.wanted.joins:
            strings, counts[:, JOINED] = turned(strings, everything, wraps.unhyphenated)
        made = counts.any(axis=1)
        if made.any():
            flags[made], han[made] = normal.needs(views(strings.filter(pa.array(made))))
        if (flags & normal.EDIT).any():
            data, ends, done = normal.rewrite(views(strings), flags)
            strings = as_array(data, ends, pc.is_valid(strings))
            counts[:, :MOJIBAKE], counts[:, HIDDEN:] = done[:, : normal.HIDDEN], done[:, normal.HIDDEN :]
        strings, counts[:, COMPOSED] = turned(strings, (flags & normal.COMPOSE) > 0, composed)
        if self.wanted.joins:
            strings, joined = turned(strings, everything, wraps.unwrapped)
            counts[:, JOINED] += joined
        if self.converter is not None:
            strings, counts[:, CONVERTED] = turned(strings, self.converter.wanted(strings, han), self.converter.settled)
        changed = counts[:, :HIDDEN].any(axis=1)
        led = (flags & normal.LED).astype(bool)
        again = changed & (led | counts[:, COMPOSED : JOINED + 1].any(axis=1))
        return Turn(strings, counts, han, again)


def turned(
    strings: pa.StringArray, suspects: Mask, turn: Callable[[str], tuple[str, int]]
) -> tuple[pa.StringArray, Counts]:
    """Turn the suspects that are not null into other strings; also return what was counted, 0 where nothing changed.

    The array itself comes back where nothing did.
    """
    counts = np.zeros(len(strings), np.int32)
    texts = []
    for row in np.flatnonzero(suspects):
        text = strings[int(row)].as_py()
        turned, counts[row] = ("", 0) if text is None else turn(text)
        if counts[row]:
            texts.append(turned)
    if not texts:
        return strings, counts
    return pc.replace_with_mask(strings, pa.array(counts > 0), pa.array(texts, pa.string())), counts


def composed(text: str) -> tuple[str, int]:
    """Bring a string into form NFC; also return 1 if it was not."""
    if unicodedata.is_normalized("NFC", text):
        return text, 0
    return unicodedata.normalize("NFC", text), 1


def counted(counts: Counts) -> pa.RecordBatch | None:
    """Write a matrix of counts (strings by KINDS) as lines of COUNTED, ascending by row; None where all are zero."""
    rows, columns = np.nonzero(counts)
    if len(rows) == 0:
        return None
    types = pa.array(KINDS, pa.string()).take(pa.array(columns))
    return pa.RecordBatch.from_arrays(
        [pa.array(rows.astype(np.int32)), types, pa.array(counts[rows, columns])], schema=COUNTED
    )
