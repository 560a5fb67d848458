"""Quality: good texts kept by category, junk rejected by kind, answers that loop, and how fast; beside datatrove."""

import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from time import process_time
from typing import Any, NamedTuple

import orjson
import pyarrow as pa

from benchmarks.corpora import Corpus
from benchmarks.debian import UNSEEN as PACKAGED_UNSEEN
from benchmarks.debian import good as packaged
from benchmarks.environments import PEERS, NotInstalledError, answered, python_of
from benchmarks.measure import MEGABYTE
from benchmarks.quality_junk import KINDS, junk
from benchmarks.quality_sets import FEWEST_CHARS, RATIO, UNSEEN, Good, answers, good
from benchmarks.stages import batch, batches
from curate.config.registry import load_class
from curate.core.editing import Fields, edit_batch

CLEAN = "GPT4"
"""The model of LawBench whose answers do not loop."""
FIRST = 100
"""Texts of each category that junk is made of."""
LONGEST, AT_MOST = 30_000, 60
"""datatrove is given so many texts of a category, none longer than this: it reads 0.3 MB a second."""
SPEED_MB, SECONDS = 8, 2.0
PEER = "datatrove"


@dataclass(frozen=True)
class Share:
    """How many of some texts were kept, or rejected."""

    name: str
    language: str
    texts: int
    counted: int
    by: dict[str, int]
    """Rules that rejected, and how many."""
    types: dict[str, int]
    """Content types."""
    peer_texts: int = 0
    peer_counted: int = 0

    @property
    def share(self) -> float:
        """What was counted by all."""
        return self.counted / max(self.texts, 1)


@dataclass
class Measured:
    """Everything that the benchmark found."""

    run_on: list[str]
    kept: list[Share] = field(default_factory=list)
    unseen: list[Share] = field(default_factory=list)
    """Good texts of sources that no threshold was chosen on."""
    rejected: list[Share] = field(default_factory=list)
    looping: dict[str, tuple[int, int, int, int]] = field(default_factory=dict)
    """Model: answers, those that loop, of these rejected, rejected others."""
    speeds: dict[str, float] = field(default_factory=dict)
    peer_speeds: dict[str, float] = field(default_factory=dict)
    absent: str = ""

    def json(self) -> dict[str, Any]:
        """Return it for a machine."""
        return asdict(self)


class Judged(NamedTuple):
    """What the stages made of texts: the texts as normalized, rows rejected, by which rules, content types."""

    texts: list[str]
    rejected: set[int]
    rules: Counter[str]
    types: Counter[str]


class Judge:
    """`normalize`, `language` and `quality` as they are when nothing is said."""

    def __init__(self) -> None:
        self.normalize = load_class("stages", "normalize")().open()  # type: ignore[attr-defined]
        self.language = load_class("stages", "language")(**{"as": "language"}).open()  # type: ignore[attr-defined]
        self.quality = load_class("stages", "quality")(**{"as": "quality"}).open()  # type: ignore[attr-defined]

    def __call__(self, texts: Sequence[str]) -> Judged:
        """Judge some texts."""
        edited = edit_batch(batch(texts, "und", 0), self.normalize, "normalize", Fields())[0].batch
        outcome = self.quality(self.language(edited).batch)
        lines = [] if outcome.found is None else outcome.found.to_pylist()
        lines = [line for line in lines if line["action"] == "reject"]
        types = Counter(outcome.batch["quality_content_type"].to_pylist())
        rules = Counter(line["rule"].partition(":")[2] for line in lines)
        return Judged(outcome.batch["text"].to_pylist(), {line["row"] for line in lines}, rules, types)


@dataclass(frozen=True)
class Bench:
    """The folder of real sets, one of Debian packages or none, one for work; how many texts of a category."""

    root: Path
    packages: Path | None
    folder: Path
    each: int = 400
    seed: int = 0

    def measured(self, *, peer: bool) -> Measured:
        """Measure everything; beside datatrove where that is asked for and can be installed."""
        texts = good(self.root, self.each) | ({} if self.packages is None else packaged(self.packages, self.each))
        found = Measured([self.root.name, *([] if self.packages is None else names_of(self.packages))])
        bad = {kind: (KINDS[kind][0], made) for kind, made in junk(pool(texts), FIRST, self.seed).items()}
        theirs: dict[str, list[bool]] = {}
        if peer:
            try:
                theirs, found.peer_speeds = self.asked(texts, bad)
            except NotInstalledError as absent:
                found.absent = str(absent)
        judge = Judge()
        found.kept = [share(name, one, judge, theirs.get(name, []), bad=False) for name, one in texts.items()]
        unseen = good(self.root, self.each, UNSEEN)
        unseen |= {} if self.packages is None else packaged(self.packages, self.each, PACKAGED_UNSEEN)
        found.unseen = [share(name, one, judge, (), bad=False) for name, one in unseen.items()]
        found.rejected = [share(name, one, judge, theirs.get(name, []), bad=True) for name, one in bad.items()]
        found.looping = dict(loops(answers(self.root), judge))
        found.speeds = {only: self.speed(Corpus(SPEED_MB, only, self.seed)) for only in ("zh", "en")}
        return found

    def speed(self, corpus: Corpus) -> float:
        """Return the megabytes by CPU second of the stage, signals and rules, warm, over batches as the engine has."""
        step = load_class("stages", "quality")(**{"as": "quality"}).open()  # type: ignore[attr-defined]
        given: list[pa.RecordBatch] = list(batches(corpus, self.folder))
        step(given[0])
        size, started = 0, process_time()
        while process_time() - started < SECONDS:
            for one in given:
                step(one)
                size += one["text"].nbytes
        return size / MEGABYTE / (process_time() - started)

    def asked(self, *sets: Good) -> tuple[dict[str, list[bool]], dict[str, float]]:
        """Have datatrove judge some of the texts; what is mixed is judged as Chinese."""
        tasks = {name: [base(language), shorter(texts)] for one in sets for name, (language, texts) in one.items()}
        timed = {only: [only, list(islice(Corpus(SPEED_MB, only, self.seed).texts(), 150))] for only in ("zh", "en")}
        place = self.folder / "quality"
        place.mkdir(parents=True, exist_ok=True)
        task, kept = place / "task.json", place / "kept.json"
        task.write_bytes(orjson.dumps({"texts": tasks, "speeds": timed}))
        try:
            python = python_of(PEERS[PEER], self.folder)
            answered((str(python), "-m", "benchmarks.peers.quality_datatrove", str(task), str(kept)))
            said = orjson.loads(kept.read_bytes())
        finally:
            task.unlink()  # texts of real sets do not stay behind
            kept.unlink(missing_ok=True)
        return said["kept"], said["speeds"]


