"""Follow records through the stages: by id, by their text, by the file they came from. What `curate trace` says."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, JsonValue

from curate.core.errors import ConfigError, StorageError
from curate.core.personal import keyed_uri
from curate.core.stage import Value
from curate.lineage.explain import LISTED, Archive, Kept, Record, Rejected, Searched, Tombstone, first_of, id_from
from curate.lineage.lookup import Files, Spot, opened, spots, values_at
from curate.lineage.manifest import MANIFEST, Count, Input, Numbers, SourceCard, StageRecord, Table, read_manifest
from curate.lineage.since import Since, known_text, since
from curate.lineage.subject import read

LIST_ROWS = 1000
"""So many records of a file are listed where nobody says otherwise; all are counted."""
LINE_ENDS = (b"", b"\n", b"\r\n")
BEYOND = "records of earlier versions of this output, and what was never read: only files of this output were searched"
NO_ID = "a record whose raw file was renamed since: it has another id, unless its source declares a key"
EXACT = (
    "any other text than exactly this one (a line end at its end apart): no part, other edition, or text before edits",
    "records that were left out: the ledger has no texts",
)
WHOLE_NAME = "another spelling of the name: it is sought as inputs of the manifest and the column `source_uri` have it"


class Effect(Value):
    """What one stage did to the record."""

    index: Count
    stage: str = Field(description="Name of the stage in the configuration.")
    kind: str = Field(description="Registered name of the stage; `read` where a source made the record.")
    version: Count
    fate: Literal["passed", "left alone", "rejected", "not reached"] = Field(
        description="`left alone` where the stage's `sources` or `languages` do not name the record's."
    )
    edited: bool | None = Field(None, description="Whether it changed the text; null where the ledger does not say.")
    tags: tuple[str, ...] | None = Field(
        (), description="Rules of this stage that found something and left the record in; null as `edited`."
    )
    measured: Table[JsonValue] = Field({}, description="What it measured, by column of the signals.")
    rejected: Rejected | None = Field(None, description="Why this stage left the record out.")


class Passage(Value):
    """A record's way from its source through the stages to where it is now."""

    record: Record
    source: SourceCard | None = Field(None, description="Card of its source; null where the manifest has none.")
    input: Input | None = Field(None, description="Its raw file; null where it came by way of an earlier output.")
    effects: tuple[Effect, ...]
    n_tokens: int | None = None
    pii: Table[Count] = Field({}, description="Values of personal data that were replaced in a kept record, by type.")


class Answer(Value):
    """What was asked, what was found, and what was searched for it."""

    by: Literal["id", "text", "uri"]
    asked: str = Field(description="The id or its beginning; sha256 of the text without its last line end; the name.")
    found: Count = Field(description="Records.")
    passages: tuple[Passage, ...] = Field((), description="Their ways, at most 20; by id and by text.")
    inputs: tuple[Input, ...] = Field((), description="The file that was asked for, in each source that read it.")
    fates: Table[Count] = Field(
        {}, description="Records of the file by split, by the rule that left them out, or `erased`."
    )
    records: tuple[Record, ...] = Field((), description="The first records of the file, in its order.")
    erased: Tombstone | None = Field(None, description="What is left of it where it was erased; by id.")
    since: Since | None = Field(
        None, description="What was erased from the output, by text; null where nothing was, and by id and file."
    )
    searched: Searched
    manifest_sha256: str = Field(description="Digest of the manifest whose files were searched.")
    cannot: tuple[str, ...] = Field((), description="What this does not find.")


def by_id(out: Path, name: str) -> Answer:
    """Follow the record whose id is `name` or begins so. ConfigError where that is no id, or several begin so."""
    archive, name = Archive(out, read_manifest(out)), id_from(name, out)
    record = archive.sought(name)
    some = () if record is None else (record,)
    erased = archive.tombstone(name if record is None else record.id)
    said = {"passages": passages(archive, some), "found": len(some), "erased": erased, "cannot": (NO_ID, BEYOND)}
    return answer(archive, "id", name, **said)


