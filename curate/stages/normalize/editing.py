"""The edit of `normalize`: what is done with strings, in which order, until nothing is left to do."""

import unicodedata
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curate.core import compute as pc
from curate.core.stage import COUNTED, Action, Edited, merged
from curate.stages.normalize import mojibake
from curate.stages.normalize.suspicion import suspicious
from curate.stages.normalize.writing import Conversion, Converter, traditional

Mask = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int32]

KINDS = ("line_end", "control", "invisible", "width", "space", "blank_line", "mojibake", "composed", "converted")
"""What is counted, in the order of the columns of a count."""
CONTROL = 1
MOJIBAKE, COMPOSED, CONVERTED, HIDDEN, RUN = range(6, 11)
"""Columns of a count behind those of the kernel; the last two are of no kind: they only feed findings."""


class Wanted(NamedTuple):
    """What the settings say."""

    label: str
    action: Action
    convert: Conversion | None = None


class Turn(NamedTuple):
    """What one turn made of n strings."""

    strings: pa.StringArray
    counts: Counts
    """Shape (n, RUN + 1)."""
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
            run = np.maximum(counts[again, RUN], part.counts[:, RUN])
            counts[again] += part.counts
            counts[again, RUN] = run
            han[again] = part.han
            again[again] = part.again
        found = suspicious(strings, counts[:, [CONTROL, HIDDEN, RUN]], self.wanted.label, self.wanted.action)
        found = merged([found, traditional(left, han, self.wanted.label, self.wanted.action)])
        return Edited(left, found, counted(counts[:, : len(KINDS)]))

    def turn(self, strings: pa.StringArray) -> Turn:
        """Do everything once, in the order in which one thing makes room for the next."""
        from curate.core.kernels import normal
        from curate.core.kernels.strings import as_array, views

        counts = np.zeros((len(strings), RUN + 1), np.int32)
        seen = views(strings)
        flags, han = normal.needs(seen)
        if (flags & normal.MEND).any():
            strings, counts[:, MOJIBAKE] = mend(strings, (flags & normal.MEND).astype(bool))
            seen = views(strings)
            mended = counts[:, MOJIBAKE] > 0
            flags[mended], han[mended] = normal.needs(views(strings.filter(pa.array(mended))))
        if (flags & normal.EDIT).any():
            data, ends, done = normal.rewrite(seen, flags)
            strings = as_array(data, ends, pc.is_valid(strings))
            counts[:, :MOJIBAKE], counts[:, HIDDEN:] = done[:, : normal.HIDDEN], done[:, normal.HIDDEN :]
        strings, counts[:, COMPOSED] = compose(strings, (flags & normal.COMPOSE).astype(bool))
        if self.converter is not None:
            strings, counts[:, CONVERTED] = converted(strings, han, self.converter)
        changed = counts.any(axis=1)
        led = (flags & normal.LED).astype(bool)
        again = changed & (led | counts[:, [COMPOSED, CONVERTED]].any(axis=1))
        return Turn(strings, counts, han, again)


def mend(strings: pa.StringArray, suspects: Mask) -> tuple[pa.StringArray, Counts]:
    """Undo wrong readings among the suspects; also return how many characters came out of them."""
    characters = np.zeros(len(strings), np.int32)
    texts = []
    for row in np.flatnonzero(suspects):
        text, characters[row] = mojibake.mended(strings[int(row)].as_py())
        if characters[row]:
            texts.append(text)
    return replaced(strings, characters > 0, texts), characters


def compose(strings: pa.StringArray, suspects: Mask) -> tuple[pa.StringArray, Counts]:
    """Bring the suspects into form NFC; also return 1 for those that were not."""
    changed = np.zeros(len(strings), np.int32)
    forms = []
    for row in np.flatnonzero(suspects):
        text = strings[int(row)].as_py()
        if not unicodedata.is_normalized("NFC", text):
            changed[row] = 1
            forms.append(unicodedata.normalize("NFC", text))
    return replaced(strings, changed > 0, forms), changed


def converted(strings: pa.StringArray, han: Counts, converter: Converter) -> tuple[pa.StringArray, Counts]:
    """Convert the strings that are in the other writing; also return 1 for those that changed."""
    changed = np.zeros(len(strings), np.int32)
    texts = []
    for row in np.flatnonzero(converter.wanted(strings, han)):
        text = strings[int(row)].as_py()
        turned = converter.settled(text)
        if turned != text:
            changed[row] = 1
            texts.append(turned)
    return replaced(strings, changed > 0, texts), changed


def replaced(strings: pa.StringArray, mask: Mask, texts: list[str]) -> pa.StringArray:
    """Put texts in the places of a mask; the array itself comes back where there are none."""
    return pc.replace_with_mask(strings, pa.array(mask), pa.array(texts, pa.string())) if texts else strings


def counted(counts: Counts) -> pa.RecordBatch | None:
    """Write a matrix of counts (strings by KINDS) as lines of COUNTED, ascending by row; None where all are zero."""
    rows, columns = np.nonzero(counts)
    if len(rows) == 0:
        return None
    types = pa.array(KINDS, pa.string()).take(pa.array(columns))
    return pa.RecordBatch.from_arrays(
        [pa.array(rows.astype(np.int32)), types, pa.array(counts[rows, columns])], schema=COUNTED
    )
