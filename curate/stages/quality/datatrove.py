"""What datatrove's filters measure, and their rules in their order."""

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from curate.stages.quality.rules import Rule
from curate.stages.quality.signals import DATATROVE_SIGNALS, Exact, share

if TYPE_CHECKING:
    from curate.stages.quality.english import English


def rejects(signal: str, above: float) -> Rule:
    """Return a rule against more than so much."""
    return Rule(signal, ">", above, "reject")


def wants(signal: str, least: float) -> Rule:
    """Return a rule against less than so much."""
    return Rule(signal, "<", least, "reject")


GOPHER: dict[str, Rule] = {
    "empty": wants("gopher_chars", 1),
    "dup_para_frac": rejects("gopher_paragraphs_again", 0.3),
    "dup_para_char_frac": rejects("gopher_paragraph_chars_again", 0.2),
    "dup_line_frac": rejects("gopher_lines_again", 0.3),
    "dup_line_char_frac": rejects("gopher_line_chars_again", 0.2),
    "top_2_gram": rejects("gopher_top_2", 0.2),
    "top_3_gram": rejects("gopher_top_3", 0.18),
    "top_4_gram": rejects("gopher_top_4", 0.16),
    "duplicated_5_n_grams": rejects("gopher_again_5", 0.15),
    "duplicated_6_n_grams": rejects("gopher_again_6", 0.14),
    "duplicated_7_n_grams": rejects("gopher_again_7", 0.13),
    "duplicated_8_n_grams": rejects("gopher_again_8", 0.12),
    "duplicated_9_n_grams": rejects("gopher_again_9", 0.11),
    "duplicated_10_n_grams": rejects("gopher_again_10", 0.10),
    "gopher_short_doc": wants("gopher_words", 50),
    "gopher_long_doc": rejects("gopher_words", 100_000),
    "gopher_below_avg_threshold": wants("gopher_word_chars", 3),
    "gopher_above_avg_threshold": rejects("gopher_word_chars", 10),
    "gopher_too_many_hashes": rejects("gopher_hashes", 0.1),
    "gopher_too_many_ellipsis": rejects("gopher_ellipses", 0.1),
    "gopher_too_many_bullets": rejects("gopher_bullet_lines", 0.9),
    "gopher_too_many_end_ellipsis": rejects("gopher_ellipsis_lines", 0.3),
    "gopher_below_alpha_threshold": wants("gopher_alpha_words", 0.8),
    "gopher_enough_stop_words": wants("gopher_stop_words", 2),
}
"""datatrove's GopherRepetitionFilter, then its GopherQualityFilter, English as they are when nothing is said.

Thresholds: Rae et al. 2021, arXiv 2112.11446, table A1 and section A.1.1. A rule is named as the reason that datatrove
0.10.1 gives.
"""
FINEWEB: dict[str, Rule] = GOPHER | {
    "line_punct_ratio": wants("fineweb_ended_lines", 0.12),
    "short_line_ratio": rejects("fineweb_short_lines", 0.67),
    "char_dup_ratio": rejects("fineweb_line_chars_again", 0.01),
    "list_ratio": rejects("fineweb_line_feeds", 0.3),
}
"""Then its FineWebQualityFilter. Thresholds: Penedo et al. 2024, arXiv 2406.17557, section 3.6."""


def measured(rules: Iterable[Rule]) -> bool:
    """Tell whether one of the rules is about a signal of DATATROVE_SIGNALS."""
    return any({rule.signal, *(one.signal for one in rule.also)} & DATATROVE_SIGNALS.keys() for rule in rules)


@cache
def english() -> "English":
    """Return this process's tokenizer and what it has learnt."""
    from curate.stages.quality.english import English

    return English()


def measure_datatrove(text: pa.StringArray) -> dict[str, Exact]:
    """Return DATATROVE_SIGNALS of every text in their order; NaN stands for null."""
    from curate.core.kernels import gopher as kernel

    counts = english().counts(text).T
    chars, words, lines, solid = (counts[k] for k in (kernel.CHARS, kernel.WORDS, kernel.BROKEN, kernel.SOLID))
    signals = {
        "gopher_chars": chars.astype(np.float64),
        "gopher_paragraphs_again": share(counts[kernel.PARAGRAPHS_AGAIN], counts[kernel.PARAGRAPHS]),
        "gopher_paragraph_chars_again": share(counts[kernel.PARAGRAPH_CHARS_AGAIN], chars),
        "gopher_lines_again": share(counts[kernel.LINES_AGAIN], counts[kernel.LINES]),
        "gopher_line_chars_again": share(counts[kernel.LINE_CHARS_AGAIN], chars),
        **{f"gopher_top_{n}": share(counts[kernel.TOP_2 + n - 2], chars) for n in kernel.TOP},
        **{f"gopher_again_{n}": share(counts[kernel.AGAIN_5 + n - 5], chars) for n in kernel.AGAIN},
        "gopher_words": counts[kernel.TRUE_WORDS].astype(np.float64),
        "gopher_word_chars": share(counts[kernel.TRUE_CHARS], counts[kernel.TRUE_WORDS]),
        "gopher_hashes": share(counts[kernel.HASHES], words),
        "gopher_ellipses": share(counts[kernel.DOTTED], words),
        "gopher_bullet_lines": share(counts[kernel.BULLETED], lines),
        "gopher_ellipsis_lines": share(counts[kernel.TRAILING], lines),
        "gopher_alpha_words": share(counts[kernel.ALPHA_WORDS], words),
        "gopher_stop_words": counts[kernel.STOPS].astype(np.float64),
        "fineweb_ended_lines": share(counts[kernel.ENDED], solid),
        "fineweb_short_lines": share(counts[kernel.SHORT], solid),
        "fineweb_line_chars_again": share(counts[kernel.SOLID_AGAIN], chars - counts[kernel.FEEDS]),
        "fineweb_line_feeds": share(counts[kernel.FEEDS], words),
    }
    unknown = text.is_null().to_numpy(zero_copy_only=False)
    return {name: np.where(unknown, np.nan, signals[name]) for name in DATATROVE_SIGNALS}
