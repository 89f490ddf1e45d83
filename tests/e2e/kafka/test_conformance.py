"""However many workers share a topic, the store holds what one engine makes of it."""

import random
import signal
from pathlib import Path

import pytest
from tests.conftest import DATA_FOLDER
from tests.e2e.kafka.cases import Case
from tests.e2e.kafka.conftest import MakeCase
from tests.e2e.kafka.embedded import embedded
from tests.e2e.kafka.nursery import wait_until
from tests.e2e.kafka.recorded import Sent, interleaved, recordings, twice, ward

pytestmark = pytest.mark.slow

PARTITIONS = 3
SERVES = "partitions taken over"
PATIENTS, SECONDS = 24, 180
RECORDED = 800
"""Readings of each recording of real patients."""


@pytest.fixture
def case(make_case: MakeCase) -> Case:
    return make_case(partitions=PARTITIONS)


@pytest.fixture
def sent(case: Case) -> list[Sent]:
    real = recordings(case.prefix, DATA_FOLDER, PARTITIONS, RECORDED)
    return ward(case.prefix, PATIENTS, SECONDS, PARTITIONS) + real


def test_one_worker_finds_what_one_engine_finds(case: Case, sent: list[Sent]):
    case.send(sent)
    account = case.drain().account()
    expected = embedded(sent, case.topic)
    case.check(expected)
    assert account["findings_sha256"] == expected.contents["sha256"]
    assert account["accepted"] == len(expected.contents["readings"])
    assert min(expected.contents["counts"].values()) > 0, "a recording without such findings"
    assert len(expected.contents["refused"]) > 20


def test_three_workers_at_once_find_the_same(case: Case, sent: list[Sent]):
    case.send(sent)
    workers = [case.worker("--drain", "--json", messages_per_poll=50) for _ in range(3)]
    for worker in workers:
        assert worker.wait() == 0, worker.said()
    case.check(embedded(sent, case.topic))


@pytest.mark.parametrize(
    "limits",
    [
        {"messages_per_poll": 7, "commit_every_s": 0, "rows_pending_max": 20, "snapshot_s": 0.05},
        {"messages_per_poll": 333, "commit_every_s": 0.01, "rows_per_commit": 1},
        {"messages_per_poll": 100_000, "commit_every_s": 5.0, "rows_per_commit": 1_000_000},
    ],
    ids=["crumbs", "middling", "all at once"],
)
def test_batches_of_any_size_give_the_same(case: Case, sent: list[Sent], limits: dict[str, float]):
    case.send(sent)
    case.drain(**limits)
    case.check(embedded(sent, case.topic))


def test_patients_may_come_in_any_order_among_each_other(case: Case, sent: list[Sent]):
    other = interleaved(sent, seed=3)
    assert other != sent
    case.send(other)
    case.drain()
    expected, found = embedded(sent, case.topic).contents, case.contents()
    refused, expected_refused = found.pop("refused"), expected.pop("refused")
    assert found == expected
    # The same records are refused; their places in the topic are others.
    assert sorted(r[1:] for r in refused) == sorted(r[1:] for r in expected_refused)


def test_every_message_sent_twice_counts_once(case: Case, sent: list[Sent]):
    case.send(twice(sent))
    account = case.drain(messages_per_poll=150, commit_every_s=0).account()
    expected = embedded(sent, case.topic).contents
    found = case.contents()
    assert len(found.pop("refused")) > len(expected.pop("refused"))
    assert found == expected
    assert account["duplicates"] > len(expected["readings"])


def test_workers_come_and_go_while_the_topic_is_read(case: Case, sent: list[Sent], tmp_path: Path):
    turn = random.Random(5)
    case.send(sent)
    slowly = {"messages_per_poll": 20, "commit_every_s": 0.05, "snapshot_s": 0.2}
    total = len(sent)
    workers = [case.worker(**slowly)]
    for share in (0.1, 0.25, 0.4, 0.55):
        wait_until(lambda share=share: done(case) > share * total, f"{share} of it is read")
        workers.append(case.worker(**slowly))
        if len(workers) > 2:
            leaving = workers.pop(turn.randrange(2))
            # Before that it may not even know yet how to leave.
            wait_until(lambda leaving=leaving: SERVES in leaving.said(), "it serves partitions")
            leaving.signal(signal.SIGTERM)
            assert leaving.wait() == 0, leaving.said()
    workers.append(case.worker("--drain"))
    assert workers[-1].wait() == 0, workers[-1].said()
    for worker in workers[:-1]:
        assert worker.stop() == 0, worker.said()
    epochs = [epoch for _, _, epoch, _ in case.shards()]
    assert sum(epochs) > PARTITIONS, "no partition ever went from one worker to another"
    case.check(embedded(sent, case.topic))


def done(case: Case) -> int:
    """Messages that are durable."""
    return sum(place + 1 for place in case.reached().values())
