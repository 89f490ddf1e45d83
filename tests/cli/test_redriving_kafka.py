"""`wardline dead-letters redrive --to`: refused records once more through the workers' topic."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Run
from tests.contracts.building import Ward
from tests.kafka import Server, name_of, read
from tests.postgresql import url_of

from wardline.model.dead_letters import DeadLetter
from wardline.pipeline.ports import Query
from wardline.stores.relational.store import RelationalStore

AT = 1_700_000_000_000
GOOD = json.dumps({"patient_id": "a", "timestamp": AT, "spo2": 97})
COMMAND = '{"command":"discharge","patient_id":"c","actor":"","at":0,"content":{}}'
REASON = "this patient belongs to another partition: key messages by patient_id"


@pytest.fixture
def topic(kafka: Server, tmp_path: Path) -> str:
    return kafka.create_topic(name_of(tmp_path), 3)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A store with refused records of several kinds."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/ward.db"
    else:
        request.getfixturevalue("postgresql")
        url = url_of(tmp_path)
    store, ward = RelationalStore(url), Ward()
    store.commit(ward.commit(dead_letters=[
        letter("t/0:1", "a", "patient_id", REASON, GOOD),
        letter("t/0:2", "c", "patient_id", REASON, COMMAND),
        letter("t/0:3", "b", "spo2", "implausible", '{"patient_id":"b","spo2":300,"hr":900}'),
        letter("t/0:3", "b", "heart_rate", "implausible", '{"patient_id":"b","spo2":300,"hr":900}'),
        letter("t/0:4", "", "", "not JSON", "\\x00\\xff nonsense"),
        letter("t/0:5", "d", "", "not JSON", '{"patient_id":"d","spo2":'),
    ]))  # fmt: skip
    store.close()
    return url


def letter(position: str, patient: str, field: str, reason: str, raw: str) -> DeadLetter:
    return DeadLetter(AT, "monitor", position, patient, field, reason, raw)


def redriven(run: Run, url: str, kafka: Server, topic: str, *options: str) -> dict[str, Any]:
    to = f"kafka://{kafka.brokers}/{topic}"
    done = run("dead-letters", "redrive", "--store", url, "--to", to, "--json", *options)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout.splitlines()[-1])


def test_records_are_sent_keyed_by_patient_and_what_cannot_be_read_is_not(
    run: Run, url: str, kafka: Server, topic: str
):
    assert redriven(run, url, kafka, topic) == {"letters": 6, "sent": 3, "unreadable": 2}
    records = {record.key: record.value for record in read(kafka.brokers, topic)}
    assert records.keys() == {b"a", b"b", b"c"}
    assert (records[b"a"], records[b"c"]) == (GOOD.encode(), COMMAND.encode())


def test_only_those_of_a_reason_may_be_sent(run: Run, url: str, kafka: Server, topic: str):
    counts = redriven(run, url, kafka, topic, "--reason", REASON)
    assert counts == {"letters": 2, "sent": 2, "unreadable": 0}
    assert {record.key for record in read(kafka.brokers, topic)} == {b"a", b"c"}


def test_workers_take_what_is_acceptable_now(
    run: Run, kafka: Server, topic: str, url: str, tmp_path: Path
):
    redriven(run, url, kafka, topic, "--reason", REASON)
    source = f"kafka://{kafka.brokers}/{topic}?group={name_of(tmp_path, 'g')}"
    assert run("worker", "--source", source, "--store", url, "--drain").exit_code == 0
    store = RelationalStore(url, is_shared=True)
    rows = [row for some in store.rows(Query("readings")) for row in some]
    store.close()
    assert [row[0] for row in rows] == ["a"]


def test_what_is_wrong_is_one_clear_line(run: Run, tmp_path: Path):
    missing = f"sqlite:///{tmp_path}/none.db"
    RelationalStore(f"sqlite:///{tmp_path}/ward.db").close()
    for options, line in (
        (("--store", missing, "--to", "kafka://a:1/t"), "there is no store at"),
        (("--store", f"sqlite:///{tmp_path}/ward.db", "--to", "kafka://a/t"), "is no broker"),
    ):
        done = run("dead-letters", "redrive", *options)
        assert done.exit_code == 1
        assert line in done.stderr
