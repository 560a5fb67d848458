"""The functions of `pyarrow.compute`, imported at the first call of one: the module takes a while to build.

Stages and sources import this in its place: `curate validate` loads all of them and computes nothing.
"""

from typing import Any


def __getattr__(name: str) -> Any:
    """Take a function from pyarrow, and keep it."""
    import pyarrow.compute

    globals()[name] = found = getattr(pyarrow.compute, name)
    return found
