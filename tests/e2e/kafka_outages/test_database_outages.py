"""The database goes away in every way there is, while twenty patients are watched."""

import signal
import threading
import time
from collections.abc import Callable

import pytest
from tests.e2e.kafka.nursery import wait_until
from tests.e2e.kafka_outages.outages import crowded, hung, refusing, stopped
from tests.e2e.kafka_outages.stage import Figures, Stage
from tests.postgresql import Server, end_sessions

pytestmark = pytest.mark.slow

TOLD_MAX_S = 5.0
RESUMED_MAX_S = 10.0
VALUE_AGE_MAX_S = 6.0
"""A screen's values while the database hangs: a look-up may take the engine 2 s, twice."""
STOPPED_MAX_S = 10.0
TAKEN_OVER_MAX_S = 15.0
GROWTH_MAX_MB = 100.0


AWAYS = [stopped, refusing, crowded, hung]


@pytest.mark.parametrize("away", AWAYS, ids=lambda away: away.__name__)
def test_screens_go_on_and_everything_is_saved_afterwards(
    stage: Stage, postgresql: Server, outage_s: float, away: Callable, figures: Figures
):
    worker = stage.worker()
    with stage.producer() as producer, stage.screens() as screens:
        screens.until_live()
        stage.until_saved(producer)
        before_mb, began_s = stage.memory_mb(worker), time.monotonic()
        with away(postgresql):
            producer.admit("NEW-1", "NEW-2")
            threading.Event().wait(outage_s)
            ended_s = time.monotonic()
            after_mb = stage.memory_mb(worker)
        returned_s = time.monotonic()
        saved_s = stage.until_saved(producer)
        screens.until_well(RESUMED_MAX_S)
        well_s = time.monotonic() - returned_s
        told_s = screens.told_within_s(began_s, "saved")
        oldest_s = screens.oldest_s(began_s + 1, ended_s)
    counts = stage.check(producer)
    figures |= {
        "told_s": told_s, "saved_s": saved_s, "well_s": well_s, "oldest_s": oldest_s,
        "before_mb": before_mb, "after_mb": after_mb, "rows": len(producer.acknowledged), **counts,
    }  # fmt: skip
    assert producer.errors == 0
    assert told_s <= TOLD_MAX_S
    assert saved_s <= RESUMED_MAX_S
    assert oldest_s <= VALUE_AGE_MAX_S
    assert after_mb - before_mb < GROWTH_MAX_MB
    assert counts["transitions"] > 0


def test_sessions_that_are_ended_again_and_again_cost_no_reading(
    stage: Stage, postgresql: Server, outage_s: float, figures: Figures
):
    worker = stage.worker()
    with stage.producer() as producer, stage.screens() as screens:
        screens.until_live()
        stage.until_saved(producer)
        began_s, ended = time.monotonic(), 0
        while time.monotonic() - began_s < outage_s:
            ended += end_sessions(postgresql.url, "wardline writer")
            ended += end_sessions(postgresql.url, "wardline reader")
            threading.Event().wait(2.0)
        oldest_s = screens.oldest_s(began_s, time.monotonic())
        saved_s = stage.until_saved(producer)
        screens.until_well(RESUMED_MAX_S)
    figures |= {"ended": ended, "oldest_s": oldest_s, "saved_s": saved_s, **stage.check(producer)}
    assert ended >= 4
    assert saved_s <= RESUMED_MAX_S
    assert oldest_s <= VALUE_AGE_MAX_S
    assert worker.status is None


def test_a_commit_that_hangs_does_not_keep_a_worker_from_ending(
    stage: Stage, postgresql: Server, figures: Figures
):
    worker = stage.worker()
    with stage.producer() as producer:
        wait_until(lambda: producer.reached, "readings")
        stage.until_saved(producer)
        with hung(postgresql):
            worker.signal(signal.SIGTERM)
            began_s = time.monotonic()
            assert worker.wait() == 0
            ended_s = time.monotonic() - began_s
        stage.worker()
        saved_s = stage.until_saved(producer)
    figures |= {"ended_s": ended_s, "saved_s": saved_s}
    stage.check(producer)
    assert ended_s <= STOPPED_MAX_S
    assert saved_s <= TAKEN_OVER_MAX_S
