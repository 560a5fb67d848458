"""Say what other thresholds of `quality` would keep and reject, from the signals and the ledger of a run alone."""

import os
from collections.abc import Container, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import curate
from curate.config.model import Config
from curate.core.errors import ConfigError, StorageError
from curate.core.files import digest_of, write_whole
from curate.engine.retuned import Found, Near, Retuned, retuned
from curate.engine.rulings import Records, Rulings
from curate.engine.starter import scalar
from curate.lineage.manifest import MANIFEST, Manifest, StageRecord, read_manifest
from curate.lineage.signals import Fates, fates, measured
from curate.stages.quality.changing import apart, changed, known
from curate.stages.quality.fitting import sparing
from curate.stages.quality.judging import CHINESE, CONTENT_TYPE, facts_of, signals_of
from curate.stages.quality.presets import PRESETS, as_yaml, preset_of
from curate.stages.quality.rules import Rule, rule_of
from curate.stages.quality.stage import Quality

Rules = dict[str, Rule]


class Asked(NamedTuple):
    """What a user wants to know."""

    stage: str | None = None
    """Which stage is retuned; the only `quality` when absent."""
    preset: str | None = None
    """Preset, or path of a preset file: rules to begin with, in place of those of the configuration."""
    changes: tuple[str, ...] = ()
    """`RULE=THRESHOLD` and the like, in order."""
    keep: tuple[str, ...] = ()
    """`RULE=SHARE`: the threshold is to be found."""
    look: tuple[str, ...] = ()
    """Rules whose signal is to be shown about the threshold, beside those that change."""


def retune(out: Path, config: Config, asked: Asked) -> list[Retuned]:
    """Compare the rules that an output was made with to others, stage by stage, or for the one asked about.

    The other rules are those of the configuration, or of a preset file, with what was said about them. No text is read:
    the answer comes from the manifest, the signals and the ledger. ConfigError where what is asked means nothing.
    """
    manifest = read_manifest(out)
    records = [stage for stage in manifest.stages if stage.stage == "quality"]
    if not records:
        raise ConfigError("no stage of this output is a `quality`", where=str(out), hint="there is nothing to retune")
    changes = asked.preset is not None or asked.changes or asked.keep or asked.look
    if asked.stage is None and changes and len(records) > 1:
        hint = f"say which by --stage: {', '.join(stage.name for stage in records)}"
        raise ConfigError("this output has several stages `quality`", where=str(out), hint=hint)
    chosen = [stage for stage in records if asked.stage in (None, stage.name)]
    run = Artefacts(out, manifest, fates(out, manifest))
    if not chosen:
        hint = f"there are {', '.join(stage.name for stage in records)}"
        mistake = ConfigError(
            f"no stage `quality` of this output is called {asked.stage!r}", where="--stage", hint=hint
        )
        raise ConfigError.of([mistake, *mistaken([Retuning(run, config, stage, asked) for stage in records])])
    return [Retuning(run, config, stage, asked).retuned() for stage in chosen]


def mistaken(stages: Sequence["Retuning"]) -> list[ConfigError]:
    """Return what is wrong with the rules that are asked about, whichever of several stages was meant."""
    first, *others = [stage.asked_for()[1] for stage in stages]
    told = [{str(problem) for problem in problems} for problems in others]
    return [problem for problem in first if all(str(problem) in other for other in told)]


class Artefacts(NamedTuple):
    """What a run left behind."""

    out: Path
    manifest: Manifest
    fates: Fates

    def records(self, stage: str, signals: Sequence[str]) -> Iterator[Records]:
        """Yield every record of the run with what one stage measured of it."""
        sources = {card.id: place for place, card in enumerate(self.manifest.sources)}
        names = [*signals, CONTENT_TYPE, CHINESE]
        for batch in measured(self.out, self.manifest, [f"{stage}_{name}" for name in names]):
            facts = facts_of({name: batch[f"{stage}_{name}"] for name in names})
            source = np.array([sources[name] for name in batch["source_id"].to_pylist()], np.int64)
            yield Records(batch["id"], source, facts, *self.fates.of(batch["id"]))


