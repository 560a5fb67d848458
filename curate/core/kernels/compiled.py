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
    """Compile a function that only kernels call, into each that calls it.

    A plain call counts references to its arrays, which costs ten times the work that is done for one character. Inlined
    by LLVM, not by numba (`inline="always"`): the types of its body are then inferred once, not again at every call.
    """
    # numba's stubs do not know the options that leave out what Python would call.
    compiled = njit(forceinline=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)  # type: ignore[call-overload]
    return cast("Function", compiled(function))
