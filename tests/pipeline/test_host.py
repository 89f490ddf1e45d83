"""A running host: threads, a queue, pictures."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.pipeline.building import FailingStore, decoded, memory, reading, table

from wardline.model.commands import ADMIT, SETTINGS, Command
from wardline.model.patients import TruthPeriod
from wardline.pipeline.clock import WallClock
from wardline.pipeline.host import EngineHost, HostLimits
from wardline.pipeline.loop import LoopLimits
from wardline.pipeline.ports import BusyError, Store, StoreUnavailableError

WAIT_S = 60.0


@pytest.fixture
def store() -> Iterator[FailingStore]:
    kept = memory()
    yield FailingStore(kept)
    kept.close()


@pytest.fixture
def host(store: FailingStore) -> Iterator[EngineHost]:
    running = EngineHost(store, limits=HostLimits(loop=LoopLimits(retry_s=0.01)))
    running.start()
    assert running.submit(decoded()).result(WAIT_S).accepted == 0
    yield running
    store.commits_fail = store.reads_fail = False
    running.stop(WAIT_S)


def now() -> int:
    return WallClock().now_ms()


def test_many_threads_submit_and_everything_acknowledged_is_stored_once(
    host: EngineHost, store: FailingStore
):
    start = now()
    readings = [reading(f"p{n % 7}", start - n, heart_rate=60 + n % 40) for n in range(300)]

    def send(item: dict[str, Any]) -> int:
        return host.submit(decoded(item)).result(WAIT_S).accepted

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(send, readings)) == 300
    kept = sorted((row[0], row[1], row[3]) for row in table(store, "readings"))
    sent = sorted((r["patient_id"], r["timestamp"], r["heart_rate"] * 1000) for r in readings)
    assert kept == sent


def test_pictures_show_every_patient_in_byte_order_with_bed_and_values(host: EngineHost):
    admit = Command("é", now(), "ann", ADMIT, {"admission_id": "a", "ward": "w", "bed": "b7"})
    host.command(admit).result(WAIT_S)
    host.submit(decoded(reading("z", now(), heart_rate=71))).result(WAIT_S)
    _, pictures = host.pictures()
    assert [(p.patient.patient_id, p.patient.bed) for p in pictures] == [("z", None), ("é", "b7")]
    assert pictures[0].vitals[0].value == 71_000


def test_pictures_say_how_far_a_clock_is_off(host: EngineHost):
    host.submit(decoded(reading("p", now() + 60_000))).result(WAIT_S)
    skew_s = host.pictures()[1][0].clock_skew_s
    assert skew_s == pytest.approx(60, abs=5)
    assert host.figures()["wardline_sources_skewed"] == 1


def test_a_command_that_makes_no_sense_is_refused_before_it_is_queued(host: EngineHost):
    for command, content in (("dance", {}), (SETTINGS, {"profile": "martian"})):
        with pytest.raises(ValueError, match=r"dance|martian"):
            host.command(Command("p", now(), "ann", command, content))


def test_a_store_that_takes_nothing_is_said_and_got_over(host: EngineHost, store: FailingStore):
    item = decoded(reading("p", now()))
    store.commits_fail = True
    with pytest.raises(StoreUnavailableError):
        host.submit(item).result(WAIT_S)
    assert any("takes nothing" in problem for problem in host.problems())
    assert host.figures()["wardline_ready"] == 0.0
    store.commits_fail = False
    accepted = 0
    while not accepted:
        try:
            accepted = host.submit(item).result(WAIT_S).accepted
        except StoreUnavailableError:
            continue
    assert host.problems() == []
    assert store.counts()["readings"] == 1


def test_truth_of_simulated_patients_is_kept(host: EngineHost, store: FailingStore):
    host.add_truth((TruthPeriod("p", 1, 2, "course", "sepsis"),)).result(WAIT_S)
    assert store.counts()["truth"] == 1


def test_figures_count_what_became_of_readings(host: EngineHost):
    item = reading("p", now())
    host.submit(decoded(item, item, {"patient_id": "p"})).result(WAIT_S)
    figures = host.figures()
    names = ("accepted", "duplicate", "rejected")
    assert [figures[f"wardline_readings_{name}_total"] for name in names] == [1, 1, 1]
    assert figures["wardline_readings_total"] == 3


class HeldStore:
    """A store whose commits wait."""

    def __init__(self, store: Store):
        self._store = store
        self.is_waiting, self.may_go_on = threading.Event(), threading.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def commit(self, commit: Any) -> int:
        if commit.work:
            self.is_waiting.set()
            self.may_go_on.wait(WAIT_S)
        return self._store.commit(commit)


def test_a_full_queue_says_busy_and_what_was_taken_is_still_acknowledged():
    store = HeldStore(memory())
    host = EngineHost(store, limits=HostLimits(queue_rows_max=2))
    host.start()
    first = host.submit(decoded(reading("p", 1)))
    assert store.is_waiting.wait(WAIT_S)
    waiting = host.submit(decoded(reading("p", 2), reading("p", 3)))
    with pytest.raises(BusyError):
        host.submit(decoded(reading("p", 4)))
    store.may_go_on.set()
    assert (first.result(WAIT_S).accepted, waiting.result(WAIT_S).accepted) == (1, 2)
    assert host.stop(WAIT_S)


def test_stopping_takes_what_waits_keeps_the_state_and_refuses_what_comes_later():
    store = memory()
    host = EngineHost(store)
    host.start()
    futures = [host.submit(decoded(reading("p", n))) for n in range(50)]
    assert host.stop(WAIT_S)
    assert all(future.result(0).accepted == 1 for future in futures)
    with pytest.raises(BusyError):
        host.submit(decoded(reading("p", 99)))
    kept = store.latest_snapshot()
    assert kept is not None
    assert list(store.work_after(kept.commit_seq)) == []


class BrokenStore:
    """A store with a mistake in it."""

    def __init__(self, store: Store):
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def commit(self, commit: Any) -> int:
        raise KeyError("patient-7's secret")


def test_an_engine_that_breaks_says_so_without_quoting_and_ends_the_process():
    died = threading.Event()
    host = EngineHost(BrokenStore(memory()), died=died.set)
    host.start()
    assert died.wait(WAIT_S)
    assert host.is_dead
    assert host.problems() == ["the engine stopped: KeyError"]
    with pytest.raises(BusyError):
        host.submit(decoded(reading()))
    assert not host.stop(WAIT_S)
