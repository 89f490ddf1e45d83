"""Where partitions end is learned again from a new client when the old one has lost its way."""

from concurrent.futures import Future

import pytest
from confluent_kafka import KafkaError, KafkaException, admin
from tests.kafka import Server, produce
from tests.sources.kafka.reading import Reader, until

from wardline.sources.kafka import ends

RENEW_AFTER_S = 2.0


def silence(_wanted) -> Future:
    return Future()


def nonsense(_wanted) -> Future:
    """As a client that forgot the topic and does not ask for it again."""
    answer: Future = Future()
    answer.set_exception(KafkaException(KafkaError(KafkaError._NOENT)))
    return answer


@pytest.fixture
def lost(monkeypatch):
    """Makes the driver's first clients answer so; gives those that were asked anything."""
    asked: list[admin.AdminClient] = []

    def prepare(answer, first: int):
        ask = admin.AdminClient.list_offsets

        def list_offsets(client, wanted, **options):
            if client not in asked:
                asked.append(client)
            if asked.index(client) >= first:
                return ask(client, wanted, **options)
            return {place: answer(place) for place in wanted}

        monkeypatch.setattr(admin.AdminClient, "list_offsets", list_offsets)
        monkeypatch.setattr(ends, "RENEW_AFTER_S", RENEW_AFTER_S)
        monkeypatch.setattr(ends, "ANSWER_MAX_S", RENEW_AFTER_S)
        return asked

    return prepare


def read_to_the_end(member: Reader) -> bool:
    return member.source.read_to_end_at().keys() == {0, 1, 2}


@pytest.mark.parametrize("answer", [silence, nonsense])
def test_a_client_that_lost_its_way_is_replaced(kafka: Server, topic, reader, lost, answer):
    asked = lost(answer, first=2)
    member = reader()
    produce(kafka.brokers, topic, [("k", "v", 0, 1)])
    until(lambda: member.values(1) == [b"v"] and read_to_the_end(member), member)
    assert len(asked) >= 3
    assert not member.source.problem()


def test_clients_that_never_answer_do_not_pile_up(reader, lost):
    asked = lost(silence, first=100)
    member = reader()
    until(lambda: len(asked) == 1 + ends.GIVEN_UP_MAX, member)
    member.poll(timeout_s=3 * RENEW_AFTER_S)
    assert len(asked) == 1 + ends.GIVEN_UP_MAX


def test_where_no_new_client_can_be_made_the_old_one_stays_and_that_is_said(
    kafka: Server, topic, reader, lost, monkeypatch
):
    asked = lost(silence, first=1)
    member = reader()

    def refused(_settings) -> None:
        raise KafkaException(KafkaError(KafkaError._FAIL, "no such file"))

    with monkeypatch.context() as without:
        without.setattr(admin, "AdminClient", refused)
        until(lambda: "no such file" in member.source.problem(), member)
    until(lambda: read_to_the_end(member), member)
    assert len(asked) >= 2
    assert not member.source.problem()
