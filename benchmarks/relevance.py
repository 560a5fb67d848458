"""What `relevance` finds of texts that it has not seen, beside plain DSIR, and how fast it scores."""

import random
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from benchmarks.corpora import once
from benchmarks.measure import Row
from benchmarks.relevance_sets import PACKAGES, TASKS, Shelf, Task
from curate.core.kernels.relevance import BUCKETS, FOLDS, Bags, bags, masses, means, weighed
from curate.core.kernels.strings import views
from curate.core.scripts import Names, scripts_of
from curate.stages.relevance.judged import judged_scripts
from curate.stages.relevance.learning import SCALE, Learned, auc, learned
from curate.stages.relevance.lexicon import lexicon_in, shipped
from curate.stages.relevance.rounds import UNITS, Learn, Sides, Stream

KEEP_RECALL = 0.95
POOL, TAKEN = 2_000, 600
"""Texts of a stream, and texts taken of each source."""
CONTAMINATED = 0.05
DSIR_BUCKETS, DSIR_SMOOTHING = 10_000, 1e-8
"""Those of the authors' code (github.com/p-lambda/dsir, hashed_ngram_dsir.py); the units are ours, for Chinese."""
SPEED_BYTES = 16 << 20
LEXICONS = {
    "Chinese law": "legal",
    "Chinese medicine": "healthcare",
    "English finance": "finance",
    "English medicine": "healthcare",
    "English security": "cybersecurity",
}

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Found:
    """One task, in percent: means over all draws, each on texts that were neither an example nor in the stream."""

    task: str
    register: str
    test: str
    """Texts sought, and others."""
    auc: float
    auc_least: float
    dsir: float
    """AUC of plain DSIR on the same draws."""
    recall: float
    recall_sd: float
    """Standard deviation between draws: the threshold hangs on the few lowest of the examples."""
    passing: float
    """Share of the others that passes."""


@dataclass(frozen=True)
class Started:
    """What a shipped lexicon finds where there are no examples, in percent."""

    task: str
    industry: str
    first: int
    """Records of the stream that stood for examples."""
    auc: float
    recall: float
    passing: float


@dataclass(frozen=True)
class Speed:
    """How fast texts of a source are scored, on one core, warm."""

    source: str
    megabytes: float
    mb_per_cpu_second: float


@dataclass(frozen=True)
class Drawn:
    """Examples, a stream that holds some of what is sought, and texts to be judged."""

    good: list[str]
    stream: list[str]
    sought: list[str]
    others: list[str]


