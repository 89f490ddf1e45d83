"""The loop of the first afternoon: poll, json.loads, dicts.

`python -m bench.kafka_parts.naive_loop BROKERS TOPIC OUT` does the job of `hand_tuned`.
"""

import json
import sys
from datetime import datetime

from confluent_kafka import Consumer, Producer

from bench.kafka_parts.contest import contest, whole_topic
from bench.kafka_parts.hand_tuned import produce
from bench.kafka_parts.job import VITALS, WINDOW_S, is_alert


def main() -> None:
    brokers, topic, out = sys.argv[1:4]
    consumer = Consumer({"bootstrap.servers": brokers, "group.id": "naive-loop"})
    producer = Producer({"bootstrap.servers": brokers})
    count, places = whole_topic(consumer, topic)
    windows: dict[str, tuple[int, dict[str, list[float]]]] = {}
    with contest() as done:
        consumer.assign(places)
        taken = 0
        while taken < count:
            message = consumer.poll(1.0)
            if message is None or message.error():
                continue
            taken += 1
            reading = json.loads(message.value())
            patient = reading["patient_id"]
            at = datetime.fromisoformat(reading["timestamp"]).timestamp()
            minute = int(at) // WINDOW_S
            window = windows.get(patient)
            if window is None or window[0] != minute:
                if window is not None:
                    closed(producer, out, patient, window)
                window = windows[patient] = (minute, {name: [] for name in VITALS})
            for name in VITALS:
                if reading.get(name) is not None:
                    window[1][name].append(reading[name])
            if is_alert(reading.get("heart_rate"), reading.get("spo2")):
                produce(producer, f"{out}-alerts", patient, message.value())
            producer.poll(0)
        for patient, window in windows.items():
            closed(producer, out, patient, window)
        producer.flush(60)
        done(count)
    consumer.close()


def closed(
    producer: Producer, out: str, patient: str, window: tuple[int, dict[str, list[float]]]
) -> None:
    """A window's message."""
    minute, lists = window
    parts = [[len(v), min(v), max(v), sum(v) / len(v)] if v else None for v in lists.values()]
    value = json.dumps((patient, minute * WINDOW_S, parts)).encode()
    produce(producer, f"{out}-windows", patient, value)


if __name__ == "__main__":
    main()
