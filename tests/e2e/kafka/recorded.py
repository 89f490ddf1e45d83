"""What monitors sent to a topic: a simulated ward with everything that goes wrong, and recordings.

All messages of a patient are in one partition, as producers that key by patient_id put them.
"""

import io
import json
import random
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from itertools import groupby, islice
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
from pyarrow import ipc

from wardline.codecs.reading_objects import reading_objects
from wardline.codecs.topic_messages import command_message
from wardline.model.commands import Command
from wardline.simulator.messages import messages
from wardline.simulator.ward import Ward
from wardline.sources.kafka.keys import partition_of
from wardline.sources.recordings import open_recordings

START = 1_700_000_040_000
HOSTILE = (
    b"{", b"", b"[]", b"\x00\xff\xfe", b"null", b'{"command":1}', b'"text"', b"\xff\xff\xff\xff??",
    b'{"patient_id":"%s","timestamp":1e400}', b'{"patient_id":"%s","heart_rate":80}',
    b'{"command":"settings","patient_id":"%s","content":{"age":"old"}}',
)  # fmt: skip


class Sent(NamedTuple):
    """One message. `patients`: those whose order it is part of."""

    partition: int
    key: bytes
    value: bytes
    patients: tuple[str, ...]

    @property
    def is_command(self) -> bool:
        return self.value.startswith(b'{"command":')


class Desk:
    """Packs and addresses readings; `prefix` begins the id of every patient."""

    def __init__(self, prefix: str, partitions: int, turn: random.Random):
        self.prefix = prefix
        self.partitions = partitions
        self.turn = turn

    def partition(self, patient_id: str) -> int:
        """By what follows the prefix: another one changes nothing."""
        return partition_of(patient_id.removeprefix(self.prefix).encode(), self.partitions)

    def one(self, patient_id: str, value: bytes) -> Sent:
        return Sent(self.partition(patient_id), patient_id.encode(), value, (patient_id,))

    def packed(self, partition: int, readings: Sequence[dict[str, Any]]) -> Sent:
        """Readings of one partition in one message."""
        patients = tuple(dict.fromkeys(reading["patient_id"] for reading in readings))
        pack = self.turn.choice((_lines, _arrow))
        return Sent(partition, patients[0].encode(), pack(readings), patients)

    def moment(self, readings: Sequence[dict[str, Any]]) -> Iterator[Sent]:
        """What is sent together: one message each, or all of a partition in one."""
        ordered = sorted(readings, key=lambda reading: self.partition(reading["patient_id"]))
        for partition, some in groupby(ordered, lambda one: self.partition(one["patient_id"])):
            group = list(some)
            if self.turn.random() < 0.2:
                yield self.packed(partition, group)
            else:
                yield from (self.one(one["patient_id"], _json(one)) for one in group)


