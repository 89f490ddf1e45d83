"""Patients move to more partitions, or from one engine to a topic: the findings are the same."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tests.pipeline.sharding import QUICK, START, Hand, at_once, everything, partition_of, simulated
from tests.pipeline.topics import Topic, TopicReader

from wardline.codecs.topic_messages import PlacedCommand, decode_topic
from wardline.pipeline.clock import EventClock
from wardline.pipeline.moving import (
    FewerPartitionsError,
    NotReadError,
    Spread,
    check_all_read,
    moved_shards,
)
from wardline.pipeline.recovery import recover
from wardline.pipeline.shard_engine import _on_event_clock
from wardline.pipeline.worker import Worker
from wardline.stores.relational import moving
from wardline.stores.relational.store import RelationalStore

TOPIC = "patient-vitals"
BEFORE, AFTER = 3, 6


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/ward.db"


@pytest.fixture
def store(url: str) -> Iterator[RelationalStore]:
    opened = RelationalStore(url, is_shared=True)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def ward() -> Topic:
    """All messages in one partition."""
    return simulated(Topic(TOPIC, 1), patients=12)


@pytest.fixture(scope="module")
def expected(ward: Topic, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    store = at_once(ward, tmp_path_factory.mktemp("expected"))
    found = everything(store)
    store.close()
    assert len(found["transitions"]) > 10
    return found


def owner_of(value: bytes) -> str:
    """Whose message it is; nobody's goes with the rest of them to one partition."""
    import json  # noqa: PLC0415 - for this alone

    try:
        return str(json.loads(value)["patient_id"])
    except (ValueError, KeyError, TypeError):
        return ""


def dealt(topic: Topic, messages: list[tuple[bytes, int]]) -> None:
    for value, at in messages:
        topic.add(partition_of(owner_of(value), len(topic.logs)), value, at)


def grown(topic: Topic, count: int) -> Topic:
    topic.logs += [[] for _ in range(count - len(topic.logs))]
    return topic


def drained(topic: Topic, store: RelationalStore) -> None:
    hand = Hand(topic, store, QUICK)
    hand.open(*range(len(topic.logs)))
    hand.drain()
    hand.reader.close()


def move(store: Any, count: int) -> None:
    now = store.spread_of(TOPIC)
    moved_shards(store, TOPIC, now, lambda patient: partition_of(patient, count), count)


def test_with_more_partitions_the_findings_are_those_of_a_run_that_never_moved(
    store: RelationalStore, ward: Topic, expected: dict[str, Any]
):
    messages, topic = ward.logs[0], Topic(TOPIC, BEFORE)
    dealt(topic, messages[:700])
    drained(topic, store)
    for count, part in ((AFTER, messages[700:1200]), (8, messages[1200:])):
        grown(topic, count)
        move(store, count)
        dealt(topic, part)
        drained(topic, store)
    homes = store.spread_of(TOPIC).homes
    assert homes == {patient: partition_of(patient, 8) for patient in homes}
    assert everything(store) == expected


def test_without_a_usable_state_moved_patients_are_replayed_from_the_beginning(
    store: RelationalStore, url: str, ward: Topic, expected: dict[str, Any]
):
    messages, topic = ward.logs[0], Topic(TOPIC, BEFORE)
    dealt(topic, messages[:900])
    drained(topic, store)
    grown(topic, AFTER)
    move(store, AFTER)
    spoil_states(url)
    dealt(topic, messages[900:1300])
    drained(topic, store)
    spoil_states(url)
    dealt(topic, messages[1300:])
    drained(topic, store)
    assert everything(store) == expected