class Retuning:
    """One stage of a run, and other rules for it."""

    def __init__(self, run: Artefacts, config: Config, stage: StageRecord, asked: Asked) -> None:
        self.run, self.config, self.stage, self.asked = run, config, stage, asked
        self.configured = self._configured()
        self.now = [(str(said["rule"]), without_name(said)) for said in self._said()]
        self.caveats = list(self._caveats())

    def _said(self) -> Sequence[Mapping[str, Any]]:
        said = self.stage.lineage.get("rules")
        if not isinstance(said, list) or self.stage.version != Quality.version:
            fact = f"{self.stage.name!r} was made by version {self.stage.version} of the stage, or by an earlier curate"
            raise StorageError(fact, where=str(self.run.out), hint="run its configuration again")
        return [one for one in said if isinstance(one, dict)]

    def _configured(self) -> Quality:
        """Return the stage as the configuration has it now."""
        found = [stage for stage in self.config.stages if isinstance(stage, Quality)]
        named = [stage for stage in found if stage.name == self.stage.name]
        if not named:
            hint = f"it has {', '.join(stage.name for stage in found)}" if found else "name the one that the run was of"
            raise ConfigError(
                f"the configuration has no `quality` called {self.stage.name!r}", where="--config", hint=hint
            )
        return named[0]

    def _caveats(self) -> Iterator[str]:
        """Say what of the configuration is no longer as it was when the output was made."""
        was, now = self.run.manifest.config.resolved, self.config.resolved()
        if was.get("sources") != now["sources"]:
            yield "the configuration names other sources, or other settings of them, than the run had"
        before, after = (upstream(one.get("stages"), self.stage.name) for one in (was, now))
        if before != after:
            yield f"what stands before {self.stage.name!r} in the configuration is not what the run did"
        if self.run.manifest.limited is not None:
            yield f"the run took the first {self.run.manifest.limited:,} records of each source (--limit)"

    def retuned(self) -> Retuned:
        """Read the signals, twice where a threshold is to be found, and compare."""
        now = apart(self.now)
        new = self._new()
        signals = signals_of([*self.now, *new.items()])
        for said in self.asked.keep:
            new = self._solved(new, said, signals)
        if not new:
            raise ConfigError("no rule is left", where="--set", hint="a preset needs at least one rule")
        sets = (list(now.items()), list(new.items()))
        rulings = Rulings((self.stage.name, [name for name, _ in self.now]), sets, self.run.fates, len(self._sources()))
        changed_rules = [name for name in dict.fromkeys([*now, *new]) if now.get(name) != new.get(name)]
        watched = dict.fromkeys([*changed_rules[:MOST_SHOWN], *self.asked.look])
        near = {name: Near(name, now.get(name), new.get(name)) for name in watched}
        for records in self.run.records(self.stage.name, signals):
            rulings.take(records)
            for one in near.values():
                one.take(records.facts)
        drawn = tuple(drawing for one in near.values() for drawing in one.drawings())
        order = [stage.name for stage in self.run.manifest.stages]
        earlier = order[: order.index(self.stage.name) + 1]
        found = Found(rulings, self._sources(), earlier, (now, new), drawn)
        return retuned(self.stage.name, found, tuple(self.caveats))

    def _sources(self) -> list[str]:
        return [card.id for card in self.run.manifest.sources]

    def _new(self) -> Rules:
        """Return the rules that are asked about; ConfigError tells all that is wrong with them."""
        rules, problems = self.asked_for()
        if problems:
            raise ConfigError.of(problems)
        return rules

    def asked_for(self) -> tuple[Rules, list[ConfigError]]:
        """Return the rules that are asked about, and what is wrong with them.

        Where the preset is mistaken, names of any rule are held for known: a mistake is told once.
        """
        rules, problems = apart(self.configured.resolved()), list[ConfigError]()
        try:
            rules = rules if self.asked.preset is None else rules_of(self.asked.preset)
        except ConfigError as error:
            problems.append(error)
            rules = {name: rule for every in (*PRESETS.values(), rules) for name, rule in every.items()}
        spoiled: set[str] = set()
        for said in self.asked.changes:
            name = said.partition("=")[0].partition(".")[0].strip()
            if name in spoiled and name not in rules:
                continue
            try:
                rules = changed(rules, said)
            except ConfigError as error:
                problems.append(error)
                spoiled.add(name)
        problems += self._unknown(rules, spoiled)
        return rules, problems

    def _unknown(self, rules: Rules, spoiled: Container[str]) -> Iterator[ConfigError]:
        """Yield what is wrong with --keep and --rule; a rule that --set failed to make is told of once."""
        for said, option in [(said, "--keep") for said in self.asked.keep] + [
            (said, "--rule") for said in self.asked.look
        ]:
            try:
                name = kept_share(said)[0] if option == "--keep" else said
                if name not in spoiled:
                    known(rules if option == "--keep" else {**apart(self.now), **rules}, name, option)
            except ConfigError as error:
                yield error

    def _solved(self, rules: Rules, said: str, signals: Sequence[str]) -> Rules:
        """Find the tightest thresholds of a rule that spare a share of the records that it is about."""
        name, share = kept_share(said)
        rule = known(rules, name, "--keep")
        found: list[list[np.ndarray[Any, Any]]] = [[], []]
        for records in self.run.records(self.stage.name, signals):
            values, open_to = records.facts.signals[rule.signal].astype(np.float64), records.facts.open_to(rule)
            for side, (_, where) in zip(found, records.facts.bounds(rule), strict=False):
                side.append(values[open_to & where & ~np.isnan(values)])
        for chinese, parts in zip((False, True), found, strict=True):
            held = np.concatenate(parts) if parts else np.zeros(0)
            if len(held):
                most = min(int((1 - share) * len(held) + 1e-9), len(held) - 1)
                rule = rule.moved(sparing(held, rule.operator, most), chinese=chinese)
        return {**rules, name: rule}


