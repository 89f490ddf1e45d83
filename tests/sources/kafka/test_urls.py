"""Kafka URLs: what they say, and what is refused."""

import pytest

from wardline.sources.kafka.urls import KafkaAddress, broker_list, kafka_address


@pytest.mark.parametrize(
    ("url", "brokers", "topic", "group"),
    [
        ("kafka://localhost:9092/patient-vitals", ("localhost:9092",), "patient-vitals", None),
        ("kafka://a:1,b.example:65535/t?group=ward", ("a:1", "b.example:65535"), "t", "ward"),
        ("kafka://[::1]:9092,10.0.0.1:9093/t.x_y", ("[::1]:9092", "10.0.0.1:9093"), "t.x_y", None),
        ("kafka://[fe80::1%eth0]:9092/t", ("[fe80::1%eth0]:9092",), "t", None),
        ("kafka://a:1/t?group=ward%202", ("a:1",), "t", "ward 2"),
    ],
)
def test_a_url_names_brokers_a_topic_and_perhaps_a_group(url, brokers, topic, group):
    assert kafka_address(url) == KafkaAddress(brokers, topic, group)


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("postgresql://a:1/t", "is written kafka://"),
        ("kafka:a:1/t", "is written kafka://"),
        ("kafka:///t", "names no broker"),
        ("kafka://a:1,/t", "names no broker"),
        ("kafka://a/t", "'a' is no broker; write HOST:PORT"),
        ("kafka://::1:9092/t", "'::1:9092' is no broker"),
        ("kafka://a:0/t", "ports lie between"),
        ("kafka://a:65536/t", "ports lie between"),
        ("kafka://a b:1/t", "'a b:1' is no broker"),
        ("kafka://a:1", "names no topic"),
        ("kafka://a:1/", "names no topic"),
        ("kafka://a:1/t/u", "'t/u' is no name of a topic"),
        ("kafka://a:1/..", "is no name of a topic"),
        ("kafka://a:1/" + "t" * 250, "is no name of a topic"),
        ("kafka://a:1/t?grup=x", "no option 'grup'"),
        ("kafka://a:1/t?group=", "a group's name"),
        ("kafka://a:1/t?group=a%0Ab", "a group's name"),
        ("kafka://a:1/t?group=a&group=b", "more than one group"),
    ],
)
def test_what_is_wrong_with_a_url_is_named(url, what):
    with pytest.raises(ValueError) as problem:
        kafka_address(url)
    assert what in str(problem.value)


def test_a_secret_in_a_url_is_refused_and_not_quoted():
    with pytest.raises(ValueError, match="WARDLINE_KAFKA_PASSWORD_FILE") as problem:
        kafka_address("kafka://nurse:sesame@a:9092/t")
    assert "sesame" not in str(problem.value)


def test_a_list_of_brokers_is_separated_by_commas():
    assert broker_list("a:1,b:2") == ("a:1", "b:2")
