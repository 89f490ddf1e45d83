"""Readings and admissions through real topics, from the sender's command to the screen."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.running import Running, wardline
from tests.kafka import Server, name_of, read
from tests.pipeline.screen import Screen
from tests.postgresql import url_of
from tests.server.watching import Watcher

from wardline.pipeline.ports import Query
from wardline.stores.relational.store import RelationalStore

pytestmark = pytest.mark.slow

TRIES_MAX = 2_000
READINGS = 20 * 60


def beds_of(screen: Screen) -> int:
    """How many patients lie in a bed that the screen knows."""
    return sum(bool(patient.get("bed")) for patient in screen.patients.values())


class OverTopic(Running):
    """`wardline up --source kafka://...`: worker, store and server in one process."""


def until(running: Running, is_so: Callable[[], bool]) -> None:
    for _ in range(TRIES_MAX):
        if is_so():
            return
        running.process_may_go_on()
    raise AssertionError(running.log.read_text())


def sent(result: Any) -> dict[str, Any]:
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout.splitlines()[-1])


def test_a_topic_is_shown_and_kept_by_one_process_and_entries_go_back_into_it(
    kafka: Server, tmp_path: Path
):
    topic = kafka.create_topic(name_of(tmp_path), 3, message_timestamp_type="LogAppendTime")
    source = f"kafka://{kafka.brokers}/{topic}"
    simulate = ("simulate", "--to", source, "--json", "--patients", "20")
    count = sent(wardline(tmp_path, *simulate, "--with-beds", "--count", str(READINGS)))
    assert count["messages"] == READINGS
    store = f"sqlite:///{tmp_path}/topic.db"
    running = OverTopic(tmp_path, "--source", f"{source}?group={topic}", "--store", store)
    with Watcher(running.port) as watcher:
        watcher.until_known(lambda screen: beds_of(screen) == 20)
        status, answer = running.post("/api/v1/readings", [{
            "patient_id": "guest", "timestamp": "2026-01-31T08:00:00Z", "heart_rate": 80,
        }])  # fmt: skip
        assert (status, answer["accepted"]) == (200, 1)
        watcher.until_known(lambda screen: "guest" in screen.patients)
    until(running, lambda: running.get("/api/v1/readings?patient_id=guest")[1]["rows"] != [])
    running.stop()
    kept = RelationalStore(store)
    assert kept.counts()["readings"] == READINGS + 1
    kept.close()


def test_admissions_of_a_topic_are_kept_once_and_their_stays_reach_the_ward(
    kafka: Server, postgresql: Any, tmp_path: Path
):
    url = url_of(tmp_path)
    admissions = kafka.create_topic(name_of(tmp_path, "admissions"), 3)
    ward = kafka.create_topic(name_of(tmp_path, "ward"), 3)
    to = f"kafka://{kafka.brokers}"
    simulate = (
        "simulate", "--profile", "admissions", "--to", f"{to}/{admissions}", "--count", "60",
        "--start", "2026-01-31T08:00:00Z", "--json",
    )  # fmt: skip
    for _ in range(2):  # what is sent again changes nothing
        assert sent(wardline(tmp_path, *simulate))["messages"] == 60
    worker = (
        "worker", "--source", f"{to}/{admissions}?group={admissions}", "--store", url,
        "--records", "admissions", "--to", f"{to}/{ward}", "--drain", "--json",
    )  # fmt: skip
    assert sent(wardline(tmp_path, *worker))["readings"] == 120
    store = RelationalStore(url)
    assert store.admission_summary().admissions == 60
    commands = [json.loads(record.value) for record in read(kafka.brokers, ward)]
    admitted = [one for one in commands if one["command"] == "admit"]
    assert len({one["content"]["admission_id"] for one in admitted}) == len(admitted)
    served = ("worker", "--source", f"{to}/{ward}?group={ward}", "--store", url, "--drain")
    assert wardline(tmp_path, *served).returncode == 0
    stays = [row for rows in store.rows(Query("stays")) for row in rows]
    assert len(stays) == len(admitted)
    store.close()
