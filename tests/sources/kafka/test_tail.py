"""The newest messages of a topic, for whoever shows them."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.kafka import Server, free_port, name_of, produce

from wardline.sources.kafka.tail import BACK_S, KafkaTail

WAIT_S = 60.0
MakeTail = Callable[..., KafkaTail]


@pytest.fixture
def topic(kafka: Server, tmp_path: Path) -> str:
    """Two partitions whose messages have the times they are given."""
    return kafka.create_topic(name_of(tmp_path), 2)


@pytest.fixture
def tail(kafka: Server, topic: str) -> Iterator[MakeTail]:
    made: list[KafkaTail] = []

    def make(brokers: str | None = None, name: str | None = None) -> KafkaTail:
        made.append(KafkaTail((brokers or kafka.brokers).split(","), name or topic))
        return made[-1]

    yield make
    for each in made:
        with suppress(Exception):
            each.close()


def heard(tail: KafkaTail, count: int) -> list[bytes]:
    """What comes until there are so many."""
    values: list[bytes] = []
    deadline_s = time.monotonic() + WAIT_S
    while len(values) < count:
        assert time.monotonic() < deadline_s, (values, tail.problem())
        values += tail.poll(0.1)
    return values


def until_problem(tail: KafkaTail, is_so: Callable[[str], bool]) -> None:
    deadline_s = time.monotonic() + WAIT_S
    while not is_so(tail.problem()):
        assert time.monotonic() < deadline_s, tail.problem()
        tail.poll(0.1)


def test_what_was_written_a_little_before_comes_and_what_is_older_does_not(
    kafka: Server, topic: str, tail: MakeTail
):
    now_ms = time.time_ns() // 1_000_000
    long_ago, lately = now_ms - int(10 * BACK_S * 1000), now_ms - int(BACK_S * 1000 / 3)
    messages = [(None, b"old", long_ago, 0), (None, b"new", lately, 0), (None, b"old", long_ago, 1)]
    produce(kafka.brokers, topic, messages)
    listener = tail()
    assert heard(listener, 1) == [b"new"]
    produce(kafka.brokers, topic, [(None, b"next", 0, 1)])
    assert heard(listener, 1) == [b"next"]


def test_every_partition_is_read_in_its_order_and_messages_without_a_body_are_passed_over(
    kafka: Server, topic: str, tail: MakeTail
):
    listener = tail()
    until_problem(listener, lambda problem: problem == "")
    for partition in (0, 1):
        bodies = [b"%d:%d" % (partition, number) for number in range(50)]
        produce(kafka.brokers, topic, [(None, body, 0, partition) for body in bodies])
        produce(kafka.brokers, topic, [(None, None, 0, partition)])
    values = heard(listener, 100)
    for partition in (0, 1):
        own = [value for value in values if value.startswith(b"%d:" % partition)]
        assert own == [b"%d:%d" % (partition, number) for number in range(50)]
    assert listener.poll(0.2) == []


def test_everybody_who_listens_hears_everything(kafka: Server, topic: str, tail: MakeTail):
    listeners = [tail(), tail()]
    produce(kafka.brokers, topic, [(None, b"hear", 0, 0)])
    assert [heard(each, 1) for each in listeners] == [[b"hear"], [b"hear"]]


def test_a_topic_that_is_made_later_is_read_then(kafka: Server, tmp_path: Path, tail: MakeTail):
    name = name_of(tmp_path, "later")
    listener = tail(name=name)
    until_problem(listener, lambda problem: f"has no topic {name}" in problem)
    kafka.create_topic(name)
    produce(kafka.brokers, name, [(None, b"there")])
    assert heard(listener, 1) == [b"there"]
    assert listener.problem() == ""


def test_brokers_that_are_away_are_a_problem_and_nothing_is_raised(tail: MakeTail):
    listener = tail(brokers=f"127.0.0.1:{free_port()}")
    assert "is not read yet" in listener.problem()
    until_problem(listener, lambda problem: "no broker" in problem)


@pytest.mark.slow
def test_it_goes_on_when_the_broker_is_back(kafka: Server, topic: str, tail: MakeTail):
    listener = tail()
    produce(kafka.brokers, topic, [(None, b"before", 0, 0)])
    assert heard(listener, 1) == [b"before"]
    kafka.kill()
    until_problem(listener, lambda problem: "no broker" in problem)
    kafka.start()
    produce(kafka.brokers, topic, [(None, b"after", 0, 0)])
    assert heard(listener, 1) == [b"after"]
    until_problem(listener, lambda problem: problem == "")
