from dataclasses import replace
from itertools import chain, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.simulator.wards import (
    HOUR_END_MS,
    HOUR_MS,
    MINUTE_MS,
    START_MS,
    a_ward,
    assert_same,
    in_periods,
    is_monitored,
    of,
)

from wardline.model.content import content_hash
from wardline.model.policy import PROFILES as POLICIES
from wardline.model.readings import join_batches
from wardline.model.vitals import ARTERIAL, CUFF, MISSING, PRESSURES, Vital
from wardline.simulator.drift import BLOCK_MS
from wardline.simulator.profiles import CONDITIONS, DRIVEN, RANGES
from wardline.simulator.ward import Ward

SMALL = {profile: a_ward(12, profile=profile) for profile in ("monitor", "vitals", "iot")}
SPAN_MS = 90 * MINUTE_MS


def test_one_seed_and_start_give_the_same_run():
    assert_same(
        a_ward(5).readings(START_MS, START_MS + MINUTE_MS),
        a_ward(5).readings(START_MS, START_MS + MINUTE_MS),
    )
    assert a_ward().truth(START_MS, HOUR_END_MS) == a_ward().truth(START_MS, HOUR_END_MS)


def test_another_seed_gives_another_run():
    one = a_ward(5, profile="vitals").readings(START_MS, START_MS + MINUTE_MS)
    other = a_ward(5, seed=43, profile="vitals").readings(START_MS, START_MS + MINUTE_MS)
    assert (one.values != other.values).any()


def test_known_readings_stay_what_they_are():
    """Recorded runs, exercises and figures rest on these; a change must be meant."""
    batch = a_ward(20, flag_anomalies=True).readings(START_MS, START_MS + 10 * MINUTE_MS)
    assert int(np.bitwise_xor.reduce(content_hash(batch))) == 9_602_911_809_346_564_802


@settings(max_examples=40)
@given(
    profile=st.sampled_from(sorted(SMALL)),
    begin=st.integers(0, 3 * SPAN_MS),
    first=st.integers(0, 90_000),
    second=st.integers(0, 90_000),
)
def test_readings_are_the_same_however_the_span_is_cut(profile, begin, first, second):
    ward, a = SMALL[profile], START_MS + begin
    b, c = a + first, a + first + second
    whole = ward.readings(a, c)
    assert_same(whole, join_batches([ward.readings(a, b), ward.readings(b, c)]))


@settings(max_examples=60)
@given(cuts=st.lists(st.integers(-HOUR_MS, 3 * SPAN_MS), min_size=1, max_size=4).map(sorted))
def test_truth_is_the_same_however_the_span_is_cut(cuts):
    ward, end = SMALL["monitor"], START_MS + 3 * SPAN_MS
    edges = [START_MS - HOUR_MS, *(START_MS + cut for cut in cuts), end]
    parts = [ward.truth(*pair) for pair in pairwise(edges)]
    assert list(chain.from_iterable(parts)) == ward.truth(START_MS - HOUR_MS, end)


def test_a_ward_can_be_continued_days_later_without_going_through_what_was_before():
    far = START_MS + 3_000 * BLOCK_MS + 12_345
    fresh, used = a_ward(5), a_ward(5)
    used.readings(START_MS, START_MS + MINUTE_MS)
    used.readings(far - MINUTE_MS, far)
    assert_same(fresh.readings(far, far + MINUTE_MS), used.readings(far, far + MINUTE_MS))
    assert len(fresh._bedside._physiology._drift._blocks) <= 2


def test_a_ward_started_later_goes_on_as_the_earlier_one_did():
    later = START_MS + HOUR_MS
    span = (later + 10 * MINUTE_MS, later + 12 * MINUTE_MS)
    assert_same(a_ward(20).readings(*span), Ward(20, 42, later).readings(*span))


def test_a_patient_is_the_same_among_more_patients():
    span = (START_MS + 5 * MINUTE_MS, START_MS + 15 * MINUTE_MS)
    few, many = a_ward(20).readings(*span), a_ward(45).readings(*span)
    shared = many.take(np.flatnonzero(many.patient < 20))
    np.testing.assert_array_equal(np.sort(content_hash(few)), np.sort(content_hash(shared)))


def test_one_reading_per_patient_and_second_in_order_of_time(hour):
    monitored = hour.take(np.flatnonzero(is_monitored(hour)))
    assert len(monitored) == 20 * 3_600
    assert (np.bincount(monitored.patient) == 3_600).all()
    assert (np.diff(hour.observed_at) >= 0).all()
    assert len(np.unique(monitored.observed_at % 1_000)) == 20
    np.testing.assert_array_equal(hour.observed_at, hour.received_at)


def test_no_two_readings_share_a_key(hour):
    keys = np.stack([hour.patient, hour.source, hour.observed_at], axis=1)
    assert len(np.unique(keys, axis=0)) == len(hour)


