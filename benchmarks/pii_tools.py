"""The tools that are measured, each in a process of its own: curate and Presidio here, others from environments."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import orjson

from benchmarks.environments import Peer, answered, python_of
from benchmarks.peers.pii_trial import Found

OURS = "curate"
MODULES = {
    OURS: "pii_curate",
    "presidio": "pii_presidio",
    "data-juicer": "pii_data_juicer",
    "datatrove": "pii_datatrove",
}
PEERS = {
    "presidio": None,
    "data-juicer": Peer("data-juicer", ("py-data-juicer==1.6.1", "aiohttp==3.14.5"), 0),
    "datatrove": Peer("datatrove-pii", ("datatrove==0.10.1", "orjson==3.13.0", "regex==2026.11.15"), 0),
}
"""What is installed for a tool; null where curate depends on it, so that it is measured as curate's users have it."""

Given = Mapping[str, tuple[str, Sequence[str]]]
"""Name to (language, texts)."""


class Task(NamedTuple):
    """What a tool is asked."""

    speeds: Given = MappingProxyType({})
    looks: Given = MappingProxyType({})
    types: Sequence[str] | None = None
    """Null: all that the tool knows."""
    lenient: Sequence[str] = ()


@dataclass(frozen=True)
class Speed:
    """How long a tool took over texts."""

    megabytes: float
    seconds: float
    """CPU seconds, warm."""
    rounds: int

    @property
    def rate(self) -> float:
        """Megabytes of UTF-8 by CPU second."""
        return self.megabytes / self.seconds


class Answer(NamedTuple):
    """What a tool found, and how fast."""

    speeds: dict[str, Speed]
    looks: dict[str, list[Found]]


def asked(tool: str, task: Task, folder: Path) -> Answer:
    """Have a tool do a task; NotInstalledError where it cannot be had."""
    peer = PEERS.get(tool)
    python = Path(sys.executable) if peer is None else python_of(peer, folder)
    place = folder / "pii"
    place.mkdir(parents=True, exist_ok=True)
    given, found = place / f"{tool}-task.json", place / f"{tool}-found.json"
    asking = task._asdict() | {"speeds": dict(task.speeds), "looks": dict(task.looks)}
    given.write_bytes(orjson.dumps(asking))
    try:
        answered((str(python), "-m", f"benchmarks.peers.{MODULES[tool]}", str(given), str(found)))
        said = orjson.loads(found.read_bytes())
    finally:
        given.unlink()  # texts of real sets do not stay behind
        found.unlink(missing_ok=True)
    looks = {
        name: [[(start, end, kind) for start, end, kind in spans] for spans in all_spans]
        for name, all_spans in said["looks"].items()
    }
    return Answer({name: Speed(**speed) for name, speed in said["speeds"].items()}, looks)
