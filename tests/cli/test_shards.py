"""`wardline shards move` on real brokers: patients follow their keys to more partitions."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Run, logs_as_before
from tests.kafka import Server, create_topic, name_of, produce
from tests.pipeline.sharding import START, everything
from tests.postgresql import url_of
from tests.sources.kafka.reading import Reader, until

from wardline.simulator.messages import messages
from wardline.simulator.ward import Ward
from wardline.sources.kafka.keys import partition_of
from wardline.stores.relational.store import RelationalStore

pytestmark = pytest.mark.slow
BEFORE, AFTER, WAIT_S = 3, 6, 60.0


@pytest.fixture
def topic(kafka: Server, tmp_path: Path) -> str:
    return kafka.create_topic(name_of(tmp_path), BEFORE)


@pytest.fixture
def source(kafka: Server, topic: str, tmp_path: Path) -> str:
    return f"kafka://{kafka.brokers}/{topic}?group={name_of(tmp_path, 'g')}"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/ward.db"
    request.getfixturevalue("postgresql")
    return url_of(tmp_path)


def readings(seconds: int = 240) -> list[tuple[str, bytes]]:
    ward = Ward(12, 3, START)
    return [
        (json.loads(value)["patient_id"], value)
        for batch in ward.pieces(START, START + seconds * 1000)
        for value in messages(batch, ward.profile)
    ]


def sent(kafka: Server, topic: str, some: list[tuple[str, bytes]], count: int) -> None:
    placed = [(key, value, 0, partition_of(key.encode(), count)) for key, value in some]
    produce(kafka.brokers, topic, placed)


def grow(kafka: Server, topic: str, count: int) -> None:
    from confluent_kafka.admin import AdminClient, NewPartitions  # noqa: PLC0415 - an extra

    client = AdminClient({"bootstrap.servers": kafka.brokers})
    for done in client.create_partitions([NewPartitions(topic, count)]).values():
        done.result(WAIT_S)
    deadline_s = time.monotonic() + WAIT_S
    while len(client.list_topics(topic, timeout=WAIT_S).topics[topic].partitions) < count:
        assert time.monotonic() < deadline_s


def told(result: Any) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout.splitlines()[-1])


def found(url: str) -> dict[str, Any]:
    store = RelationalStore(url, is_shared=True)
    try:
        return everything(store)
    finally:
        store.close()


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory, kafka: Server) -> dict[str, Any]:
    """What a run finds that never moved."""
    from click.testing import CliRunner  # noqa: PLC0415 - for this alone

    from wardline.cli import cli  # noqa: PLC0415 - as above

    folder = tmp_path_factory.mktemp("expected")
    name = name_of(folder, "unmoved")
    create_topic(kafka.brokers, name, BEFORE)
    sent(kafka, name, readings(), BEFORE)
    url, place = f"sqlite:///{folder}/ward.db", f"kafka://{kafka.brokers}/{name}?group={name}"
    arguments = ["worker", "--source", place, "--store", url, "--drain"]
    with logs_as_before():
        assert CliRunner().invoke(cli, arguments).exit_code == 0
    return found(url)


def test_from_three_to_six_partitions_the_findings_are_those_of_a_run_that_never_moved(
    run: Run, kafka: Server, topic: str, source: str, url: str, expected: dict[str, Any]
):
    worker = ("worker", "--source", source, "--store", url, "--drain")
    shards = ("shards", "move", "--source", source, "--store", url, "--json")
    all_of_them = readings()
    sent(kafka, topic, all_of_them[:1000], BEFORE)
    assert run(*worker).exit_code == 0
    sent(kafka, topic, all_of_them[1000:1500], BEFORE)
    grow(kafka, topic, AFTER)
    sent(kafka, topic, all_of_them[1500:], AFTER)
    refused = run(*worker)
    assert (refused.exit_code, "shards move" in refused.stderr) == (1, True)
    unread = run(*shards)
    assert unread.exit_code == 1
    assert "messages not yet read: run `wardline worker --drain --partitions-before 3`" in (
        unread.stderr
    )
    assert run(*worker, "--partitions-before", BEFORE, "--clock", "event").exit_code == 0
    plan = told(run(*shards, "--dry-run"))
    assert (plan["partitions_before"], plan["partitions"], plan["patients"]) == (3, 6, 12)
    assert 0 < plan["moved"] < 12
    assert told(run(*shards, "--dry-run")) == plan == told(run(*shards))
    assert told(run(*shards))["moved"] == 0
    assert run(*worker).exit_code == 0
    assert found(url) == expected


def test_a_store_that_wardline_filled_alone_goes_on_by_a_topic(
    run: Run, kafka: Server, source: str, url: str, tmp_path: Path, expected: dict[str, Any]
):
    topic = name_of(tmp_path)
    all_of_them = readings()
    recording = tmp_path / "first.jsonl"
    recording.write_bytes(b"\n".join(value for _, value in all_of_them[:1000]) + b"\n")
    fill(url, recording)
    sent(kafka, topic, all_of_them[1000:], BEFORE)
    shards = ("shards", "move", "--source", source, "--store", url, "--json")
    answer = told(run(*shards))
    assert (answer["partitions_before"], answer["partitions"], answer["moved"]) == (0, 3, 12)
    assert run("worker", "--source", source, "--store", url, "--drain").exit_code == 0
    assert found(url) == expected


def fill(url: str, recording: Path) -> None:
    """As one engine by itself does, on the event clock."""
    from dataclasses import replace  # noqa: PLC0415 - for this alone

    from wardline.codecs.vitals_json import decode_json_lines  # noqa: PLC0415 - as above
    from wardline.model.names import Dictionaries  # noqa: PLC0415 - as above
    from wardline.pipeline.clock import EventClock  # noqa: PLC0415 - as above
    from wardline.pipeline.recovery import recover  # noqa: PLC0415 - as above
    from wardline.pipeline.worker import Worker  # noqa: PLC0415 - as above

    store = RelationalStore(url)
    decoded = decode_json_lines(recording.read_bytes(), 0, Dictionaries())
    batch = replace(decoded.batch, received_at=decoded.batch.observed_at)
    worker = Worker(recover(store).engine, store, EventClock())
    worker.take(replace(decoded, batch=batch))
    worker.commit(snapshot=True)
    store.close()


def test_while_workers_read_the_topic_nothing_is_moved(
    run: Run, kafka: Server, topic: str, source: str, tmp_path: Path
):
    url = f"sqlite:///{tmp_path}/ward.db"
    sent(kafka, topic, readings(10), BEFORE)
    assert run("worker", "--source", source, "--store", url, "--drain").exit_code == 0
    member = Reader(kafka.brokers, topic, source.rpartition("=")[2]).join()
    try:
        until(lambda: len(member.serves) == BEFORE, member)
        grow(kafka, topic, AFTER)
        done = run("shards", "move", "--source", source, "--store", url)
    finally:
        member.source.close()
    assert done.exit_code == 1
    assert "1 workers read this topic: stop them first" in done.stderr


@pytest.mark.parametrize(
    ("options", "status", "line"),
    [
        ((), 2, "Missing option '--source'"),
        (("--source", "kafka://a:1/t"), 2, "Missing option '--store'"),
        (("--source", "nowhere", "--store", "sqlite:///x.db"), 1, "a Kafka URL is written"),
        (("--source", "kafka://127.0.0.1:1/t", "--store", "sqlite:///x.db"), 1, "no broker"),
    ],
)
def test_what_is_wrong_is_one_clear_line(
    run: Run, options: tuple[str, ...], status: int, line: str
):
    done = run("shards", "move", *options)
    assert done.exit_code == status, done.output
    assert line in done.stderr


def test_only_a_drain_may_leave_partitions_out(run: Run):
    done = run("worker", "--source", "kafka://a:1/t", "--store", "x", "--partitions-before", 3)
    assert done.exit_code == 2
    assert "goes with --drain" in done.stderr
