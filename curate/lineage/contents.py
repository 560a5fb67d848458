"""Hold texts against the bytes that left the last stage, against their turns, and records against their split."""

import hmac
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curate.config.registry import SOURCES
from curate.lineage.manifest import Account, Manifest, Numbers, reread_sources
from curate.lineage.reading import Seen
from curate.lineage.sight import grouped
from curate.lineage.verification import Finding

CLUSTER = "cluster"


class Draw(NamedTuple):
    """How a run drew the split of a record: HMAC-SHA256(seed, group) as a fraction, held against running shares."""

    shares: tuple[tuple[str, float], ...]
    seed: int
    column: str
    """What groups records that must not part; where it is null, the id stands alone."""
    largest: str
    """The split with most records; only the others are looked at, which is where a record does harm."""

    def of(self, group: str) -> str:
        """Name the split of a group."""
        drawn = hmac.digest(str(self.seed).encode(), group.encode(), "sha256")
        fraction, passed = int.from_bytes(drawn[:8]) / 2**64, 0.0
        for name, share in self.shares:
            passed += share
            if fraction < passed:
                return name
        return self.shares[-1][0]


def draw_of(manifest: Manifest) -> Draw | None:
    """Return how the configuration has splits drawn; None where there is one, or where it does not say so."""
    output = manifest.config.resolved.get("output")
    said = output if isinstance(output, dict) else {}
    splits, seed, group = said.get("splits"), said.get("seed"), said.get("split_by")
    amounts = manifest.outputs.splits
    if not isinstance(splits, dict) or not isinstance(seed, int) or len(amounts) < 2:  # noqa: PLR2004 - one holds all
        return None
    shares = tuple((name, float(share)) for name, share in splits.items() if isinstance(share, int | float))
    column = group if isinstance(group, str) else CLUSTER
    if len(shares) != len(splits) or column not in {one.name for one in manifest.outputs.columns}:
        return None
    return Draw(shares, seed, column, max(amounts, key=lambda name: amounts[name].rows))


class Contents:
    """What records hold beside their places, counted by source; and the records that contradict themselves."""

    def __init__(self, manifest: Manifest) -> None:
        self._draw = draw_of(manifest)
        self._split = {shard.path: shard.split for shard in manifest.outputs.shards}
        group = () if self._draw is None else (self._draw.column,)
        self.columns: Sequence[str] = tuple(dict.fromkeys(("id", "source_id", "text", "messages", *group)))
        self.bytes: Counter[str] = Counter()
        """UTF-8 bytes of the texts, by source."""
        self.rows: Counter[str] = Counter()
        self.chats: Counter[str] = Counter()
        """Records that have turns, by source."""
        self.unlike: list[str] = []
        """Records whose text is not the rendering of their turns."""
        self.misplaced: list[str] = []
        """Records in another split than they were drawn for."""

    def see(self, seen: Seen) -> None:
        """Take in some records."""
        batch = seen.batch
        has_turns = batch["messages"].is_valid()
        turns, sizes = np.asarray(has_turns), np.asarray(pc.fill_null(pc.binary_length(batch["text"]), 0))
        for (name,), rows in grouped([batch["source_id"]]):
            self.bytes[name] += int(sizes[rows].sum())
            self.chats[name] += int(turns[rows].sum())
            self.rows[name] += len(rows)
        if has_turns.true_count:
            self.unlike += unlike(batch.filter(has_turns))
        split = self._split[seen.shard]
        if self._draw is not None and split != self._draw.largest:
            self.misplaced += misplaced(batch, self._draw, split)


def unlike(chats: pa.RecordBatch) -> list[str]:
    """Return the ids of chats whose text is not their turns, each as `role: content`, parted by a line feed."""
    messages = chats["messages"]
    roles, contents = pc.list_flatten(messages).flatten()
    ends = np.cumsum(pc.list_value_length(messages).to_numpy())
    offsets = pa.array(np.concatenate(([0], ends)), pa.int32())
    turns = pa.ListArray.from_arrays(offsets, pc.binary_join_element_wise(roles, contents, ": "))
    alike = pc.fill_null(pc.equal(pc.binary_join(turns, "\n"), chats["text"]), False)
    return [str(name) for name in chats["id"].filter(pc.invert(alike)).to_pylist()]


def misplaced(batch: pa.RecordBatch, draw: Draw, split: str) -> Iterator[str]:
    """Yield the ids of records that were drawn for another split."""
    names = batch["id"].to_pylist()
    for name, group in zip(names, batch[draw.column].to_pylist(), strict=True):
        if draw.of(name if group is None else str(group)) != split:
            yield str(name)


def check_contents(manifest: Manifest, seen: Contents, unread: Mapping[str, str]) -> Finding:
    """Compare what was seen with the manifest; `unread` says why some shards could not be read."""
    if unread:
        return Finding([f"{path} {why}" for path, why in unread.items()], "")
    faults = [*_byte_faults(manifest, seen), *_chat_faults(manifest, seen)]
    faults += [f"{name}: its text is not what its turns say" for name in seen.unlike]
    faults += [f"{name} was drawn for another split than it is in" for name in seen.misplaced]
    return Finding(faults, f"{seen.bytes.total()} bytes of text, {seen.chats.total()} chats")


def _byte_faults(manifest: Manifest, seen: Contents) -> Iterator[str]:
    """Hold the bytes of the texts against those that left the last stage; fewer where some were erased since."""
    last = manifest.stages[-1].by_source if manifest.stages else {}
    for source in sorted({*last, *seen.bytes}):
        said, there = last.get(source, Numbers()).bytes_out, seen.bytes[source]
        erased = manifest.accounting.by_source.get(source, Account()).erased_written
        if there > said or (there < said and not erased):
            yield f"{source or 'no source'}: {said} bytes of text leave the last stage, its records have {there}"


def _chat_faults(manifest: Manifest, seen: Contents) -> Iterator[str]:
    """Find turns in all records of a source that has chats, and in none of any other that was read from raw files."""
    configured = manifest.config.resolved.get("sources")
    reread = reread_sources(manifest)
    for said in configured if isinstance(configured, list) else ():
        plugged = isinstance(said, dict) and str(said.get("format")) not in SOURCES
        if plugged or not isinstance(said, dict) or "messages" not in said:
            continue
        name = str(said.get("name"))
        if name in reread:
            continue
        wanted = seen.rows[name] if said["messages"] is not None else 0
        if seen.chats[name] != wanted:
            yield f"{name}: {seen.chats[name]} of {seen.rows[name]} records have turns, by its settings {wanted}"
