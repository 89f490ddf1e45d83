"""What the simulator's tests share."""

import numpy as np

from wardline.model.readings import COLUMN_NAMES, ReadingBatch
from wardline.model.vitals import MISSING, Vital
from wardline.simulator.ward import CHART, Ward

START_MS = 1_767_225_600_000
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
HOUR_END_MS = START_MS + HOUR_MS


def a_ward(patients: int = 20, seed: int = 42, **more) -> Ward:
    return Ward(patients, seed, START_MS, **more)


def assert_same(one: ReadingBatch, other: ReadingBatch) -> None:
    for name in COLUMN_NAMES:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), name)
        assert getattr(one, name).dtype == getattr(other, name).dtype


def is_monitored(batch: ReadingBatch):
    code = batch.sources.find(CHART)
    return batch.source != code


def in_periods(batch: ReadingBatch, periods):
    """Which rows lie within one of these truth periods of their patient."""
    inside = np.zeros(len(batch), dtype=np.bool_)
    for period in periods:
        theirs = batch.patient == batch.patients.find(period.patient_id)
        inside |= theirs & (batch.observed_at >= period.start) & (batch.observed_at < period.end)
    return inside


def of(batch: ReadingBatch, vital: Vital):
    """(rows that have the vital sign, its values in its unit)."""
    rows = np.flatnonzero(batch.values[:, vital] != MISSING)
    return rows, batch.values[rows, vital] / 1_000
