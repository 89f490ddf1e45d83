"""What the doctor says of shards, their owners and how far they are behind."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from tests.cli.conftest import Run
from tests.contracts.building import Ward
from tests.kafka import Server, name_of, produce

from wardline.cli.worker_checks import LAG_MAX, lag_checks, store_checks
from wardline.pipeline.partitions import Outgoing
from wardline.stores.relational.shard_states import ShardState, StoreState
from wardline.stores.relational.store import RelationalStore

OWNER = "node-1:4711:1795293220515"


def shard(partition: int = 0, position: int | None = 99, waiting: int = 0) -> ShardState:
    return ShardState("t", partition, 2, OWNER, 3, position, waiting)


def lags(position: int | None, oldest: int, end: int) -> tuple[bool, str]:
    (check,) = lag_checks([shard(position=position)], {("t", 0): (oldest, end)})
    assert check.name == "lag of t/0"
    return check.ok, check.finding


def answer(result: Result) -> dict[str, dict[str, Any]]:
    return {check["name"]: check for check in json.loads(result.stdout)["checks"]}


def filled(folder: Path, topic: str, position: int) -> str:
    """The URL of a store in which a worker saved partition 0 of a topic up to a position."""
    url = f"sqlite:///{folder}/shared.db"
    store = RelationalStore(url, is_shared=True)
    taken = store.take_over(topic, 0, 1, OWNER)
    message = Outgoing("patient-alerts", b"p", b"{}")
    commit = Ward().commit(positions={f"{topic}/0": position}, outgoing=[message])
    taken.commit(commit)
    store.close()
    return url


def test_what_is_saved_is_told_with_owner_and_epoch():
    checks = store_checks(StoreState("0003", "postgresql 17", (shard(), shard(1, None, 2))), 5)
    assert [(check.name, check.finding) for check in checks] == [
        ("store's version", "tables 0003, postgresql 17"),
        ("shard t/0", f"owner {OWNER}, epoch 3, saved up to 99"),
        ("shard t/1", f"owner {OWNER}, epoch 3, nothing saved yet"),
        ("outbox", "2 commits wait to be published"),
        ("dead letters", "5 records and values were refused"),
    ]
    assert all(check.ok for check in checks)


def test_too_many_commits_that_wait_to_be_published_are_a_problem():
    checks = store_checks(StoreState("0003", "x", (shard(waiting=1_001),)), 0)
    assert [check.name for check in checks if not check.ok] == ["outbox"]


@pytest.mark.parametrize(("position", "end", "is_well"), [
    (99, 100, True), (99, 100 + LAG_MAX, True), (99, 101 + LAG_MAX, False),
    (None, 0, True), (None, LAG_MAX + 1, False),
])  # fmt: skip
def test_a_partition_is_behind_when_too_many_messages_wait(position, end, is_well):
    ok, finding = lags(position, 0, end)
    assert ok == is_well
    assert ("workers run" in finding) != is_well


def test_a_topic_that_was_made_anew_is_noticed():
    ok, finding = lags(99, 0, 40)
    assert not ok
    assert "made anew" in finding


def test_messages_that_were_never_saved_and_are_gone_are_noticed():
    ok, finding = lags(99, 150, 200)
    assert not ok
    assert "messages 100 to 149 are gone" in finding


def test_a_partition_nobody_ever_served_is_behind_by_all_its_messages():
    (_, second) = lag_checks([shard()], {("t", 0): (0, 100), ("t", 1): (0, 5_000)})
    assert (second.ok, second.name) == (False, "lag of t/1")


def test_the_doctor_tells_of_the_shards_of_a_store(run: Run, tmp_path: Path):
    url = filled(tmp_path, "patient-vitals", 41)
    done = run("doctor", "--store", url, "--json")
    checks = answer(done)
    assert checks["shard patient-vitals/0"]["finding"].endswith("epoch 1, saved up to 41")
    assert checks["outbox"]["finding"] == "1 commits wait to be published"
    assert checks["dead letters"]["ok"]
    assert done.exit_code == 0


def test_the_doctor_says_that_nobody_answers_for_brokers(run: Run):
    done = run("doctor", "--brokers", "127.0.0.1:9", "--json")
    assert not answer(done)["brokers"]["ok"]
    assert done.exit_code == 1


def test_the_doctor_refuses_brokers_with_a_password_without_repeating_it(run: Run):
    done = run("doctor", "--brokers", "me:canary@host:9092")
    assert "canary" not in done.output
    assert done.exit_code == 1


def test_the_doctor_looks_at_brokers_topics_and_how_far_the_store_is(
    run: Run, kafka: Server, tmp_path: Path
):
    topic = kafka.create_topic(name_of(tmp_path), 1)
    produce(kafka.brokers, topic, [(b"p", b"{}")] * 10)
    url = filled(tmp_path, topic, 5)
    done = run("doctor", "--store", url, "--brokers", kafka.brokers, "--json")
    checks = answer(done)
    assert checks["brokers"]["ok"]
    assert checks[f"lag of {topic}/0"]["finding"] == "4 of 10 messages wait"
    assert checks["topic patient-vitals"]["is_needed"]


def test_the_doctor_notices_another_number_of_partitions(run: Run, kafka: Server, tmp_path: Path):
    topic = kafka.create_topic(name_of(tmp_path), 3)
    url = filled(tmp_path, topic, 5)
    done = run("doctor", "--store", url, "--brokers", kafka.brokers, "--json")
    assert "3 now" in answer(done)[f"partitions of {topic}"]["finding"]
    assert done.exit_code == 1
