"""Which of several records that say the same is kept: criteria, and the numbers that they are decided by."""

from collections.abc import Sequence
from typing import Literal, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import Field, model_validator

from curate.core import compute as pc
from curate.core.stage import GlobalStage
from curate.stages.dedup.dates import instant
from curate.stages.dedup.scope import On, said

Criterion = Literal["source_priority", "quality", "longest", "newest", "id"]
Merits = NDArray[np.int64]

ID_DIGITS = 15
"""So many hexadecimal digits of an id fit into an int64; of 10 million ids, two share them with probability 0.00004."""
LEAST = np.iinfo(np.int64).min
WORST = np.iinfo(np.int64).max


class Keeping(GlobalStage):
    """What the stages that leave copies out have in common: which copy stays."""

    keep: tuple[Criterion, ...] = ()
    """What decides, first what decides first; in the end, the place of the record does."""
    quality: str | None = Field(
        None, description="Kept field or signal, a number, by which `keep: [quality]` decides: the greater is better."
    )
    date: str | None = Field(
        None,
        description="Kept field by which `keep: [newest]` decides: a date, a time, or a string such as 2024-03-01,"
        " 20240301T103000Z, 2024/3/1, 2024年3月1日10时, 1 March 2024 or the date of a mail. What cannot be read as a"
        " date (01/03/2024 could be two) counts as older than any; how many records that were, the manifest says.",
    )

    @model_validator(mode="after")
    def criteria_are_different(self) -> Self:
        """Refuse a repeated criterion."""
        if len(set(self.keep)) < len(self.keep):
            raise ValueError(f"`keep` names a criterion twice: {list(self.keep)!r}")
        return self

    @model_validator(mode="after")
    def quality_is_a_column(self) -> Self:
        """Refuse quality without its column, and the column without its criterion."""
        return self._has_column("quality", "quality")

    @model_validator(mode="after")
    def newest_has_a_date(self) -> Self:
        """Refuse the newest without its column, and the column without its criterion."""
        return self._has_column("newest", "date")

    def _has_column(self, criterion: str, setting: str) -> Self:
        if criterion in self.keep and getattr(self, setting) is None:
            raise ValueError(f"`keep` names {criterion!r}: name the column that it is decided by as `{setting}`")
        if criterion not in self.keep and getattr(self, setting) is not None:
            raise ValueError(f"`{setting}` decides nothing: `keep` does not name {criterion!r}")
        return self

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns that the criteria need."""
        return tuple(name for name in (self.quality, self.date) if name is not None)


def columns_of(keep: Sequence[Criterion], quality: str | None, date: str | None) -> tuple[str, ...]:
    """Return the columns of a record by which criteria decide, beside its text and its source."""
    by = {"quality": quality, "newest": date, "id": "id"}
    return tuple(dict.fromkeys(name for criterion in keep if (name := by.get(criterion)) is not None))


class Judge:
    """Turns records into numbers, one a criterion: the least is kept."""

    def __init__(self, keep: Sequence[Criterion], quality: str | None, date: str | None, on: On) -> None:
        self.keep, self.quality, self.date, self.on = keep, quality, date, on

    def merits(self, batch: pa.RecordBatch) -> dict[str, Merits]:
        """Return int64 of shape (n,) by criterion, the better the less; what is not known counts as the worst.

        `batch` has the columns that `columns_of` names, and `source` and the text where they count.
        """
        return {criterion: self._merit(criterion, batch) for criterion in self.keep}

    def _merit(self, criterion: Criterion, batch: pa.RecordBatch) -> Merits:
        if criterion == "source_priority":
            return column(batch["source"]).astype(np.int64)
        if criterion == "longest":
            return -column(pc.fill_null(pc.utf8_length(said(batch, self.on)), 0)).astype(np.int64)
        if criterion == "id":
            return np.array([int(name[:ID_DIGITS], 16) for name in batch["id"].to_pylist()], np.int64)
        if criterion == "quality":
            return greatest_first(batch[self.quality])
        return newest_first(batch[self.date])


def column(values: pa.Array) -> NDArray[np.generic]:
    """Return a column without nulls as an array."""
    found: NDArray[np.generic] = values.to_numpy(zero_copy_only=False)
    return found


def greatest_first(values: pa.Array) -> Merits:
    """Return numbers that ascend as the values descend; null, NaN and what is no number come last."""
    if pa.types.is_integer(values.type):
        return greatest_whole_first(values)
    if pa.types.is_string(values.type):
        values = pa.array([number(said) for said in values.to_pylist()], pa.float64())
    numbers = pc.fill_null(values.cast(pa.float64(), safe=False), np.nan).to_numpy(zero_copy_only=False)
    bits = (numbers + 0.0).view(np.int64)  # one zero, not two
    ascending = np.where(bits < 0, bits ^ np.int64(np.iinfo(np.int64).max), bits)
    return np.where(np.isnan(numbers), WORST, -ascending)


def greatest_whole_first(values: pa.Array) -> Merits:
    """Return whole numbers that ascend as the values descend, without overflow: the least is taken for null."""
    return ~column(pc.fill_null(values.cast(pa.int64()), LEAST)).astype(np.int64)


def number(said: str | None) -> float | None:
    """Read a number; null where it is none."""
    try:
        return None if said is None else float(said)
    except ValueError:
        return None


def newest_first(values: pa.Array) -> Merits:
    """Return numbers that ascend as the dates descend; null and what is no date come last."""
    kind = values.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return greatest_first(values)
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return greatest_whole_first(values.cast(pa.timestamp("us"), safe=False))
    return greatest_whole_first(pa.array(map(instant, values.cast(pa.string()).to_pylist()), pa.int64()))
