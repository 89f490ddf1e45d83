import numpy as np
import pytest
from tests.simulator.wards import START_MS

from wardline.model.vitals import Vital
from wardline.simulator.fault_effects import HEART_RATE_MAX, disturb
from wardline.simulator.faults import FAULTS, Effect
from wardline.simulator.noise import Stream, keys
from wardline.simulator.profiles import DRIVEN, RANGES
from wardline.simulator.schedule import Active

SECONDS = 20


def true_values(patient, at_ms):
    """Everything rises by one a second from 60, so that what sticks can be told from what moves."""
    return np.tile(60.0 + (at_ms - START_MS) / 1_000, (8, 1))


def shown(kind: int, strength: float = 0.5):
    rows = np.arange(SECONDS)
    at = START_MS + rows * 1_000
    values = true_values(rows, at)
    ones = np.ones(SECONDS, dtype=np.int64)
    fault = Active(rows, at, ones * kind, ones * START_MS, ones * at[-1], ones * strength)
    key = keys(1, Stream.FAULT_JITTER, np.arange(1))
    disturb(values, np.zeros(SECONDS, dtype=np.int64), fault, key, true_values)
    return values


def kinds(*effects: Effect):
    return [place for place, fault in enumerate(FAULTS) if fault.effect in effects]


@pytest.mark.parametrize("kind", kinds(Effect.OFF, Effect.ABSURD))
def test_a_probe_that_is_off_takes_saturation_and_pulse_and_nothing_else(kind):
    values = shown(kind)
    true = true_values(np.arange(SECONDS), START_MS + np.arange(SECONDS) * 1_000)
    assert np.isnan(values[Vital.PULSE_RATE]).all()
    assert (np.isnan(values[Vital.SPO2]) | (values[Vital.SPO2] < 50)).all()
    others = [v for v in Vital if v not in (Vital.SPO2, Vital.PULSE_RATE)]
    np.testing.assert_array_equal(values[others], true[others])


@pytest.mark.parametrize("kind", kinds(Effect.STUCK))
def test_a_stuck_vital_sign_shows_what_was_true_when_it_stuck(kind):
    values = shown(kind)
    assert (values[FAULTS[kind].vital] == 60).all()
    assert (values[Vital.TEMPERATURE] != 60).any()


def test_stuck_pressure_is_stuck_as_a_whole():
    kind = next(k for k in kinds(Effect.STUCK) if FAULTS[k].vital == Vital.SYSTOLIC_BP)
    values = shown(kind)
    assert (values[[Vital.SYSTOLIC_BP, Vital.DIASTOLIC_BP, Vital.MEAN_BP]] == 60).all()


def test_a_doubled_heart_rate_leaves_the_pulse_as_it_is():
    values = shown(*kinds(Effect.DOUBLED))
    np.testing.assert_array_equal(
        values[Vital.HEART_RATE], np.minimum(2 * values[Vital.PULSE_RATE], HEART_RATE_MAX)
    )


@pytest.mark.parametrize("kind", kinds(Effect.LEVEL, Effect.ABSURD, Effect.MOTION))
@pytest.mark.parametrize("strength", [0.0, 0.999])
def test_false_values_lie_in_their_levels_and_outside_every_usual_range(kind, strength):
    fault = FAULTS[kind]
    values = shown(kind, strength)
    for vital, (low, high) in fault.levels.items():
        assert values[vital].min() >= low
        assert values[vital].max() <= high
    if fault.vital in DRIVEN:
        low, high = fault.levels[fault.vital]
        for ranges in RANGES:
            assert high < ranges[fault.vital].low or low > ranges[fault.vital].high


def test_motion_changes_with_every_reading_and_an_excursion_hardly():
    (motion,) = kinds(Effect.MOTION)
    assert np.ptp(shown(motion)[Vital.SPO2]) >= 5
    heart = next(k for k in kinds(Effect.LEVEL) if FAULTS[k].vital == Vital.HEART_RATE)
    assert np.ptp(shown(heart)[Vital.HEART_RATE]) < 10


def test_false_pressure_keeps_the_order_of_its_three_numbers():
    for kind in kinds(Effect.LEVEL):
        if FAULTS[kind].vital == Vital.SYSTOLIC_BP:
            values = shown(kind)
            assert (values[Vital.DIASTOLIC_BP] < values[Vital.MEAN_BP]).all()
            assert (values[Vital.MEAN_BP] < values[Vital.SYSTOLIC_BP]).all()
