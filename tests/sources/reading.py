"""What the tests of all sources need: a file on disk, and everything that a source makes of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from curate.core.source import FileStat, Piece, Split, Surveyed
from curate.core.stage import Outcome
from curate.sources.fields import Fields
from curate.sources.listed import Listed

NO_PARTS = Path("/nonexistent/parts")


class Unread:
    """A source whose files nobody looks at."""

    def look(self, file: FileStat, parts: Path) -> Surveyed:
        raise OSError(f"nothing here looks at {file.uri} or {parts}")

    def read(self, split: Split) -> Iterator[Outcome]:
        raise OSError(f"nothing here reads {split.source}")


class Files(Unread, Listed):
    """Files that are listed."""


class Told(Unread, Fields):
    """Fields of records that come from elsewhere."""


def write(path: Path, body: bytes | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body.encode() if isinstance(body, str) else body)
    return path


def looked(source: Listed, parts: Path = NO_PARTS) -> list[Surveyed]:
    return [source.look(file, parts) for file in source.files()]


def read(source: Listed, *surveyed: Surveyed, limit: int | None = None) -> list[dict[str, Any]]:
    """Return every row as a dict in the order of the input, with what was found for it under `lines` and `rules`."""
    return read_pieces(source, *(piece for one in surveyed or looked(source) for piece in one.pieces), limit=limit)


def read_pieces(source: Listed, *pieces: Piece, limit: int | None = None) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for batch, found in source.read(Split(source.name, pieces, limit)):
        assert batch.schema.names[9:] == source.kept_schema.names
        said = found.to_pylist() if found is not None else []
        assert [line["row"] for line in said] == sorted(line["row"] for line in said)
        for number, row in enumerate(batch.to_pylist()):
            mine = [{**line, "row": None} for line in said if line["row"] == number]
            rejected = any(line["action"] == "reject" for line in mine)
            assert rejected == (row["text"] is None), "a row without text is one that was found wanting"
            rows.append({**row, "rules": [line["rule"] for line in mine], "lines": mine})
    return rows


def rules(rows: list[dict[str, Any]]) -> list[str | None]:
    return [row["rules"][0] if row["rules"] else None for row in rows]


def spans(rows: list[dict[str, Any]]) -> list[tuple[int, int]]:
    return [(row["source_offset"], row["source_length"]) for row in rows]


def tiled(rows: list[dict[str, Any]], surveyed: Surveyed) -> bool:
    """Tell whether the rows and what was skipped cover every byte of the unpacked file once."""
    at = 0
    for offset, length in sorted([*spans(rows), *surveyed.skipped]):
        if offset != at:
            return False
        at += length
    return at == surveyed.decoded_bytes
