import itertools

import numpy as np
import pytest
from tests.simulator.wards import HOUR_MS, MINUTE_MS, START_MS

from wardline.model.vitals import CONSCIOUSNESS, MISSING
from wardline.simulator.courses import HAEMORRHAGE, HYPOXIA, PROBE_OFF, SEPSIS, Courses
from wardline.simulator.profiles import STABLE
from wardline.simulator.roster import make_roster
from wardline.simulator.rounds import ROUND_MS, Rounds
from wardline.simulator.schedule import Active

PATIENTS = 20
ROSTER = make_roster(PATIENTS, 42)
DAY_END_MS = START_MS + 24 * HOUR_MS


@pytest.fixture
def rounds() -> Rounds:
    return Rounds(ROSTER, Courses(ROSTER), START_MS)


def at_a_stable_bed(rounds: Rounds, kind: int, done: float):
    patient = np.flatnonzero(ROSTER.condition == STABLE)[:1]
    one = np.ones(1, dtype=np.int64)
    at = START_MS + int(done * 1_000_000)
    course = Active(one * 0, one * at, one * kind, one * START_MS, one * (START_MS + 10**6), one)
    return rounds.chart(patient, course)


def test_everybody_is_seen_within_two_minutes_of_the_start(rounds):
    patient, _ = rounds.visits(START_MS, START_MS + 2 * MINUTE_MS)
    assert set(patient.tolist()) == set(range(PATIENTS))


def test_everybody_is_seen_again_at_least_every_four_hours(rounds):
    patient, at_ms = rounds.visits(START_MS, DAY_END_MS)
    for number in range(PATIENTS):
        moments = at_ms[patient == number]
        assert np.diff(moments).max() <= ROUND_MS
        assert moments[-1] >= DAY_END_MS - ROUND_MS


def test_regular_rounds_are_staggered(rounds):
    patient, at_ms = rounds._regular(START_MS, START_MS + ROUND_MS)
    assert sorted(patient.tolist()) == list(range(PATIENTS))
    assert len(np.unique(at_ms // (10 * MINUTE_MS))) > PATIENTS / 3


def test_a_nurse_comes_at_the_worst_of_a_course_and_after_it(rounds):
    known = list(rounds._courses.periods(START_MS + HOUR_MS, DAY_END_MS - HOUR_MS))
    patient, at_ms = rounds.visits(START_MS, DAY_END_MS)
    assert known
    for start, who, end, _ in known:
        theirs = at_ms[patient == who]
        assert ((theirs > start) & (theirs < end)).any()
        assert ((theirs >= end) & (theirs <= end + 3 * MINUTE_MS)).any()


def test_visits_are_the_same_however_the_span_is_cut(rounds):
    whole = np.stack(rounds.visits(START_MS, DAY_END_MS))
    cuts = [START_MS, START_MS + 77_777, START_MS + 5 * HOUR_MS + 1, DAY_END_MS]
    parts = [np.stack(rounds.visits(*pair)) for pair in itertools.pairwise(cuts)]
    np.testing.assert_array_equal(whole, np.concatenate(parts, axis=1))


@pytest.mark.parametrize(
    ("kind", "letter", "oxygen"),
    [(SEPSIS, "C", 1), (HYPOXIA, "A", 1), (HAEMORRHAGE, "V", 0), (PROBE_OFF, "A", 0)],
)
def test_what_is_charted_at_the_worst_depends_on_the_course(rounds, kind, letter, oxygen):
    charted = at_a_stable_bed(rounds, kind, 0.55)
    assert CONSCIOUSNESS[charted.consciousness[0]] == letter
    assert charted.on_oxygen[0] == oxygen
    assert (charted.fio2[0] == MISSING) == (not oxygen)


def test_early_in_a_course_nothing_unusual_is_charted(rounds):
    charted = at_a_stable_bed(rounds, SEPSIS, 0.05)
    assert CONSCIOUSNESS[charted.consciousness[0]] == "A"
    assert charted.on_oxygen[0] == 0
