"""Real brokers: what was acknowledged stays, whatever happens to the process."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import kafka as kafka_brokers
from tests.kafka import Cluster, SecureServer, Server, committed, name_of, produce, read

LATE_MS = 100
"""Much less than a thawed broker needs; a frozen one does not answer however long one waits."""


@pytest.fixture
def topic(kafka: Server, tmp_path: Path) -> str:
    return kafka.create_topic(name_of(tmp_path), 2)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    programs = kafka_brokers.programs()
    if programs is None:
        pytest.skip(kafka_brokers.MISSING)
    brokers = Cluster(programs)
    try:
        brokers.start()
        yield brokers
    finally:
        brokers.remove()


@pytest.fixture(scope="module")
def secure_server() -> Iterator[SecureServer]:
    programs = kafka_brokers.programs()
    if programs is None:
        pytest.skip(kafka_brokers.MISSING)
    server = SecureServer(programs)
    try:
        server.start()
        yield server
    finally:
        server.remove()


def test_messages_come_back_with_key_time_partition_and_headers(kafka: Server, topic: str):
    sent = [
        (b"bed-1", b"72", 1_700_000_000_000, 1, {"source": b"monitor"}),
        (None, "73", 1_700_000_000_001, 0),
        ("bed-1", None, 1_700_000_000_002, 1),
    ]
    produce(kafka.brokers, topic, sent)
    assert read(kafka.brokers, topic) == [
        (0, 0, 1_700_000_000_001, None, b"73", {}),
        (1, 0, 1_700_000_000_000, b"bed-1", b"72", {"source": b"monitor"}),
        (1, 1, 1_700_000_000_002, b"bed-1", None, {}),
    ]


@pytest.mark.slow
def test_an_acknowledged_message_survives_the_kill_of_its_broker(kafka: Server, topic: str):
    produce(kafka.brokers, topic, [("bed-1", f"{i}") for i in range(500)])
    port = kafka.port
    kafka.kill()
    kafka.start()
    assert kafka.port == port
    values = [record.value for record in read(kafka.brokers, topic)]
    assert values == [b"%d" % i for i in range(500)]


@pytest.mark.slow
def test_a_broker_that_was_stopped_goes_on_with_its_data_on_the_same_port(
    kafka: Server, topic: str
):
    produce(kafka.brokers, topic, [("bed-1", "before")])
    brokers = kafka.brokers
    assert kafka.stop()
    kafka.start()
    produce(brokers, topic, [("bed-1", "after")])
    assert [record.value for record in read(brokers, topic)] == [b"before", b"after"]


def test_a_frozen_broker_answers_nobody_until_it_is_thawed(kafka: Server, topic: str):
    from confluent_kafka import KafkaException  # noqa: PLC0415 - an extra
    from confluent_kafka.admin import AdminClient  # noqa: PLC0415 - an extra

    client = AdminClient({"bootstrap.servers": kafka.brokers})
    client.list_topics(timeout=kafka_brokers.WAIT_S)
    kafka.freeze()
    try:
        with pytest.raises(KafkaException):
            client.list_topics(timeout=LATE_MS / 1000)
    finally:
        kafka.thaw()
    produce(kafka.brokers, topic, [("bed-1", "72")])
    assert [record.value for record in read(kafka.brokers, topic)] == [b"72"]


def test_a_mistyped_topic_is_not_made(kafka: Server, tmp_path: Path):
    name = name_of(tmp_path, "mistyped")
    with pytest.raises(AssertionError, match="UNKNOWN_TOPIC_OR_PART"):
        read(kafka.brokers, name, allow_auto_create_topics=True)
    with pytest.raises(AssertionError, match="UNKNOWN_TOPIC_OR_PART"):
        read(kafka.brokers, name)


def test_a_group_that_committed_is_known_by_its_offsets(kafka: Server, topic: str, tmp_path: Path):
    from confluent_kafka import Consumer, TopicPartition  # noqa: PLC0415 - an extra

    group = name_of(tmp_path, "group")
    consumer = Consumer({"bootstrap.servers": kafka.brokers, "group.id": group})
    try:
        consumer.commit(offsets=[TopicPartition(topic, 1, 7)], asynchronous=False)
    finally:
        consumer.close()
    assert committed(kafka.brokers, group, topic) == {1: 7}


def test_the_broker_is_alone_with_its_files(kafka: Server):
    assert (kafka.folder / "server.properties").stat().st_mode & 0o077 == 0
    assert os.getpgid(kafka.pid) == kafka.pid


@pytest.mark.slow
def test_three_brokers_go_on_without_one_of_them(cluster: Cluster):
    cluster.create_topic("vitals", 3)
    produce(cluster.brokers, "vitals", [(f"bed-{i}", "before") for i in range(30)])
    cluster.kill(1)
    produce(cluster.brokers, "vitals", [(f"bed-{i}", "without") for i in range(30)])
    cluster.start_one(1)
    cluster.kill(2)
    produce(cluster.brokers, "vitals", [(f"bed-{i}", "after") for i in range(30)])
    values = [record.value for record in read(cluster.brokers, "vitals")]
    assert [values.count(word) for word in (b"before", b"without", b"after")] == [30, 30, 30]


@pytest.mark.slow
def test_a_secure_broker_takes_those_who_sign_in(secure_server: SecureServer):
    secure_server.create_topic("vitals")
    brokers, right = secure_server.secure_brokers, secure_server.client_settings()
    produce(brokers, "vitals", [("bed-1", "72")], **right)
    assert [record.value for record in read(brokers, "vitals", **right)] == [b"72"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"sasl.password": "guessed"}, "_AUTHENTICATION"),
        ({"sasl.username": "stranger"}, "_AUTHENTICATION"),
        ({"ssl.ca.location": "probe"}, "_SSL"),
    ],
)
def test_a_secure_broker_refuses_everybody_else(
    secure_server: SecureServer, changed: dict, refusal: str
):
    from confluent_kafka.admin import AdminClient  # noqa: PLC0415 - an extra

    told: list[str] = []
    settings = {"bootstrap.servers": secure_server.secure_brokers, "log_level": 0}
    watched = {"error_cb": lambda failure: told.append(failure.name())}
    client = AdminClient(settings | secure_server.client_settings() | changed | watched)
    give_up_s = time.monotonic() + kafka_brokers.WAIT_S
    while refusal not in told:
        assert time.monotonic() < give_up_s, told
        client.poll(LATE_MS / 1000)
