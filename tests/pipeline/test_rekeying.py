"""Messages copied under the keys of their patients."""

import json
import threading
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from tests.codecs.packing import packed
from tests.pipeline.publishing import Board
from tests.pipeline.sharding import START, reading
from tests.pipeline.topics import Topic, TopicReader

from wardline.codecs.topic_messages import command_message
from wardline.model.commands import Command
from wardline.pipeline import rekeying
from wardline.pipeline.partitions import LogUnavailableError, Messages, Outgoing
from wardline.pipeline.rekeying import Rekeyer, copies

TO = "patient-vitals"


def copied(*values: bytes) -> list[tuple[bytes | None, bytes]]:
    offsets = np.arange(7, 7 + len(values))
    found = copies(Messages(1, values, offsets, offsets), TO)
    assert {(one.topic, one.partition) for one in found} <= {(TO, None)}
    return [(one.key, one.value) for one in found]


def test_a_reading_or_command_stays_as_it_is_and_gets_its_key():
    odd = b'{ "patient_id": "Zo\\u00eb",\n "timestamp": 1700000000000, "SpO2": 97, "x": [1] }'
    told = command_message(Command("a", START, "", "discharge", {}))
    assert copied(odd.replace(b"\n", b""), told) == [
        ("Zoë".encode(), odd.replace(b"\n", b"")),
        (b"a", told),
    ]


@pytest.mark.parametrize(
    "message",
    [
        b"\n".join(reading(name, START, spo2=97) for name in "ab"),
        json.dumps([json.loads(reading(n, START, spo2=97)) for n in "ab"], indent=1).encode(),
        packed([json.loads(reading(name, START, spo2=97)) for name in "ab"]),
        packed([json.loads(reading(name, START, spo2=97)) for name in "ab"], as_file=True),
    ],
    ids=["lines", "array", "Arrow stream", "Arrow file"],
)
def test_packed_readings_become_one_message_each(message: bytes):
    found = copied(reading("z", START, spo2=90), message, reading("z", START + 1, spo2=90))
    assert [key for key, _ in found] == [b"z", b"a", b"b", b"z"]
    for key, value in found[1:3]:
        assert b"\n" not in value
        said = {"patient_id": (key or b"").decode(), "timestamp": START, "spo2": 97}
        assert json.loads(value) == said


def test_what_a_mark_calls_not_available_stays_so_and_what_is_implausible_too():
    (one,) = copied(
        packed([{"patient_id": "a", "timestamp": START, "hr": 999, "marks": "spo2:na"}])
    )
    assert json.loads(one[1]) == {"patient_id": "a", "timestamp": START, "hr": 999, "spo2": None}


def test_what_cannot_be_decoded_stays_as_it_is_without_a_key():
    poison = [b"nonsense", b"\x00\xff", b"[1,", b'{"command":1}', b"ARROW1\0\0junk"]
    assert copied(*poison) == [(None, value) for value in poison]


def test_a_refused_reading_of_a_known_patient_has_its_key():
    refused = b'{"patient_id":"a","timestamp":"never","spo2":97}'
    assert copied(refused) == [(b"a", refused)]


def test_messages_that_hold_nothing_are_left_out():
    assert copied(b"", b"[]", b"\n") == []


class Group:
    """How far a group is, as brokers know it."""

    def __init__(self, reader: TopicReader):
        self._reader = reader
        self.is_away = False
        self.before: dict[int, int] = {}

    def __call__(self, partitions: Sequence[int]) -> Mapping[int, int]:
        if self.is_away:
            raise LogUnavailableError("no broker answers")
        return self.before | self._reader.acknowledged


class Desk:
    """A rekeyer whose steps the test makes."""

    def __init__(self, topic: Topic):
        self.board, self.reader = Board(), TopicReader(topic)
        self.group = Group(self.reader)
        self.rekeyer = Rekeyer(self.reader, self.board, TO, self.group)
        self.reader.join(self.rekeyer)
        self.stopping = threading.Event()

    def step(self) -> None:
        self.rekeyer.step(self.stopping)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rekeying, "RETRY_S", 0.0)


@pytest.fixture
def topic() -> Topic:
    topic = Topic("bedside", 2)
    for second in range(10):
        topic.add(second % 2, reading("a", START + second * 1_000, spo2=97), START)
    return topic


def test_the_group_is_told_once_the_copies_are_written(topic: Topic):
    desk = Desk(topic)
    desk.board.fails = lambda _: "no broker answers" if desk.board.tries < 3 else ""
    desk.reader.assign(0, 1)
    desk.step()
    assert len(desk.board.published) == 10
    assert desk.reader.acknowledged == {0: 5, 1: 5}
    assert desk.rekeyer.copied.written == 10


def test_what_was_not_written_is_not_told(topic: Topic):
    desk = Desk(topic)
    desk.board.fails = lambda _: "no broker answers"
    desk.stopping.set()
    desk.reader.assign(0, 1)
    desk.step()
    assert desk.reader.acknowledged == {}
    desk.reader.revoke(0, 1)
    assert max(desk.reader.acknowledged.values(), default=0) == 0


def test_it_begins_where_the_group_is_once_the_brokers_say_where(topic: Topic):
    desk = Desk(topic)
    desk.group.before, desk.group.is_away = {0: 4}, True
    desk.reader.assign(0, 1)
    desk.step()
    assert desk.board.published == []
    desk.group.is_away = False
    desk.step()
    assert len(desk.board.published) == 1 + 5


def test_the_next_one_goes_on_where_the_one_before_ended(topic: Topic):
    first, second = Desk(topic), Desk(topic)
    first.reader.assign(0, 1)
    first.step()
    second.group.before = first.reader.acknowledged
    topic.add(1, reading("b", START, spo2=97), START)
    second.reader.assign(0, 1)
    second.step()
    assert [one.key for one in second.board.published] == [b"b"]


def test_it_ends_when_everything_is_copied_here_or_elsewhere(topic: Topic):
    desk = Desk(topic)
    desk.reader.assign(0)
    ends = {0: 5, 1: 5}
    assert not desk.rekeyer._has_reached(ends)
    desk.step()
    assert not desk.rekeyer._has_reached(ends)
    desk.group.before = {1: 5}
    assert desk.rekeyer._has_reached(ends)
    assert not desk.rekeyer._has_reached(None)


class Narrow(Board):
    """Takes no large messages, as brokers do."""

    def publish(self, messages: Sequence[Outgoing], timeout_s: float) -> None:
        if any(len(message.value) > 1_000 for message in messages):
            raise ValueError("a message exceeds 1000 bytes")
        super().publish(messages, timeout_s)


def test_a_message_that_brokers_do_not_take_is_left_out_and_counted(topic: Topic):
    desk = Desk(topic)
    desk.board = desk.rekeyer._publisher = Narrow()
    topic.add(0, b"x" * 2_000, START)
    topic.add(0, reading("b", START, spo2=97), START)
    desk.reader.assign(0)
    desk.step()
    assert [one.key for one in desk.board.published] == [b"a"] * 5 + [b"b"]
    assert desk.rekeyer.copied.too_large == 1
    assert desk.reader.acknowledged == {0: 7}
