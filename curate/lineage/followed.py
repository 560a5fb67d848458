"""Hold what the manifest says that stages are, find and clear against the settings that this follows from."""

import re
from collections.abc import Iterable, Iterator, Mapping
from math import nan
from pathlib import PurePath

import numpy as np
from pydantic import JsonValue

from curate.config.registry import SOURCES, STAGES
from curate.core.intervals import CONFIDENCE
from curate.core.risks import RISKS
from curate.lineage.concluded import concluded_faults
from curate.lineage.crossed import WHEN
from curate.lineage.manifest import Manifest, StageRecord
from curate.lineage.marks import KEYS
from curate.lineage.numbers import NEEDS
from curate.lineage.residual import cleared_kinds

PII = "pii"
READ = "read"
RESTATED = frozenset({"near_duplicates", "source_gate", "suppress", PII})
"""Kinds of stages that say some of their settings again, under the same names."""
USUAL = {
    "length": "reject",
    "language": "reject",
    "source_gate": "reject",
    "normalize": "tag",
    "decontaminate": "tag",
    "relevance": "tag",
}
"""By kind of stage: what a finding does where the settings say no action."""
SAYS_FINDS = {"quality": 4, "safety": 3}
"""By kind of stage: from which version on the manifest says what its rules do."""
LARGEST_SEED = 100
"""More terms than a list has that comes along."""
PLANTED_TYPES = frozenset[str]().union(*NEEDS.values())
FEWEST_PLANTED = 5
"""From so many canaries on, there is one of each type."""
FOUND_AT = re.compile(r"found_at_(?:0(?:\.[0-9]+)?|1(?:\.0+)?)")
CLOSE = 1e-9
STEPS, COARSE = 1000, 1e-3
"""A mean over so many places is as close as that to one over more of them."""
Said = Mapping[str, JsonValue]


def followed_faults(manifest: Manifest) -> Iterator[str]:
    """Yield what does not follow from the settings of the stages."""
    for stage in manifest.stages:
        if stage.stage in STAGES:
            yield from _find_faults(stage)
            yield from _restated_faults(stage)
        if stage.stage == "quality":
            yield from _quality_faults(stage)
        if stage.stage == "safety":
            yield from _lexicon_faults(stage, manifest.config.resolved)
            yield from _unnamed_faults(stage)
        if stage.stage == "near_duplicates":
            yield from _search_faults(stage)
        if stage.stage == PII:
            yield from _sought_faults(stage)
        yield from _fixed_faults(stage)
    yield from _residual_faults(manifest)
    yield from _canary_faults(manifest)
    yield from concluded_faults(manifest)


def _fixed_faults(stage: StageRecord) -> Iterator[str]:
    """Compare what no setting changes."""
    suppressed = [stage.lineage.get(name) for name in ("content", "edited", "ids")]
    if stage.stage == "suppress" and stage.params.get("lists") == [] and any(suppressed):
        yield f"{stage.name}: it has no list, and says that it suppresses something"
    if stage.stage == "source_gate" and stage.lineage.get("confidence", CONFIDENCE) != CONFIDENCE:
        yield f"{stage.name}: its bounds are of a confidence of {CONFIDENCE}, it says another one"


def _find_faults(stage: StageRecord) -> Iterator[str]:
    """Compare what rules are said to do with the settings, and with what came of their findings."""
    if stage.finds is None:
        if stage.version >= SAYS_FINDS.get(stage.stage, stage.version + 1):
            yield f"{stage.name}: what its rules do with a finding is not said"
        return
    told: dict[str, str] = dict(stage.finds)
    for rule, does in told.items():
        wanted = action_of(stage, rule)
        if wanted not in (None, does):
            yield f"{stage.name}: the finding {rule!r} is said to {does}, by its settings it is to {wanted}"
    for rule, n in stage.rules.items():
        does = told.get(rule.removeprefix(f"{stage.name}:"), "")
        if (does == "tag" and n.rejected) or (does == "reject" and n.tagged):
            yield f"{rule} is said to {does}; it rejected {n.rejected} records and tagged {n.tagged}"
        if not does and rule.startswith(f"{stage.name}:"):
            yield f"{rule} found something, and is none of the rules of its stage"


