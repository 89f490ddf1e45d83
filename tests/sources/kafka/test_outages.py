"""A reader while its broker is away: it says so, goes on by itself, and can always leave."""

import time

import pytest
from tests.kafka import SecureServer, Server, free_port, name_of, produce
from tests.sources.kafka.reading import CLASSIC, CONSUMER, Reader, frozen, until

from wardline.pipeline.partitions import LogUnavailableError
from wardline.sources.kafka.client_settings import KafkaSecurity
from wardline.sources.kafka.member import LEAVE_S

PROTOCOLS = pytest.mark.parametrize("protocol", [CONSUMER, CLASSIC], ids=["consumer", "classic"])
SECURE = {
    "protocol": "SASL_SSL", "mechanism": "SCRAM-SHA-512", "user": "nurse",
}  # fmt: skip


@PROTOCOLS
def test_a_frozen_broker_is_a_problem_until_it_goes_on(kafka: Server, topic, reader, protocol):
    member = reader(protocol=protocol)
    until(lambda: member.source.read_to_end_at().keys() == {0, 1, 2}, member)
    with frozen(kafka):
        frozen_at = time.time_ns() // 1_000_000
        until(member.source.problem, member, within_s=15)
        assert all(at <= frozen_at for at in member.source.read_to_end_at().values())
    until(lambda: not member.source.problem(), member)
    produce(kafka.brokers, topic, [("k", "v", 0, 1)])
    until(lambda: member.values(1) == [b"v"], member)
    until(lambda: member.source.read_to_end_at().keys() == {0, 1, 2}, member)


@PROTOCOLS
def test_a_reader_goes_on_where_it_was_when_the_broker_is_back(
    kafka: Server, topic, reader, protocol
):
    produce(kafka.brokers, topic, [("k", f"{i}", 0, 0) for i in range(100)])
    member = reader(protocol=protocol, starts={0: 0})
    until(lambda: member.count() == 100, member)
    member.starts = {0: 100}
    kafka.kill()
    until(member.source.problem, member, within_s=15)
    kafka.start()
    produce(kafka.brokers, topic, [("k", f"{i}", 0, 0) for i in range(100, 200)])
    until(lambda: member.count() == 200, member)
    assert member.values(0) == [b"%d" % i for i in range(200)]
    until(lambda: not member.source.problem(), member)


@PROTOCOLS
def test_leaving_a_frozen_broker_is_bounded(kafka: Server, topic, reader, protocol):
    member = reader(protocol=protocol)
    until(lambda: member.serves, member)
    with frozen(kafka):
        member.acknowledges = {0: 1}
        start_s = time.monotonic()
        member.source.close()
        assert time.monotonic() - start_s < LEAVE_S + 1
    assert member.told[-1][0] == "revoked"


def test_without_a_broker_there_is_a_problem_and_nothing_is_raised_by_polling(topic, reader):
    member = reader(brokers=f"127.0.0.1:{free_port()}")
    until(member.source.problem, member, within_s=15)
    assert "no broker of 127.0.0.1" in member.source.problem()
    with pytest.raises(LogUnavailableError, match="no broker"):
        member.source.partition_count()
    with pytest.raises(LogUnavailableError, match="no broker"):
        member.source.end_offsets([0])


def test_a_topic_that_is_not_there_is_named_and_read_once_it_is(kafka: Server, topic, reader):
    later = f"{topic}-later"
    member = reader(topic=later)
    until(lambda: member.source.problem() == f"{kafka.brokers} has no topic {later}", member)
    with pytest.raises(LogUnavailableError, match=later):
        member.source.partition_count()
    kafka.create_topic(later, 1)
    produce(kafka.brokers, later, [("k", "v")])
    until(lambda: member.count() == 1, member)
    until(lambda: not member.source.problem(), member)


@pytest.fixture(scope="module")
def secure(found):
    server = SecureServer(found)
    try:
        server.start()
        yield server
    finally:
        server.remove()


def test_a_broker_that_asks_who_is_there_is_read_with_tls_and_a_password(secure, tmp_path):
    topic = secure.create_topic(name_of(tmp_path), 1)
    produce(secure.brokers, topic, [("k", "v")])
    security = KafkaSecurity(**SECURE, password="correct horse", ca_file=str(secure.certificate))
    member = Reader(secure.secure_brokers, topic, "g", security=security).join()
    until(lambda: member.count() == 1, member)
    assert member.source.problem() == ""
    member.source.close()


def test_a_wrong_password_is_said_and_not_quoted(secure, tmp_path):
    security = KafkaSecurity(**SECURE, password="open sesame", ca_file=str(secure.certificate))
    member = Reader(secure.secure_brokers, name_of(tmp_path), "g", security=security).join()
    until(lambda: "refuses user or password" in member.source.problem(), member, within_s=20)
    assert "sesame" not in member.source.problem() + repr(security)
    member.source.close()


def test_a_broker_whose_certificate_nobody_vouches_for_is_not_trusted(secure, tmp_path):
    security = KafkaSecurity(**SECURE, password="correct horse")
    member = Reader(secure.secure_brokers, name_of(tmp_path), "g", security=security).join()
    until(lambda: "no secure connection" in member.source.problem(), member, within_s=20)
    member.source.close()
