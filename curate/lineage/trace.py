"""Find every record in which the personal data of one person stood, by keyed digests: what `curate trace` says."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, JsonValue

from curate.core.errors import ConfigError, CurateError
from curate.core.files import digest_of
from curate.core.personal import digest_of_value, digests_of, key_id
from curate.core.stage import Value
from curate.lineage.explain import Archive, Record
from curate.lineage.lookup import Files, spots, valued
from curate.lineage.manifest import MANIFEST, Count, Manifest, StageRecord, read_manifest
from curate.lineage.since import NO_DATA, Since, since
from curate.lineage.subject import lines_of, read

CANNOT = (
    "names in running text, and any value in a form that no rule recognised: such places have no digest",
    "values that an allow rule let through, such as a number behind a label that says order or part",
    "telephone numbers with a country or area code where the file has none, or the reverse; but for +86 and +1",
    "records that an earlier stage left out, or the source could not read, before personal data was looked for",
)
"""What no trace can find, whatever the output."""


class Sighting(Value):
    """One place at which a value of the person stood."""

    line: Count = Field(description="Line of the file about the person, from 1, that names the value.")
    field: str = Field(description="`text`, `messages[3]`, `messages[3].role` or the name of a kept column.")
    type: str = Field(description="Type that the stage took it for.")
    offset: Count = Field(description="First character, in the field as the stage saw it.")
    length: Count = Field(description="Characters.")


class Traced(Value):
    """A record in which something of the person stood."""

    record: Record
    places: tuple[Sighting, ...]


class Asked(Value):
    """A line of the file about the person; never what it says."""

    line: Count
    type: str | None = Field(None, description="Type that it names; null where it names none and all are tried.")
    places: Count = Field(0, description="Places that were found.")


class Trace(Value):
    """Where the personal data of one person stood."""

    key_id: str
    asked: tuple[Asked, ...]
    records: tuple[Traced, ...]
    lost: tuple[str, ...] = Field((), description="Ids of places whose record the output does not have.")
    searched: Count = Field(description="Places that were looked through.")
    manifest_sha256: str = Field(description="Digest of the manifest whose files were searched.")
    since: Since | None = Field(None, description="What was erased from the output; null where nothing was.")
    cannot: tuple[str, ...] = Field(description="What this cannot find.")


def trace(out: Path, subject: Path, key_file: Path) -> Trace:
    """Find the records of a person; `subject` holds one value a line, also behind its label.

    ConfigError where the key is not that of the output or the file names nothing; CurateError where the output says
    nowhere where values stood; StorageError where a file cannot be read. No message and no result holds a value.
    """
    return trace_by(out, subject, read(key_file))


def trace_by(out: Path, subject: Path, key: bytes) -> Trace:
    """Find the records of a person, by a key that has been read."""
    manifest = read_manifest(out)
    keyed = stages_of(manifest, key, out)
    lines = list(lines_of(subject))
    if not lines:
        hint = "one value a line: a telephone number, an id, a card, an e-mail address; or `phone: value`"
        raise ConfigError("the file names nothing to look for", where=str(subject), hint=hint)
    wanted: dict[str, list[int]] = {}
    for line in lines:
        known = digests_of(key, line.value) if line.kind is None else {digest_of_value(key, line.kind, line.value)}
        known |= digests_of(key, line.whole) if line.whole else set()
        for digest in known:
            wanted.setdefault(digest, []).append(line.number)
    places: dict[str, list[Sighting]] = {}
    for name, sighting in sightings(out, manifest, wanted):
        places.setdefault(name, []).append(sighting)
    records = Archive(out, manifest).records(places)
    found = [one for some in places.values() for one in some]
    gone = since(out, manifest)
    return Trace(
        key_id=key_id(key),
        asked=tuple(
            Asked(line=line.number, type=line.kind, places=sum(one.line == line.number for one in found))
            for line in lines
        ),
        records=tuple(
            Traced(record=records[name], places=tuple(some)) for name, some in places.items() if name in records
        ),
        lost=tuple(sorted(set(places) - set(records))),
        searched=sum(file.rows for file in manifest.outputs.pii),
        manifest_sha256=digest_of(out / MANIFEST),
        since=gone,
        cannot=(*(gone.cannot(NO_DATA) if gone else ()), *CANNOT, *unseen(manifest, keyed)),
    )


def stages_of(manifest: Manifest, key: bytes, out: Path) -> list[StageRecord]:
    """Return the stages whose digests are made with a key."""
    keyed = [stage for stage in manifest.stages if stage.key_id is not None]
    if not keyed:
        hint = (
            "set `key_file` in the configuration and run again; until then nobody can tell where somebody's data stood"
        )
        raise CurateError(
            "the output says nowhere where personal data stood: it was made without a key", where=str(out), hint=hint
        )
    mine = [stage for stage in keyed if stage.key_id == key_id(key)]
    if not mine:
        ids = ", ".join(sorted({str(stage.key_id) for stage in keyed}))
        hint = "the right key is the one that `key_file` of the configuration named when the set was made"
        raise ConfigError(
            f"the key has the id {key_id(key)}, the output was made with {ids}", where="--key-file", hint=hint
        )
    return mine


def sightings(out: Path, manifest: Manifest, wanted: dict[str, list[int]]) -> Iterator[tuple[str, Sighting]]:
    """Yield the id of each record and the place in it where one of the digests stands, for each line that has it."""
    digests = pa.array(sorted(wanted), pa.string())
    files = Files(out, [file.path for file in manifest.outputs.pii])
    columns = ["digest", "id", "field", "type", "offset", "length"]
    for spot in spots(files, columns, lambda column: pc.is_in(column, digests)):
        said = dict(spot.said)
        lines, name = wanted[str(said.pop("digest"))], str(said.pop("id"))
        for line in lines:
            yield name, valued(Sighting, {**said, "line": line}, out / spot.file)


def unseen(manifest: Manifest, keyed: list[StageRecord]) -> Iterator[str]:
    """Say what the stages of this output did not look at."""
    sources = {card.id for card in manifest.sources}
    looked: set[str] = set()
    for stage in keyed:
        named = stage.params.get("sources")
        looked |= {str(name) for name in named} if isinstance(named, list) else sources
        languages = stage.params.get("languages")
        if isinstance(languages, list):
            yield f"records that are not in {', '.join(map(str, languages))}: {stage.name} looked at no others"
        types = stage.lineage.get("types")
        if isinstance(types, list):
            yield f"types other than {', '.join(map(str, types))}"
        profiles = stage.lineage.get("profiles")
        if isinstance(profiles, list):
            yield f"identifiers of other countries than those of the profiles {', '.join(map(str, profiles))}"
    if sources - looked:
        yield f"sources that were not looked at: {', '.join(sorted(sources - looked))}"
    for card in manifest.sources:
        if card.previous:
            runs = ", ".join(f"{old.path} (manifest {old.sha256})" for old in card.previous)
            fact = f"values of {card.id} that an earlier run replaced"
            yield f"{fact}: they stand in the lineage of that run, to be traced there: {runs}"
    others = {str(stage.key_id) for stage in manifest.stages if stage.key_id} - {str(stage.key_id) for stage in keyed}
    if others:
        yield f"what was digested with other keys: {', '.join(sorted(others))}"
    exempt = manifest.residual.exempt if manifest.residual else {}
    for source, columns in exempt.items():
        yield f"kept fields of {source} that no stage treats: {', '.join(columns)}"


def schema() -> dict[str, JsonValue]:
    """Return the JSON Schema of a trace: what `schemas/trace.schema.json` holds."""
    said: dict[str, JsonValue] = Trace.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **said}
