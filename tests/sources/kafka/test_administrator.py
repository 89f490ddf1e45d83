"""How long a question waits: shortly where nobody is, longer where somebody may still answer."""

import time

import pytest
from confluent_kafka import KafkaException
from tests.kafka import Server
from tests.sources.kafka.reading import frozen

from wardline.sources.kafka.administrator import ALL_AWAY_S, ANSWER_S, LOOK_S, Administrator
from wardline.sources.kafka.client_settings import NO_SECURITY

SLACK_S = 3.0


def waited_s(client: Administrator) -> float:
    start_s = time.monotonic()
    with pytest.raises(KafkaException):
        client.broker_ids()
    return time.monotonic() - start_s


@pytest.mark.slow
def test_brokers_that_were_away_once_get_their_whole_time_again(kafka: Server):
    client = Administrator([kafka.brokers], NO_SECURITY, "test")
    there = client.broker_ids()
    kafka.kill()
    try:
        assert waited_s(client) < ALL_AWAY_S + SLACK_S
    finally:
        kafka.start()
    assert client.broker_ids() == there
    with frozen(kafka):
        assert waited_s(client) >= ANSWER_S - LOOK_S
