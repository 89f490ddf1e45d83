"""A ward that never stops: twenty patients, ten readings a second of each, to a topic."""

import json
import threading
import time
from collections import defaultdict
from typing import Any, Self

PATIENTS = [f"P-{number:02d}" for number in range(20)]
EVERY_S = 0.1
"""Each patient is measured so often: 200 readings a second."""
QUEUED_MAX = 200_000
"""Readings that wait for brokers that are away: more than any test here makes."""
GIVEN_UP_S = 300.0
"""Longer than any outage: what waits is written in the end."""
END_S = 60.0


class Producer:
    """`acknowledged`: (patient, ms) of what all in-sync brokers have; `reached` by partition."""

    def __init__(self, brokers: str, topic: str, given_up_s: float = GIVEN_UP_S):
        from confluent_kafka import Producer as Client  # noqa: PLC0415 - an extra

        self.acknowledged: set[tuple[str, int]] = set()
        self.sent: set[tuple[str, int]] = set()
        self.reached: dict[int, int] = defaultdict(int)
        self.errors = 0
        self.newest_patients: list[str] = []
        self._topic = topic
        self._client = Client({
            "bootstrap.servers": brokers, "acks": "all", "enable.idempotence": True,
            "partitioner": "murmur2_random", "linger.ms": 5,
            "message.timeout.ms": int(given_up_s * 1000),
            "queue.buffering.max.messages": QUEUED_MAX,
            "reconnect.backoff.max.ms": 1_000, "error_cb": lambda _: None, "log_level": 3,
        })  # fmt: skip
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def admit(self, *patients: str) -> None:
        """Measure these, too."""
        self.newest_patients += patients

    def stop(self) -> None:
        """No more readings; those on their way are written, or given up."""
        self._stopping.set()
        self._thread.join(END_S)
        assert self._client.flush(END_S) == 0, "readings still wait for the brokers"

    def _run(self) -> None:
        due_s = time.monotonic()
        while not self._stopping.wait(max(0.0, due_s - time.monotonic())):
            due_s += EVERY_S
            for number, patient in enumerate([*PATIENTS, *self.newest_patients]):
                self._send(patient, number)
            self._client.poll(0)

    def _send(self, patient: str, number: int) -> None:
        now_ms = time.time_ns() // 1_000_000
        self.sent.add((patient, now_ms))
        self._client.produce(
            self._topic, json.dumps(_reading(patient, number, now_ms)), patient,
            on_delivery=lambda error, message: self._report(error, message, (patient, now_ms)),
        )  # fmt: skip

    def _report(self, error: Any, message: Any, key: tuple[str, int]) -> None:
        if error is not None:
            self.errors += 1
            return
        self.acknowledged.add(key)
        place, offset = message.partition(), message.offset()
        self.reached[place] = max(self.reached[place], offset)


def _reading(patient: str, number: int, now_ms: int) -> dict[str, Any]:
    """Well for some seconds, then a pulse that raises an alarm; each patient at another time."""
    is_high = (now_ms // 1000 + number) % 16 >= 8
    pulse = (150 if is_high else 75) + now_ms // 100 % 5
    return {"patient_id": patient, "timestamp": now_ms, "heart_rate": pulse, "spo2": 97}
