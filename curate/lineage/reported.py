"""Gather what a report is made of, from the files of an output alone: manifest, figures, attachments, verdicts."""

from collections.abc import Iterator
from hashlib import sha256
from math import sqrt
from pathlib import Path
from typing import Final

from pydantic import Field, JsonValue

from curate.core.stage import Value
from curate.lineage.attachments import erasures, reviews, signatures
from curate.lineage.figures import Figures, figures
from curate.lineage.former import formers
from curate.lineage.manifest import MANIFEST, Count, Manifest, Table, read_manifest
from curate.lineage.profiles.covered import Cover, covers
from curate.lineage.profiles.judge import Judged, judge
from curate.lineage.profiles.load import Loaded
from curate.lineage.profiles.model import Profile

GATE = "source_gate"
QUANTILE: Final = 1.959964
"""Of the standard normal distribution at 0.975."""
DIGITS = 6


class Share(Value):
    """How much of a source is unlawful or unhealthy, with Wilson's score interval at 95 % (Wilson 1927)."""

    records: Count = Field(description="Records that reached the gate.")
    bad: Count
    share: float
    lower: float
    upper: float
    blocked: bool


class Reported(Value):
    """What a report says, for machines."""

    dataset: str = Field(description="Name of the data set.")
    manifest_sha256: str
    shares: Table[Table[Share]] = Field({}, description="By gate, then by source.")
    limits: Table[float] = Field({}, description="By gate: the share above which a source is blocked.")
    signatures: tuple[dict[str, JsonValue], ...] = Field((), description="Who has signed; not checked here.")
    reviews: tuple[dict[str, JsonValue], ...] = ()
    erasures: tuple[dict[str, JsonValue], ...] = ()
    former: tuple[dict[str, JsonValue], ...] = Field(
        (), description="Erasures from outputs that stood here before a run made this one, the oldest first."
    )
    counted: Figures = Figures()
    covered: Table[tuple[Cover, ...]] = Field({}, description="By source: what the stages of each kind did to it.")
    profile: Judged | None = Field(None, description="Verdicts, where a profile was named.")


def reported(out: Path, loaded: Loaded | None) -> tuple[Manifest, Reported]:
    """Read an output; StorageError where a file of it cannot be read."""
    manifest = read_manifest(out)
    counted = figures(out, manifest)
    said = Reported(
        dataset=manifest.dataset.name,
        manifest_sha256=sha256((out / MANIFEST).read_bytes()).hexdigest(),
        shares={name: dict(_shares(sources)) for name, _, sources in _gates(manifest)},
        limits={name: limit for name, limit, _ in _gates(manifest)},
        signatures=tuple(signatures(out, manifest)),
        reviews=tuple(reviews(out, manifest)),
        erasures=tuple(erasures(out, manifest)),
        former=tuple(one.model_dump(mode="json") for old in formers(out) for one in old.said.erasures),
        counted=counted,
        covered=covers(manifest, counted),
    )
    if loaded is None:
        return manifest, said
    return manifest, said.model_copy(update={"profile": _judged(loaded, manifest, said)})


def _judged(loaded: Loaded, manifest: Manifest, said: Reported) -> Judged:
    plain = said.model_dump(mode="json")
    attached = {name: plain[name] for name in ("signatures", "reviews", "erasures")}
    profile: Profile = loaded.profile
    beside = {"attached": attached, "counted": plain["counted"], "covered": plain["covered"]}
    verdicts = judge(profile, manifest, beside)
    return Judged(id=profile.id, version=profile.version, sha256=loaded.sha256, verdicts=verdicts)


def _gates(manifest: Manifest) -> Iterator[tuple[str, float, dict[str, JsonValue]]]:
    for stage in manifest.stages:
        limit, sources = stage.lineage.get("limit"), stage.lineage.get("sources")
        if stage.stage == GATE and isinstance(limit, (int, float)) and isinstance(sources, dict):
            yield stage.name, float(limit), sources


def _shares(sources: dict[str, JsonValue]) -> Iterator[tuple[str, Share]]:
    for name, said in sources.items():
        records, bad = (said.get("records"), said.get("bad")) if isinstance(said, dict) else (None, None)
        if isinstance(said, dict) and isinstance(records, int) and isinstance(bad, int) and records:
            lower, upper = wilson(bad, records)
            share = round(bad / records, DIGITS)
            yield (
                name,
                Share(
                    records=records, bad=bad, share=share, lower=lower, upper=upper, blocked=said.get("blocked") is True
                ),
            )


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Return the bounds of Wilson's score interval at 95 %, rounded; `whole` is at least 1.

    >>> wilson(29, 407)
    (0.050066, 0.100458)
    """
    p, z = part / whole, QUANTILE
    middle = (p + z * z / (2 * whole)) / (1 + z * z / whole)
    half = z * sqrt(p * (1 - p) / whole + z * z / (4 * whole * whole)) / (1 + z * z / whole)
    return round(max(0.0, middle - half), DIGITS), round(min(1.0, middle + half), DIGITS)


def schema() -> dict[str, JsonValue]:
    """Return the JSON Schema of `curate report --json`: what `schemas/report.schema.json` holds."""
    said: dict[str, JsonValue] = Reported.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **said, "title": "Report of curate"}
