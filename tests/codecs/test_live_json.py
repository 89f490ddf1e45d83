"""The live feed's JSON: what a patient's pieces are, and what messages they make."""

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from wardline.codecs.live_json import (
    admissions_message,
    changed_pieces,
    found_bodies,
    found_message,
    heartbeat_message,
    patient_text,
    patients_body,
    patients_message,
    replayed_message,
    resumed_message,
    trend_piece,
)
from wardline.model.patients import Patient
from wardline.model.pictures import (
    ConditionPicture,
    InputPicture,
    PatientPicture,
    ScorePicture,
    VitalPicture,
)

AT = 1_767_225_600_123
TIME = "2026-01-01T00:00:00.123Z"
NASTY = 'a"b\\c\u2028</script>é患\x7f'
HEART = VitalPicture("heart_rate", "live", 72_500, AT, AT, NASTY, (66_000, 79_000))
NO_SPO2 = VitalPicture("spo2", "missing", None, None, None, None)
ALARM = ConditionPicture(
    "heart_rate_high", "active", "high", "physiological", "heart_rate", 131_000, 120_000, AT, NASTY
)
NEWS2 = ScorePicture("news2", 5_000, 5_000, True, "medium", '{"heart_rate":2}')
PICTURE = PatientPicture(
    Patient(NASTY, NASTY, NASTY, "a-1", 45, "f", NASTY),
    AT,
    (HEART, NO_SPO2),
    (ALARM,),
    (NEWS2,),
    -12.5,
    (InputPicture("heart_rate", 72_500, AT), InputPicture("on_oxygen", value=True, at=AT),
     InputPicture("consciousness", "A", AT)),
    limits={"heart_rate": (50_000, 120_000), "spo2": (90_000, None)},
)  # fmt: skip


def whole(picture: PatientPicture) -> dict[str, Any]:
    pieces = changed_pieces(None, picture)
    return json.loads(patient_text(picture.patient.patient_id, pieces, is_whole=True))


def change(before: PatientPicture, now: PatientPicture) -> dict[str, Any]:
    pieces = changed_pieces(before, now)
    told = json.loads(patient_text(now.patient.patient_id, pieces, is_whole=False))
    assert told.pop("patient_id") == NASTY
    return told


def test_a_whole_patient_has_every_documented_member():
    assert whole(PICTURE) == {
        "patient_id": NASTY, "ward": NASTY, "bed": NASTY, "admission_id": "a-1", "age": 45,
        "gender": "f", "condition": NASTY, "profile": "adult", "spo2_scale": 1,
        "limits": {"heart_rate": [50, 120], "spo2": [90, None]},
        "last_reading_at": TIME, "clock_skew_s": -12.5,
        "vitals": {
            "heart_rate": {"value": 72.5, "state": "live", "observed_at": TIME,
                           "arrived_at": TIME, "source": NASTY, "usual": [66, 79]},
            "spo2": {"value": None, "state": "missing", "observed_at": None, "arrived_at": None,
                     "source": None, "usual": None},
        },
        "inputs": {
            "heart_rate": {"value": 72.5, "at": TIME}, "on_oxygen": {"value": True, "at": TIME},
            "consciousness": {"value": "A", "at": TIME},
        },
        "conditions": [
            {"rule": "heart_rate_high", "state": "active", "priority": "high",
             "kind": "physiological", "vital": "heart_rate", "value": 131, "limit": 120,
             "onset": TIME, "reason": NASTY}
        ],
        "scores": [
            {"name": "news2", "total": 5, "at_least": 5, "complete": True, "risk": "medium",
             "parts": {"heart_rate": 2}}
        ],
    }  # fmt: skip


def test_an_unknown_patient_has_nulls_and_empty_members():
    told = whole(PatientPicture(Patient("p"), None, (NO_SPO2,), (), ()))
    assert [told[name] for name in ("ward", "bed", "age", "last_reading_at", "clock_skew_s")] == [
        None
    ] * 5
    assert (told["inputs"], told["conditions"], told["scores"]) == ({}, [], [])


def test_what_did_not_change_is_not_told():
    assert changed_pieces(PICTURE, PICTURE) == {}
    assert changed_pieces(PICTURE, replace(PICTURE)) == {}


