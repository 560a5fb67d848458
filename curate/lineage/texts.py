"""Equal texts: counted in the shards, and a fault where a stage was to leave none."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curate.core.kernels.strings import views
from curate.core.merkle import Digests, text_digests
from curate.lineage.ids import NONE, Pairs
from curate.lineage.manifest import Manifest
from curate.lineage.reading import Seen
from curate.lineage.sight import DAMAGE, read_groups, reason
from curate.lineage.verification import SHOWN, Finding

WHOLE = ("corpus", "text")
"""(scope, on) of a stage that leaves out every copy of a text."""
MAY_BE_BLANK = np.zeros(256, np.bool_)
"""Bytes that the UTF-8 of a white space of Unicode begins with."""
MAY_BE_BLANK[[*range(0x21), 0x7F, 0xC2, 0xE1, 0xE2, 0xE3]] = True
FIRST = 64
"""Bytes of such a text that are looked at before all of it is."""


class Texts:
    """The texts of an output, each by 128 bits of its sha256: two of a billion are alike by chance once in 10**20."""

    columns = ("text",)

    def __init__(self) -> None:
        self._parts: list[Pairs] = [NONE]

    def see(self, seen: Seen) -> None:
        """Take in texts, but for those of nothing but white space: they are copies of nothing."""
        self._parts.append(pairs_of(seen.digests[says_something(seen.batch["text"])]))

    def repeated(self) -> tuple[int, set[tuple[int, int]]]:
        """Return how many records have a text that an earlier one has, and the first few of these texts."""
        pairs = np.concatenate(self._parts)
        pairs = pairs[np.argsort(pairs[:, 0])]
        twice = np.flatnonzero(pairs[1:, 0] == pairs[:-1, 0])
        pairs = pairs[np.union1d(twice, twice + 1)]
        ordered = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
        same = (ordered[1:] == ordered[:-1]).all(axis=1)
        some = ordered[1:][same][: SHOWN + 1]
        return int(same.sum()), {(int(high), int(low)) for high, low in some}


def pairs_of(digests: Digests) -> Pairs:
    """Cut digests to the length of an id."""
    return np.ascontiguousarray(digests[:, :16]).view(">u8").astype(np.uint64)


def says_something(texts: pa.StringArray) -> npt.NDArray[np.bool_]:
    """Tell which texts hold more than white space.

    Nearly all begin with a sign that no white space begins with: only the others are looked at further.
    """
    strings = views(texts)
    says = strings.stops > strings.starts
    says[says] = ~MAY_BE_BLANK[strings.data[strings.starts[says]]]
    for place in np.flatnonzero(~says & (strings.stops > strings.starts)).tolist():
        start, stop = int(strings.starts[place]), int(strings.stops[place])
        said = strings.data[start : min(stop, start + FIRST)].tobytes().decode(errors="ignore").strip()
        says[place] = said or strings.data[start:stop].tobytes().decode(errors="replace").strip()
    return says


def check_texts(out: Path, manifest: Manifest, texts: Texts) -> Finding:
    """Judge equal texts: a fault where `exact_duplicates` left out copies of the whole corpus and nothing edited later.

    Elsewhere they are counted and said.
    """
    count, some = texts.repeated()
    why = allowed(manifest)
    if not count or why:
        return Finding([], f"{count} records have the text of another one" + (f": {why}" if count else ""))
    try:
        faults = list(_named(out, manifest, some))
    except DAMAGE as wrong:
        return Finding([f"a shard {reason(wrong)}"], "")
    rest = max(0, count - len(faults))
    return Finding([*faults, *([f"{rest} more"] if rest else [])], "")


def allowed(manifest: Manifest) -> str:
    """Say why equal texts may stand in the shards; empty where they may not."""
    stages = [stage for stage in manifest.stages if stage.stage == "exact_duplicates"]
    whole = [
        stage
        for stage in stages
        if stage.params.get("action") in (None, "reject")
        and (stage.params.get("scope"), stage.params.get("on")) == WHOLE
        and stage.params.get("sources") is None
        and stage.params.get("languages") is None
    ]
    if not whole:
        return "no stage was to leave out all copies"
    last = whole[-1]
    editors = [stage.name for stage in manifest.stages if stage.index > last.index and stage.edited]
    return f"{editors[0]} changed texts after {last.name}" if editors else ""


def _named(out: Path, manifest: Manifest, some: set[tuple[int, int]]) -> Iterator[str]:
    """Name the records whose texts stand twice."""
    first: dict[tuple[int, int], str] = {}
    for shard in manifest.outputs.shards:
        for batch in read_groups(out / shard.path, ("id", "text")):
            for row, (high, low) in enumerate(pairs_of(text_digests(batch["text"])).tolist()):
                if (high, low) in some:
                    name = batch["id"][row].as_py()
                    if (high, low) in first:
                        yield f"{name} has the text of {first[high, low]}"
                    first.setdefault((high, low), name)
