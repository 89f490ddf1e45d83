"""Topics and readers of a test's own."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.kafka import MISSING, Server, name_of, programs
from tests.sources.kafka.reading import Reader

MakeReader = Callable[..., Reader]


@pytest.fixture
def topic(kafka: Server, tmp_path: Path) -> str:
    """Three partitions with the time of appending."""
    name = name_of(tmp_path)
    return kafka.create_topic(name, 3, message_timestamp_type="LogAppendTime")


@pytest.fixture
def reader(kafka: Server, topic: str, tmp_path: Path) -> Iterator[MakeReader]:
    """Makes members of one group, which have joined."""
    made: list[Reader] = []

    def make(**arguments) -> Reader:
        given = {"brokers": kafka.brokers, "topic": topic, "group": name_of(tmp_path, "g")}
        made.append(Reader(**(given | arguments)).join())
        return made[-1]

    yield make
    for each in made:
        with suppress(Exception):
            each.source.close()


@pytest.fixture(scope="session")
def found():
    """What it takes to start brokers of a test's own."""
    there = programs()
    if there is None:
        pytest.skip(MISSING)
    return there


@pytest.fixture
def own_broker(found) -> Iterator[Callable[[dict[str, str]], Server]]:
    """Starts brokers with other settings."""
    made: list[Server] = []

    def start(settings: dict[str, str]) -> Server:
        made.append(Server(found, settings))
        made[-1].start()
        return made[-1]

    yield start
    for server in made:
        server.remove()
