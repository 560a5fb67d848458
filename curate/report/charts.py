"""Draw numbers as inline SVG without a word in it: it prints, needs no script and asks nobody for anything."""

from collections.abc import Sequence
from html import escape
from math import log10, sqrt
from typing import NamedTuple

from curate.lineage.histograms import Histogram

WIDTH, HEIGHT = 1000, 24
TALL = 100
MARGIN = 15
"""Left free at both ends, so that a dot at an end is whole."""


class Part(NamedTuple):
    """One stretch of a bar."""

    kind: str
    """Class that the page's style paints: `kept`, `left`, `tagged`, `plain`."""
    value: int
    said: str
    """What the stretch stands for, in words: shown where a reader points at it, and read aloud."""


def bar(parts: Sequence[Part], whole: int) -> str:
    """Draw stretches side by side; `whole` is the value that fills the full width.

    A stretch that is not zero is at least one thousandth of the width, so that nothing disappears.
    """
    at = 0
    drawn = []
    for part in parts:
        if not part.value:
            continue
        wide = min(max(1, round(WIDTH * part.value / max(whole, 1))), WIDTH)
        at = min(at, WIDTH - wide)
        title = f"<title>{escape(part.said)}: {part.value:,}</title>"
        drawn.append(f'<rect class="{escape(part.kind)}" x="{at}" width="{wide}" height="{HEIGHT}">{title}</rect>')
        at += wide
    return _svg("strip", HEIGHT, ", ".join(f"{part.said} {part.value:,}" for part in parts), "".join(drawn))


class Interval(NamedTuple):
    """A share with its bounds, beside a limit."""

    lower: float
    share: float
    upper: float
    limit: float
    said: str


def whisker(one: Interval, top: float) -> str:
    """Draw an interval as a line, its share as a dot, the limit as a dashed line; `top` ends it."""
    low, dot, high, limit = (
        round(MARGIN + (WIDTH - 2 * MARGIN) * min(value, top) / top)
        for value in (one.lower, one.share, one.upper, one.limit)
    )
    kind = "whisker over" if one.share > one.limit else "whisker"
    line = 'vector-effect="non-scaling-stroke"'
    middle = HEIGHT // 2
    drawn = (
        f'<path class="cut" {line} stroke-width="2" stroke-dasharray="4 3" d="M{limit} 0V{HEIGHT}"/>'
        f'<path class="{kind}" {line} stroke-width="2" d="M{low} {middle}H{max(high, low + 1)}"/>'
        f'<path class="{kind}" {line} stroke-width="9" stroke-linecap="round" d="M{dot} {middle}h.01"/>'
    )
    return _svg("strip", HEIGHT, one.said, drawn)


def histogram(said: Histogram, words: str) -> str:
    """Draw how values lay and what the rule left out; heights are square roots, so that few are still seen."""
    most = sqrt(max(said.counts, default=0) or 1)
    wide = WIDTH / len(said.counts)
    drawn = [_fault(said)]
    for kind, counts in (("plain", said.counts), ("left", said.out)):
        for place, count in enumerate(counts):
            if count:
                high = max(1.5, TALL * sqrt(count) / most)
                drawn.append(
                    f'<rect class="{kind}" x="{place * wide:g}" y="{TALL - high:.2f}" width="{wide - 2:g}" '
                    f'height="{high:.2f}"/>'
                )
    for threshold in said.thresholds:
        at = _at(said, threshold)
        drawn.append(
            f'<path class="cut" vector-effect="non-scaling-stroke" stroke-width="2" stroke-dasharray="5 3" '
            f'd="M{at:.2f} 0V{TALL}"/>'
        )
    return _svg("histogram", TALL, words, "".join(drawn))


def _fault(said: Histogram) -> str:
    """Paint the side of the threshold with which the rule finds fault."""
    if said.operator.startswith("<"):
        return f'<rect class="fault" width="{_at(said, max(said.thresholds)):.2f}" height="{TALL}"/>'
    if said.operator.startswith(">"):
        at = _at(said, min(said.thresholds))
        return f'<rect class="fault" x="{at:.2f}" width="{WIDTH - at:.2f}" height="{TALL}"/>'
    return ""


def _at(said: Histogram, value: float) -> float:
    """Return where a value stands on the scale."""
    low, high, here = (log10(1 + v) if said.log else v for v in (said.low, said.high, value))
    return WIDTH * min(max((here - low) / (high - low), 0), 1)


def _svg(kind: str, tall: int, said: str, drawn: str) -> str:
    shape = f'viewBox="0 0 {WIDTH} {tall}" preserveAspectRatio="none"'
    return f'<svg class="{kind}" role="img" aria-label="{escape(said)}" {shape}>{drawn}</svg>'
