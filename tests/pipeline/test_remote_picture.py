"""What operators see of workers elsewhere, and what these count together."""

import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from tests.pipeline.live_topic import LiveTopic
from tests.pipeline.waiting import until

from wardline.codecs.live_messages import FORMAT, ShardNews, Telling, encode_telling
from wardline.pipeline import remote_ward as remote_ward_module
from wardline.pipeline.heard_workers import HeardWorker, WorkerSums
from wardline.pipeline.hub import Cursor
from wardline.pipeline.remote_ward import RemoteWard
from wardline.pipeline.system_picture import (
    PARTITIONS_MAX,
    PROBLEM_LENGTH_MAX,
    PROBLEMS_MAX,
    PartitionPicture,
    told_partitions,
    told_problems,
)
from wardline.stores.relational.store import RelationalStore

TOPIC = "patient-vitals"
FORMER_MEMBERS = 14
"""A telling of a Wardline that told nothing of admissions."""


@pytest.fixture
def ward(store: RelationalStore, live: LiveTopic) -> Iterator[RemoteWard]:
    opened = RemoteWard(store, live)
    opened.start()
    yield opened
    opened.stop()


class Narrator:
    """One worker, as its messages make it."""

    def __init__(self, live: LiveTopic, name: str, topic: str = TOPIC):
        self._live = live
        self.name = name
        self.topic = topic
        self.number = 0

    def tell(self, *shards: ShardNews, partitions: int = 2, **parts: Any) -> None:
        self.number += 1
        now_ms = time.time_ns() // 1_000_000
        telling = Telling(
            FORMAT, self.name, self.number, now_ms, now_ms, self.topic, partitions,
            shards=list(shards), **{"problems": [], "figures": {}, **parts},
        )  # fmt: skip
        self._live.say(encode_telling(telling))


def news(partition: int, *, epoch: int = 1, state: str = "saving", lag: int | None = 0) -> Any:
    return ShardNews(partition, epoch, state, 100, lag, 7, 0)


def states(ward: RemoteWard) -> dict[tuple[str, int], str]:
    return {(one.topic, one.partition): one.state for one in ward.system().partitions}


def test_before_anybody_was_heard_of_the_flow_is_empty(ward: RemoteWard):
    told = ward.system()
    assert (told.kind, told.store, told.takes_commits) == ("workers", "SQLite", None)
    assert (told.partitions, told.workers) == ((), ())
    assert told.problems == ("no worker was heard of yet",)


def test_partitions_are_told_with_their_worker_and_those_nobody_serves(
    ward: RemoteWard, live: LiveTopic
):
    Narrator(live, "a:1").tell(news(0, lag=12))
    until(lambda: ward.system().workers)
    told = ward.system()
    first, second = told.partitions
    assert (first.worker, first.state, first.lag, first.patients) == ("a:1", "saving", 12, 7)
    assert (second.worker, second.state, second.lag) == (None, "unserved", None)
    assert (told.takes_commits, told.sums.lag, told.sums.patients) == (True, 12, 7)


def test_a_worker_that_is_not_heard_any_more_is_silent_with_its_partitions(
    ward: RemoteWard, live: LiveTopic, monkeypatch: pytest.MonkeyPatch
):
    Narrator(live, "a:1").tell(news(0), news(1))
    until(lambda: ward.system().workers)
    monkeypatch.setattr(remote_ward_module, "SILENT_AFTER_S", 0.0)
    told = ward.system()
    assert [one.is_silent for one in told.workers] == [True]
    assert {one.state for one in told.partitions} == {"silent"}
    assert told.takes_commits is None
    assert told.sums.readings_per_s is None


def test_a_worker_that_cannot_save_is_told_with_its_problem(ward: RemoteWard, live: LiveTopic):
    Narrator(live, "a:1").tell(news(0, state="ahead of the store"), problems=["the store is slow"])
    Narrator(live, "b:1").tell(news(1))
    until(lambda: len(ward.system().workers) == 2)
    told = ward.system()
    assert told.takes_commits is False
    assert told.workers[0].problems == ("the store is slow",)
    assert "the store is slow" in told.problems


def test_rates_come_from_what_workers_counted_lately(
    ward: RemoteWard, live: LiveTopic, monkeypatch: pytest.MonkeyPatch
):
    now_s = [1_000.0]
    clock = SimpleNamespace(monotonic=lambda: now_s[0])
    monkeypatch.setattr(remote_ward_module, "time", clock)
    worker = Narrator(live, "a:1")
    for second in range(3):
        counted = {
            "wardline_readings_total": 200.0 * second, "wardline_commits_total": 10.0 * second,
            "wardline_commit_seconds_total": 0.5 * second,
            'wardline_commit_lag_seconds{partition="0"}': 0.25,
            "wardline_dead_letters_total": 3.0, "wardline_outbox_pending": 4.0,
        }  # fmt: skip
        now_s[0] = 1_000.0 + second
        worker.tell(ShardNews(0, 1, "saving", 500 * second, 0, 7, 0), figures=counted)
        until(lambda number=second + 1: numbers(ward) == [number])
    (told,) = ward.system().workers
    assert (told.readings_per_s, told.commits_per_s, told.commit_ms) == (200.0, 10.0, 50.0)
    assert (told.commit_lag_s, told.dead_letters, told.outbox_pending) == (0.25, 3, 4)
    sums = ward.system().sums
    assert (sums.messages_per_s, sums.readings_per_s, sums.told_per_s) == (500.0, 200.0, 1.0)
    assert (sums.commit_ms, sums.commit_lag_s) == (50.0, 0.25)
    now_s[0] += 5.0
    (silent,) = ward.system().workers
    assert (silent.is_silent, silent.readings_per_s, silent.commits_per_s) == (True, None, None)


