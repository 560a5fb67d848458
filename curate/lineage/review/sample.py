"""Draw the records that people are to read, so that neither who made the set nor who reviews it can choose them."""

import hmac
from collections.abc import Iterator
from hashlib import sha256
from heapq import nsmallest
from pathlib import Path
from typing import NamedTuple

from pydantic import Field, JsonValue

from curate.core.errors import ConfigError, StorageError
from curate.core.files import write_whole
from curate.core.once import read_as
from curate.core.stage import Value
from curate.lineage.lookup import Files, Spot, values_at
from curate.lineage.manifest import ATTACHED, Count, Manifest, Sha256
from curate.lineage.sight import DAMAGE, read_columns, reason

REVIEWS = f"{ATTACHED}/reviews"
SAMPLE, RESULT = "sample.json", "result.json"
NAME_CHARS = 16
SHOWN = ("id", "source_id", "language", "text")


class Sample(Value):
    """What `sample.json` of a review says: all that it takes to draw the same records again. Never a text."""

    review: str = Field(description="Name of the review: the first 16 characters of the seed.")
    documents_root: Sha256 = Field(description="Merkle root of the records that it was drawn from.")
    nonce: str = Field(description="What the reviewer chose, after the root was known.")
    seed: Sha256 = Field(description="sha256 of the 32 bytes of the root and of the nonce (UTF-8).")
    asked: Count = Field(description="Records that were asked for.")
    drawn: Count = Field(description="Records drawn: fewer where the set has no more.")
    population: Count = Field(description="Records of the set.")
    doubled: Count = Field(description="So many of them, the first drawn, are read by two people.")


class Sampled(Value):
    """A sample, and the forms that were written."""

    sample: Sample
    files: tuple[str, ...] = Field(description="Forms, the first reading first.")


class Drawn(NamedTuple):
    """A record of a sample, and where it stands."""

    number: int
    """From 1, in the order of the draw."""
    id: str
    spot: Spot


class Shown(NamedTuple):
    """A record as a form shows it."""

    drawn: Drawn
    source_id: str
    language: str | None
    text: str


def sample_of(manifest: Manifest, nonce: str, asked: int, doubled: float) -> Sample:
    """Say which records a nonce draws; ConfigError where it is empty or the output has no record."""
    if not nonce.strip() or not nonce.isprintable():
        hint = "let the reviewer choose it, after the run: some dice, a date and a name"
        raise ConfigError(f"{nonce!r} is no nonce: some printable characters", where="--nonce", hint=hint)
    population = manifest.dataset.rows
    if not population:
        raise ConfigError("the set has no record to review", where="review sample")
    seed = seed_of(manifest.merkle.documents_root, nonce)
    drawn = min(asked, population)
    return Sample(
        review=seed[:NAME_CHARS],
        documents_root=manifest.merkle.documents_root,
        nonce=nonce,
        seed=seed,
        asked=asked,
        drawn=drawn,
        population=population,
        doubled=min(drawn, round(drawn * doubled)),
    )


def seed_of(documents_root: str, nonce: str) -> str:
    """Return the seed: neither side knows it before the other has fixed what is theirs."""
    return sha256(bytes.fromhex(documents_root) + nonce.encode()).hexdigest()


def draw(out: Path, manifest: Manifest, sample: Sample) -> list[Drawn]:
    """Return the records with the smallest HMAC-SHA256(seed, id), smallest first: in whatever order they are read.

    StorageError where a shard cannot be read.
    """
    paths = [shard.path for shard in manifest.outputs.shards]
    first = nsmallest(sample.drawn, _ranked(out, paths, bytes.fromhex(sample.seed)))
    return [Drawn(number, name, Spot(path, row, {})) for number, (_, name, path, row) in enumerate(first, 1)]


def _ranked(out: Path, paths: list[str], seed: bytes) -> Iterator[tuple[bytes, str, str, int]]:
    for path in paths:
        row = 0
        try:
            for batch in read_columns(out / path, ("id",)):
                for name in batch["id"].to_pylist():
                    yield hmac.digest(seed, str(name).encode(), "sha256"), str(name), path, row
                    row += 1
        except DAMAGE as wrong:
            raise StorageError(f"the shard {reason(wrong)}", where=str(out / path)) from wrong


def shown(out: Path, drawn: list[Drawn]) -> list[Shown]:
    """Read what a form shows of each record: its text is the one that stands in the shard."""
    paths = list(dict.fromkeys(one.spot.file for one in drawn))
    lines = values_at(Files(out, paths), [one.spot for one in drawn], SHOWN)
    return [
        Shown(
            one, str(line["source_id"]), None if line["language"] is None else str(line["language"]), str(line["text"])
        )
        for one, line in zip(drawn, lines, strict=True)
    ]


def folder_of(out: Path, review: str) -> Path:
    """Return where the records of a review lie in an output."""
    return out / REVIEWS / review


def save_sample(out: Path, sample: Sample) -> None:
    """Write down that a sample was drawn; ConfigError where this nonce has drawn another one."""
    path = folder_of(out, sample.review) / SAMPLE
    if path.exists() and read_sample(out, sample.review) != sample:
        hint = "take another nonce; every sample that is drawn stays on record"
        raise ConfigError(
            f"the nonce {sample.nonce!r} has drawn another sample of this set", where=str(path), hint=hint
        )
    write_whole(path, sample.model_dump_json(indent=1).encode() + b"\n")


def read_sample(out: Path, review: str) -> Sample:
    """Read the sample of a review; ConfigError where there is none, StorageError where it is damaged."""
    path = folder_of(out, review) / SAMPLE
    try:
        sample = read_as(Sample, path.read_bytes())
    except (FileNotFoundError, NotADirectoryError) as lost:
        known = ", ".join(reviews_in(out)) or "none"
        raise ConfigError(f"there is no review {review!r}", where=str(out), hint=f"reviews: {known}") from lost
    except (OSError, ValueError) as wrong:
        raise StorageError("the sample of the review is damaged or unreadable", where=str(path)) from wrong
    return sample


def faults_of(sample: Sample, manifest: Manifest) -> Iterator[str]:
    """Say in what a sample is not one of this output."""
    said = manifest.merkle.documents_root
    if sample.documents_root != said:
        yield "it was drawn from other records: another documents root"
    if sample.seed != seed_of(sample.documents_root, sample.nonce) or sample.review != sample.seed[:NAME_CHARS]:
        yield "its seed is not made of the documents root and the nonce"
    if sample.population != manifest.dataset.rows or sample.drawn != min(sample.asked, sample.population):
        yield "its size is not that of a sample of this output"
    if sample.doubled > sample.drawn:
        yield "more records are read twice than are read"


def reviews_in(out: Path) -> list[str]:
    """Return the names of the reviews of an output, sorted."""
    folder = out / REVIEWS
    return sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []


def schema() -> dict[str, JsonValue]:
    """Return the JSON Schema of what `review sample --json` prints: `schemas/review-sample.schema.json`."""
    said: dict[str, JsonValue] = Sampled.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **said}
