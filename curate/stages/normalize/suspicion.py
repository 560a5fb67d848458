"""Find the strings in which so much is invisible that somebody may have hidden it."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curate.core import compute as pc
from curate.core.stage import Action, found_lines, merged

FEWEST = 8
"""Characters below which no share is judged: a byte order mark and a few strays are no pattern."""
DENSE = 0.02
"""Share of the characters above which a kind is dense. Of 8,700 documents of real sets and 6,400 pages of manuals in 26
languages (`docs/languages.md`), none of honest text comes near; mails and files in escape codes of old encodings do.
"""
HIDDEN_RUN = 8
"""Invisible characters in a row from which on they may spell something: the bits of one byte, or a short word in tag
characters."""


def suspicious(
    strings: pa.StringArray, removed: npt.NDArray[np.int32], label: str, action: Action
) -> pa.RecordBatch | None:
    """Find dense control and invisible characters, and long runs of invisible ones, in strings as they came.

    `removed` counts, string by string, control characters, invisible ones (with those that stay behind Han, where they
    pick glyphs), and the longest run of these.
    """
    if not (removed >= FEWEST).any():
        return None
    characters = np.maximum(pc.fill_null(pc.utf8_length(strings), 0).to_numpy(zero_copy_only=False), 1)
    lines = []
    for rule, count in (("control", removed[:, 0]), ("invisible", removed[:, 1])):
        share = count / characters
        mask = pa.array((count >= FEWEST) & (share > DENSE))
        lines.append(
            found_lines(
                mask,
                f"{label}:{rule}",
                action=action,
                metric=f"{rule}_share",
                value=pa.array(share),
                threshold=DENSE,
                operator=">",
            )
        )
    lines.append(
        found_lines(
            pa.array(removed[:, 2] >= HIDDEN_RUN),
            f"{label}:hidden_run",
            action=action,
            metric="hidden_run",
            value=pa.array(removed[:, 2]),
            threshold=HIDDEN_RUN,
            operator=">=",
        )
    )
    return merged(lines)
