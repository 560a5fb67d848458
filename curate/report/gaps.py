"""Find what nobody has checked about an output, from its manifest: the list that a reviewer reads first."""

from collections.abc import Iterator

from pydantic import JsonValue

from curate.lineage.manifest import UNDETERMINED, UNKNOWN, Manifest, StageRecord
from curate.report.words import Words

STATED = ("license", "category", "owner", "origin", "lawful_basis")
DUPLICATES = ("exact_duplicates", "near_duplicates")


def gaps(manifest: Manifest, words: Words) -> list[str]:
    """Return one sentence for each thing that was not checked, plain text."""
    kinds = {stage.stage for stage in manifest.stages}
    said = [words.gaps["page"], *_of_the_run(manifest, words), *_of_sources(manifest, words)]
    for stage in manifest.stages:
        said += _of_stage(stage, words)
    said += [words.gaps[f"no_{kind}"] for kind in ("pii", *DUPLICATES) if kind not in kinds]
    return [*said, words.gaps["meaning"]]


def _of_the_run(manifest: Manifest, words: Words) -> Iterator[str]:
    if manifest.limited is not None:
        yield words.gaps["limited"].format(number=f"{manifest.limited:,}")
    if manifest.limits == "off":
        yield words.gaps["limits"]
    guessed = sum(file.confidence is not None and file.confidence < 1 for file in manifest.inputs)
    if guessed:
        yield words.gaps["encoding"].format(number=f"{guessed:,}")
    unclear = manifest.dataset.languages.get(UNDETERMINED, 0)
    if unclear:
        yield words.gaps["undetermined"].format(number=f"{unclear:,}")


def _of_sources(manifest: Manifest, words: Words) -> Iterator[str]:
    for what in STATED:
        names = [card.id for card in manifest.sources if getattr(card, what) == UNKNOWN]
        if names:
            yield words.gaps[what].format(names=", ".join(names))
    exempt = untouched(manifest.config.resolved.get("sources"))
    if exempt:
        yield words.gaps["as_is"].format(names=", ".join(exempt))


def untouched(sources: JsonValue) -> list[str]:
    """List kept fields that no stage edits, as `source.field`, from the resolved configuration of the sources."""
    found = []
    for source in sources if isinstance(sources, list) else []:
        if not isinstance(source, dict):
            continue
        keep, named = source.get("keep"), source.get("as_is")
        fields = [field for field, kind in keep.items() if kind == "as_is"] if isinstance(keep, dict) else []
        fields += [str(field) for field in named] if isinstance(named, list) else []
        found += [f"{source.get('name')}.{field}" for field in fields]
    return found


def _of_stage(stage: StageRecord, words: Words) -> Iterator[str]:
    for what in ("sources", "languages"):
        only = stage.params.get(what)
        if isinstance(only, list):
            yield words.gaps[what].format(stage=stage.name, names=", ".join(map(str, only)))
    if stage.stage == "pii":
        done = stage.lineage.get("operators")
        if "tag" in {stage.params.get("operator"), *(done.values() if isinstance(done, dict) else ())}:
            yield words.gaps["pii_tag"].format(stage=stage.name)
        yield words.gaps["names"]
    if stage.stage == "tokens" and not stage.params.get("tokenizer"):
        yield words.gaps["tokens"].format(stage=stage.name)
    threshold = stage.params.get("threshold")
    share = stage.lineage.get(f"found_at_{threshold:g}") if isinstance(threshold, float | int) else None
    if isinstance(share, float):
        yield words.gaps["recall"].format(stage=stage.name, threshold=threshold, share=f"{share:.1%}")
