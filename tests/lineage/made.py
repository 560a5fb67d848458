"""A small output made by hand, with its raw files: what checks, ledgers and loaders are tried on."""

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa

from curate.core.record import SHARD, place_of, record_id, render
from curate.core.register import Registry
from curate.lineage.balance import digest_of_settings
from curate.lineage.manifest import (
    MANIFEST,
    RUN,
    SUMS,
    Account,
    Accounting,
    Amount,
    Asset,
    Canary,
    Column,
    Dataset,
    Environment,
    Input,
    Manifest,
    Numbers,
    Outputs,
    Residual,
    Ruled,
    Settled,
    Shard,
    SourceCard,
    StageRecord,
    Written,
    manifest_bytes,
)
from curate.lineage.numbers import DETECTOR, NEEDS
from curate.lineage.roots import merkle_of
from curate.lineage.runrecord import RunRecord, run_bytes
from curate.lineage.sums import sha256sums
from curate.lineage.tables import tables_of
from curate.lineage.verify import verify
from curate.sinks.card import cards
from curate.sinks.features import feature_of
from curate.sinks.rejects import REJECTS, write_rejects, write_signals
from curate.sinks.shards import regroup, shard_schema, write_shard

Row = dict[str, Any]
STAGES = ("read", "length", "exact_duplicates", "near_duplicates", "pii")
PARAMS: dict[str, Row] = {"near_duplicates": {"threshold": 0.8}}
FORMATS = {"qa": "jsonl", "laws": "text", "advisories": "json"}
SETTINGS = {
    "name": "med-law",
    "sources": [
        {"name": name, "format": form, "license": "MIT", "owner": "Example | Clinic" if name == "qa" else "unknown"}
        for name, form in FORMATS.items()
    ],
    "stages": [{"stage": name, "name": name, **PARAMS.get(name, {})} for name in STAGES[1:]],
    "output": {"splits": {"train": 0.9, "validation": 0.1}, "residual": "stop", "canaries": 20},
    "limits": {"rejected_share": 0.5},
}
ORDER = tuple(FORMATS)
KEPT = pa.schema([("department", pa.string())])
SIGNALS = pa.schema([("quality_zipf", pa.float32())])
SCHEMA = shard_schema(KEPT, SIGNALS)
MEASURES = pa.schema(
    [("id", pa.string()), ("source_id", pa.string()), ("quality_zipf", pa.float32()), ("characters", pa.float64())]
)
NO_MEASURE: Row = dict.fromkeys(("metric", "value", "threshold", "operator", "duplicate_of", "cluster"))
LANGUAGES = ("zh", "en", None)


@dataclass
class Corpus:
    """What happened to each record; change it before `publish` to make an output that lies."""

    raw: dict[tuple[str, str], bytes] = field(default_factory=dict)
    inputs: list[Input] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    """Kept records in order, with `split` beside the columns of a shard."""
    ledger: list[Row] = field(default_factory=list)


def place(source: str, uri: str, row: int, offset: int, length: int) -> Row:
    return {
        "id": record_id(source, place_of(uri, offset)),
        "source_id": source,
        "source_uri": uri,
        "source_row": row,
        "source_offset": offset,
        "source_length": length,
    }


def made() -> Corpus:
    """Invent a corpus: two jsonl files (one with a BOM, one packed), three texts, one json array."""
    corpus = Corpus()
    _jsonl(corpus, "qa1.jsonl", 40, bom=b"\xef\xbb\xbf")
    _jsonl(corpus, "more/qa2.jsonl.gz", 25, bom=b"")
    for number in range(3):
        body = f"第{number}条 本法自公布之日起施行。\n".encode() * (number + 1)
        corpus.raw["laws", f"{number}.md"] = body
        corpus.inputs.append(_input("laws", f"{number}.md", body, decoded_bytes=len(body), records=1))
        _judge(corpus, place("laws", f"{number}.md", 0, 0, len(body)), number * 10)
    body = json.dumps([{"text": f"advisory {number}"} for number in range(12)]).encode()
    corpus.raw["advisories", "all.json"] = body
    corpus.inputs.append(_input("advisories", "all.json", body, decoded_bytes=None, records=12))
    for number in range(12):
        _judge(corpus, place("advisories", "all.json", number, number, 1), number)
    return corpus


