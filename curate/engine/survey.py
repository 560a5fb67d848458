"""Look at every input file once, and cut the corpus into splits whose cuts depend on the files alone."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from curate.core.files import fingerprint_of
from curate.core.receipt import FileRef, Receipt
from curate.core.source import SPLIT_BYTES, FileStat, Piece, Source, Split, Surveyed
from curate.engine.space import Space
from curate.sources.listed import remote

T = TypeVar("T")

PACK_FILES = 4096
"""More files than this never share a task, however small they are."""
CUT_ONE_IN = 64
"""A pack of small files may end, once it holds a sixteenth of a split, at one file name in so many: a new file moves
the cuts of its own pack and no others."""


@dataclass(frozen=True)
class SurveyJob:
    """Looks at a pack of files of one source."""

    source: Source
    files: tuple[FileStat, ...]

    def perform(self, space: Space, key: str) -> Receipt:
        """Return a receipt whose payload holds, for each file, what the look at it found."""
        parts = space.root / "parts" / key
        shutil.rmtree(parts, ignore_errors=True)  # drafts of a killed attempt
        found = [asdict(self.source.look(file, parts)) for file in self.files]
        cut = sorted(path for path in parts.rglob("*") if path.is_file()) if parts.exists() else []
        outputs = {
            path.relative_to(parts).as_posix(): FileRef(
                path.relative_to(space.root).as_posix(), path.stat().st_size, fingerprint_of(path), text=True
            )
            for path in cut
        }
        return Receipt(key, f"survey of {self.source.name}", self.source.name, outputs, payload={"files": found})


def is_unchanged(file: FileStat) -> bool:
    """Tell whether a raw file is still the one that was listed; a store that gives no mark is taken at its word."""
    if "://" in file.path:
        return not file.mark or next(remote(file.path, "")).mark == file.mark
    facts = Path(file.path).stat()
    return file.mark == f"{facts.st_mtime_ns}-{facts.st_ino}" and facts.st_size == file.size


def surveyed(said: dict[str, Any]) -> Surveyed:
    """Read back what a survey wrote into its receipt."""
    pieces = tuple(Piece(**piece) for piece in said["pieces"])
    skipped = tuple((int(offset), int(length)) for offset, length in said["skipped"])
    return Surveyed(**{**said, "pieces": pieces, "skipped": skipped})


def packed(files: Sequence[FileStat]) -> Iterator[tuple[FileStat, ...]]:
    """Pack the files of a source for the survey: up to a split's bytes together."""
    yield from _packs(files, [(file.uri, file.size) for file in files])


def splits_of(source: Source, found: Sequence[Surveyed], limit: int | None) -> list[Split]:
    """Pack the pieces of a source into splits; with a limit, into one that stops after so many records."""
    pieces = [piece for one in found for piece in one.pieces]
    if limit is not None:
        return [Split(source.name, tuple(pieces), limit)] if pieces else []
    sizes = [(f"{piece.uri}\0{piece.offset}\0{piece.first_row}", piece.size) for piece in pieces]
    return [Split(source.name, pack) for pack in _packs(pieces, sizes)]


def _packs(things: Sequence[T], sizes: Sequence[tuple[str, int]]) -> Iterator[tuple[T, ...]]:
    """Group neighbours: a pack ends before it would pass SPLIT_BYTES, or where the next name's digest says so."""
    pack: list[T] = []
    held = 0
    for thing, (name, size) in zip(things, sizes, strict=True):
        drawn = int.from_bytes(sha256(name.encode()).digest()[:4])
        marked = drawn % CUT_ONE_IN == 0 and (held >= SPLIT_BYTES // 16 or len(pack) >= PACK_FILES // 16)
        if pack and (held + size > SPLIT_BYTES or len(pack) >= PACK_FILES or marked):
            yield tuple(pack)
            pack, held = [], 0
        pack.append(thing)
        held += size
    if pack:
        yield tuple(pack)
