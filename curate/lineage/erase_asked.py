"""Find the records that somebody asks to have erased: by id, source, raw file, text or the data of a person."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from curate.core.errors import ConfigError, StorageError
from curate.core.personal import key_id, keyed_uri
from curate.core.suppression import content_digest
from curate.lineage.erase_basis import Basis
from curate.lineage.explain import PREFIX, Archive
from curate.lineage.ids import ID_CHARS
from curate.lineage.lookup import Files, spots, values_at
from curate.lineage.manifest import Manifest
from curate.lineage.passage import LINE_ENDS, texts, without_line_end
from curate.lineage.subject import read
from curate.lineage.trace import trace_by

By = Literal["ids", "source", "uri", "text_file", "subject"]
PLACE = ("id", "source_id", "source_uri", "source_row", "source_offset", "source_length", "cluster")
WHY = ("stage", "rule", "duplicate_of")
NAMED = 10


@dataclass(frozen=True)
class Request:
    """What is to be erased, why, for whom, and the key of all digests."""

    by: By
    said: str
    """A file with ids, with a text or about a person; the name of a source; the name of a raw file."""
    basis: Basis
    ticket: str
    key: bytes = field(repr=False)


class Target(NamedTuple):
    """A record that is to be erased, and where it is."""

    id: str
    source_id: str
    source_uri: str
    source_row: int | None
    source_offset: int | None
    source_length: int | None
    cluster: str | None
    stage: str | None
    """Null where it stands in a shard."""
    rule: str | None
    duplicate_of: str | None
    file: str
    file_row: int


@dataclass
class Found:
    """What a request comes to."""

    targets: list[Target]
    missing: list[str] = field(default_factory=list)
    """Ids that were asked for and stand nowhere; or the lines about a person that found nothing."""
    before: list[str] = field(default_factory=list)
    """Ids of what was asked for and has been erased before."""
    cannot: tuple[str, ...] = ()
    """What this way of asking does not find."""


Choose = Callable[[pa.StringArray], pa.BooleanArray]


def found_by(archive: Archive, request: Request) -> Found:
    """Find what is asked for; ConfigError where the request itself is wrong, StorageError where a file is."""
    return FINDERS[request.by](archive, request)


def by_ids(archive: Archive, request: Request) -> Found:
    """Find records by a file of whole ids, one a line."""
    path = Path(request.said)
    lines = [line.strip().lower() for line in decoded(path).splitlines()]
    wrong = [n for n, line in enumerate(lines, 1) if line and not (PREFIX.fullmatch(line) and len(line) == ID_CHARS)]
    if wrong:
        named = ", ".join(map(str, wrong[:NAMED]))
        hint = f"an id is {ID_CHARS} characters of 0-9 and a-f; beginnings of ids are not taken here"
        raise ConfigError(f"no id stands in line {named}", where=str(path), hint=hint)
    asked = list(dict.fromkeys(line for line in lines if line))
    if not asked:
        raise ConfigError("the file names no record", where=str(path), hint="one id a line")
    return by_names(archive, asked)


def by_names(archive: Archive, asked: list[str]) -> Found:
    """Find records by their ids."""
    wanted = pa.array(asked, pa.string())
    targets = targets_of(archive, "id", lambda column: pc.is_in(column, wanted))
    before = erased_before(archive, "id", lambda column: pc.is_in(column, wanted))
    known = {target.id for target in targets} | set(before)
    return Found(targets, [name for name in asked if name not in known], before)


def by_source(archive: Archive, request: Request) -> Found:
    """Find all records of a source."""
    names = [card.id for card in archive.manifest.sources]
    if request.said not in names:
        raise ConfigError(f"there is no source {request.said!r}", where="--source", hint=f"sources: {', '.join(names)}")

    def same(column: pa.StringArray) -> pa.BooleanArray:
        return pc.equal(column, request.said)

    return Found(targets_of(archive, "source_id", same), before=erased_before(archive, "source_id", same))


def by_uri(archive: Archive, request: Request) -> Found:
    """Find all records of a raw file, named as the output names it; where it has keyed names, plainly as well."""
    names = {file.uri for file in archive.manifest.inputs}
    uri = request.said
    if uri not in names and archive.manifest.uris == "keyed":
        uri = keyed_uri(uri, request.key)
    if uri not in names:
        near = sorted(name for name in names if name.rsplit("/", 1)[-1] == uri.rsplit("/", 1)[-1])
        hint = f"there is {', '.join(near[:NAMED])}" if near else "`curate trace OUT --uri` knows the same names"
        raise ConfigError(f"no raw file is called {request.said!r}", where="--uri", hint=hint)

    def same(column: pa.StringArray) -> pa.BooleanArray:
        return pc.equal(column, uri)

    return Found(targets_of(archive, "source_uri", same), before=erased_before(archive, "source_uri", same))


def by_text(archive: Archive, request: Request) -> Found:
    """Find records by a text: kept ones by exactly it, and all whose raw text was digested by what it says."""
    path = Path(request.said)
    text = decoded(path)
    digest = content_digest(request.key, text)
    if digest is None:
        raise ConfigError("the file holds no text", where=str(path))
    body = without_line_end(text.encode())
    wanted = {sha256(body + end).digest(): len(body + end) for end in LINE_ENDS}
    exact = list(texts(archive.shards, wanted))
    names = [str(line["id"]) for line in values_at(archive.shards, exact, ["id"])]
    columns = digest_columns(archive.manifest, request.key)
    for column in columns:
        here = spots(archive.signals, [column, "id"], lambda values: pc.equal(values, digest))
        names += [str(spot.said["id"]) for spot in here]
    said = "other editions of the text: what differs in more than white space and full-width forms"
    lost = "records that were left out or edited: the output has no digests of raw texts (no stage `suppress`)"
    found = by_names(archive, list(dict.fromkeys(names))) if names else Found([])
    return Found(found.targets, [], found.before, (said,) if columns else (said, lost))


def by_subject(archive: Archive, request: Request) -> Found:
    """Find the records in which the data of a person stood."""
    said = trace_by(archive.out, Path(request.said), request.key)
    names = [one.record.id for one in said.records]
    found = by_names(archive, names) if names else Found([])
    missed = [f"line {line.line}" for line in said.asked if not line.places]
    return Found(found.targets, missed, found.before, said.cannot)


FINDERS: dict[By, Callable[[Archive, Request], Found]] = {
    "ids": by_ids,
    "source": by_source,
    "uri": by_uri,
    "text_file": by_text,
    "subject": by_subject,
}


def targets_of(archive: Archive, column: str, choose: Choose) -> list[Target]:
    """Read what is to be erased from shards and ledger, in their order."""
    return [*read_targets(archive.shards, column, choose, ()), *read_targets(archive.ledger, column, choose, WHY)]


def read_targets(files: Files, column: str, choose: Choose, why: Sequence[str]) -> Iterator[Target]:
    """Yield the rows of files of one kind that are wanted by a column.

    Only a ledger says `why`: in a shard a column of such a name is a field that the user keeps.
    """
    columns = [column, *(name for name in (*PLACE, *why) if name != column)]
    for spot in spots(files, columns, choose):
        told = (spot.said.get(name) if name in (*PLACE, *why) else None for name in (*PLACE, *WHY))
        said: list[Any] = [*told, spot.file, spot.row]
        yield Target(*said)


def erased_before(archive: Archive, column: str, choose: Choose) -> list[str]:
    """Return the ids of tombstones that fit."""
    files = Files(archive.out, [file.path for file in archive.manifest.outputs.tombstones])
    return [str(spot.said["id"]) for spot in spots(files, list(dict.fromkeys([column, "id"])), choose)]


def digest_columns(manifest: Manifest, key: bytes) -> list[str]:
    """Name the signals that hold digests of what records say; ConfigError where they were made with another key."""
    seers = [stage for stage in manifest.stages if stage.stage == "suppress"]
    others = {str(stage.params.get("key_id")) for stage in seers} - {key_id(key)}
    if others:
        fact = f"the key has the id {key_id(key)}, the stage `suppress` of the output had {', '.join(sorted(others))}"
        raise ConfigError(fact, where="--key-file", hint="use that key: else raw copies could not be told")
    return [f"{stage.name}_digest" for stage in seers]


def digests_of(archive: Archive, columns: Iterable[str], names: set[str]) -> dict[str, set[str]]:
    """Return the digests of what records say, by id, as far as the output has them."""
    wanted = pa.array(sorted(names), pa.string())
    said: dict[str, set[str]] = {}
    for column in columns:
        for spot in spots(archive.signals, ["id", column], lambda values: pc.is_in(values, wanted)):
            if spot.said.get(column) is not None:
                said.setdefault(str(spot.said["id"]), set()).add(str(spot.said[column]))
    return said


def decoded(path: Path) -> str:
    """Read a file of the caller as UTF-8; StorageError, without any of it, where that is impossible."""
    try:
        return read(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise StorageError("the file is not UTF-8", where=str(path)) from None