def _jsonl(corpus: Corpus, uri: str, lines: int, bom: bytes) -> None:
    body, spans = bom, []
    for number in range(lines):
        line = json.dumps({"q": f"{uri} 问题 {number}"}, ensure_ascii=False).encode() + b"\n"
        spans.append((len(body), len(line)))
        body += line
    packed = gzip.compress(body, mtime=0) if uri.endswith(".gz") else body
    corpus.raw["qa", uri] = packed
    compression = "gz" if packed is not body else None
    skipped = ((0, len(bom)),) if bom else ()
    kinds = {"compression": compression, "skipped": skipped, "encoding": "utf-8", "confidence": 1.0}
    corpus.inputs.append(_input("qa", uri, packed, decoded_bytes=len(body), records=lines).model_copy(update=kinds))
    for number, (offset, length) in enumerate(spans):
        _judge(corpus, place("qa", uri, number, offset, length), number)


def _input(source: str, uri: str, body: bytes, decoded_bytes: int | None, records: int) -> Input:
    return Input(
        source_id=source,
        uri=uri,
        bytes=len(body),
        sha256=sha256(body).hexdigest(),
        decoded_bytes=decoded_bytes,
        records=records,
    )


def _judge(corpus: Corpus, where: Row, number: int) -> None:
    """Decide by number: 1 is unreadable, 4 too short, 7 a copy, 9 a near copy, all others are kept."""
    first = corpus.rows[0]["id"] if corpus.rows else None
    fates = {
        1: {"stage": "read", "rule": "read:malformed"},
        4: {"stage": "length", "rule": "length:short", "metric": "characters", "value": number + 1.0}
        | {"threshold": 50.0, "operator": "<"},
        7: {"stage": "exact_duplicates", "rule": "exact_duplicates:copy", "duplicate_of": first},
        9: {"stage": "near_duplicates", "rule": "near_duplicates:copy", "duplicate_of": first, "cluster": first}
        | {"metric": "jaccard", "value": 0.8 + number / 200, "threshold": 0.8, "operator": ">="},
    }
    fate = fates.get(number % 10)
    if fate and number:
        corpus.ledger.append(where | NO_MEASURE | fate)
        return
    corpus.rows.append(
        dict.fromkeys(SCHEMA.names)
        | where
        | {
            "text": f"记录 {where['source_uri']} {number}: some text to train on",
            "license": "MIT",
            "language": LANGUAGES[number % 3],
            "cluster": None if first else where["id"],
            "n_tokens": number,
            "tags": ["length:long"] if number % 5 == 0 else [],
            "ops": ["pii"] if number % 2 else [],
            "pii": [{"type": "PHONE_NUMBER", "count": 2}] if number % 2 else [],
            "department": "内科",
            "quality_zipf": number / 8,
            "split": "validation" if number % 10 == 3 else "train",
        }
    )
    if number % 6 == 0:
        turns = [{"role": "user", "content": "你好"}, {"role": "assistant", "content": corpus.rows[-1]["text"]}]
        corpus.rows[-1] |= {"messages": turns, "text": render(turns)}


def numbers_of(corpus: Corpus, stage: str, source: str | None) -> Numbers:
    """Count one stage, for one source or for all, by walking through the fates of all records."""
    kept = [row for row in corpus.rows if source in {None, row["source_id"]}]
    fates: list[tuple[str, str] | None] = [None] * len(kept)
    fates += [(row["stage"], row["rule"]) for row in corpus.ledger if source in {None, row["source_id"]}]
    came = [fate for fate in fates if fate is None or STAGES.index(fate[0]) >= STAGES.index(stage)]
    rules = Counter(fate[1] for fate in came if fate and fate[0] == stage)
    left = sum(len(row["text"].encode()) for row in kept)
    tags = Counter(tag for row in kept for tag in row["tags"] if tag.startswith(f"{stage}:"))
    values = Counter(
        {"PHONE_NUMBER": sum(one["count"] for row in kept for one in row["pii"])} if stage == "pii" else {}
    )
    return Numbers(
        records_in=len(came),
        records_out=len(came) - rules.total(),
        rejected=rules.total(),
        tagged=sum(any(tag in tags for tag in row["tags"]) for row in kept),
        edited=sum(stage in row["ops"] for row in kept),
        rules={rule: Ruled(rejected=rules[rule], tagged=tags[rule]) for rule in sorted({*rules, *tags})},
        counts=values,
        bytes_in=left + 100 * (len(came) - len(kept)),
        bytes_out=left + 100 * (len(came) - len(kept) - rules.total()),
    )


