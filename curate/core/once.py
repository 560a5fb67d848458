"""Read JSON that everybody reads alike: of a key that stands twice in one object, readers take the one or the other."""

import json
from typing import TypeVar

from pydantic import BaseModel, JsonValue

Model = TypeVar("Model", bound=BaseModel)


def check_keys(body: bytes | str) -> None:
    """Raise ValueError where a key stands twice in one object (RFC 8259, 4: what a reader makes of it is open)."""
    json.loads(body, object_pairs_hook=_once)


def read_as(model: type[Model], body: bytes) -> Model:
    """Read a model that JSON spells; ValueError, pydantic's ValidationError included, where it is none or ambiguous."""
    said = model.model_validate_json(body)
    check_keys(body)
    return said


def _once(pairs: list[tuple[str, JsonValue]]) -> None:
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("a key stands twice in one object, so that readers may differ in what it says")
