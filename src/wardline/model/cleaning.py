"""Numbers become integer thousandths; what cannot be a value is marked, never clamped."""

import numpy as np
import numpy.typing as npt

from wardline.model.vitals import MISSING, SENTINELS, THOUSANDTHS, VITALS

BEYOND_ANY = 1e6
"""No vital sign comes near this magnitude; larger numbers are implausible unrounded."""


def thousandths(numbers: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Nearest integer thousandth, half away from zero *of the decimal text* behind the double.

    1.0005 becomes 1001 although 1.0005 * 1000 is 1000.4999999999999 in binary: a number lies on the
    tie exactly when it is the double nearest to that decimal, which is what (k + 0.5) / 1000 gives.
    Magnitudes from BEYOND_ANY on and NaN give 0; callers mark those.
    """
    size = np.abs(np.where(np.abs(numbers) < BEYOND_ANY, numbers, 0.0))
    whole = np.floor(size * THOUSANDTHS)
    whole = np.where(whole / THOUSANDTHS > size, whole - 1, whole)
    whole = whole + (size >= (whole + 0.5) / THOUSANDTHS)
    return np.where(numbers < 0, -whole, whole).astype(np.int64)


def hard_limits() -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Least and greatest acceptable thousandths per vital sign, both included."""
    low = [int(v.hard_low * THOUSANDTHS) + (0 if v.low_is_open else 1) for v in VITALS]
    high = [int(v.hard_high * THOUSANDTHS) - (0 if v.high_is_open else 1) for v in VITALS]
    return np.array(low, dtype=np.int32), np.array(high, dtype=np.int32)


def clean_values(
    numbers: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint16], npt.NDArray[np.uint16]]:
    """(values, na, bad) of measured numbers, shape (n, vital signs); NaN = not measured.

    values: int32 thousandths or MISSING. na: device sentinels. bad: outside the hard limits.
    """
    low, high = hard_limits()
    measured = ~np.isnan(numbers)
    unavailable = measured & np.isin(numbers, SENTINELS)
    fixed = thousandths(np.where(measured, numbers, 0.0))
    implausible = (fixed < low) | (fixed > high) | (np.abs(numbers) >= BEYOND_ANY)
    implausible &= measured & ~unavailable
    keep = measured & ~unavailable & ~implausible
    values = np.where(keep, fixed, MISSING).astype(np.int32)
    return values, mask_bits(unavailable), mask_bits(implausible)


def mask_bits(flags: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint16]:
    """Rows of flags, shape (n, vital signs), as one uint16 mask a row."""
    weights = np.array([1 << bit for bit in range(flags.shape[1])], dtype=np.uint16)
    return (flags @ weights).astype(np.uint16)
