"""How the scanners are compiled, and the arrays they write rows into."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple, ParamSpec, TypeVar, cast

import numpy as np
import numpy.typing as npt
from numba import njit  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

from wardline.codecs import fields
from wardline.model.cleaning import hard_limits
from wardline.model.vitals import FIO2_HIGH, FIO2_LOW, VITAL_COUNT

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

PADDING: Final = bytes(32)
"""Follows every scanned text: no token runs past a NUL, so no scanner needs to count."""

PLAIN, ODD, BROKEN = range(3)
"""State of a record: read by the scanner; to be read the exact way; its array is damaged."""

OBSERVED_AT, START, END, PLACE, ARRIVAL, ARRIVED_AT = range(6)
SPANS: Final = 6
WIDE_COUNT: Final = SPANS + 4
"""Columns of `Rows.wide`. PLACE: the segment or line of the record. From SPANS on: where the texts
of PATIENT, SOURCE, GENDER, CONDITION lie, `start << SPAN_BITS | length`."""

VALUES: Final = 0
STATE, NA, BAD, BP_METHOD, ON_OXYGEN, FIO2, CONSCIOUSNESS, IS_ANOMALY, AGE = range(
    VITAL_COUNT, VITAL_COUNT + 9
)
PATIENT, SOURCE, GENDER, CONDITION = range(VITAL_COUNT + 9, VITAL_COUNT + 13)
NARROW_COUNT: Final = VITAL_COUNT + 13
"""Columns of `Rows.narrow`; the first ones are the values in thousandths."""

SPAN_BITS: Final = 10
SPAN_LENGTH_MAX: Final = 4 * 128
"""No text of 128 characters takes more bytes in UTF-8."""

NOT_SEEN: Final = -2
"""A text whose code the scanner did not know."""

LOW, HIGH = range(2)


class Rows(NamedTuple):
    """What a scanner writes, one row a record.

    wide: int64, shape (capacity, WIDE_COUNT). narrow: int32, shape (capacity, NARROW_COUNT).
    """

    wide: npt.NDArray[np.int64]
    narrow: npt.NDArray[np.int32]


# Scanners allocate nothing; reference counts (_nrt) would cost them most of their time.
_OPTIONS: Final[dict[str, Any]] = {"nogil": True, "error_model": "numpy", "_nrt": False}
_WRAPPERS: Final[dict[str, Any]] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def compiled(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Compile on first call, keep the machine code on disk, release the GIL while running."""
    return cast("Callable[Arguments, Result]", njit(cache=True, **_OPTIONS)(function))


def inlined(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Compile into each compiled caller. Not to be called from Python."""
    decorate = njit(forceinline=True, **_WRAPPERS, **_OPTIONS)
    return cast("Callable[Arguments, Result]", decorate(function))


@inlined
def byte_at(text: npt.NDArray[np.uint8], at: int) -> int:
    """One byte. The place is cast because compiled code would look whether it is negative."""
    return int(text[np.uint64(at)])


def new_rows(capacity: int) -> Rows:
    """Room for so many rows; nothing is written yet."""
    return Rows(
        np.empty((capacity, WIDE_COUNT), dtype=np.int64),
        np.empty((capacity, NARROW_COUNT), dtype=np.int32),
    )


def field_limits() -> npt.NDArray[np.int32]:
    """Least and greatest acceptable thousandths (LOW, HIGH) by field number, fio2 included."""
    limits = np.zeros((2, fields.FIO2 + 1), dtype=np.int32)
    limits[:, :VITAL_COUNT] = hard_limits()
    limits[:, fields.FIO2] = FIO2_LOW, FIO2_HIGH
    return limits