def test_a_tenth_of_the_readings_is_flagged_in_runs(hour):
    monitored = hour.take(np.flatnonzero(is_monitored(hour)))
    flagged = monitored.is_anomaly == 1
    assert flagged.mean() == pytest.approx(0.1, abs=0.015)
    runs = []
    for patient in range(20):
        theirs = flagged[monitored.patient == patient].astype(np.int8)
        edges = np.flatnonzero(np.diff(theirs, prepend=0, append=0))
        runs += list(edges[1::2] - edges[::2])
    assert np.median(runs) >= 10
    assert np.mean(np.array(runs) < 3) < 0.02


def test_flags_are_not_sent_unless_asked_for_and_change_nothing_else(hour):
    plain = a_ward().readings(START_MS, START_MS + MINUTE_MS)
    flagged = hour.between(0, len(plain))
    assert set(plain.is_anomaly.tolist()) == {-1}
    assert_same(plain, replace(flagged, is_anomaly=plain.is_anomaly))


def test_every_flagged_reading_is_in_a_fault_of_the_truth_and_no_other(hour, hour_truth):
    faults = [period for period in hour_truth if period.kind == "fault"]
    monitored = hour.take(np.flatnonzero(is_monitored(hour)))
    inside = in_periods(monitored, faults)
    np.testing.assert_array_equal(monitored.is_anomaly == 1, inside)
    for period in faults[:-20]:
        assert in_periods(monitored, [period]).any()


def test_charted_readings_are_never_flagged(hour):
    charted = hour.take(np.flatnonzero(~is_monitored(hour)))
    assert set(charted.is_anomaly.tolist()) == {-1}


@pytest.mark.parametrize("condition", range(len(CONDITIONS)))
@pytest.mark.parametrize("vital", DRIVEN)
def test_outside_faults_and_courses_values_stay_in_range(hour, hour_truth, condition, vital):
    calm = hour.take(np.flatnonzero(~in_periods(hour, hour_truth) & is_monitored(hour)))
    mine = calm.take(np.flatnonzero(calm.condition == condition))
    _, values = of(mine, vital)
    span = RANGES[condition][vital]
    assert len(values) > 50
    assert values.min() >= span.low
    assert values.max() <= span.high


@pytest.mark.parametrize("condition", ["Stable", "Moderate"])
def test_calm_patients_breach_no_usual_adult_limit(hour, hour_truth, condition):
    place = CONDITIONS.index(condition)
    calm = np.flatnonzero(~in_periods(hour, hour_truth) & (hour.condition == place))
    for rule in POLICIES["adult"].rules:
        _, values = of(hour.take(calm), rule.vital)
        assert len(values) > 50
        assert not (values > rule.limit if rule.is_high else values < rule.limit).any(), rule.name


def test_every_value_that_is_sent_could_be_a_measurement(hour):
    """Nothing simulated is outside the hard limits: the bad mark is for others."""
    assert not hour.bad.any()
    for vital, most in ((Vital.SPO2, 100), (Vital.HEART_RATE, 299), (Vital.RESPIRATORY_RATE, 149)):
        _, values = of(hour, vital)
        assert values.min() > 0
        assert values.max() <= most


def test_values_are_whole_numbers_and_temperature_has_one_decimal(hour):
    present = hour.values != MISSING
    for vital in Vital:
        step = 100 if vital == Vital.TEMPERATURE else 1_000
        assert (hour.values[present[:, vital], vital] % step == 0).all()


def test_values_are_in_range_again_right_after_a_fault(hour, hour_truth):
    monitored = hour.take(np.flatnonzero(is_monitored(hour) & ~in_periods(hour, hour_truth)))
    after = 0
    for period in hour_truth:
        theirs = monitored.patient == monitored.patients.find(period.patient_id)
        soon = (monitored.observed_at >= period.end) & (monitored.observed_at < period.end + 2_000)
        rows = np.flatnonzero(theirs & soon)
        after += len(rows)
        for row in rows:
            span = RANGES[monitored.condition[row]][Vital.HEART_RATE]
            assert span.low <= monitored.values[row, Vital.HEART_RATE] / 1_000 <= span.high
    assert after > 100


def test_bleeding_and_fever_show_in_the_readings():
    ward, day = a_ward(), 24 * HOUR_MS
    told = {"haemorrhage": [], "sepsis": [], "hypoxia": []}
    for period in ward.truth(START_MS + HOUR_MS, START_MS + day):
        if period.name in told and len(told[period.name]) < 6:
            told[period.name].append(_change(ward, period))
    bleeding, fever, air = (np.mean(told[name], axis=0) for name in told)
    assert bleeding[Vital.SYSTOLIC_BP] < -20
    assert bleeding[Vital.HEART_RATE] > 20
    assert fever[Vital.TEMPERATURE] > 1
    assert fever[Vital.HEART_RATE] > 15
    assert fever[Vital.RESPIRATORY_RATE] > 5
    assert air[Vital.SPO2] < -6


