"""Export a manifest as OpenLineage 2-0-2: a START and a COMPLETE event that any lineage server takes.

https://openlineage.io/spec/2-0-2/OpenLineage.json and its facets. Servers check little (an event without a run passes
as one about a job, facets are not looked into), so every facet names its own schema.
"""

from hashlib import sha256
from uuid import NAMESPACE_URL, uuid5

from pydantic import JsonValue

from curate.core.errors import CurateError
from curate.lineage.manifest import RUN, Manifest, SourceCard, manifest_bytes
from curate.lineage.runrecord import RunRecord

PRODUCER = "urn:curate"
"""A name, as a URI; it leads nowhere."""
SPEC = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
FACETS = "https://openlineage.io/spec/facets"
VERSIONS = {
    "columnLineage": "1-2-0/ColumnLineageDatasetFacet",
    "dataQualityAssertions": "1-1-0/DataQualityAssertionsDatasetFacet",
    "inputStatistics": "1-0-0/InputStatisticsInputDatasetFacet",
    "jobType": "2-0-4/JobTypeJobFacet",
    "outputStatistics": "1-0-2/OutputStatisticsOutputDatasetFacet",
    "processing_engine": "1-1-1/ProcessingEngineRunFacet",
    "schema": "1-2-0/SchemaDatasetFacet",
    "tags": "1-0-0/TagsDatasetFacet",
    "version": "1-0-1/DatasetVersionDatasetFacet",
}
"""Each facet, the version of its schema, and the name of that."""
NAMESPACE = "curate"
Json = dict[str, JsonValue]


def export(manifest: Manifest, run: RunRecord | None) -> list[JsonValue]:
    """Return the events; CurateError without a run record, since every event has a time and no manifest knows one."""
    if run is None:
        hint = f"{RUN} was taken away; nobody but the one who ran it can say when"
        raise CurateError("OpenLineage wants the time of the run, and the output does not say it", hint=hint)
    digest = sha256(manifest_bytes(manifest)).hexdigest()
    name = f"{PRODUCER}:{digest}:{run.started}"
    engine: Json = {"version": manifest.environment.curate, "name": "curate"}
    kind: Json = {"processingType": "BATCH", "integration": "CURATE", "jobType": "JOB"}
    shared: Json = {
        "producer": PRODUCER,
        "schemaURL": SPEC,
        "run": {"runId": str(uuid5(NAMESPACE_URL, name)), "facets": facet("processing_engine", engine)},
        "job": {"namespace": NAMESPACE, "name": manifest.dataset.name, "facets": facet("jobType", kind)},
    }
    sources: list[JsonValue] = [source(manifest, card) for card in manifest.sources]
    splits: list[JsonValue] = [split(manifest, name, digest) for name in manifest.outputs.splits]
    return [
        {"eventType": "START", "eventTime": run.started, **shared, "inputs": sources, "outputs": []},
        {"eventType": "COMPLETE", "eventTime": run.ended, **shared, "inputs": sources, "outputs": splits},
    ]


def facet(name: str, body: Json) -> Json:
    """Wrap a facet with its producer and the address of its schema."""
    where, _, kind = VERSIONS[name].partition("/")
    return {name: {"_producer": PRODUCER, "_schemaURL": f"{FACETS}/{where}/{kind}.json#/$defs/{kind}", **body}}


def source(manifest: Manifest, card: SourceCard) -> Json:
    """Describe a source as an input: its files, what its card declares, the digest of all that was read."""
    files = [file for file in manifest.inputs if file.source_id == card.id]
    whole = sha256("".join(f"{file.sha256}  {file.uri}\n" for file in files).encode()).hexdigest()
    declared = {"license": card.license, "category": card.category, "owner": card.owner, "origin": card.origin}
    declared |= {"lawful_basis": card.lawful_basis}
    tags: list[JsonValue] = [{"key": key, "value": value, "source": "REGISTRY"} for key, value in declared.items()]
    numbers: Json = {
        "rowCount": sum(file.records for file in files),
        "size": sum(file.bytes for file in files),
        "fileCount": len(files),
    }
    return {
        "namespace": NAMESPACE,
        "name": source_name(manifest, card.id),
        "facets": {**facet("version", {"datasetVersion": f"sha256:{whole}"}), **facet("tags", {"tags": tags})},
        "inputFacets": facet("inputStatistics", numbers),
    }


def source_name(manifest: Manifest, name: str) -> str:
    """Name a source so that no other data set's source has the name."""
    return f"{manifest.dataset.name}.sources.{name}"


def split(manifest: Manifest, name: str, digest: str) -> Json:
    """Describe a split as an output: columns and where they come from, amounts, balance."""
    shards = [shard for shard in manifest.outputs.shards if shard.split == name]
    fields: list[JsonValue] = [
        {"name": column.name, "type": str(column.feature.get("dtype", column.feature.get("_type", "struct")))}
        for column in manifest.outputs.columns
    ]
    account = manifest.accounting
    told = account.written + account.rejected + account.erased
    balance: Json = {
        "assertion": f"records_read_are_written_or_rejected{'_or_erased' if account.erased else ''}",
        "success": account.records == told,
        "expected": str(account.records),
        "actual": str(told),
    }
    numbers: Json = {
        "rowCount": sum(shard.rows for shard in shards),
        "size": sum(shard.bytes for shard in shards),
        "fileCount": len(shards),
    }
    return {
        "namespace": NAMESPACE,
        "name": f"{manifest.dataset.name}.{name}",
        "facets": {
            **facet("version", {"datasetVersion": f"sha256:{digest}"}),
            **facet("schema", {"fields": fields}),
            **facet("columnLineage", {"fields": {"text": {"inputFields": inputs_of_text(manifest)}}}),
            **facet("dataQualityAssertions", {"assertions": [balance]}),
        },
        "outputFacets": facet("outputStatistics", numbers),
    }


def inputs_of_text(manifest: Manifest) -> list[JsonValue]:
    """Say from which sources the text comes and which stages edited it; `masking` where personal data was replaced."""
    found: list[JsonValue] = []
    for card in manifest.sources:
        changes: list[JsonValue] = [
            {
                "type": "DIRECT",
                "subtype": "TRANSFORMATION",
                "description": f"{stage.name}: {numbers.edited} records edited",
                "masking": any(fates.replaced for fates in numbers.personal.values()),
            }
            for stage in manifest.stages
            if (numbers := stage.by_source.get(card.id)) is not None and numbers.edited
        ]
        whole: JsonValue = {"type": "DIRECT", "subtype": "IDENTITY", "description": "not edited", "masking": False}
        found.append(
            {
                "namespace": NAMESPACE,
                "name": source_name(manifest, card.id),
                "field": "text",
                "transformations": changes or [whole],
            }
        )
    return found
