"""curate: the stage `pii` as it is opened for a run, over Arrow strings in batches of the engine's size."""

from collections.abc import Sequence

import pyarrow as pa

from benchmarks.peers.pii_trial import Found, Tool, tried
from curate.core.source import BATCH_BYTES
from curate.stages.pii.stage import Pii


def opened(_language: str, types: Sequence[str] | None, lenient: Sequence[str]) -> Tool:
    """Open the stage; the language makes no difference."""
    said = {} if types is None else {"types": tuple(types)}
    stage = Pii(**said, lenient=tuple(lenient))
    finder, edit = stage.finder(), stage.open()

    def look(text: str) -> Found:
        return [(span.start, span.end, span.entity) for span in finder.find(text)]

    def run(batches: list[pa.StringArray]) -> None:
        for batch in batches:
            edit(batch)

    return Tool(look, run, batches_of)


def batches_of(texts: list[str]) -> list[pa.StringArray]:
    """Put texts into arrays of about the engine's size."""
    batches: list[pa.StringArray] = []
    some: list[str] = []
    size = 0
    for text in texts:
        some.append(text)
        size += len(text.encode())
        if size >= BATCH_BYTES:
            batches.append(pa.array(some, pa.string()))
            some, size = [], 0
    return [*batches, pa.array(some, pa.string())] if some else batches


if __name__ == "__main__":
    tried(opened)
