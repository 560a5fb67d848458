"""What a manifest says of the erasures that an output has seen, as values."""

from typing import Annotated, Literal

from pydantic import Field

from curate.core.stage import Value
from curate.lineage.erase_basis import TICKET, Basis

Count = Annotated[int, Field(ge=0)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Rewritten(Value):
    """A file of which an erasure took rows."""

    path: str
    rows: Count = Field(description="Rows before.")
    erased: Count = Field(description="Rows taken.")
    sha256: Sha256 = Field(description="Digest before.")


class Erasure(Value):
    """One erasure: why and when, and how much it took."""

    number: Count = Field(description="From 0; its tombstones are that file of `outputs.tombstones`.")
    by: Literal["ids", "source", "uri", "text_file", "subject"] = Field(description="How the records were named.")
    basis: Basis
    ticket: str = Field(pattern=f"^{TICKET.pattern}$", description="Reference of the request; never a text.")
    at: str = Field(description="ISO 8601, UTC.")
    curate: str = Field(description="Version of curate that erased.")
    records: Count = Field(description="Records taken out of shards.")
    rejected: Count = Field(description="Rows taken out of the ledger.")
    places: Count = Field(0, description="Places of personal data taken out of `outputs.pii`.")
    copies: Count = Field(0, description="Other records that were named as copies when it was done.")
    files: tuple[Rewritten, ...] = Field((), description="Files that were written anew or, without a row, taken away.")


class Predecessor(Value):
    """The version before an erasure."""

    sha256: Sha256 = Field(description="Digest of its manifest.")
    path: str = Field(description="Where that manifest is kept, relative to the output.")
    kept_sha256: Sha256 = Field(
        description="Digest of what is kept: another one where the manifest quoted texts of a source that was touched."
    )


class SuppressedFile(Value):
    """The suppression list that goes with the output."""

    path: str
    sha256: Sha256
    key_id: str
    content: Count = Field(description="Digests of raw texts.")
    edited: Count = Field(description="Digests of edited texts of which the raw one is not known.")
    ids: Count = Field(description="Digests of ids.")


class Version(Value):
    """One version of an output."""

    number: Count = Field(description="From 0, what the run wrote.")
    manifest_sha256: str
    rows: Count = Field(description="Records in shards.")
    shards: Count
    documents_root: str
    basis: Basis | None = Field(None, description="Why this version was made of the one before; null for version 0.")
    ticket: str | None = None
    at: str | None = Field(None, description="ISO 8601, UTC.")
    records: Count = Field(0, description="Records that were taken out of shards.")
    rejected: Count = Field(0, description="Rows that were taken out of the ledger.")
    touched: tuple[str, ...] = Field((), description="Files that lost rows.")
    quotes: bool = Field(True, description="False where texts that its manifest quoted were taken out of what is kept.")
