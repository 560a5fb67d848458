"""Hold what the manifest says of sources, stages and limits against the configuration that it records beside it."""

from collections.abc import Iterator, Mapping
from itertools import zip_longest

from pydantic import JsonValue, ValidationError

from curate.config.registry import SOURCES
from curate.core.register import STATED, Registry
from curate.lineage.cards import NOTHING, declared, leaves
from curate.lineage.followed import followed_faults
from curate.lineage.manifest import Manifest, SourceCard, StageRecord
from curate.lineage.marks import KEYS
from curate.lineage.verification import Finding

DIGESTED = "sha256:"
"""Begins what stands in a stage's settings in the place of a file; the configuration has the file's name there."""
GATE = "source_gate"
NAMES = frozenset({"stage", "name", "as"})
PLANNED = frozenset({"read", KEYS})
"""Stages that the engine plans itself: nothing was configured for them."""
Said = Mapping[str, JsonValue]


def check_settings(manifest: Manifest) -> Finding:
    """Compare each block with the resolved configuration, whose digest is taken elsewhere."""
    resolved = manifest.config.resolved
    sources, stages = _entries(resolved.get("sources")), _entries(resolved.get("stages"))
    if sources is None or stages is None:
        return Finding(["the resolved configuration lists no sources and stages"], "")
    faults = [*_source_faults(manifest, sources), *_stage_faults(manifest, stages), *_rest_faults(manifest)]
    faults += followed_faults(manifest)
    return Finding(faults, f"{len(sources)} sources, {len(stages)} stages")


def _entries(said: JsonValue) -> list[Said] | None:
    if not isinstance(said, list):
        return None
    return [one if isinstance(one, dict) else {"stage": one, "name": one} for one in said]


def _source_faults(manifest: Manifest, sources: list[Said]) -> Iterator[str]:
    """Compare the cards of the sources with what was configured; sources that a run adds to them are none."""
    for said, card in zip_longest(sources, manifest.sources):
        if said is None or card is None or said.get("name") != card.id:
            yield "the sources are not those of the configuration, in its order"
            return
        if said.get("format", card.format) != card.format:
            yield f"{card.id}: its format is {card.format!r}, {said['format']!r} was configured"
        yield from _card_faults(said, card)


def _card_faults(said: Said, card: SourceCard) -> Iterator[str]:
    """Compare what stands at a source; what nobody said is `unknown`, but for the licence of what was read again."""
    told = declared(card)
    for name in sorted(told.keys() & said.keys()):
        bare = said[name] in NOTHING
        spared = bare and (str(said.get("format")) not in SOURCES or (bool(card.previous) and name == "license"))
        if said[name] != told[name] and not spared and not (bare and told[name] in NOTHING):
            yield f"{card.id}: its {name} is {told[name]!r}, {said[name]!r} was configured"
    yield from _registry_faults(said, card)


def _registry_faults(said: Said, card: SourceCard) -> Iterator[str]:
    """Compare the whole registry; a configuration of an earlier version has none."""
    if "registry" not in said:
        return
    try:
        configured = Registry.model_validate(said["registry"])
    except ValidationError:
        yield f"{card.id}: what was configured as its registry is none"
        return
    plugged = str(said.get("format")) not in SOURCES
    wanted, told = (
        dict(leaves(one.model_dump(mode="json", exclude=set(STATED)))) for one in (configured, card.registry)
    )
    for name in sorted(told):
        if told[name] != wanted.get(name) and not (plugged and wanted.get(name) in NOTHING):
            yield f"{card.id}: {name} of its registry is not what was configured"


def _stage_faults(manifest: Manifest, stages: list[Said]) -> Iterator[str]:
    """Compare the stages, without those that the engine plans itself, with what was configured."""
    for said, stage in zip_longest(stages, (stage for stage in manifest.stages if stage.stage not in PLANNED)):
        if said is None or stage is None or (said.get("name"), said.get("stage")) != (stage.name, stage.stage):
            yield "the stages are not those of the configuration, in its order"
            return
        yield from _params_faults(said, stage)
        yield from _gate_faults(stage)


def _params_faults(said: Said, stage: StageRecord) -> Iterator[str]:
    for name in sorted((said.keys() & stage.params.keys()) - NAMES):
        if not _alike(said[name], stage.params[name]):
            yield f"{stage.name}: its setting {name!r} is not the one that was configured"
    digests = {asset.sha256 for asset in stage.assets}
    if not {one.removeprefix(DIGESTED) for one in _digested(dict(stage.params))} <= digests:
        yield f"{stage.name}: files of its settings are not among its assets"
    if said.keys() - NAMES - stage.params.keys():
        yield f"{stage.name}: settings that were configured are not among its own"


def _digested(told: JsonValue) -> Iterator[str]:
    """Yield what stands in the place of files."""
    if isinstance(told, dict | list):
        for one in told.values() if isinstance(told, dict) else told:
            yield from _digested(one)
    elif isinstance(told, str) and told.startswith(DIGESTED):
        yield told


def _gate_faults(stage: StageRecord) -> Iterator[str]:
    """Compare by what a gate says that it judged with its settings."""
    for name in ("limit", "by", "rules") if stage.stage == GATE else ():
        if name in stage.params and stage.lineage.get(name) != stage.params[name]:
            yield f"{stage.name}: it judged by another {name!r} than its settings say"


def _alike(said: JsonValue, told: JsonValue) -> bool:
    """Compare two spellings of a setting: where one names a file, the other has its digest."""
    if isinstance(told, str) and told.startswith(DIGESTED):
        return isinstance(said, str)
    if isinstance(said, list) and isinstance(told, list):
        return len(said) == len(told) and all(map(_alike, said, told))
    if isinstance(said, dict) and isinstance(told, dict):
        return said.keys() == told.keys() and all(_alike(said[name], told[name]) for name in said)
    return said == told


def _rest_faults(manifest: Manifest) -> Iterator[str]:
    """Compare what holds for the whole run."""
    resolved = manifest.config.resolved
    for name, told in (("name", manifest.dataset.name), ("limits", manifest.limits), ("uris", manifest.uris)):
        if name in resolved and not _within(told, resolved[name]):
            yield f"the manifest's {name} is not the one that was configured"
    output = resolved.get("output")
    if not isinstance(output, dict):
        return
    policy = manifest.residual.policy if manifest.residual else "off"
    if "residual" in output and output["residual"] != policy:
        yield f"whether personal data is left was configured as {output['residual']!r}, the manifest says {policy!r}"
    planted, cleared = output.get("canaries"), manifest.residual.cleared if manifest.residual else {}
    if manifest.canaries and planted == 0:
        yield "the manifest counts canaries, and none was to be planted"
    if planted and any(cleared.values()) and manifest.dataset.rows and not manifest.canaries:
        yield "canaries were to be planted, and the manifest counts none"
    for name, kinds in manifest.canaries.items():
        if planted and sum(one.planted for one in kinds.values()) not in (0, planted):
            yield f"{name}: {planted} canaries were to be planted, the manifest counts others"
    splits = output.get("splits")
    if isinstance(splits, dict) and not manifest.outputs.splits.keys() <= splits.keys():
        yield "there are splits that were not configured"


def _within(told: JsonValue, said: JsonValue) -> bool:
    """Compare a value; of a mapping, the names that both have."""
    if isinstance(told, dict) and isinstance(said, dict):
        return all(told[name] == said[name] for name in told.keys() & said.keys())
    return told == said
