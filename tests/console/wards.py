"""A running `wardline up` without simulator, and what bedside devices and nurses do to it."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.e2e.running import Running, environment, free_port

ICU = "ICU-1"
"""The ward in which patients lie unless told otherwise."""

WELL: dict[str, Any] = {
    "heart_rate": 75,
    "spo2": 97,
    "respiratory_rate": 16,
    "systolic_bp": 122,
    "diastolic_bp": 78,
    "bp_method": "cuff",
    "temperature": 36.8,
    "on_oxygen": False,
    "consciousness": "A",
}
"""What a patient measures who has no alarm and a NEWS2 of 0."""

TEXT_MAX = 128
"""Characters of an id."""

ACTOR = "nurse Kim"
TOKEN = "a-token-for-the-night-shift"


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def reading(patient_id: str, at_ms: int | None = None, **values: Any) -> dict[str, Any]:
    at = now_ms() if at_ms is None else at_ms
    return {"patient_id": patient_id, "timestamp": at, "source": "bedside", **values}


class Ward(Running):
    """One `wardline up` that can be killed and started again on the same port and store."""

    def __init__(self, folder: Path, *arguments: str, token: str | None = None):
        self.folder = folder
        self.port = free_port()
        self.token = token
        self.log = folder / f"up-{self.port}.log"
        self._command = [
            sys.executable, "-m", "wardline", "up", "--no-browser", "--port", str(self.port),
            *(arguments or ("--no-simulator",)),
        ]  # fmt: skip
        self.start()

    def start(self) -> None:
        """Start it (again); returns when it is ready."""
        surroundings = environment(self.folder)
        if self.token is not None:
            surroundings["WARDLINE_TOKEN"] = self.token
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command, env=surroundings, stdout=log, stderr=log, start_new_session=True
            )
        self.ready_s = self._wait_until_ready()

    def end(self) -> None:
        """Stop it in whatever state it is."""
        if self.process.poll() is None:
            self.thaw()
            self.stop()

    def freeze(self) -> None:
        """It stays connected but does nothing any more, as a machine that hangs."""
        os.kill(self.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.process.pid, signal.SIGCONT)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, method: str, path: str, content: Any = None) -> tuple[int, Any]:
        """(status, JSON answer); with the token where there is one."""
        headers = {"Content-Type": "application/json"}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            body = None if content is None else json.dumps(content)
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            text = response.read()
            return response.status, json.loads(text) if text.startswith((b"{", b"[")) else text
        finally:
            connection.close()

    def send(self, *readings: dict[str, Any]) -> None:
        """Post readings; every one of them must be taken."""
        status, answer = self.post("/api/v1/readings", list(readings))
        assert (status, answer["accepted"]) == (200, len(readings)), answer

    def enter(self, patient_id: str, what: str, **content: Any) -> None:
        """Enter settings, observations, admission, transfer or discharge."""
        method = "PUT" if what == "settings" else "POST"
        path = f"/api/v1/patients/{quote(patient_id, safe='')}/{what}"
        status, answer = self.ask(method, path, {"actor": ACTOR, **content})
        assert status == 200, answer

    def admit(self, patient_id: str, bed: str, ward: str = ICU) -> None:
        self.enter(
            patient_id, "admission", admission_id=f"adm {bed}"[:TEXT_MAX], ward=ward, bed=bed
        )

    def fill(self, count: int) -> list[str]:
        """Admit PT-001 ... to beds 1 ... ; their ids."""
        patient_ids = [f"PT-{number:03d}" for number in range(1, count + 1)]
        for number, patient_id in enumerate(patient_ids, 1):
            self.admit(patient_id, str(number))
        return patient_ids