def numbers(ward: RemoteWard) -> list[int]:
    """Of the newest message of each worker."""
    return [worker.number for worker in list(ward.workers.values())]


def test_a_worker_of_admissions_stands_beside_those_of_readings(ward: RemoteWard, live: LiveTopic):
    Narrator(live, "a:1").tell(news(0), news(1))
    records = Narrator(live, "r:1", topic="patient_records")
    records.tell(news(0), partitions=1, holds_admissions=True)
    until(lambda: len(ward.system().workers) == 2)
    places = {(TOPIC, 0), (TOPIC, 1), ("patient_records", 0)}
    assert states(ward) == dict.fromkeys(places, "saving")
    assert (ward.topic, ward.partitions, ward.problems()) == (TOPIC, 2, [])
    assert {one.name: one.partitions for one in ward.system().workers} == {"a:1": 2, "r:1": 1}


def test_viewers_are_told_of_admissions_that_a_worker_recorded(ward: RemoteWard, live: LiveTopic):
    cursor = Cursor()
    ward.live.hub.open(cursor)
    ward.live.join()
    records = Narrator(live, "r:1", topic="patient_records")
    texts: list[str] = []
    records.tell(news(0), holds_admissions=True)
    records.tell(news(0), holds_admissions=True, admitted=3)

    def is_told() -> bool:
        texts.extend(ward.live.hub.news(cursor))
        return any('"type":"admissions"' in text for text in texts)

    until(is_told)
    ward.live.leave()


def test_messages_of_workers_that_know_nothing_of_admissions_are_understood(
    ward: RemoteWard, live: LiveTopic
):
    now_ms = time.time_ns() // 1_000_000
    telling = Telling(
        FORMAT, "old:1", 1, now_ms, now_ms, TOPIC, 1, shards=[news(0)], problems=[], figures={}
    )
    former = msgspec.msgpack.decode(encode_telling(telling))[:FORMER_MEMBERS]
    live.say(msgspec.msgpack.encode(former))
    until(lambda: states(ward) == {(TOPIC, 0): "saving"})


def heard(**figures: float) -> HeardWorker:
    worker = HeardWorker(1, 0.0)
    worker.figures = {f"wardline_{name}": value for name, value in figures.items()}
    return worker


def test_counters_of_workers_are_added_up_and_ages_are_the_greatest():
    workers = {"a": heard(readings_total=2, engine_heartbeat_seconds=0.1, queue=5),
               "b": heard(readings_total=3, engine_heartbeat_seconds=0.4, queue=6)}  # fmt: skip
    assert WorkerSums().figures(workers, [], {}) == {
        "wardline_workers_readings_total": 5.0,
        "wardline_workers_engine_heartbeat_seconds": 0.4,
        "wardline_workers_queue": 11.0,
    }


def test_a_figure_of_a_partition_is_that_of_its_owner():
    name = 'wardline_worker_lag_messages{partition="0"}'
    old, new = HeardWorker(1, 0.0), HeardWorker(1, 0.0)
    old.figures, new.figures = {name: 900.0}, {name: 5.0}
    told = WorkerSums().figures({"old": old, "new": new}, [], {0: "new"})
    assert told == {'wardline_workers_worker_lag_messages{partition="0"}': 5.0}


def test_counters_never_go_back_when_workers_go():
    sums, gone, here = WorkerSums(), heard(readings_total=10, queue=3), heard(readings_total=1)
    assert sums.figures({"here": here}, [gone], {})["wardline_workers_readings_total"] == 11.0
    assert "wardline_workers_queue" not in sums.figures({"here": here}, [gone], {})
    sums.forget(gone)
    assert sums.figures({"here": here}, [], {})["wardline_workers_readings_total"] == 11.0


def test_of_too_many_partitions_those_in_trouble_are_told():
    many = [
        PartitionPicture("t", n, "w", "paused" if n == 900 else "saving", 1, 0, 0, 0, 0, 0.0)
        for n in range(1_000)
    ]
    told = told_partitions(many)
    assert len(told) == PARTITIONS_MAX
    assert told[-1].partition == 900


def test_problems_are_bounded():
    told = told_problems(["x" * 10_000] * 1_000)
    assert len(told) == PROBLEMS_MAX
    assert {len(problem) for problem in told} == {PROBLEM_LENGTH_MAX}
