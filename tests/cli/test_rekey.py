"""`wardline rekey` on real brokers."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Run
from tests.codecs.packing import packed
from tests.kafka import Server, committed, name_of, produce, read

from wardline.sources.kafka.keys import partition_of

AT = 1_700_000_000_000


@pytest.fixture
def source(kafka: Server, tmp_path: Path) -> str:
    return kafka.create_topic(name_of(tmp_path, "from"), 2)


@pytest.fixture
def target(kafka: Server, tmp_path: Path) -> str:
    return kafka.create_topic(name_of(tmp_path, "to"), 3)


def reading(patient: str, second: int) -> dict[str, Any]:
    return {"patient_id": patient, "timestamp": AT + second * 1_000, "spo2": 97}


def body(*readings: dict[str, Any]) -> bytes:
    return b"\n".join(json.dumps(one).encode() for one in readings)


def rekeyed(run: Run, kafka: Server, source: str, target: str) -> dict[str, int]:
    done = run(
        "rekey", "--source", f"kafka://{kafka.brokers}/{source}?group={source}",
        "--to", f"kafka://{kafka.brokers}/{target}", "--drain", "--json",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout.splitlines()[-1])


def test_every_reading_comes_once_under_its_patients_key_and_in_its_order(
    run: Run, kafka: Server, source: str, target: str
):
    single = [(None, body(reading(patient, n)), 0, 0) for n in range(20) for patient in "abc"]
    many = [body(*(reading("d", n) for n in range(10))), packed([reading("e", 1), reading("f", 1)])]
    poison = [b"nonsense", b"\x00\xff"]
    produce(kafka.brokers, source, [*single, *((None, value, 0, 1) for value in many + poison)])
    counts = rekeyed(run, kafka, source, target)
    assert counts == {"read": 64, "written": 74, "unkeyed": 2, "too_large": 0}
    records = read(kafka.brokers, target)
    assert sorted(r.value or b"" for r in records if r.key is None) == sorted(poison)
    keyed = [record for record in records if record.key is not None]
    for record in keyed:
        assert json.loads(record.value or b"")["patient_id"].encode() == record.key
        assert record.partition == partition_of(record.key or b"", 3)
    for patient, count in {"a": 20, "d": 10, "e": 1}.items():
        own = [json.loads(r.value or b"") for r in keyed if r.key == patient.encode()]
        assert own == [reading(patient, n) for n in (range(count) if count > 1 else (1,))]


def test_it_goes_on_where_the_group_is(run: Run, kafka: Server, source: str, target: str):
    produce(kafka.brokers, source, [(None, body(reading("a", n)), 0, n % 2) for n in range(10)])
    assert rekeyed(run, kafka, source, target)["read"] == 10
    assert committed(kafka.brokers, source, source) == {0: 5, 1: 5}
    assert rekeyed(run, kafka, source, target)["read"] == 0
    produce(kafka.brokers, source, [(None, body(reading("b", 1)), 0, 0)])
    assert rekeyed(run, kafka, source, target)["read"] == 1
    assert len(read(kafka.brokers, target)) == 11


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (("--source", "kafka://a/t", "--to", "kafka://a:1/u"), "'a' is no broker"),
        (("--source", "kafka://a:1/t", "--to", "file.csv"), "a Kafka URL is written"),
        (("--source", "kafka://a:1/t", "--to", "kafka://a:1/t"), "cannot be copied into itself"),
        (("--source", "kafka://127.0.0.1:1/t", "--to", "kafka://127.0.0.1:1/u"), "no broker of"),
    ],
)
def test_what_is_wrong_is_one_clear_line(run: Run, options: tuple[str, ...], line: str):
    done = run("rekey", *options)
    assert done.exit_code == 1
    assert line in done.stderr


def test_a_topic_that_is_not_there_is_said_before_anything_is_read(
    run: Run, kafka: Server, source: str, tmp_path: Path
):
    name = name_of(tmp_path, "missing")
    place = f"kafka://{kafka.brokers}"
    done = run("rekey", "--source", f"{place}/{source}", "--to", f"{place}/{name}", "--drain")
    assert done.exit_code == 1
    assert f"has no topic {name}" in done.stderr
    assert committed(kafka.brokers, "wardline-rekey", source) == {}
