"""Making topics, and what can be said about brokers, on real ones."""

import pytest
from tests.kafka import Cluster, Server, create_topic, free_port, produce
from tests.pipeline.waiting import until

from wardline.pipeline.partitions import LogUnavailableError
from wardline.sources.kafka.administrator import Administrator
from wardline.sources.kafka.broker_checks import broker_checks
from wardline.sources.kafka.client_settings import NO_SECURITY
from wardline.sources.kafka.topics import TOPICS, create_topics

ALL_KNOW_S = 60.0


@pytest.fixture(scope="module")
def empty(found):
    """A broker of this file's own."""
    server = Server(found)
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def bare(empty):
    """The same without topics."""
    from confluent_kafka.admin import AdminClient  # noqa: PLC0415 - an extra

    client = AdminClient({"bootstrap.servers": empty.brokers})
    there = [name for name in client.list_topics(timeout=60).topics if not name.startswith("__")]
    if there:
        for done in client.delete_topics(there, operation_timeout=60).values():
            done.result(60)
    return empty


def settings_of(server: Server, topic: str) -> dict[str, str]:
    return Administrator([server.brokers], NO_SECURITY, "test").topic_settings(topic)


def test_all_topics_are_made_and_a_second_time_left_alone(bare: Server):
    made = create_topics([bare.brokers])
    assert made == [(name, topic.partitions, "created") for name, topic in TOPICS.items()]
    again = create_topics([bare.brokers])
    assert again == [(name, topic.partitions, "exists") for name, topic in TOPICS.items()]
    assert Administrator([bare.brokers], NO_SECURITY, "test").topics() == {
        name: topic.partitions for name, topic in TOPICS.items()
    }
    for name in ("patient-vitals", "patient_records", "vitals", "patient-data"):
        assert settings_of(bare, name)["message.timestamp.type"] == "LogAppendTime"
    for name in ("patient-alerts", "wardline-windows", "wardline-dead-letters"):
        assert settings_of(bare, name)["message.timestamp.type"] == "CreateTime"
        assert settings_of(bare, name)["retention.ms"] == "-1"
    assert settings_of(bare, "wardline-live")["retention.ms"] == "3600000"


def test_a_topic_may_have_more_partitions(bare: Server):
    made = create_topics([bare.brokers], partitions={"patient-vitals": 6})
    assert made[0] == ("patient-vitals", 6, "created")
    assert create_topics([bare.brokers])[0] == ("patient-vitals", 6, "has 6 partitions, not 3")


def test_what_differs_is_said_and_not_changed(bare: Server):
    create_topic(bare.brokers, "patient-vitals", 1)
    create_topic(bare.brokers, "patient-alerts", 1, retention_ms=1000)
    made = {name: (count, state) for name, count, state in create_topics([bare.brokers])}
    assert made["patient-vitals"] == (
        1,
        "has 1 partitions, not 3; message.timestamp.type is CreateTime, not LogAppendTime",
    )
    assert made["patient-alerts"] == (1, "retention.ms is 1000, not -1")
    assert settings_of(bare, "patient-alerts")["retention.ms"] == "1000"


def test_what_can_never_be_is_refused_in_plain_words(bare: Server):
    with pytest.raises(ValueError, match="patient-vital is no topic of Wardline"):
        create_topics([bare.brokers], partitions={"patient-vital": 6})
    with pytest.raises(ValueError, match=r"[Rr]eplication factor"):
        create_topics([bare.brokers], replication=3)


def test_without_brokers_that_is_said():
    nobody = [f"127.0.0.1:{free_port()}"]
    with pytest.raises(LogUnavailableError, match="no broker of"):
        create_topics(nobody)
    ((name, is_well, text),) = broker_checks(nobody)
    assert (name, is_well) == ("brokers", False)
    assert "no broker of" in text


def test_well_prepared_brokers_have_nothing_to_mend(bare: Server):
    create_topics([bare.brokers], partitions={"patient-vitals": 6})
    found = {name: (is_well, text) for name, is_well, text in broker_checks([bare.brokers])}
    assert [name for name, (is_well, _) in found.items() if not is_well] == []
    assert found["brokers"][1] == f"{bare.brokers}: 1 broker, Kafka 4.0 or newer"
    assert found["group protocol"][1] == "the newer one (KIP-848)"
    assert found["a member that dies"][1].endswith("taken over after about 6 s")
    assert found["topic patient-vitals"][1] == "6 partitions"


def test_what_is_to_be_mended_is_said(bare: Server):
    create_topic(bare.brokers, "vitals", 3)
    found = broker_checks([bare.brokers], topics=["vitals", "patient-data"])
    assert found[-2:] == [
        ("topic vitals", False, "message.timestamp.type is CreateTime, not LogAppendTime"),
        ("topic patient-data", False, "not there; make it with: wardline topics create"),
    ]


@pytest.mark.parametrize(
    ("settings", "protocol", "is_well", "advice"),
    [
        (
            {
                "group.consumer.session.timeout.ms": "45000",
                "group.consumer.min.session.timeout.ms": "45000",
                "group.consumer.min.heartbeat.interval.ms": "5000",
                "group.consumer.heartbeat.interval.ms": "5000",
            },
            "the newer one",
            False,
            "after 45 s; set group.consumer.min.session.timeout.ms=6000 and",
        ),
        (
            {"group.coordinator.rebalance.protocols": "classic"},
            "only the older one",
            True,
            "after about 6 s",
        ),
        (
            {
                "group.coordinator.rebalance.protocols": "classic",
                "group.min.session.timeout.ms": "10000",
            },
            "only the older one",
            False,
            "set group.min.session.timeout.ms=6000",
        ),
    ],
)
def test_settings_of_brokers_that_matter_to_groups(own_broker, settings, protocol, is_well, advice):
    server = own_broker(settings)
    said = {name: (well, text) for name, well, text in broker_checks([server.brokers])}
    assert said["group protocol"][1].startswith(protocol)
    assert said["a member that dies"][0] is is_well
    assert advice in said["a member that dies"][1]


@pytest.mark.slow
def test_three_brokers_keep_everything_three_times(found):
    cluster = Cluster(found)
    try:
        cluster.start()
        brokers = cluster.brokers.split(",")
        assert {state for _, _, state in create_topics(brokers, replication=3)} == {"created"}
        # Brokers hear of a topic one after the other, and any of them may be asked.
        until(lambda: all(is_well for _, is_well, _ in broker_checks(brokers)), within_s=ALL_KNOW_S)
        client = Administrator(brokers, NO_SECURITY, "test")
        assert client.topic_settings("patient-alerts")["min.insync.replicas"] == "2"
        cluster.kill(2)
        produce(cluster.brokers, "patient-alerts", [("k", "v")])
    finally:
        cluster.remove()
