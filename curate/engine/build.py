"""Build the output in the work folder, check it, and keep of the work what the next run can use."""

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import orjson

from curate.core.errors import CurateError
from curate.core.files import digest_of, write_whole, written_whole
from curate.core.receipt import FileRef
from curate.engine.erased import keep_former
from curate.engine.phases import Work
from curate.engine.space import Space
from curate.lineage.layout import all_written
from curate.lineage.manifest import MANIFEST, RUN, SUMS, Manifest, manifest_bytes
from curate.lineage.runrecord import RunRecord, run_bytes
from curate.lineage.sums import listed_files, read_sums, sha256sums
from curate.lineage.verify import verify
from curate.sinks.card import cards


def build(work: Work, out: Path, manifest: Manifest, record: RunRecord) -> None:
    """Put everything into `new`: shards, ledger, manifest, cards, and the sums last; then what a clock decides.

    That is the run record, and what tells of erasures from the output that is replaced.
    """
    new = work.space.new
    shutil.rmtree(new, ignore_errors=True)
    work.crew.bring([(receipt.key, "shard") for _, receipt in work.shards])
    for said, (_, receipt) in zip(manifest.outputs.shards, work.shards, strict=True):
        place(work, receipt.outputs["shard"], new / said.path)
    for name in ("rejects", "signals", "pii"):
        files = getattr(manifest.outputs, name)
        refs = [receipt.outputs[name] for receipt in work.ledgers if name in receipt.outputs]
        for file, ref in zip(files, refs, strict=True):
            place(work, ref, new / file.path)
    write_whole(new / MANIFEST, manifest_bytes(manifest))
    for name, body in cards(orjson.loads(manifest_bytes(manifest))).items():
        write_whole(new / name, body)
    taken = {file.path: file.sha256 for file in all_written(manifest)}  # as they were written: `check` takes them anew
    write_whole(new / SUMS, sha256sums(new, taken))
    former = keep_former(out, new)
    write_whole(new / RUN, run_bytes(record.model_copy(update={"former": former})))
    if work.sample is None:  # a sample covers no input whole, and nobody but `preview` sees its output
        check(new)


def check(new: Path) -> None:
    """Verify an output before anybody sees it; CurateError, with the checks that fail, where it does not hold."""
    failed = [one for one in verify(new).checks if one.status == "fail"]
    if failed:
        said = "; ".join(f"{one.title}: {one.detail}" for one in failed)
        hint = "this is a bug of curate, or the disk is failing; nothing was published"
        raise CurateError(f"the new output does not hold: {said}", where=str(new), hint=hint)


def place(work: Work, ref: FileRef, path: Path) -> None:
    """Give an output its place: by a link where the work folder loses it anyway, else by a copy.

    A link would let whoever writes into the published file change the work folder's copy too.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = work.space.at(ref.path)
    if ref.text and work.config.work != "keep_all":
        with suppress(OSError):  # not every file system has links
            os.link(whole, path)
            return
    shutil.copyfile(whole, path)


def already_done(out: Path, manifest: Manifest) -> bool:
    """Tell whether the published output is this very one, every file with the size that it should have."""
    path = out / MANIFEST
    if not path.is_file() or path.read_bytes() != manifest_bytes(manifest) or not (out / SUMS).is_file():
        return False
    sums = read_sums(out)
    outputs = manifest.outputs
    listed = [*outputs.shards, *outputs.rejects, *outputs.signals, *outputs.pii]
    sizes = all((out / one.path).is_file() and (out / one.path).stat().st_size == one.bytes for one in listed)
    found = set(listed_files(out))
    strangers = found - set(sums)
    small = [name for name in sums if name not in {one.path for one in listed}]
    whole = sizes and set(sums) <= found and not strangers
    return whole and all(digest_of(out / name) == sums[name] for name in small)


def clean(work: Work) -> None:
    """Keep in the work folder what the configuration says: everything, what has no text, or nothing."""
    space = work.space
    if work.config.work == "keep_all":
        return
    if work.config.work == "none":
        space.empty()
        return
    keys = work.crew.receipts
    kept = {ref.path for receipt in keys.values() for ref in receipt.outputs.values() if not ref.text}
    for folder in ("files", "parts"):
        for path in list((space.root / folder).rglob("*")):
            if path.is_file() and path.relative_to(space.root).as_posix() not in kept:
                path.unlink()
    for path in space.receipts.iterdir():
        if path.stem not in keys:
            path.unlink()
    shutil.rmtree(space.root / "crumbs", ignore_errors=True)


@dataclass(frozen=True)
class Rescue:
    """Finds outputs that clean-up took in the published folder: shards that have not changed since."""

    space: Space
    out: Path

    def __call__(self, ref: FileRef) -> bool:
        """Copy a file of that digest into the work folder; tell whether there was one."""
        if not (self.out / SUMS).is_file():
            return False
        for name, digest in read_sums(self.out).items():
            path = self.out / name
            if digest == ref.digest and path.is_file() and digest_of(path) == digest:
                with written_whole(self.space.at(ref.path)) as draft:
                    shutil.copyfile(path, draft)
                return True
        return False
