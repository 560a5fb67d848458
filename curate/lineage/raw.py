"""Hold the manifest's inputs against the raw files, where those are at hand: by name, else by what they hold."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import NamedTuple

from curate.core.bytes import Stream
from curate.core.errors import StorageError
from curate.core.files import digest_of
from curate.core.personal import keyed_uri
from curate.lineage.manifest import Input, Manifest
from curate.lineage.verification import SHOWN, Check, judged

NAME = "raw"
TITLE = "raw files are those that were read"
EVERY = "*"
"""Stands for every source that has no folder of its own."""


class RawFiles(NamedTuple):
    """Where raw files are."""

    folders: Mapping[str, Path]
    """By source id, or `*` for all others: the folder that uris are relative to."""
    key: bytes | None = None
    """Key of `uris: keyed`; without it, files are known by their digests."""


class Folder:
    """A folder of raw files: finds a file by its published name, or by its digest."""

    def __init__(self, folder: Path, key: bytes | None) -> None:
        self.folder = folder
        self.key = key
        self._digests: dict[Path, str] = {}
        self._paths: list[tuple[Path, int]] | None = None
        self._keyed: dict[str, Path] | None = None

    def named(self, uri: str, *, keyed: bool) -> Path | None:
        """Return the file of a name, or of the keyed digest of a name; None where nothing can be told from it."""
        if not keyed:
            return self.folder / uri
        if self.key is None:
            return None
        if self._keyed is None:
            self._keyed = {keyed_uri(self._uri(path), self.key): path for path, _ in self.files()}
        return self._keyed.get(uri)

    def holding(self, file: Input) -> Path | None:
        """Return the first file, by name, that holds just what was read; only files of its size are digested."""
        for path, size in self.files():
            if size == file.bytes and self._digest(path) == file.sha256:
                return path
        return None

    def below(self, uri: str, others: AbstractSet[str]) -> Path | None:
        """Return the one file of this name in some folder below that is none of `others`, by sha256; else None."""
        paths = (path for path, _ in self.files() if f"/{self._uri(path)}".endswith(f"/{uri}"))
        found = [path for path in paths if self._digest(path) not in others]
        return found[0] if len(found) == 1 else None

    def files(self) -> list[tuple[Path, int]]:
        """Return all files below, sorted, with their sizes."""
        if self._paths is None:
            found = sorted(path for path in self.folder.rglob("*") if path.is_file())
            self._paths = [(path, path.stat().st_size) for path in found]
        return self._paths

    def _uri(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()

    def _digest(self, path: Path) -> str:
        if path not in self._digests:
            self._digests[path] = digest_of(path)
        return self._digests[path]


def check_raw(manifest: Manifest, raw: RawFiles) -> Check:
    """Digest and unpack each raw file again.

    A file that does not lie under its name is sought by its digest, and so are all where names are keyed and no key is
    given. One that is not there makes the check impossible, not false: raw data may have been moved for good reasons.
    """
    if not raw.folders:
        return Check(NAME, TITLE, "unchecked", "no folder of raw files was named", excused=True)
    folders = {path: Folder(path, raw.key) for path in raw.folders.values()}
    faults: list[str] = []
    lost: list[str] = []
    unnamed: set[str] = set()
    by_digest: list[str] = []
    known = {file.sha256 for file in manifest.inputs}
    seen = 0
    for file in manifest.inputs:
        place = raw.folders.get(file.source_id, raw.folders.get(EVERY))
        if place is None:
            unnamed.add(file.source_id)
            continue
        try:
            found, elsewhere = _looked_up(file, folders[place], known, keyed=manifest.uris == "keyed")
        except (StorageError, OSError) as gone:
            lost.append(
                f"{file.source_id} {file.uri}: {gone.message if isinstance(gone, StorageError) else gone.strerror}"
            )
            continue
        seen += 1
        by_digest += [f"{file.source_id} {file.uri}"] if elsewhere and not found else []
        faults += found
    said = f"{seen} of {len(manifest.inputs)} files{_told(by_digest)}"
    if raw.key is not None and manifest.uris != "keyed":
        said += PLAIN
    elif raw.key is not None and len(by_digest) == seen > 0:
        said += STRANGE
    if not faults and lost:
        return Check(NAME, TITLE, "unchecked", f"{said}; not at hand: {judged(NAME, TITLE, lost, '').detail}")
    if unnamed and not faults:
        said = f"{said}; no folder was named for {', '.join(sorted(unnamed))}"
        return Check(NAME, TITLE, "unchecked", said, excused=True)
    return judged(NAME, TITLE, faults, said)


PLAIN = "; the names are plain, no key was needed"
STRANGE = "; no name is one under this key"


def _told(names: list[str]) -> str:
    """Name the files that were known by what they hold."""
    if not names:
        return ""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f", known by their sha256: {', '.join(names[:SHOWN])}{more}"


def _looked_up(file: Input, folder: Folder, known: AbstractSet[str], *, keyed: bool) -> tuple[list[str], bool]:
    """Say in what a raw file differs from what was read, and whether it was known by its digest alone.

    `known` are the digests of all that was read: one of these under the name is another source's. StorageError where
    the file is not there.
    """
    path = folder.named(file.uri, keyed=keyed)
    if path is not None and path.is_file():
        return list(_differences(file, path)), False
    held = folder.holding(file)
    path = held or (None if keyed else folder.below(file.uri, known))
    if path is None:
        raise StorageError("no file has this name, and none this sha256")
    return list(_differences(file, path)), held is not None


def _differences(file: Input, path: Path) -> Iterator[str]:
    """Say in what a raw file differs from what was read."""
    stream = Stream(str(path), "none" if file.decoded_bytes is None else file.compression or "none")
    for _ in stream:
        pass
    place = f"{file.source_id} {file.uri}"
    if stream.sha256 != file.sha256:
        yield f"{place}: the file is not the one that was read (other sha256)"
    elif stream.size != file.bytes:
        yield f"{place}: {stream.size} bytes, the manifest says {file.bytes}"
    elif file.decoded_bytes is not None and stream.unpacked != file.decoded_bytes:
        yield f"{place}: {stream.unpacked} bytes after decompression, the manifest says {file.decoded_bytes}"