def spoil_states(url: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        changed = connection.exec_driver_sql("UPDATE snapshots SET state = x'00'")
        assert changed.rowcount > 0
    engine.dispose()


def test_a_store_that_one_engine_filled_goes_on_by_a_topic(
    store: RelationalStore, ward: Topic, expected: dict[str, Any]
):
    messages, topic = ward.logs[0], Topic(TOPIC, BEFORE)
    fill_alone(store, messages[:1000])
    assert set(store.spread_of(TOPIC).homes.values()) == {None}
    move(store, BEFORE)
    dealt(topic, messages[1000:])
    drained(topic, store)
    assert everything(store) == expected


def fill_alone(store: RelationalStore, messages: list[tuple[bytes, int]]) -> None:
    """As `wardline up` would, on the event clock."""
    import numpy as np  # noqa: PLC0415 - for this alone

    from wardline.model.names import Dictionaries  # noqa: PLC0415 - as above

    clock = EventClock()
    worker = Worker(recover(store).engine, store, clock)
    places, at = np.arange(len(messages)), np.array([at for _, at in messages])
    values = [value for value, _ in messages]
    for part in decode_topic(values, places, at, Dictionaries(), origin=""):
        given = _on_event_clock(part, clock)
        if isinstance(given, PlacedCommand):
            worker.apply(given.command)
        else:
            worker.take(given)
    worker.commit()


KILLED = """
import os, signal, sys
from tests.pipeline.test_moving import AFTER, move
from wardline.stores.relational import moving
from wardline.stores.relational.store import RelationalStore
moving._assign = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
move(RelationalStore(sys.argv[1], is_shared=True), AFTER)
"""


def test_killed_in_the_middle_nothing_has_moved(
    store: RelationalStore, url: str, ward: Topic, expected: dict[str, Any]
):
    messages, topic = ward.logs[0], Topic(TOPIC, BEFORE)
    dealt(topic, messages[:900])
    drained(topic, store)
    before = store.spread_of(TOPIC)
    done = subprocess.run([sys.executable, "-c", KILLED, url], check=False, env=os.environ | {
        "PYTHONPATH": str(Path(__file__).parents[2])
    })  # fmt: skip
    assert done.returncode == -signal.SIGKILL
    assert store.spread_of(TOPIC) == before
    dealt(topic, messages[900:1200])
    drained(topic, store)
    grown(topic, AFTER)
    move(store, AFTER)
    dealt(topic, messages[1200:])
    drained(topic, store)
    assert everything(store) == expected


def test_what_fails_in_the_middle_moves_nothing(
    store: RelationalStore, ward: Topic, monkeypatch: pytest.MonkeyPatch
):
    topic = Topic(TOPIC, BEFORE)
    dealt(topic, ward.logs[0][:300])
    drained(topic, store)
    before = store.spread_of(TOPIC)

    def fail(*_: Any) -> None:
        raise RuntimeError("out of the blue")

    with monkeypatch.context() as broken:
        broken.setattr(moving, "_assign", fail)
        with pytest.raises(RuntimeError):
            move(store, AFTER)
    assert store.spread_of(TOPIC) == before
    move(store, AFTER)
    assert store.spread_of(TOPIC).partitions == AFTER


def test_unread_messages_are_counted_and_nothing_moves(store: RelationalStore, ward: Topic):
    topic = Topic(TOPIC, BEFORE)
    dealt(topic, ward.logs[0][:300])
    drained(topic, store)
    reader = TopicReader(grown(topic, AFTER))
    check_all_read(reader, store, BEFORE)
    for _ in range(17):
        topic.add(2, b"{}", START)
    topic.add(4, b"{}", START)
    with pytest.raises(NotReadError, match=r"partition 2 has 17 .*--partitions-before 3"):
        check_all_read(reader, store, BEFORE)


def test_a_partition_that_was_never_read_counts_from_its_oldest_message(store: RelationalStore):
    topic = Topic(TOPIC, 1)
    check_all_read(TopicReader(topic), store, 1)
    topic.add(0, b"{}", START)
    with pytest.raises(NotReadError, match="partition 0 has 1 "):
        check_all_read(TopicReader(topic), store, 1)


def test_fewer_partitions_are_refused(store: RelationalStore):
    with pytest.raises(FewerPartitionsError, match="use a new topic"):
        moved_shards(store, TOPIC, Spread(6, {}), lambda _: 0, 3)
    assert store.spread_of(TOPIC) == Spread(0, {})


def test_partitions_that_came_meanwhile_are_left_alone_while_those_before_are_drained(
    store: RelationalStore, ward: Topic
):
    topic = Topic(TOPIC, BEFORE)
    dealt(topic, ward.logs[0][:300])
    grown(topic, AFTER)
    topic.add(4, b"{}", START)
    hand = Hand(topic, store, QUICK)
    hand.host._partitions_before = hand.host.partitions = BEFORE
    hand.reader.assign(*range(AFTER))
    assert set(hand.host.slots) == set(range(BEFORE))
    hand.drain()
    check_all_read(hand.reader, store, BEFORE)
    assert store.spread_of(TOPIC).partitions == BEFORE
    hand.reader.close()
