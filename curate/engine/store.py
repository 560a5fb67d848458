"""Copy a published output to an object store: a prefix for each version, and a pointer that is written last."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from curate.core.errors import StorageError
from curate.core.files import without_secrets
from curate.lineage.former import FORMER
from curate.lineage.manifest import MANIFEST, RUN, SUMS
from curate.lineage.sums import read_sums

POINTER = "LATEST.json"
"""Names the version that readers should open; a store has no rename, so this one small object takes its place."""


def push(out: Path, url: str) -> str:
    """Copy an output below `url/versions/<digest of its manifest>`, then point to it; return that version's address.

    What an earlier attempt has copied is not copied again: a name below a version always stands for the same bytes.
    StorageError where the store fails; the pointer then still names the version before.
    """
    version = sha256((out / MANIFEST).read_bytes()).hexdigest()
    prefix = f"{url.rstrip('/')}/versions/{version[:16]}"
    try:
        store, root = opened(prefix)
        former = [path.relative_to(out).as_posix() for path in (out / FORMER).rglob("*") if path.is_file()]
        for name in [*read_sums(out), SUMS, RUN, *former]:
            put(store, out / name, f"{root}/{name}", anew=name == RUN)
        pointer = {"version": version[:16], "manifest_sha256": version, "path": f"versions/{version[:16]}"}
        store.pipe_file(f"{opened(url)[1].rstrip('/')}/{POINTER}", orjson.dumps(pointer))
    except OSError as error:
        hint = "the output lies complete in its local folder; run the same command again to copy the rest"
        raise StorageError(
            f"the store failed: {error.strerror or error}", where=without_secrets(prefix), hint=hint
        ) from error
    return without_secrets(prefix)


def opened(url: str) -> tuple[Any, str]:
    """Open a store; StorageError where the package for it is not installed or nobody knows its scheme."""
    import fsspec

    try:
        store, root = fsspec.core.url_to_fs(url)
    except (ImportError, ValueError) as error:
        hint = "install the store's package, such as curate[s3]"
        raise StorageError(f"cannot be opened: {error}", where=without_secrets(url), hint=hint) from error
    return store, root


def put(store: Any, path: Path, target: str, *, anew: bool) -> None:
    """Copy one file, unless it is there already with the same size."""
    if not anew and store.exists(target) and store.size(target) == path.stat().st_size:
        return
    store.put_file(str(path), target)
