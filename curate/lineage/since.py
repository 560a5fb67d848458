"""Say what was erased from an output, to whom asks for something that tombstones do not hold: a text, a person."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import Field

from curate.core.errors import ConfigError, StorageError
from curate.core.personal import key_id
from curate.core.stage import Value
from curate.core.suppression import Suppression, content_digest, read_suppression
from curate.lineage.columns import HINT
from curate.lineage.erase_basis import Basis
from curate.lineage.former import MADE_ANEW, formers
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
    former: bool = Field(False, description="Whether it was of an output that a run has replaced since.")


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
            anew = MADE_ANEW if one.former else ""
            yield f"{count:,} at {one.at}: basis {one.basis}, ticket {one.ticket}, named by {one.by}{anew}"
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


def since(out: Path, manifest: Manifest, known: Known = "untold") -> Since | None:
    """Say what was erased, former outputs first; None where nothing was."""
    names = [name for name in Past.model_fields if name != "former"]
    every = [(one, True) for _, said in formers(out) for one in said.erasures]
    every += [(one, False) for one in manifest.erasures]
    if not every:
        return None
    said = (Past.model_validate({name: getattr(one, name) for name in names} | {"former": old}) for one, old in every)
    return Since(erasures=tuple(said), known=known)


def known_text(out: Path, manifest: Manifest, text: str, key: bytes | None) -> Known:
    """Ask the suppression lists, also of former outputs, whether a record that said what a text says was erased.

    They have the digest of the final text of every record that was taken out of a shard, and of raw texts that the
    stage `suppress` digested. ConfigError where the key is not that of a list, StorageError where one is damaged.
    """
    own = [out / manifest.suppression.path] if manifest.suppression else []
    paths = [*own, *(folder / said.suppression.path for folder, said in formers(out) if said.suppression)]
    if key is None or not paths:
        return "no key" if key is None else "untold"
    digest = content_digest(key, text)
    lists = [_listed(path, key) for path in paths]
    if digest is None:
        return "untold"
    return "listed" if any(digest in {*one.content, *one.edited} for one in lists) else "not listed"


def _listed(path: Path, key: bytes) -> Suppression:
    """Read a list that was made with a key."""
    try:
        listed = read_suppression(path)
    except ConfigError as wrong:
        raise StorageError(wrong.message, where=str(path), hint=HINT) from wrong
    if listed.key_id != key_id(key):
        fact = f"the key has the id {key_id(key)}, the suppression list was made with {listed.key_id}"
        raise ConfigError(fact, where="--key-file", hint="use the key with which the records were erased")
    return listed
