"""Refuse a run that would bring back what was erased from its output, and keep what tells of it."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from curate.config.model import Config
from curate.core.errors import ConfigError, StorageError
from curate.core.files import digest_of, write_whole
from curate.core.stage import Editor, GlobalStage, Settings
from curate.core.suppression import Suppression, read_suppression
from curate.lineage.former import FORMER, SAID, Former, digests, formers, name_of
from curate.lineage.history import history
from curate.lineage.manifest import MANIFEST, SUPPRESSED, read_manifest
from curate.stages.suppress import Suppress

LIST = ".suppression.json"
"""What the name of a list beside an output adds to that of the output."""


def check_suppressed(config: Config, out: Path) -> None:
    """Raise ConfigError unless the stages leave out all that the lists of the output name.

    The lists are that in the output, those of outputs that stood here before, and that beside it. The first stage has
    to read them; where a raw text is not known, one behind all that edit, too.
    """
    for path in lists_of(out):
        said = read_suppression(path)
        if not said.size:
            continue
        places = [place for place, stage in enumerate(config.stages) if reads(stage, said)]
        needed = [0, last_edit(config.stages) + 1] if said.edited else [0]
        if 0 not in places or max(places) < needed[-1]:
            within = path.is_relative_to(out)
            named = beside(out) if within else path
            aside = f"copy it out of the output, to {named}; then, " if within else ""
            last = f"; and, last of all, `- suppress: {{as: suppressed_last, lists: [{named}]}}`" if said.edited else ""
            hint = (
                f"{aside}first of the stages: `- suppress: {{lists: [{named}]}}`{last}; or choose another `output.path`"
            )
            fact = f"records were erased from the output, and this run would bring them back: {said.size:,} digests"
            raise ConfigError(fact, where=str(path), hint=hint)


def lists_of(out: Path) -> Iterator[Path]:
    """Yield the suppression lists that belong to an output."""
    if beside(out).exists():
        yield beside(out)
    if (out / MANIFEST).exists() and (out / SUPPRESSED).exists():
        yield out / SUPPRESSED
    for folder, said in formers(out):
        if said.suppression is not None:
            yield folder / said.suppression.path


def unread_lists(config: Config, out: Path) -> list[Path]:
    """Return the suppression lists of other outputs in the same folder that no stage of this run reads, sorted.

    What was erased from one of these, this run brings back wherever its sources hold it. What is no list, is none.
    """
    unread = []
    for path in sorted(out.parent.glob(f"*{LIST}")):
        if path == beside(out):
            continue
        try:
            said = read_suppression(path)
        except (ConfigError, StorageError):
            continue
        if said.size and not any(reads(stage, said) for stage in config.stages):
            unread.append(path)
    return unread


def beside(out: Path) -> Path:
    """Return where the list beside an output lies, over all its runs."""
    return out.with_name(f"{out.name}{LIST}")


def reads(stage: Settings, said: Suppression) -> bool:
    """Tell whether a stage leaves out all that a list names, of whatever source and language."""
    if not isinstance(stage, Suppress) or stage.sources is not None or stage.languages is not None:
        return False
    return stage.action != "tag" and stage.suppressed.covers(said)


def last_edit(stages: Sequence[Settings]) -> int:
    """Return the place of the last stage that edits; -1 where none does."""
    edits = (isinstance(stage, Editor) or (isinstance(stage, GlobalStage) and stage.edits) for stage in stages)
    return max((place for place, does in enumerate(edits) if does), default=-1)


def keep_former(out: Path, new: Path) -> tuple[str, ...]:
    """Keep in `new` what tells of erasures from the output that it will replace; return the digests of what is said.

    StorageError where the output has tombstones and nothing that explains them: they would be lost.
    """
    if (out / FORMER).is_dir():
        shutil.copytree(out / FORMER, new / FORMER)
    if any((out / "_lineage").glob("tombstones-*.parquet")):
        manifest = read_manifest(out)
        said = Former(
            manifest_sha256=digest_of(out / MANIFEST),
            versions=history(out).versions,
            erasures=manifest.erasures,
            tombstones=manifest.outputs.tombstones,
            suppression=manifest.suppression,
        )
        folder = new / FORMER / name_of(len(formers(new)), said)
        for file in (*said.tombstones, said.suppression):
            if file is not None:
                (folder / file.path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(out / file.path, folder / file.path)
        write_whole(folder / SAID, said.model_dump_json(indent=1).encode() + b"\n")
    return tuple(digests(new))