def action_of(stage: StageRecord, rule: str) -> str | None:
    """Return what the settings have a finding of a rule do; None where they do not say it."""
    action = stage.params.get("action")
    if stage.stage == "quality":
        return None
    if stage.stage == "relevance" and rule == "other_script":
        return "tag"
    if isinstance(action, str):
        return "reject" if action == "reject" else "tag"  # a record that is edited is tagged
    if stage.stage == "safety":
        return "reject" if any(_covers(name, rule) for name in _words(stage.params.get("reject"))) else "tag"
    return USUAL.get(stage.stage)


def _covers(name: str, rule: str) -> bool:
    """Tell whether a name in `reject` means a rule: itself, the kind before `_`, the group before `.`."""
    return rule == name or rule.startswith((f"{name}_", f"{name}."))


def _words(said: JsonValue) -> list[str]:
    return [str(one) for one in said] if isinstance(said, list) else []


def _number(said: JsonValue) -> float:
    return float(said) if isinstance(said, int | float) else nan


def _mapping(said: JsonValue) -> Said:
    return said if isinstance(said, dict) else {}


def _restated_faults(stage: StageRecord) -> Iterator[str]:
    """Compare the settings that a stage says again."""
    again = (stage.lineage.keys() & stage.params.keys()) - {"recall"}
    for name in sorted(again) if stage.stage in RESTATED else ():
        told, said = stage.lineage[name], stage.params[name]
        if isinstance(told, list) and isinstance(said, list):
            same = sorted(map(str, told)) == sorted(map(str, said))
        else:
            same = said is None or isinstance(said, dict | list) or told == said
        if not same:
            yield f"{stage.name}: what it says of {name!r} is not its setting"


def _quality_faults(stage: StageRecord) -> Iterator[str]:
    """Compare the rules that a stage spells out with its settings, and what they do with what they are said to do."""
    rules = stage.lineage.get("rules")
    spelled = [_mapping(one) for one in rules] if isinstance(rules, list) else []
    changed = _mapping(stage.params.get("rules"))
    does = {str(one.get("rule")): one.get("action") for one in spelled}
    if stage.finds is not None and dict(stage.finds) != does:
        yield f"{stage.name}: its rules are said to do other things than they spell out"
    for name, change in changed.items():
        if (change == "off") == (name in does):
            yield f"{stage.name}: the rule {name!r} is {'off' if change == 'off' else 'set'}, and not spelled out so"
    for one in spelled:
        name = str(one.get("rule"))
        said = _mapping(changed.get(name))
        usual = "reject" if any(said.get(key) is not None for key in ("min", "max", "when")) else None
        wanted = said.get("action") or stage.params.get("action") or usual
        if wanted is not None and one.get("action") != wanted:
            yield f"{stage.name}: the rule {name!r} is to {wanted}, it is spelled out to {one.get('action')}"
        begins = WHEN.match(str(one.get("when", "")))
        sides = {"<": said.get("min"), ">": said.get("max")}
        if begins is None:
            yield f"{stage.name}: the rule {name!r} is spelled out without a threshold"
        elif any(bound is not None for bound in sides.values()):
            bound = sides.get(begins[2])
            if not isinstance(bound, int | float) or float(begins[3]) != bound:
                yield f"{stage.name}: the rule {name!r} is spelled out with another threshold than its setting"


