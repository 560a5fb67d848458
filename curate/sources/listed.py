"""What every source of files has: where they lie, how they are packed, and whose they are."""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import pyarrow as pa
from pydantic import Field

from curate.core.errors import ConfigError, StorageError
from curate.core.files import is_endless
from curate.core.register import STATED, Collection, Entry, Rights
from curate.core.source import BATCH_BYTES, MAX_RECORD_BYTES, SPLIT_BYTES, FileStat, Source


class Placed(Source):
    """Names the files that a source reads."""

    uses: ClassVar[tuple[str, ...]] = ("charset-normalizer", "orjson", "zstandard")
    batch_bytes: ClassVar[int] = BATCH_BYTES
    """About how many source bytes a batch holds: a matter of memory, never of outcome."""
    split_bytes: ClassVar[int] = SPLIT_BYTES
    """Bytes above which a file is cut into pieces: a constant, since cuts are part of what is cached."""

    path: str | tuple[str, ...] = Field(
        description="File, folder or pattern (`*`, `?`, `[a-z]`, `**` for any depth), local or any fsspec URL such "
        "as s3://bucket/raw/**/*.jsonl; or a list of them. Files whose name starts with a dot are left out."
    )
    max_record_bytes: int = Field(MAX_RECORD_BYTES, ge=1, description="Longer records are rejected unread.")


class Listed(Collection, Rights, Placed):
    """Lists local or remote files and carries the entries of the source registry."""

    registry: Entry | Path = Field(
        Entry(),
        exclude=True,
        description="Everything else that is declared about the source, or the YAML file that says it "
        "(`schemas/source.schema.json`). Nothing of it shapes a record but `license`.",
    )

    @property
    def kept_schema(self) -> pa.Schema:
        """Columns that follow SOURCED in every batch of this source, in order."""
        return pa.schema([])

    @property
    def exempt(self) -> tuple[str, ...]:
        """Kept string columns that editors leave alone (`as_is`)."""
        return ()

    def registered(self) -> dict[str, Any]:
        """Return the entries of the source registry by name, for the manifest; what nobody said is `unknown`."""
        rest = self.registry.model_dump(mode="json") if isinstance(self.registry, Entry) else {}
        return rest | {name: getattr(self, name) for name in STATED}

    def files(self) -> Sequence[FileStat]:
        """List the files by uri; raise ConfigError where a path matches nothing or two files share a uri."""
        paths = (self.path,) if isinstance(self.path, str) else self.path
        where = f"sources.{self.name}.path" if self.name else "path"
        if not paths:
            raise ConfigError("no path is given", where=where, hint="name at least one file, folder or pattern")
        found: dict[str, FileStat] = {}
        for path in paths:
            for file in listed(path, where):
                other = found.setdefault(file.uri, file)
                if other.path != file.path:
                    raise ConfigError(
                        f"two files would both be called {file.uri!r}",
                        where=where,
                        hint="list their common folder with one pattern, or make two sources",
                    )
        return [found[uri] for uri in sorted(found)]

    def would_read(self, path: Path) -> bool:
        """Tell whether a local file that is yet to be written will be one of the files; links are not followed."""
        paths = (self.path,) if isinstance(self.path, str) else self.path
        return any(names(each, path.absolute()) for each in paths)


class Pattern(NamedTuple):
    """A path parted into the folder that is fixed and what must match below it."""

    root: str
    """Folder (or the file itself, where `rest` is empty)."""
    rest: str
    """Pattern relative to the root; empty where the path has no wildcard."""


MAGIC = re.compile(r"[*?\[]")


def parted(path: str) -> Pattern:
    """Part a path at its first component that has a wildcard.

    >>> parted("raw/2024/**/*.jsonl")
    Pattern(root='raw/2024', rest='**/*.jsonl')
    """
    scheme, separator, inner = path.rpartition("://")
    parts = inner.split("/")
    first = next((i for i, part in enumerate(parts) if MAGIC.search(part)), None)
    if first is None:
        return Pattern(path, "")
    root = "/".join(parts[:first])
    return Pattern(f"{scheme}{separator}{root}" or ("/" if first else "."), "/".join(parts[first:]))


def matcher(rest: str) -> re.Pattern[str]:
    """Compile a pattern over relative paths: `*` and `?` stay within a name, `**` spans any number of folders."""
    out = []
    for part in rest.split("/"):
        if part == "**":
            out.append("(?:[^/]+/)*")
            continue
        for one in re.findall(r"\[!?\]?[^\]]*\]|.", part, flags=re.DOTALL):
            if one == "*":
                out.append("[^/]*")
            elif one == "?":
                out.append("[^/]")
            elif len(one) > 1:
                inner = re.sub(r"([\\\[&~|])", r"\\\1", one[1:-1])
                out.append(f"[^{inner[1:]}]" if inner.startswith("!") else f"[{inner}]")
            else:
                out.append(re.escape(one))
        out.append("/")
    whole = "".join(out)
    return re.compile(whole.removesuffix("/") if not rest.endswith("**") else f"{whole}[^/]+", re.DOTALL)


