"""Put a finished output in the place of the former one: for the moment between two renames there is none."""

import os
import shutil
from pathlib import Path

from curate.core.errors import StorageError
from curate.core.files import endless_files, sync_folder
from curate.engine.space import Space
from curate.lineage.manifest import MANIFEST


def check_ours(out: Path) -> None:
    """Refuse a folder that something other than curate has filled: publishing would replace it whole.

    So is one that holds what reading might never end of: whether this run has been done before is read there.
    """
    if not out.exists():
        return
    if not out.is_dir():
        raise StorageError("the output is a file", where=str(out), hint="choose another `output.path`")
    if any(out.iterdir()) and not (out / MANIFEST).is_file():
        hint = "choose an empty or new `output.path`, or move what is there"
        raise StorageError("the folder is not empty and is no output of curate", where=str(out), hint=hint)
    for name in endless_files(out):
        hint = "take it away, or choose another `output.path`"
        raise StorageError("this is neither a file nor a folder", where=str(out / name), hint=hint)


def publish(space: Space, out: Path) -> None:
    """Give `new` the name of the output. Killed between the renames, the next run ends what was begun."""
    for folder, _, names in os.walk(space.new):
        for name in names:
            with (Path(folder) / name).open("rb") as stream:
                os.fsync(stream.fileno())
        sync_folder(Path(folder))
    shutil.rmtree(space.old, ignore_errors=True)
    if out.exists():
        out.rename(space.old)
        sync_folder(space.root)
        sync_folder(out.parent)
    space.new.rename(out)
    sync_folder(space.root)
    sync_folder(out.parent)
    shutil.rmtree(space.old, ignore_errors=True)


def finish_publishing(space: Space, out: Path) -> None:
    """End a publication that was cut short: the former output stood aside, the new one may not have its name yet.

    What is left of a version goes: an erasure that was killed leaves the one that still has what was erased.
    """
    if space.old.exists() and not out.exists():
        (space.new if space.new.exists() else space.old).rename(out)
        sync_folder(out.parent)
    for folder in (space.old, space.new):
        shutil.rmtree(folder, ignore_errors=True)
