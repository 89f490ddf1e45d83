from tests.server.records import reading
from tests.server.ward import NOW

from wardline.model.patients import Patient
from wardline.model.pictures import ConditionPicture, ScorePicture
from wardline.server.latest import age_s

PATH = "/api/v1/vitals/latest"


def test_every_vital_sign_comes_with_its_age_and_state(call):
    call.post("/api/v1/readings", [
        reading("A", NOW - 60_000, spo2=97), reading("A", NOW - 2500, heart_rate=72.5),
    ])  # fmt: skip
    answer = call.get(PATH).json()
    assert answer["now"] == "2026-01-01T00:00:00.000Z"
    (patient,) = answer["patients"]
    assert patient["last_reading_age_s"] == 2.5
    assert patient["vitals"]["heart_rate"] == {
        "value": 72.5, "unit": "/min", "state": "live", "age_s": 2.5, "source": "",
        "observed_at": "2025-12-31T23:59:57.500Z", "arrived_at": "2025-12-31T23:59:57.500Z",
    }  # fmt: skip
    assert patient["vitals"]["spo2"]["state"] == "stale"
    missing = patient["vitals"]["temperature"]
    assert (missing["value"], missing["state"], missing["age_s"]) == (None, "missing", None)


def test_conditions_and_scores_are_part_of_the_picture(call, ward):
    ward.conditions = (
        ConditionPicture("spo2_low", "active", "medium", "physiological", "spo2", 88_000, 90_000,
                         NOW - 1, "SpO2 88 % is below 90 % for 10 s"),
    )  # fmt: skip
    ward.scores = (ScorePicture("news2", None, 3000, False, None, '{"spo2":3,"heart_rate":null}'),)
    ward.store.known["A"] = Patient("A", "ICU", "7")
    (patient,) = call.get(PATH).json()["patients"]
    assert patient["bed"] == "7"
    assert patient["last_reading_at"] is None
    (condition,) = patient["conditions"]
    assert (condition["rule"], condition["value"], condition["limit"]) == ("spo2_low", 88, 90)
    (score,) = patient["scores"]
    assert score["parts"] == {"spo2": 3, "heart_rate": None}
    assert (score["total"], score["at_least"]) == (None, 3)


def test_one_patient_can_be_asked_for(call):
    call.post("/api/v1/readings", [reading("A"), reading("B")])
    found = call.get(PATH, params={"patient_id": "B"}).json()["patients"]
    assert [patient["patient_id"] for patient in found] == ["B"]
    assert call.get(PATH, params={"patient_id": "C"}).json()["patients"] == []


def test_a_mistyped_or_repeated_filter_is_refused(call):
    assert call.get(f"{PATH}?patient=A").json()["field"] == "patient"
    assert call.get(f"{PATH}?patient_id=A&patient_id=B").status_code == 400


def test_a_clock_that_is_ahead_makes_no_value_younger_than_now():
    assert age_s(1000, 5000, 3000) == 0
    assert age_s(5000, 4000, 4500) == 1
    assert age_s(5000, None) is None
