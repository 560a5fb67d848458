"""Tell whether a run is under way, dead or finished, from what it left on disk."""

from pathlib import Path
from typing import Any, Literal

import orjson

from curate.core.stage import Value
from curate.engine.lock import is_held
from curate.engine.space import Space
from curate.lineage.manifest import MANIFEST


class State(Value):
    """How an output stands: `running` and `dead` speak of the work folder, `published` of an output."""

    state: Literal["running", "dead", "finished", "absent"]
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
    if was == "running":
        return State(state="dead", published=published, **said)
    return State(state="finished" if published else "absent", published=published)


def heard(path: Path) -> dict[str, Any]:
    """Read the last words of a run; empty where there are none."""
    try:
        said: dict[str, Any] = orjson.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return said
