"""How fast an output is checked and asked: `verify` by level, `trace` by id, a manifest of very many shards."""

import json
import random
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.corpora import Corpus
from benchmarks.measure import CURATE, RUNS, measure, succeeded
from curate.core.files import digest_of
from curate.core.merkle import LEAF_COLUMNS, Tree, record_hashes, text_digests
from curate.lineage.manifest import MANIFEST, manifest_bytes, read_manifest, schema
from curate.lineage.passage import by_id
from curate.lineage.sight import read_groups
from curate.lineage.verification import Level
from curate.lineage.verify import verify
from curate.sinks.shards import ZSTD_LEVEL

MEGABYTE = 10**6
ASKED = 10
"""Ids that are traced; the slowest counts."""
SHARDS = 10_000


@dataclass(frozen=True)
class Speed:
    """One thing that was measured."""

    what: str
    size: str
    seconds: float
    """Of CPU, in one process."""
    rate: str


def clocked(work: Callable[[], object]) -> float:
    """Return the CPU seconds that something takes."""
    started = time.process_time()
    work()
    return time.process_time() - started


def least(work: Callable[[], object]) -> float:
    """Return the least of several times: memory that the host has taken back is brought again in the first."""
    return min(clocked(work) for _ in range(RUNS))


def output(folder: Path, name: str, raw: Path, stages: list[str]) -> Path:
    """Run some stages over JSON Lines, unless the output is there already."""
    out = folder / name
    if not out.exists():
        said = {
            "name": name,
            "sources": {"raw": {"format": "jsonl", "path": f"{raw}/*.jsonl", "license": "CC0-1.0"}},
            "stages": stages,
            "output": {"path": str(out), "canaries": 0},
            "limits": "off",
            "workers": 1,
        }
        config = folder / f"{name}.json"
        config.write_bytes(orjson.dumps(said))
        command = (*CURATE, "run", str(config), "--progress", "none")
        usage = succeeded(measure(command), command)
        (folder / f"{name}.cpu").write_text(str(usage.cpu_seconds))
        shutil.rmtree(folder / f"{name}.work", ignore_errors=True)
    return out


def verified(out: Path, what: str, level: Level) -> Speed:
    """Verify an output that is whole."""
    shards = sum(shard.bytes for shard in read_manifest(out).outputs.shards) / MEGABYTE
    text = sum(shard.uncompressed_bytes for shard in read_manifest(out).outputs.shards) / MEGABYTE
    exits: list[int] = []
    seconds = least(lambda: exits.append(verify(out, level=level).exit_code))
    if any(exits):
        raise ValueError(f"{out.name} does not verify")
    size = f"{shards:,.0f} MB of Parquet, {text:,.0f} MB of records"
    return Speed(what, size, round(seconds, 2), f"{shards / seconds:,.0f} MB/s of Parquet")


def floors(out: Path) -> list[Speed]:
    """Time what no verification can do without: unpacking the texts, by zstd alone, and then digesting them."""
    shards = [out / shard.path for shard in read_manifest(out).outputs.shards]
    packed = sum(shard.stat().st_size for shard in shards) / MEGABYTE
    codec = pa.Codec("zstd", ZSTD_LEVEL)
    unpacking = digesting = 0.0
    for shard in shards:
        for batch in read_groups(shard, ("text",)):
            body = batch["text"].buffers()[2]
            small = codec.compress(body)
            unpacking += least(lambda small=small, body=body: codec.decompress(small, body.size))  # type: ignore[misc]
            digesting += least(lambda batch=batch: text_digests(batch["text"]))  # type: ignore[misc]
        digesting += least(lambda shard=shard: digest_of(shard))  # type: ignore[misc]
    both = unpacking + digesting
    size = f"{packed:,.0f} MB of Parquet"
    return [
        Speed("zstd alone unpacks its texts", size, round(unpacking, 2), f"{packed / unpacking:,.0f} MB/s of Parquet"),
        Speed("and sha256 of texts and files", size, round(both, 2), f"{packed / both:,.0f} MB/s of Parquet"),
    ]


def hashed(out: Path) -> Speed:
    """Time Merkle roots and digests, taken when files are written and once more when the run verifies them."""
    seconds = 0.0
    for shard in read_manifest(out).outputs.shards:
        for batch in read_groups(out / shard.path, LEAF_COLUMNS):
            seconds += least(lambda batch=batch: Tree().extend(record_hashes(batch)))  # type: ignore[misc]
        seconds += least(lambda path=out / shard.path: digest_of(path))  # type: ignore[misc]
    run = float(out.with_name(f"{out.name}.cpu").read_text())
    share = f"{100 * seconds / run:.1f} % of it each time"
    return Speed("roots and digests of a run", f"{run:,.0f} s of CPU", round(2 * seconds, 2), share)


def traced(out: Path, seed: int) -> Speed:
    """Trace some ids, drawn at random."""
    shards = read_manifest(out).outputs.shards
    rows = sum(shard.rows for shard in shards)
    draw = random.Random(seed)  # noqa: S311 - the same ids again, no secrets
    slowest = 0.0
    for _ in range(ASKED):
        shard = draw.choice(shards)
        ids = pq.read_table(out / shard.path, columns=["id"])["id"]
        name = ids[draw.randrange(len(ids))].as_py()
        slowest = max(slowest, clocked(lambda name=name: by_id(out, name)))  # type: ignore[misc]
    return Speed("trace by id", f"{rows:,} rows", round(slowest, 2), f"the slowest of {ASKED}")


def many_shards(out: Path, folder: Path) -> list[Speed]:
    """Validate the manifest of an output as if it had very many shards."""
    from jsonschema import Draft202012Validator

    manifest = read_manifest(out)
    one = manifest.outputs.shards[0]
    shards = tuple(one.model_copy(update={"path": f"data/train/{n:05}-of-{SHARDS:05}.parquet"}) for n in range(SHARDS))
    large = manifest.model_copy(update={"outputs": manifest.outputs.model_copy(update={"shards": shards})})
    place = folder / "many" / MANIFEST
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(manifest_bytes(large))
    size = f"{SHARDS:,} shards, {place.stat().st_size / MEGABYTE:.1f} MB"
    own = clocked(lambda: read_manifest(folder / "many"))
    validator = Draft202012Validator(schema())
    public = clocked(lambda: validator.validate(json.loads(place.read_bytes())))
    return [
        Speed("manifest, as curate reads it", size, round(own, 2), ""),
        Speed("manifest, by jsonschema and its schema", size, round(public, 2), ""),
    ]


def measured(folder: Path, megabytes: int, rows: int, seed: int) -> list[Speed]:
    """Measure all of it; outputs stay in the folder for the next time."""
    folder.mkdir(parents=True, exist_ok=True)
    raw = Corpus(megabytes, "mixed", seed).written(folder)
    plain, masked = output(folder, f"plain-{megabytes}", raw, []), output(folder, f"pii-{megabytes}", raw, ["pii"])
    short = folder / f"short-{rows}"
    if not short.exists():
        short.mkdir()
        with (short / "rows.jsonl").open("wb") as stream:
            for number in range(rows):
                stream.write(b'{"text": "record %d of a long list, as short as they come"}\n' % number)
    return [
        verified(plain, "verify --quick", "quick"),
        verified(plain, "verify", "usual"),
        verified(masked, "verify, personal data looked for", "usual"),
        *floors(masked),
        hashed(masked),
        traced(output(folder, f"rows-{rows}", short, []), seed),
        *many_shards(plain, folder),
    ]
