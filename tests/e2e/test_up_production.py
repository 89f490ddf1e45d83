"""The whole set on one machine: Kafka, PostgreSQL, two workers, server and senders."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.e2e.running import FIRST_START_MAX_S, ROOT, environment, free_port
from tests.e2e.test_topics import beds_of
from tests.kafka import MISSING as NO_KAFKA
from tests.kafka import programs
from tests.postgresql import MISSING as NO_POSTGRESQL
from tests.postgresql import binaries
from tests.server.watching import Watcher
from websockets.exceptions import ConnectionClosed

pytestmark = pytest.mark.slow

STOP_MAX_S = 40.0


class Production:
    """One `make up-production`, but for its installing."""

    def __init__(self, folder: Path, port: int):
        self.port = port
        self.log = folder / f"production-{port}.log"
        kept = {name: value for name, value in os.environ.items() if name == "WARDLINE_KAFKA"}
        command = [
            sys.executable, "-m", "deploy.one_machine.up", "--data", str(folder / "data"),
            "--port", str(port), "--patients", "8",
        ]  # fmt: skip
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, env={**environment(folder), **kept}, stdout=log, stderr=log, cwd=ROOT
            )
        self._wait()

    def _wait(self) -> None:
        deadline_s = time.monotonic() + FIRST_START_MAX_S
        while b"Wardline is ready" not in self.log.read_bytes():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline_s, self.log.read_text()
            try:
                self.process.wait(0.2)
            except subprocess.TimeoutExpired:
                continue

    def stop(self) -> str:
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(STOP_MAX_S) == 0, self.log.read_text()
        return self.log.read_text()


def watch_until_well(port: int) -> None:
    """Workers that share partitions anew cut viewers off, who come again."""
    for _ in range(10):
        with suppress(ConnectionClosed), Watcher(port) as watcher:
            watcher.until_known(lambda screen: beds_of(screen) == 8)
            watcher.until(lambda m: m["type"] == "heartbeat" and not m["problems"])
            return
    raise AssertionError("nobody could watch for long")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """One that the server's own user may enter, where the tests run as root."""
    folder = Path(tempfile.mkdtemp(prefix="wardline-production-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_the_whole_set_starts_shows_a_ward_with_beds_stops_and_starts_again(open_folder: Path):
    if programs() is None:
        pytest.skip(NO_KAFKA)
    if binaries() is None:
        pytest.skip(NO_POSTGRESQL)
    for _ in range(2):
        production = Production(open_folder, free_port())
        try:
            watch_until_well(production.port)
        finally:
            told = production.stop()
        assert "Stopped" in told
