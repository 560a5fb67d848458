"""The presets `gopher` and `fineweb` beside datatrove's own filters: the same decisions, and how fast."""

from dataclasses import asdict, dataclass
from pathlib import Path
from time import process_time
from typing import Any

import orjson
import pyarrow as pa

from benchmarks.environments import PEERS, answered, python_of
from benchmarks.measure import MEGABYTE
from benchmarks.quality_sets import answers, good
from benchmarks.stages import batch
from curate.core.stage import Step
from curate.stages.quality.datatrove import measure_datatrove
from curate.stages.quality.stage import Quality

PEER = "datatrove"
PRESETS = {"gopher": 2, "fineweb": 3}
"""How many of the peer's filters a preset stands for."""
LONGEST, ROWS = 30_000, 500
"""Characters of a text: datatrove reads 0.25 MB a second. Rows of a batch."""


@dataclass(frozen=True)
class Same:
    """What was found."""

    texts: int
    megabytes: float
    same: dict[str, int]
    """Preset: texts with the same decision and the same reason."""
    kept: dict[str, int]
    cold: float
    """MB by CPU second of what the presets measure, nothing known of the words; kernels are compiled."""
    warm: float
    stage: float
    """MB by CPU second of the whole stage with the preset `fineweb`, its other signals too, warm."""
    peer: float

    def json(self) -> dict[str, Any]:
        """Return it for a machine."""
        return asdict(self)

    def report(self) -> str:
        """Lay it out as Markdown."""
        lines = ["| preset | texts | same decision and reason | kept |", "| --- | ---: | ---: | ---: |"]
        lines += [f"| `{p}` | {self.texts:,} | {self.same[p]:,} | {self.kept[p]:,} |" for p in PRESETS]
        speeds = ["| MB by CPU second, one core | | times |", "| --- | ---: | ---: |"]
        rows = {"measured, warm": self.warm, "measured, cold": self.cold, "the whole stage, warm": self.stage}
        speeds += [f"| {name} | {rate:.2f} | {rate / self.peer:.0f} |" for name, rate in rows.items()]
        return "\n".join([*lines, "", *speeds, f"| datatrove | {self.peer:.2f} | 1 |"])


def same(root: Path, folder: Path, each: int) -> Same:
    """Compare on `each` texts of every set of real texts, answers of models among them."""
    some = [text for _, texts in good(root, each).values() for text in texts]
    some += [answer for texts in answers(root).values() for answer in texts[: each // 4]]
    some = [text for text in some if len(text) <= LONGEST]
    theirs = asked(some, folder)
    batches = [batch(some[first : first + ROWS], "und", first) for first in range(0, len(some), ROWS)]
    size = sum(len(text.encode()) for text in some) / MEGABYTE
    measure_datatrove(pa.array(["warm"]))
    cold, warm = (size / timed(lambda one: measure_datatrove(one["text"]), batches) for _ in range(2))
    steps = {preset: Quality.model_validate({"as": "quality", "preset": preset}).open() for preset in PRESETS}
    ours = {preset: [reason for one in batches for reason in reasons(steps[preset], one)] for preset in PRESETS}
    wanted = {
        preset: [said[1] if said and said[0] < n else None for said in theirs["reasons"]]
        for preset, n in PRESETS.items()
    }
    agreed = {p: sum(a == b for a, b in zip(ours[p], wanted[p], strict=True)) for p in PRESETS}
    kept = {p: wanted[p].count(None) for p in PRESETS}
    return Same(len(some), size, agreed, kept, cold, warm, size / timed(steps["fineweb"], batches), theirs["speed"])


def timed(step: Any, batches: list[pa.RecordBatch]) -> float:
    """Return the CPU seconds that some batches take."""
    started = process_time()
    for one in batches:
        step(one)
    return process_time() - started


def reasons(step: Step, one: pa.RecordBatch) -> list[str | None]:
    """Return the first rule that rejects each record of a batch."""
    found = step(one).found
    said: list[str | None] = [None] * one.num_rows
    for line in [] if found is None else found.to_pylist():
        said[line["row"]] = said[line["row"]] or line["rule"].partition(":")[2]
    return said


def asked(texts: list[str], folder: Path) -> dict[str, Any]:
    """Have datatrove judge texts, in an environment of its own."""
    place = folder / "quality"
    place.mkdir(parents=True, exist_ok=True)
    task, said = place / "task.json", place / "said.json"
    task.write_bytes(orjson.dumps({"reasons": texts}))
    try:
        python = python_of(PEERS[PEER], folder)
        answered((str(python), "-m", "benchmarks.peers.quality_datatrove", str(task), str(said)))
        found: dict[str, Any] = orjson.loads(said.read_bytes())
        return found
    finally:
        task.unlink()  # texts of real sets do not stay behind
        said.unlink(missing_ok=True)
