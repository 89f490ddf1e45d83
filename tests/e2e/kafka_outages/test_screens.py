"""Screens whose server goes and comes back, and two servers that show the same."""

import threading
import time
from collections.abc import Callable

import pytest
from tests.e2e.kafka_outages.producing import PATIENTS
from tests.e2e.kafka_outages.stage import Figures, Stage
from tests.server.watching import Watcher

from wardline.pipeline.ports import Query

pytestmark = pytest.mark.slow

AWAY_S = 10.0
WAIT_S = 60.0


def transitions(stage: Stage) -> set[tuple[str, int]]:
    """(patient, number of the transition) of all that are durable."""
    return {(row[0], row[1]) for rows in stage.store.rows(Query("transitions")) for row in rows}


def live_pulses(watcher: Watcher) -> set[str]:
    known = watcher.screen.patients
    vitals = {name: patient["vitals"].get("heart_rate") for name, patient in known.items()}
    return {name for name, pulse in vitals.items() if pulse and pulse["state"] == "live"}


def test_a_screen_misses_no_transition_while_its_server_is_away(stage: Stage):
    stage.worker()
    with stage.producer() as producer:
        server = stage.serve()
        with Watcher(server.port) as watcher:
            until_known(watcher, lambda: len(watcher.screen.transitions) > 10, "transitions")
            seen, seq = set(watcher.screen.transitions), watcher.screen.seq
            before = transitions(stage)
            server.kill()
        threading.Event().wait(AWAY_S)
        server = stage.serve()
        with Watcher(server.port) as watcher:
            watcher.say(resume=seq)
            assert watcher.until_type("resumed")["complete"]
            producer.stop()
            stage.until_saved(producer)
            wanted = transitions(stage) - (before - seen)
            until_known(
                watcher, lambda: wanted <= seen | set(watcher.screen.transitions), "transitions"
            )
            missed = transitions(stage) - before
    assert len(missed) > 10
    stage.check(producer)


def until_known(watcher: Watcher, is_so: Callable[[], bool], what: str) -> None:
    """Until what a screen has merged is so."""
    deadline_s = time.monotonic() + WAIT_S
    while not is_so():
        assert time.monotonic() < deadline_s, f"never: {what}"
        watcher.next()


def test_two_servers_show_the_same(stage: Stage):
    stage.worker()
    with stage.producer() as producer:
        first, second = stage.serve(), stage.serve()
        with Watcher(first.port) as one, Watcher(second.port) as other:
            for watcher in (one, other):
                until_known(
                    watcher, lambda w=watcher: live_pulses(w) >= set(PATIENTS), "everybody is live"
                )
            producer.stop()
            stage.until_saved(producer)
            wanted = last_pulses(stage)
            for watcher in (one, other):
                until_known(
                    watcher,
                    lambda w=watcher: pulses(w) == wanted,
                    f"pulses {wanted}",
                )
            assert set(one.screen.patients) == set(other.screen.patients) == set(PATIENTS)
    assert first.stop()[0] == second.stop()[0] == 0


def pulses(watcher: Watcher) -> dict[str, float]:
    known = watcher.screen.patients
    return {name: patient["vitals"]["heart_rate"]["value"] for name, patient in known.items()}


def last_pulses(stage: Stage) -> dict[str, float]:
    """The newest pulse of every patient, as it is stored."""
    rows = (row for rows in stage.store.rows(Query("readings")) for row in rows)
    return {row[0]: row[3] / 1000 for row in sorted(rows, key=lambda row: row[1])}


def test_a_screen_is_told_that_no_worker_is_there_and_when_one_is(stage: Stage, figures: Figures):
    worker = stage.worker()
    with stage.producer(), stage.screens() as screens:
        screens.until_live()
        worker.stop()
        told_s = screens.until_told("no worker serves partition 0, 1")
        stage.worker()
        well_s = screens.until_well()
        live_s = screens.until_live()
    figures |= {"told_s": told_s, "well_s": well_s, "live_s": live_s}
    assert told_s <= 5.0
