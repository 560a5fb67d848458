"""Which stages took care of which sources, and what they do with what they find: evidence for rules about a source."""

from collections.abc import Collection, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Literal

from pydantic import Field, JsonValue

from curate.core.stage import Value
from curate.lineage.coverage import are_about, is_about, stages_about
from curate.lineage.crossed import is_vain
from curate.lineage.figures import Figures, languages_of
from curate.lineage.followed import action_of
from curate.lineage.manifest import Manifest, StageRecord

Part = Literal["all", "some", "none"]
SAFETY, GATE, NEAR, QUALITY = "safety", "source_gate", "near_duplicates", "quality"
CONTENT = ("A.1.", "A.2.")
"""How the classes of unlawful and unhealthy content begin."""
CORPUS = "corpus"


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
    content: Part = Field(
        "none",
        description="For `safety` what becomes of a finding of the classes A.1 and A.2 of TC260-003, for `source_gate` "
        "which of them it counts: `all`, `some` or `none`.",
    )
    whole: bool = Field(True, description="Whether copies are looked for in the whole corpus; false within a scope.")


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
        covered = {kind: cover_of([one for one in stages if one.stage == kind], spoken) for kind in kinds}
        gates = [counted_by(one, stages) for one in stages if one.stage == GATE]
        if gates:
            part: Part = "all" if set(gates) == {"all"} else "none" if "none" in gates else "some"
            covered[GATE] = covered[GATE].model_copy(update={"content": part})
        said[card.id] = tuple(covered.values())
    return said


def cover_of(stages: Sequence[StageRecord], spoken: frozenset[str]) -> Cover:
    """Say what stages of one kind did to the records of a source in these languages."""
    looked: Part = "all" if are_about(stages, spoken) else "some"
    heard = [stage for stage in stages if acts_of(stage) != "none"]
    seen = frozenset(name for name in spoken if any(is_about(stage, name) for stage in stages))
    acts: Part = "none"
    if are_about([stage for stage in stages if acts_of(stage) == "all"], seen):
        acts = "all"
    elif are_about(heard, seen):
        acts = "some"
    unbound = [stage for stage in heard if stage.params.get("scope", CORPUS) == CORPUS]
    return Cover(
        stage=stages[0].stage,
        names=tuple(stage.name for stage in stages),
        looked=looked,
        acts=acts,
        content=_left_out(stages, seen),
        whole=are_about(unbound, seen),
    )


def _left_out(stages: Sequence[StageRecord], seen: frozenset[str]) -> Part:
    """Say what becomes of findings of A.1 and A.2: in each language, `safety` may judge by several stages."""
    parts = []
    for name in sorted(seen):
        rules: dict[str, bool] = {}
        for stage in stages:
            if stage.stage == SAFETY and is_about(stage, name):
                for rule, does in _content_rules(stage).items():
                    rules[rule] = rules.get(rule, False) or does == "reject"
        parts.append(_part(rules.values()))
    return "none" if not parts or "none" in parts else "some" if "some" in parts else "all"


def _part(said: Collection[bool]) -> Part:
    return "none" if not any(said) else "all" if all(said) else "some"


def _content_rules(stage: StageRecord) -> Mapping[str, str]:
    """Return the rules of a stage `safety` that are about classes of A.1 and A.2, and what each does."""
    covered = stage.lineage.get("covered")
    lists = covered.items() if isinstance(covered, dict) else ()
    names = {name for risk, said in lists if risk.startswith(CONTENT) and isinstance(said, dict) for name in said}
    if stage.finds is None:
        return {rule: action_of(stage, rule) or "tag" for rule in names}
    return {rule: does for rule, does in stage.finds.items() if rule in names}


def counted_by(gate: StageRecord, stages: Sequence[StageRecord]) -> Part:
    """Say which rules of A.1 and A.2, of the stages before it, a gate counts."""
    rules = gate.lineage.get("rules")
    patterns = [str(one) for one in rules] if isinstance(rules, list) else []
    before = [one for one in stages if one.stage == SAFETY and one.index < gate.index]
    tags = [f"{one.name}:{rule}" for one in before for rule in _content_rules(one)]
    return _part([any(fnmatchcase(tag, pattern) for pattern in patterns) for tag in tags])


def acts_of(stage: StageRecord) -> Part:
    """Say what becomes of a stage's findings: by its rules as the manifest has them, else by its `action`.

    Of a search for near copies that takes none but equal ones for copies comes nothing, nor of rules of `quality` that
    are all off or hold for no record.
    """
    threshold = stage.params.get("threshold")
    if stage.stage == NEAR and isinstance(threshold, int | float) and threshold >= 1:
        return "none"
    finds = _finds(stage)
    if finds or (finds is not None and stage.stage == QUALITY):
        vain = _vain(stage)
        rejecting = sum(action == "reject" and rule not in vain for rule, action in finds.items())
        return "none" if not rejecting else "all" if rejecting == len(finds) else "some"
    return "none" if stage.params.get("action") == "tag" else "all"


def _vain(stage: StageRecord) -> frozenset[str]:
    """Return the rules of `quality` that hold for no record."""
    return frozenset(str(one.get("rule")) for one in _spelled(stage) if stage.stage == QUALITY and is_vain(one))


def _finds(stage: StageRecord) -> Mapping[str, str] | None:
    """Return what the rules of a stage do; before its version 4, `quality` said it only where it spells them out."""
    if stage.finds is None and stage.stage == QUALITY and isinstance(stage.lineage.get("rules"), list):
        return {str(one.get("rule")): str(one.get("action")) for one in _spelled(stage)}
    return stage.finds


def _spelled(stage: StageRecord) -> list[dict[str, JsonValue]]:
    rules = stage.lineage.get("rules")
    return [one for one in rules if isinstance(one, dict)] if isinstance(rules, list) else []
