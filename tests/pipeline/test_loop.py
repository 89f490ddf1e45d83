"""The engine's thread, step by step and without a thread."""

from concurrent.futures import Future
from typing import Any

import pytest
from tests.pipeline.building import (
    MINUTE,
    SECOND,
    START,
    FailingStore,
    HandClock,
    decoded,
    memory,
    reading,
    table,
)

from wardline.model.commands import SETTINGS, Command
from wardline.model.patients import TruthPeriod
from wardline.pipeline.inbox import Arrived
from wardline.pipeline.loop import EngineLoop, Entry, LoopLimits
from wardline.pipeline.ports import StoreUnavailableError


class Host:
    """Hands a loop its entries."""

    def __init__(self, retention_s: float | None = None):
        self.clock = HandClock()
        self.store = FailingStore(memory())
        limits = LoopLimits(retry_s=0.0, snapshot_s=1e9, retention_s=retention_s)
        self.loop = EngineLoop(self.store, self.clock, limits)

    def step(self, *contents: Any, at: int | None = None) -> list[Future[Any]]:
        self.clock.now = self.clock.now if at is None else at
        futures: list[Future[Any]] = [Future() for _ in contents]
        entries = [Entry(c, f) for c, f in zip(contents, futures, strict=True)]
        self.loop.step([Arrived(entry, self.clock.now, 1) for entry in entries], self.clock.now)
        return futures


@pytest.fixture
def host() -> Host:
    host = Host()
    host.step()
    return host


def test_a_loop_is_ready_after_its_first_step():
    host = Host()
    assert host.loop.trouble.startswith("starting")
    host.step()
    assert host.loop.trouble == ""


def test_a_submission_is_acknowledged_once_it_is_durable(host: Host):
    (future,) = host.step(decoded(reading()))
    assert future.result(0).accepted == 1
    assert host.store.counts()["readings"] == 1


def test_readings_arrive_when_they_were_received_and_not_when_they_were_measured(host: Host):
    host.step(decoded(reading(at=START)), at=START + 7 * SECOND)
    assert table(host.store, "readings")[0][19] == START + 7 * SECOND


def test_readings_more_than_five_minutes_ahead_are_refused(host: Host):
    (future,) = host.step(decoded(reading(at=START + 5 * MINUTE + 1)))
    assert [note.reason for note in future.result(0).rejected] == ["future"]


def test_all_entries_of_a_step_share_one_commit(host: Host):
    before = host.store.commit_count
    host.step(*[decoded(reading(at=START + second)) for second in range(20)])
    assert host.store.commit_count == before + 1


def test_time_passes_once_a_second_for_silent_patients(host: Host):
    host.step(decoded(reading()))
    for second in range(1, 40):
        host.step(at=START + second * SECOND)
    rules = [row[3] for row in table(host.store, "transitions")]
    assert rules == ["heart_rate_stale", "no_signal"]


def test_a_command_that_makes_no_sense_fails_alone(host: Host):
    wrong = Command("p", START, "ann", SETTINGS, {"profile": "martian"})
    refused, taken = host.step(wrong, decoded(reading()))
    with pytest.raises(ValueError, match="martian"):
        refused.result(0)
    assert taken.result(0).accepted == 1


def test_truth_is_stored(host: Host):
    (future,) = host.step((TruthPeriod("p", START, START + 1, "fault", "spike"),))
    assert future.result(0) is None
    assert host.store.counts()["truth"] == 1


def test_a_failed_commit_fails_every_submission_in_it_and_is_a_problem_until_it_is_over(host: Host):
    host.step(decoded(reading()))
    host.store.commits_fail = True
    futures = host.step(decoded(reading(at=START + 1)), decoded(reading("q")), at=START + SECOND)
    for future in futures:
        with pytest.raises(StoreUnavailableError):
            future.result(0)
    assert "takes nothing" in host.loop.trouble
    assert host.store.counts()["readings"] == 1

    host.store.commits_fail = False
    (future,) = host.step(decoded(reading(at=START + 1)), at=START + 2 * SECOND)
    assert future.result(0).accepted == 1
    assert host.loop.trouble == ""
    assert host.loop.failed_commits >= 1


def test_a_failing_look_up_acknowledges_nothing_and_loses_nothing(host: Host):
    host.step(decoded(reading(at=START)), decoded(reading(at=START + 1)))
    host.store.reads_fail = True
    new, old = host.step(decoded(reading("q")), decoded(reading(at=START)))
    for future in (new, old):
        with pytest.raises(StoreUnavailableError):
            future.result(0)
    host.store.reads_fail = False
    new, old = host.step(decoded(reading("q")), decoded(reading(at=START)))
    assert (new.result(0).accepted, old.result(0).duplicates) == (1, 1)


def test_alarms_go_on_in_memory_while_the_store_takes_nothing(host: Host):
    host.step(decoded(reading()))
    host.store.commits_fail = True
    for second in range(1, 40):
        host.step(at=START + second * SECOND)
    assert host.loop.trouble
    host.store.commits_fail = False
    host.step(at=START + 40 * SECOND)
    assert [(row[3], row[2]) for row in table(host.store, "transitions")] == [
        ("heart_rate_stale", START + 15_001),
        ("no_signal", START + 30_001),
    ]


def test_a_failed_commit_leaves_the_engine_where_the_store_is(host: Host):
    host.step(decoded(reading(heart_rate=70)))
    host.store.commits_fail = True
    host.step(decoded(reading(at=START + 1, heart_rate=150)))
    assert host.loop.worker is not None
    held = host.loop.worker.engine.records["vitals"][0, 0]["held"]
    assert held == 70_000


def test_counts_go_on_after_recovery_and_count_only_what_is_durable(host: Host):
    host.step(decoded(reading()))
    host.store.commits_fail = True
    host.step(decoded(reading(at=START + 1)))
    host.store.commits_fail = False
    host.step(decoded(reading(at=START + 1)), decoded(reading()))
    tally = host.loop.tally
    assert (tally.readings, tally.accepted, tally.duplicates) == (3, 2, 1)


def test_the_clock_skew_of_a_source_is_watched(host: Host):
    host.step(decoded(reading(at=START + 6 * SECOND)))
    assert host.loop.skew.skewed(START) == {("p", ""): 6.0}


def test_what_is_older_than_the_retention_is_deleted_and_the_newest_stays():
    host = Host(retention_s=60.0)
    host.step(decoded(reading(heart_rate=70)), at=START)
    host.step(decoded(reading(at=START + 1, heart_rate=71)), at=START + 1)
    host.step(at=START + 3600 * SECOND)
    assert [row[3] for row in table(host.store, "readings")] == [71_000]


def test_without_a_retention_everything_is_kept(host: Host):
    host.step(decoded(reading(heart_rate=70)), at=START)
    host.step(decoded(reading(at=START + 1, heart_rate=71)), at=START + 1)
    host.step(at=START + 3600 * SECOND)
    assert len(table(host.store, "readings")) == 2
