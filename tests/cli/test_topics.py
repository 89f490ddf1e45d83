"""`wardline topics create`."""

import json

import pytest
from tests.kafka import Server, free_port

from wardline.sources.kafka.topics import TOPICS


def test_topics_are_made_and_described(run, kafka: Server):
    first = run("topics", "create", "--brokers", kafka.brokers, "--json")
    assert first.exit_code == 0, first.output
    again = run("topics", "create", "--brokers", kafka.brokers, "--json")
    said = {row["topic"]: row for row in json.loads(again.stdout.splitlines()[-1])["topics"]}
    assert said.keys() == TOPICS.keys()
    assert said["patient-alerts"] == {
        "topic": "patient-alerts", "partitions": 1, "state": "exists"
    }  # fmt: skip
    assert "patient-vitals           3 partitions  exists" in again.stderr


def test_brokers_may_come_from_the_environment(run, kafka: Server, monkeypatch):
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", kafka.brokers)
    assert run("topics", "create").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("--brokers", "localhost"), "'localhost' is no broker; write HOST:PORT"),
        (("--brokers", "u:p@a:1"), "WARDLINE_KAFKA_PASSWORD_FILE"),
        (("--brokers", "a:1", "--partitions", "x=2"), "x is no topic of Wardline"),
        (("--brokers", "a:1", "--partitions", "vitals"), "'vitals' is not TOPIC=N"),
        (("--brokers", "a:1", "--partitions", "vitals=0"), "'vitals=0' is not TOPIC=N"),
    ],
)
def test_what_is_wrong_is_one_clear_line(run, arguments, what):
    result = run("topics", "create", *arguments)
    assert result.exit_code in {1, 2}
    assert what in result.stderr


def test_settings_of_the_environment_that_do_not_fit_are_one_clear_line(run, monkeypatch):
    monkeypatch.setenv("WARDLINE_KAFKA_PROTOCOL", "SASL_SSL")
    result = run("topics", "create", "--brokers", "a:1")
    assert result.exit_code == 1
    assert result.stderr == "Error: SASL_SSL needs a user and a password\n"


def test_without_brokers_that_is_said(run):
    result = run("topics", "create", "--brokers", f"127.0.0.1:{free_port()}")
    assert result.exit_code == 1
    assert "no broker of 127.0.0.1" in result.stderr
