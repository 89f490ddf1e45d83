import pytest
from tests.server.records import COMPLETE

PATH = "/api/v1/scores/news2"


def scored(call, **changes):
    answer = call.post(PATH, COMPLETE | changes)
    assert answer.status_code == 200
    return answer.json()


def test_a_complete_set_has_a_total_and_seven_parts(call):
    assert scored(call) == {
        "total": 0, "at_least": 0, "risk": "low", "complete": True, "missing": [],
        "parts": dict.fromkeys(
            ("respiratory_rate", "spo2", "on_oxygen", "systolic_bp", "heart_rate", "consciousness",
             "temperature"), 0),
    }  # fmt: skip


# The published vectors of the GDL2 implementation (common-clinical-models, NEWS2.v1.test.yml),
# which start from respiration 20, pressure 111, pulse 78, 37 degrees, alert, on air.
@pytest.mark.parametrize(
    ("changes", "total", "risk"), [
        ({"spo2": 95}, 1, "low"), ({"spo2": 91}, 3, "low-medium"),
        ({"spo2_scale": 2, "spo2": 98, "on_oxygen": True}, 5, "medium"),
        ({"spo2_scale": 2, "spo2": 98}, 0, "low"),
        ({"spo2_scale": 2, "spo2": 98, "on_oxygen": 1, "consciousness": "C"}, 8, "high"),
        ({"spo2_scale": 2, "spo2": 98, "on_oxygen": 1, "consciousness": "V", "temperature": 40,
          "heart_rate": 150, "systolic_bp": 230, "respiratory_rate": 27}, 19, "high"),
    ],
)  # fmt: skip
def test_published_vectors_are_scored_as_published(call, changes, total, risk):
    answer = scored(call, **changes)
    assert (answer["total"], answer["risk"]) == (total, risk)


def test_a_partial_set_has_no_total_but_says_what_is_missing(call):
    answer = call.post(PATH, {"heart_rate": 135, "spo2": 90}).json()
    assert (answer["total"], answer["risk"], answer["complete"]) == (None, None, False)
    assert answer["at_least"] == 6
    assert answer["missing"] == [
        "respiratory_rate",
        "on_oxygen",
        "systolic_bp",
        "consciousness",
        "temperature",
    ]
    assert answer["parts"]["spo2"] == 3
    assert answer["parts"]["temperature"] is None


def test_other_spellings_of_a_reading_are_understood(call):
    sent = {"hr": 78, "rr": 20, "SpO2": 98, "body_temperature": 37, "blood_pressure": "111/70",
            "on_oxygen": 0, "consciousness": "A", "patient_id": "A", "observed_at": 5}  # fmt: skip
    assert call.post(PATH, sent).json()["total"] == 0


def test_a_pulse_stands_in_for_a_missing_heart_rate(call):
    assert call.post(PATH, {"pulse": 135}).json()["parts"]["heart_rate"] == 3


@pytest.mark.parametrize(
    ("changes", "field"), [
        ({"spo2": 101}, "spo2"), ({"heart_rate": "fast"}, "heart_rate"),
        ({"consciousness": "Z"}, "consciousness"), ({"spo2_scale": 3}, "spo2_scale"),
        ({"spo2_scale": "1"}, "spo2_scale"), ({"pregnant": "no"}, "pregnant"),
        ({"pregnant": True}, "pregnant"), ({"age": 15}, "age"),
        ({"temperature": True}, "temperature"),
    ],
)  # fmt: skip
def test_a_set_that_cannot_be_scored_is_422_naming_the_field(call, changes, field):
    answer = call.post(PATH, COMPLETE | changes)
    assert answer.status_code == 422
    assert answer.json()["field"] == field


@pytest.mark.parametrize("age", [16, 90])
def test_adults_are_scored(call, age):
    assert scored(call, age=age, pregnant=False)["complete"]


@pytest.mark.parametrize("sent", [[], [COMPLETE], 7, False, "x", {}])
def test_what_is_not_one_observation_set_is_422(call, sent):
    assert call.post(PATH, sent).status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"spo2":NaN}',
        b'{"spo2":90,"spo2":98}',
        b"[" * 10_000,
        b'{"spo2":%s}' % (b"9" * 5000),
    ],
)
def test_what_is_not_plain_json_is_400(call, body):
    answer = call("POST", PATH, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400


def test_a_lone_surrogate_among_the_fields_does_no_harm(call):
    body = b'{"spo2":98,"note":"\\ud800"}'
    answer = call("POST", PATH, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in {200, 400, 422}


def test_nothing_is_stored(call, ward):
    scored(call)
    assert (ward.sources, ward.kept) == ([], {})
