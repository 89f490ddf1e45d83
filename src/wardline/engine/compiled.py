"""The one way functions of the engine are compiled, and tables that they may index."""

from collections.abc import Callable, Iterable
from typing import Any, ParamSpec, TypeVar, cast

import numpy as np
import numpy.typing as npt
from numba import njit  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


# Nothing is allocated inside, so the runtime's reference counts are left out (_nrt).
_OPTIONS: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}


def compiled(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Compile on first call, keep the machine code on disk, release the GIL while running.

    No fast-math: the same inputs give the same bits on every run.
    """
    return cast("Callable[Arguments, Result]", njit(**_OPTIONS)(function))


def table(numbers: Iterable[float]) -> npt.NDArray[np.int64]:
    """Whole numbers as a constant that compiled code indexes in one load (a tuple is a search)."""
    return np.array([int(number) for number in numbers], dtype=np.int64)
