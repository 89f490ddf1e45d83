import pytest


@pytest.mark.parametrize("path", ["/health", "/healthz"])
def test_health_is_answered_whatever_the_host_says(call, ward, path):
    ward.trouble = ["the store is away"]
    answer = call.get(path)
    assert (answer.status_code, answer.json()) == (200, {"status": "healthy"})


def test_a_host_without_problems_is_ready(call):
    answer = call.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "reasons": []})


def test_a_host_with_problems_is_not_ready_and_says_why(call, ward):
    ward.trouble = ["the store is away", "the engine has not answered for 9 s"]
    answer = call.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "reasons": ward.trouble}
