"""Simulated readings in topics: a message each, or many packed into one."""

import io
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

import msgspec
import numpy as np
import pyarrow as pa
from confluent_kafka import Producer
from pyarrow import ipc

from bench.kafka_parts.servers import PARTITIONS, Broker
from wardline.model.names import Names
from wardline.model.readings import ReadingBatch
from wardline.simulator.messages import messages
from wardline.simulator.roster import PATIENT_COUNT_MAX
from wardline.simulator.ward import Ward
from wardline.sources.kafka.keys import partition_of

START = 1_700_000_000_000
PER_LINES, PER_ARROW = 100, 5_000
FLUSH_S = 120.0
STEP_MS = 10_000

Keyed = tuple[int, bytes, bytes]
"""(partition, key, message)."""


def simulated(patients: int, readings: int) -> Iterator[ReadingBatch]:
    """One reading per patient and second: six vital signs, courses and faults included.

    More patients than a ward can have must be whole wards.
    """
    seconds = -(-readings // patients)
    if patients <= PATIENT_COUNT_MAX:
        ward = Ward(patients, 42, START, profile="vitals")
        yield from ward.pieces(START, START + seconds * 1000)
        return
    assert patients % PATIENT_COUNT_MAX == 0
    wards = [
        Ward(PATIENT_COUNT_MAX, 42 + number, START, profile="vitals")
        for number in range(patients // PATIENT_COUNT_MAX)
    ]
    names = Names(f"P-{number}" for number in range(patients))
    for start in range(START, START + seconds * 1000, 1000):
        for number, ward in enumerate(wards):
            batch = ward.readings(start, start + 1000)
            code = batch.patient + np.int32(number * PATIENT_COUNT_MAX)
            yield replace(batch, patients=names, patient=code)


def keyed(patients: int, readings: int, partitions: int = PARTITIONS) -> Iterator[Keyed]:
    """The same as JSON, about 215 bytes each, by the partition of their patients."""
    places: dict[str, tuple[int, bytes]] = {}
    for batch in simulated(patients, readings):
        for patient, message in zip(
            batch.patients.texts(batch.patient), messages(batch), strict=True
        ):
            if patient not in places:
                key = patient.encode()
                places[patient] = partition_of(key, partitions), key
            yield *places[patient], message


def fill(
    broker: Broker, name: str, packed: str, of: Iterable[Keyed], partitions: int = PARTITIONS
) -> int:
    """Readings into a topic, made if it is new; gives how many. packed: no, lines or arrow."""
    broker.topic(name, partitions)
    producer = Producer(
        {
            "bootstrap.servers": broker.brokers, "compression.type": "lz4", "linger.ms": 50,
            "acks": "all", "queue.buffering.max.messages": 100_000,
        }
    )  # fmt: skip
    count = 0
    for partition, key, value, readings in _packed(packed, of):
        count += readings
        while True:
            try:
                producer.produce(name, value, key, partition)
                break
            except BufferError:
                producer.poll(0.1)
    assert producer.flush(FLUSH_S) == 0, "not all messages were acknowledged"
    return count


def _packed(packed: str, of: Iterable[Keyed]) -> Iterator[tuple[int, bytes | None, bytes, int]]:
    if packed == "no":
        yield from ((*one, 1) for one in of)
        return
    size, pack = (PER_LINES, b"\n".join) if packed == "lines" else (PER_ARROW, _arrow)
    waiting: defaultdict[int, list[bytes]] = defaultdict(list)
    for partition, _, message in of:
        some = waiting[partition]
        some.append(message)
        if len(some) == size:
            yield partition, None, pack(some), size
            some.clear()
    yield from (
        (partition, None, pack(some), len(some)) for partition, some in waiting.items() if some
    )


def _arrow(some: list[bytes]) -> bytes:
    table = pa.Table.from_pylist([msgspec.json.decode(message) for message in some])
    packed = io.BytesIO()
    with ipc.new_stream(packed, table.schema) as stream:
        stream.write_table(table)
    return packed.getvalue()
