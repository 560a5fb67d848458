"""Worth: what a character model learns from curated text, beside what it learns from as many bytes of raw text."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from shutil import rmtree
from typing import Any

import numpy as np
import orjson
import pyarrow.dataset as ds

from benchmarks.measure import CURATE, MEGABYTE, measure, succeeded, table
from benchmarks.ngrams import Alphabet, Model
from benchmarks.stages import batch
from benchmarks.worth_sets import GOOD, Mix, mixed, taken
from curate.config.registry import load_class
from curate.core.editing import Fields, edit_batch

SHARE = 0.5
"""Dirt by bytes in the mix that is measured with every seed."""
SHARES = (0.25, 0.75)
"""Others, measured with the first seed."""
BOTH = "zh + en"

Sides = tuple[list[str], list[str], list[str], list[str]]
"""Texts: raw, curated, good, held out."""


@dataclass(frozen=True)
class Perplexity:
    """Models of raw and of curated text on the same held-out text."""

    dirt: float
    seed: int
    language: str
    megabytes: float
    """Text that each model was trained on."""
    raw: float
    curated: float
    ratio: float
    best: float
    """The ratio of a model trained on the good texts of the mix alone, as if every other had been told apart."""


@dataclass(frozen=True)
class Kept:
    """What the run kept of a kind of raw text."""

    language: str
    kind: str
    raw_mb: float
    share_of_raw: float
    records: int
    kept: float
    """Share of the records."""


@dataclass
class Measured:
    """Everything that the benchmark found."""

    config: str = ""
    perplexities: list[Perplexity] = field(default_factory=list)
    shares: list[Perplexity] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    """Of the first seed."""
    held: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    """By language, of the first seed: held-out texts, their characters, texts left out as too near to raw ones."""

    def json(self) -> dict[str, Any]:
        """Return it for a machine."""
        return asdict(self)

    def page(self) -> str:
        """Lay out every table as plain text."""
        held = [
            f"held out, {language}: {texts} texts, {characters:,} characters; {left} more were too near to raw text"
            for language, (texts, characters, left) in self.held.items()
        ]
        return "\n\n".join(
            (self.config, table(self.kept), "\n".join(held), table(self.perplexities), table(self.shares))
        )


@dataclass(frozen=True)
class Curated:
    """What a run made of raw text: by language, texts by the place of their record in the raw file."""

    texts: dict[str, dict[int, str]]
    config: str


@dataclass(frozen=True)
class Bench:
    """The folder of real sets, one for work, and how many seeds."""

    root: Path
    folder: Path
    seeds: int = 3

    def measured(self) -> Measured:
        """Measure the mix with every seed, and other shares of dirt with the first."""
        found = Measured()
        for seed in range(self.seeds):
            mixes = {language: mixed(self.root, language, SHARE, seed) for language in GOOD}
            run = self.run(mixes)
            found.perplexities += compared(mixes, run, SHARE, seed)
            if not seed:
                found.config = run.config
                found.kept = list(kept(mixes, run))
                found.held = {name: one.tally for name, one in mixes.items()}
        for share in SHARES:
            mixes = {language: mixed(self.root, language, share, 0) for language in GOOD}
            found.shares += compared(mixes, self.run(mixes), share, 0)
        return found

    def run(self, mixes: dict[str, Mix]) -> Curated:
        """Write raw text as JSON Lines, let `curate init` propose a configuration, and run it as it stands.

        One line is added: `limits: off`, for a run stops where more than half of a source is rejected.
        """
        place = self.folder / "worth"
        rmtree(place, ignore_errors=True)
        (place / "raw").mkdir(parents=True)
        try:
            for language, mix in mixes.items():
                lines = [orjson.dumps({"text": clean(one.text)}) for one in mix.raw]
                (place / "raw" / f"{language}.jsonl").write_bytes(b"\n".join(lines) + b"\n")
            ordered((*CURATE, "init", str(place), "--from", str(place / "raw")), place)
            config = place / "curate.yaml"
            config.write_text(f"{config.read_text('utf-8')}\nlimits: off\n", "utf-8")
            ordered((*CURATE, "run", str(config), "--progress", "none"), place)
            rows = ds.dataset(sorted(place.glob("out/*/data/*/*.parquet"))).to_table(
                columns=["source_uri", "source_row", "text"]
            )
            texts: dict[str, dict[int, str]] = {language: {} for language in mixes}
            for row in rows.to_pylist():
                texts[row["source_uri"].rpartition("/")[2].partition(".")[0]][row["source_row"]] = row["text"]
            return Curated(texts, config.read_text("utf-8"))
        finally:
            rmtree(place, ignore_errors=True)  # texts of real sets do not stay behind


def clean(text: str) -> str:
    """Return a text that can be written as UTF-8."""
    return text.encode("utf-8", "replace").decode()


def ordered(command: Sequence[str], place: Path) -> None:
    """Run a command in a folder; raise with its words where it fails."""
    succeeded(measure(command, place), command)


def normal(texts: Sequence[str]) -> list[str]:
    """Return texts as `normalize` writes them with its defaults."""
    step = load_class("stages", "normalize")().open()  # type: ignore[attr-defined]
    said: list[str] = edit_batch(batch(texts, "und", 0), step, "normalize", Fields())[0].batch["text"].to_pylist()
    return said


def compared(mixes: dict[str, Mix], run: Curated, share: float, seed: int) -> Iterator[Perplexity]:
    """Train on equally many bytes of raw, of curated and of only good text: a language each, SHARE also both."""
    together: Sides = ([], [], [], [])
    for language, mix in mixes.items():
        texts = list(run.texts[language].values())
        random.Random(f"{seed} {language} order").shuffle(texts)  # noqa: S311 - the same order again, no secrets
        every = [one.text for one in mix.raw]
        good = [one.text for one in mix.raw if one.kind == "good"]
        size = min(bytes_of(some) for some in (every, texts, good))
        sides = (cut(every, size), cut(texts, size), cut(good, size), normal(mix.held))
        yield judged(sides, share, seed, language)
        for side, some in zip(together, sides, strict=True):
            side.extend(some)
    if share == SHARE:
        yield judged(together, share, seed, BOTH)


def bytes_of(texts: Sequence[str]) -> int:
    """Add up the bytes of texts."""
    return sum(len(text.encode("utf-8", "replace")) for text in texts)


def cut(texts: Sequence[str], size: int) -> list[str]:
    """Take so many bytes of texts: the last one is cut, between two characters."""
    found = taken(iter(texts), size)
    more = bytes_of(found) - size
    if more > 0:
        last = found[-1].encode("utf-8", "replace")
        found[-1] = last[: len(last) - more].decode("utf-8", "ignore")
    return found


def judged(sides: Sides, share: float, seed: int, language: str) -> Perplexity:
    """Train a model on raw, one on curated, one on good text, over one alphabet; judge them on what is held out."""
    *trained, held = sides
    alphabet = Alphabet(text for side in sides for text in side)
    raw, curated, good = (Model.trained(texts, alphabet).perplexity(held) for texts in trained)
    megabytes = bytes_of(sides[1]) / MEGABYTE
    return Perplexity(share, seed, language, megabytes, raw, curated, curated / raw, good / raw)


def kept(mixes: dict[str, Mix], run: Curated) -> Iterator[Kept]:
    """Count what was kept of each kind."""
    for language, mix in mixes.items():
        whole = sum(mix.sizes.values())
        for kind, size in mix.sizes.items():
            rows = [row for row, one in enumerate(mix.raw) if one.kind == kind]
            share = float(np.mean([row in run.texts[language] for row in rows]))
            yield Kept(language, kind, size / MEGABYTE, size / whole, len(rows), share)
