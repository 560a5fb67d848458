"""Read the records of an output once, texts included, and hand every batch to all that look at them."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import pyarrow as pa

from curate.core.merkle import Digests, text_digests
from curate.lineage.manifest import Manifest
from curate.lineage.sight import DAMAGE, read_groups, reason


class Seen(NamedTuple):
    """Records of one shard, in their order: a row group, or a part of one."""

    shard: str
    """Its path, relative to the output."""
    batch: pa.RecordBatch
    digests: Digests
    """sha256 of each text."""


class Looker(Protocol):
    """Looks at every record once."""

    @property
    def columns(self) -> Sequence[str]:
        """What it has to see of a record."""
        ...

    def see(self, seen: Seen) -> None:
        """Take in some records; raise one of DAMAGE where they cannot be what they should be."""
        ...


def read_records(out: Path, manifest: Manifest, lookers: Sequence[Looker]) -> dict[str, str]:
    """Have all shards looked at; return those that could not be read (paths relative to the output), and why.

    Texts are unpacked and digested once, whoever looks at them. Of a damaged shard some records may have been seen.
    """
    columns = list(dict.fromkeys(("text", *(name for looker in lookers for name in looker.columns))))
    faults: dict[str, str] = {}
    for shard in manifest.outputs.shards:
        try:
            for batch in read_groups(out / shard.path, columns):
                seen = Seen(shard.path, batch, text_digests(batch["text"]))
                for looker in lookers:
                    looker.see(seen)
        except DAMAGE as wrong:
            faults[shard.path] = reason(wrong)
    return faults
