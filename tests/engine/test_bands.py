import numpy as np
import pytest

from wardline.engine.bands import BAND_STARTS, band_of, is_in_band
from wardline.engine.score_table import score_columns
from wardline.model.cleaning import hard_limits
from wardline.model.scores import SCORES
from wardline.model.vitals import MISSING, VITAL_NAMES, Vital

BANDED = [
    Vital.HEART_RATE, Vital.PULSE_RATE, Vital.RESPIRATORY_RATE, Vital.SPO2, Vital.SYSTOLIC_BP,
    Vital.TEMPERATURE,
]  # fmt: skip


def points_of(vital, values):
    """Points that all sums give one vital sign's values, under both scales, one row a value."""
    columns = []
    for scale, oxygen in ((1, 0), (2, 0), (2, 1), (2, -1)):
        given = {
            VITAL_NAMES[vital]: values, "spo2_scale": np.full(len(values), scale),
            "on_oxygen": np.full(len(values), oxygen),
        }  # fmt: skip
        for kind in SCORES:
            if kind.is_sum:
                found = score_columns(kind.name, given)
                columns += [found[part] for part in kind.parts]
    return np.stack(columns, axis=1)


@pytest.mark.parametrize("vital", BANDED)
def test_points_step_nowhere_but_where_a_band_starts(vital):
    low, high = (int(limits[vital]) for limits in hard_limits())
    values = np.arange(low, high + 1, dtype=np.int32)
    points = points_of(vital, values)
    steps = values[1:][(points[1:] != points[:-1]).any(axis=1)]
    starts = BAND_STARTS[vital]
    assert set(steps.tolist()) == set(starts[(starts > low) & (starts <= high)].tolist())


@pytest.mark.parametrize("vital", BANDED)
def test_every_value_is_in_the_band_that_is_found_for_it(vital):
    for value in (1, 36_499, 36_500, 50_000, 90_500, 100_001, 130_001, 299_999):
        assert is_in_band(vital, band_of(vital, value), value)


def test_diastolic_and_mean_pressure_have_one_band():
    for vital in (Vital.DIASTOLIC_BP, Vital.MEAN_BP):
        assert band_of(vital, 1) == band_of(vital, 299_000) == 0


def test_the_lowest_band_starts_below_every_value():
    assert (BAND_STARTS[:, 0] == MISSING).all()
