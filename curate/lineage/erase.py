"""Erase records from an output: what `curate erase` does, and what it says of it."""

import os
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from pydantic import Field, JsonValue

import curate
from curate.core.errors import ConfigError, CurateError
from curate.core.files import digest_of, write_whole
from curate.core.lock import locked
from curate.core.stage import Value
from curate.core.suppression import Suppression, read_suppression
from curate.lineage.erase_asked import Request, Target, digest_columns, digests_of, found_by
from curate.lineage.erase_copies import Copy, placed, relations_of, twins_of
from curate.lineage.erase_files import Eraser, Taken, as_written, write_tombstones
from curate.lineage.erase_known import Reach, known
from curate.lineage.erase_manifest import as_said, erased_manifest, keep_manifests
from curate.lineage.erase_publish import carry_over, check_list, check_place, empty_work, keep, publish, workplace
from curate.lineage.erasures import Erasure, SuppressedFile
from curate.lineage.explain import Archive, Origin
from curate.lineage.layout import CARDS
from curate.lineage.lookup import valued
from curate.lineage.manifest import MANIFEST, SUMS, SUPPRESSED, Count, manifest_bytes, read_manifest
from curate.lineage.sums import read_sums
from curate.lineage.verify import verify
from curate.sinks.card import cards

CANNOT = (
    "copies of this output elsewhere: in a store or a mirror, with those who have it, in caches of readers",
    "outputs that were made from this one, and models that were trained on it",
    "raw files: the suppression list keeps records out of later runs, and removes nothing from where they came from",
)


class Gone(Origin):
    """A record that was erased: never its text."""

    file: str = Field(description="Shard, or file of the ledger, that it was taken from.")
    file_row: Count
    rule: str | None = Field(None, description="Rule that had left it out before; null for a record of a shard.")


class Suppressing(Value):
    """The suppression list after an erasure."""

    file: str
    key_id: str
    added: Count = Field(description="Digests that this erasure added.")
    total: Count = Field(description="Digests that the list holds.")


class Erased(Value):
    """What an erasure came to."""

    out: str
    changed: bool = Field(description="Whether there is a new version; false where nothing was found, or on trial.")
    erasure: Erasure | None = Field(None, description="As the manifest has it; null where nothing was erased.")
    records: tuple[Gone, ...] = Field((), description="In the order of shards, then of the ledger.")
    copies: tuple[Copy, ...] = Field((), description="Other records that say the same or nearly: to be purged too.")
    missing: tuple[str, ...] = Field((), description="Ids, or lines about a person, that stand for nothing here.")
    before: Count = Field(0, description="Records that were asked for and had been erased before.")
    reach: Reach = Reach()
    suppression: Suppressing | None = None
    previous_sha256: str | None = Field(None, description="Digest of the manifest before.")
    manifest_sha256: str = Field(description="Digest of the manifest now.")
    old: str | None = Field(None, description="Where the old version is kept; null where it was removed.")
    work: bool = Field(False, description="Whether the work folder beside the output held something, and was emptied.")
    attached: tuple[str, ...] = Field((), description="Attached files that went: signatures, samples, reports.")
    cannot: tuple[str, ...] = Field((), description="What this does not reach.")


@dataclass(frozen=True)
class Options:
    """Where things go: nothing here decides what is erased."""

    suppression: Path | None = None
    """The list that later runs read; `OUT.suppression.json` beside the output when absent."""
    keep_old: Path | None = None
    """Where the old version is kept; it is removed when absent."""
    trial: bool = False
    """Say what would be erased and change nothing."""


def erase(out: Path, request: Request, options: Options = Options()) -> Erased:
    """Erase what a request asks for, and publish the version without it; nothing changes where nothing is found.

    ConfigError where request or key do not fit the output, CurateError where the new version does not hold,
    StorageError where a file cannot be read or written, StoppedError while a run writes the output.
    """
    said, out = out, Path(os.path.realpath(out))
    named = (
        out if said.is_symlink() or said.name in {"", ".."} else said
    )  # a link stays a link: the list lies beside what it names
    if not (out.parent / f"{out.name}.work").exists():
        read_manifest(out)  # before a lock stands beside what is no output
    beside = out.with_name(f"{out.name}.suppression.json")
    path = Path(os.path.realpath(options.suppression or beside))
    check_list(path)
    with workplace(out) as root, nullcontext() if path == beside else locked(path):
        if options.keep_old is not None:
            check_place(out, options.keep_old)
        for draft in path.parent.glob(f".{path.name}.*.draft"):  # of an erasure that was killed
            draft.unlink()
        shown = (str(said), str(options.suppression or named.with_name(f"{out.name}.suppression.json")))
        return Erasing(out, root, request, replace(options, suppression=path), shown).done()


