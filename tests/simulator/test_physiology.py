import numpy as np
import pytest
from tests.simulator.wards import START_MS

from wardline.model.vitals import Vital
from wardline.simulator.physiology import Physiology, completed
from wardline.simulator.profiles import CONDITIONS, DRIVEN, RANGES
from wardline.simulator.roster import make_roster

PATIENTS = 200
ROUNDS = 120
SPACING_MS = 61_000


@pytest.fixture(scope="module")
def seen():
    """Everybody every minute for two hours, as (roster, patient, values)."""
    roster = make_roster(PATIENTS, 11)
    physiology = Physiology(roster)
    patient = np.tile(np.arange(PATIENTS), ROUNDS)
    at_ms = np.repeat(START_MS + np.arange(ROUNDS) * SPACING_MS, PATIENTS)
    values = physiology.at(patient, at_ms)
    return roster, patient, completed(values, physiology.beat_noise(patient, at_ms))


@pytest.mark.parametrize("vital", DRIVEN)
@pytest.mark.parametrize("condition", range(len(CONDITIONS)))
def test_values_stay_in_the_range_of_the_condition_and_use_much_of_it(seen, condition, vital):
    roster, patient, values = seen
    mine = values[vital][roster.condition[patient] == condition]
    span = RANGES[condition][vital]
    assert mine.min() >= span.low
    assert mine.max() <= span.high
    assert mine.max() - mine.min() >= 0.35 * (span.high - span.low)


def within(seen, one, other) -> float:
    """Mean correlation of two vital signs within patients."""
    _, _, values = seen
    series = values.reshape(len(values), ROUNDS, PATIENTS)
    pairs = (np.corrcoef(series[one, :, p], series[other, :, p])[0, 1] for p in range(PATIENTS))
    return float(np.nanmean(list(pairs)))


def test_who_is_warmer_has_a_faster_heart_and_breath(seen):
    assert within(seen, Vital.TEMPERATURE, Vital.HEART_RATE) > 0.15
    assert within(seen, Vital.TEMPERATURE, Vital.RESPIRATORY_RATE) > 0.1


def test_heart_and_breath_rise_together_and_low_saturation_quickens_breath(seen):
    assert within(seen, Vital.HEART_RATE, Vital.RESPIRATORY_RATE) > 0.1
    assert within(seen, Vital.SPO2, Vital.RESPIRATORY_RATE) < -0.05


def test_systolic_and_diastolic_pressure_move_together_around_the_mean(seen):
    _, _, values = seen
    assert within(seen, Vital.SYSTOLIC_BP, Vital.DIASTOLIC_BP) > 0.7
    systolic, diastolic, mean = (
        values[v] for v in (Vital.SYSTOLIC_BP, Vital.DIASTOLIC_BP, Vital.MEAN_BP)
    )
    assert (systolic - diastolic >= 10).all()
    assert (np.abs(mean - (systolic + 2 * diastolic) / 3) <= 1.5).all()


def test_pulse_is_the_heart_rate_give_or_take_one(seen):
    _, _, values = seen
    difference = values[Vital.PULSE_RATE] - values[Vital.HEART_RATE]
    assert set(np.unique(difference)) == {-1, 0, 1} or np.abs(difference).max() <= 2


def test_values_drift_slowly(seen):
    roster, _, _ = seen
    physiology = Physiology(roster)
    at_ms = START_MS + np.arange(0, 600_000, 1_000)
    values = physiology.at(np.zeros(len(at_ms), dtype=np.int64), at_ms)
    step = np.abs(np.diff(values[Vital.HEART_RATE]))
    assert step.max() < 6
    assert np.ptp(values[Vital.HEART_RATE]) > 4 * np.median(step)
    assert np.abs(np.diff(values[Vital.TEMPERATURE])).max() < 0.1


def test_patients_settle_at_different_values(seen):
    _, _, values = seen
    usual = values[Vital.HEART_RATE].reshape(ROUNDS, PATIENTS).mean(axis=0)
    assert usual.std() > 10


def test_diastolic_pressure_never_reaches_a_falling_systolic():
    values = np.full((8, 1), 90.0)
    values[Vital.SYSTOLIC_BP], values[Vital.DIASTOLIC_BP] = 60.0, 58.0
    done = completed(values, np.zeros(1))
    assert done[Vital.DIASTOLIC_BP, 0] == 50
    assert done[Vital.MEAN_BP, 0] == 53
