import pytest
from tests.server.ward import NOW

from wardline.pipeline.ports import BusyError, StoreUnavailableError

PATIENT = "/api/v1/patients/PT-001"
NOW_TEXT = "2026-01-01T00:00:00.000Z"


def test_settings_are_answered_as_stored(call, ward):
    entry = {"actor": "nurse Kim", "limits": {"heart_rate_high": {"limit": 130}}, "age": 71}
    answer = call.put(f"{PATIENT}/settings", entry)
    assert answer.status_code == 200
    assert answer.json() == {
        "patient_id": "PT-001", "command": "settings", "actor": "nurse Kim", "at": NOW_TEXT,
        "arrival": 1, "content": {"limits": {"heart_rate_high": {"limit": 130}}, "age": 71},
    }  # fmt: skip
    assert ward.commands[0].content == {"limits": {"heart_rate_high": {"limit": 130}}, "age": 71}
    assert ward.commands[0].at == NOW


def test_only_what_was_given_is_set(call, ward):
    call.put(f"{PATIENT}/settings", {"actor": "K", "spo2_scale": 2})
    assert ward.commands[0].content == {"spo2_scale": 2}


def test_settings_for_an_id_with_a_slash_reach_that_patient(call, ward):
    call.put("/api/v1/patients/12%2F34/settings", {"actor": "K", "pregnant": True})
    assert ward.commands[0].patient_id == "12/34"


def test_settings_are_compared_with_those_in_force(call):
    raised = {"actor": "K", "limits": {"heart_rate_high": {"limit": 160}}}
    low = {"actor": "K", "limits": {"heart_rate_low": {"limit": 125}}}
    assert call.put(f"{PATIENT}/settings", low).status_code == 422
    assert call.put(f"{PATIENT}/settings", raised).status_code == 200
    assert call.put(f"{PATIENT}/settings", low).status_code == 200


@pytest.mark.parametrize(
    ("action", "content"), [
        ("admission", {"admission_id": "adm-7", "ward": "ICU", "bed": "4"}),
        ("transfer", {"ward": "Ward 2", "bed": "11"}),
        ("discharge", {}),
    ],
)  # fmt: skip
def test_stays_are_entered_as_commands(call, ward, action, content):
    answer = call.post(f"{PATIENT}/{action}", {"actor": "desk"} | content)
    assert answer.status_code == 200
    command = ward.commands[0]
    assert (command.actor, command.content) == ("desk", content)
    assert command.command == {"admission": "admit"}.get(action, action)


@pytest.mark.parametrize(
    "action", ["settings", "admission", "transfer", "discharge", "observations"]
)
@pytest.mark.parametrize("actor", [None, "", "a\nb", "x" * 129, 7])
def test_every_entry_needs_an_actor(call, ward, action, actor):
    entry = {"ward": "W", "bed": "1", "admission_id": "a", "age": 5, "temperature": 37}
    wanted = {
        "settings": {"age"}, "admission": {"ward", "bed", "admission_id"},
        "transfer": {"ward", "bed"}, "discharge": set(), "observations": {"temperature"},
    }  # fmt: skip
    sent = {name: entry[name] for name in wanted[action]}
    if actor is not None:
        sent["actor"] = actor
    method = "PUT" if action == "settings" else "POST"
    answer = call(method, f"{PATIENT}/{action}", json=sent)
    assert answer.status_code == 422
    assert answer.json()["field"] == "actor"
    assert ward.commands == []


@pytest.mark.parametrize("patient_id", ["%00", "a%09b", "A" * 129, ""])
@pytest.mark.parametrize("action", ["settings", "discharge", "observations"])
def test_an_id_that_no_patient_can_have_is_422(call, ward, patient_id, action):
    method = "PUT" if action == "settings" else "POST"
    sent = {"actor": "K"} | {"settings": {"age": 7}, "observations": {"temperature": 37}}.get(
        action, {}
    )
    answer = call(method, f"/api/v1/patients/{patient_id}/{action}", json=sent)
    assert answer.status_code == 422
    assert answer.json()["field"] == "patient_id"
    assert ward.commands == []


