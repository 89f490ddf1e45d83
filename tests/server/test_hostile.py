"""Whatever is sent to whichever route, the answer is never a fault of the server."""

import asyncio
import json
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.server.caller import Caller
from tests.server.ward import FixedClock, Ward

from wardline.server.app import close_app, create_app
from wardline.server.entries import ObservationEntry, SettingsEntry
from wardline.server.settings import ServerSettings

WRITES = [
    ("POST", "/api/v1/readings"), ("POST", "/api/v1/scores/news2"),
    *(("POST", f"/api/v1/patients/{{}}/{action}")
      for action in ("observations", "admission", "transfer", "discharge")),
    ("PUT", "/api/v1/patients/{}/settings"),
]  # fmt: skip
READS = ["readings", "windows", "scores", "dead-letters", "vitals/latest", "patients", "stays"]

names = st.sampled_from(
    ["actor", "patient_id", "timestamp", "source", "blood_pressure", "limit", "heart_rate_low",
     *SettingsEntry.model_fields, *ObservationEntry.model_fields, "ward", "bed", "admission_id"]
) | st.text(max_size=5)  # fmt: skip
plain = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(["A", "adult", 37, 72.5, 1_767_225_600_000, "2026-01-01T00:00:00Z"])
)  # fmt: skip
contents = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=6)
)
ids = st.text(min_size=1, max_size=140).map(lambda text: quote(text.encode("utf-8", "replace"), ""))
queries = st.dictionaries(
    st.sampled_from(["patient_id", "from", "to", "limit", "next", "name"]) | st.text(max_size=3),
    st.text(max_size=30) | st.integers().map(str),
    max_size=3,
)


@pytest.fixture(scope="module")
def anyone():
    with asyncio.Runner() as runner:
        app = create_app(Ward(), ServerSettings(), clock=FixedClock())
        yield Caller(app, runner)
        close_app(app)


def sendable(text):
    return text.encode("utf-8", "replace").decode()


@settings(max_examples=120)
@given(route=st.sampled_from(WRITES), patient_id=ids, content=contents)
def test_no_content_makes_a_write_fail_inside(anyone, route, patient_id, content):
    method, path = route
    body = json.dumps(content).encode()
    headers = {"Content-Type": "application/json"}
    answer = anyone(method, path.format(patient_id), content=body, headers=headers)
    assert answer.status_code < 500
    assert answer.json()


@settings(max_examples=50)
@given(route=st.sampled_from(WRITES), body=st.binary(max_size=200))
def test_no_bytes_make_a_write_fail_inside(anyone, route, body):
    method, path = route
    headers = {"Content-Type": "application/json"}
    answer = anyone(method, path.format("A"), content=body, headers=headers)
    assert answer.status_code in {200, 400, 422}


@settings(max_examples=80)
@given(table=st.sampled_from(READS), query=queries)
def test_no_parameter_makes_a_read_fail_inside(anyone, table, query):
    params = {sendable(name): sendable(value) for name, value in query.items()}
    answer = anyone.get(f"/api/v1/{table}", params=params)
    assert answer.status_code in {200, 400}


@settings(max_examples=50)
@given(patient_id=ids)
def test_no_id_makes_a_patient_page_fail_inside(anyone, patient_id):
    assert anyone.get(f"/api/v1/patients/{patient_id}").status_code in {200, 404}


@settings(max_examples=60)
@given(
    name=st.sampled_from(["Host", "Origin", "Authorization", "Content-Length", "Content-Type",
                          "Sec-Fetch-Site", "Content-Encoding"]),
    value=st.binary(max_size=30),
)  # fmt: skip
def test_no_header_makes_a_request_fail_inside(anyone, name, value):
    headers = [("Content-Type", b"application/json"), (name, value)]
    answer = anyone("POST", "/api/v1/readings", content=b"[]", headers=headers)
    assert answer.status_code < 500