def stage_of(corpus: Corpus, index: int) -> StageRecord:
    name = STAGES[index]
    params = PARAMS.get(name, {})
    return StageRecord(
        **dict(numbers_of(corpus, name, None)),
        index=index,
        name=name,
        stage=name,
        params=params,
        params_sha256=digest_of_settings(params) if index else None,
        assets=(Asset(name="names.txt", sha256="0" * 64),) if name == "pii" else (),
        by_source={source: numbers_of(corpus, name, source) for source in ORDER},
        lineage={"bands": 20, "rows": 12, **clusters(corpus)} if name == "near_duplicates" else {},
    )


def clusters(corpus: Corpus) -> Row:
    """Count what the stage that finds near copies says of its clusters."""
    sizes = Counter(row["cluster"] for row in (*corpus.rows, *corpus.ledger) if row["cluster"])
    by_size = Counter(sizes.values())
    return {"clusters": len(sizes), "clusters_by_size": {str(size): n for size, n in sorted(by_size.items())}}


def accounting(corpus: Corpus) -> Accounting:
    kept = Counter(row["source_id"] for row in corpus.rows)
    out = Counter(row["source_id"] for row in corpus.ledger)
    accounts = {name: Account(records=kept[name] + out[name], written=kept[name], rejected=out[name]) for name in ORDER}
    total, left = kept.total(), out.total()
    return Accounting(records=total + left, written=total, rejected=left, by_source=accounts)


def batches(rows: Iterable[Row], schema: pa.Schema) -> list[pa.RecordBatch]:
    return pa.Table.from_pylist([{name: row[name] for name in schema.names} for row in rows], schema).to_batches()


def characters(row: Row) -> float | None:
    """What the stage `length` measured: known where it said so."""
    return float(row["source_row"] + 1) if row.get("rule") == "length:short" else None


def write_files(corpus: Corpus, out: Path) -> Outputs:
    """Write shards, ledger and measurements as they stand in the corpus; return what the manifest says of them."""
    shards: list[Shard] = []
    for split, shard_rows in (("train", 30), ("validation", 1000)):
        rows = [row for row in corpus.rows if row["split"] == split]
        cut = [rows[start : start + shard_rows] for start in range(0, len(rows), shard_rows)]
        for number, some in enumerate(cut):
            path = f"data/{split}/{number:05}-of-{len(cut):05}.parquet"
            facts = write_shard(out / path, SCHEMA, regroup(batches(some, SCHEMA), rows=10))
            shards.append(Shard(path=path, split=split, **facts._asdict()))
    measures = [
        {name: row[name] for name in ("id", "source_id")}
        | {"quality_zipf": row.get("quality_zipf", 0.5), "characters": characters(row)}
        for row in (*corpus.rows, *corpus.ledger)
    ]
    written = {
        "_lineage/rejects-00000-of-00001.parquet": write_rejects,
        "_lineage/signals-00000-of-00001.parquet": lambda path, lines: write_signals(path, MEASURES, lines),
    }
    facts = [
        write(out / path, batches(rows, schema))
        for (path, write), rows, schema in zip(
            written.items(), (corpus.ledger, measures), (REJECTS, MEASURES), strict=True
        )
    ]
    files = [
        tuple([Written(path=path, rows=fact.rows, bytes=fact.bytes, sha256=fact.sha256)] if fact else [])
        for path, fact in zip(written, facts, strict=True)
    ]
    splits = {
        name: Amount(
            rows=sum(shard.rows for shard in shards if shard.split == name),
            bytes=sum(shard.uncompressed_bytes for shard in shards if shard.split == name),
        )
        for name in dict.fromkeys(shard.split for shard in shards)
    }
    kinds = ["record"] * len(SHARD) + ["kept"] * len(KEPT) + ["signal"] * len(SIGNALS)
    columns = [
        Column(name=one.name, kind=kind, feature=feature_of(one.type)) for one, kind in zip(SCHEMA, kinds, strict=True)
    ]
    return Outputs(
        splits=splits,
        columns=tuple(columns),
        tables=tables_of(MEASURES),
        shards=tuple(shards),
        rejects=files[0],
        signals=files[1],
    )


