"""Fold receipts into the manifest: what each stage did, what came in, what was written, and that it balances."""

import platform
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

import orjson
import pyarrow as pa

import curate
from curate.config.registry import name_of
from curate.core.errors import CurateError
from curate.core.personal import keyed_uri
from curate.core.receipt import Receipt, Tally
from curate.core.record import SHARD
from curate.core.register import Registry
from curate.core.stage import GlobalStage, Settings
from curate.engine.identity import all_uses, digest_of_asset, key_id, params_of, versions
from curate.engine.phases import Work
from curate.engine.rounds import named
from curate.engine.spool import batches_of
from curate.lineage.manifest import (
    Account,
    Accounting,
    Amount,
    Asset,
    Column,
    Dataset,
    Environment,
    Fates,
    Input,
    Manifest,
    Numbers,
    Outputs,
    Settled,
    Shard,
    SourceCard,
    StageRecord,
    Written,
)
from curate.lineage.roots import merkle_of
from curate.lineage.tables import tables_of
from curate.sinks.features import feature_of

NUMBERS = ("records_in", "records_out", "rejected", "tagged", "edited", "errors", "bytes_in", "bytes_out")


def merged(tallies: Iterable[Tally]) -> dict[str, Any]:
    """Add the tallies of one stage up; the result has the fields of Numbers."""
    sums: Counter[str] = Counter()
    rules: dict[str, Counter[str]] = {}
    counts: Counter[str] = Counter()
    personal: dict[str, Counter[str]] = {}
    for tally in tallies:
        sums.update({name: getattr(tally, name) for name in NUMBERS})
        for rule, said in tally.rules.items():
            rules.setdefault(rule, Counter()).update(said)
        counts.update(tally.counts)
        for kind, fates in tally.personal.items():
            personal.setdefault(kind, Counter()).update(fates)
    said_rules = {rule: dict(said) for rule, said in sorted(rules.items())}
    said_personal = {kind: Fates.of(fates) for kind, fates in personal.items()}
    told = {"rules": said_rules, "counts": dict(counts), "personal": said_personal}
    return {**{name: sums[name] for name in NUMBERS}, **told}


def by_stage(work: Work) -> list[tuple[str, Settings | None, dict[str, list[Tally]]]]:
    """List the stages in the order in which they worked, each with its tallies by source."""
    order: list[tuple[str, Settings | None]] = [("read", None)]
    for one in work.plan.passes:
        order += [(stage.name, stage) for stage in (*one.apply, *one.stream)]
    sources = [source.name for source in work.config.sources]
    books: dict[str, dict[str, list[Tally]]] = {name: {source: [] for source in sources} for name, _ in order}
    for receipts in work.passes:
        for receipt in receipts:
            for tally in receipt.tallies:
                books[tally.stage][receipt.source].append(tally)
    return [(name, stage, books[name]) for name, stage in order]


def stage_records(work: Work) -> tuple[StageRecord, ...]:
    """Write the record of every stage."""
    records = []
    for index, (name, stage, tallies) in enumerate(by_stage(work)):
        params = params_of(stage) if stage is not None else {}
        whole = merged(tally for said in tallies.values() for tally in said)
        assets = [Asset(name=path.name, sha256=digest_of_asset(path)) for path in stage.assets] if stage else []
        said = stage.lineage() if stage is not None else {}
        if isinstance(stage, GlobalStage):
            said = {**said, **rounds_said(work, stage)}
        record = StageRecord(
            index=index,
            name=name,
            stage=name_of("stages", type(stage)) if stage is not None else "read",
            version=stage.version if stage is not None else 1,
            params=params,
            params_sha256=sha256(orjson.dumps(params, option=orjson.OPT_SORT_KEYS)).hexdigest() if stage else None,
            assets=tuple(assets),
            by_source={source: Numbers(**merged(one)) for source, one in tallies.items()},
            lineage=said,
            finds=dict(stage.finds) if stage is not None and stage.finds is not None else None,
            key_id=key_id(work.keys.get(name)),
            **whole,
        )
        records.append(record)
    return tuple(records)