class Erasing:
    """One erasure, from question to publication."""

    def __init__(self, out: Path, root: Path, request: Request, options: Options, shown: tuple[str, str]) -> None:
        self.out, self.root, self.new = out, root, root / "new"
        self.shown = shown
        """Output and list as the caller names them."""
        self.request, self.options = request, options
        self.old = read_manifest(out)
        self.archive = Archive(out, self.old)
        self.list = options.suppression or out

    def done(self) -> Erased:
        """Find, and where there is something, write and publish the new version."""
        former = self.former()
        columns = digest_columns(self.old, self.request.key)
        found = found_by(self.archive, self.request)
        said = Erased(
            out=self.shown[0],
            changed=False,
            missing=tuple(found.missing),
            before=len(found.before),
            manifest_sha256=digest_of(self.out / MANIFEST),
            cannot=(*found.cannot, *CANNOT),
        )
        if not found.targets:
            return said
        records = tuple(gone(self.out, target) for target in found.targets)
        own = {target.id for target in found.targets}
        digests = digests_of(self.archive, columns, own)
        twins = set(twins_of(self.archive, columns, {one for some in digests.values() for one in some}))
        relations = relations_of(self.archive, found.targets, sorted(twins))
        copies = placed(self.archive, relations)
        said = said.model_copy(update={"records": records, "copies": tuple(copies)})
        if self.options.trial:
            return said
        taken = Eraser(self.out, self.new, self.old, self.request.key).take(found.targets)
        heirs = [copy for copy in copies if copy.relation == "copy of it" and not copy.kept]
        reach, added = known(self.archive, self.request.key, found.targets, heirs, taken.texts)
        return self.published(said.model_copy(update={"reach": reach}), taken, found.targets, (former, added))

    def former(self) -> Suppression:
        """Read the lists that are there: the one that runs read, and the one in the output."""
        whole = Suppression.of(self.request.key)
        inside = self.out / SUPPRESSED if self.old.suppression else None
        for path in (self.list, inside):
            if path is not None and path.exists():
                said = read_suppression(path)
                if said.key_id != whole.key_id:
                    fact = f"the key has the id {whole.key_id}, the suppression list was made with {said.key_id}"
                    raise ConfigError(fact, where=str(path), hint="one list has one key: use the one it was made with")
                whole = whole.with_those_of(said)
        return whole

    def published(
        self, said: Erased, taken: Taken, targets: list[Target], lists: tuple[Suppression, Suppression]
    ) -> Erased:
        """Build the new version, check it, write the list, and put the version in the place of the old one."""
        former, added = lists
        inside = read_suppression(self.out / SUPPRESSED) if self.old.suppression else added
        erasure = self.erasure(said, taken, targets)
        attached = self.build(erasure, taken, targets, inside.with_those_of(added))
        check(self.new)
        manifest = digest_of(self.new / MANIFEST)
        whole = former.with_those_of(added)
        whole.save(self.list)
        if self.options.keep_old is not None:
            keep(self.out, self.options.keep_old)
        emptied = empty_work(self.root)
        publish(self.root, self.out)
        list_said = Suppressing(
            file=self.shown[1],
            key_id=whole.key_id,
            added=whole.size - former.size,
            total=whole.size,
        )
        update = {
            "changed": True,
            "erasure": erasure,
            "suppression": list_said,
            "previous_sha256": said.manifest_sha256,
            "manifest_sha256": manifest,
            "old": None if self.options.keep_old is None else str(self.options.keep_old),
            "work": emptied,
            "attached": tuple(attached),
        }
        return said.model_copy(update=update)

    def erasure(self, said: Erased, taken: Taken, targets: Sequence[Target]) -> Erasure:
        """Describe this erasure."""
        return Erasure(
            number=len(self.old.erasures),
            by=self.request.by,
            basis=self.request.basis,
            ticket=self.request.ticket,
            at=datetime.now(UTC).isoformat(timespec="seconds"),
            curate=curate.__version__,
            records=sum(target.stage is None for target in targets),
            rejected=sum(target.stage is not None for target in targets),
            places=taken.places,
            copies=len(said.copies),
            files=tuple(taken.rewritten),
        )

    def build(self, erasure: Erasure, taken: Taken, targets: list[Target], suppression: Suppression) -> list[str]:
        """Write everything that differs from the old version, bring over the rest; return what was attached."""
        said = {"erasure": erasure.number, "basis": erasure.basis, "ticket": erasure.ticket, "at": erasure.at}
        path = f"_lineage/tombstones-{erasure.number:05d}.parquet"
        tombs = as_written(path, write_tombstones(self.new / path, targets, said))
        sources = {target.source_id for target in targets}
        previous, kept = keep_manifests(self.out, self.new, self.old, sources)
        suppression.save(self.new / SUPPRESSED)
        listed = SuppressedFile(
            path=SUPPRESSED,
            sha256=digest_of(self.new / SUPPRESSED),
            key_id=suppression.key_id,
            **{kind: len(some) for kind, some in suppression.kinds.items()},
        )
        changed = {*taken.files, *kept, SUPPRESSED, MANIFEST, SUMS, *CARDS}
        attached = carry_over(self.out, self.new, changed, links=self.options.keep_old is None)
        manifest = erased_manifest(self.old, taken, (erasure, previous, listed), tombs, self.new)
        write_whole(self.new / MANIFEST, manifest_bytes(manifest))
        for name, body in cards(as_said(manifest)).items():
            write_whole(self.new / name, body)
        touched = (name for name, file in taken.files.items() if file)
        fresh = {path, *kept, SUPPRESSED, MANIFEST, *CARDS, *touched}
        sums = {name: digest for name, digest in read_sums(self.out).items() if name not in changed}
        sums |= {name: digest_of(self.new / name) for name in fresh}
        lines = (f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
        write_whole(self.new / SUMS, "".join(lines).encode())
        return attached


def gone(out: Path, target: Target) -> Gone:
    """Say which record goes; StorageError where its row cannot be one."""
    said = target._asdict()
    return valued(Gone, {name: said[name] for name in Gone.model_fields}, out / target.file)


def check(new: Path) -> None:
    """Verify the new version before anybody sees it; CurateError where it does not hold."""
    failed = [one for one in verify(new).checks if one.status == "fail"]
    if failed:
        said = "; ".join(f"{one.title}: {one.detail}" for one in failed)
        hint = "`curate verify` says whether the output held before; nothing was changed"
        raise CurateError(f"the version without the records does not hold: {said}", hint=hint)


def schema() -> dict[str, JsonValue]:
    """Return the JSON Schema of what an erasure came to: what `schemas/erasure.schema.json` holds."""
    said: dict[str, JsonValue] = Erased.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **said}
