"""Members of one group on a real broker: who serves what, by both protocols."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.kafka import Server, committed, name_of, produce
from tests.sources.kafka.reading import AUTO, CLASSIC, CONSUMER, Reader, until

PROTOCOLS = pytest.mark.parametrize("protocol", [CONSUMER, CLASSIC], ids=["consumer", "classic"])
TAKEN_OVER_S = 10.0

ANOTHER_MEMBER = """
import sys
from tests.sources.kafka.reading import Reader, GroupProtocol
brokers, topic, group, protocol = sys.argv[1:]
reader = Reader(brokers, topic, group, GroupProtocol(protocol)).join()
while True:
    reader.poll()
    print(*sorted(reader.serves), *(what for what, _ in reader.told[-2:]), flush=True)
"""


@PROTOCOLS
def test_a_second_member_takes_some_partitions_over_and_gives_them_back(reader, protocol):
    first = reader(protocol=protocol)
    until(lambda: first.serves == {0, 1, 2}, first)
    second = reader(protocol=protocol)
    until(lambda: second.serves and len(first.serves | second.serves) == 3, first, second)
    until(lambda: not first.serves & second.serves, first, second)
    assert "revoked" in {what for what, _ in first.told}
    moved = sorted(second.serves)
    second.source.close()
    assert second.told[-1] == ("revoked", moved)
    until(lambda: first.serves == {0, 1, 2}, first, within_s=TAKEN_OVER_S)
    assert "lost" not in {what for what, _ in first.told + second.told}


@PROTOCOLS
def test_whoever_takes_over_goes_on_where_it_is_told_to(kafka: Server, topic, reader, protocol):
    produce(kafka.brokers, topic, [("k", f"{i}", 0, i % 3) for i in range(300)])
    first = reader(protocol=protocol)
    until(lambda: first.count() == 300, first)
    second = reader(protocol=protocol, starts={0: 40, 1: 50, 2: 60})
    until(lambda: second.serves and not first.serves & second.serves, first, second)
    until(lambda: all(len(second.offsets(p)) for p in second.serves), second)
    until(lambda: second.source.read_to_end_at().keys() == second.serves, second)
    for partition in second.serves:
        assert second.offsets(partition) == list(range(40 + 10 * partition, 100))


@pytest.fixture
def another(kafka: Server, topic, tmp_path, protocol) -> Iterator[subprocess.Popen]:
    """A member in another process, once it serves something."""
    group = name_of(tmp_path, "g")
    command = [sys.executable, "-c", ANOTHER_MEMBER, kafka.brokers, topic, group, protocol.value]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if "assigned" in line:
            break
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


@PROTOCOLS
def test_the_partitions_of_a_killed_member_are_served_by_another_soon(another, reader, protocol):
    member = reader(protocol=protocol)
    until(lambda: member.serves, member)
    assert member.serves != {0, 1, 2}
    os.kill(another.pid, signal.SIGKILL)
    until(lambda: member.serves == {0, 1, 2}, member, within_s=TAKEN_OVER_S)


@PROTOCOLS
def test_a_member_that_was_away_too_long_has_lost_its_partitions(another, reader, protocol):
    """The other process is frozen, so that the group goes on without it, and then let go on."""
    member = reader(protocol=protocol)
    until(lambda: member.serves, member)
    os.kill(another.pid, signal.SIGSTOP)
    until(lambda: member.serves == {0, 1, 2}, member, within_s=TAKEN_OVER_S)
    os.kill(another.pid, signal.SIGCONT)
    until(lambda: len(member.serves) < 3, member)
    assert next(line for line in another.stdout if "lost" in line)
    assert "lost" not in {what for what, _ in member.told}


@PROTOCOLS
def test_what_is_acknowledged_while_letting_go_is_known_to_the_group(
    kafka: Server, topic, reader, protocol, tmp_path
):
    produce(kafka.brokers, topic, [("k", "v", 0, 1)] * 5)
    member = reader(protocol=protocol)
    until(lambda: member.count() == 5, member)
    member.acknowledges = {1: 5}
    member.source.close()
    group = name_of(tmp_path, "g")
    assert committed(kafka.brokers, group, topic) == {1: 5}


def test_the_newer_protocol_is_taken_where_it_is(reader):
    member = reader(protocol=AUTO)
    until(lambda: member.serves == {0, 1, 2}, member)
    assert member.source.protocol is CONSUMER


def test_more_members_than_partitions_wait_their_turn(reader):
    members = [reader() for _ in range(4)]
    until(lambda: sorted(sorted(m.serves) for m in members) == [[], [0], [1], [2]], *members)
    until(lambda: not any(m.source.problem() for m in members), *members)


LEAVING_MEMBERS = """
import sys
from tests.sources.kafka.reading import Reader, GroupProtocol
brokers, topic, group, protocol = sys.argv[1:]
for number in range(3):
    name = f"{group}-{number}"
    members = [Reader(brokers, topic, name, GroupProtocol(protocol)).join() for _ in range(4)]
    while not any(member.serves for member in members):
        for member in members:
            member.poll(100, 0.05)
    for member in members:
        member.source.close()
print("all have left")
"""


@PROTOCOLS
def test_members_that_leave_while_the_group_deals_anew_get_away(
    kafka: Server, topic: str, tmp_path: Path, protocol
):
    """In a process of its own, because the driver can bring all of Python to a stop."""
    group = name_of(tmp_path, "g")
    command = [sys.executable, "-c", LEAVING_MEMBERS, kafka.brokers, topic, group, protocol.value]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout == "all have left\n", done.stderr


def test_a_broker_without_the_newer_protocol_is_joined_by_the_older_one(own_broker, tmp_path):
    server = own_broker({"group.coordinator.rebalance.protocols": "classic"})
    topic = server.create_topic(name_of(tmp_path), 3)
    produce(server.brokers, topic, [("k", "v", 0, 1)] * 5)
    both = first, second = [Reader(server.brokers, topic, "g").join() for _ in range(2)]
    until(lambda: first.serves and second.serves, *both)
    until(lambda: first.serves | second.serves == {0, 1, 2}, *both)
    until(lambda: first.count() + second.count() >= 5, *both)
    assert [each.source.protocol for each in both] == [CLASSIC, CLASSIC]
    until(lambda: not any(each.source.problem() for each in both), *both)
    first.source.close()
    until(lambda: second.serves == {0, 1, 2}, second)
    second.source.close()