def manifest_of(corpus: Corpus, outputs: Outputs) -> Manifest:
    languages = Counter(row["language"] or "und" for row in corpus.rows)
    return Manifest(
        dataset=Dataset(name="med-law", rows=len(corpus.rows), languages=dict(languages)),
        environment=Environment(curate="0.1.0", python="3.11", packages={"pyarrow": "26.0.1", "numpy": "2.4.6"}),
        config=Settled(sha256=digest_of_settings(SETTINGS), resolved=SETTINGS),
        sources=(
            SourceCard(id="qa", format="jsonl", license="MIT", category="open", owner="Example | Clinic"),
            SourceCard(id="laws", format="text", license="MIT"),
            SourceCard(id="advisories", format="json", license="MIT", registry=Registry(url="https://example.invalid")),
        ),
        inputs=tuple(corpus.inputs),
        stages=tuple(stage_of(corpus, index) for index in range(len(STAGES))),
        accounting=accounting(corpus),
        outputs=outputs,
        merkle=merkle_of(outputs),
        residual=Residual(policy="stop", detector=DETECTOR, cleared=dict.fromkeys(ORDER, tuple(NEEDS))),
        canaries={"pii": {"PHONE_NUMBER": Canary(planted=20, leaked=0)}},
        limits=SETTINGS["limits"],
    )


def publish(corpus: Corpus, folder: Path, claimed: Corpus | None = None) -> Path:
    """Write the output as the engine would, with digests that fit; the manifest tells the story of `claimed`."""
    out = folder / "out"
    manifest = manifest_of(claimed or corpus, write_files(corpus, out))
    (out / MANIFEST).write_bytes(manifest_bytes(manifest))
    for name, body in cards(manifest.model_dump(mode="json")).items():
        (out / name).write_bytes(body)
    run = RunRecord(started="2026-01-01T00:00:00Z", ended="2026-01-01T00:00:01Z", seconds=1.0)
    (out / RUN).write_bytes(run_bytes(run))
    seal(out)
    return out


def seal(out: Path) -> None:
    """Digest everything again: what a forger does who is not caught by SHA256SUMS."""
    (out / SUMS).write_bytes(sha256sums(out))


def patched(out: Path, patch: Callable[[Row], None]) -> None:
    """Change the manifest of an output in place, and digest everything again."""
    said = json.loads((out / MANIFEST).read_bytes())
    patch(said)
    (out / MANIFEST).write_text(json.dumps(said, ensure_ascii=False), "utf-8")
    seal(out)


def configured(said: Row, place: int, **more: Any) -> None:
    """Say something of a source in the manifest and in the configuration, whose digest is made to fit."""
    said["sources"][place] |= more
    sources = said["config"]["resolved"]["sources"]
    sources[place] |= {name: value for name, value in more.items() if name != "previous"}
    said["config"]["sha256"] = digest_of_settings(said["config"]["resolved"])


def write_raw(corpus: Corpus, folder: Path) -> dict[str, Path]:
    """Write the raw files, a folder a source."""
    for (source, uri), body in corpus.raw.items():
        path = folder / "raw" / source / uri
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    return {source: folder / "raw" / source for source in ORDER}


def folders(whole: Path) -> dict[str, Path]:
    """Name the folder of each source's raw files."""
    return {name: whole / "raw" / name for name in ORDER}


def failed(out: Path, raw: dict[str, Path] | None = None) -> set[str]:
    """Return the ids of the checks that fail, and hold every line to one line."""
    found = verify(out, raw)
    assert all("\n" not in check.detail and "Traceback" not in check.detail for check in found.checks)
    names = {check.id for check in found.checks if check.status == "fail"}
    assert (found.exit_code == 1) == bool(names)
    return names
