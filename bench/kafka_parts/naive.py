"""The design that comes to mind first: one message at a time, a row and a commit a reading.

`python -m bench.kafka_parts.naive BROKERS TOPIC DATABASE READINGS` stops after so many readings.
json.loads, lists per patient and window, a mean and deviation over the last hundred values.
"""

import json
import statistics
import sys
from collections import defaultdict, deque
from datetime import datetime
from typing import Any

import psycopg
from confluent_kafka import Consumer

from bench.kafka_parts.contest import contest, whole_topic

VITALS = (
    "heart_rate", "systolic_bp", "diastolic_bp", "spo2", "temperature", "respiratory_rate",
)  # fmt: skip
HISTORY, ENOUGH, UNUSUAL = 100, 10, 3.0
TABLE = f"""
    CREATE TABLE naive (
        patient_id text, timestamp timestamptz, {", ".join(f"{name} float" for name in VITALS)},
        unusual text, PRIMARY KEY (patient_id, timestamp)
    )
"""
INSERT = (
    f"INSERT INTO naive VALUES ({', '.join(['%s'] * (len(VITALS) + 3))}) ON CONFLICT DO NOTHING"
)


class Analytics:
    """Windows of a minute and how far a value is from the usual, in plain Python."""

    def __init__(self) -> None:
        self.windows: dict[tuple[str, int], dict[str, list[float]]] = {}
        self.history: defaultdict[tuple[str, str], deque[float]] = defaultdict(
            lambda: deque(maxlen=HISTORY)
        )

    def take(self, reading: dict[str, Any], at_s: float) -> list[str]:
        """The names of vital signs that are unusual."""
        place = reading["patient_id"], int(at_s // 60)
        window = self.windows.setdefault(place, defaultdict(list))
        unusual: list[str] = []
        for name in VITALS:
            value = reading.get(name)
            if value is None:
                continue
            window[name].append(value)
            history = self.history[reading["patient_id"], name]
            if len(history) >= ENOUGH:
                spread = statistics.pstdev(history)
                if spread and abs(value - statistics.fmean(history)) / spread > UNUSUAL:
                    unusual.append(name)
            history.append(value)
        return unusual


def main() -> None:
    brokers, topic, url, stop = *sys.argv[1:4], int(sys.argv[4])
    consumer = Consumer({"bootstrap.servers": brokers, "group.id": "naive"})
    _, places = whole_topic(consumer, topic)
    analytics, count = Analytics(), 0
    with psycopg.connect(url) as connection:
        connection.execute(TABLE.encode())
        connection.commit()
        with contest() as done:
            consumer.assign(places)
            while count < stop:
                message = consumer.poll(1.0)
                if message is None or message.error():
                    continue
                reading = json.loads(message.value())
                at = datetime.fromisoformat(reading["timestamp"])
                unusual = analytics.take(reading, at.timestamp())
                values = [reading.get(name) for name in VITALS]
                connection.execute(
                    INSERT.encode(), (reading["patient_id"], at, *values, ",".join(unusual))
                )
                connection.commit()
                count += 1
            done(count)
    consumer.close()


if __name__ == "__main__":
    main()
