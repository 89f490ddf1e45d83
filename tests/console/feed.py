"""Bedside monitors: a thread that sends what every patient measures now, once a second."""

import threading
import time
from collections.abc import Iterable
from typing import Any, Self

from tests.console.wards import WELL, Ward, reading

PERIOD_S = 1.0
END_MAX_S = 40.0
"""One request under way may take its own time limit; then the thread has ended."""


class Feed:
    """Sends readings of its patients until closed. A server that is away is tried again.

    `rounds`: how often everything was sent and taken.
    """

    def __init__(self, ward: Ward, patient_ids: Iterable[str] = (), **values: Any):
        self.ward = ward
        self.rounds = 0
        self._present = {patient_id: {**WELL, **values} for patient_id in patient_ids}
        self._changed = threading.Condition()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bedside", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join(END_MAX_S)
        assert not self._thread.is_alive()

    def change(self, patient_id: str, **values: Any) -> None:
        """What this patient measures from now on; a value of None is measured no more."""
        with self._changed:
            after = {**self._present.get(patient_id, WELL), **values}
            kept = {name: value for name, value in after.items() if value is not None}
            self._present = {**self._present, patient_id: kept}

    def silence(self, patient_id: str) -> None:
        """This patient's monitor sends nothing any more."""
        with self._changed:
            self._present = {p: v for p, v in self._present.items() if p != patient_id}

    def wait_for_rounds(self, count: int) -> None:
        """Return when everything has been sent and taken `count` times more."""
        with self._changed:
            aim = self.rounds + count
            is_there = self._changed.wait_for(lambda: self.rounds >= aim, count * PERIOD_S * 3 + 30)
        assert is_there, f"{self.rounds} rounds instead of {aim}"

    def _run(self) -> None:
        due = time.monotonic()
        while not self._ending.wait(max(due - time.monotonic(), 0)):
            due = max(due + PERIOD_S, time.monotonic())
            self._send_round()

    def _send_round(self) -> None:
        present = self._present
        readings = [reading(patient_id, **values) for patient_id, values in present.items()]
        try:
            if readings and self.ward.post("/api/v1/readings", readings)[0] != 200:
                return
        except OSError:
            return  # it was killed, and will be started again
        with self._changed:
            self.rounds += 1
            self._changed.notify_all()
