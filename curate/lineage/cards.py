"""Read the card of a source as plain names and values, however deep the registry nests them."""

from collections.abc import Iterator

from pydantic import JsonValue

from curate.lineage.manifest import UNKNOWN, SourceCard

NOTHING: tuple[JsonValue, ...] = (UNKNOWN, None, "", [])
"""How a card spells that nobody said something."""


def declared(card: SourceCard) -> dict[str, JsonValue]:
    """Return all that a card says by dotted name, `opt_out.checked`; names of the registry stand beside its own."""
    said = card.model_dump(mode="json", exclude={"id", "format", "previous", "registry"})
    registry = card.model_dump(mode="json", include={"registry"})["registry"]
    return dict(leaves({**said, **registry}))


def leaves(said: dict[str, JsonValue], before: str = "") -> Iterator[tuple[str, JsonValue]]:
    """Yield what is no mapping itself."""
    for name, value in said.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def about(card: SourceCard, name: str) -> JsonValue:
    """Return what a card says under a name: one value, or those of all names below; `unknown` where nothing."""
    known = {key: value for key, value in declared(card).items() if value not in NOTHING}
    below = {key.removeprefix(f"{name}."): value for key, value in known.items() if key.startswith(f"{name}.")}
    return known.get(name, below or UNKNOWN)
