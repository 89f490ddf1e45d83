"""`wardline worker`: what is wrong is one clear line; a drained topic is accounted for."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import Run, forget
from tests.kafka import Server, committed, free_port, name_of, produce

from wardline.pipeline.ports import Query
from wardline.stores.relational.store import RelationalStore

PARTITIONS = 2


@pytest.fixture
def topic(kafka: Server, tmp_path: Path) -> str:
    name = name_of(tmp_path)
    return kafka.create_topic(name, PARTITIONS, message_timestamp_type="LogAppendTime")


@pytest.fixture
def source(kafka: Server, topic: str, tmp_path: Path) -> str:
    return f"kafka://{kafka.brokers}/{topic}?group={name_of(tmp_path, 'g')}"


def reading(patient: str, second: int) -> tuple[str, bytes]:
    at = f"2026-01-01T00:{second // 60:02}:{second % 60:02}Z"
    return patient, json.dumps({"patient_id": patient, "timestamp": at, "spo2": 97}).encode()


@pytest.fixture
def filled(kafka: Server, topic: str) -> None:
    """100 readings of three patients, one of them twice, and nonsense."""
    readings = [reading(patient, second) for patient in "abc" for second in range(33)]
    produce(kafka.brokers, topic, [*readings, readings[-1], (None, b"nonsense", 0, 1)])


@pytest.mark.parametrize(
    ("options", "status", "line"),
    [
        ((), 2, "Missing option '--source'"),
        (("--source", "kafka://a:1/t"), 2, "Missing option '--store'"),
        (("--source", "ward.csv", "--store", "x"), 1, "a worker reads kafka://HOST:PORT/TOPIC"),
        (("--source", "kafka://a/t", "--store", "sqlite:///w.db"), 1, "'a' is no broker"),
        (("--source", "kafka://a:1", "--store", "sqlite:///w.db"), 1, "names no topic"),
        (
            ("--source", "kafka://u:secret@a:1/t", "--store", "sqlite:///w.db"),
            1, "WARDLINE_KAFKA_PASSWORD_FILE",
        ),
        (("--source", "kafka://a:1/t?user=x", "--store", "sqlite:///w.db"), 1, "no option 'user'"),
        (("--source", "kafka://a:1/t", "--store", "oracle://x"), 1, "is no store"),
        (("--source", "kafka://a:1/t", "--store", "mysql://x/y"), 1, "are not in this version"),
        (
            ("--source", "kafka://a:1/t", "--store", "sqlite:///w.db", "--live", "kafka://b/t"),
            1, "'b' is no broker",
        ),
        (
            ("--source", "kafka://a:1/t", "--store", "sqlite:///w.db", "--clock", "sun"),
            2, "'sun' is not one of",
        ),
        (
            ("--source", "kafka://a:1/t", "--store", "sqlite:///w.db", "--snapshot-every", "soon"),
            2, "soon",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_clear_line(
    run: Run, options: tuple[str, ...], status: int, line: str
):
    done = run("worker", *options)
    assert done.exit_code == status, done.output
    assert line in done.stderr
    assert "secret" not in done.stderr
    if status == 1:
        assert done.stderr.startswith("Error: ")
        assert done.stderr.count("\n") == 1


def test_settings_of_the_environment_that_do_not_fit_are_one_clear_line(
    run: Run, store: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("WARDLINE_KAFKA_PROTOCOL", "SASL_SSL")
    done = run("worker", "--source", "kafka://a:1/t", "--store", store)
    assert done.exit_code == 1
    assert "SASL_SSL needs a user and a password" in done.stderr


def test_without_the_driver_the_extra_is_named(
    run: Run, store: str, monkeypatch: pytest.MonkeyPatch
):
    forget(monkeypatch, "wardline.kafka_assembly", "wardline.sources.kafka")
    monkeypatch.setitem(sys.modules, "confluent_kafka", None)
    done = run("worker", "--source", "kafka://127.0.0.1:1/t", "--store", store)
    assert done.exit_code == 1
    assert "pip install 'wardline[kafka]'" in done.stderr
    assert done.stderr.count("\n") == 1


def test_without_brokers_that_is_said(run: Run, store: str):
    done = run("worker", "--source", f"kafka://127.0.0.1:{free_port()}/t", "--store", store)
    assert done.exit_code == 1
    assert "Error: no broker of 127.0.0.1" in done.stderr


def test_a_topic_that_is_not_there_is_said(run: Run, store: str, kafka: Server, tmp_path: Path):
    name = name_of(tmp_path, "missing")
    done = run("worker", "--source", f"kafka://{kafka.brokers}/{name}", "--store", store)
    assert done.exit_code == 1
    assert f"has no topic {name}" in done.stderr


@pytest.fixture
def opened(store: str) -> Iterator[RelationalStore]:
    opened = RelationalStore(store)
    yield opened
    opened.close()


@pytest.mark.usefixtures("filled")
def test_draining_ends_when_everything_is_durable_and_says_what_it_was(
    run: Run, store: str, source: str, kafka: Server, topic: str, opened: RelationalStore
):
    done = run("worker", "--source", source, "--store", store, "--drain", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout.splitlines()[-1])
    names = ("readings", "accepted", "duplicates", "rejected", "partitions")
    assert [told[name] for name in names] == [101, 99, 1, 1, PARTITIONS]
    assert "everything is durable: 101 readings, 99 accepted" in done.stderr
    assert opened.counts()["readings"] == 99
    group = source.rpartition("=")[2]
    assert sum(committed(kafka.brokers, group, topic).values()) == 101
    again = run("worker", "--source", source, "--store", store, "--drain", "--json")
    assert again.exit_code == 0, again.output
    assert json.loads(again.stdout.splitlines()[-1])["readings"] == 0
    assert opened.counts()["readings"] == 99


@pytest.mark.usefixtures("filled")
def test_drained_readings_are_those_of_a_replay(run: Run, store: str, source: str, tmp_path: Path):
    rows = [
        json.loads(value)
        for patient in "abc"
        for _, value in [reading(patient, s) for s in range(33)]
    ]
    lines = [f"{row['patient_id']},{row['timestamp']},{row['spo2']}" for row in rows]
    recording = tmp_path / "same.csv"
    recording.write_text("\n".join(["patient_id,timestamp,spo2", *lines]) + "\n")
    replayed = run("replay", recording, "--store", f"sqlite:///{tmp_path}/replayed.db", "--json")
    drained = run("worker", "--source", source, "--store", store, "--drain", "--json")
    shas = [json.loads(d.stdout.splitlines()[-1])["findings_sha256"] for d in (replayed, drained)]
    assert shas[0] == shas[1] is not None


@pytest.mark.usefixtures("filled")
def test_another_count_of_partitions_is_said_with_what_to_do(
    run: Run, store: str, source: str, opened: RelationalStore, topic: str
):
    opened.take_over(topic, 0, PARTITIONS + 1, "before")
    done = run("worker", "--source", source, "--store", store, "--drain")
    assert done.exit_code == 1
    assert "wardline shards move" in done.stderr
    assert list(opened.rows(Query("readings"))) == []
