"""A `wardline up` of its own process, and what one asks it over HTTP."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FIRST_START_MAX_S = 400.0
"""The first start of all compiles the engine, on a machine that may be busy with other tests."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(folder: Path) -> dict[str, str]:
    paths = [str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("WARDLINE_")},
        "PYTHONPATH": os.pathsep.join(paths),
        "WARDLINE_DATA_DIR": str(folder),
    }


def wardline(
    folder: Path, *arguments: str, timeout_s: float = 600.0
) -> subprocess.CompletedProcess:
    """Run a command to its end."""
    command = [sys.executable, "-m", "wardline", *arguments]
    return subprocess.run(
        command,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )


class Running:
    """One process of `wardline up`; `ready_s` is how long it took to be ready."""

    def __init__(self, folder: Path, *arguments: str):
        self.folder = folder
        self.arguments = arguments
        self.port = free_port()
        self.log = folder / f"up-{self.port}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self.command(),
                env=self.environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.ready_s = self._wait_until_ready()

    def command(self) -> list[str]:
        return [
            sys.executable, "-m", "wardline", "up", "--no-browser", "--port", str(self.port),
            *self.arguments,
        ]  # fmt: skip

    def environment(self) -> dict[str, str]:
        return environment(self.folder)

    def _wait_until_ready(self) -> float:
        started = time.monotonic()
        while time.monotonic() - started < FIRST_START_MAX_S:
            if self.process.poll() is not None:
                raise AssertionError(f"it ended: {self.log.read_text()}")
            try:
                if self.get("/readyz")[0] == 200:
                    return time.monotonic() - started
            except OSError:
                pass
            self.process_may_go_on()
        raise AssertionError(f"it never got ready: {self.log.read_text()}")

    def process_may_go_on(self) -> None:
        """Leave the processor to it for a moment: it ends early if the process does."""
        try:
            self.process.wait(0.02)
        except subprocess.TimeoutExpired:
            return

    def ask(self, method: str, path: str, content: Any = None) -> tuple[int, Any]:
        """(status, JSON answer)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            body = None if content is None else json.dumps(content)
            connection.request(method, path, body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            text = response.read()
            return response.status, json.loads(text) if text.startswith((b"{", b"[")) else text
        finally:
            connection.close()

    def get(self, path: str) -> tuple[int, Any]:
        return self.ask("GET", path)

    def post(self, path: str, content: Any) -> tuple[int, Any]:
        return self.ask("POST", path, content)

    def kill(self) -> None:
        """As a power cut of the process: no handler runs."""
        self.process.kill()
        self.process.wait()

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        """(exit status, seconds it took)."""
        started = time.monotonic()
        self.process.send_signal(number)
        return self.process.wait(60), time.monotonic() - started
