"""Run random input records through the recorded configuration again and compare what becomes of them."""

import hmac
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from heapq import nsmallest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import orjson
import pyarrow as pa

import curate
from curate.config.model import Config, Output
from curate.config.registry import load_class
from curate.core.errors import ConfigError, StorageError
from curate.core.source import Source, Split
from curate.core.stage import Editor, GlobalStage, Outcome, Settings, Stage
from curate.engine.canaries import replanted
from curate.engine.entry import keyed
from curate.engine.flow import Flow, Opened, entered
from curate.engine.identity import digest_of_asset, versions
from curate.engine.kernels import keep_kernels, user_cache
from curate.engine.plan import Shape, shape_of
from curate.engine.reread import Reader, published
from curate.engine.run import uri_key_of
from curate.lineage.lookup import Files, Spot, opened, values_at
from curate.lineage.manifest import Manifest, StageRecord, read_manifest
from curate.lineage.review.sample import seed_of
from curate.lineage.verification import Check, judged

NAME = "replay"
TITLE = "records that are run again come to the same end"
PLACE = ("id", "source_id", "source_uri", "source_offset", "source_length")
REASON = ("stage", "rule", "metric", "value", "threshold", "operator")
KEPT = (*PLACE, "text", "language", "ops")
LEFT = (*PLACE, *REASON)
KILLED = ":Killed"
"""End of the rule of a record that killed its worker: it is not run again."""
SAME, ALIKE = "kept with the same text", "left out alike"
LEDGER, EDITED = "left out by a global stage, as the ledger says", "changed by a global stage and not compared"
FATAL = "that killed a worker and is not run again"
LOST = "of a file that cannot be read as it was"
Row = Mapping[str, Any]


class Asked(NamedTuple):
    """How many records are run again, and by what they are drawn."""

    records: int
    nonce: str
    config: Config | None = None
    """The configuration with its assets and keys; null where the manifest and the run record say enough."""


@dataclass
class Case:
    """An output, the configuration that made it, and what has been found so far."""

    manifest: Manifest
    config: Config
    shape: Shape
    stages: Sequence[tuple[StageRecord, Settings | None]]
    """In the order in which they worked; null for those that the engine plans itself."""
    faults: list[str] = field(default_factory=list)
    ends: Counter[str] = field(default_factory=Counter)


def replay(out: Path, asked: Asked) -> Check:
    """Run records of an output again, kept and rejected ones alike, drawn by HMAC under documents root and nonce.

    Streaming stages run again. What a global stage decides depends on the whole corpus: that it left a record out is
    taken from the ledger; a record that it changed is not compared. Nothing but the drawn records runs, yet every file
    in which one lies is read whole. Canaries are planted again where nothing was erased and the versions are those of
    the run. ConfigError where a configuration is given that is not the recorded one; where
    files, assets or keys are not at hand the check is not made.
    """
    manifest = read_manifest(out)
    keep_kernels(user_cache())
    try:
        case = _case(out, manifest, asked.config)
        drawn = _drawn(out, manifest, asked)
        for source in case.config.sources:
            mine = [row for row in drawn if row["source_id"] == source.name]
            if mine:
                _replay_source(case, source, mine)
        other = _other_versions(case)
        again = bool(manifest.canaries) and not (manifest.erasures or other)
        case.faults += replanted(out, manifest, case.stages) if again else ()
    except StorageError as wrong:
        hint = f" ({wrong.hint})" if wrong.hint else ""
        return Check(NAME, TITLE, "unchecked", f"{wrong.message}{hint}")
    told = ", ".join(f"{count} {end}" for end, count in case.ends.items() if count)
    planted = "; canaries were planted again" if again else ""
    passed = f"{len(drawn)} records under the nonce {asked.nonce!r}: {told}{planted}"
    if case.faults and other:
        case.faults.append(f"made with other versions than these: {other}")
    if not case.faults and (case.ends[LOST] or not drawn):
        return Check(NAME, TITLE, "unchecked", passed)
    return judged(NAME, TITLE, case.faults, passed)


