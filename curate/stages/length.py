"""Drop texts that are too short to teach or too long to be one document."""

from collections.abc import Mapping
from typing import ClassVar, Self

import pyarrow as pa
from pydantic import Field, model_validator

from curate.core import compute as pc
from curate.core.columns import with_columns
from curate.core.stage import Action, Outcome, Stage, Step, found_lines, merged


class Length(Stage):
    """Judge records by their number of characters, both bounds included.

    Characters (Unicode code points), not bytes and not words: the one length that means the same in Chinese and
    English. White space around a text does not count. The signal `_chars` is null where the text is.
    """

    version: ClassVar[int] = 1

    min: int = Field(1, ge=0, description="Fewest characters that a record may have.")
    max: int = Field(2_000_000, ge=1, description="Most characters that a record may have.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min > self.max:
            raise ValueError(f"min {self.min} is above max {self.max}: no text could pass")
        return self

    @property
    def adds(self) -> pa.Schema:
        """The number of characters."""
        return pa.schema([(f"{self.name}_chars", pa.int32())])

    @property
    def rejects(self) -> bool:
        """Unless it is told to tag."""
        return self.action != "tag"

    @property
    def finds(self) -> Mapping[str, Action]:
        """What is too short, what is too long."""
        return dict.fromkeys(("too_short", "too_long"), self.action or "reject")

    def open(self) -> Step:
        """Return the step."""
        return self._judge

    def _judge(self, batch: pa.RecordBatch) -> Outcome:
        chars = pc.utf8_length(pc.utf8_trim_whitespace(batch["text"]))
        metric, action = f"{self.name}_chars", self.action or "reject"
        short = found_lines(
            pc.less(chars, self.min),
            f"{self.name}:too_short",
            action=action,
            metric=metric,
            value=chars,
            threshold=self.min,
            operator="<",
        )
        long = found_lines(
            pc.greater(chars, self.max),
            f"{self.name}:too_long",
            action=action,
            metric=metric,
            value=chars,
            threshold=self.max,
            operator=">",
        )
        return Outcome(with_columns(batch, self.adds, {metric: chars}), merged([short, long]))
