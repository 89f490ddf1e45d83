"""The loop that somebody who knows Python well writes for the job: msgspec and dicts.

`python -m bench.kafka_parts.hand_tuned BROKERS TOPIC OUT` reads the topic once: per patient windows
of a minute (count, min, max, mean of six vital signs) to OUT-windows, unusual readings to
OUT-alerts. Nothing of its state would outlive it.
"""

import sys
from datetime import datetime

import msgspec
from confluent_kafka import Consumer, Producer

from bench.kafka_parts.contest import contest, whole_topic
from bench.kafka_parts.job import HEART_RATE_MAX, PRODUCER, READER, SPO2_MIN, WINDOW_S


class Reading(msgspec.Struct, gc=False):
    """What the job needs of a message."""

    patient_id: str
    timestamp: str
    heart_rate: float | None = None
    systolic_bp: float | None = None
    diastolic_bp: float | None = None
    spo2: float | None = None
    temperature: float | None = None
    respiratory_rate: float | None = None


def main() -> None:
    brokers, topic, out = sys.argv[1:4]
    consumer = Consumer(READER | {"bootstrap.servers": brokers, "group.id": "hand"})
    producer = Producer(PRODUCER | {"bootstrap.servers": brokers})
    count, places = whole_topic(consumer, topic)
    with contest() as done:
        consumer.assign(places)
        work(consumer, producer, count, out)
        producer.flush(60)
        done(count)
    consumer.close()


def work(consumer: Consumer, producer: Producer, count: int, out: str) -> None:
    decode, encode = msgspec.json.Decoder(Reading).decode, msgspec.json.Encoder().encode
    windows: dict[str, list] = {}
    minutes: dict[str, int] = {}
    taken = 0
    while taken < count:
        for message in consumer.consume(10_000, 0.1):
            value = message.value()
            reading = decode(value)
            taken += 1
            patient, head = reading.patient_id, reading.timestamp[:16]
            minute = minutes.get(head)
            if minute is None:
                minute = minutes[head] = minute_of(head)
            values = (
                reading.heart_rate, reading.systolic_bp, reading.diastolic_bp, reading.spo2,
                reading.temperature, reading.respiratory_rate,
            )  # fmt: skip
            window = windows.get(patient)
            if window is None or window[0] != minute:
                if window is not None:
                    closed(producer, encode, out, patient, window)
                windows[patient] = window = [minute, *([0, 1e9, -1e9, 0.0] for _ in values)]
            for place, item in enumerate(values, 1):
                if item is not None:
                    sums = window[place]
                    sums[0] += 1
                    sums[1] = min(sums[1], item)
                    sums[2] = max(sums[2], item)
                    sums[3] += item
            heart_rate, spo2 = values[0], values[3]
            if (heart_rate is not None and heart_rate > HEART_RATE_MAX) or (
                spo2 is not None and spo2 < SPO2_MIN
            ):
                produce(producer, f"{out}-alerts", patient, value)
        producer.poll(0)
    for patient, window in windows.items():
        closed(producer, encode, out, patient, window)


def minute_of(head: str) -> int:
    """The window of a time's text up to the minute, which many readings share."""
    return int(datetime.fromisoformat(f"{head}:00+00:00").timestamp()) // WINDOW_S


def closed(producer: Producer, encode, out: str, patient: str, window: list) -> None:
    """A window's message."""
    minute, *sums = window
    parts = [
        [count, low, high, total / count] if count else None for count, low, high, total in sums
    ]
    produce(producer, f"{out}-windows", patient, encode((patient, minute * WINDOW_S, parts)))


def produce(producer: Producer, topic: str, key: str, value: bytes) -> None:
    while True:
        try:
            producer.produce(topic, value, key)
        except BufferError:
            producer.poll(0.05)
        else:
            return


if __name__ == "__main__":
    main()
