import pytest

from wardline.server.errors import FIELD_LENGTH_MAX, error_response, unavailable


@pytest.mark.parametrize(
    ("method", "path", "status"), [
        ("GET", "/nowhere", 404), ("DELETE", "/api/v1/readings", 405), ("PUT", "/health", 415),
        ("GET", "/api/v1/readings/", 404), ("GET", "/health/", 404),
    ],
)  # fmt: skip
def test_every_error_has_the_same_shape(call, method, path, status):
    answer = call(method, path)
    assert answer.status_code == status
    assert set(answer.json()) == {"error", "field"}
    assert answer.headers["content-type"] == "application/json"


def test_a_method_that_a_path_does_not_know_is_405_with_those_it_does(call):
    answer = call.put("/api/v1/readings", [])
    assert answer.status_code == 405
    assert "POST" in answer.headers["allow"]


def test_field_names_of_callers_are_cut_and_harmless():
    answer = error_response(422, "no", "\ud800" * 1000)
    assert len(answer.body) < FIELD_LENGTH_MAX * 6 + 100


@pytest.mark.parametrize(("wait_s", "header"), [(0, "1"), (0.2, "1"), (4.1, "5")])
def test_retry_after_is_whole_seconds_and_at_least_one(wait_s, header):
    assert unavailable("busy", wait_s).headers["retry-after"] == header
