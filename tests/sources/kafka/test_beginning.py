"""Where reading begins: at once, later, again, and where nothing is kept any more."""

import random

import pytest
from tests.kafka import Server, produce
from tests.sources.kafka.reading import CLASSIC, CONSUMER, until

from wardline.sources.kafka.consumer import PositionGoneError

PROTOCOLS = pytest.mark.parametrize("protocol", [CONSUMER, CLASSIC], ids=["consumer", "classic"])
COUNT = 5_000


@pytest.fixture
def filled(kafka: Server, topic) -> str:
    messages = [("k", f"{i}", 0, partition) for partition in (0, 1) for i in range(COUNT)]
    produce(kafka.brokers, topic, messages)
    return topic


def delete_before(kafka: Server, topic: str, partition: int, offset: int) -> None:
    from confluent_kafka import TopicPartition  # noqa: PLC0415 - an extra
    from confluent_kafka.admin import AdminClient  # noqa: PLC0415 - an extra

    client = AdminClient({"bootstrap.servers": kafka.brokers})
    for done in client.delete_records([TopicPartition(topic, partition, offset)]).values():
        done.result(60)


@PROTOCOLS
def test_a_partition_without_a_start_waits_until_it_begins(filled, reader, protocol):
    member = reader(protocol=protocol, starts={0: None, 1: COUNT - 5})
    until(lambda: len(member.offsets(1)) == 5, member)
    until(lambda: 1 in member.source.read_to_end_at(), member)
    assert member.offsets(0) == []
    assert 0 not in member.source.read_to_end_at()
    member.source.begin(0, 4_990)
    until(lambda: 0 in member.source.read_to_end_at(), member)
    assert member.offsets(0) == list(range(4_990, COUNT))
    assert member.offsets(1) == list(range(COUNT - 5, COUNT))


@PROTOCOLS
@pytest.mark.parametrize("turn", range(8))
def test_a_partition_may_begin_as_soon_as_it_was_assigned(filled, reader, protocol, turn):
    """The driver still asks where the log begins; its late answer must move nothing."""
    member = reader(protocol=protocol, starts={0: None, 1: None, 2: None})
    while not member.serves:
        member.source.poll(1, 0.01)
    member.source.begin(0, 17 + turn)
    member.source.begin(1, 0)
    until(lambda: {0, 1} <= member.source.read_to_end_at().keys(), member)
    assert member.offsets(0) == list(range(17 + turn, COUNT))
    assert member.offsets(1) == list(range(COUNT))


@PROTOCOLS
def test_beginning_again_forgets_what_was_fetched(filled, reader, protocol):
    member = reader(protocol=protocol)
    until(member.count, member)
    choose = random.Random(848)
    for _ in range(60):
        partition, offset = choose.randrange(2), choose.randrange(COUNT)
        member.source.begin(partition, offset)
        member.polled.clear()
        limit = choose.choice((1, 100, 1_000))
        while not member.offsets(partition):
            member.poll(messages_max=limit)
        found = member.offsets(partition)
        assert found == list(range(offset, offset + len(found)))


@PROTOCOLS
def test_a_paused_partition_is_silent_until_it_begins_again(filled, reader, protocol):
    member = reader(protocol=protocol)
    while not member.offsets(0):
        member.poll(messages_max=10)
    member.source.pause([0])
    member.polled.clear()
    member.source.begin(1, 0)
    until(lambda: 1 in member.source.read_to_end_at(), member)
    assert member.polled.keys() == {1}
    member.source.begin(0, 3)
    until(lambda: 0 in member.source.read_to_end_at(), member)
    assert member.offsets(0) == list(range(3, COUNT))


def test_a_start_at_the_end_waits_for_the_next_message(kafka: Server, filled, reader):
    member = reader(starts={0: COUNT, 1: COUNT})
    until(lambda: member.source.read_to_end_at().keys() == {0, 1, 2}, member)
    assert member.count() == 0
    produce(kafka.brokers, filled, [("k", "new", 0, 0)])
    until(member.count, member)
    assert member.polled[0][0][:2] == (COUNT, b"new")


def test_the_oldest_there_is_may_lie_behind_deleted_messages(kafka: Server, filled, reader):
    delete_before(kafka, filled, 0, 4_000)
    member = reader()
    until(lambda: member.source.read_to_end_at().keys() == {0, 1, 2}, member)
    assert member.offsets(0) == list(range(4_000, COUNT))
    assert member.source.end_offsets([0]) == {0: (4_000, COUNT)}


def test_a_log_of_which_everything_was_deleted_is_read_to_its_end(kafka: Server, filled, reader):
    delete_before(kafka, filled, 0, COUNT)
    member = reader()
    until(lambda: member.source.read_to_end_at().keys() == {0, 1, 2}, member)
    assert member.offsets(0) == []
    assert member.source.lag()[0] == 0


@PROTOCOLS
def test_an_offset_that_was_deleted_is_an_error_and_never_a_jump(
    kafka: Server, filled, reader, protocol
):
    delete_before(kafka, filled, 0, 4_000)
    member = reader(protocol=protocol, starts={0: 3_999, 1: 4_990})
    with pytest.raises(PositionGoneError) as problem:
        until(lambda: False, member)
    assert str(problem.value) == (
        f"{filled} partition 0 has no offset 3999 to go on from: "
        "kept are those from 4000 on, and 5000 is the next to come"
    )
    assert member.source.problem() == str(problem.value)
    with pytest.raises(PositionGoneError):
        member.poll()
    member.source.begin(0, 4_995)
    until(lambda: member.source.read_to_end_at().keys() == {0, 1, 2}, member)
    assert member.offsets(0) == list(range(4_995, COUNT))
    assert member.offsets(1) == list(range(4_990, COUNT))
    assert member.source.problem() == ""


def test_an_offset_beyond_the_end_is_an_error_too(filled, reader):
    member = reader(starts={1: COUNT + 1})
    with pytest.raises(PositionGoneError, match=f"no offset {COUNT + 1} .* {COUNT} is the next"):
        until(lambda: False, member)


def test_an_error_of_an_earlier_start_does_not_count(filled, reader):
    """The driver may still report the offset that is not there when another one has begun."""
    member = reader(starts={0: None, 1: COUNT, 2: 0})
    until(lambda: member.serves, member)
    for _ in range(10):
        member.source.begin(0, 10 * COUNT)
        member.source._member._consumer.poll(0)  # the driver may get to work, nobody looks
        member.source.begin(0, COUNT - 3)
        member.polled.clear()
        until(lambda: len(member.offsets(0)) == 3, member)
        assert member.offsets(0) == list(range(COUNT - 3, COUNT))
