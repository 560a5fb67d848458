"""Tell what kind of content a text is: prose, table, code, log, form, list."""

from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curate.stages.quality.signals import Values

ContentType = Literal["prose", "table", "code", "log", "form", "list"]
CONTENT_TYPES: tuple[ContentType, ...] = ("prose", "table", "code", "log", "form", "list")
PROSE, TABLE, CODE, LOG, FORM, LIST = range(6)

LOG_SHARE, TABLE_SHARE, CODE_SHARE, MARKUP_SHARE, FORM_SHARE, LIST_SHARE = 0.5, 0.5, 0.5, 0.3, 0.6, 0.5
"""Lines (of markup: characters) of a kind from which on a text is of that kind, asked in this order.

Half of the lines says it; forms ask for more, since in conversations and mails many lines have a label.
"""
LONGEST_LINE, BRACKETS = 200, 0.05
"""Lines of code have at most so many characters on average, or are full of brackets: a machine packed them."""
FEWEST_LINES = 3
"""Fewer lines are no log, form or list, and a table only where cells are parted twice."""


def kinds(signals: dict[str, Values]) -> npt.NDArray[np.int8]:
    """Return the place of each text's kind in CONTENT_TYPES (int8); -1 where the text is null or has no line."""
    lines = signals["lines"]
    several = lines >= FEWEST_LINES
    listed = signals["bullet_lines"] + signals["numbered_lines"]
    lined = (signals["line_chars"] <= LONGEST_LINE) | (signals["brackets"] >= BRACKETS)
    coded = lined & (signals["code_lines"] >= CODE_SHARE)
    cases = [
        (several & (signals["log_lines"] >= LOG_SHARE), LOG),
        ((signals["table_lines"] >= TABLE_SHARE) & (lines > 1), TABLE),
        (coded | (signals["markup"] >= MARKUP_SHARE), CODE),
        (several & (signals["form_lines"] >= FORM_SHARE), FORM),
        (several & (listed >= LIST_SHARE), LIST),
        (lines > 0, PROSE),
    ]
    return np.select([case for case, _ in cases], [np.int8(kind) for _, kind in cases], np.int8(-1)).astype(np.int8)


def named(found: npt.NDArray[np.int8]) -> pa.StringArray:
    """Write kinds as their names; null where there is none."""
    names = pa.array(CONTENT_TYPES, pa.string())
    return names.take(pa.array(found, mask=found < 0))
