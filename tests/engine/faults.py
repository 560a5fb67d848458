"""Stages that fail on records that ask for it, and the command that knows them."""

import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
import pyarrow as pa

from curate.core.stage import VERDICTS, GlobalStage, Outcome, Round, Stage, Step, Texts, Value

STAGES = {
    "brittle": "tests.engine.faults:Brittle",
    "brittle_facts": "tests.engine.faults:BrittleFacts",
    "deadly": "tests.engine.faults:Deadly",
}
ROOT = Path(__file__).parents[2]
"""Where the command has to be started, to find this module."""
GATE = "CURATE_TEST_GATE"
"""Names a file for which records that say WAIT wait."""

COMMAND = (
    sys.executable,
    "-c",
    """
from curate.cli import main
from curate.config import registry
from tests.engine.faults import STAGES
registry.STAGES.update(STAGES)
main()
""",
)


def suffer(batch: pa.RecordBatch) -> None:
    """Raise, with the text in the message, kill the process, or wait, as a text of the batch says."""
    for text in batch["text"].to_pylist():
        if "RAISE" in text:
            raise ZeroDivisionError(text)
        if "KILL" in text:
            os.kill(os.getpid(), signal.SIGKILL)
        if "WAIT" in text and GATE in os.environ:
            while not Path(os.environ[GATE]).exists():
                time.sleep(0.01)


class Brittle(Stage):
    """A streaming stage that fails on some texts."""

    def open(self) -> Step:
        return self.step

    def step(self, batch: pa.RecordBatch) -> Outcome:
        suffer(batch)
        return Outcome(batch)


class Deadly(Stage):
    """A stage that kills before it has seen a record."""

    def open(self) -> Step:
        os.kill(os.getpid(), signal.SIGKILL)
        return Outcome


class BrittleFacts(GlobalStage):
    """A stage over the whole corpus that fails on some texts and finds nothing."""

    facts_from: ClassVar[tuple[str, ...]] = ()

    def facts(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        suffer(batch)
        keys = pa.array(np.arange(batch.num_rows, dtype=np.uint64))
        return pa.RecordBatch.from_arrays([keys, batch["row"]], ["key", "row"])

    def rounds(self) -> Sequence[Round]:
        return (Nothing(),)


class Nothing(Value):
    """A round that finds nothing."""

    by: Literal["key"] = "key"
    wants_text: bool = False

    def reduce(self, facts: pa.Table, texts: Texts | None) -> Iterator[pa.RecordBatch]:
        del facts, texts
        yield pa.RecordBatch.from_pylist([], schema=VERDICTS)
