"""The manifest: what input and settings decide about an output, as values that are written, read and checked."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Final, Literal, TypeVar

from pydantic import AfterValidator, Field, JsonValue, ValidationError

from curate.core.errors import StorageError
from curate.core.files import endless_files, is_endless
from curate.core.merkle import LEAF_BYTES
from curate.core.once import has_beyond, read_as
from curate.core.register import Category, Registry
from curate.core.stage import Value
from curate.lineage.erasures import Erasure, Predecessor, SuppressedFile
from curate.lineage.tables import TableColumn

VERSION = "1.0"
MANIFEST = "_lineage/manifest.json"
RUN = "_lineage/run.json"
SUMS = "SHA256SUMS"
ATTACHED = "_lineage/attached"
SUPPRESSED = "_lineage/suppressed.json"
UNKNOWN: Final = "unknown"
UNDETERMINED = "und"
"""How BCP 47 spells a language that nobody has determined: where a record's `language` is null."""

T = TypeVar("T")


def _by_key(said: dict[str, T]) -> dict[str, T]:
    """Sort a mapping whose order has no meaning, so that it has one spelling."""
    return {key: said[key] for key in sorted(said)}


Table = Annotated[dict[str, T], AfterValidator(_by_key)]
"""A mapping in the order of its keys."""

