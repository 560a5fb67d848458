"""Lines of a form: what the manifest knows, what nobody declared, and what the provider alone can say."""

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from pydantic import JsonValue

from curate.lineage.cards import about
from curate.lineage.manifest import UNKNOWN, Manifest, SourceCard

TO_FILL = "to be filled in by the provider"
NOT_ADVICE = "Derived from the manifest alone; what stands under sources was declared by the operator. No legal advice."
Status = Literal["known", "unknown", "to_be_filled_by_provider"]


class Entry(NamedTuple):
    """One line of a form."""

    id: str
    label: str
    value: JsonValue
    status: Status = "known"
    evidence: str = ""
    """Path in the manifest that the value was derived from."""
    note: str = ""

    def as_json(self) -> dict[str, JsonValue]:
        """Return the line as a mapping, without what it does not have."""
        return {name: value for name, value in self._asdict().items() if value != ""}


class Volume(NamedTuple):
    """How much of the output came from some sources."""

    records: int
    text_bytes: int | None
    """UTF-8 bytes of the texts; null where the manifest has no stage, or some of them were erased since."""

    def as_json(self) -> dict[str, JsonValue]:
        """Return the volume as a mapping."""
        return {"records": self.records, "text_bytes": UNKNOWN if self.text_bytes is None else self.text_bytes}


def to_fill(name: str, label: str, note: str = "") -> Entry:
    """Leave a line to the provider: nothing in a manifest can say it."""
    return Entry(name, label, TO_FILL, "to_be_filled_by_provider", note=note)


def entry(name: str, label: str, value: JsonValue, evidence: str, note: str = "") -> Entry:
    """State what the manifest says; `unknown` and nothing at all stay what they are."""
    if value in (UNKNOWN, None, ""):
        return Entry(name, label, UNKNOWN, "unknown", evidence, note)
    return Entry(name, label, value, "known", evidence, note)


def volume(manifest: Manifest, cards: Iterable[SourceCard]) -> Volume:
    """Add up what came from some sources."""
    names = [card.id for card in cards]
    accounts = [manifest.accounting.by_source[name] for name in names if name in manifest.accounting.by_source]
    text = None if any(one.erased_written for one in accounts) else text_made(manifest, names)
    return Volume(sum(one.written for one in accounts), text)


def standing(manifest: Manifest) -> dict[str, JsonValue] | None:
    """Count the resident ids, bank cards and Chinese mobiles that the detector of its own saw in the shards.

    `left`: a stage was to replace them; `not_to_be_replaced`: none was; `allowed`: an allow rule spares them. None
    where nobody looked.
    """
    if manifest.residual is None:
        return None
    found = [one for kinds in manifest.residual.by_source.values() for one in kinds.values()]
    return {
        "left": sum(one.left for one in found),
        "not_to_be_replaced": sum(one.outside for one in found),
        "allowed": sum(one.allowed for one in found),
    }


def text_made(manifest: Manifest, names: Iterable[str]) -> int | None:
    """Add up the UTF-8 bytes of the texts that the run wrote, erased ones included; null where there is no stage."""
    last = manifest.stages[-1].by_source if manifest.stages else None
    return None if last is None else sum(last[name].bytes_out for name in names if name in last)


def described(manifest: Manifest, card: SourceCard) -> dict[str, JsonValue]:
    """Describe one source in the words of its card, with how much came from it."""
    period: Mapping[str, JsonValue] = {"from": about(card, "collected_from"), "to": about(card, "collected_to")}
    return {
        "name": card.id,
        "license": card.license,
        "category": card.category,
        "owner": card.owner,
        "origin": card.origin,
        "lawful_basis": card.lawful_basis,
        "url": about(card, "url"),
        "collected": dict(period),
        **volume(manifest, [card]).as_json(),
    }
