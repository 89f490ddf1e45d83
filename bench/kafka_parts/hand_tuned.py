"""The loop that somebody who knows Python well writes for the job: msgspec and dicts.

`python -m bench.kafka_parts.hand_tuned BROKERS TOPIC OUT` reads the topic once: per patient windows
of a minute (count, min, max, mean of six vital signs) to OUT-windows, unusual readings to
OUT-alerts. Nothing of its state would outlive it.
"""

import sys

import msgspec
from confluent_kafka import Consumer, Producer

from bench.kafka_parts.contest import contest, whole_topic
from bench.kafka_parts.job import PRODUCER, READER, WINDOW_S, is_alert


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
    taken = 0
    while taken < count:
        for message in consumer.consume(10_000, 0.1):
            value = message.value()
            reading = decode(value)
            taken += 1
            patient, minute = reading.patient_id, minute_of(reading.timestamp)
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
            if is_alert(reading.heart_rate, reading.spo2):
                produce(producer, f"{out}-alerts", patient, value)
        producer.poll(0)
    for patient, window in windows.items():
        closed(producer, encode, out, patient, window)


_MINUTES: dict[str, int] = {}


def minute_of(timestamp: str) -> int:
    """The window a time is in; many readings share the text up to the minute."""
    head = timestamp[:16]
    minute = _MINUTES.get(head)
    if minute is None:
        from datetime import datetime  # noqa: PLC0415 - rarely

        at = datetime.fromisoformat(f"{head}:00+00:00")
        minute = _MINUTES[head] = int(at.timestamp()) // WINDOW_S
    return minute


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