Count = Annotated[int, Field(ge=0)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Span = tuple[Count, Count]


class Dataset(Value):
    """What the set is called and how large it is."""

    name: str = Field(description="Name of the data set.")
    rows: Count = Field(description="Records in all shards.")
    languages: Table[Count] = Field({}, description="Records by language; `und` where none was determined.")


class Environment(Value):
    """Which software made the output."""

    curate: str = Field(description="Version of curate.")
    python: str = Field(description="Version of Python.")
    packages: Table[str] = Field({}, description="Versions of the distributions that shape the output.")


class Settled(Value):
    """The configuration after defaults, without paths, workers or secrets."""

    sha256: Sha256 = Field(description="Digest of the resolved configuration.")
    resolved: Table[JsonValue] = Field({}, description="The resolved configuration.")


class Previous(Value):
    """An earlier output of curate that a source reads."""

    path: str = Field(
        description="Its folder's name; of several, each one's path below the folder that they have in common."
    )
    sha256: Sha256 = Field(description="Digest of its manifest.")
    sources: tuple[str, ...] = Field((), description="Its sources.")
    licenses: tuple[str, ...] = Field((), description="Licences of its records.")


class SourceCard(Value):
    """A source as the registry describes it; what nobody said is `unknown`."""

    id: str = Field(description="Name of the source in the configuration.")
    format: str = Field(description="How its files are read: jsonl, json, csv, parquet, text, curate.")
    license: str = Field(UNKNOWN, description="Licence, as an SPDX identifier where there is one.")
    category: Category = Field(
        UNKNOWN, description="open, self-collected, commercial, user-input, synthetic or internal."
    )
    owner: str = Field(UNKNOWN, description="Who holds the rights.")
    origin: str = Field(UNKNOWN, description="Where it comes from: domestic or overseas, an address, a supplier.")
    lawful_basis: str = Field(UNKNOWN, description="On what ground personal data in it may be processed.")
    registry: Registry = Field(Registry(), description="Everything else that the registry says about it.")
    previous: tuple[Previous, ...] = Field((), description="Earlier outputs of curate that it reads.")


class Input(Value):
    """One file that was read."""

    source_id: str
    uri: str = Field(description="Relative to the fixed part of the source's path, or a keyed digest of that.")
    bytes: Count = Field(description="Bytes as the file lies there, compressed or not.")
    sha256: Sha256
    compression: str | None = None
    encoding: str | None = None
    confidence: float | None = Field(None, description="How sure the encoding is, from 0 to 1.")
    decoded_bytes: Count | None = Field(None, description="Bytes after decompression; null where spans are numbers.")
    skipped: tuple[Span, ...] = Field((), description="Spans (offset, length) that hold no record: BOM, CSV header.")
    records: Count = Field(description="Records read, readable or not.")


class Asset(Value):
    """A file that shaped a stage's output: a lexicon, a tokenizer, a model."""

    name: str
    sha256: Sha256


class Ruled(Value):
    """How often one rule spoke: records that it rejected, and records that it tagged."""

    rejected: Count = 0
    tagged: Count = 0


class Fates(Value):
    """What became of the values of one type of personal data: found = replaced + tagged + allowed."""

    found: Count = Field(0, description="Values that rules matched: of the right shape, with check digit and label.")
    replaced: Count = Field(0, description="Of these, values in whose place something else was written.")
    tagged: Count = Field(0, description="Of these, values left in place because the operator is `tag`.")
    allowed: Count = Field(
        0, description="Of these, values that an allow rule left in place: numbers of orders, hotlines."
    )
    reasons: Table[Count] = Field({}, description="The values allowed, by the id of the reason.")

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> "Fates":
        """Read what receipts count: `found`, `replaced`, `tagged`, and `allowed:REASON` for each reason."""
        reasons = {fate.partition(":")[2]: count for fate, count in counts.items() if ":" in fate}
        rest = {fate: count for fate, count in counts.items() if ":" not in fate}
        return cls(**rest, allowed=sum(reasons.values()), reasons=reasons)


class Numbers(Value):
    """What a stage did to records. All records that reach a stage count, also those that its `sources` leave alone."""

    records_in: Count = 0
    records_out: Count = 0
    rejected: Count = 0
    tagged: Count = Field(0, description="Records that got at least one tag here.")
    edited: Count = Field(0, description="Records whose strings changed here.")
    errors: Count = Field(0, description="Records rejected because the stage raised an error.")
    bytes_in: Count = Field(0, description="UTF-8 bytes of the texts that came in.")
    bytes_out: Count = Field(0, description="UTF-8 bytes of the texts that went out.")
    rules: Table[Ruled] = Field({}, description="By rule, as `stage:what`.")
    counts: Table[Count] = Field({}, description="What an editor replaced, by type.")
    personal: Table[Fates] = Field({}, description="Personal data by type: found, replaced, tagged, allowed.")


class StageRecord(Numbers):
    """One stage of the run; number 0 is `read`, where sources make records."""

    index: Count
    name: str = Field(description="Name in the configuration, and in the ledger's `stage`: `as`, or the stage's own.")
    stage: str = Field(description="Registered name of the stage; `read` for number 0.")
    version: Count = Field(1, description="Version of the stage's behaviour.")
    params: Table[JsonValue] = Field({}, description="Its settings after defaults.")
    params_sha256: Sha256 | None = None
    assets: tuple[Asset, ...] = ()
    by_source: Table[Numbers] = Field({}, description="The same numbers by source; they sum to the stage's own.")
    lineage: Table[JsonValue] = Field({}, description="What else the stage wants remembered, such as MinHash bands.")
    finds: Table[Literal["reject", "tag"]] | None = Field(
        None, description="What each of its rules does with a finding, by what follows the colon; null where not known."
    )
    key_id: str | None = Field(
        None, description="Id of the key of the digests in `_lineage/pii-*.parquet`; null where none are written."
    )


class Account(Value):
    """The balance: records = written + rejected + erased."""

    records: Count = 0
    written: Count = 0
    rejected: Count = 0
    erased: Count = Field(0, description="Records that were written or rejected at first and erased since.")
    erased_written: Count = Field(0, description="Of these, records that had been written.")


class Accounting(Account):
    """The balance of the run and of each source."""

    by_source: Table[Account] = Field({}, description="By source of the configuration.")


class Column(Value):
    """A column of the shards."""

    name: str
    kind: Literal["record", "kept", "signal"] = Field(description="Always there, kept of the source, or measured.")
    feature: dict[str, JsonValue] = Field(description="Its type, as a Hugging Face feature; a struct keeps its order.")


class Amount(Value):
    """How much a split holds."""

    rows: Count
    bytes: Count = Field(description="Uncompressed bytes of values and offsets.")


class Written(Value):
    """A file of the output."""

    path: str = Field(description="Relative to the output, with `/`.")
    rows: Count
    bytes: Count = Field(description="Bytes on disk.")
    sha256: Sha256


class Shard(Written):
    """A file of records."""

    split: str
    content_root: Sha256 = Field(description="Merkle root of its records in their order; its footer says it too.")
    uncompressed_bytes: Count = Field(0, description="Bytes of values and offsets before encoding.")


class Outputs(Value):
    """Everything that was written about records."""

    splits: Table[Amount] = Field({}, description="Splits that hold records.")
    columns: tuple[Column, ...] = ()
    tables: Table[tuple[TableColumn, ...]] = Field(
        {},
        description="Columns of the files of rejects, signals, pii, tombstones; none of signals where none are made.",
    )
    shards: tuple[Shard, ...] = ()
    rejects: tuple[Written, ...] = ()
    signals: tuple[Written, ...] = ()
    pii: tuple[Written, ...] = ()
    tombstones: tuple[Written, ...] = Field((), description="Records that were erased, a file for each erasure.")


class Merkle(Value):
    """Roots of the Merkle trees (RFC 9162, section 2.1, SHA-256) that fix every record and every file."""

    algorithm: Literal["RFC9162-SHA256"] = "RFC9162-SHA256"
    leaf: str = Field(
        LEAF_BYTES, description="Bytes of a record's leaf: UTF-8, decimal numbers, lower-case hex, `-` for null."
    )
    documents_root: Sha256 = Field(
        description="Over the content roots of the shards, 32 bytes each, in the order of `outputs.shards`."
    )
    files_root: Sha256 = Field(
        description="Over the lines `sha256  path`, without a line feed, of the files of `outputs`: shards, rejects, "
        "signals, pii, tombstones."
    )


class Residue(Value):
    """What an independent detector found of one kind of personal data in the written shards."""

    left: Count = Field(0, description="Values that a stage was to replace and did not.")
    allowed: Count = Field(0, description="Values of that shape that what stands around them says are nobody's.")
    outside: Count = Field(0, description="Values of kinds, sources or fields that no stage was to replace.")


class Residual(Value):
    """Personal data left in the shards: check-valid resident ids, bank cards, Chinese mobiles. A turn counts twice."""

    policy: Literal["stop", "report"] = Field(description="Whether a run publishes nothing where something is left.")
    detector: Count = Field(description="Version of the detector, which shares no code with the stage `pii`.")
    cleared: Table[tuple[str, ...]] = Field({}, description="By source: kinds of which nothing should be left.")
    exempt: Table[tuple[str, ...]] = Field({}, description="By source: kept columns that are to stay as they are.")
    by_source: Table[Table[Residue]] = Field({}, description="By source, then by kind; what is not named is nowhere.")


class Canary(Value):
    """Invented values of one type, planted in scratch copies of real records and run through a stage."""

    planted: Count
    leaked: Count = Field(description="Values that still stood there.")
    allowed: Count = Field(
        0, description="Values that the record's own words, such as the label of an order, made another number."
    )


class Manifest(Value):
    """What input and settings decide about an output: the same for any number of workers, at any time."""

    manifest_version: Literal["1.0"] = "1.0"
    dataset: Dataset
    environment: Environment
    config: Settled
    sources: tuple[SourceCard, ...] = Field((), description="In the order of the configuration.")
    inputs: tuple[Input, ...] = Field((), description="By source in the order of the configuration, then by uri.")
    stages: tuple[StageRecord, ...] = Field((), description="In the order in which they worked.")
    accounting: Accounting = Accounting()
    outputs: Outputs = Outputs()
    merkle: Merkle
    residual: Residual | None = Field(None, description="Personal data left in the shards; null where nobody looked.")
    canaries: Table[Table[Canary]] = Field(
        {}, description="By stage that replaces personal data, then by type: planted values and what it let through."
    )
    limits: JsonValue = Field(None, description="Shares above which nothing is published, or `off`.")
    limited: Count | None = Field(None, description="First so many records of each source (`--limit`); null for all.")
    uris: Literal["plain", "keyed"] = Field("plain", description="Whether file names are published, or keyed digests.")
    previous: Predecessor | None = Field(None, description="The version before the last erasure; null before any.")
    erasures: tuple[Erasure, ...] = Field((), description="In the order in which they were done.")
    suppression: SuppressedFile | None = Field(None, description="What later runs must leave out; null before any.")


def manifest_bytes(manifest: Manifest) -> bytes:
    """Spell a manifest as the one file that stands for it: indented JSON, UTF-8, a line feed at the end."""
    return manifest.model_dump_json(indent=1).encode() + b"\n"


def read_manifest(out: Path) -> Manifest:
    """Read the manifest of an output; StorageError, with a hint, where there is none or where it is damaged.

    Whoever reads an output begins here: it is also refused where one of its files, or one that the manifest names, is
    none, so that nobody waits for a pipe or reads a device for ever.
    """
    path = out / MANIFEST
    try:
        path.stat()  # first, so that nobody looks through a folder that is no output
        _check_end(out, [MANIFEST, RUN, *endless_files(out)])
        body = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as lost:
        raise StorageError(
            f"this is no output of curate: it has no {MANIFEST}",
            where=str(out),
            hint="name the folder that `run` wrote",
        ) from lost
    except OSError as lost:
        raise StorageError(f"the manifest cannot be read: {lost.strerror}", where=str(path)) from lost
    hint = "`sha256sum -c SHA256SUMS` in the output tells whether the file has changed"
    try:
        said = read_as(Manifest, body)
    except ValueError as wrong:
        first = _first_fault(wrong) if isinstance(wrong, ValidationError) else str(wrong)
        fact = f"the manifest is damaged, or of another version than {VERSION!r}: {first}"
        raise StorageError(fact, where=str(path), hint=hint) from wrong
    if has_beyond(body):
        raise StorageError("the manifest has a whole number of more than 64 bits", where=str(path), hint=hint)
    _check_end(out, _named(said))
    return said


def _check_end(out: Path, names: Iterable[str]) -> None:
    """Refuse what reading might never end of."""
    for name in names:
        if is_endless(out / name):
            hint = "nothing of the output is read while it is there: take it away"
            raise StorageError("this is neither a file nor a folder", where=str(out / name), hint=hint)


def _named(said: Manifest) -> Iterator[str]:
    """Yield the files of the output that a manifest names: links of folders, and `..`, may lead anywhere."""
    outputs = said.outputs
    for files in (outputs.shards, outputs.rejects, outputs.signals, outputs.pii, outputs.tombstones):
        yield from (file.path for file in files)
    yield from (file.path for file in (said.previous, said.suppression) if file is not None)


def _first_fault(wrong: ValidationError) -> str:
    """Say where the first mistake is, without the value: it may be anything."""
    fault = wrong.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(step) for step in fault["loc"]) or "the file"
    more = wrong.error_count() - 1
    return f"{place}: {fault['msg']}" + (f" (and {more} more)" if more else "")


def schema() -> dict[str, JsonValue]:
    """Return the JSON Schema of a manifest: what `schemas/manifest.schema.json` holds."""
    said: dict[str, JsonValue] = Manifest.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **said}


def reread_sources(manifest: Manifest) -> frozenset[str]:
    """Return the sources that read earlier outputs: their records keep the places that they had at first.

    Such places are no places in the shards that were read, so that these records are counted by source and not by file.
    """
    return frozenset(card.id for card in manifest.sources if card.previous)
