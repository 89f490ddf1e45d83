import json
from datetime import datetime
from itertools import islice

import numpy as np
import pytest
from tests.simulator.wards import START_MS

from wardline.simulator.admissions import Admissions, admission_message, risk

COLUMNS = {
    "patient_id", "admission_id", "timestamp", "admission_timestamp", "patient_name", "age",
    "gender", "department", "primary_diagnosis", "admission_type", "status", "insurance_provider",
    "heart_rate", "blood_pressure", "temperature_celsius", "oxygen_saturation",
    "respiratory_rate", "risk_score", "risk_level", "attending_physician", "hospital_location",
}  # fmt: skip


@pytest.fixture(scope="module")
def records():
    return list(islice(Admissions(42, START_MS).records(), 2_000))


def column(records, name):
    return [record[name] for record in records]


def test_every_record_has_all_columns_of_system_b(records):
    assert all(set(record) == COLUMNS for record in records)


def test_vitals_and_ages_lie_in_system_bs_ranges(records):
    for name, low, high in (
        ("heart_rate", 50, 120), ("temperature_celsius", 36.0, 39.5),
        ("oxygen_saturation", 85, 100), ("respiratory_rate", 12, 30), ("age", 18, 95),
        ("risk_score", 0, 6),
    ):  # fmt: skip
        values = column(records, name)
        assert low <= min(values) <= max(values) <= high
    for pressure in column(records, "blood_pressure"):
        systolic, diastolic = map(int, pressure.split("/"))
        assert 40 <= diastolic < systolic <= 200


def test_every_group_of_system_b_occurs(records):
    assert set(column(records, "gender")) == {"Male", "Female", "Other"}
    assert {"Emergency", "ICU", "Cardiology"} <= set(column(records, "department"))
    assert {"Hypertension", "Diabetes", "COPD"} <= set(column(records, "primary_diagnosis"))
    types = {"Emergency", "Elective", "Urgent", "Observation"}
    assert set(column(records, "admission_type")) == types
    assert set(column(records, "risk_level")) == {"Low", "Medium", "High"}


def test_admission_ids_are_unique_and_patients_come_back_as_themselves(records):
    assert len(set(column(records, "admission_id"))) == len(records)
    people = {}
    for record in records:
        who = (record["patient_name"], record["age"], record["gender"])
        assert people.setdefault(record["patient_id"], who) == who
    assert len(people) < len(records)


def test_records_follow_each_other_after_half_a_second_to_two(records):
    moments = [datetime.fromisoformat(text).timestamp() for text in column(records, "timestamp")]
    gaps = np.diff(moments)
    assert gaps.min() >= 0.499
    assert gaps.max() <= 2.001
    assert np.ptp(gaps) > 1


def test_admission_lies_before_the_record(records):
    for record in records[:100]:
        assert record["admission_timestamp"] <= record["timestamp"]
        assert record["timestamp"].endswith("Z")


def test_any_record_can_be_made_alone(records):
    feed = Admissions(42, START_MS)
    assert feed.record(1_234) == records[1_234]
    assert list(islice(feed.records(1_990), 10)) == records[1_990:]
    assert Admissions(43, START_MS).record(5) != records[5]


@pytest.mark.parametrize(
    ("measured", "score", "level"),
    [
        ((60, "140/80", 36.5, 95, 20), 0, "Low"),
        ((100, "90/60", 38.0, 100, 12), 0, "Low"),
        ((101, "90/60", 38.0, 100, 12), 1, "Low"),
        ((59, "89/60", 38.0, 100, 12), 2, "Medium"),
        ((75, "120/80", 37.0, 94, 21), 3, "Medium"),
        ((75, "141/80", 36.4, 94, 16), 4, "High"),
        ((120, "180/99", 39.5, 85, 30), 6, "High"),
    ],
)
def test_risk_is_system_bs(measured, score, level):
    heart, pressure, temperature, saturation, breath = measured
    vitals = {
        "heart_rate": heart, "blood_pressure": pressure, "temperature_celsius": temperature,
        "oxygen_saturation": saturation, "respiratory_rate": breath,
    }  # fmt: skip
    assert risk(vitals) == {"risk_score": score, "risk_level": level}


def test_a_record_becomes_one_json_object(records):
    assert json.loads(admission_message(records[0])) == records[0]


def test_an_interval_of_nothing_is_refused():
    with pytest.raises(ValueError, match=r"at least 0\.001 s"):
        Admissions(1, START_MS, every_s=0)