def rounds_said(work: Work, stage: GlobalStage) -> dict[str, Any]:
    """Say what the rounds of a global stage came to, in the stage's own words."""
    rounds = work.rounds.get(stage.name, [])
    counts = Counter[str]()
    for receipts in rounds:
        for receipt in receipts:
            counts.update(receipt.payload["counts"])
    refs = [receipt.outputs["facts"] for receipt in rounds[-1] if receipt.outputs] if rounds else []
    lines = (batch for ref in refs for batch in batches_of(work.space.at(ref.path)))
    said = stage.concluded(lines, counts)
    rows = sorted(set(rows_in(said)))
    ids = [(ordinal, receipt.outputs["ids"].path) for ordinal, receipt in enumerate(gathered_by(work, stage))]
    names = named(work.space, pa.array(rows, pa.uint64()), ids).to_pylist()
    known: dict[str, Any] = spelled_rows(said, dict(zip(rows, names, strict=True)))
    return known


def gathered_by(work: Work, stage: GlobalStage) -> list[Receipt]:
    """Return the receipts of the pass that gathered the facts of a stage last."""
    number = max(one.number for one in work.plan.passes if stage in one.gather)
    return work.passes[number]


def rows_in(said: Any) -> Iterator[int]:
    """Yield the row numbers that stand under names that end in `_row`."""
    for name, value in said.items() if isinstance(said, dict) else ((None, one) for one in said):
        if isinstance(name, str) and name.endswith("_row"):
            yield value
        elif isinstance(value, dict | list):
            yield from rows_in(value)


def spelled_rows(said: Any, ids: Mapping[int, str]) -> Any:
    """Put ids in the place of row numbers, and cut the names to match."""
    if isinstance(said, list):
        return [spelled_rows(one, ids) for one in said]
    if not isinstance(said, dict):
        return said
    return {
        name.removesuffix("_row"): ids[value] if name.endswith("_row") else spelled_rows(value, ids)
        for name, value in said.items()
    }


def inputs_of(work: Work) -> tuple[Input, ...]:
    """Write the record of every file that was read; counted by what the ledger and the shards name."""
    counts: Counter[tuple[str, str]] = Counter()
    for receipt in work.passes[0]:
        counts.update({(receipt.source, uri): rows for uri, rows in receipt.payload["files"].items()})
    records = []
    for one in work.inputs.values():
        found, name = one.found, one.source.name
        uri = found.uri if work.uri_key is None else keyed_uri(found.uri, work.uri_key)
        records.append(
            Input(
                source_id=name,
                uri=uri,
                bytes=found.size,
                sha256=found.sha256,
                compression=found.compression,
                encoding=found.encoding,
                confidence=found.confidence,
                decoded_bytes=found.decoded_bytes,
                skipped=found.skipped,
                records=counts[name, uri],
            )
        )
    return tuple(records)


def accounting_of(work: Work) -> Accounting:
    """Balance what was read against what was written and rejected; CurateError where it does not balance."""
    sources = [source.name for source in work.config.sources]
    sums = {name: Counter[str]() for name in sources}
    for receipts in work.passes:
        for receipt in receipts:
            for tally in receipt.tallies:
                sums[receipt.source]["rejected"] += tally.rejected
                if tally.stage == "read":
                    sums[receipt.source]["records"] += tally.records_in
    for receipt in work.passes[-1]:
        rows = sum(rows for groups in receipt.payload["groups"].values() for rows, _ in groups)
        sums[receipt.source]["written"] += rows
    for name, said in sums.items():
        if said["records"] != said["written"] + said["rejected"]:
            fact = f"read {said['records']} != written {said['written']} + rejected {said['rejected']}"
            raise CurateError(fact, where=f"source {name!r}", hint="this is a bug of curate; nothing was published")
    names = ("records", "written", "rejected")
    by_source = {name: Account(**{what: said[what] for what in names}) for name, said in sums.items()}
    return Accounting(**{what: sum(said[what] for said in sums.values()) for what in names}, by_source=by_source)


