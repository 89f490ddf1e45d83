import logging

import pytest
from tests.server.records import reading

from wardline.server.access import AccessLog

CANARY = "PT-CANARY-4711"


@pytest.fixture
def lines(caplog):
    """Everything logged but by the tests' own client."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "wardline.server.access")
    caplog.handler.addFilter(lambda record: not record.name.startswith(("httpx", "httpcore")))
    return caplog


def test_a_request_is_one_line_without_id_query_or_body(call, lines):
    call.post("/api/v1/readings", reading(CANARY, heart_rate=72))
    call.get(f"/api/v1/patients/{CANARY}")
    call.get(f"/api/v1/readings?patient_id={CANARY}")
    call.get(f"/{CANARY}")
    call.put(f"/api/v1/patients/{CANARY}/settings", {"actor": CANARY, "age": 7})
    call.put(f"/api/v1/patients/{CANARY}/settings", {"actor": CANARY, CANARY: 7})
    ours = [r.getMessage() for r in lines.records if r.name == "wardline.server.access"]
    assert len(ours) == 6
    assert ours[1].startswith("GET /api/v1/patients/{patient_id} 200 ")
    assert ours[3].startswith("GET (no route) 404 ")
    assert CANARY not in lines.text


def test_an_unexpected_fault_is_500_and_tells_nothing_but_its_kind_and_place(call, ward, lines):
    ward.store.failure = ZeroDivisionError(f"while reading {CANARY}")
    answer = call.get("/api/v1/patients")
    assert answer.status_code == 500
    assert answer.json() == {"error": "something went wrong inside the server", "field": None}
    assert "ZeroDivisionError in patients:" in lines.text
    assert CANARY not in lines.text + answer.text
    assert "traceback" not in answer.text.lower()
    assert answer.headers["cache-control"] == "no-store"


def test_a_log_line_cannot_be_forged(call, lines):
    call("FORGED\u0020LINE", "/health")
    call.get("/x%0AFORGED LINE")
    assert "FORGED" not in lines.text


def test_a_fault_after_the_answer_began_adds_no_second_answer(runner):
    sent = []

    async def breaks(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError

    async def send(message):
        sent.append(message["type"])

    seen = []
    log = AccessLog(breaks, lambda *what: seen.append(what[:3]))
    runner.run(log({"type": "http", "method": "GET", "path": "/"}, None, send))
    assert sent == ["http.response.start"]
    assert seen == [("GET", "(no route)", 200)]


def test_what_is_not_http_passes_unnoted(runner):
    passed = []

    async def inner(scope, receive, send):
        passed.append(scope["type"])

    log = AccessLog(inner, lambda *_: pytest.fail("was counted"))
    runner.run(log({"type": "lifespan"}, None, None))
    assert passed == ["lifespan"]
