import itertools
from collections import Counter

import numpy as np
import pytest
from tests.simulator.wards import HOUR_MS, MINUTE_MS, START_MS, a_ward

from wardline.model.vitals import Vital
from wardline.simulator.courses import COURSES, HAEMORRHAGE, HYPOXIA, SEPSIS, Courses, severity
from wardline.simulator.roster import make_roster
from wardline.simulator.schedule import Active

WEEK_MS = 7 * 24 * HOUR_MS


def courses_of(patients: int, seed: int = 42, end_ms: int = START_MS + WEEK_MS):
    return list(Courses(make_roster(patients, seed)).periods(START_MS, end_ms))


def one_course(kind: int, moments: int = 101) -> Active:
    rows = np.arange(moments)
    at = START_MS + rows * 15_000
    ones = np.ones(moments, dtype=np.int64)
    return Active(rows, at, ones * kind, ones * START_MS, ones * at[-1], ones * 0.5)


def changes(kind: int, condition_patient: int = 0):
    courses = Courses(make_roster(20, 42))
    course = one_course(kind)
    values = np.zeros((8, len(course.rows)))
    courses.worsen(values, np.full(len(course.rows), condition_patient), course)
    return values


@pytest.mark.parametrize("seed", range(5))
def test_at_least_one_and_few_courses_are_in_progress_at_any_moment(seed):
    known = courses_of(20, seed)
    for minute in range(0, WEEK_MS, 7 * MINUTE_MS):
        at = START_MS + minute
        count = sum(start <= at < end for start, _, end, _ in known)
        assert count <= 4
        assert count >= 1 or at < START_MS + 2 * MINUTE_MS or _soon(known, at)


def _soon(known, at: int) -> bool:
    return any(at < start <= at + 3 * MINUTE_MS for start, *_ in known)


@pytest.mark.parametrize("start_ms", [START_MS + shift * 11 * MINUTE_MS for shift in range(8)])
def test_within_three_minutes_of_any_start_somebody_is_ill(start_ms):
    courses = Courses(make_roster(20, 42))
    assert list(courses.periods(start_ms, start_ms + 3 * MINUTE_MS))


def test_a_patient_has_one_course_at_a_time_and_most_time_none():
    known = courses_of(20)
    spans = {}
    for start, patient, end, _ in known:
        spans.setdefault(patient, []).append((start, end))
    for theirs in spans.values():
        assert all(one[1] <= two[0] for one, two in itertools.pairwise(theirs))
        assert sum(end - start for start, end in theirs) < 0.2 * WEEK_MS


def test_courses_run_over_tens_of_minutes_and_all_kinds_occur():
    known = courses_of(20)
    lengths = [end - start for start, _, end, _ in known]
    assert min(lengths) >= 20 * MINUTE_MS
    assert max(lengths) <= 30 * MINUTE_MS
    counts = Counter(kind for *_, kind in known)
    for kind, course in enumerate(COURSES):
        assert counts[kind] / len(known) == pytest.approx(course.share, abs=0.06)


def test_a_small_ward_has_quiet_slots():
    known = courses_of(1)
    ill = sum(end - start for start, _, end, _ in known)
    assert 0.1 * WEEK_MS < ill < 0.35 * WEEK_MS


def test_severity_begins_and_ends_at_nothing_and_is_smooth():
    size = severity(one_course(SEPSIS))
    assert size[0] == size[-1] == 0
    assert 0.9 <= size.max() <= 1.1
    assert np.abs(np.diff(size)).max() < 0.06
    peak = int(size.argmax())
    assert (np.diff(size[: peak + 1]) >= 0).all()


def test_sepsis_brings_fever_a_fast_heart_and_breath_and_low_pressure():
    at_worst = changes(SEPSIS)[:, 55]
    assert at_worst[Vital.TEMPERATURE] > 1.5
    assert at_worst[Vital.HEART_RATE] > 25
    assert at_worst[Vital.RESPIRATORY_RATE] > 8
    assert at_worst[Vital.SYSTOLIC_BP] < -20


def test_bleeding_lowers_pressure_and_quickens_the_heart():
    values = changes(HAEMORRHAGE)
    related = np.corrcoef(values[Vital.SYSTOLIC_BP], values[Vital.HEART_RATE])[0, 1]
    assert related < -0.99
    assert values[Vital.SYSTOLIC_BP].min() < -40


def test_hypoxia_lowers_saturation_and_quickens_breath():
    values = changes(HYPOXIA)
    assert values[Vital.SPO2].min() < -12
    assert values[Vital.RESPIRATORY_RATE].max() > 10


def test_who_is_critical_already_is_moved_less():
    people = make_roster(20, 42)
    stable, critical = (int(np.argmax(people.condition == c)) for c in (0, 2))
    mild, full = (changes(HYPOXIA, p)[Vital.SPO2].min() for p in (critical, stable))
    assert full < mild < 0


def test_the_schedule_does_not_depend_on_when_the_ward_was_started():
    later = START_MS + HOUR_MS
    early = [p for p in a_ward().truth(later, later + HOUR_MS) if p.kind == "course"]
    ward = type(a_ward())(20, 42, later)
    late = [p for p in ward.truth(later, later + HOUR_MS) if p.start > later and p.kind == "course"]
    assert late == [p for p in early if p.start > later]
