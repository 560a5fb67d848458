"""Keep one record of those whose texts are the same."""

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import ClassVar, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import Field

from curate.core import compute as pc
from curate.core.stage import VERDICTS, Action, GlobalStage, Round, Texts, Value
from curate.stages.dedup.scope import Scope, scopes_of

Fold = Literal["none", "case_and_space"]

DIGEST_BYTES = 16
"""At 128 bits, two different texts among a billion share a digest with probability 1.5e-21."""


class ExactDuplicates(GlobalStage):
    """Leave out every record whose text stands already in an earlier one.

    The earliest record is kept: sources come in the order of the configuration, files by uri, records by place. Texts
    are compared by a 128-bit digest (BLAKE2b) of what the stages before have made of them. A text of nothing but white
    space is no copy of anything. The finding `exact_duplicates:copy` names the record that is kept.
    """

    version: ClassVar[int] = 1
    facts_from: ClassVar[tuple[str, ...]] = ("fold", "scope")

    fold: Fold = Field(
        "none",
        description="What two texts may differ in: nothing, or upper and lower case and the amount of white space.",
    )
    scope: Scope = Field("corpus", description="Look for copies in the whole corpus, in each source, in each language.")

    def facts(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return key uint64, row uint32 and the other half of the digest, for each record that has a text."""
        said = pc.fill_null(pc.greater(pc.binary_length(pc.utf8_trim_whitespace(batch["text"])), 0), False)
        batch = batch.filter(said)
        names, places = scopes_of(batch, self.scope)
        begun = [blake2b(f"{name}\0".encode(), digest_size=DIGEST_BYTES) for name in names]
        digests = bytearray()
        for place, text in zip(places.tolist(), self.folded(batch["text"]), strict=True):
            digest = begun[place].copy()
            digest.update(text)
            digests += digest.digest()
        halves = np.frombuffer(bytes(digests), np.dtype("<u8")).reshape(-1, 2)
        return pa.RecordBatch.from_arrays(
            [np.ascontiguousarray(halves[:, 0]), batch["row"], np.ascontiguousarray(halves[:, 1])],
            names=["key", "row", "rest"],
        )

    def folded(self, texts: pa.StringArray) -> list[bytes]:
        """Return what is compared of each text."""
        if self.fold == "none":
            said: list[bytes] = texts.cast(pa.binary()).to_pylist()
            return said
        return [" ".join(text.casefold().split()).encode() for text in texts.to_pylist()]

    def rounds(self) -> Sequence[Round]:
        """Return the one round: equal digests meet, the smallest row stays."""
        return (FirstOfEqual(rule=f"{self.name or 'exact_duplicates'}:copy", action=self.action or "reject"),)


class FirstOfEqual(Value):
    """Keep the first row of each digest; give every other a verdict that names it."""

    by: Literal["key", "row", "all"] = "key"
    wants_text: bool = False
    rule: str
    action: Action

    def reduce(self, facts: pa.Table, texts: Texts | None) -> Iterator[pa.RecordBatch]:  # noqa: ARG002 - no text wanted
        """Yield VERDICTS, ascending by row."""
        key, rest, row = (facts[name].to_numpy() for name in ("key", "rest", "row"))
        order = np.lexsort((row, rest, key))
        key, rest, row = key[order], rest[order], row[order]
        first = np.ones(len(row), np.bool_)
        first[1:] = (key[1:] != key[:-1]) | (rest[1:] != rest[:-1])
        keeper = row[first][np.cumsum(first) - 1]
        yield self.verdicts(row[~first], keeper[~first])

    def verdicts(self, rows: NDArray[np.uint64], keepers: NDArray[np.uint64]) -> pa.RecordBatch:
        """Spell the verdicts on `rows`; sameness has no measure."""
        order = np.argsort(rows)
        said = {"row": rows[order], "other": keepers[order], "rule": self.rule, "action": self.action}
        columns = [
            pa.array(value, field.type)
            if isinstance(value := said.get(field.name), np.ndarray)
            else pa.repeat(pa.scalar(value, field.type), len(rows))
            for field in VERDICTS
        ]
        return pa.RecordBatch.from_arrays(columns, schema=VERDICTS)
