"""What happens to a batch before a stage sees it: names are keyed, samples drawn, rows that kill are spared."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curate.core.personal import keyed_uri
from curate.core.stage import FOUND, Outcome, Step, found_lines, merged
from curate.engine.flow import scattered


def counted(values: pa.StringArray) -> dict[str, int]:
    """Count how often each value stands in a column."""
    return {line["values"]: line["counts"] for line in pc.value_counts(values).to_pylist()}


def sparing(step: Step, rows: pa.UInt32Array, stage: str) -> Step:
    """Run a step on all records but those named, which are rejected as `error:<stage>:Killed`."""

    def spared(batch: pa.RecordBatch) -> Outcome:
        mask = pc.is_in(batch["row"], rows)
        if not pc.any(mask).as_py():
            return step(batch)
        outcome = scattered(batch, pc.invert(mask), step, pa.schema([]))
        fallen = found_lines(mask, f"error:{stage}:Killed", action="reject")
        return Outcome(outcome.batch, merged([outcome.found, fallen]))

    return spared


def sampled(outcome: Outcome, below: int | None) -> Outcome:
    """Keep the records whose id, as a number of 128 bits, is below a bound, and the findings on them."""
    if below is None:
        return outcome
    chosen = [int(name, 16) < below for name in outcome.batch["id"].to_pylist()]
    batch = outcome.batch.filter(pa.array(chosen, pa.bool_()))
    if outcome.found is None:
        return Outcome(batch)
    place = np.cumsum(chosen) - 1
    found = outcome.found.filter(pa.array([chosen[row] for row in outcome.found["row"].to_pylist()], pa.bool_()))
    rows = pa.array(place[found["row"].to_numpy()].astype(np.int32))
    return Outcome(batch, found.set_column(0, FOUND.field("row"), rows))


def keyed(outcome: Outcome, key: bytes | None) -> Outcome:
    """Replace file names, and ids that are digests of them, by 32 hex characters of HMAC-SHA256 (`uris: keyed`)."""
    if key is None:
        return outcome
    batch = outcome.batch
    for name in ("id", "source_uri"):
        words = pc.dictionary_encode(batch[name])
        known = pa.array([keyed_uri(word, key) for word in words.dictionary.to_pylist()], pa.string())
        place = batch.schema.get_field_index(name)
        batch = batch.set_column(place, batch.schema.field(place), known.take(words.indices))
    return Outcome(batch, outcome.found)
