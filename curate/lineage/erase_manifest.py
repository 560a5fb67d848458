"""Write the manifest of an output from which records were erased, and keep the one before it."""

from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import TypeVar, cast

import orjson

from curate.core.errors import StorageError
from curate.core.files import check_end, write_whole
from curate.core.once import read_as
from curate.lineage.columns import HINT
from curate.lineage.erase_files import Taken
from curate.lineage.erase_quotes import withheld
from curate.lineage.erasures import Erasure, Predecessor, SuppressedFile
from curate.lineage.manifest import (
    MANIFEST,
    Account,
    Accounting,
    Amount,
    Manifest,
    Outputs,
    Residual,
    Residue,
    Written,
    manifest_bytes,
)
from curate.lineage.numbers import DETECTOR
from curate.lineage.residual import Terms, look_of, residual_of
from curate.lineage.roots import merkle_of

HISTORY = "_lineage/history"
W = TypeVar("W", bound=Written)


def erased_manifest(
    old: Manifest, taken: Taken, said: tuple[Erasure, Predecessor, SuppressedFile], tombs: Written, new: Path
) -> Manifest:
    """Say of an output what is left of it: rows, splits, balance, roots; the stages' own numbers stay as they were."""
    erasure, previous, suppression = said
    outputs = outputs_without(old.outputs, taken, tombs)
    languages = Counter(old.dataset.languages)
    languages.subtract(taken.languages)
    rows = old.dataset.rows - taken.kept.total()
    dataset = {"rows": rows, "languages": {code: n for code, n in sorted(languages.items()) if n}}
    sources = {*taken.kept, *taken.rejected}
    return old.model_copy(
        update={
            "dataset": old.dataset.model_copy(update=dataset),
            "accounting": accounting_without(old.accounting, taken),
            "outputs": outputs,
            "merkle": merkle_of(outputs),
            "residual": residual_without(old, outputs, taken, new),
            "stages": withheld(old.stages, sources)[0],
            "previous": previous,
            "erasures": (*old.erasures, erasure),
            "suppression": suppression,
        }
    )


def outputs_without(old: Outputs, taken: Taken, tombs: Written) -> Outputs:
    """List the files that are left."""

    def left(files: Iterable[W]) -> tuple[W, ...]:
        now = (taken.files.get(file.path, file) for file in files)
        return tuple(cast("W", file) for file in now if file is not None)

    shards = left(old.shards)
    splits = {
        name: Amount(
            rows=sum(shard.rows for shard in shards if shard.split == name),
            bytes=sum(shard.uncompressed_bytes for shard in shards if shard.split == name),
        )
        for name in old.splits
    }
    kinds = {"rejects": left(old.rejects), "signals": left(old.signals), "pii": left(old.pii)}
    held = {name: amount for name, amount in splits.items() if amount.rows}
    return old.model_copy(update={"shards": shards, "splits": held, **kinds, "tombstones": (*old.tombstones, tombs)})


def accounting_without(old: Accounting, taken: Taken) -> Accounting:
    """Move what was taken from written and rejected to erased."""

    def moved(account: Account, kept: int, rejected: int) -> dict[str, int]:
        return {
            "written": account.written - kept,
            "rejected": account.rejected - rejected,
            "erased": account.erased + kept + rejected,
            "erased_written": account.erased_written + kept,
        }

    by_source = {
        name: account.model_copy(update=moved(account, taken.kept[name], taken.rejected[name]))
        for name, account in old.by_source.items()
    }
    whole = moved(old, taken.kept.total(), taken.rejected.total())
    return old.model_copy(update={**whole, "by_source": by_source})


def residual_without(old: Manifest, outputs: Outputs, taken: Taken, new: Path) -> Residual | None:
    """Count off what the erased rows held; where another detector looked then, look through all shards again."""
    said = old.residual
    if said is None:
        return None
    terms = Terms(policy=said.policy, cleared=said.cleared, exempt=said.exempt)
    if said.detector != DETECTOR:
        look = look_of(old)
        return residual_of(terms, [line for one in outputs.shards for line in look.look(new / one.path).to_pylist()])
    gone = residual_of(terms, taken.left).by_source
    by_source = {
        source: {kind: less(found, gone.get(source, {}).get(kind, Residue())) for kind, found in kinds.items()}
        for source, kinds in said.by_source.items()
    }
    held = {
        source: {kind: one for kind, one in kinds.items() if one != Residue()} for source, kinds in by_source.items()
    }
    return said.model_copy(update={"by_source": {source: kinds for source, kinds in held.items() if kinds}})


def less(one: Residue, other: Residue) -> Residue:
    """Take counts from counts."""
    names = ("left", "allowed", "outside")
    return Residue(**{name: getattr(one, name) - getattr(other, name) for name in names})


def keep_manifests(out: Path, new: Path, old: Manifest, sources: set[str]) -> tuple[Predecessor, list[str]]:
    """Keep the manifests of all versions before, without texts that they quote of sources that are touched now.

    What an older one loses changes its digest, and with that the one after it. Returns how the newest is named, and the
    paths of those that were written. StorageError where one that is kept is missing or damaged.
    """
    body = (out / MANIFEST).read_bytes()
    versions = [*kept_before(out, old), (f"{HISTORY}/{len(old.erasures):05d}.json", old, body)]
    written: list[str] = []
    digest = ""
    for path, manifest, was in versions:
        stages, hidden = withheld(manifest.stages, sources)
        previous = manifest.previous and manifest.previous.model_copy(update={"kept_sha256": digest})
        same = not hidden and previous == manifest.previous
        kept = was if same else manifest_bytes(manifest.model_copy(update={"stages": stages, "previous": previous}))
        digest = sha256(kept).hexdigest()
        if not same or manifest is old:
            write_whole(new / path, kept)
            written.append(path)
    return Predecessor(sha256=sha256(body).hexdigest(), path=path, kept_sha256=digest), written


def kept_before(out: Path, last: Manifest) -> list[tuple[str, Manifest, bytes]]:
    """Read the kept manifests of the versions before one, the oldest first: path, what it says, its bytes."""
    found: list[tuple[str, Manifest, bytes]] = []
    while (said := last.previous) is not None:
        try:
            check_end(out / said.path)
            body = (out / said.path).read_bytes()
            last = read_as(Manifest, body)
        except (OSError, ValueError) as wrong:
            fact = "the manifest of a version before is missing or damaged"
            raise StorageError(fact, where=str(out / said.path), hint=HINT) from wrong
        found.insert(0, (said.path, last, body))
    return found


def as_said(manifest: Manifest) -> dict[str, object]:
    """Return a manifest as the cards read it."""
    said: dict[str, object] = orjson.loads(manifest_bytes(manifest))
    return said
