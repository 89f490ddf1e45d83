"""The one way functions of the engine are compiled."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from numba import njit  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def compiled(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Compile on first call, keep the machine code on disk, release the GIL while running.

    No fast-math: the same inputs give the same bits on every run.
    """
    decorate = njit(cache=True, nogil=True, error_model="numpy", _nrt=False)  # pyright: ignore[reportUnknownVariableType]
    return cast("Callable[Arguments, Result]", decorate(function))
