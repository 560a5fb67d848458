"""What enters the key of a task: settings without paths, content of assets, versions of whatever shapes the output."""

from collections.abc import Iterable, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unicodedata import unidata_version

import curate
from curate.core import personal
from curate.core.files import digest_of
from curate.core.receipt import key_of
from curate.core.source import Piece, Source, Split
from curate.core.stage import Editor, GlobalStage, Settings, Stage, Value
from curate.engine.plan import Pass, Plan

Json = Any
"""Anything that `json` can write."""
ENGINE = 7
"""Bumped by hand whenever the engine makes other bytes of the same records."""
LIBRARIES = ("pyarrow",)
"""Every output goes through these."""


def digest_of_asset(path: Path) -> str:
    """Digest a file that a stage loads; read again only when it has changed."""
    facts = path.stat()
    return _digest(path, facts.st_size, facts.st_mtime_ns)


@cache
def _digest(path: Path, _size: int, _mtime_ns: int) -> str:
    return digest_of(path)


def task_key(kind: str, *parts: Json) -> str:
    """Return the key of a task: its kind, the versions that shape every output, and what decides this one."""
    return key_of(kind, ENGINE, curate.__version__, versions(()), unidata_version, *parts)


def versions(distributions: Iterable[str]) -> dict[str, str]:
    """Return the installed version of each distribution."""
    return {name: installed(name) for name in sorted({*distributions, *LIBRARIES})}


@cache
def installed(distribution: str) -> str:
    """Return the version of a distribution; its metadata is read once."""
    return version(distribution)


def params_of(stage: Settings) -> dict[str, Json]:
    """Dump the settings of a stage, the path of an asset replaced by the digest of its content."""
    assets = {str(path): f"sha256:{digest_of_asset(path)}" for path in stage.assets}
    said: dict[str, Json] = plain(stage.model_dump(mode="json", by_alias=True), assets)
    return said


def plain(said: Json, assets: dict[str, str]) -> Json:
    """Replace every string that is an asset's path."""
    if isinstance(said, dict):
        return {key: plain(value, assets) for key, value in said.items()}
    if isinstance(said, list):
        return [plain(value, assets) for value in said]
    return assets.get(said, said) if isinstance(said, str) else said


def kind_of(stage: Settings) -> str:
    """Name the class of a stage, whatever it is called in the configuration."""
    return f"{type(stage).__module__}:{type(stage).__qualname__}"


def stage_identity(stage: Settings, only: Sequence[str] | None = None) -> dict[str, Json]:
    """Say all that shapes what a stage makes of its input; `only` names the settings that matter here."""
    params = params_of(stage)
    if only is not None:
        params = {name: params.get(name) for name in (*only, "as", "sources", "languages")}
    assets = [digest_of_asset(path) for path in stage.assets]
    identity = {"stage": kind_of(stage), "version": stage.version, "params": params, "uses": versions(stage.uses)}
    return identity | {"assets": assets} if assets else identity


def round_identity(stage: GlobalStage, place: int) -> dict[str, Json]:
    """Say all that shapes what a round makes of given facts."""
    one = stage.rounds()[place]
    fields = one.model_dump(mode="json") if isinstance(one, Value) else {**vars(one)}
    where = f"{type(one).__module__}:{type(one).__qualname__}"
    return {"stage": kind_of(stage), "version": stage.version, "uses": versions(stage.uses), "round": [where, fields]}


def source_identity(source: Source) -> dict[str, Json]:
    """Say all that shapes the records of a source; where it lies and who owns it shapes none of them."""
    params = source.model_dump(mode="json", by_alias=True)
    spared = {"path", *source.registered()} - {"license"}
    return {
        "source": kind_of_source(source),
        "version": source.version,
        "uses": versions(source.uses),
        "params": {name: said for name, said in params.items() if name not in spared},
    }


def kind_of_source(source: Source) -> str:
    """Name the class of a source."""
    return f"{type(source).__module__}:{type(source).__qualname__}"


def piece_identity(piece: Piece, sha256: str) -> list[Json]:
    """Say which bytes a piece stands for: the file by its content, the stretch by its place."""
    place = [piece.start, piece.length, piece.offset, piece.first_row]
    return [piece.uri, sha256, *place, piece.encoding, piece.extra]


def split_identity(split: Split, digests: dict[str, str]) -> list[Json]:
    """Say which records a split stands for."""
    return [split.limit, [piece_identity(piece, digests[piece.uri]) for piece in split.pieces]]


def pass_identity(one: Pass, plan: Plan) -> dict[str, Json]:
    """Say all that shapes what a pass makes of given batches and findings."""
    shape = plan.shape
    return {
        "apply": [stage_identity(stage, stage.open_from) for stage in one.apply],
        "stream": [stage_identity(stage) for stage in one.stream],
        "gather": [stage_identity(stage, stage.facts_from) for stage in one.gather],
        "last": one.last,
        "columns": [str(shape.flight), str(shape.shard) if one.last else "", sorted(shape.edited.items())],
    }


def key_id(key: bytes | None) -> str | None:
    """Name a key without giving it away; null where there is none."""
    return None if key is None else personal.key_id(key)


def all_uses(plan: Plan) -> set[str]:
    """Collect the distributions that any stage of a plan relies on."""
    stages: list[Stage | Editor | GlobalStage] = [stage for one in plan.passes for stage in (*one.stream, *one.gather)]
    return {name for stage in stages for name in stage.uses}
