import numpy as np
import pytest
from tests.simulator.wards import START_MS

from wardline.simulator.timetable import CUFF_MS, Timetable


@pytest.mark.parametrize("rate_hz", [0.1, 1, 2, 3, 7.5])
def test_every_monitor_sends_at_its_rate(rate_hz):
    due = Timetable(8, rate_hz, START_MS).due(START_MS, START_MS + 600_000)
    counts = np.bincount(due.patient, minlength=8)
    assert np.abs(counts - 600 * rate_hz).max() <= 1
    gaps = due.at - due.before
    assert gaps.min() >= int(1_000 / rate_hz)
    assert gaps.max() <= int(1_000 / rate_hz) + 1


def test_patients_send_at_different_moments_in_order_of_time():
    due = Timetable(100, 1.0, START_MS).due(START_MS, START_MS + 5_000)
    assert (np.diff(due.at) >= 0).all()
    assert len(np.unique(due.at % 1_000)) > 95


def test_the_moment_before_is_that_monitors_moment_before():
    due = Timetable(5, 3.0, START_MS).due(START_MS, START_MS + 10_000)
    for patient in range(5):
        theirs = due.patient == patient
        np.testing.assert_array_equal(due.at[theirs][:-1], due.before[theirs][1:])


def test_nothing_is_sent_before_the_start():
    due = Timetable(5, 1.0, START_MS).due(START_MS - 60_000, START_MS + 1_000)
    assert len(due.at) == 5
    assert due.at.min() >= START_MS


def test_a_cuff_measures_at_the_start_and_then_every_quarter_of_an_hour():
    timetable = Timetable(10, 1.0, START_MS)
    due = timetable.due(START_MS, START_MS + 4 * CUFF_MS)
    measured = timetable.has_cuff(due)
    for patient in range(10):
        moments = due.at[measured & (due.patient == patient)]
        assert moments[0] < START_MS + 1_000
        assert (np.diff(moments[1:]) == CUFF_MS).all()
        assert len(moments) in {4, 5}


@pytest.mark.parametrize("rate_hz", [0, -1, 501, float("nan")])
def test_a_rate_out_of_bounds_is_refused_by_name(rate_hz):
    with pytest.raises(ValueError, match="rate must be"):
        Timetable(1, rate_hz, START_MS)


def test_times_before_1970_are_sent_too():
    due = Timetable(2, 1.0, -10_000).due(-10_000, -5_000)
    assert len(due.at) == 10
