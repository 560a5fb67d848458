"""Erase one record of many, and read the raw file again under another name: what is rewritten, and what comes back."""

import json
import random
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import orjson
import pyarrow.parquet as pq

from benchmarks.measure import CURATE, measure, succeeded

SAID = "泵 阀 轴承 温度 压力 记录 检修 运行 机组 电流 振动 油位 the pump seal bearing report unit shift was left"


@dataclass(frozen=True)
class Step:
    """One command, and what there was to see after it."""

    step: str
    cpu_seconds: float
    wall_seconds: float
    largest_process_mb: float
    seen: str


def written(path: Path, records: int, seed: int) -> Path:
    """Write so many records, of 200 characters or so, all different, as JSON Lines; nothing where they are there."""
    if path.exists():
        return path
    rng = random.Random(seed)  # noqa: S311 - drawn to be drawn again
    words = SAID.split()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as stream:
        for number in range(records):
            text = f"{number} {' '.join(rng.choices(words, k=50))}"
            stream.write(json.dumps({"text": text}, ensure_ascii=False) + "\n")
    return path


def configured(folder: Path, raw: Path, lists: Sequence[Path]) -> Path:
    """Write the configuration of a run over one raw file; `lists` are suppression lists."""
    key = folder / "curate.key"
    if not key.exists():
        key.write_bytes(random.Random(0).randbytes(32))  # noqa: S311 - nothing depends on its secrecy
    config = {
        "name": "many",
        "sources": {"many": {"format": "jsonl", "path": str(raw), "license": "CC0-1.0"}},
        "stages": [{"suppress": {"lists": [str(path) for path in lists]}}, "normalize", "exact_duplicates"],
        "output": {"path": str(folder / "out"), "shard_bytes": "32MB", "canaries": 0},
        "key_file": str(key),
        "workers": 1,
    }
    path = folder / "curate.yaml"
    path.write_bytes(orjson.dumps(config))
    return path


def digests(out: Path) -> dict[str, str]:
    """Digest every file of an output."""
    files = (path for path in out.rglob("*") if path.is_file())
    return {path.relative_to(out).as_posix(): sha256(path.read_bytes()).hexdigest() for path in files}


def ids(out: Path) -> list[str]:
    """Return the ids of all shards, in their order."""
    shards = sorted(out.glob("data/*/*.parquet"))
    return [
        name for path in shards for name in pq.read_table(path, columns=["id"], partitioning=None)["id"].to_pylist()
    ]


def step(name: str, *arguments: object) -> Step:
    """Run a command of curate."""
    command = [*CURATE, *map(str, arguments)]
    usage = succeeded(measure(command), command)
    last = usage.said.strip().splitlines()[-1] if usage.said.strip() else ""
    return Step(name, usage.cpu_seconds, usage.wall_seconds, usage.largest_bytes / 10**6, last)


def measured(folder: Path, records: int, seed: int) -> list[Step]:
    """Run, erase the record in the middle, verify both versions, and run again over the renamed raw file."""
    shutil.rmtree(folder, ignore_errors=True)
    out, old = folder / "out", folder / "old"
    raw = written(folder / "raw" / "many.jsonl", records, seed)
    steps = [step("run", "run", configured(folder, raw, ()), "-q")]
    before = digests(out)
    names = ids(out)
    (folder / "ids.txt").write_text(names[len(names) // 2])
    said = ("--ids", folder / "ids.txt", "--key-file", folder / "curate.key", "--basis", "gdpr-17", "--ticket", "B-1")
    erased = step("erase", "erase", out, *said, "--keep-old", old)
    after = digests(out)
    same = sum(after.get(path) == digest for path, digest in before.items() if path.startswith("data/"))
    shards = sum(path.startswith("data/") for path in before)
    steps += [Step(**{**vars(erased), "seen": f"{same} of {shards} shards are the same, byte for byte"})]
    steps += [step("verify the new version", "verify", out), step("verify the old version", "verify", old)]
    steps += [step("history", "history", out)]
    renamed = raw.rename(raw.with_name("renamed.jsonl"))
    again = step("run again", "run", configured(folder, renamed, [folder / "out.suppression.json"]), "-q")
    steps += [Step(**{**vars(again), "seen": came_back(out, names, records)})]
    return steps


def came_back(out: Path, names: Sequence[str], records: int) -> str:
    """Say what the second run has left out, and whether anything else is missing."""
    rules = [rule for path in out.glob("_lineage/rejects-*") for rule in pq.read_table(path)["rule"].to_pylist()]
    if rules != ["suppress:content"] or len(ids(out)) != len(names) - 1:
        msg = f"{records} records: {len(ids(out))} are kept, left out by {sorted(set(rules))}"
        raise RuntimeError(msg)
    return f"{len(ids(out)):,} records kept, 1 left out by suppress:content"
