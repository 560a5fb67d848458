"""Read what was attached to an output after its run: signatures, reviews by people, erasures; none where absent."""

import json
from collections.abc import Iterator
from pathlib import Path

from pydantic import JsonValue

from curate.core.errors import ConfigError, StorageError
from curate.core.once import check_keys
from curate.lineage.envelope import read_envelope
from curate.lineage.manifest import ATTACHED, Manifest
from curate.lineage.signing import differences

Entry = dict[str, JsonValue]


def signatures(out: Path, manifest: Manifest) -> list[Entry]:
    """Return who has signed this output and how; StorageError where the envelope is damaged.

    Whether a signature holds needs a key and is not checked; one that is of another output is none of this one.
    """
    envelope = read_envelope(out)
    if envelope is None or differences(out, manifest, envelope.body()):
        return []
    return [{"keyid": one.keyid, "algorithm": one.algorithm} for one in envelope.signatures]


def check_place(out: Path, file: Path) -> None:
    """Refuse to write a file into an output but among what is attached: ConfigError."""
    inside = file.resolve().is_relative_to(out.resolve())
    if inside and not file.resolve().is_relative_to((out / ATTACHED).resolve()):
        hint = f"write it elsewhere, or into {out / ATTACHED}"
        raise ConfigError("a file more would make the output fail its verification", where=str(file), hint=hint)


def reviews(out: Path, manifest: Manifest) -> list[Entry]:
    """Return the results of reviews, then the entries of every `inspections` list in the JSON files that are attached.

    A review of other records than those of this manifest has the kind `outdated`: it is evidence of nothing here.
    """
    results = sorted((out / ATTACHED / "reviews").glob("*/result.json"))
    said = [_result(entry, manifest.merkle.documents_root) for path in results if (entry := _read(path))]
    return [*said, *_listed(out, "inspections")]


def _result(said: Entry, root: str) -> Entry:
    """Name what the result of a review says as the entries of `inspections` do."""
    sample, total, agreement = (_entry(said.get(name)) for name in ("sample", "total", "agreement"))
    records, passed = total.get("records"), total.get("passed")
    failed = records - passed if isinstance(records, int) and isinstance(passed, int) else None
    return {
        "id": sample.get("review"),
        "kind": "manual" if sample.get("documents_root") == root else "outdated",
        "sample_size": records,
        "population_docs": sample.get("population"),
        "passed": passed,
        "failed": failed,
        "pass_rate": total.get("rate"),
        "pass_rate_lower95": total.get("lower"),
        "cohen_kappa": agreement.get("kappa"),
        "inspectors": said.get("readers"),
        "failed_by_class": said.get("classes"),
    }


def erasures(out: Path, manifest: Manifest) -> list[Entry]:
    """Return the entries of the manifest's `erasures`, then of every such list in the JSON files that are attached."""
    said = manifest.model_dump(mode="json").get("erasures")
    return [*_entries(said), *_listed(out, "erasures")]


def _listed(out: Path, what: str) -> Iterator[Entry]:
    for path in sorted((out / ATTACHED).glob("*.json")):
        yield from _entries(_read(path).get(what))


def _read(path: Path) -> Entry:
    """Read an attached file; nothing where it holds no mapping, StorageError where it is no JSON."""
    try:
        body = path.read_bytes()
        check_keys(body)
        return _entry(json.loads(body))
    except (OSError, ValueError, RecursionError) as wrong:
        raise StorageError("the attached file is no JSON that can be read", where=str(path)) from wrong


def _entry(said: JsonValue) -> Entry:
    return said if isinstance(said, dict) else {}


def _entries(said: JsonValue) -> list[Entry]:
    return [entry for entry in said if isinstance(entry, dict)] if isinstance(said, list) else []
