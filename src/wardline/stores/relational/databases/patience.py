"""A session that gives up on a server that is frozen, not dead.

Such a server keeps its sessions open and its network answering, so nothing else would notice, and a
time limit that it should keep itself is of no use.
"""

import time
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen

LOOK_EVERY_S = 0.1
"""The bound is kept to within so much."""

Answer = TypeVar("Answer")


class PatientSession(psycopg.Connection[Any]):
    """Waits no longer than `answer_max_s` for one answer; then the session is given up."""

    answer_max_s = 60.0

    def wait(
        self, gen: PQGen[Answer], interval: float = LOOK_EVERY_S, timeout: float | None = None
    ) -> Answer:
        """Every wait of the driver comes through here."""
        return super().wait(self._bounded(gen), interval, timeout)

    def _bounded(self, steps: PQGen[Answer]) -> PQGen[Answer]:
        deadline_s = time.monotonic() + self.answer_max_s
        try:
            wanted = next(steps)
            while True:
                ready = yield wanted
                if not ready and time.monotonic() > deadline_s:
                    self.pgconn.finish()
                    raise psycopg.OperationalError("the server does not answer")
                wanted = steps.send(ready)
        except StopIteration as end:
            return end.value