@pytest.mark.parametrize(("changes", "members"), [
    ({"last_reading_at": None}, {"last_reading_at": None}),
    ({"clock_skew_s": None}, {"clock_skew_s": None}),
    ({"conditions": ()}, {"conditions": []}),
    ({"spo2_scale": 2}, {"profile": "adult", "spo2_scale": 2,
                         "limits": {"heart_rate": [50, 120], "spo2": [90, None]}}),
    ({"vitals": (replace(HEART, state="stale"), NO_SPO2)},
     {"vitals": {"heart_rate": {"value": 72.5, "state": "stale", "observed_at": TIME,
                                "arrived_at": TIME, "source": NASTY, "usual": [66, 79]}}}),
    ({"inputs": PICTURE.inputs[:2]}, {"inputs": {"consciousness": None}}),
    ({"scores": ()}, {"scores": [{"name": "news2", "total": None, "at_least": None,
                                  "complete": False, "risk": None, "parts": {}}]}),
    ({"patient": dataclasses.replace(PICTURE.patient, bed=None)},
     {"ward": NASTY, "bed": None, "admission_id": "a-1", "age": 45, "gender": "f",
      "condition": NASTY}),
])  # fmt: skip
def test_only_the_entries_that_changed_are_told(changes: dict[str, Any], members: dict[str, Any]):
    assert change(PICTURE, replace(PICTURE, **changes)) == members


def test_a_whole_patient_leaves_out_what_went():
    pieces = changed_pieces(None, PICTURE)
    pieces |= changed_pieces(PICTURE, replace(PICTURE, inputs=(), scores=()))
    told = json.loads(patient_text(NASTY, pieces, is_whole=True))
    assert (told["inputs"], told["scores"]) == ({}, [])


def test_a_trend_has_plain_numbers_and_nulls():
    told = json.loads("{" + trend_piece(AT, {"spo2": [97_000, None, 96_500]}) + "}")
    assert told == {"trend": {"end": AT, "means": {"spo2": [97, None, 96.5]}}}


def test_found_rows_carry_the_number_of_the_feed_and_that_of_the_patient():
    row = (NASTY, 7, AT, "no_signal", "active", "medium", "technical", None, None, None, NASTY, AT)
    (body,) = found_bodies("transition", [row])
    message = found_message("transition", 99, body)
    assert json.loads(message) == {
        "type": "transition", "seq": 99, "patient_id": NASTY, "patient_seq": 7, "at": TIME,
        "rule": "no_signal", "state": "active", "priority": "medium", "kind": "technical",
        "vital": None, "value": None, "limit": None, "reason": NASTY, "onset": TIME,
    }  # fmt: skip
    assert json.loads(replayed_message(message)) == json.loads(message) | {"replayed": True}


def test_no_rows_make_no_messages():
    assert [found_bodies(kind, []) for kind in ("score", "window", "anomaly")] == [[]] * 3


def test_messages_around_patients_say_beds_only_if_there_are_some_to_say():
    body = patients_body(['{"patient_id":"p"}'], [(NASTY, "1")])
    assert json.loads(patients_message("snapshot", 5, AT, body)) == {
        "type": "snapshot", "seq": 5, "now": TIME, "patients": [{"patient_id": "p"}],
        "beds": [{"ward": NASTY, "bed": "1"}],
    }  # fmt: skip
    told = json.loads(patients_message("values", 5, AT, patients_body([], None)))
    assert "beds" not in told


def test_heartbeat_and_resumed_are_as_documented():
    figures = {"readings_total": 3, "anomalous_share": None}
    assert json.loads(heartbeat_message(5, AT, None, [NASTY], figures)) == {
        "type": "heartbeat", "seq": 5, "now": TIME, "engine_at": None, "problems": [NASTY],
        "figures": figures,
    }  # fmt: skip
    assert json.loads(heartbeat_message(5, AT, AT, [], None))["engine_at"] == TIME
    assert json.loads(resumed_message(5, complete=False)) == {
        "type": "resumed", "seq": 5, "complete": False,
    }  # fmt: skip


texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(texts, texts, st.integers(-(10**6), 10**6), texts)
def test_any_text_and_number_comes_back_as_it_was(name: str, bed: str, value: int, source: str):
    vital = VitalPicture("heart_rate", "live", value, AT, AT, source)
    told = whole(PatientPicture(Patient(name, bed=bed), AT, (vital,), (), ()))
    assert (told["patient_id"], told["bed"]) == (name, bed)
    assert told["vitals"]["heart_rate"]["value"] == value / 1000
    assert told["vitals"]["heart_rate"]["source"] == source


def test_new_admissions_are_told_with_their_summary():
    message = json.loads(admissions_message(7, AT, '{"admissions":2}'))
    assert message == {
        "type": "admissions", "seq": 7, "now": TIME,
        "summary": {"admissions": 2},
    }  # fmt: skip