def _case(out: Path, manifest: Manifest, given: Config | None) -> Case:
    config = given or _recorded(out, manifest)
    body = orjson.dumps(config.resolved(), option=orjson.OPT_SORT_KEYS)
    if given is not None and sha256(body).hexdigest() != manifest.config.sha256:
        hint = "name the one that the run was started with, with the same --set"
        raise ConfigError("this is not the configuration that the manifest records", where="--config", hint=hint)
    by_name = {stage.name: stage for stage in config.stages}
    stages = [(record, by_name.get(record.name)) for record in manifest.stages if record.index]
    case = Case(manifest, config, shape_of(config), stages)
    for record, stage in stages:
        digests = [digest_of_asset(path) for path in stage.assets] if stage else []
        if digests != [asset.sha256 for asset in record.assets]:
            case.faults.append(f"{record.name}: its assets are not those of the run")
    return case


def _recorded(out: Path, manifest: Manifest) -> Config:
    """Build the configuration from what the manifest and the run record say; StorageError where they do not suffice."""
    hint = "give the configuration: --config FILE"
    for record in manifest.stages:
        if record.assets or record.key_id:
            raise StorageError(f"{record.name} needs files or a key that the manifest only names", hint=hint)
    if manifest.uris == "keyed":
        raise StorageError("file names are keyed", hint=hint)
    said: Any = manifest.config.resolved
    reader = Reader(out)
    stages = []
    for one in said["stages"]:
        rest = {key: value for key, value in one.items() if key not in {"stage", "name"}}
        stages.append(load_class("stages", one["stage"])(**{**rest, "as": one["name"]}))
    return Config(
        name=said["name"],
        sources=tuple(reader.source(one["name"]) for one in said["sources"]),
        stages=tuple(stages),
        output=Output(path=out, **said["output"]),
        max_record_bytes=said["max_record_bytes"],
    )


def _drawn(out: Path, manifest: Manifest, asked: Asked) -> list[dict[str, Any]]:
    """Return the columns of the drawn records: KEPT of a kept one, LEFT of one that was left out."""
    seed = bytes.fromhex(seed_of(manifest.merkle.documents_root, asked.nonce))
    shards = [file.path for file in manifest.outputs.shards]
    ledger = [file.path for file in manifest.outputs.rejects]
    first = nsmallest(asked.records, _ranked(out, [*shards, *ledger], seed))
    rows: list[dict[str, Any]] = []
    for paths, columns in ((shards, KEPT), (ledger, LEFT)):
        some = [Spot(path, row, {}) for _, path, row in first if path in set(paths)]
        rows += [dict(line) for line in values_at(Files(out, paths), some, columns)]
    return rows


def _ranked(out: Path, paths: Sequence[str], seed: bytes) -> Iterator[tuple[bytes, str, int]]:
    for path in paths:
        row = 0
        with opened(out, path) as file:
            for batch in file.iter_batches(columns=["id"]):
                for name in batch["id"].to_pylist():
                    yield hmac.digest(seed, name.encode(), "sha256"), path, row
                    row += 1


def _replay_source(case: Case, source: Source, drawn: Sequence[Row]) -> None:
    """Read the drawn records of a source again, carry them through the stages, and compare."""
    wanted = {_spot(row): row for row in drawn}
    left: dict[str, Row] = {}
    flow = Flow(case.shape, source.name, lambda gone: left.update({_spot(row): row for row in gone.to_pylist()}))
    book = flow.book("read")
    chain = [(record, stage, _opened(flow, stage)) for record, stage in case.stages]
    for outcome in _read_again(case, source, wanted):
        spots = [_spot(row) for row in outcome.batch.select(list(PLACE)).to_pylist()]
        seen = {spot: wanted[spot] for spot in spots}
        alive = flow.settle(Outcome(entered(outcome.batch, case.shape, 0), outcome.found), book, 0)
        for record, stage, ready in chain:
            alive = _as_recorded(case, (record, stage), alive, seen)
            if ready is not None and alive.num_rows:
                alive = flow.step(ready, alive)
        texts = {_spot(row): row for row in alive.select([*PLACE, "text", "language"]).to_pylist()}
        for spot, row in seen.items():
            fault = _difference(row, left.get(spot), texts.get(spot))
            case.faults += [f"{row['id']}: {fault}"] if fault else []
            case.ends[SAME if "text" in row else ALIKE] += not fault
        for spot in spots:
            wanted.pop(spot, None)
    case.ends[LOST] += len(wanted)


