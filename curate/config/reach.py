"""Whether what a configuration names is there: raw files, assets, and a place for the output."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from curate.config.describe import table
from curate.config.load import drafted
from curate.config.model import Config
from curate.config.places import At, Draft
from curate.config.registry import name_of
from curate.core.errors import CurateError
from curate.core.source import FileStat

Given = Path | str | Mapping[str, object]
Files = dict[str, Sequence[FileStat]]
LINEAGE = "_lineage"


class Checked(NamedTuple):
    """A configuration without mistakes, and the files that each of its sources names."""

    config: Config
    files: Files

    def as_json(self) -> dict[str, object]:
        """Return what will be read, done and written as JSON values."""
        sizes = {name: sum(file.size for file in files) for name, files in self.files.items()}
        return {
            "name": self.config.name,
            "sources": [
                {
                    "name": source.name,
                    "format": name_of("sources", type(source)),
                    "files": len(self.files[source.name]),
                    "bytes": sizes[source.name],
                }
                for source in self.config.sources
            ],
            "stages": [stage.name for stage in self.config.stages],
            "output": str(self.config.output.path),
        }

    def page(self, given: object) -> str:
        """Write the same as text."""
        rows = [("  source", "format", "files", "MB")]
        for source in self.config.sources:
            files = self.files[source.name]
            megabytes = f"{sum(file.size for file in files) / 1e6:.1f}"
            rows.append((f"  {source.name}", name_of("sources", type(source)), str(len(files)), megabytes))
        splits = ", ".join(f"{name} {share:g}" for name, share in self.config.output.splits.items())
        stages = ", ".join(stage.name for stage in self.config.stages) or "none"
        tail = [f"  stages: {stages}", f"  output: {self.config.output.path} ({splits})"]
        return "\n".join([f"{given}: no mistakes", table(rows), *tail])


def reached(source: Given, overrides: Sequence[str] = ()) -> Checked:
    """Read a configuration and list the files of each source.

    Raises one ConfigError that lists every mistake: first those of the configuration itself, then, where it has none,
    everything that it names and that is missing, unreadable or not to be written.
    """
    config, draft = drafted(Config, source, overrides)
    files: Files = {}
    for each in config.sources:
        at = ("sources", each.name, "path")
        try:
            files[each.name] = each.files()
        except CurateError as error:
            draft.report(at, error.message, error.hint)
        else:
            unreadable(draft, at, files[each.name])
    assets(config, draft)
    output(config.output.path, draft)
    draft.settle()
    return Checked(config, files)


def unreadable(draft: Draft, at: At, files: Sequence[FileStat]) -> None:
    """Note the local files that may not be read."""
    shut = [file.uri for file in files if "://" not in file.path and not os.access(file.path, os.R_OK)]
    if shut:
        more = f" and {len(shut) - 1} more" if len(shut) > 1 else ""
        draft.report(at, f"{shut[0]!r}{more} may not be read", "check the permissions of the file")


def assets(config: Config, draft: Draft) -> None:
    """Note every asset that is no readable file, at the stage that names it."""
    for number, stage in enumerate(config.stages):
        for path in stage.assets:
            if not path.is_file():
                fact = f"{stage.name!r} needs the file {str(path)!r}, which is not there"
                draft.report(("stages", number), fact, "a relative path starts from the folder of the configuration")
            elif not os.access(path, os.R_OK):
                draft.report(("stages", number), f"{str(path)!r} may not be read", "check the permissions of the file")


def output(path: Path, draft: Draft) -> None:
    """Note an output that cannot be written, or that would replace a folder that is no output."""
    at = ("output", "path")
    if "://" in str(path):
        return
    fact, hint = "", "choose another folder"
    parent = next(folder for folder in path.absolute().parents if folder.exists())
    if not parent.is_dir():
        fact = f"{str(parent)!r} is a file, so {str(path)!r} cannot be made below it"
    elif not os.access(parent, os.W_OK | os.X_OK):
        fact = f"nothing may be written into {str(parent)!r}"
    elif path.exists() and not path.is_dir():
        fact = f"{str(path)!r} is a file, and the output is a folder"
    elif path.exists() and not (path / LINEAGE).exists() and any(path.iterdir()):
        fact = f"the folder {str(path)!r} holds something that is no output of curate, and a run would replace it"
        hint = "choose an empty folder or a new one"
    if fact:
        draft.report(at, fact, hint)
