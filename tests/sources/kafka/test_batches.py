"""Messages of the driver as batches."""

from confluent_kafka import TIMESTAMP_LOG_APPEND_TIME, Message

from wardline.sources.kafka.batches import Gathering, by_partition, growing


def messages(*offsets: int, partition: int = 0) -> list[Message]:
    return [
        Message(
            topic="t",
            partition=partition,
            offset=offset,
            value=b"%d" % offset,
            timestamp=(TIMESTAMP_LOG_APPEND_TIME, 1_000 + offset),
        )
        for offset in offsets
    ]


def test_batches_of_one_partition_are_joined():
    gathered = Gathering()
    assert not gathered
    assert gathered.add(0, messages(3, 4, 5)) == 6
    assert gathered.add(1, messages(7, partition=1)) == 8
    assert gathered.add(0, messages(8, 11)) == 12
    first, second = gathered.give()
    assert (first.partition, first.values) == (0, [b"3", b"4", b"5", b"8", b"11"])
    assert first.offsets.tolist() == [3, 4, 5, 8, 11]
    assert first.appended_at.tolist() == [1_003, 1_004, 1_005, 1_008, 1_011]
    assert (second.partition, second.offsets.tolist()) == (1, [7])
    assert gathered.give() == []


def test_what_is_forgotten_is_not_given():
    gathered = Gathering()
    gathered.add(0, messages(3))
    gathered.add(1, messages(4, partition=1))
    gathered.forget(0)
    assert [batch.partition for batch in gathered.give()] == [1]


def test_mixed_messages_are_taken_apart_in_order():
    mixed = messages(1) + messages(9, partition=2) + messages(2) + messages(10, partition=2)
    apart = {number: [m.offset() for m in run] for number, run in by_partition(mixed)}
    assert apart == {0: [1, 2], 2: [9, 10]}
    assert list(by_partition([])) == []


def test_offsets_that_fall_back_are_noticed():
    assert growing(messages(5)) == 1
    assert growing(messages(5, 6, 7)) == 3
    assert growing(messages(5, 9, 12)) == 3
    assert growing(messages(5, 6, 0, 1)) == 2
    assert growing(messages(5, 6, 6, 7)) == 2
    assert growing(messages(17, 18, 0, 19, 20)) == 2
