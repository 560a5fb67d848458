"""Read what was attached to an output after its run: signatures, reviews by people, erasures; none where absent."""

import json
from collections.abc import Iterator
from pathlib import Path

from pydantic import JsonValue

from curate.core.errors import StorageError
from curate.lineage.envelope import read_envelope
from curate.lineage.manifest import ATTACHED, Manifest

Entry = dict[str, JsonValue]


def signatures(out: Path) -> list[Entry]:
    """Return who has signed and how; StorageError where the envelope is damaged. That they hold is not checked."""
    envelope = read_envelope(out)
    return [] if envelope is None else [{"keyid": one.keyid, "algorithm": one.algorithm} for one in envelope.signatures]


def reviews(out: Path) -> list[Entry]:
    """Return the entries of every `inspections` list in the JSON files that are attached."""
    return list(_listed(out, "inspections"))


def erasures(out: Path, manifest: Manifest) -> list[Entry]:
    """Return the entries of the manifest's `erasures`, then of every such list in the JSON files that are attached."""
    said = manifest.model_dump(mode="json").get("erasures")
    return [*_entries(said), *_listed(out, "erasures")]


def _listed(out: Path, what: str) -> Iterator[Entry]:
    for path in sorted((out / ATTACHED).glob("*.json")):
        try:
            said = json.loads(path.read_bytes())
        except (OSError, ValueError) as wrong:
            raise StorageError("the attached file is no JSON that can be read", where=str(path)) from wrong
        if isinstance(said, dict):
            yield from _entries(said.get(what))


def _entries(said: JsonValue) -> list[Entry]:
    return [entry for entry in said if isinstance(entry, dict)] if isinstance(said, list) else []
