"""Fit the thresholds of `quality` to a folder of good documents: they are read as a run reads them, and measured."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

import curate
from curate.config.model import Config, Output
from curate.core.errors import ConfigError, DataError
from curate.engine.funnel import table
from curate.engine.propose import Raw, propose
from curate.engine.retune import Artefacts, rules_of
from curate.engine.run import Options, execute
from curate.engine.starter import NAME, written
from curate.lineage.manifest import Manifest
from curate.lineage.signals import fates
from curate.stages.dedup.exact import ExactDuplicates
from curate.stages.language import Language
from curate.stages.normalize.stage import Normalize
from curate.stages.quality.fitting import FOLDS, Fitted, Interval, fit
from curate.stages.quality.judging import Facts, Mask, signals_of
from curate.stages.quality.kinds import CONTENT_TYPES
from curate.stages.quality.presets import BASE, PUBLISHED
from curate.stages.quality.rules import Rule, spelled
from curate.stages.quality.stage import Quality

FEWEST = 30
"""Fewer documents say nothing about what is usual: `relevance` asks for as many."""
STAGE, EMPTY = "quality", "empty"


@dataclass(frozen=True)
class RuleLine:
    """A threshold before and after, and the share of the good documents that it finds fault with."""

    rule: str
    about: str
    """`all`, or `zh` or `not zh` where a rule has two thresholds."""
    when: str
    action: str
    documents: int
    """Documents that the rule is about."""
    old: float
    new: float
    hit_before: float
    hit_after: float


@dataclass(frozen=True)
class Profile:
    """A preset fitted to good documents, what it was fitted to, and how it does."""

    preset: str
    """Name of the preset, or of the preset file, that it began with."""
    keep: float
    documents: int
    left_out: dict[str, int]
    """Records that were read and not fitted to, by the rule that left them out."""
    drawn: int | None
    """About how many records were drawn; null where all were read."""
    files: int
    bytes: int
    sha256: str
    """Digest of the digests of all files, sorted: the same whatever the files are called."""
    unread: tuple[str, ...]
    """Files of the folder that were not read, by ending, and why."""
    languages: dict[str, int]
    content_types: dict[str, int]
    passed_before: float
    passed_after: float
    rejected_after: float
    held_out: Interval
    tightened: bool
    rules: dict[str, Rule]
    lines: tuple[RuleLine, ...]

    def as_json(self) -> dict[str, Any]:
        """Return everything as JSON values."""
        rules = {name: rule.data() for name, rule in self.rules.items()}
        return {**asdict(self), "held_out": self.held_out._asdict(), "rules": rules}

    def remarks(self) -> list[str]:
        """Say in the preset file where it comes from: no path, no clock, so that the same documents give the same."""
        made = f"by `curate profile` (curate {curate.__version__}, quality {Quality.version})"
        passed = f"{self.passed_after:.2%} of them (before: {self.passed_before:.2%})"
        return [
            f"Rules of `quality`, fitted to good documents {made}.",
            f"{self.documents:,} documents of {self.counted()}, {self.bytes:,} bytes, sha256 {self.sha256}.",
            f"Begun with the preset {self.preset}, --keep {self.keep:g}: no rule finds fault with {passed},",
            f"held out {interval(self.held_out)}.",
        ]

    def counted(self) -> str:
        """Word the number of files, and that not all records of them were taken."""
        drawn = f" (about {self.drawn:,} records drawn)" if self.drawn is not None else ""
        return f"{self.files:,} file{'s' if self.files > 1 else ''}{drawn}"

    def page(self) -> str:
        """Word it for a terminal."""
        kinds = ", ".join(f"{name} {count:,}" for name, count in [*self.languages.items(), *self.content_types.items()])
        before, after = (f"{share:.2%}" for share in (self.passed_before, self.passed_after))
        parts = [
            f"{self.documents:,} good documents of {self.counted()}, {self.bytes:,} bytes: {kinds}",
            *(f"  {count:,} more were left out by {rule}" for rule, count in self.left_out.items()),
            *(f"  not read: {said}" for said in self.unread),
            self._table(),
            f"no rule finds fault with {after} of them (asked for: {self.keep:.2%}; before: {before})",
            f"rejected: {self.rejected_after:.2%} of them",
            f"held out ({FOLDS} folds): {interval(self.held_out)}",
            *self._warnings(),
        ]
        return "\n".join(parts)

    def _table(self) -> str:
        heads = ["rule", "about", "when", "action", "documents", "old", "new", "hit before", "hit after"]
        rows = [
            [
                line.rule,
                line.about,
                line.when,
                line.action,
                f"{line.documents:,}",
                spelled(line.old),
                "as it was" if line.new == line.old else spelled(line.new),
                f"{line.hit_before:.2%}",
                f"{line.hit_after:.2%}",
            ]
            for line in self.lines
        ]
        return table(heads, rows, left=4)

    def _warnings(self) -> Iterator[str]:
        if not self.tightened and any(line.new != line.old for line in self.lines):
            yield "thresholds were loosened only: these documents do not bear out tighter ones"
        elif not self.tightened:
            yield "no threshold was moved: none hits too many of these documents, and they do not bear out tighter ones"
        if self.held_out.share < self.keep:
            yield f"held out, that is below {self.keep:.2%}: more documents would help, or a preset for each kind"


def interval(said: Interval) -> str:
    """Word a share with its interval."""
    return f"{said.share:.2%} (95 % interval {said.low:.2%} to {said.high:.2%})"


class Wanted(NamedTuple):
    """What a profile is made by."""

    preset: str = "base"
    """Name of a preset, or path of a preset file."""
    keep: float = 0.98
    records: int | None = None
    """Documents at most, drawn by digest over all files."""


def profile(folder: Path, wanted: Wanted) -> Profile:
    """Read a folder of good documents as `init` recognises them, and fit a preset to them.

    Before they are measured they are normalized, their language is told, and copies are left out, as in a run. Raises
    ConfigError where there is nothing to read, DataError where documents are too few.
    """
    if wanted.preset in PUBLISHED:
        fact = f"the thresholds of {wanted.preset!r} are those that its authors published, for signals of its own"
        raise ConfigError(fact, where="--preset", hint="begin with base or the preset of an industry")
    rules = rules_of(wanted.preset)
    try:
        raw = propose(folder)
    except ConfigError as nothing:
        raise ConfigError(nothing.message, where=str(folder), hint="name a folder of good documents") from nothing
    with TemporaryDirectory(prefix="curate-profile-") as work:
        place = Path(work)
        (place / NAME).write_text(written(raw, place, folder), "utf-8")
        config = Config.load(place / NAME)
        run = measured_run(config, place / "out", wanted.records)
        return fitted(run, raw, (wanted, rules))


def measured_run(config: Config, out: Path, records: int | None) -> Artefacts:
    """Run what comes before `quality`, and `quality` itself, and return what it left behind."""
    stages = (
        Normalize(**{"as": "normalize"}),
        Language(**{"as": "language"}),
        ExactDuplicates(**{"as": "exact_duplicates"}),
        Quality(**{"as": STAGE, "action": "tag"}),
    )
    output = Output(path=out, residual="off", canaries=0)
    changes = {"stages": stages, "output": output, "work": "none", "limits": "off", "workers": 0}
    finished = execute(config.model_copy(update=changes), Options(sample=records))
    return Artefacts(finished.out, finished.manifest, fates(finished.out, finished.manifest))


def fitted(run: Artefacts, raw: Raw, asked: tuple[Wanted, Mapping[str, Rule]]) -> Profile:
    """Fit the rules to what was measured; DataError where there is too little."""
    wanted, rules = asked
    facts, folds = gathered(run, rules)
    if len(folds) < FEWEST:
        fact = f"{len(folds):,} good documents are too few to fit thresholds to"
        raise DataError(fact, where=str(raw.root), hint=f"at least {FEWEST} are needed, copies not counted")
    found = fit(rules, facts, folds, wanted.keep)
    manifest = run.manifest
    kinds = Counter(np.asarray(CONTENT_TYPES)[facts.kinds[facts.kinds >= 0]].tolist())
    rejects = [facts.hit(rule) for rule in found.rules.values() if rule.action == "reject"]
    return Profile(
        preset=Path(wanted.preset).name,
        keep=wanted.keep,
        documents=len(folds),
        left_out=left_out(manifest),
        drawn=wanted.records,
        files=len(manifest.inputs),
        bytes=sum(one.bytes for one in manifest.inputs),
        sha256=sha256("".join(sorted(one.sha256 for one in manifest.inputs)).encode()).hexdigest(),
        unread=tuple(unread(raw)),
        languages=dict(Counter(manifest.dataset.languages).most_common()),
        content_types=dict(sorted(kinds.items(), key=lambda item: (-item[1], item[0]))),
        passed_before=share(~found.before),
        passed_after=share(~found.after),
        rejected_after=share(np.logical_or.reduce(rejects)) if rejects else 0.0,
        held_out=found.held_out,
        tightened=found.strictness.tightens,
        rules=found.rules,
        lines=tuple(lines_of(rules, found, facts)),
    )


def gathered(run: Artefacts, rules: Mapping[str, Rule]) -> tuple[Facts, npt.NDArray[np.int64]]:
    """Read the signals of all documents that were measured, and the fold of each.

    What has neither letter nor digit is no document, whatever folder it lies in. A fold is told from the signals, so
    that it does not depend on names of files, and documents of which all signals are equal fall into one.
    """
    signals = signals_of([*rules.items(), (EMPTY, BASE[EMPTY])])
    parts = [(one.facts, one.judged & ~one.facts.hit(BASE[EMPTY])) for one in run.records(STAGE, signals)]
    measured = {
        name: np.concatenate([np.zeros(0, np.float32), *(facts.signals[name][good] for facts, good in parts)])
        for name in signals
    }
    kinds = np.concatenate([np.zeros(0, np.int8), *(facts.kinds[good] for facts, good in parts)])
    chinese = np.concatenate([np.zeros(0, np.bool_), *(facts.chinese[good] for facts, good in parts)])
    rows = np.column_stack([measured[name].astype("<f4") for name in sorted(signals)])
    folds = np.array([crc32(row.tobytes()) % FOLDS for row in rows], np.int64)
    return Facts(measured, kinds, chinese), folds


def left_out(manifest: Manifest) -> dict[str, int]:
    """Count what was read and never measured, by rule."""
    rules = {rule: said for stage in manifest.stages for rule, said in stage.rules.items()}
    counts = {rule: said.tagged if rule == f"{STAGE}:{EMPTY}" else said.rejected for rule, said in rules.items()}
    return {rule: count for rule, count in counts.items() if count}


def unread(raw: Raw) -> Iterator[str]:
    """Say which files of the folder no source takes."""
    if raw.unread:
        yield ", ".join(f"{count} {ending}" for ending, count in raw.unread) + " (no source knows the format)"
    if raw.textless:
        yield f"{', '.join(raw.textless[:3])}{' ...' if len(raw.textless) > 3 else ''} (no field looks like text)"  # noqa: PLR2004
    if raw.papers:
        yield f"{len(raw.papers)} licences, read-mes and the like"


def share(mask: Mask) -> float:
    """Return the share of a mask that is set."""
    return float(mask.mean())


def lines_of(rules: Mapping[str, Rule], found: Fitted, facts: Facts) -> Iterator[RuleLine]:
    """Yield a line for each threshold: what it was, what it is, what it finds fault with."""
    for name, rule in rules.items():
        new = found.rules[name]
        open_to = facts.open_to(rule)
        sides = zip(facts.crossed(rule), facts.crossed(new), facts.bounds(rule), strict=True)
        for place, ((old_bound, before), (new_bound, after), (_, where)) in enumerate(sides):
            about = "all" if rule.chinese is None else ("not zh", "zh")[place]
            said = f"{rule.signal} {rule.operator}"
            counts = (int((open_to & where).sum()), old_bound, new_bound, share(before), share(after))
            yield RuleLine(name, about, said, rule.action, *counts)
