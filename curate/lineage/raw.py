"""Hold the manifest's inputs against the raw files, where those are at hand."""

from collections.abc import Mapping
from pathlib import Path

from curate.core.bytes import Stream
from curate.core.errors import StorageError
from curate.lineage.manifest import Input, Manifest
from curate.lineage.verification import Check, judged

NAME = "raw"
TITLE = "raw files are those that were read"
EVERY = "*"
"""Stands for every source that has no folder of its own."""


def check_raw(manifest: Manifest, raw: Mapping[str, Path] | None) -> Check:
    """Digest and unpack each raw file again.

    `raw` maps a source id, or `*`, to the folder that its uris are relative to. A file that is not there makes the
    check impossible, not false: raw data may have been moved for good reasons.
    """
    if not raw:
        return Check(NAME, TITLE, "unchecked", "no folder of raw files was named", excused=True)
    if manifest.uris == "keyed":
        return Check(NAME, TITLE, "unchecked", "file names are published as keyed digests", excused=True)
    faults: list[str] = []
    lost: list[str] = []
    unnamed: set[str] = set()
    seen = 0
    for file in manifest.inputs:
        folder = raw.get(file.source_id, raw.get(EVERY))
        if folder is None:
            unnamed.add(file.source_id)
            continue
        try:
            faults += _differences(file, folder)
        except StorageError as gone:
            lost.append(f"{file.source_id} {file.uri}: {gone.message}")
        seen += 1
    if not faults and lost:
        return Check(NAME, TITLE, "unchecked", judged(NAME, TITLE, lost, "").detail)
    said = f"{seen} of {len(manifest.inputs)} files"
    if unnamed and not faults:
        return Check(
            NAME, TITLE, "unchecked", f"{said}; no folder was named for {', '.join(sorted(unnamed))}", excused=True
        )
    return judged(NAME, TITLE, faults, said)


def _differences(file: Input, folder: Path) -> list[str]:
    """Say in what a raw file differs from what was read."""
    stream = Stream(str(folder / file.uri), "none" if file.decoded_bytes is None else file.compression or "none")
    for _ in stream:
        pass
    place = f"{file.source_id} {file.uri}"
    if stream.sha256 != file.sha256:
        return [f"{place}: the file is not the one that was read (other sha256)"]
    if stream.size != file.bytes:
        return [f"{place}: {stream.size} bytes, the manifest says {file.bytes}"]
    if file.decoded_bytes is not None and stream.unpacked != file.decoded_bytes:
        return [f"{place}: {stream.unpacked} bytes after decompression, the manifest says {file.decoded_bytes}"]
    return []
