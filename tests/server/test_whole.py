"""The server over the real host, engine and store: what is sent is found again on every page."""

import time

import pytest
from fastapi.routing import APIRoute
from tests.server.caller import Caller

from wardline.pipeline.host import EngineHost
from wardline.server.app import close_app, create_app
from wardline.server.settings import ServerSettings
from wardline.stores.relational.store import RelationalStore


@pytest.fixture
def host(tmp_path):
    store = RelationalStore(f"sqlite:///{tmp_path}/ward.db")
    host = EngineHost(store)
    host.start()
    yield host
    assert host.stop()
    store.close()


@pytest.fixture
def call(host, runner):
    app = create_app(host, ServerSettings())
    yield Caller(app, runner)
    close_app(app)


@pytest.fixture
def now():
    return time.time_ns() // 1_000_000


def test_what_is_sent_is_durable_shown_and_counted(call, now):
    sent = [
        {"patient_id": "PT-001", "timestamp": now - 1000, "heart_rate": 72.5, "spo2": 78},
        {"patient_id": "PT-001", "timestamp": now - 1000, "heart_rate": 72.5, "spo2": 78},
        {"patient_id": "PT-001", "timestamp": now - 1000, "heart_rate": 99},
        {"patient_id": "PT-001", "timestamp": now, "heart_rate": 71, "spo2": 101},
        {"patient_id": "PT-001"},
    ]
    answer = call.post("/api/v1/readings", sent)
    assert answer.status_code == 200
    content = answer.json()
    assert (content["accepted"], content["duplicates"]) == (2, 1)
    assert [note["index"] for note in content["rejected"]] == [2, 4]
    assert [(note["index"], note["field"]) for note in content["flagged"]] == [(3, "spo2")]

    newest, older = call.get("/api/v1/readings?patient_id=PT-001").json()["rows"]
    assert (newest["heart_rate"], newest["marks"]) == (71, "spo2:bad")
    assert (older["heart_rate"], older["spo2"]) == (72.5, 78)
    assert len(call.get("/api/v1/dead-letters").json()["rows"]) == 3
    states = {row["rule"]: row["state"] for row in call.get("/api/v1/transitions").json()["rows"]}
    assert states["spo2_desaturation"] == "active"

    (patient,) = call.get("/api/v1/vitals/latest").json()["patients"]
    assert patient["vitals"]["heart_rate"]["value"] == 71
    assert patient["vitals"]["temperature"]["state"] == "missing"
    assert "spo2_desaturation" in {c["rule"] for c in patient["conditions"]}
    assert "spo2 desaturation" in call.get("/status").text
    assert "wardline_readings_accepted_total 2.0" in call.get("/metrics").text
    assert call.get("/readyz").status_code == 200


def test_what_people_enter_is_durable_and_shown(call):
    path = "/api/v1/patients/PT-001"
    entry = {"actor": "K", "admission_id": "adm-1", "ward": "ICU", "bed": "4"}
    assert call.post(f"{path}/admission", entry).status_code == 200
    limits = {"heart_rate_high": {"limit": 130}}
    assert call.put(f"{path}/settings", {"actor": "K", "limits": limits}).status_code == 200
    charted = {"actor": "K", "consciousness": "A", "on_oxygen": False, "temperature": 37}
    assert call.post(f"{path}/observations", charted).json()["accepted"] == 1

    patient = call.get(path).json()
    assert (patient["ward"], patient["bed"]) == ("ICU", "4")
    assert patient["settings"]["limits"] == limits
    rows = call.get("/api/v1/commands").json()["rows"]
    assert sorted(row["command"] for row in rows) == ["admit", "chart", "settings"]
    assert all(row["actor"] for row in rows)
    (reading,) = call.get("/api/v1/readings").json()["rows"]
    assert (reading["source"], reading["consciousness"]) == ("chart", "A")
    (stay,) = call.get("/api/v1/stays").json()["rows"]
    assert (stay["admission_id"], stay["discharged_at"]) == ("adm-1", None)


def test_every_get_over_real_rows_fits_its_model(call, now):
    call.post(
        "/api/v1/readings",
        [
            {"patient_id": "A", "timestamp": now - 90_000, "heart_rate": 170, "spo2": -1},
            {"patient_id": "A", "timestamp": now, "heart_rate": 170, "spo2": 85, "bp": "1/2"},
            7,
        ],
    )
    call.put("/api/v1/patients/A/settings", {"actor": "K", "spo2_scale": 2})
    inner = [r.original_router for r in call.app.router.routes if hasattr(r, "original_router")]
    checked = 0
    for route in (route for router in inner for route in router.routes):
        if isinstance(route, APIRoute) and "GET" in route.methods and route.response_model:
            path = route.path_format.replace("{patient_id}", "A")
            answer = call.get(path)
            assert answer.status_code == 200, path
            route.response_model.model_validate_json(answer.content, strict=True)
            checked += 1
    assert checked >= 16


def test_pages_of_the_real_store_join_without_gap_or_double(call, now):
    sent = [{"patient_id": "A", "timestamp": now - i, "heart_rate": 70} for i in range(25)]
    call.post("/api/v1/readings", sent)
    seen, after = [], ""
    while after is not None:
        page = call.get(f"/api/v1/readings?limit=10{after and f'&next={after}'}").json()
        seen += [row["timestamp"] for row in page["rows"]]
        after = page["next"]
    assert len(seen) == 25
    assert seen == sorted(set(seen), reverse=True)
    bad = call.get("/api/v1/readings?next=nonsense")
    assert (bad.status_code, bad.json()["field"]) == (400, "next")


def test_a_stopped_host_refuses_with_503(call, host):
    assert host.stop()
    assert call.post("/api/v1/readings", {"patient_id": "A", "timestamp": 0}).status_code == 503
