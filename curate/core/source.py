"""The seam between the engine and its sources: files are listed, surveyed once, and read split by split."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa

from curate.core.stage import Outcome, Value

SPLIT_BYTES = 128 << 20
"""How much decoded text a split holds at most, unless one record is larger: a constant, so that data alone decide."""
BATCH_BYTES = 4 << 20
"""About how much text a batch holds."""
MAX_RECORD_BYTES = 16 << 20
"""Longer records are rejected with their span and never held whole."""


@dataclass(frozen=True)
class FileStat:
    """One listed file: where it is, how it is named in the lineage, and what tells that it has not changed."""

    uri: str
    """Relative to the fixed part of the source's path, with `/`: what the lineage shows."""
    path: str
    """What opens it: a local path or any fsspec URL."""
    size: int
    mark: str
    """Modification time and inode, or the store's etag: a digest is remembered for (path, size, mark)."""


@dataclass(frozen=True)
class Piece:
    """A stretch of one file that holds whole records."""

    uri: str
    path: str
    """The file itself, or a part that the survey cut into the work folder (decompressed bytes)."""
    start: int = 0
    """First byte (or record, or row group) of the stretch within `path`."""
    length: int | None = None
    """How many bytes (or records, or row groups); null means to the end."""
    offset: int = 0
    """Where the stretch starts in the decompressed file: added to every span."""
    first_row: int = 0
    """How many records of the file come before it."""
    size: int = 0
    """About how many bytes of decoded text it holds; packing goes by it."""
    encoding: str = "utf-8"
    extra: dict[str, Any] = field(default_factory=dict)
    """What only the source's own reader needs (JSON values)."""


@dataclass(frozen=True)
class Surveyed:
    """What one look at a file found."""

    uri: str
    size: int
    """Bytes on disk, as they are (compressed or not)."""
    sha256: str
    pieces: tuple[Piece, ...]
    """In file order; together they hold every record."""
    decoded_bytes: int | None = None
    """Bytes after decompression, before characters are decoded; null where spans are not bytes."""
    compression: str | None = None
    encoding: str | None = None
    confidence: float | None = None
    """Share of characters common in the encoding's language, over head, middle, tail; 1.0 for BOM or strict UTF-8."""
    skipped: tuple[tuple[int, int], ...] = ()
    """Spans (offset, length) that hold no record: BOM, CSV header."""


@dataclass(frozen=True)
class Split:
    """What one task reads: pieces of one source, in order."""

    source: str
    pieces: tuple[Piece, ...]
    limit: int | None = None
    """Stop after so many records."""


class Source(Value):
    """Lists files, looks at each once, and turns splits into records: the only maker of records."""

    version: ClassVar[int] = 1
    """Bumped by hand whenever the same files give other records; part of every task key."""
    uses: ClassVar[tuple[str, ...]] = ()
    """Distributions whose versions shape the records."""

    name: str = ""

    @property
    def keyed(self) -> bool:
        """Whether ids come from the records themselves, so that two records may claim one."""
        return False

    @property
    def carries_places(self) -> bool:
        """Whether records keep the places that an earlier output gave them, instead of naming the file read now."""
        return False

    @property
    def kept_schema(self) -> pa.Schema:
        """Columns that `read` gives beyond SOURCED, in order."""
        return pa.schema([])

    @property
    def exempt(self) -> tuple[str, ...]:
        """Kept string columns that editors leave alone (`as_is`)."""
        return ()

    def previous(self) -> Sequence[dict[str, Any]]:
        """Name the earlier outputs of curate that this source reads: path, sha256 of the manifest, its sources."""
        return ()

    def registered(self) -> dict[str, Any]:
        """Return what is declared about the source (licence, owner, category ...); `unknown` where nothing is."""
        return {}

    @abstractmethod
    def files(self) -> Sequence[FileStat]:
        """List the files in the order of their uris; raise ConfigError where there is none."""

    def would_read(self, path: Path) -> bool:
        """Tell whether a local file that is yet to be written will be one of the files."""
        del path
        return False

    @abstractmethod
    def look(self, file: FileStat, parts: Path) -> Surveyed:
        """Read a file once: digest, encoding, boundaries. What has to be cut into parts is written below `parts`."""

    @abstractmethod
    def read(self, split: Split) -> Iterator[Outcome]:
        """Yield batches of SOURCED + kept columns, in order; unreadable records are rows already found wanting."""

    def again(self, file: FileStat, surveyed: Surveyed, spans: Sequence[tuple[int, int]]) -> Iterator[str | None]:
        """Read records again by their spans, which ascend; null where there is no text.

        This reads the whole file; a source that can go to a place does better.
        """
        del file  # its pieces say where it is
        wanted: dict[tuple[int, int], str | None] = dict.fromkeys(spans)
        for outcome in self.read(Split(self.name, surveyed.pieces)):
            batch = outcome.batch.select(["source_offset", "source_length", "text"])
            for line in batch.to_pylist():
                span = (line["source_offset"], line["source_length"])
                if span in wanted:
                    wanted[span] = line["text"]
        yield from wanted.values()
