import itertools
from collections import Counter

import numpy as np
import pytest
from tests.simulator.wards import HOUR_MS, START_MS

from wardline.model.vitals import VITAL_NAMES, Vital
from wardline.simulator.faults import FAULT_SHARE, FAULTS, SLOT_MS, Faults
from wardline.simulator.profiles import IOT, MONITOR, PROFILES, STABLE, VITALS
from wardline.simulator.roster import make_roster, patient_id

DAY_MS = 24 * HOUR_MS


def day_of(profile, patients: int = 20):
    return list(Faults(make_roster(patients, 42), profile).truth(START_MS, START_MS + DAY_MS))


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_faults_take_a_tenth_of_all_time(profile):
    taken = sum(period.end - period.start for period in day_of(profile))
    assert taken / (20 * DAY_MS) == pytest.approx(FAULT_SHARE, rel=0.05)


def test_every_slot_has_room_for_its_fault_and_kinds_fit_into_one():
    for fault in FAULTS:
        assert fault.seconds[1] * 1_000 <= SLOT_MS
    for profile in PROFILES.values():
        assert Faults(make_roster(20, 1), profile)._chances.max() < 1


def test_faults_are_runs_of_several_seconds_that_never_overlap():
    spans = {}
    for period in day_of(MONITOR):
        assert period.end - period.start >= 3_000
        spans.setdefault(period.patient_id, []).append((period.start, period.end))
    for theirs in spans.values():
        assert all(one[1] <= two[0] for one, two in itertools.pairwise(theirs))


def test_every_kind_occurs_for_its_share_of_the_time():
    taken = Counter()
    for period in day_of(VITALS, 100):
        taken[period.name, period.vital] += period.end - period.start
    expected = Counter()
    for fault in FAULTS:
        expected[fault.name, VITAL_NAMES[fault.vital]] += fault.share
    whole, total = sum(taken.values()), sum(expected.values())
    assert taken.keys() == expected.keys()
    for kind, share in expected.items():
        assert taken[kind] / whole == pytest.approx(share / total, rel=0.2)


def test_a_patient_without_an_arterial_line_has_no_pressure_fault():
    people = make_roster(20, 42)
    without = {patient_id(int(n)) for n in np.flatnonzero(people.condition == STABLE)}
    concerned = {p.patient_id for p in day_of(MONITOR) if p.vital == "systolic_bp"}
    assert concerned
    assert not concerned & without


def test_sensors_of_system_d_have_faults_of_what_they_measure_only():
    sent = {VITAL_NAMES[v] for v in IOT.sends}
    assert {p.vital for p in day_of(IOT)} <= sent
    assert VITAL_NAMES[Vital.SPO2] in sent
