"""Facts and rounds of near-duplicates at millions of records: band keys and similarities are made up, no text exists.

Keys go through the engine's spool and its rounds as they stand. The round that measures texts is replaced by one that
makes up how similar a pair is; records that share a key with many are put into order by texts of one word. Most records
are like no other; some stand in small clusters with common keys; and a bucket of records, many of them unlike each
other, shares one key.
"""

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree
from threading import Event
from typing import Literal

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

from benchmarks.environments import answered
from benchmarks.measure import MEGABYTE
from benchmarks.verdicts import STAGE, config_of, peak_bytes, reset_peak, verdicts
from curate.core.light import spare_pandas
from curate.core.receipt import Receipt
from curate.core.record import ROW
from curate.core.stage import Round, Texts, Value, Yields
from curate.engine.crew import Crew
from curate.engine.crew import Event as Progress
from curate.engine.kernels import keep_kernels
from curate.engine.local import Local
from curate.engine.phases import Work, run_rounds
from curate.engine.plan import Pass, make_plan
from curate.engine.space import Space
from curate.engine.spool import FactSpool, Spool
from curate.stages.dedup.keep import Criterion
from curate.stages.dedup.near import KEPT_BITS, NearDuplicates
from curate.stages.dedup.pairs import Measure, measured
from curate.stages.dedup.propose import Propose

Longs = NDArray[np.uint64]
Words = NDArray[np.uint32]

THRESHOLD = 0.7
BANDS = 24
CLUSTERED = 0.1
"""Share of the records that stand in small clusters."""
CLUSTER = 4
COMMON = 40
"""Percent of the bands that a cluster has in common."""
BUCKET = 0.1
"""Share of the records that fall into the one bucket: a million of ten millions."""
ALIKE = 50
"""Percent of the pairs of the bucket that reach the threshold."""
SPLIT = 62_500
"""Records of a split: 128 MB of texts of 2 KB."""
BATCH = 2_000
STRIDE = 1_000_003
"""A prime, so that who belongs together lies far apart."""
LOW = np.uint64(0xFFFFFFFF)
SEEDS = tuple(np.uint64(seed) for seed in (0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F))


