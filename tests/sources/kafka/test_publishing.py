"""Publishing to a real broker: order, keys, bounds, and brokers that are away."""

import time
from collections.abc import Iterator

import pytest
from tests.kafka import Server, free_port, read
from tests.sources.kafka.reading import WAIT_S, frozen

from wardline.pipeline.partitions import LogUnavailableError, Outgoing
from wardline.sources.kafka.keys import partition_of
from wardline.sources.kafka.producer import MESSAGE_BYTES_MAX, OFFERS_MAX, KafkaPublisher


@pytest.fixture
def publisher(kafka: Server) -> Iterator[KafkaPublisher]:
    made = KafkaPublisher([kafka.brokers])
    yield made
    made.close(10)


def messages(topic: str, count: int, key: bytes | None = b"p") -> list[Outgoing]:
    return [Outgoing(topic, key, b"%d" % number) for number in range(count)]


def test_what_was_published_is_there_in_order_when_it_returns(kafka: Server, topic, publisher):
    publisher.publish(messages(topic, 500), 30)
    publisher.publish(messages(topic, 500), 30)
    found = read(kafka.brokers, topic)
    assert [r.value for r in found] == [b"%d" % number for number in range(500)] * 2
    assert {r.partition for r in found} == {partition_of(b"p", 3)}
    assert publisher.problem() == ""


def test_keys_are_placed_as_java_s_clients_do(kafka: Server, topic, publisher):
    keys = [b"PT-%03d" % number for number in range(60)]
    publisher.publish([Outgoing(topic, key, b"x") for key in keys], 30)
    assert {r.key: r.partition for r in read(kafka.brokers, topic)} == {
        key: partition_of(key, 3) for key in keys
    }


def test_a_partition_may_be_named(kafka: Server, topic, publisher):
    publisher.publish([Outgoing(topic, b"p", b"%d" % p, p) for p in (2, 0, 1)], 30)
    assert [r.value for r in read(kafka.brokers, topic)] == [b"0", b"1", b"2"]


def test_no_messages_are_published_at_once(publisher):
    publisher.publish([], 0)


def test_a_message_that_is_too_large_is_refused_before_any_is_written(
    kafka: Server, topic, publisher
):
    large = Outgoing(topic, b"p", b"x" * MESSAGE_BYTES_MAX)
    with pytest.raises(ValueError, match=topic):
        publisher.publish([*messages(topic, 1), large], 30)
    publisher.offer([large])
    assert publisher.dropped == 1
    publisher.publish(messages(topic, 2), 30)
    assert len(read(kafka.brokers, topic)) == 2


def test_what_was_offered_is_written_soon(kafka: Server, topic, publisher):
    publisher.offer(messages(topic, 100))
    publisher.publish(messages(topic, 1), 30)
    assert len(read(kafka.brokers, topic)) == 101
    assert publisher.dropped == 0


def test_what_waits_is_written_before_it_closes(kafka: Server, topic):
    publisher = KafkaPublisher([kafka.brokers])
    publisher.offer(messages(topic, 1_000))
    publisher.close(30)
    assert len(read(kafka.brokers, topic)) == 1_000
    with pytest.raises(LogUnavailableError):
        publisher.publish(messages(topic, 1), 1)


def test_a_topic_that_is_not_there_is_named(topic, publisher):
    with pytest.raises(LogUnavailableError, match="topic"):
        publisher.publish(messages(f"{topic}-missing", 1), 30)


def test_without_a_broker_publishing_gives_up_in_time(topic):
    publisher = KafkaPublisher([f"127.0.0.1:{free_port()}"])
    start_s = time.monotonic()
    with pytest.raises(LogUnavailableError, match=r"no broker of 127\.0\.0\.1"):
        publisher.publish(messages(topic, 10), 1.5)
    assert time.monotonic() - start_s < 3
    assert "no broker" in publisher.problem()
    start_s = time.monotonic()
    publisher.close(0.5)
    assert time.monotonic() - start_s < 3


def test_offers_never_wait_and_are_bounded(topic):
    publisher = KafkaPublisher([f"127.0.0.1:{free_port()}"])
    start_s = time.monotonic()
    publisher.offer(messages(topic, OFFERS_MAX + 1_000))
    assert time.monotonic() - start_s < 2
    assert publisher.dropped == 1_000
    publisher.close(0)
    assert publisher.dropped == 1_000 + OFFERS_MAX


def test_a_frozen_broker_is_noticed_and_goes_on(kafka: Server, topic, publisher):
    publisher.publish(messages(topic, 1), 30)
    with frozen(kafka):
        with pytest.raises(LogUnavailableError):
            publisher.publish(messages(topic, 1), 1)
        start_s = time.monotonic()
        while not publisher.problem():
            assert time.monotonic() - start_s < WAIT_S
            with pytest.raises(LogUnavailableError):
                publisher.publish(messages(topic, 1), 1)
    publisher.publish(messages(topic, 1), 30)
    assert publisher.problem() == ""


def test_a_broker_that_was_killed_gets_the_rest_when_it_is_back(kafka: Server, topic, publisher):
    publisher.publish(messages(topic, 10), 30)
    kafka.kill()
    publisher.offer(messages(topic, 100))
    kafka.start()
    publisher.publish(messages(topic, 10), 45)
    assert [int(r.value) for r in read(kafka.brokers, topic)] == [
        *range(10), *range(100), *range(10),
    ]  # fmt: skip
    assert publisher.problem() == ""
    assert publisher.dropped == 0