def outputs_of(work: Work, schema: pa.Schema) -> Outputs:
    """Write the record of every file of the output that holds records or findings."""
    shards = []
    totals = dict.fromkeys(work.config.output.splits, 0)
    counts = Counter(name for name, _ in work.shards)
    place: Counter[str] = Counter()
    sums: dict[str, Counter[str]] = {name: Counter() for name in totals}
    for name, receipt in work.shards:
        said = receipt.payload
        path = f"data/{name}/{place[name]:05d}-of-{counts[name]:05d}.parquet"
        place[name] += 1
        sums[name].update(rows=said["rows"], bytes=said["uncompressed_bytes"])
        shards.append(Shard(path=path, split=name, **said))
    kept = work.plan.shape.kept.names
    columns = tuple(
        Column(
            name=column.name,
            kind="record" if column.name in SHARD.names else "kept" if column.name in kept else "signal",
            feature=feature_of(column.type),
        )
        for column in schema
    )
    return Outputs(
        splits={name: Amount(rows=said["rows"], bytes=said["bytes"]) for name, said in sums.items() if said["rows"]},
        columns=columns,
        tables=tables_of(work.plan.shape.measured),
        shards=tuple(shards),
        rejects=written(work.ledgers, "rejects"),
        signals=written(work.ledgers, "signals"),
        pii=written(work.ledgers, "pii"),
    )


def written(ledgers: Sequence[Receipt], name: str) -> tuple[Written, ...]:
    """List the files of the ledger, of the signals or of positions, numbered."""
    said = [receipt.payload[name] for receipt in ledgers if name in receipt.payload]
    return tuple(
        Written(path=f"_lineage/{name}-{place:05d}.parquet", rows=one["rows"], bytes=one["bytes"], sha256=one["sha256"])
        for place, one in enumerate(said)
    )


def manifest_of(work: Work) -> Manifest:
    """Write the manifest: what input, settings and versions decide, and nothing that a clock or a machine decides."""
    accounting = accounting_of(work)
    resolved = work.config.resolved()
    body = orjson.dumps(resolved, option=orjson.OPT_SORT_KEYS)
    languages: Counter[str] = Counter()
    for receipt in work.passes[-1]:
        languages.update(receipt.payload["languages"])
    limits, outputs = work.config.limits, outputs_of(work, work.plan.shape.shard)
    return Manifest(
        dataset=Dataset(name=work.config.name, rows=accounting.written, languages=dict(languages)),
        environment=Environment(
            curate=curate.__version__,
            python=".".join(platform.python_version_tuple()[:2]),
            packages=versions(all_uses(work.plan)),
        ),
        config=Settled(sha256=sha256(body).hexdigest(), resolved=resolved),
        sources=tuple(card_of(source) for source in work.config.sources),
        inputs=inputs_of(work),
        stages=stage_records(work),
        accounting=accounting,
        outputs=outputs,
        merkle=merkle_of(outputs),
        residual=work.residual,
        canaries=work.canaries,
        limits=limits if limits == "off" else limits.model_dump(mode="json"),
        limited=work.limit,
        uris=work.config.uris,
    )


def card_of(source: Any) -> SourceCard:
    """Write the card of a source: what the registry says, `unknown` where it says nothing."""
    said = dict(source.registered())
    known = {name: said.pop(name) for name in list(said) if name in SourceCard.model_fields}
    return SourceCard(
        id=source.name,
        format=getattr(source, "format", type(source).__name__.lower()),
        registry=Registry.model_validate(said),
        previous=tuple(source.previous()),
        **known,
    )
