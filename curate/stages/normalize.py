"""Write the same characters the same way, and drop the ones that nobody sees."""

import unicodedata
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curate.core import compute as pc
from curate.core.stage import COUNTED, Edit, Edited, Editor


class Normalize(Editor):
    """Bring strings into one form that loses nothing that can be read.

    * Unicode form NFC, never NFKC: NFKC turns `（），：！` into ASCII and destroys Chinese punctuation.
    * CR LF, CR, form feed, vertical tab, U+0085, U+2028 and U+2029 become a line feed.
    * Control characters other than line feed and tab go. So do zero-width characters, bidirectional controls, tags,
      soft hyphens and byte order marks. Joiners stay where they spell a word (Persian, Indic, Mongolian), bind an emoji
      or, as a variation selector, pick the glyph of a Han character.
    * Full-width ASCII letters and digits become half-width; punctuation and quotes stay as they are.
    * Blanks at the end of lines go; indents stay, except that of a text of one line. More than two blank lines become
      one. White space around the text goes.

    Counts `line_end`, `control`, `invisible`, `width` (characters), `space` (lines that lost blanks at an end),
    `blank_line`, and `composed` (1 where NFC changed the string).
    """

    version: ClassVar[int] = 1

    def open(self) -> Edit:
        """Build the tables of characters and compile the kernels; return the edit."""
        from curate.core.kernels import normal

        normal.action_table()
        return edit


def edit(strings: pa.StringArray) -> Edited:
    """Tidy strings; the array itself comes back where none of them needs it."""
    from curate.core.kernels import normal
    from curate.core.kernels.strings import as_array, views

    seen = views(strings)
    flags = normal.needs(seen)
    if not flags.any():
        return Edited(strings)
    counts = np.zeros((len(strings), len(normal.COUNTED)), np.int32)
    if (flags & normal.EDIT).any():
        data, ends, counts = normal.rewrite(seen, flags)
        strings = as_array(data, ends, pc.is_valid(strings))
    strings, composed = compose(strings, (flags & normal.COMPOSE).astype(bool))
    kinds = (*normal.COUNTED, "composed")
    return Edited(strings, None, counted(np.column_stack((counts, composed)), kinds))


def compose(strings: pa.StringArray, suspects: npt.NDArray[np.bool_]) -> tuple[pa.StringArray, npt.NDArray[np.bool_]]:
    """Bring the suspects into form NFC; also return which of them were not."""
    changed = np.zeros(len(strings), np.bool_)
    forms = []
    for row in np.flatnonzero(suspects):
        text = strings[int(row)].as_py()
        if not unicodedata.is_normalized("NFC", text):
            changed[row] = True
            forms.append(unicodedata.normalize("NFC", text))
    if not forms:
        return strings, changed
    return pc.replace_with_mask(strings, pa.array(changed), pa.array(forms, pa.string())), changed


def counted(counts: npt.NDArray[np.int32], kinds: tuple[str, ...]) -> pa.RecordBatch | None:
    """Write a matrix of counts (strings by kinds) as lines of COUNTED, ascending by row; None where all are zero."""
    rows, columns = np.nonzero(counts)
    if len(rows) == 0:
        return None
    types = pa.array(kinds, pa.string()).take(pa.array(columns))
    return pa.RecordBatch.from_arrays(
        [pa.array(rows.astype(np.int32)), types, pa.array(counts[rows, columns])], schema=COUNTED
    )
