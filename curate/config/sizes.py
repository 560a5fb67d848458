"""Sizes as people write them."""

from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}


def to_bytes(said: object) -> object:
    """Read `256MB` or `1GiB` as a number of bytes; anything else passes through to be judged as a number.

    >>> to_bytes("256MB"), to_bytes("1 KiB"), to_bytes(12)
    (256000000, 1024, 12)
    """
    if not isinstance(said, str):
        return said
    digits = said.strip().rstrip("abgikmABGIKM").strip()
    unit = said.strip()[len(digits) :].strip().upper()
    if unit not in UNITS or not digits.replace(".", "", 1).isdigit():
        msg = f"{said!r} is not a size; write it like 256MB or 1GiB"
        raise ValueError(msg)
    return int(float(digits) * UNITS[unit])


PATTERN = r"^\s*[0-9.]+\s*([KMGkmg][Ii]?[Bb]|[Bb])?\s*$"
SPELLED = {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": PATTERN}]}

Bytes = Annotated[int, BeforeValidator(to_bytes), WithJsonSchema(SPELLED)]
"""A number of bytes, written as a number or with a unit."""