def _lexicon_faults(stage: StageRecord, resolved: Said) -> Iterator[str]:
    """Compare the lists of terms by their names: files, which assets and configuration name, and lists of ours."""
    covered, uncovered = stage.lineage.get("covered"), stage.lineage.get("uncovered")
    if not isinstance(covered, dict) or not isinstance(uncovered, list):
        return
    files, seeds = _words(stage.params.get("lexicons")), _words(stage.params.get("seeds"))
    named = [asset.name for asset in stage.assets[: len(files)]]
    configured = next((one for one in _stages(resolved) if one.get("name") == stage.name), {})
    if "lexicons" in configured and _words(configured["lexicons"]) != named:
        yield f"{stage.name}: its lexicons are not those that were configured"
    risks = [_risk(name) for name in named]
    told = {(risk, name): n for risk, lists in covered.items() for name, n in _mapping(lists).items()}
    wanted = {(risk, risk) for risk in risks}
    if {name for _, name in told} != {*seeds, *risks} or not wanted <= told.keys():
        yield f"{stage.name}: the classes that have terms are not those of its lexicons and lists"
    for risk, name in told.keys() - wanted:
        n = told[risk, name]
        if not isinstance(n, int) or n > LARGEST_SEED:
            yield f"{stage.name}: {name!r}, which comes along, has no {n} terms"
    if uncovered != [risk for risk in RISKS if risk not in covered]:
        yield f"{stage.name}: the classes without terms are not all others"


def _unnamed_faults(stage: StageRecord) -> Iterator[str]:
    """Find lists of terms, and names in `reject`, that have no rule among those that are named."""
    finds = frozenset(stage.finds or ())
    risks = [_risk(asset.name) for asset in stage.assets[: len(_words(stage.params.get("lexicons")))]]
    lists = {*_words(stage.params.get("seeds")), *risks}
    if finds and "lexicons" in _words(stage.params.get("look_for")) and not lists <= finds:
        yield f"{stage.name}: lists of terms of which no rule is named"
    for name in _words(stage.params.get("reject")) if finds else ():
        if not any(_covers(name, rule) for rule in finds):
            yield f"{stage.name}: {name!r}, which is to reject, is none of its rules"


def _risk(name: str) -> str:
    """Return the class that a lexicon is named after."""
    path = PurePath(name)
    return path.name.partition("-")[0].removesuffix(path.suffix)


def _stages(resolved: Said) -> Iterator[Said]:
    said = resolved.get("stages")
    return (_mapping(one) for one in said) if isinstance(said, list) else iter(())


def _search_faults(stage: StageRecord) -> Iterator[str]:
    """Compute anew how probably a search finds a pair, by 1 - (1 - J**rows)**bands."""
    said, params = stage.lineage, stage.params
    bands, rows, threshold = said.get("bands"), said.get("rows"), params.get("threshold")
    if "recall_target" in said and said["recall_target"] != params.get("recall"):
        yield f"{stage.name}: what it says of 'recall_target' is not its setting"
    if not isinstance(bands, int) or not isinstance(rows, int) or not isinstance(threshold, int | float):
        return
    if min(bands, rows) < 1 or not 0 <= threshold <= 1:
        yield f"{stage.name}: with {bands} bands of {rows} rows nothing can be searched at {threshold}"
        return
    for name, told in said.items():
        if FOUND_AT.fullmatch(name):
            found = 1 - (1 - float(name.removeprefix("found_at_")) ** rows) ** bands
            if not abs(found - _number(told)) < CLOSE:
                yield f"{stage.name}: {name} does not follow from {bands} bands of {rows} rows"
    middles = threshold + (1 - threshold) * (np.arange(STEPS) + 0.5) / STEPS
    recall = said.get("recall", 0.0)
    if "recall" in said and not abs(_number(recall) - float(np.mean(1 - (1 - middles**rows) ** bands))) < COARSE:
        yield f"{stage.name}: its recall of {recall} does not follow from {bands} bands of {rows} rows"


def _sought_faults(stage: StageRecord) -> Iterator[str]:
    """Compare what is done with each type with the settings, and the types with those that were found."""
    types, operators = stage.lineage.get("types"), _mapping(stage.lineage.get("operators"))
    if not isinstance(types, list):
        return
    chosen, usual = _mapping(stage.params.get("operators")), stage.params.get("operator")
    if operators != {str(kind): chosen.get(str(kind), usual) for kind in types}:
        yield f"{stage.name}: what it does with the types that it looks for is not what its settings say"
    if {*stage.counts, *stage.personal} - {*map(str, types)}:
        yield f"{stage.name}: it counts values of types that it does not look for"


