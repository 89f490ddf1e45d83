"""What a worker shows of itself."""

import asyncio
from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.server.caller import Caller

from wardline.server.worker_pages import worker_pages


class Worker:
    """What the pages ask."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.figures = {
            "wardline_readings_total": 7.0,
            'wardline_commit_lag_seconds{partition="0"}': 0.5,
            'wardline_commit_lag_seconds{partition="1"}': 1.5,
        }


@pytest.fixture
def worker() -> Worker:
    return Worker()


@pytest.fixture
def ask(worker: Worker) -> Iterator[Caller]:
    with asyncio.Runner() as runner:
        yield Caller(worker_pages(lambda: worker.problems, lambda: worker.figures), runner)


def test_it_is_alive_whatever_is_wrong(ask: Caller, worker: Worker):
    worker.problems = ["the brokers do not answer"]
    assert ask.get("/healthz").status_code == 200
    assert ask.get("/health").json() == {"status": "healthy"}


def test_it_is_ready_unless_something_is_wrong(ask: Caller, worker: Worker):
    assert ask.get("/readyz").status_code == 200
    worker.problems = ["the brokers do not answer"]
    answer = ask.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["reasons"] == worker.problems


@pytest.mark.parametrize(("problems", "is_ready"), [([], 1.0), (["slow"], 0.0)])
def test_its_metrics_say_whether_it_is_ready(ask: Caller, worker: Worker, problems, is_ready):
    worker.problems = problems
    assert samples(ask)["wardline_ready", None] == is_ready


def test_figures_of_partitions_carry_their_number(ask: Caller):
    found = samples(ask)
    assert found["wardline_readings_total", None] == 7.0
    assert found["wardline_commit_lag_seconds", "0"] == 0.5
    assert found["wardline_commit_lag_seconds", "1"] == 1.5


def samples(ask: Caller) -> dict[tuple[str, str | None], float]:
    families = text_string_to_metric_families(ask.get("/metrics").text)
    return {
        (sample.name, sample.labels.get("partition")): sample.value
        for family in families
        for sample in family.samples
    }
