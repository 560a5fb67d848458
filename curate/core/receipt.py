"""The one bookkeeping: a task writes its outputs, then, last, a receipt; everything else reads receipts."""

import json
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from curate.core.files import write_whole


@dataclass(frozen=True)
class FileRef:
    """An output of a task: where it lies below the work folder, how long it is, what it holds."""

    path: str
    bytes: int
    digest: str
    """`digest_of` what is published, `fingerprint_of` what is not."""
    text: bool = False
    """Whether it holds text of records: such files go when the run is over (`work: keep_facts`)."""


@dataclass(frozen=True)
class Tally:
    """What one stage did to the records of one task; `rules` and `counts` are keyed by rule and by type."""

    stage: str
    records_in: int = 0
    records_out: int = 0
    rejected: int = 0
    tagged: int = 0
    edited: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    errors: int = 0
    rules: dict[str, dict[str, int]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    personal: dict[str, dict[str, int]] = field(default_factory=dict)
    """By type of personal data: how often found, and of these replaced, tagged, `allowed:REASON`."""


@dataclass(frozen=True)
class Receipt:
    """What a finished task left behind. `seconds` (CPU, by stage) is the only thing here that a clock decides."""

    key: str
    label: str
    source: str = ""
    outputs: dict[str, FileRef] = field(default_factory=dict)
    tallies: tuple[Tally, ...] = ()
    payload: dict[str, Any] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def save(self, folder: Path) -> Path:
        """Write the receipt whole and last: the task is done when, and only when, it exists."""
        body = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True).encode()
        path = folder / f"{self.key}.json"
        write_whole(path, sha256(body).hexdigest().encode() + b"\n" + body)
        return path

    @classmethod
    def load(cls, folder: Path, key: str) -> "Receipt | None":
        """Read a receipt; None where there is none or where its own digest says that it is damaged."""
        try:
            seal, _, body = (folder / f"{key}.json").read_bytes().partition(b"\n")
        except FileNotFoundError:
            return None
        if sha256(body).hexdigest().encode() != seal:
            return None
        said = json.loads(body)
        said["outputs"] = {name: FileRef(**ref) for name, ref in said["outputs"].items()}
        said["tallies"] = tuple(Tally(**tally) for tally in said["tallies"])
        return cls(**said)


def key_of(*parts: Any) -> str:
    """Return the key of a task: sha256 over the JSON of everything that decides its outputs.

    >>> key_of("pass", {"b": 1, "a": 2}) == key_of("pass", {"a": 2, "b": 1})
    True
    """
    body = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(body.encode()).hexdigest()
