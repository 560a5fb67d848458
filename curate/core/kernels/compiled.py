"""How a pure function over numpy arrays becomes machine code."""

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., object])


def kernel(function: Function) -> Function:
    """Compile a function at its first call, keep the code on disk, and release the interpreter lock while it runs.

    The code is kept in the folder that the environment variable NUMBA_CACHE_DIR names.
    """
    return cast("Function", njit(cache=True, nogil=True)(function))


def inlined(function: Function) -> Function:
    """Compile a function into each kernel that calls it.

    For what is called once a character: a plain call counts references to its arrays, which costs ten times its work.
    """
    return cast("Function", njit(inline="always")(function))