def _replaced(stage: StageRecord) -> frozenset[str] | None:
    """Return, of the types that are looked for again, those that a stage replaces; None where it does not say it."""
    types, profiles = stage.lineage.get("types"), stage.params.get("profiles")
    if not isinstance(types, list):
        return None
    chosen, usual = _mapping(stage.params.get("operators")), stage.params.get("operator")
    kept = frozenset(str(kind) for kind in types if chosen.get(str(kind), usual) != "tag")
    return kept & PLANTED_TYPES if not isinstance(profiles, list) or "cn" in profiles else kept & {"CREDIT_CARD"}


def _residual_faults(manifest: Manifest) -> Iterator[str]:
    """Compute anew which kinds nothing may be left of, and which columns may stay, source by source."""
    if manifest.residual is None or any(one.stage not in {*STAGES, READ, KEYS} for one in manifest.stages):
        return
    stages = [(stage, _replaced(stage)) for stage in manifest.stages if stage.stage == PII]
    plugged = any(stage.params.get(name) for stage, _ in stages for name in ("recognizers", "nlp_engine"))
    if all(types is not None for _, types in stages):
        for card in manifest.sources:
            cleared = cleared_kinds(_cleared_types(stages, card.id))
            said = manifest.residual.cleared.get(card.id, ())
            if not frozenset(said) <= frozenset(cleared) or (not plugged and said != cleared):
                yield f"{card.id}: the kinds of which nothing may be left do not follow from the stages {PII!r}"
    sources = manifest.config.resolved.get("sources")
    for one in map(_mapping, sources) if isinstance(sources, list) else ():
        name, ours = str(one.get("name")), str(one.get("format")) in {*SOURCES} - {"curate"}
        if ours and list(manifest.residual.exempt.get(name, ())) != list(_as_is(one.get("keep"))):
            yield f"{name}: columns are said to stay as they are that the configuration does not leave so"


def _cleared_types(stages: Iterable[tuple[StageRecord, frozenset[str] | None]], source: str) -> Iterator[str]:
    """Yield the types that some stage replaces in every record of a source, whatever its language."""
    for stage, types in stages:
        chosen = stage.params.get("sources")
        if stage.params.get("languages") is None and (not isinstance(chosen, list) or source in chosen):
            yield from types or ()


def _as_is(keep: JsonValue) -> Iterator[str]:
    """Yield the columns of the fields that are kept as they are: no dots in names."""
    return (field.replace(".", "_") for field, kind in _mapping(keep).items() if kind == "as_is")


def _canary_faults(manifest: Manifest) -> Iterator[str]:
    """Compare what was planted with what each stage replaces; as many are planted of one type as of another."""
    stages = {stage.name: stage for stage in manifest.stages}
    for name, kinds in manifest.canaries.items():
        planted = [one.planted for one in kinds.values()]
        types = _replaced(stages[name]) if name in stages and stages[name].stage == PII else None
        if name not in stages:
            yield f"canaries were run through {name!r}, which is no stage"
        elif types is not None and sum(planted) >= FEWEST_PLANTED and kinds.keys() & PLANTED_TYPES != types:
            yield f"{name}: the types of its canaries are not those that it replaces"
        if planted and max(planted) - min(planted) > 1:
            yield f"{name}: of some type more canaries are said to have been planted than of another"
        if any(one.leaked + one.allowed > one.planted for one in kinds.values()):
            yield f"{name}: more canaries are left than were planted"
    for stage in manifest.stages if manifest.canaries else ():
        if stage.stage == PII and _replaced(stage) and stage.name not in manifest.canaries:
            yield f"{stage.name}: canaries were to be run through it, and the manifest counts none"
