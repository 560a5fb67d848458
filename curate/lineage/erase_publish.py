"""Put the version without the erased records in the place of the one with them: killed anywhere, one of both stands."""

import ctypes
import errno
import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from curate.core.errors import ConfigError, StorageError
from curate.core.files import digest_of, sync_folder
from curate.core.lock import WORKERS_LOCK, locked, wait_for_orphans
from curate.lineage.former import FORMER
from curate.lineage.manifest import ATTACHED, MANIFEST, read_manifest
from curate.lineage.sources import EVIDENCE

AT_CWD, EXCHANGE = -100, 2
"""`AT_FDCWD` and `RENAME_EXCHANGE` of Linux (renameat2(2))."""
UNSUPPORTED = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP}


@contextmanager
def workplace(out: Path) -> Iterator[Path]:
    """Hold the output alone, end what a killed erasure or run has begun, and give the work folder beside it."""
    root = out.parent / f"{out.name}.work"
    with locked(out):
        root.mkdir(mode=0o700, exist_ok=True)
        wait_for_orphans(root)
        finish(root, out)
        try:
            yield root
        except OSError as error:
            hint = "mend it, then run the same command again: it ends what was begun"
            where = str(error.filename or out)
            raise StorageError(error.strerror or str(error), where=where, hint=hint) from error
        finally:
            shutil.rmtree(root / "new", ignore_errors=True)
            with suppress(OSError):
                (root / WORKERS_LOCK).unlink() if [*root.iterdir()] == [root / WORKERS_LOCK] else None
                root.rmdir()


def finish(root: Path, out: Path) -> None:
    """Take away a version that was left over, and give the output its name where it lost it between two renames."""
    old, new = root / "old", root / "new"
    if not out.exists() and old.exists():
        (new if new.exists() else old).rename(out)
        sync_folder(out.parent)
    if out.exists():
        for folder in (old, new):
            shutil.rmtree(folder, ignore_errors=True)


def carry_over(out: Path, new: Path, changed: Collection[str], *, links: bool) -> list[str]:
    """Bring every file but the changed and the attached ones into `new`; return the attached ones that stay behind.

    Documents of the source registry come along, and what tells of former outputs: they are about no version.
    By links where the old version goes: they are the same bytes, and cost none. By copies where it is kept: who writes
    into the one must not change the other.
    """
    attached = []
    for path in sorted(out.rglob("*")):
        name = path.relative_to(out).as_posix()
        if path.is_dir() and not path.is_symlink():
            continue
        if name.startswith(f"{ATTACHED}/") and not name.startswith((f"{EVIDENCE}/", f"{FORMER}/")):
            attached.append(name)
        elif name not in changed:
            target = new / name
            target.parent.mkdir(parents=True, exist_ok=True)
            bring(path, target, links=links)
    return attached


def bring(path: Path, target: Path, *, links: bool) -> None:
    """Link a file, or copy it where links are not wanted or not had."""
    if links:
        with suppress(OSError):
            os.link(path, target, follow_symlinks=False)
            return
    shutil.copy2(path, target, follow_symlinks=False)


def check_place(out: Path, folder: Path) -> None:
    """Refuse a place for the old version that is taken, but by that very version, or within what is replaced."""
    if folder.exists() and not is_kept(out, folder):
        raise ConfigError("there is something already", where=str(folder), hint="name a folder that is not there yet")
    if Path(os.path.realpath(folder)).is_relative_to(out):
        raise ConfigError("the old version cannot be kept within the new one", where=str(folder))


def check_list(path: Path) -> None:
    """Refuse a suppression list within an output, which would no longer hold with it."""
    for folder in path.parents:
        if (folder / MANIFEST).is_file():
            hint = "name a file beside the outputs"
            raise ConfigError(f"the list would lie within the output {folder.name!r}", where="--suppression", hint=hint)


def is_kept(out: Path, folder: Path) -> bool:
    """Tell whether a folder is the output, or the version before it: an erasure that was killed had come so far."""
    try:
        kept = digest_of(folder / MANIFEST)
        previous = read_manifest(out).previous
        return kept == digest_of(out / MANIFEST) or (previous is not None and kept == previous.sha256)
    except (OSError, StorageError):
        return False


def keep(out: Path, folder: Path) -> None:
    """Copy the old version, whole or not at all, before anything takes its place."""
    if folder.exists():
        return
    draft = folder.with_name(f".{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(out, draft, symlinks=True)
    sync_tree(draft)
    draft.rename(folder)
    sync_folder(folder.parent)


def publish(root: Path, out: Path) -> None:
    """Exchange the output with `new` in one step, where the system can; then remove the old version."""
    new, old = root / "new", root / "old"
    sync_tree(new)
    if not exchanged(new, out):
        out.rename(old)
        sync_folder(root)
        new.rename(out)
    sync_folder(root)
    sync_folder(out.parent)
    for folder in (new, old):
        if folder.exists():
            shutil.rmtree(folder)


def exchanged(one: Path, other: Path) -> bool:
    """Let two folders exchange their names at once; false where the system cannot."""
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    if rename(AT_CWD, os.fsencode(one), AT_CWD, os.fsencode(other), EXCHANGE) == 0:
        return True
    if ctypes.get_errno() in UNSUPPORTED:
        return False
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(other))


def sync_tree(folder: Path) -> None:
    """Make files and their names durable."""
    for place, _, names in os.walk(folder):
        for name in names:
            path = Path(place) / name
            if not path.is_symlink():
                with path.open("rb") as stream:
                    os.fsync(stream.fileno())
        sync_folder(Path(place))


def empty_work(root: Path) -> bool:
    """Take all but the new version out of the work folder: texts, facts and receipts; tell whether there was any.

    Facts without text go too: they hold unkeyed digests of lines and texts, by which a short one is guessed. This comes
    before the version is published: a run makes them anew, but nobody would take them away after a crash.
    """
    there = [entry for entry in root.iterdir() if entry.name not in {WORKERS_LOCK, "new"}]
    for entry in there:
        shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
    return bool(there)
