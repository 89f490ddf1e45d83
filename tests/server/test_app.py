"""/openapi.json is complete and true: every answer of every route fits its model."""

import json

import pytest
from fastapi.routing import APIRoute
from pydantic import BaseModel
from tests.codecs.admitted import record
from tests.server.records import COMPLETE, reading
from tests.server.test_tables import example
from tests.server.ward import NOW

from wardline.model.patients import Patient
from wardline.model.pictures import ConditionPicture, ScorePicture
from wardline.model.tables import TABLES
from wardline.server.schemas import Failure

CONTRACT = {
    ("post", "/api/v1/readings"), ("get", "/api/v1/patients"),
    ("get", "/api/v1/patients/{patient_id}"), ("put", "/api/v1/patients/{patient_id}/settings"),
    ("post", "/api/v1/patients/{patient_id}/observations"), ("get", "/api/v1/vitals/latest"),
    ("get", "/api/v1/readings"), ("get", "/api/v1/windows"), ("get", "/api/v1/scores"),
    ("get", "/api/v1/anomalies"), ("get", "/api/v1/transitions"), ("get", "/api/v1/dead-letters"),
    *((method, "/api/v1/admissions") for method in ("get", "post")),
    ("get", "/api/v1/admissions/summary"),
    ("get", "/api/v1/truth"), ("post", "/api/v1/scores/news2"), ("get", "/health"),
    ("get", "/healthz"), ("get", "/readyz"), ("get", "/metrics"),
    *((method, "/api/v1/session") for method in ("get", "post", "delete")),
}  # fmt: skip

ENTRIES = {
    "/api/v1/readings": reading(), "/api/v1/scores/news2": COMPLETE,
    "/api/v1/patients/{patient_id}/settings": {"actor": "K", "age": 60},
    "/api/v1/patients/{patient_id}/observations": {"actor": "K", "temperature": 37},
    "/api/v1/patients/{patient_id}/admission":
        {"actor": "K", "admission_id": "1", "ward": "W", "bed": "2"},
    "/api/v1/patients/{patient_id}/transfer": {"actor": "K", "ward": "W", "bed": "2"},
    "/api/v1/patients/{patient_id}/discharge": {"actor": "K"},
    "/api/v1/session": {"token": "x"}, "/api/v1/admissions": record(),
}  # fmt: skip


@pytest.fixture
def full(call, ward):
    """A ward in which every answer has something in it."""
    ward.store.known["PT-001"] = Patient("PT-001", "ICU", "1", settings={"age": 60})
    ward.conditions = (
        ConditionPicture(
            "no_signal", "active", "medium", "technical", "", None, None, NOW, "silent"
        ),
    )
    ward.scores = (ScorePicture("shock_index", 640, 640, True, "usual", '{"heart_rate":72.5}'),)
    for table in TABLES:
        ward.store.tables[table] = [example(table)]
    call.post("/api/v1/readings", reading())
    return call


def routes(call):
    listed = call.app.openapi()["paths"]
    found = {
        (method, path): route.response_model
        for router in [call.app.router, *_inner(call.app)]
        for route in router.routes
        if isinstance(route, APIRoute)
        for path in [route.path_format]
        for method in (m.lower() for m in route.methods)
        if path in listed
    }
    assert set(found) == {(method, path) for path, methods in listed.items() for method in methods}
    return found


def _inner(app):
    return [r.original_router for r in app.router.routes if hasattr(r, "original_router")]


def test_every_endpoint_of_the_contract_is_described(call):
    paths = call.get("/openapi.json").json()["paths"]
    described = {(method, path) for path, methods in paths.items() for method in methods}
    assert described >= CONTRACT


def test_every_answer_fits_its_model(full):
    for (method, path), model in routes(full).items():
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            assert path == "/metrics"
            continue
        answer = full(method, path.replace("{patient_id}", "PT-001"), json=ENTRIES.get(path))
        assert answer.status_code == 200, path
        model.model_validate_json(answer.content, strict=True)


def test_every_route_declares_the_errors_it_gives_and_they_fit_their_model(full):
    described = full.get("/openapi.json").json()["paths"]
    for path, methods in described.items():
        for method, operation in methods.items():
            place = path.replace("{patient_id}", "PT-001")
            hostile = full(method, place, headers={"Host": "evil.example"})
            Failure.model_validate_json(hostile.content)
            if path.startswith("/api"):
                assert "400" in operation["responses"], path
            if method != "get":
                assert full(method, place, content=b"x").status_code == 415
                assert {"413", "415"} <= set(operation["responses"])
                assert method == "delete" or "422" in operation["responses"]


def test_every_reference_in_the_description_is_there(call):
    description = call.get("/openapi.json").json()
    text = json.dumps(description)
    for part in text.split('"$ref": "')[1:]:
        place = description
        for step in part.split('"', 1)[0].removeprefix("#/").split("/"):
            place = place[step]


def test_every_write_describes_its_body(call):
    for path, methods in call.get("/openapi.json").json()["paths"].items():
        for method, operation in methods.items():
            if method not in {"get", "delete"}:
                assert operation["requestBody"]["content"]["application/json"]["schema"], path


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/docs/oauth2-redirect"])
def test_no_page_that_would_load_scripts_from_elsewhere_is_served(call, path):
    assert call.get(path).status_code == 404


def test_the_description_says_what_wardline_is_not(call):
    assert "not a medical device" in call.get("/openapi.json").json()["info"]["description"]