def ward(
    prefix: str, patients: int, seconds: int, partitions: int, seed: int = 1
) -> list[Sent]:  # fmt: skip
    """Some minutes of a simulated ward: repeats, late and conflicting readings, nonsense,
    commands, packed messages."""
    desk = Desk(prefix, partitions, random.Random(seed))
    simulated = Ward(patients, seed, START)
    readings = (
        json.loads(value) | {"patient_id": prefix + json.loads(value)["patient_id"]}
        for batch in simulated.pieces(START, START + seconds * 1000)
        for value in messages(batch, simulated.profile)
    )
    sent: list[Sent] = []
    held: deque[tuple[int, Sent]] = deque()
    for second, some in groupby(enumerate(readings), lambda pair: pair[0] // patients):
        now = [reading for _, reading in some]
        while held and held[0][0] <= second:
            sent.append(held.popleft()[1])
        kept = [one for one in now if not _holds_back(desk, second, one, held)]
        sent += desk.moment(kept)
        sent += _odd(desk, now)
    return sent + [one for _, one in held]


def _holds_back(
    desk: Desk, second: int, reading: dict[str, Any], held: deque[tuple[int, Sent]]
) -> bool:
    """Whether it comes half a minute late. A few come again then, or with another value."""
    luck = desk.turn.random()
    patient_id = reading["patient_id"]
    if luck < 0.05:
        held.append((second + 30, desk.one(patient_id, _json(reading))))
    elif luck < 0.07:
        held.append((second + 30, desk.one(patient_id, _json(reading | {"heart_rate": 61.5}))))
    return luck < 0.03


def _odd(desk: Desk, readings: Sequence[dict[str, Any]]) -> Iterator[Sent]:
    """Now and then nonsense, a command, a value that cannot be."""
    reading = desk.turn.choice(readings)
    patient_id, luck = reading["patient_id"], desk.turn.random()
    at = _ms(reading["timestamp"])
    if luck < 0.10:
        value = desk.turn.choice(HOSTILE).replace(b"%s", patient_id.encode())
        yield desk.one(patient_id, value)
    elif luck < 0.16:
        content = {"age": desk.turn.randint(20, 90)}
        told = Command(patient_id, at, "nurse", "settings", content)
        yield desk.one(patient_id, command_message(told))
    elif luck < 0.20:
        content = {"admission_id": f"A{at}", "ward": "W", "bed": f"B{desk.turn.randint(1, 9)}"}
        yield desk.one(patient_id, command_message(Command(patient_id, at, "", "admit", content)))
    elif luck < 0.24:
        yield desk.one(patient_id, _json(reading | {"timestamp": at + 1, "heart_rate": 900}))


def recordings(prefix: str, folder: Path, partitions: int, rows_each: int) -> list[Sent]:
    """The first readings of each recording of real patients, as JSON."""
    desk = Desk(prefix, partitions, random.Random(2))
    sent: list[Sent] = []
    for name in ("bidmc", "mimic3_demo_vitals"):
        for reading in _first_readings(folder / name, rows_each):
            patient_id = prefix + reading["patient_id"]
            sent.append(desk.one(patient_id, _json(reading | {"patient_id": patient_id})))
    return sent


@cache
def _first_readings(folder: Path, count: int) -> list[dict[str, Any]]:
    sources = open_recordings([folder]).sources if folder.is_dir() else []
    return list(islice(_readings(sources), count))


def _readings(sources: Sequence[Any]) -> Iterator[dict[str, Any]]:
    for source in sources:
        while (decoded := source.poll()) is not None:
            yield from reading_objects(decoded.batch)
        source.close()


def interleaved(sent: Sequence[Sent], seed: int) -> list[Sent]:
    """Every patient's messages in their order, but shuffled across patients."""
    turn = random.Random(seed)
    queues: defaultdict[str, deque[int]] = defaultdict(deque)
    for number, one in enumerate(sent):
        for patient in one.patients:
            queues[patient].append(number)
    found: list[Sent] = []
    names = sorted(queues)
    while names:
        name = turn.choice(names)
        number = queues[name][0]
        if all(queues[patient][0] == number for patient in sent[number].patients):
            found.append(sent[number])
            for patient in sent[number].patients:
                queues[patient].popleft()
            names = [each for each in names if queues[each]]
    return found


def readdressed(sent: Sequence[Sent], before: str, after: str) -> list[Sent]:
    """The same for patients with another prefix of the same length."""
    assert len(before) == len(after)
    old, new = before.encode(), after.encode()
    return [
        Sent(
            one.partition, one.key.replace(old, new), one.value.replace(old, new),
            tuple(patient.replace(before, after) for patient in one.patients),
        )
        for one in sent
    ]  # fmt: skip


def twice(sent: Sequence[Sent]) -> Iterator[Sent]:
    """As a producer repeats that got no answer. Commands carry no key that tells a repeat."""
    for one in sent:
        yield one
        if not one.is_command:
            yield one


def _ms(timestamp: str) -> int:
    return round(datetime.fromisoformat(timestamp).timestamp() * 1000)


def _json(reading: dict[str, Any]) -> bytes:
    return json.dumps(reading).encode()


def _lines(readings: Sequence[dict[str, Any]]) -> bytes:
    return b"\n".join(map(_json, readings))


def _arrow(readings: Sequence[dict[str, Any]]) -> bytes:
    table, packed = pa.Table.from_pylist(list(readings)), io.BytesIO()
    with ipc.new_stream(packed, table.schema) as stream:
        stream.write_table(table)
    return packed.getvalue()
