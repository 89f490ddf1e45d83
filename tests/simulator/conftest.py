"""One simulated hour, computed once for all tests that look at it."""

import pytest
from tests.simulator.wards import HOUR_END_MS, START_MS, a_ward

from wardline.model.patients import TruthPeriod
from wardline.model.readings import ReadingBatch


@pytest.fixture(scope="session")
def hour() -> ReadingBatch:
    """One hour of twenty flagged patients at one reading a second."""
    return a_ward(flag_anomalies=True).readings(START_MS, HOUR_END_MS)


@pytest.fixture(scope="session")
def hour_truth() -> list[TruthPeriod]:
    """The truth of that hour."""
    return a_ward().truth(START_MS, HOUR_END_MS)
