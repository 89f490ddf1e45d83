"""`wardline up` as a user meets it."""

import signal
import socket
import sqlite3
from itertools import pairwise
from pathlib import Path

import pytest
from tests.e2e.running import Running, wardline

pytestmark = pytest.mark.slow

READY_AGAIN_MAX_S = 20.0
"""Five seconds on a machine of one's own; tests share theirs."""
STOP_MAX_S = 10.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which a ward of three has run for a while and was stopped."""
    folder = tmp_path_factory.mktemp("ward")
    running = Running(folder, "--patients", "3", "--history", "10m")
    _, latest = running.get("/api/v1/vitals/latest")
    assert [p["bed"] for p in latest["patients"]] == ["A-01", "A-02", "A-03"]
    assert all(p["vitals"]["heart_rate"]["state"] == "live" for p in latest["patients"])
    _, windows = running.get("/api/v1/windows?patient_id=PT-001&limit=500")
    assert len({row["window_start"] for row in windows["rows"]}) >= 8
    status, stop_s = running.stop()
    assert (status, stop_s < STOP_MAX_S) == (0, True)
    return folder


def readings(folder: Path) -> list[tuple[str, int]]:
    with sqlite3.connect(folder / "wardline.db") as store:
        return store.execute("SELECT patient_key, observed_at FROM readings").fetchall()


def test_a_restart_fills_only_what_is_missing_and_is_ready_soon(folder: Path):
    before = set(readings(folder))
    running = Running(folder, "--patients", "3", "--history", "10m")
    assert running.ready_s < READY_AGAIN_MAX_S
    assert running.stop(signal.SIGINT)[0] == 0
    after = readings(folder)
    assert before < set(after)
    times = sorted(at for patient, at in after if patient == 1)
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert max(gaps) <= 1_000


def test_what_is_sent_is_there_after_a_restart(folder: Path):
    running = Running(folder, "--no-simulator")
    sent = {"patient_id": "guest", "timestamp": 1_700_000_000_000, "heart_rate": 61}
    assert running.post("/api/v1/readings", [sent]) == (
        200, {"accepted": 1, "duplicates": 0, "rejected": []},
    )  # fmt: skip
    running.kill()
    running = Running(folder, "--no-simulator")
    assert running.post("/api/v1/readings", [sent])[1]["duplicates"] == 1
    running.stop()


def test_a_port_that_is_taken_is_one_clear_line(folder: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = wardline(folder, "up", "--no-browser", "--port", str(port))
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(f"Error: cannot listen on 127.0.0.1 port {port}")
    assert "Traceback" not in done.stderr


def test_a_second_wardline_may_not_write_to_the_same_store(folder: Path):
    running = Running(folder, "--no-simulator")
    done = wardline(folder, "up", "--no-browser", "--port", "0", "--no-simulator")
    running.stop()
    assert done.returncode == 1
    assert "another Wardline is writing" in done.stderr.splitlines()[-1]


def test_a_data_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path):
    file = tmp_path / "file"
    file.write_text("in the way")
    done = wardline(file / "folder", "up", "--no-browser")
    assert done.returncode == 1
    assert "WARDLINE_DATA_DIR" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_beyond_loopback_a_token_is_needed(folder: Path):
    done = wardline(folder, "up", "--no-browser", "--host", "0.0.0.0", "--port", "0")
    assert done.returncode == 1
    assert "without a token" in done.stderr.splitlines()[-1]
