import json

import numpy as np
import pytest
from tests.simulator.wards import MINUTE_MS, START_MS, a_ward, assert_same

from wardline.codecs.vitals_json import decode_json_messages
from wardline.model.vitals import MISSING, VITAL_NAMES, Vital
from wardline.simulator.messages import messages
from wardline.simulator.profiles import IOT, PROFILES

SYSTEM_A = [
    "patient_id", "timestamp", "heart_rate", "systolic_bp", "diastolic_bp", "spo2", "temperature",
    "respiratory_rate", "patient_age", "gender", "condition",
]  # fmt: skip


def rendered(profile: str, **more):
    batch = a_ward(10, profile=profile, **more).readings(START_MS, START_MS + 5 * MINUTE_MS)
    return batch, [json.loads(message) for message in messages(batch)]


def test_system_a_messages_have_its_fields_in_its_order_and_its_size():
    batch, records = rendered("vitals")
    assert all(list(record) == SYSTEM_A for record in records)
    sizes = [len(message) for message in messages(batch)]
    assert 180 <= np.mean(sizes) <= 250


def test_the_flag_of_truth_is_sent_as_a_boolean_when_asked_for():
    batch, records = rendered("vitals", flag_anomalies=True)
    assert [record["is_anomaly"] for record in records] == (batch.is_anomaly == 1).tolist()
    assert list(records[0]) == [*SYSTEM_A, "is_anomaly"]


def test_messages_say_what_the_batch_says():
    batch, records = rendered("monitor")
    assert records[0]["timestamp"] == "2026-01-01T00:00:00.000Z"
    for row, record in enumerate(records):
        assert record["patient_id"] == batch.patients.text(int(batch.patient[row]))
        assert record["source"] == batch.sources.text(int(batch.source[row]))
        for vital, name in enumerate(VITAL_NAMES):
            expected = batch.values[row, vital]
            if batch.na[row] >> vital & 1:
                assert record[name] is None
            elif expected == MISSING:
                assert name not in record
            else:
                assert round(record[name] * 1_000) == expected


def test_a_probe_that_is_off_is_sent_as_null():
    _, records = rendered("vitals")
    assert any(record["spo2"] is None for record in records)


def test_charted_readings_carry_consciousness_oxygen_and_cuff_pressure():
    _, records = rendered("monitor")
    charted = [record for record in records if record["source"] == "chart"]
    assert len(charted) >= 10
    for record in charted:
        assert record["consciousness"] in "ACVPU"
        assert record["bp_method"] == "cuff"
        assert ("fio2" in record) == record["on_oxygen"]
        assert 0.21 <= record.get("fio2", 0.21) <= 1


def test_system_d_messages_use_its_spelling():
    batch = a_ward(3, profile="iot").readings(START_MS, START_MS + 1_000)
    (record, *_) = [json.loads(message) for message in messages(batch, IOT)]
    assert list(record) == ["patient_id", "timestamp", "pulse", "SpO2", "temperature"]
    assert record["pulse"] == batch.values[0, Vital.PULSE_RATE] / 1_000


def test_no_readings_give_no_messages():
    assert messages(a_ward(2).readings(START_MS, START_MS)) == []


@pytest.mark.parametrize("profile", PROFILES)
def test_messages_read_back_are_the_readings_they_came_from(profile):
    ward = a_ward(10, profile=profile, flag_anomalies=True)
    batch = ward.readings(START_MS, START_MS + 3 * MINUTE_MS)
    decoded = decode_json_messages(
        messages(batch, PROFILES[profile]),
        batch.received_at,
        ward.dictionaries,
        origin="simulator",
        positions=batch.position,
    )
    assert decoded.rejections == ()
    assert_same(decoded.batch, batch)
