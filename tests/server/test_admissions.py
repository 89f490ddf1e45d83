import json

import pytest
from tests.codecs.admitted import RECORD, record
from tests.server.ward import NOW
from tests.server.watching import WAIT_S

from wardline.pipeline.ports import BusyError, StoreUnavailableError

PATH = "/api/v1/admissions"


def sent(number, **changed):
    return record(admission_id=f"ADM-{number}", **changed)


def test_a_record_or_an_array_is_taken_and_counted(call, ward):
    assert call.post(PATH, record()).json() == {"accepted": 1, "rejected": []}
    assert call.post(PATH, [sent(1), sent(2)]).json() == {"accepted": 2, "rejected": []}
    assert call.post(PATH, []).json() == {"accepted": 0, "rejected": []}
    assert list(ward.store.admissions) == ["ADM-1", "ADM-2"]
    assert set(ward.sources) == {"http"}


def test_good_records_beside_bad_ones_are_kept_and_the_bad_ones_named(call, ward):
    answer = call.post(PATH, [sent(1), sent(2, age="old"), "x", sent(3, timestamp=NOW + 400_000)])
    assert answer.status_code == 200
    assert answer.json() == {
        "accepted": 1,
        "rejected": [
            {"index": 1, "field": "age", "reason": "must be a whole number from 0 to 150"},
            {"index": 2, "field": "", "reason": "not an object"},
            {"index": 3, "field": "timestamp", "reason": "future"},
        ],
    }
    assert list(ward.store.admissions) == ["ADM-1"]


def test_nothing_acceptable_is_422(call):
    answer = call.post(PATH, record(heart_rate=None))
    assert answer.status_code == 422
    assert answer.json()["rejected"] == [{"index": 0, "field": "heart_rate", "reason": "missing"}]


@pytest.mark.parametrize("body", [b"oops", b"[1", b""])
def test_a_body_that_is_no_json_is_400(call, body):
    assert call("POST", PATH, content=body, headers=JSON).status_code == 400


JSON = {"Content-Type": "application/json"}


def test_too_many_records_are_413_and_another_kind_of_body_415(call):
    many = b"[" + b"0," * 10_000 + b"0]"
    assert call("POST", PATH, content=many, headers=JSON).status_code == 413
    assert call("POST", PATH, content=b"{}").status_code == 415


def test_a_long_body_is_taken_as_for_readings(call):
    body = json.dumps([sent(n) for n in range(200)]).encode()
    assert len(body) > 65_536
    assert call("POST", PATH, content=body, headers=JSON).json()["accepted"] == 200


@pytest.mark.parametrize("failure", [BusyError(3.0), StoreUnavailableError("full")])
def test_a_host_that_cannot_take_it_is_503(call, ward, failure):
    ward.refusal = failure
    answer = call.post(PATH, record())
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) >= 1


def test_records_are_given_newest_first_with_all_columns(call):
    call.post(PATH, [sent(1), sent(2)])
    answer = call.get(PATH).json()
    assert [row["admission_id"] for row in answer["rows"]] == ["ADM-2", "ADM-1"]
    assert answer["rows"][1] == record(
        admission_id="ADM-1", timestamp="2023-11-14T22:14:00.000Z",
        admission_timestamp="2023-11-14T21:14:00.000Z",
    )  # fmt: skip
    assert list(answer["rows"][0]) == list(RECORD)
    assert answer["next"] is None


def test_pages_follow_each_other_and_may_be_of_one_risk(call):
    call.post(PATH, [sent(n) for n in range(60)])
    call.post(PATH, [sent(n, oxygen_saturation=90) for n in range(60, 62)])
    first = call.get(f"{PATH}?limit=50").json()
    second = call.get(f"{PATH}?limit=50&after={first['next']}").json()
    assert [len(first["rows"]), len(second["rows"]), second["next"]] == [50, 12, None]
    medium = call.get(f"{PATH}?risk=Medium").json()["rows"]
    assert [row["admission_id"] for row in medium] == ["ADM-61", "ADM-60"]


@pytest.mark.parametrize(
    ("query", "field"),
    [("limit=49", "limit"), ("limit=501", "limit"), ("risk=low", "risk"), ("name=x", "name"),
     ("after=nonsense", "after"), ("limit=50&limit=60", "limit")],
)  # fmt: skip
def test_a_parameter_that_is_wrong_is_named(call, query, field):
    answer = call.get(f"{PATH}?{query}")
    assert (answer.status_code, answer.json()["field"]) == (400, field)


def test_the_summary_is_given(call):
    call.post(PATH, [sent(1), sent(2)])
    answer = call.get(f"{PATH}/summary").json()
    assert answer["admissions"] == 2
    assert answer["departments"] == [{"name": "ICU", "count": 2}]
    assert answer["average_vitals"]["temperature_celsius"] == 72.5


@pytest.mark.parametrize("path", [PATH, f"{PATH}/summary"])
def test_a_store_that_is_away_is_503(call, ward, path):
    ward.store.failure = StoreUnavailableError("away")
    assert call.get(path).status_code == 503


@pytest.mark.parametrize("ask", [("GET", PATH), ("GET", f"{PATH}/summary"), ("POST", PATH)])
def test_a_store_that_keeps_no_admissions_says_so(call, ward, ask):
    ward.store = object()
    answer = call(*ask, json=record() if ask[0] == "POST" else None)
    assert (answer.status_code, answer.json()["error"]) == (404, "this store keeps no admissions")


@pytest.mark.parametrize("ask", [("GET", PATH), ("GET", f"{PATH}/summary"), ("POST", PATH)])
def test_names_are_only_for_those_who_may_see_readings(serve, ask):
    guarded = serve(token="canary-token-7f3a")
    assert guarded(*ask, json=record() if ask[0] == "POST" else None).status_code == 401


def test_no_name_is_logged(call, caplog):
    caplog.set_level("DEBUG")
    call.post(PATH, [sent(1), sent(2, age=-1)])
    call.get(PATH)
    assert "Kestrel" not in caplog.text


def test_a_viewer_of_a_whole_server_is_told_of_admissions(site):
    with site.watch() as watcher:
        answer = site.client.post(PATH, json=[record(patient_id="A")], timeout=WAIT_S)
        assert answer.json()["accepted"] == 1
        message = watcher.until_type("admissions")
    assert message["summary"] == site.client.get(f"{PATH}/summary").json()
    assert message["summary"]["admissions"] == 1
    (patient,) = site.client.get("/api/v1/patients").json()["patients"]
    assert (patient["ward"], patient["bed"]) == ("Cardiology", "East 101")
