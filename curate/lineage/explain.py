"""Say what became of one record and why, from the files of an output alone."""

import heapq
import math
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import count, islice
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, JsonValue

from curate.core.errors import ConfigError, CurateError, StorageError
from curate.core.stage import Value
from curate.lineage.erase_basis import Basis
from curate.lineage.former import MADE_ANEW, formers
from curate.lineage.ids import ID_CHARS
from curate.lineage.lookup import Files, Spot, spots, valued, values_at
from curate.lineage.manifest import Count, Manifest, read_manifest

SHORTEST = 6
"""Fewest characters of an id: among a million records, six begin no other id 94 times in 100."""
LISTED = 20
"""So many copies, and members of a cluster, are listed; all are counted."""
NAMED = 10
"""So many ids that begin alike are named."""
PREFIX = re.compile(rf"[0-9a-f]{{{SHORTEST},{ID_CHARS}}}")
PLACE = ("id", "source_id", "source_uri", "source_row", "source_offset", "source_length", "cluster")
KEPT = ("language", "tags", "ops")
REJECTED = ("stage", "rule", "metric", "value", "threshold", "operator", "duplicate_of")


class Kept(Value):
    """What the output says of a record that it holds."""

    language: str | None = None
    tags: tuple[str, ...] = Field((), description="Rules that found something and left the record in.")
    ops: tuple[str, ...] = Field((), description="Stages that changed the text.")


class Rejected(Value):
    """Why a record was left out; `value operator threshold` is true."""

    stage: str
    rule: str = Field(description="As `stage:what`.")
    metric: str | None = Field(None, description="What was measured; null for a rule without a measure.")
    value: float | None = None
    threshold: float | None = None
    operator: str | None = None
    duplicate_of: str | None = Field(None, description="Id of the record that stands for it.")


class Origin(Value):
    """A record and where it came from."""

    id: str
    source_id: str
    source_uri: str
    source_row: int | None = None
    source_offset: int | None = None
    source_length: int | None = None


class Record(Origin):
    """A record: where it came from, and where it is now."""

    unit: Literal["bytes", "records"] | None = Field(
        None, description="What offset and length count; null where the record came by way of an earlier output."
    )
    file: str = Field(description="Shard, or file of the ledger, that it stands in; relative to the output.")
    file_row: Count = Field(description="Row there, from 0.")
    cluster: str | None = Field(None, description="Cluster of near duplicates; null outside clusters.")
    kept: Kept | None = Field(None, description="Null where it was left out.")
    rejected: Rejected | None = Field(None, description="Null where it was kept.")


class Tombstone(Origin):
    """What is left of a record that was erased from an earlier version of the output."""

    rule: str | None = Field(None, description="Rule that had left it out before; null for a record of a shard.")
    basis: Basis
    ticket: str
    at: str = Field(description="When it was erased: ISO 8601, UTC.")
    former: bool = Field(False, description="Whether it was of an output that a run has replaced since.")

    @property
    def sentence(self) -> str:
        """Say it in one line."""
        anew = MADE_ANEW if self.former else ""
        return f"the record {self.id!r} was erased at {self.at}: basis {self.basis}, ticket {self.ticket}{anew}"


class Tagged(Value):
    """A stage that tagged the record as a duplicate and left it in."""

    stage: str
    threshold: float | None = Field(None, description="What its similarity reaches; null where the stage has none.")
    keeper: str = Field(description="Id of the record that stands for it.")
    record: Record | None = Field(None, description="That record; null where the output does not have it.")
    erased: Tombstone | None = Field(None, description="What is left of that record where it was erased.")


class Copies(Value):
    """The records for which a record stands."""

    rejected: Count = Field(0, description="Rows of the ledger that name it.")
    tagged: Count = Field(0, description="Records that a stage tagged as duplicates of it and left in.")
    listed: tuple[Record, ...] = Field(
        (), description="The first of them: rejected ones by Jaccard index, then tagged."
    )


