"""Check an output from its files, believing no counter: what `curate verify` says."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np

from curate.config.registry import SOURCES
from curate.core.errors import StorageError
from curate.core.files import endless_files
from curate.lineage.balance import check_accounting, check_dataset, check_ledger, check_licenses, check_stages
from curate.lineage.contents import Contents, check_contents
from curate.lineage.erase_checks import check_erasures
from curate.lineage.ids import Index, spell
from curate.lineage.keepers import keeper_faults
from curate.lineage.keys import Verifier
from curate.lineage.layout import SUMS_TITLE, check_card, check_manifest, check_shards, check_sums
from curate.lineage.manifest import MANIFEST, SUMS, Manifest, read_manifest, reread_sources
from curate.lineage.marks import check_marks, check_reasons
from curate.lineage.measures import check_measures
from curate.lineage.positions import check_positions
from curate.lineage.raw import RawFiles, check_raw
from curate.lineage.reading import Looker, read_records
from curate.lineage.residual import Leftovers, check_left, look_of
from curate.lineage.review.review import check_reviews
from curate.lineage.roots import Roots, check_named_roots, check_roots
from curate.lineage.settled import check_settings
from curate.lineage.sight import Sight, look, spans_of
from curate.lineage.signing import check_signature
from curate.lineage.sources import check_evidence, check_sources
from curate.lineage.spans import first_gap, unfinished
from curate.lineage.texts import Texts, check_texts
from curate.lineage.verification import Check, Finding, Level, Verification, judged


class Records(NamedTuple):
    """What was seen in the records, in one reading of the shards."""

    roots: Roots
    texts: Texts
    contents: Contents
    left: Leftovers
    """Nothing where the run looked for no personal data."""
    unread: dict[str, str]
    """Shards that could not be read, and why."""


@dataclass(frozen=True)
class Case:
    """An output under examination: what it says of itself, and what its files say."""

    out: Path
    manifest: Manifest
    sight: Sight

    @cached_property
    def index(self) -> Index:
        """All ids; built once, for three checks."""
        return Index(np.concatenate(self.sight.kept), np.concatenate(self.sight.rejected))

    @cached_property
    def repeated(self) -> tuple[list[str], list[str]]:
        """Ids that stand twice on one side, and ids that stand on both."""
        return self.index.repeated()

    @cached_property
    def records(self) -> Records:
        """What the records themselves say, texts included: they are read when the first check asks."""
        manifest = self.manifest
        roots, texts, contents = Roots(), Texts(), Contents(manifest)
        left = Leftovers(look_of(manifest).columns)
        lookers: tuple[Looker, ...] = (roots, texts, contents)
        lookers = lookers if manifest.residual is None else (*lookers, left)
        return Records(roots, texts, contents, left, read_records(self.out, manifest, lookers))

    @property
    def sizes(self) -> str:
        """How many rows were looked at."""
        kept, rejected = self.sight.kept_by_source.total(), self.sight.rejected_by_source.total()
        return f"{kept} rows, {rejected} ledger rows"


def verify(
    out: Path,
    raw: Mapping[str, Path] | RawFiles | None = None,
    keys: Sequence[Verifier] = (),
    *,
    evidence: Path | None = None,
    level: Level = "usual",
) -> Verification:
    """Check an output; `raw` maps source ids, or `*` for all others, to the folders that hold their raw files.

    Each of `keys` must have signed it. `evidence` is the folder of the documents that the source registry names.
    `quick` looks at digests, manifest, roots as they are named and signatures, at no record; `full` excuses no check
    for which the caller could have brought something.

    Nothing that the files hold makes it raise: damage is a failed check; what is no output at all is an unchecked one.
    """
    if not (out / MANIFEST).exists() and not (out / SUMS).exists():
        detail = f"{out} has neither {MANIFEST} nor {SUMS}: this is no output of curate"
        return Verification((Check("readable", READABLE, "unchecked", detail),))
    if strange := [f"{path} is neither a file nor a folder" for path in sorted(endless_files(out))]:
        return Verification((judged("sums", SUMS_TITLE, strange, ""), Check("readable", READABLE, "unchecked", UNREAD)))
    sums, listed = check_sums(out)
    try:
        manifest = read_manifest(out)
    except StorageError as wrong:
        failed = judged("readable", READABLE, [wrong.message], "")
        barred = isinstance(wrong.__cause__, PermissionError)
        return Verification((sums, listed, failed._replace(status="unchecked") if barred else failed))
    readable = Check("readable", READABLE, "pass", f"version {manifest.manifest_version}")
    if level == "quick":
        return Verification((sums, listed, readable, *_quick(out, manifest, keys)))
    case = Case(out, manifest, look(out, manifest))
    files = (check_manifest(out, manifest), *check_shards(out, manifest, case.sight.faults))
    stages = judged("stages", "every stage: in = out + rejected, and out = in of the next", *check_stages(manifest))
    settings = judged("settings", SETTINGS, *check_settings(manifest))
    rest = (
        check_card(out, manifest),
        check_signature(out, manifest, keys),
        check_raw(manifest, raw if isinstance(raw, RawFiles) else RawFiles(raw or {})),
        check_evidence(out, manifest, evidence),
        check_reviews(out, manifest),
    )
    checks = (sums, listed, readable, *files, *_from_rows(case), stages, settings, _left(case), *rest)
    return Verification(tuple(map(_demanded, checks)) if level == "full" else checks)


def _quick(out: Path, manifest: Manifest, keys: Sequence[Verifier]) -> Iterator[Check]:
    """Make the checks that read no record."""
    yield check_manifest(out, manifest)
    yield judged(
        "named_roots", "the roots over shards and files are those of what they name", *check_named_roots(out, manifest)
    )
    yield judged("settings", SETTINGS, *check_settings(manifest))
    yield check_signature(out, manifest, keys)
    yield Check(
        "records", "what rows, ledger, cards and raw files say", "unchecked", "--quick reads none", excused=True
    )


def _demanded(check: Check) -> Check:
    """Take back the excuse of a check for which the caller could have brought something."""
    return check._replace(excused=False) if check.id in BROUGHT else check


def _left(case: Case) -> Check:
    """Look for personal data in the shards, where the run did."""
    if case.manifest.residual is None:
        return Check("personal_data_left", LEFT, "unchecked", "the run did not look for any", excused=True)
    if case.sight.faults:
        detail = f"needs every row, and {next(iter(case.sight.faults))} could not be read"
        return Check("personal_data_left", LEFT, "unchecked", detail)
    return judged("personal_data_left", LEFT, *check_left(case.manifest, case.records.left, case.records.unread))


def _from_rows(case: Case) -> Iterator[Check]:
    """Make the checks that need every row of every shard and ledger file."""
    for name, (title, look_at) in FROM_ROWS.items():
        excuse = _excuse(case) if name == "spans" else ""
        if excuse:
            yield Check(name, title, "unchecked", excuse, excused=True)
        elif case.sight.faults:
            detail = f"needs every row, and {next(iter(case.sight.faults))} could not be read"
            yield Check(name, title, "unchecked", detail)
        else:
            yield judged(name, title, *look_at(case))


def _excuse(case: Case) -> str:
    """Say why spans need not tile any input of this output; empty where they must."""
    manifest = case.manifest
    spared, faults = unfinished(manifest, case.sight.tiling.gaps())
    if not spared or faults or any(file.source_id not in spared for file in manifest.inputs):
        return ""
    return f"only the first {manifest.limited} records of each source were read"


def _ids(case: Case) -> Finding:
    """Look for ids that are none, and for ids that stand twice."""
    malformed = [f"{place}: {n} values are no id" for place, n in case.sight.malformed.items() if n]
    twice, _ = case.repeated
    twice = [f"{name} stands twice" for name in twice]
    return Finding([*malformed, *twice, *case.sight.misnamed], case.sizes)


def _disjoint(case: Case) -> Finding:
    """Look for ids that were both kept and left out."""
    _, both = case.repeated
    return Finding([f"{name} is in a shard and in the ledger" for name in both], case.sizes)


def _duplicates(case: Case) -> Finding:
    """Look up every record that stands for another: it was there when the other one was left out for it."""
    targets, gone = np.concatenate(case.sight.targets), np.concatenate(case.sight.erased)
    missing = case.index.missing(targets)
    erased = {spell(pair) for pair in gone} if missing else set()
    lost = [f"{name} is in no shard and in no ledger row" for name in missing if name not in erased]
    circles = [f"{name} is called a duplicate of itself" for name in case.sight.circles]
    vain = keeper_faults(case.manifest, case.sight.keepers, gone)
    return Finding([*lost, *circles, *vain], f"{len(targets)} duplicates")


def _thresholds(case: Case) -> Finding:
    """Report values that do not cross their threshold, and thresholds that are not those of the settings."""
    faults = [f"{name}: the value does not cross the threshold" for name in case.sight.uncrossed]
    faults += check_reasons(case.manifest, case.sight.marks)
    return Finding(faults, f"{case.sight.measured} measured rejections")


def _spans(case: Case) -> Finding:
    """Report inputs of which some byte or record is covered by no record, or by two."""
    broken = case.sight.tiling.broken()
    spared, faults = unfinished(case.manifest, case.sight.tiling.gaps())
    spared |= reread_sources(case.manifest)
    for number in broken:
        file = case.manifest.inputs[number]
        if file.source_id not in spared:
            place = (file.source_id, file.uri)
            why = "" if faults else f": {first_gap(file, *spans_of(case.out, case.manifest, place))}"
            faults.append(f"{file.source_id} {file.uri}{why}")
    ours = {card.id for card in case.manifest.sources if card.format in SOURCES} - spared
    for number in case.sight.tiling.disordered():
        file = case.manifest.inputs[number]
        if file.source_id in ours and number not in broken:
            faults.append(f"{file.source_id} {file.uri}: its records are not numbered in the order of their spans")
    checked = sum(1 for file in case.manifest.inputs if file.source_id not in spared)
    limit = case.manifest.limited
    said = f"; only the first {limit} records of each source were read" if limit is not None else ""
    return Finding(faults, f"{checked} of {len(case.manifest.inputs)} files{said}")


SETTINGS = "sources, stages and limits are those of the configuration"
READABLE = "the manifest can be read"
UNREAD = "nothing is read where something is that reading might never end of"
BROUGHT = frozenset({"signature", "raw", "evidence"})
"""Checks that need what only the caller can bring."""
LEFT = "no personal data is left that a stage was to replace"
FROM_ROWS: dict[str, tuple[str, Callable[[Case], Finding]]] = {
    "ids": ("ids are well formed, those of their places, and unique over shards and ledger", _ids),
    "disjoint": ("no record is both kept and left out", _disjoint),
    "accounting": (
        "inputs = rows + ledger, by source and by file",
        lambda case: check_accounting(case.manifest, case.sight),
    ),
    "ledger": (
        "ledger rows are what stages and rules rejected",
        lambda case: check_ledger(case.manifest, case.sight),
    ),
    "dataset": (
        "rows and languages are those of the shards",
        lambda case: check_dataset(case.manifest, case.sight),
    ),
    "licenses": (
        "rows have the licences that the manifest says their sources have",
        lambda case: check_licenses(case.manifest, case.sight),
    ),
    "thresholds": ("every measured rejection crosses its threshold, which is that of the settings", _thresholds),
    "measures": (
        "every record is measured, and values in the ledger and in shards are those that were measured",
        lambda case: check_measures(case.out, case.manifest, case.sight.marks.measured, case.sight.prints),
    ),
    "marks": (
        "stages tagged, edited and grouped what the records say",
        lambda case: check_marks(case.manifest, case.sight.marks),
    ),
    "duplicates": ("every duplicate names a record that stands for it", _duplicates),
    "erasures": (
        "what was erased is gone, is named once, and leads back to the version before",
        lambda case: check_erasures(case.out, case.manifest, case.sight, case.index),
    ),
    "positions": (
        "places of personal data are of records that are there, and as many as the records count",
        lambda case: check_positions(case.out, case.manifest, case.index),
    ),
    "roots": (
        "records and files have the Merkle roots that the manifest names",
        lambda case: check_roots(case.out, case.manifest, case.records.roots, case.records.unread),
    ),
    "contents": (
        "texts, chats and splits are what stages, turns and settings make of them",
        lambda case: check_contents(case.manifest, case.records.contents, case.records.unread),
    ),
    "equal_texts": (
        "no text stands twice where copies were left out",
        lambda case: check_texts(case.out, case.manifest, case.records.texts),
    ),
    "sources": (
        "no source is blacklisted or blocked, and gates judged by their own figures",
        lambda case: check_sources(case.out, case.manifest, case.sight),
    ),
    "spans": ("records tile every byte (or number) of every input, once", _spans),
}
