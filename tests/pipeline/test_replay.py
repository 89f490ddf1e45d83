"""Recordings through a worker: the same findings at any speed, in any cut, from any store."""

import time
from threading import Event
from typing import Any

from tests.pipeline.building import (
    SECOND,
    START,
    HandClock,
    beats,
    contents,
    decoded,
    memory,
    new_worker,
    pieces,
    reading,
    table,
)

from wardline.engine.engine import Engine
from wardline.model.commands import SETTINGS, Command
from wardline.pipeline.clock import EventClock
from wardline.pipeline.digest import findings_digest
from wardline.pipeline.recovery import recover
from wardline.pipeline.replay import Pace, replay
from wardline.pipeline.worker import Worker

READINGS = [
    *beats(120, rate=130),
    *beats(200, "q", START + 3_600_000, rate=45),
    reading("q", START + 3_600_000 + 30_500, heart_rate=300),
    *beats(90, start=START + 90 * SECOND, rate=131),
]


def run(store: Any, parts: list[Any], speed: float | None = None) -> Worker:
    worker = Worker(recover(store).engine, store, EventClock())
    replay(parts, worker, EventClock(), Pace(speed, Event()), lambda _: None)
    return worker


def cut(size: int) -> list[Any]:
    parts, position = [], 0
    for some in pieces(READINGS, size):
        parts.append(decoded(*some, origin="ward.csv@1", first_position=position))
        position += len(some)
    return parts


def test_findings_do_not_depend_on_how_a_recording_is_cut():
    digests = set()
    for size in (1, 17, 10_000):
        store = memory()
        run(store, cut(size))
        digests.add(findings_digest(store).sha256)
    assert len(digests) == 1


def test_findings_do_not_depend_on_speed():
    stores = memory(), memory()
    run(stores[0], cut(100))
    run(stores[1], cut(100), speed=2_000.0)
    assert contents(stores[0]) == contents(stores[1])


def test_running_again_adds_nothing():
    store = memory()
    first = run(store, cut(50))
    before, letters = contents(store), table(store, "dead-letters")
    second = run(store, cut(70))
    assert contents(store) == before
    assert table(store, "dead-letters") == letters
    assert (first.tally.accepted, first.tally.rejected) == (381, 30)
    assert (second.tally.accepted, second.tally.duplicates) == (0, 381)
    assert second.tally.rejected == 30


def test_no_time_passes_at_the_end_of_a_recording():
    store = memory()
    run(store, [decoded(reading(heart_rate=80))])
    assert table(store, "transitions") == []
    assert table(store, "windows") == []


def test_a_store_replays_into_the_same_findings_commands_and_arrivals_included():
    live = memory()
    worker = new_worker(live)
    late = decoded(*beats(100, rate=100))
    late.batch.received_at[:] += 40 * SECOND
    worker.take(late)
    limits = {"heart_rate_high": {"limit": 90}}
    worker.apply(Command("p", START + 150 * SECOND, "ann", SETTINGS, {"limits": limits}))
    worker.tick(START + 170 * SECOND)
    worker.take(decoded(*beats(60, start=START + 160 * SECOND, rate=100)))
    worker.commit()
    copy = memory()
    run(copy, list(live.work_after(0)))
    assert findings_digest(copy) == findings_digest(live)
    for name in ("readings", "commands", "transitions"):
        assert table(copy, name) == table(live, name)


def test_a_stopped_replay_leaves_a_consistent_store_and_the_rest_can_follow():
    whole, halves = memory(), memory()
    run(whole, cut(50))
    stopping, taken = Event(), 0

    def stop_in_the_middle(rows: int) -> None:
        nonlocal taken
        taken += rows
        if taken >= 200:
            stopping.set()

    worker = Worker(Engine(), halves, HandClock())
    replay(cut(50), worker, EventClock(), Pace(None, stopping), stop_in_the_middle)
    assert halves.counts()["readings"] == 200
    run(halves, cut(50))
    assert contents(halves) == contents(whole)


def test_a_paced_replay_takes_as_long_as_the_recording_lasts_divided_by_its_speed():
    store = memory()
    started = time.monotonic()
    run(store, [decoded(*beats(41))], speed=100.0)
    assert time.monotonic() - started >= 0.4
    assert store.counts()["readings"] == 41


def test_the_digest_can_be_that_of_some_patients_only():
    store, only_q = memory(), memory()
    run(store, cut(100))
    run(only_q, [decoded(*[r for r in READINGS if r["patient_id"] == "q"])])
    assert findings_digest(store, {"q"}) == findings_digest(only_q)
    assert findings_digest(store, {"nobody"}).counts["windows"] == 0
