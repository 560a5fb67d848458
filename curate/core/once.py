"""Read JSON that everybody reads alike: of a key that stands twice in one object, readers take the one or the other."""

import json
import re
from typing import TypeVar

from pydantic import BaseModel, JsonValue

LONG = re.compile(rb"[0-9]{19}\s*[,}\]]")
"""How a number ends that may have more than 64 bits, and some texts."""

Model = TypeVar("Model", bound=BaseModel)


def check_keys(body: bytes | str) -> None:
    """Raise ValueError where a key stands twice in one object (RFC 8259, 4: what a reader makes of it is open)."""
    json.loads(body, object_pairs_hook=_once)


def read_as(model: type[Model], body: bytes) -> Model:
    """Read a model that JSON spells; ValueError, pydantic's ValidationError included, where it is none or ambiguous."""
    said = model.model_validate_json(body)
    check_keys(body)
    return said


def has_beyond(body: bytes) -> bool:
    """Tell whether JSON has a whole number of more than 64 bits, which readers round or refuse; hardly any has one."""
    found: list[bool] = []

    def seen(digits: str) -> int:
        whole = int(digits)
        found.append(not -(2**63) <= whole < 2**64)
        return whole

    if LONG.search(body):
        json.loads(body, parse_int=seen)
    return any(found)


def _once(pairs: list[tuple[str, JsonValue]]) -> None:
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("a key stands twice in one object, so that readers may differ in what it says")
