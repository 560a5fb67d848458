"""Tell simplified Chinese from traditional, and write one as the other."""

from collections.abc import Callable
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curate.core.kernels.characters import MIXED_WRITING
from curate.core.stage import Action, found_lines, merged

Mask = npt.NDArray[np.bool_]
Han = npt.NDArray[np.int32]
"""Characters that only one writing has, and the traditional ones among them, shape (n, 2)."""
Conversion = Literal["t2s", "tw2s", "tw2sp", "hk2s", "s2t", "s2tw", "s2twp", "s2hk"]
"""Names of OpenCC: from and to s(implified), t(raditional), of Taiwan (tw, with its words: twp), of Hong Kong (hk)."""

FEWEST = 5
"""Telling characters from which on a string is of one writing: below it may be a name in the other."""
KANA_SHARE = 0.1
"""Japanese prose is about half kana, and its Han is of neither Chinese writing."""
MOST_TURNS = 4
"""Conversions after which a text that still changes is given up: one is enough for nearly all."""


def share_of_traditional(han: Han) -> npt.NDArray[np.float64]:
    """Return the share of traditional characters among the telling ones; 0 where there is none."""
    shares: npt.NDArray[np.float64] = han[:, 1] / np.maximum(han[:, 0], 1)
    return shares


def traditional(strings: pa.StringArray, han: Han, label: str, action: Action) -> pa.RecordBatch | None:
    """Find the strings in traditional writing (`hant`), and those that mix both (`hans_hant`)."""
    share = share_of_traditional(han)
    telling = (han[:, 0] >= FEWEST) & (share >= MIXED_WRITING)
    if not telling.any():
        return None
    telling &= chinese(strings, telling)
    mostly = share > 1 - MIXED_WRITING
    lines = []
    for rule, mask, threshold in (("hant", mostly, 1 - MIXED_WRITING), ("hans_hant", ~mostly, MIXED_WRITING)):
        lines.append(
            found_lines(
                pa.array(telling & mask),
                f"{label}:{rule}",
                action=action,
                metric="traditional_share",
                value=pa.array(share),
                threshold=threshold,
                operator=">" if rule == "hant" else ">=",
            )
        )
    return merged(lines)


def chinese(strings: pa.StringArray, among: Mask) -> Mask:
    """Say which strings of a mask are not Japanese."""
    from curate.core.kernels.characters import Kind
    from curate.core.kernels.counts import kind_counts
    from curate.core.kernels.strings import views

    counts = kind_counts(views(strings.filter(pa.array(among))))
    kana = counts[:, Kind.KANA]
    han = counts[:, [Kind.HAN, Kind.HAN_SIMPLE, Kind.HAN_TRADITIONAL, Kind.HAN_RARE]].sum(axis=1)
    said = among.copy()
    said[among] = kana < KANA_SHARE * (han + kana)
    return said


class Converter:
    """Write strings that are mostly in one writing as the other, with OpenCC; strings that mix both stay."""

    def __init__(self, name: Conversion) -> None:
        from opencc import OpenCC

        self.from_simplified = name.startswith("s")
        self.convert: Callable[[str], str] = OpenCC(name).convert

    def wanted(self, strings: pa.StringArray, han: Han) -> Mask:
        """Say which strings are in the writing that is converted."""
        own = han[:, 0] - han[:, 1] if self.from_simplified else han[:, 1]
        mask: Mask = own > (1 - MIXED_WRITING) * han[:, 0]
        return chinese(strings, mask) if mask.any() else mask

    def settled(self, text: str) -> tuple[str, int]:
        """Convert until nothing changes, and say 1 if something did; a text that keeps changing stays as it was."""
        turned = text
        for _ in range(MOST_TURNS):
            before, turned = turned, self.convert(turned)
            if turned == before:
                return turned, int(turned != text)
        return text, 0
