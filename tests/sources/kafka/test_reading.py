"""Messages of a real broker: values, offsets, times, and where partitions end."""

import time
from collections.abc import Callable

import pytest
from tests.kafka import Server, produce
from tests.sources.kafka.reading import CLASSIC, CONSUMER, Reader, until

PROTOCOLS = pytest.mark.parametrize("protocol", [CONSUMER, CLASSIC], ids=["consumer", "classic"])


def numbered(count: int, partition: int, first: int = 0) -> list[tuple]:
    return [("k", f"{partition}-{first + i}", 0, partition) for i in range(count)]


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@PROTOCOLS
def test_every_message_comes_once_and_in_the_order_of_its_partition(
    kafka: Server, topic, reader, protocol
):
    for partition, count in ((0, 3_000), (1, 700), (2, 1)):
        produce(kafka.brokers, topic, numbered(count, partition))
    member = reader(protocol=protocol)
    until(lambda: member.count() >= 3_701, member)
    for partition, count in ((0, 3_000), (1, 700), (2, 1)):
        assert member.offsets(partition) == list(range(count))
        assert member.values(partition) == [f"{partition}-{i}".encode() for i in range(count)]
    assert member.source.problem() == ""


def test_a_poll_gives_no_more_than_it_was_asked_for(kafka: Server, topic, reader):
    produce(kafka.brokers, topic, numbered(2_000, 0) + numbered(2_000, 1))
    member = reader()
    until(member.count, member)
    while member.count() < 4_000:
        batches = member.poll(messages_max=7)
        assert sum(len(batch) for batch in batches) <= 7
        assert len({batch.partition for batch in batches}) == len(batches)


def test_a_time_is_when_the_broker_appended_the_message(kafka: Server, topic, reader):
    before = now_ms()
    produce(kafka.brokers, topic, [("k", "v", 1_000, 0)])
    produce(kafka.brokers, topic, [("k", "v", 2_000, 0)])
    member = reader()
    until(lambda: member.count() == 2, member)
    first, second = (at for _, _, at in member.polled[0])
    assert before <= first <= second <= now_ms()


def test_without_a_time_of_appending_it_is_the_record_s_own(kafka: Server, topic, reader):
    own = kafka.create_topic(f"{topic}-own", 1)
    produce(kafka.brokers, own, [("k", "v", at) for at in (5_000, 4_000, 6_000)])
    member = reader(topic=own)
    until(lambda: member.count() == 3, member)
    assert [at for _, _, at in member.polled[0]] == [5_000, 4_000, 6_000]


def test_a_message_without_a_body_is_empty(kafka: Server, topic, reader):
    produce(kafka.brokers, topic, [("k", "a", 0, 0), ("k", None, 0, 0), ("k", "b", 0, 0)])
    member = reader()
    until(lambda: member.count() == 3, member)
    assert member.values(0) == [b"a", b"", b"b"]


def test_offsets_with_gaps_are_exact(kafka: Server, topic, reader):
    """The end of a transaction takes an offset of its own; an aborted one gives no messages."""
    from confluent_kafka import Producer  # noqa: PLC0415 - an extra

    producer = Producer({"bootstrap.servers": kafka.brokers, "transactional.id": topic})
    producer.init_transactions(60)
    for number, is_kept in enumerate((True, False, True)):
        producer.begin_transaction()
        for _ in range(2):
            producer.produce(topic, f"{number}", partition=0)
        producer.flush()
        (producer.commit_transaction if is_kept else producer.abort_transaction)(60)
    member = reader()
    until(lambda: member.source.read_to_end_at().keys() == {0, 1, 2}, member)
    assert member.offsets(0) == [0, 1, 6, 7]
    assert member.values(0) == [b"0", b"0", b"2", b"2"]
    assert member.source.lag()[0] == 0
    assert member.source.end_offsets([0]) == {0: (0, 9)}


def test_read_to_the_end_is_said_of_what_was_there_when_it_was_asked(kafka: Server, topic, reader):
    """After a message that was acknowledged at T, no time at or after T is said before it came."""
    member = reader()
    until(lambda: member.source.read_to_end_at().keys() == {0, 1, 2}, member)
    for number in range(20):
        produce(kafka.brokers, topic, numbered(1, 0, number))
        acknowledged_at = now_ms()
        while len(member.offsets(0)) == number:
            assert member.source.read_to_end_at()[0] <= acknowledged_at
            member.poll(timeout_s=0.0)
        until(is_read_after(member, acknowledged_at), member)


def is_read_after(member: Reader, at: int) -> Callable[[], bool]:
    return lambda: member.source.read_to_end_at()[0] > at


def test_while_nothing_comes_the_time_of_the_end_goes_on(kafka: Server, topic, reader):
    member = reader()
    until(lambda: member.source.read_to_end_at().keys() == {0, 1, 2}, member)
    later = now_ms() + 2_000
    until(lambda: min(member.source.read_to_end_at().values()) > later, member, within_s=10)
    assert max(member.source.read_to_end_at().values()) <= now_ms()


def test_a_partition_that_is_not_read_to_its_end_is_behind_by_its_lag(kafka: Server, topic, reader):
    produce(kafka.brokers, topic, numbered(1_000, 1))
    member = reader()
    until(lambda: member.source.read_to_end_at().keys() == {0, 1, 2}, member)
    assert member.count() == 1_000
    member.source.begin(1, 400)
    assert member.source.read_to_end_at().keys() == {0, 2}
    assert member.source.lag() == {0: 0, 1: 600, 2: 0}
    until(lambda: member.source.lag() == {0: 0, 1: 0, 2: 0}, member)


def test_how_many_partitions_and_which_offsets_there_are_is_known_before_joining(
    kafka: Server, topic, reader
):
    produce(kafka.brokers, topic, numbered(5, 2))
    source = reader().source
    assert source.topic == topic
    assert source.partition_count() == 3
    assert source.end_offsets([0, 2]) == {0: (0, 0), 2: (0, 5)}