def _opened(flow: Flow, stage: Settings | None) -> Opened | None:
    """Open a streaming stage; null for one that sees the whole corpus."""
    return flow.opened(stage) if isinstance(stage, Stage | Editor) else None


def _spot(row: Row) -> str:
    """Name a record by its place: records that share an id have other names in the ledger."""
    return f"{row['source_uri']}\0{row['source_offset']}\0{row['source_length']}"


def _as_recorded(
    case: Case, at: tuple[StageRecord, Settings | None], alive: pa.RecordBatch, seen: dict[str, Row]
) -> pa.RecordBatch:
    """Do what the output says of a stage that is not run again for a record: take out of both what ends here.

    That is what a global stage left out or may have changed, and what killed its worker.
    """
    record, stage = at
    again = isinstance(stage, Stage | Editor)
    edits = isinstance(stage, GlobalStage) and stage.edits and record.edited > 0
    later = {one.name for one, _ in case.stages if one.index > record.index}
    stay = []
    for number, place in enumerate(alive.select(list(PLACE)).to_pylist()):
        spot = _spot(place)
        row = seen[spot]
        here = row.get("stage") == record.name
        if here and (not again or row["rule"].endswith(KILLED)):
            case.ends[FATAL if again else LEDGER] += 1
            del seen[spot]
        elif edits and (record.name in (row.get("ops") or ()) or row.get("stage") in later):
            case.ends[EDITED] += 1
            del seen[spot]
        else:
            stay.append(number)
    return alive.take(pa.array(stay, pa.int64())) if len(stay) < alive.num_rows else alive


def _difference(said: Row, gone: Row | None, alive: Row | None) -> str:
    """Say in what its end differs from the recorded one, without any of its text; empty where it does not."""
    if "text" not in said:
        if gone is None:
            return f"{said['rule']} left it out, and it is kept now"
        same = all(gone[name] == said[name] for name in REASON)
        return "" if same else f"{said['rule']} left it out, and {gone['rule']} does now, or by another value"
    if alive is None:
        return f"it was kept, and {gone['rule'] if gone else 'nothing'} leaves it out now"
    differing = [name for name in ("text", "language") if alive[name] != said[name]]
    return f"it was kept, and its {differing[0]} is another one now" if differing else ""


def _other_versions(case: Case) -> str:
    """Name the packages whose versions are not those of the run."""
    made = {"curate": case.manifest.environment.curate, **case.manifest.environment.packages}
    here = {"curate": curate.__version__, **versions(name for name in made if name not in {"curate", "python"})}
    return ", ".join(f"{name} {made[name]}, here {here[name]}" for name in made if here.get(name) != made[name])


def _read_again(case: Case, source: Source, wanted: Mapping[str, Row]) -> Iterator[Outcome]:
    """Yield the wanted records as the source gives them; those of files that have changed do not come."""
    uri_key = uri_key_of(case.config)
    digests = {(file.source_id, file.uri): file.sha256 for file in case.manifest.inputs}
    named = {row["source_uri"] for row in wanted.values()}
    for file in source.files():
        uri = published(file.uri, uri_key)
        if uri not in named and not source.carries_places:
            continue
        with TemporaryDirectory(prefix="curate-") as parts:
            surveyed = source.look(file, Path(parts))
            if digests.get((source.name, uri)) == surveyed.sha256:
                for outcome in source.read(Split(source.name, surveyed.pieces)):
                    chosen = _chosen(keyed(outcome, uri_key), wanted)
                    if chosen.batch.num_rows:
                        yield chosen


def _chosen(outcome: Outcome, wanted: Mapping[str, Row]) -> Outcome:
    """Keep the wanted records of a batch, and the findings on them."""
    places = outcome.batch.select(list(PLACE)).to_pylist()
    rows = [number for number, place in enumerate(places) if _spot(place) in wanted]
    batch = outcome.batch.take(pa.array(rows, pa.int64()))
    if outcome.found is None:
        return Outcome(batch)
    now = {row: number for number, row in enumerate(rows)}
    lines = [{**line, "row": now[line["row"]]} for line in outcome.found.to_pylist() if line["row"] in now]
    return Outcome(batch, pa.RecordBatch.from_pylist(lines, outcome.found.schema))