class Cluster(Value):
    """A cluster of near duplicates, counted in shards and ledger."""

    id: str
    kept: Count
    rejected: Count
    listed: tuple[Record, ...] = Field((), description="Its first members, kept ones first.")


class Searched(Value):
    """What was looked through."""

    shards: Count
    rows: Count
    ledger_rows: Count


class Side(Value):
    """A text as a person may see it: read again, personal data masked."""

    id: str
    text: str | None = Field(None, description="Null where it could not be read.")
    read: Literal["raw", "shard"] | None = Field(None, description="Where it was read: raw as before all stages.")
    why: str | None = Field(None, description="Why it was not read from the raw file; null where it was.")


class Explanation(Value):
    """What became of one record, and why."""

    record: Record
    instead: tuple[Record, ...] = Field(
        (), description="The record that stands for it; where that was left out as a copy too, the next, to the end."
    )
    lost: str | None = Field(None, description="Id that the last of these names though the output does not have it.")
    erased: Tombstone | None = Field(None, description="What is left of that record where it was erased.")
    tagged: tuple[Tagged, ...] = ()
    copies: Copies = Copies()
    cluster: Cluster | None = None
    searched: Searched
    sides: tuple[Side, ...] = Field(
        (), description="Texts, where they were asked for: of the record, and of the one that it is compared with."
    )

    @property
    def other(self) -> Record | None:
        """The record whose text says most beside this one's: what stands for it, else the least similar copy."""
        keepers = [tagged.record for tagged in self.tagged if tagged.record is not None]
        return next(iter((*self.instead, *keepers, *self.copies.listed)), None)

    @property
    def jaccard(self) -> float | None:
        """The exact Jaccard index of the record and `other`; null where the ledger has none of the two."""
        pairs = ((self.record, self.other), (self.other, self.record))
        for copy, keeper in ((one.rejected, two.id) for one, two in pairs if one and two and one.rejected):
            if copy.duplicate_of == keeper and copy.metric == "jaccard":
                return copy.value
        return None


def explain(out: Path, name: str) -> Explanation:
    """Explain the record whose id is `name` or begins so.

    ConfigError where that is no id or several records' ids begin so; CurateError where no record has it; StorageError
    where a file of the output cannot be read.
    """
    return Archive(out, read_manifest(out)).explained(id_from(name, out))


def id_from(name: str, out: Path) -> str:
    """Take what a person wrote for an id or its beginning; ConfigError where it is none."""
    said = name.strip().lower()
    if not PREFIX.fullmatch(said):
        hint = f"an id is {ID_CHARS} characters of 0-9 and a-f; its first {SHORTEST} or more will do"
        raise ConfigError(f"{said!r} is no id of a record", where=str(out), hint=hint)
    return said


