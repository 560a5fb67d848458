"""What tells of erasures from outputs that stood here before: a run that makes an output anew keeps it."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from pydantic import Field

from curate.core.errors import StorageError
from curate.core.files import check_end, digest_of
from curate.core.once import read_as
from curate.core.stage import Value
from curate.lineage.columns import HINT
from curate.lineage.erasures import Erasure, Sha256, SuppressedFile, Version
from curate.lineage.manifest import ATTACHED, RUN, Written
from curate.lineage.runrecord import read_run

FORMER = f"{ATTACHED}/erased"
"""A folder for each output that a run replaced; attached, since the same run into an empty folder has none."""
SAID = "former.json"
NAME_CHARS = 16
"""Of the digest of a manifest, in the name of a folder, behind the number of the output."""
MADE_ANEW = "; a run has made the output anew since"


class Former(Value):
    """An output that a run replaced, with all its erasures, and without anything that a manifest quotes of texts."""

    manifest_sha256: Sha256 = Field(description="Digest of the last manifest that it had.")
    versions: tuple[Version, ...] = Field(description="Its versions, the oldest first.")
    erasures: tuple[Erasure, ...]
    tombstones: tuple[Written, ...] = Field(description="A file for each erasure, below the folder of this file.")
    suppression: SuppressedFile | None = None


class Kept(NamedTuple):
    """What is kept of a former output, and where."""

    folder: Path
    said: Former


def formers(out: Path) -> list[Kept]:
    """Read what is kept of former outputs, the oldest first; StorageError where it is damaged."""
    found = []
    for folder in sorted((out / FORMER).iterdir()) if (out / FORMER).is_dir() else ():
        try:
            said = read_as(Former, (folder / SAID).read_bytes())
            for file in (*said.tombstones, said.suppression):
                check_end(folder / file.path if file else folder)  # it may name anything
            found.append(Kept(folder, said))
        except (OSError, ValueError) as wrong:
            fact = "what tells of erasures from a former output is missing or damaged"
            raise StorageError(fact, where=str(folder / SAID), hint=HINT) from wrong
    return found


def name_of(number: int, said: Former) -> str:
    """Return the name of the folder of a former output, the oldest being number 0."""
    return f"{number:05d}-{said.manifest_sha256[:NAME_CHARS]}"


def former_faults(out: Path) -> Iterator[str]:
    """Yield what is not as it was kept, and former outputs of which the run record tells and nothing else."""
    try:
        kept = formers(out)
    except StorageError as wrong:
        yield f"{FORMER}: {wrong.message}"
        return
    for number, one in enumerate(kept):
        if one.folder.name != name_of(number, one.said):
            yield f"{FORMER}/{one.folder.name}: it tells of another output, or stands in another order"
        yield from kept_faults(*one)
    try:
        run = read_run(out)
    except StorageError as wrong:
        yield f"{RUN}: {wrong.message}"
        return
    there, named = digests(out), sorted(run.former if run else ())
    if run is not None and there != named:
        yield f"{FORMER}: {len(there)} former outputs, {len(named)} in the run record, or other ones"


def kept_faults(folder: Path, said: Former) -> Iterator[str]:
    """Yield what of a former output is not as it was kept."""
    files: Mapping[str, str] = {one.path: one.sha256 for one in (*said.tombstones, said.suppression) if one}
    for path, digest in files.items():
        try:
            same = digest_of(folder / path) == digest
        except OSError:
            same = False
        if not same:
            yield f"{FORMER}/{folder.name}: {path} is missing, or not what was kept"
    listed = {SAID, *files}
    for path in sorted(one.relative_to(folder).as_posix() for one in folder.rglob("*") if not one.is_dir()):
        if path not in listed:
            yield f"{FORMER}/{folder.name}: {path} is not told of"
    told = [(one.basis, one.ticket, one.at) for one in said.versions[1:]]
    if told != [(one.basis, one.ticket, one.at) for one in said.erasures]:
        yield f"{FORMER}/{folder.name}: its versions are not those of its erasures"
    if len(said.erasures) != len(said.tombstones):
        yield f"{FORMER}/{folder.name}: it tells of other erasures"
    for erasure, stones in zip(said.erasures, said.tombstones, strict=False):
        if stones.rows != erasure.records + erasure.rejected:
            yield f"{FORMER}/{folder.name}: erasure {erasure.number} took another number of records"


def digests(out: Path) -> list[str]:
    """Return the digest of what is said of each former output, sorted: what the run record names."""
    return sorted(digest_of(one.folder / SAID) for one in formers(out))
