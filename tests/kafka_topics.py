"""What tests do with topics: make them, fill them, and read them wholly. With deadlines."""

import time
from collections.abc import Iterable
from typing import Any, NamedTuple

WAIT_S = 60.0
ASKED_S = 10.0
"""A broker that answers at all answers sooner; more would only hide that it hangs."""
POLL_S = 0.5


class Message(NamedTuple):
    """One message to send. Without a timestamp it gets the time of sending."""

    key: bytes | str | None
    value: bytes | str | None
    timestamp_ms: int = 0
    partition: int = -1
    headers: dict[str, bytes] | None = None


class Record(NamedTuple):
    """One message of a topic."""

    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: dict[str, bytes]


def _is_made(client: Any, topic: Any) -> bool:
    """Whether a topic is there; a broker that just came back may never answer one question."""
    from confluent_kafka import KafkaException  # noqa: PLC0415 - an extra

    (done,) = client.create_topics([topic], request_timeout=ASKED_S).values()
    try:
        done.result(ASKED_S + 1)
    except TimeoutError:
        return False
    except KafkaException as problem:
        name = problem.args[0].name()
        if name not in {"TOPIC_ALREADY_EXISTS", "_TIMED_OUT", "REQUEST_TIMED_OUT"}:
            raise
        return name == "TOPIC_ALREADY_EXISTS"
    return True


def create_topic(brokers: str, name: str, partitions: int = 1, **config: object) -> None:
    """Make a topic and wait until every broker knows it. `retention_ms` is `retention.ms`."""
    from confluent_kafka.admin import NewTopic  # noqa: PLC0415 - an extra

    settings = {key.replace("_", "."): str(value) for key, value in config.items()}
    topic = NewTopic(name, num_partitions=partitions, config=settings)
    client = _admin(brokers)
    give_up_s = time.monotonic() + WAIT_S
    while not _is_made(client, topic):
        assert time.monotonic() < give_up_s, f"{name} is not made"
    while not _leaders(client, name, partitions):
        assert time.monotonic() < give_up_s, f"{name} has no leaders"


def _leaders(client, name: str, partitions: int) -> bool:
    from confluent_kafka import KafkaException  # noqa: PLC0415 - an extra

    try:
        topic = client.list_topics(name, timeout=ASKED_S).topics[name]
    except KafkaException:  # the broker just came back, and the question went to a lost connection
        return False
    leaders = [partition.leader for partition in topic.partitions.values()]
    return topic.error is None and len(leaders) == partitions and -1 not in leaders


def delete_topic(brokers: str, name: str) -> None:
    """Delete a topic with all it holds."""
    for done in _admin(brokers).delete_topics([name]).values():
        done.result(WAIT_S)


def produce(brokers: str, topic: str, messages: Iterable[tuple], **settings: object) -> None:
    """Send messages, each (key, value[, timestamp, partition, headers]); all are acknowledged.

    `settings` are librdkafka's, as in `enable_idempotence`.
    """
    from confluent_kafka import Producer  # noqa: PLC0415 - an extra

    failures = []
    config = {"bootstrap.servers": brokers, "acks": "all"} | _dotted(settings)
    producer = Producer(config)
    for message in (Message(*given) for given in messages):
        while True:
            try:
                producer.produce(
                    topic, message.value, message.key, message.partition,
                    on_delivery=lambda failure, _: failure and failures.append(failure),
                    timestamp=message.timestamp_ms, headers=message.headers,
                )  # fmt: skip
                break
            except BufferError:
                producer.poll(POLL_S)
    assert producer.flush(WAIT_S) == 0, "not all messages were acknowledged"
    assert failures == []


def read(
    brokers: str, topic: str, *, isolation: str = "read_committed", **settings: object
) -> list[Record]:
    """All that a topic holds at this moment, by partition and offset."""
    from confluent_kafka import (  # noqa: PLC0415 - an extra
        OFFSET_BEGINNING,
        Consumer,
        TopicPartition,
    )

    config = {
        "bootstrap.servers": brokers, "group.id": "reads-all", "enable.auto.commit": False,
        "enable.partition.eof": True, "isolation.level": isolation,
    }  # fmt: skip
    consumer = Consumer(config | _dotted(settings))
    try:
        known = consumer.list_topics(topic, timeout=WAIT_S).topics[topic]
        assert known.error is None, known.error
        consumer.assign([TopicPartition(topic, p, OFFSET_BEGINNING) for p in known.partitions])
        found = _until_the_ends(consumer, set(known.partitions))
    finally:
        consumer.close()
    return sorted(found, key=lambda record: (record.partition, record.offset))


def _until_the_ends(consumer, unfinished: set[int]) -> list[Record]:
    from confluent_kafka import KafkaError  # noqa: PLC0415 - an extra

    found: list[Record] = []
    give_up_s = time.monotonic() + WAIT_S
    while unfinished:
        assert time.monotonic() < give_up_s, f"partitions {unfinished} do not end"
        message = consumer.poll(POLL_S)
        if message is None:
            continue
        failure = message.error()
        if failure is None:
            found.append(_record(message))
        elif failure.code() == KafkaError._PARTITION_EOF:
            unfinished.discard(message.partition())
        else:
            assert failure.retriable(), failure
    return found


def _record(message) -> Record:
    _, timestamp_ms = message.timestamp()
    headers = dict(message.headers() or [])
    return Record(
        message.partition(), message.offset(), timestamp_ms, message.key(), message.value(), headers
    )


def committed(brokers: str, group: str, topic: str) -> dict[int, int]:
    """Partition -> the next offset that a group would read; without those never committed."""
    from confluent_kafka import ConsumerGroupTopicPartitions  # noqa: PLC0415 - an extra

    client = _admin(brokers)
    asked = client.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])
    told = asked[group].result(WAIT_S).topic_partitions
    return {place.partition: place.offset for place in told if place.topic == topic}


def _admin(brokers: str):
    from confluent_kafka.admin import AdminClient  # noqa: PLC0415 - an extra

    return AdminClient({"bootstrap.servers": brokers})


def _dotted(settings: dict[str, object]) -> dict[str, object]:
    return {name.replace("_", "."): value for name, value in settings.items()}
