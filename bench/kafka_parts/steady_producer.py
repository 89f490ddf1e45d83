"""Monitors that send steadily: `steady_producer BROKERS TOPIC PATIENTS RATE SECONDS FILE`.

FILE gets a line per reading: patient, when it was measured, when the broker had it (both in ms).
"""

import json
import sys
import time
from pathlib import Path

from confluent_kafka import Producer

STEP_S = 0.01


def main() -> None:
    brokers, topic = sys.argv[1:3]
    patients, rate, seconds = map(int, sys.argv[3:6])
    producer = Producer(
        {"bootstrap.servers": brokers, "linger.ms": 5, "acks": "all", "compression.type": "lz4",
         "partitioner": "murmur2_random"}
    )  # fmt: skip
    appended: list[str] = []

    def note(error, message) -> None:
        assert error is None, error
        key, at = message.key().decode(), json.loads(message.value())["timestamp"]
        appended.append(f"{key} {at} {message.timestamp()[1]}\n")

    begun_s, sent = time.monotonic(), 0
    while (passed_s := time.monotonic() - begun_s) < seconds:
        while sent < passed_s * rate:
            patient = f"PT-{sent % patients:04d}"
            producer.produce(topic, reading(patient, sent), patient, on_delivery=note)
            sent += 1
        producer.poll(STEP_S)
    producer.flush(30)
    Path(sys.argv[6]).write_text("".join(appended))


def reading(patient: str, number: int) -> bytes:
    """Values move a little, so that every reading is something new to show."""
    wave = number // 1000 % 5
    return (
        f'{{"patient_id":"{patient}","timestamp":{time.time_ns() // 1_000_000},'
        f'"heart_rate":{70 + wave},"systolic_bp":{115 + wave},"diastolic_bp":{75 + wave},'
        f'"spo2":{96 + wave % 3},"temperature":36.8,"respiratory_rate":{14 + wave}}}'
    ).encode()


if __name__ == "__main__":
    main()
