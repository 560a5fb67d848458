"""Whether what a configuration names is there: raw files, assets, and a place for the output."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from curate.config.describe import table
from curate.config.load import Drafted, drafted
from curate.config.model import Config
from curate.config.partial import LeftOutError, said_nothing, said_paths, told, whole
from curate.config.places import At, Draft
from curate.config.registry import name_of
from curate.core.errors import ConfigError, CurateError, Mistake
from curate.core.source import FileStat, Source
from curate.core.stage import Settings

Given = Path | str | Mapping[str, object]
Files = dict[str, Sequence[FileStat]]
LINEAGE = "_lineage"
WRITTEN = (
    *(
        f"/{name}"
        for name in ("README.md", "SHA256SUMS", f"{LINEAGE}/manifest.json", f"{LINEAGE}/rejects-00000.parquet")
    ),
    "/data/train/00000-of-00001.parquet",
    ".lock",
    ".work/status.json",
)
"""Some of what a run writes into its output and beside it, by what follows the output's name."""


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

    Raises one ConfigError that lists every mistake: those of the configuration itself, and everything that it names, as
    far as it can be read, and that is missing, unreadable or not to be written.
    """
    read = drafted(Config, source, overrides)
    draft = read.draft
    files: Files = {}
    for at, each in placed(read):
        try:
            files[each.name] = each.files()
        except ConfigError as error:
            missing(draft, at, each, error)
        except CurateError as error:
            draft.report(at, error.message, error.hint)
        else:
            unreadable(draft, at, files[each.name])
    assets(read)
    unreadable_assets(read)
    output(draft, unwritable)
    fed_back(read)
    return Checked(read.settled(), files)


def ready(source: Given, overrides: Sequence[str] = ()) -> Config:
    """Read a configuration that is to be run at once.

    Raises one ConfigError that lists every mistake, every file that is missing, and an output that is something else.
    What cannot be read or written is left to the run, which ends with an error of storage then.
    """
    read = drafted(Config, source, overrides)
    for at, each in placed(read):
        try:
            each.files()
        except ConfigError as error:
            missing(read.draft, at, each, error)
        except CurateError:
            continue
    assets(read)
    output(read.draft, taken)
    fed_back(read)
    return read.settled()


def placed(read: Drafted[Config]) -> Iterator[tuple[At, Source]]:
    """Yield every source that can be read as far as its path, with the place of the path."""
    for name, source in read.sources.items():
        if getattr(source, "path", "") is not None:
            yield ("sources", name, "path"), source


def missing(draft: Draft, at: At, source: Source, error: ConfigError) -> None:
    """Note what is not there: of a list of paths, each one at its own line."""
    said = draft.at(at)
    path = getattr(source, "path", None)
    paths = path if isinstance(path, tuple) and isinstance(said, list) and len(path) == len(said) > 1 else ()
    told = 0
    for number, path in enumerate(paths):
        try:
            source.model_copy(update={"path": (path,)}).files()
        except CurateError as fault:
            draft.report((*at, number), fault.message, fault.hint)
            told += 1
    if not told:
        draft.report(at, error.message, error.hint)


def unreadable(draft: Draft, at: At, files: Sequence[FileStat]) -> None:
    """Note the local files that may not be read."""
    shut = [file.uri for file in files if "://" not in file.path and not os.access(file.path, os.R_OK)]
    if shut:
        more = f" and {len(shut) - 1} more" if len(shut) > 1 else ""
        draft.report(at, f"{shut[0]!r}{more} may not be read", "check the permissions of the file")


def assets(read: Drafted[Config]) -> None:
    """Note every asset that is not there, and what is wrong with those that are, at the setting that names it."""
    for number, stage in read.stages.items():
        below = read.draft.below_name(("stages", number))
        for path in files_of(read, number):
            if not path.is_file():
                what = "a folder" if path.is_dir() else "not there"
                fact = f"{stage.name!r} needs the file {str(path)!r}, which is {what}"
                read.draft.report(place_of(read.draft, below, path), fact, absent(path))
        for at, path in unread_files(read, number):
            if not path.exists():
                read.draft.report(
                    (*below, *at), f"{stage.name!r} needs {str(path)!r}, which is not there", absent(path)
                )
        for at, fact, hint in told(stage, nameless(read, number), faults_of) or ():
            read.draft.report((*below, *at), fact, hint)


def files_of(read: Drafted[Config], number: int) -> Sequence[Path]:
    """Return the files that a stage needs; none where that hangs on a setting that cannot be read."""
    return told(read.stages[number], nameless(read, number), lambda stage: stage.assets) or ()


def unread_files(read: Drafted[Config], number: int) -> Iterator[tuple[At, Path]]:
    """Yield the files that settings of a stage name in which something else is wrong, each with its place."""
    fields = whole(type(read.stages[number])).model_fields
    said = read.draft.at(read.draft.below_name(("stages", number)))
    asked = {*files_of(read, number)}
    for name in sorted(read.left_out.get(number, frozenset()) & fields.keys()):
        value = said.get(name) if isinstance(said, dict) else None
        for at, path in said_paths(fields[name].annotation, value):
            full = read.draft.folder / Path(path).expanduser()
            if not {full, Path(path)} & asked and (name, *at) not in read_already(read, number):
                yield (name, *at), full


def read_already(read: Drafted[Config], number: int) -> set[At]:
    """Return the settings of a stage of which it was told that their file cannot be read."""
    below = read.draft.below_name(("stages", number))
    fields = whole(type(read.stages[number])).model_fields
    unread = {error.where for _, error in read.draft.problems if "cannot be read" in error.message}
    return {(name,) for name in fields if read.draft.where((*below, name)) in unread}


def faults_of(stage: Settings) -> list[Mistake]:
    """Return what is wrong with the files of a stage, as far as it can say."""
    found: list[Mistake] = []
    with suppress(LeftOutError):
        found.extend(stage.mistakes())
    return found


def nameless(read: Drafted[Config], number: int) -> frozenset[str]:
    """Return the settings of a stage that cannot be read, but for those that name no file when nothing is said."""
    return said_nothing(type(read.stages[number]), read.left_out.get(number, frozenset()))


def absent(path: Path) -> str:
    """Say what to do where a file is not there: its folder may have one of nearly its name."""
    if path.is_dir():
        return "name the file in it that is meant"
    beside = sorted(file.name for file in path.parent.iterdir()) if path.parent.is_dir() else []
    close = get_close_matches(path.name, beside, 1, 0.6)
    said = "a relative path starts from the folder of the configuration"
    return f"did you mean {close[0]!r}? {said}" if close else said


def place_of(draft: Draft, at: At, path: Path) -> At:
    """Return where, below a place, a path is said; the place itself where it is not said there."""
    return next(said_at(draft, at, path), at)


def said_at(draft: Draft, at: At, path: Path) -> Iterator[At]:
    """Yield every place, from one down, where a path is said."""
    said = draft.at(at)
    if isinstance(said, str) and path in {Path(said), draft.folder / Path(said).expanduser()}:
        yield at
    parts = said if isinstance(said, dict) else range(len(said)) if isinstance(said, list) else ()
    for part in parts:
        yield from said_at(draft, (*at, part), path)


def unreadable_assets(read: Drafted[Config]) -> None:
    """Note every asset that is there and may not be read."""
    for number in read.stages:
        below = read.draft.below_name(("stages", number))
        for path in files_of(read, number):
            if path.is_file() and not os.access(path, os.R_OK):
                fact = f"{str(path)!r} may not be read"
                read.draft.report(place_of(read.draft, below, path), fact, "check the permissions of the file")


def output(draft: Draft, wrong: Callable[[Path], tuple[str, str]]) -> None:
    """Note what is wrong with the place of the output."""
    at = ("output", "path")
    said = draft.at(at)
    if not isinstance(said, (str, Path)) or "://" in str(said):
        return
    path = Path(said)
    try:
        fact, hint = wrong(path)
    except OSError as error:
        fact, hint = f"{str(path)!r} cannot be looked at: {error.strerror}", "choose another folder"
    if fact:
        draft.report(at, fact, hint)


def fed_back(read: Drafted[Config]) -> None:
    """Note sources that would read what the run itself writes: each run would then read another input."""
    at = ("output", "path")
    said = read.draft.at(at)
    if not isinstance(said, (str, Path)) or "://" in str(said):
        return
    written = [Path(f"{said}{end}") for end in WRITTEN]
    fed = [source.name for _, source in placed(read) if any(map(source.would_read, written))]
    if fed:
        fact = f"{str(said)!r} lies where the source {fed[0]!r} looks for its files, which would read what is written"
        read.draft.report(at, fact, "choose a folder outside of the raw files, or a pattern that leaves it out")


def unwritable(path: Path) -> tuple[str, str]:
    """Say why an output cannot be written, and what to do; two empty strings where it can."""
    fact, hint = "", "choose another folder"
    parent = next((folder for folder in path.absolute().parents if folder.exists()), path.absolute())
    if not parent.is_dir():
        fact = f"{str(parent)!r} is a file, so {str(path)!r} cannot be made below it"
    elif not os.access(parent, os.W_OK | os.X_OK):
        fact = f"nothing may be written into {str(parent)!r}"
    else:
        return taken(path)
    return fact, hint


def taken(path: Path) -> tuple[str, str]:
    """Say what stands in the place of an output that is none, and what to do; two empty strings where it is free."""
    if path.exists() and not path.is_dir():
        return f"{str(path)!r} is a file, and the output is a folder", "choose another folder"
    if path.exists() and not (path / LINEAGE).exists() and any(path.iterdir()):
        fact = f"the folder {str(path)!r} holds something that is no output of curate, and a run would replace it"
        return fact, "choose an empty folder or a new one"
    return "", ""
