"""Read records from earlier outputs of curate."""

import json
import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import Field

from curate.core import compute as pc
from curate.core.bytes import Stream, opened, reading
from curate.core.errors import ConfigError, DataError, StorageError
from curate.core.record import SHARD
from curate.core.source import FileStat, Piece, Split, Surveyed
from curate.core.stage import Outcome
from curate.sources.listed import Listed, listed, parted
from curate.sources.rowgroups import (
    Group,
    UnreadableError,
    footed,
    group_batches,
    groups_of,
    limited,
    pieces_of,
    shortened,
    still_parquet,
    stretch,
)

MANIFEST = "_lineage/manifest.json"
SUMS = "SHA256SUMS"
UNKNOWN = "unknown"
FROM_SOURCE = pa.field("from_source", pa.string())
"""Kept column with the source of a record in the output in which it first appeared."""


class Earlier(NamedTuple):
    """An output of curate as it lies there."""

    path: str
    """Relative to what all outputs of the source have in common; the name of its folder for a single one."""
    files: tuple[FileStat, ...]
    """Shards, named below `path`."""
    sums: dict[str, str]
    """sha256 by uri of the shard."""
    manifest_sha256: str
    sources: tuple[str, ...]
    """Ids of its sources."""
    licenses: tuple[str, ...]
    """Licences that its manifest says its records have, each once, sorted."""


