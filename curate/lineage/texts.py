"""Equal texts: counted in the shards, and a fault where a stage was to leave none."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curate.core.merkle import LEAF_COLUMNS, text_digests
from curate.lineage.ids import ID_CHARS, NONE, Pairs, parse_ids
from curate.lineage.manifest import Manifest
from curate.lineage.roots import ROWS
from curate.lineage.sight import DAMAGE, read_columns, reason
from curate.lineage.verification import SHOWN, Finding

WHOLE = ("corpus", "text")
"""(scope, on) of a stage that leaves out every copy of a text."""


class Texts:
    """The texts of an output, each by 128 bits of its sha256: two of a billion are alike by chance once in 10**20."""

    def __init__(self) -> None:
        self._parts: list[Pairs] = [NONE]

    def see(self, batch: pa.RecordBatch, digests: pa.StringArray) -> None:
        """Take in the texts of a batch, but for those of nothing but white space: they are copies of nothing."""
        says = pc.greater(pc.binary_length(pc.utf8_trim_whitespace(batch["text"])), 0)
        self._parts.append(parse_ids(halves(digests.filter(pc.fill_null(says, False)))).pairs)

    def repeated(self) -> tuple[int, set[tuple[int, int]]]:
        """Return how many records have a text that an earlier one has, and the first few of these texts."""
        pairs = np.concatenate(self._parts)
        ordered = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
        same = (ordered[1:] == ordered[:-1]).all(axis=1)
        some = ordered[1:][same][: SHOWN + 1]
        return int(same.sum()), {(int(high), int(low)) for high, low in some}


def halves(digests: pa.StringArray) -> pa.StringArray:
    """Cut digests to the length of an id."""
    return pc.utf8_slice_codeunits(digests, 0, ID_CHARS)


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
        for batch in read_columns(out / shard.path, LEAF_COLUMNS, ROWS):
            parsed = parse_ids(halves(text_digests(batch["text"])))
            for row, (high, low) in zip(parsed.rows.tolist(), parsed.pairs.tolist(), strict=True):
                if (high, low) in some:
                    name = batch["id"][row].as_py()
                    if (high, low) in first:
                        yield f"{name} has the text of {first[high, low]}"
                    first.setdefault((high, low), name)