class Archive:
    """The files of an output, searched by id."""

    def __init__(self, out: Path, manifest: Manifest) -> None:
        self.out = out
        self.manifest = manifest
        self.shards = Files(out, [file.path for file in manifest.outputs.shards])
        self.ledger = Files(out, [file.path for file in manifest.outputs.rejects])
        self.signals = Files(out, [file.path for file in manifest.outputs.signals])
        self.searched = Searched(
            shards=len(manifest.outputs.shards),
            rows=sum(file.rows for file in manifest.outputs.shards),
            ledger_rows=sum(file.rows for file in manifest.outputs.rejects),
        )
        self._keepers = {f"{stage.name}_keeper": stage for stage in manifest.stages}
        self._numbered = {(file.source_id, file.uri): file.decoded_bytes is None for file in manifest.inputs}

    def explained(self, name: str) -> Explanation:
        """Put together all that the files say of a record."""
        record = self.found(name)
        instead, lost = self.instead(record)
        return Explanation(
            record=record,
            instead=instead,
            lost=lost,
            erased=self.tombstone(lost) if lost else None,
            tagged=self.tagged(record),
            copies=self.copies(record),
            cluster=self.cluster(record),
            searched=self.searched,
        )

    def found(self, name: str) -> Record:
        """Find the one record whose id begins so; CurateError where there is none."""
        record = self.sought(name)
        if record is None and (stone := self.tombstone(name)) is not None:
            raise CurateError(stone.sentence, where=str(self.out), hint=f"`curate history {self.out}` tells of it")
        if record is None:
            seen = self.searched
            fact = (
                f"no record has the id {name!r}: looked through {seen.rows:,} rows of {seen.shards:,} shards"
                f" and {seen.ledger_rows:,} rows of the ledger"
            )
            hint = "ids are the column `id` of shards and ledger; a record whose file was renamed has a new one"
            raise CurateError(fact, where=str(self.out), hint=hint)
        return record

    def tombstone(self, name: str) -> Tombstone | None:
        """Find what is left of the one erased record whose id begins so; None where there is none, or several."""
        columns = [column for column in Tombstone.model_fields if column != "former"]
        found: dict[str, Tombstone] = {}
        for place, files in enumerate(self.stones()):
            for spot in islice(spots(files, columns, lambda column: pc.starts_with(column, name)), 2):
                stone = valued(Tombstone, {**spot.said, "former": place > 0}, files.out / spot.file)
                found.setdefault(stone.id, stone)
        return next(iter(found.values())) if len(found) == 1 else None

    def stones(self) -> Iterator[Files]:
        """Yield the tombstones of the output, then those of former outputs, the latest first."""
        yield Files(self.out, [file.path for file in self.manifest.outputs.tombstones])
        for folder, said in reversed(formers(self.out)):
            yield Files(folder, [file.path for file in said.tombstones])

    def sought(self, name: str) -> Record | None:
        """Find the one record whose id begins so, or none; ConfigError where several do."""
        whole = len(name) == ID_CHARS
        ids: dict[str, tuple[Files, Spot]] = {}
        for files in (self.shards, self.ledger):
            for spot in spots(files, ["id"], lambda column: (pc.equal if whole else pc.starts_with)(column, name)):
                ids.setdefault(str(spot.said["id"]), (files, spot))
                if whole:
                    return self.records_at(files, [spot])[0]
        if not ids:
            return None
        if len(ids) > 1:
            more = f" and {len(ids) - NAMED:,} more" if len(ids) > NAMED else ""
            fact = f"{len(ids):,} records have an id that begins with {name!r}"
            raise ConfigError(fact, where=str(self.out), hint=f"one of {', '.join(sorted(ids)[:NAMED])}{more}")
        [(files, spot)] = ids.values()
        return self.records_at(files, [spot])[0]

    def records(self, ids: Collection[str]) -> dict[str, Record]:
        """Find records by their whole ids; what is not there is left out."""
        wanted = pa.array(sorted(ids), pa.string())
        found: dict[str, Record] = {}
        for files in (self.shards, self.ledger) if ids else ():
            some = list(spots(files, ["id"], lambda column: pc.is_in(column, wanted)))
            found |= {record.id: record for record in self.records_at(files, some) if record.id not in found}
        return found

    def instead(self, record: Record) -> tuple[tuple[Record, ...], str | None]:
        """Follow `duplicate_of` to its end; also the id that leads nowhere."""
        chain: list[Record] = []
        seen = {record.id}
        while record.rejected and record.rejected.duplicate_of and record.rejected.duplicate_of not in seen:
            name = record.rejected.duplicate_of
            found = self.records([name])
            if name not in found:
                return tuple(chain), name
            record = found[name]
            chain.append(record)
            seen.add(name)
        return tuple(chain), None

    def tagged(self, record: Record) -> tuple[Tagged, ...]:
        """Name the stages that tagged it, and the records that stand for it."""
        keepers: dict[str, str] = {}
        for spot in spots(self.signals, ["id", *self._keepers], lambda column: pc.equal(column, record.id)):
            said = {name: spot.said.get(name) for name in self._keepers}
            keepers |= {name: str(keeper) for name, keeper in said.items() if keeper not in (None, record.id)}
        found = self.records(set(keepers.values()))
        return tuple(
            Tagged(
                stage=self._keepers[name].name,
                threshold=number(self._keepers[name].params.get("threshold")),
                keeper=keeper,
                record=found.get(keeper),
                erased=None if keeper in found else self.tombstone(keeper),
            )
            for name, keeper in keepers.items()
        )

    def copies(self, record: Record) -> Copies:
        """Count the records that name it as what stands for them; list the least similar first."""
        named, first = first_of(
            spots(self.ledger, ["duplicate_of", "value"], lambda column: pc.equal(column, record.id)),
            lambda spot: math.inf if spot.said["value"] is None else float(str(spot.said["value"])),
        )
        tagged: dict[str, None] = {}
        for keeper in self._keepers:
            for spot in spots(self.signals, [keeper, "id"], lambda column: pc.equal(column, record.id)):
                tagged.setdefault(str(spot.said["id"]))
        tagged.pop(record.id, None)
        also = self.records(list(tagged)[: LISTED - len(first)])
        listed = (*self.records_at(self.ledger, first), *also.values())
        return Copies(rejected=named, tagged=len(tagged), listed=listed)

    def cluster(self, record: Record) -> Cluster | None:
        """Count the records of its cluster, and list the first."""
        if record.cluster is None:
            return None
        name = record.cluster
        (kept, first), (rejected, then) = (
            first_of(spots(files, ["cluster"], lambda column: pc.equal(column, name)))
            for files in (self.shards, self.ledger)
        )
        listed = [*self.records_at(self.shards, first), *self.records_at(self.ledger, then[: LISTED - len(first)])]
        return Cluster(id=name, kept=kept, rejected=rejected, listed=tuple(listed))

    def records_at(self, files: Files, some: Collection[Spot]) -> list[Record]:
        """Read what stands at places of shards or of the ledger, in the order given."""
        columns = (*PLACE, *(KEPT if files is self.shards else REJECTED))
        return [self._record(spot, line) for spot, line in zip(some, values_at(files, some, columns), strict=True)]

    def _record(self, spot: Spot, line: Mapping[str, object]) -> Record:
        numbered = self._numbered.get((str(line["source_id"]), str(line["source_uri"])))
        said: dict[str, object] = {name: line[name] for name in PLACE}
        said["unit"] = None if numbered is None else "records" if numbered else "bytes"
        if "rule" in line:
            said["rejected"] = {name: line[name] for name in REJECTED}
        else:
            said["kept"] = {name: line[name] or () if name != "language" else line[name] for name in KEPT}
        return valued(Record, {**said, "file": spot.file, "file_row": spot.row}, self.out / spot.file)


def number(said: JsonValue) -> float | None:
    """Take a setting for a number; null where it is none."""
    return float(said) if isinstance(said, int | float) else None


def first_of(
    some: Iterable[Spot], key: Callable[[Spot], float] = lambda _spot: 0.0, most: int = LISTED
) -> tuple[int, list[Spot]]:
    """Count spots, and return the smallest by `key`, equal ones as they come; no more of them are held than `most`."""
    counted = count()
    first = heapq.nsmallest(most, (spot for spot, _ in zip(some, counted, strict=False)), key=key)
    return next(counted), first


def text_in_shard(out: Path, record: Record) -> str:
    """Read the text of a kept record from its shard; StorageError where that is impossible."""
    [line] = values_at(Files(out, [record.file]), [Spot(record.file, record.file_row, {})], ["text"])
    text = line["text"]
    if not isinstance(text, str):
        raise StorageError("a record of the shard has no text", where=str(out / record.file))
    return text


def schema() -> dict[str, JsonValue]:
    """Return the JSON Schema of an explanation: what `schemas/explanation.schema.json` holds."""
    said: dict[str, JsonValue] = Explanation.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **said}
