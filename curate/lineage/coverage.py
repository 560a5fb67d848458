"""Which stages are about which records: by source and by language, as the settings in the manifest say."""

from collections.abc import Iterable, Iterator

from curate.lineage.manifest import Manifest, StageRecord

READ = "read"


def stages_about(manifest: Manifest, source: str) -> Iterator[StageRecord]:
    """Yield the stages that are about a source, in their order."""
    for stage in manifest.stages:
        chosen = stage.params.get("sources")
        if stage.stage != READ and (not isinstance(chosen, list) or source in chosen):
            yield stage


def is_about(stage: StageRecord, language: str) -> bool:
    """Tell whether a stage is about records of a language."""
    chosen = stage.params.get("languages")
    return not isinstance(chosen, list) or language in chosen


def are_about(stages: Iterable[StageRecord], spoken: frozenset[str]) -> bool:
    """Tell whether each of some languages has a stage; of no language is known that all have one."""
    some = list(stages)
    if any(not isinstance(stage.params.get("languages"), list) for stage in some):
        return True
    return bool(spoken) and all(any(is_about(stage, name) for stage in some) for name in spoken)
