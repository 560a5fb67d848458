"""A trail of one line a task: which stage was about to see which rows, so that a killed worker can be explained."""

import os
from pathlib import Path

AT_REST = ""
"""Stands for the stage where none is at work: while records are read, or written."""


class Crumbs:
    """The trail of one running task; overwritten at every step, removed when the task is done."""

    def __init__(self, root: Path, key: str) -> None:
        self.path = root / "crumbs" / key
        self._handle: int | None = None

    def drop(self, stage: str, first: int, last: int) -> None:
        """Say which stage is about to see which rows. No fsync: it only has to outlive the process."""
        if self._handle is None:
            self.path.parent.mkdir(exist_ok=True)
            self._handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        os.pwrite(self._handle, f"{first} {last} {stage}\n".ljust(160).encode(), 0)

    def sweep(self) -> None:
        """Remove the trail."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
        self.path.unlink(missing_ok=True)

    def last(self) -> tuple[str, int, int] | None:
        """Read the trail of a task that died: stage, first row, last row; None where no stage was at work."""
        try:
            first, last, stage = self.path.read_text().split(maxsplit=2)
        except (FileNotFoundError, ValueError):
            return None
        return stage.strip(), int(first), int(last)
