"""A worker that is asked to end, or dies, while readings keep coming."""

import signal
import time

import pytest
from tests.e2e.kafka.nursery import wait_until
from tests.e2e.kafka_outages.stage import Figures, Stage

pytestmark = pytest.mark.slow

STOPPED_MAX_S = 10.0
TAKEN_OVER_MAX_S = 15.0
"""The group believes a member dead after 6 s; then its heir reads the newest engine state."""


def test_a_worker_that_ends_has_saved_all_it_read(stage: Stage, figures: Figures):
    worker = stage.worker()
    with stage.producer() as producer:
        wait_until(lambda: producer.reached, "readings")
        stage.until_saved(producer)
        before = dict(producer.reached)
        worker.signal(signal.SIGTERM)
        began_s = time.monotonic()
        status = worker.wait()
        ended_s = time.monotonic() - began_s
        positions = stage.positions()
        stage.worker()
        saved_s = stage.until_saved(producer)
    counts = stage.check(producer)
    figures |= {"ended_s": ended_s, "saved_s": saved_s, **counts}
    assert status == 0
    assert ended_s <= STOPPED_MAX_S
    assert saved_s <= STOPPED_MAX_S
    assert all(positions[place] >= at for place, at in before.items())
    assert "stopped:" in worker.said()


def test_a_dead_workers_patients_are_not_live_until_somebody_else_serves_them(
    stage: Stage, figures: Figures
):
    first = stage.worker()
    with stage.producer() as producer, stage.screens() as screens:
        screens.until_live()
        second = stage.worker()
        stage.until_said(second, "partitions taken over")
        screens.until_well()
        screens.until_live()
        killed_s = time.monotonic()
        first.kill()
        told_s = screens.until_told("no worker serves partition")
        screens.until_well()
        screens.until_live()
        live_s = time.monotonic() - killed_s
        stale_s = max(age for at, _, age in screens.beats if killed_s <= at <= killed_s + live_s)
        saved_s = stage.until_saved(producer)
    counts = stage.check(producer)
    figures |= {
        "told_s": told_s, "live_s": live_s, "stale_s": stale_s, "saved_s": saved_s, **counts,
    }  # fmt: skip
    assert told_s <= 5.0
    assert stale_s > told_s - 2.0
    assert live_s <= TAKEN_OVER_MAX_S
