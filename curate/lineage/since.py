"""Say what was erased from an output, to whom asks for something that tombstones do not hold: a text, a person."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import Field

from curate.core.errors import ConfigError, StorageError
from curate.core.personal import key_id
from curate.core.stage import Value
from curate.core.suppression import content_digest, read_suppression
from curate.lineage.columns import HINT
from curate.lineage.erase_basis import Basis
from curate.lineage.manifest import Count, Manifest

Known = Literal["listed", "not listed", "no key", "untold"]
NO_KEY = (
    "whether one of those erased had this text: --key-file FILE, with the key of `curate erase`, asks their digests"
)
NO_LIST = "whether one of those erased had this text: there is no digest to compare it with"
NO_DATA = "whether data of this person stood in those erased: their places went with them"
LISTED = "the suppression list has what this text says: a record that said it was erased, or left out for one that was"
OTHER = "none of them that was taken out of a shard said what this text says"
MOST = 20
"""So many erasures are listed in words; `--json` has all."""


class Past(Value):
    """One erasure that the output has seen."""

    number: Count = Field(description="From 0.")
    at: str = Field(description="ISO 8601, UTC.")
    basis: Basis
    ticket: str
    by: str = Field(description="How the records were named: `ids`, `source`, `uri`, `text_file` or `subject`.")
    records: Count = Field(description="Records taken out of shards.")
    rejected: Count = Field(description="Records taken out of the ledger.")


class Since(Value):
    """What was erased, and whether it can be told that the asked one was among it."""

    erasures: tuple[Past, ...]
    known: Known = Field(
        description="Whether the suppression list has what the text says, white space and full-width forms apart: "
        "`no key` where none was given to ask it, `untold` where it cannot tell, as of a person."
    )

    @property
    def sentences(self) -> Iterator[str]:
        """Say it, a line each: how much, by which erasures, and whether the asked one is among it."""
        total = sum(one.records + one.rejected for one in self.erasures)
        yield f"{total:,} {'record was' if total == 1 else 'records were'} erased from this output"
        for one in self.erasures[:MOST]:
            count = one.records + one.rejected
            yield f"{count:,} at {one.at}: basis {one.basis}, ticket {one.ticket}, named by {one.by}"
        if len(self.erasures) > MOST:
            yield f"and {len(self.erasures) - MOST:,} erasures more: `curate history` lists them"
        if self.known in ("listed", "not listed"):
            yield LISTED if self.known == "listed" else OTHER

    def cannot(self, unknown: str = NO_LIST) -> Iterator[str]:
        """Say what cannot be told of it; `unknown` where the list has nothing to compare with."""
        left = sum(one.rejected for one in self.erasures)
        if self.known == "not listed" and left:
            yield f"whether one of the {left:,} taken out of the ledger said it: only `suppress` digests those"
        elif self.known in ("no key", "untold"):
            yield NO_KEY if self.known == "no key" else unknown


def since(manifest: Manifest, known: Known = "untold") -> Since | None:
    """Say what was erased; None where nothing was."""
    if not manifest.erasures:
        return None
    said = (Past.model_validate({name: getattr(one, name) for name in Past.model_fields}) for one in manifest.erasures)
    return Since(erasures=tuple(said), known=known)


def known_text(out: Path, manifest: Manifest, text: str, key: bytes | None) -> Known:
    """Ask the suppression list of the output whether a record that said what a text says was erased.

    It has the digest of the final text of every record that was taken out of a shard, and of raw texts that the stage
    `suppress` digested. ConfigError where the key is not that of the list, StorageError where the list is damaged.
    """
    if key is None or manifest.suppression is None:
        return "no key" if key is None else "untold"
    path = out / manifest.suppression.path
    try:
        listed = read_suppression(path)
    except ConfigError as wrong:
        raise StorageError(wrong.message, where=str(path), hint=HINT) from wrong
    if listed.key_id != key_id(key):
        fact = f"the key has the id {key_id(key)}, the suppression list was made with {listed.key_id}"
        raise ConfigError(fact, where="--key-file", hint="use the key with which the records were erased")
    digest = content_digest(key, text)
    if digest is None:
        return "untold"
    return "listed" if digest in {*listed.content, *listed.edited} else "not listed"