def by_text(out: Path, file: Path, key: bytes | None = None) -> Answer:
    """Follow the kept records whose text is exactly that of a file; a line end at the end of either does not count.

    With the key of the suppression list it is also told whether a record that said so was erased. StorageError where
    the file cannot be read or is not UTF-8, ConfigError where the key is another one.
    """
    archive = Archive(out, read_manifest(out))
    body = read(file).removeprefix(b"\xef\xbb\xbf")
    try:
        said = body.decode()
    except UnicodeDecodeError:
        raise StorageError("the file is not UTF-8", where=str(file)) from None
    text = without_line_end(body)
    wanted = {sha256(text + end).digest(): len(text + end) for end in LINE_ENDS}
    found, first = first_of(texts(archive.shards, wanted))
    records = archive.records_at(archive.shards, first)
    manifest = archive.manifest
    gone = since(out, manifest, known_text(out, manifest, said, key))
    cannot = (*(gone.cannot() if gone else ()), *EXACT, BEYOND)
    asked = sha256(text).hexdigest()
    told = {"passages": passages(archive, records), "found": found, "since": gone, "cannot": cannot}
    return answer(archive, "text", asked, **told)


def by_uri(out: Path, uri: str, key: bytes | None = None, most: int = LIST_ROWS) -> Answer:
    """Say what became of each record of a raw file, named as the output names it, or plainly and with its key.

    ConfigError where the output has keyed names only, `uri` is none of them, and there is no key.
    """
    manifest = read_manifest(out)
    archive = Archive(out, manifest)
    names = {file.uri for file in manifest.inputs}
    if manifest.uris == "keyed" and uri not in names:
        if key is None:
            hint = "name it by the keyed digest that the output has, or give --key-file"
            raise ConfigError("the output has no names of files, only keyed digests of them", where="--uri", hint=hint)
        uri = keyed_uri(uri, key)
    fates: Counter[str] = Counter()
    splits = {shard.path: f"kept: {shard.split}" for shard in manifest.outputs.shards}

    def tallied(files: Files, fate: Callable[[Spot], str]) -> Iterator[Spot]:
        columns = ["source_uri", "source_row", "rule"]
        for spot in spots(files, columns, lambda column: pc.equal(column, uri), uri):
            fates[fate(spot)] += 1
            yield spot

    kept, first = first_of(tallied(archive.shards, lambda spot: splits[spot.file]), row_of, most)
    left, then = first_of(tallied(archive.ledger, lambda spot: str(spot.said["rule"])), row_of, most)
    for place, stones in enumerate(archive.stones()):
        erased = sum(1 for _ in spots(stones, ["source_uri"], lambda column: pc.equal(column, uri)))
        fates.update({"erased from a former output" if place else "erased": erased} if erased else {})
    records = [*archive.records_at(archive.shards, first), *archive.records_at(archive.ledger, then)]
    records.sort(key=lambda record: (record.source_row or 0, record.source_id))
    return answer(
        archive,
        "uri",
        uri,
        found=kept + left,
        inputs=tuple(file for file in manifest.inputs if file.uri == uri),
        fates=dict(fates),
        records=tuple(records[:most]),
        cannot=(*near_names(uri, names), WHOLE_NAME, BEYOND),
    )


def answer(archive: Archive, by: Literal["id", "text", "uri"], asked: str, **said: object) -> Answer:
    """Put together an answer with what was searched for it."""
    digest = sha256((archive.out / MANIFEST).read_bytes()).hexdigest()
    return Answer.model_validate(
        {"by": by, "asked": asked, "searched": archive.searched, "manifest_sha256": digest, **said}
    )


def row_of(spot: Spot) -> float:
    """Order records as they stand in their file."""
    row = spot.said["source_row"]
    return float(row) if isinstance(row, int) else 0.0


def near_names(uri: str, names: Iterable[str]) -> Iterator[str]:
    """Name the files whose names end like one that no source has."""
    names = set(names)
    tail = uri.replace("\\", "/").rsplit("/", 1)[-1]
    near = sorted(name for name in names if name.rsplit("/", 1)[-1] == tail)
    if uri not in names and near:
        yield f"{uri!r} among the names of files; there is {', '.join(near[:LISTED])}"


def without_line_end(text: bytes) -> bytes:
    """Take away one line end at the end."""
    return text.removesuffix(b"\n").removesuffix(b"\r") if text.endswith(b"\n") else text


def texts(files: Files, wanted: dict[bytes, int]) -> Iterator[Spot]:
    """Yield the rows whose text has one of the digests; only texts of a fitting length are digested."""
    sizes = pa.array(sorted(set(wanted.values())), pa.int32())
    for path in files.paths:
        with opened(files.out, path) as file:
            start = 0
            for group in range(file.metadata.num_row_groups):
                column = file.read_row_group(group, columns=["text"])["text"].cast(pa.binary())
                fitting = pc.fill_null(pc.is_in(pc.binary_length(column), sizes), False)
                rows = np.flatnonzero(np.asarray(fitting)).tolist()
                for row, text in zip(rows, column.filter(fitting).to_pylist(), strict=True):
                    if sha256(text).digest() in wanted:
                        yield Spot(path, start + row, {})
                start += file.metadata.row_group(group).num_rows