def mixed(numbers: Longs, seed: int) -> Longs:
    """Scramble numbers (the finalizer of MurmurHash3); each seed gives other ones."""
    numbers = (numbers ^ SEEDS[seed]) * np.uint64(0xFF51AFD7ED558CCD)
    numbers = (numbers ^ (numbers >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return numbers ^ (numbers >> np.uint64(33))


@dataclass(frozen=True)
class Population:
    """Who belongs together among so many records."""

    records: int

    @property
    def clustered(self) -> int:
        """How many records stand in small clusters."""
        return int(CLUSTERED * self.records)

    @property
    def bucket(self) -> int:
        """How many records share the one key."""
        return int(BUCKET * self.records)

    def cast(self, places: Longs) -> Longs:
        """Give each record another number, below `records`: the first ones are clustered, the next in the bucket."""
        return places * np.uint64(STRIDE) % np.uint64(self.records)

    def keys(self, first: int, count: int) -> Longs:
        """Return the band keys of records, of shape (count, BANDS)."""
        number = self.cast(np.arange(first, first + count, dtype=np.uint64))
        bands = np.arange(BANDS, dtype=np.uint64)
        keys = mixed(number[:, None] * np.uint64(BANDS) + bands, 0)
        small = np.flatnonzero(number < self.clustered)
        shared = (number[small] // np.uint64(CLUSTER))[:, None] * np.uint64(BANDS) + bands
        common = mixed(shared, 1) % np.uint64(100) < COMMON
        keys[small] = np.where(common, mixed(shared, 2), keys[small])
        keys[(number >= self.clustered) & (number < self.clustered + self.bucket), 0] = mixed(SEEDS[0] + bands[:1], 2)
        return keys & KEPT_BITS

    def jaccard(self, ones: Longs, twos: Longs) -> NDArray[np.float64]:
        """Make up how similar pairs are: all of a small cluster, some of the bucket, no others; rows are run-wide."""
        one, two = (self.cast((rows >> np.uint64(32)) * np.uint64(SPLIT) + (rows & LOW)) for rows in (ones, twos))
        drawn = mixed(one * np.uint64(self.records) + two, 1) % np.uint64(100)
        size = np.uint64(CLUSTER)
        kin = (one < self.clustered) & (one // size == two // size)
        bucket = (np.minimum(one, two) >= self.clustered) & (drawn < ALIKE)
        return np.where(kin | bucket, THRESHOLD + drawn.astype(np.float64) / 400, 0.0)


class Suppose(Value):
    """Make up the similarity of pairs that are unmeasured, in place of measuring it."""

    by: Literal["key", "row", "all"] = "row"
    wants_text: bool = False
    keep: tuple[Criterion, ...]
    records: int

    def reduce(self, facts: pa.Table, texts: Texts | None) -> Yields:  # noqa: ARG002 - there are none
        """Yield measured pairs: first those that came so, then the new ones."""
        from curate.core.kernels.graph import distinct_pairs

        schema, fresh = measured(self.keep), facts
        if "jaccard" in facts.schema.names:
            yield from facts.filter(facts["jaccard"].is_valid()).cast(schema).combine_chunks().to_batches()
            fresh = facts.filter(facts["jaccard"].is_null())
        ones, twos = distinct_pairs(fresh["row"].to_numpy(), fresh["other_row"].to_numpy())
        score = Population(self.records).jaccard(ones, twos)
        reach = score >= THRESHOLD
        ends = [mixed(rows[reach], 1).astype(np.int64) % 1000 for _ in self.keep for rows in (ones, twos)]
        yield pa.RecordBatch.from_arrays([ones[reach], twos[reach], score[reach], *ends], schema=schema)
        return {"pairs_verified": len(reach), "pairs_similar": int(reach.sum())}


class Numbered:
    """Texts that say the number of their record, and nothing else."""

    def of(self, rows: Longs, columns: Sequence[str] = ("text",)) -> Iterator[pa.RecordBatch]:
        """Yield (row, source, text) in batches."""
        for start in range(0, len(rows), BATCH):
            some = pa.array(rows[start : start + BATCH])
            source = pa.array(np.zeros(len(some), np.uint32))
            yield pa.RecordBatch.from_arrays([some, source, some.cast(pa.string())], ["row", "source", *columns])


class Introduce(Propose):
    """Pair the rows that share a key, with texts that are made up."""

    wants_text: bool = False

    def reduce(self, facts: pa.Table, texts: Texts | None) -> Yields:  # noqa: ARG002 - there are none
        """Yield what a round with texts would."""
        return super().reduce(facts, Numbered())


class Supposed(NearDuplicates):
    """Near-duplicates whose texts nobody has."""

    records: int

    def rounds(self) -> Sequence[Round]:
        """Return the rounds as they stand, but for those that read texts."""
        _, *rest = super().rounds()
        introduce = Introduce(ngram=self.ngram, banding=self.banding, seed=self.seed, keep=self.keep)
        suppose = Suppose(keep=self.keep, records=self.records)
        return [introduce, *(suppose if isinstance(one, Measure) else one for one in rest)]


@dataclass(frozen=True)
class Part:
    """One step of the way: writing the facts, or a round."""

    step: str
    cpu_seconds: float
    lines: int
    """What it wrote."""
    lines_per_record: float
    peak_mb: float
    """Highest resident set during the step, interpreter and kernels included."""


@dataclass(frozen=True)
class Spilled:
    """What so many records took."""

    records: int
    bands: int
    bucket: int
    spill_mb: float
    spill_bytes_per_record: float
    cpu_seconds: float
    peak_mb: float
    allowed_mb: float
    """1 GB and 5 bytes a record."""
    removed: int


@dataclass(frozen=True)
class Brought:
    """What was measured, step by step and as a whole."""

    parts: list[Part]
    whole: Spilled


@dataclass
class Steps:
    """Hears how far the rounds are, and tells them apart in CPU seconds, lines and memory."""

    records: int
    parts: list[Part] = field(default_factory=list)
    started: float = 0.0
    lines: int = 0

    def __call__(self, event: Progress) -> None:
        """Begin a step where nothing of it is done; end it where all is."""
        if event.receipt is None:
            reset_peak()
            self.started, self.lines = time.process_time(), 0
        else:
            self.lines += event.receipt.payload["lines"]
            if event.done == event.total:
                self.end(event.phase, time.process_time() - self.started, self.lines)

    def end(self, step: str, seconds: float, lines: int) -> None:
        """Note what a step took."""
        self.parts.append(Part(step, seconds, lines, lines / self.records, peak_bytes() / MEGABYTE))


def written(people: Population, space: Space) -> tuple[list[Receipt], float]:
    """Write facts and ids of all splits as the tasks of a pass do; return receipts like theirs, and CPU seconds."""
    receipts, seconds = [], 0.0
    for ordinal, first in enumerate(range(0, people.records, SPLIT)):
        rows = np.arange(min(SPLIT, people.records - first), dtype=np.uint32)
        key, name = f"{ordinal:02x}{first:062x}", f"facts-{STAGE}"
        made = facts(people, first, rows)
        started = time.process_time()
        with space.writing(key, name) as draft:
            spool = FactSpool(draft, made[0].schema)
            for batch in made:
                spool.write(batch)
            spool.close()
        seconds += time.process_time() - started
        with space.writing(key, "ids") as draft:
            ids = Spool(draft, pa.schema([ROW, ("id", pa.string())]))
            said = pa.array([f"{first + row:016x}" for row in rows.tolist()])
            ids.write(pa.RecordBatch.from_arrays([rows, said], schema=ids.schema))
            ids.close()
        outputs = {output: space.refer(key, output) for output in (name, "ids")}
        receipts.append(Receipt(key, "split", "corpus", outputs, payload={"unfit": {}, "rows": len(rows)}))
    return receipts, seconds


def facts(people: Population, first: int, rows: Words) -> list[pa.RecordBatch]:
    """Return the facts of a split in batches like those of a source."""
    parts = [rows[start : start + BATCH] for start in range(0, len(rows), BATCH)]
    return [
        pa.RecordBatch.from_arrays(
            [people.keys(first + int(part[0]), len(part)).ravel(), np.repeat(part, BANDS)], names=["key", "row"]
        )
        for part in parts
    ]


def brought(people: Population, place: Path) -> Brought:
    """Write the facts and bring them to verdicts, in this process."""
    config = config_of(place, place, THRESHOLD)
    space = Space.beside(Path(config.output.path))
    rmtree(space.root, ignore_errors=True)
    space.make()
    steps = Steps(people.records)
    reset_peak()
    receipts, seconds = written(people, space)
    steps.end("facts", seconds, people.records * BANDS)
    work = Work(config, make_plan(config), space, Crew(space, Local(0, space.root, Event()), steps))
    work.passes.append(receipts)
    stage = Supposed(name=STAGE, threshold=THRESHOLD, records=people.records)
    run_rounds(work, Pass(0, gather=(stage,)))
    removed, _ = verdicts(work)
    spill = sum(receipt.outputs[f"facts-{STAGE}"].bytes for receipt in receipts)
    rmtree(space.root)
    whole = Spilled(
        records=people.records,
        bands=BANDS,
        bucket=people.bucket,
        spill_mb=spill / MEGABYTE,
        spill_bytes_per_record=spill / people.records,
        cpu_seconds=sum(part.cpu_seconds for part in steps.parts),
        peak_mb=max(part.peak_mb for part in steps.parts),
        allowed_mb=1000 + 5 * people.records / MEGABYTE,
        removed=len(removed),
    )
    return Brought(steps.parts, whole)


def measured_at(records: int, folder: Path) -> Brought:
    """Bring so many records to verdicts in a process of its own."""
    said, _ = answered((sys.executable, "-m", "benchmarks.spill", str(records), str(folder / "spill")))
    return Brought([Part(**part) for part in said["parts"]], Spilled(**said["whole"]))


def main(records: int, place: Path) -> None:
    """Warm up on few records, measure, and print one line of JSON."""
    spare_pandas()
    place.mkdir(parents=True, exist_ok=True)
    keep_kernels(place)
    brought(Population(20_000), place)
    print(orjson.dumps(brought(Population(records), place)).decode())


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
