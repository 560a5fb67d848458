"""Keep one record of those whose texts are the same."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, ClassVar, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import Field

from curate.core import compute as pc
from curate.core.columns import with_columns
from curate.core.stage import VERDICTS, Action, Findings, Outcome, Round, Step, Texts, Value, Yields, apply_verdicts
from curate.stages.dedup.keep import WORST, Criterion, Judge, Keeping
from curate.stages.dedup.scope import ON, On, Scope, said, scopes_of

Fold = Literal["none", "case_and_space"]
EqualCriterion = Literal["source_priority", "quality", "newest", "id"]
"""Not the longest: equal texts are equally long, but for white space where `fold` lets it differ."""

DIGEST_BYTES = 16
"""At 128 bits, two different texts among a billion share a digest with probability 1.5e-21."""


class ExactDuplicates(Keeping):
    """Leave out, or tag, every record whose text stands already in another one.

    Texts are compared by a 128-bit digest (BLAKE2b) of what the stages before have made of them. Of equal ones the
    first by `keep` stays; where it decides nothing, the earliest: sources come in the order of the configuration, files
    by uri, records by place. A text of nothing but white space is no copy of anything. The finding
    `exact_duplicates:copy` names the record that is kept; with `action: tag`, so does the signal
    `exact_duplicates_keeper`.
    """

    version: ClassVar[int] = 3
    facts_from: ClassVar[tuple[str, ...]] = ("fold", "scope", "on", "keep", "quality", "date")
    open_from: ClassVar[tuple[str, ...]] = ("action",)

    fold: Fold = Field(
        "none",
        description="What two texts may differ in: nothing, or upper and lower case (as Unicode folds it: ß is ss) and"
        " the amount of white space.",
    )
    scope: Scope = Field("corpus", description="Look for copies in the whole corpus, in each source, in each language.")
    on: On = Field("text", description=ON)
    keep: tuple[EqualCriterion, ...] = Field(
        ("source_priority",),
        description="Which of equal records is kept: of the source that comes first in the configuration, of the"
        " best `quality`, the newest by `date`, of the smallest id. In the end, the one that comes first.",
    )

    @property
    def adds(self) -> pa.Schema:
        """With `action: tag`, `name_keeper`: the id of the record that a copy copies, null for all others."""
        return pa.schema([(f"{self.called}_keeper", pa.string())] if self.action == "tag" else [])

    @property
    def called(self) -> str:
        """The name under which findings and columns go."""
        return self.name or "exact_duplicates"

    def facts(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return key uint64, row uint32, the other half of the digest, and the merits that `keep` decides by.

        There is a line for each record that has a text.
        """
        texts = said(batch, self.on)
        says = pc.fill_null(pc.greater(pc.binary_length(pc.utf8_trim_whitespace(texts)), 0), False)
        batch, texts = batch.filter(says), texts.filter(says)
        names, places = scopes_of(batch, self.scope)
        begun = [blake2b(f"{name}\0".encode(), digest_size=DIGEST_BYTES) for name in names]
        digests = bytearray()
        for place, text in zip(places.tolist(), self.folded(texts), strict=True):
            digest = begun[place].copy()
            digest.update(text)
            digests += digest.digest()
        halves = np.frombuffer(bytes(digests), np.dtype("<u8")).reshape(-1, 2)
        columns = {"key": np.ascontiguousarray(halves[:, 0]), "row": batch["row"], "rest": halves[:, 1].copy()}
        return pa.RecordBatch.from_pydict(columns | self.merits(batch))

    def merits(self, batch: pa.RecordBatch) -> dict[str, NDArray[Any]]:
        """Return what decides which copy stays; a source is named by 32 bits of a digest, nothing where rows decide."""
        if self.keep == ("source_priority",):
            return {}
        names, places = scopes_of(batch, "source")
        marks = [int.from_bytes(blake2b(name.encode(), digest_size=4).digest(), "little") for name in names]
        batch = batch.append_column("source", pa.array(np.array(marks, np.uint32)[places]))
        return dict(Judge(self.keep, self.quality, self.date, self.on).merits(batch))

    def folded(self, texts: pa.StringArray) -> list[bytes]:
        """Return what is compared of each text."""
        if self.fold == "none":
            whole: list[bytes] = texts.cast(pa.binary()).to_pylist()
            return whole
        return [" ".join(text.casefold().split()).encode() for text in texts.to_pylist()]

    def rounds(self) -> Sequence[Round]:
        """Return the one round: equal digests meet, the best row stays."""
        return (BestOfEqual(rule=f"{self.called}:copy", action=self.action or "reject", keep=self.keep),)

    def open(self, findings: Findings) -> Step:
        """Return the step that applies the verdicts, and names the keepers of copies that stay."""
        lines = findings.verdicts
        if self.action != "tag":
            return lambda batch: apply_verdicts(batch, lines)
        row, other = lines["row"].combine_chunks(), lines["other"].combine_chunks()

        def step(batch: pa.RecordBatch) -> Outcome:
            keepers = other.take(pc.index_in(batch["row"], value_set=row))
            named = with_columns(batch, self.adds, {f"{self.called}_keeper": keepers})
            return Outcome(named, apply_verdicts(batch, lines).found)

        return step


class BestOfEqual(Value):
    """Keep the best row of each digest; give every other a verdict that names it."""

    by: Literal["key", "row", "all"] = "key"
    wants_text: bool = False
    rule: str
    action: Action
    keep: tuple[EqualCriterion, ...]

    def reduce(self, facts: pa.Table, texts: Texts | None) -> Yields:  # noqa: ARG002 - no text wanted
        """Yield VERDICTS, ascending by row. Count, where dates decide, the records alike that have none to be read."""
        key, rest, row = (facts[name].to_numpy() for name in ("key", "rest", "row"))
        merits = [self.merit(facts, criterion) for criterion in self.keep if criterion in facts.schema.names]
        order = np.lexsort((row, *reversed(merits), rest, key))
        key, rest, row = key[order], rest[order], row[order]
        first = np.ones(len(row), np.bool_)
        first[1:] = (key[1:] != key[:-1]) | (rest[1:] != rest[:-1])
        keeper = row[first][np.cumsum(first) - 1]
        yield self.verdicts(row[~first], keeper[~first])
        if "newest" not in self.keep:
            return None
        alike = ~first | ~np.append(first[1:], True)
        return {"undated": int((alike & (facts["newest"].to_numpy()[order] == WORST)).sum())}

    @staticmethod
    def merit(facts: pa.Table, criterion: Criterion) -> NDArray[np.int64]:
        """Return what a criterion says of each row; rows come in the order of the sources in the configuration."""
        said_of: NDArray[np.int64] = facts[criterion].to_numpy()
        if criterion != "source_priority":
            return said_of
        sources, place = np.unique(said_of, return_inverse=True)
        first = np.full(len(sources), np.iinfo(np.uint64).max, np.uint64)
        np.minimum.at(first, place, facts["row"].to_numpy())
        return np.argsort(np.argsort(first))[place]

    def verdicts(self, rows: NDArray[np.uint64], keepers: NDArray[np.uint64]) -> pa.RecordBatch:
        """Spell the verdicts on `rows`; sameness has no measure."""
        order = np.argsort(rows)
        lines = {"row": rows[order], "other": keepers[order], "rule": self.rule, "action": self.action}
        columns = [
            pa.array(value, field.type)
            if isinstance(value := lines.get(field.name), np.ndarray)
            else pa.repeat(pa.scalar(value, field.type), len(rows))
            for field in VERDICTS
        ]
        return pa.RecordBatch.from_arrays(columns, schema=VERDICTS)
