"""The suppression list: keyed digests of what was erased, by which a later run knows it again and leaves it out."""

import hmac
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from curate.core.errors import ConfigError, StorageError
from curate.core.files import check_end, write_whole
from curate.core.once import read_as
from curate.core.personal import key_id
from curate.core.stage import Value

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
DIGEST_CHARS = 32
FORM = 1
"""Bumped whenever `content_form` makes other forms: digests of another form are of no use."""
UNSEEN = re.compile("[\\s\\x00-\\x1f\\x7f-\\x9f\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]+")
"""White space, control signs, and signs without width."""


def content_form(text: str) -> str:
    r"""Reduce a text to what it says: NFKC (Unicode Annex 15), then no white space and no signs without width.

    So it survives another file name, format, encoding, line ends, indents and full-width forms; case, punctuation and
    every letter still count, so that no other text is taken for it.

    >>> content_form("张三，１３８\r\n ok\u200b") == content_form("张三,138 ok")
    True
    """
    return UNSEEN.sub("", unicodedata.normalize("NFKC", text))


def content_digest(key: bytes, text: str | None) -> str | None:
    """Digest what a text says: 32 hex characters of HMAC-SHA256(key, "content:" and its form); null for nothing."""
    form = content_form(text) if text is not None else ""
    return keyed(key, "content", form) if form else None


def id_digest(key: bytes, name: str) -> str:
    """Digest the id of a record: 32 hex characters of HMAC-SHA256(key, "id:" and the id)."""
    return keyed(key, "id", name)


def keyed(key: bytes, kind: str, said: str) -> str:
    """Digest something of a kind under a key."""
    return hmac.digest(key, f"{kind}:{said}".encode(), "sha256").hex()[:DIGEST_CHARS]


class Suppression(Value):
    """Digests of erased records, under one key. Neither a text nor an id stands in it, nor which digest is whose."""

    suppression_version: Literal["1.0"] = "1.0"
    key_id: str = Field(description="Name of the key: first 8 hex characters of HMAC-SHA256(key, `kid`).")
    form: int = Field(FORM, ge=1, description="Version of the form of a text that is digested.")
    content: tuple[Digest, ...] = Field((), description="Digests of raw texts, sorted.")
    edited: tuple[Digest, ...] = Field(
        (), description="Digests of texts as stages had edited them, where the raw one is not known; sorted."
    )
    ids: tuple[Digest, ...] = Field(
        (), description="Digests of ids, sorted; only of records that their source names by a key of theirs."
    )

    @classmethod
    def of(
        cls, key: bytes, content: Iterable[str] = (), edited: Iterable[str] = (), ids: Iterable[str] = ()
    ) -> "Suppression":
        """Make a list of digests that were made with a key."""
        said = {"content": content, "edited": edited, "ids": ids}
        return cls.model_validate(
            {"key_id": key_id(key), **{kind: tuple(sorted(set(some))) for kind, some in said.items()}}
        )

    @property
    def kinds(self) -> dict[str, frozenset[str]]:
        """The digests by what they are of."""
        return {"content": frozenset(self.content), "edited": frozenset(self.edited), "ids": frozenset(self.ids)}

    @property
    def size(self) -> int:
        """How many digests there are."""
        return sum(map(len, self.kinds.values()))

    def with_those_of(self, other: "Suppression") -> "Suppression":
        """Put two lists of one key together."""
        both = {kind: tuple(sorted(some | other.kinds[kind])) for kind, some in self.kinds.items()}
        return self.model_copy(update=both)

    def covers(self, other: "Suppression") -> bool:
        """Tell whether it holds every digest of another list."""
        mine = self.kinds
        return self.key_id == other.key_id and all(some <= mine[kind] for kind, some in other.kinds.items())

    def spelled(self) -> bytes:
        """Return the one spelling of the list as a file: JSON, a digest a line, so that it can be read and compared."""
        return self.model_dump_json(indent=1).encode() + b"\n"

    def save(self, path: Path) -> None:
        """Write the list whole or not at all; StorageError where that is impossible."""
        try:
            write_whole(path, self.spelled())
        except OSError as error:
            raise StorageError(f"cannot write the suppression list: {error.strerror}", where=str(path)) from error


def read_suppression(path: Path) -> Suppression:
    """Read a list; StorageError where it cannot be read, ConfigError where it is none or of an unknown form."""
    try:
        check_end(path)
        body = path.read_bytes()
    except OSError as error:
        fact, hint = f"the suppression list cannot be read: {error.strerror}", "it is a file that `curate erase` writes"
        raise StorageError(fact, where=str(path), hint=hint) from error
    try:
        said = read_as(Suppression, body)
    except ValueError as wrong:
        hint = "`curate erase` writes it; take it from a copy, or from `_lineage/suppressed.json` of an erased output"
        raise ConfigError("this is no suppression list", where=str(path), hint=hint) from wrong
    if said.form != FORM:
        fact = f"the suppression list has digests of form {said.form}, this version makes those of form {FORM}"
        raise ConfigError(fact, where=str(path), hint="use the version of curate that wrote it")
    return said


def schema() -> dict[str, JsonValue]:
    """Return the JSON Schema of a list: what `schemas/suppression.schema.json` holds."""
    said: dict[str, JsonValue] = Suppression.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **said}
