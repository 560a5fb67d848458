"""Which scripts the examples let `relevance` judge, and what a user has to be told where they hardly fit the stream."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.core.scripts import NONE, SCRIPTS, Names

LEAST_EXAMPLES = 10
"""So many examples of a script are needed to judge texts in it: each fifth of them is held out in turn."""
FEW = 0.01
"""Share of the sample that passes, of a script, below which the user is told: next to nothing is kept."""

Mask = NDArray[np.bool_]


def judged_scripts(examples: Names) -> tuple[str, ...]:
    """Return the scripts of which there are enough examples, the commonest at least, and texts without letters."""
    often = Counter(examples.tolist())
    most = max(often.values(), default=0)
    enough = {name for name, count in often.items() if count >= min(LEAST_EXAMPLES, most)}
    return tuple(sorted(enough | {NONE}))


def by_script(sides: tuple[Names, Names], judged: Sequence[str], passes: tuple[Mask, Mask]) -> dict[str, Any]:
    """Return, by script, how many examples and sampled records there are, and of those judged which shares pass.

    `passes` tells it of each example and each record in a script that is judged, in their order.
    """
    figures: dict[str, Any] = {}
    counts = [Counter(side.tolist()) for side in sides]
    known = [side[np.isin(side, judged)] for side in sides]
    for name in sorted(counts[0] | counts[1], key=lambda name: (-counts[0][name] - counts[1][name], name)):
        said: dict[str, Any] = {"examples": counts[0][name], "stream": counts[1][name], "judged": name in judged}
        if name in judged:
            shares = zip(("recall", "passing"), known, passes, strict=True)
            said |= {what: round(float(some[side == name].mean()), 4) for what, side, some in shares if name in side}
        figures[name] = said
    return figures


def warnings(name: str, scripts: Mapping[str, Mapping[str, Any]], *, from_lexicon: bool) -> Iterator[str]:
    """Yield what a user should be told: records that are not judged, and scripts of which next to nothing passes."""
    total = sum(said["stream"] for said in scripts.values())
    for script, said in scripts.items():
        share = f"{said['stream']:,} of {total:,} sampled records are written in {SCRIPTS[script]}"
        if not said["judged"] and said["stream"]:
            examples = f"{said['examples']} of the examples" if said["examples"] else "no example"
            are = "are" if said["examples"] > 1 else "is"
            yield (
                f"{share} and {examples} {are}: they are not judged but tagged {name}:other_script; give "
                f"{LEAST_EXAMPLES} examples of them or more, or leave them out by `language: {{keep: [...]}}`"
            )
        passing = said.get("passing")
        if passing is not None and passing < FEW and said["stream"] >= LEAST_EXAMPLES and not from_lexicon:
            yield (
                f"{share}, and {100 * passing:.2g} % of them pass: hardly anything there is like the examples; look at "
                f"records that were found {name}:off_topic before you reject them"
            )