def listed(path: str, where: str = "path") -> Iterator[FileStat]:
    """Yield what one path names, in no order; raise ConfigError where that is nothing.

    Hidden files and folders are left out, links to folders are followed unless they lead back up.
    """
    inner = unlocated(path)
    local = inner is not None
    path = path if inner is None else inner
    if not path:
        raise ConfigError("the path is empty", where=where, hint="name a file, a folder or a pattern of files")
    pattern = parted(path)
    if local and is_endless(Path(pattern.root)):
        hint = "a source is read several times: write what it gives into a file"
        raise ConfigError(f"{path!r} is neither a file nor a folder", where=where, hint=hint)
    depth = None if not pattern.rest or "**" in pattern.rest.split("/") else pattern.rest.count("/") + 1
    try:
        entries = walk(Path(pattern.root).absolute(), depth) if local else remote(pattern.root, where)
        wanted = matcher(pattern.rest) if pattern.rest else None
        count = 0
        for file in entries:
            if wanted is None or wanted.fullmatch(file.uri):
                count += 1
                yield checked(file, where)
    except FileNotFoundError as error:
        raise ConfigError(f"there is no {path!r}", where=where, hint="check the path") from error
    except OSError as error:
        fact = f"cannot list {path!r}: {error.strerror or error}"
        raise StorageError(fact, where=where, hint="check the permissions of the folder") from error
    if not count:
        fact = f"nothing matches {path!r}" if pattern.rest else f"the folder {path!r} holds no file"
        raise ConfigError(fact, where=where, hint="hidden files are left out; `**` stands for folders of any depth")


def unlocated(path: str) -> str | None:
    """Return the local path behind `file://` and the like; None where a path is of a store."""
    scheme, separator, inner = path.partition("://")
    if not separator:
        return path
    return inner if scheme in {"file", "local"} else None


def names(path: str, file: Path) -> bool:
    """Tell whether a path names a local file, which is said from the root on."""
    said = unlocated(path)
    if not said:
        return False
    pattern = parted(said)
    uri = Path(os.path.relpath(file, pattern.root))
    if any(part.startswith(".") for part in uri.parts):  # elsewhere, or hidden
        return False
    return not pattern.rest or matcher(pattern.rest).fullmatch(uri.as_posix()) is not None


def checked(file: FileStat, where: str) -> FileStat:
    """Return the file; raise ConfigError where its name cannot be written in a ledger."""
    try:
        file.uri.encode()
    except UnicodeEncodeError:
        raise ConfigError(f"the file name {file.uri!r} is not UTF-8", where=where, hint="rename the file") from None
    return file


def walk(root: Path, depth: int | None) -> Iterator[FileStat]:
    """Yield the files of a local folder down to `depth` levels, or the one file that `root` is."""
    status = root.stat()
    if not root.is_dir():
        yield FileStat(root.name, str(root), status.st_size, f"{status.st_mtime_ns}-{status.st_ino}")
        return
    pending: list[tuple[str, str, frozenset[tuple[int, int]]]] = [
        (str(root), "", frozenset([(status.st_dev, status.st_ino)]))
    ]
    while pending:
        folder, prefix, above = pending.pop()
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith(".") or not (entry.is_file() or entry.is_dir()):
                    continue
                status = entry.stat()
                uri = prefix + entry.name
                node = (status.st_dev, status.st_ino)
                if entry.is_file():
                    yield FileStat(uri, entry.path, status.st_size, f"{status.st_mtime_ns}-{status.st_ino}")
                elif node not in above and (depth is None or uri.count("/") + 1 < depth):
                    pending.append((entry.path, f"{uri}/", above | {node}))


MARKS = ("ETag", "etag", "md5", "mtime", "LastModified", "last_modified", "created")


def remote(root: str, where: str) -> Iterator[FileStat]:
    """Yield the files below an fsspec URL, or the one file that it is."""
    import fsspec

    try:
        store, inner = fsspec.core.url_to_fs(root)
    except (ImportError, ValueError) as error:
        hint = "install the store's package"
        raise ConfigError(f"{root!r} cannot be opened: {error}", where=where, hint=hint) from error
    inner = inner.rstrip("/")
    found = store.find(inner, detail=True)
    if not found and not store.exists(inner):
        raise FileNotFoundError(root)
    for name, facts in found.items():
        uri = name[len(inner) :].lstrip("/") or name.rsplit("/", 1)[-1]
        if not any(part.startswith(".") for part in uri.split("/")):
            mark = next((str(facts[key]) for key in MARKS if facts.get(key) is not None), "")
            yield FileStat(uri, store.unstrip_protocol(name), int(facts["size"] or 0), mark)
