"""`wardline up` on a store in PostgreSQL, whose server comes and goes."""

from pathlib import Path
from typing import Any

import pytest
from tests.e2e.running import Running, wardline
from tests.postgresql import Server, url_of

from wardline.pipeline.digest import findings_digest
from wardline.pipeline.ports import Query
from wardline.stores.relational.store import RelationalStore

pytestmark = pytest.mark.slow

START = 1_700_000_000_000
TRIES_MAX = 600


@pytest.fixture
def url(postgresql: Server, tmp_path: Path) -> str:
    return url_of(tmp_path)


def reading(second: int) -> dict[str, Any]:
    at = START + second * 1_000
    return {"patient_id": "guest", "timestamp": at, "heart_rate": 60 + second, "spo2": 97}


def post_until_taken(running: Running, item: dict[str, Any]) -> int:
    """As a gateway does; gives how often it was refused."""
    for refusals in range(TRIES_MAX):
        status, answer = running.post("/api/v1/readings", [item])
        if status == 200:
            assert answer["accepted"] + answer["duplicates"] == 1
            return refusals
        assert status == 503, answer
        running.process_may_go_on()
    raise AssertionError("never taken")


def stored(url: str) -> list[int]:
    store = RelationalStore(url)
    times = [row[1] for rows in store.rows(Query("readings", "guest")) for row in rows]
    store.close()
    return [(at - START) // 1_000 for at in times]


def test_a_ward_survives_its_server_and_itself(postgresql: Server, url: str, tmp_path: Path):
    running = Running(tmp_path, "--store", url, "--no-simulator")
    assert post_until_taken(running, reading(0)) == 0
    postgresql.stop()
    assert running.post("/api/v1/readings", [reading(1)])[0] == 503
    assert running.get("/readyz")[0] == 503
    postgresql.start()
    post_until_taken(running, reading(1))
    postgresql.kill()
    postgresql.start()
    post_until_taken(running, reading(2))
    running.kill()
    running = Running(tmp_path, "--store", url, "--no-simulator")
    assert running.post("/api/v1/readings", [reading(2)])[1]["duplicates"] == 1
    post_until_taken(running, reading(3))
    assert running.stop()[0] == 0
    assert stored(url) == [0, 1, 2, 3]


def test_a_second_wardline_may_not_write_to_the_same_database(url: str, tmp_path: Path):
    running = Running(tmp_path, "--store", url, "--no-simulator")
    done = wardline(tmp_path, "up", "--store", url, "--no-browser", "--port", "0")
    running.stop()
    assert done.returncode == 1
    assert "another Wardline is writing" in done.stderr.splitlines()[-1]


def test_a_simulated_ward_lives_there(url: str, tmp_path: Path):
    running = Running(tmp_path, "--store", url, "--patients", "3", "--history", "10m")
    _, latest = running.get("/api/v1/vitals/latest")
    assert [p["bed"] for p in latest["patients"]] == ["A-01", "A-02", "A-03"]
    _, windows = running.get("/api/v1/windows?patient_id=PT-001&limit=500")
    assert len({row["window_start"] for row in windows["rows"]}) >= 8
    assert running.stop()[0] == 0
    store = RelationalStore(url)
    assert len(findings_digest(store).sha256) == 64
    assert store.kind == "PostgreSQL"
    store.close()
