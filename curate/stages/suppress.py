"""Leave out what was erased from an earlier output, and digest every record so that it can be erased one day."""

from pathlib import Path
from typing import Any, ClassVar, Self

import pyarrow as pa
from pydantic import Field, PrivateAttr, computed_field, model_validator

from curate.core import compute as pc
from curate.core.columns import with_columns
from curate.core.errors import CurateError
from curate.core.keyfile import HINT, read_key
from curate.core.personal import key_id
from curate.core.stage import Outcome, Stage, Step, found_lines, merged
from curate.core.suppression import FORM, Suppression, content_digest, id_digest, read_suppression


class Suppress(Stage):
    """Leave out what `curate erase` has put on a suppression list, whatever file it comes from now.

    As the first stage it sees records as their raw files have them: put it there before the first run, and erasing
    later reaches raw copies too. Texts are compared by keyed digests (HMAC-SHA256) of what they say: white space,
    signs without width and full-width forms do not count. The signal `suppress_digest` holds the digest of every
    record, null where it has no text. The finding `suppress:content` is an erased text, `suppress:id` a record that its
    source names by a key as it named an erased one.
    """

    version: ClassVar[int] = FORM
    limited: ClassVar[bool] = False

    lists: tuple[Path, ...] = Field(
        (), description="Suppression lists that `curate erase` has written; none before anything was erased."
    )
    key_file: Path | None = Field(
        None, exclude=True, description="File of at least 32 bytes that keys the digests; that of the run when absent."
    )
    key_env: str | None = Field(
        None, exclude=True, description="Variable of the environment that holds the key, where there is no file."
    )
    _key: bytes | None = PrivateAttr(None)
    _suppressed: Suppression | None = PrivateAttr(None)

    @computed_field(description="Name of the key; the key itself is in no output.")  # type: ignore[prop-decorator]
    @property
    def key_id(self) -> str | None:
        """Name the key without giving it away: so a changed key makes every task anew."""
        return None if self._key is None else key_id(self._key)

    @model_validator(mode="after")
    def keyed(self) -> Self:
        """Read key and lists, so that they travel to workers; refuse lists that were made with another key."""
        self._key = read_key(self.key_file, self.key_env)
        if self._key is None:
            raise ValueError(f"the digests need a key, found neither `key_file` nor `key_env`; {HINT}")
        whole = Suppression.of(self._key)
        for path in self.lists:
            try:
                said = read_suppression(path)
            except CurateError as wrong:
                raise ValueError(str(wrong)) from None
            if said.key_id != self.key_id:
                raise ValueError(f"{path.name} was made with the key {said.key_id}, the stage has {self.key_id}")
            whole = whole.with_those_of(said)
        self._suppressed = whole
        return self

    @property
    def rejects(self) -> bool:
        """Where it is told to leave something out."""
        return self.action != "tag" and self.suppressed.size > 0

    @property
    def suppressed(self) -> Suppression:
        """All lists together."""
        assert self._suppressed is not None  # noqa: S101 - the validator has set it
        return self._suppressed

    @property
    def adds(self) -> pa.Schema:
        """The digest of what the record says."""
        return pa.schema([(f"{self.name}_digest", pa.string())])

    @property
    def assets(self) -> tuple[Path, ...]:
        """The lists."""
        return self.lists

    def lineage(self) -> dict[str, Any]:
        """Say how much is suppressed, and under which key."""
        said = self.suppressed
        return {kind: len(some) for kind, some in said.kinds.items()} | {"key_id": said.key_id, "form": said.form}

    def open(self) -> Step:
        """Return the step."""
        assert self._key is not None  # noqa: S101 - the validator has read it
        key = self._key
        said = self.suppressed
        content, ids = pa.array([*said.content, *said.edited], pa.string()), pa.array(said.ids, pa.string())
        action, column = self.action or "reject", f"{self.name}_digest"

        def step(batch: pa.RecordBatch) -> Outcome:
            digests = pa.array([content_digest(key, text) for text in batch["text"].to_pylist()], pa.string())
            lines = [found_lines(pc.is_in(digests, content), f"{self.name}:content", action=action)]
            if len(ids):
                names = pa.array([id_digest(key, name) for name in batch["id"].to_pylist()], pa.string())
                lines.append(found_lines(pc.is_in(names, ids), f"{self.name}:id", action=action))
            return Outcome(with_columns(batch, self.adds, {column: digests}), merged(lines))

        return step