class Curate(Listed):
    """Read the shards of one earlier output or of several, and go on where they ended.

    A record keeps its id, place, licence, language, tags, ops, counts of personal data, cluster and kept columns. Its
    `source_id` becomes the name of this source; what it was at first stands in the kept column `from_source`. An id
    that two outputs share is a repeated key. Shards are read only if they are what SHA256SUMS of their output says.
    """

    path: str | tuple[str, ...] = Field(
        description="Folder of an earlier output, a pattern (`runs/*/out`) or a list of them, local or any fsspec URL."
    )
    license: str = Field(
        UNKNOWN,
        description="Licence of the collection, for the manifest, which names those of the earlier outputs where "
        "nothing is said here; each record keeps its own.",
    )
    as_is: tuple[str, ...] = Field((), description="Kept columns that no stage edits.")

    @property
    def keyed(self) -> bool:
        """Whether two records may claim one id: two outputs may hold the same record."""
        return True

    @property
    def carries_places(self) -> bool:
        """Whether records keep the places of an earlier output: they do."""
        return True

    @cached_property
    def earlier(self) -> tuple[Earlier, ...]:
        """The outputs by path; ConfigError where a folder is none, DataError where one is not as it was published."""
        where = f"sources.{self.name}.path" if self.name else "path"
        folders = sorted({folder for path in self._paths for folder in folders_of(path, where)})
        common = common_of(folders)
        return tuple(earlier_at(folder, folder[len(common) :].strip("/"), where) for folder in folders)

    @property
    def _paths(self) -> tuple[str, ...]:
        return (self.path,) if isinstance(self.path, str) else self.path

    @cached_property
    def kept_schema(self) -> pa.Schema:
        """Kept columns of all outputs, and `from_source`; ConfigError where two outputs disagree on a type."""
        kept: dict[str, pa.Field] = {}
        for output in self.earlier:
            for field in shard_schema(output):
                other = kept.setdefault(field.name, pa.field(field.name, field.type))
                if other.type != field.type:
                    fact = f"the column {field.name!r} is {other.type} in one output and {field.type} in another"
                    hint = "make two sources of them, or rename the column in one of the configurations"
                    raise ConfigError(fact, where=f"sources.{self.name}.path", hint=hint)
        kept.pop(FROM_SOURCE.name, None)
        return pa.schema([*kept.values(), FROM_SOURCE])

    @property
    def exempt(self) -> tuple[str, ...]:
        """Kept string columns that editors leave alone (`as_is`)."""
        return (*self.as_is, FROM_SOURCE.name)

    def previous(self) -> Sequence[dict[str, object]]:
        """Name the outputs for the manifest: path, sha256 of their manifest, their sources, their records' licences."""
        return [
            {
                "path": output.path,
                "sha256": output.manifest_sha256,
                "sources": list(output.sources),
                "licenses": list(output.licenses),
            }
            for output in self.earlier
        ]

    def registered(self) -> dict[str, Any]:
        """Return what is said of the collection; where nobody said its licence, those of the earlier outputs."""
        said = super().registered()
        if said["license"] == UNKNOWN:
            said["license"] = together({name for output in self.earlier for name in output.licenses})
        return said

    def files(self) -> Sequence[FileStat]:
        """List the shards that SHA256SUMS names, in the order of their uris."""
        return sorted((file for output in self.earlier for file in output.files), key=lambda file: file.uri)

    def look(self, file: FileStat, parts: Path) -> Surveyed:
        """Digest a shard and cut it by row groups; DataError where it is not what its output says."""
        del parts  # shards are read where they lie
        stream = Stream(file.path, "none")
        for _ in stream:
            pass
        said = next(output.sums[file.uri] for output in self.earlier if file.uri in output.sums)
        if stream.sha256 != said:
            hint = (
                f"the shard was changed after it was published: run `curate verify` on its output; {SUMS} says {said}"
            )
            raise DataError(f"its sha256 is {stream.sha256}", where=file.path, hint=hint)
        with published(file.path) as shard:
            groups = groups_of(shard)
        return Surveyed(file.uri, file.size, stream.sha256, pieces_of(file, file.path, groups, self.split_bytes))

    def read(self, split: Split) -> Iterator[Outcome]:
        """Yield batches of SHARD and kept columns."""
        left = split.limit
        for piece in split.pieces:
            for batch in self._batches(piece):
                outcome = shortened(Outcome(self._renamed(batch)), self.max_record_bytes)
                if left is not None:
                    outcome = limited(outcome, left)
                    left -= outcome.batch.num_rows
                yield outcome
                if left == 0:
                    return

    def _batches(self, piece: Piece) -> Iterator[pa.RecordBatch]:
        with still_parquet(piece.path) as shard:
            columns = shard.schema_arrow.names
            groups = groups_of(shard)
            for number, group in enumerate(stretch(groups, piece), piece.start):
                yield from whole(group, group_batches(shard, number, group, columns, self.batch_bytes), piece.path)

    def _renamed(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Give a batch of a shard the columns of this source: those of other outputs are null."""
        n, have = batch.num_rows, set(batch.schema.names)
        schema = pa.schema([*SHARD, *self.kept_schema])
        said = {field.name: batch[field.name] if field.name in have else pa.nulls(n, field.type) for field in schema}
        said[FROM_SOURCE.name] = pc.coalesce(said[FROM_SOURCE.name], batch["source_id"])
        said["source_id"] = pa.repeat(pa.scalar(self.name), n)
        return pa.RecordBatch.from_arrays([said[field.name].cast(field.type) for field in schema], schema=schema)


def together(licenses: Collection[str]) -> str:
    """Write licences as one SPDX expression (SPDX 2.3, annex D), sorted; `unknown` where there is none.

    >>> together({"MIT", "Apache-2.0"}), together({"MIT", "GPL-2.0-only OR MIT"}), together({"MIT"})
    ('Apache-2.0 AND MIT', '(GPL-2.0-only OR MIT) AND MIT', 'MIT')
    """
    if len(licenses) == 1:
        return next(iter(licenses))
    return " AND ".join(f"({name})" if " OR " in name else name for name in sorted(licenses)) or UNKNOWN


def whole(group: Group, batches: Iterator[pa.RecordBatch], path: str) -> Iterator[pa.RecordBatch]:
    """Yield the batches of a row group; StorageError where some of it is damaged, since the survey found it sound."""
    rows = 0
    for batch in batches:
        rows += batch.num_rows
        yield batch
    if rows != group.rows:
        hint = "it changed while the run was reading it, or the disk is failing: start again"
        raise StorageError(f"only {rows} of {group.rows} records of a row group can be read", where=path, hint=hint)


def shard_schema(output: Earlier) -> Iterator[pa.Field]:
    """Yield the kept columns of an output; all its shards have the same."""
    if output.files:
        with published(output.files[0].path) as shard:
            yield from (field for field in shard.schema_arrow if field.name not in SHARD.names)


@contextmanager
def published(path: str) -> Iterator[pq.ParquetFile]:
    """Open a shard; DataError where it is no Parquet."""
    try:
        with footed(path) as shard:
            yield shard
    except UnreadableError as error:
        hint = "the shard was changed after it was published: run `curate verify` on its output"
        raise DataError("a shard is no Parquet", where=path, hint=hint) from error


def folders_of(path: str, where: str) -> Iterator[str]:
    """Yield the folders that a path or a pattern names: where a manifest lies, one is."""
    scheme, separator, rest = path.partition("://")
    path = rest if separator and scheme in {"file", "local"} else path
    local = "://" not in path
    if not parted(path).rest:
        yield os.path.abspath(path) if local else path.rstrip("/")  # noqa: PTH100 - the rest of a path stays as it is
        return
    try:
        manifests = [file.path for file in listed(f"{path.rstrip('/')}/{MANIFEST}", where)]
    except ConfigError:
        hint = f"an output of curate is a folder that holds {MANIFEST}"
        raise ConfigError(f"no output of curate matches {path!r}", where=where, hint=hint) from None
    yield from (manifest.removesuffix(f"/{MANIFEST}") for manifest in manifests)


def common_of(folders: Sequence[str]) -> str:
    """Return the folder that all have above them; of a single one, itself."""
    if len(folders) == 1:
        return folders[0]
    parts = [folder.split("/") for folder in folders]
    same = 0
    while all(len(part) > same + 1 and part[same] == parts[0][same] for part in parts):
        same += 1
    return "/".join(parts[0][:same])


def earlier_at(folder: str, path: str, where: str) -> Earlier:
    """Read what an output says about itself, and hold it against the files that are there."""
    try:
        there = {file.uri: file for file in listed(folder, where)}
    except ConfigError:
        there = {}
    for name in (MANIFEST, SUMS):
        if name not in there:
            hint = f"name the folder that `output.path` of the earlier run named: it holds {MANIFEST} and {SUMS}"
            raise ConfigError(f"{folder!r} is no output of curate: it has no {name}", where=where, hint=hint)
    sums = sums_of(contents(there[SUMS].path), folder)
    shards = sorted(uri for uri in {*sums, *there} if uri.startswith("data/") and uri.endswith(".parquet"))
    for fact, uris in (
        ("which is not there", [uri for uri in sums if uri not in there]),
        ("which is not in its list", [uri for uri in shards if uri not in sums]),
    ):
        if uris:
            hint = f"{SUMS} and the folder disagree: run `curate verify` on it, and publish it anew"
            raise DataError(f"the output has {uris[0]!r}, {fact}", where=folder, hint=hint)
    body = contents(there[MANIFEST].path)
    digest = sha256(body).hexdigest()
    if sums.get(MANIFEST) != digest:
        hint = f"{SUMS} says {sums.get(MANIFEST)}: the manifest was changed after it was published"
        raise DataError(f"the sha256 of {MANIFEST} is {digest}", where=folder, hint=hint)
    named = {uri: str(PurePosixPath(path, uri)) for uri in shards}
    sources = cards_of(body, folder)
    files = tuple(FileStat(named[uri], there[uri].path, there[uri].size, there[uri].mark) for uri in shards)
    return Earlier(
        path or folder.rpartition("/")[2],
        files,
        {named[uri]: sums[uri] for uri in shards},
        digest,
        tuple(card.id for card in sources),
        tuple(sorted({name for card in sources for name in card.licenses})),
    )


def contents(path: str) -> bytes:
    """Read a small file."""
    with reading(path), opened(path) as stream:
        return bytes(stream.read())


def sums_of(body: bytes, folder: str) -> dict[str, str]:
    """Read SHA256SUMS: digest by path."""
    lines = [line.partition("  ") for line in body.decode(errors="replace").splitlines()]
    if not all(parted and path and len(digest) == sha256().digest_size * 2 for digest, parted, path in lines):
        raise DataError(f"{SUMS} has a line that is not `digest  path`", where=folder, hint="publish the output anew")
    return {path: digest for digest, _, path in lines}


class Card(NamedTuple):
    """A source as the manifest of an earlier output describes it."""

    id: str
    licenses: tuple[str, ...]
    """Of its records: what its card says, or, where it read earlier outputs itself, what those say."""


def cards_of(body: bytes, folder: str) -> list[Card]:
    """Read the sources from a manifest."""
    try:
        return [Card(str(card["id"]), tuple(licenses_of(card))) for card in json.loads(body)["sources"]]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        hint = "the output was made by another version of curate, or by another tool"
        raise DataError(f"{MANIFEST} does not name the sources", where=folder, hint=hint) from error


def licenses_of(card: dict[str, Any]) -> Iterator[str]:
    """Yield the licences of a source's records."""
    said = [str(name) for output in card.get("previous", ()) for name in output.get("licenses", ())]
    yield from said or [str(card.get("license", UNKNOWN))]