@dataclass(frozen=True)
class Bench:
    """The tasks over real texts."""

    shelf: Shelf
    draws: int
    seeds: int

    @classmethod
    def over(cls, data: Path, debian: Path | None, folder: Path, draws: int, seeds: int) -> "Bench":
        """Unpack the packages, once."""
        unpacked = None if debian is None else once(folder / "debian", lambda to: unpack(debian, to))
        return cls(Shelf(data, unpacked), draws, seeds)

    def measured(self) -> Sequence[Row]:
        """Measure the tasks that there are texts for."""
        return [found for task in TASKS if (found := self.found(task)) is not None]

    def found(self, task: Task) -> Found | None:
        """Measure one task; null where its texts are not there."""
        if not all(self.shelf.texts(source) for source in task.sought) or not self.drawn(task, 0).stream:
            return None
        lines = []
        for number in range(self.draws):
            drawn = self.drawn(task, number)
            scripts = (named(drawn.good), named(drawn.stream))
            sides = Sides(terms(drawn.good), terms(drawn.stream), tuple(drawn.good), scripts)
            judged = judged_scripts(scripts[0])
            mine = sides.judged(judged)
            model = learned(mine.good, mine.stream, KEEP_RECALL)
            sought, others = scores(drawn.sought, model), scores(drawn.others, model)
            plain = auc(*dsir(drawn))
            passing = [
                ((some >= model.threshold) | ~np.isin(named(texts), judged)).mean()
                for some, texts in ((sought, drawn.sought), (others, drawn.others))
            ]
            lines.append((auc(sought, others), plain, *passing))
        every = np.array(lines)
        figures = [every[:, 0].mean(), every[:, 0].min(), every[:, 1].mean(), every[:, 2].mean()]
        said = [percent(one) for one in (*figures, every[:, 2].std(), every[:, 3].mean())]
        return Found(task.name, "same" if task.hard else "other", f"{len(drawn.sought)} + {len(drawn.others)}", *said)

    def drawn(self, task: Task, number: int) -> Drawn:
        """Draw examples, stream and test texts, no text twice."""
        draw = random.Random(f"{task.name} {number}")  # noqa: S311 - the same texts again, no secrets
        sought, others = ([text for source in some for text in self.some(source, draw)] for some in task[1:3])
        draw.shuffle(sought)
        draw.shuffle(others)
        pool = min(POOL, len(others) // 2)
        within = min(round(pool * CONTAMINATED / (1 - CONTAMINATED)), (len(sought) - self.seeds) // 2)
        edge = self.seeds + within
        return Drawn(sought[: self.seeds], others[:pool] + sought[self.seeds : edge], sought[edge:], others[pool:])

    def some(self, source: str, draw: random.Random) -> list[str]:
        """Return some texts of a source."""
        texts = self.shelf.texts(source)
        return draw.sample(texts, min(TAKEN, len(texts)))

    def started(self) -> Sequence[Row]:
        """Measure what the lexicons find without examples; a tenth of the stream and more is sought."""
        tasks = [task for task in TASKS if task.name in LEXICONS]
        return [self.start(task) for task in tasks if self.drawn(task, 0).stream]

    def start(self, task: Task) -> Started:
        """Measure one lexicon, on one draw."""
        industry, drawn = LEXICONS[task.name], self.drawn(task, 0)
        third = len(drawn.sought) // 3
        texts, sought = drawn.stream + drawn.sought[:third], drawn.sought[third:]
        words = lexicon_in(shipped(industry))
        distinct = np.array([words.distinct(text) for text in texts], np.int64)
        stream = Stream(terms(texts), distinct, tuple(texts), named(texts))
        learn = Learn(sample=len(texts), keep_recall=KEEP_RECALL, lexicon=shipped(industry), digest=words.sha256)
        every = learn.sides(stream)
        mine = every.judged(judged_scripts(every.scripts[0]))
        model = learned(mine.good, mine.stream, KEEP_RECALL)
        ours, others = scores(sought, model), scores(drawn.others, model)
        passing = [(some >= model.threshold).mean() for some in (ours, others)]
        figures = [percent(one) for one in (auc(ours, others), *passing)]
        return Started(task.name, industry, len(every.texts), *figures)

    def speeds(self) -> Sequence[Row]:
        """Measure scoring."""
        return [self.speed(source) for source in ("statutes", "questions", "minutes", "abstracts")]

    def speed(self, source: str) -> Speed:
        """Score texts of one source, whole ones where they are files, three times; the fastest counts."""
        texts = self.shelf.texts(source)
        size = sum(len(text.encode()) for text in texts)
        strings = views(pa.array(texts * (SPEED_BYTES // size + 1), pa.string()))
        weights = np.arange(FOLDS * BUCKETS, dtype=np.int64).astype(np.int16)
        weighed(strings, weights)
        seconds = min(timed(strings, weights) for _ in range(3))
        return Speed(source, round(strings.nbytes / 1e6, 1), round(strings.nbytes / 1e6 / seconds, 1))


def percent(share: float) -> float:
    """Say a share in percent."""
    return round(100 * float(share), 2)


def timed(strings: object, weights: NDArray[np.int16]) -> float:
    """Return the CPU seconds of one scoring."""
    started = time.process_time()
    weighed(strings, weights)  # type: ignore[arg-type]  # views of strings
    return time.process_time() - started


def unpack(packages: Path, to: Path) -> None:
    """Unpack the Debian packages of a folder that tasks know, each into a folder of its name."""
    for path in sorted(packages.glob("*.deb")):
        name = path.name.partition("_")[0]
        if name in PACKAGES:
            subprocess.run(["dpkg-deb", "-x", str(path), str(to / name)], check=True)  # noqa: S607 - our own call


def named(texts: Sequence[str]) -> Names:
    """Return the scripts of texts."""
    return scripts_of(pa.array(texts, pa.string()))


def terms(texts: Sequence[str]) -> Bags:
    """Return the terms of texts."""
    return bags(views(pa.array(texts, pa.string())), UNITS)


def scores(texts: Sequence[str], model: Learned) -> Floats:
    """Score texts as the stage does."""
    sums, counts = weighed(views(pa.array(texts, pa.string())), model.weights)
    return sums / np.maximum(counts, 1) / SCALE


def dsir(drawn: Drawn) -> tuple[Floats, Floats]:
    """Score the test texts by the ratio of Xie et al. 2023 alone: counts in 10,000 buckets, mean log ratio."""
    one, two = (shares(texts) for texts in (drawn.good, drawn.stream))
    ratio = np.log(one + DSIR_SMOOTHING) - np.log(two + DSIR_SMOOTHING)
    spread = ratio[np.arange(BUCKETS) % DSIR_BUCKETS]
    return means(terms(drawn.sought), spread), means(terms(drawn.others), spread)


def shares(texts: Sequence[str]) -> Floats:
    """Return the share of each of DSIR's buckets in texts, every term counted."""
    _, counts = weighed(views(pa.array(texts, pa.string())), np.zeros(FOLDS * BUCKETS, np.int16))
    mass = masses(terms(texts), counts.astype(np.float64), 1)
    some = np.bincount(np.arange(BUCKETS) % DSIR_BUCKETS, mass, DSIR_BUCKETS)
    return np.asarray(some / some.sum(), np.float64)