def test_an_observation_becomes_a_reading_of_the_chart(call, ward):
    sent = {
        "actor": "K",
        "consciousness": "C",
        "on_oxygen": 1,
        "temperature": 38.2,
        "systolic_bp": 118,
    }
    answer = call.post(f"{PATIENT}/observations", sent)
    assert answer.status_code == 200
    assert answer.json() == {"accepted": 1, "duplicates": 0, "rejected": []}
    kept = ward.kept["PT-001", NOW, "chart"]
    assert kept["values"]["temperature"] == 38_200
    assert (kept["consciousness"], kept["on_oxygen"], kept["bp_method"]) == (1, 1, 1)
    assert '"actor":"K"' in kept["raw"].replace(" ", "")


def test_an_observation_without_pressure_names_no_method(call, ward):
    call.post(f"{PATIENT}/observations", {"actor": "K", "respiratory_rate": 16})
    assert ward.kept["PT-001", NOW, "chart"]["bp_method"] == 0


def test_an_observation_may_say_when_it_was_made(call, ward):
    at = "2025-12-31T23:50:00Z"
    call.post(f"{PATIENT}/observations", {"actor": "K", "temperature": 37, "timestamp": at})
    assert ("PT-001", NOW - 600_000, "chart") in ward.kept


def test_an_observation_outside_what_can_be_is_flagged_or_refused(call):
    answer = call.post(
        f"{PATIENT}/observations", {"actor": "K", "temperature": 77, "on_oxygen": True}
    )
    assert answer.json()["flagged"][0]["field"] == "temperature"


@pytest.mark.parametrize(
    ("change", "field"), [
        ({"consciousness": "X"}, "consciousness"), ({"on_oxygen": "yes"}, "on_oxygen"),
        ({"on_oxygen": 2}, "on_oxygen"), ({"temperature": "37"}, "temperature"),
        ({"temperature": True}, "temperature"), ({"tempereture": 37}, "tempereture"),
        ({"timestamp": []}, "timestamp.str"),
    ],
)  # fmt: skip
def test_an_observation_with_a_wrong_field_is_refused_naming_it(call, ward, change, field):
    answer = call.post(f"{PATIENT}/observations", {"actor": "K", "systolic_bp": 120} | change)
    assert answer.status_code == 422
    assert answer.json()["field"] == field
    assert ward.kept == {}


def test_an_observation_at_no_time_is_refused_like_a_reading(call):
    entry = {"actor": "K", "temperature": 37, "timestamp": "yesterday"}
    answer = call.post(f"{PATIENT}/observations", entry)
    assert answer.status_code == 422
    assert answer.json()["rejected"][0]["field"] == "timestamp"


def test_an_observation_of_nothing_is_refused(call):
    answer = call.post(f"{PATIENT}/observations", {"actor": "K", "temperature": None})
    assert answer.status_code == 422
    assert "nothing was observed" in answer.json()["error"]


def test_entries_are_503_when_the_queue_is_full_or_the_store_fails(call, ward):
    ward.failure = StoreUnavailableError("full")
    assert call.post(f"{PATIENT}/discharge", {"actor": "K"}).status_code == 503
    ward.refusal = BusyError(3)
    refused = call.post(f"{PATIENT}/discharge", {"actor": "K"})
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "3")


def test_content_that_the_host_finds_senseless_is_422_with_its_words(call, ward):
    ward.refusal = ValueError("no such ward")
    answer = call.post(f"{PATIENT}/transfer", {"actor": "K", "ward": "W", "bed": "1"})
    assert (answer.status_code, answer.json()["error"]) == (422, "no such ward")


@pytest.mark.parametrize(
    "body", [
        b"", b"[]", b"null", b'{"actor":"K","actor":"L","age":4}', b'{"actor":"K","age":NaN}',
        b'{"actor":"K","age":%s}' % (b"9" * 5000), b'{"actor":"\\ud800","age":4}',
        b'{"actor":"K","\\ud800":4}', b"[" * 10_000, b'{"actor":"K","age":1e400}',
        b'{"actor":"K","age":4,"limits":{"heart_rate_low":{"limit":1e999}}}',
    ],
)  # fmt: skip
def test_a_hostile_entry_is_refused_and_nothing_is_done(call, ward, body):
    headers = {"Content-Type": "application/json"}
    answer = call("PUT", f"{PATIENT}/settings", content=body, headers=headers)
    assert answer.status_code in {400, 422}
    assert set(answer.json()) == {"error", "field"}
    assert ward.commands == []


def test_an_entry_that_is_not_json_is_400(call):
    headers = {"Content-Type": "application/json"}
    answer = call("PUT", f"{PATIENT}/settings", content=b"{", headers=headers)
    assert answer.status_code == 400
