"""Wardline without a store: consume, decode, all analytics, windows and alerts to topics.

`python -m bench.kafka_parts.engine_only BROKERS TOPIC OUT`. The parts are the worker's own; nothing
of the engine's state would outlive the process.
"""

import sys
from dataclasses import replace
from itertools import groupby

import msgspec
import numpy as np
from confluent_kafka import Consumer, Producer

from bench.kafka_parts.contest import contest, whole_topic
from bench.kafka_parts.hand_tuned import produce
from bench.kafka_parts.job import HEART_RATE_MAX, PRODUCER, READER, SPO2_MIN, VITALS
from wardline.assembly import warm_up
from wardline.codecs.topic_messages import decode_topic
from wardline.engine.engine import Engine
from wardline.model.decoded import Decoded
from wardline.model.names import Dictionaries
from wardline.model.vitals import MISSING, VITAL_INDEX
from wardline.pipeline.partitions import Messages
from wardline.sources.kafka.batches import Gathering, by_partition
from wardline.sources.kafka.consumer import CHUNK

PER_POLL = 20_000
PLACES = {VITAL_INDEX[name]: place for place, name in enumerate(VITALS)}
HEART_RATE, SPO2 = VITAL_INDEX["heart_rate"], VITAL_INDEX["spo2"]


class Partition:
    """One partition's engine."""

    def __init__(self, producer: Producer, out: str) -> None:
        self.readings = 0
        self._engine, self._names = Engine(), Dictionaries()
        self._producer, self._out = producer, out
        self._encode = msgspec.json.Encoder().encode

    def take(self, messages: Messages) -> None:
        """Through decoder and engine; what is found goes out."""
        for part in decode_topic(
            messages.values, messages.offsets, messages.appended_at, self._names, origin="job"
        ):
            assert isinstance(part, Decoded)
            self.readings += len(part.batch)
            # As with `--clock event`: readings arrive when they were measured.
            batch = replace(part.batch, received_at=part.batch.observed_at)
            outcome = self._engine.process(batch, np.zeros(len(batch), np.uint64))
            self._tell_windows(outcome.findings.windows)
            self._tell_alerts(part, messages)

    def _tell_windows(self, windows: np.ndarray) -> None:
        patients = self._engine.patients
        ordered = windows[np.lexsort((windows["start"], windows["patient"]))].tolist()
        for (patient, start), some in groupby(ordered, key=lambda row: (row[0], row[2])):
            parts: list[list[float] | None] = [None] * len(VITALS)
            for _, vital, _, total, count, low, high, _ in some:
                if vital in PLACES:
                    mean = total / count / 1000
                    parts[PLACES[vital]] = [count, low / 1000, high / 1000, mean]
            name = patients.text(patient)
            value = self._encode((name, start // 1000, parts))
            produce(self._producer, f"{self._out}-windows", name, value)

    def _tell_alerts(self, part: Decoded, messages: Messages) -> None:
        values, batch = part.batch.values, part.batch
        is_fast = values[:, HEART_RATE] > HEART_RATE_MAX * 1000
        is_low = (values[:, SPO2] < SPO2_MIN * 1000) & (values[:, SPO2] != MISSING)
        rows = np.flatnonzero(is_fast | is_low)
        places = np.searchsorted(messages.offsets, batch.position[rows]).tolist()
        for patient, place in zip(batch.patients.texts(batch.patient[rows]), places, strict=True):
            produce(self._producer, f"{self._out}-alerts", patient, messages.values[place])


def main() -> None:
    brokers, topic, out = sys.argv[1:4]
    warm_up()
    consumer = Consumer(READER | {"bootstrap.servers": brokers, "group.id": "engine-only"})
    producer = Producer(PRODUCER | {"bootstrap.servers": brokers})
    count, places = whole_topic(consumer, topic)
    parts = {place.partition: Partition(producer, out) for place in places}
    with contest() as done:
        consumer.assign(places)
        work(consumer, producer, parts, count)
        producer.flush(60)
        done(sum(part.readings for part in parts.values()))
    consumer.close()


def work(consumer: Consumer, producer: Producer, parts: dict[int, Partition], count: int) -> None:
    taken = 0
    while taken < count:
        gathering, some = Gathering(), 0
        while some < PER_POLL and (messages := consumer.consume(CHUNK, 0.02)):
            some += len(messages)
            for number, run in by_partition(messages):
                gathering.add(number, run)
        taken += some
        for given in gathering.give():
            parts[given.partition].take(given)
        producer.poll(0)


if __name__ == "__main__":
    main()
