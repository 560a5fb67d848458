"""Export a manifest as Croissant 1.0 with RAI 1.0: JSON-LD that dataset search and mlcroissant read.

http://mlcommons.org/croissant/1.0 and http://mlcommons.org/croissant/RAI/1.0. A wrong sha256 passes its validators:
`curate verify` checks digests.
"""

from collections.abc import Iterator

from pydantic import JsonValue

from curate.lineage.cards import about
from curate.lineage.export.entry import TO_FILL, standing
from curate.lineage.manifest import UNKNOWN, Column, Manifest, SourceCard, StageRecord
from curate.lineage.runrecord import RunRecord

CONFORMS_TO = ["http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/RAI/1.0"]
PARQUET = "application/x-parquet"
"""The one spelling that mlcroissant also reads; with `application/vnd.apache.parquet` it validates, then fails."""
TYPES = {
    "string": "sc:Text",
    "bool": "sc:Boolean",
    "int8": "sc:Integer",
    "int16": "sc:Integer",
    "int32": "sc:Integer",
    "int64": "sc:Integer",
    "uint32": "sc:Integer",
    "uint64": "sc:Integer",
    "float32": "sc:Float",
    "float64": "sc:Float",
    "date32": "sc:Date",
}
"""Features of Hugging Face, and what schema.org calls them."""
CONTEXT: dict[str, JsonValue] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "equivalentProperty": "cr:equivalentProperty",
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def export(manifest: Manifest, run: RunRecord | None) -> dict[str, JsonValue]:
    """Describe shards, splits and columns, and how the set was made; only `datePublished` needs the run record."""
    splits = list(manifest.outputs.splits)
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": list(CONFORMS_TO),
        "name": manifest.dataset.name,
        "description": description(manifest),
        "license": [*sorted({card.license for card in manifest.sources})] or [UNKNOWN],
        "url": TO_FILL,
        "creator": {"@type": "sc:Organization", "name": TO_FILL},
        "citeAs": TO_FILL,
        "datePublished": run.ended[:10] if run else TO_FILL,
        "inLanguage": [code for code in manifest.dataset.languages if code != "und"],
        **rai(manifest),
        "distribution": [*files(manifest), *(file_set(name) for name in splits)],
        "recordSet": [record_set(manifest, name) for name in splits],
    }


def description(manifest: Manifest) -> str:
    """Say in two sentences how large the set is and where it came from."""
    account = manifest.accounting
    names = ", ".join(card.id for card in manifest.sources)
    erased = f" Erased since: {account.erased}; the tombstones name the basis of each." if account.erased else ""
    return (
        f"{account.written} records of text for training, written by curate {manifest.environment.curate} out of "
        f"{account.records} that were read from the sources {names}. {account.rejected} records were left out; the "
        f"ledger beside the data names the rule, value and threshold of each.{erased}"
    )


def rai(manifest: Manifest) -> dict[str, JsonValue]:
    """Say how the data were collected and treated; what no card declares is `unknown`."""
    return {
        "rai:dataCollection": "; ".join(f"{card.id}: {collection(card)}" for card in manifest.sources) or UNKNOWN,
        "rai:dataCollectionTimeframe": [
            f"{card.id}: {about(card, 'collected_from')} to {about(card, 'collected_to')}" for card in manifest.sources
        ],
        "rai:dataPreprocessingProtocol": [protocol(stage) for stage in manifest.stages],
        "rai:personalSensitiveInformation": list(personal(manifest)) or [UNKNOWN],
        "rai:dataUseCases": TO_FILL,
        "rai:dataLimitations": TO_FILL,
        "rai:dataBiases": TO_FILL,
        "rai:dataSocialImpact": TO_FILL,
    }


def collection(card: SourceCard) -> str:
    """Word where a source comes from."""
    parts = {"category": card.category, "owner": card.owner, "origin": card.origin, "licence": card.license}
    return ", ".join(f"{name} {value}" for name, value in parts.items())


def protocol(stage: StageRecord) -> str:
    """Word what a stage did."""
    return (
        f"{stage.index} {stage.name} (version {stage.version}): {stage.records_in} records in, "
        f"{stage.records_out} out, {stage.rejected} rejected, {stage.tagged} tagged, {stage.edited} edited"
    )


def personal(manifest: Manifest) -> Iterator[str]:
    """Count the values of personal data that stages found and replaced, and those that still stand there."""
    for stage in manifest.stages:
        for kind, fates in stage.personal.items():
            yield f"{stage.name} {kind}: {fates.found} found, {fates.replaced} replaced"
    if (seen := standing(manifest)) is not None:
        said = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in seen.items())
        yield f"resident ids, bank cards and Chinese mobiles in the shards, by a detector of its own: {said}"


def files(manifest: Manifest) -> Iterator[JsonValue]:
    """Name every shard with its digest."""
    for shard in manifest.outputs.shards:
        yield {
            "@type": "cr:FileObject",
            "@id": shard.path,
            "name": shard.path,
            "contentUrl": shard.path,
            "contentSize": f"{shard.bytes} B",
            "encodingFormat": PARQUET,
            "sha256": shard.sha256,
        }


def file_set(split: str) -> JsonValue:
    """Gather the shards of a split by a pattern; with `containedIn` a list of files could not be read.

    The pattern names the folder of the split, so that no ledger falls into it.
    """
    return {
        "@type": "cr:FileSet",
        "@id": f"files-{split}",
        "name": f"files-{split}",
        "encodingFormat": PARQUET,
        "includes": f"data/{split}/*.parquet",
    }


def record_set(manifest: Manifest, split: str) -> JsonValue:
    """Describe the columns of a split; nested ones, for which the format has no type, are named in words."""
    columns = manifest.outputs.columns
    nested = [column.name for column in columns if kind_of(column) is None]
    beside = f" Not described here, because nested: {', '.join(nested)}." if nested else ""
    return {
        "@type": "cr:RecordSet",
        "@id": split,
        "name": split,
        "description": f"Split {split}: {manifest.outputs.splits[split].rows} records.{beside}",
        "key": {"@id": f"{split}/id"},
        "field": [field(split, column) for column in columns if kind_of(column) is not None],
    }


def field(split: str, column: Column) -> JsonValue:
    """Describe a column."""
    return {
        "@type": "cr:Field",
        "@id": f"{split}/{column.name}",
        "name": f"{split}/{column.name}",
        "dataType": kind_of(column),
        **({"repeated": True} if column.feature.get("_type") == "List" else {}),
        "source": {"fileSet": {"@id": f"files-{split}"}, "extract": {"column": column.name}},
    }


def kind_of(column: Column) -> str | None:
    """Return the type of a column, or of its items; None for what is nested deeper."""
    feature = column.feature
    if feature.get("_type") == "List" and isinstance(feature.get("feature"), dict):
        inner = feature["feature"]
        feature = inner if isinstance(inner, dict) else {}
    return TYPES.get(str(feature.get("dtype"))) if feature.get("_type") == "Value" else None