def passages(archive: Archive, records: Iterable[Record]) -> tuple[Passage, ...]:
    """Follow records; measurements of all of them are sought at once."""
    records = list(records)
    wanted = pa.array([record.id for record in records], pa.string())
    some = spots(archive.signals, ["id"], lambda column: pc.is_in(column, wanted)) if records else ()
    places: dict[str, list[Spot]] = {}
    for spot in islice(some, len(records)):
        places.setdefault(spot.file, []).append(spot)
    lines: dict[str, dict[str, object]] = {}
    for path, here in places.items():
        with opened(archive.out, path) as file:
            names = file.schema_arrow.names
        lines |= {str(line["id"]): line for line in values_at(Files(archive.out, [path]), here, names)}
    return tuple(passage(archive, record, lines.get(record.id, {})) for record in records)


def passage(archive: Archive, record: Record, measured: dict[str, object]) -> Passage:
    """Follow one record."""
    manifest = archive.manifest
    own: dict[str, object] = {}
    if record.kept is not None:
        [own] = values_at(
            Files(archive.out, [record.file]), [Spot(record.file, record.file_row, {})], ["n_tokens", "pii"]
        )
    cards = (card for card in manifest.sources if card.id == record.source_id)
    files = (file for file in manifest.inputs if (file.source_id, file.uri) == (record.source_id, record.source_uri))
    return Passage.model_validate(
        {
            "record": record,
            "source": next(cards, None),
            "input": next(files, None),
            "effects": tuple(effects(manifest.stages, record, measured)),
            "n_tokens": own.get("n_tokens"),
            "pii": counts_of(own.get("pii")),
        }
    )


def counts_of(said: object) -> dict[str, int]:
    """Read a list of types and counts."""
    return {str(one["type"]): int(one["count"]) for one in said} if isinstance(said, list) else {}


def effects(stages: tuple[StageRecord, ...], record: Record, measured: dict[str, object]) -> Iterator[Effect]:
    """Yield what each stage did to a record, in their order."""
    names = [stage.name for stage in stages]
    signals = owned(measured, names)
    reached = True
    for stage in stages:
        mine = record.rejected if record.rejected is not None and record.rejected.stage == stage.name else None
        alone = not addressed(stage, record)
        fate = "rejected" if mine else "not reached" if not reached else "left alone" if alone else "passed"
        kept = record.kept
        unsaid = kept is None and reached and not alone and not mine
        did = stage.by_source.get(record.source_id, Numbers())  # what it did to no record, it did not do to this one
        yield Effect.model_validate(
            {
                "index": stage.index,
                "stage": stage.name,
                "kind": stage.stage,
                "version": stage.version,
                "fate": fate,
                "edited": None if unsaid and did.edited else kept is not None and stage.name in kept.ops,
                "tags": None if unsaid and did.tagged else tags_of(stage.name, kept),
                "measured": signals.get(stage.name, {}),
                "rejected": mine,
            }
        )
        reached = reached and mine is None


def tags_of(stage: str, kept: Kept | None) -> tuple[str, ...]:
    """Return the tags that a stage gave to a record."""
    return tuple(tag for tag in (kept.tags if kept else ()) if tag.partition(":")[0] == stage)


def addressed(stage: StageRecord, record: Record) -> bool:
    """Tell whether a stage's settings name the source, and the language where it is known, of a record."""
    sources, languages = stage.params.get("sources"), stage.params.get("languages")
    if isinstance(sources, list) and record.source_id not in sources:
        return False
    return record.kept is None or not isinstance(languages, list) or record.kept.language in languages


def owned(measured: dict[str, object], names: list[str]) -> dict[str, dict[str, object]]:
    """Give each measurement to the stage whose name it begins with, the longest where several fit."""
    found: dict[str, dict[str, object]] = {}
    for column, value in measured.items():
        stage = max((name for name in names if column.startswith(f"{name}_")), key=len, default=None)
        if stage is not None and value is not None:
            found.setdefault(stage, {})[column.removeprefix(f"{stage}_")] = value
    return found


def schema() -> dict[str, JsonValue]:
    """Return the JSON Schema of an answer: what `schemas/answer.schema.json` holds."""
    said: dict[str, JsonValue] = Answer.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **said}
