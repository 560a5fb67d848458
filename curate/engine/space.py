"""The work folder beside an output: what lies where, and how a file gets there."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from curate.core.errors import StorageError
from curate.core.files import fingerprint_of, is_as_digested, written_whole
from curate.core.lock import WORKERS_LOCK
from curate.core.receipt import FileRef


@dataclass(frozen=True)
class Space:
    """The folder `out.work`, mode 0700: receipts, facts, and work files with raw text."""

    root: Path

    @classmethod
    def beside(cls, out: Path) -> "Space":
        """Name the work folder of an output, without making it."""
        return cls(out.parent / f"{out.name}.work")

    @property
    def receipts(self) -> Path:
        """Where receipts lie, one file a task."""
        return self.root / "receipts"

    @property
    def new(self) -> Path:
        """Where the output is built and checked before it is published."""
        return self.root / "new"

    @property
    def old(self) -> Path:
        """Where the former output stands while the new one takes its name."""
        return self.root / "old"

    def make(self) -> None:
        """Create the folder, closed to other users; StorageError where that is impossible."""
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.receipts.mkdir(exist_ok=True)
        except OSError as error:
            hint = "choose an `output.path` whose folder you may write to"
            raise StorageError(f"cannot write: {error.strerror}", where=str(self.root), hint=hint) from None

    def at(self, path: str) -> Path:
        """Return where a file named by a receipt lies."""
        return self.root / path

    def named(self, key: str, name: str) -> str:
        """Return the place, relative to the root, of one output of a task."""
        return f"files/{key[:2]}/{key}-{name}"

    @contextmanager
    def writing(self, key: str, name: str) -> Iterator[Path]:
        """Give a draft for an output of a task, renamed into place when the block ends well."""
        with written_whole(self.at(self.named(key, name))) as draft:
            yield draft

    def refer(self, key: str, name: str, *, text: bool = False) -> FileRef:
        """Measure and digest an output that has just been written."""
        path = self.named(key, name)
        whole = self.at(path)
        return FileRef(path, whole.stat().st_size, fingerprint_of(whole), text)

    def is_whole(self, ref: FileRef) -> bool:
        """Tell whether an output is what its receipt states, by digest."""
        return self.holds(ref) and is_as_digested(self.root / ref.path, ref.digest)

    def holds(self, ref: FileRef) -> bool:
        """Tell whether an output is there with the size that its receipt states."""
        try:
            return (self.root / ref.path).stat().st_size == ref.bytes
        except FileNotFoundError:
            return False

    def empty(self) -> None:
        """Take everything away but the lock that workers hold."""
        for entry in self.root.iterdir():
            if entry.name != WORKERS_LOCK:
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
