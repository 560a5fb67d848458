"""Which stages took care of which sources, and what they do with what they find: evidence for rules about a source."""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from curate.core.stage import Value
from curate.lineage.coverage import are_about, is_about, stages_about
from curate.lineage.figures import Figures, languages_of
from curate.lineage.manifest import Manifest, StageRecord

Part = Literal["all", "some", "none"]


class Cover(Value):
    """What the stages of one kind did to the records of one source."""

    stage: str = Field(description="Kind of stage: `quality`.")
    names: tuple[str, ...] = Field(description="The stages of this kind that are about the source, in their order.")
    looked: Part = Field(
        description="`all` where they are about every record of the source, `some` where about some languages only."
    )
    acts: Part = Field(
        description="What becomes of a finding in the records that they are about: `all` rules leave the record out or "
        "edit it, `some` do, or `none`, where all that comes of a finding is a tag."
    )


def covers(manifest: Manifest, counted: Figures) -> dict[str, tuple[Cover, ...]]:
    """Return, by source, one entry (Cover) for each kind of stage that is about it: what `covered` in a path leads to.

    Languages are those of the records that were written: stages with `languages` are about all of a source where no
    written record of it has another one.
    """
    said: dict[str, tuple[Cover, ...]] = {}
    for card in manifest.sources:
        stages = list(stages_about(manifest, card.id))
        spoken = languages_of(counted, card.id)
        kinds = dict.fromkeys(stage.stage for stage in stages)
        said[card.id] = tuple(cover_of([one for one in stages if one.stage == kind], spoken) for kind in kinds)
    return said


def cover_of(stages: Sequence[StageRecord], spoken: frozenset[str]) -> Cover:
    """Say what stages of one kind did to the records of a source in these languages."""
    looked: Part = "all" if are_about(stages, spoken) else "some"
    seen = frozenset(name for name in spoken if any(is_about(stage, name) for stage in stages))
    acts: Part = "none"
    if are_about([stage for stage in stages if acts_of(stage) == "all"], seen):
        acts = "all"
    elif are_about([stage for stage in stages if acts_of(stage) != "none"], seen):
        acts = "some"
    return Cover(stage=stages[0].stage, names=tuple(stage.name for stage in stages), looked=looked, acts=acts)


def acts_of(stage: StageRecord) -> Part:
    """Say what becomes of a stage's findings: by its rules as the manifest has them, else by its `action`."""
    if stage.finds:
        rejecting = sum(action == "reject" for action in stage.finds.values())
        return "all" if rejecting == len(stage.finds) else "some" if rejecting else "none"
    return "none" if stage.params.get("action") == "tag" else "all"
