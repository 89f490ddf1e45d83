"""From what is durable back to an engine that goes on as if nothing had happened."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.pipeline.building import (
    MINUTE,
    SECOND,
    START,
    FailingStore,
    HandClock,
    beats,
    contents,
    decoded,
    memory,
    new_worker,
    reading,
    table,
)

from wardline.model.commands import DISCHARGE, SETTINGS, Command
from wardline.model.findings import Findings, join_findings
from wardline.pipeline.ports import Snapshot, StoreUnavailableError
from wardline.pipeline.recovery import StoreDamagedError, recover
from wardline.pipeline.worker import Worker

SLOW = Command("p", START, "ann", SETTINGS, {"limits": {"heart_rate_high": {"limit": 90}}})

Step = Any

STEPS: list[Step] = [
    *[reading(at=START + second * SECOND, heart_rate=85) for second in range(0, 60, 5)],
    replace(SLOW, at=START + MINUTE),
    *[reading("q", START + second * SECOND, spo2=80) for second in range(60, 90, 5)],
    START + 2 * MINUTE,
    reading(at=START + 30_500, heart_rate=99),
    *[reading(at=START + second * SECOND, heart_rate=100) for second in range(125, 200, 5)],
    START + 5 * MINUTE,
    Command("p", START + 6 * MINUTE, "ann", DISCHARGE, {}),
    reading(at=START + 7 * MINUTE, heart_rate=900, spo2=95),
]


def do(worker: Worker, step: Step) -> None:
    if isinstance(step, Command):
        worker.apply(step)
    elif isinstance(step, int):
        worker.tick(step)
    else:
        worker.take(decoded(step))


def run(worker: Worker, steps: list[Step], every: int = 1) -> None:
    for place, step in enumerate(steps, 1):
        do(worker, step)
        if place % every == 0:
            worker.commit()
    worker.commit()


def undisturbed() -> dict[str, list[tuple[Any, ...]]]:
    store = memory()
    run(new_worker(store), STEPS)
    return contents(store)


@pytest.mark.parametrize("crash_at", range(1, len(STEPS)))
def test_a_crash_between_any_two_steps_changes_nothing(crash_at: int):
    store = memory()
    run(new_worker(store), STEPS[:crash_at])
    run(Worker(recover(store).engine, store, HandClock()), STEPS[crash_at:])
    assert contents(store) == undisturbed()


@settings(max_examples=30)
@given(
    every=st.integers(1, 7),
    failing=st.sets(st.integers(0, 20), max_size=6),
    snapshots=st.sets(st.integers(0, 20), max_size=4),
)
def test_steps_repeated_after_failed_commits_leave_what_undisturbed_ones_leave(
    every: int, failing: set[int], snapshots: set[int]
):
    """Whoever got no acknowledgement sends again; what a spoiled worker knew is not used."""
    store = FailingStore(memory())
    worker = new_worker(store)
    groups = [STEPS[start : start + every] for start in range(0, len(STEPS), every)]
    for number, group in enumerate(groups):
        store.commits_fail = number in failing
        while True:
            for step in group:
                do(worker, step)
            try:
                worker.commit(snapshot=number in snapshots)
                break
            except StoreUnavailableError:
                store.commits_fail = False
                worker = Worker(recover(store).engine, store, HandClock())
    assert contents(store) == undisturbed()


def test_the_findings_of_a_replay_are_those_that_were_stored():
    store = memory()
    emitted: list[Findings] = []
    worker = new_worker(store)
    for step in STEPS:
        do(worker, step)
        emitted.extend(worker._pending.findings)
        worker.commit()
    seen: list[Findings] = []
    assert recover(store, seen.append).replayed_rows == store.counts()["readings"]
    first, second = join_findings(emitted), join_findings(seen)
    for kind in ("windows", "scores", "anomalies", "transitions", "recompute"):
        ours, theirs = getattr(first, kind), getattr(second, kind)
        of_each = [
            [[str(row) for row in part if row["patient"] == patient] for part in (ours, theirs)]
            for patient in range(2)
        ]
        assert all(before == after for before, after in of_each)


def test_recovery_starts_from_the_newest_snapshot():
    store = memory()
    worker = new_worker(store)
    worker.take(decoded(*beats(50)))
    worker.commit(snapshot=True)
    worker.take(decoded(*beats(3, start=START + MINUTE)))
    worker.commit()
    assert recover(store).replayed_rows == 3


class KeptBadly:
    """A store whose newest snapshot was damaged."""

    def __init__(self, store: Any, state: bytes):
        self._store, self._state = store, state

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def latest_snapshot(self) -> Snapshot:
        kept = self._store.latest_snapshot()
        return Snapshot(kept.commit_seq, self._state)


@pytest.mark.parametrize("state", [b"", b"rubbish", b"wardline-engine-1\n" + bytes(64)])
def test_a_snapshot_that_cannot_be_used_means_replaying_everything_and_saying_so(state: bytes):
    store = memory()
    worker = new_worker(store)
    worker.take(decoded(*beats(50)))
    worker.commit(snapshot=True)
    recovered = recover(KeptBadly(store, state))
    assert recovered.replayed_rows == 50
    assert "everything was replayed" in recovered.note
    assert recovered.engine.snapshot() == worker.engine.snapshot()


class Shuffled:
    """A store that lost its first reading."""

    def __init__(self, store: Any):
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def work_after(self, commit_seq: int) -> Any:
        for work in self._store.work_after(commit_seq):
            keep = slice(1, None)
            yield replace(
                work,
                batch=work.batch.between(1, len(work.batch)),
                at=work.at[keep],
                arrival=work.arrival[keep],
                late=work.late[keep],
            )


def test_a_store_that_replays_differently_is_called_damaged():
    store = memory()
    worker = new_worker(store)
    worker.take(decoded(*beats(5)))
    worker.commit()
    with pytest.raises(StoreDamagedError, match="arrival 2"):
        recover(Shuffled(store))


def test_time_that_was_stored_is_not_unlived_by_a_clock_that_was_set_back():
    store = memory()
    worker = new_worker(store)
    worker.take(decoded(reading()))
    worker.commit()
    worker.tick(START + 2 * MINUTE)
    worker.commit()
    before = table(store, "transitions")
    again = Worker(recover(store).engine, store, HandClock())
    again.take(decoded(reading(at=START + SECOND)))
    again.commit()
    assert table(store, "transitions")[: len(before)] == before
    assert table(store, "readings")[-1][19] == START + 2 * MINUTE
