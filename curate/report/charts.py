"""Draw numbers as bars: inline SVG that prints, needs no script and asks nobody for anything."""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

WIDTH, HEIGHT = 1000, 24


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
    said = escape(", ".join(f"{part.said} {part.value:,}" for part in parts))
    shape = f'viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none"'
    return f'<svg role="img" aria-label="{said}" {shape}>{"".join(drawn)}</svg>'