def base(language: str) -> str:
    """Return the language whose settings are used."""
    return "en" if language == "en" else "zh"


def shorter(texts: Sequence[str]) -> list[str]:
    """Return those texts that a peer is given, evenly drawn."""
    some = [text for text in texts if len(text) <= LONGEST]
    return some[:: max(1, len(some) // AT_MOST)][:AT_MOST]


def names_of(packages: Path) -> list[str]:
    """Name the packages with their versions."""
    return [path.name.rpartition("_")[0].replace("%3a", ":") for path in sorted(packages.glob("*.deb"))]


def pool(texts: Good) -> dict[str, list[str]]:
    """Return good texts by language, out of which junk is made; no tables."""
    found: dict[str, list[str]] = {"zh": [], "en": []}
    for name, (language, some) in texts.items():
        if language in found and "table" not in name:
            found[language] += some[:FIRST]
    return found


def share(name: str, texts: tuple[str, list[str]], judge: Judge, theirs: Sequence[bool], *, bad: bool) -> Share:
    """Judge the texts of a category: of good ones count those that are kept, of bad ones those that are rejected."""
    language, some = texts
    said = judge(some)
    counted = len(said.rejected) if bad else len(some) - len(said.rejected)
    peer = theirs.count(False) if bad else theirs.count(True)
    rules, types = dict(said.rules.most_common()), {str(name): n for name, n in said.types.most_common()}
    return Share(name, language, len(some), counted, rules, types, len(theirs), peer)


def loops(models: dict[str, list[str]], judge: Judge) -> Iterator[tuple[str, tuple[int, int, int, int]]]:
    """Count answers, looping ones, those of them that are rejected, and others that are."""
    for model, texts in models.items():
        said = judge(texts)
        looping = {row for row, text in enumerate(said.texts) if is_loop(text)}
        counts = (len(texts), len(looping), len(looping & said.rejected), len(said.rejected - looping))
        yield model, counts


def is_loop(text: str) -> bool:
    """Tell whether zlib brings a text so far down that it says the same again and again."""
    raw = text.encode()
    return len(text) >= FEWEST_CHARS and len(zlib.compress(raw, 6)) < RATIO * len(raw)


def report(found: Measured) -> str:
    """Lay out every table as Markdown."""
    parts = [f"Run on: {', '.join(found.run_on)}."]
    for title, head, rows in (
        ("Good text kept", "kept", found.kept),
        ("Good text kept, of sources that no threshold was chosen on", "kept", found.unseen),
        ("Junk rejected", "rejected", found.rejected),
    ):
        lines = [f"| {title} | texts | {head} | share | rules that reject | content types | datatrove |"]
        lines.append("| --- | ---: | ---: | ---: | --- | --- | ---: |")
        lines += [f"| {' | '.join(cells(row))} |" for row in rows]
        shares = [row.share for row in rows]
        peers = [row.peer_counted / row.peer_texts for row in rows if row.peer_texts]
        theirs = f"{sum(peers) / len(peers):.1%}" if peers else ""
        lines.append(f"| mean over {len(rows)} | | | {sum(shares) / len(shares):.1%} | | | {theirs} |")
        lines.append(f"| least | | | {min(shares):.1%} | | | {f'{min(peers):.1%}' if peers else ''} |")
        parts.append("\n".join(lines))
    answers = [
        "| answers of | all | loop | of these rejected | others rejected |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    answers += [f"| {model} | {' | '.join(f'{n:,}' for n in counts)} |" for model, counts in found.looping.items()]
    speeds = ["| MB by CPU second | curate | datatrove | times |", "| --- | ---: | ---: | ---: |"]
    for only, rate in found.speeds.items():
        peer = found.peer_speeds.get(only)
        speeds.append(f"| {only} | {rate:.1f} | {f'{peer:.2f} | {rate / peer:.0f}' if peer else ' | '} |")
    parts += ["\n".join(answers), "\n".join(speeds)]
    return "\n\n".join([*parts, *([f"datatrove could not be installed: {found.absent}"] if found.absent else [])])


def cells(row: Share) -> list[str]:
    """Spell the cells of a row."""
    rules = ", ".join(f"`{rule}` {count}" for rule, count in row.by.items())
    types = ", ".join(f"{kind} {count}" for kind, count in row.types.items())
    peer = f"{row.peer_counted / row.peer_texts:.1%} of {row.peer_texts}" if row.peer_texts else ""
    return [row.name, f"{row.texts:,}", f"{row.counted:,}", f"{row.share:.1%}", rules, types, peer]
