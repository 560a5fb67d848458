"""Tell whether a run is under way, dead or finished, from what it left on disk."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import orjson

from curate.core.errors import StoppedError
from curate.core.files import write_whole
from curate.core.stage import Value
from curate.engine.crew import Event
from curate.engine.lock import is_held
from curate.engine.space import Space
from curate.lineage.manifest import MANIFEST

Watcher = Callable[[Event], None]
Ended = Literal["dead", "stopped", "failed"]
ENDS: dict[str, Ended] = {"running": "dead", "stopped": "stopped", "failed": "failed"}
"""What the last words of a run mean, once nobody holds its output any more."""


class Status:
    """Writes how far the run is into the work folder, for `curate status`, and tells the watcher."""

    EVERY_SECONDS = 0.5

    def __init__(self, space: Space, watch: Watcher) -> None:
        self.space, self.watch = space, watch
        self._last = 0.0
        self._event: Event | None = None

    def __call__(self, event: Event) -> None:
        """Take an event of the crew."""
        self.watch(event)
        self._event = event
        if time.monotonic() - self._last >= self.EVERY_SECONDS or event.done == event.total:
            self._last = time.monotonic()
            self._write("running", event)

    def _write(self, state: str, event: Event | None) -> None:
        said = {"state": state, "pid": os.getpid(), "at": datetime.now(UTC).isoformat(timespec="seconds")}
        if event is not None:
            said |= {"phase": event.phase, "done": event.done, "total": event.total}
            said |= {"bytes": event.weight, "bytes_total": event.weight_total}
        if self.space.root.exists():
            write_whole(self.space.root / "status.json", orjson.dumps(said))

    @contextmanager
    def ending(self) -> Iterator[None]:
        """Say how the run ended: finished, failed, or stopped to go on later; a killed one says nothing more."""
        state = "failed"
        try:
            yield
            state = "finished"
        except StoppedError:
            state = "stopped"
            raise
        finally:
            self._write(state, None if state == "finished" else self._event)


class State(Value):
    """How an output stands: `running` and `dead` speak of the work folder, `published` of an output."""

    state: Literal["running", "dead", "stopped", "failed", "finished", "absent"]
    published: bool
    phase: str = ""
    done: int = 0
    total: int = 0
    bytes: int = 0
    bytes_total: int = 0
    at: str = ""
    pid: int | None = None

    def sentence(self) -> str:
        """Word the state in one line."""
        far = f"{self.phase} {self.done}/{self.total}" if self.phase else ""
        return {
            "running": f"running: {far} (process {self.pid}, last heard {self.at})",
            "dead": f"dead: stopped in {far or 'its beginning'}, last heard {self.at}; run it again to go on",
            "stopped": f"stopped in {far}, at {self.at}; run it again to go on",
            "failed": f"failed in {far}, at {self.at}; its message says why",
            "finished": "finished",
            "absent": "nothing here: no output, no run",
        }[self.state] + ("; an earlier output is published" if self.published and self.state != "finished" else "")


def state_of(out: Path) -> State:
    """Read the state of an output; nothing is changed."""
    published = (out / MANIFEST).is_file()
    said = heard(Space.beside(out.absolute()).root / "status.json")
    was = said.pop("state", None)
    if is_held(out.absolute()):
        return State(state="running", published=published, **said)
    if was in ENDS:
        return State(state=ENDS[was], published=published, **said)
    return State(state="finished" if published else "absent", published=published)


def heard(path: Path) -> dict[str, Any]:
    """Read the last words of a run; empty where there are none."""
    try:
        said: dict[str, Any] = orjson.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return said