MOST_SHOWN = 6
"""Of so many changed rules the signal is drawn, the first in order; of others where they are asked for."""


def rules_of(preset: str) -> Rules:
    """Return the rules of a preset or of a preset file; ConfigError where there is neither."""
    for name, rules in PRESETS.items():
        if name == preset:
            return rules
    try:
        return preset_of(Path(preset))
    except ValueError as mistake:
        hint = f"there are {', '.join(PRESETS)}, or name a preset file"
        raise ConfigError(str(mistake), where="--preset", hint=hint) from mistake


def without_name(said: Mapping[str, Any]) -> Rule:
    """Read a rule as the manifest has it."""
    return rule_of({name: value for name, value in said.items() if name != "rule"})


def upstream(stages: object, name: str) -> list[object]:
    """Return the settings of the stages before one, and of that one what chooses its records."""
    found: list[object] = []
    for stage in stages if isinstance(stages, list) else ():
        if isinstance(stage, dict) and stage.get("name") == name:
            return [*found, [stage.get(what) for what in ("sources", "languages")]]
        found.append(stage)
    return found


def kept_share(said: str) -> tuple[str, float]:
    """Read `RULE=SHARE`; ConfigError where it is none."""
    name, _, value = said.partition("=")
    try:
        share = float(value)
    except ValueError:
        share = -1.0
    if not (name and 0 <= share <= 1):
        hint = "write --keep RULE=SHARE, such as --keep repetition=0.99"
        raise ConfigError(f"{said!r} is no rule with a share from 0 to 1", where="--keep", hint=hint)
    return name.strip(), share


def entry(config: Config, stage: str, path: Path, base: Path) -> str:
    """Write the entry of a stage as it should stand in a configuration in the folder `base`, to use a preset file."""
    [settings] = [one for one in config.stages if one.name == stage]
    said: dict[str, object] = {"preset_file": Path(os.path.relpath(path, base)).as_posix()}
    said |= {"as": stage if stage != "quality" else None, "sources": settings.sources, "languages": settings.languages}
    parts = [f"{name}: {spelled_value(value)}" for name, value in said.items() if value is not None]
    return f"- quality: {{{', '.join(parts)}}}"


def spelled_value(value: object) -> str:
    """Write a setting in YAML's flow style."""
    return f"[{', '.join(map(scalar, value))}]" if isinstance(value, tuple) else scalar(value)


def check_one(found: Sequence[Retuned]) -> None:
    """Raise ConfigError where a preset is to be written and there are several stages."""
    if len(found) > 1:
        hint = f"say which by --stage: {', '.join(one.stage for one in found)}"
        raise ConfigError("a preset file is of one stage", where="--write", hint=hint)


def check_free(path: Path | None, *, force: bool) -> None:
    """Raise ConfigError where a file stands already that is not to be replaced."""
    if path is not None and path.exists() and not force:
        hint = "name another file, or say --force"
        raise ConfigError("there is a file already, and it is not overwritten", where=str(path), hint=hint)


def remarks(out: Path, chosen: Retuned) -> list[str]:
    """Say in a preset file where it comes from."""
    sides = (sum(line.now.kept for line in chosen.sources), sum(line.new.kept for line in chosen.sources))
    kept = " and ".join(f"{count:,}" for count in sides)
    return [
        f"Rules of `quality`, chosen by `curate retune` (curate {curate.__version__}, quality {Quality.version}).",
        f"From the signals of an output with the manifest sha256 {digest_of(out / MANIFEST)}.",
        f"Stage {chosen.stage!r}: {chosen.judged:,} records judged; kept by the run's rules, and by these: {kept}.",
    ]


def write_preset(path: Path, rules: Mapping[str, Rule], remarks: Sequence[str], *, force: bool) -> None:
    """Write rules as a preset file, remarks before them; ConfigError where the file is there and not to be replaced."""
    check_free(path, force=force)
    lines = "".join(f"# {line}\n" for line in remarks)
    try:
        write_whole(path, (lines + as_yaml(rules)).encode())
    except OSError as error:
        raise StorageError(f"it cannot be written: {error.strerror}", where=str(path)) from error
