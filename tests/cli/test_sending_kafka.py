"""Simulated messages to a topic: packed in whatever way, they say the same."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.cli.conftest import Run, forget
from tests.codecs.described import described
from tests.kafka import Record, Server, free_port, name_of, read

from wardline.cli.sending_kafka import PACKED, KafkaSender
from wardline.codecs.topic_messages import PlacedCommand, decode_topic
from wardline.model.names import Dictionaries
from wardline.sources.kafka.keys import partition_of

PARTITIONS = 3
WARD = ("--patients", 12, "--duration", "120s", "--start", "2026-01-01T00:00:00Z")


@pytest.fixture
def topic(kafka: Server, tmp_path: Path) -> str:
    return kafka.create_topic(name_of(tmp_path), PARTITIONS)


def readings(records: list[Record]) -> list[tuple[Any, ...]]:
    """What is in a topic, patient by patient in order, without places and raw texts."""
    parts = decode_topic(
        [record.value or b"" for record in records],
        np.arange(len(records)), np.zeros(len(records), np.int64), Dictionaries(), origin="",
    )  # fmt: skip
    found: list[tuple[Any, ...]] = []
    for part in parts:
        assert not isinstance(part, PlacedCommand)
        rows, rejections = described(part)
        assert rejections == ()
        # The first column is the place in the run, the last the raw text, and one the position.
        found += [(*row[1:13], *row[14:-1]) for row in rows]
    return sorted(found, key=lambda row: row[0])


def sent(run: Run, kafka: Server, topic: str, *options: object) -> list[Record]:
    done = run("simulate", "--to", f"kafka://{kafka.brokers}/{topic}", *WARD, *options)
    assert done.exit_code == 0, done.output
    return read(kafka.brokers, topic)


@pytest.mark.parametrize("profile", ["vitals", "iot", "monitor"])
def test_packed_readings_are_the_readings(run: Run, kafka: Server, tmp_path: Path, profile: str):
    found = {}
    for packed in PACKED:
        name = kafka.create_topic(name_of(tmp_path, packed), PARTITIONS)
        records = sent(run, kafka, name, "--profile", profile, "--packed", packed)
        found[packed] = readings(records)
        if packed != "no":
            assert len(records) < len(found[packed]) / 10
    assert len(found["no"]) >= 12 * 120
    assert found["lines"] == found["no"]
    assert found["arrow"] == found["no"]


def test_each_patient_is_in_the_partition_of_its_key(run: Run, kafka: Server, topic: str):
    for record in sent(run, kafka, topic):
        patient = json.loads(record.value or b"")["patient_id"].encode()
        assert record.key == patient
        assert record.partition == partition_of(patient, PARTITIONS)


def test_packed_messages_go_to_the_partition_of_their_patients(run: Run, kafka: Server, topic: str):
    records = sent(run, kafka, topic, "--packed", "lines")
    for record in records:
        patients = {json.loads(line)["patient_id"] for line in (record.value or b"").split(b"\n")}
        places = {partition_of(patient.encode(), PARTITIONS) for patient in patients}
        assert places == {record.partition}
    assert len({record.partition for record in records}) == PARTITIONS


def test_beds_are_told_first(run: Run, kafka: Server, topic: str):
    records = sent(run, kafka, topic, "--with-beds")
    admitted = [
        json.loads(r.value or b"") for r in records if (r.value or b"").startswith(b'{"com')
    ]
    assert {told["command"] for told in admitted} == {"admit"}
    assert len({told["patient_id"] for told in admitted}) == 12
    firsts = {record.partition: record.value for record in reversed(records)}
    assert all((value or b"").startswith(b'{"command":"admit"') for value in firsts.values())


def test_admissions_are_keyed_by_patient_too(run: Run, kafka: Server, topic: str):
    records = sent(run, kafka, topic, "--profile", "admissions", "--rate", "1")
    assert len(records) > 50
    assert all(json.loads(r.value or b"")["patient_id"].encode() == r.key for r in records)


@pytest.mark.parametrize(
    ("to", "options", "line"),
    [
        ("kafka://h/t", (), "'h' is no broker; write HOST:PORT"),
        ("kafka://a:1", (), "the Kafka URL names no topic"),
        ("kafka://u:p@a:1/t", (), "WARDLINE_KAFKA_PASSWORD_FILE"),
        ("http://127.0.0.1:1", ("--packed", "lines"), "only topics take packed messages"),
        ("http://127.0.0.1:1", ("--with-beds",), "beds are told to topics only"),
    ],
)
def test_what_is_wrong_is_one_clear_line(run: Run, to: str, options: tuple[str, ...], line: str):
    done = run("simulate", "--to", to, *WARD, *options)
    assert done.exit_code == 1
    assert line in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_topic_that_is_not_there_is_one_clear_line(run: Run, kafka: Server, tmp_path: Path):
    name = name_of(tmp_path, "missing")
    done = run("simulate", "--to", f"kafka://{kafka.brokers}/{name}", *WARD, "--packed", "lines")
    assert done.exit_code == 1
    assert f"has no topic {name}" in done.stderr


def test_without_brokers_that_is_said(run: Run):
    to = f"kafka://127.0.0.1:{free_port()}/t"
    done = run("simulate", "--to", to, *WARD, "--packed", "lines")
    assert done.exit_code == 1
    assert "no broker of 127.0.0.1" in done.stderr


def test_without_the_driver_the_extra_is_named(run: Run, monkeypatch: pytest.MonkeyPatch):
    forget(monkeypatch, "wardline.kafka_assembly", "wardline.sources.kafka")
    monkeypatch.setitem(sys.modules, "confluent_kafka", None)
    done = run("simulate", "--to", "kafka://127.0.0.1:1/t", *WARD)
    assert done.exit_code == 1
    assert "pip install 'wardline[kafka]'" in done.stderr


def test_without_arrow_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, run: Run):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    done = run("simulate", "--to", "kafka://127.0.0.1:1/t", *WARD, "--packed", "arrow")
    assert done.exit_code == 1
    assert "pip install 'wardline[kafka]'" in done.stderr
    assert KafkaSender.__doc__