def _change(ward, period):
    """True values at the worst of a course less those just before it."""
    patient = ward.dictionaries.patients.find(period.patient_id)
    worst = period.start + int(0.55 * (period.end - period.start))
    moments = np.array([period.start - 1_000, worst])
    before, after = ward._bedside.true(np.full(2, patient), moments).T
    return after - before


def test_a_probe_that_is_off_marks_saturation_and_pulse_unavailable(hour, hour_truth):
    off = in_periods(hour, [p for p in hour_truth if p.name == "probe_off"]) & is_monitored(hour)
    pulse, saturation = (hour.na >> v & 1 for v in (Vital.PULSE_RATE, Vital.SPO2))
    assert (pulse[off] == 1).all()
    assert not pulse[~off].any()
    absurd = hour.values[off & (saturation == 0), Vital.SPO2]
    assert len(absurd)
    assert absurd.max() < 50_000
    assert saturation[off].mean() > 0.4
    assert (hour.values[pulse == 1, Vital.HEART_RATE] != MISSING).all()


def test_lines_measure_pressure_always_and_cuffs_every_quarter_of_an_hour(hour):
    monitored = hour.take(np.flatnonzero(is_monitored(hour)))
    has_pressure = (monitored.values[:, list(PRESSURES)] != MISSING).all(axis=1)
    is_stable = monitored.condition == CONDITIONS.index("Stable")
    assert has_pressure[~is_stable].all()
    assert (monitored.bp_method[~is_stable] == ARTERIAL).all()
    np.testing.assert_array_equal(has_pressure[is_stable], monitored.bp_method[is_stable] == CUFF)
    assert has_pressure[is_stable].sum() == pytest.approx(14 * 5, abs=14)


def test_everybody_is_charted_completely_and_after_the_first_monitored_reading(hour):
    charted = hour.take(np.flatnonzero(~is_monitored(hour)))
    assert set(charted.patient.tolist()) == set(range(20))
    assert (charted.consciousness >= 0).all()
    assert (charted.on_oxygen >= 0).all()
    assert (charted.bp_method == CUFF).all()
    for vital in (Vital.TEMPERATURE, *PRESSURES):
        assert (charted.values[:, vital] != MISSING).all()
    first = {p: int(np.argmax(hour.patient == p)) for p in range(20)}
    assert all(is_monitored(hour)[row] for row in first.values())


def test_age_gender_and_condition_come_with_every_monitored_reading(hour):
    monitored = hour.take(np.flatnonzero(is_monitored(hour)))
    assert monitored.age.min() >= 25
    assert monitored.age.max() <= 85
    assert set(monitored.labels.texts(monitored.gender)) <= {"M", "F"}
    assert set(monitored.labels.texts(monitored.condition)) == set(CONDITIONS)


def test_profile_vitals_sends_all_six_of_system_a_in_every_reading():
    batch = SMALL["vitals"].readings(START_MS, START_MS + 10 * MINUTE_MS)
    is_sent = (batch.values != MISSING) | (batch.na[:, np.newaxis] >> np.arange(8) & 1).astype(bool)
    assert is_sent[:, list(DRIVEN)].all()
    assert not is_sent[:, [Vital.PULSE_RATE, Vital.MEAN_BP]].any()
    assert set(batch.sources.texts(batch.source)) == {""}
    assert set(batch.bp_method.tolist()) == {0}


def test_profile_iot_sends_temperature_pulse_and_saturation_only():
    batch = SMALL["iot"].readings(START_MS, START_MS + MINUTE_MS)
    sent = set(np.flatnonzero((batch.values != MISSING).any(axis=0)).tolist())
    assert sent == {Vital.PULSE_RATE, Vital.SPO2, Vital.TEMPERATURE}
    assert set(batch.age.tolist()) == {-1}


def test_a_profile_that_does_not_exist_is_refused_with_those_that_do():
    with pytest.raises(ValueError, match="one of monitor, vitals, iot, not ecg"):
        a_ward(profile="ecg")


def test_an_empty_span_gives_an_empty_batch():
    for span in ((START_MS, START_MS), (START_MS + 5, START_MS), (0, START_MS)):
        assert len(a_ward(3).readings(*span)) == 0
        assert a_ward(3).truth(*span) == []


def test_what_was_in_progress_at_the_start_is_true_from_the_start():
    ward = a_ward(100)
    at_start = [p for p in ward.truth(START_MS, START_MS + 1) if p.start == START_MS]
    assert len(at_start) > 5
    flagged = a_ward(100, flag_anomalies=True).readings(START_MS, START_MS + 1_000)
    faulty = {p.patient_id for p in at_start if p.kind == "fault" and p.end >= START_MS + 1_000}
    assert faulty <= set(flagged.patients.texts(flagged.patient[flagged.is_anomaly == 1]))


def test_the_record_behind_a_reading_can_be_rendered(hour):
    text = hour.raw.text(5)
    assert text.startswith(f'{{"patient_id":"{hour.patients.text(int(hour.patient[5]))}"')
