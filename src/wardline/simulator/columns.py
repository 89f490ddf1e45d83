"""Simulated values as the columns of a reading batch."""

import numpy as np
import numpy.typing as npt

from wardline.model.readings import empty_columns
from wardline.model.vitals import MISSING, THOUSANDTHS, VITAL_COUNT, Vital
from wardline.simulator.noise import Floats

Columns = dict[str, npt.NDArray[np.generic]]


def reading_columns(patient: npt.NDArray[np.int64], at_ms: npt.NDArray[np.int64]) -> Columns:
    """Columns of readings in which nothing is measured yet; they arrive when they are made."""
    columns = empty_columns(len(patient))
    columns["patient"] = patient.astype(np.int32)
    for name in ("observed_at", "received_at", "position"):
        columns[name] = at_ms.astype(np.int64)
    return columns


def set_values(columns: Columns, values: Floats, sent: npt.NDArray[np.bool_]) -> None:
    """Fill in the vital signs that are `sent`; both of shape (vital signs, rows).

    NaN where something is sent is "unavailable": a mark, no value.
    """
    unavailable = sent & np.isnan(values)
    fixed = np.rint(np.where(sent & ~unavailable, values, 0.0) * THOUSANDTHS).astype(np.int32)
    columns["values"] = np.ascontiguousarray(np.where(sent & ~unavailable, fixed, MISSING).T)
    weights = (1 << np.arange(VITAL_COUNT)).astype(np.uint16)[:, np.newaxis]
    columns["na"] = (unavailable * weights).sum(axis=0).astype(np.uint16)


def sent_always(vitals: tuple[Vital, ...], count: int) -> npt.NDArray[np.bool_]:
    """These vital signs in every one of `count` readings, shape (vital signs, rows)."""
    sent = np.zeros((VITAL_COUNT, count), dtype=np.bool_)
    sent[list(vitals)] = True
    return sent
