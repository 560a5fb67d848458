"""Make the digests by which later runs know what was erased, and say how far they reach."""

from collections.abc import Iterable, Sequence

from pydantic import Field

from curate.core.stage import Value
from curate.core.suppression import Suppression, id_digest
from curate.lineage.erase_asked import Target, digests_of
from curate.lineage.erase_copies import Copy
from curate.lineage.erase_files import Text
from curate.lineage.explain import Archive
from curate.lineage.manifest import Count, Manifest


class Reach(Value):
    """How later runs know the erased records, and those that were left out in their favour."""

    raw: Count = Field(0, description="By what their raw text says: in any file, under any name.")
    key: Count = Field(0, description="By the key that their source names them by, and no other sure way.")
    final: Count = Field(0, description="Only by what their text said after stages had edited it.")
    unknown: Count = Field(0, description="Not at all: the output has neither text nor digest nor key of them.")


def known(
    archive: Archive, key: bytes, targets: Sequence[Target], heirs: Sequence[Copy], texts: dict[str, Text]
) -> tuple[Reach, Suppression]:
    """Digest what was erased and its heirs: copies that would take its place, were it left out alone.

    The raw text is what the stage `suppress` saw as long as nothing had edited it, or the final text of a record that
    nothing edited at all.
    """
    manifest = archive.manifest
    every: list[Target | Copy] = [*targets, *heirs]
    names = {one.id for one in every}
    raw, said = (digests_of(archive, columns, names) for columns in (early(manifest), all_columns(manifest)))
    keyed = keyed_sources(manifest)
    content, edited, ids = set[str](), set[str](), set[str]()
    counts = dict.fromkeys(Reach.model_fields, 0)
    for one in every:
        text = texts.get(one.id)
        mine = {*said.get(one.id, ()), *((text.digest,) if text is not None and text.digest is not None else ())}
        found = way(one.id in raw, one.source_id in keyed, text)
        (content if found == "raw" else edited).update(mine)
        if one.source_id in keyed:
            ids.add(id_digest(key, one.id))
        counts[found] += 1
    return Reach(**counts), Suppression.of(key, content, edited - content, ids)


def way(raw: bool, keyed: bool, text: Text | None) -> str:  # noqa: FBT001 - two facts of a record
    """Name the surest way by which a record is known again."""
    if raw or (text is not None and text.digest is not None and not text.edited):
        return "raw"
    if keyed:
        return "key"
    return "final" if text is not None and text.digest is not None else "unknown"


def all_columns(manifest: Manifest) -> list[str]:
    """Name the signals that hold digests of what records say."""
    return [f"{stage.name}_digest" for stage in manifest.stages if stage.stage == "suppress"]


def early(manifest: Manifest) -> list[str]:
    """Name those that were taken before any stage had edited a text."""
    names = []
    for stage in manifest.stages:
        if stage.edited:
            break
        if stage.stage == "suppress":
            names.append(f"{stage.name}_digest")
    return names


def keyed_sources(manifest: Manifest) -> frozenset[str]:
    """Name the sources whose records have a key of theirs, so that their ids say who they are and not where."""
    said = manifest.config.resolved.get("sources")
    cards: Iterable[object] = said if isinstance(said, list) else ()
    return frozenset(str(card["name"]) for card in cards if isinstance(card, dict) and card.get("key"))
